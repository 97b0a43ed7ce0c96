//! How two policies differ: what an application may have by one of them and not by the other.
//!
//! What is compared is meaning, not text: every scope of the catalog is judged by both, and of the names beyond it one of
//! each kind that the entries of both can tell apart.

use std::collections::{BTreeSet, HashMap, HashSet};

use jiff::civil::Date;
use serde::Serialize;

use super::representatives::{ANY, of_service, services_beyond};
use super::table::{Judge, Table};
use crate::access::{self, Graph, Place, ScopeId};
use crate::catalog::{Catalog, DataClass, Endpoint};
use crate::policy::{Entry, Policy, Verdict, Waiver, WaiverState};
use crate::scope::{Part, Scope};

/// A policy that is compared, with the catalog by which it judges and the day.
#[derive(Debug)]
pub struct Side<'a> {
    catalog: &'a Catalog,
    policy: &'a Policy,
    table: Table<'a>,
    as_of: Date,
}

/// How what the new policy allows stands to what the old one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// The same.
    Equivalent,
    /// Less, and nothing else.
    Narrower,
    /// More, and everything that was.
    Wider,
    /// Some more and some less.
    Incomparable,
}

/// How the access of one application differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Access {
    /// The application; none in particular where absent.
    pub app: Option<String>,
    /// How the new policy stands to the old one.
    pub relation: Relation,
    /// What the new policy allows and the old one does not: the widest first of each service.
    pub appears: Vec<Gap>,
    /// What the old policy allowed and the new one does not.
    pub disappears: Vec<Gap>,
}

/// A scope that one policy allows and the other does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The scope.
    pub scope: String,
    /// Whether the catalog knows it; else it stands for every name of its kind.
    pub known: bool,
    /// What the old policy says; nothing where lists are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Verdict>,
    /// What the new policy says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Verdict>,
    /// A call that it opens.
    pub call: Option<String>,
    /// The kinds of data that it reaches.
    pub data: Vec<DataClass>,
    /// A wider scope of the same list that reaches it, too.
    pub within: Option<String>,
}

impl<'a> Side<'a> {
    /// A policy as it judges on a day.
    #[must_use]
    pub fn new(catalog: &'a Catalog, policy: &'a Policy, as_of: Date) -> Self {
        Self { catalog, policy, table: Table::new(catalog, policy), as_of }
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// The catalog by which it judges.
    #[must_use]
    pub fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// The day for which it judges.
    #[must_use]
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// What holds of a scope for an application: the verdict, or `waived` where a waiver accepts it.
    #[must_use]
    pub fn verdict(&self, app: Option<&str>, scope: &Scope) -> Verdict {
        let judge = self.table.judge(app);
        self.of_id(judge, app, Graph::of(self.catalog).id(scope))
    }

    fn of_id(&self, judge: Judge<'_>, app: Option<&str>, id: ScopeId) -> Verdict {
        let verdict = judge.verdict(id);
        let rule = match verdict {
            Verdict::Denied => "denied",
            Verdict::NotAllowed => "not-allowed",
            _ => return verdict,
        };
        let holds = |entry: &Entry| entry.pattern.matches(&Graph::of(self.catalog).scope(id));
        let mut waivers = self.waivers(app).filter(|waiver| waiver.rules.contains(&rule));
        if waivers.any(|waiver| waiver.scopes.iter().any(holds)) { Verdict::Waived } else { verdict }
    }

    /// Where the entry or the waiver stands that first decides on a scope.
    #[must_use]
    pub fn decider(&self, app: Option<&str>, scope: &Scope) -> Option<crate::text::Place> {
        let waiver = || {
            let holds = |waiver: &&Waiver| waiver.scopes.iter().any(|entry| entry.pattern.matches(scope));
            self.waivers(app).find(holds).map(|waiver| waiver.place)
        };
        match self.verdict(app, scope) {
            Verdict::Waived => waiver(),
            _ => self.table.judge(app).deciders(scope).first().map(|entry| entry.place),
        }
    }

    fn waivers(&self, app: Option<&str>) -> impl Iterator<Item = &'a Waiver> {
        let is_for = move |waiver: &&Waiver| waiver.app.is_none() || waiver.app.as_deref() == app;
        let is_over = |state| matches!(state, WaiverState::Expired { .. });
        let as_of = self.as_of;
        self.policy.waivers.iter().filter(is_for).filter(move |waiver| !is_over(waiver.state(as_of)))
    }

