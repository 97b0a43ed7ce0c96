//! ZS507 unmatched-client.

use super::{Check, GrantContext, Rule};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS507",
        "unmatched-client",
        Severity::Note,
        "a grant names a client that no application of the policy has",
        DOCS,
    ),
    check: Check::Grant(check),
};

const DOCS: &str = r#"## What it does
Reports a grant whose application or client is none of the policy's `apps`, by name or by `clients`. The grant is judged by
the policy's top level.

## Why is this bad?
A client that the policy does not name has no owner, and its tokens are held against rules that were written for everyone.

## Example
```yaml
version: 1
default: allow
apps:
  sync: { owner: finance, clients: [1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX] }
```
```token
{ "client_id": "1000.YYYYYYYYYYYYYYYYYYYYYYYYYYYYYY", "scope": "ZohoBooks.invoices.READ" }
```

## Use instead
```yaml
version: 1
default: allow
apps:
  sync: { owner: finance, clients: [1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX] }
```
```token
{ "client_id": "1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "scope": "ZohoBooks.invoices.READ" }
```
"#;

fn check(cx: &GrantContext<'_>) -> Vec<Finding> {
    if !cx.standing.is_unmatched {
        return Vec::new();
    }
    let place = cx.grant.labels.first().map_or(cx.grant.place, |(_, place)| *place);
    let message = "no application of the policy has this client: its grant is judged by the policy's top level";
    let help = "add the client id to the `clients` of its application, or say `--app`";
    vec![cx.finding(place, message).help(help)]
}
