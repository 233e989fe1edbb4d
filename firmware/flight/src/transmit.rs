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

/// Encoder and buffers between transceiver and modem.
#[derive(Debug)]
pub struct Transmitter {
    code: Code,
    octets: [u8; CODED_LEN / 2],
    coded: [u8; CODED_LEN],
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
            octets: [0; CODED_LEN / 2],
            coded: [0; CODED_LEN],
        }
    }

    /// What goes on the air from `from` on, for `span`. Whole octets only: the modem's stretches are multiples of an octet at every
    /// rate of the book from 8 kbit/s on, and of 8 ms below.
    pub fn emit<M: Lent>(
        &mut self,
        node: &mut Transceiver<M>,
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
        let room = want.min(self.octets.len());
        let output = match self.octets.get_mut(..room) {
            Some(octets) if room > 0 => node.fill(from, octets),
            _ => Output::Off,
        };
        let (modulation, len) = match output {
            Output::Off => (Modulation::Off, 0),
            Output::CarrierOnly { .. } => (Modulation::Carrier, 0),
            Output::Modulated { octets } => (Modulation::Symbols, self.encode(octets)),
        };
        Emission {
            answers_us,
            modulation,
            transmit_rate: rate.bits_per_s() * sends,
            receive_rate: node.receive_rate().bits_per_s() * hears,
            state: node.status().state.number(),
            symbols: u16::try_from(len * 8).unwrap_or(0),
            coded: self.coded.get(..len).unwrap_or(&[]),
        }
    }

    /// Codes the first so many octets; how many octets of symbols that makes.
    fn encode(&mut self, octets: usize) -> usize {
        let octets = self.octets.get(..octets).unwrap_or(&[]);
        match &mut self.code {
            Code::Convolutional(encoder) => encoder.encode_packed(octets, &mut self.coded),
            Code::None => {
                for (place, octet) in self.coded.iter_mut().zip(octets) {
                    *place = *octet;
                }
                octets.len()
            }
        }
    }
}
