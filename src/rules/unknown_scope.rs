//! ZS102 unknown-scope.

use super::words::{catalog_line, quoted, remark, replacement};
use super::{Check, Rule, ScopeContext};
use crate::access::{self, Known, Unknown};
use crate::catalog::model::{Erratum, Invalid};
use crate::catalog::{Resource, Service, Status};
use crate::finding::{Confidence, Finding, RuleInfo, Severity};
use crate::scope::{Scope, is_placeholder};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS102",
        "unknown-scope",
        Severity::Error,
        "a scope names a resource, operation or word that its service is not known to have",
        DOCS,
    ),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports a scope of a known service whose resource or operation the catalog does not know, a one-word scope that it does
not know, and full access to a service that is not known to offer it. Misspellings that stand in the vendor's own
material, and scopes that were reported not to exist, are named as such.

A name that only fits a placeholder, such as a module of Zoho CRM, is taken for one of your own. If it is very near to a
known name, that is worth a note: `lead` may be a custom module, or a slip for `leads`.

## Why is this bad?
A scope that does not exist can make the consent page fail, or be missing from the token without a word: in a reported
case ten scopes were asked and eight granted, and the missing ones were found when calls failed. Nobody can say what an
unknown scope would give either, so it is never counted as allowed by default.

## Example
```scope
ZohoBooks.invoice.READ
```
```scope
ZohoCRM.modules.ALLL
```

## Use instead
```scope
ZohoBooks.invoices.READ
```
```scope
ZohoCRM.modules.ALL
```

## Remarks
The catalog holds what is published or was seen at work; a scope that it lacks may exist. Describe it in a catalog file
of your own, which a policy names under `catalog`, and it is known.
";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    match cx.identity.known {
        Known::No(Unknown::Service(_)) => None,
        Known::Operation(service, resource, _) => near_own_name(cx, service, resource),
        Known::No(_) if !cx.in_detail => Some(cx.finding(format!("the catalog does not know `{}`", cx.scope))),
        Known::No(why) => Some(unknown_scope(cx, why)),
        _ => None,
    }
}

fn unknown_scope(cx: &ScopeContext<'_>, why: Unknown<'_>) -> Finding {
    let identity = cx.identity;
    if let Some((service, slip)) = identity.erratum {
        return misspelt(cx, service, slip);
    }
    if let Some((service, invalid)) = identity.invalid {
        return nonexistent(cx, service, invalid);
    }
    match why {
        Unknown::Resource(service) if cx.scope.is_full_access() => no_full_access(cx, service),
        Unknown::Resource(service) if is_part_of_full_access(cx.scope) => part_of_full_access(cx, service),
        Unknown::Resource(service) => no_resource(cx, service),
        Unknown::Operation(service, resource) => no_operation(cx, service, resource),
        Unknown::Word | Unknown::Service(_) => no_word(cx),
    }
}

fn misspelt(cx: &ScopeContext<'_>, service: &Service, slip: &Erratum) -> Finding {
    let (written, means) = (&slip.written, &slip.means);
    let vendors = slip.provenance.sources.iter().any(|source| service.source_kind(source).starts_with("vendor"));
    let whose = if vendors { "the vendor's own material" } else { "public material" };
    let finding = cx
        .finding(format!("`{written}` is a misspelling that stands in {whose}; `{means}` is meant"))
        .help(format!("write `{means}`"))
        .resting_on(catalog_line(service, &slip.provenance));
    // The vendor's slip stands for what it means, wherever the vendor reads it.
    cx.with_correction(finding, means).safely()
}

fn nonexistent(cx: &ScopeContext<'_>, service: &Service, invalid: &Invalid) -> Finding {
    let remark = remark(&invalid.provenance);
    let finding = cx
        .finding(format!("`{}` is reported not to exist{remark}", cx.scope))
        .resting_on(catalog_line(service, &invalid.provenance));
    if invalid.instead.is_empty() {
        let of_full = cx.scope.resource().first().is_some_and(|part| part.eq_ignore_ascii_case("fullaccess"));
        return if of_full { finding.help(full_access_help(service)) } else { finding };
    }
    let instead = invalid.instead.iter().map(|text| replacement(service, text));
    if cx.scope.is_full_access() {
        return finding.help(format!(
            "name the resources and operations that the app needs: `{}.<resource>.<OPERATION>`; the widest groups are {}",
            service.name,
            quoted(instead, 5)
        ));
    }
    finding.help(format!("perhaps you need {}", quoted(instead, 5)))
}

