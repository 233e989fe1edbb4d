//! `magpie listen --canister`: a window heard from both ends and again, its symbols merged, frames whose check failed looked at a second time.
//!
//! Books: as in [`listen`](super). The first way is that of the real-time receiver, while the samples come; what is no file that can be read from any
//! place is kept in a temporary file meanwhile. The further ways, of [`magpie_radio::canister`], read it block by block. Merged symbols go the way of
//! all symbols to frames and account (`replay`), and `looks` brings together what the looks have found: a frame of any of them counts once.
//! Left out: a second look at uncoded symbols and LDPC.

mod keep;
pub mod looks;
mod medium;
mod replay;

use std::cell::RefCell;
use std::fs::File;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use magpie_radio::canister::{self, Direction, Hearing, Narrow, Way};
use magpie_radio::receive::{Hear, Receiver, Settings};
use magpie_radio::stream::Format;
use serde::Serialize;

use super::coding::Coding;
use super::ear::Heard;
use super::log::Stretch;
use super::report::{Band, Sight};
use super::session::Ended;
use super::text::Line;
use crate::command::Failure;
use crate::files::{self, Collector};
use keep::{Keep, Kept, Spool, Watched};
use looks::Frame;
use medium::{Medium, Stopped};

/// A window that is being recorded.
pub struct Canister {
    hearing: Hearing,
    settings: Settings,
    coding: Option<Coding>,
    kept: Rc<RefCell<Kept>>,
    /// The samples themselves, and how they lie there.
    file: File,
    format: Format,
}

/// One way through the window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pass {
    /// `forward` or `backward`.
    pub direction: &'static str,
    /// What the carrier loop was held to, in Hz; nothing: as it chose.
    pub loop_bandwidth_hz: Option<f64>,
    /// Seconds of samples that it got.
    pub seconds: f64,
    /// Stretches with the carrier in lock.
    pub carrier_locks: Vec<Stretch>,
    /// Stretches with the symbols in lock.
    pub locks: Vec<Stretch>,
    /// Symbols heard, erased ones among them.
    pub symbols: u64,
}

/// Where the good frames come from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Sources {
    /// The first pass, which is the real-time receiver, had so many.
    pub first_pass: u64,
    /// The merged symbols give so many.
    pub merged: u64,
    /// The second look so many more.
    pub second_look: u64,
    /// Only the first pass had these.
    pub first_pass_only: u64,
}

/// What is told of a canister beyond the usual account.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Told {
    /// Every way through the window, in their order.
    pub passes: Vec<Pass>,
    /// Where the good frames come from.
    pub frames: Sources,
    /// Somebody wanted no more of it.
    pub stopped: bool,
}

/// What the canister gave.
pub struct Opened {
    /// In the shape of any listening.
    pub heard: Heard,
    /// The good frames in the order of time.
    pub frames: Vec<Frame>,
    /// Of the canister itself.
    pub told: Told,
    /// The samples could not be read again.
    pub broken: Option<String>,
}

impl Canister {
    /// For samples that lie in this format in `file`, or shall be kept if there is none.
    ///
    /// # Errors
    /// If the file cannot be opened, or no temporary one made.
    pub fn new(
        settings: &Settings,
        coding: Option<Coding>,
        file: Option<&Path>,
        format: Format,
    ) -> Result<Self, Failure> {
        let (medium, spool) = if let Some(path) = file {
            let file = File::open(path).map_err(|error| {
                Failure::at(path, format!("cannot open: {}", files::cause(&error)))
            })?;
            (file, None)
        } else {
            let made = tempfile::tempfile().and_then(|file| Ok((file.try_clone()?, file)));
            let (medium, file) = made.map_err(|error| keep::failure(&error))?;
            (medium, Some(Spool::new(file, format)))
        };
        let usual = Narrow::default();
        let narrow = Narrow {
            loop_bandwidth_hz: settings
                .loop_bandwidth_hz
                .map_or(usual.loop_bandwidth_hz, |told| {
                    told.min(usual.loop_bandwidth_hz)
                }),
            ..usual
        };
        let mut hearing = Hearing::new(settings, narrow);
        let Some(way) = hearing.way(0) else {
            return Err(Failure::new("--canister: no way through the window"));
        };
        Ok(Self {
            kept: Rc::new(RefCell::new(Kept::new(way.notes(), spool))),
            hearing,
            settings: settings.clone(),
            coding,
            file: medium,
            format,
        })
    }

    /// The receiver of the first way, which keeps what it is given and what it tells.
    pub fn first(&self, receiver: Box<dyn Hear>) -> Box<dyn Hear> {
        Box::new(Keep::new(receiver, Rc::clone(&self.kept)))
    }

    /// Whether samples could be kept so far.
    ///
    /// # Errors
    /// If not.
    pub fn check(&self) -> Result<(), Failure> {
        self.kept.borrow_mut().check()
    }

