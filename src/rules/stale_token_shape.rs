//! ZS506 stale-token-shape.

use super::{Check, GrantContext, Rule};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::token::{Stale, StaleForm};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS506",
        "stale-token-shape",
        Severity::Note,
        "a token response has a form that Zoho's server has left behind",
        DOCS,
    ),
    check: Check::Grant(check),
};

const DOCS: &str = r#"## What it does
Reports `expires_in_sec` beside `expires_in`, an `expires_in` of more than a day (milliseconds), and an `api_domain` such as
`https://api.zoho.com`.

## Why is this bad?
Answers had these forms until about 2020 (<https://github.com/schmorrison/Zoho/pull/18>). Now `expires_in` is in seconds
and `api_domain` is `https://www.zohoapis.…`. A response of the old form is old itself, and the refresh token in it may have
been standing access for years; or it comes from a copy of the documentation. Programs that read the milliseconds as
seconds keep dead tokens for weeks.

## Example
```token
{ "access_token": "1000.x.y", "scope": "ZohoBooks.invoices.READ", "expires_in_sec": 3600, "expires_in": 3600000 }
```

## Use instead
```token
{ "access_token": "1000.x.y", "scope": "ZohoBooks.invoices.READ", "expires_in": 3600 }
```
"#;

fn check(cx: &GrantContext<'_>) -> Vec<Finding> {
    // The two forms of the time come together and are one finding.
    let is_time = |form| form != StaleForm::ApiHost;
    let stale = &cx.grant.stale;
    let first_time = stale.iter().position(|stale| is_time(stale.form));
    let told = stale.iter().enumerate().filter(|(at, stale)| !is_time(stale.form) || Some(*at) == first_time);
    let finding = |(_, stale): (usize, &Stale)| {
        let message = match stale.form {
            StaleForm::Milliseconds => "`expires_in` is in milliseconds, as in token responses of 2019 and before",
            StaleForm::ExpiresInSec => {
                "`expires_in_sec` stood beside `expires_in` in token responses of 2019 and before"
            }
            StaleForm::ApiHost => "`api_domain` has the form of old samples: now it is `https://www.zohoapis.…`",
        };
        let help = "find out how old the token is, and revoke it if nothing needs it";
        cx.finding(stale.place, message).help(help)
    };
    told.map(finding).collect()
}
