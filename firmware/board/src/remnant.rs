//! What a board remembers over a reset: why it began anew, how often, and the last words of a panic or trap.
//!
//! Lies in memory that no start-up code touches. A magic number and a CRC tell whether it holds anything: after power-on it does not.
//! Made of atomics, as any octets are valid there and panic handler, interrupt and main loop all reach it.
//!
//! ```
//! use magpie_board::remnant::Remnant;
//! use magpie_bus::ResetCause;
//!
//! let memory = Remnant::new();
//! assert_eq!(memory.begin().cause(), ResetCause::PowerOn);
//! memory.dying(ResetCause::Trap).text("pc ").hex(0x80).end();
//! let past = memory.begin(); // after the reset
//! assert_eq!((past.cause(), past.boots(), past.last_words()), (ResetCause::Trap, 2, "pc 00000080"));
//! assert_eq!(memory.begin().cause(), ResetCause::External); // reset by somebody who noted nothing
//! ```

use core::panic::PanicInfo;
use core::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

use magpie_bus::ResetCause;
use magpie_coding::crc::Crc16;

/// Octets of last words that are kept.
pub const WORDS_LEN: usize = 96;
/// Octets of the path of a source file that are kept: its end.
const PATH_LEN: usize = 40;
const MAGIC: u32 = 0x4D61_6750; // "MagP"

/// The memory.
#[derive(Debug)]
#[repr(C)]
pub struct Remnant {
    magic: AtomicU32,
    /// Number of the [`ResetCause`] that the next reset will have.
    cause: AtomicU32,
    boots: AtomicU32,
    /// Octets in `words`.
    len: AtomicU32,
    words: [AtomicU8; WORDS_LEN],
    check: AtomicU32,
}

impl Default for Remnant {
    fn default() -> Self {
        Self::new()
    }
}

impl Remnant {
    /// One that holds nothing; for tests, as the boards' lie where the linker puts them.
    pub const fn new() -> Self {
        Self {
            magic: AtomicU32::new(0),
            cause: AtomicU32::new(0),
            boots: AtomicU32::new(0),
            len: AtomicU32::new(0),
            words: [const { AtomicU8::new(0) }; WORDS_LEN],
            check: AtomicU32::new(0),
        }
    }

    /// Once after every reset: what is remembered, and the memory made ready for the next one.
    pub fn begin(&self) -> Past {
        let known = self.magic.load(Relaxed) == MAGIC && self.check.load(Relaxed) == self.sum();
        let mut past = Past::default();
        if known {
            past.cause = cause_of(self.cause.load(Relaxed));
            past.boots = self.boots.load(Relaxed);
            past.len = usize::try_from(self.len.load(Relaxed)).unwrap_or(0);
            for (octet, word) in past.words.iter_mut().zip(&self.words) {
                *octet = word.load(Relaxed);
            }
        }
        past.boots = past.boots.wrapping_add(1);
        self.magic.store(MAGIC, Relaxed);
        self.boots.store(past.boots, Relaxed);
        self.dying(ResetCause::External).end();
        past
    }

    /// Notes why the reset comes that is about to come; write the last words, then [`LastWords::end`].
    pub fn dying(&self, cause: ResetCause) -> LastWords<'_> {
        self.cause.store(number_of(cause), Relaxed);
        LastWords {
            remnant: self,
            len: 0,
        }
    }

    /// Notes a panic: where, and the message if it is a plain text. What would need formatting is left out, as that code is large.
    pub fn panicked(&self, panic: &PanicInfo<'_>) {
        let mut words = self.dying(ResetCause::Panic);
        if let Some(place) = panic.location() {
            let file = place.file();
            let from = file.len().saturating_sub(PATH_LEN);
            words = words.text(file.get(from..).unwrap_or("?"));
            words = words.text(":").decimal(place.line());
        }
        if let Some(message) = panic.message().as_str() {
            words = words.text(": ").text(message);
        }
        words.end();
    }

    fn sum(&self) -> u32 {
        let mut crc = Crc16::new();
        for word in [&self.cause, &self.boots, &self.len] {
            crc.update(&word.load(Relaxed).to_be_bytes());
        }
        for octet in &self.words {
            crc.update(&[octet.load(Relaxed)]);
        }
        u32::from(crc.finish())
    }
}

/// Writes the last words; what finds no room is cut.
#[derive(Debug)]
#[must_use = "the words count only after `end`"]
pub struct LastWords<'a> {
    remnant: &'a Remnant,
    len: usize,
}

impl LastWords<'_> {
    /// A text; other than ASCII becomes `?`, so that a cut never splits a character.
    pub fn text(mut self, text: &str) -> Self {
        for octet in text.bytes() {
            self.put(if octet.is_ascii() { octet } else { b'?' });
        }
        self
    }

    /// A number in eight hexadecimal digits.
    pub fn hex(mut self, value: u32) -> Self {
        for digit in (0..8).rev() {
            let nibble = (value >> (4 * digit)).to_be_bytes()[3] & 0xF;
            self.put(if nibble < 10 {
                b'0' + nibble
            } else {
                b'a' + nibble - 10
            });
        }
        self
    }

    /// A number in decimal digits.
    pub fn decimal(mut self, value: u32) -> Self {
        let mut unit = 1_000_000_000;
        while unit > 1 && value < unit {
            unit /= 10;
        }
        while unit > 0 {
            self.put(b'0' + (value / unit % 10).to_be_bytes()[3]);
            unit /= 10;
        }
        self
    }

    /// Makes it valid.
    pub fn end(self) {
        let memory = self.remnant;
        memory
            .len
            .store(u32::try_from(self.len).unwrap_or(0), Relaxed);
        memory.check.store(memory.sum(), Relaxed);
    }

    fn put(&mut self, octet: u8) {
        if let Some(place) = self.remnant.words.get(self.len) {
            place.store(octet, Relaxed);
            self.len += 1;
        }
    }
}

/// What was remembered.
#[derive(Debug, Clone)]
pub struct Past {
    cause: ResetCause,
    boots: u32,
    words: [u8; WORDS_LEN],
    len: usize,
}

impl Default for Past {
    /// Nothing: power has come.
    fn default() -> Self {
        Self {
            cause: ResetCause::PowerOn,
            boots: 0,
            words: [0; WORDS_LEN],
            len: 0,
        }
    }
}

impl Past {
    /// Why the board began anew.
    pub const fn cause(&self) -> ResetCause {
        self.cause
    }

    /// How often it has begun since power came, this time included.
    pub const fn boots(&self) -> u32 {
        self.boots
    }

    /// What the panic or trap said; empty after any other cause.
    pub fn last_words(&self) -> &str {
        let words = self.words.get(..self.len).unwrap_or(&[]);
        core::str::from_utf8(words).unwrap_or("")
    }
}

const fn number_of(cause: ResetCause) -> u32 {
    match cause {
        ResetCause::PowerOn => 0,
        ResetCause::External => 1,
        ResetCause::Watchdog => 2,
        ResetCause::Panic => 3,
        ResetCause::Trap => 4,
    }
}

const fn cause_of(number: u32) -> ResetCause {
    match number {
        0 => ResetCause::PowerOn,
        2 => ResetCause::Watchdog,
        3 => ResetCause::Panic,
        4 => ResetCause::Trap,
        _ => ResetCause::External,
    }
}
