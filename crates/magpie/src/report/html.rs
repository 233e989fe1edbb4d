//! The page itself: order of the sections, head, scripts.
//!
//! A content security policy in the page forbids every request, so "opens offline" is enforced by the browser and not only promised.

use std::fmt::Write;
use std::io;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use magpie_sim::report::{DeliveredFile, Report};

use super::findings::{self, Tone};
use super::markup::Text;
use super::picture::Picture;
use super::{Coverage, Extras, FileContent, human, machines, map, passes, plots};

const STYLE: &str = include_str!("assets/report.css");
const SCRIPT: &str = include_str!("assets/report.js");
const GUIDE: &str = include_str!("assets/guide.html");

/// The whole page. The same report and extras give the same page.
pub fn render(report: &Report, extras: &Extras) -> String {
    let headline = findings::headline(report);
    let tone = match headline.tone {
        Tone::Good => "good",
        Tone::Partial => "warn",
        Tone::Bad => "bad",
    };
    let mut page = format!(
        r#"<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:">
<meta name="color-scheme" content="light dark"><meta name="generator" content="magpie">
<title>{scenario}: relay report</title><style>{STYLE}</style></head><body>
<header class="top {tone}"><p class="kicker">Magpie relay report <span>{scenario}</span></p><h1>{}</h1>"#,
        Text(&headline.sentence),
        scenario = Text(&report.scenario),
    );
    if let Some(note) = &extras.note {
        let _ = write!(page, r#"<p class="note">{}</p>"#, Text(note));
    }
    page.push_str(&key_figures(report));
    page.push_str("</header><main>");
    if !report.passes.is_empty() {
        let _ = write!(
            page,
            "<section><h2>The passes</h2>{LEGEND}{}{}</section>",
            map::timeline(report),
            passes::overview(report)
        );
    }
    push_files(&mut page, report, extras);
    if !report.passes.is_empty() {
        page.push_str("<section><h2>Pass by pass</h2>");
        for (at, pass) in report.passes.iter().enumerate() {
            page.push_str(&passes::card(report, at, pass));
        }
        page.push_str("</section>");
    }
    page.push_str(&machines::section(report));
    push_end(&mut page, report);
    page
}

/// Writes the page, see [`render`].
///
/// # Errors
/// What the writer says.
pub fn write(report: &Report, extras: &Extras, out: &mut impl io::Write) -> io::Result<()> {
    out.write_all(render(report, extras).as_bytes())
}

const LEGEND: &str = r#"<ul class="legend"><li><i class="good"></i>recorded in good order</li><li><i class="mixed"></i>partly spoiled on board</li><li><i class="spoiled"></i>spoiled on board</li><li><i class="undecoded"></i>sent, not decoded</li><li><i class="silent"></i>rover silent</li><li><i class="tick"></i>decoder lock</li></ul>"#;

fn key_figures(report: &Report) -> String {
    let sum = |value: fn(&magpie_sim::report::PassReport) -> u64| {
        report.passes.iter().map(value).fold(0, u64::saturating_add)
    };
    let sent = sum(|pass| pass.frames_sent);
    let good = sum(|pass| pass.frames_good);
    let recorded = sum(findings::frames_recorded);
    let salvaged = sum(|pass| pass.salvage.frames_only_here);
    let octets = report
        .delivered
        .iter()
        .map(|file| file.octets)
        .fold(0, u64::saturating_add);
    let complete = report.delivered.iter().filter(|file| file.complete).count();
    let heard = report
        .passes
        .iter()
        .filter(|pass| pass.signal_detected)
        .count();
    let of_sent = |n: u64| {
        if sent == 0 {
            String::new()
        } else {
            format!("{} of those sent", human::percent(human::share(n, sent)))
        }
    };
    let figures = [
        (
            "delivered",
            human::octets(octets),
            format!(
                "{complete} of {} complete",
                human::counted(report.delivered.len(), "file", "files")
            ),
        ),
        (
            "passes heard",
            heard.to_string(),
            format!("of {}", report.passes.len()),
        ),
        (
            "frames sent",
            human::count(sent),
            "by the rover, repeats included".into(),
        ),
        ("good at the radio", human::count(good), of_sent(good)),
        ("recorded good", human::count(recorded), of_sent(recorded)),
        (
            "canister alone",
            human::count(salvaged),
            "frames saved by the raw bit stream".into(),
        ),
    ];
    let mut html = String::from(r#"<dl class="key">"#);
    for (label, value, remark) in figures {
        let _ = write!(
            html,
            "<div><dt>{label}</dt><dd>{value}<small>{remark}</small></dd></div>"
        );
    }
    html.push_str("</dl>");
    html
}

fn push_files(page: &mut String, report: &Report, extras: &Extras) {
    if report.delivered.is_empty() {
        page.push_str(r#"<section><h2>Delivered files</h2><p class="quiet">The rover's team holds no file.</p></section>"#);
        return;
    }
    page.push_str("<section><h2>Delivered files</h2>");
    for file in &report.delivered {
        let (class, mark) = match (file.complete, file.octets) {
            (true, _) => ("good", "✓ complete".into()),
            (_, 0) => ("none", "○ nothing arrived".into()),
            _ => (
                "warn",
                format!("{} missing", human::octets(file.missing_octets)),
            ),
        };
        let _ = write!(
            page,
            r#"<article class="card"><header><h3>{} <small>{} of {} octets</small></h3><span class="chip {class}">{mark}</span></header>{}"#,
            Text(&file.name),
            human::count(file.octets),
            human::count(file.size),
            checksum(file)
        );
        let content = extras
            .contents
            .iter()
            .find(|content| content.name == file.name && content.covered.octets() > 0);
        page.push_str(&map::completion(report, file, content));
        if let Some(content) = content {
            push_pictures(page, report, content);
        }
        page.push_str("</article>");
    }
    page.push_str("</section>");
}

fn checksum(file: &DeliveredFile) -> String {
    let payload = Text(&file.payload_sha256);
    match &file.sha256 {
        Some(sum) if *sum == file.payload_sha256 => format!(
            r#"<p class="sum">SHA-256 <code>{payload}</code>, the same as the payload's in the rover.</p>"#
        ),
        Some(sum) => format!(
            r#"<p class="sum bad-text">SHA-256 <code>{}</code> differs from the payload's, <code>{payload}</code>.</p>"#,
            Text(sum)
        ),
        None => format!(
            r#"<p class="sum">SHA-256 of the payload in the rover: <code>{payload}</code>; the file is not whole, so there is none to compare.</p>"#
        ),
    }
}

/// The file as a picture: as each pass alone would have brought it, and as the team holds it.
fn push_pictures(page: &mut String, report: &Report, content: &FileContent) {
    let Some(picture) = Picture::parse(&content.octets) else {
        return;
    };
    let (width, height) = picture.size();
    let _ = write!(
        page,
        r#"<h4>The picture, {width} × {height}</h4><p class="quiet">Hatched: missing.</p><div class="pictures">"#
    );
    push_picture(page, &picture, "as delivered", &content.covered, "main");
    page.push_str(r#"<div class="small">"#);
    for pass in &report.passes {
        let none = Coverage::none();
        let covered = content.per_pass.get(&pass.id).unwrap_or(&none);
        push_picture(
            page,
            &picture,
            &findings::pass_name(report, pass),
            covered,
            "",
        );
    }
    page.push_str("</div></div>");
}

fn push_picture(
    page: &mut String,
    picture: &Picture<'_>,
    name: &str,
    covered: &Coverage,
    class: &str,
) {
    let (width, height) = picture.size();
    let name = Text(name);
    let _ = write!(page, r#"<figure class="{class}">"#);
    let png = if covered.octets() > 0 {
        picture.to_png(covered)
    } else {
        None
    };
    match png {
        Some(png) => {
            let data = BASE64_STANDARD.encode(png);
            let _ = write!(
                page,
                r#"<img alt="picture, {name}" width="{width}" height="{height}" src="data:image/png;base64,{data}">"#
            );
        }
        None => {
            let _ = write!(
                page,
                r#"<div class="hatch" style="aspect-ratio:{width}/{height}"></div>"#
            );
        }
    }
    let remark = match (covered.octets(), picture.is_readable(covered)) {
        (0, _) => ": nothing",
        (_, false) => "; header missing",
        _ => "",
    };
    let _ = write!(page, "<figcaption>{name}{remark}</figcaption></figure>");
}

fn push_end(page: &mut String, report: &Report) {
    let facts = [
        ("scenario", report.scenario.clone()),
        ("seed", report.seed.to_string()),
        ("wall-clock time of the run", human::seconds(report.wall_s)),
    ];
    let _ = write!(
        page,
        "<section><h2>How to read this page</h2>{GUIDE}</section></main><footer>{}<p>The same scenario and seed give the same run; only the wall-clock time differs. The figures of this page are in <code>report.json</code>.</p></footer>",
        passes::definition_list("facts", &facts)
    );
    if report.passes.iter().any(|pass| !pass.series.t_s.is_empty()) {
        let _ = write!(page, "{}<script>{SCRIPT}</script>", plots::library());
    }
    page.push_str("</body></html>\n");
}
