//! ZS503 unknown-grant.

use super::{Check, GrantContext, Rule};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::token::State;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS503",
        "unknown-grant",
        Severity::Warning,
        "a token response does not say which scopes the token holds",
        DOCS,
    ),
    check: Check::Grant(check),
};

const DOCS: &str = r#"## What it does
Reports a token response without `scope`. With `zscope audit --strict` the run also ends with exit code 3.

## Why is this bad?
Zoho leaves `scope` out of many of its answers. The token then holds what was consented to, which may be anything: such a
grant is unknown, not empty, and nothing can be said about its privileges.

## Example
```token
{ "access_token": "1000.x.y", "api_domain": "https://www.zohoapis.com", "expires_in": 3600 }
```

## Use instead
```token
{ "access_token": "1000.x.y", "scope": "ZohoBooks.invoices.READ", "expires_in": 3600 }
```

## Remarks
Whether `scope` comes does not depend on the kind of exchange as far as was observed. The answer to the code exchange
often has it where the answer to a later refresh does not: keep the first one. What a known client requests can be
judged with `zscope check`.
"#;

fn check(cx: &GrantContext<'_>) -> Vec<Finding> {
    if cx.grant.state != State::Unknown {
        return Vec::new();
    }
    let message = "the response does not say which scopes the token holds: the grant is unknown, not empty";
    let help = "refresh the token and give the new answer, or the answer of the consent that made it";
    vec![cx.finding(cx.grant.place, message).help(help)]
}
