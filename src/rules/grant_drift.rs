//! ZS504 grant-drift.

use super::{Check, Drift, Drifted, Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS504",
        "grant-drift",
        Severity::Error,
        "tokens hold other access than the lock file says",
        DOCS,
    ),
    check: Check::Run(check),
};

const DOCS: &str = r#"## What it does
Compares what tokens hold with `zscope.lock` (`zscope audit --check-lock`), for each application and data centre, by
meaning. Access that the lock does not give is an error, and so is a token of which the response does not say what it holds,
unless the lock has that, too. Access that the lock gives and nobody holds any more is a note,
and so is an application of the lock without a token in this run.

## Why is this bad?
The lock is the access that somebody has reviewed. Tokens grow past it when a client consents to a longer list, or when
scope enhancement adds to a token that is out; no line of code changes with it.

## Example
```yaml lock
version: 1
grants:
  invoice-sync:
    eu:
      - ZohoBooks.invoices.READ
```
```token
{ "app": "invoice-sync", "scope": "ZohoBooks.invoices.ALL", "api_domain": "https://www.zohoapis.eu" }
```

## Use instead
```yaml lock
version: 1
grants:
  invoice-sync:
    eu:
      - ZohoBooks.invoices.ALL
```
```token
{ "app": "invoice-sync", "scope": "ZohoBooks.invoices.ALL", "api_domain": "https://www.zohoapis.eu" }
```

## Remarks
`zscope audit --lock` writes the file anew. Review its difference like any other change.
"#;

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    cx.drift.iter().map(|drift| drifted(cx, drift)).collect()
}

fn drifted(cx: &RunContext<'_>, drift: &Drift) -> Finding {
    let whose = match drift.data_centre.as_str() {
        "unknown" => format!("`{}`", drift.app),
        centre => format!("`{}` in {centre}", drift.app),
    };
    let (severity, message, help) = match &drift.what {
        Drifted::Grown(scope) => (
            cx.rule.severity,
            format!("{whose} holds `{scope}`, which the lock does not give"),
            "take the scope away with a new consent, or review it and write the lock anew with `--lock`",
        ),
        Drifted::Shrunk(scope) => (
            Severity::Note,
            format!("{whose} no longer holds `{scope}`, which the lock gives"),
            "write the lock anew with `--lock`, so that the access cannot come back unseen",
        ),
        Drifted::Unknown => (
            cx.rule.severity,
            format!("{whose} holds a token of which nobody knows what it gives, and the lock does not say so"),
            "give the answer of the consent that made the token; or name the grant in the policy's `unknown-grants`, and write the lock anew with `--lock`",
        ),
        Drifted::Absent => (
            Severity::Note,
            format!("{whose} is in the lock, and no token of it was audited"),
            "audit its tokens too, or write the lock anew with `--lock`",
        ),
    };
    let finding = cx.finding(drift.place, message).severity(severity).help(help);
    let finding = Finding { app: drift.policy_app.clone(), ..finding };
    match &drift.what {
        Drifted::Grown(scope) | Drifted::Shrunk(scope) => finding.scope(scope),
        Drifted::Unknown | Drifted::Absent => finding,
    }
}
