//! ZS299 long-scope: a rule that only a test adds.

use crate::finding::{Finding, RuleInfo, Severity};
use crate::rules::{Check, Rule, ScopeContext};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new("ZS299", "long-scope", Severity::Warning, "a scope has five parts or more", DOCS),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports a scope of five parts or more.

## Why is this bad?
It is not.

## Example
```scope
Desk.one.two.three.READ
```

## Use instead
```scope
Desk.tickets.READ
```
";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    let parts = cx.scope.parts().len();
    (parts >= 5).then(|| cx.finding(format!("`{}` has {parts} parts", cx.scope)).help("shorten it"))
}
