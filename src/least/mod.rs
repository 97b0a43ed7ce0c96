//! The smallest set of scopes for a set of calls, with a proof.
//!
//! Of the sets that surely suffice for every call whose needs the catalog states, the least is the one that may reach the
//! least ([`weight`]: operations times sensitivity), then the one of fewer scopes, then the one whose scopes each reach
//! less. The search is exact; where it was cut short the answer says so, and how far it can be off. [`Certificate`] is a
//! proof that [`verify`] checks without searching.
//!
//! What proves nothing is never used as if it did: calls that are not known, whose scopes nobody states, or that were only
//! guessed make the answer one that is not proven, and it says what is missing.
//!
//! ```
//! use zscope::catalog::Catalog;
//! use zscope::input::calls::{Certainty, Method, SeenCall, Via};
//! use zscope::least::{Least, Options};
//! use zscope::text::{Place, Sources, Span};
//!
//! let catalog = Catalog::embedded();
//! let place = Place::new(Sources::default().next_id(), Span::default());
//! let call = |url| SeenCall::new(Some(Method::Get), url, place, Certainty::Proven, Via::Line);
//! let calls = [call("/books/v3/invoices"), call("/books/v3/invoices/{invoice_id}")];
//! let least = Least::of(&catalog, &calls, Options::default());
//! assert_eq!(least.list(), "ZohoBooks.invoices.READ");
//! assert!(least.is_proven());
//! ```

mod compare;
mod kernel;
mod need;
mod problem;
mod proof;
mod search;
#[cfg(test)]
mod tests;
mod verify;
pub mod weight;

pub use compare::{Comparison, Idle, Lacking, Swap, Unused};
pub use need::{Need, Row};
pub use problem::Cost;
pub use proof::Certificate;
pub use search::NODES;
pub use verify::{Checked, verify};

use crate::access::{self, Bits};
use crate::catalog::Catalog;
use crate::input::calls::SeenCall;
use crate::scope::Scope;
use problem::{Problem, Sets};
use search::Found;

/// How the least set is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Scopes that were only paired with a call by name count as needed. They prove nothing.
    pub likely: bool,
    /// How many nodes the search of a part may take.
    pub nodes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { likely: false, nodes: NODES }
    }
}

/// The answer.
#[derive(Debug)]
pub struct Least<'c> {
    /// The calls, those that come to the same once, by name.
    pub rows: Vec<Row<'c>>,
    /// The scopes, by name.
    pub scopes: Vec<Chosen>,
    /// What they cost.
    pub cost: Cost,
    /// No set that suffices costs less.
    pub at_least: Cost,
    /// What keeps the answer from being proven, in words; each once.
    pub missing: Vec<Missing>,
    problem: Problem<'c>,
    found: Found,
    /// The rows that the demands of the problem come from.
    demanding: Vec<usize>,
}

/// A scope of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The scope.
    pub scope: Scope,
    /// The rows that fail without it; never empty.
    pub needed_by: Vec<usize>,
    /// The rows to which it gives something.
    pub serves: Vec<usize>,
    /// For each known scope that it surely covers: a row that fails where that is asked for instead.
    pub narrower: Vec<Narrower>,
    /// The weight of everything that it may reach.
    pub weight: u64,
}

/// Why a narrower scope does not suffice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrower {
    /// The narrower scope.
    pub scope: Scope,
    /// A row that fails with it.
    pub fails: usize,
}

/// Something that is missing for the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The row it is about; `None` of the search as a whole.
    pub row: Option<usize>,
    /// What is missing: lower case, no full stop.
    pub reason: String,
}

impl<'c> Least<'c> {
    /// The least set for some calls.
    #[must_use]
    pub fn of(catalog: &'c Catalog, calls: &[SeenCall], options: Options) -> Self {
        Self::of_rows(catalog, need::rows(catalog, calls, options.likely), options)
    }

    fn of_rows(catalog: &'c Catalog, rows: Vec<Row<'c>>, options: Options) -> Self {
        let mut demanding = Vec::new();
        let mut sets: Vec<Sets> = Vec::new();
        for (number, row) in rows.iter().enumerate() {
            if let Need::Sets(needed) = &row.need {
                demanding.push(number);
                sets.push(needed.clone());
            }
        }
        let problem = Problem::of(catalog, &sets);
        let found = search::search(&problem, options.nodes);
        let mut least = Self {
            rows,
            scopes: Vec::new(),
            cost: found.cost,
            at_least: found.at_least,
            missing: Vec::new(),
            problem,
            found,
            demanding,
        };
        least.scopes = least.chosen();
        least.missing = least.what_is_missing();
        least
    }

