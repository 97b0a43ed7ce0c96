//! ZS307 invalid-ignore.

use super::{IgnoreUse, Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::closest;

pub(super) struct InvalidIgnore;

static INFO: RuleInfo = RuleInfo {
    code: "ZS307",
    name: "invalid-ignore",
    severity: Severity::Warning,
    summary: "a comment that ignores findings gives no reason, or names no rule that exists",
    docs: DOCS,
};

const DOCS: &str = r"## What it does
Reports a comment `zscope: ignore[RULE] reason` that gives no reason, that names no rule, or that names one which does
not exist. A comment without a reason or without a rule ignores nothing.

## Why is this bad?
An exception that nobody explains cannot be reviewed, and one for everything hides what comes later. A misspelt rule
leaves the reader in the belief that the line was looked at.

## Example
```source
SCOPES = 'ZohoBooks.fullaccess.all'  # zscope: ignore[full-access]
```
```source
SCOPES = 'ZohoBooks.fullaccess.all'  # zscope: ignore the importer needs it
```
```source
SCOPES = 'ZohoBooks.fullaccess.all'  # zscope: ignore[ful-access] the importer needs it
```

## Use instead
```source
SCOPES = 'ZohoBooks.fullaccess.all'  # zscope: ignore[full-access] the vendor's importer refuses granular scopes
```

## Remarks
The comment stands on the line of the finding, or on a line of its own above it, in the notation that its language has
for comments: `#`, `//`, `--`, `;`, `%`, `'`, `<!-- -->`, `/* */`, `{- -}`, `REM`, `::` and others. Rules are named by name
or code, several with commas between them. What was ignored is counted and shown as waived in every report.
";

impl Rule for InvalidIgnore {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check_run(&self, cx: &RunContext<'_>, findings: &mut Vec<Finding>) {
        for used in cx.ignores {
            findings.extend(check(used));
        }
    }
}

fn check(used: &IgnoreUse) -> Vec<Finding> {
    let ignore = &used.ignore;
    if ignore.rules.is_empty() {
        let message = "the comment names no rule, and so ignores nothing";
        let help = "name the rules in brackets: `zscope: ignore[full-access] reason`";
        return vec![Finding::new(&INFO, ignore.place, message).help(help)];
    }
    let mut found = Vec::new();
    let rules = super::infos();
    for rule in &ignore.rules {
        let known = rules.iter().any(|known| known.name == rule.name || known.code.eq_ignore_ascii_case(&rule.name));
        if !known {
            let finding = Finding::new(&INFO, rule.place, format!("there is no rule `{}`", rule.name));
            let near = closest(&rule.name, rules.iter().map(|rule| rule.name));
            let help = near.map_or_else(
                || "`zscope explain` lists the rules".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            found.push(finding.help(help));
        }
    }
    if ignore.reason.is_empty() {
        let message = "the comment gives no reason, and so ignores nothing";
        found.push(
            Finding::new(&INFO, ignore.place, message).help("say after the brackets why the finding is accepted"),
        );
    }
    found
}
