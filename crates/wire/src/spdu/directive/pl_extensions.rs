//! SET PL EXTENSIONS (annex B1.7): physical-layer values beyond the default tables.

use super::DirectiveError;
use super::link_parameters::RateTable;
use super::word::Bits;

/// Which side of the addressee's radio is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LinkSide {
    /// `0`: the transmit side.
    #[default]
    Transmit,
    /// `1`: the receive side.
    Receive,
}

/// Which table gives a frequency channel its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FrequencyTable {
    /// `0`: channels 0 to 7.
    #[default]
    Default,
    /// `1`: channels 8 to 15.
    Extended,
}

/// Modulation of the carrier: 2 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CarrierModulation {
    /// `00`: none.
    #[default]
    None,
    /// `01`: phase-shift keying.
    Psk,
    /// `10`: frequency-shift keying; not for cross support.
    Fsk,
    /// `11`: quadrature phase-shift keying; not for cross support.
    Qpsk,
}

/// Modulation of the data: 2 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DataModulation {
    /// `00`: NRZ-L.
    #[default]
    NrzL,
    /// `01`: Bi-Phase-L.
    BiPhaseL,
    /// `10`, reserved.
    Reserved10,
    /// `11`, reserved.
    Reserved11,
}

/// What stays of the carrier: 2 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ModeSelect {
    /// `00`: suppressed carrier.
    #[default]
    SuppressedCarrier,
    /// `01`: residual carrier.
    ResidualCarrier,
    /// `10`, reserved.
    Reserved10,
    /// `11`, reserved.
    Reserved11,
}

/// Scrambler: 2 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scrambler {
    /// `00`: none.
    #[default]
    Bypass,
    /// `01`: CCITT.
    Ccitt,
    /// `10`: none, as `00`.
    Bypass10,
    /// `11`: IESS; not of CCSDS.
    Iess,
}

/// SET PL EXTENSIONS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PlExtensions {
    /// Which side is set.
    pub direction: LinkSide,
    /// Meaning of frequency channels.
    pub frequency_table: FrequencyTable,
    /// Meaning of data-rate codes.
    pub rate_table: RateTable,
    /// Modulation of the carrier.
    pub carrier_modulation: CarrierModulation,
    /// Modulation of the data.
    pub data_modulation: DataModulation,
    /// What stays of the carrier.
    pub mode_select: ModeSelect,
    /// Scrambler.
    pub scrambler: Scrambler,
    /// Differential mark encoding is on.
    pub differential_mark_encoding: bool,
    /// Reed-Solomon (204,188) is on.
    pub reed_solomon: bool,
}

//= 211.0-B-6 B1.7
const DIRECTION: Bits = Bits::new(0, 1);
const FREQUENCY_TABLE: Bits = Bits::new(1, 1);
const RATE_TABLE: Bits = Bits::new(2, 1);
const CARRIER_MODULATION: Bits = Bits::new(3, 2);
const DATA_MODULATION: Bits = Bits::new(5, 2);
const MODE_SELECT: Bits = Bits::new(7, 2);
const SCRAMBLER: Bits = Bits::new(9, 2);
const DIFFERENTIAL_MARK_ENCODING: Bits = Bits::new(11, 1);
const REED_SOLOMON: Bits = Bits::new(12, 1);

impl PlExtensions {
    pub(super) fn from_word(word: u16) -> Self {
        Self {
            direction: if DIRECTION.flag(word) {
                LinkSide::Receive
            } else {
                LinkSide::Transmit
            },
            frequency_table: if FREQUENCY_TABLE.flag(word) {
                FrequencyTable::Extended
            } else {
                FrequencyTable::Default
            },
            rate_table: if RATE_TABLE.flag(word) {
                RateTable::Extended
            } else {
                RateTable::Default
            },
            carrier_modulation: match CARRIER_MODULATION.of(word) {
                0 => CarrierModulation::None,
                1 => CarrierModulation::Psk,
                2 => CarrierModulation::Fsk,
                _ => CarrierModulation::Qpsk,
            },
            data_modulation: match DATA_MODULATION.of(word) {
                0 => DataModulation::NrzL,
                1 => DataModulation::BiPhaseL,
                2 => DataModulation::Reserved10,
                _ => DataModulation::Reserved11,
            },
            mode_select: match MODE_SELECT.of(word) {
                0 => ModeSelect::SuppressedCarrier,
                1 => ModeSelect::ResidualCarrier,
                2 => ModeSelect::Reserved10,
                _ => ModeSelect::Reserved11,
            },
            scrambler: match SCRAMBLER.of(word) {
                0 => Scrambler::Bypass,
                1 => Scrambler::Ccitt,
                2 => Scrambler::Bypass10,
                _ => Scrambler::Iess,
            },
            differential_mark_encoding: DIFFERENTIAL_MARK_ENCODING.flag(word),
            reed_solomon: REED_SOLOMON.flag(word),
        }
    }

    pub(super) fn bits(self) -> u16 {
        DIRECTION.at(self.direction as u16)
            | FREQUENCY_TABLE.at(self.frequency_table as u16)
            | RATE_TABLE.at(self.rate_table as u16)
            | CARRIER_MODULATION.at(self.carrier_modulation as u16)
            | DATA_MODULATION.at(self.data_modulation as u16)
            | MODE_SELECT.at(self.mode_select as u16)
            | SCRAMBLER.at(self.scrambler as u16)
            | DIFFERENTIAL_MARK_ENCODING.at(u16::from(self.differential_mark_encoding))
            | REED_SOLOMON.at(u16::from(self.reed_solomon))
    }

    pub(super) const fn check(self) -> Result<(), DirectiveError> {
        if matches!(
            self.data_modulation,
            DataModulation::Reserved10 | DataModulation::Reserved11
        ) {
            return Err(DirectiveError::ReservedDataModulation {
                code: self.data_modulation as u8,
            });
        }
        if matches!(
            self.mode_select,
            ModeSelect::Reserved10 | ModeSelect::Reserved11
        ) {
            return Err(DirectiveError::ReservedModeSelect {
                code: self.mode_select as u8,
            });
        }
        Ok(())
    }
}
