//! Consent URLs: the links that send a user to Zoho's consent page, and the calls that take a list of scopes.
//!
//! A URL is recognised by its path, not by its host: self-hosted products speak the same protocol on hosts of their own
//! (<https://www.manageengine.com/analytics-plus/api/v2/authentication/refresh-token.html>). The paths are those of
//! <https://accounts.zoho.com/.well-known/openid-configuration>, of the vendor's pages on devices and incremental
//! authorization under <https://www.zoho.com/accounts/protocol/oauth/>, and of portals
//! (<https://www.zoho.com/commerce/api/oauth-step-4.html>).

use std::ops::Range;

use super::query::{parameters, scopes_in};
use super::{ConsentUrl, Flow, List, Request};
use crate::text::{Place, SourceId, Span};

/// Whether a text is a consent URL: `https://{host}/oauth/v2/auth?…` and the other forms of [`Flow`], with or without
/// scheme, host and query. Quotes, angle brackets and blanks around it are ignored.
///
/// ```
/// use zscope::input::is_consent_url;
///
/// assert!(is_consent_url("https://accounts.zoho.eu/oauth/v2/auth?scope=ZohoBooks.invoices.READ"));
/// assert!(!is_consent_url("https://accounts.zoho.eu/oauth/v2/token/revoke"));
/// ```
#[must_use]
pub fn is_consent_url(text: &str) -> bool {
    Shape::of(text).is_some()
}

/// Reads a consent URL; `None` when [`is_consent_url`] says it is none. `text` begins at byte `offset` of the source.
///
/// All parameters named `scope`, in any case, together are the request. Without one the request has no items.
#[must_use]
pub fn read_url(source: SourceId, text: &str, offset: usize) -> Option<Request> {
    let shape = Shape::of(text)?;
    let url_place = Place::new(source, Span::new(shape.url.start, shape.url.end).shifted(offset));
    let params = parameters(source, text.get(shape.query.clone()).unwrap_or(""), offset + shape.query.start);
    // What the retired interface calls its scope is none.
    let list = if shape.flow == Flow::AuthToken { List::default() } else { scopes_in(text, offset, &params) };
    let place = list.span().map_or(url_place, |span| Place::new(source, span));
    let host = text.get(shape.host).unwrap_or("").to_ascii_lowercase();
    let url = ConsentUrl { place: url_place, host, flow: shape.flow, params, open: false };
    let (items, separators) = (list.items, list.separators);
    Some(Request { separators, url: Some(url), ..Request::new(place, items) })
}

/// Whether a text is a consent URL that names scopes, and not just the address of an endpoint.
pub(super) fn asks_for_scopes(source: SourceId, text: &str) -> bool {
    read_url(source, text, 0).is_some_and(|request| !request.items.is_empty())
}

/// Where the next consent URL stands in a line of text.
///
/// It ends where the quote or bracket before it is closed, where another URL begins, or with the line: people write
/// blanks into the `scope` parameter.
pub(super) fn find(line: &str) -> Option<Range<usize>> {
    let bytes = line.as_bytes();
    let mut from = 0;
    for (slash, _) in line.match_indices('/') {
        let is_marker = slash >= from
            && matches!(bytes.get(slash + 1), Some(b'v' | b'V'))
            && slash
                .checked_sub(5)
                .and_then(|at| bytes.get(at..slash))
                .is_some_and(|s| s.eq_ignore_ascii_case(b"oauth"));
        if !is_marker {
            continue;
        }
        let before = line.get(from..slash).unwrap_or("");
        let start = slash - before.rsplit(ends_head).next().map_or(0, str::len);
        let rest = line.get(start..).unwrap_or("");
        if Head::of(rest).is_some() {
            return Some(start..start + extent(line.get(..start).unwrap_or("").chars().next_back(), rest));
        }
        // What ends the head ends it for every other slash in it as well.
        from = start + head_len(rest);
    }
    None
}

