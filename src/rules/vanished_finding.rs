//! ZS309 vanished-finding.

use super::{BaselineContext, Check, Rule};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS309",
        "vanished-finding",
        Severity::Note,
        "an entry of the baseline absolves a finding that is no longer there",
        DOCS,
    ),
    check: Check::Baseline(check),
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

fn check(cx: &BaselineContext<'_>) -> Finding {
    let known = cx.known;
    let on = known.scope.as_ref().map_or_else(String::new, |scope| format!(" on `{scope}`"));
    let message = format!("`{}`{on} is no longer found in `{}`", known.rule, known.path);
    let finding = Finding::new(cx.rule, cx.place, message);
    let finding = finding.help("take the entry out, or write the baseline anew with --write-baseline");
    Finding { app: known.app.clone(), scope: known.scope.clone(), ..finding }
}
