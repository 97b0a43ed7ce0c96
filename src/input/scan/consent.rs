//! The consent URL in which a scope of a source stands.

use crate::input::{ConsentUrl, Flow, Item, Param, Request, read_url, recognise, url};
use crate::scope::is_placeholder;
use crate::text::{Place, SourceId, Span};

/// How far before a scope its URL may begin, and how far after it may end, in bytes.
const REACH: usize = 2000;

/// The URL around a scope that stands at `at`: its parts, and what it asks for besides the scopes that a scan sees.
pub(super) struct Around {
    pub(super) url: ConsentUrl,
    /// One-word scopes, and texts in the place of scopes that are none.
    pub(super) others: Vec<Item>,
}

/// Finds the consent URL around a place. `services` tells whether a name begins as a service's does.
pub(super) fn around(source: SourceId, text: &str, at: usize, is_service: impl Fn(&str) -> bool) -> Option<Around> {
    let reach = text.floor_char_boundary(at.saturating_sub(REACH));
    let from = reach + text.get(reach..at)?.rfind('\n').map_or(0, |end| end + 1);
    // Cheap, and false nearly everywhere.
    text.get(from..at)?.rfind("auth/v")?;
    let rest = text.get(at..text.floor_char_boundary(text.len().min(at + REACH)))?;
    let to = at + rest.find(['\n', '\r']).unwrap_or(rest.len());
    let window = text.get(from..to)?;
    let mut begin = 0;
    let range = loop {
        let found = url::find(window.get(begin..)?)?;
        let range = begin + found.start..begin + found.end;
        if range.contains(&(at - from)) {
            break range;
        }
        begin = range.end;
    };
    let written = window.get(range.clone())?;
    // A blank ends a URL in prose and in code, whatever the parameters hold.
    let written = written.get(..written.find(char::is_whitespace).unwrap_or(written.len()))?;
    let Request { items, url: read, .. } = read_url(source, written, from + range.start)?;
    let mut url = read.filter(|url| url.place.span.start <= at && at < url.place.span.end)?;
    if goes_on(written, window.get(range.start + written.len()..).unwrap_or("")) {
        // What the program adds is not known: no parameter may be called missing.
        let end = Span::new(url.place.span.end, url.place.span.end);
        let place = Place::new(source, end);
        for name in ["state", "redirect_uri"] {
            if url.param(name).is_none() {
                let (name, value) = (name.to_owned(), format!("{{{name}}}"));
                url.params.push(Param { name, value, place, value_place: place });
            }
        }
    }
    // At a host of Zoho's everything is asked of Zoho.
    let of_zoho = is_of_zoho(&url);
    let is_other = |item: &Item| match &item.scope {
        Ok(scope) if of_zoho => {
            !scope.parts().first().is_some_and(|part| is_placeholder(part)) && is_name(&item.written)
        }
        Ok(scope) => scope.is_word() && recognise::is_oidc_word(&item.written),
        Err(_) => (of_zoho || item.written.split('.').next().is_some_and(&is_service)) && is_dotted_name(&item.written),
    };
    let others = if url.flow == Flow::Token { Vec::new() } else { items.into_iter().filter(is_other).collect() };
    Some(Around { url, others })
}

/// Whether a URL leads to a page of Zoho's own.
pub(super) fn is_of_zoho(url: &ConsentUrl) -> bool {
    url.host.starts_with("accounts.zoho")
}

/// Whether a program adds to the URL: it ends with its literal and an operator, in the middle, or has placeholders.
fn goes_on(url: &str, after: &str) -> bool {
    let closed = after.strip_prefix(['"', '\'', '`']);
    let joined = closed.is_some_and(|rest| rest.trim_start().starts_with(['+', '.', '&', '~', '%', '\\']));
    joined || url.ends_with(['&', '=', '?', '\\']) || url.contains("${") || url.contains('{')
}

/// Whether a text is what it seems, and no part of a template.
fn is_name(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        && !["your", "xxx", "scopes", "scope"].iter().any(|word| text.to_ascii_lowercase().contains(word))
}

fn is_dotted_name(text: &str) -> bool {
    text.contains('.') && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
}
