//! SET CONTROL PARAMETERS, SET V(R), REPORT REQUEST and REPORT SOURCE SPACECRAFT ID.

use super::word::Bits;
use super::{DirectiveError, spare};
use crate::bits::Spare;
use crate::id::Scid;
use crate::seq::SeqNum;

/// How many of the next frames are to be time-tagged: 6 bits, 0 = none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TimeSample(u8);

impl TimeSample {
    /// No frame.
    pub const NONE: Self = Self(0);

    /// `None` if `value` needs more than 6 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value < 1 << 6 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The number of frames.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// The duplex field of SET CONTROL PARAMETERS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DuplexChange {
    /// `000`: leave it as it is.
    #[default]
    NoChange,
    /// `001`.
    Full,
    /// `010`.
    Half,
    /// `011`.
    SimplexTransmit,
    /// `100`.
    SimplexReceive,
    /// `101`, reserved.
    Reserved101,
    /// `110`, reserved.
    Reserved110,
    /// `111`, reserved.
    Reserved111,
}

impl DuplexChange {
    const fn from_bits(bits: u16) -> Self {
        match bits {
            0 => Self::NoChange,
            1 => Self::Full,
            2 => Self::Half,
            3 => Self::SimplexTransmit,
            4 => Self::SimplexReceive,
            5 => Self::Reserved101,
            6 => Self::Reserved110,
            _ => Self::Reserved111,
        }
    }

    /// Whether CCSDS keeps this code for later.
    pub const fn is_reserved(self) -> bool {
        matches!(
            self,
            Self::Reserved101 | Self::Reserved110 | Self::Reserved111
        )
    }
}

/// SET CONTROL PARAMETERS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ControlParameters {
    /// How many of the next frames are to be time-tagged.
    pub time_sample: TimeSample,
    /// Change of the duplex mode.
    pub duplex: DuplexChange,
    /// Bits 9-10.
    pub reserved: Spare<2>,
    /// RNMD: the sender of this directive has no more data.
    pub remote_no_more_data: bool,
    /// Half duplex: the right to transmit goes to the receiver of this directive.
    pub token: bool,
}

//= 211.0-B-6 B1 set-control-parameters
const TIME_SAMPLE: Bits = Bits::new(0, 6);
const DUPLEX: Bits = Bits::new(6, 3);
const CONTROL_RESERVED: Bits = Bits::new(9, 2);
const REMOTE_NO_MORE_DATA: Bits = Bits::new(11, 1);
const TOKEN: Bits = Bits::new(12, 1);

impl ControlParameters {
    pub(super) fn from_word(word: u16) -> Self {
        Self {
            time_sample: TimeSample(TIME_SAMPLE.octet_of(word)),
            duplex: DuplexChange::from_bits(DUPLEX.of(word)),
            reserved: Spare::masked(u32::from(CONTROL_RESERVED.of(word))),
            remote_no_more_data: REMOTE_NO_MORE_DATA.flag(word),
            token: TOKEN.flag(word),
        }
    }

    pub(super) fn bits(self) -> u16 {
        TIME_SAMPLE.at(u16::from(self.time_sample.0))
            | DUPLEX.at(self.duplex as u16)
            | CONTROL_RESERVED.at(u16::from(self.reserved.get()))
            | REMOTE_NO_MORE_DATA.at(u16::from(self.remote_no_more_data))
            | TOKEN.at(u16::from(self.token))
    }

    pub(super) const fn check(self) -> Result<(), DirectiveError> {
        if self.duplex.is_reserved() {
            return Err(DirectiveError::ReservedDuplex {
                code: self.duplex as u8,
            });
        }
        spare(self.reserved.get())
    }
}

/// SET V(R): FARM-P expects this frame next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SetVR {
    /// The sequence-controlled frame sequence number.
    pub seq_ctrl_fsn: SeqNum,
    /// Bits 8-12.
    pub spare: Spare<5>,
}

//= 211.0-B-6 B1.5
const SEQ_CTRL_FSN: Bits = Bits::new(0, 8);
const SET_V_R_SPARE: Bits = Bits::new(8, 5);

impl SetVR {
    /// The directive for this sequence number.
    pub const fn new(seq_ctrl_fsn: SeqNum) -> Self {
        Self {
            seq_ctrl_fsn,
            spare: Spare::ZERO,
        }
    }

    pub(super) fn from_word(word: u16) -> Self {
        Self {
            seq_ctrl_fsn: SeqNum::new(SEQ_CTRL_FSN.octet_of(word)),
            spare: Spare::masked(u32::from(SET_V_R_SPARE.of(word))),
        }
    }

