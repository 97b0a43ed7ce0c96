//! Lines of a method and an address: `GET /crm/v8/Leads`.

use super::seen::{Certainty, Left, Method, SeenCall, SeenCalls, Via};
use crate::catalog::calls::{Call, NoCall};
use crate::text::{Place, SourceId, Span};

/// What may stand around a line: quotes, the mark of a list, what ends an item of one.
const AROUND: &[char] = &[' ', '\t', '\r', '"', '\'', '`', ',', ';', '[', ']'];

/// Reads the call of a line; `None` of an empty one and of a comment.
pub(super) fn call_of(source: SourceId, line: &str, at: usize) -> Option<Result<SeenCall, Left>> {
    let body = line.trim_start().strip_prefix("- ").unwrap_or(line).trim_matches(AROUND);
    if body.is_empty() || body.starts_with('#') || body.starts_with("//") && !body.contains("://") {
        return None;
    }
    let start = at + body.as_ptr().addr() - line.as_ptr().addr();
    let place = Place::new(source, Span::new(start, start + body.len()));
    Some(match body.parse::<Call>() {
        Ok(call) => {
            let (method, url) = match body.split_once(char::is_whitespace) {
                Some((_, url)) => (call.method.as_deref().and_then(Method::named), url.trim()),
                None => (None, body),
            };
            // `GET /crm/v8/Leads HTTP/1.1`, and what people note after the address.
            let url = url.split(char::is_whitespace).next().unwrap_or(url);
            Ok(SeenCall::new(method, url, place, Certainty::Proven, Via::Line))
        }
        Err(error) => Err(Left { place, reason: reason(&error), count: 1 }),
    })
}

fn reason(error: &NoCall) -> String {
    match error {
        // The text may be anything, also a secret.
        NoCall::Path(_) => "the line is neither a path nor an https URL".to_owned(),
        NoCall::Method { .. } => "the line does not begin with an HTTP method or an address".to_owned(),
        NoCall::Empty => error.to_string(),
    }
}

/// Reads every line of a text.
pub(super) fn read(source: SourceId, text: &str) -> SeenCalls {
    let mut seen = SeenCalls::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match call_of(source, line.trim_end_matches('\n'), at) {
            Some(Ok(call)) => seen.add(call),
            Some(Err(left)) => seen.leave(left.place, left.reason),
            None => {}
        }
        at += line.len();
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Sources;

    #[test]
    fn lines_of_method_and_address() {
        let text = "# what the app does\nGET /crm/v8/Leads\n\n- `post https://www.zohoapis.eu/books/v3/invoices?x=1`\n\
                    \"DELETE /crm/v8/Leads/{id}\",\r\nGET /crm/v8/Leads\n/desk/x\nGET\nFETCH /x\nthe end\n";
        let id = Sources::default().next_id();
        let seen = read(id, text);
        let calls: Vec<_> =
            seen.calls.iter().map(|c| (c.method.map(Method::as_str), c.url.as_str(), c.count)).collect();
        assert_eq!(
            calls,
            [
                (Some("GET"), "/crm/v8/Leads", 2),
                (Some("POST"), "https://www.zohoapis.eu/books/v3/invoices?x=1", 1),
                (Some("DELETE"), "/crm/v8/Leads/{id}", 1),
                (None, "/desk/x", 1),
            ]
        );
        let place = seen.calls[1].place.span;
        assert_eq!(&text[place.start..place.end], "post https://www.zohoapis.eu/books/v3/invoices?x=1");
        assert_eq!(seen.left.len(), 3, "{:?}", seen.left);
    }
}
