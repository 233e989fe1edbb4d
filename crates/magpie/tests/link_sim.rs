//! `magpie link sim` as a user runs it: rows of the state tables in order, figures, exit codes, pages, bad settings.
//!
//! Expected rows are those of tables 6-7 to 6-13 of 211.0-B-6 (facts of the book, 4.3 to 4.7), expected times are worked out by hand.

use serde_json::Value;

mod program;
use program::{Scratch, line, run};

/// A file of the repository.
fn scenario(name: &str) -> String {
    format!("{}/../../scenarios/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A session that must have this exit code, as its JSON document.
fn session(arguments: &str, code: i32) -> Value {
    let ran = line(&format!("link sim {arguments} --json"));
    assert_eq!(ran.code, code, "{}{}", ran.text(), ran.stderr);
    ran.json()
}

/// The rows that an end took: names in order.
fn rows<'a>(session: &'a Value, end: &str) -> Vec<&'a str> {
    let rows = session["rows"].as_array().unwrap().iter();
    let own = rows.filter(|row| row["end"] == end);
    own.map(|row| row["row"].as_str().unwrap()).collect()
}

/// When an end took a row for the first time.
fn time(session: &Value, end: &str, row: &str) -> f64 {
    let mut rows = session["rows"].as_array().unwrap().iter();
    let row = rows.find(|entry| entry["end"] == end && entry["row"] == row);
    row.expect("taken")["at_s"].as_f64().unwrap()
}

/// Those of these rows that were taken, in the order in which they were.
fn only<'a>(taken: &[&'a str], of: &[&str]) -> Vec<&'a str> {
    let wanted = taken.iter().filter(|row| of.contains(row));
    wanted.copied().collect()
}

const FULL_CALLER: [&str; 8] = ["E2", "E4", "E5", "E6", "E7", "E9", "E10", "E11"];
const FULL_RESPONDER: [&str; 4] = ["E1", "E3", "E10", "E11"];
const FULL_END: [&str; 6] = ["E21", "E22", "E23", "E24", "E25", "E26"];

#[test]
fn a_full_duplex_session_takes_the_rows_of_the_tables() {
    let session = session("lab --send-a 20000", 0);
    let (caller, responder) = (rows(&session, "caller"), rows(&session, "responder"));
    assert_eq!(only(&caller, &FULL_CALLER), FULL_CALLER);
    assert_eq!(only(&responder, &FULL_RESPONDER), FULL_RESPONDER);
    // Table 6-9: the end that has no more data first says so (E21) and hears the other (E23); the other the other way round.
    let first = vec!["E21", "E23", "E25", "E26"];
    let second = vec!["E22", "E24", "E25", "E26"];
    assert_eq!(only(&responder, &FULL_END), first, "it has nothing to send");
    assert_eq!(only(&caller, &FULL_END), second);
    // Profile lab: 20 ms of carrier, 20 ms of acquisition, 20 ms of tail; 1 ms to the other end.
    assert!((time(&session, "caller", "E4") - 0.02).abs() < 1e-6);
    assert!((time(&session, "caller", "E5") - 0.04).abs() < 1e-6);
    // The hail: 5 octets of header, 1 of the SPDU's, three directives of two, 7 around the frame: 19 octets at 256 kbit/s.
    let hail = 0.04 + 19.0 * 8.0 / 256_000.0 + 0.001;
    assert!((time(&session, "responder", "E3") - hail).abs() < 2e-6);
    assert!((time(&session, "responder", "E11") - hail - 0.04).abs() < 2e-6);
    let there = &session["directions"][0];
    assert_eq!(there["packets_delivered"], 20);
    assert_eq!(there["octets_delivered"], 20 * 1_006);
    assert_eq!(session["hail"]["sent"], 1);
    assert_eq!(session["ends"][0]["ended"][0]["why"], "NoMoreData");
    let goodput = there["goodput_bit_s"].as_f64().unwrap();
    assert!((230_000.0..256_000.0).contains(&goodput), "{goodput}");
}

#[test]
fn the_chart_says_the_same_in_order() {
    let ran = line("link sim lab --send-a 20000");
    let text = ran.text();
    let mut from = 0;
    for words in [
        "caller, SCID 17, lab",
        "E2 SET MODE connecting-T ▸ S31 hail: carrier only",
        "E4 carrier time over ▸ S32 hail: acquisition idle",
        "E5 acquisition time over ▸ S33 hail: directives",
        "── hail + SET V(R)=0 ─",
        "SET TRANSMITTER: 256 kbit/s, uncoded, channel 0",
        "S41 carrier only ◂ hail received E3",
        "PLCW V(R)=0 ──┃",
        "E9 answer received ▸ S41 carrier only",
        "E11 acquisition time over ▸ S40 data services",
        "── data #0, 2012 octets ─",
        "–9, ",
        "── RNMD ─",
        "RNMD received, both finished E23",
        "E25 nothing pending ▸ S45 terminating tail",
        "tail time over, end of session",
        "Everything arrived: 20 packets from caller to responder",
    ] {
        let found = text[from..].find(words);
        let place = found.unwrap_or_else(|| panic!("`{words}` is not in the rest of:\n{text}"));
        from += place + words.len();
    }
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    assert!(text.lines().count() < 70, "a screen or two:\n{text}");
}

