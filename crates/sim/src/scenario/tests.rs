//! Scenario texts that must and must not be taken. The facts that the default scenario must hold come from the published account of the test.

use super::*;

#[test]
fn the_default_scenario_keeps_to_the_published_facts() {
    let scenario = Scenario::zhurong_mex_2021();
    // Five slots on these days, ten minutes each; the first began at 13:07 CET; 1,234 s of light time; 8 kbit/s.
    let days: Vec<&str> = scenario.passes.iter().map(|p| p.id.as_str()).collect();
    assert_eq!(
        days,
        [
            "2021-11-07",
            "2021-11-16",
            "2021-11-18",
            "2021-11-20",
            "2021-11-22"
        ]
    );
    assert!(
        scenario
            .passes
            .iter()
            .all(|p| (p.window_s - 600.0).abs() < 1e-9)
    );
    assert_eq!(scenario.passes[0].start_utc, "2021-11-07T12:07:00Z");
    assert!((scenario.downlink.light_time_s - 1234.0).abs() < 1e-9);
    assert_eq!(scenario.uhf.bit_rate, 8_000);
    let clean: Vec<&str> = scenario
        .passes
        .iter()
        .filter(|p| p.interface_faults.is_empty())
        .map(|p| p.id.as_str())
        .collect();
    assert_eq!(clean, ["2021-11-20"]);
}

#[test]
fn the_other_shipped_scenarios_are_what_their_names_say() {
    let quiet = Scenario::parse(Scenario::QUIET).unwrap();
    assert!(
        quiet
            .passes
            .iter()
            .all(|p| p.signal.is_some() && p.interface_faults.is_empty())
    );
    let never = Scenario::parse(Scenario::NEVER_HEARD).unwrap();
    assert!(never.passes.iter().all(|p| p.signal.is_none()));
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    for (from, to, name) in [
        ("[uhf]", "[uhf]\nmodulation = 3", "modulation"),
        ("[rover]", "[rover]\ncolour = \"red\"", "colour"),
        ("name =", "author = \"x\"\nname =", "author"),
        (
            "kind = \"bit-flips\",",
            "kind = \"bit-flips\", gravity = 1,",
            "gravity",
        ),
        ("kind = \"bit-flips\"", "kind = \"gremlins\"", "gremlins"),
        ("bit_rate = 8000", "", "bit_rate"),
    ] {
        let text = Scenario::ZHURONG_MEX_2021.replacen(from, to, 1);
        assert_ne!(text, Scenario::ZHURONG_MEX_2021, "{from} is in the text");
        let error = Scenario::parse(&text).unwrap_err().to_string();
        assert!(error.contains(name), "{name}: {error}");
    }
}

#[test]
fn an_absurd_number_is_refused_with_key_and_range() {
    for (from, to, key) in [
        ("bit_rate = 8000", "bit_rate = 3", "uhf.bit_rate = 3"),
        ("window_s = 600", "window_s = 1e300", "pass[0].window_s"),
        ("window_s = 600", "window_s = nan", "pass[0].window_s = NaN"),
        (
            "light_time_s = 1234",
            "light_time_s = -5",
            "downlink.light_time_s = -5",
        ),
        (
            "start_utc = \"2021-11-07T12:07:00Z\"",
            "start_utc = \"noon\"",
            "pass[0].start_utc = noon",
        ),
        ("id = \"2021-11-16\"", "id = \"2021-11-07\"", "pass[1].id"),
        (
            "picture = [660, 353]",
            "picture = [660, 0]",
            "rover.picture = 0",
        ),
        (
            "recorder_octets =",
            "recorder_octets = 5 #",
            "orbiter.recorder_octets = 5",
        ),
    ] {
        let text = Scenario::ZHURONG_MEX_2021.replacen(from, to, 1);
        assert_ne!(text, Scenario::ZHURONG_MEX_2021, "{from} is in the text");
        let error = Scenario::parse(&text).unwrap_err().to_string();
        assert!(error.contains(key), "{key}: {error}");
    }
}

#[test]
fn what_is_no_toml_is_an_error() {
    for text in ["", "]", "name = ", "\u{0}", "name = \"x\""] {
        assert!(
            matches!(Scenario::parse(text), Err(ScenarioError::Toml(_))),
            "{text}"
        );
    }
}
