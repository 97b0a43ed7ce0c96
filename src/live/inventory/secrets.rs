//! Secrets that somebody wrote into an inventory after all, and arguments of commands that may be some.
//!
//! They are blotted out of the text that is kept, so that no message and no snippet repeats them.

use super::whereabouts::is_whereabouts;
use crate::secret::{self, is_bare, is_client_id};
use crate::text::Span;
use crate::yaml::{Node, Value};

/// Keys under which nothing but the place of a secret belongs.
const KEYS: [&str; 3] = ["client-id", "client-secret", "refresh-token"];

/// The key of an address, into which people write users and passwords.
const URL: &str = "accounts-url";

/// The text with everything blotted out, byte for byte, that may be a secret; what YAML says of the rest is the same.
pub(super) fn blot(text: &str, tree: Option<&Node>) -> String {
    let mut found = secret::sure(text);
    if let Some(tree) = tree {
        among(tree, text, &mut found);
    }
    secret::blot(text, &found, &[], secret::PLAIN)
}

fn among(node: &Node, text: &str, found: &mut Vec<Span>) {
    match &node.value {
        Value::Mapping(entries) => {
            for entry in entries {
                found.extend(is_bare(&entry.key).then_some(entry.key_span));
                if KEYS.contains(&entry.key.as_str()) {
                    whole(&entry.value, text, found);
                } else if let (true, Value::Scalar(address)) = (entry.key == URL, &entry.value.value) {
                    found.extend(address.contains('@').then_some(entry.value.span));
                } else {
                    among(&entry.value, text, found);
                }
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| among(item, text, found)),
        Value::Scalar(value) => found.extend(is_bare(value).then_some(node.span)),
        Value::Null => {}
    }
}

/// Everything in a value that says no place, and the arguments of a command.
fn whole(node: &Node, text: &str, found: &mut Vec<Span>) {
    match &node.value {
        Value::Scalar(value) if is_whereabouts(value) => {
            let written = text.get(node.span.start..node.span.end).unwrap_or("");
            let arguments =
                written.find("cmd:").and_then(|at| Some(at + written.get(at..)?.find(char::is_whitespace)?));
            if let Some(at) = arguments {
                // A closing quote stays, so that the text is the same YAML.
                let end = written.trim_end_matches(['"', '\'']).len();
                found.push(Span::new(node.span.start + at, node.span.start + end.max(at)));
            }
        }
        Value::Scalar(value) if is_client_id(value) => {}
        Value::Scalar(_) => found.push(node.span),
        Value::Sequence(items) => items.iter().for_each(|item| whole(item, text, found)),
        Value::Mapping(entries) => entries.iter().for_each(|entry| whole(&entry.value, text, found)),
        Value::Null => {}
    }
}
