//! A transfer frame in words: what it is in a line, and what its directives say.
//!
//! Book: 211.0-B-6 3.2 (frames, SPDUs) and annex B1 (directives), 732.1-B for frames of version 4. Octets come from anywhere: what is no frame
//! is called one of unknown content. Left out of the names of directives: the word PARAMETERS.

use magpie_wire::spdu::directive::{
    DataEncoding, Directive, DuplexChange, LinkParameters, LinkSide, Modulation, PlExtensions,
    RateTable,
};
use magpie_wire::spdu::plcw::Plcw;
use magpie_wire::spdu::{Spdu, Spdus};
use magpie_wire::uslp::tfdf::Tfdf;
use magpie_wire::uslp::{UslpForm, UslpFrame, UslpManaged};
use magpie_wire::v3::{Qos, V3_HEADER_LEN, V3Frame};

use super::state::StateMark;

/// What kind of frame, by what matters most in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Directives that set the other end's radio, from an end that hails.
    Hail,
    /// The same from an end in a session.
    CommChange,
    /// RNMD: the sender has no more data.
    NoMoreData,
    /// Half duplex: it is the receiver's turn.
    Token,
    /// SET V(R).
    SetVR,
    /// Only PLCWs.
    Plcw {
        /// V(R) of the last one.
        v_r: u8,
        /// R(S) of the last one: a gap was seen.
        retransmit: bool,
    },
    /// Other directives, time distribution, status reports.
    Report,
    /// User data, sequence controlled.
    Sequence {
        /// N(S); of version 4 its low eight bits.
        n_s: u8,
        /// Sent before.
        again: bool,
    },
    /// User data, expedited.
    Expedited {
        /// The sequence number.
        n_s: u8,
    },
    /// Nothing that this module knows.
    Unknown,
}

impl Kind {
    /// Whether it carries user data.
    pub const fn is_data(self) -> bool {
        matches!(self, Self::Sequence { .. } | Self::Expedited { .. })
    }

    /// The word for many of them.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Hail => "hail",
            Self::CommChange => "COMM_CHANGE",
            Self::NoMoreData => "RNMD",
            Self::Token => "token",
            Self::SetVR => "SET V(R)",
            Self::Plcw { .. } => "PLCW",
            Self::Report => "report",
            Self::Sequence { .. } => "sequence-controlled",
            Self::Expedited { .. } => "expedited",
            Self::Unknown => "unknown frame",
        }
    }
}

/// A frame in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// What kind.
    pub kind: Kind,
    /// In a line.
    pub label: String,
    /// In detail.
    pub details: Vec<String>,
}

impl Words {
    fn plain(kind: Kind, label: String) -> Self {
        Self {
            kind,
            label,
            details: Vec::new(),
        }
    }
}

/// Puts a frame (without marker and CRC-32) into words. `sender` is the state it was sent in; `again` says that its number was sent before.
///
/// ```
/// use magpie::chart::{frame::{Kind, describe}, state::StateMark};
/// // 211.0-B-6 3.2.4.3.2: V(R) = 42, three expedited frames, PCID 1, retransmit.
/// let frame = [0xB0, 0x22, 0x88, 0x06, 0x00, 0xB3, 0x2A];
/// let words = describe(&frame, &StateMark::of("S40 (data services)"), false);
/// assert_eq!(words.kind, Kind::Plcw { v_r: 42, retransmit: true });
/// assert_eq!(words.label, "PLCW V(R)=42, send again (PCID 1, expedited 3)");
/// ```
pub fn describe(frame: &[u8], sender: &StateMark, again: bool) -> Words {
    if let Ok(frame) = V3Frame::parse(frame) {
        let n_s = frame.n_s().get();
        if frame.is_p_frame() {
            return supervisory(frame.data_field(), sender);
        }
        return user(
            frame.qos(),
            n_s,
            u64::from(n_s),
            frame.data_field().len(),
            again,
        );
    }
    uslp(frame, sender, again)
        .unwrap_or_else(|| Words::plain(Kind::Unknown, format!("{} octets, no frame", frame.len())))
}

/// A U-frame of version 3 in words, from what its header says. `octets` counts the header.
pub fn user_frame(sequence_controlled: bool, n_s: u8, octets: usize, again: bool) -> Words {
    let qos = if sequence_controlled {
        Qos::SequenceControlled
    } else {
        Qos::Expedited
    };
    let data = octets.saturating_sub(V3_HEADER_LEN);
    user(qos, n_s, u64::from(n_s), data, again)
}

