//! The checker of proofs. It knows what scopes give, reach and weigh, and nothing of how an answer was found: it looks
//! whether each step of the argument holds, and whether the steps together say what the certificate claims.

use std::collections::{BTreeSet, HashMap};

use super::problem::{Cost, Problem, Sets};
use super::proof::{Certificate, ProvenBound, ProvenCall, ProvenNode, ProvenPart, VERSION};
use crate::access::{self, Bits};
use crate::catalog::calls::{Call, Index};
use crate::catalog::{Catalog, Needs};
use crate::scope::Scope;

/// The most faults that are told.
const MOST: usize = 20;

/// What a checker says of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What does not hold, in words; empty where everything does.
    pub faults: Vec<String>,
    /// The calls for which the scopes suffice.
    pub calls: usize,
    /// How many calls have needs that the input states and the catalog does not.
    pub taken_on_trust: usize,
    /// Nothing that suffices costs less.
    pub is_least: bool,
    /// [`Checked::is_least`], and there is no doubt about what the calls need.
    pub is_proven: bool,
}

/// Checks a certificate against a catalog.
#[must_use]
pub fn verify(catalog: &Catalog, certificate: &Certificate) -> Checked {
    let mut faults = Vec::new();
    let mut checked = Checked {
        faults: Vec::new(),
        calls: certificate.calls.len(),
        taken_on_trust: certificate.calls.iter().filter(|call| call.endpoint.is_none()).count(),
        is_least: false,
        is_proven: false,
    };
    if certificate.zscope_proof != VERSION {
        faults.push(format!("the form is version {}, and this program reads {VERSION}", certificate.zscope_proof));
    } else if certificate.catalog != catalog.digest() {
        faults.push("it rests on another catalog than this program's: make it anew".to_owned());
    } else {
        match Check::new(catalog, certificate) {
            Err(fault) => faults.push(fault),
            Ok(check) => {
                let index = Index::build(catalog);
                let mut in_doubt = false;
                for call in &certificate.calls {
                    match is_stated(catalog, &index, call) {
                        Ok(stated) => in_doubt |= !stated,
                        Err(fault) => faults.push(fault),
                    }
                }
                faults.extend(check.answer());
                match check.least() {
                    Ok(at_least) => {
                        if at_least < certificate.at_least {
                            faults.push("the proof does not reach the bound that it states".to_owned());
                        }
                        checked.is_least = at_least >= certificate.cost;
                    }
                    Err(fault) => faults.push(fault),
                }
                let is_whole = checked.is_least && certificate.missing.is_empty() && !in_doubt;
                if certificate.proven && !is_whole {
                    faults.push("it says that it is proven, and something is missing for that".to_owned());
                }
                checked.is_proven = is_whole && certificate.proven;
            }
        }
    }
    checked.is_least &= faults.is_empty();
    checked.is_proven &= faults.is_empty();
    faults.truncate(MOST);
    Checked { faults, ..checked }
}

