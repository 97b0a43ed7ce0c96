//! ZS507 unmatched-client.

use super::{Context, Rule};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) struct UnmatchedClient;

static INFO: RuleInfo = RuleInfo {
    code: "ZS507",
    name: "unmatched-client",
    severity: Severity::Note,
    summary: "a grant names a client that no application of the policy has",
    docs: DOCS,
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

impl Rule for UnmatchedClient {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, cx: &Context<'_>, findings: &mut Vec<Finding>) {
        let Some(held) = cx.grant.filter(|held| held.is_unmatched) else { return };
        let place = held.grant.labels.first().map_or(held.grant.place, |(_, place)| *place);
        let message = "no application of the policy has this client: its grant is judged by the policy's top level";
        let help = "add the client id to the `clients` of its application, or say `--app`";
        findings.push(cx.finding_at(&INFO, place, message).help(help));
    }
}
