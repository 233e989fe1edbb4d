//! Files by chance: every file that loads writes out as itself, and no spoiled text does harm.

use super::*;

/// Seeded numbers: xorshift64*.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// From 0 to below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// A value that the parameter takes, as text.
fn good_value<T>(dice: &mut Dice, parameter: &Parameter<T>) -> String {
    match &parameter.kind {
        Kind::Seconds(_) if dice.below(4) == 0 => "0".into(),
        Kind::Seconds(_) | Kind::SecondsAboveZero(_) => match dice.below(3) {
            0 => (1 + dice.below(86_400)).to_string(),
            1 => format!("{}.{:03}", dice.below(86_400), 1 + dice.below(999)),
            _ => format!("{}.{:06}", dice.below(86_400), 1 + dice.below(999_999)),
        },
        Kind::Flag(_) => dice.one_of(&["true", "false"]).into(),
        Kind::Number(number) => {
            let value = number.min + dice.next() % (number.max - number.min + 1);
            match dice.below(3) {
                0 => format!("0x{value:X}"),
                1 => format!("0b{value:b}"),
                _ => value.to_string(),
            }
        }
        Kind::Rate(..) => (1_000_u32 << dice.below(12)).to_string(),
        Kind::Word(words, ..) => format!("\"{}\"", dice.one_of(words)),
    }
}

fn random_file(dice: &mut Dice) -> String {
    let mut text = String::from("local_spacecraft_id = 1000\nremote_spacecraft_id = 1001\n");
    for parameter in &PARAMETERS[2..] {
        if dice.below(4) > 0 {
            text.extend([parameter.key, " = ", &good_value(dice, parameter), "\n"]);
        }
    }
    for table in [RECEIVER, TRANSMITTER] {
        text.extend(["[", table, "]\n"]);
        for setting in &SETTINGS {
            if dice.below(2) > 0 {
                text.extend([setting.key, " = ", &good_value(dice, setting), "\n"]);
            }
        }
    }
    text
}

#[test]
fn a_file_written_out_reads_back_as_itself() {
    let mut dice = Dice::new(1);
    for _ in 0..300 {
        let text = random_file(&mut dice);
        let file = MibFile::parse("x", &text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let again = MibFile::parse("x", &file.to_toml()).unwrap();
        assert_eq!(again, file, "{text}");
        assert_eq!(
            again.caller().build().is_ok(),
            again.responder().build().is_ok()
        );
    }
}

/// Pieces that hurt careless readers.
const PIECES: [&str; 24] = [
    "=",
    "[",
    "]",
    "[[",
    "\"",
    "'''",
    "#",
    ".",
    "-",
    "nan",
    "inf",
    "1e309",
    "0x",
    "99999999999999999999",
    "\n",
    "\r",
    "\u{0}",
    "\u{1F426}",
    "{",
    "}",
    "[transmitter]\n",
    "receiver.channel = 3\n",
    "local_spacecraft_id = 2\n",
    "-9223372036854775808",
];

/// The text with one thing spoiled.
fn spoil(dice: &mut Dice, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    let (at, len) = (dice.below(chars.len()), 1 + dice.below(12));
    let end = (at + len).min(chars.len());
    match dice.below(5) {
        0 => drop(chars.drain(at..end)),
        1 => chars.truncate(at),
        2 => {
            chars.splice(at..at, dice.one_of(&PIECES).chars());
        }
        3 => {
            chars.splice(at..end, dice.one_of(&PIECES).chars());
        }
        _ => {
            let mut lines: Vec<&str> = text.lines().collect();
            let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
            lines.swap(from, to);
            lines.insert(to, lines[from]);
            return lines.join("\n");
        }
    }
    chars.into_iter().collect()
}

#[test]
fn spoiled_profiles_load_or_are_refused_in_one_line() {
    let mut dice = Dice::new(0x0BAD_5EED);
    let (mut loaded, mut refused) = (0, 0);
    for (name, text) in PROFILES {
        // Without comments, so that nearly every change hits something.
        let lines = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or(""));
        let bare: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
        let bare = bare.join("\n");
        for _ in 0..400 {
            let mut spoiled = spoil(&mut dice, &bare);
            for _ in 0..dice.below(3) {
                spoiled = spoil(&mut dice, &spoiled);
            }
            match MibFile::parse(name, &spoiled) {
                Ok(file) => {
                    loaded += 1;
                    assert!(file.caller().build().is_ok() && file.responder().build().is_ok());
                }
                Err(error) => {
                    refused += 1;
                    let line = error.to_string();
                    assert!(
                        line.starts_with(name) && !line.contains(char::is_control),
                        "{line:?}"
                    );
                    assert!(line.len() < 300, "{line}");
                }
            }
        }
    }
    assert!(
        loaded > 50 && refused > 500,
        "{loaded} loaded, {refused} refused"
    );
}

#[test]
fn deep_nesting_ends() {
    for piece in ["[", "{a=", "a.", "[[a.", "[a]\nb."] {
        let text = format!("packing = {}", piece.repeat(100_000));
        assert!(MibFile::parse("x", &text).is_err());
        assert!(MibFile::parse("x", &piece.repeat(10_000)).is_err());
    }
}