    pub(super) fn bits(self) -> u16 {
        SEQ_CTRL_FSN.at(u16::from(self.seq_ctrl_fsn.get()))
            | SET_V_R_SPARE.at(u16::from(self.spare.get()))
    }
}

/// Which status report is wanted: 5 bits; the codes above 0 are agreed between the enterprises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct StatusReportRequest(u8);

impl StatusReportRequest {
    /// No report is wanted.
    pub const NONE: Self = Self(0);

    /// `None` if `value` needs more than 5 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value < 1 << 5 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The code.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Whether time tags are wanted: 3 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TimeTagRequest(u8);

impl TimeTagRequest {
    /// `000`: not wanted.
    pub const NONE: Self = Self(0);
    /// `001`: wanted.
    pub const WANTED: Self = Self(1);

    /// `None` if `value` needs more than 3 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value < 1 << 3 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The code.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether the code is neither `000` nor `001`.
    pub const fn is_reserved(self) -> bool {
        self.0 > Self::WANTED.0
    }
}

/// REPORT REQUEST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ReportRequest {
    /// Bits 0-2.
    pub spare: Spare<3>,
    /// Which status report is wanted.
    pub status_report_request: StatusReportRequest,
    /// Whether time tags are wanted.
    pub time_tag_request: TimeTagRequest,
    /// A PLCW for physical channel 0 is wanted.
    pub pcid_0_plcw_request: bool,
    /// A PLCW for physical channel 1 is wanted.
    pub pcid_1_plcw_request: bool,
}

//= 211.0-B-6 B1 report-request
const REPORT_SPARE: Bits = Bits::new(0, 3);
const STATUS_REPORT_REQUEST: Bits = Bits::new(3, 5);
const TIME_TAG_REQUEST: Bits = Bits::new(8, 3);
const PCID_0_PLCW_REQUEST: Bits = Bits::new(11, 1);
const PCID_1_PLCW_REQUEST: Bits = Bits::new(12, 1);

impl ReportRequest {
    pub(super) fn from_word(word: u16) -> Self {
        Self {
            spare: Spare::masked(u32::from(REPORT_SPARE.of(word))),
            status_report_request: StatusReportRequest(STATUS_REPORT_REQUEST.octet_of(word)),
            time_tag_request: TimeTagRequest(TIME_TAG_REQUEST.octet_of(word)),
            pcid_0_plcw_request: PCID_0_PLCW_REQUEST.flag(word),
            pcid_1_plcw_request: PCID_1_PLCW_REQUEST.flag(word),
        }
    }

    pub(super) fn bits(self) -> u16 {
        REPORT_SPARE.at(u16::from(self.spare.get()))
            | STATUS_REPORT_REQUEST.at(u16::from(self.status_report_request.0))
            | TIME_TAG_REQUEST.at(u16::from(self.time_tag_request.0))
            | PCID_0_PLCW_REQUEST.at(u16::from(self.pcid_0_plcw_request))
            | PCID_1_PLCW_REQUEST.at(u16::from(self.pcid_1_plcw_request))
    }

    pub(super) const fn check(self) -> Result<(), DirectiveError> {
        if self.time_tag_request.is_reserved() {
            return Err(DirectiveError::ReservedTimeTag {
                code: self.time_tag_request.0,
            });
        }
        spare(self.spare.get())
    }
}

/// REPORT SOURCE SPACECRAFT ID: who is speaking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReportSourceScid {
    /// The sender's own identifier.
    pub source_scid: Scid,
    /// Bits 10-12.
    pub reserved: Spare<3>,
}

//= 211.0-B-6 B1 report-source-scid
const SOURCE_SCID: Bits = Bits::new(0, 10);
const SOURCE_RESERVED: Bits = Bits::new(10, 3);

impl ReportSourceScid {
    /// The report of this spacecraft.
    pub const fn new(source_scid: Scid) -> Self {
        Self {
            source_scid,
            reserved: Spare::ZERO,
        }
    }

    pub(super) fn from_word(word: u16) -> Self {
        Self {
            source_scid: Scid::new(SOURCE_SCID.of(word)).unwrap_or(Scid::MAX),
            reserved: Spare::masked(u32::from(SOURCE_RESERVED.of(word))),
        }
    }

    pub(super) fn bits(self) -> u16 {
        SOURCE_SCID.at(self.source_scid.get()) | SOURCE_RESERVED.at(u16::from(self.reserved.get()))
    }
}
