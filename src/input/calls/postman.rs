//! Collections of Postman's, 2.0 and 2.1.

use std::collections::HashMap;

use super::body;
use super::json::Json;
use super::seen::{Certainty, Method, SeenCall, SeenCalls, Via};

/// How deep folders may nest.
const MAX_DEPTH: usize = 40;

/// How often what a variable holds is looked up again: a variable may name others.
const MAX_ROUNDS: usize = 8;

/// The longest address that variables may make.
const LONGEST: usize = 16 * 1024;

type Variables = HashMap<String, String>;

/// Reads every request of a collection.
pub(super) fn read(root: Json<'_>) -> SeenCalls {
    let mut seen = SeenCalls::default();
    // `{"collection": {…}}` is what Postman's own API answers.
    let root = root.get("collection").filter(|inner| inner.is_object()).unwrap_or(root);
    let mut variables = Variables::new();
    define(&mut variables, root);
    items(root, &variables, 0, &mut seen);
    seen
}

/// Takes the variables that a collection or a folder defines.
fn define(variables: &mut Variables, holder: Json<'_>) {
    for variable in holder.get("variable").map(Json::items).unwrap_or_default() {
        let members = variable.members();
        let name = members.get("key").or_else(|| members.get("id")).and_then(|name| name.text());
        let value = members.get("value").and_then(|value| value.text());
        let is_off = members.get("disabled").is_some_and(|flag| flag.is_true());
        if let (Some(name), Some(value)) = (name, value.filter(|value| !is_off && !value.is_empty())) {
            variables.insert(name, value);
        }
    }
}

fn items(holder: Json<'_>, variables: &Variables, depth: usize, seen: &mut SeenCalls) {
    for item in holder.get("item").map(Json::items).unwrap_or_default() {
        let members = item.members();
        if members.get("disabled").is_some_and(|flag| flag.is_true()) {
            seen.leave(item.place(), "a request or folder that is switched off");
            continue;
        }
        if let Some(asked) = members.get("request") {
            request(*asked, variables, seen);
        }
        if members.contains_key("item") {
            if depth == MAX_DEPTH {
                seen.leave(item.place(), format!("folders nest deeper than {MAX_DEPTH}"));
                continue;
            }
            let mut own = variables.clone();
            define(&mut own, item);
            items(item, &own, depth + 1, seen);
        }
    }
}

fn request(asked: Json<'_>, variables: &Variables, seen: &mut SeenCalls) {
    let members = asked.members();
    let address = if asked.is_object() { members.get("url").copied() } else { Some(asked) };
    let Some((address, url)) = address.and_then(|address| Some((address, address_of(address)?))) else {
        seen.leave(asked.place(), "a request without an address");
        return;
    };
    if members.get("disabled").is_some_and(|flag| flag.is_true()) {
        seen.leave(address.place(), "a request that is switched off");
        return;
    }
    // A request that names no method is a GET.
    let method = members.get("method").and_then(|method| method.text()).unwrap_or_else(|| "GET".to_owned());
    let url = filled(&url, variables);
    let place = address.get("raw").unwrap_or(address).place();
    let certainty = if url.starts_with('{') { Certainty::Likely } else { Certainty::Proven };
    let mut call = SeenCall::new(Method::named(&method), url, place, certainty, Via::Postman);
    let sent = members.get("body").and_then(|body| body.get("raw")).and_then(Json::text).unwrap_or_default();
    let inner = body::read(&mut call, &filled(&sent, variables));
    seen.add(call);
    inner.into_iter().for_each(|call| seen.add(call));
}

/// The address of a request, as one text; what is switched off in its query is left out.
fn address_of(url: Json<'_>) -> Option<String> {
    if let Some(text) = url.text() {
        return Some(text).filter(|text| !text.trim().is_empty());
    }
    let members = url.members();
    let joined = |name: &str, with: &str| {
        let part = members.get(name)?;
        let text = |item: Json<'_>| item.text().or_else(|| item.get("value").and_then(Json::text));
        let parts: Vec<String> = part.items().into_iter().filter_map(text).collect();
        Some(part.text().unwrap_or_else(|| parts.join(with))).filter(|text| !text.is_empty())
    };
    let raw = members.get("raw").and_then(|raw| raw.text()).filter(|raw| !raw.trim().is_empty());
    let front = raw.as_deref().and_then(|raw| raw.split(['?', '#']).next()).map(str::to_owned);
    let front = front.or_else(|| {
        let path = joined("path", "/").map(|path| format!("/{}", path.trim_start_matches('/'))).unwrap_or_default();
        let scheme = members.get("protocol").and_then(|scheme| scheme.text()).unwrap_or_else(|| "https".to_owned());
        match joined("host", ".") {
            Some(host) if host.contains("{{") => Some(format!("{host}{path}")),
            Some(host) => Some(format!("{scheme}://{host}{path}")),
            None => Some(path).filter(|path| !path.is_empty()),
        }
    })?;
    let mut query = String::new();
    for parameter in members.get("query").map(|query| query.items()).unwrap_or_default() {
        let members = parameter.members();
        let text = |name: &str| members.get(name).and_then(|value| value.text()).unwrap_or_default();
        if !members.get("disabled").is_some_and(|flag| flag.is_true()) {
            query.push(if query.is_empty() { '?' } else { '&' });
            query.push_str(&format!("{}={}", text("key"), text("value")));
        }
    }
    Some(front + &query)
}

/// A text with variables filled in; those that the collection does not define become `{name}`.
fn filled(text: &str, variables: &Variables) -> String {
    let mut text = text.to_owned();
    for _ in 0..MAX_ROUNDS {
        let Some(next) = once(&text, variables).filter(|next| next.len() <= LONGEST) else { break };
        text = next;
    }
    let text = text.replace("{{", "{").replace("}}", "}");
    // `:id` is a variable of the path.
    let segment = |segment: &str| match segment.strip_prefix(':') {
        Some(name) if !name.is_empty() && !name.contains(['/', ':']) => format!("{{{name}}}"),
        _ => segment.to_owned(),
    };
    if text.contains("/:") { text.split('/').map(segment).collect::<Vec<_>>().join("/") } else { text }
}

/// One round; `None` when nothing is left to fill in.
fn once(text: &str, variables: &Variables) -> Option<String> {
    let mut out = String::new();
    let (mut rest, mut changed) = (text, false);
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        out.push_str(before);
        match variables.get(name.trim()) {
            Some(value) => {
                out.push_str(value);
                changed = true;
            }
            None => out.push_str(&format!("{{{{{}}}}}", name.trim())),
        }
        rest = after;
    }
    out.push_str(rest);
    changed.then_some(out)
}
