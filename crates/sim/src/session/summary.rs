//! What a frame says, decoded for the trace and for the checkers' own count: header and, in a P-frame, every SPDU.
//!
//! Book: 211.0-B-6 3.2. Decoded with the parsers of `magpie-wire` from the octets on the channel, not from what an endpoint says of
//! itself.
//!
//! ```
//! use magpie_sim::session::summary::{FrameSummary, SpduSummary};
//! let summary = FrameSummary::of(&[0xB0, 0x22, 0x08, 0x06, 0x01, 0x80, 0x2A]);
//! assert!(matches!(summary.spdus[..], [SpduSummary::Plcw { report_value: 42, retransmit: false, .. }]));
//! assert_eq!(summary.to_string(), "P-frame N(S) 1, 7 octets: PLCW V(R) 42");
//! ```

use std::fmt;

use magpie_wire::spdu::directive::Directive;
use magpie_wire::spdu::{Spdu, Spdus};
use magpie_wire::v3::{DfcId, Qos, V3Frame};
use serde::{Deserialize, Serialize};

/// A frame in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FrameSummary {
    /// Octets of the frame, without marker and CRC-32.
    pub octets: usize,
    /// Transfer frame version: 3, 4, or 0 for octets that are no frame.
    pub version: u8,
    /// Sequence controlled, else expedited.
    pub sequence_controlled: bool,
    /// A P-frame: it carries SPDUs; else a U-frame, it carries user data.
    pub supervisory: bool,
    /// Physical channel.
    pub pcid: u8,
    /// Port.
    pub port: u8,
    /// Frame sequence number N(S).
    pub n_s: u8,
    /// Whether the data field is a segment of a packet.
    pub segment: bool,
    /// The SPDUs of a P-frame, in order.
    pub spdus: Vec<SpduSummary>,
    /// Octets of a P-frame, or of a frame that is not of version 3; empty for user data.
    #[serde(skip)]
    pub raw: Vec<u8>,
}

/// One SPDU, or one directive of a Type 1 SPDU, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "spdu", rename_all = "snake_case")]
pub enum SpduSummary {
    /// PLCW.
    Plcw {
        /// The physical channel it reports on.
        pcid: u8,
        /// V(R).
        report_value: u8,
        /// R(S).
        retransmit: bool,
        /// Expedited frames accepted, modulo 8.
        expedited_frame_counter: u8,
    },
    /// SET TRANSMITTER PARAMETERS.
    SetTransmitter {
        /// The rate code.
        rate_code: u8,
    },
    /// SET RECEIVER PARAMETERS.
    SetReceiver {
        /// The rate code.
        rate_code: u8,
    },
    /// SET PL EXTENSIONS.
    SetPlExtensions,
    /// SET CONTROL PARAMETERS.
    SetControl {
        /// Frames to be time tagged.
        time_sample: u8,
        /// RNMD.
        remote_no_more_data: bool,
        /// The token.
        token: bool,
    },
    /// SET V(R).
    SetVR {
        /// The frame to expect next.
        seq_ctrl_fsn: u8,
    },
    /// REPORT REQUEST.
    ReportRequest,
    /// REPORT SOURCE SPACECRAFT ID.
    SourceScid {
        /// Who speaks.
        scid: u16,
    },
    /// TIME DISTRIBUTION.
    Time,
    /// Status report.
    Status,
    /// Reserved, or not an SPDU.
    Other,
}

impl FrameSummary {
    /// What these octets say.
    pub fn of(octets: &[u8]) -> Self {
        match octets.first() {
            Some(first) if first >> 4 == 0b1100 => Self::of_v4(octets),
            _ => V3Frame::parse(octets).map_or_else(|_| Self::unknown(octets, 0), Self::of_v3),
        }
    }

    fn of_v3(frame: V3Frame<'_>) -> Self {
        Self {
            octets: frame.octets().len(),
            version: 3,
            sequence_controlled: frame.qos() == Qos::SequenceControlled,
            supervisory: frame.is_p_frame(),
            pcid: frame.pcid().get(),
            port: frame.port_id().get(),
            n_s: frame.n_s().get(),
            segment: frame.dfc_id() == DfcId::Segment && frame.is_u_frame(),
            spdus: if frame.is_p_frame() {
                spdus_of(frame.data_field())
            } else {
                Vec::new()
            },
            raw: if frame.is_p_frame() {
                frame.octets().to_vec()
            } else {
                Vec::new()
            },
        }
    }

    /// A Version-4 frame as Proximity-1 uses it: a frame count of one octet, a data field header of one octet, neither insert zone nor
    /// operational control field. The PCID is the first bit of the virtual channel, the port the MAP (docs/deviations.md).
    fn of_v4(octets: &[u8]) -> Self {
        let &[_, _, o2, o3, _, _, flags, count, tfdf, ref zone @ ..] = octets else {
            return Self::unknown(octets, 4);
        };
        let supervisory = flags & 0x40 != 0;
        Self {
            octets: octets.len(),
            version: 4,
            sequence_controlled: flags & 0x80 == 0,
            supervisory,
            pcid: o2 >> 2 & 1,
            port: o3 >> 1 & 0xF,
            n_s: count,
            segment: matches!(tfdf >> 5, 0b100..=0b110) && !supervisory,
            spdus: if supervisory {
                spdus_of(zone)
            } else {
                Vec::new()
            },
            raw: octets.to_vec(),
        }
    }

    fn unknown(octets: &[u8], version: u8) -> Self {
        Self {
            octets: octets.len(),
            version,
            sequence_controlled: false,
            supervisory: false,
            pcid: 0,
            port: 0,
            n_s: 0,
            segment: false,
            spdus: Vec::new(),
            raw: octets.to_vec(),
        }
    }
}

