//! The passes of docs/blindcast.md: a slice of its trials against arithmetic that knows no code.

use magpie_bench::passes::{CASES, carousel_by_count, fountain_by_count, measure, page};

#[test]
fn both_take_the_passes_that_counting_says() {
    let case = CASES[0];
    let rows = measure(&case, 10).expect("a file that both take");
    for row in &rows {
        let (ours, theirs) = (row.fountain.median(), row.carousel.median());
        assert_eq!(ours, fountain_by_count(&case, row.loss), "{} %", row.loss);
        let expected = carousel_by_count(&case, row.loss);
        assert!(
            theirs.abs_diff(expected) * 10 <= expected + 9,
            "{} %: {theirs} passes, {expected} by count",
            row.loss
        );
        assert!(row.beyond <= 5, "{} %: {} beyond", row.loss, row.beyond);
    }
    let text = page(&[(case, rows)]);
    assert!(text.contains("| 90 % | 5 / "), "{text}");
}