    /// Every entry that has to do with an application, by what it does.
    fn entries(&self, app: Option<&str>) -> Vec<(&'static str, &'a Entry)> {
        let own = app.and_then(|name| self.policy.app(name));
        let allow = self.policy.allow.iter().chain(own.into_iter().flat_map(|app| &app.allow));
        let deny = self.policy.deny.iter().chain(own.into_iter().flat_map(|app| &app.deny));
        let mut found: Vec<(&'static str, &Entry)> = allow.map(|entry| ("allow", entry)).collect();
        found.extend(deny.map(|entry| ("deny", entry)));
        for waiver in self.waivers(app) {
            for rule in ["denied", "not-allowed"] {
                if waiver.rules.contains(&rule) {
                    found.extend(waiver.scopes.iter().map(|entry| (rule, entry)));
                }
            }
        }
        found
    }
}

fn passes(verdict: Verdict) -> bool {
    verdict.passes() || verdict == Verdict::Waived
}

/// How two policies differ for an application that either of them has, or for none in particular. One that has no such
/// application judges it as none. The second value tells whether every kind of name was looked at.
#[must_use]
pub fn difference(old: &Side<'_>, new: &Side<'_>, app: Option<&str>) -> (Access, bool) {
    let mut found = Vec::new();
    let (before, after) = (old.table.judge(app), new.table.judge(app));
    let same_catalog = std::ptr::eq(old.catalog, new.catalog);
    let old_graph = Graph::of(old.catalog);
    let concern = Concern::of(old, new, app, same_catalog);
    let is_whole = concern.each(new.catalog, (!same_catalog).then_some(old.catalog), &mut |scope, id| {
        let old_id = if same_catalog { id } else { old_graph.id(&scope) };
        let (before, after) = (old.of_id(before, app, old_id), new.of_id(after, app, id));
        if passes(before) != passes(after) {
            found.push((scope, Some(before), Some(after)));
        }
    });
    let (appears, disappears): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|(_, _, after)| after.is_some_and(passes));
    let appears = gaps(new.catalog, &appears, |need| passes(old.verdict(app, need)));
    let disappears = gaps(new.catalog, &disappears, |need| passes(new.verdict(app, need)));
    (Access::new(app, appears, disappears), is_whole)
}

/// What a policy allows an application that may reach what another one denies, be it by a waiver; the second value tells
/// whether every kind of name was looked at.
#[must_use]
pub fn allowed_of(side: &Side<'_>, denied: &Side<'_>, app: Option<&str>) -> (Vec<Gap>, bool) {
    let (judge, of_denied) = (side.table.judge(app), denied.table.judge(None));
    let differing: Vec<&Entry> = denied.policy.deny.iter().collect();
    let all = side.entries(app).into_iter().map(|(_, entry)| entry).chain(differing.iter().copied()).collect();
    let concern = Concern { all, differing, is_everything: false };
    let mut found = Vec::new();
    let is_whole = concern.each(side.catalog, None, &mut |scope, id| {
        let verdict = side.of_id(judge, app, id);
        if passes(verdict) && of_denied.verdict(id) == Verdict::Denied {
            found.push((scope, None, Some(verdict)));
        }
    });
    let graph = Graph::of(side.catalog);
    (gaps(side.catalog, &found, |need| of_denied.verdict(graph.id(need)) != Verdict::Denied), is_whole)
}

/// How one list of scopes differs from another by what they give: scopes of each that the other does not surely give.
#[must_use]
pub fn difference_of_lists(catalog: &Catalog, old: &[Scope], new: &[Scope]) -> Access {
    let canonical = |scope: &Scope| access::identify(catalog, scope).scope;
    let (old, new): (HashSet<Scope>, HashSet<Scope>) =
        (old.iter().map(canonical).collect(), new.iter().map(canonical).collect());
    let lacking = |of: &HashSet<Scope>, held: &HashSet<Scope>| {
        let lacks = |scope: &&Scope| access::holds(catalog, held, scope, false) != access::Sureness::Surely;
        let mut found: Vec<Scope> = of.iter().filter(lacks).cloned().collect();
        found.sort();
        let covered = |need: &Scope| access::holds(catalog, held, need, true) == access::Sureness::Surely;
        let found: Vec<_> = found.into_iter().map(|scope| (scope, None, None)).collect();
        gaps(catalog, &found, covered)
    };
    Access::new(None, lacking(&new, &old), lacking(&old, &new))
}

