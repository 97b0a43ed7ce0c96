//! ZS308 unused-ignore.

use super::{Rule, RunContext, listed};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) struct UnusedIgnore;

static INFO: RuleInfo = RuleInfo {
    code: "ZS308",
    name: "unused-ignore",
    severity: Severity::Warning,
    summary: "a comment that ignores findings ignored none in the run",
    docs: DOCS,
};

const DOCS: &str = r"## What it does
Reports a comment `zscope: ignore[RULE] reason` beside which none of its rules found anything.

## Why is this bad?
The comment outlived what it was for. It will hide the next finding of the same kind on that line without anybody
deciding it.

## Example
```source
SCOPES = 'ZohoBooks.invoices.READ'  # zscope: ignore[full-access] the vendor's importer refuses granular scopes
```

## Use instead
```source
SCOPES = 'ZohoBooks.invoices.READ'
```

## Remarks
The comment is about its own line, or about the next one when it has a line for itself.
";

impl Rule for UnusedIgnore {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check_run(&self, cx: &RunContext<'_>, findings: &mut Vec<Finding>) {
        for used in cx.ignores {
            if used.matched > 0 || used.refused.len() == used.rules.len() || used.ignore.reason.is_empty() {
                continue;
            }
            let rules: Vec<String> = used.rules.iter().map(|rule| (*rule).to_owned()).collect();
            let message =
                format!("the comment ignores nothing: {} found nothing in line {}", listed(&rules), used.ignore.line);
            findings.push(Finding::new(&INFO, used.ignore.place, message).help("delete the comment"));
        }
    }
}
