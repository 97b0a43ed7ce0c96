//! ZS405 implicit-grant.

use super::{Check, Rule, UrlContext};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS405",
        "implicit-grant",
        Severity::Warning,
        "a consent URL wants the access token in the redirect itself",
        DOCS,
    ),
    check: Check::Url(check),
};

const DOCS: &str = r"## What it does
Reports a consent URL whose `response_type` names `token`: the implicit grant, which Zoho offers to clients that run in
a browser.

## Why is this bad?
The access token arrives in the fragment of the redirect's address. There it is in the browser's history and open to
every script of the page, nothing ties it to the client that asked, and it can be put into another client's redirect.
The current practice for OAuth advises against it (RFC 9700, section 2.1.2) and uses the code with PKCE instead, also in
the browser. Zoho's discovery document lists PKCE with `S256`.

## Example
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=token&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824
```
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=id_token+token&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=openid,email&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824
```

## Use instead
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824
```
";

fn check(cx: &UrlContext<'_>) -> Vec<Finding> {
    let wants_token = |value: &str| value.split_whitespace().any(|word| word.eq_ignore_ascii_case("token"));
    let param = cx.consent_page().and_then(|page| page.param("response_type"));
    let found = param.filter(|param| wants_token(&param.value)).map(|param| {
        let message =
            format!("`response_type={}` puts the access token into the redirect's address", param.value.trim());
        let help = "use `response_type=code`, with PKCE where the client cannot keep a secret";
        cx.finding(param.place, message).help(help)
    });
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn only_an_access_token_in_the_redirect_counts() {
        insta::assert_snapshot!(found("ZS405", "https://accounts.zoho.com/oauth/v2/auth?scope=openid&response_type=TOKEN"), @r"
        ZS405 warning [response_type=TOKEN] `response_type=TOKEN` puts the access token into the redirect's address
          help: use `response_type=code`, with PKCE where the client cannot keep a secret
        ");
        insta::assert_snapshot!(found("ZS405", "https://accounts.zoho.com/oauth/v2/auth?scope=openid&response_type=code%20token"), @r"
        ZS405 warning [response_type=code%20token] `response_type=code token` puts the access token into the redirect's address
          help: use `response_type=code`, with PKCE where the client cannot keep a secret
        ");
        insta::assert_snapshot!(found("ZS405", "https://accounts.zoho.com/oauth/v2/auth?scope=openid&response_type=id_token"), @"");
        insta::assert_snapshot!(found("ZS405", "https://accounts.zoho.com/oauth/v2/auth?scope=openid&response_type=code"), @"");
        insta::assert_snapshot!(found("ZS405", "https://accounts.zoho.com/oauth/v3/device/code?scope=openid&response_type=token"), @"");
    }
}
