//! ZS101 unknown-service.

use super::words::catalog_line;
use super::{Check, Rule, ScopeContext};
use crate::access::{self, Known, Unknown};
use crate::catalog::model::Erratum;
use crate::catalog::{Catalog, Service};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS101",
        "unknown-service",
        Severity::Error,
        "a scope begins with a name that is no service of the catalog",
        DOCS,
    ),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports a scope whose first part is no service name that the catalog knows. Where the name is near to a known one, or is
another name under which the product was seen, the help names the scope that was probably meant.

## Why is this bad?
Service names are irregular: Zoho Desk is `Desk`, Zoho WorkDrive is `WorkDrive`, Zoho People is `ZOHOPEOPLE`. A scope
that does not exist can make the consent page fail, or be missing from the token without a word. And nobody can say what a
scope of an unknown service would give, so it is never counted as allowed by default.

## Example
```scope
ZohoBook.invoices.READ
```

## Use instead
```scope
ZohoBooks.invoices.READ
```

## Remarks
Case does not matter: `zohobooks` is the same service as `ZohoBooks`. A service that the catalog lacks can be described
in a catalog file of your own, which a policy names under `catalog`.
";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    let Known::No(Unknown::Service(alias)) = cx.identity.known else { return None };
    if !cx.in_detail {
        return Some(cx.finding(nameless(cx.scope.service().unwrap_or_default())));
    }
    Some(match slip(cx.catalog, cx.scope) {
        Some((service, slip)) => misspelt(cx, service, slip),
        None => look_up(cx, alias),
    })
}

fn nameless(name: &str) -> String {
    format!("the catalog knows no service `{name}`")
}

fn look_up(cx: &ScopeContext<'_>, alias: Option<&Service>) -> Finding {
    let scope = cx.scope;
    let name = scope.service().unwrap_or_default();
    let message = match alias {
        Some(service) => {
            let (product, real) = (&service.product, &service.name);
            format!("`{name}` is another name under which {product} was seen; its scopes begin with `{real}`")
        }
        None => nameless(name),
    };
    let finding = cx.finding(message);
    if let Some(meant) = access::suggest(cx.catalog, cx.identity) {
        let finding = finding.help(format!("did you mean `{meant}`?"));
        // Only the name of the service is certain enough to be replaced unseen.
        let same_rest =
            Scope::from_parts(meant.parts()[1..].to_vec()) == Scope::from_parts(scope.parts()[1..].to_vec());
        if same_rest { cx.with_correction(finding, &meant) } else { finding }
    } else {
        finding.help(match alias.or_else(|| access::near_service(cx.catalog, name)) {
            Some(near) => format!("did you mean a scope of `{}`? it has none of this name", near.name),
            None => "look the name up in Zoho's documentation; a service that the catalog lacks can be described in a \
                     catalog file of your own"
                .to_owned(),
        })
    }
}

fn misspelt(cx: &ScopeContext<'_>, service: &Service, slip: &Erratum) -> Finding {
    let (written, means) = (&slip.written, &slip.means);
    let message = format!("`{written}` lacks the service name, as it does in material on {}", service.product);
    let finding = cx
        .finding(message)
        .help(format!("did you mean `{means}`?"))
        .resting_on(catalog_line(service, &slip.provenance));
    cx.with_correction(finding, means).safely()
}

/// A slip of some service's own material that this scope is. Such slips begin with a resource.
fn slip<'c>(catalog: &'c Catalog, scope: &Scope) -> Option<(&'c Service, &'c Erratum)> {
    let text = scope.to_string();
    catalog.services().find_map(|service| {
        let slip = service.errata.iter().find(|slip| slip.written.eq_ignore_ascii_case(&text))?;
        Some((service, slip))
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn misspelt_services_are_named_with_what_is_meant() {
        insta::assert_snapshot!(found("ZS1", "ZohoBook.invoices.READ,ZohoSupport.tickets.ALL,ZohoDesk.tickets.READ,ZohoBook.nothing.READ,Foo.bar.READ"), @r"
        ZS101 error [ZohoBook.invoices.READ] the catalog knows no service `ZohoBook`
          help: did you mean `ZohoBooks.invoices.READ`?
          write the scope that is meant: ZohoBooks.invoices.READ,ZohoSupport.tickets.ALL,ZohoDesk.tickets.READ,ZohoBook.nothing.READ,Foo.bar.READ
        ZS101 error [ZohoSupport.tickets.ALL] `ZohoSupport` is another name under which Zoho Desk was seen; its scopes begin with `Desk`
          help: did you mean `Desk.tickets.ALL`?
          write the scope that is meant: ZohoBook.invoices.READ,Desk.tickets.ALL,ZohoDesk.tickets.READ,ZohoBook.nothing.READ,Foo.bar.READ
        ZS101 error [ZohoDesk.tickets.READ] `ZohoDesk` is another name under which Zoho Desk was seen; its scopes begin with `Desk`
          help: did you mean `Desk.tickets.READ`?
          write the scope that is meant: ZohoBook.invoices.READ,ZohoSupport.tickets.ALL,Desk.tickets.READ,ZohoBook.nothing.READ,Foo.bar.READ
        ZS101 error [ZohoBook.nothing.READ] the catalog knows no service `ZohoBook`
          help: did you mean a scope of `ZohoBooks`? it has none of this name
        ZS101 error [Foo.bar.READ] the catalog knows no service `Foo`
          help: look the name up in Zoho's documentation; a service that the catalog lacks can be described in a catalog file of your own
        ");
    }

    #[test]
    fn a_slip_of_the_vendor_without_its_service_is_found() {
        insta::assert_snapshot!(found("ZS1", "settings.fiscal_year.READ"), @r"
        ZS101 error [settings.fiscal_year.READ] `settings.fiscal_year.READ` lacks the service name, as it does in material on Zoho CRM
          help: did you mean `ZohoCRM.settings.fiscal_year.READ`?
          catalog: ZohoCRM.yaml:N (documented, github:zoho/crm-oas:v8.0/fiscal_year.json)
          write the scope that is meant: ZohoCRM.settings.fiscal_year.READ
        ");
    }

    #[test]
    fn the_fix_keeps_what_it_does_not_mean_to_change() {
        insta::assert_snapshot!(found("ZS1", "CRM.modules.lead.READ,CRM.module.READ"), @r"
        ZS101 error [CRM.modules.lead.READ] the catalog knows no service `CRM`
          help: did you mean `ZohoCRM.modules.lead.READ`?
          write the scope that is meant: ZohoCRM.modules.lead.READ,CRM.module.READ
        ZS101 error [CRM.module.READ] the catalog knows no service `CRM`
          help: did you mean `ZohoCRM.modules.READ`?
        ");
    }
}
