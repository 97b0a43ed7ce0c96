//! Reading typed values from a YAML tree, and saying what is wrong with those that do not fit.

use jiff::civil::Date;

use crate::finding::RuleInfo;
use crate::scope::closest;
use crate::text::{Place, Problem, SourceId, Span};
use crate::yaml::{Entry, Node, Value};

use super::Spanned;

/// How much of a user's text a message repeats, in characters.
const SHOWN: usize = 80;

/// Reads one file's values and collects everything that is wrong with them. A method that returns nothing has said
/// why.
pub(crate) struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    rules: &'a [&'static RuleInfo],
    problems: Vec<Problem>,
}

/// The keys of a mapping, all of them known ones.
pub(crate) struct Fields<'n> {
    entries: &'n [Entry],
    /// Where messages about what is missing point: the first key, since a collection's own span may be empty.
    span: Span,
    /// What the mapping is, for messages: `a waiver`.
    what: &'static str,
}

impl<'n> Fields<'n> {
    pub(crate) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: SourceId, text: &'a str, rules: &'a [&'static RuleInfo]) -> Self {
        Self { source, text, rules, problems: Vec::new() }
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    pub(crate) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    pub(crate) fn place(&self, span: Span) -> Place {
        Place::new(self.source, span)
    }

    /// The entries of a mapping; none when it is something else.
    pub(crate) fn mapping<'n>(&mut self, node: &'n Node, expected: &str) -> &'n [Entry] {
        if let Value::Mapping(entries) = &node.value {
            return entries;
        }
        let mut problem = mismatch(node, expected);
        if node.value == Value::Null {
            problem = problem.help("write `{}` for none, or leave the key out");
        }
        self.report(problem);
        &[]
    }

    /// The items of a list; none when it is something else.
    pub(crate) fn list<'n>(&mut self, node: &'n Node, expected: &str) -> &'n [Node] {
        if let Value::Sequence(items) = &node.value {
            return items;
        }
        let problem = mismatch(node, expected);
        self.report(match node.value {
            Value::Null => problem.help("write `[]` for none, or leave the key out"),
            Value::Scalar(_) => problem.help("a list of one is written `[…]`, or `- …` on a line of its own"),
            _ => problem,
        });
        &[]
    }

    /// A list with at least one item.
    pub(crate) fn some<'n>(&mut self, node: &'n Node, expected: &str) -> &'n [Node] {
        let items = self.list(node, expected);
        if items.is_empty() && matches!(node.value, Value::Sequence(_)) {
            self.report(Problem::new(node.span, format!("expected {expected}, found an empty list")));
        }
        items
    }

    /// The text of a single value that is not blank.
    pub(crate) fn text<'n>(&mut self, node: &'n Node, expected: &str) -> Option<&'n str> {
        match &node.value {
            Value::Scalar(text) if !text.trim().is_empty() => Some(text),
            Value::Scalar(_) => {
                self.report(Problem::new(node.span, format!("expected {expected}, found an empty text")));
                None
            }
            _ => {
                let problem = mismatch(node, expected);
                self.report(problem);
                None
            }
        }
    }

    /// [`Reader::text`] with its place.
    pub(crate) fn spanned(&mut self, node: &Node, expected: &str) -> Option<Spanned<String>> {
        let value = self.text(node, expected)?.to_owned();
        Some(Spanned { value, place: self.place(node.span) })
    }

    /// A list of texts, with their places.
    pub(crate) fn texts(&mut self, node: Option<&Node>, expected: &str, item: &str) -> Vec<Spanned<String>> {
        let Some(node) = node else { return Vec::new() };
        let items = self.list(node, expected);
        items.iter().filter_map(|node| self.spanned(node, item)).collect()
    }

    /// A mapping whose keys are all among the known ones.
    pub(crate) fn fields<'n>(&mut self, node: &'n Node, what: &'static str, known: &[&str]) -> Option<Fields<'n>> {
        let Value::Mapping(entries) = &node.value else {
            let problem = mismatch(node, &format!("{what} (a mapping)"));
            self.report(problem);
            return None;
        };
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let message = format!("{what} has no key `{}`", shown(&entry.key));
            let problem = Problem::new(entry.key_span, message);
            self.report(problem.help(did_you_mean(&entry.key, known, &format!("the keys of {what} are"))));
        }
        let span = entries.first().map_or(node.span, |first| first.key_span);
        Some(Fields { entries, span, what })
    }

    /// The value of a key that has to be there.
    pub(crate) fn required<'n>(&mut self, fields: &Fields<'n>, key: &str) -> Option<&'n Node> {
        let node = fields.get(key);
        if node.is_none() {
            self.report(Problem::new(fields.span, format!("{} needs the key `{key}`", fields.what)));
        }
        node
    }

    /// The text of a key that has to be there.
    pub(crate) fn required_text(&mut self, fields: &Fields<'_>, key: &str, expected: &str) -> Option<String> {
        let node = self.required(fields, key)?;
        self.text(node, expected).map(str::to_owned)
    }

    /// The text of a key that may be left out.
    pub(crate) fn optional_text(&mut self, fields: &Fields<'_>, key: &str, expected: &str) -> Option<String> {
        fields.get(key).and_then(|node| self.text(node, expected)).map(str::to_owned)
    }

    /// One of several words.
    pub(crate) fn choice<T: Copy>(&mut self, node: &Node, what: &str, choices: &[(&str, T)]) -> Option<T> {
        let word = self.text(node, what)?;
        let found = choices.iter().find(|(name, _)| *name == word);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let help = did_you_mean(word, &names, "it is one of");
            self.report(Problem::new(node.span, format!("`{}` is not {what}", shown(word))).help(help));
        }
        found.map(|(_, value)| *value)
    }

    /// One of several words, as the table spells it.
    pub(crate) fn word(&mut self, node: &Node, what: &str, words: &[&'static str]) -> Option<&'static str> {
        let choices: Vec<(&str, &'static str)> = words.iter().map(|word| (*word, *word)).collect();
        self.choice(node, what, &choices)
    }

    /// A day, `2027-01-31`.
    pub(crate) fn date(&mut self, node: &Node) -> Option<Date> {
        let text = self.text(node, "a day such as `2027-01-31`")?;
        // The library reads more forms (times, days without hyphens), which one reader would take for another day.
        let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = plain.then(|| text.parse().ok()).flatten();
        if date.is_none() {
            self.report(
                Problem::new(node.span, format!("`{}` is not a day", shown(text)))
                    .help("write year, month and day: `2027-01-31`"),
            );
        }
        date
    }

    /// The name of a rule that is given by name or code.
    pub(crate) fn rule(&mut self, text: &str, span: Span) -> Option<&'static str> {
        let rules = self.rules;
        if let Some(rule) = rules.iter().find(|rule| rule.name == text || rule.code == text) {
            return Some(rule.name);
        }
        let names = rules.iter().map(|rule| rule.name);
        let near = closest(text, names.chain(rules.iter().map(|rule| rule.code)));
        let help = near.map_or_else(
            || "rules are named such as `full-access`, or by code such as `ZS201`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        self.report(Problem::new(span, format!("there is no rule `{}`", shown(text))).help(help));
        None
    }

    /// Whether a rule states a verdict of the policy.
    pub(crate) fn is_verdict(&self, rule: &str) -> bool {
        self.rules.iter().any(|info| info.name == rule && info.is_verdict)
    }

    /// The span of `start..end` in a single value's text: exact when the value stands in the file as it reads, with
    /// or without quotes, else the whole value.
    pub(crate) fn inside(&self, node: &Node, text: &str, start: usize, end: usize) -> Span {
        let written = self.text.get(node.span.start..node.span.end).unwrap_or("");
        let quoted = ['"', '\''].iter().any(|&quote| {
            written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)).is_some_and(|inner| inner == text)
        });
        match (written == text, quoted) {
            (true, _) => Span::new(start, end).shifted(node.span.start),
            (false, true) => Span::new(start, end).shifted(node.span.start + 1),
            (false, false) => node.span,
        }
    }
}

