//! ZS501 excess-grant.

use std::collections::HashSet;

use super::{Check, ListContext, Rule};
use crate::access::{self, Sureness};
use crate::finding::{Confidence, Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS501",
        "excess-grant",
        Severity::Error,
        "a token holds a scope that the application does not request",
        DOCS,
    ),
    check: Check::List(check),
};

const DOCS: &str = r#"## What it does
Reports a scope that a token holds and that nothing which the application requests gives. What it requests is said by the
inventory of a live audit with `requested`, with `zscope audit --requested`, or by the policy with `apps.NAME.requested`.
Scopes are compared by meaning: `READ`, `CREATE`, `UPDATE` and `DELETE` are no excess where `ALL` is requested.

## Why is this bad?
A refresh token keeps the scopes of the consent that made it. A list in the code that has become shorter since takes
nothing away from tokens that are out, and a token can grow behind the code's back: scope enhancement adds scopes to an
existing refresh token (<https://www.zoho.com/accounts/protocol/oauth/incremental-auth.html>). The token then opens what
nobody needs any more, and nobody who reads the code would know.

## Example
```token requested=ZohoBooks.invoices.READ
{ "access_token": "1000.x.y", "scope": "ZohoBooks.invoices.READ ZohoBooks.contacts.DELETE" }
```

## Use instead
```token requested=ZohoBooks.invoices.READ
{ "access_token": "1000.x.y", "scope": "ZohoBooks.invoices.READ" }
```
```token requested=Site24x7.Admin.All
{ "access_token": "1000.x.y", "scope": "Site24x7.admin.READ Site24x7.admin.CREATE" }
```

## Remarks
No documented call takes scopes away from a token. The way to a smaller one is a new consent with the shorter list, after
which the old refresh token is revoked; `zscope audit --plan` shows the steps.
"#;

fn check(cx: &ListContext<'_>) -> Vec<Finding> {
    let Some(requested) = cx.requested else { return Vec::new() };
    let requested: HashSet<_> = requested.iter().cloned().collect();
    let excess = cx.distinct().filter_map(|(at, _, scope)| {
        let confidence = match access::holds(cx.catalog, &requested, scope, false) {
            Sureness::Surely => return None,
            Sureness::Perhaps => Confidence::Medium,
            Sureness::No => Confidence::High,
        };
        let message = format!("the token holds `{scope}`, which the application does not request");
        let help =
            "consent again with the list that is requested, then revoke this refresh token; or request the scope";
        let finding = cx.finding(at, message).help(help).confidence(confidence);
        Some(match confidence {
            Confidence::Medium => finding.related("a requested scope may give it, which is only assumed", None),
            _ => finding,
        })
    });
    excess.collect()
}
