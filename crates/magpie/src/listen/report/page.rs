//! The page: what was heard in plain words, then the pictures. A content security policy forbids every request, as in the relay's report.

use std::fmt::Write as _;

use serde_json::Value;

use super::symbols::Symbols;
use super::{Prediction, Sight, figures};
use crate::listen::account::Account;
use crate::listen::canister::Told;
use crate::report::markup::{Text, json_in_script};
use crate::report::{human, plots};

const STYLE: &str = include_str!("../../report/assets/report.css");
const SCRIPT: &str = include_str!("../../report/assets/report.js");
const GUIDE: &str = include_str!("guide.html");
/// Beyond the relay's report.
const OWN_STYLE: &str = ".pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:20px}.pair>article{margin:0;min-width:0}.card .plot{margin-top:6px;min-height:0}";

/// The whole page. The same account, sight and prediction give the same page.
pub fn render(account: &Account, sight: &Sight, prediction: Option<&Prediction>) -> String {
    let (tone, headline) = headline(account);
    let source = Text(&account.input.source);
    let mut page = format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:">
<meta name="color-scheme" content="light dark"><meta name="generator" content="magpie">
<title>{source}: listening report</title><style>{STYLE}{OWN_STYLE}</style></head><body>
<header class="top {tone}"><p class="kicker">Magpie listening report <span>{source}</span></p><h1>{}</h1>"#,
        Text(&headline)
    );
    for note in account.notes.iter().filter(|note| !said(note, &headline)) {
        let _ = write!(page, r#"<p class="note">{}</p>"#, Text(note));
    }
    page.push_str(&key_figures(account));
    page.push_str("</header><main>");
    let seen = sight.spectra.blocks() > 0;
    if seen {
        push_pictures(&mut page, account, sight, prediction);
    } else {
        page.push_str(r#"<section><h2>Spectrum and waterfall</h2><p class="quiet">There are not enough samples for a single spectrum.</p></section>"#);
    }
    push_end(&mut page, account);
    if seen {
        let _ = write!(page, "{}<script>{SCRIPT}</script>", plots::library());
    }
    page.push_str("</body></html>\n");
    page
}

/// What was heard, and how good that is.
fn headline(account: &Account) -> (&'static str, String) {
    let rate = account.symbol_rate.map(text_of_rate);
    let symbols = rate.map_or(String::new(), |rate| format!(" at {rate} symbols a second"));
    if account.frames_good == 0 {
        let why = account.notes.last().map_or("nothing heard", String::as_str);
        return ("bad", format!("{}.", capital(why)));
    }
    let coding = account
        .coding
        .map_or(String::new(), |coding| match coding.name() {
            "ldpc" => ", LDPC".into(),
            name => format!(", {name}"),
        });
    let inverted = match account.polarity {
        Some("inverted") => "; the spectrum is inverted, it seems",
        _ => "",
    };
    let frames = human::counted(
        usize::try_from(account.frames_good).unwrap_or(usize::MAX),
        "good frame",
        "good frames",
    );
    let bad = human::count(account.frames_bad);
    let tone = if account.is_complete() {
        "good"
    } else {
        "warn"
    };
    (
        tone,
        format!("Heard: {frames}, {bad} bad{symbols}{coding}{inverted}."),
    )
}

/// The headline says this already.
fn said(note: &str, headline: &str) -> bool {
    headline.starts_with(&capital(note))
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.map_or(String::new(), |first| first.chain(characters).collect())
}

fn text_of_rate(hz: f64) -> String {
    if hz.fract() == 0.0 && (0.0..1e15).contains(&hz) {
        human::count(hz as u64)
    } else {
        format!("{hz:.3}")
    }
}

/// From when on and in how many stretches.
fn stretches(locks: &[(f64, f64)]) -> (String, String) {
    let sum: f64 = locks.iter().map(|lock| lock.1 - lock.0).sum();
    let when = match locks {
        [] => "never".into(),
        [only] => format!("{:.2} s to {:.2} s", only.0, only.1),
        [first, .., last] => format!(
            "{} stretches, {:.2} s to {:.2} s",
            human::count(locks.len() as u64),
            first.0,
            last.1
        ),
    };
    let sum = if locks.is_empty() { 0.0 } else { sum };
    (human::seconds(sum), when)
}

/// The card of a window that was heard as a canister.
fn canister_figure(canister: &Told) -> (&'static str, String, String) {
    let found = canister.frames;
    let remark = format!(
        "passes; frames by the first alone {}; merged {}, second look {} more, first alone {} more",
        human::count(found.first_pass),
        human::count(found.merged),
        human::count(found.second_look),
        human::count(found.first_pass_only)
    );
    let passes = human::count(canister.passes.len() as u64);
    ("heard as a canister", passes, remark)
}

fn key_figures(account: &Account) -> String {
    let carrier: Vec<_> = account
        .carrier_locks
        .iter()
        .map(|s| (s.from_s, s.to_s))
        .collect();
    let symbols: Vec<_> = account.locks.iter().map(|s| (s.from_s, s.to_s)).collect();
    let (carrier_s, carrier_when) = stretches(&carrier);
    let (symbols_s, symbols_when) = stretches(&symbols);
    let level = account.level_db.map_or("silence".into(), |db| {
        format!("mean level {db:.1} dB of full scale")
    });
    let mut figures = vec![("samples", human::seconds(account.seconds), level)];
    figures.push(("carrier in lock", carrier_s, carrier_when));
    if let (Some(first), Some(last)) = (account.carrier.first(), account.carrier.last()) {
        let ends = format!("Hz at first; {:+.1} Hz at last", last.offset_hz);
        figures.push(("carrier", format!("{:+.1}", first.offset_hz), ends));
        let mut cn0: Vec<f64> = account.carrier.iter().map(|point| point.cn0_dbhz).collect();
        cn0.sort_by(f64::total_cmp);
        let place = |part: f64| {
            cn0.get((cn0.len() as f64 * part) as usize)
                .copied()
                .unwrap_or(f64::NAN)
        };
        let range = format!(
            "dBHz, the median; nine of ten {:.1} to {:.1}",
            place(0.05),
            place(0.95)
        );
        figures.push(("C/N0", format!("{:.1}", place(0.5)), range));
    }
    figures.push(("symbols in lock", symbols_s, symbols_when));
    if let Some(rate) = account.symbol_rate {
        let coding = account
            .coding
            .map_or("coding not recognised".into(), |coding| coding.to_string());
        figures.push(("symbols a second", text_of_rate(rate), coding));
    }
    let octets = human::octets(account.frame_octets);
    let bad = format!("{octets} in them; {} bad", human::count(account.frames_bad));
    figures.push(("good frames", human::count(account.frames_good), bad));
    figures.extend(account.canister.as_ref().map(canister_figure));
    if let Some(polarity) = account.polarity {
        let remark = match polarity {
            "upright" => "spectrum as it should be",
            "inverted" => "spectrum inverted?",
            _ => "some frames turned over",
        };
        figures.push(("polarity", polarity.into(), remark.into()));
    }
    let mut html = String::from(r#"<dl class="key">"#);
    for (label, value, remark) in figures {
        let _ = write!(
            html,
            "<div><dt>{label}</dt><dd>{}<small>{}</small></dd></div>",
            Text(&value),
            Text(&remark)
        );
    }
    html.push_str("</dl>");
    html
}

fn push_pictures(
    page: &mut String,
    account: &Account,
    sight: &Sight,
    prediction: Option<&Prediction>,
) {
    page.push_str(r#"<section><h2>Over time</h2><article class="card">"#);
    if account.carrier.is_empty() {
        page.push_str(r#"<p class="quiet">No carrier was tracked, so there is no track, no C/N0 and no lock to show. A line in the waterfall that is steady or bends slowly would be one.</p>"#);
    }
    push_plot(
        page,
        "time",
        &figures::over_time(account, sight, prediction),
    );
    page.push_str(r#"</article></section><section><h2>Mean spectrum</h2><div class="pair">"#);
    push_card(
        page,
        "Whole band",
        "The mean over the whole time.",
        "spectrum",
        &figures::spectrum(account, sight),
    );
    if let Some(figure) = figures::about_the_carrier(account, sight) {
        let remark = "The mean while the carrier was tracked, moved so that it stands at 0.";
        push_card(page, "About the carrier", remark, "about", &figure);
    } else if let Some(figure) = figures::close(sight) {
        let remark = "A part of the same: a carrier would be a thin line.";
        push_card(page, "Where it was looked for", remark, "close", &figure);
    }
    page.push_str("</div></section>");
    page.push_str("<section><h2>Symbols</h2>");
    match Symbols::of(sight.snippets.kept(), sight.rate) {
        Some(symbols) => {
            let points = human::count(symbols.points.len() as u64);
            let eye = format!("Of short stretches between {:.1} s and {:.1} s.", symbols.from_s, symbols.to_s);
            let dots = format!("{points} symbols of the same stretches.");
            page.push_str(r#"<div class="pair">"#);
            push_card(page, "Eye", &eye, "eye", &figures::eye(&symbols));
            push_card(page, "Constellation", &dots, "constellation", &figures::constellation(&symbols));
            page.push_str("</div>");
        }
        None => page.push_str(r#"<p class="quiet">No symbols were in lock where samples were kept: no eye and no constellation.</p>"#),
    }
    page.push_str("</section>");
}

fn push_card(page: &mut String, title: &str, remark: &str, name: &str, figure: &Value) {
    let _ = write!(
        page,
        r#"<article class="card"><h3>{}</h3><p class="quiet">{}</p>"#,
        Text(title),
        Text(remark)
    );
    push_plot(page, name, figure);
    page.push_str("</article>");
}

fn push_plot(page: &mut String, name: &str, figure: &Value) {
    let json = json_in_script(&figure.to_string());
    let _ = write!(
        page,
        r#"<div class="plot" id="plot-{name}"></div><script type="application/json" id="plot-{name}-data">{json}</script>"#
    );
}

fn push_end(page: &mut String, account: &Account) {
    let mut facts = vec![
        (
            "sample rate",
            format!("{} /s", text_of_rate(account.sample_rate)),
        ),
        ("samples", human::count(account.samples)),
        ("format", account.input.format.to_owned()),
        ("ended by", account.input.ended_by.to_owned()),
    ];
    if let Some(centre) = account.input.centre_hz {
        facts.insert(0, ("centre", format!("{:.6} MHz", centre / 1e6)));
    }
    for (reason, count) in &account.rejected {
        facts.push((*reason, format!("{} refused", human::count(*count))));
    }
    let _ = write!(
        page,
        r#"<section><h2>How to read this page</h2>{GUIDE}</section></main><footer><dl class="facts">"#
    );
    for (label, value) in facts {
        let _ = write!(
            page,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            Text(label),
            Text(&value)
        );
    }
    page.push_str("</dl></footer>");
}
