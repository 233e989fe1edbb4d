//! HTML text from foreign strings: nothing that a report holds can become markup.

use std::fmt;

/// A string that is written with `& < > " '` escaped; fit for text and for quoted attributes. Control characters become spaces.
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                control if control.is_control() => f.write_char(' ')?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// JSON made safe inside a `<script>` element: `<`, `>` and `&` can stand only in strings, where `\u003c` means the same.
pub(crate) fn json_in_script(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
}

/// One strip: a row of cells on a common scale, drawn as wide as there is room.
pub(super) struct Strip {
    /// Runs of equal cells: style class, length, what a pointer over it tells.
    pub(super) runs: Vec<(&'static str, f64, String)>,
    /// What a screen reader says.
    pub(super) label: String,
}

impl Strip {
    /// A strip of single cells; equal neighbours (class and text) are joined.
    pub(super) fn of(
        cells: impl IntoIterator<Item = (&'static str, f64, String)>,
        label: String,
    ) -> Self {
        let mut runs: Vec<(&'static str, f64, String)> = Vec::new();
        for (class, length, title) in cells {
            match runs.last_mut() {
                Some(last) if last.0 == class && last.2 == title => last.1 += length,
                _ => runs.push((class, length, title)),
            }
        }
        Self { runs, label }
    }
}

impl fmt::Display for Strip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: f64 = self
            .runs
            .iter()
            .map(|run| run.1)
            .sum::<f64>()
            .max(f64::MIN_POSITIVE);
        write!(
            f,
            r#"<svg class="strip" viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label="{}">"#,
            Text(&self.label)
        )?;
        let mut at = 0.0;
        for (class, length, title) in &self.runs {
            let width = length / total * 1000.0;
            write!(
                f,
                r#"<rect class="{class}" x="{at:.2}" y="0" width="{width:.2}" height="10"><title>{}</title></rect>"#,
                Text(title)
            )?;
            at += width;
        }
        f.write_str("</svg>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_markup() {
        assert_eq!(
            Text("<b a='x'>\"&\u{1b}").to_string(),
            "&lt;b a=&#39;x&#39;&gt;&quot;&amp; "
        );
        assert_eq!(
            json_in_script(r#"{"a":"</script>&"}"#),
            r#"{"a":"\u003c/script\u003e\u0026"}"#
        );
    }

    #[test]
    fn equal_cells_are_joined() {
        let cells = [
            ("a", 1.0, "x".into()),
            ("a", 1.0, "x".into()),
            ("b", 2.0, "y".into()),
        ];
        let strip = Strip::of(cells, "two".into());
        assert_eq!(strip.runs.len(), 2);
        assert!(
            strip
                .to_string()
                .contains(r#"x="500.00" y="0" width="500.00""#)
        );
    }
}
