//! ZS508 contradictory-record.

use super::{Check, GrantContext, Rule};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS508",
        "contradictory-record",
        Severity::Error,
        "a record names another application than the one that it belongs to, or two different lists of scopes",
        DOCS,
    ),
    check: Check::Grant(check),
};

const DOCS: &str = r#"## What it does
Reports a record of a grant that contradicts itself or the run. The client id says more than any name in the record, and
`--app` says more than both: a record that names another application of the policy is judged as what the client id or
`--app` says, and that is told. A record that says in two places what its token holds (`scope` and `granted_scopes`, a list
inside of `token`) is judged by all of them; where they differ, that is a warning.

## Why is this bad?
Names in an export are written by people, programs and sometimes by whoever wants more than is theirs. A record that could
choose the application by which it is judged could choose the rules. Where two lists differ, one of them is old or wrong,
and a program that reads the other one takes the token for something else than it is.

## Example
```yaml
version: 1
default: allow
apps:
  sync: { owner: finance, clients: [1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX] }
  admin: { owner: it }
```
```token app=sync
{ "app": "admin", "client_id": "1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "scope": "ZohoBooks.invoices.READ" }
```
```token app=sync
{ "app": "sync", "scope": "ZohoBooks.invoices.READ", "granted_scopes": "ZohoBooks.invoices.CREATE" }
```

## Use instead
```yaml
version: 1
default: allow
apps:
  sync: { owner: finance, clients: [1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX] }
  admin: { owner: it }
```
```token app=sync
{ "app": "sync", "client_id": "1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "scope": "ZohoBooks.invoices.READ" }
```

## Remarks
A key that stands twice in a record, and cells beyond the header of a table, are no contradiction but ambiguity: programs
disagree on which of them counts. Such records are not evaluated, and the run ends with exit code 3.
"#;

fn check(cx: &GrantContext<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(claimed) = cx.standing.claimed {
        let judged = cx.policy.app.map_or("the policy's top level", |app| app.name.as_str());
        let place = cx.grant.labels.first().map_or(cx.grant.place, |(_, place)| *place);
        let message = format!(
            "the record names `{claimed}`, and its client id or `--app` names `{judged}`, by which it is judged"
        );
        let help = "find out who wrote the record; correct the name in it, or `clients` in the policy";
        found.push(cx.finding(place, message).help(help));
    }
    if let Some(place) = cx.grant.differs {
        let message = "the record says here for a second time what the token holds, and otherwise: all of it is judged";
        let help = "find out which of the two is the token endpoint's answer, and leave the other one out";
        found.push(cx.finding(place, message).severity(Severity::Warning).help(help));
    }
    found
}
