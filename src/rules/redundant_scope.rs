//! ZS005 redundant-scope.

use std::collections::{HashMap, HashSet};

use super::words::{catalog_line, quoted};
use super::{Check, ListContext, Rule};
use crate::access;
use crate::catalog::model::Meaning;
use crate::finding::{Finding, Related, RuleInfo, Severity};
use crate::judge::Judged;
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS005",
        "redundant-scope",
        Severity::Warning,
        "a scope gives nothing that the other scopes of the list do not give already",
        DOCS,
    ),
    check: Check::List(check),
};

const DOCS: &str = r"## What it does
Reports a scope that other scopes of the same list surely cover: `ALL` covers every operation on its resource, `WRITE`
covers CREATE, UPDATE and DELETE where the service has it so, a group such as `ZohoCRM.modules.READ` covers its modules,
and full access covers the service. Only coverage that the vendor documents or that was observed counts, and only scopes
that the catalog knows.

## Why is this bad?
A list with narrow and wide scopes side by side looks more careful than it is: the wide one decides what a stolen token
can do. Often somebody added the wide scope to get past an error, and the narrow ones are all that the application
needs. In that case remove the wide scope; otherwise remove the narrow ones, so that the list says what it gives.

## Example
```scope
ZohoBooks.invoices.READ,ZohoBooks.invoices.ALL
```
```scope
ZohoBooks.fullaccess.all,ZohoBooks.contacts.CREATE
```

## Use instead
```scope
ZohoBooks.invoices.READ,ZohoBooks.contacts.CREATE
```

## Remarks
Coverage has holes: `ZohoCRM.modules.ALL` does not give `ZohoCRM.coql.READ`, so the two together are not reported. A
scope that stands in the list twice is the business of `duplicate-scope`.
";

fn check(cx: &ListContext<'_>) -> Vec<Finding> {
    if cx.is_held {
        return Vec::new();
    }
    let report = |redundant: &Redundant| {
        let finding = report(cx, redundant)?;
        // Beside a wider scope it tells what the application needs, and is the only thing in the text that does.
        let judged = cx.scopes.get(redundant.at)?;
        let safe =
            redundant.covering.iter().filter_map(|at| cx.scopes.get(*at)).all(|other| is_part(cx, judged, other));
        Some(match cx.removal(redundant.at) {
            Some(place) if safe => finding.fix("drop the redundant scope", place, "").safely(),
            Some(place) => finding.fix("drop the redundant scope", place, ""),
            None => finding,
        })
    };
    redundant(cx).iter().filter_map(report).collect()
}

/// A scope that others of its request cover.
struct Redundant {
    /// Its index in the request.
    at: usize,
    /// The indices of scopes that cover it together.
    covering: Vec<usize>,
}

/// Scopes without which a request would surely give the same, in the order of the request. Of scopes that cover each
/// other one is left out, so all of them can be dropped at once.
fn redundant(cx: &ListContext<'_>) -> Vec<Redundant> {
    let mut places: HashMap<&Scope, usize> = HashMap::new();
    let mut simple = Vec::new();
    let mut composed = Vec::new();
    for (at, judged) in cx.scopes.iter().enumerate() {
        let (Ok(scope), true) = (&judged.scope, judged.known) else { continue };
        if places.contains_key(scope) {
            continue;
        }
        places.insert(scope, at);
        let starts = access::starts(cx.catalog, scope);
        if starts.as_slice() == std::slice::from_ref(scope) {
            simple.push((at, starts));
        } else {
            composed.push((at, starts));
        }
    }
    // Alone, nothing is covered by another: most of a tree's requests name one scope.
    if places.len() < 2 {
        return Vec::new();
    }
    let mut dropped = HashSet::new();
    let mut found = Vec::new();
    // `WRITE` and its like go first: beside what they are made of, the words that say more should stay.
    for (at, starts) in composed.into_iter().chain(simple) {
        let coverers = |start: &Scope| {
            let above = access::coverers(cx.catalog, start);
            let above = above.iter().filter_map(|scope| places.get(scope).copied());
            above.filter(|other| *other != at && !dropped.contains(other)).collect::<Vec<_>>()
        };
        let parts: Vec<Vec<usize>> = starts.iter().map(coverers).collect();
        if !parts.is_empty() && parts.iter().all(|part| !part.is_empty()) {
            dropped.insert(at);
            found.push((at, parts));
        }
    }
    found.sort_unstable_by_key(|(at, _)| *at);
    found.into_iter().map(|(at, parts)| Redundant { at, covering: choose(parts, &dropped) }).collect()
}

