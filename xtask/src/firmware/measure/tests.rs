//! Comparison and tables with figures out of nowhere.

use super::compare::compare;
use super::figures::Table;
use super::tables::{between, number, table};

fn parsed(text: &str) -> Table {
    serde_json::from_str(text).unwrap()
}

const BASELINE: &str = r#"{"leon3": {
    "rover": {"flash": 60000, "ram": 20000, "stack": 3000},
    "orbiter": {"flash": 90000, "ram": 25000, "stack": 4000},
    "instructions": {"CRC-32 of the PLTU, an octet": 4.0, "Viterbi, a bit": 300.0, "gone": 1.0}
}}"#;

#[test]
fn rises_above_three_percent_are_bad_and_falls_are_told() {
    // 61,800 is 3 % more; 4.2 is 5 % more; 270 is 10 % less.
    let now = r#"{"leon3": {
        "rover": {"flash": 61800, "ram": 20601, "stack": 3000},
        "orbiter": {"flash": 90000, "ram": 25000, "stack": 4000},
        "instructions": {"CRC-32 of the PLTU, an octet": 4.2, "Viterbi, a bit": 270.0, "new": 2.0}
    }}"#;
    let changes = compare(&parsed(BASELINE), &parsed(now));
    assert_eq!(
        changes.bad,
        [
            "leon3: rover RAM: was 20000, is 20601, +3.0 %",
            "leon3: CRC-32 of the PLTU, an octet: was 4, is 4.2, +5.0 %",
            "leon3: gone: was 1, is gone",
        ]
    );
    assert_eq!(
        changes.good,
        [
            "leon3: Viterbi, a bit: was 300, is 270, -10.0 %",
            "leon3: new: new, 2",
        ]
    );
}

#[test]
fn the_same_figures_are_neither() {
    let changes = compare(&parsed(BASELINE), &parsed(BASELINE));
    assert!(changes.bad.is_empty() && changes.good.is_empty());
}

#[test]
fn a_new_target_is_no_rise() {
    let changes = compare(&Table::new(), &parsed(BASELINE));
    assert_eq!(changes.good, ["leon3: not in the baseline"]);
    assert!(changes.bad.is_empty());
}

#[test]
fn a_baseline_of_another_form_is_refused() {
    let text = r#"{"leon3": {"rover": {"flash": 1, "ram": 2, "heap": 3}}}"#;
    assert!(serde_json::from_str::<Table>(text).is_err());
}

#[test]
fn tables_go_between_their_marks() {
    let text = "a\n<!-- measured: sizes -->\nold\n<!-- end -->\nb\n<!-- measured: clock -->\nkept\n<!-- end -->\n";
    assert_eq!(
        between(text, "sizes", "new\n").unwrap(),
        "a\n<!-- measured: sizes -->\nnew\n<!-- end -->\nb\n<!-- measured: clock -->\nkept\n<!-- end -->\n"
    );
    assert_eq!(
        between(text, "stack", "").unwrap_err(),
        "no mark `<!-- measured: stack -->`"
    );
}

#[test]
fn numbers_are_as_exact_as_they_are_large() {
    let texts = [1_234_567.0, 1_000.0, 412.3, 50.0, 31.25, 4.05, 0.5].map(number);
    assert_eq!(
        texts,
        ["1,234,567", "1,000", "412", "50", "31.2", "4.05", "0.50"]
    );
}

#[test]
fn columns_stand_below_each_other() {
    let head = ["Octets", "flash"].map(str::to_owned);
    let row = ["leon3", "60,000"].map(str::to_owned).to_vec();
    assert_eq!(
        table(&head, &[row]),
        "| Octets |  flash |\n|--------|-------:|\n| leon3  | 60,000 |\n"
    );
}
