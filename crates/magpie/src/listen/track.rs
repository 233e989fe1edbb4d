//! Soft symbols under one coding: to frames, with the place of each.

use std::collections::VecDeque;

use magpie_coding::codeblock::{CSM, Codeblock, CodeblockConfig, CodeblockSync, Verdict};
use magpie_coding::convolutional::G2;
use magpie_coding::idle::IDLE_PATTERN;
use magpie_coding::ldpc::{LdpcCode, LdpcDecoder};
use magpie_coding::pltu::{PltuConfig, PltuEvent, PltuHunter, PltuReject};
use magpie_coding::randomizer::Sequence;
use magpie_coding::soft::bit_from_soft;
use magpie_coding::viterbi::{AutoViterbi, G2Choice, Hypothesis, Run};

use super::coding::{Coding, Good};
use super::tally::{Refused, Tally, reason_name};

/// Wrong bits that a marker may have. Uncoded: noise makes a marker with two wrong bits twelve times as often as one with one, and where two bits in
/// 24 are wrong no frame survives. Behind the Viterbi decoder errors come in bursts, and its lock tells noise apart. LDPC messages have none.
const TOLERANCE: [u8; 3] = [1, 2, 0];
/// Bits for which places are kept: the longest unit and what the hunter may hold besides.
const PLACES_KEPT: u64 = 40_000;
/// Wrong bits in 32 for which a word still counts as idle.
const IDLE_ERRORS: u32 = 6;
/// So many words of idle in a row, in the same phase, are no chance: once in 10¹⁷ words of random symbols.
const IDLE_RUN: u32 = 5;

/// The receiver of one coding.
pub(super) struct Track {
    pub(super) coding: Coding,
    pub(super) tally: Tally,
    /// Number of its first symbol.
    origin: u64,
    hunter: Box<PltuHunter>,
    places: Places,
    decoder: Decoder,
    bits: Vec<u8>,
    /// Refused units are kept one by one.
    noting: bool,
}

enum Decoder {
    Uncoded(IdleWatch),
    Convolutional {
        viterbi: Box<AutoViterbi>,
        last: Option<Hypothesis>,
    },
    Ldpc(Box<Ldpc>),
}

struct Ldpc {
    sync: CodeblockSync<'static, Vec<i8>>,
    decoder: LdpcDecoder<Vec<i8>>,
    message: Vec<u8>,
    /// The symbols are over, and what comes now are erasures.
    flushing: bool,
    inverted: bool,
}

/// Where the bits of a stream were among the symbols, and whether they were decided in lock.
#[derive(Default)]
struct Places {
    bits: u64,
    known: VecDeque<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    bit: u64,
    symbol: u64,
    symbols_a_bit: u64,
    locked: bool,
}

impl Places {
    /// The next `count` bits begin at this symbol.
    fn push(&mut self, symbol: u64, symbols_a_bit: u64, locked: bool, count: usize) {
        let goes_on = self.known.back().is_some_and(|last| {
            last.locked == locked
                && last.symbol + (self.bits - last.bit) * last.symbols_a_bit == symbol
        });
        if !goes_on {
            self.known.push_back(Place {
                bit: self.bits,
                symbol,
                symbols_a_bit,
                locked,
            });
            let old = self.bits.saturating_sub(PLACES_KEPT);
            // The one before the oldest bit that may be asked for is still wanted.
            while self.known.get(1).is_some_and(|second| second.bit <= old) {
                self.known.pop_front();
            }
        }
        self.bits += count as u64;
    }

    /// The symbol at which a bit begins, and was it decided in lock?
    fn of(&self, bit: u64) -> (u64, bool) {
        let place = self.known.iter().rev().find(|place| place.bit <= bit);
        place.map_or((bit, true), |place| {
            (
                place.symbol + (bit - place.bit) * place.symbols_a_bit,
                place.locked,
            )
        })
    }
}

/// Sees idle in symbols that are not decoded.
#[derive(Default)]
struct IdleWatch {
    word: u32,
    have: u32,
    phase: Option<(u32, bool)>,
    run: u32,
}

impl IdleWatch {
    /// Takes hard bits; tells how many new words of idle there are.
    fn push(&mut self, bits: &[u8]) -> u64 {
        let mut words = 0;
        for &bit in bits {
            self.word = self.word << 1 | u32::from(bit);
            self.have += 1;
            if self.have == 32 {
                self.have = 0;
                words += u64::from(self.word_done());
            }
        }
        words
    }