/// One scope that covers every part, or else one for each; rather one that is not redundant itself.
fn choose(mut parts: Vec<Vec<usize>>, dropped: &HashSet<usize>) -> Vec<usize> {
    for part in &mut parts {
        part.sort_by_key(|at| dropped.contains(at));
    }
    let (first, rest) = parts.split_first().map_or((&[][..], &[][..]), |(first, rest)| (first.as_slice(), rest));
    if let Some(common) = first.iter().find(|at| rest.iter().all(|part| part.contains(at))) {
        return vec![*common];
    }
    let mut chosen: Vec<usize> = parts.iter().filter_map(|part| part.first().copied()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

fn report(cx: &ListContext<'_>, redundant: &Redundant) -> Option<Finding> {
    let judged = cx.scopes.get(redundant.at)?;
    let covering: Vec<&Judged> = redundant.covering.iter().filter_map(|at| cx.scopes.get(*at)).collect();
    let name = |judged: &Judged| judged.scope.as_ref().map_or_else(|_| judged.written.clone(), Scope::to_string);
    let names: Vec<String> = covering.iter().map(|judged| name(judged)).collect();
    let (scope, others) = (name(judged), quoted(&names, usize::MAX));
    let (give, all) = if names.len() == 1 { ("gives", "it") } else { ("give", "them") };
    let mut finding = cx.finding(redundant.at, format!("`{scope}` is redundant: {others} {give} it already"));
    let mut statements = Vec::new();
    for (other, name) in covering.iter().zip(&names) {
        finding = finding.related(format!("`{name}` is requested here"), Some(other.place));
        if let (Ok(small), Ok(big)) = (&judged.scope, &other.scope) {
            statements.extend(statement(cx, small, big));
        }
    }
    statements.dedup_by(|a, b| a.message == b.message);
    finding.related.extend(statements);
    if covering.iter().all(|other| is_part(cx, judged, other)) {
        return Some(finding.help("drop it: the access stays the same"));
    }
    let instead = format!("drop {others} instead, which is least privilege, if the application can do without {all}");
    Some(finding.help(format!("drop it; or {instead}")))
}

/// Whether a scope is no more than a part of what another one stands for, such as CREATE of WRITE.
fn is_part(cx: &ListContext<'_>, whole: &Judged, part: &Judged) -> bool {
    match (&whole.scope, &part.scope) {
        (Ok(whole), Ok(part)) => access::starts(cx.catalog, whole).contains(part),
        _ => false,
    }
}

/// What the catalog says that makes one scope cover another, or be a part of what it covers: what the operation word
/// stands for, or what the group reaches; else that the covering scope exists.
fn statement(cx: &ListContext<'_>, small: &Scope, big: &Scope) -> Option<Related> {
    let identity = access::identify(cx.catalog, big);
    let service = identity.service()?;
    let means = |word: &Scope, part: &Scope| {
        let applies = |meaning: &&Meaning| {
            word.operation().is_some_and(|operation| meaning.operation.eq_ignore_ascii_case(operation))
                && meaning.resources.as_ref().is_none_or(|pattern| pattern.matches_parts(word.resource()))
        };
        let meaning = service.meanings.iter().find(applies)?;
        let is_meant = |name: &String| part.operation().is_some_and(|operation| name.eq_ignore_ascii_case(operation));
        meaning.means.iter().any(is_meant).then_some(&meaning.provenance)
    };
    let is_parent = |path: &[String]| {
        path.len() == big.resource().len() && path.iter().zip(big.resource()).all(|(a, b)| a.eq_ignore_ascii_case(b))
    };
    let mut groups =
        service.groups.iter().filter(|group| is_parent(&group.parent) && group.provenance.status.is_sure());
    let group = groups.find(|group| group.children.matches_parts(small.resource()));
    let provenance = means(big, small)
        .or_else(|| means(small, big))
        .or_else(|| group.map(|group| &group.provenance))
        .or_else(|| identity.provenance())?;
    Some(catalog_line(service, provenance))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn coverage_that_is_sure_makes_redundant() {
        insta::assert_snapshot!(found("ZS005", "ZohoBooks.invoices.ALL,ZohoBooks.bills.READ,ZohoBooks.invoices.READ,ZohoBooks.fullaccess.all"), @r"
ZS005 warning [ZohoBooks.invoices.ALL] `ZohoBooks.invoices.ALL` is redundant: `ZohoBooks.fullaccess.all` gives it already
  help: drop it; or drop `ZohoBooks.fullaccess.all` instead, which is least privilege, if the application can do without it
  `ZohoBooks.fullaccess.all` is requested here
  catalog: ZohoBooks.yaml:N (documented, https://zstatic.zohostatic.com/books/api/v3/oauth)
  drop the redundant scope: ZohoBooks.bills.READ,ZohoBooks.invoices.READ,ZohoBooks.fullaccess.all
ZS005 warning [ZohoBooks.bills.READ] `ZohoBooks.bills.READ` is redundant: `ZohoBooks.fullaccess.all` gives it already
  help: drop it; or drop `ZohoBooks.fullaccess.all` instead, which is least privilege, if the application can do without it
  `ZohoBooks.fullaccess.all` is requested here
  catalog: ZohoBooks.yaml:N (documented, https://zstatic.zohostatic.com/books/api/v3/oauth)
  drop the redundant scope: ZohoBooks.invoices.ALL,ZohoBooks.invoices.READ,ZohoBooks.fullaccess.all
ZS005 warning [ZohoBooks.invoices.READ] `ZohoBooks.invoices.READ` is redundant: `ZohoBooks.fullaccess.all` gives it already
  help: drop it; or drop `ZohoBooks.fullaccess.all` instead, which is least privilege, if the application can do without it
  `ZohoBooks.fullaccess.all` is requested here
  catalog: ZohoBooks.yaml:N (documented, https://zstatic.zohostatic.com/books/api/v3/oauth)
  drop the redundant scope: ZohoBooks.invoices.ALL,ZohoBooks.bills.READ,ZohoBooks.fullaccess.all
");
        insta::assert_snapshot!(found("ZS005", "ZohoCRM.modules.leads.READ,ZohoCRM.modules.READ"), @r"
          ZS005 warning [ZohoCRM.modules.leads.READ] `ZohoCRM.modules.leads.READ` is redundant: `ZohoCRM.modules.READ` gives it already
            help: drop it; or drop `ZohoCRM.modules.READ` instead, which is least privilege, if the application can do without it
            `ZohoCRM.modules.READ` is requested here
            catalog: ZohoCRM.yaml:N (documented, https://www.zoho.com/crm/developer/docs/api/v7/scopes.html, public source file, repository unrecorded (ref 58064600786))
            drop the redundant scope: ZohoCRM.modules.READ
          ");
        insta::assert_snapshot!(found("ZS005", "ZohoCRM.modules.ALL,ZohoCRM.coql.READ"), @"");
        insta::assert_snapshot!(found("ZS005", "Desk.tickets.WRITE,Desk.tickets.DELETE"), @"");
        insta::assert_snapshot!(found("ZS005", "ZohoBooks.invoices.CREATE,ZohoBooks.invoices.READ,ZohoBooks.invoices.UPDATE,ZohoBooks.invoices.DELETE"), @"");
        insta::assert_snapshot!(found("ZS005", "ZohoBooks.fullaccess.all,ZohoBooks.nothing.READ,ZohoBooks.fullaccess.ALL"), @"");
    }

    #[test]
    fn what_a_word_stands_for_makes_it_redundant_once() {
        insta::assert_snapshot!(found("ZS005", "ZohoCRM.modules.leads.CREATE,ZohoCRM.modules.leads.WRITE,ZohoCRM.modules.leads.UPDATE,ZohoCRM.modules.leads.DELETE"), @r"
ZS005 warning [ZohoCRM.modules.leads.WRITE] `ZohoCRM.modules.leads.WRITE` is redundant: `ZohoCRM.modules.leads.CREATE`, `ZohoCRM.modules.leads.UPDATE` and `ZohoCRM.modules.leads.DELETE` give it already
  help: drop it: the access stays the same
  `ZohoCRM.modules.leads.CREATE` is requested here
  `ZohoCRM.modules.leads.UPDATE` is requested here
  `ZohoCRM.modules.leads.DELETE` is requested here
  catalog: ZohoCRM.yaml:N (documented, https://zoho.com/crm/developer/docs/api/v6/select-api-scopes.html)
  drop the redundant scope: ZohoCRM.modules.leads.CREATE,ZohoCRM.modules.leads.UPDATE,ZohoCRM.modules.leads.DELETE
");
        insta::assert_snapshot!(found("ZS005", "ZohoCRM.modules.leads.WRITE,ZohoCRM.modules.leads.DELETE"), @r"
          ZS005 warning [ZohoCRM.modules.leads.DELETE] `ZohoCRM.modules.leads.DELETE` is redundant: `ZohoCRM.modules.leads.WRITE` gives it already
            help: drop it; or drop `ZohoCRM.modules.leads.WRITE` instead, which is least privilege, if the application can do without it
            `ZohoCRM.modules.leads.WRITE` is requested here
            catalog: ZohoCRM.yaml:N (documented, https://zoho.com/crm/developer/docs/api/v6/select-api-scopes.html)
            drop the redundant scope: ZohoCRM.modules.leads.WRITE
          ");
        insta::assert_snapshot!(found("ZS005", "ZohoCRM.modules.leads.WRITE,ZohoCRM.modules.leads.CREATE,ZohoCRM.modules.leads.ALL"), @r"
          ZS005 warning [ZohoCRM.modules.leads.WRITE] `ZohoCRM.modules.leads.WRITE` is redundant: `ZohoCRM.modules.leads.ALL` gives it already
            help: drop it; or drop `ZohoCRM.modules.leads.ALL` instead, which is least privilege, if the application can do without it
            `ZohoCRM.modules.leads.ALL` is requested here
            catalog: ZohoCRM.yaml:N (documented, github:api-evangelist/zoho:openapi/zoho-crm/v8.0/record.json, github:api-evangelist/zoho:openapi/zoho-crm/v8.0/cadences_execution.json)
            drop the redundant scope: ZohoCRM.modules.leads.CREATE,ZohoCRM.modules.leads.ALL
          ZS005 warning [ZohoCRM.modules.leads.CREATE] `ZohoCRM.modules.leads.CREATE` is redundant: `ZohoCRM.modules.leads.ALL` gives it already
            help: drop it; or drop `ZohoCRM.modules.leads.ALL` instead, which is least privilege, if the application can do without it
            `ZohoCRM.modules.leads.ALL` is requested here
            catalog: ZohoCRM.yaml:N (documented, github:api-evangelist/zoho:openapi/zoho-crm/v8.0/record.json, github:api-evangelist/zoho:openapi/zoho-crm/v8.0/cadences_execution.json)
            drop the redundant scope: ZohoCRM.modules.leads.WRITE,ZohoCRM.modules.leads.ALL
          ");
    }
}