impl Access {
    fn new(app: Option<&str>, appears: Vec<Gap>, disappears: Vec<Gap>) -> Self {
        let relation = Relation::of(!appears.is_empty(), !disappears.is_empty());
        Self { app: app.map(str::to_owned), relation, appears, disappears }
    }
}

impl Relation {
    /// The relation where something comes, something goes, or both.
    #[must_use]
    pub fn of(comes: bool, goes: bool) -> Self {
        match (comes, goes) {
            (false, false) => Self::Equivalent,
            (false, true) => Self::Narrower,
            (true, false) => Self::Wider,
            (true, true) => Self::Incomparable,
        }
    }

    /// Whether the new one allows anything that the old one does not.
    #[must_use]
    pub fn is_wider(self) -> bool {
        matches!(self, Self::Wider | Self::Incomparable)
    }

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::Narrower => "narrower",
            Self::Wider => "wider",
            Self::Incomparable => "incomparable",
        }
    }
}

/// Which services a difference of two policies can be about.
struct Concern<'p> {
    /// Every entry of both.
    all: Vec<&'p Entry>,
    /// Those that one of them has and the other has not.
    differing: Vec<&'p Entry>,
    /// The default differs, or the catalog does.
    is_everything: bool,
}

impl<'p> Concern<'p> {
    fn of(old: &Side<'p>, new: &Side<'p>, app: Option<&str>, same_catalog: bool) -> Self {
        let (before, after) = (old.entries(app), new.entries(app));
        let texts = |entries: &[(&'static str, &Entry)]| -> HashSet<(&'static str, String)> {
            entries.iter().map(|(what, entry)| (*what, entry.pattern.to_string())).collect()
        };
        let (known_before, known_after) = (texts(&before), texts(&after));
        let lacks = |known: &HashSet<(&'static str, String)>, (what, entry): &(&'static str, &'p Entry)| {
            (!known.contains(&(*what, entry.pattern.to_string()))).then_some(*entry)
        };
        let mut differing: Vec<&Entry> = after.iter().filter_map(|entry| lacks(&known_before, entry)).collect();
        differing.extend(before.iter().filter_map(|entry| lacks(&known_after, entry)));
        let mut seen = HashSet::new();
        let all = before.iter().chain(&after).map(|(_, entry)| *entry);
        let all = all.filter(|entry| seen.insert(entry.pattern.to_string())).collect();
        let is_everything = !same_catalog || old.policy.default != new.policy.default;
        Self { all, differing, is_everything }
    }

    /// Shows every scope that may be judged differently; tells whether every kind of name was among them.
    fn each(&self, catalog: &Catalog, other: Option<&Catalog>, show: &mut dyn FnMut(Scope, ScopeId)) -> bool {
        let graph = Graph::of(catalog);
        let mut is_whole = true;
        for service in 0..catalog.count() {
            let facts = catalog.numbered(service);
            if self.is_about(&facts.name, &facts.aliases, !facts.words.is_empty()) {
                for number in 0..graph.count(service) {
                    let id = Graph::local(service, number);
                    show(graph.scope(id), id);
                }
            }
            if self.reaches_beyond(&facts.name, &facts.aliases) {
                let beyond = of_service(catalog, &self.all, &facts.name);
                is_whole &= beyond.is_whole;
                beyond.scopes.into_iter().for_each(|scope| show(scope.clone(), graph.id(&scope)));
            }
        }
        for name in services_beyond(catalog, &self.all) {
            if self.differing.iter().any(|entry| entry.pattern.parts()[0].is(&name)) {
                let beyond = of_service(catalog, &self.all, &name);
                is_whole &= beyond.is_whole;
                beyond.scopes.into_iter().for_each(|scope| show(scope.clone(), graph.id(&scope)));
            }
        }
        if let Some(other) = other {
            let scopes = |catalog: &Catalog| -> Vec<Scope> {
                catalog.services().flat_map(|service| service.scopes().map(|(scope, _)| scope)).collect()
            };
            let known: HashSet<String> = scopes(catalog).iter().map(Scope::folded).collect();
            for scope in scopes(other).into_iter().filter(|scope| !known.contains(&scope.folded())) {
                let id = graph.id(&scope);
                show(scope, id);
            }
        }
        is_whole
    }

    /// Whether a service's scopes may be judged differently.
    fn is_about(&self, name: &str, aliases: &[String], has_words: bool) -> bool {
        let meant = |part: &Part| part.is(name) || aliases.iter().any(|alias| part.is(alias));
        let is_about = |entry: &&Entry| match entry.pattern.parts() {
            [_] if has_words => true,
            [first, ..] => meant(first),
            [] => false,
        };
        self.is_everything || self.differing.iter().any(is_about)
    }

    /// Whether names of a service beyond the catalog may be judged differently.
    fn reaches_beyond(&self, name: &str, aliases: &[String]) -> bool {
        !self.differing.is_empty() && self.is_about(name, aliases, false)
            || self.is_everything
                && !self.all.is_empty()
                && self.all.iter().any(|entry| entry.pattern.parts()[0].is(name))
    }
}

/// The scopes in which one part of a scope, or two, are names that nobody names: what holds of any name holds of it.
fn of_any_name(scope: &Scope) -> impl Iterator<Item = Scope> {
    let parts = scope.parts();
    let with = |places: [usize; 2]| {
        let part = |(at, part): (usize, &String)| if places.contains(&at) { ANY.to_owned() } else { part.clone() };
        Scope::from_parts(parts.iter().enumerate().map(part).collect())
    };
    (1..parts.len()).rev().flat_map(move |one| (one..parts.len()).map(move |other| with([one, other])))
}

/// Scopes that one policy allows, with what they open that the other does not.
fn gaps(
    catalog: &Catalog,
    found: &[(Scope, Option<Verdict>, Option<Verdict>)],
    is_covered: impl Fn(&Scope) -> bool,
) -> Vec<Gap> {
    let graph = Graph::of(catalog);
    let ids: Vec<ScopeId> = found.iter().map(|(scope, ..)| graph.id(scope)).collect();
    let known: HashSet<ScopeId> = ids.iter().copied().collect();
    // The scopes of the list that each of them reaches, by what reaches most.
    let mut reached: Vec<(usize, BTreeSet<ScopeId>)> = Vec::new();
    for (at, id) in ids.iter().enumerate() {
        let below: BTreeSet<ScopeId> = match id.place() {
            Place::Catalog(service, _) => {
                let below = graph.reach(*id).below;
                below.iter().map(|number| Graph::local(service, number)).filter(|id| known.contains(id)).collect()
            }
            Place::Beyond(_) => BTreeSet::new(),
        };
        reached.push((at, below));
    }
    reached.sort_by_key(|(at, below)| (std::cmp::Reverse(below.len()), *at));
    let mut within: Vec<Option<usize>> = vec![None; found.len()];
    let mut by_id: HashMap<ScopeId, usize> = HashMap::new();
    ids.iter().enumerate().for_each(|(at, id)| {
        by_id.entry(*id).or_insert(at);
    });
    for (at, below) in &reached {
        if within[*at].is_some() {
            continue;
        }
        for id in below {
            if let Some(other) = by_id.get(id).copied().filter(|other| other != at) {
                within[other].get_or_insert(*at);
            }
        }
    }
    for (at, (scope, ..)) in found.iter().enumerate() {
        // A name beyond the catalog lies in what surely covers it.
        if within[at].is_none() && matches!(ids[at].place(), Place::Beyond(_)) {
            let above = graph.above_least(ids[at]);
            let over = above.iter().skip(1).find_map(|id| by_id.get(id).copied());
            let over = over.or_else(|| {
                let mut any = of_any_name(scope).filter_map(|any| by_id.get(&graph.id(&any)).copied());
                any.find(|over| *over != at)
            });
            within[at] = over.filter(|over| *over != at && found[*over].0 != *scope);
        }
    }
    let mut gaps: Vec<Gap> = found
        .iter()
        .enumerate()
        .map(|(at, (scope, old, new))| {
            let call = within[at].is_none().then(|| access::find_call(catalog, scope, &is_covered)).flatten();
            Gap {
                scope: scope.to_string(),
                known: graph.is_known(ids[at]),
                old: *old,
                new: *new,
                call: call.map(Endpoint::call),
                data: access::data_classes(catalog, scope).into_iter().collect(),
                within: within[at].map(|over| found[over].0.to_string()),
            }
        })
        .collect();
    gaps.sort_by(|a, b| (a.within.is_some(), !a.known, &a.scope).cmp(&(b.within.is_some(), !b.known, &b.scope)));
    gaps.dedup_by(|a, b| a.scope.eq_ignore_ascii_case(&b.scope));
    gaps
}
