//! The tables `[transmitter]` and `[receiver]`: what one side of the caller's radio is set to once the hail is answered.
//!
//! Book: 211.0-B-6 annex B1.2, B1.4 (SET TRANSMITTER and SET RECEIVER PARAMETERS) and B1.7 (SET PL EXTENSIONS). The extensions are used
//! only where something needs them: a rate that the default table does not have, a channel above 7, or a value that 211.1-B-4 has not.

use magpie_link::communication::LinkSettings;
use magpie_wire::spdu::directive::{
    CarrierModulation, DataEncoding, DataModulation, DataRateCode, FrequencyChannel,
    FrequencyTable, LinkMode, LinkParameters, LinkSide, ModeSelect, Modulation, PlExtensions,
    RateTable, Scrambler,
};

/// First channel of the extended frequency table.
const EXTENDED_CHANNELS: u8 = 8;

/// What one side of a radio is set to, in the words of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Radio {
    pub(super) data_rate: u32,
    pub(super) data_encoding: DataEncoding,
    pub(super) modulation: Modulation,
    pub(super) channel: u8,
    pub(super) carrier_modulation: CarrierModulation,
    pub(super) data_modulation: DataModulation,
    pub(super) mode_select: ModeSelect,
    pub(super) scrambler: Scrambler,
    pub(super) differential_mark_encoding: bool,
    pub(super) reed_solomon: bool,
}

impl Radio {
    /// 8 kb/s uncoded on channel 0, residual-carrier Bi-Phase-L: what the link takes without a table.
    pub(super) const DEFAULT: Self = Self {
        data_rate: 8_000,
        data_encoding: DataEncoding::Bypass,
        modulation: Modulation::Coherent,
        channel: 0,
        carrier_modulation: CarrierModulation::Psk,
        data_modulation: DataModulation::BiPhaseL,
        mode_select: ModeSelect::ResidualCarrier,
        scrambler: Scrambler::Bypass,
        differential_mark_encoding: false,
        reed_solomon: false,
    };

    /// The fields of the directives that say this.
    pub(super) fn settings(self) -> LinkSettings {
        let default = DataRateCode::for_rate(self.data_rate, RateTable::Default, self.modulation);
        let (data_rate, rate_table) = match default {
            Some(code) => (code, RateTable::Default),
            None => (self.extended_rate(), RateTable::Extended),
        };
        let (channel, frequency_table) = match self.channel.checked_sub(EXTENDED_CHANNELS) {
            Some(channel) => (channel, FrequencyTable::Extended),
            None => (self.channel, FrequencyTable::Default),
        };
        let extensions = PlExtensions {
            direction: LinkSide::Transmit,
            frequency_table,
            rate_table,
            carrier_modulation: self.carrier_modulation,
            data_modulation: self.data_modulation,
            mode_select: self.mode_select,
            scrambler: self.scrambler,
            differential_mark_encoding: self.differential_mark_encoding,
            reed_solomon: self.reed_solomon,
        };
        LinkSettings {
            parameters: LinkParameters {
                mode: LinkMode::PROXIMITY_1,
                data_rate,
                modulation: self.modulation,
                data_encoding: self.data_encoding,
                frequency: FrequencyChannel::new(channel).unwrap_or_default(),
            },
            extensions: (extensions != WITHOUT_EXTENSIONS).then_some(extensions),
        }
    }

    /// The code in the extended table, which has every rate that a file can give.
    fn extended_rate(self) -> DataRateCode {
        DataRateCode::for_rate(self.data_rate, RateTable::Extended, self.modulation)
            .unwrap_or(DataRateCode::KBPS_8_COHERENT)
    }
}

/// What holds without SET PL EXTENSIONS (211.1-B-4).
const WITHOUT_EXTENSIONS: PlExtensions = PlExtensions {
    direction: LinkSide::Transmit,
    frequency_table: FrequencyTable::Default,
    rate_table: RateTable::Default,
    carrier_modulation: CarrierModulation::Psk,
    data_modulation: DataModulation::BiPhaseL,
    mode_select: ModeSelect::ResidualCarrier,
    scrambler: Scrambler::Bypass,
    differential_mark_encoding: false,
    reed_solomon: false,
};
