//! ZS004 duplicate-scope.

use std::collections::HashMap;

use super::{Check, ListContext, Rule};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::Scope;
use crate::text::Place;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS004",
        "duplicate-scope",
        Severity::Warning,
        "a list names the same scope more than once",
        DOCS,
    ),
    check: Check::List(check),
};

const DOCS: &str = r"## What it does
Reports a scope that stands in the same list before. Upper and lower case make no difference.

## Why is this bad?
The second mention gives nothing. It is often what is left of a copied line whose operation was to be changed, so the
scope that was meant is missing. It also misleads whoever removes one of the two and believes that the access is gone.

## Example
```scope
ZohoBooks.invoices.READ,ZohoBooks.contacts.READ,ZohoBooks.invoices.READ
```
```scope
ZohoBooks.invoices.READ,ZohoBooks.Invoices.read
```

## Use instead
```scope
ZohoBooks.invoices.READ,ZohoBooks.contacts.READ
```
";

fn check(cx: &ListContext<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    if cx.is_held {
        return found;
    }
    let mut first: HashMap<&Scope, Place> = HashMap::new();
    for (at, judged) in cx.scopes.iter().enumerate() {
        let Ok(scope) = &judged.scope else { continue };
        let Some(place) = first.get(scope) else {
            first.insert(scope, judged.place);
            continue;
        };
        let finding = cx
            .finding(at, format!("`{scope}` is requested more than once"))
            .help("delete it, or write the scope that was meant")
            .related("first requested here", Some(*place));
        found.push(match cx.removal(at) {
            Some(place) => finding.fix("delete the repeated scope", place, "").safely(),
            None => finding,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn the_fix_takes_the_separator_along() {
        insta::assert_snapshot!(found("ZS004", "openid, openid,OpenID.,email"), @r"
        ZS004 warning [openid] `openid` is requested more than once
          help: delete it, or write the scope that was meant
          first requested here
          delete the repeated scope: openid,OpenID.,email
        ZS004 warning [OpenID] `openid` is requested more than once
          help: delete it, or write the scope that was meant
          first requested here
          delete the repeated scope: openid, openid.,email
        ");
        insta::assert_snapshot!(found("ZS004", r#"["ZohoBooks.bills.READ", "ZohoBooks.bills.READ", "openid"]"#), @r#"
        ZS004 warning [ZohoBooks.bills.READ] `ZohoBooks.bills.READ` is requested more than once
          help: delete it, or write the scope that was meant
          first requested here
          delete the repeated scope: ["ZohoBooks.bills.READ", "openid"]
        "#);
        insta::assert_snapshot!(found("ZS004", "Foo.bar.READ foo.BAR.read"), @r"
          ZS004 warning [foo.BAR.read] `Foo.bar.READ` is requested more than once
            help: delete it, or write the scope that was meant
            first requested here
            delete the repeated scope: Foo.bar.READ
          ");
        insta::assert_snapshot!(found("ZS004", "https://accounts.zoho.com/oauth/v2/auth?scope=openid%2Copenid&state=x&scope=openid"), @r"
        ZS004 warning [openid] `openid` is requested more than once
          help: delete it, or write the scope that was meant
          first requested here
          delete the repeated scope: https://accounts.zoho.com/oauth/v2/auth?scope=openid&state=x&scope=openid
        ZS004 warning [openid] `openid` is requested more than once
          help: delete it, or write the scope that was meant
          first requested here
        ");
        insta::assert_snapshot!(found("ZS004", "ZohoBooks.bills,ZohoBooks.bills"), @"");
    }
}
