//! ZS305 unused-waiver.

use super::{Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::policy::WaiverState;

pub(super) struct UnusedWaiver;

static INFO: RuleInfo = RuleInfo {
    code: "ZS305",
    name: "unused-waiver",
    severity: Severity::Warning,
    summary: "a waiver of the policy absolved nothing in the run",
    docs: DOCS,
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

impl Rule for UnusedWaiver {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check_run(&self, cx: &RunContext<'_>, findings: &mut Vec<Finding>) {
        for used in cx.waivers {
            if used.matched > 0 || matches!(used.state, WaiverState::Expired { .. }) {
                continue;
            }
            let message = format!("waiver `{}` absolved nothing in this run", used.waiver.id);
            let finding = Finding::new(&INFO, used.waiver.place, message)
                .help("remove it, or correct its `app`, `scopes` or `rules` if it should have matched");
            findings.push(Finding { app: used.waiver.app.clone(), ..finding });
        }
    }
}
