//! From a transceiver to the modem: the octets of a stretch of time, coded.
//!
//! A stretch is either off, carrier only or modulated as a whole; a change that falls into it comes at the next one. Modulation that ends
//! within a stretch gives fewer symbols than the stretch has.

use magpie_bus::exchange::MAX_CODED;
use magpie_bus::{Emission, Modulation};
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_link::Lent;
use magpie_link::clock::{Duration, Instant};
use magpie_link::transceiver::{Output, Transceiver};

use crate::profile::{FORWARD_SYMBOLS, RETURN_SYMBOLS};

const CODED_LEN: usize = MAX_CODED / 8;

/// The code of one direction.
#[derive(Debug)]
enum Code {
    None,
    Convolutional(ConvolutionalEncoder),
}

impl Code {
    /// The symbols of the first so many octets.
    fn encode<'b>(&mut self, buffers: &'b mut Buffers, octets: usize) -> &'b [u8] {
        let octets = buffers.octets.get(..octets).unwrap_or(&[]);
        match self {
            Self::Convolutional(encoder) => {
                let len = encoder.encode_packed(octets, &mut buffers.coded);
                buffers.coded.get(..len).unwrap_or(&[])
            }
            Self::None => octets,
        }
    }
}

/// Octets of a stretch, before and behind the encoder.
#[derive(Debug)]
pub struct Buffers {
    octets: [u8; CODED_LEN / 2],
    coded: [u8; CODED_LEN],
}

impl Buffers {
    /// All zeros.
    pub const fn new() -> Self {
        Self {
            octets: [0; CODED_LEN / 2],
            coded: [0; CODED_LEN],
        }
    }
}

impl Default for Buffers {
    fn default() -> Self {
        Self::new()
    }
}

/// The encoder between transceiver and modem. Silent until it is lent its buffers.
#[derive(Debug)]
pub struct Transmitter {
    code: Code,
    buffers: Option<&'static mut Buffers>,
}

impl Transmitter {
    /// The rover's: convolutional code, G2 inverted.
    pub const fn of_rover() -> Self {
        Self::with(Code::Convolutional(ConvolutionalEncoder::new(G2::Inverted)))
    }

    /// The orbiter's: no code.
    pub const fn of_orbiter() -> Self {
        Self::with(Code::None)
    }

    const fn with(code: Code) -> Self {
        Self {
            code,
            buffers: None,
        }
    }

    /// Lends the buffers.
    pub fn lend(&mut self, buffers: &'static mut Buffers) {
        self.buffers = Some(buffers);
    }

    /// What goes on the air from `from` on, for `span`. Whole octets only: the modem's stretches are multiples of an octet at every
    /// rate of the book from 8 kbit/s on, and of 8 ms below.
    pub fn emit<M: Lent, B: Lent>(
        &mut self,
        node: &mut Transceiver<M, B>,
        answers_us: u64,
        from: Instant,
        span: Duration,
    ) -> Emission<'_> {
        let rate = node.rate();
        let (sends, hears) = match self.code {
            Code::None => (FORWARD_SYMBOLS, RETURN_SYMBOLS),
            Code::Convolutional(_) => (RETURN_SYMBOLS, FORWARD_SYMBOLS),
        };
        let want = usize::try_from(rate.octets_in(span)).unwrap_or(usize::MAX);
        let (mut modulation, mut coded) = (Modulation::Off, &[][..]);
        if let Some(buffers) = &mut self.buffers {
            let room = want.min(buffers.octets.len());
            let output = match buffers.octets.get_mut(..room) {
                Some(octets) if room > 0 => node.fill(from, octets),
                _ => Output::Off,
            };
            match output {
                Output::Off => {}
                Output::CarrierOnly { .. } => modulation = Modulation::Carrier,
                Output::Modulated { octets } => {
                    modulation = Modulation::Symbols;
                    coded = self.code.encode(buffers, octets);
                }
            }
        }
        Emission {
            answers_us,
            modulation,
            transmit_rate: rate.bits_per_s() * sends,
            receive_rate: node.receive_rate().bits_per_s() * hears,
            state: node.status().state.number(),
            symbols: u16::try_from(coded.len() * 8).unwrap_or(0),
            coded,
        }
    }
}
