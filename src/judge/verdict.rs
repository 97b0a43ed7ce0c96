//! Allowed, denied, or neither; with the entries that decided and what the scope opens beyond them.

use std::collections::HashMap;

use crate::access::{self, Identity};
use crate::catalog::{Catalog, DataClass, Endpoint};
use crate::finding::Confidence;
use crate::input::{Item, Request};
use crate::policy::{Effect, Effective, Entry, Verdict};
use crate::scope::{Malformed, Part, Pattern, Scope};
use crate::text::Place;

/// A policy entry that decided a verdict, or the policy's default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decider {
    /// Whether the entry allows or denies.
    pub effect: Effect,
    /// The entry as written; `default` for the policy's default.
    pub text: String,
    /// Where the entry stands; the default may stand nowhere.
    pub place: Option<Place>,
}

/// A call that a scope opens beyond what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// `DELETE /books/v3/invoices/{invoice_id}`.
    pub call: String,
    /// What the call does, in a few words.
    pub summary: String,
}

impl From<&Endpoint> for Witness {
    fn from(endpoint: &Endpoint) -> Self {
        Self { call: endpoint.call(), summary: endpoint.summary.clone() }
    }
}

/// A scope of a request with its verdict.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The text as written.
    pub written: String,
    /// Where it stands.
    pub place: Place,
    /// The canonical scope, or why the text is no scope.
    pub scope: Result<Scope, Malformed>,
    /// Whether the catalog knows it.
    pub known: bool,
    /// The application it is requested for.
    pub app: Option<String>,
    /// How sure it is that somebody asks for a scope here.
    pub confidence: Confidence,
    /// What the policy says.
    pub verdict: Verdict,
    /// The entries that decided: deny entries that it meets, or allow entries that cover it, or the default.
    pub decided_by: Vec<Decider>,
    /// What it may reach and no entry allows, as the narrowest scopes that have a name; or what is denied.
    pub excess: Vec<Scope>,
    /// A call that the excess opens.
    pub witness: Option<Witness>,
    /// What it gives, in words.
    pub gives: String,
    /// The kinds of data in everything that it may reach, in the order of [`DataClass::ALL`].
    pub data: Vec<DataClass>,
    /// The grant that holds it, as an index into the report's grants; `None` for a scope that is requested.
    pub grant: Option<usize>,
}

/// What was judged before, for the same application. One memory serves one policy.
#[derive(Debug, Default)]
pub struct Memory {
    /// By application, then by the scope as it is spelt: what is shown must not depend on what came before.
    judged: HashMap<Option<String>, HashMap<String, Judged>>,
}

/// Judges every scope of a request, in order. A scope that stands there again is judged once.
#[must_use]
pub fn judge_request(catalog: &Catalog, policy: &Effective<'_>, request: &Request) -> Vec<Judged> {
    judge_request_again(catalog, policy, request, &mut Memory::default())
}

/// [`judge_request`], where requests before it were judged with the same memory: a tree of sources names the same
/// scopes thousands of times.
#[must_use]
pub fn judge_request_again(
    catalog: &Catalog,
    policy: &Effective<'_>,
    request: &Request,
    memory: &mut Memory,
) -> Vec<Judged> {
    let app = request.app.as_deref();
    if !memory.judged.contains_key(&request.app) {
        memory.judged.insert(request.app.clone(), HashMap::new());
    }
    let Some(known) = memory.judged.get_mut(&request.app) else { return Vec::new() };
    let judge = |item: &'_ Item| judge_item(catalog, policy, item, app);
    // In one request the first spelling stands for all.
    let mut first: HashMap<&Scope, String> = HashMap::new();
    let mut all = Vec::with_capacity(request.items.len());
    for item in &request.items {
        let judged = match &item.scope {
            Err(_) => judge(item),
            Ok(scope) => {
                let judged = {
                    let spelling = first.entry(scope).or_insert_with(|| scope.to_string());
                    known.entry(spelling.clone()).or_insert_with(|| judge(item)).clone()
                };
                Judged { written: item.written.clone(), place: item.place, confidence: item.confidence, ..judged }
            }
        };
        all.push(judged);
    }
    all
}

