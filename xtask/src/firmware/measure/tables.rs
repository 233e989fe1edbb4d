//! The figures as tables in Markdown, which a terminal shows as well.

use super::asks::ASKS;
use super::figures::{Measured, exact};
use crate::firmware::targets::Target;

/// Targets in the order of their file, and what was measured of each.
type Shown<'a> = [(&'a Target, &'a Measured)];

/// Information bits a second that the clocks are told for.
const RATES: [f64; 4] = [8e3, 128e3, 256e3, 2_048e3];

/// Makes one table.
type Make = fn(&Shown<'_>) -> String;

/// The tables by the name that their marks in docs/firmware.md have.
const TABLES: &[(&str, Make)] = &[
    ("sizes", sizes),
    ("stack", stacks),
    ("asks", asks),
    ("instructions", instructions),
    ("clock", clocks),
];

/// All tables.
pub(crate) fn terminal(shown: &Shown<'_>) -> String {
    let all: Vec<String> = TABLES.iter().map(|(_, make)| make(shown)).collect();
    all.join("\n")
}

/// The text with new tables between its marks.
pub(crate) fn into_docs(text: &str, shown: &Shown<'_>) -> Result<String, String> {
    let mut text = text.to_owned();
    for (name, make) in TABLES {
        text = between(&text, name, &make(shown))?;
    }
    Ok(text)
}

/// Replaces what stands between `<!-- measured: NAME -->` and `<!-- end -->`.
pub(crate) fn between(text: &str, name: &str, table: &str) -> Result<String, String> {
    let (begin, end) = (format!("<!-- measured: {name} -->\n"), "<!-- end -->");
    let (front, rest) = text
        .split_once(&begin)
        .ok_or_else(|| format!("no mark `{}`", begin.trim()))?;
    let (_, back) = rest
        .split_once(end)
        .ok_or_else(|| format!("no `{end}` behind `{}`", begin.trim()))?;
    Ok(format!("{front}{begin}{table}{end}{back}"))
}

fn sizes(shown: &Shown<'_>) -> String {
    let head = [
        "Octets",
        "rover flash",
        "RAM",
        "stack",
        "orbiter flash",
        "RAM",
        "stack",
    ];
    let row = |(target, measured): &(&Target, &Measured)| {
        let (rover, orbiter) = (measured.figures.rover, measured.figures.orbiter);
        let octets = [rover, orbiter].map(|it| [it.flash, it.ram, it.stack]);
        let octets = octets.concat().into_iter().map(exact).map(number);
        [target.name.clone()].into_iter().chain(octets).collect()
    };
    table(
        &head.map(str::to_owned),
        &shown.iter().map(row).collect::<Vec<_>>(),
    )
}

fn stacks(shown: &Shown<'_>) -> String {
    let head = [
        "Stack, octets",
        "rover, worst path",
        "interrupt",
        "seen",
        "orbiter, worst path",
        "interrupt",
        "seen",
    ];
    let row = |(target, measured): &(&Target, &Measured)| {
        let octets = measured.stacks.each_ref();
        let octets = octets.map(|it| [it.program, it.interrupt, it.painted]);
        let octets = octets.concat().into_iter().map(exact).map(number);
        [target.name.clone()].into_iter().chain(octets).collect()
    };
    table(
        &head.map(str::to_owned),
        &shown.iter().map(row).collect::<Vec<_>>(),
    )
}

fn asks(shown: &Shown<'_>) -> String {
    let mut head = vec!["Quantity".to_owned(), "ask".to_owned()];
    head.extend(shown.iter().map(|(target, _)| target.name.clone()));
    let rows = ASKS.iter().map(|ask| {
        let figures = shown
            .iter()
            .map(|(_, measured)| match ask.figure(measured) {
                None => "–".to_owned(),
                Some(figure) if figure <= ask.limit => number(figure),
                Some(figure) => format!("**{}: not met**", number(figure)),
            });
        let limit = format!("≤ {}", number(ask.limit));
        [ask.what.to_owned(), limit]
            .into_iter()
            .chain(figures)
            .collect()
    });
    table(&head, &rows.collect::<Vec<_>>())
}

fn instructions(shown: &Shown<'_>) -> String {
    let mut head = vec!["Instructions".to_owned()];
    head.extend(shown.iter().map(|(target, _)| target.name.clone()));
    let order = shown.first().map_or(&[][..], |(_, first)| &first.order);
    let rows = order.iter().map(|name| {
        let counts = shown.iter().map(|(_, measured)| {
            let count = measured.figures.instructions.get(name);
            count.map_or_else(|| "–".to_owned(), |&count| number(count))
        });
        [name.clone()].into_iter().chain(counts).collect()
    });
    table(&head, &rows.collect::<Vec<_>>())
}

fn clocks(shown: &Shown<'_>) -> String {
    let mut head = vec!["Million instructions a second".to_owned()];
    for program in ["rover", "orbiter"] {
        head.extend(RATES.map(|rate| format!("{program} {} kbit/s", number(rate / 1e3))));
    }
    let row = |(target, measured): &(&Target, &Measured)| {
        let mut row = vec![target.name.clone()];
        for name in [
            "rover, all together, an information bit sent",
            "orbiter, all together, an information bit received",
        ] {
            let count = measured.figures.instructions.get(name);
            row.extend(RATES.map(|rate| {
                count.map_or_else(|| "–".to_owned(), |count| number(count * rate / 1e6))
            }));
        }
        row
    };
    table(&head, &shown.iter().map(row).collect::<Vec<_>>())
}

/// `12,345`, `412`, `9.8`, `0.15`.
pub(crate) fn number(value: f64) -> String {
    if value < 100.0 && value.fract() != 0.0 {
        let places = usize::from(value < 10.0) + 1;
        return format!("{value:.places$}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Columns of equal width, all but the first to the right.
pub(crate) fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let all = || [head].into_iter().chain(rows.iter().map(Vec::as_slice));
    let width = |column: usize| {
        let cells = all().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for (number, row) in all().enumerate() {
        text.push('|');
        for (column, (cell, &width)) in row.iter().zip(&widths).enumerate() {
            let aligned = if column == 0 {
                format!(" {cell:width$} |")
            } else {
                format!(" {cell:>width$} |")
            };
            text.push_str(&aligned);
        }
        text.push('\n');
        if number == 0 {
            text.push('|');
            for (column, width) in widths.iter().enumerate() {
                text.push_str(&"-".repeat(width + 1));
                text.push_str(if column == 0 { "-|" } else { ":|" });
            }
            text.push('\n');
        }
    }
    text
}
