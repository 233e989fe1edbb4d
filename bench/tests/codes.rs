//! The shape of `cargo xtask bench --json`, and that all our engines do every job right.

use std::time::Duration;

use magpie_bench::codes::peer::Folders;
use magpie_bench::codes::{Effort, Report, jobs};
use magpie_coding::engine::Engine;
use serde_json::Value;

fn report() -> (Report, Value) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folders = Folders {
        programs: None,
        files: folder.path().to_owned(),
    };
    let effort = Effort {
        rounds: 3,
        round: Duration::from_micros(1),
    };
    let report = Report::new(jobs::run(&[], &folders, effort).expect("all jobs"));
    let json = serde_json::to_value(&report).expect("JSON");
    (report, json)
}

#[test]
fn the_document_has_the_shape_of_the_issue() {
    let (report, json) = report();
    assert!(
        json["machine"]
            .as_str()
            .is_some_and(|line| line.contains("scalar"))
    );
    let rows = json["rows"].as_array().expect("rows");
    let names: Vec<&str> = rows.iter().filter_map(|row| row["job"].as_str()).collect();
    assert_eq!(names, jobs::names().collect::<Vec<_>>());
    for row in rows {
        for number in ["ours", "ask", "stretch"] {
            assert!(
                row[number].as_f64().is_some_and(|x| x > 0.0),
                "{number} of {row}"
            );
        }
        assert!(
            matches!(
                row["unit"].as_str(),
                Some("Mbit/s" | "Gbit/s" | "MB/s" | "GB/s")
            ),
            "{row}"
        );
        assert!(
            row["peers"].is_object() && row["engines"].is_object(),
            "{row}"
        );
        let engine = row["engine"].as_str().expect("the engine of ours");
        assert_eq!(row["ours"], row["engines"][engine]);
        let [low, high] = [0, 1].map(|i| row["quartiles"][engine][i].as_f64().expect("a quartile"));
        let ours = row["ours"].as_f64().expect("a number");
        assert!(0.0 < low && low <= ours && ours <= high);
    }
    let text = report.text();
    assert!(names.iter().all(|name| text.contains(name)), "{text}");
}

/// All engines give the same bits, and they are right but for the noise of `viterbi` (some 1e-5 at 4.2 dB; three bits with this noise, as with the
/// decoders of libfec, GNU Radio and the crate `viterbi`).
#[test]
fn every_engine_does_every_job_right() {
    let (report, _) = report();
    for row in &report.rows {
        let allowed = if row.job.starts_with("viterbi") { 3 } else { 0 };
        if row.job.starts_with("blindcast") {
            // One contender, which chooses its instructions itself.
            let wrong = row.wrong.get("raptorq").expect("counted");
            assert!(
                wrong.wrong == 0 && wrong.total > 0,
                "{}: {wrong:?}",
                row.job
            );
            continue;
        }
        for engine in Engine::available().filter(|_| row.job != "viterbi-scalar") {
            let wrong = row.wrong.get(engine.name()).expect("counted");
            assert!(
                wrong.wrong <= allowed && wrong.total > 0,
                "{} {engine}: {wrong:?}",
                row.job
            );
        }
    }
}

#[test]
fn a_job_that_is_none_is_refused() {
    let folders = Folders {
        programs: None,
        files: std::env::temp_dir(),
    };
    let why = jobs::run(&["vitrebi".to_owned()], &folders, Effort::QUICK).expect_err("no such job");
    assert!(why.contains("vitrebi") && why.contains("rs-clean"), "{why}");
}
