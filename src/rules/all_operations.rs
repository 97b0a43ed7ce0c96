//! ZS203 all-operations.

use super::words::{has_operation, only_reads, quoted, series, single_operations};
use super::{Check, Rule, ScopeContext};
use crate::access::{self, Known, Unknown, Why};
use crate::catalog::{Resource, Service};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS203",
        "all-operations",
        Severity::Warning,
        "a scope allows every operation on a resource",
        DOCS,
    )
    .within(&["unknown-service", "unknown-scope", "deprecated-scope", "full-access", "group-access"]),
    check: Check::Scope(check),
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

## Remarks
Under `review: literal` the rule is silent about a scope that an allow entry names to the letter: somebody has looked.
";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    if !has_operation(cx.scope, "ALL") || cx.scope.is_full_access() || cx.policy.has_reviewed(cx.scope) {
        return None;
    }
    let finding = match cx.identity.known {
        Known::Operation(service, resource, _) | Known::No(Unknown::Operation(service, resource)) => {
            known_resource(cx, service, resource)
        }
        _ => cx
            .finding(format!("`{}` asks for every operation", cx.scope))
            .help("request the single operations that the app performs"),
    };
    Some(match cx.opened_change() {
        Some(call) => finding.related(call, None),
        None => finding,
    })
}

fn known_resource(cx: &ScopeContext<'_>, service: &Service, resource: &Resource) -> Finding {
    let (scope, verb) = (cx.scope, if cx.judged.known { "allows" } else { "asks for" });
    let single = single_operations(resource).into_iter();
    let mut narrower: Vec<Scope> = single.map(|word| service.scope(scope.resource(), word)).collect();
    // The one that gives least comes first.
    narrower.sort_by_key(|scope| !scope.operation().is_some_and(only_reads));
    let group = access::opens(cx.catalog, scope).iter().any(|edge| matches!(edge.why, Why::Group(_) | Why::Path));
    if narrower.is_empty() && !group {
        let message = format!("`{scope}` {verb} every operation, and no narrower scope for its resource is known");
        let finding = cx.finding(message).severity(Severity::Note);
        return finding.help("make sure that the app needs the resource at all");
    }
    let beyond = beyond_reading(cx);
    let which = if beyond.is_empty() {
        ", while only reading is known".to_owned()
    } else {
        format!(": {} besides reading", series(&beyond, 8))
    };
    let finding = cx.finding(format!("`{scope}` {verb} every operation{which}"));
    finding.help(if group {
        "request single operations on the single resources that the app uses".to_owned()
    } else {
        format!("request only the operations that the app performs, such as {}", quoted(narrower.iter().take(1), 1))
    })
}

/// The known operations in reach that do more than read, the four basic ones first.
fn beyond_reading(cx: &ScopeContext<'_>) -> Vec<String> {
    let mut words: Vec<String> = access::operations(cx.catalog, cx.scope).into_iter().collect();
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
          help: request only the operations that the app performs, such as `ZohoDirectory.Users.READ`
        ZS203 warning [ZohoCRM.settings.ALL] `ZohoCRM.settings.ALL` allows every operation: CREATE, UPDATE and DELETE besides reading
          help: request single operations on the single resources that the app uses
          for example, it opens `DELETE /crm/v8/settings/duplicate_check_preference`: delete the preference of the check for duplicates
        ZS203 note [ZohoCRM.zia.enrichment.ALL] `ZohoCRM.zia.enrichment.ALL` allows every operation, and no narrower scope for its resource is known
          help: make sure that the app needs the resource at all
        ZS203 warning [ZohoRecruit.modules.ALL] `ZohoRecruit.modules.ALL` allows every operation: CREATE, UPDATE and DELETE besides reading
          help: request single operations on the single resources that the app uses
          for example, it opens `DELETE /recruit/v2/Notes`: delete several notes
        ZS203 warning [Foo.bar.all] `Foo.bar.all` asks for every operation
          help: request the single operations that the app performs
        ");
    }
}
