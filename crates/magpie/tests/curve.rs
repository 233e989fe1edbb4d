//! `magpie curve`: the manners of the program, and the same counts from the same seed.

mod program;

use program::{Scratch, line};

#[test]
fn a_curve_is_a_table_a_document_and_two_files() {
    let scratch = Scratch::new();
    let (csv, svg) = (scratch.path("k7.csv"), scratch.path("k7.svg"));
    let files = format!("--csv {csv} --svg {svg}");
    let ran = line(&format!(
        "curve k7-1-2 --from 2 --to 3 --step 0.5 --errors 5 --json {files}"
    ));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json = ran.json();
    assert_eq!(json["code"], "k7-1-2");
    let points = json["points"].as_array().unwrap();
    assert_eq!(points.len(), 3);
    for point in points {
        let number = |name: &str| point[name].as_f64().unwrap();
        let [low, high] = [0, 1].map(|i| point["ber_interval"][i].as_f64().unwrap());
        assert!(low <= number("ber") && number("ber") <= high);
        assert!(number("frame_errors") >= 5.0 && number("theory_ber") > 0.0);
    }
    let text = std::fs::read_to_string(&csv).unwrap();
    assert_eq!(text.lines().count(), 2 + 3, "{text}");
    assert!(
        text.starts_with("# magpie curve k7-1-2 --seed 1 --errors 5 "),
        "{text}"
    );
    let drawing = std::fs::read_to_string(&svg).unwrap();
    assert!(drawing.starts_with("<svg ") && drawing.ends_with("</svg>\n"));

    let table = line("curve k7-1-2 --from 2 --to 3 --step 0.5 --errors 5");
    assert!(table.text().contains("K = 7, rate 1/2") && table.stderr.is_empty());
}

#[test]
fn threads_change_nothing_and_the_seed_does() {
    let of = |options: &str| {
        line(&format!(
            "curve rs-223 --from 5 --to 5 --errors 3 --json {options}"
        ))
        .json()
    };
    let one = of("--threads 1");
    assert_eq!(one, of("--threads 5"));
    assert_ne!(one["points"], of("--seed 2")["points"]);
}

#[test]
fn every_code_is_listed_and_nonsense_is_refused() {
    let list = line("curve --list");
    let listed = list.text();
    for name in [
        "uncoded",
        "k7-7-8",
        "concatenated-5",
        "ldpc-2048-1024",
        "turbo-8920-1-2",
        "bch-63-56",
    ] {
        assert!(
            listed.lines().any(|line| line.starts_with(name)),
            "{name}: {listed}"
        );
    }
    let names = line("curve --list --json").json();
    assert_eq!(names.as_array().unwrap().len(), listed.lines().count());
    line("curve k8").refused(&["k8", "--list"]);
    line("curve").refused(&["--help"]);
    line("curve uncoded --from 3 --to 1").refused(&["3", "1"]);
    line("curve uncoded --from NaN").refused(&["NaN"]);
    line("curve uncoded --step 0").refused(&["0"]);
    line("curve uncoded --from 0 --to 90 --step 0.00001").refused(&["points"]);
    line("curve uncoded --errors 0").refused(&["errors"]);
    line("curve uncoded --csv -").refused(&["--csv"]);
}