    /// Hears the window that a session has recorded, puts the good frames out, and sets what was heard and how it ended.
    ///
    /// # Errors
    /// If a receiver cannot be made.
    pub(crate) fn hear(
        self,
        ended: &mut Ended,
        frames: &[Frame],
        stop: &AtomicBool,
        out: &mut Collector,
    ) -> Result<Told, Failure> {
        let nothing = Heard::nothing(self.settings.sample_rate);
        let first = core::mem::replace(&mut ended.heard, nothing);
        let opened = self.open(first, frames, stop, &mut Line::new(None))?;
        for frame in &opened.frames {
            out.put(&frame.octets);
        }
        ended.heard = opened.heard;
        if opened.told.stopped {
            ended.by = "interrupted";
        }
        if opened.broken.is_some() {
            (ended.by, ended.broken) = ("broken", opened.broken);
        }
        Ok(opened.told)
    }

    /// Hears the window, of which the first way has given this and these frames.
    ///
    /// # Errors
    /// If a receiver cannot be made.
    pub fn open(
        mut self,
        first: Heard,
        frames: &[Frame],
        stop: &AtomicBool,
        line: &mut Line,
    ) -> Result<Opened, Failure> {
        let samples = first.samples;
        let notes = self.kept.borrow_mut().notes();
        self.hearing.take(notes, samples, samples);
        let mut sight = first.sight;
        let mut stopped = None;
        while stopped.is_none() && samples > 0 {
            if stop.load(Ordering::Relaxed) {
                stopped = Some(Stopped::Interrupted);
                break;
            }
            let Some(way) = self.hearing.way(samples) else {
                break;
            };
            stopped = self.go(&way, samples, &mut sight, (stop, line))?;
        }
        let rate = self.settings.sample_rate;
        let heard = self.hearing.finish();
        line.say("merging, decoding");
        let mut replayed = replay::replay(&heard, rate, self.coding);
        let mut looks = looks::Looks::new(&heard, &replayed, rate);
        looks.second(stop, line);
        looks.add_first(frames);
        line.clear();
        let found = looks.finish(&mut replayed, frames.len() as u64);
        replayed.log.not_numbers = first.log.not_numbers;
        replayed.log.first_not_number_s = first.log.first_not_number_s;
        for coding in first.verdict.codings {
            if found.first_pass_only > 0 && !replayed.verdict.codings.contains(&coding) {
                replayed.verdict.codings.insert(0, coding);
            }
        }
        Ok(Opened {
            told: Told {
                passes: passes(&heard, rate),
                frames: found,
                stopped: matches!(stopped, Some(Stopped::Interrupted)),
            },
            frames: replayed.frames,
            heard: Heard {
                log: replayed.log,
                verdict: replayed.verdict,
                level: first.level,
                samples,
                lost: first.lost,
                sight,
            },
            broken: match stopped {
                Some(Stopped::Broken(why)) => Some(why),
                _ => None,
            },
        })
    }

    /// Goes one way; says what stopped it, if something did.
    fn go(
        &mut self,
        way: &Way,
        samples: u64,
        sight: &mut Option<Sight>,
        (stop, line): (&AtomicBool, &mut Line),
    ) -> Result<Option<Stopped>, Failure> {
        let receiver = Receiver::new(&way.settings);
        let mut receiver = receiver.map_err(|error| Failure::new(error.to_string()))?;
        let mut notes = way.notes();
        let number = self.hearing.passes().len() + 1;
        let direction = name(way.direction);
        let mut medium = Medium::new(&self.file, self.format, samples, stop, |share| {
            line.say(&format!("pass {number}, {direction}: {share}"));
        });
        let mut take = |event: magpie_radio::receive::Event<'_>| notes.take(&event);
        // The pictures want one look at samples and symbols side by side, the better one.
        let again = sight
            .as_ref()
            .filter(|_| number > 2 && way.direction == Direction::Forward);
        let played = match again {
            Some(_) => {
                let band = Band {
                    centre_hz: self.settings.search.centre_hz,
                    half_width_hz: self.settings.search.half_width_hz,
                };
                let seen = Sight::new(self.settings.sample_rate, band);
                let mut watched = Watched::new(receiver, seen);
                let played = canister::play(&mut medium, way.direction, &mut watched, &mut take);
                if let (Some(first), Ok(())) = (sight, &played) {
                    first.heard_again(watched.seen());
                }
                played
            }
            None => canister::play(&mut medium, way.direction, &mut receiver, &mut take),
        };
        let reached = medium.reached();
        self.hearing.take(notes, reached, samples);
        Ok(played.err())
    }
}

const fn name(direction: Direction) -> &'static str {
    match direction {
        Direction::Forward => "forward",
        Direction::Backward => "backward",
    }
}

fn passes(heard: &canister::Heard, rate: magpie_radio::SampleRate) -> Vec<Pass> {
    let stretch = |(from, to): (u64, u64)| Stretch {
        from_s: rate.seconds(from),
        to_s: rate.seconds(to),
    };
    let pass = |pass: &canister::Pass| Pass {
        direction: name(pass.direction),
        loop_bandwidth_hz: pass.loop_bandwidth_hz,
        seconds: rate.seconds(pass.samples),
        carrier_locks: pass.carrier_locks.iter().copied().map(stretch).collect(),
        locks: pass
            .locks
            .iter()
            .map(|lock| stretch((lock.from, lock.to)))
            .collect(),
        symbols: pass.symbols as u64,
    };
    heard.passes.iter().map(pass).collect()
}
