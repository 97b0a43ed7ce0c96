//! The scopes that the calls of a service need, each once, so that a question about all calls asks about each scope once.

use std::collections::HashMap;

use super::{Endpoint, Needs};
use crate::scope::Scope;

/// The distinct scopes among the needs of a list of calls, and which of them each call needs.
#[derive(Debug)]
pub struct Needed {
    scopes: Vec<Scope>,
    numbers: HashMap<Scope, usize>,
    calls: Vec<Vec<Vec<usize>>>,
}

impl Needed {
    /// Numbers the scopes in the order of their first use.
    pub(super) fn of(calls: &[Endpoint]) -> Self {
        let mut numbers: HashMap<&Scope, usize> = HashMap::new();
        let mut of_calls = Vec::with_capacity(calls.len());
        for call in calls {
            let sets = if let Needs::AnyOf(sets) = &call.needs { sets.as_slice() } else { &[] };
            let mut numbered = Vec::with_capacity(sets.len());
            for set in sets {
                let mut number = |scope| {
                    let next = numbers.len();
                    *numbers.entry(scope).or_insert(next)
                };
                numbered.push(set.iter().map(&mut number).collect());
            }
            of_calls.push(numbered);
        }
        let mut scopes: Vec<(usize, Scope)> =
            numbers.into_iter().map(|(scope, number)| (number, scope.clone())).collect();
        scopes.sort_by_key(|(number, _)| *number);
        let numbers = scopes.iter().map(|(number, scope)| (scope.clone(), *number)).collect();
        Self { scopes: scopes.into_iter().map(|(_, scope)| scope).collect(), numbers, calls: of_calls }
    }

    /// The number of a scope, where a call needs it.
    #[must_use]
    pub fn number(&self, scope: &Scope) -> Option<usize> {
        self.numbers.get(scope).copied()
    }

    /// The scopes; a number is an index into them.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// For each call, in the order of [`super::Catalog::endpoints`], the sets of which any one suffices, as numbers.
    /// Empty for a call that needs nothing, and where the vendor does not say how the listed scopes combine.
    #[must_use]
    pub fn calls(&self) -> &[Vec<Vec<usize>>] {
        &self.calls
    }
}