/// What to ask for in place of another operation on full access.
fn full_access_help(service: &Service) -> String {
    format!(
        "full access has `all` alone, which is everything; request single resources: `{}.<resource>.<OPERATION>`",
        service.name
    )
}

fn no_full_access(cx: &ScopeContext<'_>, service: &Service) -> Finding {
    let product = &service.product;
    cx.finding(format!("the catalog has no evidence that there is full access to {product}")).help(format!(
        "name the resources and operations that the app needs: `{}.<resource>.<OPERATION>`; the catalog knows {} \
             resources",
        service.name,
        service.resources.len()
    ))
}

/// Whether it asks for full access with another operation than the one that there is.
fn is_part_of_full_access(scope: &Scope) -> bool {
    matches!(scope.resource(), [only] if only.eq_ignore_ascii_case("fullaccess"))
}

fn part_of_full_access(cx: &ScopeContext<'_>, service: &Service) -> Finding {
    let operation = cx.scope.operation().unwrap_or_default();
    let has = |resource: &&Resource| {
        let named = resource.operations.iter().any(|known| known.name.eq_ignore_ascii_case(operation));
        named && resource.path.iter().all(|part| !is_placeholder(part))
    };
    let narrower = service.resources.iter().filter(has);
    let narrower: Vec<String> = narrower.map(|known| service.scope(&known.path, operation).to_string()).collect();
    let such_as = if narrower.is_empty() { String::new() } else { format!(": {}", quoted(&narrower, 5)) };
    cx.finding(format!("`{}` is no scope: full access has `all` alone", cx.scope))
        .help(format!("ask for {operation} of the resources that the app needs{such_as}"))
}

fn no_resource(cx: &ScopeContext<'_>, service: &Service) -> Finding {
    let (product, path) = (&service.product, cx.scope.resource().join("."));
    let finding = cx.finding(format!("the catalog knows no resource `{path}` of {product}"));
    if path.eq_ignore_ascii_case("fullaccess") {
        return finding.help(full_access_help(service));
    }
    if let Some(meant) = access::suggest(cx.catalog, cx.identity) {
        return finding.help(format!("did you mean `{meant}`?"));
    }
    let near = near_resources(service, &path);
    finding.help(if near.is_empty() {
        match service.resources.as_slice() {
            [only] => {
                format!("the one resource that the catalog knows of {product} is `{}.{}`", service.name, only.dotted())
            }
            known => {
                format!("none of the {} resources that the catalog knows of {product} has a name like it", known.len())
            }
        }
    } else {
        format!("resources with names like it: {}", quoted(&near, 5))
    })
}

/// The resources whose names are most like one that does not exist, the likest first.
fn near_resources(service: &Service, path: &str) -> Vec<String> {
    let path = path.to_ascii_lowercase();
    let alike = |resource: &Resource| {
        let name = resource.dotted().to_ascii_lowercase();
        let last = resource.path.last().map(|part| part.to_ascii_lowercase()).unwrap_or_default();
        strsim::jaro_winkler(&path, &name).max(strsim::jaro_winkler(&path, &last))
    };
    let mut near: Vec<(f64, String)> =
        service.resources.iter().map(|resource| (alike(resource), resource.dotted())).collect();
    near.retain(|(alike, _)| *alike > 0.85);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.into_iter().take(5).map(|(_, name)| format!("{}.{name}", service.name)).collect()
}

