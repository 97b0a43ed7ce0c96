//! The verdicts of a run: one cell for each application and scope, filled when it is first asked for.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{OnceLock, PoisonError, RwLock};

use super::entries::Entries;
use super::verdict::{Decider, Reasons, Witness};
use crate::access::{self, Bits, Graph, Place, Reach, Reading, ScopeId, Why};
use crate::catalog::Catalog;
use crate::policy::{Effect, Entry, Policy, Verdict};
use crate::scope::Scope;

/// How many of the entries that decided are named.
const DECIDERS: usize = 3;

/// What a policy says of scopes, for each of its applications. Threads share it.
#[derive(Debug)]
pub struct Table<'a> {
    graph: Graph<'a>,
    policy: &'a Policy,
    shared: Lists<'a>,
    /// No application in particular, then each in the order of the policy.
    columns: Vec<Column<'a>>,
}

/// The verdicts for one application.
#[derive(Debug)]
struct Column<'a> {
    /// The application's own entries.
    own: Lists<'a>,
    /// By service and number there.
    known: Vec<OnceLock<Box<[AtomicU8]>>>,
    /// By number in the run's table.
    beyond: RwLock<Vec<u8>>,
}

#[derive(Debug)]
struct Lists<'a> {
    allow: List<'a>,
    deny: List<'a>,
}

/// A list of entries, with what they name of each service.
#[derive(Debug)]
struct List<'a> {
    entries: Entries<'a>,
    reading: Reading,
    named: Vec<OnceLock<Bits>>,
}

/// Judges the scopes of one application: its column of a [`Table`].
#[derive(Clone, Copy, Debug)]
pub struct Judge<'t> {
    table: &'t Table<'t>,
    column: usize,
}

/// The verdicts as they stand in cells; 0 is a cell that nobody asked for.
const CELLS: [Verdict; 5] =
    [Verdict::Allowed, Verdict::Denied, Verdict::NotAllowed, Verdict::Unknown, Verdict::NoPolicy];

impl<'a> Table<'a> {
    /// The table of a policy. Nothing is judged before it is asked for.
    #[must_use]
    pub fn new(catalog: &'a Catalog, policy: &'a Policy) -> Self {
        let apps = policy.apps.iter().map(|app| (app.allow.as_slice(), app.deny.as_slice()));
        let columns = std::iter::once((&[][..], &[][..])).chain(apps).map(|(allow, deny)| Column {
            own: Lists::new(catalog, allow, deny),
            known: services(catalog),
            beyond: RwLock::default(),
        });
        Self {
            graph: Graph::of(catalog),
            policy,
            shared: Lists::new(catalog, &policy.allow, &policy.deny),
            columns: columns.collect(),
        }
    }

    /// Who judges the scopes of an application. A name that the policy does not know counts as none.
    #[must_use]
    pub fn judge(&self, name: Option<&str>) -> Judge<'_> {
        let known = name.and_then(|name| self.policy.apps.iter().position(|app| app.name == name));
        Judge { table: self, column: known.map_or(0, |at| at + 1) }
    }
}

fn services<T>(catalog: &Catalog) -> Vec<OnceLock<T>> {
    (0..catalog.count()).map(|_| OnceLock::new()).collect()
}

impl<'a> Lists<'a> {
    fn new(catalog: &Catalog, allow: &'a [Entry], deny: &'a [Entry]) -> Self {
        let list = |entries: &'a [Entry], reading| List {
            entries: Entries::new(catalog, entries.iter().collect()),
            reading,
            named: if entries.is_empty() { Vec::new() } else { services(catalog) },
        };
        Self { allow: list(allow, Reading::AtLeast), deny: list(deny, Reading::AtMost) }
    }
}

impl List<'_> {
    fn named(&self, graph: Graph<'_>, service: usize) -> Option<&Bits> {
        let named = self.named.get(service)?;
        Some(named.get_or_init(|| self.entries.named(graph, service, self.reading)))
    }

    /// Whether an entry names this permission.
    fn names(&self, graph: Graph<'_>, id: ScopeId) -> bool {
        match id.place() {
            _ if self.entries.is_empty() => false,
            Place::Catalog(service, number) => self.named(graph, service).is_some_and(|named| named.contains(number)),
            Place::Beyond(_) => !self.entries.naming(graph, &graph.scope(id)).is_empty(),
        }
    }

    /// Whether an entry names something in reach.
    fn meets(&self, graph: Graph<'_>, reach: &Reach) -> bool {
        let below = || {
            reach.service.and_then(|service| self.named(graph, service)).is_some_and(|named| named.meets(&reach.below))
        };
        !self.entries.is_empty() && (below() || reach.regions.iter().any(|region| self.entries.meets(region)))
    }

    /// The entries that name something in reach.
    fn meeting(&self, graph: Graph<'_>, reach: &Reach) -> Bits {
        let mut found = Bits::default();
        if !self.entries.is_empty() {
            reach.regions.iter().for_each(|region| self.entries.meeting(region, &mut found));
            if let Some(service) = reach.service {
                self.entries.mark(graph, service, self.reading, &reach.below, &mut found);
            }
        }
        found
    }
}