    /// The scopes as a consent page takes them: with commas, without blanks.
    #[must_use]
    pub fn list(&self) -> String {
        let names: Vec<String> = self.scopes.iter().map(|chosen| chosen.scope.to_string()).collect();
        names.join(",")
    }

    /// Whether it is proven that no set with less access, and of those none with fewer scopes, suffices for the calls.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.missing.is_empty()
    }

    /// The catalog by which it was found.
    #[must_use]
    pub fn catalog(&self) -> &'c Catalog {
        self.problem.graph.catalog()
    }

    /// Whether some scopes surely suffice for a row. `None` where the catalog does not state what it needs.
    #[must_use]
    pub fn suffices(&self, scopes: &[Scope], row: usize) -> Option<bool> {
        match &self.rows.get(row)?.need {
            Need::Nothing => Some(true),
            Need::Sets(sets) => {
                let given = |need: &Scope| access::gives_need(self.catalog(), scopes, need);
                Some(sets.iter().any(|set| set.iter().all(given)))
            }
            _ => None,
        }
    }

    fn chosen(&self) -> Vec<Chosen> {
        let Self { problem, found, .. } = self;
        let graph = problem.graph;
        let mut all = Vec::new();
        for scope in found.chosen.iter() {
            let others = without(&found.chosen, scope);
            let rows = |is: &dyn Fn(&[Vec<usize>]) -> bool| {
                let demands = problem.demands.iter().zip(&self.demanding);
                demands.filter(|(demand, _)| is(demand)).map(|(_, row)| *row).collect::<Vec<usize>>()
            };
            let needed_by = rows(&|demand| !demand.is_empty() && !problem.suffices(&others, demand));
            let serves = rows(&|demand| {
                demand.iter().any(|set| {
                    set.iter().all(|start| problem.gives(&found.chosen, *start))
                        && set.iter().any(|start| problem.starts[*start].givers.contains(scope))
                })
            });
            let id = graph.id(&problem.scopes[scope]);
            let mut narrower = Vec::new();
            for below in graph.surely_below(id) {
                let given = problem.given_by(below);
                let mut demands = problem.demands.iter().zip(&self.demanding);
                if let Some((_, row)) =
                    demands.find(|(demand, _)| !demand.is_empty() && !problem.suffices_with(&others, &given, demand))
                {
                    narrower.push(Narrower { scope: graph.scope(below), fails: *row });
                }
            }
            narrower.sort_by_key(|narrower| narrower.scope.to_string());
            all.push(Chosen {
                scope: problem.scopes[scope].clone(),
                needed_by,
                serves,
                narrower,
                weight: problem.alone[scope],
            });
        }
        all
    }

    fn what_is_missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        for (number, row) in self.rows.iter().enumerate() {
            let mut tell = |reason: String| missing.push(Missing { row: Some(number), reason });
            match &row.need {
                Need::Sets(_) => {
                    let demand = self.demanding.iter().position(|known| *known == number);
                    if demand.is_some_and(|at| self.problem.demands[at].is_empty()) {
                        tell("no scope that it is said to need can be asked for".to_owned());
                    }
                }
                Need::Nothing | Need::OtherHost => {}
                Need::Unstated(listed) if self.gives_all(listed) => {}
                Need::Unstated(_) => {
                    tell("the vendor lists scopes and does not say whether any or all are needed".to_owned());
                }
                Need::Likely(_) => tell("nobody ties a scope to it; by their names some belong to it".to_owned()),
                Need::Unsaid => tell("the call is known, and nobody says which scope it needs".to_owned()),
                Need::OneForEach(_) => {
                    tell("it needs a scope for each thing that it is about, which is filled in at run time".to_owned());
                }
                Need::Ambiguous(products) => {
                    tell(format!("several products have it, and no host says which is meant: {}", products.join(", ")));
                }
                Need::Unknown(_) => tell("the call is not in the catalog".to_owned()),
            }
            let matters = !matches!(row.need, Need::OtherHost | Need::Nothing);
            for doubt in row.doubts.iter().filter(|_| matters) {
                tell(doubt.clone());
            }
        }
        if !self.found.is_proven() {
            let (cost, at_least) = (self.cost.access, self.at_least.access);
            let reason = format!(
                "the search ended before its end: access of {cost} was found, and less than {at_least} is not possible"
            );
            missing.push(Missing { row: None, reason });
        }
        missing
    }

    /// Whether the answer surely gives all of some scopes.
    fn gives_all(&self, scopes: &[Scope]) -> bool {
        let chosen: Vec<Scope> = self.scopes.iter().map(|chosen| chosen.scope.clone()).collect();
        scopes.iter().all(|scope| access::gives_need(self.catalog(), &chosen, scope))
    }
}

fn without(bits: &Bits, number: usize) -> Bits {
    let mut one = Bits::default();
    one.insert(number);
    bits.without(&one)
}
