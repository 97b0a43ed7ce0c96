//! ZS103 deprecated-scope.

use super::words::{catalog_line, has_operation, quoted, remark, replacement};
use super::{Check, Rule, ScopeContext};
use crate::access::{self, Identity, Known};
use crate::catalog::model::Deprecation;
use crate::catalog::{Catalog, Provenance, Service, Status};
use crate::finding::{Confidence, Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS103",
        "deprecated-scope",
        Severity::Warning,
        "a scope no longer works or should not be used any more",
        DOCS,
    ),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports a scope that the catalog lists as deprecated: it existed, and no longer works or has a successor. Where known,
the message says since when, and the help names what to use instead.

## Why is this bad?
A token with a dead scope fails at the first call. The Activities module of Zoho CRM is gone since version 3 of the API,
and a token that was granted its scopes gets `OAUTH_SCOPE_MISMATCH`
(<https://www.zoho.com/crm/developer/docs/api/v6/select-api-scopes.html>). A scope that was renamed may stop to work
without notice.

## Example
```scope
ZohoCRM.modules.activities.READ
```

## Use instead
```scope
ZohoCRM.modules.events.READ,ZohoCRM.modules.calls.READ,ZohoCRM.modules.tasks.READ
```
";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    let (service, provenance, said) = deprecation(cx.identity)?;
    let since = said.and_then(|said| said.since.as_ref()).map(|since| format!(" since {since}"));
    let (since, remark) = (since.unwrap_or_default(), remark(provenance));
    let mut finding = cx
        .finding(format!("`{}` is deprecated{since}{remark}", cx.scope))
        .resting_on(catalog_line(service, provenance));
    if !provenance.sources.iter().any(|source| service.source_kind(source).starts_with("vendor")) {
        finding = finding.confidence(Confidence::Medium);
    }
    let instead = said.map_or_else(Vec::new, |said| successors(cx.catalog, service, said, cx.scope));
    Some(if instead.is_empty() {
        finding.help("look up in Zoho's documentation what took its place, and request that")
    } else {
        finding.help(format!("use {} instead", quoted(least(cx.catalog, &instead), 5)))
    })
}

/// The scopes to use: of `ALL` the reading of the same resource, since to move on is a chance to ask for less.
fn least(catalog: &Catalog, instead: &[String]) -> Vec<String> {
    let reading = |name: &String| {
        let scope: Scope = name.parse().ok().filter(|scope: &Scope| has_operation(scope, "ALL"))?;
        let front = scope.parts().split_last().map(|(_, front)| front.join("."))?;
        let reading: Scope = format!("{front}.READ").parse().ok()?;
        let known = access::identify(catalog, &reading);
        known.is_known().then(|| known.scope.to_string())
    };
    instead.iter().map(|name| reading(name).unwrap_or_else(|| name.clone())).collect()
}

/// Who says that a scope is deprecated, and what is said about it.
fn deprecation<'c>(identity: &Identity<'c>) -> Option<(&'c Service, &'c Provenance, Option<&'c Deprecation>)> {
    if let Some((service, said)) = identity.deprecated {
        return Some((service, &said.provenance, Some(said)));
    }
    match identity.known {
        Known::Operation(service, _, operation) if operation.provenance.status == Status::Deprecated => {
            Some((service, &operation.provenance, None))
        }
        Known::Word(service, word) if word.provenance.status == Status::Deprecated => {
            Some((service, &word.provenance, None))
        }
        _ => None,
    }
}

/// What to use instead; the catalog may name a scope, or a resource that takes the scope's operation.
fn successors(catalog: &Catalog, service: &Service, said: &Deprecation, scope: &Scope) -> Vec<String> {
    let operation = scope.operation().unwrap_or_default();
    let name = |text: &String| {
        let whole = replacement(service, text);
        let with_operation: Option<Scope> = format!("{whole}.{operation}").parse().ok();
        match with_operation.map(|scope| access::identify(catalog, &scope)) {
            Some(known) if known.is_known() => known.scope.to_string(),
            _ => whole,
        }
    };
    said.instead.iter().map(name).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn the_successor_is_named_with_the_operation() {
        insta::assert_snapshot!(found("ZS103", "ZohoReports.data.read,WorkDrive.workspace.UPDATE,ZohoInventory.salesreturns.GET"), @r"
        ZS103 warning [ZohoReports.data.read] `ZohoReports.data.READ` is deprecated: appears to be the older name of ZohoAnalytics; no vendor page mentions it
          help: use `ZohoAnalytics.data.read` instead
          catalog: ZohoReports.yaml:N (deprecated, public source file, repository unrecorded (ref 62510350008))
        ZS103 warning [WorkDrive.workspace.UPDATE] `WorkDrive.workspace.UPDATE` is deprecated: still requested by integrations; current vendor pages call the same resource teamfolders
          help: use `WorkDrive.teamfolders.UPDATE` instead
          catalog: WorkDrive.yaml:N (deprecated, https://pipedream.com/apps/zoho-workdrive.md)
        ZS103 warning [ZohoInventory.salesreturns.GET] `ZohoInventory.salesreturns.GET` is deprecated since 2026: older vendor specification; the newer one says salesreturns.READ
          help: use `ZohoInventory.salesreturns.READ` instead
          catalog: ZohoInventory.yaml:N (deprecated, github:rabeehzaman/ZohoTrOrder:openapi-all/salesreturns.yml)
        ");
    }
}
