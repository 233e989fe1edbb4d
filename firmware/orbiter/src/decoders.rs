//! The decoders of the return link; a pass uses one of them.
//!
//! | Code | Decoder | Octets |
//! |---|---|---|
//! | convolutional | soft Viterbi, [`CompactReceiver`] | 1,900 |
//! | LDPC (2048,1024) | [`UnitReceiver`]: [`CodeblockSync`] and layered min-sum | 400, and [`LdpcMemory`]: 10,960 |

use magpie_coding::codeblock::{Codeblock, CodeblockStats, CodeblockSync, Verdict};
use magpie_coding::convolutional::G2;
use magpie_coding::ldpc::{LdpcChannel, LdpcCode, LdpcDecoder, LdpcReceiver};
use magpie_coding::viterbi::CompactReceiver;

const CODE: LdpcCode = LdpcCode::Prox1;

/// Iterations at the most: what a block of noise costs.
const ITERATIONS: u16 = 20;

/// Room for a unit of symbols, for the decoder's own, and for a message.
#[derive(Debug)]
pub struct LdpcMemory {
    symbols: [i8; LdpcReceiver::symbols_len(LdpcChannel::PROX1)],
    decoder: [i8; LdpcDecoder::compact_len(CODE)],
    message: [u8; CODE.message_len()],
}

impl LdpcMemory {
    /// All zeros, which costs no place in an image.
    pub const fn new() -> Self {
        Self {
            symbols: [0; LdpcReceiver::symbols_len(LdpcChannel::PROX1)],
            decoder: [0; LdpcDecoder::compact_len(CODE)],
            message: [0; CODE.message_len()],
        }
    }
}

impl Default for LdpcMemory {
    fn default() -> Self {
        Self::new()
    }
}

/// A message with what is known of it.
#[derive(Clone, Copy)]
pub(crate) struct Message<'a> {
    /// Position of the first symbol of its marker.
    pub(crate) at_symbol: u64,
    /// It is the one behind the last.
    pub(crate) follows: bool,
    pub(crate) octets: &'a [u8],
}

/// `magpie_coding::ldpc::LdpcReceiver` for this code alone: a program that names the code where it decodes carries the tables of no other.
#[derive(Debug)]
pub(crate) struct UnitReceiver {
    sync: CodeblockSync<'static, &'static mut [i8]>,
    decoder: &'static mut [i8],
    message: &'static mut [u8],
}

impl UnitReceiver {
    fn new(memory: &'static mut LdpcMemory) -> Option<Self> {
        let sync = CodeblockSync::new(LdpcChannel::PROX1.codeblocks(), &mut memory.symbols[..]);
        Some(Self {
            sync: sync.ok()?,
            decoder: &mut memory.decoder,
            message: &mut memory.message,
        })
    }

    pub(crate) fn stats(&self) -> &CodeblockStats {
        self.sync.stats()
    }

    pub(crate) fn reset(&mut self) {
        self.sync.reset();
    }

    /// Takes symbols and hands on every good message, and every bad one in the rhythm: whole frames may be in it.
    pub(crate) fn push(&mut self, symbols: &[i8], sink: &mut impl FnMut(Message<'_>)) {
        let Self {
            sync,
            decoder,
            message,
        } = self;
        sync.push(symbols, &mut |block: Codeblock<'_>| {
            let good = decode(decoder, block.symbols, message);
            if good || block.slip.is_some() {
                sink(Message {
                    at_symbol: block.at_symbol,
                    follows: block.slip.is_some(),
                    octets: message,
                });
            }
            if good { Verdict::Good } else { Verdict::Bad }
        });
    }
}

/// Whether the message is right: all checks hold, and enough of the symbols were there.
#[inline(never)]
fn decode(memory: &mut [i8], symbols: &[i8], message: &mut [u8]) -> bool {
    let Ok(decoder) = LdpcDecoder::new(CODE, memory) else {
        return false; // never: the memory has the size of the code
    };
    let mut decoder = decoder.with_max_iterations(ITERATIONS);
    let known = symbols.iter().filter(|&&symbol| symbol != 0).count();
    let outcome = decoder.decode(symbols, message);
    known >= CODE.qc().k && outcome.is_ok_and(|outcome| outcome.converged)
}

/// Both decoders, for [`Orbiter::start`](crate::Orbiter::start).
#[derive(Debug)]
pub struct Decoders {
    pub(crate) viterbi: CompactReceiver,
    /// `None`: never, the memory has the size of the code.
    pub(crate) ldpc: Option<UnitReceiver>,
}

impl Decoders {
    /// At the start of a stream.
    pub fn new(memory: &'static mut LdpcMemory) -> Self {
        Self {
            viterbi: CompactReceiver::new(G2::Inverted),
            ldpc: UnitReceiver::new(memory),
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
