//! The scopes of a request, judged.

use std::collections::HashMap;

use super::table::Judge;
use super::verdict::Judged;
use crate::access;
use crate::input::{Item, ListKind, Request};
use crate::policy::Verdict;
use crate::scope::Scope;

/// What was judged before, for the same application. One memory serves one policy.
#[derive(Debug, Default)]
pub struct Memory {
    /// By application, then by the scope as it is spelt: what is shown must not depend on what came before.
    judged: HashMap<Option<String>, HashMap<String, Judged>>,
}

/// Judges every scope of a request, in order. A scope that stands there again is judged once.
#[must_use]
pub fn judge_request(judge: Judge<'_>, request: &Request) -> Vec<Judged> {
    judge_request_again(judge, request, &mut Memory::default())
}

/// [`judge_request`], where requests before it were judged with the same memory: a tree of sources names the same
/// scopes thousands of times.
#[must_use]
pub fn judge_request_again(judge: Judge<'_>, request: &Request, memory: &mut Memory) -> Vec<Judged> {
    let app = request.app.as_deref();
    let known = memory.judged.entry(request.app.clone()).or_default();
    // In one request the first spelling stands for all.
    let mut first: HashMap<&Scope, String> = HashMap::new();
    let mut all = Vec::with_capacity(request.items.len());
    for item in &request.items {
        let judged = match &item.scope {
            Err(_) => judge_item(judge, item, app),
            Ok(scope) => {
                let spelling = first.entry(scope).or_insert_with(|| scope.to_string());
                known.entry(spelling.clone()).or_insert_with(|| judge_item(judge, item, app)).clone()
            }
        };
        let (written, place) = (item.written.clone(), item.place);
        all.push(Judged { written, place, confidence: item.confidence, kind: request.kind, ..judged });
    }
    all
}

/// Judges one scope of a request.
pub(crate) fn judge_item(judge: Judge<'_>, item: &Item, app: Option<&str>) -> Judged {
    let judged = Judged {
        written: item.written.clone(),
        place: item.place,
        scope: item.scope.clone(),
        known: false,
        app: app.map(str::to_owned),
        confidence: item.confidence,
        kind: ListKind::Request,
        verdict: Verdict::Unknown,
        decided_by: Vec::new(),
        deciders: 0,
        excess: Vec::new(),
        witness: None,
        gives: "nothing that can be read".to_owned(),
        data: Vec::new(),
        grant: None,
    };
    let Ok(scope) = &item.scope else { return judged };
    let catalog = judge.catalog();
    let identity = access::identify(catalog, scope);
    let reasons = judge.reasons(&identity.scope);
    Judged {
        gives: access::gives(catalog, &identity.scope),
        data: access::data_classes(catalog, &identity.scope).into_iter().collect(),
        known: identity.is_known(),
        scope: Ok(identity.scope),
        verdict: reasons.verdict,
        decided_by: reasons.decided_by,
        deciders: reasons.deciders,
        excess: reasons.excess,
        witness: reasons.witness,
        ..judged
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::catalog::Catalog;
    use crate::catalog::DataClass;
    use crate::judge::Table;
    use crate::policy::{self, Top};
    use crate::text::Place;
    use crate::text::{Source, Sources, Span};

    #[test]
    fn what_a_scope_may_reach_is_named_by_kind() {
        let catalog = Catalog::embedded();
        let mut sources = Sources::default();
        let top = Top::File { path: Path::new("zscope.yaml"), text: "version: 1\n".to_owned() };
        let policy = policy::load(top, &|_| Err("no such file".to_owned()), &[], &mut sources).unwrap();
        let place = Place::new(sources.add(Source::new("x", "")), Span::default());
        let written = ["ZohoBooks.fullaccess.all", "ZohoBooks.invoices.READ", "No.such.READ", "no scope"];
        let items = written.map(|text| Item::new(text, place, text.parse()));
        let request = Request::new(place, items.to_vec());
        let table = Table::new(&catalog, &policy);
        let judged = judge_request(table.judge(None), &request);
        let [full, one, unknown, malformed] = judged.as_slice() else { unreachable!() };
        assert!(one.data.contains(&DataClass::Financial), "{:?}", one.data);
        assert!(full.data.len() > one.data.len() && one.data.iter().all(|class| full.data.contains(class)));
        assert!(full.data.is_sorted() && unknown.data.is_empty() && malformed.data.is_empty());
    }
}
