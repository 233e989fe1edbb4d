//! The modem of one computer, and all else that the computer talks to over its line: payload memory, command unit, the ground.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use magpie_bus::exchange::{Emission, Exchange, Modulation};
use magpie_bus::order::Order;
use magpie_bus::{Fate, FromComputer, LineStats, Node, ResetCause, ToComputer};
use magpie_sim::payload::Payload;

use super::air::Heard;
use super::computer::{Computer, LineError};

/// Octets of a file in one message at most.
const PAYLOAD_PIECE: usize = 512;
/// Octets of a file's name in a message at most.
const NAME_LEN: usize = 200;
/// Entries of each list kept at most, and octets of the downlink.
const MOST_ENTRIES: usize = 1 << 20;
const MOST_DOWNLINK: usize = 256 << 20;

/// A computer that misses is asked again after 2^n stretches, n at most so great.
const MOST_MISSED: u32 = 12;

/// What a computer has decided to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// What the transmitter does.
    pub modulation: Modulation,
    /// Coded symbols a second.
    pub transmit_rate: u32,
    /// The symbols, 0 or 1.
    pub symbols: Vec<u8>,
}

impl Sent {
    fn from_emission(emission: &Emission<'_>) -> Self {
        let bits = emission.coded.iter();
        let symbols = bits.flat_map(|octet| (0..8).rev().map(move |place| octet >> place & 1));
        Self {
            modulation: emission.modulation,
            transmit_rate: emission.transmit_rate,
            symbols: symbols.take(usize::from(emission.symbols)).collect(),
        }
    }
}

/// A computer has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boot {
    /// The modem's clock, microseconds.
    pub at_us: u64,
    /// Which program.
    pub node: Node,
    /// Name of the board.
    pub board: String,
    /// Why.
    pub cause: ResetCause,
    /// How often since power came.
    pub boots: u32,
}

/// Something that a receiver has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// End of its marker, microseconds of the modem's clock.
    pub marker_end_us: u64,
    /// What became of it.
    pub fate: Fate,
    /// Octets of the frame.
    pub len: u16,
    /// CRC-32 of the frame.
    pub crc32: u32,
    /// Name of the rule that it broke.
    pub reason: String,
}

/// All that a computer has told.
#[derive(Debug, Clone, Default)]
pub struct Book {
    /// Its starts.
    pub boots: Vec<Boot>,
    /// Lines for the operator.
    pub log: Vec<String>,
    /// What its receiver found.
    pub found: Vec<Found>,
    /// Counters as last told.
    pub counters: BTreeMap<String, u32>,
    /// Octets for Earth.
    pub downlink: Vec<u8>,
    /// What a program of the test bench said at its end.
    pub exit: Option<u8>,
    /// Stretches without an answer.
    pub silent: u64,
    /// State of its link, as last told.
    pub state: u8,
    /// Since when the receiver was told of symbol lock for the first time, and how long in all, microseconds of the modem's clock.
    pub first_lock_us: Option<u64>,
    /// See [`Self::first_lock_us`].
    pub lock_us: u64,
    report_ended: bool,
    downlink_ended: bool,
    /// Its last emission, and the exchange that it answers.
    emission: Option<(u64, Sent)>,
    receive_rate: u32,
    requests: Vec<Request>,
}

/// What the payload memory was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    File(u8),
    Octets { file: u8, at: u32, len: u16 },
}

impl Book {
    /// Has the computer answered an exchange since it began?
    pub fn has_answered(&self) -> bool {
        self.emission.is_some()
    }

    /// The most stack that was in use, if the computer has told.
    pub fn stack_peak(&self) -> Option<u32> {
        self.counters.get("stack_peak").copied()
    }

    fn take(&mut self, now_us: u64, message: &FromComputer<'_>) {
        match *message {
            FromComputer::Boot {
                node,
                board,
                cause,
                boots,
            } => {
                let board = board.to_owned();
                let boot = Boot {
                    at_us: now_us,
                    node,
                    board,
                    cause,
                    boots,
                };
                push(&mut self.boots, boot);
                (self.emission, self.receive_rate) = (None, 0);
            }
            FromComputer::Emission(ref emission) => {
                self.state = emission.state;
                self.receive_rate = emission.receive_rate;
                self.emission = Some((emission.answers_us, Sent::from_emission(emission)));
            }
            FromComputer::PayloadAsk { file } => push(&mut self.requests, Request::File(file)),
            FromComputer::PayloadRead { file, at, len } => {
                push(&mut self.requests, Request::Octets { file, at, len });
            }
            FromComputer::Downlink { octets } => {
                if self.downlink.len() + octets.len() <= MOST_DOWNLINK {
                    self.downlink.extend_from_slice(octets);
                }
            }
            FromComputer::DownlinkEnd => self.downlink_ended = true,
            FromComputer::Heard {
                marker_end_us,
                fate,
                len,
                crc32,
                reason,
            } => {
                let reason = reason.to_owned();
                let found = Found {
                    marker_end_us,
                    fate,
                    len,
                    crc32,
                    reason,
                };
                push(&mut self.found, found);
            }
            FromComputer::Counter { name, value } => {
                if self.counters.len() < MOST_ENTRIES {
                    self.counters.insert(name.to_owned(), value);
                }
            }
            FromComputer::ReportEnd => self.report_ended = true,
            FromComputer::Log { text } => {
                tracing::info!("{text}");
                push(&mut self.log, text.to_owned());
            }
            FromComputer::Exit { code } => self.exit = Some(code),
        }
    }
}

