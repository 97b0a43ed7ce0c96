//! The `calls:` of a policy's applications.

use super::openapi::{get, items, text};
use super::seen::{Certainty, Method, SeenCall, SeenCalls, Via};
use crate::text::{Place, SourceId};
use crate::yaml::{Node, Value};

/// Reads the calls of every application; the application is their group.
pub(super) fn read(source: SourceId, root: &Node) -> SeenCalls {
    let mut seen = SeenCalls::default();
    let Some(Node { value: Value::Mapping(apps), .. }) = get(root, "apps") else { return seen };
    for app in apps {
        for node in get(&app.value, "calls").map(items).unwrap_or_default() {
            let place = Place::new(source, node.span);
            let Some((method, path)) = text(node).and_then(|call| call.split_once(char::is_whitespace)) else {
                seen.leave(place, "a call is a method and a path");
                continue;
            };
            let mut call = SeenCall::new(Method::named(method), path.trim(), place, Certainty::Proven, Via::Policy);
            call.group = Some(app.key.clone());
            seen.add(call);
        }
    }
    seen
}
