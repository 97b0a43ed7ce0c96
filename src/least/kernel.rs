//! What is left of the question once what decides itself is decided.
//!
//! Each step leaves a reason that can be checked without repeating it:
//!
//! * An alternative goes where another one of the same call is satisfied whenever it is; a call goes where what others
//!   demand satisfies it. What stays is a *demand*, which cites its call.
//! * A scope goes where it reaches something that no other one left reaches, and that what it gives does not need: whoever
//!   chooses it can do with less. Or where another one gives as much and reaches no more.
//! * A scope is forced where it alone is left to give what is demanded of all.
//! * What is left falls into parts that share neither scopes nor what these reach; each is answered by itself.

use std::collections::BTreeSet;

use super::problem::Problem;
use crate::access::Bits;

/// A demand that follows from a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Demand {
    /// The call.
    pub(super) from: usize,
    /// Sets of permissions of which one is needed as a whole.
    pub(super) sets: Vec<Vec<usize>>,
}

/// Why a scope needs not be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excluded {
    /// It reaches this permission, which none that is left reaches, and nothing that it gives needs.
    Adds(usize),
    /// This other scope gives as much and reaches no more.
    Beside(usize),
}

#[derive(Debug)]
pub(super) struct Kernel {
    pub(super) demands: Vec<Demand>,
    /// In the order in which they went.
    pub(super) excluded: Vec<(usize, Excluded)>,
    /// Scopes that have to be chosen, each with the demand that says so.
    pub(super) forced: Vec<(usize, usize)>,
    /// The demands that are left, by number, each part for itself.
    pub(super) parts: Vec<Vec<usize>>,
    /// The scopes that are left to choose from.
    pub(super) left: Bits,
}

impl Kernel {
    pub(super) fn of(problem: &Problem<'_>) -> Self {
        let demands = demands(problem);
        let (left, excluded) = exclude(problem, &demands);
        let mut forced = Vec::new();
        for (number, demand) in demands.iter().enumerate() {
            let [set] = demand.sets.as_slice() else { continue };
            let [start] = set.as_slice() else { continue };
            let givers: Vec<usize> = problem.starts[*start].givers.common(&left).iter().collect();
            if let [only] = givers.as_slice()
                && !forced.iter().any(|(scope, _)| scope == only)
            {
                forced.push((*only, number));
            }
        }
        let mut kernel = Self { demands, excluded, forced, parts: Vec::new(), left };
        kernel.parts = kernel.parts(problem);
        kernel
    }

    /// The scopes that have to be chosen.
    pub(super) fn forced(&self) -> Bits {
        let mut bits = Bits::default();
        self.forced.iter().for_each(|(scope, _)| {
            bits.insert(*scope);
        });
        bits
    }

    fn parts(&self, problem: &Problem<'_>) -> Vec<Vec<usize>> {
        let forced = self.forced();
        let mut base = Bits::default();
        forced.iter().for_each(|scope| base.add(&problem.reach[scope]));
        let mut parts: Vec<(Vec<usize>, Bits, Bits)> = Vec::new();
        for (number, demand) in self.demands.iter().enumerate() {
            if problem.suffices(&forced, &demand.sets) {
                continue;
            }
            let (mut scopes, mut reach) = (Bits::default(), Bits::default());
            for start in demand.sets.iter().flatten().filter(|start| !problem.gives(&forced, **start)) {
                scopes.add(&problem.starts[*start].givers.common(&self.left));
            }
            scopes.iter().for_each(|scope| reach.add(&weighty(problem, &problem.reach[scope].without(&base))));
            let mut members = vec![number];
            // What is taken in may share more with others.
            loop {
                let (shared, others): (Vec<_>, Vec<_>) =
                    parts.into_iter().partition(|(_, theirs, reached)| theirs.meets(&scopes) || reached.meets(&reach));
                parts = others;
                if shared.is_empty() {
                    break;
                }
                for (others, theirs, reached) in shared {
                    members.extend(others);
                    scopes.add(&theirs);
                    reach.add(&reached);
                }
            }
            parts.push((members, scopes, reach));
        }
        let mut parts: Vec<Vec<usize>> = parts.into_iter().map(|(members, ..)| members).collect();
        parts.iter_mut().for_each(|part| part.sort_unstable());
        parts.sort_unstable();
        parts
    }
}

/// The permissions that weigh something.
pub(super) fn weighty(problem: &Problem<'_>, reach: &Bits) -> Bits {
    let mut bits = Bits::default();
    for permission in reach.iter().filter(|permission| problem.weights[*permission] > 0) {
        bits.insert(permission);
    }
    bits
}

