//! ZS506 stale-token-shape.

use super::{Context, Rule};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::token::StaleForm;

pub(super) struct StaleTokenShape;

static INFO: RuleInfo = RuleInfo {
    code: "ZS506",
    name: "stale-token-shape",
    severity: Severity::Note,
    summary: "a token response has a form that Zoho's server has left behind",
    docs: DOCS,
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

impl Rule for StaleTokenShape {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, cx: &Context<'_>, findings: &mut Vec<Finding>) {
        let Some(held) = cx.grant else { return };
        // The two forms of the time come together and are one finding.
        let stale = held.grant.stale.iter();
        let time = |form| form != StaleForm::ApiHost;
        let first_time = held.grant.stale.iter().position(|stale| time(stale.form));
        for (_, stale) in stale.enumerate().filter(|(at, stale)| !time(stale.form) || Some(*at) == first_time) {
            let message = match stale.form {
                StaleForm::Milliseconds => "`expires_in` is in milliseconds, as in token responses of 2019 and before",
                StaleForm::ExpiresInSec => {
                    "`expires_in_sec` stood beside `expires_in` in token responses of 2019 and before"
                }
                StaleForm::ApiHost => "`api_domain` has the form of old samples: now it is `https://www.zohoapis.…`",
            };
            let help = "find out how old the token is, and revoke it if nothing needs it";
            findings.push(cx.finding_at(&INFO, stale.place, message).help(help));
        }
    }
}
