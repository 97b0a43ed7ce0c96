//! ZS312 policy-tightened.

use super::{Check, Rule, RunContext};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS312",
        "policy-tightened",
        Severity::Note,
        "the change that is judged lets less pass than the policy before it",
        DOCS,
    ),
    check: Check::Run(check),
};

const DOCS: &str = r"## What it does
Where a change is judged by the policy as it stood before (`--policy-from`), tells what the policy that the change brings
allows no longer.

## Why is this bad?
It is not: it is worth knowing, since applications that ask for such a scope will fail from the next change on.

## Example
```yaml
version: 1
default: deny
allow: [ZohoBooks.invoices.READ, ZohoBooks.contacts.READ]
```
```yaml changed
version: 1
default: deny
allow: [ZohoBooks.invoices.READ]
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
allow:
  - { scope: ZohoBooks.invoices.READ, why: the report reads them }
```
```scope
ZohoBooks.invoices.READ
```
";

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    let tighter = cx.changes.iter().filter(|change| !change.is_looser);
    let finding = tighter.map(|change| {
        let finding = cx.of_policy(change.app.as_ref(), change.place, &*change.message);
        let finding = change.details.iter().fold(finding, |finding, detail| finding.related(detail, None));
        match &change.scope {
            Some(scope) => finding.scope(scope),
            None => finding,
        }
    });
    finding.collect()
}
