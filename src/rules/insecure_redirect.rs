//! ZS402 insecure-redirect.

use url::{Host, ParseError, Url};

use super::{Check, Rule, UrlContext};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS402",
        "insecure-redirect",
        Severity::Error,
        "a consent URL sends the authorization code over plain HTTP, or to no definite place",
        DOCS,
    ),
    check: Check::Url(check),
};

const DOCS: &str = r"## What it does
Looks at `redirect_uri`, the address to which the browser takes the authorization code after the consent:

- `http://` and a host on the network is an error,
- `http://` and the user's own machine (`localhost`, `127.0.0.1`, `[::1]`) is a note,
- a text that is no URL, one with a fragment or a wildcard, and no `redirect_uri` at all are warnings.

A template's placeholder, such as `${REDIRECT_URI}`, is not judged.

## Why is this bad?
Whoever reads the code on its way can try to redeem it before the application does; over plain HTTP that is everybody on
the way. A redirection URI must not have a fragment (RFC 6749, section 3.1.2), and it has to be the one that is
registered for the client (Zoho answers `invalid_redirect_uri` otherwise), so wildcards do not work.

## Example
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=http%3A%2F%2Fapp.example.com%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824
```
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824
```
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&state=3f9d1c7a5b2e4086a1d7c93e5f60b824
```

## Use instead
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824
```
";

fn check(cx: &UrlContext<'_>) -> Vec<Finding> {
    let named = cx.url.params.iter().filter(|param| param.name.trim().eq_ignore_ascii_case("redirect_uri"));
    let given: Vec<_> = named.filter(|param| !param.value.trim().is_empty()).collect();
    let wrong = given.iter().filter_map(|param| Some((param, Trouble::of(param.value.trim())?)));
    let mut found: Vec<Finding> = wrong
        .map(|(param, trouble)| {
            let finding = cx.finding(param.place, trouble.message()).evidence(param.value_place);
            finding.severity(trouble.severity()).help(trouble.help())
        })
        .collect();
    if let (Some(page), true) = (cx.consent_page().filter(|page| !page.open), given.is_empty()) {
        let place = page.param("redirect_uri").map_or(page.place, |param| param.place);
        found.push(
            cx.finding(place, "the consent URL has no `redirect_uri`")
                .severity(Severity::Warning)
                .help("name the HTTPS address that is registered for the client"),
        );
    }
    found
}

/// What is wrong with an address.
enum Trouble {
    Http(String),
    Loopback(String),
    NoUrl,
    Fragment,
    Wildcard,
}

impl Trouble {
    fn of(address: &str) -> Option<Self> {
        let url = match Url::parse(address) {
            Ok(url) if is_host_and_port(address, &url) => return Some(Self::NoUrl),
            Ok(url) => url,
            Err(_) if is_template(address) => return None,
            // `https://*.example.com:*/` and its like are no URLs because of the wildcard.
            Err(ParseError::InvalidPort | ParseError::InvalidDomainCharacter) if address.contains('*') => {
                return Some(Self::Wildcard);
            }
            Err(_) => return Some(Self::NoUrl),
        };
        let is_loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => {
                let name = name.trim_end_matches('.');
                name == "localhost" || name.ends_with(".localhost")
            }
            None => false,
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        let is_http = url.scheme() == "http";
        if is_http && !is_loopback && !is_template(&host) {
            Some(Self::Http(host))
        } else if address.contains('*') {
            Some(Self::Wildcard)
        } else if url.fragment().is_some() {
            Some(Self::Fragment)
        } else {
            (is_http && is_loopback).then_some(Self::Loopback(host))
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Http(_) => RULE.info.severity,
            Self::Loopback(_) => Severity::Note,
            Self::NoUrl | Self::Fragment | Self::Wildcard => Severity::Warning,
        }
    }

    fn message(&self) -> String {
        match self {
            Self::Http(host) => format!("the redirect to `{host}` carries the authorization code over plain HTTP"),
            Self::Loopback(host) => format!("the redirect goes to the user's own machine, `{host}`"),
            Self::NoUrl => "`redirect_uri` is no absolute URL".to_owned(),
            Self::Fragment => "`redirect_uri` has a fragment".to_owned(),
            Self::Wildcard => "`redirect_uri` has a wildcard".to_owned(),
        }
    }

    fn help(&self) -> &'static str {
        match self {
            Self::Http(_) => "register an `https://` address for the client and use it here",
            Self::Loopback(_) => "fine while developing: make sure that it is not what users get",
            Self::NoUrl => "name the address that is registered for the client, beginning with `https://`",
            Self::Fragment => "leave out `#` and what follows; carry what belongs to the request in `state`",
            Self::Wildcard => "name one address: the one that is registered for the client",
        }
    }
}

