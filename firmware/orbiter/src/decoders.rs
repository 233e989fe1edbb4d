//! The decoders of the return link; a pass uses one of them.
//!
//! | Code | Decoder | Octets |
//! |---|---|---|
//! | convolutional | soft Viterbi, [`CompactReceiver`] | 1,900 |
//! | LDPC (2048,1024) | layered min-sum, [`LdpcReceiver`] | 600, and [`LdpcMemory`]: 10,832 |

use magpie_coding::convolutional::G2;
use magpie_coding::ldpc::{LdpcChannel, LdpcCode, LdpcDecoder, LdpcReceiver};
use magpie_coding::viterbi::CompactReceiver;

/// Octets of a message.
const MESSAGE_LEN: usize = LdpcCode::Prox1.message_len();

/// Iterations at the most: what a block of noise costs. Twice as many gain a tenth of a decibel.
const ITERATIONS: u16 = 20;

/// Room for a unit of symbols, and for the decoder's own.
#[derive(Debug)]
pub struct LdpcMemory {
    symbols: [i8; LdpcReceiver::symbols_len(LdpcChannel::PROX1)],
    decoder: [i8; LdpcDecoder::compact_len(LdpcCode::Prox1)],
}

impl LdpcMemory {
    /// All zeros, which costs no place in an image.
    pub const fn new() -> Self {
        Self {
            symbols: [0; LdpcReceiver::symbols_len(LdpcChannel::PROX1)],
            decoder: [0; LdpcDecoder::compact_len(LdpcCode::Prox1)],
        }
    }
}

impl Default for LdpcMemory {
    fn default() -> Self {
        Self::new()
    }
}

pub(crate) type Ldpc = LdpcReceiver<&'static mut [i8], &'static mut [i8], MESSAGE_LEN>;

/// Both decoders, for [`Orbiter::start`](crate::Orbiter::start).
#[derive(Debug)]
pub struct Decoders {
    pub(crate) viterbi: CompactReceiver,
    /// `None`: never, the memory has the sizes of the code.
    pub(crate) ldpc: Option<Ldpc>,
}

impl Decoders {
    /// At the start of a stream.
    pub fn new(memory: &'static mut LdpcMemory) -> Self {
        let LdpcMemory { symbols, decoder } = memory;
        let ldpc = LdpcReceiver::new(LdpcChannel::PROX1, &mut symbols[..], &mut decoder[..]);
        Self {
            viterbi: CompactReceiver::new(G2::Inverted),
            ldpc: ldpc
                .ok()
                .map(|receiver: Ldpc| receiver.with_max_iterations(ITERATIONS)),
        }
    }

    /// Another stream begins: what is on its way is gone.
    pub(crate) fn forget(&mut self) {
        self.viterbi.finish(&mut |_| ());
        if let Some(ldpc) = &mut self.ldpc {
            ldpc.reset();
        }
    }
}
