//! ZS304 expiring-waiver.

use super::{Check, Rule, RunContext, WaiverUse};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::policy::{Waiver, WaiverState};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS304",
        "expiring-waiver",
        Severity::Note,
        "a waiver of the policy ends within two weeks",
        DOCS,
    ),
    check: Check::Run(check),
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

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    cx.waivers.iter().filter_map(|used| expiring(cx, used)).collect()
}

fn expiring(cx: &RunContext<'_>, used: &WaiverUse<'_>) -> Option<Finding> {
    let WaiverState::Expiring { days } = used.state else { return None };
    let Waiver { id, expires, app, expires_place, .. } = used.waiver;
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
    Some(cx.of_policy(app.as_ref(), *expires_place, message).help(help))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found_under;

    /// What the rules on waivers say on 2026-11-01 of one that ends on a day, and that absolves something or nothing.
    fn ending(day: &str, scope: &str) -> String {
        let waiver =
            "{ id: W-1, app: sync, scopes: [ZohoBooks.fullaccess.all], rules: [full-access], reason: r, owner: o";
        let policy =
            format!("version: 1\ndefault: allow\napps: {{ sync: {{}} }}\nwaivers:\n  - {waiver}, expires: {day} }}\n");
        found_under(&policy, Some("sync"), "ZS30", scope)
    }

    #[test]
    fn a_waiver_holds_through_its_last_day() {
        let used = "ZohoBooks.fullaccess.all";
        insta::assert_snapshot!(ending("2026-11-16", used), @"");
        insta::assert_snapshot!(ending("2026-11-15", used), @r"
        ZS304 note [2026-11-15] waiver `W-1` holds until 2026-11-15: its last day is in 14 days
          help: settle what it absolves before that day, or have it approved anew
        ");
        insta::assert_snapshot!(ending("2026-11-02", used), @r"
        ZS304 note [2026-11-02] waiver `W-1` holds until 2026-11-02: its last day is tomorrow
          help: settle what it absolves before that day, or have it approved anew
        ");
        insta::assert_snapshot!(ending("2026-11-01", used), @r"
        ZS304 note [2026-11-01] waiver `W-1` holds until 2026-11-01: its last day is today
          help: settle what it absolves before that day, or have it approved anew
        ");
        insta::assert_snapshot!(ending("2026-10-31", used), @r"
        ZS303 error [2026-10-31] waiver `W-1` held until 2026-10-31, yesterday; a finding that it absolved stands again
          help: settle the finding, or renew the waiver with a new decision
        ");
        insta::assert_snapshot!(ending("2026-10-30", used), @r"
        ZS303 error [2026-10-30] waiver `W-1` held until 2026-10-30, 2 days ago; a finding that it absolved stands again
          help: settle the finding, or renew the waiver with a new decision
        ");
    }

    #[test]
    fn what_absolves_nothing_is_told_once_it_is_known_to_hold() {
        let unused = "ZohoBooks.invoices.READ";
        insta::assert_snapshot!(ending("2027-11-01", unused), @r"
        ZS305 warning [W-1] waiver `W-1` absolved nothing in this run
          help: remove it, or correct its `app`, `scopes` or `rules` if it should have matched
        ");
        insta::assert_snapshot!(ending("2026-11-03", unused), @r"
        ZS305 warning [W-1] waiver `W-1` absolved nothing in this run
          help: remove it, or correct its `app`, `scopes` or `rules` if it should have matched
        ZS304 note [2026-11-03] waiver `W-1` holds until 2026-11-03: its last day is in 2 days
          help: remove it, unless another run needs it: it absolved nothing here
        ");
        insta::assert_snapshot!(ending("2026-10-01", unused), @r"
        ZS303 error [2026-10-01] waiver `W-1` held until 2026-10-01, 31 days ago
          help: remove it: it absolves nothing any more
        ");
    }
}
