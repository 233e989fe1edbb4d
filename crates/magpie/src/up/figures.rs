//! The figures of a process through all its lives, from `/metrics`.
//!
//! No book. Counters begin at 0 with every start, so those of earlier lives are added as they were seen last; what a process counted in its last
//! moments before a `kill -9` is not in them.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use super::folder::Kind;
use crate::report::human::count;

/// A process that does not answer for so long is left alone.
const PATIENCE: Duration = Duration::from_millis(250);
/// The longest answer, in octets.
const LONGEST: u64 = 4 << 20;
/// Counters that a process keeps through its lives by itself.
const KEPT: [&str; 1] = ["runs_total"];

/// Figures by name and labels, without `magpie_` and the name of the process: `air_datagrams_total{route="a → b",pass="1",what="lost"}`.
pub type Values = BTreeMap<String, u64>;

/// The figures of one process.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Of earlier lives.
    before: Values,
    /// Of this one.
    now: Values,
}

impl Figures {
    /// Asks the process.
    pub fn ask(&mut self, address: SocketAddr) {
        if let Some(text) = fetch(address) {
            self.now = parse(&text);
        }
    }

    /// The process has died.
    pub fn bury(&mut self) {
        for (key, value) in std::mem::take(&mut self.now) {
            let name = key.split('{').next().unwrap_or_default();
            if name.ends_with("_total") && !KEPT.contains(&name) {
                *self.before.entry(key).or_default() += value;
            }
        }
    }

    /// All of them, counters over all lives.
    pub fn values(&self) -> Values {
        let mut values = self.now.clone();
        for (key, value) in &self.before {
            *values.entry(key.clone()).or_default() += value;
        }
        values
    }
}

/// The sum of the figures of this name whose labels contain this text.
fn sum(values: &Values, name: &str, label: &str) -> u64 {
    let of = |key: &str| {
        let rest = key.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('{') && rest.contains(label))
    };
    let some = values.iter().filter(|(key, _)| of(key));
    some.map(|(_, value)| value).sum()
}

/// What a process did, for people: a few figures, a line each.
pub(super) fn in_words(kind: Kind, values: &Values) -> Vec<String> {
    let all = |name: &str| count(sum(values, name, ""));
    match kind {
        Kind::Rover => vec![format!("{} frames sent", all("frames_sent_total"))],
        Kind::Orbiter => vec![
            format!(
                "{} heard, {} recorded, {} rejected",
                all("heard_datagrams_total"),
                all("recorded_records_total"),
                all("rejected_datagrams_total")
            ),
            format!(
                "{} frames to Earth, {} dumps done, {} due",
                all("earth_frames_total"),
                all("dumps_total"),
                all("dumps_due")
            ),
        ],
        Kind::Station => vec![
            format!(
                "{} frames, {} records",
                all("earth_datagrams_total"),
                all("records_total")
            ),
            format!(
                "{} symbols that helped, {} files whole",
                all("symbols_new_total"),
                all("files_delivered_total")
            ),
        ],
        Kind::Channel => air(values),
    }
}

/// What became of everything that was in the air: what happened to nothing is left out.
fn air(values: &Values) -> Vec<String> {
    let fates = [
        ("offered", "offered"),
        ("delivered", "delivered"),
        ("spoiled", "of them with wrong bits"),
        ("lost", "lost"),
        ("interfered", "interfered with"),
        ("other_channel", "on another channel"),
        ("out_of_window", "outside of passes"),
        ("overflow", "without room"),
        ("abandoned", "on their way at the end"),
    ];
    let fates = fates.map(|(what, words)| {
        let what = format!("what=\"{what}\"");
        (sum(values, "air_datagrams_total", &what), words)
    });
    let some = fates.into_iter().filter(|&(units, _)| units > 0);
    let words: Vec<_> = some
        .map(|(units, words)| format!("{} {words}", count(units)))
        .collect();
    words.chunks(2).map(|pair| pair.join(", ")).collect()
}

/// The figures as text; none if the process does not answer.
fn fetch(address: SocketAddr) -> Option<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    let ask = format!("GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(ask.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.take(LONGEST).read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.starts_with("HTTP/1.1 200").then(|| body.to_owned())
}

fn parse(text: &str) -> Values {
    let figure = |line: &str| {
        let (key, value) = line.strip_prefix("magpie_")?.rsplit_once(' ')?;
        let (name, labels) = key.split_once("{node=\"")?;
        // The name of a process has no quotation marks.
        let (_, labels) = labels.split_once('"')?;
        let labels = labels.strip_prefix(',').map(|labels| format!("{{{labels}"));
        Some((
            format!("{name}{}", labels.unwrap_or_default()),
            value.parse().ok()?,
        ))
    };
    text.lines().filter_map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_to_nothing_is_not_said() {
        let of = |what: &str, value| (format!("air_datagrams_total{{what=\"{what}\"}}"), value);
        let values = Values::from([
            of("offered", 1_200),
            of("delivered", 1_100),
            of("lost", 100),
            of("overflow", 0),
        ]);
        assert_eq!(
            in_words(Kind::Channel, &values),
            ["1,200 offered, 1,100 delivered", "100 lost"]
        );
        assert_eq!(in_words(Kind::Rover, &Values::new()), ["0 frames sent"]);
    }

    #[test]
    fn figures_are_summed_over_lives_and_labels() {
        let text = "# HELP magpie_air_datagrams_total …\n\
            magpie_air_datagrams_total{node=\"air\",route=\"a → b\",what=\"lost\"} 3\n\
            magpie_air_datagrams_total{node=\"air\",route=\"b → a\",what=\"lost\"} 4\n\
            magpie_air_datagrams_total{node=\"air\",route=\"b → a\",what=\"offered\"} 40\n\
            magpie_runs_total{node=\"air\"} 2\nmagpie_dumps_due{node=\"air\"} 5\n";
        let mut figures = Figures {
            now: parse(text),
            ..Figures::default()
        };
        assert_eq!(figures.now["runs_total"], 2);
        let lost =
            |figures: &Figures| sum(&figures.values(), "air_datagrams_total", "what=\"lost\"");
        assert_eq!(lost(&figures), 7);
        figures.bury();
        figures.now = parse(text);
        assert_eq!(lost(&figures), 14);
        assert_eq!(sum(&figures.values(), "dumps_due", ""), 5, "no counter");
        assert_eq!(
            sum(&figures.values(), "runs_total", ""),
            2,
            "kept by the process itself"
        );
        assert_eq!(sum(&figures.values(), "dumps", ""), 0, "another figure");
    }
}
