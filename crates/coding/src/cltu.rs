//! Command Link Transmission Units: start sequence, codewords, tail sequence; the encoder, the receiver, and what a transmitter sends around them.
//!
//! Book: 231.0-B. One or more transfer frames, filled up with `55…` to whole codewords, are encoded and put between a start and a tail. The tail is no
//! codeword on purpose: a receiver leaves a CLTU at the first codeword that it cannot correct.
//!
//! | | BCH (63,56) | LDPC |
//! |---|---|---|
//! | Start | `EB90` | `034776C7272895B0` |
//! | Codeword | 7 octets → 8 | 8 → 16, or 32 → 64 |
//! | Tail | `C5C5C5C5C5C5C579` | (128,64): 16 octets, optional; (512,256): none |
//! | Randomizer | optional; over the frames of a CLTU, before fill and code | always; over each codeword, behind fill and code |
//!
//! What the tail of BCH does, which the facts do not say but arithmetic does (a test shows it): its syndrome is that of three wrong bits which no single
//! bit makes, so it is rejected in both modes, and still is with any one of its bits wrong. With two wrong bits a receiver that corrects takes it for
//! data. The idle sequence then ends the CLTU if a codeword begins with its 0 (`5555…` is rejected in both modes); beginning with its 1 (`AAAA…`) it is one bit
//! away from a codeword, so a receiver that corrects would go on for ever: [`plop`] begins with 0, and a CLTU has a limit of codewords.
//!
//! ```
//! use magpie_coding::bch::BchMode;
//! use magpie_coding::cltu::{CltuConfig, CltuEncoder, CltuEvent, CltuReceiver};
//! let frame = [0x22, 0xF6, 0x00, 0xFF, 0x00, 0x00, 0x42, 0x43];
//! let mut cltu = [0; 26];
//! let len = CltuEncoder::bch().encode(&frame, &mut cltu).unwrap();
//! assert_eq!((len, &cltu[..2]), (26, &[0xEB, 0x90][..]));
//!
//! cltu[5] ^= 0x01; // the channel turns a bit over
//! let mut data = Vec::new();
//! let mut receiver = CltuReceiver::new(CltuConfig::new(BchMode::SingleErrorCorrect));
//! receiver.handle_octets(&cltu, &mut |event| {
//!     if let CltuEvent::Codeword { octets, .. } = event {
//!         data.extend_from_slice(octets);
//!     }
//! });
//! assert_eq!(data[..8], frame);
//! assert_eq!(data[8..], [0x55; 6]); // fill; the frame's own length tells where it ends
//! ```

mod encoder;
mod ldpc;
pub mod plop;
mod receiver;

pub use encoder::{CltuEncodeError, CltuEncoder};
pub use ldpc::{LDPC_START, LdpcCltuConfig, LdpcCltuEncoder, LdpcCltuReceiver, LdpcTail};
pub use receiver::{CltuConfig, CltuReceiver};

use crate::asm::Asm;

/// `EB90`, in front of the BCH codewords.
pub const BCH_START: Asm = match Asm::new(0xEB90, 16) {
    Some(start) => start, //= 231.0-B cltu-start
    None => Asm::PLTU,    // not with 16 bits
};
/// Behind the BCH codewords.
pub const BCH_TAIL: [u8; 8] = [0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0xC5, 0x79]; //= 231.0-B cltu-tail
/// Fills the last codeword.
pub const FILL: u8 = 0x55; //= 231.0-B cltu-fill

/// What a receiver reports. The events of one CLTU are one `Start`, any number of `Codeword`, one `End`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CltuEvent<'a> {
    /// A start sequence: from search to decoding.
    Start {
        /// Position of its first bit, counted from the last reset on.
        at_bit: u64,
        /// The bits come turned over; the octets of the codewords are as sent.
        inverted: bool,
        /// Wrong bits in it.
        start_errors: u8,
    },
    /// A codeword was accepted.
    Codeword {
        /// Its information, derandomized; the last one of a CLTU may end with fill.
        octets: &'a [u8],
        /// Bits of the codeword that were corrected.
        corrected_bits: u32,
        /// Iterations of the decoder (LDPC; 0 for BCH).
        iterations: u16,
    },
    /// Back to search.
    End {
        /// Position of the first bit behind the last codeword that was accepted (or behind the start).
        at_bit: u64,
        /// Why.
        reason: CltuEnd,
        /// Codewords that were accepted; 0 is the mark of a false start.
        codewords: u32,
    },
}

/// Why a CLTU ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CltuEnd {
    /// A codeword that cannot be corrected, and it is (nearly) the tail: the regular end.
    Tail {
        /// Wrong bits in it.
        errors: u8,
    },
    /// A codeword that cannot be corrected and does not look like a tail: what followed it is lost (or there was no tail).
    Uncorrectable,
    /// As many codewords as are allowed.
    TooLong,
    /// The bits ended.
    Deactivated {
        /// Bits of the next codeword that had come.
        have_bits: u16,
    },
}

/// Which state a receiver is in. Without a bit stream (not yet, or after `finish`) it waits in `Search`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CltuState {
    /// It looks for a start sequence.
    Search,
    /// It decodes codewords.
    Decode,
}

/// Counters of a receiver.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CltuStats {
    /// Bits (or symbols) taken in.
    pub bits: u64,
    /// Start sequences found, true and false ones.
    pub starts: u64,
    /// Those of them that were turned over.
    pub inverted: u64,
    /// CLTUs without a single codeword: false starts, most of them.
    pub empty: u64,
    /// Codewords accepted.
    pub codewords: u64,
    /// Those of them in which bits were corrected.
    pub corrected: u64,
    /// Codewords accepted whose fill bit is 1 (BCH).
    pub fill_bits_wrong: u64,
    /// CLTUs that ended with a tail.
    pub ended_tail: u64,
    /// CLTUs that ended with another uncorrectable codeword.
    pub ended_uncorrectable: u64,
    /// CLTUs that reached the limit of codewords.
    pub ended_too_long: u64,
    /// CLTUs that the end of the bits cut off.
    pub ended_deactivated: u64,
}

impl CltuStats {
    /// Nothing counted yet.
    const NONE: Self = Self {
        bits: 0,
        starts: 0,
        inverted: 0,
        empty: 0,
        codewords: 0,
        corrected: 0,
        fill_bits_wrong: 0,
        ended_tail: 0,
        ended_uncorrectable: 0,
        ended_too_long: 0,
        ended_deactivated: 0,
    };

    fn count_end(&mut self, reason: CltuEnd, codewords: u32) {
        self.empty += u64::from(codewords == 0);
        *match reason {
            CltuEnd::Tail { .. } => &mut self.ended_tail,
            CltuEnd::Uncorrectable => &mut self.ended_uncorrectable,
            CltuEnd::TooLong => &mut self.ended_too_long,
            CltuEnd::Deactivated { .. } => &mut self.ended_deactivated,
        } += 1;
    }
}

#[cfg(test)]
mod tests;
