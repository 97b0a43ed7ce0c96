//! ZS404 secret-in-url.

use std::borrow::Cow;

use super::{Check, Rule, UrlContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::Param;
use crate::secret::redact;
use crate::text::{Place, Span};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS404",
        "secret-in-url",
        Severity::Error,
        "a URL carries a client secret, a token or an authorization code",
        DOCS,
    ),
    check: Check::Url(check),
};

const DOCS: &str = r"## What it does
Reports a consent URL with a parameter that holds a secret: `client_secret`, `refresh_token`, `access_token`, `code`,
`authtoken` and their like, and any other parameter whose value has the form of a token. The value itself is never
shown.

## Why is this bad?
URLs are kept where secrets should not be: in the logs of servers and proxies, the history of browsers and shells,
bookmarks, and the `Referer` header. A client secret and a refresh token together give all of the client's access to
that user's data. Some of the vendor's own recipes put them there; the token endpoint takes them in the body of the
request as well.

## Example
```scope
https://accounts.zoho.com/oauth/v2/token?grant_type=client_credentials&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&client_secret=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx&scope=ZohoBooks.invoices.READ&soid=ZohoBooks.600000000
```

## Use instead
```scope
https://accounts.zoho.com/oauth/v2/token?grant_type=client_credentials&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&soid=ZohoBooks.600000000
```
";

/// Parameters whose value is a secret, in lower case without punctuation, separated by blanks.
const NAMES: &str = "\
    accesstoken assertion authtoken clientassertion clientsecret code codeverifier devicecode enhancetoken \
    granttoken idtoken password refreshtoken zapikey";

fn check(cx: &UrlContext<'_>) -> Vec<Finding> {
    cx.url.params.iter().filter_map(|param| told(cx, param)).collect()
}

fn told(cx: &UrlContext<'_>, param: &Param) -> Option<Finding> {
    let (named, has_form) = (is_secret_name(&param.name), holds_secret(&param.value));
    if param.value.trim().is_empty() || !(named || has_form) || is_filled_in(param.value.trim()) {
        return None;
    }
    // A name that is a secret itself must not be repeated either.
    let name = redact(&param.name);
    let message = if named {
        format!("`{name}` is sent in a URL")
    } else {
        format!("the value of `{name}` looks like a secret, and is sent in a URL")
    };
    let help = "send it in the body of the request, and revoke or renew it if it is a real one: URLs get logged";
    let finding = cx.finding(name_place(param), message).help(help);
    Some(if has_form { finding.evidence(param.value_place) } else { finding.guessable_evidence(param.value_place) })
}

/// Whether a value is what people write for one that is filled in: `{secret}`, `<secret>`, `[secret]`, `$SECRET`.
fn is_filled_in(value: &str) -> bool {
    let name = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' '));
    let inside = |open: char, close: char| value.strip_prefix(open).and_then(|value| value.strip_suffix(close));
    let bracketed = inside('{', '}').or_else(|| inside('<', '>')).or_else(|| inside('[', ']'));
    let braces = |inner: &str| inner.trim_matches(['{', '}']).len() < 40;
    bracketed.is_some_and(|inner| braces(inner) && name(inner.trim_matches(['{', '}'])))
        || value.strip_prefix('$').is_some_and(|rest| {
            let bare = rest.trim_matches(['{', '}']);
            bare.chars().all(|c| c.is_ascii_uppercase() || c == '_') || rest.len() > bare.len() && name(bare)
        })
}

fn is_secret_name(name: &str) -> bool {
    let folded: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    NAMES.split(' ').any(|word| word == folded)
}

fn holds_secret(value: &str) -> bool {
    matches!(redact(value), Cow::Owned(_))
}

/// Where the parameter's name stands, and not its value.
fn name_place(param: &Param) -> Place {
    let Span { start, end } = param.place.span;
    // The value is not empty, so an equals sign stands before it.
    let end = end.min(param.value_place.span.start.saturating_sub(1));
    Place::new(param.place.source, Span::new(start, end))
}

#[cfg(test)]
mod tests {
    use super::is_filled_in;
    use crate::rules::tests::found;

    #[test]
    fn what_is_filled_in_is_no_secret() {
        for value in ["{secret}", "{{client_secret}}", "<your secret>", "[Password]", "$SECRET", "${secret}"] {
            assert!(is_filled_in(value), "{value}");
        }
        for value in
            ["hunter2", "$ecret", "{1000.8cb99d3f5a0e47c2b16d9e8f7a205c41.4f1a7c9e2b8d6053c7e9a1f4b2d80657}", "a{b}"]
        {
            assert!(!is_filled_in(value), "{value}");
        }
    }

    #[test]
    fn the_value_is_never_shown() {
        insta::assert_snapshot!(found("ZS404", "https://accounts.zoho.com/oauth/v2/auth?scope=openid&Client-Secret=hunter2&refresh_token=1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef&code="), @r"
        ZS404 error [Client-Secret] `Client-Secret` is sent in a URL
          help: send it in the body of the request, and revoke or renew it if it is a real one: URLs get logged
        ZS404 error [refresh_token] `refresh_token` is sent in a URL
          help: send it in the body of the request, and revoke or renew it if it is a real one: URLs get logged
        ");
        insta::assert_snapshot!(found("ZS404", "https://accounts.zoho.com/oauth/v2/auth?scope=openid&state=1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef"), @r"
        ZS404 error [state] the value of `state` looks like a secret, and is sent in a URL
          help: send it in the body of the request, and revoke or renew it if it is a real one: URLs get logged
        ");
        insta::assert_snapshot!(found("ZS404", "https://accounts.zoho.com/oauth/v2/auth?scope=openid&1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef=1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef"), @r"
        ZS404 error [1000.*****************************************************************] the value of `1000.*****************************************************************` looks like a secret, and is sent in a URL
          help: send it in the body of the request, and revoke or renew it if it is a real one: URLs get logged
        ");
        insta::assert_snapshot!(found("ZS404", "https://accounts.zoho.com/oauth/v2/auth?scope=openid&response_type=code&client_id=1000.GMB0YULZHJK411248S8I5GZ4CHUEX0"), @"");
    }
}
