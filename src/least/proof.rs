//! The certificate: what was answered, and why nothing less suffices, for a checker that does not search.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::kernel::Excluded;
use super::problem::{Cost, Problem};
use super::search::{Bound, Item, Node};
use super::{Least, Need};
use crate::access::Bits;

/// The version of the form.
pub(super) const VERSION: u32 = 1;

/// A proof that a set of scopes suffices for some calls, and that none of less cost does.
///
/// How it argues: every *demand* follows from a call. A scope in `excluded` is in no least set, or another one takes its
/// place; each rests only on those before it. What is `forced` alone is left to give what is demanded. The `parts` share
/// no scopes, and reach nothing in common beyond what the forced ones reach, so their costs add up. Each has a search tree
/// whose branches are complete, and whose leaves carry what a bound adds up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// The version of this form: 1.
    pub zscope_proof: u32,
    /// The digest of the catalog on which it rests.
    pub catalog: String,
    /// The calls and what each needs.
    pub calls: Vec<ProvenCall>,
    /// The scopes that are asked for, each with the reason.
    pub scopes: Vec<ProvenScope>,
    /// What they cost.
    pub cost: Cost,
    /// No set that suffices costs less than this.
    pub at_least: Cost,
    /// Nothing that suffices for the calls costs less, and there is no doubt about what they need.
    pub proven: bool,
    /// What is missing for a proof, where it is none.
    pub missing: Vec<String>,
    /// What follows from the calls.
    pub demands: Vec<ProvenDemand>,
    /// Scopes that need not be looked at, in the order in which they go.
    pub excluded: Vec<ProvenExclusion>,
    /// Scopes that have to be chosen.
    pub forced: Vec<ProvenForce>,
    /// What is left, in parts that share nothing.
    pub parts: Vec<ProvenPart>,
}

/// A call of a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenCall {
    /// The call as it was seen, or the name of an operation.
    pub call: String,
    /// The service of the known call that it is; none where the input names the scopes itself.
    pub service: Option<String>,
    /// That known call.
    pub endpoint: Option<String>,
    /// What stands in the place of its placeholders.
    pub values: BTreeMap<String, String>,
    /// One of these sets is needed as a whole.
    pub any_of: Vec<Vec<String>>,
}

/// A scope of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenScope {
    /// The scope.
    pub scope: String,
    /// The calls that fail without it, by number.
    pub needed_by: Vec<usize>,
    /// For each known scope that it surely covers, a call that fails where that is asked for instead.
    pub narrower: Vec<ProvenNarrower>,
}

/// A scope that does not suffice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenNarrower {
    /// The scope.
    pub scope: String,
    /// The call that fails with it.
    pub fails: usize,
}

/// Something that a call demands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenDemand {
    /// The call from which it follows.
    pub from: usize,
    /// One of these sets of permissions is needed as a whole.
    pub any_of: Vec<Vec<String>>,
}

/// A scope that need not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenExclusion {
    /// The scope.
    pub scope: String,
    /// It reaches this, which none that is left reaches, and nothing that it gives needs it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub adds: Option<String>,
    /// This scope gives as much and reaches no more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub beside: Option<String>,
}

/// A scope that has to be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenForce {
    /// The scope.
    pub scope: String,
    /// The demand that no other scope satisfies.
    pub demand: usize,
}

/// A part of the question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenPart {
    /// Its demands.
    pub demands: Vec<usize>,
    /// The scopes chosen for them.
    pub chosen: Vec<String>,
    /// What they add to the cost.
    pub cost: Cost,
    /// Nothing that satisfies the demands adds less.
    pub at_least: Cost,
    /// The search tree: the first is the root, and what a node leads to comes after it.
    pub nodes: Vec<ProvenNode>,
}

/// A node of a search tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProvenNode {
    /// Nothing below costs less than the part's answer.
    Cut(ProvenBound),
    /// One node for each alternative of a demand, in order.
    Either {
        /// The demand.
        demand: usize,
        /// The nodes.
        next: Vec<usize>,
    },
    /// One node for each scope that is left and gives a permission that is owed.
    By {
        /// The permission.
        owed: String,
        /// The scopes and their nodes.
        next: Vec<(String, usize)>,
    },
    /// The search ended before it.
    Open(ProvenBound),
}

/// What a bound adds up, besides what is chosen and owed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProvenBound {
    /// Demands whose cheapest alternatives add up, for they reach nothing in common.
    pub access: Vec<usize>,
    /// Demands that no scope serves together with another one or with a permission that is owed.
    pub demands: Vec<usize>,
    /// Permissions that are owed, and that no scope gives together with another one of them.
    pub owed: Vec<String>,
}

