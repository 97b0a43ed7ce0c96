//! ZS303 expired-waiver.

use super::{Check, Rule, RunContext, WaiverUse};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::policy::{Waiver, WaiverState};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new("ZS303", "expired-waiver", Severity::Error, "a waiver of the policy holds no more", DOCS),
    check: Check::Run(check),
};

const DOCS: &str = r"## What it does
Reports a waiver whose last day is over. Findings that it absolved stand again.

## Why is this bad?
A waiver is an exception that somebody approved until a day. After that day either the reason is gone, and so should the
waiver, or the exception needs a new decision.

## Example
```yaml as-of=2027-02-03
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
```yaml as-of=2027-02-03
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

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    cx.waivers.iter().filter_map(|used| expired(cx, used)).collect()
}

fn expired(cx: &RunContext<'_>, used: &WaiverUse<'_>) -> Option<Finding> {
    let WaiverState::Expired { days } = used.state else { return None };
    let Waiver { id, expires, app, expires_place, .. } = used.waiver;
    let ago = if days == 1 { "yesterday".to_owned() } else { format!("{days} days ago") };
    let (again, help) = match used.matched {
        0 => ("", "remove it: it absolves nothing any more"),
        1 => {
            ("; a finding that it absolved stands again", "settle the finding, or renew the waiver with a new decision")
        }
        _ => ("; findings that it absolved stand again", "settle them, or renew the waiver with a new decision"),
    };
    let message = format!("waiver `{id}` held until {expires}, {ago}{again}");
    Some(cx.of_policy(app.as_ref(), *expires_place, message).help(help))
}
