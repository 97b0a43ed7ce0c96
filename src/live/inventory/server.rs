//! The servers of a grant: by data centre, or by addresses of the user's own.

use url::{Host, Url};

use crate::catalog::data_centre::DataCentre;
use crate::text::Problem;
use crate::yaml::Node;

/// Reads a base URL: `https`, a host, and perhaps a port and a path. Without a slash at the end.
pub(super) fn base_url(node: &Node, text: &str) -> Result<String, Problem> {
    let wrong = |message: &str, help: &str| Problem::new(node.span, message).help(help);
    let example = "write it as `https://accounts.example.com`";
    let Ok(url) = Url::parse(text.trim()) else { return Err(wrong("this is not an address", example)) };
    if url.scheme() != "https" {
        return Err(wrong("secrets go over https only", example));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("an address holds no user and no password", example));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("the address of a server has no query and no fragment", example));
    }
    if !matches!(url.host(), Some(Host::Domain(_) | Host::Ipv4(_) | Host::Ipv6(_))) {
        return Err(wrong("the address has no host", example));
    }
    let path = url.path().trim_end_matches('/');
    if path.ends_with("/token") || path.contains("/oauth/v2") {
        return Err(wrong(
            "the address of the token endpoint stands where that of the server belongs",
            "leave `/oauth/v2/token` out: it is added",
        ));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// The data centre whose accounts host a base URL names, with nothing else in it.
pub(super) fn centre_of(accounts: &str) -> Option<&'static DataCentre> {
    DataCentre::by_accounts_host(accounts.strip_prefix("https://")?)
}
