//! Audits: what tokens hold, against the policy of their applications.
//!
//! A grant is judged by the policy of the application that the input names for it, by name or client id; else by that of
//! the run; else by the policy's top level, which is said. The rules that judge requests judge grants too, but for those
//! on how a list is written. What the application requests, where it is known, is held against the grant by meaning.

mod alone;
mod collect;
mod figures;
mod lock;
mod memo;
mod plan;
mod stream;
#[cfg(test)]
mod tests;

pub use collect::{Collector, DETAILED, SHOWN, Wanted};
pub use lock::{HeldAccess, Lock};
pub use stream::{MAX_RECORD, Sink, Stream, StreamError};

use std::borrow::Cow;
use std::collections::HashMap;

use ahash::RandomState;

use crate::access;
use crate::finding::{Finding, Waived};
use crate::input::token::{Grant, State};
use crate::judge::{self, Judged};
use crate::policy::Effective;
use crate::report::{Subject, mark_waived};
use crate::review::{Review, accept};
use crate::rules::{self, Context, Held};
use crate::scope::Scope;

/// By what grants are judged.
pub struct Audit<'a> {
    pub(crate) review: &'a Review<'a>,
    /// What holds for nobody in particular, then for each of the policy's apps.
    effective: Vec<Effective<'a>>,
    /// What is requested, in the same order.
    requested: Vec<Option<Vec<Scope>>>,
    /// Names and client ids in lower case.
    by_label: HashMap<String, usize, RandomState>,
    /// Who is meant where the input names nobody that the policy has.
    fallback: usize,
    /// The options that a command needs to judge by the same policy and catalog, for plans.
    basis: Vec<String>,
}

/// The application of the policy by which a grant is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Matched {
    /// Nobody, or one of the policy's apps.
    index: usize,
    /// The input names a client, the policy has apps, and this is none of them.
    pub(crate) is_unmatched: bool,
}

/// A judged grant.
#[derive(Clone, Debug)]
pub struct Judgement {
    /// Its scopes.
    pub scopes: Vec<Judged>,
    /// What stands.
    pub findings: Vec<Finding>,
    /// What waivers absolve.
    pub waived: Vec<Waived>,
    /// How many findings each of the policy's waivers absolved, or would have absolved had it not expired.
    pub uses: Vec<usize>,
}

impl Judgement {
    /// The grant as the formats that write every one have it.
    pub(crate) fn subject(&self, state: &State) -> Subject<'_> {
        let failure = match state {
            State::Failed(failure) => Some(failure.message()),
            State::Known | State::Unknown => None,
        };
        Subject {
            state: Some(collect::state(state)),
            failure,
            scopes: self.scopes.iter().collect(),
            findings: self.findings.iter().collect(),
            waived: self.waived.iter().collect(),
        }
    }
}

impl<'a> Audit<'a> {
    /// An audit by a policy. `app` is the application of grants for which the input names none that the policy has;
    /// `requested` is what is requested, instead of what the policy says of that.
    #[must_use]
    pub fn new(review: &'a Review<'a>, app: Option<&str>, requested: Option<&[Scope]>) -> Self {
        let policy = review.policy;
        let canonical = |scope: &Scope| access::identify(review.catalog, scope).scope;
        let said: Option<Vec<Scope>> = requested.map(|requested| requested.iter().map(canonical).collect());
        let mut audit = Self {
            review,
            effective: vec![policy.effective(None)],
            requested: vec![said.clone()],
            by_label: HashMap::default(),
            fallback: 0,
            basis: Vec::new(),
        };
        for (index, of_policy) in policy.apps.iter().enumerate() {
            let own = of_policy.requested.as_ref();
            let own = own.map(|scopes| scopes.iter().map(|scope| canonical(&scope.value)).collect());
            audit.effective.push(policy.effective(Some(&of_policy.name)));
            audit.requested.push(said.clone().or(own));
            let labels = of_policy.clients.iter().map(|client| &client.value).chain([&of_policy.name]);
            for label in labels {
                audit.by_label.entry(label.to_lowercase()).or_insert(index + 1);
            }
            if app == Some(of_policy.name.as_str()) {
                audit.fallback = index + 1;
            }
        }
        audit
    }

