//! ZS311 policy-loosened.

use super::{Check, PolicyChange, Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS311",
        "policy-loosened",
        Severity::Error,
        "the change that is judged lets more pass than the policy before it",
        DOCS,
    ),
    check: Check::Run(check),
};

const DOCS: &str = r#"## What it does
Where a change is judged by the policy as it stood before (`--policy-from`), compares that policy with the one that the
change brings: entries, `extends`, waivers, levels of rules, catalog files. What the change lets in that the policy before
did not is reported, with a scope by which it shows and a call that this scope opens. So is each finding that the change
accepts by itself, with a comment or with an entry of the baseline: it matters as much as what it accepts.

## Why is this bad?
Whoever may write the policy may write themselves what they like. A change that adds access and the permission for it in one
go passes every judge that reads the policy from the change; a person has to see that the rule was moved.

## Example
```yaml
version: 1
default: deny
allow: [ZohoBooks.invoices.READ]
```
```yaml changed
version: 1
default: deny
allow: [ZohoBooks.invoices.ALL]
```
```scope
ZohoBooks.invoices.READ
```

## Use instead
```yaml
version: 1
default: deny
allow: [ZohoBooks.invoices.READ]
```
```yaml changed
version: 1
default: deny
allow: [ZohoBooks.invoices.READ]
deny: ["**.DELETE"]
```
```scope
ZohoBooks.invoices.READ
```

## Remarks
A change of the policy that is wanted is merged by its owner, by itself; what it then allows is judged by it. `zscope policy
diff` shows the whole difference.
"#;

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    cx.changes.iter().filter(|change| change.is_looser).map(|change| finding(cx, change)).collect()
}

fn finding(cx: &RunContext<'_>, change: &PolicyChange) -> Finding {
    let finding = cx.of_policy(change.app.as_ref(), change.place, &*change.message);
    let finding = change.details.iter().fold(finding, |finding, detail| finding.related(detail, None));
    let help = "take it out of the change, or have the policy's owner merge it by itself first";
    let finding = finding.help(help).severity(change.severity);
    match &change.scope {
        Some(scope) => finding.scope(scope),
        None => finding,
    }
}
