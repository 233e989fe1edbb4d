//! From a transceiver to the modem: the octets of a stretch of time, coded.
//!
//! A stretch is either off, carrier only or modulated as a whole; a change that falls into it comes at the next one. Modulation that ends
//! within a stretch gives fewer symbols than the stretch has. Whole octets only: the modem's stretches are multiples of an octet at every
//! rate of the book from 8 kbit/s on, and of 8 ms below; what an LDPC unit leaves of an octet comes with the next stretch.
//!
//! | Transmitter | Of | Code |
//! |---|---|---|
//! | [`ForwardTransmitter`] | the orbiter | none |
//! | [`ReturnTransmitter`] | the rover | convolutional or LDPC, as the pass says |

use magpie_bus::exchange::MAX_CODED;
use magpie_bus::order::ReturnCode;
use magpie_bus::{Emission, Modulation};
use magpie_coding::convolutional::{ConvolutionalEncoder, G2};
use magpie_link::Lent;
use magpie_link::clock::{Duration, Instant};
use magpie_link::transceiver::{Output, Transceiver};

use crate::profile::return_symbol_rate;
use crate::units::Units;

const CODED_LEN: usize = MAX_CODED / 8;
const OCTETS_LEN: usize = CODED_LEN / 2;

/// Octets of a stretch, before and behind the encoder.
#[derive(Debug)]
pub struct Buffers {
    octets: [u8; OCTETS_LEN],
    coded: [u8; CODED_LEN],
}

impl Buffers {
    /// All zeros.
    pub const fn new() -> Self {
        Self {
            octets: [0; OCTETS_LEN],
            coded: [0; CODED_LEN],
        }
    }
}

impl Default for Buffers {
    fn default() -> Self {
        Self::new()
    }
}

/// The code of the return link, and where it stands.
#[derive(Debug)]
enum Code {
    Convolutional(ConvolutionalEncoder),
    Ldpc(Units),
}

impl Code {
    const fn of(code: ReturnCode) -> Self {
        match code {
            ReturnCode::Convolutional => {
                Self::Convolutional(ConvolutionalEncoder::new(G2::Inverted))
            }
            ReturnCode::Ldpc => Self::Ldpc(Units::new()),
        }
    }

    const fn name(&self) -> ReturnCode {
        match self {
            Self::Convolutional(_) => ReturnCode::Convolutional,
            Self::Ldpc(_) => ReturnCode::Ldpc,
        }
    }
}

/// What goes on the air: octets of symbols, if modulated.
type OnAir<'b> = (Modulation, &'b [u8]);

/// The rover's encoder between transceiver and modem. Silent until it is lent its buffers.
#[derive(Debug)]
pub struct ReturnTransmitter {
    code: Code,
    buffers: Option<&'static mut Buffers>,
}

impl ReturnTransmitter {
    /// With the convolutional code, until told otherwise.
    pub const fn new() -> Self {
        Self {
            code: Code::of(ReturnCode::Convolutional),
            buffers: None,
        }
    }

    /// Lends the buffers.
    pub fn lend(&mut self, buffers: &'static mut Buffers) {
        self.buffers = Some(buffers);
    }

    /// Sends with this code from now on; what an encoder still held of another one is gone.
    pub fn set_code(&mut self, code: ReturnCode) {
        if self.code.name() != code {
            self.code = Code::of(code);
        }
    }

    /// What goes on the air from `from` on, for `span`.
    pub fn emit<M: Lent, B: Lent>(
        &mut self,
        node: &mut Transceiver<M, B>,
        answers_us: u64,
        from: Instant,
        span: Duration,
    ) -> Emission<'_> {
        let on_air = match (&mut self.buffers, &mut self.code) {
            (None, _) => (Modulation::Off, &[][..]),
            (Some(buffers), Code::Convolutional(encoder)) => {
                let (modulation, octets) = uncoded(&mut buffers.octets, node, from, span);
                let len = encoder.encode_packed(octets, &mut buffers.coded);
                (modulation, buffers.coded.get(..len).unwrap_or(&[]))
            }
            (Some(Buffers { octets, coded }), Code::Ldpc(units)) => {
                units.emit([octets, coded], node, from, span)
            }
        };
        let transmit_rate = return_symbol_rate(self.code.name(), node.rate().bits_per_s());
        let receive_rate = node.receive_rate().bits_per_s();
        emission(node, answers_us, on_air, [transmit_rate, receive_rate])
    }
}

impl Default for ReturnTransmitter {
    fn default() -> Self {
        Self::new()
    }
}

/// What stands between the orbiter's transceiver and its modem. Silent until it is lent its buffers.
#[derive(Debug)]
pub struct ForwardTransmitter {
    return_code: ReturnCode,
    buffers: Option<&'static mut Buffers>,
}

impl ForwardTransmitter {
    /// With a receiver for the convolutional code, until told otherwise.
    pub const fn new() -> Self {
        Self {
            return_code: ReturnCode::Convolutional,
            buffers: None,
        }
    }

    /// Lends the buffers.
    pub fn lend(&mut self, buffers: &'static mut Buffers) {
        self.buffers = Some(buffers);
    }

    /// The code of what the radio is to receive: its symbol rate.
    pub fn set_return_code(&mut self, code: ReturnCode) {
        self.return_code = code;
    }

    /// What goes on the air from `from` on, for `span`.
    pub fn emit<M: Lent, B: Lent>(
        &mut self,
        node: &mut Transceiver<M, B>,
        answers_us: u64,
        from: Instant,
        span: Duration,
    ) -> Emission<'_> {
        let on_air = match &mut self.buffers {
            None => (Modulation::Off, &[][..]),
            Some(buffers) => uncoded(&mut buffers.octets, node, from, span),
        };
        let transmit_rate = node.rate().bits_per_s();
        let receive_rate = return_symbol_rate(self.return_code, node.receive_rate().bits_per_s());
        emission(node, answers_us, on_air, [transmit_rate, receive_rate])
    }
}

impl Default for ForwardTransmitter {
    fn default() -> Self {
        Self::new()
    }
}

/// The octets of a stretch as the transceiver gives them.
fn uncoded<'b, M: Lent, B: Lent>(
    octets: &'b mut [u8],
    node: &mut Transceiver<M, B>,
    from: Instant,
    span: Duration,
) -> OnAir<'b> {
    let want = usize::try_from(node.rate().octets_in(span)).unwrap_or(usize::MAX);
    let room = want.min(octets.len());
    let output = match octets.get_mut(..room) {
        Some(octets) if room > 0 => node.fill(from, octets),
        _ => Output::Off,
    };
    match output {
        Output::Off => (Modulation::Off, &[]),
        Output::CarrierOnly { .. } => (Modulation::Carrier, &[]),
        Output::Modulated { octets: len } => {
            (Modulation::Symbols, octets.get(..len).unwrap_or(&[]))
        }
    }
}

/// The answer to the modem; `rates` are symbols a second, sent and received.
fn emission<'b, M: Lent, B: Lent>(
    node: &Transceiver<M, B>,
    answers_us: u64,
    (modulation, coded): OnAir<'b>,
    [transmit_rate, receive_rate]: [u32; 2],
) -> Emission<'b> {
    Emission {
        answers_us,
        modulation,
        transmit_rate,
        receive_rate,
        state: node.status().state.number(),
        symbols: u16::try_from(coded.len() * 8).unwrap_or(0),
        coded,
    }
}