    /// Says with which options a command judges by the same policy and catalog: plans name it.
    #[must_use]
    pub fn judging_by(mut self, options: Vec<String>) -> Self {
        self.basis = options;
        self
    }

    /// A scope as the catalog spells it.
    fn canonical(&self, scope: &Scope) -> Scope {
        access::identify(self.review.catalog, scope).scope
    }

    /// The application of a grant for which the input has these names.
    #[must_use]
    pub fn matched<'l>(&self, labels: impl IntoIterator<Item = &'l str>) -> Matched {
        let mut any = false;
        for label in labels {
            any = true;
            if self.by_label.is_empty() {
                break;
            }
            let is_lower = label.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
            let lower = if is_lower { Cow::Borrowed(label) } else { Cow::Owned(label.to_lowercase()) };
            if let Some(&index) = self.by_label.get(&*lower) {
                return Matched { index, is_unmatched: false };
            }
        }
        let has_apps = self.effective.len() > 1;
        Matched { index: self.fallback, is_unmatched: any && has_apps && self.fallback == 0 }
    }

    /// The name of an application.
    #[must_use]
    pub fn app(&self, matched: Matched) -> Option<&str> {
        self.effective.get(matched.index).and_then(|policy| policy.app).map(|app| app.name.as_str())
    }

    /// What an application requests, where that is known.
    #[must_use]
    pub fn requested(&self, matched: Matched) -> Option<&[Scope]> {
        self.requested.get(matched.index).and_then(Option::as_deref)
    }

    /// What holds for an application.
    pub(crate) fn policy(&self, matched: Matched) -> &Effective<'a> {
        // There is always an entry for nobody, and every index that is given out has one.
        self.effective.get(matched.index).unwrap_or_else(|| &self.effective[0])
    }

    /// Judges a grant. `grant.request.app` becomes the application's name.
    #[must_use]
    pub fn judge(&self, grant: &mut Grant, matched: Matched) -> Judgement {
        grant.request.app = self.app(matched).map(str::to_owned);
        let catalog = self.review.catalog;
        let mut scopes = judge::judge_request(catalog, self.policy(matched), &grant.request);
        let own: Option<Vec<Scope>> =
            grant.requested.as_ref().map(|own| own.iter().map(|scope| self.canonical(scope)).collect());
        let context = self.context(grant, matched, &scopes, own.as_deref());
        let mut found = Vec::new();
        for rule in rules::ALL {
            rule.check(&context, &mut found);
        }
        let (findings, waived, uses) = self.filtered(found, matched);
        mark_waived(&mut scopes, &findings, waived.iter().map(|waived| &waived.finding));
        Judgement { scopes, findings, waived, uses }
    }

    /// What rules see of a grant. `requested` is what its own application requests, instead of what the policy says.
    fn context<'c>(
        &'c self,
        grant: &'c Grant,
        matched: Matched,
        scopes: &'c [Judged],
        requested: Option<&'c [Scope]>,
    ) -> Context<'c> {
        let requested = requested.or_else(|| self.requested(matched));
        Context {
            request: &grant.request,
            scopes,
            catalog: self.review.catalog,
            policy: self.policy(matched),
            grant: Some(Held { grant, requested, is_unmatched: matched.is_unmatched }),
            data: &self.review.policy.data,
        }
    }

    /// Levels and waivers: what stands, what is absolved, and how many findings each waiver absolves.
    fn filtered(&self, found: Vec<Finding>, matched: Matched) -> (Vec<Finding>, Vec<Waived>, Vec<usize>) {
        let policy = self.policy(matched);
        let found = found.into_iter().filter_map(|finding| accept::with_level(finding, policy)).collect();
        let (findings, waived, uses) = accept::apply_waivers(found, self.review.policy, self.review.as_of);
        (findings, waived, uses.iter().map(|used| used.matched).collect())
    }
}