/// The demands of all calls, without what follows from others.
fn demands(problem: &Problem<'_>) -> Vec<Demand> {
    let mut open: Vec<Demand> = Vec::new();
    let mut sure: Vec<(usize, usize)> = Vec::new();
    let mut seen: BTreeSet<Vec<Vec<usize>>> = BTreeSet::new();
    let in_order = {
        let mut order: Vec<usize> = (0..problem.demands.len()).collect();
        order.sort_by_key(|at| &problem.demands[*at]);
        order
    };
    for from in in_order {
        let sets = without_implied(problem, problem.demands[from].clone());
        // A call that nothing opens demands nothing that could be chosen.
        if !sets.is_empty() && seen.insert(sets.clone()) {
            open.push(Demand { from, sets });
        }
    }
    loop {
        let (single, several): (Vec<Demand>, Vec<Demand>) = open.into_iter().partition(|demand| demand.sets.len() == 1);
        let has_single = !single.is_empty();
        for demand in single {
            for start in demand.sets.into_iter().flatten() {
                if !sure.iter().any(|(known, _)| implies(problem, *known, start)) {
                    sure.retain(|(known, _)| !implies(problem, start, *known));
                    sure.push((start, demand.from));
                }
            }
        }
        open = several;
        if !has_single {
            break;
        }
        let is_sure = |start: usize| sure.iter().any(|(known, _)| implies(problem, *known, start));
        let mut kept: Vec<Demand> = Vec::new();
        for Demand { from, mut sets } in open {
            sets.iter_mut().for_each(|set| set.retain(|start| !is_sure(*start)));
            if sets.iter().any(Vec::is_empty) {
                continue;
            }
            let sets = without_implied(problem, sets);
            if !kept.iter().any(|known| known.sets == sets) {
                kept.push(Demand { from, sets });
            }
        }
        open = kept;
    }
    let mut demands: Vec<Demand> =
        sure.into_iter().map(|(start, from)| Demand { from, sets: vec![vec![start]] }).collect();
    demands.sort_by(|one, other| one.sets.cmp(&other.sets));
    demands.extend(open);
    demands
}

/// Whether whoever gives the one permission surely gives the other one.
pub(super) fn implies(problem: &Problem<'_>, one: usize, other: usize) -> bool {
    problem.starts[one].givers.is_within(&problem.starts[other].givers)
}

/// Alternatives without permissions that follow from others of theirs, and without alternatives from which another one
/// follows.
fn without_implied(problem: &Problem<'_>, sets: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let narrowed = sets.into_iter().map(|set| {
        let mut kept: Vec<usize> = Vec::new();
        for &start in &set {
            if !kept.iter().any(|known| implies(problem, *known, start)) {
                kept.retain(|known| !implies(problem, start, *known));
                kept.push(start);
            }
        }
        kept.sort_unstable();
        kept
    });
    let mut kept: Vec<Vec<usize>> = Vec::new();
    let leads_to = |one: &[usize], other: &[usize]| {
        other.iter().all(|start| one.iter().any(|known| implies(problem, *known, *start)))
    };
    let mut narrowed: Vec<Vec<usize>> = narrowed.collect();
    narrowed.sort();
    for set in narrowed {
        if !kept.iter().any(|known| leads_to(&set, known)) {
            kept.retain(|known| !leads_to(known, &set));
            kept.push(set);
        }
    }
    kept.sort();
    kept
}

/// The scopes that are left to choose from, and why others are not.
fn exclude(problem: &Problem<'_>, demands: &[Demand]) -> (Bits, Vec<(usize, Excluded)>) {
    let starts: BTreeSet<usize> = demands.iter().flat_map(|demand| demand.sets.iter().flatten().copied()).collect();
    let mut left = Bits::default();
    starts.iter().for_each(|start| left.add(&problem.starts[*start].givers));
    // How many of those that are left reach a permission.
    let mut times = vec![0_usize; problem.weights.len()];
    for scope in left.iter() {
        problem.reach[scope].iter().for_each(|permission| times[permission] += 1);
    }
    let mut given: Vec<Vec<usize>> = vec![Vec::new(); problem.scopes.len()];
    for start in &starts {
        problem.starts[*start].givers.iter().for_each(|scope| given[scope].push(*start));
    }
    let needed: Vec<Option<Bits>> =
        given.iter().enumerate().map(|(scope, given)| needed(problem, given, scope)).collect();
    let mut excluded = Vec::new();
    loop {
        let before = excluded.len();
        for scope in left.clone().iter() {
            let adds = needed[scope].as_ref().and_then(|needed| {
                let more = problem.reach[scope].without(needed);
                more.iter().find(|permission| times[*permission] == 1 && problem.weights[*permission] > 0)
            });
            let reason = adds.map(Excluded::Adds);
            let Some(reason) = reason.or_else(|| beside(problem, &given, &left, scope).map(Excluded::Beside)) else {
                continue;
            };
            let mut gone = Bits::default();
            gone.insert(scope);
            left = left.without(&gone);
            problem.reach[scope].iter().for_each(|permission| times[permission] -= 1);
            excluded.push((scope, reason));
        }
        if excluded.len() == before {
            return (left, excluded);
        }
    }
}

/// What the permissions that a scope gives reach, where each can be asked for by itself and none is the scope.
fn needed(problem: &Problem<'_>, given: &[usize], scope: usize) -> Option<Bits> {
    let mut needed = Bits::default();
    for start in given {
        let own = problem.starts[*start].own.filter(|own| *own != scope)?;
        needed.add(&problem.reach[own]);
    }
    Some(needed)
}

/// Another scope that gives as much and reaches no more.
fn beside(problem: &Problem<'_>, given: &[Vec<usize>], left: &Bits, scope: usize) -> Option<usize> {
    let first = *given[scope].first()?;
    let mut others = problem.starts[first].givers.common(left);
    for start in &given[scope] {
        others = others.common(&problem.starts[*start].givers);
    }
    let others: Vec<usize> = others.iter().collect();
    others.into_iter().find(|&other| {
        let is_equal =
            given[other].len() == given[scope].len() && problem.reach[scope].is_within(&problem.reach[other]);
        other != scope && problem.reach[other].is_within(&problem.reach[scope]) && (!is_equal || other < scope)
    })
}
