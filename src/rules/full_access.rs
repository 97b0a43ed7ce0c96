//! ZS201 full-access.

use super::words::catalog_line;
use super::{Check, Rule, ScopeContext};
use crate::finding::{Confidence, Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new("ZS201", "full-access", Severity::Error, "a scope gives everything in a service", DOCS),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports `<Service>.fullaccess.all`: every operation on everything in the service. Also where the catalog has no evidence
that the service offers it.

## Why is this bad?
Whoever holds the token can read, change and delete whatever the user can who consented, in all of the product, and in
what Zoho adds to it later. A refresh token of Zoho does not expire, so a leaked one stays that powerful until somebody
revokes it.

## Example
```scope
ZohoBooks.fullaccess.all
```

## Use instead
```scope
ZohoBooks.invoices.READ,ZohoBooks.contacts.READ
```

## Remarks
A narrower list takes effect with a new consent: a refreshed token keeps the scopes that were granted first. Revoke the
old refresh token.
";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    let scope = cx.scope;
    if !scope.is_full_access() {
        return None;
    }
    let Some(service) = cx.identity.service() else {
        let name = scope.service().unwrap_or_default();
        let finding = cx.finding(format!("`{scope}` asks for everything in `{name}`"));
        return Some(finding.confidence(Confidence::Medium).help(help(name)));
    };
    let (product, count) = (&service.product, service.resources.len());
    let verb = if cx.judged.known { "gives" } else { "asks for" };
    let message = format!("`{scope}` {verb} everything in {product}: {count} known resources and whatever is added");
    let mut finding = cx.finding(message).help(help(&service.name));
    if let Some(call) = cx.opened_call() {
        finding = finding.related(call, None);
    }
    Some(match cx.identity.provenance() {
        Some(provenance) => finding.resting_on(catalog_line(service, provenance)),
        None => finding.confidence(Confidence::Medium),
    })
}

fn help(service: &str) -> String {
    format!(
        "list the calls that the app makes, and request one scope for each resource and operation that they need: \
         `{service}.<resource>.<OPERATION>`"
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn also_where_nobody_knows_whether_it_exists() {
        insta::assert_snapshot!(found("ZS201", "zohobooks.FullAccess.All,ZohoCRM.fullaccess.all,Foo.fullaccess.all"), @r"
        ZS201 error [zohobooks.FullAccess.All] `ZohoBooks.fullaccess.all` gives everything in Zoho Books: 20 known resources and whatever is added
          help: list the calls that the app makes, and request one scope for each resource and operation that they need: `ZohoBooks.<resource>.<OPERATION>`
          for example, it opens `DELETE /books/v3/contacts`: delete several contacts
          catalog: ZohoBooks.yaml:N (documented, https://zstatic.zohostatic.com/books/api/v3/oauth)
        ZS201 error [ZohoCRM.fullaccess.all] `ZohoCRM.fullaccess.all` asks for everything in Zoho CRM: 137 known resources and whatever is added
          help: list the calls that the app makes, and request one scope for each resource and operation that they need: `ZohoCRM.<resource>.<OPERATION>`
        ZS201 error [Foo.fullaccess.all] `Foo.fullaccess.all` asks for everything in `Foo`
          help: list the calls that the app makes, and request one scope for each resource and operation that they need: `Foo.<resource>.<OPERATION>`
        ");
    }
}
