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
Reports a token response without `scope`. The run ends with exit code 3, unless the policy accepts the grant under
`unknown-grants`: then it is a note, and `zscope audit --strict` alone ends so.

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
Under `unknown-grants` the policy names an application of its own (`app`), or one grant as the records name it (`grant`: a
name or a client id), each with the `reason` and, if it is for a time, with the last day (`expires`).

Whether `scope` comes does not depend on the kind of exchange as far as was observed. The answer to the code exchange
often has it where the answer to a later refresh does not: keep the first one. What a known client requests can be
judged with `zscope check`.
"#;

fn check(cx: &GrantContext<'_>) -> Vec<Finding> {
    if cx.grant.state != State::Unknown {
        return Vec::new();
    }
    if let Some(entry) = cx.standing.accepted {
        let message = format!("nobody knows which scopes the token holds, which the policy accepts: {}", entry.reason);
        let help = "keep the answer of the next consent: it often has the scopes";
        let finding = cx.finding(cx.grant.place, message).severity(Severity::Note).help(help);
        return vec![finding.related("the policy accepts it here", Some(entry.place))];
    }
    let message = "the response does not say which scopes the token holds: the grant is unknown, not empty";
    let help = "give the answer of a new refresh, or of the consent that made the token; or accept the grant in the policy's `unknown-grants`";
    vec![cx.finding(cx.grant.place, message).help(help)]
}