fn push<T>(list: &mut Vec<T>, entry: T) {
    if list.len() < MOST_ENTRIES {
        list.push(entry);
    }
}

/// The modem of one computer.
pub struct Modem {
    computer: Box<dyn Computer>,
    payload: Vec<Payload>,
    patience: Duration,
    book: Book,
    /// Exchanges in a row that were not answered in time, without a word since.
    missed: u32,
    /// Stretches until a computer that misses is asked again.
    rest: u64,
    /// An exchange has been sent and is to be answered.
    asked: bool,
    /// Starts that were seen.
    seen_boots: usize,
    now_us: u64,
}

impl Modem {
    /// A modem for a computer whose payload memory holds these files. A computer that says nothing for `patience` (wall-clock) is taken for
    /// silent.
    pub fn new(computer: Box<dyn Computer>, payload: Vec<Payload>, patience: Duration) -> Self {
        Self {
            computer,
            payload,
            patience,
            book: Book::default(),
            missed: 0,
            rest: 0,
            asked: false,
            seen_boots: 0,
            now_us: 0,
        }
    }

    /// All that the computer has told.
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// Forgets what the receiver found and what is for Earth: a new pass.
    pub fn turn_page(&mut self) {
        self.book.found.clear();
        self.book.downlink.clear();
        (self.book.first_lock_us, self.book.lock_us) = (None, 0);
    }

    /// What the computer is.
    pub fn description(&self) -> String {
        self.computer.description()
    }

    /// What has come over the line.
    pub fn line_stats(&self) -> LineStats {
        self.computer.line_stats()
    }

    /// The line.
    pub fn computer(&mut self) -> &mut dyn Computer {
        self.computer.as_mut()
    }

    /// Coded symbols a second that the transmitter is set to; 0: not known.
    pub fn transmit_rate(&self) -> u32 {
        let emission = self.book.emission.as_ref();
        emission.map_or(0, |(_, sent)| sent.transmit_rate)
    }

    /// Is its transmitter modulating?
    pub fn is_modulating(&self) -> bool {
        let emission = self.book.emission.as_ref();
        emission.is_some_and(|(_, sent)| sent.modulation == Modulation::Symbols)
    }

    /// Coded symbols a second that the receiver is set to; 0: not known.
    pub fn receive_rate(&self) -> u32 {
        self.book.receive_rate
    }

    /// Waits for the first message after a reset; false if none came in time.
    pub fn await_boot(&mut self) -> Result<bool, LineError> {
        self.listen(|book| !book.boots.is_empty())?;
        let begun = self.take_restart();
        // Ends whatever a reset has cut.
        self.computer.send_octets(&[0])?;
        Ok(begun)
    }

    /// Has the computer begun since this was asked for the last time?
    pub fn take_restart(&mut self) -> bool {
        let boots = self.book.boots.len();
        std::mem::replace(&mut self.seen_boots, boots) < boots
    }

    /// Pulls the reset line and waits for the computer to begin.
    pub fn reset(&mut self) -> Result<bool, LineError> {
        let before = self.book.boots.len();
        self.computer.reset()?;
        self.missed = 0;
        self.listen(|book| book.boots.len() > before)
    }

    /// Gives an order that makes the computer begin anew, and waits for that; false if it did not begin in time.
    pub fn order_and_await_restart(&mut self, order: Order) -> Result<bool, LineError> {
        let before = self.book.boots.len();
        self.order(order)?;
        self.missed = 0;
        self.listen(|book| book.boots.len() > before)
    }

    /// Gives an order.
    pub fn order(&mut self, order: Order) -> Result<(), LineError> {
        self.computer.send(&ToComputer::Order(order))
    }

    /// Asks for all counters; false if the computer did not tell them in time.
    pub fn report(&mut self) -> Result<bool, LineError> {
        self.book.report_ended = false;
        self.order(Order::Report)?;
        self.listen(|book| book.report_ended)
    }