#[test]
fn a_half_duplex_session_takes_the_rows_of_the_tables() {
    let session = session("lab --duplex half --send-a 4000 --send-b 4000", 0);
    let (caller, responder) = (rows(&session, "caller"), rows(&session, "responder"));
    let hail = ["E31", "E32", "E33", "E34", "E35", "E37"];
    assert_eq!(only(&caller, &hail), hail);
    assert_eq!(responder[0], "E29");
    // The responder has the first turn, passes the token, and the caller takes it.
    let turn = ["E30", "E40", "E41", "E39", "E42", "E43"];
    assert_eq!(only(&responder, &turn)[..6], turn);
    assert_eq!(
        only(&caller, &["E37", "E49", "E40", "E41"])[..4],
        ["E37", "E49", "E40", "E41"]
    );
    // Table 6-12: one end sends RNMD and goes, the other one hears it and goes.
    let gone = ["E55", "E56", "E57", "E58"].as_slice();
    let mut ends = [only(&caller, gone), only(&responder, gone)];
    ends.sort_unstable();
    assert_eq!(ends, [vec!["E55", "E56", "E57"], vec!["E58"]]);
    for direction in 0..2 {
        assert_eq!(session["directions"][direction]["packets_delivered"], 4);
    }
}

#[test]
fn simplex_needs_no_hail_and_tells_what_is_missing() {
    let whole = session("lab --duplex simplex --send-a 20000", 0);
    assert_eq!(rows(&whole, "transmitter"), ["E71", "E73"]);
    assert_eq!(rows(&whole, "receiver"), ["E72"]);
    assert!(whole["hail"].is_null());
    let rate = whole["directions"][0]["goodput_bit_s"].as_f64().unwrap();
    assert!(
        (230_000.0..256_000.0).contains(&rate),
        "at the MIB's rate: {rate}"
    );
    let lossy = session("lab --duplex simplex --send-a 20000 --loss 0.4 --seed 2", 2);
    let direction = &lossy["directions"][0];
    let lost = direction["lost"].as_u64().unwrap();
    assert!(lost > 0 && direction["packets_delivered"].as_u64().unwrap() < 20);
    assert!(
        lossy["verdict"]
            .as_str()
            .unwrap()
            .starts_with("Data are missing")
    );
}

#[test]
fn losses_and_corruption_are_mended_and_told() {
    let arguments = "lab --send-a 60000 --send-b 20000 --loss 0.05 --corrupt 0.05 --seed 7";
    let session = session(arguments, 0);
    for direction in session["directions"].as_array().unwrap() {
        assert_eq!(direction["packets_offered"], direction["packets_delivered"]);
    }
    let there = &session["directions"][0];
    for what in ["lost", "corrupted", "retransmitted"] {
        assert!(there[what].as_u64().unwrap() > 0, "{what}: {there}");
    }
    // 60 packets of 1006 octets, two in a frame.
    assert!(there["sequence_frames"].as_u64().unwrap() > 30);
    assert_eq!(
        there["sequence_frames"].as_u64().unwrap() - there["retransmitted"].as_u64().unwrap(),
        30
    );
}

#[test]
fn the_same_seed_is_the_same_session() {
    let arguments = "link sim lab --send-a 30000 --duplex half --loss 0.1 --seed";
    let first = line(&format!("{arguments} 5"));
    assert_eq!(first.text(), line(&format!("{arguments} 5")).text());
    assert_ne!(first.text(), line(&format!("{arguments} 6")).text());
}

#[test]
fn nobody_answers() {
    let session = session("lab --loss 1 --send-a 1000", 2);
    assert_eq!(session["verdict"], "Nobody answered: 54 hails in 30.0 s.");
    // Hail_Lifetime is 30 s; a hail takes 20 + 20 ms before, 20 ms of tail and 500 ms of waiting behind it: 30 / 0.56 = 53.6.
    assert_eq!(session["hail"]["sent"], 54);
    assert!(session["hail"]["answered_s"].is_null());
    assert_eq!(session["ends"][0]["ended"][0]["why"], "HailFailed");
    assert_eq!(session["ends"][1]["last_state"], "S2 (waiting for hail)");
    let chart = line("link sim lab --loss 1").text();
    assert!(chart.contains("52 hails, 52 lost"), "{chart}");
    assert!(
        chart.contains("Hail_Lifetime over ▸ S1 inactive"),
        "{chart}"
    );
}

