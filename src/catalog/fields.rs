//! Reading the keys of a mapping one by one, so that what is left over is an unknown key.

use crate::scope::closest;
use crate::text::{Problem, Span};
use crate::yaml::{Entry, Node, Value};

/// The entries of a mapping, of which each key is taken at most once.
pub(super) struct Fields<'a> {
    entries: &'a [Entry],
    asked: Vec<&'static str>,
    span: Span,
}

impl<'a> Fields<'a> {
    /// The fields of a node, which has to be a mapping.
    pub(super) fn new(node: &'a Node, problems: &mut Vec<Problem>) -> Self {
        let entries = if let Value::Mapping(entries) = &node.value {
            entries.as_slice()
        } else {
            problems.push(Problem::new(node.span, format!("a mapping is expected here, not {}", node.kind())));
            &[]
        };
        let span = entries.first().map_or(node.span, |entry| entry.key_span);
        Self { entries, asked: Vec::new(), span }
    }

    /// The value of a key, if it is there.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.asked.push(key);
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// The text of an optional key.
    pub(super) fn text(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Option<String> {
        let node = self.take(key)?;
        if let Value::Scalar(text) = &node.value {
            return Some(text.clone());
        }
        problems.push(Problem::new(node.span, format!("`{key}` is a single value, not {}", node.kind())));
        None
    }

    /// The text of a key that must be there; empty when it is not.
    pub(super) fn required_text(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> String {
        if !self.entries.iter().any(|entry| entry.key == key) {
            self.asked.push(key);
            problems.push(Problem::new(self.span, format!("the key `{key}` is missing")));
            return String::new();
        }
        self.text(key, problems).unwrap_or_default()
    }

    /// The texts of an optional key that holds one value or a list of them.
    pub(super) fn texts(&mut self, key: &'static str, problems: &mut Vec<Problem>) -> Vec<String> {
        self.take(key).map_or_else(Vec::new, |node| texts_of(node, problems))
    }

    /// Reports the keys that nobody asked for.
    pub(super) fn finish(self, problems: &mut Vec<Problem>) {
        for entry in self.entries {
            if !self.asked.contains(&entry.key.as_str()) {
                let mut problem = Problem::new(entry.key_span, format!("unknown key `{}`", entry.key));
                problem.help = Some(match closest(&entry.key, self.asked.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known keys here: {}", self.asked.join(", ")),
                });
                problems.push(problem);
            }
        }
    }
}

/// One text, or a list of texts.
pub(super) fn texts_of(node: &Node, problems: &mut Vec<Problem>) -> Vec<String> {
    let items = match &node.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        match &item.value {
            Value::Scalar(text) => texts.push(text.clone()),
            _ => {
                problems.push(Problem::new(item.span, format!("a single value is expected here, not {}", item.kind())));
            }
        }
    }
    texts
}
