//! The sequence chart, from sessions made up by hand: order of rows, folding, arrows, escaping, widths.
//!
//! The session follows tables 6-7 and 6-9 of 211.0-B-6; what the chart must say of it is worked out by hand.

use magpie::chart::axis::{self, Place};
use magpie::chart::fold::{self, Row, Tally};
use magpie::chart::frame::{Kind, describe};
use magpie::chart::state::StateMark;
use magpie::chart::{Arrow, Chart, End, Fate, Side, What, page, svg, text};
use magpie_link::clock::Instant;

fn at(ms: u64) -> Instant {
    Instant::from_micros(ms * 1_000)
}

fn arrow(kind: Kind, label: &str, fate: Fate, departs: u64, flight: u64) -> Arrow {
    Arrow {
        kind,
        label: label.into(),
        details: Vec::new(),
        octets: 100,
        left: at(departs + 1),
        arrives: at(departs + flight),
        fate,
    }
}

const fn plcw(v_r: u8) -> Kind {
    Kind::Plcw {
        v_r,
        retransmit: false,
    }
}

/// Hail, 60 data frames of which three fail and nine are repetitions, termination with a lost RNMD.
fn session(flight: u64) -> Chart {
    let mut chart = Chart::new([
        End::new("caller", "SCID 17, a.toml"),
        End::new("responder", "SCID 34, <b>&.toml"),
    ]);
    let (l, r) = (Side::Left, Side::Right);
    chart.step(at(0), r, "E1", "S1 (inactive)", "S2 (waiting for hail)");
    for (ms, row, from, to) in [
        (0, "E2", "S1", "S31 (hail: carrier only)"),
        (
            100,
            "E4",
            "S31 (hail: carrier only)",
            "S32 (hail: acquisition idle)",
        ),
        (
            200,
            "E5",
            "S32 (hail: acquisition idle)",
            "S33 (hail: directives)",
        ),
        (203, "E6", "S33 (hail: directives)", "S34 (hail: tail)"),
        (
            250,
            "E7",
            "S34 (hail: tail)",
            "S35 (wait for hail response)",
        ),
    ] {
        chart.step(at(ms), l, row, from, to);
    }
    let mut hail = arrow(Kind::Hail, "hail + SET V(R)=0", Fate::Arrived, 200, flight);
    hail.details = vec!["SET TRANSMITTER: 64 kbit/s, uncoded, channel 1".into()];
    chart.frame(at(200), l, hail);
    let t = 200 + flight;
    chart.step(
        at(t),
        r,
        "E3",
        "S2 (waiting for hail)",
        "S41 (carrier only)",
    );
    chart.step(
        at(t + 200),
        r,
        "E11",
        "S42 (acquisition idle)",
        "S40 (data services)",
    );
    let answer = arrow(plcw(0), "PLCW V(R)=0", Fate::Arrived, t + 200, flight);
    chart.frame(at(t + 200), r, answer);
    let t = t + 200 + flight;
    chart.step(
        at(t),
        l,
        "E9",
        "S35 (wait for hail response)",
        "S41 (carrier only)",
    );
    chart.step(
        at(t + 200),
        l,
        "E11",
        "S42 (acquisition idle)",
        "S40 (data services)",
    );
    transfer(&mut chart, t + 200, flight);
    termination(&mut chart, t + 1_400 + 2 * flight, flight);
    chart
}

fn transfer(chart: &mut Chart, t: u64, flight: u64) {
    for n in 0..60u8 {
        let ms = t + 20 * u64::from(n);
        let fate = match n {
            7 | 30 => Fate::Lost,
            19 => Fate::Corrupted,
            _ => Fate::Arrived,
        };
        let data = Kind::Sequence {
            n_s: n,
            again: n > 50,
        };
        let label = format!("data #{n}, 1015 octets");
        chart.frame(at(ms), Side::Left, arrow(data, &label, fate, ms, flight));
        let ms = ms + flight;
        let fate = if n == 11 { Fate::Lost } else { Fate::Arrived };
        let label = format!("PLCW V(R)={}", n + 1);
        let report = arrow(plcw(n + 1), &label, fate, ms, flight);
        chart.frame(at(ms), Side::Right, report);
    }
}

