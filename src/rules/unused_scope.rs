//! ZS207 unused-scope.

use super::words::quoted;
use super::{AppContext, Check, Rule};
use crate::finding::{Confidence, Finding, RuleInfo, Severity};
use crate::least::Idle;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS207",
        "unused-scope",
        Severity::Warning,
        "a scope, or a part of what it gives, is needed by none of the calls that the application makes",
        DOCS,
    ),
    check: Check::App(check),
};

/// How many scopes are named.
const NAMED: usize = 3;

const DOCS: &str = r"## What it does
Where the policy lists the `calls` of an application, reports a scope of its requests, or of a token, that none of these
calls needs; one whose access others give already; and one in whose place narrower ones do. What calls need is what the
catalog states, and the answer is that of `zscope least`. Where a call is not known, or nobody states what it needs, and
the scope may be for it, the finding says so and is less sure.

## Why is this bad?
Whoever holds the token can use every scope of it. One that no call needs serves nobody but a thief.

## Example
```yaml
version: 1
default: allow
apps:
  invoice-sync:
    calls: [GET /books/v3/invoices]
```
```scope app=invoice-sync
ZohoBooks.invoices.READ,ZohoBooks.contacts.READ
```
```scope app=invoice-sync
ZohoBooks.invoices.ALL
```

## Use instead
```yaml
version: 1
default: allow
apps:
  invoice-sync:
    calls: [GET /books/v3/invoices]
```
```scope app=invoice-sync
ZohoBooks.invoices.READ
```

## Remarks
All requests of an application are looked at together: what one file asks for another one may need. `zscope least --app
NAME --requested FILE` shows the same as a whole, with the calls that need each scope.
";

fn check(cx: &AppContext<'_>) -> Vec<Finding> {
    let comparison = cx.compare();
    let mut found = Vec::new();
    let of = if cx.is_held { "the token holds" } else { "the application asks for" };
    for unused in &comparison.unused {
        let Some(at) = cx.place_of(&unused.scope) else { continue };
        let scope = &unused.scope;
        let (message, help) = match &unused.why {
            Idle::GivesNothing => (
                format!("{of} `{scope}`, which none of its calls needs"),
                "drop it; or list the call that needs it".to_owned(),
            ),
            Idle::GivenBy(others) => (
                format!("{of} `{scope}`; what its calls need of it, {} gives", quoted(others, NAMED)),
                "drop one of them".to_owned(),
            ),
        };
        let finding = cx.finding(at, message).help(help);
        found.push(match unused.perhaps_for.first().and_then(|row| cx.least.rows.get(*row)) {
            None => finding,
            Some(row) => finding
                .confidence(Confidence::Medium)
                .related(format!("perhaps it is for `{}`, of which nobody states what it needs", row.call), None),
        });
    }
    for swap in &comparison.swaps {
        let Some(at) = cx.place_of(&swap.scope) else { continue };
        let scope = &swap.scope;
        let message = format!("{of} `{scope}`, and its calls need {} alone", quoted(&swap.instead, NAMED));
        let mut finding = cx.finding(at, message).help(format!("ask for {} instead", quoted(&swap.instead, NAMED)));
        if let Some(row) = swap.rows.first().and_then(|row| cx.least.rows.get(*row)) {
            finding = finding.related(format!("needed by `{}`", row.call), None);
        }
        found.push(finding);
    }
    found
}
