//! Verdicts that change when the catalog does.

use std::collections::BTreeSet;

use serde::Serialize;

use super::table::{Judge, Table};
use crate::access::Graph;
use crate::catalog::Catalog;
use crate::policy::{Policy, Verdict};
use crate::scope::Scope;

/// A scope on which a policy has another verdict under another catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// The scope.
    pub scope: String,
    /// The verdict under the old catalog.
    pub old: Verdict,
    /// The verdict under the new catalog.
    pub new: Verdict,
}

/// Judges every scope of either catalog under both, and tells those on which the verdicts differ, in the order of their
/// names. A scope that one of the catalogs does not know is judged there as an unknown one.
#[must_use]
pub fn shifts(old: &Catalog, new: &Catalog, policy: &Policy, app: Option<&str>) -> Vec<Shift> {
    let all = |catalog: &Catalog| -> Vec<Scope> {
        catalog.services().flat_map(|service| service.scopes().map(|(scope, _)| scope)).collect()
    };
    let mut scopes: BTreeSet<Scope> = all(new).into_iter().collect();
    scopes.extend(all(old));
    let (before, after) = (Table::new(old, policy), Table::new(new, policy));
    let verdict = |judge: Judge<'_>, scope: &Scope| judge.verdict(Graph::of(judge.catalog()).id(scope));
    let shift = |scope: Scope| {
        let (old, new) = (verdict(before.judge(app), &scope), verdict(after.judge(app), &scope));
        (old != new).then(|| Shift { scope: scope.to_string(), old, new })
    };
    scopes.into_iter().filter_map(shift).collect()
}