fn termination(chart: &mut Chart, t: u64, flight: u64) {
    let (l, r) = (Side::Left, Side::Right);
    let rnmd = |fate, ms| arrow(Kind::NoMoreData, "RNMD", fate, ms, flight);
    chart.step(at(t), l, "E21", "S40", "S40");
    chart.frame(at(t), l, rnmd(Fate::Lost, t));
    chart.frame(at(t + 400), l, rnmd(Fate::Arrived, t + 400));
    let t = t + 400 + flight;
    for row in ["E22", "E24"] {
        chart.step(at(t), r, row, "S40", "S40");
    }
    chart.frame(at(t), r, rnmd(Fate::Arrived, t));
    chart.step(at(t), r, "E25", "S40", "S45 (terminating tail)");
    chart.step(at(t + 50), r, "E26", "S45", "S1 (inactive)");
    let t = t + flight;
    chart.step(at(t), l, "E23", "S40", "S40");
    chart.step(at(t), l, "E25", "S40", "S45 (terminating tail)");
    chart.step(at(t + 50), l, "E26", "S45", "S1 (inactive)");
}

/// Tallies of all rows together, as (frames, failed, steps, notes, sent again).
fn sums<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> [u64; 5] {
    let mut sums = [0; 5];
    for tally in tallies {
        let counts = [
            tally.frames(),
            tally.failed(),
            tally.steps,
            tally.notes,
            tally.again,
        ];
        sums.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
    }
    sums
}

fn sums_of_rows(rows: &[Row<'_>]) -> [u64; 5] {
    let tallies = rows.iter().flat_map(|row| match row {
        Row::One(item) => Side::BOTH.map(|side| Tally::of([*item], side)),
        Row::Many(fold) => fold.tallies.clone(),
    });
    sums(&tallies.collect::<Vec<_>>())
}

#[test]
fn a_session_fits_a_screen_or_two_and_folding_loses_nothing() {
    for flight in [12, 1_300] {
        let chart = session(flight);
        let rows = fold::rows(&chart, false);
        assert!(rows.len() < 60, "{} rows", rows.len());
        // 1 hail, 60 data, 61 PLCWs, 3 RNMD; 3 + 1 + 1 failed; 18 steps; 9 sent again.
        assert_eq!(sums_of_rows(&rows), [125, 5, 18, 0, 9]);
        let unfolded = fold::rows(&chart, true);
        assert_eq!(unfolded.len(), chart.items().len());
        assert_eq!(sums_of_rows(&unfolded), [125, 5, 18, 0, 9]);
    }
}

#[test]
fn the_text_says_what_happened_in_order() {
    let drawn = text::draw(&session(12), 80, false);
    let mut from = 0;
    for words in [
        "S2 waiting for hail ◂ SET MODE connecting-L E1 │     0.000",
        "0.000 ┃ E2 SET MODE connecting-T ▸ S31 hail: carrier only",
        "0.200 ┃── hail + SET V(R)=0 ─",
        "▶│     0.212",
        "SET TRANSMITTER: 64 kbit/s, uncoded, channel 1",
        "E6 hail sent ▸ S34 hail: tail",
        "S41 carrier only ◂ hail received E3",
        "0.424 │◀─",
        "PLCW V(R)=0 ──┃     0.412",
        "E9 answer received ▸ S41 carrier only",
        "── data #0, 1015 octets ─",
        "══ 5 data #2–6 ═",
        "── data #7, 1015 octets ─",
        "─✕ lost ┃",
        "lost ✕─",
        "─✕ corrupted ┃",
        "─✕ lost ┃",
        "══ 7 data again, #53–59 ═",
        "E21 local no more data, RNMD loaded",
        "── RNMD ─",
        "S1 inactive ◂ tail time over, end of session E26 ┊",
        "┊ E26 tail time over, end of session ▸ S1 inactive",
    ] {
        let found = drawn[from..].find(words);
        let place = found.unwrap_or_else(|| panic!("`{words}` is not in the rest of:\n{drawn}"));
        from += place + words.len();
    }
}

#[test]
fn the_text_keeps_its_width() {
    for width in [0, 60, 72, 80, 120, 140, 500] {
        let drawn = text::draw(&session(1_300), width, false);
        let room = width.clamp(60, 140);
        for line in drawn.lines() {
            assert!(line.chars().count() <= room, "{width}: {line}");
        }
    }
    let coloured = text::draw(&session(12), 80, true);
    assert!(coloured.contains("\u{1b}["));
    assert_eq!(
        anstream::adapter::strip_str(&coloured).to_string(),
        text::draw(&session(12), 80, false)
    );
}

#[test]
fn the_page_needs_nobody_and_lets_nothing_become_markup() {
    let chart = session(12);
    let rows = fold::rows(&chart, false);
    let page = page::Page {
        title: "<script>alert('x')</script>".into(),
        headline: "1 < 2 & \"3\"".into(),
        outcome: page::Outcome::Complete,
        figures: vec![page::Figure::new("<i>", "<u>", "<s>")],
        table: vec![
            vec!["<th>".into(), "<b>".into()],
            vec!["<td>".into(), "1".into()],
        ],
        facts: vec![("<dt>x".into(), "<dd>x".into())],
    };
    let html = page::render(&page, &chart, &rows);
    for tag in [
        "<script", "<i>", "<u>", "<s>", "<b>", "<dt>x", "<dd>x", "<th><", "<td><",
    ] {
        assert!(!html.contains(tag), "{tag}");
    }
    assert!(html.contains("SCID 34, &lt;b&gt;&amp;.toml") && html.contains("1 &lt; 2 &amp;"));
    // The namespace is a name, not an address that anybody asks.
    let addresses = html.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("://") && !addresses.contains("src="));
    let drawing = svg::draw(&chart, &rows, "a & b");
    assert!(drawing.starts_with("<svg xmlns=") && drawing.contains("<title>a &amp; b</title>"));
    assert_eq!(
        drawing.matches("<g").count(),
        drawing.matches("</g>").count()
    );
}

