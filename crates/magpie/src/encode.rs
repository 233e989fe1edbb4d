//! From frames to a file of symbols: what `magpie encode` sends and others can decode.
//!
//! The chain is the inverse of [`magpie_ground::decode`]: units (PLTU with idle between them, or CADU), convolutional code, symbol format.

use std::io::{self, Write};

use magpie_coding::cadu::CaduEncoder;
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::idle::Idle;
use magpie_coding::pltu::PltuEncoder;
use magpie_ground::symbols::SymbolFormat;

/// Amplitude of a soft symbol in `i8` files: well inside the range, so that a user can add noise.
const I8_AMPLITUDE: i8 = 64;

/// How frames are packed.
pub(crate) enum Packing {
    /// Proximity-1 units with so many octets of idle before the first, between two, and behind the last.
    Pltu {
        /// Acquisition idle, octets.
        acquisition: usize,
        /// Idle between two units, octets.
        gap: usize,
        /// Tail idle, octets.
        tail: usize,
    },
    /// Telemetry units back to back; `tail` octets of idle pattern push the last bits through a convolutional decoder.
    Cadu {
        /// The unit.
        encoder: CaduEncoder,
        /// Octets behind the last unit.
        tail: usize,
    },
}

/// Takes frames and writes symbols.
pub(crate) struct SymbolWriter<W> {
    packing: Packing,
    convolutional: Option<ConvolutionalEncoder>,
    format: SymbolFormat,
    idle: Idle,
    out: W,
    unit: Vec<u8>,
    frames: u64,
    symbols: u64,
}

impl<W: Write> SymbolWriter<W> {
    /// A writer; `convolutional` names the G2 inversion if there is an inner code.
    pub(crate) fn new(
        packing: Packing,
        convolutional: Option<G2>,
        format: SymbolFormat,
        out: W,
    ) -> Self {
        let len = match &packing {
            Packing::Pltu { .. } => 2048 + 7,
            Packing::Cadu { encoder, .. } => encoder.config().cadu_len(),
        };
        let convolutional = convolutional.map(ConvolutionalEncoder::new);
        let idle = Idle::new();
        Self {
            packing,
            convolutional,
            format,
            idle,
            out,
            unit: vec![0; len],
            frames: 0,
            symbols: 0,
        }
    }

    /// Frames written so far.
    pub(crate) const fn frames(&self) -> u64 {
        self.frames
    }

    /// Sends one frame. A frame that the unit cannot carry is refused as invalid input, before anything is sent.
    pub(crate) fn frame(&mut self, frame: &[u8]) -> io::Result<()> {
        let mut unit = std::mem::take(&mut self.unit);
        let sent = self.packed(frame, &mut unit).and_then(|len| {
            if let Packing::Pltu {
                acquisition, gap, ..
            } = self.packing
            {
                self.idle(if self.frames == 0 { acquisition } else { gap })?;
            }
            self.octets(&unit[..len])
        });
        self.unit = unit;
        self.frames += u64::from(sent.is_ok());
        sent
    }

    /// Puts the unit of a frame into `unit` and tells its octets.
    fn packed(&self, frame: &[u8], unit: &mut [u8]) -> io::Result<usize> {
        let refuse = |error: &dyn std::fmt::Display| {
            io::Error::new(io::ErrorKind::InvalidInput, error.to_string())
        };
        match &self.packing {
            Packing::Pltu { .. } => PltuEncoder::new()
                .encode(frame, unit)
                .map_err(|error| refuse(&error)),
            Packing::Cadu { encoder, .. } => {
                encoder.encode(frame, unit).map_err(|error| refuse(&error))
            }
        }
    }

    /// Sends the tail; gives the output back, and how many symbols went into it.
    pub(crate) fn finish(mut self) -> io::Result<(W, u64)> {
        let (Packing::Pltu { tail, .. } | Packing::Cadu { tail, .. }) = self.packing;
        self.idle(tail)?;
        self.out.flush()?;
        Ok((self.out, self.symbols))
    }

    fn idle(&mut self, octets: usize) -> io::Result<()> {
        let mut pattern = [0; 1024];
        let mut left = octets;
        while left > 0 {
            let piece = &mut pattern[..left.min(1024)];
            self.idle.fill(piece);
            left -= piece.len();
            self.octets(piece)?;
        }
        Ok(())
    }

    fn octets(&mut self, octets: &[u8]) -> io::Result<()> {
        let Some(encoder) = &mut self.convolutional else {
            return self.symbols(octets);
        };
        let mut symbols = vec![0; 2 * octets.len()];
        encoder.encode_packed(octets, &mut symbols);
        self.symbols(&symbols)
    }

    /// Writes packed hard symbols, eight an octet, in the file's format.
    fn symbols(&mut self, packed: &[u8]) -> io::Result<()> {
        self.symbols += 8 * packed.len() as u64;
        let bits = magpie_coding::soft::bits(packed);
        match self.format {
            SymbolFormat::Octets => self.out.write_all(packed),
            SymbolFormat::Bits => self.out.write_all(&bits.collect::<Vec<u8>>()),
            SymbolFormat::I8 => {
                let soft = |bit| {
                    if bit == 1 {
                        I8_AMPLITUDE
                    } else {
                        -I8_AMPLITUDE
                    }
                    .cast_unsigned()
                };
                self.out.write_all(&bits.map(soft).collect::<Vec<u8>>())
            }
            SymbolFormat::F32 => {
                let soft = |bit| if bit == 1 { 1f32 } else { -1f32 }.to_le_bytes();
                self.out
                    .write_all(bits.map(soft).collect::<Vec<[u8; 4]>>().as_flattened())
            }
        }
    }
}
