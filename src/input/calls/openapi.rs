//! `OpenAPI` documents, and Swagger's before them, of what an application uses.

use super::seen::{Certainty, Method, SeenCall, SeenCalls, Via};
use crate::text::{Place, SourceId};
use crate::yaml::{Node, Value};

/// Reads every operation of a document.
pub(super) fn read(source: SourceId, root: &Node) -> SeenCalls {
    let mut seen = SeenCalls::default();
    let front = server(root).or_else(|| swagger(root)).unwrap_or_default();
    for (path, item, span) in entries(get(root, "paths")) {
        if get(item, "$ref").is_some() {
            seen.leave(Place::new(source, span), "a path that another document describes");
            continue;
        }
        let of_path = server(item);
        for (name, operation, span) in entries(Some(item)) {
            let Some(method) = Method::named(name) else { continue };
            let front = server(operation).or_else(|| of_path.clone()).unwrap_or_else(|| front.clone());
            let url = format!("{}/{}", front.trim_end_matches('/'), path.trim_start_matches('/'));
            let certainty = if front.starts_with('{') { Certainty::Likely } else { Certainty::Proven };
            seen.add(SeenCall::new(Some(method), url, Place::new(source, span), certainty, Via::OpenApi));
        }
    }
    seen
}

/// The members of a mapping, with the places of their names.
fn entries(node: Option<&Node>) -> impl Iterator<Item = (&str, &Node, crate::text::Span)> {
    let entries = match node.map(|node| &node.value) {
        Some(Value::Mapping(entries)) => entries.as_slice(),
        _ => &[],
    };
    entries.iter().map(|entry| (entry.key.as_str(), &entry.value, entry.key_span))
}

/// The member of that name.
pub(super) fn get<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    entries(Some(node)).find(|(key, ..)| *key == name).map(|(_, value, _)| value)
}

/// The text of a scalar.
pub(super) fn text(node: &Node) -> Option<&str> {
    if let Value::Scalar(text) = &node.value { Some(text) } else { None }
}

/// The items of a list.
pub(super) fn items(node: &Node) -> &[Node] {
    if let Value::Sequence(items) = &node.value { items } else { &[] }
}

/// The address of the first server, with the defaults of its variables.
fn server(node: &Node) -> Option<String> {
    let first = items(get(node, "servers")?).first()?;
    let mut url = text(get(first, "url")?)?.to_owned();
    for (name, variable, _) in entries(get(first, "variables")) {
        if let Some(value) = get(variable, "default").and_then(text) {
            url = url.replace(&format!("{{{name}}}"), value);
        }
    }
    Some(url)
}

/// What stands before the paths of a document of version 2.
fn swagger(root: &Node) -> Option<String> {
    let base = get(root, "basePath").and_then(text).unwrap_or("");
    match get(root, "host").and_then(text) {
        Some(host) => Some(format!("https://{host}{base}")),
        None => Some(base.to_owned()).filter(|base| !base.is_empty()),
    }
}
