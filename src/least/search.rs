//! The search: branch and bound over what the kernel leaves open, each part for itself.
//!
//! A node of the tree has chosen some scopes and owes some permissions. It branches over the scopes that give a permission
//! that is owed, or over the alternatives of a demand. It is cut where a bound says that nothing below it is better than
//! the best that is known. The bound adds up what has to be paid whatever is chosen: what is chosen and what is owed; for
//! demands that can't share anything the cheapest alternative of each; and one scope for each of those that no scope serves
//! together. It tells which those are, so that whoever checks it need not find them.

use super::kernel::Kernel;
use super::problem::{Cost, Problem};
use crate::access::Bits;

/// How many nodes the search of a part may take, where nobody says otherwise.
pub const NODES: usize = 100_000;

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kernel: Kernel,
    /// The scopes, by number.
    pub(super) chosen: Bits,
    pub(super) cost: Cost,
    /// No set that suffices costs less than this.
    pub(super) at_least: Cost,
    pub(super) parts: Vec<Part>,
}

/// The answer to one part.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) chosen: Bits,
    /// What it adds to the cost of what is forced.
    pub(super) cost: Cost,
    pub(super) at_least: Cost,
    /// The first is the root; what a node leads to comes after it.
    pub(super) nodes: Vec<Node>,
}

/// A node of a search tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Nothing below is better: the demands and permissions by which the bound says so.
    Cut(Bound),
    /// One for each alternative of a demand.
    Either(usize, Vec<usize>),
    /// One for each scope that gives a permission.
    By(usize, Vec<(usize, usize)>),
    /// The search ended before it. Nothing below costs less than the bound says.
    Open(Bound),
}

/// What a bound adds up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bound {
    /// Demands whose alternatives reach nothing in common.
    pub(super) access: Vec<usize>,
    /// Demands and permissions that no scope serves together.
    pub(super) scopes: Vec<Item>,
}

/// Something that is still to be satisfied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Demand(usize),
    Start(usize),
}

impl Found {
    /// Whether nothing that suffices costs less.
    pub(super) fn is_proven(&self) -> bool {
        self.at_least == self.cost
    }
}

/// Finds the least set of scopes, within so many nodes a part.
pub(super) fn search(problem: &Problem<'_>, nodes: usize) -> Found {
    let kernel = Kernel::of(problem);
    let forced = kernel.forced();
    let mut base = Bits::default();
    forced.iter().for_each(|scope| base.add(&problem.reach[scope]));
    let mut chosen = forced.clone();
    let mut cost = problem.cost(&forced);
    let mut at_least = cost;
    let mut parts = Vec::with_capacity(kernel.parts.len());
    for demands in &kernel.parts {
        let mut open =
            Search { problem, kernel: &kernel, demands, base: &base, best: None, nodes: Vec::new(), left: nodes };
        let mut bound = None;
        open.go(&forced, &Bits::default(), &[], &mut bound);
        let Search { best, nodes, .. } = open;
        // A part is there because it is not satisfied yet, and each of its demands can be.
        let Some((mut own, mut own_cost)) = best else { continue };
        if bound.is_some() {
            own = spared(problem, &kernel, demands, &forced, own);
            own_cost = added(problem, &base, &own);
        }
        let own_at_least = bound.map_or(own_cost, |bound| own_cost.min(bound));
        chosen.add(&own);
        cost = cost + own_cost;
        at_least = at_least + own_at_least;
        parts.push(Part { chosen: own, cost: own_cost, at_least: own_at_least, nodes });
    }
    Found { kernel, chosen, cost, at_least, parts }
}

/// What is left of a part's scopes when those go that nothing needs: a search that was cut short may have some, and the
/// widest go first.
fn spared(problem: &Problem<'_>, kernel: &Kernel, demands: &[usize], forced: &Bits, own: Bits) -> Bits {
    let mut scopes: Vec<usize> = own.iter().collect();
    scopes.sort_by_key(|scope| (std::cmp::Reverse(problem.alone[*scope]), *scope));
    scopes.into_iter().fold(own, |own, scope| {
        let mut one = Bits::default();
        one.insert(scope);
        let less = own.without(&one);
        let mut held = less.clone();
        held.add(forced);
        let suffices = demands.iter().all(|demand| problem.suffices(&held, &kernel.demands[*demand].sets));
        if suffices { less } else { own }
    })
}

/// What some scopes add to the cost of what reaches `base`.
fn added(problem: &Problem<'_>, base: &Bits, own: &Bits) -> Cost {
    let mut reach = Bits::default();
    let mut cost = Cost::default();
    for scope in own.iter() {
        reach.add(&problem.reach[scope]);
        cost = cost + Cost { access: 0, scopes: 1, alone: problem.alone[scope] };
    }
    Cost { access: problem.weigh(&reach.without(base)), ..cost }
}

struct Search<'s, 'c> {
    problem: &'s Problem<'c>,
    kernel: &'s Kernel,
    demands: &'s [usize],
    /// What the forced scopes reach.
    base: &'s Bits,
    best: Option<(Bits, Cost)>,
    nodes: Vec<Node>,
    left: usize,
}

