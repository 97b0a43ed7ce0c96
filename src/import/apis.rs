//! Reading the list of APIs that CRM gives of itself, the answer of `GET /crm/v8/__apis`.
//!
//! The vendor describes it at <https://www.zoho.com/crm/developer/docs/api/v8/list-available-rest-apis.html>: a list
//! of paths, each with its methods, and for each method one text with the scopes. How several scopes combine there is
//! not said; only a separator that is a word or a sign of its own tells.

use super::tree::{entries, get, items, root, scalar, text};
use super::{Call, Combine, Content, RawNeeds, RemarkKind, Remarks, Written};
use crate::text::{Problem, Span};

/// The methods that the catalog can hold.
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// Reads one answer.
pub(super) fn read(text: &str, combine: Option<Combine>, remarks: &mut Remarks) -> Result<Content, Vec<Problem>> {
    let root = root(text, "the answer of `GET /crm/v8/__apis`")?;
    let Some(list) = get(&root, "__apis") else {
        let problem = Problem::new(root.span, "the key `__apis` is missing: this is no list of APIs");
        return Err(vec![match get(&root, "openapi") {
            Some(_) => problem.help("use `zscope catalog import openapi` for an OpenAPI document"),
            None => problem.help("save the whole answer of `GET /crm/v8/__apis`"),
        }]);
    };
    let mut problems = Vec::new();
    let mut content = Content { place: list.span, ..Content::default() };
    for api in items(Some(list), "__apis", &mut problems) {
        let Some(path) = get(api, "path") else {
            problems.push(Problem::new(api.span, "an API has a `path`"));
            continue;
        };
        let Some((path, _)) = scalar(path, "`path`", &mut problems) else { continue };
        for operation in items(get(api, "operation_types"), "operation_types", &mut problems) {
            if let Some(call) = self::call(path, operation, combine, remarks, &mut problems) {
                content.calls.push(call);
            }
        }
    }
    if problems.is_empty() && content.calls.is_empty() {
        problems.push(Problem::new(list.span, "`__apis` lists no call"));
    }
    if problems.is_empty() { Ok(content) } else { Err(problems) }
}

fn call(
    path: &str,
    operation: &crate::yaml::Node,
    combine: Option<Combine>,
    remarks: &mut Remarks,
    problems: &mut Vec<Problem>,
) -> Option<Call> {
    entries(Some(operation), "an operation", problems);
    let Some(method) = text(operation, "method") else {
        problems.push(Problem::new(operation.span, "an operation has a `method`"));
        return None;
    };
    let method = method.trim().to_uppercase();
    let path = path.trim();
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    if !METHODS.contains(&method.as_str()) {
        let message = format!("`{method} {path}`: the catalog holds no calls of this method");
        remarks.add(RemarkKind::LeftOut, message, operation.span);
        return None;
    }
    let needs = match get(operation, "oauth_scope") {
        None => RawNeeds::Silent("it has no `oauth_scope`"),
        Some(node) => {
            let (scopes, span) = scalar(node, "`oauth_scope`", problems)?;
            needs(scopes, span, combine, remarks)
        }
    };
    Some(Call { method, path, summary: String::new(), needs, span: operation.span })
}

/// The scopes of one text, and how they combine.
fn needs(text: &str, span: Span, combine: Option<Combine>, remarks: &mut Remarks) -> RawNeeds {
    let mut scopes = Vec::new();
    let mut any = false;
    let mut all = false;
    for piece in text.split([',', ';', ' ', '\t', '\n', '\r']) {
        match piece.to_ascii_lowercase().as_str() {
            "" => {}
            "or" | "|" | "||" => any = true,
            "and" | "&" | "&&" | "+" => all = true,
            _ => {
                any |= piece.contains('|');
                all |= piece.contains(['&', '+']);
                let names = piece.split(['|', '&', '+']).filter(|name| !name.is_empty());
                scopes.extend(names.map(|name| Written { text: name.to_owned(), span }));
            }
        }
    }
    if scopes.is_empty() {
        return RawNeeds::Silent("its `oauth_scope` names no scope");
    }
    let read = match (combine, any, all) {
        (Some(combine), ..) => combine,
        (None, true, false) => Combine::Any,
        (None, false, true) => Combine::All,
        (None, ..) => Combine::Unstated,
    };
    if combine.is_none() && scopes.len() > 1 {
        let message = match read {
            Combine::Any => "several scopes are read as any of them, as the word or sign between them says",
            Combine::All => "several scopes are read as all of them, as the word or sign between them says",
            Combine::Unstated => "several scopes, and nothing says whether any or all of them are needed",
        };
        remarks.add(RemarkKind::Combined, message.to_owned(), span);
    }
    RawNeeds::Sets(vec![scopes], read)
}