fn spdus_of(data_field: &[u8]) -> Vec<SpduSummary> {
    let mut spdus = Vec::new();
    for spdu in Spdus::new(data_field) {
        match spdu {
            Ok(spdu) => push_spdu(&mut spdus, spdu),
            Err(_) => spdus.push(SpduSummary::Other),
        }
    }
    spdus
}

fn push_spdu(into: &mut Vec<SpduSummary>, spdu: Spdu<'_>) {
    match spdu {
        Spdu::Plcw(plcw) => into.push(SpduSummary::Plcw {
            pcid: plcw.pcid.get(),
            report_value: plcw.report_value.get(),
            retransmit: plcw.retransmit,
            expedited_frame_counter: plcw.expedited_frame_counter.get(),
        }),
        Spdu::Directives(directives) => into.extend(directives.iter().map(directive)),
        Spdu::Time(_) => into.push(SpduSummary::Time),
        Spdu::Status(_) => into.push(SpduSummary::Status),
        Spdu::ReservedFixed(_) | Spdu::ReservedVariable(_) => into.push(SpduSummary::Other),
    }
}

fn directive(directive: Directive) -> SpduSummary {
    match directive {
        Directive::SetTransmitterParameters(p) => SpduSummary::SetTransmitter {
            rate_code: p.data_rate.get(),
        },
        Directive::SetReceiverParameters(p) => SpduSummary::SetReceiver {
            rate_code: p.data_rate.get(),
        },
        Directive::SetControlParameters(p) => SpduSummary::SetControl {
            time_sample: p.time_sample.get(),
            remote_no_more_data: p.remote_no_more_data,
            token: p.token,
        },
        Directive::SetVR(p) => SpduSummary::SetVR {
            seq_ctrl_fsn: p.seq_ctrl_fsn.get(),
        },
        Directive::ReportRequest(_) => SpduSummary::ReportRequest,
        Directive::SetPlExtensions(_) => SpduSummary::SetPlExtensions,
        Directive::ReportSourceScid(p) => SpduSummary::SourceScid {
            scid: p.source_scid.get(),
        },
        Directive::Reserved(_) => SpduSummary::Other,
    }
}

impl fmt::Display for FrameSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.version {
            3 => {}
            4 => f.write_str("V4 ")?,
            other => return write!(f, "no frame ({other}), {} octets", self.octets),
        }
        let kind = match (self.supervisory, self.sequence_controlled) {
            (true, _) => "P-frame",
            (false, true) => "U-frame sequence",
            (false, false) => "U-frame expedited",
        };
        write!(f, "{kind} N(S) {}", self.n_s)?;
        if self.pcid != 0 {
            write!(f, ", PCID {}", self.pcid)?;
        }
        if !self.supervisory {
            write!(f, ", port {}", self.port)?;
        }
        write!(f, ", {} octets", self.octets)?;
        for (i, spdu) in self.spdus.iter().enumerate() {
            write!(f, "{}{spdu}", if i == 0 { ": " } else { ", " })?;
        }
        Ok(())
    }
}

impl fmt::Display for SpduSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Plcw {
                pcid,
                report_value,
                retransmit,
                ..
            } => {
                write!(f, "PLCW V(R) {report_value}")?;
                if pcid != 0 {
                    write!(f, " of PCID {pcid}")?;
                }
                f.write_str(if retransmit { " retransmit" } else { "" })
            }
            Self::SetTransmitter { .. } => f.write_str("SET TRANSMITTER"),
            Self::SetReceiver { .. } => f.write_str("SET RECEIVER"),
            Self::SetPlExtensions => f.write_str("SET PL EXTENSIONS"),
            Self::SetControl {
                time_sample,
                remote_no_more_data,
                token,
            } => {
                f.write_str("SET CONTROL")?;
                if remote_no_more_data {
                    f.write_str(" RNMD")?;
                }
                if token {
                    f.write_str(" token")?;
                }
                if time_sample > 0 {
                    write!(f, " time sample {time_sample}")?;
                }
                Ok(())
            }
            Self::SetVR { seq_ctrl_fsn } => write!(f, "SET V(R) {seq_ctrl_fsn}"),
            Self::ReportRequest => f.write_str("REPORT REQUEST"),
            Self::SourceScid { scid } => write!(f, "source SCID {scid}"),
            Self::Time => f.write_str("TIME DISTRIBUTION"),
            Self::Status => f.write_str("status report"),
            Self::Other => f.write_str("reserved SPDU"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_4_frame_worked_by_hand() {
        // A space packet to port 5 of PCID 1 of spacecraft 0x052, expedited, number 0xC7 (the worked frame of the link's Version-4 sublayer).
        let octets = [
            0xC0, 0x05, 0x2C, 0x0A, 0x00, 0x0A, 0x81, 0xC7, 0xE0, 0x08, 0x01,
        ];
        let summary = FrameSummary::of(&octets);
        assert_eq!(
            (summary.version, summary.pcid, summary.port, summary.n_s),
            (4, 1, 5, 0xC7)
        );
        assert!(!summary.sequence_controlled && !summary.supervisory && !summary.segment);
        // The same with protocol control flag, rule 111, identifier 7 and a PLCW.
        let octets = [
            0xC0, 0x05, 0x28, 0x00, 0x00, 0x0A, 0xC1, 0x00, 0xE7, 0x80, 0x2A,
        ];
        let summary = FrameSummary::of(&octets);
        assert_eq!(
            summary.to_string(),
            "V4 P-frame N(S) 0, 11 octets: PLCW V(R) 42"
        );
    }
}
