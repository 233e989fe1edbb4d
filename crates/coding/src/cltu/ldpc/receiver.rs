//! The receiving side for LDPC: a stream of soft symbols, searched for start sequences and decoded behind them.
//!
//! Book: 231.0-B. The states are those of [`CltuReceiver`](crate::cltu::CltuReceiver). The start is searched in the signs of the symbols, 12 of its 64 bits may be wrong
//! (settable): in noise that comes every two million symbols for both polarities, while at one wrong symbol in ten a start in 60 is missed. A CLTU ends at a block
//! that does not decode, or at once where one of the two tails of (128,64) stands with up to 20 of its 128 bits wrong. As (512,256) has
//! no tail, its last codeword is known as the last when a whole block of something else has come, or at [`LdpcCltuReceiver::finish`].
//!
//! Bounds. Memory: 512 symbols and what the decoder is lent. Work: one comparison a symbol, one decoding a block, and at most each symbol searched twice.
//!
//! ```
//! use magpie_coding::cltu::{LdpcCltuConfig, LdpcCltuReceiver, CltuState};
//! use magpie_coding::ldpc::{LdpcCode, LdpcDecoder};
//! const MEMORY: usize = LdpcDecoder::memory_len(LdpcCode::Tc512);
//! let mut receiver = LdpcCltuReceiver::new(LdpcCltuConfig::long(), [0; MEMORY])?;
//! receiver.handle_symbols(&[20, -3, 0, -128], &mut |_| ());
//! assert_eq!((receiver.state(), receiver.stats().bits), (CltuState::Search, 4));
//! # Ok::<(), magpie_coding::ldpc::LdpcError>(())
//! ```

use super::{LDPC_START, LONG_LEN, LdpcTail, SHORT_LEN};
use crate::asm::{Hit, MarkerSearch, Polarity};
use crate::cltu::{CltuEnd, CltuEvent, CltuState, CltuStats};
use crate::ldpc::{LdpcCode, LdpcDecoder, LdpcError};
use crate::randomizer::Randomizer;
use crate::soft::bit_from_soft;

const START_ERRORS: u8 = 12;
const TAIL_ERRORS: u32 = 20;
/// Symbols of the longest codeword.
const SYMBOLS: usize = LONG_LEN.1 * 8;

/// What an [`LdpcCltuReceiver`] is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LdpcCltuConfig {
    code: LdpcCode,
    start_errors: u8,
    polarity: Polarity,
    max_codewords: u32,
    max_iterations: u16,
}

impl LdpcCltuConfig {
    /// (128,64): 12 wrong bits in the start, both polarities, at most 1,024 codewords a CLTU, 50 iterations a codeword.
    pub const fn short() -> Self {
        Self::new(LdpcCode::Tc128, 1024)
    }

    /// (512,256): 12 wrong bits in the start, both polarities, at most 256 codewords a CLTU, 50 iterations a codeword.
    pub const fn long() -> Self {
        Self::new(LdpcCode::Tc512, 256)
    }

    const fn new(code: LdpcCode, max_codewords: u32) -> Self {
        Self {
            code,
            start_errors: START_ERRORS,
            polarity: Polarity::Both,
            max_codewords,
            max_iterations: 50,
        }
    }

    /// How many bits of the start may be wrong (limited to 31).
    #[must_use]
    pub const fn with_start_errors(self, start_errors: u8) -> Self {
        Self {
            start_errors,
            ..self
        }
    }

    /// Which polarities to search.
    #[must_use]
    pub const fn with_polarity(self, polarity: Polarity) -> Self {
        Self { polarity, ..self }
    }

    /// Codewords of the longest CLTU (at least 1).
    #[must_use]
    pub const fn with_max_codewords(self, max_codewords: u32) -> Self {
        Self {
            max_codewords,
            ..self
        }
    }

    /// Iterations of the decoder at the most.
    #[must_use]
    pub const fn with_max_iterations(self, max_iterations: u16) -> Self {
        Self {
            max_iterations,
            ..self
        }
    }

    /// The code.
    pub const fn code(&self) -> LdpcCode {
        self.code
    }

    /// Octets of information and of codeword.
    const fn lens(&self) -> (usize, usize) {
        match self.code {
            LdpcCode::Tc128 => SHORT_LEN,
            _ => LONG_LEN,
        }
    }
}

/// A CLTU that is being decoded.
#[derive(Clone, Copy, Debug)]
struct Decoding {
    inverted: bool,
    codewords: u32,
    /// The last 64 symbols of the codeword before, as hard bits.
    previous: u64,
}

