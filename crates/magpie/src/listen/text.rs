//! The account for people, and the live line.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::account::Account;
use super::ear::Ear;
use crate::report::human;

/// The account of a listening.
pub fn summary(account: &Account) -> String {
    let mut text = format!(
        "{}: {} of samples at {}/s ({})\n",
        account.input.source,
        human::seconds(account.seconds),
        rate(account.sample_rate),
        account.input.format
    );
    push_carrier(&mut text, account);
    push_symbols(&mut text, account);
    if account.frames_good + account.frames_bad + account.markers > 0 {
        let _ = writeln!(
            text,
            "frames: {} good ({}), {} bad behind {} markers{}",
            human::count(account.frames_good),
            human::octets(account.frame_octets),
            human::count(account.frames_bad),
            human::count(account.markers),
            account
                .polarity
                .map_or(String::new(), |polarity| format!(", {polarity}"))
        );
    }
    if let Some(canister) = &account.canister {
        let found = canister.frames;
        let _ = writeln!(
            text,
            "canister: {} passes; the first alone {} frames; merged {}, second look {} more, first pass alone {} more",
            canister.passes.len(),
            human::count(found.first_pass),
            human::count(found.merged),
            human::count(found.second_look),
            human::count(found.first_pass_only)
        );
    }
    for (reason, n) in &account.rejected {
        let _ = writeln!(text, "refused: {}, {reason}", human::count(*n));
    }
    for note in &account.notes {
        let _ = writeln!(text, "note: {note}");
    }
    text.trim_end().to_owned()
}

fn push_carrier(text: &mut String, account: &Account) {
    let (Some(first), Some(last)) = (account.carrier.first(), account.carrier.last()) else {
        return;
    };
    let seconds: f64 = account
        .carrier_locks
        .iter()
        .map(|lock| lock.to_s - lock.from_s)
        .sum();
    let mut cn0: Vec<f64> = account.carrier.iter().map(|point| point.cn0_dbhz).collect();
    cn0.sort_by(f64::total_cmp);
    let middle = cn0.get(cn0.len() / 2).copied().unwrap_or(f64::NAN);
    let _ = writeln!(
        text,
        "carrier: in lock for {} from {:.2} s on, {:+.1} Hz to {:+.1} Hz, C/N0 {middle:.1} dBHz",
        human::seconds(seconds),
        first.t_s,
        first.offset_hz,
        last.offset_hz
    );
}

fn push_symbols(text: &mut String, account: &Account) {
    let (Some(first), Some(symbol_rate)) = (account.locks.first(), account.symbol_rate) else {
        return;
    };
    let seconds: f64 = account
        .locks
        .iter()
        .map(|lock| lock.to_s - lock.from_s)
        .sum();
    let _ = write!(
        text,
        "symbols: {}/s, in lock for {} from {:.2} s on",
        rate(symbol_rate),
        human::seconds(seconds),
        first.from_s
    );
    if account.locks.len() > 1 {
        let _ = write!(text, " in {} stretches", account.locks.len());
    }
    text.push('\n');
    let _ = match account.coding {
        Some(coding) => write!(text, "coding: {coding}"),
        None => write!(text, "coding: not recognised"),
    };
    if let Some(mismatch) = account
        .convolutional
        .and_then(|convolutional| convolutional.symbol_mismatch)
    {
        let _ = write!(text, ", {:.1} % of the symbols wrong", mismatch * 100.0);
    }
    if let Some(ldpc) = &account.ldpc {
        let _ = write!(
            text,
            ", {} codewords good, {} beyond repair",
            human::count(ldpc.codewords),
            human::count(ldpc.codewords_failed)
        );
    }
    text.push('\n');
}

/// A rate without needless decimals.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // checked
fn rate(hz: f64) -> String {
    if hz.fract() == 0.0 && (0.0..1e15).contains(&hz) {
        human::count(hz as u64)
    } else {
        format!("{hz:.3}")
    }
}

/// How often the live line changes.
const REFRESH: Duration = Duration::from_millis(200);

/// A line on a terminal while it goes on; nothing elsewhere.
pub struct Line {
    bar: ProgressBar,
    samples: Option<u64>,
    next: Instant,
    head: &'static str,
}

impl Line {
    /// A line for a stream of so many samples, if that is known.
    pub fn new(samples: Option<u64>) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{spinner:.cyan} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self {
            bar,
            samples,
            next: Instant::now(),
            head: "",
        }
    }

    /// Shows how things are now and then.
    pub fn show(&mut self, ear: &Ear, seconds: f64) {
        if self.bar.is_hidden() || Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + REFRESH;
        let now = live(ear, seconds, self.samples);
        self.bar.set_message(format!("{}{now}", self.head));
        self.bar.tick();
    }

    /// Words in front of what [`Line::show`] shows.
    #[must_use]
    pub const fn with_head(mut self, head: &'static str) -> Self {
        self.head = head;
        self
    }

    /// Shows these words now and then.
    pub fn say(&mut self, words: &str) {
        if self.bar.is_hidden() || Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + REFRESH;
        self.bar.set_message(words.to_owned());
        self.bar.tick();
    }

    /// Takes the line away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

/// The live line: time, lock, frequency, C/N0, frames.
fn live(ear: &Ear, seconds: f64, samples: Option<u64>) -> String {
    let mut text = human::seconds(seconds);
    if let Some(samples) = samples {
        let _ = write!(
            text,
            " ({})",
            human::percent(human::share(ear.samples(), samples))
        );
    }
    let status = ear.log.status;
    match ear.log.last {
        Some(now) if status.carrier_acquired => {
            let _ = write!(
                text,
                "  carrier {:+.1} Hz  C/N0 {:.1} dBHz",
                now.offset_hz, now.cn0_dbhz
            );
        }
        Some(_) => text.push_str("  carrier lost"),
        None => text.push_str("  searching"),
    }
    let (good, bad, coding) = ear.so_far();
    if let (true, Some(symbol_rate)) = (status.symbol_in_lock, ear.log.symbol_rate()) {
        let _ = write!(text, "  lock {}/s", rate(symbol_rate));
    } else if status.carrier_acquired {
        text.push_str("  no symbols");
    }
    if let Some(coding) = coding {
        let _ = write!(text, " {coding}");
    }
    let _ = write!(
        text,
        "  frames {} good {} bad",
        human::count(good),
        human::count(bad)
    );
    text
}
