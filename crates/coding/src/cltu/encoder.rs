//! The sending side: frames into CLTUs.
//!
//! Book: 231.0-B.
//!
//! ```
//! use magpie_coding::cltu::CltuEncoder;
//! let encoder = CltuEncoder::bch().with_randomizer(true);
//! let mut cltu = [0; 18];
//! assert_eq!(encoder.cltu_len(7), 18);
//! assert_eq!(encoder.encode(&[0; 7], &mut cltu), Ok(18));
//! assert_eq!(cltu[2..6], [0xFF, 0x39, 0x9E, 0x5A]); // zeros show the randomizer
//! ```

use super::{BCH_START, BCH_TAIL, FILL};
use crate::bch::{CODEWORD_LEN, INFORMATION_LEN, encode_codeword};
use crate::randomizer::Randomizer;

/// Why frames cannot be put into a CLTU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CltuEncodeError {
    /// There is not a single octet.
    Empty,
    /// The buffer is too short.
    Buffer {
        /// Octets of the CLTU.
        need: usize,
        /// Octets of the buffer.
        have: usize,
    },
}

impl core::fmt::Display for CltuEncodeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::Empty => f.write_str("a CLTU carries at least one octet"),
            Self::Buffer { need, have } => {
                write!(f, "the CLTU needs {need} octets, the buffer has {have}")
            }
        }
    }
}

impl core::error::Error for CltuEncodeError {}

/// Makes CLTUs of transfer frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CltuEncoder {
    randomized: bool,
}

impl CltuEncoder {
    /// BCH codewords, no randomizer.
    pub const fn bch() -> Self {
        Self { randomized: false }
    }

    /// With or without the randomizer.
    #[must_use]
    pub const fn with_randomizer(self, randomized: bool) -> Self {
        Self { randomized }
    }

    /// Octets of the CLTU that carries `data_len` octets of frames.
    pub const fn cltu_len(&self, data_len: usize) -> usize {
        let codewords = data_len
            .div_ceil(INFORMATION_LEN)
            .saturating_mul(CODEWORD_LEN);
        codewords.saturating_add(BCH_START.len_bits() as usize / 8 + BCH_TAIL.len())
    }

    /// Writes the CLTU of `frames` (one, or several end to end) to the front of `out` and tells how many octets that were.
    ///
    /// # Errors
    /// [`CltuEncodeError`].
    pub fn encode(&self, frames: &[u8], out: &mut [u8]) -> Result<usize, CltuEncodeError> {
        if frames.is_empty() {
            return Err(CltuEncodeError::Empty);
        }
        let (need, have) = (self.cltu_len(frames.len()), out.len());
        let too_short = CltuEncodeError::Buffer { need, have };
        let cltu = out.get_mut(..need).ok_or(too_short)?;
        let start_len = BCH_START.emit(cltu).ok_or(too_short)?;
        let (body, tail) = cltu.split_last_chunk_mut().ok_or(too_short)?;
        *tail = BCH_TAIL; //= 231.0-B cltu-tail
        let (codewords, _) = body.get_mut(start_len..).ok_or(too_short)?.as_chunks_mut();
        let mut randomizer = self.randomized.then(Randomizer::tc);
        for (codeword, octets) in codewords.iter_mut().zip(frames.chunks(INFORMATION_LEN)) {
            let mut information = [FILL; INFORMATION_LEN]; //= 231.0-B cltu-fill
            for (place, &octet) in information.iter_mut().zip(octets) {
                //= 231.0-B cltu-randomizer
                *place = octet ^ randomizer.as_mut().map_or(0, Randomizer::next_octet);
            }
            *codeword = encode_codeword(&information);
        }
        Ok(need)
    }
}
