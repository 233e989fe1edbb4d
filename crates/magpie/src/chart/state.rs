//! States of the MAC sublayer as a chart shows them: number, words, colour band.
//!
//! Book: 211.0-B-6 tables 6-2 to 6-5 (states, TRANSMIT). A state comes as its full name, so a chart can also be drawn of a session that somebody
//! else's implementation has recorded.

use std::fmt;

use magpie_link::mac::State;

/// A state: the number of the book and its words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StateMark {
    number: u8,
    words: String,
}

impl StateMark {
    /// From a full name, `S31 (hail: carrier only)`, or from the number alone, `S31`. What does not look like either becomes state 0
    /// with these words.
    pub fn of(name: &str) -> Self {
        let (head, words) = name.split_once(' ').unwrap_or((name, ""));
        let number = head.strip_prefix('S').and_then(|n| n.parse().ok());
        let known = words.is_empty().then(|| known(head)).flatten();
        let words = known.unwrap_or(words);
        let words = words.trim_start_matches('(').trim_end_matches(')');
        match number {
            Some(number) => Self {
                number,
                words: words.to_owned(),
            },
            None => Self {
                number: 0,
                words: name.to_owned(),
            },
        }
    }

    /// The number: 31 of S31.
    pub const fn number(&self) -> u8 {
        self.number
    }

    /// The words without the number.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Whether the transmitter is on.
    pub const fn transmits(&self) -> bool {
        matches!(self.number, 11..=14 | 31..=34 | 40..=48 | 50..=58 | 71)
    }

    /// Whether directives that set the other end's radio are a hail here, and not a `COMM_CHANGE`.
    pub const fn is_hailing(&self) -> bool {
        matches!(self.number, 11..=14 | 31..=36)
    }

    /// The colour band that the state belongs to.
    pub const fn band(&self) -> Band {
        match self.number {
            2 | 35 | 36 | 61 | 62 | 80 => Band::Waiting,
            11..=14 | 31..=34 => Band::Hailing,
            41 | 42 | 51 | 52 => Band::Opening,
            40 | 50 | 71 => Band::Data,
            60 | 72 => Band::Receiving,
            48 | 56 => Band::Directing,
            45 | 54 | 55 | 58 => Band::Closing,
            _ => Band::Off,
        }
    }
}

/// The words of the state with this number, in parentheses.
fn known(number: &str) -> Option<&'static str> {
    let names = State::ALL.into_iter().map(State::name);
    let mut cut = names.filter_map(|name| name.split_once(' '));
    cut.find(|(head, _)| *head == number)
        .map(|(_, words)| words)
}

impl fmt::Display for StateMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.number, self.words.as_str()) {
            (0, words) => f.write_str(words),
            (number, "") => write!(f, "S{number}"),
            (number, words) => write!(f, "S{number} {words}"),
        }
    }
}

/// States that are one to the eye.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Band {
    /// Inactive.
    Off,
    /// Silent and listening for something to begin.
    Waiting,
    /// Hailing.
    Hailing,
    /// Carrier and acquisition idle in front of data services.
    Opening,
    /// Data services; in half duplex with the token.
    Data,
    /// Data services without the token.
    Receiving,
    /// Token or `COMM_CHANGE`.
    Directing,
    /// Tail idle, RNMD of half duplex.
    Closing,
}

impl Band {
    /// All, in the order of a legend.
    pub const ALL: [Self; 8] = [
        Self::Off,
        Self::Waiting,
        Self::Hailing,
        Self::Opening,
        Self::Data,
        Self::Receiving,
        Self::Directing,
        Self::Closing,
    ];

    /// Name of the style class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Waiting => "waiting",
            Self::Hailing => "hailing",
            Self::Opening => "opening",
            Self::Data => "data",
            Self::Receiving => "receiving",
            Self::Directing => "directing",
            Self::Closing => "closing",
        }
    }

    /// What a legend says.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Off => "inactive",
            Self::Waiting => "listening, transmitter off",
            Self::Hailing => "hailing",
            Self::Opening => "carrier and acquisition idle",
            Self::Data => "data services, sending",
            Self::Receiving => "data services, receiving",
            Self::Directing => "token or COMM_CHANGE",
            Self::Closing => "tail idle",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_gives_number_and_words() {
        let state = StateMark::of("S31 (hail: carrier only)");
        assert_eq!((state.number(), state.words()), (31, "hail: carrier only"));
        assert_eq!(state.to_string(), "S31 hail: carrier only");
        assert_eq!(StateMark::of("lost").to_string(), "lost");
        assert_eq!(StateMark::of("").to_string(), "");
        assert_eq!(StateMark::of("S999 (none)").to_string(), "S999 (none)");
    }

    #[test]
    fn only_s1_is_off_and_every_state_has_words() {
        // Tables 6-2 to 6-5: MODE is inactive in S1 alone.
        for state in State::ALL {
            let mark = StateMark::of(state.name());
            assert!(!mark.words().is_empty(), "{state}");
            assert_eq!(mark.band() == Band::Off, mark.number() == 1, "{state}");
        }
    }
}