/// Whether the catalog states what a call needs; an error where it states otherwise than the certificate.
fn is_stated(catalog: &Catalog, index: &Index<'_>, call: &ProvenCall) -> Result<bool, String> {
    let (Some(service), Some(endpoint)) = (&call.service, &call.endpoint) else { return Ok(true) };
    let parsed: Call = call.call.parse().map_err(|_| format!("`{}` is no call", call.call))?;
    let found = index.find(&parsed);
    let is_it = |at: &&crate::catalog::calls::Match<'_>| at.service.name == *service && at.endpoint.call() == *endpoint;
    let at = found.matches.iter().find(is_it);
    let known = catalog.endpoints(service).iter().find(|known| known.call() == *endpoint);
    let known = known.ok_or_else(|| format!("the catalog has no call `{endpoint}` of {service}"))?;
    // A call is kept without its query, which may be a part of the known call.
    if at.is_none() && !endpoint.contains('?') {
        return Err(format!("`{}` is not the known call `{endpoint}`", call.call));
    }
    let mut values: Vec<(&str, String)> =
        call.values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    // The order of the path decides between two values of like names.
    if let Some(at) = at {
        let place = |name: &str| at.values.iter().position(|(known, _)| *known == name).unwrap_or(usize::MAX);
        values.sort_by_key(|(name, _)| place(name));
        for (name, value) in &at.values {
            let is_open = value.starts_with(['{', '$', ':', '<', '[', '%']);
            let stated = call.values.get(*name);
            if !is_open && stated.is_some_and(|stated| stated != value) {
                return Err(format!("`{}` has `{value}` for {name}, and the certificate says otherwise", call.call));
            }
        }
    }
    let (sets, is_sure) = match &known.needs {
        Needs::AnyOf(sets) => (access::needed_sets(catalog, sets, &values).0, true),
        Needs::Disputed(sets) => (access::needed_sets(catalog, sets, &values).0, false),
        Needs::Likely(listed) => {
            let listed = access::listed_scopes(catalog, listed, &values);
            (listed.into_iter().map(|scope| vec![scope]).collect(), false)
        }
        _ => return Err(format!("the catalog does not state what `{}` needs", call.call)),
    };
    let stated: BTreeSet<BTreeSet<String>> = call.any_of.iter().map(|set| set.iter().cloned().collect()).collect();
    let known: BTreeSet<BTreeSet<String>> =
        sets.iter().map(|set| set.iter().map(ToString::to_string).collect()).collect();
    if stated != known {
        return Err(format!("`{}` needs something else, says the catalog", call.call));
    }
    Ok(is_sure && at.is_none_or(|at| at.version.is_none()))
}

/// A certificate with its names as numbers.
struct Check<'a, 'c> {
    certificate: &'a Certificate,
    problem: Problem<'c>,
    starts: HashMap<String, usize>,
    chosen: Bits,
    demands: Vec<Vec<Vec<usize>>>,
}

impl<'a, 'c> Check<'a, 'c> {
    fn new(catalog: &'c Catalog, certificate: &'a Certificate) -> Result<Self, String> {
        let scope = |name: &String| name.parse::<Scope>().map_err(|_| format!("`{name}` is no scope"));
        let mut calls: Vec<Sets> = Vec::with_capacity(certificate.calls.len());
        for call in &certificate.calls {
            let sets: Result<Sets, String> = call.any_of.iter().map(|set| set.iter().map(scope).collect()).collect();
            calls.push(sets?);
        }
        let problem = Problem::of(catalog, &calls);
        let starts: HashMap<String, usize> =
            problem.starts.iter().enumerate().map(|(number, start)| (start.scope.to_string(), number)).collect();
        let mut check = Self { certificate, problem, starts, chosen: Bits::default(), demands: Vec::new() };
        for chosen in &certificate.scopes {
            let number = check.scope(&chosen.scope)?;
            if !check.chosen.insert(number) {
                return Err(format!("`{}` stands twice in the answer", chosen.scope));
            }
        }
        for demand in &certificate.demands {
            let sets: Result<Vec<Vec<usize>>, String> =
                demand.any_of.iter().map(|set| set.iter().map(|name| check.start(name)).collect()).collect();
            check.demands.push(sets?);
        }
        Ok(check)
    }

    fn scope(&self, name: &str) -> Result<usize, String> {
        let known = name.parse::<Scope>().ok().and_then(|scope| self.problem.number(&scope));
        known.ok_or_else(|| format!("`{name}` is no known scope that gives anything the calls need"))
    }

    fn start(&self, name: &str) -> Result<usize, String> {
        self.starts.get(name).copied().ok_or_else(|| format!("no call demands `{name}`"))
    }

    fn demand(&self, number: usize) -> Result<&[Vec<usize>], String> {
        self.demands.get(number).map(Vec::as_slice).ok_or_else(|| format!("there is no demand {number}"))
    }

