//! The frames of all looks brought together: of the merged symbols, of a second look where a check failed, of the first way.

use std::sync::atomic::{AtomicBool, Ordering};

use magpie_coding::pltu::PltuConfig;
use magpie_coding::viterbi::G2Choice;
use magpie_ground::second_look::{self, SecondLook, Suspect};
use magpie_radio::SampleRate;
use magpie_radio::canister::{Heard, merge};

use super::Sources;
use super::replay::Replayed;
use crate::listen::coding::{Coding, Good};
use crate::listen::log::Mark;
use crate::listen::report::Timeline;
use crate::listen::tally::{CRC, Refused, Tally};
use crate::listen::text::Line;
use crate::report::human;

/// Wrong bits that the marker of a suspect may have.
const TOLERANCE: u8 = 2;
/// Octets of a frame if not one is known.
const LONGEST: usize = 2048;
/// Places of the same marker differ by at most so many symbols.
const NEAR: f64 = 8.0;

/// A good frame and where it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// When its marker began, in seconds since the first sample.
    pub at_s: f64,
    /// Symbols of its unit, about.
    pub symbols: f64,
    /// It came turned over; `octets` are as sent.
    pub inverted: bool,
    /// The frame.
    pub octets: Vec<u8>,
}

impl Frame {
    /// Of what a decoder gave.
    pub fn of(good: Good<'_>) -> Self {
        let symbols_a_bit = match good.coding {
            Coding::Uncoded => 1.0,
            Coding::Convolutional | Coding::Ldpc => 2.0,
        };
        Self {
            at_s: good.at_s.unwrap_or(0.0),
            symbols: symbols(good.octets.len(), symbols_a_bit),
            inverted: good.inverted,
            octets: good.octets.to_vec(),
        }
    }
}

/// Symbols of a unit, with marker and CRC.
#[allow(clippy::cast_precision_loss)] // octets of a frame
fn symbols(octets: usize, symbols_a_bit: f64) -> f64 {
    (octets + 7) as f64 * 8.0 * symbols_a_bit
}

/// A unit that was refused, and its place.
struct Doubt {
    refused: Refused,
    stretch: usize,
    symbol: usize,
    at_s: f64,
}

/// The looks.
pub(super) struct Looks<'a> {
    stretches: &'a [merge::Stretch],
    symbol_rate: f64,
    doubts: Vec<Doubt>,
    frames: Vec<Frame>,
    tally: Tally,
    found: Sources,
}

impl<'a> Looks<'a> {
    /// What the merged symbols gave.
    pub(super) fn new(heard: &'a Heard, replayed: &Replayed, rate: SampleRate) -> Self {
        let mut tally = replayed.verdict.tally.clone();
        let doubts = core::mem::take(&mut tally.refused);
        let place = |refused: Refused| {
            let behind = replayed
                .bases
                .partition_point(|&base| base <= refused.at_symbol);
            let stretch = behind.checked_sub(1)?;
            let symbol = usize::try_from(refused.at_symbol - replayed.bases.get(stretch)?).ok()?;
            let at = heard.stretches.get(stretch)?.place(symbol);
            Some(Doubt {
                refused,
                stretch,
                symbol,
                at_s: at / rate.hz(),
            })
        };
        let mut frames = replayed.frames.clone();
        frames.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        Self {
            stretches: &heard.stretches,
            symbol_rate: heard.symbol_rate.unwrap_or(1.0),
            doubts: doubts.into_iter().filter_map(place).collect(),
            found: Sources {
                merged: frames.len() as u64,
                ..Sources::default()
            },
            frames,
            tally,
        }
    }

