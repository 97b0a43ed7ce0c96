//! Calls as people and programs write them: method and path, or a URL.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::template::{name_of, segments};
use crate::scope::closest;
use crate::text::percent::{decode, decode_query};

/// The methods that a call can have.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// A call that is looked up: `GET /crm/v8/Leads/123`, `get https://desk.zoho.in/api/v1/tickets?limit=5`, or a template.
///
/// Scheme, user, port and fragment are dropped; so are doubled and trailing slashes. Segments are percent-decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// In upper case; `None` when only an address was given.
    pub method: Option<String>,
    /// In lower case, without user and port; `None` when there is none, or a placeholder in its place.
    pub host: Option<String>,
    pub(super) segments: Vec<Asked>,
    pub(super) query: Vec<(String, String)>,
}

/// One segment of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) text: String,
    pub(super) folded: String,
}

/// Why a text is no call.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoCall {
    /// There is no path.
    #[error("the path is missing")]
    Empty,
    /// The word before the path is no HTTP method.
    #[error("`{word}` is not an HTTP method")]
    Method {
        /// The word.
        word: String,
        /// The method that it looks like.
        near: Option<&'static str>,
    },
    /// Neither a path nor a URL of the web.
    #[error("`{0}` is neither a path nor an https URL")]
    Path(String),
}

impl Asked {
    pub(super) fn new(text: &str) -> Self {
        Self { folded: text.to_ascii_lowercase(), text: text.to_owned() }
    }

    /// Whether a template is looked up, with a placeholder here: `{id}`, `:id`, `${id}`, `%s`, `(\d+)`.
    pub(super) fn is_placeholder(&self) -> bool {
        name_of(&self.text).is_some() || self.text.starts_with(['$', '%']) || self.text == r"(\d+)"
    }

    /// Whether it is, or hides behind encoded slashes, a step upwards: a server that follows it serves another call.
    pub(super) fn leaves_its_place(&self) -> bool {
        decode(&self.text).split(['/', '\\']).any(|step| matches!(step, "." | ".."))
    }
}

impl Call {
    /// A call by its parts; without a method when none was given.
    ///
    /// # Errors
    ///
    /// When the method is none, or the path is neither a path nor a URL.
    pub fn new(method: Option<&str>, address: &str) -> Result<Self, NoCall> {
        let method = method.map(known_method).transpose()?;
        let address = address.trim();
        if address.is_empty() {
            return Err(NoCall::Empty);
        }
        let (front, query) = match address.split('#').next().unwrap_or("").split_once('?') {
            Some((front, query)) => (front, query),
            None => (address.split('#').next().unwrap_or(""), ""),
        };
        let (host, path) = host_and_path(front).ok_or_else(|| NoCall::Path(address.to_owned()))?;
        let asked = |segment: &str| Asked::new(&decode(segment));
        let segments: Vec<Asked> = segments(path).into_iter().map(asked).collect();
        if segments.is_empty() {
            return Err(NoCall::Empty);
        }
        Ok(Self { method, host: host.and_then(named_host), segments, query: parameters(query) })
    }

    /// Its path, as it is looked up: `/crm/v8/Leads`. The query is not part of it: it may hold secrets.
    #[must_use]
    pub fn path(&self) -> String {
        self.segments.iter().fold(String::new(), |path, segment| path + "/" + &segment.text)
    }
}

/// `METHOD PATH`, or an address alone.
impl FromStr for Call {
    type Err = NoCall;

    fn from_str(text: &str) -> Result<Self, NoCall> {
        let text = text.trim();
        match text.split_once(char::is_whitespace) {
            Some((method, address)) => Self::new(Some(method), address),
            None if known_method(text).is_ok() => Err(NoCall::Empty),
            None => Self::new(None, text),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(method) = &self.method {
            write!(f, "{method} ")?;
        }
        if let Some(host) = &self.host {
            write!(f, "https://{host}")?;
        }
        f.write_str(&self.path())
    }
}

fn known_method(word: &str) -> Result<String, NoCall> {
    let upper = word.trim().to_ascii_uppercase();
    if METHODS.contains(&upper.as_str()) {
        return Ok(upper);
    }
    let near = closest(&upper, METHODS).and_then(|near| METHODS.into_iter().find(|method| *method == near));
    Err(NoCall::Method { word: word.to_owned(), near })
}

/// The host, when one is written, and the path.
fn host_and_path(text: &str) -> Option<(Option<&str>, &str)> {
    let split = |rest: &'_ str| rest.find('/').unwrap_or(rest.len());
    let authority = match text.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '{', '$']) => {
            let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
            Some(is_web.then_some(rest)?)
        }
        // Two slashes begin a host only where one follows: `//crm/v8` is a path.
        _ => text.strip_prefix("//").filter(|rest| is_host(rest.get(..split(rest)).unwrap_or(""))),
    };
    if let Some(rest) = authority {
        let (host, path) = rest.split_at_checked(split(rest))?;
        return Some((Some(host), path));
    }
    if text.starts_with('/') {
        return Some((None, text));
    }
    // Without scheme and slash: `desk.zoho.in/api/v1/tickets`, `{{base_url}}/crm/v8/Leads`, or `crm/v8/Leads`.
    let (first, path) = text.split_at_checked(split(text))?;
    if path.is_empty() {
        return None;
    }
    Some(if is_host(first) { (Some(first), path) } else { (None, text) })
}

