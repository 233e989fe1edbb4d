//! The page docs/blindcast.md.

use std::fmt::Write as _;

use super::{Case, Channel, Row};

const HEAD: &str = "# How many passes a file takes when nothing can be acknowledged

Written by `cargo xtask passes`; the same on every machine. In a one-way pass, like those of November 2021, the rover cannot hear what the orbiter has got. It can \
repeat the file over and over (a *carousel*, CFDP class 1: `magpie_relay::carousel`), or send symbols of a fountain code (RFC 6330, `magpie_relay::blindcast`) \
that never repeat. With the carousel the last missing segment has to come round again, and to survive when it does; with the fountain any good packet of any \
pass is as good as any other.

How to read the tables:

* **Loss** is the share of packets that do not arrive: spoiled on the radio link, by interference on board, or on the way to Earth.
* **Passes** are whole passes until the file is there: the median of the trials, and behind the stroke what 95 of 100 trials were done with. Plan with the second figure.
* Both send packets of the same length, and a good carousel is assumed: it goes on in each pass where it was at the end of the one before, and its receiver keeps \
every segment of every pass. The fountain's rover need only know how often its transmitter was switched on.
* The packet of the carousel has 16 octets more of the file in it, since the fountain's header says more: without loss that is what the fountain costs.
* **By count** is what arithmetic says without any code: symbols over good packets a pass for the fountain; for the carousel the passes until \
(1 - pᴿ)ᴷ ≥ ½, with p the loss, K the packets of a round, R the rounds. It holds for packets lost each by itself; behind outages it stands for comparison only.
* **Beyond** is the most that any trial took of good packets in addition to the symbols of the file (asked: 2 % and 5 packets).
";

/// The page of these measurements.
pub fn page(measured: &[(Case, Vec<Row>)]) -> String {
    let mut page = HEAD.to_owned();
    for (case, rows) in measured {
        table(&mut page, case, rows);
    }
    page.push_str(
        "
## What it leaves out

Loss changes over a real pass: it is worst at both ends and at low elevation. For the fountain only the number of good packets counts, so take the mean over the pass \
as its loss. For the carousel it also counts *which* packets are lost: if the same part of its round meets the bad end of pass after pass, it takes longer than these \
tables say. A pass that does not happen adds one to both. Time for carrier, acquisition and tail is not in the seconds of a pass.
",
    );
    page
}

fn symbols(case: &Case) -> u64 {
    // Behind the label: hash, length of the name, name.
    (case.file + 33 + super::NAME.len()).div_ceil(usize::from(case.symbol)) as u64
}

fn table(page: &mut String, case: &Case, rows: &[Row]) {
    let channel = match case.channel {
        Channel::Single => "packets lost each by itself".to_owned(),
        Channel::Outages(len) => {
            let seconds = len * (case.packet() as u64 + 12) * 8 / case.rate;
            format!("lost in outages of {len} packets ({seconds} s) on average")
        }
    };
    let _ = write!(
        page,
        "\n## {} kB at {} kbit/s, {channel}\n\nPasses of {} s: {} packets of {} octets each. The fountain needs {} symbols of {} octets, a round of the carousel has {} packets with \
         up to {} octets of the file. {} trials a row.\n\n",
        case.file / 1_000,
        case.rate / 1_000,
        case.seconds,
        case.pass_packets(),
        case.packet(),
        symbols(case),
        case.symbol,
        case.round(),
        case.segment(),
        case.trials,
    );
    page.push_str("| Loss | fountain, passes | by count | carousel, passes | by count | beyond |\n|--:|--:|--:|--:|--:|--:|\n");
    for row in rows {
        let _ = writeln!(
            page,
            "| {} % | {} / {} | {} | {} / {} | {} | {} |",
            row.loss,
            row.fountain.median(),
            row.fountain.late(),
            fountain_by_count(case, row.loss),
            row.carousel.median(),
            row.carousel.late(),
            carousel_by_count(case, row.loss),
            row.beyond,
        );
    }
}

/// Passes with the mean number of good packets.
pub fn fountain_by_count(case: &Case, loss: u64) -> u64 {
    (symbols(case) * 100).div_ceil((100 - loss) * case.pass_packets())
}

/// Passes after which the carousel is done with chance one half: packets of a place have been sent `rounds` or `rounds + 1` times.
pub fn carousel_by_count(case: &Case, loss: u64) -> u64 {
    let p = loss as f64 / 100.0;
    let chance = |sent: u64| {
        let (rounds, more) = (sent / case.round(), sent % case.round());
        let heard = |times: u64| 1.0 - p.powi(times as i32);
        heard(rounds + 1).powi(more as i32) * heard(rounds).powi((case.round() - more) as i32)
    };
    let mut passes = 1;
    while chance(passes * case.pass_packets()) < 0.5 {
        passes += 1;
    }
    passes
}
