//! Attached synchronisation markers and the search for them, bit by bit.
//!
//! Books: 211.2-B-3 (PLTU marker FAF320), 131.0-B (attached and codeblock markers). The search is a shift register and a count: it
//! tolerates a number of wrong bits, sees a marker in both polarities, and goes on over any cutting of the input into chunks.
//! [`SoftMarkerSearch`] correlates soft symbols instead, for the codes whose marker is hard to see before decoding (turbo, LDPC).
//! Left out: the marker of embedded data streams, which 131.0-B-6 dropped.
//!
//! ```
//! use magpie_coding::asm::{Asm, MarkerSearch, Polarity};
//! let mut search = MarkerSearch::new(Asm::PLTU, 0, Polarity::Both);
//! let bits = 0x0FAF_3200_u32;
//! let hits = (0..32).filter(|i| search.push((bits >> (31 - i)) as u8 & 1).is_some()).count();
//! assert_eq!(hits, 1);
//! ```

#[cfg(feature = "std")]
pub(crate) mod packed;
pub(crate) mod search;
pub(crate) mod soft;

pub use search::MarkerSearch;
pub use soft::{Correlation, SoftHit, SoftMarkerSearch};

/// Bits of the longest marker, that of turbo 1/6.
pub const MAX_MARKER_BITS: u32 = 192;

/// Words that hold the longest marker.
const WORDS: usize = 3;

/// A marker of 1 to 192 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asm {
    /// The marker, last bit in the least significant place of the first word.
    words: [u64; WORDS],
    /// 1 ..= 192.
    len_bits: u32,
}

impl Asm {
    /// `FAF320`, in front of every Proximity-1 frame.
    pub const PLTU: Self = Self::of([0xFA_F320, 0, 0], 24); //= 211.2-B-3 pltu-asm
    /// `1ACFFC1D`: uncoded, convolutional, Reed–Solomon, concatenated and LDPC 7/8 telemetry.
    pub const TM: Self = Self::of([0x1ACF_FC1D, 0, 0], 32); //= 131.0-B asm-tm
    /// `034776C7272895B0`: turbo 1/2 and LDPC 1/2, 2/3, 4/5, and the LDPC option of Proximity-1.
    pub const CSM: Self = Self::of([0x0347_76C7_2728_95B0, 0, 0], 64); //= 131.0-B csm-ldpc
    /// `25D5C0CE8990F6C9461BF79C`: turbo 1/3.
    pub const TURBO_THIRD: Self = Self::of([0x8990_F6C9_461B_F79C, 0x25D5_C0CE, 0], 96); //= 131.0-B asm-turbo
    /// `034776C7272895B0FCB88938D8D76A4F`: turbo 1/4.
    pub const TURBO_QUARTER: Self =
        Self::of([0xFCB8_8938_D8D7_6A4F, 0x0347_76C7_2728_95B0, 0], 128); //= 131.0-B asm-turbo
    /// `25D5C0CE8990F6C9461BF79CDA2A3F31766F0936B9E40863`: turbo 1/6.
    pub const TURBO_SIXTH: Self = Self::of(
        [
            0x766F_0936_B9E4_0863,
            0x461B_F79C_DA2A_3F31,
            0x25D5_C0CE_8990_F6C9,
        ],
        192,
    ); //= 131.0-B asm-turbo

    const fn of(words: [u64; WORDS], len_bits: u32) -> Self {
        Self { words, len_bits }
    }

    /// A marker of the lower `len_bits` bits of `value`; `None` unless 1 ≤ `len_bits` ≤ 64.
    pub const fn new(value: u64, len_bits: u32) -> Option<Self> {
        if len_bits == 0 || len_bits > 64 {
            return None;
        }
        Some(Self::of(
            [value & (u64::MAX >> (64 - len_bits)), 0, 0],
            len_bits,
        ))
    }

    /// A marker of whole octets; `None` unless there are 1 to 24 of them.
    pub const fn from_octets(octets: &[u8]) -> Option<Self> {
        if octets.is_empty() || octets.len() > MAX_MARKER_BITS as usize / 8 {
            return None;
        }
        let mut words = [0; WORDS];
        let mut rest = octets;
        while let [octet, behind @ ..] = rest {
            let [last, middle, first] = words;
            words = [
                last << 8 | *octet as u64,
                middle << 8 | last >> 56,
                first << 8 | middle >> 56,
            ];
            rest = behind;
        }
        Some(Self::of(words, octets.len() as u32 * 8))
    }

    /// Length in bits.
    pub const fn len_bits(self) -> u32 {
        self.len_bits
    }

    /// The last 64 bits of the marker, or all if it has no more; the last transmitted in the least significant place.
    pub const fn value(self) -> u64 {
        self.words[0]
    }

    /// Bit number `at`, 0 or 1, the first transmitted being number 0; 0 behind the end.
    pub const fn bit(self, at: u32) -> u8 {
        if at >= self.len_bits {
            return 0;
        }
        let place = self.len_bits - 1 - at;
        let [last, middle, first] = self.words;
        let word = match place / 64 {
            0 => last,
            1 => middle,
            _ => first,
        };
        (word >> (place % 64) & 1) as u8
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
        let octets = self.words.iter().flat_map(|word| word.to_le_bytes());
        for (place, octet) in out.get_mut(..len)?.iter_mut().rev().zip(octets) {
            *place = octet;
        }
        Some(len)
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