fn no_operation(cx: &ScopeContext<'_>, service: &Service, resource: &Resource) -> Finding {
    let (scope, operation) = (cx.scope, cx.scope.operation().unwrap_or_default());
    let path = scope.resource().join(".");
    // The catalog may list the operation as one that was reported not to exist.
    let refuted = resource.operation(operation).filter(|known| known.provenance.status == Status::Invalid);
    let finding = if let Some(known) = refuted {
        let remark = remark(&known.provenance);
        cx.finding(format!("`{scope}` is reported not to exist{remark}"))
            .resting_on(catalog_line(service, &known.provenance))
    } else {
        let message = format!("the catalog knows no operation `{operation}` on `{}.{path}`", service.name);
        cx.finding(message)
    };
    let usable = resource.operations.iter().filter(|known| known.provenance.status != Status::Invalid);
    let has = match quoted(usable.map(|known| &known.name), 12) {
        none if none.is_empty() => "it has none".to_owned(),
        some => format!("it has {some}"),
    };
    finding.help(match access::suggest(cx.catalog, cx.identity) {
        Some(meant) => format!("did you mean `{meant}`? {has}"),
        None => has,
    })
}

fn no_word(cx: &ScopeContext<'_>) -> Finding {
    let word = cx.scope;
    let finding = cx.finding(format!("the catalog knows no one-word scope `{word}`"));
    finding.help(if let Some(meant) = access::suggest(cx.catalog, cx.identity) {
        format!("did you mean `{meant}`?")
    } else {
        let words = quoted(cx.catalog.words(), 8);
        format!("one-word scopes are {words}; every other scope is `Service.resource.OPERATION`")
    })
}

