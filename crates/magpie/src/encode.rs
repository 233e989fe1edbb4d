//! From frames to a file of symbols: what `magpie encode` sends and others can decode.
//!
//! The chain is the inverse of [`magpie_ground::decode`]: units ([`Packing`]: PLTUs with idle between them, CADUs, blocks, CLTUs), inner code
//! ([`Inner`]), symbol format.

use std::io::{self, Write};

use magpie_coding::cadu::{CaduEncoder, TmRandomizer};
use magpie_coding::cltu::{CltuEncoder, LdpcCltuEncoder, plop};
use magpie_coding::convolutional::{ConvolutionalEncoder, PuncturedEncoder};
use magpie_coding::idle::Idle;
use magpie_coding::ldpc::{self, ProxLdpcSender};
use magpie_coding::pltu::PltuEncoder;
use magpie_coding::randomizer::{Randomizer, Sequence};
use magpie_coding::soft;
use magpie_coding::turbo;
use magpie_ground::decode::BlockCode;
use magpie_ground::symbols::SymbolFormat;

/// Amplitude of a soft symbol in `i8` files: well inside the range, so that a user can add noise.
const I8_AMPLITUDE: i8 = 64;

/// Octets of idle before the first unit, between two, and behind the last.
#[derive(Clone, Copy)]
pub(crate) struct Around {
    /// Acquisition.
    pub(crate) acquisition: usize,
    /// Between two units.
    pub(crate) gap: usize,
    /// Behind the last.
    pub(crate) tail: usize,
}

/// How frames are packed.
pub(crate) enum Packing {
    /// Proximity-1 units.
    Pltu,
    /// Telemetry units.
    Cadu(CaduEncoder),
    /// A frame in each LDPC or turbo block.
    Block(BlockCode, TmRandomizer),
    /// Telecommand, BCH.
    Cltu(CltuEncoder),
    /// Telecommand, LDPC.
    CltuLdpc(LdpcCltuEncoder),
}

impl Packing {
    /// Is a gap filled as telecommand does it?
    const fn alternates(&self) -> bool {
        matches!(self, Self::Cltu(_) | Self::CltuLdpc(_))
    }

    /// Puts the unit of a frame into `unit`, as packed octets, or as bits (one an element) if it says so.
    fn pack(&self, frame: &[u8], unit: &mut Vec<u8>) -> io::Result<Form> {
        let len = match self {
            Self::Pltu => {
                unit.resize(PltuEncoder::new().pltu_len(frame.len()), 0);
                PltuEncoder::new().encode(frame, unit).map_err(refuse)?
            }
            Self::Cadu(encoder) => {
                unit.resize(encoder.config().cadu_len(), 0);
                encoder.encode(frame, unit).map_err(refuse)?
            }
            Self::Cltu(encoder) => {
                unit.resize(encoder.cltu_len(frame.len()), 0);
                encoder.encode(frame, unit).map_err(refuse)?
            }
            Self::CltuLdpc(encoder) => {
                unit.resize(encoder.cltu_len(frame.len()), 0);
                encoder.encode(frame, unit).map_err(refuse)?
            }
            Self::Block(code, randomizer) => {
                pack_block(*code, *randomizer, frame, unit)?;
                return Ok(Form::Bits);
            }
        };
        unit.truncate(len);
        Ok(Form::Octets)
    }
}

/// What lies in a buffer.
enum Form {
    Octets,
    Bits,
}

/// Marker and randomized codeword, as bits: turbo blocks need not be whole octets.
fn pack_block(
    code: BlockCode,
    randomizer: TmRandomizer,
    frame: &[u8],
    bits: &mut Vec<u8>,
) -> io::Result<()> {
    let marker = code.marker();
    bits.clear();
    bits.extend((0..marker.len_bits()).map(|at| marker.bit(at)));
    let start = bits.len();
    match code {
        BlockCode::Ldpc(code) => {
            let mut codeword = vec![0; code.codeword_len()];
            ldpc::encode(code, frame, &mut codeword).map_err(refuse)?;
            bits.extend(soft::bits(&codeword));
        }
        BlockCode::Turbo(code) => {
            bits.resize(start + code.n(), 0);
            turbo::encode(code, frame, &mut bits[start..]).map_err(refuse)?;
        }
    }
    let sequence = match randomizer {
        TmRandomizer::None => return Ok(()),
        TmRandomizer::Short => Sequence::TmShort,
        TmRandomizer::Long => Sequence::TmLong,
    };
    Randomizer::new(sequence).apply_bits(&mut bits[start..]);
    Ok(())
}

#[allow(clippy::needless_pass_by_value)] // for `map_err`
fn refuse(error: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error.to_string())
}