/// Finds and decodes LDPC CLTUs in a stream of soft symbols; `M` is the decoder's memory.
#[derive(Clone, Debug)]
pub struct LdpcCltuReceiver<M> {
    config: LdpcCltuConfig,
    decoder: LdpcDecoder<M>,
    /// While decoding it holds the bits of the start.
    search: MarkerSearch,
    decoding: Option<Decoding>,
    /// Symbols of the next codeword, as they came; the first `pending_len` count.
    pending: [i8; SYMBOLS],
    pending_len: usize,
    /// Symbols since the last reset.
    at_bit: u64,
    stats: CltuStats,
}

impl<M: AsMut<[i8]>> LdpcCltuReceiver<M> {
    /// A receiver at the start of a stream.
    ///
    /// # Errors
    /// [`LdpcError::Memory`] unless the decoder's memory is large enough ([`LdpcDecoder::memory_len`] always is).
    pub fn new(config: LdpcCltuConfig, memory: M) -> Result<Self, LdpcError> {
        let decoder = LdpcDecoder::new(config.code, memory)?;
        Ok(Self {
            config,
            decoder: decoder.with_max_iterations(config.max_iterations),
            search: MarkerSearch::new(LDPC_START, config.start_errors, config.polarity),
            decoding: None,
            pending: [0; SYMBOLS],
            pending_len: 0,
            at_bit: 0,
            stats: CltuStats::NONE,
        })
    }

    /// Search or decode.
    pub const fn state(&self) -> CltuState {
        match self.decoding {
            None => CltuState::Search,
            Some(_) => CltuState::Decode,
        }
    }

    /// Counters since the receiver was made.
    pub const fn stats(&self) -> &CltuStats {
        &self.stats
    }

    /// Takes soft symbols (positive = 1, 0 = erased, −128 counts as −127) and hands every finding to `sink`.
    pub fn handle_symbols(&mut self, symbols: &[i8], sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.stats.bits += symbols.len() as u64;
        for &symbol in symbols {
            self.advance(symbol.max(-127), sink);
            if self.pending_len >= self.config.lens().1 * 8 {
                self.decode(sink);
            }
        }
    }