/// How far a URL reaches that stands after `before` and begins `rest`.
fn extent(before: Option<char>, rest: &str) -> usize {
    let closing = match before {
        Some(quote @ ('"' | '\'' | '`')) => Some(quote),
        Some('<') => Some('>'),
        Some('(') => Some(')'),
        _ => None,
    };
    let end = rest.char_indices().find_map(|(at, c)| match c {
        c if Some(c) == closing => Some(at),
        ':' if rest.get(at..)?.starts_with("://") => {
            let head = rest.get(..at)?;
            let head = head.strip_suffix("https").or_else(|| head.strip_suffix("http"))?;
            let head = head.trim_end_matches(['"', '\'', '`', '<', '(']);
            head.ends_with(char::is_whitespace).then_some(head.len())
        }
        _ => None,
    });
    end.unwrap_or(rest.len())
}

/// A URL taken apart; ranges of bytes in its text.
struct Shape {
    url: Range<usize>,
    host: Range<usize>,
    flow: Flow,
    query: Range<usize>,
}

impl Shape {
    fn of(text: &str) -> Option<Self> {
        let url = trimmed(text);
        let body = text.get(url.clone())?;
        let head = Head::of(body)?;
        let query = match body.as_bytes().get(head.len) {
            Some(b'?') => url.start + head.len + 1..url.end,
            _ => url.end..url.end,
        };
        let host = url.start + head.host.start..url.start + head.host.end;
        Some(Self { url, host, flow: head.flow, query })
    }
}

/// Scheme, host and path of a URL.
struct Head {
    len: usize,
    host: Range<usize>,
    flow: Flow,
}

impl Head {
    /// The head of the consent URL that a text begins with.
    fn of(text: &str) -> Option<Self> {
        let head = text.get(..head_len(text))?;
        let rest = match head.split_once("://") {
            Some((scheme, rest)) => {
                let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
                is_web.then_some(rest)?
            }
            None => head.strip_prefix("//").unwrap_or(head),
        };
        let (authority, path) = rest.split_once('/')?;
        let flow = flow_of(path)?;
        let (host_at, host) = host_of(authority);
        let start = head.len() - rest.len() + host_at;
        Some(Self { len: head.len(), host: start..start + host.len(), flow })
    }
}

/// How far scheme, host and path can reach.
fn head_len(text: &str) -> usize {
    text.find(ends_head).unwrap_or(text.len())
}

/// Characters that stand in no scheme, host or path, templates' placeholders included.
pub(super) fn ends_head(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '?' | '#' | '"' | '\'' | '`' | '<' | '>' | '(' | '=' | ',' | ';' | '|' | '&')
}

/// The URL without the quotes, brackets and blanks around it.
fn trimmed(text: &str) -> Range<usize> {
    let edge = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '\u{feff}');
    let start = text.len() - text.trim_start_matches(edge).len();
    let opened = text.get(..start).and_then(|lead| lead.chars().next_back());
    let mut end = text.len();
    if let (Some(quote @ ('"' | '\'' | '`')), Some(rest)) = (opened, text.get(start..)) {
        end = rest.find(quote).map_or(end, |at| start + at);
    }
    let body = text.get(start..end).unwrap_or("");
    start..start + body.trim_end_matches(|c| edge(c) || matches!(c, ')' | ']' | ',' | ';')).len()
}

/// Which endpoint a path (without its leading slash) belongs to. Self-hosted products put a prefix before it.
fn flow_of(path: &str) -> Option<Flow> {
    let segments: Vec<String> = path.trim_end_matches('/').rsplit('/').take(4).map(str::to_ascii_lowercase).collect();
    let from_last: Vec<&str> = segments.iter().map(String::as_str).collect();
    match from_last.as_slice() {
        ["auth", "v2", "oauth", ..] => Some(Flow::Authorize),
        ["token", "v2", "oauth", ..] | ["token", _, "v2", "clientoauth"] => Some(Flow::Token),
        ["addextrascope", "token", "v2", "oauth"] => Some(Flow::Enhance),
        ["code", "device", "v3", "oauth"] => Some(Flow::Device),
        ["auth", _, "v2", "clientoauth"] => Some(Flow::Portal),
        ["create", "apiauthtoken", ..] | ["create", _, "apiauthtoken", ..] => Some(Flow::AuthToken),
        _ => None,
    }
}