fn is_host(text: &str) -> bool {
    text.contains('.') || text.starts_with(['{', '<', '[', '$', '%'])
}

/// The host of an authority; none where a placeholder stands for the whole.
fn named_host(authority: &str) -> Option<String> {
    // What stands before the last `@` is a user's name, however much it looks like a host.
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
    let host = host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(host, _)| host);
    host.contains('.').then(|| host.trim_end_matches('.').to_ascii_lowercase())
}

pub(super) fn parameters(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode_query(name), decode_query(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_to_write_a_call() {
        for (text, method, host, path) in [
            ("GET /crm/v8/Leads", Some("GET"), None, "/crm/v8/Leads"),
            ("  delete   /crm//v8/Leads/1/ ", Some("DELETE"), None, "/crm/v8/Leads/1"),
            ("/crm/v8/Leads?fields=x#y", None, None, "/crm/v8/Leads"),
            ("crm/v8/Leads", None, None, "/crm/v8/Leads"),
            ("https://WWW.zohoapis.eu:443/crm/v8/Leads?a=/b", None, Some("www.zohoapis.eu"), "/crm/v8/Leads"),
            ("POST http://user:pw@desk.zoho.in./api/v1/tickets", Some("POST"), Some("desk.zoho.in"), "/api/v1/tickets"),
            ("desk.zoho.in/api/v1/tickets", None, Some("desk.zoho.in"), "/api/v1/tickets"),
            ("//desk.zoho.in/api/v1/tickets", None, Some("desk.zoho.in"), "/api/v1/tickets"),
            ("//crm/v8/Leads", None, None, "/crm/v8/Leads"),
            ("{{base_url}}/crm/v8/Leads", None, None, "/crm/v8/Leads"),
            ("https://{host}/crm/v8/Leads", None, None, "/crm/v8/Leads"),
            ("${API}/crm/v8/{module}", None, None, "/crm/v8/{module}"),
            ("https://{bucket}.zohostratus.com/{key}", None, Some("{bucket}.zohostratus.com"), "/{key}"),
            ("/a/b%20c%2Fd/%e2%82%ac", None, None, "/a/b c/d/€"),
        ] {
            let call: Call = text.parse().unwrap();
            assert_eq!((call.method.as_deref(), call.host.as_deref()), (method, host), "{text}");
            assert_eq!(call.path(), path, "{text}");
        }
    }

    #[test]
    fn what_is_no_call() {
        for (text, expected) in [
            ("", NoCall::Empty),
            ("GET", NoCall::Empty),
            ("GET /", NoCall::Empty),
            ("https://www.zohoapis.com", NoCall::Empty),
            ("ZohoBooks.invoices.READ", NoCall::Path("ZohoBooks.invoices.READ".to_owned())),
            ("ftp://www.zohoapis.com/crm", NoCall::Path("ftp://www.zohoapis.com/crm".to_owned())),
            ("GTE /crm", NoCall::Method { word: "GTE".to_owned(), near: Some("GET") }),
            ("FROBNICATE /crm", NoCall::Method { word: "FROBNICATE".to_owned(), near: None }),
        ] {
            assert_eq!(text.parse::<Call>(), Err(expected), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(GET |https://|//|/)?(\\PC|[/{}<>\\[\\]:?#%@.&=]){0,40}") {
            if let Ok(call) = text.parse::<Call>() {
                let path = call.path();
                prop_assert!(path.starts_with('/') && path.len() > 1);
            }
        }
    }
}