/// Judges one scope of a request.
pub(crate) fn judge_item(catalog: &Catalog, policy: &Effective<'_>, item: &Item, app: Option<&str>) -> Judged {
    let judged = Judged {
        written: item.written.clone(),
        place: item.place,
        scope: item.scope.clone(),
        known: false,
        app: app.map(str::to_owned),
        confidence: item.confidence,
        verdict: Verdict::Unknown,
        decided_by: Vec::new(),
        excess: Vec::new(),
        witness: None,
        gives: "nothing that can be read".to_owned(),
        data: Vec::new(),
        grant: None,
    };
    let Ok(scope) = &item.scope else { return judged };
    let identity = access::identify(catalog, scope);
    let outcome = judge(catalog, policy, &identity);
    Judged {
        gives: access::gives(catalog, &identity.scope),
        data: access::data_classes(catalog, &identity.scope).into_iter().collect(),
        known: identity.is_known(),
        scope: Ok(identity.scope),
        verdict: outcome.verdict,
        decided_by: outcome.decided_by,
        excess: outcome.excess,
        witness: outcome.witness,
        ..judged
    }
}

/// A verdict with its reasons.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the policy says.
    pub verdict: Verdict,
    /// The entries that decided.
    pub decided_by: Vec<Decider>,
    /// What is reached beyond the allow entries, or what is denied.
    pub excess: Vec<Scope>,
    /// A call that the excess opens.
    pub witness: Option<Witness>,
}

/// Judges one scope: denied when what it may reach meets what a deny entry may reach; else allowed when allow entries
/// surely cover it; else what the default says. An unknown scope is never allowed by default.
#[must_use]
pub fn judge(catalog: &Catalog, policy: &Effective<'_>, identity: &Identity<'_>) -> Outcome {
    let scope = &identity.scope;
    let deniers: Vec<&Entry> =
        policy.deny.iter().copied().filter(|entry| access::may_meet(catalog, scope, &entry.pattern)).collect();
    if !deniers.is_empty() {
        return denied(catalog, scope, &deniers);
    }
    let starts = access::starts(catalog, scope);
    let coverers: Vec<Option<&Entry>> = starts.iter().map(|start| coverer(catalog, policy, start)).collect();
    if let Some(entries) = coverers.into_iter().collect::<Option<Vec<&Entry>>>() {
        let mut decided_by: Vec<Decider> = entries.into_iter().map(|entry| decider(entry, Effect::Allow)).collect();
        decided_by.dedup();
        return Outcome { verdict: Verdict::Allowed, decided_by, excess: Vec::new(), witness: None };
    }
    let default = Decider { effect: policy.default, text: "default".to_owned(), place: policy.default_place };
    if policy.default == Effect::Allow {
        let verdict = if identity.is_known() { Verdict::Allowed } else { Verdict::Unknown };
        return Outcome { verdict, decided_by: vec![default], excess: Vec::new(), witness: None };
    }
    let covered = |scope: &Scope| coverer(catalog, policy, scope).is_some();
    let excess = access::excess(catalog, scope, covered);
    let witness = access::find_call(catalog, scope, covered).map(Witness::from);
    let verdict = if identity.is_known() { Verdict::NotAllowed } else { Verdict::Unknown };
    Outcome { verdict, decided_by: vec![default], excess, witness }
}

/// The verdict of [`judge`] without the reasons, and much cheaper where the scope would not pass.
#[must_use]
pub fn verdict(catalog: &Catalog, policy: &Effective<'_>, identity: &Identity<'_>) -> Verdict {
    let scope = &identity.scope;
    if policy.deny.iter().any(|entry| access::may_meet(catalog, scope, &entry.pattern)) {
        return Verdict::Denied;
    }
    if access::starts(catalog, scope).iter().all(|start| coverer(catalog, policy, start).is_some()) {
        return Verdict::Allowed;
    }
    match (identity.is_known(), policy.default) {
        (false, _) => Verdict::Unknown,
        (true, Effect::Allow) => Verdict::Allowed,
        (true, Effect::Deny) => Verdict::NotAllowed,
    }
}

/// Whether a scope would pass: [`judge`] without the reasons, and much cheaper where it would not.
#[must_use]
pub fn passes(catalog: &Catalog, policy: &Effective<'_>, scope: &Scope) -> bool {
    if policy.deny.iter().any(|entry| access::may_meet(catalog, scope, &entry.pattern)) {
        return false;
    }
    let allowed = || access::starts(catalog, scope).iter().all(|start| coverer(catalog, policy, start).is_some());
    (policy.default == Effect::Allow && access::identify(catalog, scope).is_known()) || allowed()
}

