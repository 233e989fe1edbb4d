//! The receiving side for BCH: a stream of hard bits, searched for start sequences and decoded behind them.
//!
//! Book: 231.0-B. Two states, as the book's: *search* until a start sequence stands in the last bits, *decode* until a codeword is rejected. The search
//! then goes on in the bits of the rejected codeword (which are no data of this CLTU), with the bits in front of it, so that neither a
//! false start nor a tail that was taken for data costs the next CLTU. The events depend only on the bits, not on how they were cut into calls.
//!
//! Bounds. Memory: a codeword and the one before it. Work: one comparison a bit, one table look-up an octet, and at most each bit searched twice.
//!
//! How many bits of a start may be wrong: one if the decoder corrects, none if it only detects (the way of the older issues, from memory), to be changed by
//! [`CltuConfig::with_start_errors`]. In noise, `EB90` with one wrong bit allowed and both polarities comes every 1,928 bits.
//!
//! ```
//! use magpie_coding::bch::BchMode;
//! use magpie_coding::cltu::{CltuConfig, CltuEvent, CltuReceiver};
//! let mut receiver = CltuReceiver::new(CltuConfig::new(BchMode::TripleErrorDetect));
//! let mut events = 0;
//! receiver.handle_octets(&[0x55, 0xEB, 0x90, 0, 0, 0, 0, 0, 0, 0, 0xFE], &mut |event| {
//!     events += 1;
//!     assert!(!matches!(event, CltuEvent::End { .. }));
//! });
//! assert_eq!(events, 2); // a start and a codeword
//! ```

use super::{BCH_START, BCH_TAIL, CltuEnd, CltuEvent, CltuState, CltuStats};
use crate::asm::{Hit, MarkerSearch, Polarity};
use crate::bch::{BchMode, BchOutcome, decode_codeword, fill_bit};
use crate::randomizer::Randomizer;

const CODEWORD_BITS: u32 = 64;
/// A rejected codeword with at most so many bits unlike the tail counts as one; it is a name for the reason, no rule.
const TAIL_ERRORS: u32 = 8;

/// What a [`CltuReceiver`] is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CltuConfig {
    mode: BchMode,
    randomized: bool,
    start_errors: u8,
    polarity: Polarity,
    max_codewords: u32,
}

impl CltuConfig {
    /// Without randomizer; one wrong bit in the start if the decoder corrects, else none; both polarities; at most 1,024 codewords a CLTU (seven
    /// of the longest frames).
    pub const fn new(mode: BchMode) -> Self {
        Self {
            mode,
            randomized: false,
            //= 231.0-B cltu-start-errors
            start_errors: match mode {
                BchMode::SingleErrorCorrect => 1,
                BchMode::TripleErrorDetect => 0,
            },
            polarity: Polarity::Both,
            max_codewords: 1024,
        }
    }

    /// With or without the randomizer.
    #[must_use]
    pub const fn with_randomizer(self, randomized: bool) -> Self {
        Self { randomized, ..self }
    }

    /// Whether the randomizer is used.
    pub const fn is_randomized(&self) -> bool {
        self.randomized
    }

    /// How many bits of the start may be wrong (limited to 7).
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
}

/// A CLTU that is being decoded.
#[derive(Clone, Debug)]
struct Decoding {
    inverted: bool,
    codewords: u32,
    /// Bits of the next codeword, as they came, the newest lowest.
    pending: u64,
    pending_bits: u32,
    /// The codeword before, as it came.
    previous: u64,
    randomizer: Option<Randomizer>,
}

/// Finds and decodes CLTUs in a stream of hard bits.
#[derive(Clone, Debug)]
pub struct CltuReceiver {
    config: CltuConfig,
    /// While decoding it holds the bits of the start.
    search: MarkerSearch,
    decoding: Option<Decoding>,
    /// Bits since the last reset.
    at_bit: u64,
    stats: CltuStats,
}