fn mismatch(node: &Node, expected: &str) -> Problem {
    Problem::new(node.span, format!("expected {expected}, found {}", node.kind()))
}

/// From a node's first byte to the last of what it holds; a collection's own span is its beginning only.
pub(crate) fn extent(node: &Node) -> Span {
    let (start, end) = match &node.value {
        Value::Mapping(entries) => {
            (entries.first().map(|first| first.key_span), entries.last().map(|last| &last.value))
        }
        Value::Sequence(items) => (items.first().map(extent), items.last()),
        _ => (None, None),
    };
    let start = start.map_or(node.span.start, |first| first.start.min(node.span.start));
    Span::new(start, end.map_or(node.span.end, |last| extent(last).end.max(node.span.end)))
}

/// A user's text as messages repeat it: without control characters, cut when it is long, and not at all when it may be
/// a secret.
pub(crate) fn shown(text: &str) -> String {
    if crate::secret::is_bare(text) {
        return "…".to_owned();
    }
    let mut shown = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == SHOWN {
            shown.push('…');
            break;
        }
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// The help for a misspelt word: the nearest known one, or all of them.
pub(crate) fn did_you_mean(word: &str, known: &[&str], all: &str) -> String {
    match closest(word, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{all} {}", enumerate(known)),
    }
}

fn enumerate(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Source, Sources};

    #[test]
    fn repeated_text_is_harmless_and_short() {
        assert_eq!(shown("a\u{1b}[31m\nb"), "a\\u{1b}[31m\\nb");
        assert_eq!(shown(&"é".repeat(81)), format!("{}…", "é".repeat(80)));
    }

    #[test]
    fn days_have_one_form() {
        let source = Sources::default().add(Source::new("x", ""));
        for (text, good) in [
            ("2027-01-31", true),
            ("2028-02-29", true),
            ("2027-02-29", false),
            ("20270131", false),
            ("2027-1-31", false),
            ("2027-01-31T10:00", false),
            ("31-01-2027", false),
            ("-027-01-31", false),
            ("２０２７", false),
        ] {
            let mut reader = Reader::new(source, "", &[]);
            let node = Node { value: Value::Scalar(text.to_owned()), span: Span::default() };
            assert_eq!(reader.date(&node).map(|date| date.to_string()).as_deref(), good.then_some(text));
            assert_eq!(reader.into_problems().is_empty(), good, "{text}");
        }
    }
}
