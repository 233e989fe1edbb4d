//! Attached synchronisation markers and the search for them, bit by bit.
//!
//! Books: 211.2-B-3 (PLTU marker FAF320), 131.0-B (attached and codeblock markers). The search is a shift register and a count: it
//! tolerates a number of wrong bits, sees a marker in both polarities, and goes on over any cutting of the input into chunks. Left out:
//! markers longer than 64 bits (turbo 1/3, 1/4 and 1/6).
//!
//! ```
//! use magpie_coding::asm::{Asm, MarkerSearch, Polarity};
//! let mut search = MarkerSearch::new(Asm::PLTU, 0, Polarity::Both);
//! let bits = 0x0FAF_3200_u32;
//! let hits = (0..32).filter(|i| search.push((bits >> (31 - i)) as u8 & 1).is_some()).count();
//! assert_eq!(hits, 1);
//! ```

/// A marker of 1 to 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asm {
    /// The marker, last bit in the least significant place.
    value: u64,
    /// 1 ..= 64.
    len_bits: u32,
}

impl Asm {
    /// `FAF320`, in front of every Proximity-1 frame.
    pub const PLTU: Self = Self {
        value: 0xFA_F320,
        len_bits: 24,
    }; //= 211.2-B-3 pltu-asm
    /// `1ACFFC1D`: uncoded, convolutional, Reed–Solomon, concatenated and LDPC 7/8 telemetry.
    pub const TM: Self = Self {
        value: 0x1ACF_FC1D,
        len_bits: 32,
    }; //= 131.0-B asm-tm
    /// `034776C7272895B0`: turbo 1/2 and LDPC 1/2, 2/3, 4/5, and the LDPC option of Proximity-1.
    pub const CSM: Self = Self {
        value: 0x0347_76C7_2728_95B0,
        len_bits: 64,
    }; //= 131.0-B csm-ldpc

    /// A marker of the lower `len_bits` bits of `value`; `None` unless 1 ≤ `len_bits` ≤ 64.
    pub const fn new(value: u64, len_bits: u32) -> Option<Self> {
        if len_bits == 0 || len_bits > 64 {
            return None;
        }
        Some(Self {
            value: value & (u64::MAX >> (64 - len_bits)),
            len_bits,
        })
    }

    /// Length in bits.
    pub const fn len_bits(self) -> u32 {
        self.len_bits
    }

    /// The bits of the marker, the last transmitted in the least significant place.
    pub const fn value(self) -> u64 {
        self.value
    }

    /// Length in octets if it is a whole number of them.
    pub const fn len_octets(self) -> Option<usize> {
        if self.len_bits.is_multiple_of(8) {
            Some(self.len_bits as usize / 8)
        } else {
            None
        }
    }

    /// Writes a marker of whole octets to the front of `out` and tells how many octets it has; `None` if it does not fit or has odd bits.
    pub fn emit(self, out: &mut [u8]) -> Option<usize> {
        let len = self.len_octets()?;
        let octets = (self.value << (64 - self.len_bits)).to_be_bytes();
        out.get_mut(..len)?.copy_from_slice(octets.get(..len)?);
        Some(len)
    }

    const fn mask(self) -> u64 {
        u64::MAX >> (64 - self.len_bits)
    }
}

/// Which polarities of the bit stream are searched. A receiver that locks 180° off turns every bit over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Polarity {
    /// Markers as sent and markers with every bit turned over.
    #[default]
    Both,
    /// Only markers as sent.
    Normal,
}

/// A marker that ends with the bit just pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Every bit is turned over, and so is what follows.
    pub inverted: bool,
    /// Bits of the marker that are wrong (counted after turning it back).
    pub errors: u8,
}

/// The search for one marker in a stream of bits. Work: one comparison a bit.
#[derive(Clone, Copy, Debug)]
pub struct MarkerSearch {
    asm: Asm,
    tolerance: u32,
    polarity: Polarity,
    /// The bits pushed last, newest in the least significant place.
    window: u64,
    /// How many of them are valid, at most the length of the marker.
    filled: u32,
    /// The octets that lie within the marker from one to eight bits before its end, and those before them: where the last two
    /// octets are none of them, no marker ends in the next one.
    insides: [OctetSet; 2],
}

