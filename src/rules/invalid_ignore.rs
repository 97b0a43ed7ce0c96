//! ZS307 invalid-ignore.

use super::{Check, IgnoreUse, Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::closest;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS307",
        "invalid-ignore",
        Severity::Warning,
        "a comment that ignores findings gives no reason, or names no rule that exists",
        DOCS,
    ),
    check: Check::Run(check),
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

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    cx.ignores.iter().flat_map(|used| of_comment(cx, used)).collect()
}

fn of_comment(cx: &RunContext<'_>, used: &IgnoreUse) -> Vec<Finding> {
    let ignore = &used.ignore;
    if ignore.rules.is_empty() {
        let message = "the comment names no rule, and so ignores nothing";
        let help = "name the rules in brackets: `zscope: ignore[full-access] reason`";
        return vec![cx.finding(ignore.place, message).help(help)];
    }
    let mut found = Vec::new();
    for rule in &ignore.rules {
        let known = cx.rules.iter().any(|known| known.name == rule.name || known.code.eq_ignore_ascii_case(&rule.name));
        if !known {
            let finding = cx.finding(rule.place, format!("there is no rule `{}`", rule.name));
            let near = closest(&rule.name, cx.rules.iter().map(|rule| rule.name));
            let help = near.map_or_else(
                || "`zscope explain` lists the rules".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            found.push(finding.help(help));
        }
    }
    if ignore.reason.is_empty() {
        let message = "the comment gives no reason, and so ignores nothing";
        found.push(cx.finding(ignore.place, message).help("say after the brackets why the finding is accepted"));
    }
    found
}