    /// Looks a second time where a check failed.
    pub(super) fn second(&mut self, stop: &AtomicBool, line: &mut Line) {
        let mut look = SecondLook::new();
        look.pltu = PltuConfig::new().with_tolerance(TOLERANCE);
        if self.tally.viterbi.g2_inverted == Some(false) {
            look.g2 = G2Choice::Plain;
        }
        let octets = self.frames.iter().map(|frame| frame.octets.len());
        let longest = octets.max().unwrap_or(LONGEST);
        let worth = |doubt: &Doubt| {
            let refused = &doubt.refused;
            // Where nothing coded is received noise makes markers, and few of them a header.
            refused.coding == Coding::Convolutional && (refused.locked || refused.reason == CRC)
        };
        let suspects: Vec<(usize, usize, f64, Option<u16>)> = self
            .doubts
            .iter()
            .filter(|doubt| worth(doubt))
            .map(|doubt| (doubt.stretch, doubt.symbol, doubt.at_s, doubt.refused.len))
            .collect();
        let count = suspects.len() as u64;
        for (number, (stretch, symbol, at_s, len)) in suspects.into_iter().enumerate() {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let share = human::percent(human::share(number as u64, count));
            line.say(&format!("second look: {share}"));
            let Some(heard) = self.stretches.get(stretch) else {
                continue;
            };
            let within = |frame: &Frame| at_s < frame.at_s + self.seconds(frame);
            let behind = self.frames.partition_point(|frame| frame.at_s <= at_s);
            let before = behind
                .checked_sub(1)
                .and_then(|index| self.frames.get(index));
            if before.is_some_and(within) {
                continue;
            }
            let next = self.frames.get(behind).map_or(f64::INFINITY, |f| f.at_s);
            let suspect = Suspect {
                symbol,
                len: len.map(usize::from),
                longest,
                most: self.bits_until(next - at_s, heard.soft.len() - symbol),
            };
            if let Some((inverted, octets)) = second_look::again(&heard.soft, suspect, &look) {
                self.found.second_look += 1;
                self.admit(Frame {
                    at_s,
                    symbols: symbols(octets.len(), 2.0),
                    inverted,
                    octets,
                });
            }
        }
    }

    /// How long a frame took.
    fn seconds(&self, frame: &Frame) -> f64 {
        frame.symbols / self.symbol_rate
    }

    /// Bits of the rate 1/2 code until then, or to the end of the symbols.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
    fn bits_until(&self, seconds: f64, symbols: usize) -> usize {
        let bits = (seconds * self.symbol_rate / 2.0).round() as usize;
        bits.min(symbols / 2)
    }

    /// Frames that only the first way has had: a marker that the merged symbols have lost, at the ends of the window for the most part.
    pub(super) fn add_first(&mut self, first: &[Frame]) {
        for frame in first {
            let half = self.seconds(frame) / 2.0;
            let from = self
                .frames
                .partition_point(|known| known.at_s < frame.at_s - half);
            let known = self.frames.iter().skip(from);
            let mut near = known.take_while(|known| known.at_s < frame.at_s + half);
            if !near.any(|known| known.octets == frame.octets) {
                self.found.first_pass_only += 1;
                self.admit(frame.clone());
            }
        }
    }

    /// One more good frame: what was refused at its place, or within it, is no failure any more.
    fn admit(&mut self, frame: Frame) {
        let near = NEAR / self.symbol_rate;
        let (from, to) = (frame.at_s - near, frame.at_s + self.seconds(&frame) - near);
        let (tally, mut own) = (&mut self.tally, false);
        self.doubts.retain(|doubt| {
            if doubt.at_s < from || doubt.at_s >= to {
                return true;
            }
            if doubt.refused.locked {
                tally.withdraw(doubt.refused.reason);
                if (doubt.at_s - frame.at_s).abs() <= near && !own {
                    own = true;
                } else {
                    tally.markers = tally.markers.saturating_sub(1);
                }
            } else {
                tally.noise_markers = tally.noise_markers.saturating_sub(1);
            }
            false
        });
        tally.markers += u64::from(!own);
        tally.good += 1;
        tally.good_inverted += u64::from(frame.inverted);
        tally.octets += frame.octets.len() as u64;
        let at = self
            .frames
            .partition_point(|known| known.at_s <= frame.at_s);
        self.frames.insert(at, frame);
    }

    /// Puts it all where the account is made from.
    pub(super) fn finish(mut self, replayed: &mut Replayed, first: u64) -> Sources {
        self.found.first_pass = first;
        let mut timeline = Timeline::default();
        let mut marks = Vec::new();
        for frame in &self.frames {
            timeline.good(frame.at_s);
            if marks.len() < crate::listen::log::MARKS {
                marks.push(Mark {
                    t_s: frame.at_s,
                    octets: frame.octets.len(),
                    inverted: frame.inverted,
                });
            }
        }
        for doubt in self.doubts.iter().filter(|doubt| {
            doubt.refused.locked && doubt.refused.reason == CRC && doubt.at_s.is_finite()
        }) {
            timeline.bad(doubt.at_s, 1);
        }
        replayed.log.timeline = timeline;
        replayed.log.marks = marks;
        replayed.verdict.tally = self.tally;
        replayed.frames = self.frames;
        self.found
    }
}
