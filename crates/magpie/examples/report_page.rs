//! Writes a report page and a terminal summary from made-up figures, to look at.
//!
//! `cargo run -p magpie --example report_page -- [out.html] [story]`; stories: `relay` (the default), `never-heard`, `partial`, `empty`.

use std::path::PathBuf;

use magpie::report::{Extras, html};
use magpie::terminal;

#[path = "../tests/made_up/mod.rs"]
mod made_up;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(
        arguments
            .next()
            .unwrap_or_else(|| "report-example.html".into()),
    );
    let (report, contents) = match arguments.next().as_deref() {
        None | Some("relay") => made_up::relay(),
        Some("never-heard") => made_up::never_heard(),
        Some("partial") => made_up::partial(),
        Some(_) => made_up::empty(),
    };
    let extras = Extras {
        note: Some("An example: every figure on this page is made up.".into()),
        contents,
    };
    html::write(&report, &extras, &mut std::fs::File::create(&path)?)?;
    print!(
        "{}",
        terminal::summary(
            &report,
            std::env::var_os("NO_COLOR").is_none(),
            100,
            &[path]
        )
    );
    Ok(())
}
