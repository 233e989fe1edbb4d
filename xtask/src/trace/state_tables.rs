//! The part of `docs/CONFORMANCE.md` about the state tables: how many rows are covered, and each row on a line.

use std::fmt::Write as _;

use super::Tag;
use super::rows::{Coverage, Row, Table};
use super::table::{line, places};

/// Counts of all tables, for the top of the page.
pub(super) fn summary(tables: &[Table], tags: &[Tag]) -> String {
    if tables.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n| State table | Rows | Covered | Explained | Open |\n|---|--:|--:|--:|--:|\n",
    );
    let mut all = [0; 4];
    for table in tables {
        let counts = counts(table, tags);
        all = std::array::from_fn(|i| all[i] + counts[i]);
        text.push_str(&count_line(
            &format!("{} {}", table.name, table.title),
            counts,
        ));
    }
    text.push_str(&count_line("**all**", all));
    text
}

/// Every table, every row.
pub(super) fn section(tables: &[Table], tags: &[Tag]) -> String {
    if tables.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n## State-table rows\n\nTables 6-7 to 6-13, 7-1 and 7-2 of 211.0-B-6, each row that the sources give. A row is covered if code and a test carry its tag.\n",
    );
    for table in tables {
        let [rows, covered, explained, _] = counts(table, tags);
        let _ = write!(
            text,
            "\n### Table {}: {}\n\n{covered} of {rows} rows covered",
            table.name, table.title
        );
        if explained > 0 {
            let _ = write!(text, ", {explained} explained");
        }
        let _ = write!(text, ". Evidence {}.", table.evidence);
        let open: Vec<&str> = table
            .rows
            .iter()
            .filter(|row| row.coverage(tags).missing().is_some())
            .map(|row| row.name.as_str())
            .collect();
        if !open.is_empty() {
            let _ = write!(text, " **Open: {}.**", open.join(", "));
        }
        text.push_str("\n\n| Row | From | To | Trigger and action | Support | Code | Tests |\n|---|---|---|---|---|---|---|\n");
        for row in &table.rows {
            text.push_str(&row_line(row, tags));
        }
    }
    text
}

/// Rows, covered, explained, open.
fn counts(table: &Table, tags: &[Tag]) -> [usize; 4] {
    let mut counts = [table.rows.len(), 0, 0, 0];
    for row in &table.rows {
        let column = match row.coverage(tags) {
            Coverage::Covered => 1,
            Coverage::Explained => 2,
            Coverage::NoCode | Coverage::NoTest | Coverage::Neither => 3,
        };
        counts[column] += 1;
    }
    counts
}

fn count_line(name: &str, counts: [usize; 4]) -> String {
    let [rows, covered, explained, open] = counts.map(|count| count.to_string());
    line(&[name, &rows, &covered, &explained, &open])
}

fn row_line(row: &Row, tags: &[Tag]) -> String {
    let coverage = row.coverage(tags);
    let explanation = row.explained.as_deref().unwrap_or_default();
    let support = match coverage.missing() {
        Some(missing) => format!("**open**: {missing}"),
        None if coverage == Coverage::Covered => "yes".to_owned(),
        None => format!("explained: {explanation}"),
    };
    let text = row.evidence.as_ref().map_or_else(
        || row.text.clone(),
        |evidence| format!("{} (evidence {evidence})", row.text),
    );
    line(&[
        &row.name,
        row.from.as_deref().unwrap_or_default(),
        row.to.as_deref().unwrap_or_default(),
        &text,
        &support,
        &places(&row.tag, tags, false),
        &places(&row.tag, tags, true),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::rows;

    #[test]
    fn each_row_says_how_it_stands_and_open_ones_are_named() {
        let file = "[[table]]\nname = \"6-7\"\ntitle = \"t\"\ntag = \"1.0-B table-6-7\"\nevidence = \"C\"\nrows = [\n{ row = \"E1\", from = \"S1\", to = \"S2\", text = \"a\" },\n{ row = \"E2\", text = \"b\", evidence = \"M:lo\" },\n{ row = \"E3\", text = \"c\", explained = \"so\" },\n]\n";
        let (tables, _) = rows::parse(file).unwrap();
        let tag = |path: &str, in_test| Tag {
            text: "1.0-B table-6-7 E1".to_owned(),
            path: path.to_owned(),
            line: 7,
            function: Some("f".to_owned()),
            in_test,
        };
        let tags = [
            tag("crates/link/src/a.rs", false),
            tag("crates/link/tests/a.rs", true),
        ];
        assert!(summary(&tables, &tags).contains("| 6-7 t | 3 | 1 | 1 | 1 |\n| **all** | 3 |"));
        let section = section(&tables, &tags);
        assert!(section.contains("1 of 3 rows covered, 1 explained. Evidence C. **Open: E2.**"));
        assert!(
            section.contains("| E1 | S1 | S2 | a | yes | `link/a.rs` f | `link/tests/a.rs` f |")
        );
        assert!(
            section
                .contains("| E2 |  |  | b (evidence M:lo) | **open**: no code and no test |  |  |")
        );
        assert!(section.contains("| E3 |  |  | c | explained: so |  |  |"));
    }
}
