//! Soft symbols to messages: synchroniser, derandomizer and decoder in one.
//!
//! Books: 131.0-B, 211.2-B-3. The decoder is the judge of the synchroniser: a block is good if all checks hold and at least k of its symbols were not
//! erased (a block of erasures satisfies every check and means nothing). Blocks in the rhythm are handed on even if they are bad, with the best guess
//! of their message: what of a PLTU or frame is in it may be whole, and its own check says so. Memory, all lent or in the type: symbols
//! [`LdpcReceiver::symbols_len`], decoder [`LdpcDecoder::memory_len`] or [`LdpcDecoder::compact_len`], message `OCTETS` (128 for Proximity-1).
//!
//! ```
//! use magpie_coding::ldpc::{LdpcChannel, LdpcCode, LdpcDecoder, LdpcReceiver, ProxLdpcSender};
//! use magpie_coding::soft;
//!
//! let mut symbols = Vec::new();
//! let mut sender = ProxLdpcSender::new();
//! sender.send(&[0xA5; 256], &mut |unit| symbols.extend(soft::symbols(unit).map(|symbol| symbol / 4)));
//! symbols[500] = -symbols[500];
//!
//! let memory = vec![0; LdpcReceiver::symbols_len(LdpcChannel::PROX1)];
//! let decoder = vec![0; LdpcDecoder::memory_len(LdpcCode::Prox1)];
//! let mut receiver = LdpcReceiver::<_, _, 128>::new(LdpcChannel::PROX1, memory, decoder).unwrap();
//! let mut octets = Vec::new();
//! receiver.push(&symbols, &mut |block| octets.extend_from_slice(block.message));
//! assert_eq!(octets, [0xA5; 256]);
//! ```

use super::{LdpcChannel, LdpcDecoder, LdpcError, LdpcOutcome};
use crate::codeblock::{Codeblock, CodeblockConfig, CodeblockStats, CodeblockSync, Verdict};
use crate::engine::Engine;

/// A block received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LdpcBlock<'a> {
    /// Position of the first symbol of its marker.
    pub at_symbol: u64,
    /// The symbols came turned over.
    pub inverted: bool,
    /// How alike the marker was, in per cent.
    pub likeness: u8,
    /// Symbols later than the rhythm expected it; `None` if its marker alone told.
    pub slip: Option<i8>,
    /// The message is right, as far as a code can tell.
    pub good: bool,
    /// What the decoder says.
    pub outcome: LdpcOutcome,
    /// The message, k / 8 octets.
    pub message: &'a [u8],
}

/// Receives one channel. `S` is the memory for symbols, `D` that of the decoder, `OCTETS` at least k / 8.
#[derive(Clone, Debug)]
pub struct LdpcReceiver<S, D, const OCTETS: usize> {
    channel: LdpcChannel,
    sync: CodeblockSync<'static, S>,
    decoder: LdpcDecoder<D>,
    message: [u8; OCTETS],
}

impl LdpcReceiver<[i8; 0], [i8; 0], 0> {
    /// Symbols that a receiver must be able to keep.
    pub const fn symbols_len(channel: LdpcChannel) -> usize {
        channel.codeblocks().memory_len()
    }
}

impl<S: AsRef<[i8]> + AsMut<[i8]>, D: AsMut<[i8]>, const OCTETS: usize> LdpcReceiver<S, D, OCTETS> {
    /// At the start of a stream.
    ///
    /// # Errors
    ///
    /// [`LdpcError::Memory`] if one of the memories is too small, [`LdpcError::MessageLen`] if `OCTETS` is.
    pub fn new(channel: LdpcChannel, symbols: S, decoder: D) -> Result<Self, LdpcError> {
        Self::with_config(channel, channel.codeblocks(), symbols, decoder)
    }

    /// With other thresholds than [`LdpcChannel::codeblocks`] has; the lengths must be the channel's.
    ///
    /// # Errors
    ///
    /// As [`LdpcReceiver::new`]; [`LdpcError::CodewordLen`] if the blocks of `config` are not codewords.
    pub fn with_config(
        channel: LdpcChannel,
        config: CodeblockConfig<'static>,
        symbols: S,
        decoder: D,
    ) -> Result<Self, LdpcError> {
        let (need, have) = (channel.code().message_len(), OCTETS);
        if have < need {
            return Err(LdpcError::MessageLen { need, have });
        }
        let (need, have) = (channel.code().qc().n, config.block_len());
        if need != have {
            return Err(LdpcError::CodewordLen { need, have });
        }
        let (need, have) = (config.memory_len(), symbols.as_ref().len());
        Ok(Self {
            channel,
            sync: CodeblockSync::new(config, symbols)
                .map_err(|_| LdpcError::Memory { need, have })?,
            decoder: LdpcDecoder::new(channel.code(), decoder)?,
            message: [0; OCTETS],
        })
    }

    /// Decoding with another engine.
    #[must_use]
    pub fn with_engine(mut self, engine: Engine) -> Self {
        self.decoder = self.decoder.with_engine(engine);
        self
    }

    /// Decoding with so many iterations at the most.
    #[must_use]
    pub fn with_max_iterations(mut self, iterations: u16) -> Self {
        self.decoder = self.decoder.with_max_iterations(iterations);
        self
    }

    /// Which channel.
    pub const fn channel(&self) -> LdpcChannel {
        self.channel
    }

    /// Counters of the synchroniser.
    pub const fn stats(&self) -> &CodeblockStats {
        self.sync.stats()
    }

    /// A good block was found and the rhythm is kept.
    pub const fn is_locked(&self) -> bool {
        self.sync.is_locked()
    }

    /// Forgets all symbols and the rhythm.
    pub fn reset(&mut self) {
        self.sync.reset();
    }

    /// Takes soft symbols and hands on every good block, and every bad one in the rhythm.
    pub fn push(&mut self, symbols: &[i8], sink: &mut impl FnMut(LdpcBlock<'_>)) {
        let Self {
            channel,
            sync,
            decoder,
            message,
        } = self;
        let qc = channel.code().qc();
        let Some(message) = message.get_mut(..qc.k / 8) else {
            return; // refused when it was made
        };
        sync.push(symbols, &mut |block: Codeblock<'_>| {
            let Ok(outcome) = decoder.decode(block.symbols, message) else {
                return Verdict::Bad; // the length was looked at when it was made
            };
            let known = block.symbols.iter().filter(|&&symbol| symbol != 0).count();
            let good = outcome.converged && known >= qc.k;
            if good || block.slip.is_some() {
                sink(LdpcBlock {
                    at_symbol: block.at_symbol,
                    inverted: block.inverted,
                    likeness: block.likeness,
                    slip: block.slip,
                    good,
                    outcome,
                    message,
                });
            }
            if good { Verdict::Good } else { Verdict::Bad }
        });
    }
}
