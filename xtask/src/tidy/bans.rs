//! Words and calls that the house does not use. Code is judged by its tokens, so strings and comments do not matter; notes-to-self by the text.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::Problem;
use crate::source::Source;

/// Notes-to-self, put together so that this file does not trip over itself.
const NOTES: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
];
const BANNED_MACROS: [&str; 3] = ["todo", "unimplemented", "dbg"];
const BANNED_NAMES: [&str; 3] = ["manager", "helper", "util"];
/// Names that only start like a banned word.
const FINE_NAMES: [&str; 2] = ["utiliz", "utilis"];
/// Where `unsafe` is the job: vector instructions, pointers from C, registers and start-up of a board.
const UNSAFE: [&str; 4] = [
    "crates/coding/src/simd",
    "crates/capi/src",
    "firmware/boards/",
    "firmware/no-panic/",
];

/// Notes-to-self in the text, as whole words.
pub(super) fn notes(text: &str) -> Vec<Problem> {
    let is_note = |line: &str| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_')
            .any(|word| NOTES.contains(&word))
    };
    let lines = text.lines().enumerate().filter(|(_, line)| is_note(line));
    lines
        .map(|(index, _)| Problem {
            line: index + 1,
            rule: "note",
            what: "a note-to-self: do it, or open an issue".to_owned(),
        })
        .collect()
}

/// Banned words and calls in the code; the core may not panic on purpose outside tests.
pub(super) fn tokens(source: &Source, core: bool) -> Vec<Problem> {
    let Ok(stream) = source.text.parse::<TokenStream>() else {
        return Vec::new();
    };
    let mut words = Vec::new();
    flatten(stream, &mut words);
    let mut found = Vec::new();
    for at in 0..words.len() {
        let line = words[at].line;
        let rest: Vec<&str> = words[at..]
            .iter()
            .take(4)
            .map(|word| word.text.as_str())
            .collect();
        found.extend(banned(&rest).map(|(rule, what)| Problem { line, rule, what }));
        // `#[unsafe(no_mangle)]` names an entry point.
        let attribute = matches!(rest.as_slice(), ["unsafe", "(", ..]);
        let allowed = || UNSAFE.iter().any(|folder| source.path.starts_with(folder));
        if rest[0] == "unsafe" && !attribute && !allowed() {
            found.push(Problem {
                line,
                rule: "unsafe",
                what: format!("`unsafe` outside {}", UNSAFE.join(", ")),
            });
        }
        if core && !source.is_test_line(line) && panics(&rest) {
            found.push(Problem { line, rule: "panic", what: "unwrap, expect or panic in the core: return an error, or name the invariant in tidy.toml".to_owned() });
        }
    }
    found
}

/// What is wrong with the tokens that start here, in any code.
fn banned(rest: &[&str]) -> Option<(&'static str, String)> {
    match rest {
        ["macro_rules", "!", ..] => Some(("macro", "a macro of our own".to_owned())),
        [name, "!", ..] if BANNED_MACROS.contains(name) => {
            Some(("unfinished", format!("`{name}!`")))
        }
        ["#", "[", "ignore", "]"] => Some(("ignore", "`#[ignore]` without a reason".to_owned())),
        ["fn", name, ..] if name.starts_with("get_") => {
            Some(("name", format!("`{name}`: no `get_`, name the thing")))
        }
        [
            "fn" | "struct" | "enum" | "trait" | "type" | "mod" | "union",
            name,
            ..,
        ] => {
            let lower = FINE_NAMES
                .iter()
                .fold(name.to_lowercase(), |lower, fine| lower.replace(fine, ""));
            let word = BANNED_NAMES.iter().find(|word| lower.contains(**word))?;
            Some(("name", format!("`{name}`: no `{word}`, say what it does")))
        }
        _ => None,
    }
}

