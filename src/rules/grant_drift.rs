//! ZS504 grant-drift.

use super::{Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::Scope;
use crate::text::Place;

pub(super) struct GrantDrift;

static INFO: RuleInfo = RuleInfo {
    code: "ZS504",
    name: "grant-drift",
    severity: Severity::Error,
    summary: "tokens hold other access than the lock file says",
    docs: DOCS,
};

const DOCS: &str = r#"## What it does
Compares what tokens hold with `zscope.lock` (`zscope audit --check-lock`), for each application and data centre, by
meaning. Access that the lock does not give is an error. Access that the lock gives and nobody holds any more is a note,
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

impl Rule for GrantDrift {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check_run(&self, cx: &RunContext<'_>, findings: &mut Vec<Finding>) {
        for drift in cx.drift {
            let whose = match drift.data_centre.as_str() {
                "unknown" => format!("`{}`", drift.app),
                centre => format!("`{}` in {centre}", drift.app),
            };
            let (severity, message, help) = match &drift.what {
                Drifted::Grown(scope) => (
                    INFO.severity,
                    format!("{whose} holds `{scope}`, which the lock does not give"),
                    "take the scope away with a new consent, or review it and write the lock anew with `--lock`",
                ),
                Drifted::Shrunk(scope) => (
                    Severity::Note,
                    format!("{whose} no longer holds `{scope}`, which the lock gives"),
                    "write the lock anew with `--lock`, so that the access cannot come back unseen",
                ),
                Drifted::Absent => (
                    Severity::Note,
                    format!("{whose} is in the lock, and no token of it was audited"),
                    "audit its tokens too, or write the lock anew with `--lock`",
                ),
            };
            let mut finding = Finding { severity, ..Finding::new(&INFO, drift.place, message).help(help) };
            if let Drifted::Grown(scope) | Drifted::Shrunk(scope) = &drift.what {
                finding = finding.scope(scope);
            }
            finding.app.clone_from(&drift.policy_app);
            findings.push(finding);
        }
    }
}

/// A difference between a lock and what tokens hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The application, as the lock names it.
    pub app: String,
    /// The policy's application, where it is one.
    pub policy_app: Option<String>,
    /// The code of the data centre, or `unknown`.
    pub data_centre: String,
    /// What differs.
    pub what: Drifted,
    /// Where in the lock it belongs.
    pub place: Place,
}

/// What differs from a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drifted {
    /// This is held, and the lock does not surely give it.
    Grown(Scope),
    /// The lock gives this, and it is not held any more.
    Shrunk(Scope),
    /// The lock has the application there, and no token of it was audited.
    Absent,
}