/// The host of an authority, without user and port, and where it begins.
fn host_of(authority: &str) -> (usize, &str) {
    // What stands before the last `@` is a user's name, however much it looks like a host.
    let start = authority.rfind('@').map_or(0, |at| at + 1);
    let host = authority.get(start..).unwrap_or("");
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    (start, host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(host, _)| host))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::samples::{check_places, sources, written};
    use crate::text::percent::decode_query;

    #[test]
    fn each_endpoint_is_known_by_its_path() {
        for (url, flow, host) in [
            ("https://accounts.zoho.com/oauth/v2/auth?scope=a", Flow::Authorize, "accounts.zoho.com"),
            ("HTTPS://Accounts.Zoho.COM.AU:443/oauth/v2/auth/?x", Flow::Authorize, "accounts.zoho.com.au"),
            ("http://localhost:8080/iam/oauth/v2/token", Flow::Token, "localhost"),
            ("accounts.zohocloud.ca/oauth/v2/token/addextrascope?scope=a", Flow::Enhance, "accounts.zohocloud.ca"),
            ("//accounts.zoho.eu/oauth/v3/device/code", Flow::Device, "accounts.zoho.eu"),
            ("/oauth/v2/auth?scope=a", Flow::Authorize, ""),
            ("https://accounts.zohoportal.com/clientoauth/v2/10012/auth#x", Flow::Portal, "accounts.zohoportal.com"),
            ("https://a.zohoplatform.eu/clientoauth/v2/{portal}/token", Flow::Token, "a.zohoplatform.eu"),
            ("${ACCOUNTS}/oauth/v2/auth?scope=a", Flow::Authorize, "${accounts}"),
            ("{{accounts}}/oauth/v2/auth", Flow::Authorize, "{{accounts}}"),
            ("https://accounts.zoho.com@evil.example/oauth/v2/auth", Flow::Authorize, "evil.example"),
            ("  \"https://accounts.zoho.in/oauth/v2/auth?scope=a\" ", Flow::Authorize, "accounts.zoho.in"),
            ("<https://accounts.zoho.in/oauth/v2/auth>", Flow::Authorize, "accounts.zoho.in"),
        ] {
            let (_, id) = sources(url);
            let found = read_url(id, url, 0).and_then(|request| request.url);
            assert_eq!(found.map(|found| (found.flow, found.host)), Some((flow, host.to_owned())), "{url}");
        }
        for text in [
            "",
            "/",
            "oauth/v2/auth",
            "ZohoBooks.invoices.READ",
            "https://accounts.zoho.com/",
            "https://accounts.zoho.com/oauth/v2/token/revoke?token=x",
            "https://accounts.zoho.com/oauth/v2/authorize",
            "https://accounts.google.com/o/oauth2/v2/auth?scope=a",
            "https://accounts.zoho.com/?next=/oauth/v2/auth",
            "ftp://accounts.zoho.com/oauth/v2/auth",
            "see https://accounts.zoho.com/oauth/v2/auth",
            "ZohoBooks.invoices.READ,x/oauth/v2/auth",
        ] {
            assert!(!is_consent_url(text), "{text}");
        }
    }

    #[test]
    fn scopes_and_parameters_have_exact_places() {
        for (query, scopes) in [
            ("scope=A.b.READ,A.c.READ&client_id=1000.X", &["A.b.READ", "A.c.READ"][..]),
            ("client_id=x&amp;SCOPE=A.b.READ%2CA.c.READ&amp;access_type=offline", &["A.b.READ", "A.c.READ"]),
            ("a=1&#38;scope=A.b.READ+A.c.READ%20A.d.READ#scope=X.y.READ", &["A.b.READ", "A.c.READ", "A.d.READ"]),
            ("scope=A.b.READ&x&scope=A.c.READ", &["A.b.READ", "A.c.READ"]),
            ("sc%6Fpe=A%2Eb.READ", &["A.b.READ"]),
            ("scope=A.b.READ, A.c.READ&x=1", &["A.b.READ", "A.c.READ"]),
            ("soid=ZohoCRM.600123&grant_type=client_credentials&scope=A.b.READ", &["A.b.READ"]),
            ("soid=ZohoCRM.600123", &[]),
            ("scope=&&=&a==b", &[]),
            ("scope", &[]),
            ("", &[]),
        ] {
            let text = format!("é https://accounts.zoho.com/oauth/v2/auth?{query}");
            let (sources, id) = sources(&text);
            let request = read_url(id, &text[3..], 3).unwrap();
            assert_eq!(written(&request.items), scopes, "{query}");
            check_places(&sources, &request.items);
            let url = request.url.unwrap();
            assert_eq!(sources.get(id).slice(url.place.span), &text[3..], "{query}");
            for param in &url.params {
                let value = sources.get(id).slice(param.value_place.span);
                assert_eq!(decode_query(value), param.value, "{query}");
                let whole = sources.get(id).slice(param.place.span);
                assert!(whole.ends_with(value) && decode_query(whole).starts_with(&param.name), "{query}");
            }
            if scopes.is_empty() {
                assert_eq!(request.place, url.place, "{query}");
            }
        }
    }

    #[test]
    fn parameters_are_found_by_name_in_any_case() {
        let text = "https://accounts.zoho.com/oauth/v2/auth?Access_Type=offline&prompt=consent+x&state";
        let url = read_url(sources(text).1, text, 0).and_then(|request| request.url).unwrap();
        assert_eq!(url.param("access_type").map(|param| param.value.as_str()), Some("offline"));
        assert_eq!(url.param("prompt").map(|param| param.value.as_str()), Some("consent x"));
        assert_eq!(url.param("state").map(|param| param.value.as_str()), Some(""));
        assert!(url.param("scope").is_none());
    }

    #[test]
    fn urls_are_found_inside_a_line() {
        let url = "https://accounts.zoho.com/oauth/v2/auth?scope=a";
        for (line, expected) in [
            (format!("{url}, b&x=1"), Some(format!("{url}, b&x=1"))),
            (format!("curl -X POST \"{url}\" -H 'x'"), Some(url.to_owned())),
            (format!("[link]({url}) text"), Some(url.to_owned())),
            (format!("URL={url}"), Some(url.to_owned())),
            (format!("{url} {url}"), Some(format!("{url} "))),
            (
                format!("open {url}&redirect_uri=https://x/oauth/v2/auth"),
                Some(format!("{url}&redirect_uri=https://x/oauth/v2/auth")),
            ),
            ("é\u{a0}/oauth/v2/auth".to_owned(), Some("/oauth/v2/auth".to_owned())),
            ("https://x.example/oauth/v1/auth".to_owned(), None),
            ("/v2/oauth/v /v".to_owned(), None),
        ] {
            assert_eq!(find(&line).map(|range| line[range].to_owned()), expected, "{line}");
        }
    }

    #[test]
    fn long_lines_are_searched_in_one_pass() {
        // Quadratic search would take minutes.
        assert_eq!(find(&"oauth/v2/".repeat(200_000)), None);
        assert_eq!(find(&"oauth/v2=".repeat(200_000)), None);
        assert_eq!(find(&"oauth/v2/x?".repeat(200_000)), None);
        let urls = "(http://x/oauth/v2/auth ".repeat(50_000);
        let (mut rest, mut count) = (urls.as_str(), 0);
        while let Some(range) = find(rest) {
            rest = &rest[range.end..];
            count += 1;
        }
        assert_eq!(count, 50_000);
    }

    proptest! {
        #[test]
        fn any_url_is_read_and_every_place_is_exact(
            head in "( |\"|<|https://|//)?[a-z.@:{}]{0,12}",
            query in "(\\PC|[&=#?%+;, ]|&amp;|scope=|%2[0C]|é){0,40}",
            line in "(\\PC|https?://|/oauth/v2/auth|[ \"?&=(<]){0,20}",
        ) {
            let text = format!("{head}/oauth/v2/auth?{query}");
            let (sources, id) = sources(&text);
            if let Some(request) = read_url(id, &text, 0) {
                check_places(&sources, &request.items);
            }
            if let Some(range) = find(&line) {
                prop_assert!(is_consent_url(&line[range]));
            }
            }
    }
}