/// `localhost:8080/callback` reads as a URL whose scheme is `localhost`.
fn is_host_and_port(address: &str, url: &Url) -> bool {
    let after = address.split_once(':').map_or("", |(_, rest)| rest);
    url.host().is_none() && after.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a text holds something that a program fills in before the URL is used.
fn is_template(text: &str) -> bool {
    text.contains(['{', '<', '$']) || text.contains("%s")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::found;

    #[test]
    fn what_is_missing_matters_where_a_browser_is_sent() {
        insta::assert_snapshot!(found("ZS402", "https://accounts.zoho.com/oauth/v2/auth?scope=openid"), @r"
        ZS402 warning [https://accounts.zoho.com/oauth/v2/auth?scope=openid] the consent URL has no `redirect_uri`
          help: name the HTTPS address that is registered for the client
        ");
        insta::assert_snapshot!(found("ZS402", "https://accounts.zoho.com/oauth/v2/auth?scope=openid&redirect_uri=&x=y"), @r"
        ZS402 warning [redirect_uri=] the consent URL has no `redirect_uri`
          help: name the HTTPS address that is registered for the client
        ");
        insta::assert_snapshot!(found("ZS402", "https://accounts.zohoportal.com/clientoauth/v2/1001/auth?scope=openid&redirect_uri=http%3A%2F%2Flocalhost%2F"), @r"
        ZS402 note [redirect_uri=http%3A%2F%2Flocalhost%2F] the redirect goes to the user's own machine, `localhost`
          help: fine while developing: make sure that it is not what users get
        ");
        insta::assert_snapshot!(found("ZS402", "https://accounts.zoho.com/oauth/v2/token?scope=openid"), @"");
        insta::assert_snapshot!(found("ZS402", "https://accounts.zoho.com/oauth/v2/token?scope=openid&redirect_uri=http://app.example.com/"), @r"
        ZS402 error [redirect_uri=http://app.example.com/] the redirect to `app.example.com` carries the authorization code over plain HTTP
          help: register an `https://` address for the client and use it here
        ");
        insta::assert_snapshot!(found("ZS402", "https://accounts.zoho.com/oauth/v3/device/code?scope=openid"), @"");
    }

    #[test]
    fn addresses_are_judged_by_where_they_really_lead() {
        let of = |address: &str| match Trouble::of(address) {
            Some(Trouble::Http(host)) => format!("http {host}"),
            Some(Trouble::Loopback(host)) => format!("loopback {host}"),
            Some(Trouble::NoUrl) => "no URL".to_owned(),
            Some(Trouble::Fragment) => "fragment".to_owned(),
            Some(Trouble::Wildcard) => "wildcard".to_owned(),
            None => "fine".to_owned(),
        };
        for (address, expected) in [
            ("https://app.example.com/callback?x=1", "fine"),
            ("com.example.app:/oauth2redirect", "fine"),
            ("myapp://callback", "fine"),
            ("https://localhost/callback", "fine"),
            ("HTTP://App.Example.com/callback", "http app.example.com"),
            ("http://localhost.example.com/", "http localhost.example.com"),
            ("http://localhost@example.com/", "http example.com"),
            ("http://127.0.0.1.nip.io/", "http 127.0.0.1.nip.io"),
            ("http://128.0.0.1/", "http 128.0.0.1"),
            ("http://[::2]/", "http [::2]"),
            ("http://0x7f.1/", "loopback 127.0.0.1"),
            ("http://localhost:8080/callback", "loopback localhost"),
            ("http://LOCALHOST./", "loopback localhost."),
            ("http://app.localhost/", "loopback app.localhost"),
            ("http://127.0.0.1:3000/", "loopback 127.0.0.1"),
            ("http://[::1]/", "loopback [::1]"),
            ("app.example.com/callback", "no URL"),
            ("app.example.com:8080/callback", "no URL"),
            ("localhost:8080", "no URL"),
            ("/callback", "no URL"),
            ("YOUR_REDIRECT_URI", "no URL"),
            ("https://app.example.com/#/callback", "fragment"),
            ("https://*.example.com/callback", "wildcard"),
            ("https://app.example.com/*", "wildcard"),
            ("http://*.example.com/", "http *.example.com"),
            ("{redirect_uri}", "fine"),
            ("${REDIRECT_URI}", "fine"),
            ("<redirect>", "fine"),
            ("%s", "fine"),
            ("http://{host}/callback", "fine"),
            ("http://app.example.com/{path}", "http app.example.com"),
            ("http://", "no URL"),
            ("http://[", "no URL"),
        ] {
            assert_eq!(of(address), expected, "{address}");
        }
    }
}
