//! ZS304 expiring-waiver.

use super::{Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::policy::WaiverState;

pub(super) struct ExpiringWaiver;

static INFO: RuleInfo = RuleInfo {
    code: "ZS304",
    name: "expiring-waiver",
    severity: Severity::Note,
    summary: "a waiver of the policy ends within two weeks",
    docs: DOCS,
};

const DOCS: &str = r"## What it does
Reports a waiver that still holds and whose last day is at most 14 days away.

## Why is this bad?
When the waiver ends, the findings that it absolves stand again, and a build that passed fails. Two weeks are time to
settle them or to decide anew.

## Example
```yaml as-of=2027-01-28
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
ZohoBooks.fullaccess.all
```

## Use instead
```yaml as-of=2027-01-28
version: 1
default: allow
waivers:
  - id: W-7
    scopes: [ZohoBooks.fullaccess.all]
    rules: [full-access]
    reason: The vendor's importer refuses granular scopes; renewed by the review of January.
    owner: finance-platform
    approved-by: security
    expires: 2027-06-30
```
```scope
ZohoBooks.fullaccess.all
```
";

impl Rule for ExpiringWaiver {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check_run(&self, cx: &RunContext<'_>, findings: &mut Vec<Finding>) {
        for used in cx.waivers {
            let WaiverState::Expiring { days } = used.state else { continue };
            let (id, expires) = (&used.waiver.id, used.waiver.expires);
            let left = match days {
                0 => "today".to_owned(),
                1 => "tomorrow".to_owned(),
                _ => format!("in {days} days"),
            };
            let help = match used.matched {
                0 => "remove it, unless another run needs it: it absolved nothing here",
                _ => "settle what it absolves before that day, or have it approved anew",
            };
            let message = format!("waiver `{id}` holds until {expires}: its last day is {left}");
            let mut finding = Finding::new(&INFO, used.waiver.expires_place, message).help(help);
            finding.app.clone_from(&used.waiver.app);
            findings.push(finding);
        }
    }
}