impl Search<'_, '_> {
    /// Searches below a node, and returns its number. `held` is everything chosen, `own` without what is forced; `owed` are
    /// permissions that have to be given. What was left open is bounded by `open`.
    fn go(&mut self, held: &Bits, own: &Bits, owed: &[usize], open: &mut Option<Cost>) -> usize {
        let number = self.nodes.len();
        self.nodes.push(Node::Open(Bound::default()));
        let problem = self.problem;
        let owed: Vec<usize> = owed.iter().copied().filter(|start| !problem.gives(held, *start)).collect();
        let unsatisfied: Vec<usize> =
            self.demands.iter().copied().filter(|at| !self.is_met(held, &owed, *at)).collect();
        let (least, bound) = self.bound(held, own, &owed, &unsatisfied);
        if owed.is_empty() && unsatisfied.is_empty() && self.best.as_ref().is_none_or(|(_, best)| least < *best) {
            self.best = Some((own.clone(), least));
        }
        if self.best.as_ref().is_some_and(|(_, best)| least >= *best) {
            self.nodes[number] = Node::Cut(bound);
            return number;
        }
        // The first way down is taken to its end, whatever it costs: something has to be answered.
        if self.left == 0 && self.best.is_some() {
            *open = Some(open.map_or(least, |open| open.min(least)));
            self.nodes[number] = Node::Open(bound);
            return number;
        }
        self.left = self.left.saturating_sub(1);
        let givers = |start: usize| problem.starts[start].givers.common(&self.kernel.left);
        let fewest = owed.iter().copied().min_by_key(|start| (givers(*start).iter().count(), *start));
        if let Some(start) = fewest {
            let mut scopes: Vec<usize> = givers(start).iter().collect();
            scopes.sort_by_key(|scope| (problem.alone[*scope], *scope));
            let mut next = Vec::with_capacity(scopes.len());
            for scope in scopes {
                let with = |bits: &Bits| {
                    let mut bits = bits.clone();
                    bits.insert(scope);
                    bits
                };
                next.push((scope, self.go(&with(held), &with(own), &owed, open)));
            }
            self.nodes[number] = Node::By(start, next);
            return number;
        }
        let kernel = self.kernel;
        let narrowest = unsatisfied.iter().copied().min_by_key(|at| (kernel.demands[*at].sets.len(), *at));
        if let Some(demand) = narrowest {
            let mut next = Vec::new();
            for set in &kernel.demands[demand].sets {
                next.push(self.go(held, own, &[&owed[..], set].concat(), open));
            }
            self.nodes[number] = Node::Either(demand, next);
        }
        number
    }

    /// Whether a demand is satisfied once what is owed is given.
    fn is_met(&self, held: &Bits, owed: &[usize], demand: usize) -> bool {
        let is_given = |start: &usize| owed.contains(start) || self.problem.gives(held, *start);
        self.kernel.demands[demand].sets.iter().any(|set| set.iter().all(is_given))
    }

    /// What everything below a node costs at least, and why.
    fn bound(&self, held: &Bits, own: &Bits, owed: &[usize], unsatisfied: &[usize]) -> (Cost, Bound) {
        let problem = self.problem;
        let mut reach = self.base.clone();
        own.iter().for_each(|scope| reach.add(&problem.reach[scope]));
        owed.iter().for_each(|start| reach.add(&problem.starts[*start].floor));
        let mut least = Cost { access: problem.weigh(&reach.without(self.base)), ..Cost::default() };
        for scope in own.iter() {
            least = least + Cost { access: 0, scopes: 1, alone: problem.alone[scope] };
        }
        let mut bound = Bound::default();
        let mut paid = Bits::default();
        for &demand in unsatisfied {
            let (cheapest, all) = cheapest(problem, &reach, &self.kernel.demands[demand].sets);
            if cheapest > 0 && !all.meets(&paid) {
                paid.add(&all);
                least.access += cheapest;
                bound.access.push(demand);
            }
        }
        let mut taken = Bits::default();
        let items = owed.iter().map(|start| Item::Start(*start)).chain(unsatisfied.iter().map(|at| Item::Demand(*at)));
        for item in items {
            let givers = self.givers(held, item);
            if !givers.meets(&taken) {
                taken.add(&givers);
                least.scopes += 1;
                least.alone += givers.iter().map(|scope| problem.alone[scope]).min().unwrap_or(0);
                bound.scopes.push(item);
            }
        }
        (least, bound)
    }

    /// The scopes of which one has to be chosen for something.
    fn givers(&self, held: &Bits, item: Item) -> Bits {
        let mut givers = Bits::default();
        let starts: Vec<usize> = match item {
            Item::Start(start) => vec![start],
            Item::Demand(demand) => self.kernel.demands[demand].sets.iter().flatten().copied().collect(),
        };
        for start in starts.into_iter().filter(|start| !self.problem.gives(held, *start)) {
            givers.add(&self.problem.starts[start].givers.common(&self.kernel.left));
        }
        givers
    }
}

/// What the cheapest of some alternatives adds to what is reached, and what any of them may add.
fn cheapest(problem: &Problem<'_>, reach: &Bits, sets: &[Vec<usize>]) -> (u64, Bits) {
    let mut all = Bits::default();
    let mut least = u64::MAX;
    for set in sets {
        let mut more = Bits::default();
        set.iter().for_each(|start| more.add(&problem.starts[*start].floor));
        let more = more.without(reach);
        least = least.min(problem.weigh(&more));
        all.add(&more);
    }
    (least, all)
}