impl MarkerSearch {
    /// A search that lets up to `tolerance` bits be wrong. A tolerance from half the marker on would match anything, so it is limited to
    /// one bit less than half.
    pub const fn new(asm: Asm, tolerance: u8, polarity: Polarity) -> Self {
        let most = (asm.len_bits - 1) / 2;
        let tolerance = if tolerance as u32 > most {
            most
        } else {
            tolerance as u32
        };
        Self {
            asm,
            tolerance,
            polarity,
            window: 0,
            filled: 0,
            insides: [
                OctetSet::within(asm, 0, tolerance, polarity),
                OctetSet::within(asm, 8, tolerance, polarity),
            ],
        }
    }

    /// The marker.
    pub const fn asm(&self) -> Asm {
        self.asm
    }

    /// Takes the next bit (the lowest of `bit`) and tells whether a marker ends with it.
    #[inline]
    pub const fn push(&mut self, bit: u8) -> Option<Hit> {
        self.window = self.window << 1 | (bit & 1) as u64;
        if self.filled < self.asm.len_bits {
            self.filled += 1;
        }
        self.hit_within(self.tolerance)
    }

    /// Takes eight bits at once, the first in the most significant place, if it is plain that no marker ends with any of them, and says
    /// whether it did. If not, they must be pushed one by one. Without tolerance, one octet of noise in 256 is left.
    #[inline]
    pub const fn pass_over(&mut self, octet: u8) -> bool {
        let [last, before] = &self.insides;
        if last.has(self.window as u8) && before.has((self.window >> 8) as u8) {
            return false;
        }
        self.window = self.window << 8 | octet as u64;
        self.filled = if self.filled + 8 < self.asm.len_bits {
            self.filled + 8
        } else {
            self.asm.len_bits
        };
        true
    }

    /// Looks at the bits already pushed with another tolerance: the marker that they hold, if no more than `tolerance` bits are wrong.
    /// Of the two polarities the one with fewer errors counts. `None` as long as fewer bits than the marker's were pushed.
    #[inline]
    pub const fn hit_within(&self, tolerance: u32) -> Option<Hit> {
        let len = self.asm.len_bits;
        let errors = ((self.window ^ self.asm.value) & self.asm.mask()).count_ones();
        let upright = errors <= tolerance;
        let turned = matches!(self.polarity, Polarity::Both) && len - errors <= tolerance;
        if self.filled < len || !(upright || turned) {
            return None;
        }
        let inverted = turned && (!upright || len - errors < errors);
        let errors = if inverted { len - errors } else { errors };
        Some(Hit {
            inverted,
            errors: errors as u8,
        })
    }

    /// Forgets all bits: the next marker must lie in bits yet to come.
    pub const fn reset(&mut self) {
        self.window = 0;
        self.filled = 0;
    }
}

/// A set of octets.
#[derive(Clone, Copy, Debug)]
struct OctetSet([u32; 8]);

impl OctetSet {
    /// The octets that end `behind` + 1 to `behind` + 8 bits before the end of a marker. With tolerance, or if they reach beyond its
    /// beginning, it may be any.
    const fn within(asm: Asm, behind: u32, tolerance: u32, polarity: Polarity) -> Self {
        if tolerance > 0 || asm.len_bits < behind + 16 {
            return Self([u32::MAX; 8]);
        }
        let mut set = Self([0; 8]);
        let mut shift = behind + 1;
        while shift <= behind + 8 {
            let octet = (asm.value >> shift) as u8;
            set.add(octet);
            if matches!(polarity, Polarity::Both) {
                set.add(!octet);
            }
            shift += 1;
        }
        set
    }

    const fn add(&mut self, octet: u8) {
        self.0[(octet >> 5) as usize] |= 1 << (octet & 31);
    }

    #[inline]
    const fn has(&self, octet: u8) -> bool {
        self.0[(octet >> 5) as usize] >> (octet & 31) & 1 == 1
    }
}
