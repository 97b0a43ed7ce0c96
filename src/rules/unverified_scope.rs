//! ZS104 unverified-scope.

use super::words::{catalog_line, quoted, remark};
use super::{Check, Rule, ScopeContext};
use crate::access::{Identity, Known};
use crate::catalog::{Service, Status};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS104",
        "unverified-scope",
        Severity::Note,
        "a scope is known from third parties alone, or sources contradict each other",
        DOCS,
    ),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports a scope that the catalog knows, but not from the vendor and not from seeing it at work: only third parties claim
that it exists, or sources contradict each other about it.

## Why is this bad?
Such a scope may not exist, or may give something else than its name says. It is better to find that out before an
application depends on it than in a consent page that fails.

## Example
```scope
Desk.accounts.CREATE
```

## Use instead
```scope
Desk.contacts.CREATE
```

## Remarks
A scope that a token holds is proven by that. What was proven to work can be stated in a catalog file of your own, which a policy names under `catalog`.
";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    let (service, provenance) = (cx.identity.service()?, cx.identity.provenance()?);
    let scope = cx.scope;
    let message = match provenance.status {
        // That a token holds it is the proof that it exists.
        _ if !cx.judged.known || cx.is_held => return None,
        Status::Reported => format!("`{scope}` is known from third parties alone"),
        Status::Disputed => format!("sources contradict each other on `{scope}`"),
        _ => return None,
    };
    let finding = cx.finding(format!("{message}{}", remark(provenance))).resting_on(catalog_line(service, provenance));
    let confirmed = confirmed(service, cx.identity);
    Some(finding.help(if confirmed.is_empty() {
        "try it on a consent page before an application depends on it".to_owned()
    } else {
        format!("confirmed for the same resource: {}", quoted(&confirmed, 8))
    }))
}

/// The scopes on the same resource that surely exist, `ALL` left out.
fn confirmed(service: &Service, identity: &Identity<'_>) -> Vec<Scope> {
    let Known::Operation(_, resource, _) = identity.known else { return Vec::new() };
    let sure = resource.operations.iter().filter(|operation| operation.provenance.status.is_sure());
    let single = sure.filter(|operation| !operation.name.eq_ignore_ascii_case("ALL"));
    single.map(|operation| service.scope(identity.scope.resource(), &operation.name)).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn says_what_is_doubtful() {
        insta::assert_snapshot!(found("ZS104", "Desk.tickets.WRITE,ZohoCRM.settings.READ,ZohoCRM.mass_convert.CREATE,ZohoBooks.invoices.READ"), @r"
        ZS104 note [ZohoCRM.mass_convert.CREATE] `ZohoCRM.mass_convert.CREATE` is known from third parties alone
          help: try it on a consent page before an application depends on it
          catalog: ZohoCRM.yaml:N (reported, github:bytechefhq/bytechef:server/libs/modules/components/zoho/zoho-crm/src/main/java/com/bytechef/component/zoho/crm/connection/ZohoCrmConnection.java)
        ");
    }
}
