//! Channel Access Data Units: marker and codeblock; the encoder, the decoder of one unit, and the hunter.
//!
//! Book: 131.0-B. A frame is Reed–Solomon encoded, the codeblock randomized, the marker put in front. [`CaduConfig`] is shared by
//! [`CaduEncoder`], [`decode_unit`] and the hunter; [`CaduHunter`] finds units of fixed length in a stream of bits. Left out: turbo and
//! LDPC units (their decoders take soft symbols; the hunter finds any unit of fixed length behind a marker).
//!
//! ```
//! use magpie_coding::cadu::{CaduConfig, CaduEncoder, decode_unit};
//! use magpie_coding::reed_solomon::RsCode;
//! let config = CaduConfig::reed_solomon(RsCode::E16, 5, 1115).unwrap();
//! let mut cadu = [0; 1279];
//! let len = CaduEncoder::new(config).encode(&[0x42; 1115], &mut cadu).unwrap();
//! assert_eq!((len, &cadu[..4]), (1279, &[0x1A, 0xCF, 0xFC, 0x1D][..]));
//! cadu[100] ^= 0x55;
//! let report = decode_unit(&config, &mut cadu[4..]).unwrap();
//! assert_eq!((report.is_good(), report.corrected_symbols(), cadu[100]), (true, 1, 0x42));
//! ```

mod hunter;

pub use hunter::{CaduHunt, CaduHunter, CaduStats, CaduUnit, Verdict};

use crate::asm::Asm;
use crate::engine::Engine;
use crate::randomizer::Randomizer;
use crate::reed_solomon::{Basis, FillPolicy, ReedSolomon, RsCode, RsError, RsReport};

/// Which pseudo-random sequence is added to the codeblock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TmRandomizer {
    /// None.
    None,
    /// The 255-bit sequence, the only one until 131.0-B-4.
    #[default]
    Short,
    /// The 131,071-bit sequence of 131.0-B-5 and later.
    Long,
}

impl TmRandomizer {
    /// Adds the sequence, from its start, to a whole codeblock; the same call takes it away again.
    pub fn apply(self, block: &mut [u8]) {
        //= 131.0-B randomizer-scope
        match self {
            Self::None => {}
            Self::Short => Randomizer::tm_short().apply(block),
            Self::Long => Randomizer::tm_long().apply(block),
        }
    }
}

/// Which rule a unit or its parameters break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaduError {
    /// The code does not go with the frame length, or the unit has the wrong length.
    Rs(RsError),
    /// A frame of length zero.
    NoFrame,
    /// The frame or the unit does not have the configured length.
    Length {
        /// Octets by the configuration.
        need: usize,
        /// Octets handed over.
        have: usize,
    },
    /// The buffer is too short.
    Buffer {
        /// Octets needed.
        need: usize,
        /// Octets of the buffer.
        have: usize,
    },
    /// The marker is not a whole number of octets.
    Marker {
        /// Its length.
        len_bits: u32,
    },
}

impl core::fmt::Display for CaduError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::Rs(error) => error.fmt(f),
            Self::NoFrame => f.write_str("a frame has at least one octet"),
            Self::Length { need, have } => {
                write!(f, "{need} octets by the configuration, {have} were given")
            }
            Self::Buffer { need, have } => write!(f, "{need} octets needed, the buffer has {have}"),
            Self::Marker { len_bits } => {
                write!(
                    f,
                    "a marker of {len_bits} bits is not a whole number of octets"
                )
            }
        }
    }
}

impl core::error::Error for CaduError {}

impl From<RsError> for CaduError {
    fn from(error: RsError) -> Self {
        Self::Rs(error)
    }
}

/// How frames become units: frame length, code, randomizer, marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaduConfig {
    frame_len: usize,
    rs: Option<ReedSolomon>,
    randomizer: TmRandomizer,
    marker: Asm,
    marker_len: usize,
}

impl CaduConfig {
    /// Frames of `frame_len` octets in a Reed–Solomon codeblock of `interleave` codewords: dual basis, strict, short randomizer, marker
    /// `1ACFFC1D`.
    ///
    /// # Errors
    /// [`CaduError::Rs`] if the frame does not fill the codewords evenly.
    pub const fn reed_solomon(
        code: RsCode,
        interleave: usize,
        frame_len: usize,
    ) -> Result<Self, CaduError> {
        match ReedSolomon::for_frame(code, interleave, frame_len) {
            Ok(rs) => Ok(Self::with(frame_len, Some(rs))),
            Err(error) => Err(CaduError::Rs(error)),
        }
    }

    /// Frames without a block code: randomized (short), behind the marker `1ACFFC1D`.
    ///
    /// # Errors
    /// [`CaduError::NoFrame`] for a length of zero.
    pub const fn uncoded(frame_len: usize) -> Result<Self, CaduError> {
        if frame_len == 0 {
            return Err(CaduError::NoFrame);
        }
        Ok(Self::with(frame_len, None))
    }

