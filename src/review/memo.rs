//! Which request asked before what another asks again, in the same words.
//!
//! A tree of sources names the same lists thousands of times. What is said of a list depends on its application, on its
//! scopes as written, and on where they stand from its beginning; never on which file it is in, or where. So it is said
//! again with every place moved. A request with a URL or secrets carries more than its list, and is not remembered.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use super::Said;
use crate::input::{Item, Request};
use crate::scope::{Malformed, Scope};
use crate::text::{Place, Span};

/// The requests that asked first, each with where its answer stands among all answers.
#[derive(Debug, Default)]
pub(super) struct Memo<'r> {
    answers: HashMap<Asked<'r>, Answer>,
}

/// How many scopes and findings were said before an answer, and up to its end.
#[derive(Clone, Copy, Debug)]
struct Answer {
    from: [usize; 2],
    to: [usize; 2],
}

impl<'r> Memo<'r> {
    /// Adds the answer to a request to all that was said before it: what `say` says, or what was said to the same
    /// question moved to this one's place.
    pub(super) fn answer(&mut self, request: &'r Request, all: &mut Said, say: impl FnOnce() -> Said) {
        let asked = Asked::of(request).map(|asked| self.answers.entry(asked));
        if let Some(Entry::Occupied(before)) = &asked {
            all.repeat(*before.get(), before.key().0.place, request.place);
            return;
        }
        let from = all.lengths();
        all.append(say());
        if let Some(Entry::Vacant(new)) = asked {
            new.insert(Answer { from, to: all.lengths() });
        }
    }
}

impl Said {
    fn lengths(&self) -> [usize; 2] {
        [self.scopes.len(), self.findings.len()]
    }

    /// Says something again of a request that stands at another place.
    fn repeat(&mut self, Answer { from, to }: Answer, first: Place, again: Place) {
        let mut said =
            Self { scopes: self.scopes[from[0]..to[0]].to_vec(), findings: self.findings[from[1]..to[1]].to_vec() };
        said.each_place(|place| {
            // What stands elsewhere, such as a line of the policy, stays where it is.
            if place.source == first.source {
                let moved = |at: usize| at.wrapping_sub(first.span.start).wrapping_add(again.span.start);
                let Span { start, end } = place.span;
                *place = Place { source: again.source, span: Span { start: moved(start), end: moved(end) } };
            }
        });
        // What was said is counted from the beginning of all scopes.
        said.findings.iter_mut().for_each(|finding| finding.subject.unshift(from[0]));
        self.append(said);
    }
}

/// A request, equal to others of which the same is to be said.
#[derive(Clone, Copy, Debug)]
struct Asked<'r>(&'r Request);

impl<'r> Asked<'r> {
    /// None for a request that is not remembered.
    fn of(request: &'r Request) -> Option<Self> {
        let Request { url, secrets, items, place, built, .. } = request;
        let in_one_text = items.iter().all(|item| item.place.source == place.source);
        (url.is_none() && secrets.is_empty() && built.is_empty() && in_one_text).then_some(Self(request))
    }

    /// A place counted from where the request begins.
    fn within(self, place: Place) -> Span {
        let from = |at: usize| at.wrapping_sub(self.0.place.span.start);
        Span { start: from(place.span.start), end: from(place.span.end) }
    }
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.app.hash(state);
        for item in &self.0.items {
            item.written.hash(state);
            self.within(item.place).hash(state);
        }
    }
}

impl PartialEq for Asked<'_> {
    fn eq(&self, other: &Self) -> bool {
        let Request { app, place, items, separators, url: _, secrets: _, kind, fixable, built: _, repeated: _ } =
            self.0;
        let same = |(a, b): (&Item, &Item)| {
            let Item { written, place, scope, stray, confidence, disguise } = a;
            *written == b.written
                && self.within(*place) == other.within(b.place)
                && is_same_to_the_letter(scope.as_ref(), b.scope.as_ref())
                && stray.map(|place| self.within(place)) == b.stray.map(|place| other.within(place))
                && *confidence == b.confidence
                && *disguise == b.disguise
        };
        *app == other.0.app
            && (*kind, *fixable) == (other.0.kind, other.0.fixable)
            && self.within(*place) == other.within(other.0.place)
            && *separators == other.0.separators
            && items.len() == other.0.items.len()
            && items.iter().zip(&other.0.items).all(same)
    }
}

impl Eq for Asked<'_> {}

fn is_same_to_the_letter(a: Result<&Scope, &Malformed>, b: Result<&Scope, &Malformed>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => a.parts() == b.parts(),
        (Err(a), Err(b)) => a == b,
        _ => false,
    }
}
