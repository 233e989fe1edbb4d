//! Memory that a reset leaves alone: why the last run ended, how many there were, and its last words.
//!
//! A board gives a [`Survivor`] a fixed place that is neither loaded nor zeroed. What is in it counts only if its magic number and its
//! CRC-16 are right; so after power-up it counts as empty. All fields are atomic because the interrupt of the watchdog writes it, too.

use core::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};

use magpie_bus::ResetCause;
use magpie_coding::crc::Crc16;

/// Octets of last words that are kept.
pub const WORDS_LEN: usize = 96;
const MAGIC: u32 = 0x4D41_4750; // "MAGP"

/// The memory itself.
#[derive(Debug)]
#[repr(C)]
pub struct Survivor {
    magic: AtomicU32,
    boots: AtomicU32,
    /// Number of the cause that was noted; anything else: none was.
    cause: AtomicU32,
    len: AtomicU32,
    words: [AtomicU8; WORDS_LEN],
    check: AtomicU32,
}

/// What the memory said at start-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Why this run began.
    pub cause: ResetCause,
    /// Runs since power came, this one included.
    pub boots: u32,
    words: [u8; WORDS_LEN],
    len: usize,
}

/// A piece of last words. Numbers are written here, not by `core::fmt`, which would cost more flash than all the rest of a board.
#[derive(Debug, Clone, Copy)]
pub enum Word<'a> {
    /// As it is.
    Text(&'a str),
    /// A number in tens.
    Decimal(u32),
    /// Eight hexadecimal digits.
    Hex(u32),
}

impl Past {
    /// The last words of the run before; empty if it had none.
    pub fn words(&self) -> &str {
        let octets = self.words.get(..self.len).unwrap_or(&[]);
        core::str::from_utf8(octets).unwrap_or("")
    }
}

impl Default for Survivor {
    fn default() -> Self {
        Self::new()
    }
}

impl Survivor {
    /// One that holds nothing.
    pub const fn new() -> Self {
        Self {
            magic: AtomicU32::new(0),
            boots: AtomicU32::new(0),
            cause: AtomicU32::new(0),
            len: AtomicU32::new(0),
            words: [const { AtomicU8::new(0) }; WORDS_LEN],
            check: AtomicU32::new(0),
        }
    }

    /// Start-up: reads what the last run left, and begins the next page.
    pub fn begin(&self) -> Past {
        let mut past = Past {
            cause: ResetCause::PowerOn,
            boots: 1,
            words: [0; WORDS_LEN],
            len: 0,
        };
        if self.magic.load(Relaxed) == MAGIC && self.check.load(Relaxed) == self.crc() {
            past.boots = self.boots.load(Relaxed).saturating_add(1);
            past.cause = match self.cause.load(Relaxed) {
                1 => ResetCause::Watchdog,
                2 => ResetCause::Panic,
                3 => ResetCause::Trap,
                _ => ResetCause::External,
            };
            past.len = (self.len.load(Relaxed) as usize).min(WORDS_LEN);
            for (to, from) in past.words.iter_mut().zip(&self.words) {
                *to = from.load(Relaxed);
            }
        }
        self.magic.store(MAGIC, Relaxed);
        self.boots.store(past.boots, Relaxed);
        self.cause.store(0, Relaxed);
        self.len.store(0, Relaxed);
        self.seal();
        past
    }

    /// Before a reset: why, and the last words, which are cut to [`WORDS_LEN`] octets.
    pub fn note(&self, cause: ResetCause, words: &[Word<'_>]) {
        let number = match cause {
            ResetCause::Watchdog => 1,
            ResetCause::Panic => 2,
            ResetCause::Trap => 3,
            ResetCause::PowerOn | ResetCause::External => 0,
        };
        self.cause.store(number, Relaxed);
        self.len.store(0, Relaxed);
        for word in words {
            match *word {
                Word::Text(text) => text.bytes().for_each(|octet| self.push(octet)),
                Word::Decimal(number) => self.decimal(number),
                Word::Hex(number) => (0..8).rev().for_each(|place| {
                    self.push(digit(number >> (4 * place) & 0xF));
                }),
            }
        }
        self.seal();
    }

    fn decimal(&self, number: u32) {
        let mut unit = 1;
        while number / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            self.push(digit(number / unit % 10));
            unit /= 10;
        }
    }

    /// Another octet of last words; one that is not ASCII becomes a question mark, so a cut never splits a character.
    fn push(&self, octet: u8) {
        let len = self.len.load(Relaxed);
        if let Some(place) = self.words.get(len as usize) {
            place.store(if octet.is_ascii() { octet } else { b'?' }, Relaxed);
            self.len.store(len + 1, Relaxed);
        }
    }

    fn seal(&self) {
        self.check.store(self.crc(), Relaxed);
    }

    fn crc(&self) -> u32 {
        let mut crc = Crc16::new();
        for field in [&self.magic, &self.boots, &self.cause, &self.len] {
            crc.update(&field.load(Relaxed).to_be_bytes());
        }
        for octet in &self.words {
            crc.update(&[octet.load(Relaxed)]);
        }
        u32::from(crc.finish())
    }
}

const fn digit(value: u32) -> u8 {
    b"0123456789abcdef"[(value & 0xF) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_is_told_with_its_cause_and_words_and_only_once() {
        let memory = Survivor::new();
        let first = memory.begin();
        assert_eq!((first.cause, first.boots), (ResetCause::PowerOn, 1));
        memory.note(
            ResetCause::Panic,
            &[
                Word::Text("src/ü.rs:"),
                Word::Decimal(1_070),
                Word::Text(" "),
                Word::Hex(0x4000_1AF0),
            ],
        );
        let second = memory.begin();
        assert_eq!((second.cause, second.boots), (ResetCause::Panic, 2));
        assert_eq!(second.words(), "src/??.rs:1070 40001af0");
        let third = memory.begin();
        assert_eq!((third.cause, third.boots), (ResetCause::External, 3));
        assert_eq!(third.words(), "");
    }

    #[test]
    fn long_words_are_cut_and_numbers_of_one_digit_are_one_digit() {
        let memory = Survivor::new();
        memory.begin();
        memory.note(
            ResetCause::Trap,
            &[
                Word::Decimal(0),
                Word::Decimal(u32::MAX),
                Word::Text(&"x".repeat(200)),
            ],
        );
        let past = memory.begin();
        assert_eq!(past.words().len(), WORDS_LEN);
        assert!(past.words().starts_with("04294967295x"));
    }

    #[test]
    fn any_octet_that_changes_makes_it_count_as_empty() {
        for at in 0..WORDS_LEN {
            let memory = Survivor::new();
            memory.begin();
            memory.note(ResetCause::Watchdog, &[Word::Text("pc")]);
            memory.words[at].fetch_xor(1, Relaxed);
            assert_eq!(memory.begin().cause, ResetCause::PowerOn);
        }
    }
}