    /// Whether the answer suffices, costs what it says, and has nothing that could be left out or narrowed.
    fn answer(&self) -> Vec<String> {
        let Self { problem, certificate, chosen, .. } = self;
        let mut faults = Vec::new();
        // What no scope gives, no answer gives.
        let fails = |held: &Bits, also: &Bits, call: usize| {
            problem.demands.get(call).is_some_and(|sets| !sets.is_empty() && !problem.suffices_with(held, also, sets))
        };
        let nothing = Bits::default();
        for (number, call) in certificate.calls.iter().enumerate() {
            if fails(chosen, &nothing, number) {
                faults.push(format!("the scopes do not suffice for `{}`", call.call));
            }
        }
        if problem.cost(chosen) != certificate.cost {
            faults.push("the scopes do not cost what it says".to_owned());
        }
        for scope in &certificate.scopes {
            let Ok(number) = self.scope(&scope.scope) else { continue };
            let mut one = Bits::default();
            one.insert(number);
            let others = chosen.without(&one);
            let is_idle = |call: &&usize| !fails(&others, &nothing, **call);
            if scope.needed_by.is_empty() {
                faults.push(format!("no call is named that needs `{}`", scope.scope));
            }
            if let Some(call) = scope.needed_by.iter().find(is_idle) {
                faults.push(format!("call {call} does not fail without `{}`", scope.scope));
            }
            let graph = problem.graph;
            let below = graph.surely_below(graph.id(&problem.scopes[number]));
            let mut told: BTreeSet<String> = BTreeSet::new();
            for narrower in &scope.narrower {
                let id = narrower.scope.parse::<Scope>().ok().map(|narrower| graph.id(&narrower));
                match id.filter(|id| below.contains(id)) {
                    None => faults.push(format!("`{}` is not narrower than `{}`", narrower.scope, scope.scope)),
                    Some(id) if !fails(&others, &problem.given_by(id), narrower.fails) => {
                        faults.push(format!("call {} does not fail with `{}`", narrower.fails, narrower.scope));
                    }
                    Some(id) => {
                        told.insert(graph.scope(id).to_string());
                    }
                }
            }
            if certificate.proven
                && let Some(left) =
                    below.iter().map(|id| graph.scope(*id).to_string()).find(|name| !told.contains(name))
            {
                faults.push(format!("it does not say why `{left}` does not do in the place of `{}`", scope.scope));
            }
        }
        faults
    }

    /// What every set that suffices costs at least, as far as the argument shows.
    fn least(&self) -> Result<Cost, String> {
        for (demand, sets) in self.certificate.demands.iter().zip(&self.demands) {
            let call =
                self.problem.demands.get(demand.from).ok_or_else(|| format!("there is no call {}", demand.from))?;
            let implies = |one: usize, other: usize| {
                self.problem.starts[one].givers.is_within(&self.problem.starts[other].givers)
            };
            let leads_to = |set: &Vec<usize>, to: &Vec<usize>| {
                to.iter().all(|start| set.iter().any(|known| implies(*known, *start)))
            };
            if call.is_empty() || !call.iter().all(|set| sets.iter().any(|to| leads_to(set, to))) {
                return Err(format!("a demand does not follow from call {}", demand.from));
            }
        }
        let left = self.left()?;
        let forced = self.forced(&left)?;
        let mut base = Bits::default();
        forced.iter().for_each(|scope| base.add(&self.problem.reach[scope]));
        let mut total = self.problem.cost(&forced);
        let (mut taken, mut reached) = (forced.clone(), Bits::default());
        for part in &self.certificate.parts {
            let (mut scopes, mut reach) = (Bits::default(), Bits::default());
            for number in &part.demands {
                for start in self.demand(*number)?.iter().flatten() {
                    if !self.problem.gives(&forced, *start) {
                        scopes.add(&self.problem.starts[*start].givers.common(&left));
                    }
                }
            }
            scopes.iter().for_each(|scope| reach.add(&self.problem.reach[scope].without(&base)));
            let mut weighty = Bits::default();
            reach.iter().filter(|permission| self.problem.weights[*permission] > 0).for_each(|permission| {
                weighty.insert(permission);
            });
            if taken.meets(&scopes) || reached.meets(&weighty) {
                return Err("two parts share something".to_owned());
            }
            taken.add(&scopes);
            reached.add(&weighty);
            total = total + Tree { check: self, part, left: &left, forced: &forced, base: &base }.least()?;
        }
        Ok(total)
    }

