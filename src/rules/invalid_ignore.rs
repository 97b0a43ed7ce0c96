//! ZS307 invalid-ignore.

use super::{Check, IgnoreUse, Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::closest;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS307",
        "invalid-ignore",
        Severity::Warning,
        "a comment that ignores findings gives no reason, or names no rule that it may ignore",
        DOCS,
    ),
    check: Check::Run(check),
};

const DOCS: &str = r"## What it does
Reports a comment `zscope: ignore[RULE] reason` that gives no reason, that names no rule, that names one which does not
exist, or one of which the policy lets no comment accept findings. Such a comment ignores nothing.

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
```source
SCOPES = 'ZohoBooks.fullaccess.all'  # zscope: ignore[denied] the importer needs it
```

## Use instead
```source
SCOPES = 'ZohoBooks.fullaccess.all'  # zscope: ignore[full-access] the vendor's importer refuses granular scopes
```

## Remarks
The comment stands on the line of the finding, or on a line of its own above it, in the notation that its language has
for comments: `#`, `//`, `--`, `;`, `%`, `'`, `<!-- -->`, `/* */`, `{- -}`, `REM`, `::` and others. Rules are named by name
or code, several with commas between them. The policy's `comments` says what comments may accept: `allowed`, `off`, or a
list of rules; `denied`, `not-allowed` and `secret-in-source` never. What was ignored is counted and shown as waived in every report.
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
    for rule in &used.refused {
        let place = ignore.rules.iter().find(|named| {
            cx.rules.iter().any(|known| {
                known.name == *rule && (known.name == named.name || known.code.eq_ignore_ascii_case(&named.name))
            })
        });
        let message = format!("the policy lets no comment accept findings of `{rule}`, and so this one does not");
        let help = "settle the finding; a waiver of the policy, with an owner, a reason and an end, can accept some";
        found.push(cx.finding(place.map_or(ignore.place, |named| named.place), message).help(help));
    }
    if ignore.reason.is_empty() {
        let message = "the comment gives no reason, and so ignores nothing";
        found.push(cx.finding(ignore.place, message).help("say after the brackets why the finding is accepted"));
    }
    found
}
