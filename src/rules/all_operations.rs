//! ZS203 all-operations.

use super::{Context, DETAILED, Rule, only_reads, single_operations, some_of, some_scopes};
use crate::access::{self, Known, Unknown, Why};
use crate::catalog::{Resource, Service};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::judge::Judged;
use crate::scope::Scope;

pub(super) struct AllOperations;

static INFO: RuleInfo = RuleInfo {
    code: "ZS203",
    name: "all-operations",
    severity: Severity::Warning,
    summary: "a scope allows every operation on a resource",
    docs: DOCS,
};

const DOCS: &str = r"## What it does
Reports a scope whose operation is `ALL`, and names the operations that it allows beyond reading. Where the catalog knows
no narrower scope for the resource, the finding is a note. Full access to a service is reported by `full-access` instead.

## Why is this bad?
`ALL` is every operation on the resource (<https://www.zoho.com/crm/developer/docs/api/v8/scopes.html>), deletion and those
that Zoho adds later included. Most applications read, or create and update; the rest is damage that a leaked token or a
mistake can do.

## Example
```scope
ZohoBooks.invoices.ALL
```

## Use instead
```scope
ZohoBooks.invoices.CREATE,ZohoBooks.invoices.READ
```
";

impl Rule for AllOperations {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, cx: &Context<'_>, findings: &mut Vec<Finding>) {
        let wide = |scope: &Scope| scope.operation().is_some_and(|word| word.eq_ignore_ascii_case("ALL"));
        let wide = cx.distinct().filter(|(_, scope)| wide(scope) && !scope.is_full_access());
        for (n, (judged, scope)) in wide.enumerate() {
            let identity = access::identify(cx.catalog, scope);
            let mut finding = match identity.known {
                Known::Operation(service, resource, _) | Known::No(Unknown::Operation(service, resource)) => {
                    known_resource(cx, judged, &identity.scope, service, resource)
                }
                _ => cx
                    .finding(&INFO, judged, format!("`{scope}` asks for every operation"))
                    .help("request the single operations that the app performs"),
            };
            if n < DETAILED
                && let Some(call) = cx.opened_call(&identity.scope)
            {
                finding = finding.related(call, None);
            }
            findings.push(finding);
        }
    }
}

fn known_resource(cx: &Context<'_>, judged: &Judged, scope: &Scope, service: &Service, resource: &Resource) -> Finding {
    let single = single_operations(resource).into_iter();
    let narrower: Vec<Scope> = single.map(|word| service.scope(scope.resource(), word)).collect();
    let group = access::opens(cx.catalog, scope).iter().any(|edge| matches!(edge.why, Why::Group(_)));
    if narrower.is_empty() && !group {
        let message =
            format!("`{scope}` {} every operation, and no narrower scope for its resource is known", verb(judged));
        let finding = cx.finding(&INFO, judged, message).help("make sure that the app needs the resource at all");
        return Finding { severity: Severity::Note, ..finding };
    }
    let beyond = beyond_reading(cx, scope);
    let which = if beyond.is_empty() {
        ", while only reading is known".to_owned()
    } else {
        format!(": {} besides reading", some_of(&beyond, 8))
    };
    let finding = cx.finding(&INFO, judged, format!("`{scope}` {} every operation{which}", verb(judged)));
    finding.help(if group {
        "request single operations on the single resources that the app uses".to_owned()
    } else {
        format!("request the operations that the app performs, out of {}", some_scopes(&narrower, 8))
    })
}

fn verb(judged: &Judged) -> &'static str {
    if judged.known { "allows" } else { "asks for" }
}

/// The known operations in reach that do more than read, the four basic ones first.
fn beyond_reading(cx: &Context<'_>, scope: &Scope) -> Vec<String> {
    let mut words: Vec<String> = access::operations(cx.catalog, scope).into_iter().collect();
    words.retain(|word| !only_reads(word) && word != "ALL" && word != "WRITE");
    let basic = ["CREATE", "UPDATE", "DELETE"];
    words.sort_by_key(|word| basic.iter().position(|basic| basic == word).unwrap_or(basic.len()));
    words
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn only_operations_that_exist_are_proposed() {
        insta::assert_snapshot!(found("ZS203", "ZohoDirectory.Users.ALL,ZohoCRM.settings.ALL,ZohoCRM.zia.enrichment.ALL,ZohoRecruit.modules.ALL,Foo.bar.all"), @r"
        ZS203 warning [ZohoDirectory.Users.ALL] `ZohoDirectory.Users.ALL` allows every operation: UPDATE besides reading
          help: request the operations that the app performs, out of `ZohoDirectory.Users.READ` and `ZohoDirectory.Users.UPDATE`
        ZS203 warning [ZohoCRM.settings.ALL] `ZohoCRM.settings.ALL` allows every operation: CREATE, UPDATE and DELETE besides reading
          help: request single operations on the single resources that the app uses
          for example, it opens `DELETE /crm/v8/settings/duplicate_check_preference`: delete the preference of the check for duplicates
        ZS203 note [ZohoCRM.zia.enrichment.ALL] `ZohoCRM.zia.enrichment.ALL` allows every operation, and no narrower scope for its resource is known
          help: make sure that the app needs the resource at all
          for example, it opens `GET /crm/v8/settings/zia/data_enrichment`: read the configuration of data enrichment by Zia
        ZS203 warning [ZohoRecruit.modules.ALL] `ZohoRecruit.modules.ALL` allows every operation: CREATE, UPDATE and DELETE besides reading
          help: request single operations on the single resources that the app uses
          for example, it opens `DELETE /recruit/v2/Notes`: delete several notes
        ZS203 warning [Foo.bar.all] `Foo.bar.all` asks for every operation
          help: request the single operations that the app performs
        ");
    }
}