    /// The scopes that are left when those go that need not be looked at.
    fn left(&self) -> Result<Bits, String> {
        let problem = &self.problem;
        let mut demanded = Bits::default();
        self.demands.iter().flatten().flatten().for_each(|start| {
            demanded.insert(*start);
        });
        let mut left = Bits::default();
        demanded.iter().for_each(|start| left.add(&problem.starts[start].givers));
        for excluded in &self.certificate.excluded {
            let number = self.scope(&excluded.scope)?;
            let given: Vec<usize> =
                demanded.iter().filter(|start| problem.starts[*start].givers.contains(number)).collect();
            let mut one = Bits::default();
            one.insert(number);
            let others = left.without(&one);
            let wrong = || format!("`{}` is excluded without a reason that holds", excluded.scope);
            match (&excluded.adds, &excluded.beside) {
                (Some(adds), None) => {
                    let permission =
                        problem.reach[number].iter().find(|at| problem.permission(*at).to_string() == *adds);
                    let permission = permission.filter(|at| problem.weights[*at] > 0).ok_or_else(wrong)?;
                    let is_needed = |start: &usize| match problem.starts[*start].own.filter(|own| *own != number) {
                        Some(own) => problem.reach[own].contains(permission),
                        None => true,
                    };
                    if given.iter().any(is_needed)
                        || others.iter().any(|other| problem.reach[other].contains(permission))
                    {
                        return Err(wrong());
                    }
                }
                (None, Some(beside)) => {
                    let other = self.scope(beside)?;
                    let is_as_good = others.contains(other)
                        && problem.reach[other].is_within(&problem.reach[number])
                        && given.iter().all(|start| problem.starts[*start].givers.contains(other));
                    if !is_as_good {
                        return Err(wrong());
                    }
                }
                _ => return Err(wrong()),
            }
            left = others;
        }
        Ok(left)
    }

    fn forced(&self, left: &Bits) -> Result<Bits, String> {
        let mut forced = Bits::default();
        for force in &self.certificate.forced {
            let number = self.scope(&force.scope)?;
            let wrong = || format!("`{}` is not forced", force.scope);
            let [set] = self.demand(force.demand)? else { return Err(wrong()) };
            let [start] = set.as_slice() else { return Err(wrong()) };
            let givers: Vec<usize> = self.problem.starts[*start].givers.common(left).iter().collect();
            if givers != [number] {
                return Err(wrong());
            }
            forced.insert(number);
        }
        Ok(forced)
    }
}

/// The search tree of a part.
struct Tree<'t, 'a, 'c> {
    check: &'t Check<'a, 'c>,
    part: &'a ProvenPart,
    left: &'t Bits,
    forced: &'t Bits,
    base: &'t Bits,
}

/// Where one stands in a tree: the node, what is chosen on the way, and what is owed.
struct Spot {
    node: usize,
    own: Bits,
    owed: Vec<usize>,
}