impl CltuReceiver {
    /// A receiver at the start of a stream.
    pub const fn new(config: CltuConfig) -> Self {
        Self {
            config,
            search: MarkerSearch::new(BCH_START, config.start_errors, config.polarity),
            decoding: None,
            at_bit: 0,
            stats: CltuStats::NONE,
        }
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

    /// Takes hard bits, one an element (only the lowest counts), and hands every finding to `sink`.
    pub fn handle_bits(&mut self, bits: &[u8], sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.stats.bits += bits.len() as u64;
        for &bit in bits {
            self.take(u64::from(bit & 1), sink);
        }
    }

    /// Takes eight hard bits an octet, the first in the most significant place. The same as [`CltuReceiver::handle_bits`], but faster.
    pub fn handle_octets(&mut self, octets: &[u8], sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.stats.bits += octets.len() as u64 * 8;
        for &octet in octets {
            match &mut self.decoding {
                Some(decoding) if decoding.pending_bits <= CODEWORD_BITS - 8 => {
                    self.at_bit += 8;
                    decoding.pending = decoding.pending << 8 | u64::from(octet);
                    decoding.pending_bits += 8;
                    self.settle(sink);
                }
                _ => (0..8)
                    .rev()
                    .for_each(|place| self.take(u64::from(octet >> place & 1), sink)),
            }
        }
    }

    /// The stream has ended: a CLTU that is being decoded ends (nothing in the bits of its last, incomplete codeword could be one). Then as after
    /// [`CltuReceiver::reset`].
    pub fn finish(&mut self, sink: &mut impl FnMut(CltuEvent<'_>)) {
        if let Some(decoding) = self.decoding.take() {
            let have_bits = decoding.pending_bits as u16;
            self.end(&decoding, CltuEnd::Deactivated { have_bits }, sink);
        }
        self.reset();
    }

    /// Drops what was collected without an event, as after a loss of lock; positions count from here. The counters stay.
    pub fn reset(&mut self) {
        self.search.reset();
        self.decoding = None;
        self.at_bit = 0;
    }

    #[inline]
    fn take(&mut self, bit: u64, sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.advance(bit, sink);
        self.settle(sink);
    }

    /// One bit further, whatever the state.
    #[inline]
    fn advance(&mut self, bit: u64, sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.at_bit += 1;
        if let Some(decoding) = &mut self.decoding {
            decoding.pending = decoding.pending << 1 | bit;
            decoding.pending_bits += 1;
        } else if let Some(hit) = self.search.push(bit as u8) {
            self.start(hit, sink);
        }
    }

    fn start(&mut self, hit: Hit, sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.stats.starts += 1;
        self.stats.inverted += u64::from(hit.inverted);
        self.decoding = Some(Decoding {
            inverted: hit.inverted,
            codewords: 0,
            pending: 0,
            pending_bits: 0,
            previous: 0,
            randomizer: self.config.randomized.then(Randomizer::tc),
        });
        let start_bits = u64::from(BCH_START.len_bits());
        sink(CltuEvent::Start {
            at_bit: self.at_bit.saturating_sub(start_bits),
            inverted: hit.inverted,
            start_errors: hit.errors,
        });
    }

    /// Decodes a codeword once it is complete.
    #[inline]
    fn settle(&mut self, sink: &mut impl FnMut(CltuEvent<'_>)) {
        let complete = |decoding: &mut Decoding| decoding.pending_bits >= CODEWORD_BITS;
        if let Some(decoding) = self.decoding.take_if(complete) {
            self.decode(decoding, sink);
        }
    }

    fn decode(&mut self, mut decoding: Decoding, sink: &mut impl FnMut(CltuEvent<'_>)) {
        let as_came = decoding.pending;
        let as_sent = if decoding.inverted { !as_came } else { as_came };
        let mut codeword = as_sent.to_be_bytes();
        let corrected_bits = match decode_codeword(&mut codeword, self.config.mode) {
            BchOutcome::Clean => 0,
            BchOutcome::Corrected { .. } => 1,
            //= 231.0-B cltu-end
            BchOutcome::Rejected { .. } => {
                let errors = (as_sent ^ u64::from_be_bytes(BCH_TAIL)).count_ones();
                let reason = if errors <= TAIL_ERRORS {
                    let errors = errors as u8;
                    CltuEnd::Tail { errors }
                } else {
                    CltuEnd::Uncorrectable
                };
                self.end(&decoding, reason, sink);
                return self.search_again(&decoding, sink);
            }
        };
        self.stats.codewords += 1;
        self.stats.corrected += u64::from(corrected_bits);
        self.stats.fill_bits_wrong += u64::from(fill_bit(&codeword));
        let [mut octets @ .., _] = codeword;
        if let Some(randomizer) = &mut decoding.randomizer {
            randomizer.apply(&mut octets); //= 231.0-B cltu-randomizer
        }
        sink(CltuEvent::Codeword {
            octets: &octets,
            corrected_bits,
            iterations: 0,
        });
        decoding.codewords += 1;
        decoding.previous = as_came;
        decoding.pending_bits = 0;
        if decoding.codewords >= self.config.max_codewords {
            self.end(&decoding, CltuEnd::TooLong, sink);
            self.search_behind(as_came);
        } else {
            self.decoding = Some(decoding);
        }
    }

    fn end(&mut self, decoding: &Decoding, reason: CltuEnd, sink: &mut impl FnMut(CltuEvent<'_>)) {
        self.stats.count_end(reason, decoding.codewords);
        sink(CltuEvent::End {
            at_bit: self.at_bit.saturating_sub(decoding.pending_bits.into()),
            reason,
            codewords: decoding.codewords,
        });
    }

    /// Searches the bits of a rejected codeword. Whatever starts there is not complete before the next bit comes.
    fn search_again(&mut self, rejected: &Decoding, sink: &mut impl FnMut(CltuEvent<'_>)) {
        // Behind the start itself the search still holds its bits: the next one tests the place one bit behind it.
        if rejected.codewords > 0 {
            self.search_behind(rejected.previous);
        }
        self.at_bit = self.at_bit.saturating_sub(CODEWORD_BITS.into());
        for place in (0..CODEWORD_BITS).rev() {
            self.advance(rejected.pending >> place & 1, sink);
        }
    }

    /// A start may begin within these bits, but not end.
    fn search_behind(&mut self, bits: u64) {
        self.search.reset();
        for place in (0..BCH_START.len_bits() - 1).rev() {
            let _ = self.search.push((bits >> place) as u8 & 1); // fewer bits than a start: cannot be one yet
        }
    }
}
