//! ZS204 write-includes-delete.

use super::words::{catalog_line, has_operation, quoted, series};
use super::{Check, Rule, ScopeContext};
use crate::access::{self, Edge, Why};
use crate::finding::{Confidence, Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS204",
        "write-includes-delete",
        Severity::Warning,
        "an operation that sounds like writing deletes too",
        DOCS,
    )
    .within(&["unknown-service", "unknown-scope", "deprecated-scope", "full-access", "group-access"]),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports a scope whose operation stands for several others, deletion among them: `WRITE` is CREATE, UPDATE and DELETE.

## Why is this bad?
Zoho documents for Zoho CRM that `WRITE` holds CREATE, UPDATE and DELETE, and not READ
(<https://www.zoho.com/crm/developer/docs/api/v8/select-api-scopes.html>). Who reads `WRITE` in a list of scopes seldom
thinks of deletion.

## Example
```scope
ZohoCRM.modules.leads.WRITE
```

## Use instead
```scope
ZohoCRM.modules.leads.CREATE,ZohoCRM.modules.leads.UPDATE
```

## Remarks
For services where nobody says what `WRITE` is, the meaning documented for Zoho CRM is taken to hold, with medium
confidence. For Zoho Desk and Bigin sources contradict each other, and the finding says so.
";

/// Where the vendor says what `WRITE` is.
const GENERAL: &str = "documented for Zoho CRM: https://www.zoho.com/crm/developer/docs/api/v8/select-api-scopes.html";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    if !may_stand_for_others(cx) {
        return None;
    }
    let edges = access::opens(cx.catalog, cx.scope);
    let meant: Vec<&Edge<'_>> = edges.iter().filter(|edge| matches!(edge.why, Why::Meaning(_))).collect();
    if !meant.iter().any(|edge| has_operation(&edge.scope, "DELETE")) {
        return None;
    }
    let finding = finding(cx, &meant);
    Some(match cx.opened_call() {
        Some(call) => finding.related(call, None),
        None => finding,
    })
}

/// Whether the operation is `WRITE` or a word that the catalog explains: what all others open need not be looked up.
fn may_stand_for_others(cx: &ScopeContext<'_>) -> bool {
    let Some(operation) = cx.scope.operation() else { return false };
    operation.eq_ignore_ascii_case("WRITE")
        || cx.identity.service().is_some_and(|service| {
            service.meanings.iter().any(|meaning| meaning.operation.eq_ignore_ascii_case(operation))
        })
}

fn finding(cx: &ScopeContext<'_>, meant: &[&Edge<'_>]) -> Finding {
    let scope = cx.scope;
    let words: Vec<&str> = meant.iter().filter_map(|edge| edge.scope.operation()).collect();
    let (word, words) = (scope.operation().unwrap_or_default(), series(&words, 8));
    let said = meant.iter().find_map(|edge| if let Why::Meaning(said) = edge.why { said } else { None });
    let sure = said.is_some_and(|said| said.status.is_sure());
    let message = match said {
        Some(_) if !sure => format!("`{scope}` may delete too: sources contradict each other on what {word} holds"),
        Some(_) => format!("`{scope}` deletes too: {word} is {words}"),
        None => format!("`{scope}` deletes too, if {word} is {words} here as it is in Zoho CRM"),
    };
    let mut finding = cx.finding(message);
    if !sure || !cx.judged.known {
        finding = finding.confidence(Confidence::Medium);
    }
    finding = match (cx.identity.service(), said) {
        (Some(service), Some(said)) => finding.resting_on(catalog_line(service, said)),
        _ => finding.related(GENERAL, None),
    };
    let harmless = |scope: &&Scope| !has_operation(scope, "DELETE");
    let known = |scope: &&Scope| access::identify(cx.catalog, scope).is_known();
    let instead: Vec<&Scope> = meant.iter().map(|edge| &edge.scope).filter(harmless).filter(known).collect();
    if instead.is_empty() {
        return finding.help("request the single operations that the app performs");
    }
    finding.help(format!("request the operations that the app performs, out of {}", quoted(instead, 8)))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn a_disputed_or_borrowed_meaning_is_named_as_such() {
        insta::assert_snapshot!(found("ZS204", "Desk.tickets.WRITE,ZohoBooks.invoices.WRITE,ZohoCRM.modules.WRITE,ZohoCampaigns.contact.CREATE-UPDATE"), @r"
        ZS204 warning [Desk.tickets.WRITE] `Desk.tickets.WRITE` may delete too: sources contradict each other on what WRITE holds
          help: request the operations that the app performs, out of `Desk.tickets.CREATE` and `Desk.tickets.UPDATE`
          catalog: Desk.yaml:N (disputed, public source file, repository unrecorded (ref 68375324598))
        ZS204 warning [ZohoBooks.invoices.WRITE] `ZohoBooks.invoices.WRITE` deletes too, if WRITE is CREATE, UPDATE and DELETE here as it is in Zoho CRM
          help: request the operations that the app performs, out of `ZohoBooks.invoices.CREATE` and `ZohoBooks.invoices.UPDATE`
          documented for Zoho CRM: https://www.zoho.com/crm/developer/docs/api/v8/select-api-scopes.html
        ZS204 warning [ZohoCRM.modules.WRITE] `ZohoCRM.modules.WRITE` deletes too: WRITE is CREATE, UPDATE and DELETE
          help: request the operations that the app performs, out of `ZohoCRM.modules.CREATE` and `ZohoCRM.modules.UPDATE`
          catalog: ZohoCRM.yaml:N (documented, https://zoho.com/crm/developer/docs/api/v6/select-api-scopes.html)
        ");
    }
}
