//! ZS309 vanished-finding.

use super::Rule;
use crate::finding::{Finding, KnownFinding, RuleInfo, Severity};
use crate::text::Place;

pub(super) struct VanishedFinding;

static INFO: RuleInfo = RuleInfo {
    code: "ZS309",
    name: "vanished-finding",
    severity: Severity::Note,
    summary: "an entry of the baseline absolves a finding that is no longer there",
    docs: DOCS,
};

const DOCS: &str = r#"## What it does
Reports an entry of the baseline (`--baseline FILE`) whose finding the run did not make any more.

## Why is this bad?
It is good news: something was put right. The entry that stays behind would absolve the same finding if it came back.

## Example
```baseline
{ "version": 1, "findings": [ { "path": "auth.py", "code": "ZS201", "rule": "full-access",
  "scope": "ZohoBooks.fullaccess.all", "app": null, "fingerprint": "00000000000000000000000000000000" } ] }
```
```source
SCOPES = 'ZohoBooks.invoices.READ'
```

## Use instead
```baseline
{ "version": 1, "findings": [] }
```
```source
SCOPES = 'ZohoBooks.invoices.READ'
```

## Remarks
`--write-baseline` writes the baseline anew. A run over a part of the files says nothing of the entries of the others.
"#;

impl Rule for VanishedFinding {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }
}

/// The finding on an entry of the baseline that absolved nothing.
pub(crate) fn of(known: &KnownFinding, place: Place) -> Finding {
    let on = known.scope.as_ref().map(|scope| format!(" on `{scope}`")).unwrap_or_default();
    let message = format!("`{}`{on} is no longer found in `{}`", known.rule, known.path);
    let finding = Finding::new(&INFO, place, message);
    let finding = finding.help("take the entry out, or write the baseline anew with --write-baseline");
    Finding { app: known.app.clone(), scope: known.scope.clone(), ..finding }
}
