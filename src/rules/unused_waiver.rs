//! ZS305 unused-waiver.

use super::{Check, Rule, RunContext, WaiverUse};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::policy::WaiverState;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS305",
        "unused-waiver",
        Severity::Warning,
        "a waiver of the policy absolved nothing in the run",
        DOCS,
    ),
    check: Check::Run(check),
};

const DOCS: &str = r"## What it does
Reports a waiver that holds and that absolved no finding in this run.

## Why is this bad?
A waiver that nothing needs any more is an exception that waits to be abused: the next application that asks for the
same scope passes without anybody deciding it.

## Example
```yaml as-of=2026-11-01
version: 1
default: allow
waivers:
  - id: W-7
    scopes: [ZohoBooks.fullaccess.all]
    rules: [full-access]
    reason: The vendor's importer refuses granular scopes.
    owner: finance-platform
    expires: 2027-01-31
```
```scope
ZohoBooks.invoices.READ
```

## Use instead
```yaml as-of=2026-11-01
version: 1
default: allow
```
```scope
ZohoBooks.invoices.READ
```

## Remarks
A run that looks at a part of the applications cannot see what the waivers of the others absolve. Set
`rules: { unused-waiver: off }` in a policy that is only ever used so. Expired waivers are reported by `expired-waiver`.
";

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    let unused = |used: &&WaiverUse<'_>| used.matched == 0 && !matches!(used.state, WaiverState::Expired { .. });
    let told = cx.waivers.iter().filter(unused).map(|WaiverUse { waiver, .. }| {
        let message = format!("waiver `{}` absolved nothing in this run", waiver.id);
        let help = "remove it, or correct its `app`, `scopes` or `rules` if it should have matched";
        cx.of_policy(waiver.app.as_ref(), waiver.place, message).help(help)
    });
    told.collect()
}
