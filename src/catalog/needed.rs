//! What the calls of a service need and how well each would serve as an example, so that a question about all calls asks
//! about each scope once, and decodes no call that it does not show.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::model::{Endpoint, Needs};
use crate::scope::Scope;

/// The distinct scopes among the needs of a list of calls, and which of them each call needs.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Needed {
    scopes: Vec<Scope>,
    calls: Vec<Needing>,
}

/// A call, as far as what it needs goes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Needing {
    /// The sets of which any one suffices, as indices into [`Needed::scopes`]. None for a call that needs nothing, and
    /// where the vendor does not say how the listed scopes combine.
    pub sets: Vec<Vec<u32>>,
    /// Where it begins in the packed calls.
    pub(crate) at: u32,
    /// How little it serves as an example: by doubt, then by the length of its path, since a short one names what is most
    /// central. Nothing where its source names no method: that is no call that one could show.
    pub rank: Option<(u8, u32)>,
}

impl Needed {
    /// Numbers the scopes in the order of their first use. Each call comes with the place where it is packed.
    pub(crate) fn of<'e>(calls: impl IntoIterator<Item = (&'e Endpoint, usize)>) -> Self {
        let mut numbers: HashMap<&Scope, u32> = HashMap::new();
        let mut needed = Self::default();
        for (call, at) in calls {
            let sets = if let Needs::AnyOf(sets) = &call.needs { sets.as_slice() } else { &[] };
            let mut number = |scope: &'e Scope| {
                *numbers.entry(scope).or_insert_with(|| {
                    needed.scopes.push(scope.clone());
                    small(needed.scopes.len() - 1)
                })
            };
            let sets = sets.iter().map(|set| set.iter().map(&mut number).collect()).collect();
            let doubt = match call.confidence.as_deref() {
                None => 0,
                Some("medium") => 1,
                Some(_) => 2,
            };
            let rank = call.states_its_method().then(|| (doubt, small(call.path.matches('/').count())));
            needed.calls.push(Needing { sets, at: small(at), rank });
        }
        needed
    }

    /// The scopes; a number is an index into them.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// The calls, in the order of [`super::Catalog::endpoints`].
    #[must_use]
    pub fn calls(&self) -> &[Needing] {
        &self.calls
    }
}

#[expect(clippy::expect_used, reason = "no catalog has so many calls, nor so many scopes")]
fn small(number: usize) -> u32 {
    u32::try_from(number).expect("a service has fewer calls than fit a number")
}
