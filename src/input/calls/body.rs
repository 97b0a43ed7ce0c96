//! What the body of a request tells of a call to Zoho CRM: the requests that it wraps, and the modules that it names.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::seen::{Method, SeenCall, Via};

/// How many wrapped requests of one body are read: the vendor takes five.
const MOST_WRAPPED: usize = 100;

static FROM: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bfrom\s+([A-Za-z][A-Za-z0-9_]*)").ok());

/// Adds to a call what its body says of modules, and returns the calls that it wraps.
pub(super) fn read(call: &mut SeenCall, body: &str) -> Vec<SeenCall> {
    if let Some(path) = path_below(&call.url, "crm") {
        match path.rsplit('/').next().unwrap_or("").to_ascii_lowercase().as_str() {
            "coql" => call.modules = queried(body),
            "__composite_requests" | "composite_requests" => return wrapped(call, body),
            "read" | "write" if path.starts_with("/bulk/") => call.modules = named(body),
            _ => {}
        }
    }
    Vec::new()
}

/// The path of an address below a first part, without its query.
fn path_below<'u>(url: &'u str, first: &str) -> Option<&'u str> {
    let path = url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/');
    let at = path.find(&format!("/{first}/"))?;
    path.get(at + first.len() + 1..)
}

/// The modules of a COQL query, which may stand in JSON.
pub(super) fn queried(query: &str) -> Vec<String> {
    let Some(pattern) = FROM.as_ref() else { return Vec::new() };
    let mut modules = Vec::new();
    for found in pattern.captures_iter(query).filter_map(|captures| captures.get(1)) {
        take(&mut modules, found.as_str());
    }
    modules
}

/// The module in the address of a record or of records: what follows the version and begins with a capital letter.
fn module_of(url: &str) -> Option<&str> {
    let mut segments = path_below(url, "crm")?.split('/').filter(|segment| !segment.is_empty());
    let version = segments.next()?;
    let module = segments.next()?;
    let is_name = module.starts_with(|c: char| c.is_ascii_uppercase());
    (version.starts_with('v') && is_name).then_some(module)
}

/// The modules that jobs of the bulk API name: `"module": {"api_name": "Leads"}`.
fn named(body: &str) -> Vec<String> {
    let mut modules = Vec::new();
    let mut open: Vec<Value> = serde_json::from_str(body).into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                for (name, value) in members {
                    let module = value.get("api_name").unwrap_or(&value).as_str();
                    match module.filter(|_| name == "module") {
                        Some(module) => take(&mut modules, module),
                        None => open.push(value),
                    }
                }
            }
            _ => {}
        }
    }
    modules.sort();
    modules
}

fn wrapped(call: &mut SeenCall, body: &str) -> Vec<SeenCall> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let requests = body.get("__composite_requests").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut calls = Vec::new();
    for request in requests.iter().take(MOST_WRAPPED) {
        let text = |name: &str| request.get(name).and_then(Value::as_str);
        let Some(uri) = text("uri") else { continue };
        let method = text("method").and_then(Method::named);
        let mut inner = SeenCall::new(method, uri, call.place, call.certainty, Via::Within);
        inner.group.clone_from(&call.group);
        if let Some(body) = request.get("body") {
            // Requests that are wrapped wrap none themselves.
            if path_below(uri, "crm").is_some_and(|path| path.ends_with("/coql")) {
                inner.modules = queried(&body.to_string());
            }
        }
        module_of(uri).into_iter().for_each(|module| take(&mut call.modules, module));
        inner.modules.iter().for_each(|module| take(&mut call.modules, module));
        calls.push(inner);
    }
    calls
}

fn take(modules: &mut Vec<String>, module: &str) {
    if !modules.iter().any(|known| known == module) {
        modules.push(module.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::calls::seen::Certainty;
    use crate::text::{Place, Sources, Span};

    fn of(url: &str, body: &str) -> (Vec<String>, Vec<String>) {
        let place = Place::new(Sources::default().next_id(), Span::default());
        let mut call = SeenCall::new(Some(Method::Post), url, place, Certainty::Proven, Via::Har);
        let inner = read(&mut call, body);
        let written =
            |call: &SeenCall| format!("{} {} {:?}", call.method.map_or("", Method::as_str), call.url, call.modules);
        (call.modules, inner.iter().map(written).collect())
    }

    #[test]
    fn bodies_name_modules() {
        for (url, body, modules) in [
            (
                "https://www.zohoapis.eu/crm/v8/coql",
                r#"{"select_query": "select Last_Name from Contacts where A = 'from'"}"#,
                "Contacts",
            ),
            ("/crm/v8/coql?x", "SELECT id\nFROM Deals", "Deals"),
            ("/crm/v8/coql", "", ""),
            ("/crm/v8/Leads", r#"{"note": "from Paris"}"#, ""),
            ("/crm/bulk/v8/read", r#"{"query": {"module": {"api_name": "Leads"}}}"#, "Leads"),
            (
                "/crm/bulk/v8/write",
                r#"{"resource": [{"module": {"api_name": "Deals"}}, {"module": "Leads"}]}"#,
                "Deals Leads",
            ),
            ("https://evil.example/coql", "select id from Leads", ""),
        ] {
            assert_eq!(of(url, body).0.join(" "), modules, "{url} {body}");
        }
    }

    #[test]
    fn wrapped_requests_are_calls() {
        let body = r#"{"__composite_requests": [
            {"sub_request_id": "1", "method": "GET", "uri": "/crm/v8/Leads/1"},
            {"method": "POST", "uri": "/crm/v8/coql", "body": {"select_query": "select id from Deals"}},
            {"method": "GET", "uri": "/crm/v8/settings/fields"}, {"nothing": 1}]}"#;
        let (modules, calls) = of("/crm/v8/__composite_requests", body);
        assert_eq!(modules, ["Leads", "Deals"]);
        assert_eq!(
            calls,
            ["GET /crm/v8/Leads/1 []", r#"POST /crm/v8/coql ["Deals"]"#, "GET /crm/v8/settings/fields []"]
        );
        assert!(of("/crm/v8/__composite_requests", "[[[[").1.is_empty());
    }
}