    const fn with(frame_len: usize, rs: Option<ReedSolomon>) -> Self {
        let randomizer = TmRandomizer::Short;
        Self {
            frame_len,
            rs,
            randomizer,
            marker: Asm::TM,
            marker_len: 4,
        }
    }

    /// The same with another symbol basis; without effect where there is no Reed–Solomon code.
    #[must_use]
    pub fn with_basis(self, basis: Basis) -> Self {
        Self {
            rs: self.rs.map(|rs| rs.with_basis(basis)),
            ..self
        }
    }

    /// The same with another opinion on corrections in the virtual fill.
    #[must_use]
    pub fn with_fill_policy(self, policy: FillPolicy) -> Self {
        Self {
            rs: self.rs.map(|rs| rs.with_fill_policy(policy)),
            ..self
        }
    }

    /// The same with the code computed by this engine, see [`ReedSolomon::with_engine`].
    #[must_use]
    pub fn with_engine(self, engine: Engine) -> Self {
        Self {
            rs: self.rs.map(|rs| rs.with_engine(engine)),
            ..self
        }
    }

    /// The same with another randomizer.
    #[must_use]
    pub const fn with_randomizer(self, randomizer: TmRandomizer) -> Self {
        Self { randomizer, ..self }
    }

    /// The same with another marker.
    ///
    /// # Errors
    /// [`CaduError::Marker`] unless it is a whole number of octets.
    pub const fn with_marker(self, marker: Asm) -> Result<Self, CaduError> {
        match marker.len_octets() {
            Some(marker_len) => Ok(Self {
                marker,
                marker_len,
                ..self
            }),
            None => Err(CaduError::Marker {
                len_bits: marker.len_bits(),
            }),
        }
    }

    /// Octets of a transfer frame.
    pub const fn frame_len(&self) -> usize {
        self.frame_len
    }

    /// Octets behind the marker: frame and check symbols.
    pub const fn unit_len(&self) -> usize {
        match &self.rs {
            Some(rs) => rs.block_len(),
            None => self.frame_len,
        }
    }

    /// Octets of a CADU: marker and unit.
    pub const fn cadu_len(&self) -> usize {
        self.marker_len + self.unit_len()
    }

    /// The marker.
    pub const fn marker(&self) -> Asm {
        self.marker
    }

    /// The Reed–Solomon code, if there is one.
    pub const fn rs(&self) -> Option<&ReedSolomon> {
        self.rs.as_ref()
    }

    /// The randomizer.
    pub const fn randomizer(&self) -> TmRandomizer {
        self.randomizer
    }
}

/// Makes CADUs of transfer frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaduEncoder {
    config: CaduConfig,
}

impl CaduEncoder {
    /// An encoder for one channel.
    pub const fn new(config: CaduConfig) -> Self {
        Self { config }
    }

    /// The configuration.
    pub const fn config(&self) -> &CaduConfig {
        &self.config
    }

    /// Writes marker and codeblock of `frame` to the front of `out` and tells how many octets that were.
    ///
    /// # Errors
    /// [`CaduError::Length`] for a frame of another length, [`CaduError::Buffer`] if `out` is too short.
    pub fn encode(&self, frame: &[u8], out: &mut [u8]) -> Result<usize, CaduError> {
        let config = &self.config;
        if frame.len() != config.frame_len {
            return Err(CaduError::Length {
                need: config.frame_len,
                have: frame.len(),
            });
        }
        let (need, have) = (config.cadu_len(), out.len());
        let too_short = CaduError::Buffer { need, have };
        let cadu = out.get_mut(..need).ok_or(too_short)?;
        config.marker.emit(cadu).ok_or(too_short)?;
        let block = cadu.get_mut(config.marker_len..).ok_or(too_short)?;
        block
            .get_mut(..frame.len())
            .ok_or(too_short)?
            .copy_from_slice(frame);
        if let Some(rs) = &config.rs {
            rs.encode(block)?;
        }
        config.randomizer.apply(block);
        Ok(need)
    }
}

/// Takes the randomizer off the unit (what stands behind a marker) and corrects it, both in place; the frame then stands in the first
/// [`CaduConfig::frame_len`] octets.
///
/// # Errors
/// [`CaduError::Length`] for a unit of another length, which is left as it is.
pub fn decode_unit(config: &CaduConfig, unit: &mut [u8]) -> Result<RsReport, CaduError> {
    if unit.len() != config.unit_len() {
        return Err(CaduError::Length {
            need: config.unit_len(),
            have: unit.len(),
        });
    }
    config.randomizer.apply(unit);
    match &config.rs {
        Some(rs) => Ok(rs.decode(unit)?),
        None => Ok(RsReport::EMPTY),
    }
}
