//! YAML as a tree of nodes that know where they stand.
//!
//! The one module that knows the YAML library. User files and catalog files are decoded from this tree, so that a
//! wrong value is reported at its line and column and all errors of a file can be told at once. JSON is read with
//! the same tree where positions matter, since YAML 1.2 contains it.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use crate::scope::closest;
use crate::text::{Problem, Span};

/// How deep collections may nest: more than any real file does, and little enough for the stack of a small thread.
const MAX_DEPTH: usize = 32;

/// How many nodes a document may have.
const MAX_NODES: usize = 2_000_000;

/// How many events aliases may repeat in all: enough for shared lists, too few for a bomb.
const MAX_REPEATED: usize = 50_000;

/// A value and the span of bytes it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where it stands. A collection's span begins where the collection begins and may be empty.
    pub span: Span,
}

/// What a node holds. Scalars keep their text: whether `1` is a number or a name is for the reader to say.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `~`, `null` or nothing.
    Null,
    /// A scalar, with quotes and escapes resolved.
    Scalar(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping, in the order written. Keys are distinct scalars.
    Mapping(Vec<Entry>),
}

/// One key of a mapping and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// Whether a text is made of known keys, at least half of them: a file of another kind is none whose text an error may
/// show, since nobody knows what is in it.
#[must_use]
pub(crate) fn is_made_of(text: &str, known: &[&str]) -> bool {
    let is_known = |key: &str| known.contains(&key) || closest(key, known.iter().copied()).is_some();
    let share = |keys: &[&str]| {
        let count = keys.iter().filter(|key| is_known(key)).count();
        count > 0 && count * 2 >= keys.len()
    };
    match parse(text).map(|node| node.value) {
        Ok(Value::Mapping(entries)) => share(&entries.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>()),
        Ok(_) => text.trim().is_empty(),
        // What cannot be read is taken by its lines.
        Err(_) => {
            let lines = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
            let words: Vec<&str> = lines.map(|line| line.split(':').next().unwrap_or("").trim_end()).collect();
            !text.contains('\0') && words.first().is_some_and(|first| is_known(first)) && share(&words)
        }
    }
}

impl Node {
    /// What a reader calls this kind of value.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Scalar(_) => "a single value",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }
}

/// Reads one YAML document. An empty document is [`Value::Null`].
///
/// # Errors
///
/// Everything that is wrong with the text as YAML: one problem for a syntax error (the parser stops there), one for
/// each duplicate key. Nesting, aliases and size are bounded.
pub fn parse(text: &str) -> Result<Node, Vec<Problem>> {
    let mut options = serde_yaml::Options::default();
    options.duplicate_keys = DuplicateKeyPolicy::PassThrough;
    options.merge_keys = MergeKeyPolicy::AsOrdinary;
    let mut budget = serde_yaml::Budget::default();
    budget.max_depth = MAX_DEPTH;
    budget.flow_nesting_limit = MAX_DEPTH;
    budget.max_nodes = MAX_NODES;
    budget.max_events = MAX_NODES * 3;
    options.budget = Some(budget);
    options.alias_limits.max_total_replayed_events = MAX_REPEATED;
    let raw: Option<serde_yaml::Spanned<Raw>> =
        serde_yaml::from_str_with_options(text, options).map_err(|error| vec![syntax_problem(text, &error)])?;
    let mut problems = Vec::new();
    let node = match raw {
        Some(raw) => raw.into_node(text, &mut problems),
        None => Node { value: Value::Null, span: Span::default() },
    };
    if problems.is_empty() { Ok(node) } else { Err(problems) }
}

fn syntax_problem(text: &str, error: &serde_yaml::Error) -> Problem {
    let span = error.location().map_or(Span::default(), |location| span_of(text, location));
    let error = error.without_snippet();
    let rendered = error.to_string();
    let first = rendered.lines().next().unwrap_or("not valid YAML");
    // The second message is what the scanner says of JSON texts in a row, one a line.
    if matches!(error, serde_yaml::Error::MultipleDocuments { .. }) || first.contains("expected <document start>") {
        return Problem::new(span, "a second document begins here").help("keep one document in a file");
    }
    // The library appends its own line and column, which may be relative to another text: ours are exact.
    let message = first.rsplit_once(" at line ").map_or(first, |(head, _)| head);
    Problem::new(span, format!("not valid YAML: {}", message.trim_end_matches([':', ' ', '.'])))
}

fn span_of(text: &str, location: serde_yaml::Location) -> Span {
    let span = location.span();
    let Some(start) = span.byte_offset().and_then(|at| usize::try_from(at).ok()) else {
        return Span::new(offset_of(text, location), offset_of(text, location));
    };
    let start = text.floor_char_boundary(start);
    let len = span.byte_len().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    Span::new(start, text.floor_char_boundary(start + len))
}

/// The byte offset of a location that has a line and a column only.
fn offset_of(text: &str, location: serde_yaml::Location) -> usize {
    let line = usize::try_from(location.line()).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(location.column()).unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = &text[start..];
    start + rest.char_indices().nth(column).map_or(rest.trim_end().len(), |(at, _)| at)
}

/// The tree as the library hands it over, before spans are converted.
enum Raw {
    Null,
    Scalar(String),
    /// A number or a boolean: its text is taken from the source, where `off` is still `off`.
    Plain,
    Sequence(Vec<serde_yaml::Spanned<Raw>>),
    Mapping(Vec<(serde_yaml::Spanned<Raw>, serde_yaml::Spanned<Raw>)>),
}

trait IntoNode {
    fn into_node(self, text: &str, problems: &mut Vec<Problem>) -> Node;
}