impl Certificate {
    pub(super) fn of(least: &Least<'_>) -> Self {
        let Least { problem, found, .. } = least;
        #[expect(clippy::expect_used, reason = "a scope is chosen for calls that demand one")]
        let number =
            |row: &usize| least.demanding.iter().position(|known| known == row).expect("the row is among the demands");
        let calls = least.demanding.iter().filter_map(|row| least.rows.get(*row)).map(|row| ProvenCall {
            call: row.call.clone(),
            service: row.known.map(|(service, _)| service.name.clone()),
            endpoint: row.known.map(|(_, endpoint)| endpoint.call()),
            values: row.values.iter().cloned().collect(),
            any_of: match &row.need {
                Need::Sets(sets) => sets.iter().map(|set| set.iter().map(ToString::to_string).collect()).collect(),
                _ => Vec::new(),
            },
        });
        let scopes = least.scopes.iter().map(|chosen| ProvenScope {
            scope: chosen.scope.to_string(),
            needed_by: chosen.needed_by.iter().map(number).collect(),
            narrower: chosen
                .narrower
                .iter()
                .map(|narrower| ProvenNarrower { scope: narrower.scope.to_string(), fails: number(&narrower.fails) })
                .collect(),
        });
        let name = |scope: usize| problem.scopes[scope].to_string();
        let demands = found.kernel.demands.iter().map(|demand| ProvenDemand {
            from: demand.from,
            any_of: demand
                .sets
                .iter()
                .map(|set| set.iter().map(|start| start_name(problem, *start)).collect())
                .collect(),
        });
        let excluded = found.kernel.excluded.iter().map(|(scope, reason)| ProvenExclusion {
            scope: name(*scope),
            adds: match reason {
                Excluded::Adds(permission) => Some(problem.permission(*permission).to_string()),
                Excluded::Beside(_) => None,
            },
            beside: match reason {
                Excluded::Adds(_) => None,
                Excluded::Beside(other) => Some(name(*other)),
            },
        });
        let forced =
            found.kernel.forced.iter().map(|(scope, demand)| ProvenForce { scope: name(*scope), demand: *demand });
        let parts = found.parts.iter().zip(&found.kernel.parts).map(|(part, demands)| ProvenPart {
            demands: demands.clone(),
            chosen: names(problem, &part.chosen),
            cost: part.cost,
            at_least: part.at_least,
            nodes: part.nodes.iter().map(|node| node_of(problem, node)).collect(),
        });
        let missing = least.missing.iter().map(|missing| match missing.row.and_then(|row| least.rows.get(row)) {
            Some(row) => format!("{}: {}", row.call, missing.reason),
            None => missing.reason.clone(),
        });
        Self {
            zscope_proof: VERSION,
            catalog: least.catalog().digest().to_owned(),
            calls: calls.collect(),
            scopes: scopes.collect(),
            cost: least.cost,
            at_least: least.at_least,
            proven: least.is_proven(),
            missing: missing.collect(),
            demands: demands.collect(),
            excluded: excluded.collect(),
            forced: forced.collect(),
            parts: parts.collect(),
        }
    }
}

fn start_name(problem: &Problem<'_>, start: usize) -> String {
    problem.starts[start].scope.to_string()
}

fn names(problem: &Problem<'_>, scopes: &Bits) -> Vec<String> {
    scopes.iter().map(|scope| problem.scopes[scope].to_string()).collect()
}

fn node_of(problem: &Problem<'_>, node: &Node) -> ProvenNode {
    match node {
        Node::Open(bound) => ProvenNode::Open(bound_of(problem, bound)),
        Node::Cut(bound) => ProvenNode::Cut(bound_of(problem, bound)),
        Node::Either(demand, next) => ProvenNode::Either { demand: *demand, next: next.clone() },
        Node::By(start, next) => ProvenNode::By {
            owed: start_name(problem, *start),
            next: next.iter().map(|(scope, node)| (problem.scopes[*scope].to_string(), *node)).collect(),
        },
    }
}

fn bound_of(problem: &Problem<'_>, bound: &Bound) -> ProvenBound {
    let (mut demands, mut owed) = (Vec::new(), Vec::new());
    for item in &bound.scopes {
        match item {
            Item::Demand(demand) => demands.push(*demand),
            Item::Start(start) => owed.push(start_name(problem, *start)),
        }
    }
    ProvenBound { access: bound.access.clone(), demands, owed }
}

impl Least<'_> {
    /// The proof, for [`super::verify`] and for whoever wants to read it.
    #[must_use]
    pub fn certificate(&self) -> Certificate {
        Certificate::of(self)
    }
}