    /// Has everything that is recorded sent to Earth, in place of what the book has of an earlier time; false if the end of it did not come.
    pub fn dump(&mut self) -> Result<bool, LineError> {
        self.book.downlink_ended = false;
        self.book.downlink.clear();
        self.order(Order::Dump)?;
        self.listen(|book| book.downlink_ended)
    }

    /// Tells the computer what it heard in a stretch. One that has missed is asked again ever more rarely: perhaps only a message was
    /// spoiled, perhaps it hangs, and then its line must not fill up.
    pub fn ask(&mut self, start_us: u64, duration_us: u32, heard: &Heard) -> Result<(), LineError> {
        self.now_us = start_us;
        if heard.symbol_lock {
            self.book.first_lock_us.get_or_insert(start_us);
            self.book.lock_us += u64::from(duration_us);
        }
        self.asked = self.missed == 0 || self.rest == 0;
        if !self.asked {
            self.rest -= 1;
            return Ok(());
        }
        if self.missed > 0 {
            self.computer.send_octets(&[0])?;
        }
        self.computer.send(&ToComputer::Exchange(Exchange {
            start_us,
            duration_us,
            carrier: heard.carrier,
            symbol_lock: heard.symbol_lock,
            symbols: heard.symbols,
            soft: &heard.soft,
        }))
    }

    /// What it sends; `None` if it did not say.
    pub fn answer(&mut self, start_us: u64) -> Result<Option<Sent>, LineError> {
        let boots = self.book.boots.len();
        let has_answered =
            |book: &Book| matches!(&book.emission, Some((answers, _)) if *answers == start_us);
        if self.asked {
            if self.listen(|book| has_answered(book) || book.boots.len() > boots)? {
                self.missed = 0;
            } else {
                self.missed = (self.missed + 1).min(MOST_MISSED);
                self.rest = (1 << self.missed) - 2;
            }
        } else {
            // Any word is a sign of life; the next exchange is for it again.
            let now = self.now_us;
            let book = &mut self.book;
            while self.computer.receive(Duration::ZERO, &mut |message| {
                book.take(now, message);
            })? {
                self.missed = 0;
            }
        }
        if !has_answered(&self.book) {
            self.book.silent += 1;
            return Ok(None);
        }
        Ok(self.book.emission.as_ref().map(|(_, sent)| sent.clone()))
    }

    /// Takes messages until something is there, or until nothing has come for too long. What the payload memory was asked for goes out at
    /// the end: then the computer waits.
    fn listen(&mut self, is_there: impl Fn(&Book) -> bool) -> Result<bool, LineError> {
        let mut until = Instant::now() + self.patience;
        let mut there = is_there(&self.book);
        while !there {
            let (now, book) = (self.now_us, &mut self.book);
            let left = until.saturating_duration_since(Instant::now());
            let mut take = |message: &FromComputer<'_>| book.take(now, message);
            if !self.computer.receive(left, &mut take)? {
                break;
            }
            until = Instant::now() + self.patience;
            there = is_there(&self.book);
        }
        self.serve()?;
        Ok(there)
    }

    /// The payload memory.
    fn serve(&mut self) -> Result<(), LineError> {
        for request in std::mem::take(&mut self.book.requests) {
            match request {
                Request::File(file) => {
                    let facts = self.payload.get(usize::from(file));
                    let size = facts.map_or(0, |facts| facts.octets.len());
                    let name = facts.map_or("", |facts| cut(&facts.name));
                    self.computer.send(&ToComputer::PayloadFile {
                        file,
                        files: u8::try_from(self.payload.len()).unwrap_or(u8::MAX),
                        size: u32::try_from(size).unwrap_or(u32::MAX),
                        name,
                    })?;
                }
                Request::Octets { file, at, len } => {
                    let from = usize::try_from(at).unwrap_or(usize::MAX);
                    let octets = self.payload.get(usize::from(file));
                    let octets = octets.and_then(|facts| facts.octets.get(from..));
                    let octets = octets.unwrap_or(&[]);
                    let len = usize::from(len).min(PAYLOAD_PIECE).min(octets.len());
                    self.computer.send(&ToComputer::PayloadOctets {
                        file,
                        at,
                        octets: octets.get(..len).unwrap_or(&[]),
                    })?;
                }
            }
        }
        Ok(())
    }
}

/// A name that fits into a message.
fn cut(name: &str) -> &str {
    let mut len = name.len().min(NAME_LEN);
    while !name.is_char_boundary(len) {
        len -= 1;
    }
    name.get(..len).unwrap_or("")
}
