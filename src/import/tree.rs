//! Looking into documents of which only a part is read.

use crate::text::{Problem, Span};
use crate::yaml::{self, Entry, Node, Value};

/// Reads a document, JSON or YAML, that has to be a mapping.
pub(super) fn root(text: &str, what: &str) -> Result<Node, Vec<Problem>> {
    let root = yaml::parse(text)?;
    match root.value {
        Value::Mapping(_) => Ok(root),
        Value::Null => Err(vec![Problem::new(root.span, "the document is empty").help(help(what))]),
        _ => Err(vec![
            Problem::new(root.span, format!("a mapping is expected here, not {}", root.kind())).help(help(what)),
        ]),
    }
}

fn help(what: &str) -> String {
    format!("give {what}, as JSON or YAML")
}

/// The value under a key; `None` where it is absent or nothing.
pub(super) fn get<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Value::Mapping(entries) = &node.value else { return None };
    let found = entries.iter().find(|entry| entry.key == key)?;
    (found.value.value != Value::Null).then_some(&found.value)
}

/// The text under a key; `None` where there is none.
pub(super) fn text<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    match &get(node, key)?.value {
        Value::Scalar(text) => Some(text),
        _ => None,
    }
}

/// The entries of what has to be a mapping; nothing counts as empty.
pub(super) fn entries<'n>(node: Option<&'n Node>, what: &str, problems: &mut Vec<Problem>) -> &'n [Entry] {
    match node.map(|node| (&node.value, node)) {
        None | Some((Value::Null, _)) => &[],
        Some((Value::Mapping(entries), _)) => entries,
        Some((_, node)) => {
            problems.push(Problem::new(node.span, format!("`{what}` is a mapping, not {}", node.kind())));
            &[]
        }
    }
}

/// The items of what has to be a list; nothing counts as empty.
pub(super) fn items<'n>(node: Option<&'n Node>, what: &str, problems: &mut Vec<Problem>) -> &'n [Node] {
    match node.map(|node| (&node.value, node)) {
        None | Some((Value::Null, _)) => &[],
        Some((Value::Sequence(items), _)) => items,
        Some((_, node)) => {
            problems.push(Problem::new(node.span, format!("`{what}` is a list, not {}", node.kind())));
            &[]
        }
    }
}

/// The text of what has to be a single value, and where it stands.
pub(super) fn scalar<'n>(node: &'n Node, what: &str, problems: &mut Vec<Problem>) -> Option<(&'n str, Span)> {
    if let Value::Scalar(text) = &node.value {
        return Some((text, node.span));
    }
    problems.push(Problem::new(node.span, format!("{what} is a single value, not {}", node.kind())));
    None
}
