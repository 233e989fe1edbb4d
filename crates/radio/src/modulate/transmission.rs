//! The sequence of a transmission: carrier only, acquisition idle, units with idle between them, tail idle, off.
//!
//! Book: 211.1-B-4 and 211.2-B-3 clause 3.3 (idle) and 3.4.2.2 (coding). Everything that is sent with modulation goes through the one
//! code in one stream, idle too.

use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_coding::idle::Idle;
use magpie_coding::ldpc::ProxLdpcSender;
use magpie_coding::pltu::{PltuEncodeError, PltuEncoder};
use magpie_coding::soft;

use super::Modulator;
use crate::Iq;

/// The coding options of 211.2-B-3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coding {
    /// None.
    Uncoded,
    /// Rate 1/2, K = 7, G2 inverted.
    #[default]
    Convolutional,
    /// (2048,1024) with its marker: 2112 symbols for 1024 bits.
    Ldpc,
}

impl Coding {
    /// Bits a symbol.
    pub const fn rate(self) -> f64 {
        match self {
            Self::Uncoded => 1.0,
            Self::Convolutional => 0.5,
            Self::Ldpc => 1024.0 / 2112.0,
        }
    }
}

enum Coder {
    Uncoded,
    Convolutional(ConvolutionalEncoder),
    Ldpc(Box<ProxLdpcSender>),
}

/// Sends frames as a Proximity-1 radio does.
///
/// ```
/// use magpie_radio::SampleRate;
/// use magpie_radio::modulate::{Coding, Modulator, Transmission};
/// use magpie_radio::waveform::{Modulation, Waveform};
///
/// let waveform = Waveform::new(Modulation::PROXIMITY, 8_000.0).unwrap();
/// let modulator = Modulator::new(waveform, SampleRate::new(64_000.0).unwrap()).unwrap();
/// let mut send = Transmission::new(modulator, Coding::Convolutional);
/// let mut samples = Vec::new();
/// send.carrier(0.25, &mut samples);
/// send.idle(64, &mut samples);
/// send.frame(&[0x80, 0x00, 0x00, 0x04, 0x00], &mut samples).unwrap();
/// send.idle(16, &mut samples);
/// send.finish(&mut samples);
/// // A quarter of a second, and 64 + 12 + 16 octets, two symbols a bit, eight samples a symbol.
/// assert_eq!(samples.len(), 16_000 + 92 * 8 * 2 * 8);
/// ```
pub struct Transmission {
    modulator: Modulator,
    coder: Coder,
    coding: Coding,
    idle: Idle,
    unit: Vec<u8>,
    symbols: Vec<u8>,
    sent: u64,
}

impl Transmission {
    /// Nothing is sent yet.
    pub fn new(modulator: Modulator, coding: Coding) -> Self {
        let coder = match coding {
            Coding::Uncoded => Coder::Uncoded,
            Coding::Convolutional => Coder::Convolutional(ConvolutionalEncoder::new(G2::Inverted)),
            Coding::Ldpc => Coder::Ldpc(Box::default()),
        };
        Self {
            modulator,
            coder,
            coding,
            idle: Idle::new(),
            unit: Vec::new(),
            symbols: Vec::new(),
            sent: 0,
        }
    }

    /// Carrier without modulation; see [`Modulator::push_carrier`].
    pub fn carrier(&mut self, seconds: f64, out: &mut Vec<Iq>) {
        self.modulator.push_carrier(seconds, out);
    }

    /// Nothing; see [`Modulator::push_silence`].
    pub fn silence(&mut self, seconds: f64, out: &mut Vec<Iq>) {
        self.modulator.push_silence(seconds, out);
    }

    /// Octets of the idle pattern, which goes on where it stopped.
    pub fn idle(&mut self, octets: usize, out: &mut Vec<Iq>) {
        let mut pattern = [0; 512];
        let mut left = octets;
        while left > 0 {
            let piece = &mut pattern[..left.min(512)];
            left -= piece.len();
            self.idle.fill(piece);
            self.octets(piece, out);
        }
    }

    /// Idle for about so many seconds, in whole octets.
    pub fn idle_for(&mut self, seconds: f64, out: &mut Vec<Iq>) {
        let bits = seconds * self.modulator.waveform().symbol_rate() * self.coding.rate();
        self.idle((bits / 8.0).round() as usize, out);
    }

    /// A transfer frame in its PLTU.
    ///
    /// # Errors
    /// If it is no frame that a PLTU can carry; nothing is sent then.
    pub fn frame(&mut self, frame: &[u8], out: &mut Vec<Iq>) -> Result<(), PltuEncodeError> {
        let encoder = PltuEncoder::new();
        let mut unit = core::mem::take(&mut self.unit);
        unit.resize(encoder.pltu_len(frame.len()), 0);
        let packed = encoder.encode(frame, &mut unit);
        if let Ok(len) = packed {
            self.octets(unit.get(..len).unwrap_or_default(), out);
        }
        self.unit = unit;
        packed.map(|_| ())
    }

    /// Any octets, through the code.
    pub fn octets(&mut self, octets: &[u8], out: &mut Vec<Iq>) {
        self.symbols.clear();
        let symbols = &mut self.symbols;
        match &mut self.coder {
            Coder::Uncoded => symbols.extend(soft::bits(octets)),
            Coder::Convolutional(encoder) => symbols.extend(encoder.encode_octets(octets)),
            Coder::Ldpc(sender) => {
                sender.send(octets, &mut |unit| symbols.extend(soft::bits(unit)));
            }
        }
        self.sent += self.symbols.len() as u64;
        self.modulator.push_symbols(&self.symbols, out);
    }

    /// Symbols sent so far.
    pub const fn symbols(&self) -> u64 {
        self.sent
    }

    /// Ends: what is left in the code, and the transmitter goes off.
    pub fn finish(&mut self, out: &mut Vec<Iq>) {
        if let Coder::Ldpc(sender) = &mut self.coder {
            self.symbols.clear();
            let symbols = &mut self.symbols;
            sender.flush(&mut |unit| symbols.extend(soft::bits(unit)));
            self.sent += self.symbols.len() as u64;
            self.modulator.push_symbols(&self.symbols, out);
        }
        self.modulator.finish(out);
    }
}
