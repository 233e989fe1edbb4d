//! Channel coding of the Earth link on board: transfer frames to channel access data units, CLTUs to telecommand frames.
//!
//! Books: 131.0-B (way down), 231.0-B (way up). [`ChannelUnit`] makes a stream of octets, packed channel symbols, of the frames of
//! [`downlink`](super::downlink): marker, randomizer and code by [`UnitConfig`]. [`CltuDecoder`] finds the CLTUs in what the receiver gives and hands
//! out TC transfer frames. The ground decodes with its own decoder and encodes with [`Commander`](super::commander::Commander).
//! Left out: punctured rates of the convolutional code, slicing of frames over codeblocks (`131.0-B-5`), USLP frames in CLTUs.
//!
//! ```
//! use magpie_relay::earth::coding::{ChannelUnit, UnitConfig};
//! let mut unit = ChannelUnit::new(UnitConfig::uncoded(10)).unwrap();
//! let mut octets = vec![0; unit.octets_max()];
//! assert_eq!(unit.encode(&[0; 10], &mut octets), Ok(14));
//! assert_eq!(octets[..8], [0x1A, 0xCF, 0xFC, 0x1D, 0xFF, 0x48, 0x0E, 0xC0]);
//! ```

mod cltu;

pub use cltu::{CltuDecoder, CltuDecoderConfig, CltuDecoderStats};

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use magpie_coding::cadu::{CaduConfig, CaduEncoder, CaduError, TmRandomizer};
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::ldpc::{LdpcChannel, LdpcCode};
use magpie_coding::randomizer::Sequence;
use magpie_coding::reed_solomon::RsCode;
use magpie_coding::turbo::TurboCode;
use magpie_coding::turbo::chain::TurboSender;

/// The block code of the downlink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitCode {
    /// None: marker and frame.
    Uncoded,
    /// Reed–Solomon, dual basis, with this interleaving depth.
    ReedSolomon(RsCode, usize),
    /// Turbo.
    Turbo(TurboCode),
    /// AR4JA or C2.
    Ldpc(LdpcCode),
}

/// How frames become channel symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnitConfig {
    /// Octets of a frame; the code may leave no choice.
    pub frame_len: usize,
    /// Block code.
    pub code: UnitCode,
    /// Randomizer over the codeblock.
    pub randomizer: TmRandomizer,
    /// Convolutional code K = 7, rate 1/2, over markers and codeblocks; not with turbo or LDPC.
    pub convolutional: bool,
}

impl UnitConfig {
    /// Randomized frames behind markers, nothing else.
    pub const fn uncoded(frame_len: usize) -> Self {
        Self {
            frame_len,
            code: UnitCode::Uncoded,
            randomizer: TmRandomizer::Short,
            convolutional: false,
        }
    }

    /// Reed–Solomon; 223 (E = 16) or 239 (E = 8) octets of frame a codeword at the most.
    pub const fn reed_solomon(code: RsCode, interleave: usize, frame_len: usize) -> Self {
        Self {
            code: UnitCode::ReedSolomon(code, interleave),
            ..Self::uncoded(frame_len)
        }
    }

    /// Turbo; the frame fills the block.
    pub const fn turbo(code: TurboCode) -> Self {
        Self {
            code: UnitCode::Turbo(code),
            ..Self::uncoded(code.message_len())
        }
    }

    /// LDPC; the frame fills the codeword.
    pub const fn ldpc(code: LdpcCode) -> Self {
        Self {
            code: UnitCode::Ldpc(code),
            ..Self::uncoded(code.message_len())
        }
    }

    /// The same with the convolutional code around it.
    #[must_use]
    pub const fn with_convolutional(self) -> Self {
        Self {
            convolutional: true,
            ..self
        }
    }
}

/// Why there is no such coding, or a frame was not encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodingError {
    /// Frame length, interleaving or buffer do not go with the code.
    Cadu(CaduError),
    /// A code of telecommand.
    NotTelemetry,
    /// A convolutional code outside of turbo or LDPC.
    TwoInner,
    /// The frame does not fill the block.
    FrameLength {
        /// Octets of the block.
        need: usize,
        /// Octets of a frame.
        have: usize,
    },
    /// The buffer is too short, see [`ChannelUnit::octets_max`].
    Buffer {
        /// Octets needed.
        need: usize,
        /// Octets there are.
        have: usize,
    },
}

impl fmt::Display for CodingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cadu(error) => error.fmt(f),
            Self::NotTelemetry => f.write_str("no LDPC code of telemetry"),
            Self::TwoInner => f.write_str("turbo and LDPC have no convolutional code around them"),
            Self::FrameLength { need, have } => {
                write!(f, "the code takes frames of {need} octets, not {have}")
            }
            Self::Buffer { need, have } => write!(f, "{need} octets needed, the buffer has {have}"),
        }
    }
}

impl core::error::Error for CodingError {}

#[derive(Debug, Clone)]
enum Encoder {
    Cadu(CaduEncoder),
    Turbo(TurboSender),
    Ldpc(LdpcChannel),
}

/// Makes a stream of channel symbols, eight an octet, of transfer frames. Memory is bounded by one unit.
#[derive(Debug, Clone)]
pub struct ChannelUnit {
    config: UnitConfig,
    encoder: Encoder,
    convolutional: Option<ConvolutionalEncoder>,
    /// One unit: octets in front of the convolutional code, or symbols of turbo.
    unit: Vec<u8>,
    /// Symbols of turbo that fill no octet yet, in the lowest places, and how many.
    rest: (u8, u8),
}

