//! ZS407 retired-authtoken.

use super::{Check, Rule, UrlContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::Flow;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS407",
        "retired-authtoken",
        Severity::Warning,
        "a URL asks for an authtoken, which Zoho's APIs do not take any more",
        DOCS,
    ),
    check: Check::Url(check),
};

const DOCS: &str = r"## What it does
Reports URLs of `/apiauthtoken/`, the interface of the first API version that gave an authtoken for a user's password.

## Why is this bad?
The interface is closed and its tokens are refused, so what calls it does not work. Where it did, a token gave everything
in a product, did not expire, and was made with a password in a URL, which servers log.

## Example
```scope
https://accounts.zoho.com/apiauthtoken/nb/create?SCOPE=ZohoCRM/crmapi&EMAIL_ID=me@example.com
```

## Use instead
```scope
https://accounts.zoho.com/oauth/v2/auth?scope=ZohoCRM.modules.leads.READ&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX
```
";

fn check(cx: &UrlContext<'_>) -> Vec<Finding> {
    if cx.url.flow != Flow::AuthToken {
        return Vec::new();
    }
    let help = "register a client and ask for OAuth scopes instead, one for each resource and operation that it needs";
    vec![cx.finding(cx.url.place, "authtokens are gone: the interface that made them is closed").help(help)]
}
