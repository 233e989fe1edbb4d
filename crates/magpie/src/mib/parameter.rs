//! One key of a MIB file: which field it sets and which values that takes.

use magpie_link::clock::Duration;
use magpie_link::mib::LONGEST_DURATION;
use toml::de::DeValue;

/// One key.
pub(super) struct Parameter<T> {
    /// The key in the file.
    pub(super) key: &'static str,
    /// The parameter's name in the book; of those that are ours, a name like it.
    pub(super) name: &'static str,
    /// What it does, in half a sentence.
    pub(super) meaning: &'static str,
    /// Which values it takes, and where they go.
    pub(super) kind: Kind<T>,
}

/// Which values a key takes.
pub(super) enum Kind<T> {
    /// Seconds, from zero on.
    Seconds(fn(&mut T) -> &mut Duration),
    /// Seconds, more than zero.
    SecondsAboveZero(fn(&mut T) -> &mut Duration),
    /// True or false.
    Flag(fn(&mut T) -> &mut bool),
    /// A whole number.
    Number(Number<T>),
    /// Bits a second, one of the rates of Proximity-1.
    Rate(fn(&mut T, u32) -> Option<()>, fn(&T) -> u32),
    /// One of these words, as a string: the first is number 0.
    Word(
        &'static [&'static str],
        fn(&mut T, usize) -> Option<()>,
        fn(&T) -> usize,
    ),
}

/// A whole number in a range.
pub(super) struct Number<T> {
    pub(super) min: u64,
    pub(super) max: u64,
    /// What is counted; empty for identifiers and the like.
    pub(super) unit: &'static str,
    /// Written in hexadecimal.
    pub(super) hex: bool,
    pub(super) put: fn(&mut T, u64) -> Option<()>,
    pub(super) of: fn(&T) -> u64,
}

/// The rates of the data-rate tables: 1 to 2048 kb/s, doubling.
fn is_rate(bits_per_s: u32) -> bool {
    (0..12).any(|n| bits_per_s == 1_000 << n)
}

impl<T: Copy> Parameter<T> {
    /// Puts the value into its field; `None` if it is not one that this key takes.
    pub(super) fn read(&self, into: &mut T, value: &DeValue<'_>) -> Option<()> {
        match &self.kind {
            Kind::Seconds(field) => *field(into) = seconds(value)?,
            Kind::SecondsAboveZero(field) => {
                *field(into) = seconds(value).filter(|span| !span.is_zero())?;
            }
            Kind::Flag(field) => *field(into) = value.as_bool()?,
            Kind::Number(number) => {
                let given = whole(value)?;
                if !(number.min..=number.max).contains(&given) {
                    return None;
                }
                (number.put)(into, given)?;
            }
            Kind::Rate(put, _) => {
                let given = u32::try_from(whole(value)?).ok()?;
                if !is_rate(given) {
                    return None;
                }
                put(into, given)?;
            }
            Kind::Word(words, put, _) => {
                let given = value.as_str()?;
                put(into, words.iter().position(|&word| word == given)?)?;
            }
        }
        Some(())
    }

    /// The values that this key takes, in words.
    pub(super) fn allowed(&self) -> String {
        let longest = LONGEST_DURATION.as_micros() / 1_000_000;
        match &self.kind {
            Kind::Seconds(_) => format!("0 to {longest} s"),
            Kind::SecondsAboveZero(_) => format!("above 0, to {longest} s"),
            Kind::Flag(_) => "true or false".into(),
            Kind::Number(number) => {
                let range = format!("{} to {} {}", number.min, number.max, number.unit);
                range.trim_end().to_owned()
            }
            Kind::Rate(..) => "1000 times a power of two, to 2048000 bit/s".into(),
            Kind::Word(words, ..) => {
                let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                quoted.join(" or ")
            }
        }
    }

    /// The value as a file has it.
    pub(super) fn show(&self, mut of: T) -> String {
        match &self.kind {
            Kind::Seconds(field) | Kind::SecondsAboveZero(field) => shown(*field(&mut of)),
            Kind::Flag(field) => field(&mut of).to_string(),
            Kind::Number(number) if number.hex => format!("0x{:02X}", (number.of)(&of)),
            Kind::Number(number) => (number.of)(&of).to_string(),
            Kind::Rate(_, rate) => rate(&of).to_string(),
            Kind::Word(words, _, place) => {
                format!("\"{}\"", words.get(place(&of)).copied().unwrap_or_default())
            }
        }
    }

    /// A comment and the entry.
    pub(super) fn line(&self, of: T) -> String {
        let Self { key, name, .. } = self;
        let (allowed, meaning) = (self.allowed(), self.meaning);
        format!(
            "# {name} ({allowed}): {meaning}\n{key} = {}\n",
            self.show(of)
        )
    }
}

/// A whole number of any radix that is not negative.
fn whole(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Seconds as a whole number or a fraction, to the nearest microsecond; a fraction below that is refused, since it would mean "not used".
fn seconds(value: &DeValue<'_>) -> Option<Duration> {
    let span = match value {
        DeValue::Integer(_) => Duration::from_secs(whole(value)?),
        _ => fraction(value.as_float()?.as_str().parse().ok()?)?,
    };
    (span <= LONGEST_DURATION).then_some(span)
}

fn fraction(seconds: f64) -> Option<Duration> {
    // Also turns away what is not a number. One second above the longest, so that the comparison of microseconds decides.
    let longest = std::time::Duration::from(LONGEST_DURATION).as_secs_f64() + 1.0;
    if !(0.0..=longest).contains(&seconds) {
        return None;
    }
    let nanoseconds = std::time::Duration::try_from_secs_f64(seconds)
        .ok()?
        .as_nanos();
    let microseconds = u64::try_from((nanoseconds + 500) / 1_000).ok()?;
    (microseconds > 0 || seconds == 0.0).then_some(Duration::from_micros(microseconds))
}

/// Seconds without needless digits.
fn shown(span: Duration) -> String {
    let (s, us) = (span.as_micros() / 1_000_000, span.as_micros() % 1_000_000);
    if us == 0 {
        return s.to_string();
    }
    format!("{s}.{us:06}").trim_end_matches('0').to_owned()
}
