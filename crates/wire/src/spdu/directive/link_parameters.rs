//! SET TRANSMITTER PARAMETERS and SET RECEIVER PARAMETERS (annex B1.2, B1.4): one layout, two directives.

use super::DirectiveError;
use super::word::Bits;

/// Transmitter or receiver mode: 3 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkMode(u8);

impl LinkMode {
    /// `001`: the Proximity-1 protocol.
    pub const PROXIMITY_1: Self = Self(0b001);

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

    /// Whether CCSDS keeps this code for later: `110` and `111`.
    pub const fn is_reserved(self) -> bool {
        self.0 >= 0b110
    }

    /// Whether the two ends must have agreed on what this code means: `000` and `010` to `101`.
    pub const fn is_mission_specific(self) -> bool {
        !self.is_reserved() && self.0 != Self::PROXIMITY_1.0
    }
}

/// How symbols are put on the carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Modulation {
    /// `0`: coherent phase-shift keying.
    Coherent,
    /// `1`: non-coherent phase-shift keying.
    NonCoherent,
}

/// Which table gives a data-rate code its meaning; SET PL EXTENSIONS chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RateTable {
    /// `0`: the default set, 2 to 256 kb/s.
    #[default]
    Default,
    /// `1`: the extended set, 1 to 2048 kb/s.
    Extended,
}

/// Data-rate code: 4 bits. The rate is that of the data before encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DataRateCode(u8);

impl DataRateCode {
    /// 8 kb/s, coherent, of the default table.
    pub const KBPS_8_COHERENT: Self = Self(1);

    /// `None` if `value` needs more than 4 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value < 1 << 4 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The code.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The rate in bits per second; `None` for reserved codes.
    pub const fn bits_per_second(self, table: RateTable) -> Option<u32> {
        match table {
            RateTable::Default => match self.0 {
                //= 211.0-B-6 B1.2.6.3
                0b0000 | 0b0001 => Some(8_000),
                0b0010 | 0b0011 => Some(32_000),
                0b0100 | 0b0101 => Some(128_000),
                0b0110 | 0b0111 => Some(256_000),
                0b1000 => Some(2_000),
                0b1001 => Some(4_000),
                0b1100 => Some(16_000),
                0b1101 => Some(64_000),
                _ => None, // R1 to R4
            },
            RateTable::Extended if self.0 <= 0b1011 => Some(1_000 << self.0), //= 211.0-B-6 B1.7.10
            RateTable::Extended => None,
        }
    }

    /// The modulation that the default table names with the rate; `None` where it names none.
    pub const fn modulation(self) -> Option<Modulation> {
        match self.0 {
            0b0000 | 0b0010 | 0b0100 | 0b0110 => Some(Modulation::NonCoherent),
            0b0001 | 0b0011 | 0b0101 | 0b0111 => Some(Modulation::Coherent),
            _ => None,
        }
    }

    /// The code for a rate in bits per second, in the default table for this modulation; `None` if the table has no such rate.
    pub fn for_rate(
        bits_per_second: u32,
        table: RateTable,
        modulation: Modulation,
    ) -> Option<Self> {
        (0..16).map(Self).find(|code| {
            let fits = table == RateTable::Extended
                || code.modulation().is_none_or(|named| named == modulation);
            fits && code.bits_per_second(table) == Some(bits_per_second)
        })
    }
}

/// Error-correcting code of the data: 2 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DataEncoding {
    /// `00`: LDPC (2048,1024).
    Ldpc,
    /// `01`: convolutional (7, 1/2) with G2 inverted.
    Convolutional,
    /// `10`: none.
    Bypass,
    /// `11`: Reed-Solomon (204,188) around the convolutional code; not for cross support.
    Concatenated,
}

/// Frequency channel 0 to 7 of the table in use: 3 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FrequencyChannel(u8);

impl FrequencyChannel {
    /// 437.1 MHz forward, 401.585625 MHz return (211.1-B-4).
    pub const CHANNEL_0: Self = Self(0);
    /// 435.6 MHz forward, 404.4 MHz return: where hails are by default (211.1-B-4).
    pub const CHANNEL_1: Self = Self(1);

    /// `None` if `value` needs more than 3 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value < 1 << 3 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The channel.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// What SET TRANSMITTER PARAMETERS and SET RECEIVER PARAMETERS say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LinkParameters {
    /// The protocol.
    pub mode: LinkMode,
    /// The data rate, before encoding.
    pub data_rate: DataRateCode,
    /// The modulation.
    pub modulation: Modulation,
    /// The error-correcting code.
    pub data_encoding: DataEncoding,
    /// The frequency channel.
    pub frequency: FrequencyChannel,
}

//= 211.0-B-6 B1.2
const MODE: Bits = Bits::new(0, 3);
const DATA_RATE: Bits = Bits::new(3, 4);
const MODULATION: Bits = Bits::new(7, 1);
const DATA_ENCODING: Bits = Bits::new(8, 2);
const FREQUENCY: Bits = Bits::new(10, 3);

impl LinkParameters {
    pub(super) fn from_word(word: u16) -> Self {
        Self {
            mode: LinkMode(MODE.octet_of(word)),
            data_rate: DataRateCode(DATA_RATE.octet_of(word)),
            modulation: if MODULATION.flag(word) {
                Modulation::NonCoherent
            } else {
                Modulation::Coherent
            },
            data_encoding: match DATA_ENCODING.of(word) {
                0 => DataEncoding::Ldpc,
                1 => DataEncoding::Convolutional,
                2 => DataEncoding::Bypass,
                _ => DataEncoding::Concatenated,
            },
            frequency: FrequencyChannel(FREQUENCY.octet_of(word)),
        }
    }

    pub(super) fn bits(self) -> u16 {
        MODE.at(u16::from(self.mode.0))
            | DATA_RATE.at(u16::from(self.data_rate.0))
            | MODULATION.at(self.modulation as u16)
            | DATA_ENCODING.at(self.data_encoding as u16)
            | FREQUENCY.at(u16::from(self.frequency.0))
    }

    pub(super) fn check(self, rate_table: RateTable) -> Result<(), DirectiveError> {
        if self.mode.is_reserved() {
            return Err(DirectiveError::ReservedMode { code: self.mode.0 });
        }
        let code = self.data_rate.0;
        match self.data_rate.bits_per_second(rate_table) {
            Some(_) => Ok(()),
            None => Err(DirectiveError::ReservedDataRate { code }),
        }
    }
}