/// The code through which everything goes, idle too.
pub(crate) enum Inner {
    /// None.
    None,
    /// Convolutional.
    Convolutional(ConvolutionalEncoder),
    /// Convolutional, punctured.
    Punctured(PuncturedEncoder),
    /// The LDPC option of Proximity-1.
    Prox1Ldpc(Box<ProxLdpcSender>),
}

/// Takes frames and writes symbols.
pub(crate) struct SymbolWriter<W> {
    packing: Packing,
    around: Around,
    inner: Inner,
    idle: Idle,
    unit: Vec<u8>,
    frames: u64,
    out: SymbolSink<W>,
}

impl<W: Write> SymbolWriter<W> {
    /// A writer.
    pub(crate) fn new(
        packing: Packing,
        around: Around,
        inner: Inner,
        format: SymbolFormat,
        out: W,
    ) -> Self {
        Self {
            packing,
            around,
            inner,
            idle: Idle::new(),
            unit: Vec::new(),
            frames: 0,
            out: SymbolSink {
                format,
                out,
                pending: Vec::new(),
                symbols: 0,
            },
        }
    }

    /// Frames written so far.
    pub(crate) const fn frames(&self) -> u64 {
        self.frames
    }

    /// Sends one frame. A frame that the unit cannot carry is refused as invalid input, before anything is sent.
    pub(crate) fn frame(&mut self, frame: &[u8]) -> io::Result<()> {
        let mut unit = std::mem::take(&mut self.unit);
        let sent = self.packing.pack(frame, &mut unit).and_then(|form| {
            let Around {
                acquisition, gap, ..
            } = self.around;
            self.idle(if self.frames == 0 { acquisition } else { gap })?;
            match form {
                Form::Octets => self.octets(&unit),
                Form::Bits => self.out.bits(&unit),
            }
        });
        self.unit = unit;
        self.frames += u64::from(sent.is_ok());
        sent
    }

    /// Sends the tail; gives the output back, and how many symbols went into it.
    pub(crate) fn finish(mut self) -> io::Result<(W, u64)> {
        self.idle(self.around.tail)?;
        if let Inner::Prox1Ldpc(sender) = &mut self.inner {
            let mut units = Vec::new();
            sender.flush(&mut |unit| units.extend_from_slice(unit));
            self.out.octets(&units)?;
        }
        self.out.finish()
    }

    fn idle(&mut self, octets: usize) -> io::Result<()> {
        let mut pattern = [plop::ALTERNATING; 1024];
        let mut left = octets;
        while left > 0 {
            let piece = &mut pattern[..left.min(1024)];
            if !self.packing.alternates() {
                self.idle.fill(piece);
            }
            left -= piece.len();
            self.octets(piece)?;
        }
        Ok(())
    }

    fn octets(&mut self, octets: &[u8]) -> io::Result<()> {
        match &mut self.inner {
            Inner::None => self.out.octets(octets),
            Inner::Convolutional(encoder) => {
                let mut symbols = vec![0; 2 * octets.len()];
                encoder.encode_packed(octets, &mut symbols);
                self.out.octets(&symbols)
            }
            Inner::Punctured(encoder) => {
                let symbols: Vec<u8> = encoder.encode_octets(octets).collect();
                self.out.bits(&symbols)
            }
            Inner::Prox1Ldpc(sender) => {
                let mut units = Vec::new();
                sender.send(octets, &mut |unit| units.extend_from_slice(unit));
                self.out.octets(&units)
            }
        }
    }
}

/// Writes hard symbols in the file's format.
struct SymbolSink<W> {
    format: SymbolFormat,
    out: W,
    /// Bits of an octet that is not full yet (format `octets`).
    pending: Vec<u8>,
    symbols: u64,
}

impl<W: Write> SymbolSink<W> {
    /// Takes eight symbols an octet.
    fn octets(&mut self, packed: &[u8]) -> io::Result<()> {
        if self.format == SymbolFormat::Octets && self.pending.is_empty() {
            self.symbols += 8 * packed.len() as u64;
            return self.out.write_all(packed);
        }
        self.bits(&soft::bits(packed).collect::<Vec<u8>>())
    }

    /// Takes one symbol an element.
    fn bits(&mut self, bits: &[u8]) -> io::Result<()> {
        self.symbols += bits.len() as u64;
        let bits = bits.iter().copied();
        match self.format {
            SymbolFormat::Octets => {
                self.pending.extend(bits);
                let (whole, rest) = self.pending.as_chunks::<8>();
                let octets: Vec<u8> = whole.iter().map(|&o| soft::octet_from_bits(o)).collect();
                self.pending = rest.to_vec();
                self.out.write_all(&octets)
            }
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

    /// Fills the last octet with zeros if need be.
    fn finish(mut self) -> io::Result<(W, u64)> {
        if !self.pending.is_empty() {
            self.pending.resize(8, 0);
            self.bits(&[])?;
        }
        self.out.flush()?;
        Ok((self.out, self.symbols))
    }
}