#[test]
fn the_time_is_over() {
    let session = session("lab --send-a 1000000 --max-seconds 0.5", 2);
    assert_eq!(session["outcome"], "time_over");
    assert!(session["duration_s"].as_f64().unwrap() <= 0.6);
}

#[test]
fn light_time_is_in_the_rows_and_short_timers_are_warned_of() {
    let moon = scenario("link-moon.toml");
    let session = session(&format!("{moon} --delay 1.3 --send-a 30000"), 0);
    let flight = time(&session, "responder", "E3") - time(&session, "caller", "E5");
    // 18 octets at 8 kbit/s and 1.3 s.
    assert!((flight - 1.318).abs() < 2e-3, "{flight}");
    assert!(time(&session, "caller", "E9") - time(&session, "responder", "E11") > 1.3);
    let ran = line("link sim lab --delay 1.3 --json");
    assert!(ran.stderr.contains("Hail_Wait_Duration") && ran.stderr.contains("2.600 s"));
    ran.json();
}

#[test]
fn each_end_has_its_own_file_and_a_cut_is_survived() {
    let (orbiter, lander) = (scenario("link-orbiter.toml"), scenario("link-lander.toml"));
    let ends = format!("{orbiter} {lander} --delay 0.003 --send-b 200000");
    let plain = session(&ends, 0);
    assert_eq!(
        (&plain["ends"][0]["scid"], &plain["ends"][1]["scid"]),
        (&0x3A.into(), &0x2C.into())
    );
    assert_eq!(plain["directions"][1]["rate_bit_s"], 256_000);
    // Carrier_Loss_Timer_Duration is 5 s, the cut longer: both ends drop out, and the caller hails again (E80 to E82, table 6-7).
    let cut = session(&format!("{ends} --cut 5:13"), 0);
    let caller = rows(&cut, "caller");
    assert_eq!(
        only(&caller, &["E9", "E80", "E81"]),
        ["E9", "E80", "E81", "E9"]
    );
    assert!(rows(&cut, "responder").contains(&"E82"));
    assert!(
        (time(&cut, "caller", "E80") - 10.0).abs() < 0.05,
        "5 s after the cut began"
    );
    assert_eq!(cut["directions"][1]["packets_delivered"], 200);
    let chart = line(&format!("link sim {ends} --cut 5:13")).text();
    assert!(chart.contains("no signal reaches this end"), "{chart}");
}

#[test]
fn the_data_rate_changes_in_the_middle() {
    let session = session("lab --send-a 60000 --comm-change 0.15:512000", 0);
    let caller = rows(&session, "caller");
    let change = ["E12", "E14", "E15", "E16", "E17"];
    assert_eq!(only(&caller, &change)[..2], change[..2]);
    assert!(caller.contains(&"E17"), "{caller:?}");
    let responder = rows(&session, "responder");
    assert_eq!(
        only(&responder, &["E13", "E19", "E20"]),
        ["E13", "E19", "E20"]
    );
    let chart = line("link sim lab --send-a 60000 --comm-change 0.15:512000").text();
    assert!(chart.contains("SET TRANSMITTER: 512 kbit/s"), "{chart}");
}

#[test]
fn unfolded_shows_every_frame() {
    let arguments = "link sim lab --send-a 20000";
    let session = session("lab --send-a 20000", 0);
    let frames: u64 = ["sequence_frames", "expedited_frames", "plcws", "directives"]
        .iter()
        .flat_map(|name| (0..2).map(|from| session["directions"][from][*name].as_u64().unwrap()))
        .sum();
    let text = line(&format!("{arguments} --unfolded")).text();
    let chart = text.split("┃ transmitter on").next().unwrap();
    let arrows = chart.matches(['▶', '◀', '✕']).count();
    assert_eq!(arrows as u64, frames, "{text}");
    assert!(!chart.contains('═'));
}

#[test]
fn long_sessions_fit_too() {
    for duplex in ["full", "half"] {
        let arguments = format!("link sim lab --duplex {duplex} --send-a 500000 --loss 0.1");
        let text = line(&arguments).text();
        assert!(text.lines().count() < 130, "{text}");
    }
}