impl IntoNode for serde_yaml::Spanned<Raw> {
    fn into_node(self, text: &str, problems: &mut Vec<Problem>) -> Node {
        let span = span_of(text, self.referenced);
        let value = match self.value {
            Raw::Null => Value::Null,
            Raw::Scalar(scalar) => Value::Scalar(scalar),
            Raw::Plain => {
                let defined = span_of(text, self.defined);
                Value::Scalar(text.get(defined.start..defined.end).unwrap_or("").to_owned())
            }
            Raw::Sequence(items) => {
                Value::Sequence(items.into_iter().map(|item| item.into_node(text, problems)).collect())
            }
            Raw::Mapping(pairs) => Value::Mapping(entries(pairs, text, problems)),
        };
        Node { value, span }
    }
}

fn entries(
    pairs: Vec<(serde_yaml::Spanned<Raw>, serde_yaml::Spanned<Raw>)>,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::with_capacity(pairs.len());
    let mut seen = std::collections::HashSet::with_capacity(pairs.len());
    for (key, value) in pairs {
        let key = key.into_node(text, problems);
        let value = value.into_node(text, problems);
        match key.value {
            Value::Scalar(name) => {
                if seen.insert(name.clone()) {
                    entries.push(Entry { key: name, key_span: key.span, value });
                } else {
                    problems.push(
                        Problem::new(key.span, format!("the key `{name}` stands here twice"))
                            .help("keep one of the two; put several values into one list"),
                    );
                }
            }
            _ => problems.push(Problem::new(key.span, "a key must be a single value")),
        }
    }
    entries
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Plain)
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Scalar(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Scalar(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Raw::Mapping(pairs))
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn scalars<'a>(node: &'a Node, text: &'a str, out: &mut Vec<(&'a str, &'a str)>) {
        match &node.value {
            Value::Null => {}
            Value::Scalar(value) => out.push((value, &text[node.span.start..node.span.end])),
            Value::Sequence(items) => items.iter().for_each(|item| scalars(item, text, out)),
            Value::Mapping(entries) => {
                for entry in entries {
                    out.push((&entry.key, &text[entry.key_span.start..entry.key_span.end]));
                    scalars(&entry.value, text, out);
                }
            }
        }
    }

    #[test]
    fn every_scalar_knows_its_bytes() {
        let text = "é: off\nlist:\n  - 'quo''ted'\n  - \"ü\\n\"\n  - {a: 1.50, b: [0x10, 2027-01-31]}\n";
        let node = parse(text).unwrap();
        let mut found = Vec::new();
        scalars(&node, text, &mut found);
        assert_eq!(
            found,
            [
                ("é", "é"),
                ("off", "off"),
                ("list", "list"),
                ("quo'ted", "'quo''ted'"),
                ("ü\n", "\"ü\\n\""),
                ("a", "a"),
                ("1.50", "1.50"),
                ("b", "b"),
                ("0x10", "0x10"),
                ("2027-01-31", "2027-01-31"),
            ]
        );
    }

    #[test]
    fn json_is_read_with_positions() {
        let text = "{\n\t\"scope\": [\"a\\/b\", \"\\u00e9\"], \"n\": 12, \"t\": true, \"z\": null}";
        let node = parse(text).unwrap();
        let mut found = Vec::new();
        scalars(&node, text, &mut found);
        assert_eq!(
            found,
            [
                ("scope", "\"scope\""),
                ("a/b", "\"a\\/b\""),
                ("é", "\"\\u00e9\""),
                ("n", "\"n\""),
                ("12", "12"),
                ("t", "\"t\""),
                ("true", "true"),
                ("z", "\"z\""),
            ]
        );
    }

    #[test]
    fn an_empty_document_is_nothing() {
        assert_eq!(parse("").unwrap().value, Value::Null);
        assert_eq!(parse("# only a comment\n").unwrap().value, Value::Null);
    }

    #[test]
    fn all_duplicate_keys_are_told_at_once() {
        let problems = parse("a: 1\nb: {c: 1, c: 2}\na: 2\n").unwrap_err();
        let found: Vec<_> = problems.iter().map(|p| (p.span.start, p.message.as_str())).collect();
        assert_eq!(found, [(15, "the key `c` stands here twice"), (21, "the key `a` stands here twice")]);
    }

    #[test]
    fn bombs_and_deep_nesting_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let line = format!("*a{}, ", n - 1).repeat(10);
            writeln!(bomb, "a{n}: &a{n} [{line}]").unwrap();
        }
        assert_eq!(parse(&bomb).unwrap_err().len(), 1);
        assert_eq!(parse(&"[".repeat(100_000)).unwrap_err().len(), 1);
        let deep = (0..1000).map(|n| " ".repeat(n) + "a:").collect::<Vec<_>>().join("\n");
        assert_eq!(parse(&deep).unwrap_err().len(), 1);
    }

    #[test]
    fn a_second_document_is_refused() {
        for text in ["a: 1\n---\nb: 2\n", "{\"a\": 1}\n{\"b\": 2}\n"] {
            let problems = parse(text).unwrap_err();
            assert_eq!(problems[0].message, "a second document begins here", "{text}");
            assert!(problems[0].help.is_some(), "{text}");
        }
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let problems = parse("a: 1\nb: [1, 2\nc: 3\n").unwrap_err();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].span.start >= 5, "{problems:?}");
        assert!(problems[0].message.starts_with("not valid YAML: "), "{problems:?}");
        assert!(!problems[0].message.contains(" line "), "{problems:?}");
    }
}
