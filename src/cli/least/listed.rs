//! The answer as what it is pasted into: a list, a consent URL, a policy.

use std::fmt::Write as _;

use super::Answer;
use crate::catalog::data_centre::DataCentre;
use crate::report::clean;

/// How many calls are named as the reason for a scope.
const REASONS: usize = 4;

/// One line, with commas.
pub(super) fn scopes(answer: &Answer<'_>) -> String {
    format!("{}\n", answer.least.list())
}

/// A consent URL; what only the application knows stands in braces.
pub(super) fn url(answer: &Answer<'_>) -> String {
    let code = answer.app.and_then(|app| app.data_centers.first()).map_or("us", |code| code.value);
    let accounts = DataCentre::by_code(code).map_or("accounts.zoho.com", |centre| centre.accounts_host);
    let client = answer.app.and_then(|app| app.clients.first()).map_or("{client_id}", |client| client.value.as_str());
    format!(
        "https://{accounts}/oauth/v2/auth?response_type=code&client_id={client}&redirect_uri={{redirect_uri}}&state={{state}}&scope={}\n",
        answer.least.list()
    )
}

/// Entries of an application, each with the calls that need it as its reason.
pub(super) fn policy(answer: &Answer<'_>) -> String {
    let name = answer.app.map_or("my-app", |app| app.name.as_str());
    let least = answer.least;
    let mut text = format!("apps:\n  {}:\n    allow:\n", quoted(name));
    for chosen in &least.scopes {
        let calls: Vec<&str> =
            chosen.needed_by.iter().filter_map(|row| least.rows.get(*row)).map(|row| row.call.as_str()).collect();
        let shown = calls.get(..REASONS).unwrap_or(&calls);
        let mut why = shown.iter().map(|call| clean(call).into_owned()).collect::<Vec<_>>().join(", ");
        if calls.len() > shown.len() {
            let _ = write!(why, " and {} more", calls.len() - shown.len());
        }
        let _ = writeln!(text, "      - {{ scope: {}, why: {} }}", quoted(&chosen.scope.to_string()), quoted(&why));
    }
    if least.scopes.is_empty() {
        text = format!("apps:\n  {}:\n    allow: []\n", quoted(name));
    }
    if answer.app.is_none() {
        text.push_str("    calls:\n");
        for row in least.rows.iter().filter(|row| row.need.is_matched()) {
            if let Some(call) = of_policy(&row.call) {
                let _ = writeln!(text, "      - {}", quoted(&call));
            }
        }
    }
    text
}

/// A call as policies list it: a method and a path, with the host that says whose it is. What has none, such as an operation
/// by its name, is no call of a policy.
fn of_policy(call: &str) -> Option<String> {
    let (method, address) = call.split_once(' ')?;
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').filter(|at| *at > 0).map(|at| rest.split_at(at))?,
        None => ("", address),
    };
    match path {
        ("", path) => path.starts_with('/').then(|| format!("{method} {path}")),
        (host, path) => Some(format!("{method} https://{host}{path}")),
    }
}

/// A string of YAML: in double quotes as JSON has them, where it is more than a plain name.
fn quoted(text: &str) -> String {
    let is_plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !["true", "false", "yes", "no", "on", "off", "null"].contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}
