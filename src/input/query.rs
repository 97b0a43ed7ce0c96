//! Query strings, taken apart with exact places.

use super::{List, Param, Request, read_list};
use crate::text::percent::decode_query;
use crate::text::{Place, SourceId, Span};

/// What separates parameters where a URL was copied out of HTML.
const ESCAPED_AMPERSANDS: [&str; 4] = ["&amp;", "&#38;", "&#038;", "&#x26;"];

/// Takes a query apart that begins at byte `offset` of the source. It ends at a `#`.
pub(super) fn parameters(source: SourceId, query: &str, offset: usize) -> Vec<Param> {
    let place = |start: usize, end: usize| Place::new(source, Span::new(start, end).shifted(offset));
    let mut params = Vec::new();
    let mut start = 0;
    while let Some(rest) = query.get(start..) {
        let end = start + rest.find(['&', '#']).unwrap_or(rest.len());
        let written = query.get(start..end).unwrap_or("");
        let (name, value) = written.split_once('=').unwrap_or((written, ""));
        if !written.is_empty() {
            params.push(Param {
                name: decode_query(name),
                value: decode_query(value),
                place: place(start, end),
                value_place: place(end - value.len(), end),
            });
        }
        let Some(tail) = query.get(end..).filter(|tail| tail.starts_with('&')) else { break };
        let escaped = ESCAPED_AMPERSANDS
            .iter()
            .find(|entity| tail.get(..entity.len()).is_some_and(|head| head.eq_ignore_ascii_case(entity)));
        start = end + escaped.map_or(1, |entity| entity.len());
    }
    params
}

/// The scopes that the parameters named `scope`, in any case, list. `text` begins at byte `offset` of the source.
pub(super) fn scopes_in(text: &str, offset: usize, params: &[Param]) -> List {
    let mut list = List::default();
    for param in params.iter().filter(|param| param.name.trim().eq_ignore_ascii_case("scope")) {
        let Place { source, span } = param.value_place;
        let value = text.get(span.start - offset..span.end - offset).unwrap_or("");
        list.append(read_list(source, value, span.start), None);
    }
    list
}

/// Reads the query of a URL without the URL, such as `scope=ZohoBooks.invoices.READ&client_id=…`; `None` when it is
/// none or names no scopes.
pub(super) fn read_query(source: SourceId, text: &str, offset: usize) -> Option<Request> {
    let start = text.len() - text.trim_start_matches(['?', '&', ' ']).len();
    let query = text.get(start..)?;
    let (first, _) = query.split_once('=')?;
    if first.is_empty() || !first.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
        return None;
    }
    let params = parameters(source, query, offset + start);
    Request::of_list(source, scopes_in(text, offset, &params))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::samples::{check_places, sources, written};

    #[test]
    fn a_query_is_cut_at_ampersands_in_every_form() {
        for (query, expected) in [
            ("a=1&b=2", &[("a", "1"), ("b", "2")][..]),
            (
                "a=1&amp;b=2&AMP;c=3&#38;d=4&#038;e=5&#x26;f",
                &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", "5"), ("f", "")],
            ),
            ("a%20b=c+d%2B&x==y", &[("a b", "c d+"), ("x", "=y")]),
            ("a=1#b&c=2", &[("a", "1")]),
            ("&&=&", &[("", "")]),
            ("", &[]),
        ] {
            let params = parameters(sources("").1, query, 0);
            let found: Vec<_> = params.iter().map(|param| (param.name.as_str(), param.value.as_str())).collect();
            assert_eq!(found, expected, "{query}");
        }
    }

    #[test]
    fn a_bare_query_is_read_as_one() {
        for (text, scopes) in [
            ("scope=A.b.READ,A.c.READ", Some(&["A.b.READ", "A.c.READ"][..])),
            ("?client_id=1000.X&scope=A.b.READ&state=A.x.READ", Some(&["A.b.READ"])),
            ("client_id=1000.X", None),
            ("A.b.READ,scope=A.c.READ", None),
            ("scope", None),
            ("=&scope=A.b.READ", None),
        ] {
            let (sources, id) = sources(text);
            let request = read_query(id, text, 0);
            assert_eq!(request.as_ref().map(|request| written(&request.items)), scopes.map(<[_]>::to_vec), "{text}");
            check_places(&sources, &request.map(|request| request.items).unwrap_or_default());
        }
    }

    proptest! {
        #[test]
        fn any_query_is_read_and_every_place_is_exact(query in "(\\PC|[&=#?%+;, ]|&amp;|scope=|%2[0C]|é){0,40}") {
            let (sources, id) = sources(&query);
            for param in parameters(id, &query, 0) {
                let slice = |place: Place| sources.get(id).slice(place.span);
                prop_assert_eq!(decode_query(slice(param.value_place)), param.value);
                prop_assert!(decode_query(slice(param.place)).starts_with(&param.name));
            }
            check_places(&sources, &read_query(id, &query, 0).map(|request| request.items).unwrap_or_default());
        }
    }
}
