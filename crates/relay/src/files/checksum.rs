//! Checksums of files (727.0-B-5, registry of checksum types): modular, CRC-32 of Proximity-1, CRC-32C, CRC-32 of IEEE 802.3, null.
//!
//! One running value over the octets in their order; it can be put down and taken up again, so a checkpoint holds twelve octets of it.
//! Left out: other types of the registry.
//!
//! ```
//! use magpie_relay::files::{Checksum, ChecksumType};
//! let mut sum = Checksum::new(ChecksumType::Crc32C);
//! sum.update(b"1234");
//! sum.update(b"56789");
//! assert_eq!(sum.value(), 0xE306_9283);
//! ```

/// Which checksum, by its code in the registry.
//= 727.0-B-5 checksum-types
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumType {
    /// 0: the sum of the words.
    Modular,
    /// 1: CRC-32 of Proximity-1.
    Proximity1,
    /// 2: CRC-32C.
    Crc32C,
    /// 3: CRC-32 of IEEE 802.3.
    Ieee,
    /// 15: none.
    Null,
}

impl ChecksumType {
    /// `None` for a code that is not known here.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Modular),
            1 => Some(Self::Proximity1),
            2 => Some(Self::Crc32C),
            3 => Some(Self::Ieee),
            15 => Some(Self::Null),
            _ => None,
        }
    }

    /// Four bits.
    pub const fn code(self) -> u8 {
        match self {
            Self::Modular => 0,
            Self::Proximity1 => 1,
            Self::Crc32C => 2,
            Self::Ieee => 3,
            Self::Null => 15,
        }
    }
}

/// A running checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checksum {
    kind: ChecksumType,
    state: u32,
    at: u64,
}

/// Eight tables of 256 words: what an octet does to the remainder 0 to 7 octets later.
type Tables = [[u32; 256]; 8];

const fn reflected(polynomial: u32) -> Tables {
    let mut tables = [[0; 256]; 8];
    let mut octet = 0;
    while octet < 256 {
        // An octet fits 32 bits; `try_from` is not `const`.
        #[allow(clippy::cast_possible_truncation)]
        let mut word = octet as u32;
        let mut bit = 0;
        while bit < 8 {
            word = word >> 1 ^ if word & 1 == 0 { 0 } else { polynomial };
            bit += 1;
        }
        tables[0][octet] = word;
        octet += 1;
    }
    let mut later = 1;
    while later < 8 {
        let mut octet = 0;
        while octet < 256 {
            let word = tables[later - 1][octet];
            tables[later][octet] = word >> 8 ^ tables[0][(word & 0xFF) as usize];
            octet += 1;
        }
        later += 1;
    }
    tables
}

/// The same for most significant bit first: mirrored polynomial, octets and result.
const PROXIMITY1: Tables = reflected(0x00A0_0805_u32.reverse_bits());
const CRC_32C: Tables = reflected(0x82F6_3B78);
const IEEE: Tables = reflected(0xEDB8_8320);

fn step(tables: &Tables, state: u32, octet: u8) -> u32 {
    let [low, ..] = state.to_le_bytes();
    state >> 8 ^ tables[0][usize::from(low ^ octet)]
}

fn run(tables: &Tables, mut state: u32, octets: &[u8], mirrored: bool) -> u32 {
    let turn = |octet: u8| {
        if mirrored {
            octet.reverse_bits()
        } else {
            octet
        }
    };
    let (eights, rest) = octets.as_chunks::<8>();
    for eight in eights {
        let mut mixed = eight.map(turn);
        for (octet, before) in mixed.iter_mut().zip(state.to_le_bytes()) {
            *octet ^= before;
        }
        state = mixed
            .iter()
            .zip(tables.iter().rev())
            .fold(0, |sum, (octet, table)| sum ^ table[usize::from(*octet)]);
    }
    for octet in rest {
        state = step(tables, state, turn(*octet));
    }
    state
}

impl Checksum {
    /// Over nothing yet.
    pub const fn new(kind: ChecksumType) -> Self {
        let state = match kind {
            ChecksumType::Crc32C | ChecksumType::Ieee => u32::MAX,
            _ => 0,
        };
        Self { kind, state, at: 0 }
    }

    /// One that was put down: see [`Checksum::state`].
    pub const fn resume(kind: ChecksumType, state: u32, at: u64) -> Self {
        Self { kind, state, at }
    }

