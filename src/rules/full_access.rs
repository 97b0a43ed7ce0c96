//! ZS201 full-access.

use super::{Context, Rule};
use crate::access;
use crate::finding::{Confidence, Finding, RuleInfo, Severity};

pub(super) struct FullAccess;

static INFO: RuleInfo = RuleInfo {
    code: "ZS201",
    name: "full-access",
    severity: Severity::Error,
    summary: "a scope gives everything in a service",
    docs: DOCS,
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

impl Rule for FullAccess {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, cx: &Context<'_>, findings: &mut Vec<Finding>) {
        for (judged, scope) in cx.distinct().filter(|(_, scope)| scope.is_full_access()) {
            let identity = access::identify(cx.catalog, scope);
            let scope = &identity.scope;
            let Some(service) = identity.service() else {
                let name = scope.service().unwrap_or_default();
                let finding = cx.finding(&INFO, judged, format!("`{scope}` asks for everything in `{name}`"));
                findings.push(finding.confidence(Confidence::Medium).help(help(name)));
                continue;
            };
            let (product, count) = (&service.product, service.resources.len());
            let verb = if judged.known { "gives" } else { "asks for" };
            let mut finding = cx
                .finding(
                    &INFO,
                    judged,
                    format!("`{scope}` {verb} everything in {product}: {count} known resources and whatever is added"),
                )
                .help(help(&service.name));
            if let Some(call) = cx.opened_call(scope) {
                finding = finding.related(call, None);
            }
            findings.push(match identity.provenance() {
                Some(provenance) => finding.resting_on(Context::catalog_line(service, provenance)),
                None => finding.confidence(Confidence::Medium),
            });
        }
    }
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
