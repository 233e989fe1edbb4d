//! Identifiers: one newtype for each, so that a port cannot be taken for a channel or a spacecraft of another book.
//!
//! `new` refuses what does not fit the field (identifiers that fill their integer take any value); `get` gives the number back.
//!
//! ```
//! use magpie_wire::id::{Apid, Scid};
//! assert_eq!(Scid::new(0x123).map(Scid::get), Some(0x123));
//! assert_eq!(Scid::new(0x400), None); // 10 bits
//! assert!(Apid::IDLE.is_idle());
//! ```

/// Spacecraft identifier of Proximity-1, TM and TC: 10 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scid(u16);

impl Scid {
    /// The largest identifier, 1023.
    pub const MAX: Self = Self(0x3FF);

    /// `None` if `value` needs more than 10 bits.
    pub const fn new(value: u16) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u16 {
        self.0 & Self::MAX.0 // changes nothing; tells the compiler the width
    }
}

/// Spacecraft identifier of AOS: 8 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AosScid(u8);

impl AosScid {
    /// Every octet is an identifier.
    pub const fn new(value: u8) -> Self {
        Self(value)
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// Spacecraft identifier of USLP: 16 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UslpScid(u16);

impl UslpScid {
    /// Every 16-bit number is an identifier.
    pub const fn new(value: u16) -> Self {
        Self(value)
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// Physical channel identifier of Proximity-1: 1 bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Pcid {
    /// Physical channel 0.
    #[default]
    Pcid0,
    /// Physical channel 1.
    Pcid1,
}

impl Pcid {
    /// `None` if `value` needs more than 1 bit.
    pub const fn new(value: u8) -> Option<Self> {
        match value {
            0 => Some(Self::Pcid0),
            1 => Some(Self::Pcid1),
            _ => None,
        }
    }

    /// The channel that a flag bit names.
    pub const fn from_bit(bit: bool) -> Self {
        if bit { Self::Pcid1 } else { Self::Pcid0 }
    }

    /// The identifier as an integer, 0 or 1.
    pub const fn get(self) -> u8 {
        self as u8
    }
}

/// Port identifier of Proximity-1: 3 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct PortId(u8);

impl PortId {
    /// Port 0, the only one that P-frames use.
    pub const ZERO: Self = Self(0);
    /// The largest identifier, 7.
    pub const MAX: Self = Self(7);

    /// `None` if `value` needs more than 3 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u8 {
        self.0 & Self::MAX.0 // changes nothing; tells the compiler the width
    }
}

/// Virtual channel identifier of AOS, TC and USLP: 6 bits. TM has only 3 bits and checks that for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Vcid(u8);

impl Vcid {
    /// The largest identifier, 63; in AOS and USLP the channel of frames with only idle data.
    pub const MAX: Self = Self(63);

    /// `None` if `value` needs more than 6 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u8 {
        self.0 & Self::MAX.0 // changes nothing; tells the compiler the width
    }
}

/// Multiplexer access point identifier of USLP: 4 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct MapId(u8);

impl MapId {
    /// The largest identifier, 15.
    pub const MAX: Self = Self(15);

    /// `None` if `value` needs more than 4 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u8 {
        self.0 & Self::MAX.0 // changes nothing; tells the compiler the width
    }
}

/// Multiplexer access point identifier of TC: 6 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TcMapId(u8);

impl TcMapId {
    /// The largest identifier, 63.
    pub const MAX: Self = Self(63);

    /// `None` if `value` needs more than 6 bits.
    pub const fn new(value: u8) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u8 {
        self.0 & Self::MAX.0 // changes nothing; tells the compiler the width
    }
}

/// Application process identifier of a space packet: 11 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Apid(u16);

impl Apid {
    /// The identifier of idle packets, 2047 (all ones).
    pub const IDLE: Self = Self(0x7FF);
    /// The largest identifier, which is also the idle one.
    pub const MAX: Self = Self::IDLE;

    /// `None` if `value` needs more than 11 bits.
    pub const fn new(value: u16) -> Option<Self> {
        if value <= Self::MAX.0 {
            Some(Self(value))
        } else {
            None
        }
    }

    /// The identifier as an integer.
    pub const fn get(self) -> u16 {
        self.0 & Self::MAX.0 // changes nothing; tells the compiler the width
    }

    /// Whether packets with this identifier carry only fill.
    pub const fn is_idle(self) -> bool {
        self.0 == Self::IDLE.0
    }
}

/// Transfer frame version number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tfvn {
    /// `00`: TM and TC, which only the channel tells apart.
    Version1,
    /// `01`: AOS.
    Version2,
    /// `10`: Proximity-1 Version-3.
    Version3,
    /// `1100`: USLP.
    Version4,
}

impl Tfvn {
    /// The version that the first octet of a frame announces; `None` for `1101`, `1110` and `1111`.
    pub const fn of(first_octet: u8) -> Option<Self> {
        match (first_octet >> 6, first_octet >> 4) {
            (0b00, _) => Some(Self::Version1),
            (0b01, _) => Some(Self::Version2),
            (0b10, _) => Some(Self::Version3),
            (_, 0b1100) => Some(Self::Version4),
            _ => None,
        }
    }
}

/// Master channel identifier: version and spacecraft.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mcid {
    tfvn: Tfvn,
    scid: u16,
}

impl Mcid {
    /// A TM or TC master channel (Version-1).
    pub const fn version1(scid: Scid) -> Self {
        Self {
            tfvn: Tfvn::Version1,
            scid: scid.0,
        }
    }

    /// An AOS master channel.
    pub const fn aos(scid: AosScid) -> Self {
        Self {
            tfvn: Tfvn::Version2,
            scid: scid.0 as u16,
        }
    }

    /// A USLP master channel.
    pub const fn uslp(scid: UslpScid) -> Self {
        Self {
            tfvn: Tfvn::Version4,
            scid: scid.0,
        }
    }

    /// The version.
    pub const fn tfvn(self) -> Tfvn {
        self.tfvn
    }

    /// The spacecraft as a bare number, whatever the width of its book.
    pub const fn scid(self) -> u16 {
        self.scid
    }
}

/// Global virtual channel identifier: master channel and virtual channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gvcid {
    /// The master channel.
    pub mcid: Mcid,
    /// The virtual channel of it.
    pub vcid: Vcid,
}

impl Gvcid {
    /// Puts the two together.
    pub const fn new(mcid: Mcid, vcid: Vcid) -> Self {
        Self { mcid, vcid }
    }
}

mod display;
#[cfg(test)]
mod tests;
