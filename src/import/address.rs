//! Server addresses: host and base path, with the data centre and the variables taken out.

use super::tree;
use crate::catalog::data_centre::{self, DataCentre};
use crate::text::Problem;
use crate::yaml::Node;

/// A server of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Server {
    /// Its host, `{dc}` for the data centre's ending; none for a relative address.
    pub(super) host: Option<String>,
    /// The path before every call's, without a slash at the end.
    pub(super) base: String,
}

impl Server {
    /// The path of a call on this server.
    pub(super) fn path(&self, path: &str) -> String {
        let slash = if path.starts_with('/') { "" } else { "/" };
        format!("{}{slash}{path}", self.base)
    }
}

/// The servers under `servers`, in the order written, each once.
pub(super) fn servers(node: &Node, problems: &mut Vec<Problem>) -> Vec<Server> {
    let mut found = Vec::new();
    for item in tree::items(tree::get(node, "servers"), "servers", problems) {
        let Some(url) = tree::text(item, "url") else {
            problems.push(Problem::new(item.span, "a server has a `url`"));
            continue;
        };
        let variables = tree::get(item, "variables");
        let default = |name: &str| {
            let variable = variables.and_then(|variables| tree::get(variables, name))?;
            tree::text(variable, "default").map(str::to_owned)
        };
        let server = server(url.trim(), &default);
        if !found.contains(&server) {
            found.push(server);
        }
    }
    found
}

fn server(url: &str, default: &dyn Fn(&str) -> Option<String>) -> Server {
    let (host, path) = match url.split_once("://") {
        Some((_, rest)) => match rest.split_once('/') {
            Some((host, path)) => (Some(host), format!("/{path}")),
            None => (Some(rest), String::new()),
        },
        None => (None, url.to_owned()),
    };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let base = filled(path.trim_matches('/'), default);
    let base = base.trim_matches('/');
    let base = if base.is_empty() { String::new() } else { format!("/{base}") };
    Server { host: host.filter(|host| !host.is_empty()).map(|host| with_data_centre(host, default)), base }
}

/// The text with every variable that has a default replaced by it.
fn filled(text: &str, default: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        match default(name) {
            Some(value) => out.push_str(&value),
            None => out.extend(["{", name, "}"]),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The host with `{dc}` in the place of the ending that differs between data centres.
fn with_data_centre(host: &str, default: &dyn Fn(&str) -> Option<String>) -> String {
    let host = filled(host, default).to_ascii_lowercase();
    // The longest ending first: `com.au` before `au`.
    let mut endings: Vec<&str> = data_centre::ALL.iter().map(DataCentre::ending).collect();
    endings.sort_by_key(|ending| std::cmp::Reverse(ending.len()));
    let zoho = |name: &str| name.rsplit('.').next().is_some_and(|last| last.starts_with("zoho"));
    for ending in endings {
        let name = host.strip_suffix(ending).and_then(|rest| rest.strip_suffix('.'));
        if let Some(name) = name.filter(|name| zoho(name)) {
            return format!("{name}.{{dc}}");
        }
    }
    host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_their_data_centre_and_their_variables() {
        let default = |name: &str| match name {
            "dc" => Some("com".to_owned()),
            "version" => Some("v8".to_owned()),
            _ => None,
        };
        for (url, host, base) in [
            ("https://zohoapis.com", Some("zohoapis.{dc}"), ""),
            ("https://www.zohoapis.com.au/books/v3/", Some("www.zohoapis.{dc}"), "/books/v3"),
            ("https://zohoapis.{dc}/crm/{version}", Some("zohoapis.{dc}"), "/crm/v8"),
            ("https://desk.zoho.eu/api/v1?x=1", Some("desk.zoho.{dc}"), "/api/v1"),
            ("https://api.example.com/v1", Some("api.example.com"), "/v1"),
            ("https://{host}/x/{open", Some("{host}"), "/x/{open"),
            ("/crm/v8", None, "/crm/v8"),
            ("/", None, ""),
            ("", None, ""),
            ("https://", None, ""),
        ] {
            let found = server(url, &default);
            assert_eq!((found.host.as_deref(), found.base.as_str()), (host, base), "{url}");
        }
        assert_eq!(Server::default().path("settings"), "/settings");
    }
}
