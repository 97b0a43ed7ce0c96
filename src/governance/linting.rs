//! All faults of a policy together.

use jiff::civil::Date;

use super::faults::{Fault, FaultKind};
use super::{of_apps, of_entries, of_waivers};
use crate::catalog::Catalog;
use crate::policy::{Policy, PolicyTest};
use crate::scope::Scope;

/// The faults of a policy's own file, in the order of their places. `used` are the scopes that its applications use, where
/// that is known, each with whose it is.
#[must_use]
pub fn faults(
    catalog: &Catalog,
    policy: &Policy,
    as_of: Date,
    tests: &[PolicyTest],
    used: Option<&[(Option<String>, Scope)]>,
) -> Vec<Fault> {
    let mut found = of_entries::faults(catalog, policy, as_of, used);
    found.extend(of_waivers::faults(catalog, policy, as_of));
    found.extend(of_apps::faults(policy));
    found.extend(of_entries::of_tests(catalog, policy, as_of, tests));
    let own = policy.origin.source;
    found.retain(|fault| {
        fault.place.source == own || matches!(fault.kind, FaultKind::IdleTest | FaultKind::DuplicateTest)
    });
    found.sort_by_key(|fault| (fault.place, fault.kind));
    found.dedup_by_key(|fault| (fault.place, fault.kind));
    found
}
