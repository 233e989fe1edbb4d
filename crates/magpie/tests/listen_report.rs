//! `magpie listen --report`, seen from outside: what a browser finds in the page. Expected values: what went into the samples, and the account of the same run.

mod program;

use program::{Scratch, piped};
use serde_json::Value;

/// Samples of three frames at 8,000 symbols a second through a channel.
fn samples(channel: &str) -> Vec<u8> {
    let frame = |len: u8| {
        let mut frame = vec![0x80, 0, 0, len - 1];
        frame.resize(usize::from(len), len);
        frame
    };
    let frames = [frame(60), frame(90), frame(120)].concat();
    let sent = piped(
        "transmit - --sample-rate 128000 --out -".split_whitespace(),
        &frames,
    );
    assert_eq!(sent.code, 0, "{}", sent.stderr);
    let line = format!("channel --sample-rate 128000 {channel}");
    let heard = piped(line.split_whitespace(), &sent.stdout);
    assert_eq!(heard.code, 0, "{}", heard.stderr);
    heard.stdout
}

/// Listens; gives exit code, account and page.
fn listened(options: &str, samples: &[u8]) -> (i32, String, String) {
    let scratch = Scratch::new();
    let out = scratch.path("page.html");
    let line = format!("listen - --sample-rate 128000 --json --report {out} {options}");
    let ran = piped(line.split_whitespace(), samples);
    let page = std::fs::read_to_string(&out).expect("the page");
    asks_for_nothing(&page);
    let account = String::from_utf8(ran.stdout).expect("text");
    (ran.code, account, page)
}

/// No request leaves the page: it may not by its own policy, and there is nothing that would.
fn asks_for_nothing(page: &str) {
    assert!(page.contains("default-src 'none'"));
    // The plotting library's text has addresses as plain strings.
    let own = match page.split_once("<script type=\"text/javascript\">/**\n* plotly.js") {
        Some((before, rest)) => {
            let (_, after) = rest.split_once("</script>").expect("it ends");
            format!("{before}{after}")
        }
        None => page.to_owned(),
    };
    for word in ["http:", "https:", "src=", "href=", "@import", "url("] {
        assert!(!own.contains(word), "{word}");
    }
    assert!(own.ends_with("</body></html>\n"));
}

/// The data of a plot of the page.
fn plot(page: &str, name: &str) -> Option<Value> {
    let head = format!(r#"id="plot-{name}-data">"#);
    let (_, rest) = page.split_once(&head)?;
    let (json, _) = rest.split_once("</script>").expect("an end");
    Some(serde_json::from_str(json).expect("JSON"))
}

fn trace<'a>(plot: &'a Value, name: &str) -> &'a Value {
    let traces = plot["data"].as_array().expect("traces");
    traces
        .iter()
        .find(|trace| trace["name"] == name)
        .expect("the trace")
}

#[test]
fn the_page_shows_what_the_account_says() {
    let scratch = Scratch::new();
    let profile = scratch.path("profile.csv");
    std::fs::write(
        &profile,
        "t_s,range_m,range_rate_m_s\n0,400000,-1000\n10,390000,-1000\n",
    )
    .unwrap();
    let heard = samples("--cn0 52 --offset-hz 1500");
    let (code, account, page) = listened(&format!("--doppler {profile} --search 9000"), &heard);
    let account: Value = serde_json::from_str(&account).unwrap();
    assert_eq!(code, 0, "{account}");
    assert!(page.contains("Heard: 3 good frames, 0 bad at 8,000 symbols a second, convolutional."));
    let time = plot(&page, "time").expect("over time");
    // The track is that of the account, point by point.
    let points = account["carrier"].as_array().unwrap();
    let column = |name: &str| -> Vec<f64> {
        points
            .iter()
            .map(|point| point[name].as_f64().unwrap())
            .collect()
    };
    let shown = |trace: &Value, axis: &str| -> Vec<f64> {
        trace[axis]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_f64)
            .collect()
    };
    let measured = trace(&time, "measured");
    assert_eq!(shown(measured, "x"), column("t_s"));
    assert_eq!(shown(measured, "y"), column("offset_hz"));
    assert_eq!(shown(trace(&time, "C/N0"), "y"), column("cn0_dbhz"));
    // The prediction is f v / c, and the difference what is not in it.
    let predicted = 401_585_625.0 * 1000.0 / 299_792_458.0;
    assert!(
        shown(trace(&time, "predicted"), "y")
            .iter()
            .all(|hz| (hz - predicted).abs() < 1e-6)
    );
    let last = shown(trace(&time, "measured - predicted"), "y");
    assert!((last.last().unwrap() - (1500.0 - predicted)).abs() < 1.0);
    // The mean spectrum has its peak within a bin of the carrier.
    let spectrum = plot(&page, "spectrum").expect("spectrum");
    let curve = &spectrum["data"][0];
    let db = shown(curve, "y");
    let peak = (0..db.len())
        .max_by(|a, b| db[*a].total_cmp(&db[*b]))
        .unwrap();
    let (from, step) = (curve["x0"].as_f64().unwrap(), curve["dx"].as_f64().unwrap());
    assert!((from + step * f64::from(u32::try_from(peak).unwrap()) - 1.5).abs() <= step);
    for name in ["about", "eye", "constellation"] {
        assert!(plot(&page, name).is_some(), "{name}");
    }
}

#[test]
fn what_was_not_heard_is_shown_too() {
    // Noise, under which nothing can be heard.
    let (code, _, page) = listened("", &samples("--cn0 5"));
    assert_eq!(code, 2);
    assert!(page.contains("<h1>Nothing heard: no carrier in the band"));
    let time = plot(&page, "time").expect("over time");
    assert_eq!(
        time["data"].as_array().unwrap().len(),
        2,
        "two waterfalls and nothing else"
    );
    assert!(
        plot(&page, "spectrum").is_some()
            && plot(&page, "close").is_some()
            && plot(&page, "eye").is_none()
    );
    // Zeros.
    let (code, _, page) = listened("", &vec![0; 80_000]);
    assert_eq!(code, 2);
    assert!(page.contains("<h1>Every sample is zero"));
    // Not a sample, and too few for one spectrum.
    let (code, _, page) = listened("", &[]);
    assert_eq!(code, 1);
    assert!(page.contains("<h1>Not one sample came") && plot(&page, "time").is_none());
    let (code, _, page) = listened("", &[0; 80]);
    assert_eq!(code, 2);
    assert!(page.contains("not enough samples for a single spectrum"));
}

#[test]
fn an_inverted_spectrum_is_said_and_the_page_wants_a_file() {
    let (_, _, page) = listened("", &samples("--cn0 56 --swap"));
    assert!(page.contains("the spectrum is inverted, it seems"));
    let ran = piped("listen - --report -".split_whitespace(), &[]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("--report: give it a file of its own"));
}