    /// The stream has ended: a CLTU that is being decoded ends. Then as after [`LdpcCltuReceiver::reset`].
    pub fn finish(&mut self, sink: &mut impl FnMut(CltuEvent<'_>)) {
        if let Some(decoding) = self.decoding.take() {
            let have_bits = self.pending_len as u16;
            self.end(decoding, CltuEnd::Deactivated { have_bits }, sink);
        }
        self.reset();
    }

    /// Drops what was collected without an event, as after a loss of lock; positions count from here. The counters stay.
    pub fn reset(&mut self) {
        self.search.reset();
        self.decoding = None;
        self.pending_len = 0;
        self.at_bit = 0;
    }

    /// One symbol further, whatever the state.
    #[inline]
    fn advance(&mut self, symbol: i8, sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.at_bit += 1;
        if self.decoding.is_some() {
            if let Some(place) = self.pending.get_mut(self.pending_len) {
                *place = symbol;
                self.pending_len += 1;
            }
        } else if let Some(hit) = self.search.push(bit_from_soft(symbol)) {
            self.start(hit, sink);
        }
    }

    fn start(&mut self, hit: Hit, sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.stats.starts += 1;
        self.stats.inverted += u64::from(hit.inverted);
        self.decoding = Some(Decoding {
            inverted: hit.inverted,
            codewords: 0,
            previous: 0,
        });
        self.pending_len = 0;
        let start_bits = u64::from(LDPC_START.len_bits());
        sink(CltuEvent::Start {
            at_bit: self.at_bit.saturating_sub(start_bits),
            inverted: hit.inverted,
            start_errors: hit.errors,
        });
    }

    /// A whole block is there.
    fn decode(&mut self, sink: &mut impl FnMut(CltuEvent<'_>)) {
        let Some(mut decoding) = self.decoding.take() else {
            return; // symbols are kept only while decoding
        };
        if let Some(errors) = self.tail_errors(decoding.inverted) {
            self.end(decoding, CltuEnd::Tail { errors }, sink);
            return self.search_again(decoding, sink);
        }
        let mut octets = [0; LONG_LEN.0];
        let octets = octets.get_mut(..self.config.lens().0).unwrap_or_default();
        self.turn(decoding.inverted);
        let outcome = self
            .decoder
            .decode(pending(&self.pending, self.pending_len), octets);
        self.turn(decoding.inverted);
        //= 231.0-B cltu-end
        let accepted = outcome
            .ok()
            .filter(|outcome| outcome.converged && !self.is_erased());
        let Some(outcome) = accepted else {
            self.end(decoding, CltuEnd::Uncorrectable, sink);
            return self.search_again(decoding, sink);
        };
        self.stats.codewords += 1;
        self.stats.corrected += u64::from(outcome.corrected > 0);
        sink(CltuEvent::Codeword {
            octets,
            corrected_bits: outcome.corrected,
            iterations: outcome.iterations,
        });
        decoding.codewords += 1;
        decoding.previous = hard_bits(pending(&self.pending, self.pending_len));
        self.pending_len = 0;
        if decoding.codewords >= self.config.max_codewords {
            self.end(decoding, CltuEnd::TooLong, sink);
            self.search_behind(decoding.previous);
        } else {
            self.decoding = Some(decoding);
        }
    }

    /// Randomizes (or derandomizes) the block and turns it over if it is turned over; twice is nothing.
    fn turn(&mut self, inverted: bool) {
        let mut randomizer = Randomizer::tc(); //= 231.0-B cltu-ldpc-randomizer
        for symbol in self.pending.iter_mut().take(self.pending_len) {
            if (randomizer.next_bit() == 1) != inverted {
                *symbol = symbol.saturating_neg();
            }
        }
    }

    /// Whether more symbols are erased than the code has parity for, as in a gap of the signal: the decoder would see a codeword in no symbols at all.
    fn is_erased(&self) -> bool {
        let block = pending(&self.pending, self.pending_len);
        let (information, codeword) = self.config.lens();
        block.iter().filter(|&&symbol| symbol == 0).count() > (codeword - information) * 8
    }

    /// How many bits of the block are unlike a tail, if it is (nearly) one.
    fn tail_errors(&self, inverted: bool) -> Option<u8> {
        if self.config.code != LdpcCode::Tc128 {
            return None;
        }
        let block = pending(&self.pending, self.pending_len);
        let (first, second) = block.split_at_checked(64)?;
        let bits = u128::from(hard_bits(first)) << 64 | u128::from(hard_bits(second));
        let bits = if inverted { !bits } else { bits };
        [LdpcTail::B4, LdpcTail::B4Cor1]
            .into_iter()
            .filter_map(LdpcTail::octets)
            .map(|tail| (bits ^ u128::from_be_bytes(tail)).count_ones())
            .min()
            .filter(|&errors| errors <= TAIL_ERRORS)
            .map(|errors| errors as u8)
    }

    fn end(&mut self, decoding: Decoding, reason: CltuEnd, sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.stats.count_end(reason, decoding.codewords);
        sink(CltuEvent::End {
            at_bit: self.at_bit.saturating_sub(self.pending_len as u64),
            reason,
            codewords: decoding.codewords,
        });
    }

    /// Searches the symbols of a rejected block. Whatever starts there is not complete before the next symbol comes.
    fn search_again(&mut self, rejected: Decoding, sink: &mut impl FnMut(CltuEvent<'_>)) {
        // Behind the start itself the search still holds its bits: the next one tests the place one bit behind it.
        if rejected.codewords > 0 {
            self.search_behind(rejected.previous);
        }
        let len = core::mem::take(&mut self.pending_len);
        self.at_bit = self.at_bit.saturating_sub(len as u64);
        for at in 0..len {
            // Symbols are kept in front of where they are read.
            let symbol = self.pending.get(at).copied().unwrap_or_default();
            self.advance(symbol, sink);
        }
    }

    /// A start may begin within these bits, but not end.
    fn search_behind(&mut self, bits: u64) {
        self.search.reset();
        for place in (0..LDPC_START.len_bits() - 1).rev() {
            let _ = self.search.push((bits >> place) as u8 & 1); // fewer bits than a start: cannot be one yet
        }
    }
}

fn pending(symbols: &[i8; SYMBOLS], len: usize) -> &[i8] {
    symbols.get(..len).unwrap_or_default()
}

/// The signs of the last 64 symbols, the last in the lowest place.
fn hard_bits(symbols: &[i8]) -> u64 {
    symbols.iter().fold(0, |bits, &symbol| {
        bits << 1 | u64::from(bit_from_soft(symbol))
    })
}
