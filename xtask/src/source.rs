//! A Rust source file as `tidy` and `trace` see it: its text, its tokens, its functions, and which lines are test code.

use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};

/// Line numbers, from 1, both ends included.
pub(crate) type Lines = RangeInclusive<usize>;

/// One function with a body.
pub(crate) struct Function {
    /// `name` or `Type::name`.
    pub(crate) name: String,
    /// From the signature to the closing brace, without documentation and attributes.
    pub(crate) lines: Lines,
}

/// One file, parsed.
pub(crate) struct Source {
    /// Relative to the workspace, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) functions: Vec<Function>,
    test_items: Vec<Lines>,
    test_file: bool,
}

impl Source {
    /// Parses `text` as the file `path`.
    pub(crate) fn parse(path: &str, text: String) -> Result<Self, String> {
        let ast = syn::parse_file(&text)
            .map_err(|why| format!("{path}:{}: {why}", why.span().start().line))?;
        let mut scan = Scan::default();
        scan.visit_file(&ast);
        Ok(Self {
            path: path.to_owned(),
            text,
            functions: scan.functions,
            test_items: scan.test_items,
            test_file: is_test_file(path),
        })
    }

    /// Whether the whole file is test code.
    pub(crate) fn is_test_file(&self) -> bool {
        self.test_file
    }

    /// Whether the line belongs to test code: a test file, or an item under `#[cfg(test)]` or `#[test]`.
    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.test_file || self.test_items.iter().any(|lines| lines.contains(&line))
    }

    /// Lines of the file that are not test code.
    pub(crate) fn code_lines(&self) -> usize {
        (1..=self.text.lines().count())
            .filter(|&line| !self.is_test_line(line))
            .count()
    }

    /// The innermost function around a line, or the one that the line stands directly above (with only comments and attributes between).
    pub(crate) fn function_at(&self, line: usize) -> Option<&str> {
        let around = self
            .functions
            .iter()
            .filter(|function| function.lines.contains(&line));
        if let Some(function) =
            around.min_by_key(|function| function.lines.end() - function.lines.start())
        {
            return Some(&function.name);
        }
        let below = self
            .functions
            .iter()
            .filter(|function| *function.lines.start() > line)
            .min_by_key(|function| *function.lines.start())?;
        let between = self
            .text
            .lines()
            .skip(line)
            .take(below.lines.start() - line - 1);
        between
            .map(str::trim)
            .all(|text| text.is_empty() || text.starts_with("//") || text.starts_with('#'))
            .then_some(&below.name)
    }
}

/// Every `.rs` file below the given folders of the workspace, sorted; `target` folders are left out.
pub(crate) fn load(root: &Path, folders: &[&str]) -> Result<Vec<Source>, String> {
    let mut paths = Vec::new();
    for folder in folders {
        collect(&root.join(folder), &mut paths)?;
    }
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).map_err(|why| format!("{}: {why}", path.display()))?;
        let name = path
            .strip_prefix(root)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/");
        Source::parse(&name, text)
    };
    paths.iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    for entry in entries {
        let path = entry
            .map_err(|why| format!("{}: {why}", folder.display()))?
            .path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    Ok(())
}

/// Files that hold nothing but tests or the slow twins that tests compare with.
fn is_test_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let test_folder = path
        .split('/')
        .any(|part| matches!(part, "tests" | "benches" | "naive"));
    test_folder || matches!(name, "tests.rs" | "naive.rs") || path.starts_with("fuzz/")
}

/// Collects functions and the lines of test items.
#[derive(Default)]
struct Scan {
    functions: Vec<Function>,
    test_items: Vec<Lines>,
    owner: Vec<String>,
}

impl Scan {
    fn function(&mut self, signature: &syn::Signature, body: Span) {
        let name = signature.ident.to_string();
        let name = self
            .owner
            .last()
            .map_or_else(|| name.clone(), |owner| format!("{owner}::{name}"));
        self.functions.push(Function {
            name,
            lines: signature.span().start().line..=body.end().line,
        });
    }
}

impl<'ast> Visit<'ast> for Scan {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if attributes(item).iter().any(marks_test) {
            let start = attributes(item)
                .iter()
                .map(|attribute| attribute.span().start().line)
                .min();
            let lines = item.span();
            self.test_items
                .push(start.unwrap_or(lines.start().line)..=lines.end().line);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, item.block.span());
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, item.block.span());
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.function(&item.sig, body.span());
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let owner = match &*item.self_ty {
            syn::Type::Path(path) => path
                .path
                .segments
                .last()
                .map(|segment| segment.ident.to_string()),
            _ => None,
        };
        self.owner.push(owner.unwrap_or_default());
        visit::visit_item_impl(self, item);
        self.owner.pop();
    }
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Static(item) => &item.attrs,
        syn::Item::Macro(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`; not `#[cfg(not(test))]`.
fn marks_test(attribute: &syn::Attribute) -> bool {
    if attribute.path().is_ident("test") {
        return true;
    }
    let syn::Meta::List(list) = &attribute.meta else {
        return false;
    };
    let condition = list.tokens.to_string();
    list.path.is_ident("cfg")
        && (condition == "test" || condition.replace(' ', "").starts_with("all(test,"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SNIPPET: &str = r##"//! Doc.

/// Says "}" and '{', which are not braces.
#[inline]
pub fn first() -> &'static str {
    let raw = r#"} " fn no() {"#; // } fn neither() {
    /* } */
    raw
}

struct Thing;
impl Thing {
    //= 1.0 above
    /// Doc.
    fn second(&self) -> char { '}' }
}

#[cfg(test)]
mod tests {
    #[test]
    fn third() {
        assert!(true);
    }
}
"##;

    // Line numbers below were counted by hand in the snippet.
    #[test]
    fn functions_are_measured_past_strings_comments_and_raw_strings() {
        let source = Source::parse("crates/wire/src/a.rs", SNIPPET.to_owned()).unwrap();
        let found: Vec<_> = source
            .functions
            .iter()
            .map(|function| (function.name.as_str(), function.lines.clone()))
            .collect();
        assert_eq!(
            found,
            [
                ("first", 5..=9),
                ("Thing::second", 15..=15),
                ("third", 21..=23)
            ]
        );
    }

    #[test]
    fn the_trailing_test_module_is_test_code_and_does_not_count() {
        let source = Source::parse("crates/wire/src/a.rs", SNIPPET.to_owned()).unwrap();
        assert!(!source.is_test_line(17) && source.is_test_line(18) && source.is_test_line(24));
        assert_eq!(source.code_lines(), 17);
        let same_in_a_test_file =
            Source::parse("crates/wire/tests/a.rs", SNIPPET.to_owned()).unwrap();
        assert_eq!(same_in_a_test_file.code_lines(), 0);
    }

    #[test]
    fn a_line_knows_its_function_even_from_above() {
        let source = Source::parse("crates/wire/src/a.rs", SNIPPET.to_owned()).unwrap();
        assert_eq!(source.function_at(7), Some("first"));
        assert_eq!(source.function_at(13), Some("Thing::second"));
        assert_eq!(
            source.function_at(10),
            None,
            "`struct Thing` stands between"
        );
    }
}
