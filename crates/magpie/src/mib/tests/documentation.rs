//! `docs/mib.md` has the tables that the code makes. `MAGPIE_WRITE_DOCS=1 cargo test -p magpie --lib mib` writes them anew.

use std::fmt::Write as _;

use super::*;

/// The tables of the page stand between these two lines each.
const BEGIN: [&str; 2] = [
    "<!-- parameters, made by a test -->",
    "<!-- settings, made by a test -->",
];
const END: &str = "<!-- end -->";

/// One row a key: the book's name, key, values, our default, the value of `lab`, meaning.
fn table<T: Copy>(parameters: &[Parameter<T>], default: T, lab: T) -> String {
    let mut text = String::from(
        "| Parameter | Key | Values | Default | `lab` | Meaning |\n|---|---|---|---|---|---|\n",
    );
    for parameter in parameters {
        let (default, lab) = match parameter.key {
            key if REQUIRED.contains(&key) => {
                ("none".to_owned(), format!("`{}`", parameter.show(lab)))
            }
            _ => (
                format!("`{}`", parameter.show(default)),
                format!("`{}`", parameter.show(lab)),
            ),
        };
        let (name, key, meaning) = (parameter.name, parameter.key, parameter.meaning);
        let _ = writeln!(
            text,
            "| {name} | `{key}` | {} | {default} | {lab} | {meaning} |",
            parameter.allowed()
        );
    }
    text
}

/// The page with its tables made anew.
fn with_tables(page: &str, tables: [String; 2]) -> String {
    let mut page = page.to_owned();
    for (begin, table) in BEGIN.into_iter().zip(tables) {
        let (head, rest) = page.split_once(begin).expect(begin);
        let (_, tail) = rest.split_once(END).expect(END);
        page = format!("{head}{begin}\n\n{table}\n{END}{tail}");
    }
    page
}

#[test]
fn the_page_has_every_key_as_the_code_has_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mib.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (default, lab) = (parse("").unwrap(), MibFile::lab());
    let right = with_tables(
        &page,
        [
            table(&PARAMETERS, default.parameters, lab.parameters),
            table(&SETTINGS, default.transmitter, lab.transmitter),
        ],
    );
    if std::env::var_os("MAGPIE_WRITE_DOCS").is_some() {
        std::fs::write(&path, &right).unwrap();
    }
    assert!(
        page == right || std::env::var_os("MAGPIE_WRITE_DOCS").is_some(),
        "docs/mib.md is stale: see the head of this file"
    );
    for parameter in &PARAMETERS {
        assert!(right.contains(&format!("| {} | `{}` |", parameter.name, parameter.key)));
    }
    assert!(
        page.contains("Resync_Response"),
        "the one parameter without a key is explained"
    );
}
