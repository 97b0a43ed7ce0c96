//! What was found of an application, for a first policy: what it asks for, holds and calls.

use std::collections::{BTreeMap, BTreeSet};

use crate::access;
use crate::catalog::Catalog;
use crate::least::Least;
use crate::scope::Scope;

/// An application that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundApp {
    /// Its client ids.
    pub clients: BTreeSet<String>,
    /// Its files.
    pub paths: BTreeSet<String>,
    /// Its scopes, each with why it is there.
    pub scopes: BTreeMap<Scope, Reason>,
    /// What it asks for and its calls do not need.
    pub left_out: Vec<LeftOut>,
}

/// Why an application has a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reason {
    /// Where it was found first.
    pub place: String,
    /// A token holds it: it does exist.
    pub is_held: bool,
    /// Calls that it opens by itself, as the catalog has them.
    pub calls: Vec<String>,
}

/// A scope that an application asks for and its calls do not need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The scope.
    pub scope: Scope,
    /// Where it is asked for.
    pub place: String,
    /// What is needed in its place; nothing where no call needs any of it.
    pub instead: Vec<Scope>,
}

impl FoundApp {
    /// Takes a scope that is asked for, or held by a token; where it was found before, the first place stays.
    pub fn add(&mut self, catalog: &Catalog, scope: &Scope, place: &str, is_held: bool) {
        let scope = access::identify(catalog, scope).scope;
        let reason =
            self.scopes.entry(scope).or_insert_with(|| Reason { place: place.to_owned(), ..Reason::default() });
        reason.is_held |= is_held;
    }

    /// Takes what calls need beyond what it has, and says of what it has which of them it opens. `place` is where the
    /// calls were found.
    pub fn take_calls(&mut self, least: &Least<'_>, place: &str) {
        let had: Vec<Scope> = self.scopes.keys().cloned().collect();
        for chosen in &least.scopes {
            let opened = || chosen.serves.iter().filter_map(|row| call(least, *row, &chosen.scope));
            if let Some(reason) = self.scopes.get_mut(&chosen.scope) {
                reason.calls = opened().collect();
            } else if !access::gives_need(least.catalog(), &had, &chosen.scope) {
                let reason = Reason { place: place.to_owned(), is_held: false, calls: opened().collect() };
                self.scopes.insert(chosen.scope.clone(), reason);
            }
        }
    }

    /// Leaves out what is proven to be needed by none of its calls, and takes narrower scopes where those do.
    pub fn reduce(&mut self, least: &Least<'_>) {
        let had: Vec<Scope> = self.scopes.keys().filter(|scope| !scope.has_placeholder()).cloned().collect();
        let compared = least.compare(&had);
        let mut gone: Vec<(Scope, Vec<Scope>)> = Vec::new();
        for unused in compared.unused.into_iter().filter(|unused| unused.perhaps_for.is_empty()) {
            gone.push((unused.scope, Vec::new()));
        }
        // Of a wide scope something else may be needed while any call is in doubt.
        for swap in compared.swaps.into_iter().filter(|_| least.is_proven()) {
            gone.push((swap.scope, swap.instead));
        }
        for (scope, instead) in gone {
            let Some(reason) = self.scopes.remove(&scope) else { continue };
            for narrower in &instead {
                let chosen = least.scopes.iter().find(|chosen| chosen.scope == *narrower);
                let rows = chosen.map(|chosen| chosen.serves.as_slice()).unwrap_or_default();
                let calls = rows.iter().filter_map(|row| call(least, *row, narrower)).collect();
                let reason = Reason { calls, ..reason.clone() };
                self.scopes.entry(narrower.clone()).or_insert(reason);
            }
            self.left_out.push(LeftOut { scope, place: reason.place, instead });
        }
    }

    /// Its scopes without those that others of it surely give.
    pub(super) fn entries(&self, catalog: &Catalog) -> Vec<(&Scope, &Reason)> {
        let gives = |wide: &Scope, narrow: &Scope| {
            wide != narrow
                && access::covers(catalog, wide, narrow)
                && (!access::covers(catalog, narrow, wide) || wide < narrow)
        };
        let is_given = |scope: &Scope| self.scopes.keys().any(|wide| gives(wide, scope));
        self.scopes.iter().filter(|(scope, _)| scope.has_placeholder() || !is_given(scope)).collect()
    }
}

/// A known call that a scope opens by itself, as a policy lists it.
fn call(least: &Least<'_>, row: usize, scope: &Scope) -> Option<String> {
    let (_, known) = least.rows.get(row)?.known?;
    let opens = least.suffices(std::slice::from_ref(scope), row) == Some(true);
    (opens && known.states_its_method() && known.path.starts_with('/')).then(|| known.call())
}