impl ChannelUnit {
    /// An encoder at the start of a stream.
    ///
    /// # Errors
    /// [`CodingError`] if code and frame length do not fit together.
    pub fn new(config: UnitConfig) -> Result<Self, CodingError> {
        let (encoder, unit_len, frame_len) = match config.code {
            UnitCode::Uncoded => Self::cadu(CaduConfig::uncoded(config.frame_len), config)?,
            UnitCode::ReedSolomon(code, interleave) => {
                let cadu = CaduConfig::reed_solomon(code, interleave, config.frame_len);
                Self::cadu(cadu, config)?
            }
            UnitCode::Turbo(code) => {
                let sequence = match config.randomizer {
                    TmRandomizer::None => None,
                    TmRandomizer::Short => Some(Sequence::TmShort),
                    TmRandomizer::Long => Some(Sequence::TmLong),
                };
                let sender = TurboSender::new(code).with_randomizer(sequence);
                let unit_len = sender.unit_len();
                (Encoder::Turbo(sender), unit_len, code.message_len())
            }
            UnitCode::Ldpc(code) => {
                let channel = LdpcChannel::telemetry(code, config.randomizer)
                    .ok_or(CodingError::NotTelemetry)?;
                (
                    Encoder::Ldpc(channel),
                    channel.unit_len(),
                    code.message_len(),
                )
            }
        };
        if config.frame_len != frame_len {
            let (need, have) = (frame_len, config.frame_len);
            return Err(CodingError::FrameLength { need, have });
        }
        if config.convolutional && !matches!(encoder, Encoder::Cadu(_)) {
            return Err(CodingError::TwoInner);
        }
        Ok(Self {
            config,
            encoder,
            convolutional: config
                .convolutional
                .then(|| ConvolutionalEncoder::new(G2::Inverted)),
            unit: vec![0; unit_len],
            rest: (0, 0),
        })
    }

    fn cadu(
        cadu: Result<CaduConfig, CaduError>,
        config: UnitConfig,
    ) -> Result<(Encoder, usize, usize), CodingError> {
        let cadu = cadu
            .map_err(CodingError::Cadu)?
            .with_randomizer(config.randomizer);
        let encoder = Encoder::Cadu(CaduEncoder::new(cadu));
        Ok((encoder, cadu.cadu_len(), config.frame_len))
    }

    /// The configuration.
    pub const fn config(&self) -> &UnitConfig {
        &self.config
    }

    /// Octets that one frame can become.
    pub fn octets_max(&self) -> usize {
        match (&self.encoder, &self.convolutional) {
            (Encoder::Turbo(_), _) => self.unit.len().div_ceil(8),
            (_, Some(_)) => 2 * self.unit.len(),
            (_, None) => self.unit.len(),
        }
    }

    /// Writes the channel symbols of a frame to the front of `out` and tells how many octets that were. With turbo at rate 1/3 a unit ends within an
    /// octet; the next one goes on there, or [`ChannelUnit::finish`].
    ///
    /// # Errors
    /// [`CodingError::FrameLength`] and [`CodingError::Buffer`]; nothing was encoded.
    pub fn encode(&mut self, frame: &[u8], out: &mut [u8]) -> Result<usize, CodingError> {
        if frame.len() != self.config.frame_len {
            let (need, have) = (self.config.frame_len, frame.len());
            return Err(CodingError::FrameLength { need, have });
        }
        let (need, have) = (self.octets_max(), out.len());
        let too_short = CodingError::Buffer { need, have };
        if have < need {
            return Err(too_short);
        }
        match &self.encoder {
            Encoder::Cadu(encoder) => {
                encoder
                    .encode(frame, &mut self.unit)
                    .map_err(CodingError::Cadu)?;
            }
            Encoder::Ldpc(channel) => channel
                .encode(frame, &mut self.unit)
                .map_err(|_| too_short)?, // the lengths are those of the code
            Encoder::Turbo(sender) => {
                sender.emit(frame, &mut self.unit).map_err(|_| too_short)?;
                return Ok(self.pack(out));
            }
        }
        if let Some(convolutional) = &mut self.convolutional {
            return Ok(convolutional.encode_packed(&self.unit, out));
        }
        for (place, octet) in out.iter_mut().zip(&self.unit) {
            *place = *octet;
        }
        Ok(self.unit.len())
    }

    /// The symbols that fill no octet, filled up with zeros; `None` if there are none.
    pub const fn finish(&mut self) -> Option<u8> {
        let (symbols, count) = self.rest;
        self.rest = (0, 0);
        if count == 0 {
            return None;
        }
        Some(symbols << (8 - count))
    }

    fn pack(&mut self, out: &mut [u8]) -> usize {
        let (mut octet, mut count) = self.rest;
        let mut written = 0;
        for symbol in &self.unit {
            octet = octet << 1 | symbol;
            count += 1;
            if count == 8 {
                if let Some(place) = out.get_mut(written) {
                    *place = octet;
                }
                written += 1;
                (octet, count) = (0, 0);
            }
        }
        self.rest = (octet, count);
        written
    }
}