impl<'t> Judge<'t> {
    fn graph(self) -> Graph<'t> {
        self.table.graph
    }

    /// The catalog by which it is judged.
    #[must_use]
    pub fn catalog(self) -> &'t Catalog {
        self.graph().catalog()
    }

    fn lists(self) -> [&'t Lists<'t>; 2] {
        [&self.table.shared, &self.table.columns[self.column].own]
    }

    /// What the policy says of a scope.
    #[must_use]
    pub fn verdict(self, id: ScopeId) -> Verdict {
        let column = &self.table.columns[self.column];
        let told = |cell: u8| usize::from(cell).checked_sub(1).map(|at| CELLS[at]);
        let code = |verdict| {
            u8::try_from(CELLS.iter().position(|known| *known == verdict).map_or(0, |at| at + 1)).unwrap_or(0)
        };
        match id.place() {
            Place::Catalog(service, number) => {
                let count = || self.graph().count(service);
                let cells = column.known[service].get_or_init(|| (0..count()).map(|_| AtomicU8::new(0)).collect());
                told(cells[number].load(Ordering::Relaxed)).unwrap_or_else(|| {
                    let verdict = self.judged(id);
                    cells[number].store(code(verdict), Ordering::Relaxed);
                    verdict
                })
            }
            Place::Beyond(number) => {
                let known = column.beyond.read().unwrap_or_else(PoisonError::into_inner).get(number).copied();
                known.and_then(told).unwrap_or_else(|| {
                    let verdict = self.judged(id);
                    let mut cells = column.beyond.write().unwrap_or_else(PoisonError::into_inner);
                    if cells.len() <= number {
                        cells.resize(number + 1, 0);
                    }
                    cells[number] = code(verdict);
                    verdict
                })
            }
        }
    }

    /// Denied when anything in reach is named by a deny entry; else allowed when all that it is made of is surely
    /// covered by what allow entries name; else what the default says. An unknown scope is never allowed by default.
    fn judged(self, id: ScopeId) -> Verdict {
        if self.is_denied(id) {
            Verdict::Denied
        } else if self.is_allowed(id) {
            Verdict::Allowed
        } else if !self.graph().is_known(id) {
            Verdict::Unknown
        } else if self.table.policy.default == Effect::Allow {
            Verdict::NoPolicy
        } else {
            Verdict::NotAllowed
        }
    }

    fn is_denied(self, id: ScopeId) -> bool {
        let lists = self.lists();
        if lists.iter().all(|lists| lists.deny.entries.is_empty()) {
            return false;
        }
        let reach = self.graph().reach(id);
        lists.iter().any(|lists| lists.deny.meets(self.graph(), &reach))
    }

    /// Whether allow entries surely cover a scope.
    fn is_allowed(self, id: ScopeId) -> bool {
        let lists = self.lists();
        let named = |above: &ScopeId| lists.iter().any(|lists| lists.allow.names(self.graph(), *above));
        lists.iter().any(|lists| !lists.allow.entries.is_empty())
            && self.graph().starts(id).iter().all(|start| self.graph().above_least(*start).iter().any(named))
    }

    /// Whether a scope would pass.
    #[must_use]
    pub fn passes(self, scope: &Scope) -> bool {
        self.verdict(self.graph().id(scope)).passes()
    }

    /// Whether the policy itself refuses a scope, be it known or not: an entry denies it, or none allows it where the
    /// policy denies what it does not mention.
    #[must_use]
    pub fn refuses(self, scope: &Scope) -> bool {
        match self.verdict(self.graph().id(scope)) {
            Verdict::Unknown => self.table.policy.default == Effect::Deny,
            verdict => !verdict.passes(),
        }
    }

    /// The entries that decide on a scope: every deny entry that names something in its reach, else the allow entries that
    /// cover what it is made of; none where the default decides.
    #[must_use]
    pub fn deciders(self, scope: &Scope) -> Vec<&'t Entry> {
        let graph = self.graph();
        let id = graph.id(scope);
        match self.verdict(id) {
            Verdict::Denied => {
                let reach = graph.reach(id);
                let lists = self.lists().into_iter().map(|lists| &lists.deny);
                let met = lists.map(|list| (list, list.meeting(graph, &reach)));
                met.flat_map(|(list, met)| met.iter().map(|number| list.entries.entry(number)).collect::<Vec<_>>())
                    .collect()
            }
            Verdict::Allowed if self.is_allowed(id) => {
                let mut entries: Vec<&Entry> = Vec::new();
                for start in graph.starts(id) {
                    let above = graph.above_least(start);
                    let first = self.lists().into_iter().find_map(|lists| {
                        let naming = |above: &ScopeId| lists.allow.entries.naming(graph, &graph.scope(*above));
                        let named = above.iter().filter_map(|above| naming(above).first().copied());
                        named.min().map(|number| lists.allow.entries.entry(number))
                    });
                    entries.extend(first.filter(|entry| !entries.contains(entry)));
                }
                entries
            }
            _ => Vec::new(),
        }
    }

    /// Why the verdict on a scope is what it is.
    #[must_use]
    pub fn reasons(self, scope: &Scope) -> Reasons {
        let graph = self.graph();
        let catalog = graph.catalog();
        let id = graph.id(scope);
        let verdict = self.verdict(id);
        if verdict == Verdict::Denied {
            let reach = graph.reach(id);
            let meeting = self.lists().map(|lists| (&lists.deny, lists.deny.meeting(graph, &reach)));
            let count = meeting.iter().map(|(_, met)| met.count()).sum();
            let first = meeting.iter().flat_map(|(list, met)| met.iter().map(|number| list.entries.entry(number)));
            let entries: Vec<&Entry> = first.take(DECIDERS).collect();
            let named: Vec<&Bits> = reach.service.map_or_else(Vec::new, |service| {
                self.lists().iter().filter_map(|lists| lists.deny.named(graph, service)).collect()
            });
            let is_named = |number| named.iter().any(|named| named.contains(number));
            let is_denied = |scope: &Scope| self.verdict(graph.id(scope)) == Verdict::Denied;
            let mut excess = graph.narrowest(id, is_named);
            if excess.is_empty() {
                let meant =
                    access::opens(catalog, scope).into_iter().filter(|edge| matches!(edge.why, Why::Meaning(_)));
                excess = meant.map(|edge| edge.scope).filter(is_denied).collect();
            }
            let witness = access::find_call(catalog, scope, |need| !is_denied(need));
            let excess = or_itself(excess, scope);
            let reasons = Reasons::new(verdict, &entries, Effect::Deny, excess, witness.map(Witness::from));
            return Reasons { deciders: count, ..reasons };
        }
        let entries = self.deciders(scope);
        if verdict == Verdict::Allowed && !entries.is_empty() {
            return Reasons::new(verdict, &entries, Effect::Allow, Vec::new(), None);
        }
        let policy = self.table.policy;
        let default = Decider { effect: policy.default, text: "default".to_owned(), place: policy.default_place };
        let mut reasons =
            Reasons { verdict, decided_by: vec![default], deciders: 1, excess: Vec::new(), witness: None };
        if policy.default == Effect::Deny {
            let (service, _) = graph.below(id);
            let beyond = |number| service.is_some_and(|service| !self.is_allowed(Graph::local(service, number)));
            // What a placeholder may turn out to be is no list of what it opens.
            let narrowest = if scope.has_placeholder() { Vec::new() } else { graph.narrowest(id, beyond) };
            reasons.excess = or_itself(narrowest, scope);
            let witness = access::find_call(catalog, scope, |need| self.is_allowed(graph.id(need)));
            reasons.witness = witness.map(Witness::from);
        }
        reasons
    }
}

fn or_itself(excess: Vec<Scope>, scope: &Scope) -> Vec<Scope> {
    if excess.is_empty() { vec![scope.clone()] } else { excess }
}

impl Reasons {
    fn new(verdict: Verdict, entries: &[&Entry], effect: Effect, excess: Vec<Scope>, witness: Option<Witness>) -> Self {
        let decider = |entry: &&Entry| Decider { effect, text: entry.text.clone(), place: Some(entry.place) };
        let decided_by = entries.iter().take(DECIDERS).map(decider).collect();
        Self { verdict, decided_by, deciders: entries.len(), excess, witness }
    }
}
