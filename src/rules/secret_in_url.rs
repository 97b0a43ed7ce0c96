//! ZS404 secret-in-url.

use std::borrow::Cow;

use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::Param;
use crate::secret::redact;
use crate::text::{Place, Span};

use super::{Context, Rule};

pub(super) struct SecretInUrl;

static INFO: RuleInfo = RuleInfo {
    code: "ZS404",
    name: "secret-in-url",
    severity: Severity::Error,
    summary: "a URL carries a client secret, a token or an authorization code",
    docs: DOCS,
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

impl Rule for SecretInUrl {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, cx: &Context<'_>, findings: &mut Vec<Finding>) {
        let Some(url) = &cx.request.url else { return };
        for param in &url.params {
            let named = is_secret_name(&param.name);
            if param.value.trim().is_empty() || !(named || holds_secret(&param.value)) {
                continue;
            }
            // A name that is a secret itself must not be repeated either.
            let name = redact(&param.name);
            let message = if named {
                format!("`{name}` is sent in a URL")
            } else {
                format!("the value of `{name}` looks like a secret, and is sent in a URL")
            };
            let help =
                "send it in the body of the request, and revoke or renew it if it is a real one: URLs get logged";
            findings.push(cx.finding_at(&INFO, name_place(param), message).help(help));
        }
    }
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
    use crate::rules::tests::found;

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
