//! What a scope gives, in words and in kinds of data.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::graph::Graph;
use super::identity::{Known, Unknown, identify};
use super::reach::reach;
use crate::catalog::{Catalog, DataClass};
use crate::scope::Scope;

/// What a scope gives, as a phrase: `read sales invoices`, `everything in Zoho Books`.
#[must_use]
pub fn gives(catalog: &Catalog, scope: &Scope) -> String {
    let identity = identify(catalog, scope);
    match identity.known {
        Known::FullAccess(service, _) => format!("everything in {}", service.product),
        Known::Word(_, word) => word.grants.clone(),
        Known::Operation(_, resource, operation) => phrase(&operation.name, &resource.grants),
        Known::No(_) if scope.is_full_access() => {
            format!("everything in {}, if it exists", scope.service().unwrap_or_default())
        }
        Known::No(Unknown::Operation(_, resource)) => {
            format!("unknown: perhaps {}", phrase(scope.operation().unwrap_or_default(), &resource.grants))
        }
        Known::No(_) => "unknown".to_owned(),
    }
}

fn phrase(operation: &str, grants: &str) -> String {
    match operation.to_ascii_uppercase().as_str() {
        "READ" | "VIEW" | "GET" => format!("read {grants}"),
        "CREATE" => format!("create {grants}"),
        "UPDATE" => format!("change {grants}"),
        "DELETE" => format!("delete {grants}"),
        "WRITE" => format!("create, change and delete {grants}"),
        "ALL" => format!("every operation on {grants}"),
        "EXECUTE" => format!("run {grants}"),
        _ => format!("{operation} on {grants}"),
    }
}

/// The kinds of data in everything that a scope may reach.
#[must_use]
pub fn data_classes(catalog: &Catalog, scope: &Scope) -> BTreeSet<DataClass> {
    touches(catalog, scope).iter().flat_map(|(_, classes)| classes).copied().collect()
}

/// Everything that a scope may reach and that the catalog knows, each with its kinds of data.
#[must_use]
pub fn touches(catalog: &Catalog, scope: &Scope) -> Arc<[(Scope, Vec<DataClass>)]> {
    let graph = Graph::of(catalog);
    graph.touched(graph.id(scope))
}

/// The operation words, in upper case, among everything that a scope may reach.
#[must_use]
pub fn operations(catalog: &Catalog, scope: &Scope) -> BTreeSet<String> {
    let reached = reach(catalog, scope);
    reached.iter().filter_map(Scope::operation).map(str::to_ascii_uppercase).collect()
}
