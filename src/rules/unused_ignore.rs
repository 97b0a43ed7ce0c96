//! ZS308 unused-ignore.

use super::words::quoted;
use super::{Check, IgnoreUse, Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS308",
        "unused-ignore",
        Severity::Warning,
        "a comment that ignores findings ignored none in the run",
        DOCS,
    ),
    check: Check::Run(check),
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

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    let unused = |used: &&IgnoreUse| {
        used.matched == 0 && used.refused.len() < used.rules.len() && !used.ignore.reason.is_empty()
    };
    let told = cx.ignores.iter().filter(unused).map(|used| {
        let (rules, line) = (quoted(&used.rules, usize::MAX), used.ignore.line);
        let message = format!("the comment ignores nothing: {rules} found nothing in line {line}");
        cx.finding(used.ignore.place, message).help("delete the comment")
    });
    told.collect()
}
