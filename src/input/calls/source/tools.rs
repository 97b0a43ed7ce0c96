//! Tools of Zoho's MCP servers: lists of tools, and of what a program may use.

use super::code::{Code, Kind};
use super::tables;
use super::zoho::Zoho;
use crate::input::calls::json::Json;
use crate::input::calls::seen::{Certainty, SeenCall, SeenCalls, Via};
use crate::text::{Place, SourceId, Span};

/// How deep a document is looked into.
const MAX_DEPTH: usize = 24;

/// What names of tools begin with, for those that no list has.
const PRODUCTS: [&str; 14] = [
    "ZohoCRM_",
    "ZohoBooks_",
    "ZohoDesk_",
    "ZohoInventory_",
    "ZohoAnalytics_",
    "ZohoCreator_",
    "ZohoProjects_",
    "ZohoCliq_",
    "ZohoPeople_",
    "ZohoMail_",
    "ZohoCalendar_",
    "ZohoSheet_",
    "ZohoSprints_",
    "ZohoWorkdrive_",
];

/// Finds the tools that a document of JSON names; what it denies is left out.
pub(in crate::input::calls) fn of_json(root: Json<'_>, zoho: &Zoho<'_>) -> SeenCalls {
    let mut seen = SeenCalls::default();
    walk(root, zoho, 0, &mut seen);
    seen
}

fn walk(value: Json<'_>, zoho: &Zoho<'_>, depth: usize, seen: &mut SeenCalls) {
    if let Some(text) = value.text() {
        name(&text, value.place(), zoho, seen);
    } else if depth == MAX_DEPTH {
        seen.leave(value.place(), format!("values nest deeper than {MAX_DEPTH}"));
    } else if value.is_object() {
        for (key, member) in value.members() {
            let key = key.to_ascii_lowercase();
            let is_denied =
                ["deny", "denied", "disabled", "disallowed", "exclude", "block"].iter().any(|word| key.contains(word));
            let is_prose = matches!(key.as_str(), "description" | "title" | "summary");
            if !is_denied && !is_prose {
                walk(member, zoho, depth + 1, seen);
            }
        }
    } else {
        for item in value.items() {
            walk(item, zoho, depth + 1, seen);
        }
    }
}

/// Finds the tools that texts of source code are.
pub(in crate::input::calls) fn of_code(source: SourceId, code: &Code<'_>, zoho: &Zoho<'_>, seen: &mut SeenCalls) {
    for (at, token) in code.tokens.iter().enumerate() {
        if let Kind::Text(_) = token.kind
            && let Some(text) = code.plain(at).filter(|text| text.len() < 200 && text.contains('_'))
        {
            name(text, Place::new(source, Span::new(token.span.start, token.span.end)), zoho, seen);
        }
    }
}

/// Takes a text that is the name of a tool.
fn name(text: &str, place: Place, zoho: &Zoho<'_>, seen: &mut SeenCalls) {
    // `mcp__zoho__ZohoCRM_getRecords`
    let (server, tool) = match text.strip_prefix("mcp__") {
        Some(rest) => rest.split_once("__").map_or((Some(rest), "*"), |(server, tool)| (Some(server), tool)),
        None => (None, text),
    };
    if tool == "*" {
        if server.is_some_and(|server| server.to_ascii_lowercase().contains("zoho")) {
            seen.leave(place, "every tool of a server of Zoho's: name those that are used");
        }
        return;
    }
    let Some(task) = tables::tool(tool) else {
        let is_word = tool.bytes().all(|b| b == b'_' || b == b'*' || b.is_ascii_alphanumeric());
        if is_word && PRODUCTS.iter().any(|product| tool.starts_with(product)) {
            seen.leave(place, format!("the tool `{tool}` is not known"));
        }
        return;
    };
    let certainty = if task.basis == "assumed" { Certainty::Guessed } else { Certainty::Likely };
    let url = if task.path.is_empty() { String::new() } else { zoho.address(task.service, task.path) };
    let mut call = SeenCall::new(task.method, url, place, certainty, Via::Mcp { tool: tool.to_owned() });
    call.needs = task.needs();
    seen.add(call);
}