    /// New words of idle after one more word: none, one, or a whole run that is just long enough.
    fn word_done(&mut self) -> u32 {
        let pattern = u32::from_be_bytes(IDLE_PATTERN);
        let found = (0..32).find_map(|turn| {
            let wrong = (self.word ^ pattern.rotate_left(turn)).count_ones();
            match wrong {
                ..=IDLE_ERRORS => Some((turn, false)),
                w if w >= 32 - IDLE_ERRORS => Some((turn, true)),
                _ => None,
            }
        });
        self.run = match found {
            Some(_) if found == self.phase => self.run + 1,
            Some(_) => 1,
            None => 0,
        };
        self.phase = found;
        match self.run {
            ..IDLE_RUN => 0,
            IDLE_RUN => IDLE_RUN,
            _ => 1,
        }
    }
}

impl Track {
    /// A receiver whose first symbol has the number `origin`.
    pub(super) fn new(coding: Coding, g2: G2Choice, origin: u64) -> Self {
        let (decoder, tolerance) = match coding {
            Coding::Uncoded => (Decoder::Uncoded(IdleWatch::default()), TOLERANCE[0]),
            Coding::Convolutional => {
                let viterbi = Box::new(AutoViterbi::new(g2));
                let last = None;
                (Decoder::Convolutional { viterbi, last }, TOLERANCE[1])
            }
            Coding::Ldpc => (Decoder::Ldpc(Box::new(Ldpc::new())), TOLERANCE[2]),
        };
        Self {
            coding,
            tally: Tally::default(),
            origin,
            hunter: Box::new(PltuHunter::new(PltuConfig::new().with_tolerance(tolerance))),
            places: Places::default(),
            decoder,
            bits: Vec::new(),
            noting: false,
        }
    }

    /// Refused units are kept one by one in the tally.
    pub(super) fn noting(mut self, noting: bool) -> Self {
        self.noting = noting;
        self
    }

    /// Takes the next symbols; good frames go to `sink`.
    pub(super) fn push(&mut self, soft: &[i8], sink: &mut dyn FnMut(Good<'_>)) {
        let mut units = Units {
            tally: &mut self.tally,
            coding: self.coding,
            origin: self.origin,
            noting: self.noting,
            sink,
        };
        let (hunter, places) = (&mut self.hunter, &mut self.places);
        match &mut self.decoder {
            Decoder::Uncoded(idle) => {
                self.bits.clear();
                self.bits
                    .extend(soft.iter().map(|&symbol| bit_from_soft(symbol)));
                places.push(places.bits, 1, true, self.bits.len());
                units.tally.idle_words += idle.push(&self.bits);
                hunter.handle_bits(&self.bits, &mut |event| units.handle(&event, places, false));
            }
            Decoder::Convolutional { viterbi, last } => viterbi.push(soft, |run| {
                units.handle_run(run, last, hunter, places);
            }),
            Decoder::Ldpc(ldpc) => ldpc.push(soft, hunter, places, &mut units),
        }
        self.tally.symbols += soft.len() as u64;
    }

    /// The symbols are over.
    pub(super) fn finish(&mut self, sink: &mut dyn FnMut(Good<'_>)) {
        let mut units = Units {
            tally: &mut self.tally,
            coding: self.coding,
            origin: self.origin,
            noting: self.noting,
            sink,
        };
        let (hunter, places) = (&mut self.hunter, &mut self.places);
        let mut turned = false;
        match &mut self.decoder {
            Decoder::Uncoded(_) => {}
            Decoder::Convolutional { viterbi, last } => {
                viterbi.finish(|run| units.handle_run(run, last, hunter, places));
            }
            Decoder::Ldpc(ldpc) => {
                ldpc.flushing = true;
                // A block that waits for its last symbols gets erasures instead.
                let erased = vec![0; ldpc.sync.config().memory_len()];
                ldpc.push(&erased, hunter, places, &mut units);
                turned = ldpc.inverted;
            }
        }
        hunter.finish(&mut |event| units.handle(&event, places, turned));
    }
}

impl Ldpc {
    fn new() -> Self {
        let code = LdpcCode::Prox1;
        let config = CodeblockConfig::new(&CSM, code.qc().n).with_randomizer(Some(Sequence::Tc));
        let sync = CodeblockSync::new(config, vec![0; config.memory_len()]);
        let decoder = LdpcDecoder::new(code, vec![0; LdpcDecoder::memory_len(code)]);
        Self {
            sync: sync.expect("marker, block and memory fit"),
            decoder: decoder.expect("the memory fits"),
            message: vec![0; code.message_len()],
            flushing: false,
            inverted: false,
        }
    }

    fn push(
        &mut self,
        soft: &[i8],
        hunter: &mut PltuHunter,
        places: &mut Places,
        units: &mut Units<'_, '_>,
    ) {
        let Self {
            sync,
            decoder,
            message,
            flushing,
            inverted,
        } = self;
        sync.push(soft, &mut |block: Codeblock<'_>| {
            let decoded = decode(decoder, block.symbols, message);
            let Some(corrected) = decoded else {
                units.refuse(&block, *flushing);
                return Verdict::Bad;
            };
            *inverted = block.inverted;
            units.tally.codewords.good += 1;
            units.tally.codewords.corrected_symbols += u64::from(corrected);
            let first = block.at_symbol + CSM.len() as u64;
            places.push(first, 2, true, message.len() * 8);
            hunter.handle_octets(message, &mut |event| {
                units.handle(&event, places, block.inverted);
            });
            Verdict::Good
        });
    }
}

/// Decodes into `message`; gives the symbols that were received otherwise, or nothing if it is no codeword.
fn decode(decoder: &mut LdpcDecoder<Vec<i8>>, soft: &[i8], message: &mut [u8]) -> Option<u32> {
    // With more symbols erased there is nothing to decode, although the word of zeros fits.
    let erased = soft.iter().filter(|&&symbol| symbol == 0).count();
    let code = LdpcCode::Prox1.qc();
    if erased > code.n - code.k {
        return None;
    }
    let outcome = decoder.decode(soft, message).ok()?;
    outcome.converged.then_some(outcome.corrected)
}

/// Where units are counted, and good frames go.
struct Units<'a, 's> {
    tally: &'a mut Tally,
    coding: Coding,
    origin: u64,
    noting: bool,
    sink: &'s mut dyn FnMut(Good<'_>),
}

