//! The decoders of the return link; a pass uses one of them.
//!
//! | Code | Decoder | Octets |
//! |---|---|---|
//! | convolutional | soft Viterbi, [`CompactReceiver`] | 1,900 |
//! | LDPC (2048,1024) | [`UnitReceiver`]: [`CodeblockSync`] and [`SmallLdpcDecoder`] | 400, and [`LdpcMemory`]: 12,496 |

use magpie_coding::codeblock::{Codeblock, CodeblockStats, CodeblockSync, Verdict};
use magpie_coding::convolutional::G2;
use magpie_coding::ldpc::{LdpcChannel, LdpcCode, LdpcReceiver, SmallLdpcDecoder};
use magpie_coding::viterbi::CompactReceiver;

const CODE: LdpcCode = LdpcCode::Prox1;
const MESSAGE_LEN: usize = CODE.message_len();

/// Iterations at the most: what a block of noise costs.
const ITERATIONS: u16 = 20;

/// Room for a unit of symbols, for the decoder's own, and for a message.
#[derive(Debug)]
pub struct LdpcMemory {
    symbols: [i8; LdpcReceiver::symbols_len(LdpcChannel::PROX1)],
    decoder: SmallLdpcDecoder,
    message: [u8; MESSAGE_LEN],
}

impl LdpcMemory {
    /// All zeros, which costs no place in an image.
    pub const fn new() -> Self {
        Self {
            symbols: [0; LdpcReceiver::symbols_len(LdpcChannel::PROX1)],
            decoder: SmallLdpcDecoder::new(),
            message: [0; MESSAGE_LEN],
        }
    }
}

impl Default for LdpcMemory {
    fn default() -> Self {
        Self::new()
    }
}

/// A message with what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Position of the first symbol of its marker.
    pub at_symbol: u64,
    /// It is the one behind the last.
    pub follows: bool,
    /// The message.
    pub octets: &'a [u8],
}

/// `magpie_coding::ldpc::LdpcReceiver` with the small decoder.
#[derive(Debug)]
pub struct UnitReceiver {
    sync: CodeblockSync<'static, &'static mut [i8]>,
    decoder: &'static mut SmallLdpcDecoder,
    message: &'static mut [u8; MESSAGE_LEN],
}

impl UnitReceiver {
    /// At the start of a stream; `None` is for memory that is too small, which this is not.
    pub fn new(memory: &'static mut LdpcMemory) -> Option<Self> {
        let sync = CodeblockSync::new(LdpcChannel::PROX1.codeblocks(), &mut memory.symbols[..]);
        Some(Self {
            sync: sync.ok()?,
            decoder: &mut memory.decoder,
            message: &mut memory.message,
        })
    }

    /// Counters of the synchroniser.
    pub fn stats(&self) -> &CodeblockStats {
        self.sync.stats()
    }

    /// Forgets all symbols and the rhythm.
    pub fn reset(&mut self) {
        self.sync.reset();
    }

    /// Takes symbols and hands on every good message, and every bad one in the rhythm: whole frames may be in it.
    pub fn push(&mut self, symbols: &[i8], sink: &mut impl FnMut(Message<'_>)) {
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
                    octets: &message[..],
                });
            }
            if good { Verdict::Good } else { Verdict::Bad }
        });
    }
}

/// Whether the message is right: all checks hold, and enough of the symbols were there.
fn decode(decoder: &mut SmallLdpcDecoder, symbols: &[i8], message: &mut [u8; MESSAGE_LEN]) -> bool {
    let Some(symbols) = symbols.first_chunk() else {
        return false; // never: the synchroniser gives codewords
    };
    let known = symbols.iter().filter(|&&symbol| symbol != 0).count();
    let took = decoder.decode(symbols, message, ITERATIONS);
    known >= CODE.qc().k && took.is_some()
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
