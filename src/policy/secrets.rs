//! Client secrets that somebody pasted where client ids belong, and what is said about any secret in a policy.
//!
//! Secrets are blotted out before the text is parsed or kept, so that no message and no snippet can repeat them.

use crate::secret::is_bare;
use crate::text::{Problem, Span};
use crate::yaml::{Entry, Node, Value};

/// The spans of bare client secrets among the client ids of a parsed policy.
pub(super) fn among_clients(policy: &Node) -> Vec<Span> {
    let apps = entries(policy).iter().filter(|entry| entry.key == "apps");
    let keys = apps.flat_map(|apps| entries(&apps.value)).flat_map(|app| entries(&app.value));
    let clients = keys.filter(|entry| entry.key == "clients").flat_map(|entry| match &entry.value.value {
        Value::Sequence(items) => items.as_slice(),
        _ => std::slice::from_ref(&entry.value),
    });
    let secret = |node: &&Node| match &node.value {
        Value::Scalar(text) => is_bare(text) && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        _ => false,
    };
    clients.filter(secret).map(|node| node.span).collect()
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Mapping(entries) => entries,
        _ => &[],
    }
}

/// What is said about a secret.
pub(super) fn problem(span: Span) -> Problem {
    Problem::new(span, "here stands what looks like a token or a client secret")
        .help("take it out of the file and revoke it; a policy needs client ids only")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_secret_is_known_by_where_it_stands() {
        let secret = "0c".repeat(21);
        for (text, expected) in [
            (format!("apps: {{ x: {{ clients: [{secret}] }} }}"), 1),
            (format!("apps: {{ x: {{ clients: {secret} }}, y: {{ clients: ['{secret}', {secret}] }} }}"), 3),
            (format!("apps: {{ x: {{ owner: {secret} }} }}"), 0),
            (format!("apps: [{secret}]"), 0),
            ("apps: { x: { clients: [abcdef] } }".to_owned(), 0),
        ] {
            assert_eq!(among_clients(&crate::yaml::parse(&text).unwrap()).len(), expected, "{text}");
        }
    }
}