impl Units<'_, '_> {
    fn handle_run(
        &mut self,
        run: &Run<'_>,
        last: &mut Option<Hypothesis>,
        hunter: &mut PltuHunter,
        places: &mut Places,
    ) {
        let seen = &mut self.tally.viterbi;
        seen.bits += run.bits().len() as u64;
        if run.is_locked() {
            seen.bits_in_lock += run.bits().len() as u64;
            seen.mismatch.0 += u64::from(run.quality().mismatch);
            seen.mismatch.1 += u64::from(run.quality().magnitude);
            seen.slips += u64::from(last.is_some_and(|last| last != run.hypothesis()));
            seen.g2_inverted = Some(run.hypothesis().g2 == G2::Inverted);
            *last = Some(run.hypothesis());
        }
        places.push(run.first_symbol(), 2, run.is_locked(), run.bits().len());
        hunter.handle_bits(run.bits(), &mut |event| self.handle(&event, places, false));
    }

    /// `turned`: the bits that the hunter saw had been turned over before.
    fn handle(&mut self, event: &PltuEvent<'_>, places: &Places, turned: bool) {
        match *event {
            PltuEvent::Frame {
                at_bit,
                inverted,
                octets,
                ..
            } => {
                let (at_symbol, _) = places.of(at_bit);
                let inverted = inverted != turned;
                self.tally.markers += 1;
                self.tally.markers_inverted += u64::from(inverted);
                self.tally.good += 1;
                self.tally.good_inverted += u64::from(inverted);
                self.tally.octets += octets.len() as u64;
                (self.sink)(Good {
                    coding: self.coding,
                    at_symbol: self.origin + at_symbol,
                    inverted,
                    octets,
                    at_s: None,
                });
            }
            PltuEvent::Rejected {
                at_bit,
                inverted,
                reason,
                ..
            } => {
                let (at_symbol, locked) = places.of(at_bit);
                if self.noting {
                    self.tally.refused.push(Refused {
                        coding: self.coding,
                        at_symbol: self.origin + at_symbol,
                        len: match reason {
                            PltuReject::Crc { len, .. } => Some(len),
                            _ => None,
                        },
                        reason: reason_name(reason),
                        locked,
                    });
                }
                if !locked {
                    self.tally.noise_markers += 1;
                    return;
                }
                self.tally.markers += 1;
                self.tally.markers_inverted += u64::from(inverted != turned);
                self.tally.bad += u64::from(matches!(reason, PltuReject::Crc { .. }));
                self.tally.refuse(reason_name(reason));
            }
        }
    }

    /// A block that is no codeword counts where the rhythm wants one and a marker stands.
    fn refuse(&mut self, block: &Codeblock<'_>, flushing: bool) {
        // The synchroniser's own threshold.
        let has_marker = block.likeness >= 50;
        match (has_marker, block.slip.is_some()) {
            (true, _) if flushing => self.tally.refuse("cut-off-at-the-end"),
            (true, true) => {
                self.tally.codewords.failed += 1;
                self.tally.bad += 1;
                self.tally.refuse("no-codeword");
            }
            _ => self.tally.noise_markers += 1,
        }
    }
}
