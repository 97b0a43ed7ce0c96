//! ZS310 wide-waiver.

use super::{Check, Rule, RunContext, WaiverUse};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::policy::Entry;
use crate::scope::Part;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS310",
        "wide-waiver",
        Severity::Warning,
        "a waiver accepts any scope, or holds for longer than the policy lets waivers hold",
        DOCS,
    ),
    check: Check::Run(check),
};

const DOCS: &str = r#"## What it does
Reports a waiver whose `scopes` hold an entry for any scope (`**`), and one that holds for more days than the policy's
`max-waiver-days`: from the day on which it was `created`, or from today where it does not say.

## Why is this bad?
A waiver is an exception that somebody looked at. One for every scope, or without an end in sight, is a second policy that
nobody reviews.

## Example
```yaml as-of=2026-11-01
version: 1
default: allow
max-waiver-days: 90
waivers:
  - id: W-7
    scopes: ["**"]
    rules: [full-access]
    reason: The vendor's importer refuses granular scopes.
    owner: finance-platform
    expires: 2027-01-01
```
```scope
ZohoBooks.fullaccess.all
```
```yaml as-of=2026-11-01
version: 1
default: allow
max-waiver-days: 90
waivers:
  - id: W-7
    scopes: [ZohoBooks.fullaccess.all]
    rules: [full-access]
    reason: The vendor's importer refuses granular scopes.
    owner: finance-platform
    created: 2026-11-01
    expires: 2027-11-01
```
```scope
ZohoBooks.fullaccess.all
```

## Use instead
```yaml as-of=2026-11-01
version: 1
default: allow
max-waiver-days: 90
waivers:
  - id: W-7
    scopes: [ZohoBooks.fullaccess.all]
    rules: [full-access]
    reason: The vendor's importer refuses granular scopes.
    owner: finance-platform
    created: 2026-11-01
    expires: 2027-01-30
```
```scope
ZohoBooks.fullaccess.all
```

## Options
`max-waiver-days` in the policy: without it, a waiver may hold for any time. Of a policy and those that it extends, the
smallest number counts.
"#;

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    cx.waivers.iter().flat_map(|used| [wide(cx, used), long(cx, used)]).flatten().collect()
}

fn wide(cx: &RunContext<'_>, WaiverUse { waiver, .. }: &WaiverUse<'_>) -> Option<Finding> {
    let names_any = |entry: &&Entry| entry.pattern.parts().iter().all(|part| matches!(part, Part::One | Part::Many));
    let entry = waiver.scopes.iter().find(names_any)?;
    let message = format!("waiver `{}` accepts any scope: `{}`", waiver.id, entry.text);
    let help = "name the scopes that the application really needs, one entry each";
    Some(cx.of_policy(waiver.app.as_ref(), entry.place, message).help(help))
}

fn long(cx: &RunContext<'_>, WaiverUse { waiver, .. }: &WaiverUse<'_>) -> Option<Finding> {
    let most = cx.policy.max_waiver_days?;
    let (from, since) = match waiver.created {
        Some(created) => (created, format!("from {created} on")),
        None => (cx.as_of, "from today on".to_owned()),
    };
    let days = from.duration_until(waiver.expires).as_secs() / (24 * 60 * 60);
    let message =
        format!("waiver `{}` holds for {days} days {since}, and the policy lets waivers hold for {most}", waiver.id);
    let help = "let it end sooner, and renew it with a new decision if it is still needed then";
    (days > i64::from(most)).then(|| cx.of_policy(waiver.app.as_ref(), waiver.expires_place, message).help(help))
}