/// A note on a scope that only a placeholder knows and that is very near to a name that the catalog has.
fn near_own_name(cx: &ScopeContext<'_>, service: &Service, resource: &Resource) -> Option<Finding> {
    let at = resource.path.iter().position(|part| is_placeholder(part))?;
    let path = cx.scope.resource();
    let written = path.get(at).filter(|part| !is_placeholder(part))?;
    let kind = resource.path.get(at)?.trim_matches(['{', '}']).replace('_', " ");
    let limit = if written.len() < 5 { 1 } else { 2 };
    let beside = |other: &&Resource| {
        other.path.len() == path.len()
            && other.path.iter().zip(path).enumerate().all(|(n, (a, b))| n == at || a.eq_ignore_ascii_case(b))
    };
    let near = service.resources.iter().filter(beside).filter_map(|other| {
        let known = other.path.get(at).filter(|part| !is_placeholder(part))?;
        if known.len().abs_diff(written.len()) > limit {
            return None;
        }
        let distance = strsim::osa_distance(&known.to_ascii_lowercase(), &written.to_ascii_lowercase());
        (distance <= limit).then_some((distance, known))
    });
    let (_, known) = near.min_by_key(|(distance, _)| *distance)?;
    let mut meant = path.to_vec();
    meant.get_mut(at)?.clone_from(known);
    let meant = service.scope(&meant, cx.scope.operation()?);
    let message =
        format!("`{written}` is no {kind} that the catalog knows; one of your own would be in no catalog either");
    let help = format!("did you mean `{meant}`? if `{written}` is a {kind} of your own, all is well");
    Some(cx.finding(message).severity(Severity::Note).confidence(Confidence::Low).help(help))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn what_is_unknown_is_said_and_what_may_be_meant() {
        insta::assert_snapshot!(found("ZS1", "ZohoBooks.invoice.READ,ZohoBooks.invoices.REED,ZohoBooks.invoices.APPROVE,ZohoCRM.leads.READ,ZohoMail.send.READ,crmapi,emial"), @r"
        ZS102 error [ZohoBooks.invoice.READ] the catalog knows no resource `invoice` of Zoho Books
          help: did you mean `ZohoBooks.invoices.READ`?
        ZS102 error [ZohoBooks.invoices.REED] the catalog knows no operation `REED` on `ZohoBooks.invoices`
          help: did you mean `ZohoBooks.invoices.READ`? it has `CREATE`, `READ`, `UPDATE`, `DELETE` and `ALL`
        ZS102 error [ZohoBooks.invoices.APPROVE] the catalog knows no operation `APPROVE` on `ZohoBooks.invoices`
          help: it has `CREATE`, `READ`, `UPDATE`, `DELETE` and `ALL`
        ZS102 error [ZohoCRM.leads.READ] the catalog knows no resource `leads` of Zoho CRM
          help: did you mean `ZohoCRM.modules.leads.READ`?
        ZS102 error [ZohoMail.send.READ] the catalog knows no resource `send` of Zoho Mail
          help: none of the 23 resources that the catalog knows of Zoho Mail has a name like it
        ZS102 error [crmapi] the catalog knows no one-word scope `crmapi`
          help: one-word scopes are `openid`, `email`, `profile` and `phone`; every other scope is `Service.resource.OPERATION`
        ZS102 error [emial] the catalog knows no one-word scope `emial`
          help: did you mean `email`?
        ");
    }

    #[test]
    fn full_access_has_no_operation_but_all() {
        for (scope, told) in [
            ("Desk.fullaccess.READ", "`Desk.fullaccess.READ` is no scope: full access has `all` alone"),
            ("ZohoProjects.FullAccess.read", "is no scope: full access has `all` alone"),
            ("ZohoMail.fullaccess.CREATE", "ask for CREATE of the resources that the app needs"),
            ("ZohoBooks.fullaccess.READ", "full access has the one form fullaccess.all"),
        ] {
            let text = found("ZS102", scope);
            assert!(text.contains(told), "{scope}: {text}");
            assert!(!text.contains("did you mean"), "{scope}: {text}");
        }
    }

    #[test]
    fn slips_and_inventions_are_named_as_such() {
        insta::assert_snapshot!(found("ZS1", "ZohoCRM.modules.ALLL,ZohoBooks.items.READ,ZohoBooks.fullaccess.READ,ZohoCRM.fullaccess.all"), @r"
        ZS102 error [ZohoCRM.modules.ALLL] `ZohoCRM.modules.ALLL` is a misspelling that stands in the vendor's own material; `ZohoCRM.modules.ALL` is meant
          help: write `ZohoCRM.modules.ALL`
          catalog: ZohoCRM.yaml:N (documented, https://zoho.com/developer/docs/vertical-solutions/api/v6/scopes.html)
          write the scope that is meant: ZohoCRM.modules.ALL,ZohoBooks.items.READ,ZohoBooks.fullaccess.READ,ZohoCRM.fullaccess.all
        ZS102 error [ZohoBooks.items.READ] `ZohoBooks.items.READ` is reported not to exist: seen in public code, in no vendor source; items are under settings
          help: perhaps you need `ZohoBooks.settings.READ`
          catalog: ZohoBooks.yaml:N (invalid, public source file, repository unrecorded (ref 62793326352))
        ZS102 error [ZohoBooks.fullaccess.READ] `ZohoBooks.fullaccess.READ` is reported not to exist: seen in public code, in no vendor source; full access has the one form fullaccess.all
          help: full access has `all` alone, which is everything; request single resources: `ZohoBooks.<resource>.<OPERATION>`
          catalog: ZohoBooks.yaml:N (invalid, public source file, repository unrecorded (ref 62793326352))
        ZS102 error [ZohoCRM.fullaccess.all] `ZohoCRM.fullaccess.all` is reported not to exist: people ask for it often; the vendor's list of scopes has none for the whole of the CRM
          help: name the resources and operations that the app needs: `ZohoCRM.<resource>.<OPERATION>`; the widest groups are `ZohoCRM.modules.ALL` and `ZohoCRM.settings.ALL`
          catalog: ZohoCRM.yaml:N (invalid, https://www.zoho.com/crm/developer/docs/api/v7/scopes.html)
        ");
    }

    #[test]
    fn a_name_of_ones_own_near_to_a_known_one_is_a_note() {
        insta::assert_snapshot!(found("ZS1", "ZohoCRM.modules.lead.READ,ZohoCRM.modules.contct.ALL"), @r"
        ZS102 note [ZohoCRM.modules.lead.READ] `lead` is no module that the catalog knows; one of your own would be in no catalog either
          help: did you mean `ZohoCRM.modules.leads.READ`? if `lead` is a module of your own, all is well
        ZS102 note [ZohoCRM.modules.contct.ALL] `contct` is no module that the catalog knows; one of your own would be in no catalog either
          help: did you mean `ZohoCRM.modules.contacts.ALL`? if `contct` is a module of your own, all is well
        ");
        insta::assert_snapshot!(found("ZS1", "ZohoCRM.modules.leads.READ,ZohoCRM.modules.{module}.READ,ZohoCRM.modules.rockets.READ"), @"");
    }
}