#[test]
fn frames_of_version_4_are_told_like_those_of_version_3() {
    let lab = std::fs::read_to_string(scenario("../profiles/lab.toml")).unwrap();
    let scratch = Scratch::new();
    let mib = lab.replace("frame_version = 3 ", "frame_version = 4 ");
    assert_ne!(mib, lab);
    let mib = scratch.file("v4.toml", mib.as_bytes());
    let session = session(&format!("{mib} --send-a 9000 --loss 0.1 --seed 3"), 0);
    let there = &session["directions"][0];
    let new = there["sequence_frames"].as_u64().unwrap() - there["retransmitted"].as_u64().unwrap();
    assert_eq!(new, 5, "nine packets of 1006 octets, two in a frame");
    let chart = line(&format!("link sim {mib} --send-a 9000")).text();
    assert!(
        chart.contains("data #0, 2012 octets") && !chart.contains("no frame"),
        "{chart}"
    );
    assert!(chart.contains("SET TRANSMITTER: 256 kbit/s"), "{chart}");
}

#[test]
fn page_and_drawing_are_written_whole() {
    let scratch = Scratch::new();
    let (page, drawing) = (scratch.path("s.html"), scratch.path("s.svg"));
    let arguments = [
        "link", "sim", "lab", "--send-a", "9000", "--html", &page, "--svg", &drawing,
    ];
    let ran = run(arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(scratch.names(), ["s.html", "s.svg"]);
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"));
    for words in [
        "Everything arrived: 9 packets",
        "S41 carrier only",
        "default-src 'none'",
    ] {
        assert!(html.contains(words), "{words}");
    }
    let svg = std::fs::read_to_string(&drawing).unwrap();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    let piped = line("link sim lab --svg -");
    assert!(piped.text().starts_with("<svg ") && piped.text().trim_end().ends_with("</svg>"));
}

#[test]
fn bad_settings_are_one_line() {
    for (arguments, words) in [
        ("", &["A.toml"][..]),
        ("nothing.toml", &["nothing.toml"]),
        ("lab --rate 9600", &["--rate", "9600 bit/s"]),
        ("lab --loss 2", &["--loss", "probability"]),
        ("lab --loss nan", &["--loss", "probability"]),
        ("lab --corrupt -0.1", &["--corrupt"]),
        ("lab --delay -1", &["--delay"]),
        ("lab --delay 1e9", &["--delay", "seconds"]),
        ("lab --cut 5", &["--cut", "FROM:TO"]),
        ("lab --cut 5:1", &["--cut", "later"]),
        ("lab --packet-len 3", &["--packet-len"]),
        ("lab --send-a 99999999999", &["--send-a"]),
        ("lab --comm-change 1:9600", &["--comm-change", "9600"]),
        ("lab --comm-change 1:x", &["--comm-change"]),
        ("lab --duplex simplex --send-b 1", &["--send-b", "simplex"]),
        (
            "lab --duplex simplex --comm-change 1",
            &["--comm-change", "simplex"],
        ),
        (
            "lab --duplex simplex --service sequence",
            &["--service", "simplex"],
        ),
        ("lab --json --html -", &["standard output"]),
        ("lab --html -  --svg -", &["standard output"]),
        ("lab zhurong --seed x", &["--seed"]),
    ] {
        line(&format!("link sim {arguments}")).refused(words);
    }
    let scratch = Scratch::new();
    let copy = std::fs::read(scenario("link-moon.toml")).unwrap();
    let (a, b) = (scratch.file("a.toml", &copy), scratch.file("b.toml", &copy));
    run(["link", "sim", &a, &b]).refused(&["b.toml", "Local_Spacecraft_ID", "point of view"]);
    run([
        "link",
        "sim",
        "lab",
        "--html",
        &scratch.path("no/where.html"),
    ])
    .refused(&["where.html"]);
    let wrong = scratch.file("wrong.toml", b"transmission_window = 500");
    run(["link", "sim", &wrong]).refused(&["wrong.toml", "line 1", "Transmission_Window"]);
}

#[test]
fn the_examples_of_the_help_work_as_pasted() {
    let help = line("link sim --help").text();
    let examples = help
        .lines()
        .filter_map(|line| line.strip_prefix("  magpie "));
    let examples: Vec<&str> = examples.collect();
    assert_eq!(examples.len(), 3, "{help}");
    let scratch = Scratch::new();
    for example in examples {
        let output = program::magpie()
            .args(example.split_whitespace())
            .current_dir(scratch.0.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{example}");
    }
    assert_eq!(scratch.names(), ["session.html"]);
}

#[test]
fn whatever_the_settings_the_manners_hold() {
    for seed in 0..12 {
        let duplex = ["full", "half", "simplex"][seed % 3];
        let ran = line(&format!(
            "link sim lab --duplex {duplex} --send-a 30000 --loss 0.3 --corrupt 0.2 --max-seconds 40 --seed {seed}"
        ));
        ran.has_manners();
        let text = ran.text();
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "seed {seed}: {text}"
        );
    }
}