/// A frame of version 4 without insert zone and FECF, as Proximity-1 has it.
fn uslp(octets: &[u8], sender: &StateMark, again: bool) -> Option<Words> {
    let frame = UslpFrame::parse(octets, &UslpManaged::default()).ok()?;
    let UslpForm::NonTruncated {
        qos,
        protocol_control_command,
        vcf_count,
        ..
    } = frame.header().form
    else {
        return None;
    };
    let zone = Tfdf::parse(frame.tfdf()).ok()?;
    if protocol_control_command {
        return Some(supervisory(zone.zone(), sender));
    }
    #[expect(clippy::cast_possible_truncation, reason = "its low eight bits")]
    let n_s = vcf_count.get() as u8;
    Some(user(qos, n_s, vcf_count.get(), zone.zone().len(), again))
}

fn user(qos: Qos, n_s: u8, number: u64, octets: usize, again: bool) -> Words {
    match qos {
        Qos::SequenceControlled => Words::plain(
            Kind::Sequence { n_s, again },
            if again {
                format!("data #{number}, {octets} octets, again")
            } else {
                format!("data #{number}, {octets} octets")
            },
        ),
        Qos::Expedited => Words::plain(
            Kind::Expedited { n_s },
            format!("expedited #{number}, {octets} octets"),
        ),
    }
}

/// The SPDUs of a P-frame.
fn supervisory(data: &[u8], sender: &StateMark) -> Words {
    let mut said = Said::default();
    for spdu in Spdus::new(data) {
        match spdu {
            Ok(Spdu::Plcw(plcw)) => said.plcw(plcw),
            Ok(Spdu::Directives(directives)) => {
                directives
                    .iter()
                    .for_each(|directive| said.directive(directive));
            }
            Ok(Spdu::Time(_)) => said.report("TIME DISTRIBUTION"),
            Ok(Spdu::Status(report)) => {
                let words = format!("status report, {} octets", report.data().len());
                said.report(&words);
            }
            Ok(Spdu::ReservedFixed(_) | Spdu::ReservedVariable(_)) => said.report("reserved SPDU"),
            Err(_) => said.report("broken SPDU"),
        }
    }
    said.words(sender)
}

/// What the SPDUs of a frame have said so far.
#[derive(Default)]
struct Said {
    plcw: Option<Plcw>,
    plcws: Vec<String>,
    sets_radio: bool,
    no_more_data: bool,
    token: bool,
    v_r: Option<u8>,
    reports: Vec<String>,
    details: Vec<String>,
    rate_tables: [RateTable; 2],
}

impl Said {
    fn plcw(&mut self, plcw: Plcw) {
        let mut remarks = Vec::new();
        if plcw.pcid.get() != 0 {
            remarks.push(format!("PCID {}", plcw.pcid.get()));
        }
        if plcw.expedited_frame_counter.get() != 0 {
            remarks.push(format!("expedited {}", plcw.expedited_frame_counter.get()));
        }
        let again = if plcw.retransmit { ", send again" } else { "" };
        let remarks = if remarks.is_empty() {
            String::new()
        } else {
            format!(" ({})", remarks.join(", "))
        };
        self.plcws.push(format!(
            "PLCW V(R)={}{again}{remarks}",
            plcw.report_value.get()
        ));
        self.plcw = Some(plcw);
    }

    fn report(&mut self, words: &str) {
        self.reports.push(words.to_owned());
    }