    /// To be put down: the state, and how many octets it covers.
    pub const fn state(&self) -> u32 {
        self.state
    }

    /// Octets covered so far.
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// The type.
    pub const fn kind(&self) -> ChecksumType {
        self.kind
    }

    /// The octets that come next.
    pub fn update(&mut self, octets: &[u8]) {
        self.state = match self.kind {
            ChecksumType::Modular => modular(self.state, self.at, octets),
            //= 727.0-B-5 checksum-type-1
            ChecksumType::Proximity1 => run(&PROXIMITY1, self.state, octets, true),
            ChecksumType::Crc32C => run(&CRC_32C, self.state, octets, false),
            ChecksumType::Ieee => run(&IEEE, self.state, octets, false),
            ChecksumType::Null => 0,
        };
        self.at = self
            .at
            .saturating_add(u64::try_from(octets.len()).unwrap_or(u64::MAX));
    }

    /// The checksum of what was covered.
    pub const fn value(&self) -> u32 {
        match self.kind {
            ChecksumType::Crc32C | ChecksumType::Ieee => !self.state,
            ChecksumType::Proximity1 => self.state.reverse_bits(),
            ChecksumType::Modular => self.state,
            ChecksumType::Null => 0,
        }
    }
}

/// Four-octet words from the start of the file, added modulo 2^32.
//= 727.0-B-5 checksum-type-0
fn modular(mut state: u32, at: u64, octets: &[u8]) -> u32 {
    let single = |state: u32, place: u64, octet: u8| {
        state.wrapping_add(u32::from(octet) << (24 - 8 * (place % 4)))
    };
    let head = usize::try_from(at.wrapping_neg() % 4).map_or(0, |head| head.min(octets.len()));
    let (head, rest) = octets.split_at(head);
    for (place, octet) in (at % 4..).zip(head) {
        state = single(state, place, *octet);
    }
    let (words, tail) = rest.as_chunks::<4>();
    for word in words {
        state = state.wrapping_add(u32::from_be_bytes(*word));
    }
    for (place, octet) in (0..).zip(tail) {
        state = single(state, place, *octet);
    }
    state
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    const KINDS: [ChecksumType; 5] = [
        ChecksumType::Modular,
        ChecksumType::Proximity1,
        ChecksumType::Crc32C,
        ChecksumType::Ieee,
        ChecksumType::Null,
    ];

    fn of(kind: ChecksumType, octets: &[u8]) -> u32 {
        let mut sum = Checksum::new(kind);
        sum.update(octets);
        sum.value()
    }

    #[test]
    fn known_values() {
        //= 727.0-B-5 checksum-types
        //= 727.0-B-5 checksum-type-0
        let annex_f: Vec<u8> = (0..15).collect();
        assert_eq!(of(ChecksumType::Modular, &annex_f), 0x181C_2015);
        // The check values of the two CRCs that every catalogue prints.
        assert_eq!(of(ChecksumType::Crc32C, b"123456789"), 0xE306_9283);
        assert_eq!(of(ChecksumType::Ieee, b"123456789"), 0xCBF4_3926);
        assert_eq!(of(ChecksumType::Null, b"123456789"), 0);
        //= 727.0-B-5 checksum-type-1
        // The P-frame with a PLCW of the test vectors, and the check in its PLTU.
        let frame = [0xB1, 0x23, 0x08, 0x06, 0, 0x80, 0];
        assert_eq!(of(ChecksumType::Proximity1, &frame), 0xD8A3_C0FE);
    }

    #[test]
    fn cuts_and_resumption_change_nothing_and_the_link_computes_the_same() {
        let octets: Vec<u8> = (0..1000_u32)
            .map(|i| (i * i % 251).to_be_bytes()[3])
            .collect();
        assert_eq!(
            of(ChecksumType::Proximity1, &octets),
            magpie_coding::crc::crc32_proximity(&octets)
        );
        for kind in KINDS {
            assert_eq!(ChecksumType::from_code(kind.code()), Some(kind));
            let whole = of(kind, &octets);
            for cut in [0, 1, 2, 3, 5, 8, 13, 499] {
                let mut sum = Checksum::new(kind);
                sum.update(&octets[..cut]);
                sum.update(&octets[cut..cut * 2]);
                let mut sum = Checksum::resume(kind, sum.state(), sum.at());
                sum.update(&octets[cut * 2..]);
                assert_eq!(sum.value(), whole);
            }
        }
    }
}
