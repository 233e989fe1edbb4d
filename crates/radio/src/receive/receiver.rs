//! The receiver: which stage has the samples, and what is told.

use super::beside::search_cells;
use super::count::{Count, Ended, Teller};
use super::grid::Integrator;
use super::input::Input;
use super::plan::{Plan, SettingsError};
use super::position::Position;
use super::search::{Search, Window};
use super::track::Track;
use super::verify::Found;
use super::{Event, Hear, Settings, Status};
use crate::Iq;

/// Samples are taken in pieces of at most this many, so that little is copied.
const PIECE: usize = 16_384;

/// A line so near the recording's centre, left for another, was direct current; its mean over so many seconds is taken off.
const NEAR_ZERO_HZ: f64 = 1.0;
const CONSTANT_S: f64 = 0.5;

/// A carrier that was lost is looked for in so many Hz around its place first.
const NEAR_HZ: f64 = 60.0;

/// The real-time receiver.
///
/// ```
/// use magpie_radio::receive::{Event, Hear, Receiver, Settings};
/// use magpie_radio::{Iq, SampleRate};
///
/// let mut receiver = Receiver::new(&Settings::new(SampleRate::new(256e3).unwrap())).unwrap();
/// let mut symbols = 0;
/// let mut sink = |event: Event<'_>| {
///     if let Event::Symbols { soft, .. } = event {
///         symbols += soft.len();
///     }
/// };
/// receiver.push(&[Iq::new(0.0, 0.0); 1000], &mut sink);
/// receiver.finish(&mut sink);
/// assert_eq!(symbols, 0);
/// ```
#[derive(Debug)]
pub struct Receiver {
    plan: Plan,
    input: Input,
    integrator: Integrator,
    cells: Vec<Iq>,
    mode: Mode,
    count: Option<Count>,
    /// Lines that carried no symbols: frequency above the search's middle, until sample.
    refused: Vec<(f64, u64)>,
    status: Status,
}

#[derive(Debug)]
enum Mode {
    Searching { search: Box<Search>, at: u64 },
    Tracking(Box<Track>),
}

impl Receiver {
    /// A receiver that has heard nothing yet.
    ///
    /// # Errors
    /// If the settings cannot be served.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let plan = Plan::new(settings)?;
        Ok(Self {
            mode: Mode::Searching {
                search: Box::new(Search::new(settings, None)),
                at: 0,
            },
            plan,
            input: Input::default(),
            integrator: Integrator::default(),
            cells: Vec::new(),
            count: None,
            refused: Vec::new(),
            status: Status::default(),
        })
    }

    /// One step, if there are samples for it.
    fn step(&mut self, last: bool, sink: &mut dyn FnMut(Event<'_>)) -> bool {
        match &mut self.mode {
            Mode::Searching { .. } => self.step_search(),
            Mode::Tracking(track) => {
                let mut teller = Teller {
                    sink,
                    status: &mut self.status,
                    count: &mut self.count,
                };
                let went = track.step(&self.plan, &self.input, last, &mut teller);
                if went && let Some(ended) = track.ended() {
                    self.after(&ended);
                }
                went
            }
        }
    }

    fn step_search(&mut self) -> bool {
        let Mode::Searching { search, at } = &mut self.mode else {
            return false;
        };
        let begin = *at;
        let done = search_cells(
            &self.plan,
            &self.input,
            begin,
            &mut self.integrator,
            &mut self.cells,
        );
        let Some(end) = done else {
            return false;
        };
        *at = end;
        if let Some(found) = search.push(&self.cells) {
            self.track(&found, end);
        }
        true
    }

    fn track(&mut self, found: &Found, at: u64) {
        self.mode = Mode::Tracking(Box::new(Track::new(&self.plan, found, Position::at(at))));
    }

    /// What comes after a carrier.
    fn after(&mut self, ended: &Ended) {
        match *ended {
            Ended::Gone { at, hz, rate } => {
                let window = Window {
                    hz: hz - self.plan.settings.search.centre_hz,
                    rate,
                    half: NEAR_HZ,
                };
                self.search(at, Some(window));
            }
            Ended::None { at } => self.search(at, None),
            Ended::Other { at, found, refused } => {
                let until = at + (10.0 * self.plan.sample_rate) as u64;
                self.refused.push((refused, until));
                if (refused + self.plan.settings.search.centre_hz).abs() < NEAR_ZERO_HZ {
                    let most = CONSTANT_S * self.plan.sample_rate;
                    self.input.remove_constant(at, most as u32);
                }
                self.track(&found, at);
            }
        }
    }

    fn search(&mut self, at: u64, window: Option<Window>) {
        let mut search = Search::new(&self.plan.settings, window);
        self.refused.retain(|(_, until)| *until > at);
        for &(hz, until) in &self.refused {
            search.refuse(hz, (until - at) as f64 / self.plan.sample_rate);
        }
        self.mode = Mode::Searching {
            search: Box::new(search),
            at,
        };
    }

    /// The first sample that is still needed, and the one up to which everything is done.
    fn done(&self) -> (u64, u64) {
        match &self.mode {
            Mode::Searching { at, .. } => (*at, *at),
            Mode::Tracking(track) => track.done(),
        }
    }

    fn run(&mut self, last: bool, sink: &mut dyn FnMut(Event<'_>)) {
        while self.step(last, sink) {
            self.input.tell_runs(self.done().1, sink);
        }
        self.input.release(self.done().0);
    }
}

impl Hear for Receiver {
    fn push(&mut self, samples: &[Iq], sink: &mut dyn FnMut(Event<'_>)) {
        for piece in samples.chunks(PIECE) {
            self.input.extend(piece);
            self.run(false, sink);
        }
    }

    fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>)) {
        self.run(true, sink);
        self.input.tell_runs(u64::MAX, sink);
    }

    fn status(&self) -> Status {
        self.status
    }
}