    fn directive(&mut self, directive: Directive) {
        match directive {
            Directive::SetTransmitterParameters(parameters) => {
                self.sets_radio = true;
                let words = radio(parameters, self.rate_tables[0]);
                self.details.push(format!("SET TRANSMITTER: {words}"));
            }
            Directive::SetReceiverParameters(parameters) => {
                self.sets_radio = true;
                let words = radio(parameters, self.rate_tables[1]);
                self.details.push(format!("SET RECEIVER: {words}"));
            }
            Directive::SetPlExtensions(extensions) => {
                self.rate_tables[usize::from(extensions.direction == LinkSide::Receive)] =
                    extensions.rate_table;
                self.details
                    .push(format!("SET PL EXTENSIONS: {}", extended(extensions)));
            }
            Directive::SetControlParameters(control) => {
                self.no_more_data |= control.remote_no_more_data;
                self.token |= control.token;
                let mut words = Vec::new();
                words.extend(duplex(control.duplex));
                words.extend(
                    control
                        .remote_no_more_data
                        .then(|| "remote no more data".into()),
                );
                words.extend(control.token.then(|| "token: transmit".into()));
                words.extend(
                    Some(control.time_sample.get())
                        .filter(|&n| n > 0)
                        .map(|n| format!("time-tag the next {n} frames")),
                );
                self.details
                    .push(format!("SET CONTROL: {}", words.join(", ")));
            }
            Directive::SetVR(set) => {
                self.v_r = Some(set.seq_ctrl_fsn.get());
                self.details
                    .push(format!("SET V(R) = {}", set.seq_ctrl_fsn.get()));
            }
            Directive::ReportRequest(_) => {
                self.report("REPORT REQUEST");
                self.details.push("REPORT REQUEST".into());
            }
            Directive::Reserved(_) => self.report("reserved directive"),
            Directive::ReportSourceScid(report) => {
                let words = format!("REPORT SOURCE SPACECRAFT ID: {}", report.source_scid.get());
                self.report(&words);
                self.details.push(words);
            }
        }
    }

    /// The most important thing gives the kind; the label names them all.
    fn words(self, sender: &StateMark) -> Words {
        let mut names: Vec<String> = Vec::new();
        let mut kind = None;
        if self.sets_radio {
            let (is, name) = if sender.is_hailing() {
                (Kind::Hail, "hail")
            } else {
                (Kind::CommChange, "COMM_CHANGE")
            };
            kind = Some(is);
            names.push(name.into());
        }
        if self.no_more_data {
            kind = kind.or(Some(Kind::NoMoreData));
            names.push("RNMD".into());
        }
        if self.token {
            kind = kind.or(Some(Kind::Token));
            names.push("token".into());
        }
        if let Some(v_r) = self.v_r {
            kind = kind.or(Some(Kind::SetVR));
            names.push(format!("SET V(R)={v_r}"));
        }
        if !self.reports.is_empty() {
            kind = kind.or(Some(Kind::Report));
            names.extend(self.reports);
        }
        let only_plcws = self.plcw.map(|plcw| Kind::Plcw {
            v_r: plcw.report_value.get(),
            retransmit: plcw.retransmit,
        });
        names.extend(self.plcws);
        if names.is_empty() && !self.details.is_empty() {
            names.push("SET CONTROL".into());
            kind = Some(Kind::Report);
        }
        // A directive alone is said by the label.
        let details = if self.details.len() > 1 || self.sets_radio {
            self.details
        } else {
            Vec::new()
        };
        Words {
            kind: kind.or(only_plcws).unwrap_or(Kind::Unknown),
            label: if names.is_empty() {
                "empty P-frame".into()
            } else {
                names.join(" + ")
            },
            details,
        }
    }
}

fn duplex(change: DuplexChange) -> Option<String> {
    let words = match change {
        DuplexChange::NoChange => return None,
        DuplexChange::Full => "full duplex",
        DuplexChange::Half => "half duplex",
        DuplexChange::SimplexTransmit => "simplex transmit",
        DuplexChange::SimplexReceive => "simplex receive",
        _ => "reserved duplex",
    };
    Some(words.into())
}

fn radio(parameters: LinkParameters, table: RateTable) -> String {
    let rate = parameters.data_rate.bits_per_second(table).map_or_else(
        || "reserved rate".into(),
        |rate| format!("{} kbit/s", rate / 1_000),
    );
    let code = match parameters.data_encoding {
        DataEncoding::Ldpc => "LDPC",
        DataEncoding::Convolutional => "convolutional",
        DataEncoding::Bypass => "uncoded",
        DataEncoding::Concatenated => "RS + convolutional",
    };
    let modulation = match parameters.modulation {
        Modulation::Coherent => "",
        Modulation::NonCoherent => ", non-coherent",
    };
    let channel = parameters.frequency.get();
    format!("{rate}, {code}, channel {channel}{modulation}")
}

fn extended(extensions: PlExtensions) -> String {
    let side = match extensions.direction {
        LinkSide::Transmit => "transmitter",
        LinkSide::Receive => "receiver",
    };
    let rates = match extensions.rate_table {
        RateTable::Default => "default rates",
        RateTable::Extended => "extended rates",
    };
    format!("{side}, {rates}")
}