/// Checks that the drawing keeps the order of time.
fn check_order(chart: &Chart, rows: &[Row<'_>]) {
    let layout = axis::layout(chart, rows, |_| 2);
    let mut points: Vec<(Instant, f64)> = Vec::new();
    for (row, place) in rows.iter().zip(&layout.places) {
        match (row, *place) {
            (Row::One(item), Place::Across { from, to }) => {
                assert!(from <= to, "an arrow points back in time");
                let What::Frame(arrow) = &item.what else {
                    panic!("only frames go across");
                };
                points.extend([(item.at, from), (arrow.arrives.max(item.at), to)]);
            }
            (Row::One(item), Place::Beside { y }) => points.push((item.at, y)),
            (Row::Many(_), Place::Block { top, bottom }) => assert!(top < bottom),
            (row, place) => panic!("{row:?} at {place:?}"),
        }
    }
    points.sort_by_key(|(at, _)| *at);
    for pair in points.windows(2) {
        assert!(pair[0].0 == pair[1].0 || pair[0].1 <= pair[1].1, "{pair:?}");
    }
    assert!(
        points
            .iter()
            .all(|(_, y)| (0.0..=layout.height).contains(y))
    );
}

#[test]
fn labels_on_one_side_do_not_overlap() {
    let chart = session(1_300);
    let rows = fold::rows(&chart, false);
    let layout = axis::layout(&chart, &rows, |_| 1);
    for side in Side::BOTH {
        let labels =
            rows.iter()
                .zip(&layout.places)
                .filter_map(|(row, place)| match (row, place) {
                    (Row::One(item), Place::Beside { y }) if item.side == side => Some(*y),
                    _ => None,
                });
        let labels: Vec<f64> = labels.collect();
        assert!(
            labels
                .windows(2)
                .all(|pair| pair[1] - pair[0] >= axis::LINE)
        );
    }
}

#[test]
fn frames_are_put_into_words() {
    // Words of 16 bits from annex B1 (facts of 211.0-B-6, 2.2): SET TRANSMITTER mode 001, 32 kbit/s C (0011), coherent, bypass (10),
    // channel 1 (001), type 000 = 0010 0110 1000 1000; the receiver likewise, type 010; SET CONTROL full duplex (001), type 001.
    let hail = [
        0xB0, 0x22, 0x08, 0x0B, 0x00, 0x06, 0x26, 0x88, 0x26, 0x8A, 0x00, 0x81,
    ];
    let words = describe(&hail, &StateMark::of("S33"), false);
    assert_eq!((words.kind, words.label.as_str()), (Kind::Hail, "hail"));
    assert_eq!(
        words.details,
        [
            "SET TRANSMITTER: 32 kbit/s, uncoded, channel 1",
            "SET RECEIVER: 32 kbit/s, uncoded, channel 1",
            "SET CONTROL: full duplex",
        ]
    );
    assert_eq!(
        describe(&hail, &StateMark::of("S48"), false).kind,
        Kind::CommChange
    );
    // SET V(R) = 42 (`022A03`); RNMD is bit 11, the token bit 12 of SET CONTROL PARAMETERS.
    for (spdus, kind, label) in [
        (&[0x02, 0x2A, 0x03][..], Kind::SetVR, "SET V(R)=42"),
        (&[0x02, 0x00, 0x11], Kind::NoMoreData, "RNMD"),
        (&[0x02, 0x00, 0x09], Kind::Token, "token"),
        (
            &[0x83, 0x7F],
            Kind::Plcw {
                v_r: 127,
                retransmit: false,
            },
            "PLCW V(R)=127 (expedited 3)",
        ),
        (
            &[0x80, 0x05, 0x02, 0x00, 0x09],
            Kind::Token,
            "token + PLCW V(R)=5",
        ),
        (&[], Kind::Unknown, "empty P-frame"),
    ] {
        let len = u8::try_from(4 + spdus.len()).unwrap();
        let frame = [&[0xB0, 0x22, 0x08, len, 0x00], spdus].concat();
        let words = describe(&frame, &StateMark::of("S50"), false);
        assert_eq!((words.kind, words.label.as_str()), (kind, label));
    }
    let data = describe(
        &[0x80, 0x22, 0x08, 0x06, 0x07, 1, 2],
        &StateMark::of("S40"),
        true,
    );
    assert_eq!(data.label, "data #7, 2 octets, again");
    assert_eq!(
        describe(&[1, 2, 3], &StateMark::of("S40"), false).label,
        "3 octets, no frame"
    );
}

/// A small seeded generator (splitmix64): the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn octet(&mut self) -> u8 {
        u8::try_from(self.below(256)).unwrap()
    }

    fn words(&mut self) -> String {
        const LETTERS: [char; 8] = ['a', ' ', '<', '&', '\u{1b}', 'é', '\n', '→'];
        let len = self.below(60);
        (0..len)
            .map(|_| LETTERS[usize::from(self.octet() % 8)])
            .collect()
    }

    fn fate(&mut self) -> Fate {
        match self.below(5) {
            0 => Fate::Lost,
            1 => Fate::Corrupted,
            2 => Fate::Unheard("receiver off"),
            3 => Fate::Refused(self.words()),
            _ => Fate::Arrived,
        }
    }

    fn kind(&mut self) -> Kind {
        match self.below(5) {
            0 => Kind::Expedited { n_s: self.octet() },
            1 => plcw(self.octet()),
            2 => Kind::Token,
            3 => Kind::Hail,
            _ => Kind::Sequence {
                n_s: self.octet(),
                again: self.below(2) == 0,
            },
        }
    }

    fn chart(&mut self) -> Chart {
        let mut chart = Chart::new([End::new("a", "1"), End::new("b", "2")]);
        for _ in 0..self.below(120) {
            let side = Side::BOTH[usize::from(self.octet() % 2)];
            let (ms, words) = (self.below(3_000), self.words());
            match self.below(6) {
                0 => chart.note(at(ms), side, words),
                1 => chart.step(at(ms), side, "E40", "S51", "S52"),
                2 => chart.step(at(ms), side, &words, &words, "S1 (inactive)"),
                _ => {
                    let (kind, fate, flight) = (self.kind(), self.fate(), self.below(2_000));
                    chart.frame(at(ms), side, arrow(kind, &words, fate, ms, flight));
                }
            }
        }
        chart
    }
}

#[test]
fn any_chart_is_drawn_in_order_and_nothing_is_lost() {
    for seed in 0..200 {
        let chart = Dice(seed).chart();
        let all = sums(&Side::BOTH.map(|side| Tally::of(chart.items(), side)));
        for unfolded in [false, true] {
            let rows = fold::rows(&chart, unfolded);
            assert_eq!(sums_of_rows(&rows), all, "seed {seed}");
            check_order(&chart, &rows);
            let drawn = text::draw_rows(&chart, &rows, 80, false);
            let long = drawn.lines().find(|line| line.chars().count() > 80);
            assert_eq!(long, None, "seed {seed}");
            assert!(!drawn.contains('\u{1b}'), "seed {seed}");
            let drawing = svg::draw(&chart, &rows, "t");
            assert!(
                drawing.ends_with("</svg>") && !drawing.contains('\u{1b}'),
                "seed {seed}"
            );
        }
    }
}

#[test]
fn no_arrow_points_back_in_time() {
    for flight in [1, 12, 1_300] {
        let chart = session(flight);
        check_order(&chart, &fold::rows(&chart, false));
        check_order(&chart, &fold::rows(&chart, true));
    }
}