fn panics(rest: &[&str]) -> bool {
    matches!(
        rest,
        [".", "unwrap" | "expect", "(", ..] | ["panic", "!", ..]
    )
}

struct Word {
    text: String,
    line: usize,
}

/// All tokens in a row; brackets are words of their own, literals are one opaque word.
fn flatten(stream: TokenStream, words: &mut Vec<Word>) {
    for token in stream {
        let line = token.span().start().line;
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                let end = group.span_close().end().line;
                words.push(Word {
                    text: open.to_owned(),
                    line,
                });
                flatten(group.stream(), words);
                words.push(Word {
                    text: close.to_owned(),
                    line: end,
                });
            }
            TokenTree::Literal(_) => words.push(Word {
                text: String::from("\""),
                line,
            }),
            other => words.push(Word {
                text: other.to_string(),
                line,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str) -> Vec<(usize, &'static str)> {
        let source = Source::parse(path, text.to_owned()).unwrap();
        tokens(&source, path.starts_with("crates/wire/src"))
            .into_iter()
            .map(|problem| (problem.line, problem.rule))
            .collect()
    }

    #[test]
    fn banned_calls_are_found_and_strings_and_comments_are_not() {
        let text =
            "fn a() {\n    todo!();\n    // todo!()\n    let _ = \"dbg!(x)\";\n    dbg!(1);\n}\n";
        assert_eq!(
            rules("crates/sim/src/a.rs", text),
            [(2, "unfinished"), (5, "unfinished")]
        );
    }

    #[test]
    fn the_core_may_panic_in_tests_only() {
        let text = "fn a() { b.unwrap(); assert!(c.expect(\"d\")); }\n#[cfg(test)]\nmod tests {\n    fn e() { f.unwrap(); panic!(); }\n}\n";
        assert_eq!(
            rules("crates/wire/src/a.rs", text),
            [(1, "panic"), (1, "panic")]
        );
        assert_eq!(rules("crates/sim/src/a.rs", text), []);
        assert_eq!(
            rules("crates/wire/src/a.rs", "fn a() { b.unwrap_or(0); }"),
            []
        );
    }

    #[test]
    fn names_unsafe_macros_and_ignored_tests() {
        assert_eq!(
            rules(
                "crates/sim/src/a.rs",
                "struct FrameManager; fn get_it() {} fn utilisation() {}"
            ),
            [(1, "name"), (1, "name")]
        );
        assert_eq!(
            rules("crates/sim/src/a.rs", "fn a() { unsafe { b() } }"),
            [(1, "unsafe")]
        );
        assert_eq!(
            rules("crates/coding/src/simd/x.rs", "fn a() { unsafe { b() } }"),
            []
        );
        assert_eq!(
            rules("firmware/boards/riscv/src/a.rs", "unsafe fn a() {}"),
            []
        );
        assert_eq!(
            rules(
                "firmware/images/src/bin/a.rs",
                "#[unsafe(no_mangle)]\nfn a() {}\nunsafe fn b() {}"
            ),
            [(3, "unsafe")]
        );
        assert_eq!(rules("crates/capi/src/x.rs", "unsafe fn a() {}"), []);
        assert_eq!(rules("crates/sim/src/a.rs", "#![forbid(unsafe_code)]"), []);
        assert_eq!(
            rules("crates/sim/src/a.rs", "macro_rules! m { () => {} }"),
            [(1, "macro")]
        );
        assert_eq!(
            rules(
                "crates/sim/src/a.rs",
                "#[ignore]\nfn a() {}\n#[ignore = \"slow\"]\nfn b() {}"
            ),
            [(1, "ignore")]
        );
    }

    #[test]
    fn notes_are_whole_words() {
        let text = ["// ", NOTES[0], ": later\n// ", NOTES[2], "X is fine\n"].concat();
        assert_eq!(
            notes(&text)
                .iter()
                .map(|problem| problem.line)
                .collect::<Vec<_>>(),
            [1]
        );
    }
}