impl Tree<'_, '_, '_> {
    /// What satisfies the part costs at least this.
    fn least(&self) -> Result<Cost, String> {
        let problem = &self.check.problem;
        let mut own = Bits::default();
        for name in &self.part.chosen {
            own.insert(self.check.scope(name)?);
        }
        let mut held = own.clone();
        held.add(self.forced);
        for demand in &self.part.demands {
            if !problem.suffices(&held, self.check.demand(*demand)?) {
                return Err("a part's scopes do not satisfy its demands".to_owned());
            }
        }
        let answer = self.part.cost;
        if self.cost(&own, &Bits::default()) != answer {
            return Err("a part's scopes do not cost what it says".to_owned());
        }
        let mut least = answer;
        let mut open = vec![Spot { node: 0, own: Bits::default(), owed: Vec::new() }];
        while let Some(spot) = open.pop() {
            let node = self.part.nodes.get(spot.node).ok_or("a node is missing")?;
            let further = |next: usize| if next > spot.node { Ok(next) } else { Err("a node leads back".to_owned()) };
            match node {
                ProvenNode::Cut(bound) | ProvenNode::Open(bound) => least = least.min(self.bound(&spot, bound)?),
                ProvenNode::Either { demand, next } => {
                    let sets = self.own_demand(*demand)?;
                    if sets.len() != next.len() {
                        return Err("a node leaves an alternative out".to_owned());
                    }
                    for (set, next) in sets.iter().zip(next) {
                        let owed = [&spot.owed[..], set].concat();
                        open.push(Spot { node: further(*next)?, own: spot.own.clone(), owed });
                    }
                }
                ProvenNode::By { owed, next } => {
                    let start = self.check.start(owed)?;
                    if !spot.owed.contains(&start) {
                        return Err(format!("`{owed}` is not owed where a node says so"));
                    }
                    let mut givers = problem.starts[start].givers.common(self.left);
                    for (name, next) in next {
                        let scope = self.check.scope(name)?;
                        let mut own = spot.own.clone();
                        own.insert(scope);
                        let mut one = Bits::default();
                        one.insert(scope);
                        givers = givers.without(&one);
                        open.push(Spot { node: further(*next)?, own, owed: spot.owed.clone() });
                    }
                    if !givers.is_empty() {
                        return Err("a node leaves a scope out".to_owned());
                    }
                }
            }
        }
        Ok(least)
    }

    fn own_demand(&self, number: usize) -> Result<&[Vec<usize>], String> {
        if !self.part.demands.contains(&number) {
            return Err(format!("demand {number} is none of the part's"));
        }
        self.check.demand(number)
    }

    /// What some scopes cost beyond what is forced, where this is reached besides.
    fn cost(&self, own: &Bits, besides: &Bits) -> Cost {
        let problem = &self.check.problem;
        let mut reach = besides.clone();
        own.iter().for_each(|scope| reach.add(&problem.reach[scope]));
        let alone = own.iter().map(|scope| problem.alone[scope]).sum();
        let scopes = u64::try_from(own.iter().count()).unwrap_or(u64::MAX);
        Cost { access: problem.weigh(&reach.without(self.base)), scopes, alone }
    }

    /// What everything below a spot costs at least: what is chosen and owed, the cheapest alternatives of some demands, and
    /// a scope for each of some demands and permissions. Whether those may be added up is looked at here.
    fn bound(&self, spot: &Spot, bound: &ProvenBound) -> Result<Cost, String> {
        let problem = &self.check.problem;
        let owed: Result<Vec<usize>, String> = bound.owed.iter().map(|name| self.check.start(name)).collect();
        let mut held = spot.own.clone();
        held.add(self.forced);
        let is_given = |start: &usize| problem.gives(&held, *start);
        let mut floor = Bits::default();
        for start in spot.owed.iter().filter(|start| !is_given(start)) {
            floor.add(&problem.starts[*start].floor);
        }
        let mut least = self.cost(&spot.own, &floor);
        let mut reach = floor;
        reach.add(self.base);
        spot.own.iter().for_each(|scope| reach.add(&problem.reach[scope]));
        let mut paid = Bits::default();
        for demand in &bound.access {
            let mut cheapest = u64::MAX;
            let mut all = Bits::default();
            for set in self.own_demand(*demand)? {
                let mut more = Bits::default();
                set.iter().for_each(|start| more.add(&problem.starts[*start].floor));
                let more = more.without(&reach);
                cheapest = cheapest.min(problem.weigh(&more));
                all.add(&more);
            }
            if all.meets(&paid) {
                return Err("a bound counts something twice".to_owned());
            }
            paid.add(&all);
            least.access += cheapest;
        }
        let mut taken = Bits::default();
        let mut count = |starts: &mut dyn Iterator<Item = usize>| {
            let mut givers = Bits::default();
            starts.filter(|start| !is_given(start)).for_each(|start| {
                givers.add(&problem.starts[start].givers.common(self.left));
            });
            if givers.meets(&taken) {
                return Err("a bound counts a scope twice".to_owned());
            }
            taken.add(&givers);
            least.scopes += 1;
            least.alone += givers.iter().map(|scope| problem.alone[scope]).min().unwrap_or(0);
            Ok(())
        };
        for start in &owed? {
            if !spot.owed.contains(start) || is_given(start) {
                return Err("a bound counts what is not owed".to_owned());
            }
            count(&mut std::iter::once(*start))?;
        }
        for demand in &bound.demands {
            let sets = self.own_demand(*demand)?;
            let is_met = |set: &Vec<usize>| set.iter().all(&is_given);
            if sets.iter().any(is_met) {
                return Err("a bound counts a demand that is satisfied".to_owned());
            }
            count(&mut sets.iter().flatten().copied())?;
        }
        Ok(least)
    }
}
