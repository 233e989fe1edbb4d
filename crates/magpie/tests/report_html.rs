//! The report page and the terminal summary, seen from outside: what a reader and a browser would find in the text.
//! The expected values are the made-up figures that went in, and what HTML itself demands.

mod made_up;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use magpie::report::{Coverage, Extras, FileContent, html};
use magpie::terminal::summary;
use magpie_sim::report::{Outcome, Report};

/// The whole page of the five passes, with pictures; made once, because pictures take their time.
static RELAY: LazyLock<String> = LazyLock::new(|| {
    let (report, contents) = made_up::relay();
    html::render(
        &report,
        &Extras {
            note: None,
            contents,
        },
    )
});

/// A page without pictures.
fn page_of((report, _): (Report, Vec<FileContent>)) -> String {
    html::render(&report, &Extras::default())
}

/// The page without the script of the plotting library (by its own comment; names of namespaces and of map servers stand in it as plain strings).
fn without_library(page: &str) -> String {
    let Some((before, rest)) = page.split_once("<script type=\"text/javascript\">/**\n* plotly.js")
    else {
        return page.to_owned();
    };
    let (_, after) = rest.split_once("</script>").expect("the library ends");
    format!("{before}{after}")
}

/// The page without any script, style and tag: what is read.
fn read_text(page: &str) -> String {
    let (mut text, mut inside) = (String::new(), false);
    let body = without_library(page);
    let body = body
        .split_once("<body>")
        .map_or(body.as_str(), |(_, body)| body);
    for character in body.chars() {
        match character {
            '<' => inside = true,
            '>' => inside = false,
            _ if !inside => text.push(character),
            _ => {}
        }
    }
    text.replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[test]
fn nothing_is_loaded() {
    for page in [
        RELAY.clone(),
        page_of(made_up::partial()),
        page_of(made_up::never_heard()),
        page_of(made_up::empty()),
    ] {
        let own = without_library(&page);
        assert!(own.len() < 1_500_000);
        for forbidden in [
            "http:", "https:", "url(", "@import", "<link", "<iframe", "srcset", "src=\"/",
            "import(",
        ] {
            assert!(!own.contains(forbidden), "{forbidden}");
        }
        assert!(!own.contains("=\"//") && !own.contains("='//"));
        let sources = own.match_indices("src=\"").map(|(at, _)| &own[at + 5..]);
        assert!(
            sources
                .into_iter()
                .all(|source| source.starts_with("data:image/png;base64,"))
        );
        // Whatever the library might try, the browser is told to refuse: no source is allowed but what stands in the page.
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:"));
        assert!(page.find("Content-Security-Policy") < page.find("<script").or(Some(page.len())));
    }
}

#[test]
fn the_library_is_there_once_and_only_with_plots() {
    let page = &*RELAY;
    assert_eq!(page.matches("* plotly.js v").count(), 1);
    assert!(
        !page.contains("MathJax-script"),
        "the formula renderer is left out"
    );
    assert!(page.len() < 7_000_000);
    assert!(!page_of(made_up::empty()).contains("<script"));
}

#[test]
fn every_figure_is_on_the_page() {
    let (report, _) = made_up::relay();
    let text = read_text(&RELAY);
    let thousands = magpie::report::human::count; // checked by hand in its own tests
    assert!(text.contains("233 kB delivered complete, thanks to the pass of 20 November alone."));
    for wanted in [&report.scenario, &report.seed.to_string(), "23.4 s"] {
        assert!(text.contains(wanted), "{wanted}");
    }
    for pass in &report.passes {
        assert!(text.contains(&pass.verdict), "{}", pass.verdict);
        assert!(text.contains(&format!("after {:.1} s", pass.lock_s.expect("locked"))));
        for number in [
            pass.frames_sent,
            pass.frames_good,
            pass.frames_bad,
            pass.salvage.frames,
        ] {
            assert!(text.contains(&thousands(number)), "{number}");
        }
        for hop in &pass.hops {
            let numbers = [hop.units_in, hop.units_out, hop.octets_in, hop.octets_out]
                .into_iter()
                .chain(hop.rejected.values().copied());
            assert!(text.contains(&hop.name) && text.contains(&hop.unit));
            assert!(
                numbers
                    .into_iter()
                    .all(|number| text.contains(&thousands(number)))
            );
            assert!(hop.rejected.keys().all(|reason| text.contains(reason)));
        }
    }
    for file in &report.delivered {
        assert!(
            text.contains(&file.name)
                && text.contains(&file.payload_sha256)
                && text.contains(&thousands(file.octets))
        );
    }
}

#[test]
fn the_broken_hop_is_named() {
    let page = page_of(made_up::relay());
    assert_eq!(page.matches("✕ broke at: interface").count(), 4);
    assert_eq!(page.matches("✓ clean").count(), 2); // timeline and card of 20 November
    assert!(!page_of(made_up::never_heard()).contains("broke at: interface"));
}

#[test]
fn foreign_text_is_no_markup() {
    const EVIL: &str = "</title><script>alert(1)</script>\"'&<!--";
    let (mut report, _) = made_up::relay();
    report.scenario = EVIL.into();
    for pass in &mut report.passes {
        (pass.id, pass.start_utc, pass.verdict) = (EVIL.into(), EVIL.into(), EVIL.into());
        for hop in &mut pass.hops {
            (hop.name, hop.unit) = (EVIL.into(), EVIL.into());
            hop.rejected.insert(EVIL.into(), 3);
        }
    }
    for file in &mut report.delivered {
        (file.name, file.payload_sha256, file.sha256) =
            (EVIL.into(), EVIL.into(), Some("<b>other".into()));
    }
    // A picture of one pixel under the same name.
    let content = FileContent {
        name: EVIL.into(),
        octets: b"P5 1 1 255\nx".to_vec(),
        covered: Coverage::whole(12),
        per_pass: BTreeMap::new(),
    };
    let page = html::render(
        &report,
        &Extras {
            note: Some(EVIL.into()),
            contents: vec![content],
        },
    );
    let own = without_library(&page);
    assert!(!own.contains("<script>alert") && !own.contains("<!--") && !own.contains("<b>other"));
    assert_eq!(
        own.matches("<script").count(),
        own.matches("</script>").count()
    );
    assert!(own.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;!--"));
    let text = summary(
        &Report {
            scenario: "a\u{1b}[31mb\u{7}\u{2062}c".into(),
            ..report
        },
        false,
        80,
        &[],
    );
    assert!(text.contains("scenario a[31mbc,") && !text.contains('\u{1b}'));
}

#[test]
fn the_page_is_well_formed() {
    for story in [made_up::relay(), made_up::never_heard(), made_up::empty()] {
        let own = without_library(&page_of(story));
        for tag in [
            "div", "section", "article", "table", "tbody", "tr", "td", "th", "svg", "dl", "dd",
            "figure", "details", "span", "a", "main", "header", "p", "i", "text", "title",
        ] {
            let opened =
                own.matches(&format!("<{tag}>")).count() + own.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, own.matches(&format!("</{tag}>")).count(), "{tag}");
        }
        assert!(!own.contains("NaN") && !own.contains("inf\""));
    }
}

#[test]
fn the_same_report_gives_the_same_page() {
    let (report, contents) = made_up::relay();
    assert!(
        *RELAY
            == html::render(
                &report,
                &Extras {
                    note: None,
                    contents
                }
            )
    );
    let mut written = Vec::new();
    let (report, _) = made_up::never_heard();
    html::write(&report, &Extras::default(), &mut written).expect("a vector takes all");
    assert!(written == html::render(&report, &Extras::default()).into_bytes());
}

#[test]
fn odd_reports_render() {
    let (mut report, _) = made_up::relay();
    for (at, pass) in report.passes.iter_mut().enumerate() {
        pass.window_s = [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300][at];
        pass.lock_s = Some(f64::NAN);
        pass.series.frames_good.truncate(at);
        pass.series.eb_n0_db.clear();
        pass.hops.truncate(at);
        pass.salvage.frames = u64::MAX;
        pass.frames_sent = u64::MAX;
    }
    report.delivered[0].completion = vec![vec![9, 700]];
    report.delivered[0].size = 0;
    report.wall_s = f64::NAN;
    assert!(html::render(&report, &Extras::default()).ends_with("</html>\n"));
    assert!(summary(&report, true, 0, &[]).ends_with('\n'));
}

#[test]
fn the_summary_tells_what_happened() {
    let (report, _) = made_up::relay();
    let text = summary(&report, false, 100, &["out/report.html".into()]);
    assert!(text.contains("233 kB delivered complete, thanks to the pass of 20 November alone."));
    assert!(
        text.contains("9f2c1d6a77e0")
            && text.contains("report: out/report.html")
            && !text.contains('\u{1b}')
    );
    let interface = text
        .lines()
        .find(|line| line.starts_with(" interface"))
        .expect("a row of the hop table");
    assert_eq!(interface.matches('✗').count(), 4);
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    let coloured = summary(&report, true, 100, &["out/report.html".into()]);
    assert_eq!(
        anstream::adapter::strip_str(&coloured).to_string(),
        text,
        "colour changes nothing but colour"
    );
    assert!(
        summary(&report, false, 60, &[])
            .lines()
            .all(|line| line.chars().count() <= 60)
    );
}

#[test]
fn the_summary_is_honest_about_silence() {
    let (report, _) = made_up::never_heard();
    let text = summary(&report, false, 80, &[]);
    assert!(text.contains("Nothing was heard in 5 passes, so nothing was delivered."));
    assert_eq!(text.matches("no signal").count(), 5);
    assert!(text.contains("nothing arrived") && !text.contains("complete"));
    let (mut partial, _) = made_up::partial();
    assert!(
        summary(&partial, false, 80, &[])
            .contains("105 kB of 233 kB arrived; 128 kB are still missing.")
    );
    partial.passes[0].outcome = Outcome::NotHeard;
    assert!(summary(&partial, false, 80, &[]).contains("not heard"));
}