fn denied(catalog: &Catalog, scope: &Scope, deniers: &[&Entry]) -> Outcome {
    let hit = |scope: &Scope| deniers.iter().any(|entry| access::may_meet(catalog, scope, &entry.pattern));
    // The narrowest scopes in reach that are denied themselves; where none has a name, the scope as a whole.
    let mut excess: Vec<Scope> = access::reach(catalog, scope)
        .into_iter()
        .filter(|reached| access::opens(catalog, reached).is_empty() && hit(reached))
        .collect();
    if excess.is_empty() {
        excess.push(scope.clone());
    }
    let witness = access::find_call(catalog, scope, |need| !hit(need)).map(Witness::from);
    let decided_by = deniers.iter().map(|entry| decider(entry, Effect::Deny)).collect();
    Outcome { verdict: Verdict::Denied, decided_by, excess, witness }
}

fn decider(entry: &Entry, effect: Effect) -> Decider {
    Decider { effect, text: entry.text.clone(), place: Some(entry.place) }
}

/// The first allow entry that surely covers a permission.
fn coverer<'p>(catalog: &Catalog, policy: &Effective<'p>, scope: &Scope) -> Option<&'p Entry> {
    if policy.allow.is_empty() {
        return None;
    }
    let above = access::sure_coverers(catalog, scope);
    policy.allow.iter().copied().find(|entry| above.iter().any(|scope| names(&entry.pattern, scope)))
}

/// Whether an allow entry names a scope. Full access is named by itself, or by an entry that spans everything in its
/// service; a wildcard for one resource does not mean it.
fn names(pattern: &Pattern, scope: &Scope) -> bool {
    if !pattern.matches(scope) {
        return false;
    }
    if !scope.is_full_access() {
        return true;
    }
    matches!(pattern.parts(), [.., Part::Many])
        || matches!(pattern.parts(), [_, Part::Names(names), _] if names.iter().any(|name| name == "fullaccess"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::policy::{self, Top};
    use crate::text::{Source, Sources, Span};

    #[test]
    fn a_verdict_does_not_depend_on_the_reasons() {
        let catalog = Catalog::embedded();
        let text = "allow: [ZohoBooks.invoices.ALL, \"ZohoBooks.*.READ\", No.such.READ]\ndeny: [\"**.DELETE\"]\n";
        let unknown = ["No.such.READ", "No.such.CREATE", "ZohoBooks.dreams.READ"].map(|scope| scope.parse().unwrap());
        let books = catalog.service("ZohoBooks").unwrap().scopes().map(|(scope, _)| scope);
        let scopes: Vec<Scope> = books.chain(unknown).collect();
        for default in ["allow", "deny"] {
            let mut sources = Sources::default();
            let text = format!("version: 1\ndefault: {default}\n{text}");
            let top = Top::File { path: Path::new("zscope.yaml"), text };
            let policy = policy::load(top, &|_| Err("no such file".to_owned()), &[], &mut sources).unwrap();
            let policy = policy.effective(None);
            for scope in &scopes {
                let identity = access::identify(&catalog, scope);
                let whole = judge(&catalog, &policy, &identity).verdict;
                assert_eq!(verdict(&catalog, &policy, &identity), whole, "{scope}");
                assert_eq!(passes(&catalog, &policy, scope), whole == Verdict::Allowed, "{scope}");
            }
        }
    }

    #[test]
    fn what_a_scope_may_reach_is_named_by_kind() {
        let catalog = Catalog::embedded();
        let mut sources = Sources::default();
        let top = Top::File { path: Path::new("zscope.yaml"), text: "version: 1\n".to_owned() };
        let policy = policy::load(top, &|_| Err("no such file".to_owned()), &[], &mut sources).unwrap();
        let place = Place::new(sources.add(Source::new("x", "")), Span::default());
        let written = ["ZohoBooks.fullaccess.all", "ZohoBooks.invoices.READ", "No.such.READ", "no scope"];
        let items = written.map(|text| Item {
            written: text.to_owned(),
            place,
            scope: text.parse(),
            stray: None,
            confidence: Confidence::High,
        });
        let request =
            Request { app: None, place, items: items.to_vec(), separators: Vec::new(), url: None, secrets: Vec::new() };
        let judged = judge_request(&catalog, &policy.effective(None), &request);
        let [full, one, unknown, malformed] = judged.as_slice() else { unreachable!() };
        assert!(one.data.contains(&DataClass::Financial), "{:?}", one.data);
        assert!(full.data.len() > one.data.len() && one.data.iter().all(|class| full.data.contains(class)));
        assert!(full.data.is_sorted() && unknown.data.is_empty() && malformed.data.is_empty());
    }
}
