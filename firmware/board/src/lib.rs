//! What the applications ask of a board, and nothing more.
//!
//! A board support crate (`firmware/boards/…`) starts the processor, fills a [`Board`] and hands it to the image's `application`:
//!
//! ```text
//! #[unsafe(no_mangle)]
//! fn application(board: Board<Rx, Tx, Flash, Chip>) -> ! { … }
//! ```
//!
//! The serial line is `embedded-io`, the recorder's device `embedded-storage`, so the applications run on any board whose drivers speak
//! these. [`Desk`] is what an image talks to the line with: it collects messages, sends answers and looks after the watchdog.
//!
//! | Module | What boards build theirs of |
//! |---|---|
//! | [`ring`] | from the receiver's interrupt to the main loop |
//! | [`clock`] | uptime and watchdog |
//! | [`remnant`] | what survives a reset: cause, count, last words |
//! | [`flash`] | memory with the manners of a NOR flash |
#![no_std]
#![forbid(unsafe_code)]

pub mod clock;
pub mod flash;
pub mod remnant;
pub mod ring;

use core::fmt::{self, Write as _};

use embedded_io::{Read, ReadReady, Write};
use magpie_bus::{FromComputer, Inbox, MAX_LINE, Node, ResetCause, ToComputer, encode};

/// The longest line of the log.
pub const LOG_LEN: usize = 120;

/// Everything of a board that an application gets.
#[derive(Debug)]
pub struct Board<Rx, Tx, Flash, Chip> {
    /// From the modem; never blocks if `read_ready` says no. Overruns are counted by [`Chip::overruns`].
    pub rx: Rx,
    /// To the modem; blocks until there is room.
    pub tx: Tx,
    /// The recorder's device; `None` on a board that has none.
    pub flash: Option<Flash>,
    /// All else.
    pub chip: Chip,
}

/// Processor and board.
pub trait Chip {
    /// Name of the board, as in `firmware/targets.toml`; one image may find itself on several.
    fn name(&self) -> &'static str;

    /// Tells the watchdog that all is well. If nobody does for [`WATCHDOG_MS`], the board resets.
    fn kick(&mut self);

    /// Milliseconds since the reset, counted by the timer's interrupt.
    fn uptime_ms(&self) -> u32;

    /// Why the board began anew.
    fn reset_cause(&self) -> ResetCause;

    /// How often it has begun since power came, this time included (1 after power-on); from memory that survives resets.
    fn boots(&self) -> u32;

    /// What the last panic or trap said, from memory that survives a reset.
    fn last_words(&self) -> &str;

    /// Octets that the receiver of the serial line had no room for.
    fn overruns(&self) -> u32;

    /// Octets of stack in use at the worst so far, found by the paint put there at start-up.
    fn stack_peak(&self) -> usize;

    /// Sleeps until the next interrupt, if the processor can.
    fn idle(&mut self);

    /// No more interrupts: the uptime stands still and the watchdog sleeps. For counting instructions.
    fn quiet(&mut self);

    /// Begins anew.
    fn reset(&mut self) -> !;

    /// Ends the program: in an emulator the machine ends too; else it waits for ever. [`Desk::exit`] tells the modem before.
    fn exit(&mut self, code: u8) -> !;
}

/// How long the watchdog waits, in milliseconds of the board's timer.
pub const WATCHDOG_MS: u32 = 2_000;

/// The line with its buffers, and the watchdog: what an image's main loop works with.
#[derive(Debug)]
pub struct Desk<Tx, C> {
    tx: Tx,
    /// The processor.
    pub chip: C,
    line: [u8; MAX_LINE],
}

impl<Tx: Write, C: Chip> Desk<Tx, C> {
    /// A desk.
    pub const fn new(tx: Tx, chip: C) -> Self {
        Self {
            tx,
            chip,
            line: [0; MAX_LINE],
        }
    }

    /// Tells that the computer has begun, why, and what the last panic or trap said. A zero octet in front ends whatever the reset cut.
    pub fn announce(&mut self, node: Node) {
        let _ = self.tx.write_all(&[0]);
        let (cause, boots) = (self.chip.reset_cause(), self.chip.boots());
        self.send(&FromComputer::Boot {
            node,
            board: self.chip.name(),
            cause,
            boots,
        });
        let words = self.chip.last_words();
        if !words.is_empty() {
            let text = FromComputer::Log { text: words };
            if let Some(octets) = encode(&text, &mut self.line) {
                let _ = self.tx.write_all(octets);
            }
        }
    }

    /// Sends a message. There is nothing to be done about a line that does not take it.
    pub fn send(&mut self, message: &FromComputer<'_>) {
        if let Some(octets) = encode(message, &mut self.line) {
            let _ = self.tx.write_all(octets);
        }
    }

    /// Tells that the program is done and ends it.
    pub fn exit(&mut self, code: u8) -> ! {
        self.send(&FromComputer::Exit { code });
        let _ = self.tx.flush();
        self.chip.exit(code)
    }

    /// Sends a line for the operator; what is longer than [`LOG_LEN`] octets is cut.
    pub fn log(&mut self, arguments: fmt::Arguments<'_>) {
        let mut text = Text::default();
        let _ = text.write_fmt(arguments);
        self.send(&FromComputer::Log {
            text: text.as_str(),
        });
    }
}

/// Reads until a message has come or nothing is left to read; true for a message, which the inbox then holds.
pub fn collect<Rx: Read + ReadReady>(rx: &mut Rx, inbox: &mut Inbox) -> bool {
    let mut octet = [0];
    while rx.read_ready().unwrap_or(false) {
        if rx.read(&mut octet).unwrap_or(0) == 0 {
            return false;
        }
        if inbox.push(octet[0]) {
            return true;
        }
    }
    false
}

/// An application: what comes in, and where answers go.
pub trait Application {
    /// Which one.
    const NODE: Node;

    /// Takes a message and answers it.
    fn handle(&mut self, message: &ToComputer<'_>, out: &mut impl FnMut(&FromComputer<'_>));

    /// Goes on with what takes longer than one answer; true while there is more. Called when no message waits.
    fn work(&mut self, out: &mut impl FnMut(&FromComputer<'_>)) -> bool {
        let _ = out;
        false
    }
}

/// A short text that is cut where it would not fit.
#[derive(Debug, Clone)]
pub struct Text {
    octets: [u8; LOG_LEN],
    len: usize,
}

impl Default for Text {
    fn default() -> Self {
        Self {
            octets: [0; LOG_LEN],
            len: 0,
        }
    }
}

impl Text {
    /// What is in it.
    pub fn as_str(&self) -> &str {
        let octets = self.octets.get(..self.len).unwrap_or(&[]);
        core::str::from_utf8(octets).unwrap_or("")
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, s: &str) -> fmt::Result {
        for c in s.chars() {
            let end = self.len + c.len_utf8();
            let Some(place) = self.octets.get_mut(self.len..end) else {
                return Err(fmt::Error);
            };
            c.encode_utf8(place);
            self.len = end;
        }
        Ok(())
    }
}
