//! What access weighs: what an operation can do, times how sensitive is what it does it to.
//!
//! The weights are this project's own judgement, as the data classes are. They order answers: of two sets of scopes that
//! suffice, the one with less weight is the lesser access. What is compared is everything that a set may reach.

use crate::access::{Graph, Place, ScopeId, identify, touches};
use crate::catalog::{DataClass, Status};
use crate::scope::Scope;

/// What operations weigh. `ALL` is every operation, those of tomorrow included.
pub const OPERATIONS: [(&str, u64); 8] =
    [("READ", 1), ("VIEW", 1), ("GET", 1), ("CREATE", 2), ("UPDATE", 3), ("DELETE", 5), ("EXECUTE", 5), ("ALL", 11)];

/// What any other operation weighs.
pub const OTHER_OPERATION: u64 = 4;

/// What kinds of data weigh; of several the heaviest counts.
pub const DATA: [(DataClass, u64); 10] = [
    (DataClass::Metadata, 1),
    (DataClass::Configuration, 3),
    (DataClass::Files, 4),
    (DataClass::Personal, 5),
    (DataClass::Messages, 5),
    (DataClass::Financial, 6),
    (DataClass::HealthHr, 8),
    (DataClass::Code, 8),
    (DataClass::UsersAndRoles, 8),
    (DataClass::Credentials, 10),
];

/// What a resource weighs of which no kind of data is known.
pub const OTHER_DATA: u64 = 3;

/// What full access weighs besides everything in the service: what the service will have tomorrow.
pub const FULL_ACCESS: u64 = 100;

/// The weight of a permission by itself, without what else it reaches. An operation word that surely stands for others,
/// such as `WRITE`, is those and weighs nothing besides; nor does a scope that is reported not to exist.
pub(super) fn weight(graph: Graph<'_>, id: ScopeId, scope: &Scope) -> u64 {
    let catalog = graph.catalog();
    if scope.is_full_access() {
        return FULL_ACCESS;
    }
    let does_not_exist = matches!(id.place(), Place::Catalog(..))
        && identify(catalog, scope).status().is_none_or(|status| status == Status::Invalid);
    if does_not_exist || graph.starts(id) != [id] {
        return 0;
    }
    let touched = touches(catalog, scope);
    let own = touched.iter().find(|(touched, _)| touched == scope).map_or(&[][..], |(_, classes)| classes);
    let classes = own.iter().filter_map(|class| DATA.iter().find(|(known, _)| known == class));
    let data = classes.map(|(_, weight)| *weight).max().unwrap_or(OTHER_DATA);
    data * scope.operation().map_or(1, operation)
}

fn operation(word: &str) -> u64 {
    let known = OPERATIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    known.map_or(OTHER_OPERATION, |(_, weight)| *weight)
}
