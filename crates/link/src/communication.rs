//! Communication values: what the two radios of one end are set to.
//!
//! Book: 211.0-B-6 annex B1 (the directives that carry them) and section 6 (the `COMMUNICATION_VALUE_BUFFER`). A hail and a
//! `COMM_CHANGE` command the *other* end: its transmitter is set to what our receiver is set to.
//!
//! ```
//! use magpie_link::communication::CommunicationValues;
//! let values = CommunicationValues::uncoded(2_048_000).unwrap();
//! assert_eq!(values.transmitter.data_rate().unwrap().bits_per_s(), 2_048_000);
//! assert!(values.transmitter.extensions.is_some(), "2048 kb/s is in the extended table only");
//! assert!(CommunicationValues::uncoded(9_600).is_none(), "no table has it");
//! ```

use magpie_wire::spdu::directive::{
    CarrierModulation, DataEncoding, DataModulation, DataRateCode, Directive, DirectiveBuffer,
    FrequencyChannel, FrequencyTable, LinkMode, LinkParameters, LinkSide, ModeSelect, Modulation,
    PlExtensions, RateTable, Scrambler,
};

use crate::clock::DataRate;

/// What one transmitter or receiver is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkSettings {
    /// The fields of SET TRANSMITTER PARAMETERS or SET RECEIVER PARAMETERS.
    pub parameters: LinkParameters,
    /// Those of SET PL EXTENSIONS, if it is used. Its direction is set when it is sent.
    pub extensions: Option<PlExtensions>,
}

impl LinkSettings {
    /// The protocol's own mode, residual-carrier Bi-Phase-L, no code, at a rate of the default table or else of the extended one.
    pub fn uncoded(bits_per_s: u32) -> Option<Self> {
        let modulation = Modulation::Coherent;
        let (data_rate, extensions) =
            match DataRateCode::for_rate(bits_per_s, RateTable::Default, modulation) {
                Some(code) => (code, None),
                None => (
                    DataRateCode::for_rate(bits_per_s, RateTable::Extended, modulation)?,
                    Some(EXTENDED_RATES),
                ),
            };
        Some(Self {
            parameters: LinkParameters {
                mode: LinkMode::PROXIMITY_1,
                data_rate,
                modulation,
                data_encoding: DataEncoding::Bypass,
                frequency: FrequencyChannel::default(),
            },
            extensions,
        })
    }

    /// Which table the data-rate code is of.
    pub fn rate_table(&self) -> RateTable {
        self.extensions
            .map_or(RateTable::Default, |extensions| extensions.rate_table)
    }

    /// The information rate; `None` for a reserved code.
    pub fn data_rate(&self) -> Option<DataRate> {
        let code = self.parameters.data_rate;
        DataRate::from_bits_per_s(code.bits_per_second(self.rate_table())?)
    }
}

/// The extended rate table and otherwise what 211.1-B-4 has without extensions.
const EXTENDED_RATES: PlExtensions = PlExtensions {
    direction: LinkSide::Transmit,
    frequency_table: FrequencyTable::Default,
    rate_table: RateTable::Extended,
    carrier_modulation: CarrierModulation::Psk,
    data_modulation: DataModulation::BiPhaseL,
    mode_select: ModeSelect::ResidualCarrier,
    scrambler: Scrambler::Bypass,
    differential_mark_encoding: false,
    reed_solomon: false,
};

/// What the transmitter and the receiver of one end are set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommunicationValues {
    /// The own transmitter.
    pub transmitter: LinkSettings,
    /// The own receiver.
    pub receiver: LinkSettings,
}

impl CommunicationValues {
    /// 8 kb/s both ways, uncoded, channel 0.
    pub const DEFAULT: Self = {
        let settings = LinkSettings {
            parameters: LinkParameters {
                mode: LinkMode::PROXIMITY_1,
                data_rate: DataRateCode::KBPS_8_COHERENT,
                modulation: Modulation::Coherent,
                data_encoding: DataEncoding::Bypass,
                frequency: FrequencyChannel::CHANNEL_0,
            },
            extensions: None,
        };
        Self {
            transmitter: settings,
            receiver: settings,
        }
    };

    /// The same uncoded rate both ways; `None` if no table has it.
    pub fn uncoded(bits_per_s: u32) -> Option<Self> {
        let settings = LinkSettings::uncoded(bits_per_s)?;
        Some(Self {
            transmitter: settings,
            receiver: settings,
        })
    }

    /// The directives that set the *other* end accordingly, in the order of a hail.
    pub(crate) fn push_to(&self, buffer: &mut DirectiveBuffer) {
        //= 211.0-B-6 6 hail-order
        let sides = [
            (LinkSide::Transmit, self.receiver),
            (LinkSide::Receive, self.transmitter),
        ];
        for (direction, settings) in sides {
            let extensions = settings.extensions.map(|extensions| {
                Directive::SetPlExtensions(PlExtensions {
                    direction,
                    ..extensions
                })
            });
            let parameters = match direction {
                LinkSide::Transmit => Directive::SetTransmitterParameters(settings.parameters),
                LinkSide::Receive => Directive::SetReceiverParameters(settings.parameters),
            };
            for directive in extensions.into_iter().chain([parameters]) {
                // Four of seven places at most, in a buffer that begins empty.
                let _ = buffer.push(directive);
            }
        }
    }
}

impl Default for CommunicationValues {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Communication values as the directives of one P-frame bring them, one by one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Commanded {
    transmitter: Option<LinkParameters>,
    receiver: Option<LinkParameters>,
    transmitter_extensions: Option<PlExtensions>,
    receiver_extensions: Option<PlExtensions>,
}

impl Commanded {
    pub(crate) fn set_transmitter(&mut self, parameters: LinkParameters) {
        self.transmitter = Some(parameters);
    }

    pub(crate) fn set_receiver(&mut self, parameters: LinkParameters) {
        self.receiver = Some(parameters);
    }

    pub(crate) fn set_extensions(&mut self, extensions: PlExtensions) {
        match extensions.direction {
            LinkSide::Transmit => self.transmitter_extensions = Some(extensions),
            LinkSide::Receive => self.receiver_extensions = Some(extensions),
        }
    }

    /// The table that a data-rate code of this side is of.
    pub(crate) fn rate_table(&self, side: LinkSide) -> RateTable {
        let extensions = match side {
            LinkSide::Transmit => self.transmitter_extensions,
            LinkSide::Receive => self.receiver_extensions,
        };
        extensions.map_or(RateTable::Default, |extensions| extensions.rate_table)
    }

    /// The values in `now`, changed as commanded; `None` if nothing was.
    pub(crate) fn applied_to(&self, now: CommunicationValues) -> Option<CommunicationValues> {
        let side = |parameters: Option<LinkParameters>, extensions, now: LinkSettings| {
            parameters.map_or(now, |parameters| LinkSettings {
                parameters,
                extensions,
            })
        };
        (self.transmitter.is_some() || self.receiver.is_some()).then(|| CommunicationValues {
            transmitter: side(
                self.transmitter,
                self.transmitter_extensions,
                now.transmitter,
            ),
            receiver: side(self.receiver, self.receiver_extensions, now.receiver),
        })
    }
}
