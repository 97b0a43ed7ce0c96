//! ZS502 missing-grant.

use std::collections::HashSet;

use super::{Check, ListContext, Rule};
use crate::access::{self, Sureness};
use crate::finding::{Confidence, Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS502",
        "missing-grant",
        Severity::Warning,
        "a token lacks a scope that the application requests",
        DOCS,
    ),
    check: Check::List(check),
};

const DOCS: &str = r#"## What it does
Reports a scope that the application requests and that the token does not hold. What it requests is said by the inventory
of a live audit with `requested`, with `zscope audit --requested`, or by the policy with `apps.NAME.requested`. A requested
`ALL` counts as held where the token has every single operation that the catalog knows on the resource: for some services
Zoho answers with those instead.

## Why is this bad?
Zoho drops scopes that it does not know, or that the user may not give, without an error. The application learns of it
much later, from calls that fail, in some products with a message that does not speak of scopes at all. A requested scope
that never comes is also one to delete from the request.

## Example
```token requested=ZohoProjects.projects.READ,ZohoProjects.settings.ALL
{ "access_token": "1000.x.y", "scope": "ZohoProjects.projects.READ" }
```

## Use instead
```token requested=ZohoProjects.projects.READ
{ "access_token": "1000.x.y", "scope": "ZohoProjects.projects.READ" }
```
```token requested=Site24x7.Admin.All
{ "access_token": "1000.x.y", "scope": "Site24x7.admin.READ Site24x7.admin.CREATE Site24x7.admin.UPDATE Site24x7.admin.DELETE" }
```
"#;

fn check(cx: &ListContext<'_>) -> Vec<Finding> {
    let Some(requested) = cx.requested else { return Vec::new() };
    let has: HashSet<Scope> = cx.distinct().map(|(_, _, scope)| scope.clone()).collect();
    let missing = requested.iter().filter_map(|scope| {
        let confidence = match access::holds(cx.catalog, &has, scope, true) {
            Sureness::Surely => return None,
            Sureness::Perhaps => Confidence::Medium,
            Sureness::No => Confidence::High,
        };
        let message = format!("the token does not hold `{scope}`, which the application requests");
        let help = if access::identify(cx.catalog, scope).is_known() {
            "consent again, as a user who has the product and the right; or stop requesting the scope"
        } else {
            "the catalog does not know the scope, and Zoho drops unknown scopes in silence: correct or delete it"
        };
        Some(cx.of_list(message).help(help).scope(scope).confidence(confidence))
    });
    missing.collect()
}
