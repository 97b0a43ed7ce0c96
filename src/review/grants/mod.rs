//! Audits: what tokens hold, against the policy of their applications.
//!
//! A grant is judged by the policy of the application that the input names for it, by name or client id; else by that of
//! the run; else by the policy's top level, which is said. The rules that judge requests judge grants too, but for those
//! on how a list is written. What the application requests, where it is known, is held against the grant by meaning.

mod cells;
mod collect;
mod lock;
mod memo;
mod plan;
mod stream;
mod sums;
#[cfg(test)]
mod tests;

pub use collect::{Collector, DETAILED, SHOWN, Wanted};
pub use lock::{HeldAccess, Lock};
pub use stream::{MAX_RECORD, Sink, Stream, StreamError};

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use ahash::RandomState;

use crate::access::{self, Graph, ScopeId};
use crate::finding::{Confidence, Finding, RuleInfo, Waived, one_a_fault};
use crate::input::token::{Grant, State};
use crate::judge::{self, Judge, Judged, Table};
use crate::policy::{Effective, UnknownGrant};
use crate::report::{GrantState, Unit, mark_waived};
use crate::review::{Review, accept};
use crate::rules::{self, Inspection, Standing};
use crate::scope::Scope;

/// By what grants are judged.
pub struct Audit<'a> {
    pub(crate) review: &'a Review<'a>,
    /// What holds for nobody in particular, then for each of the policy's apps.
    effective: Vec<Effective<'a>>,
    table: Table<'a>,
    /// What is requested, in the same order.
    requested: Vec<Option<Vec<Scope>>>,
    /// Names and client ids in lower case.
    by_label: HashMap<String, usize, RandomState>,
    /// The application of the run, whatever the input names.
    chosen: usize,
    /// Which entries of the policy accept that nobody knows what a grant holds: by application, then by name in lower case.
    accepted: Vec<Option<usize>>,
    accepted_by_label: HashMap<String, usize, RandomState>,
    /// The options that a command needs to judge by the same policy and catalog, for plans.
    basis: Vec<String>,
    /// The names of clients that the policy does not name.
    unlisted: Unlisted,
}

/// The application of the policy by which a grant is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Matched {
    /// Nobody, or one of the policy's apps.
    index: usize,
    /// The input names a client, the policy has apps, and this is none of them.
    pub(crate) is_unmatched: bool,
    /// The number of the name that the input has for that client, counted from 1; 0 where it is none of those that are
    /// counted apart.
    unlisted: usize,
    /// Another application that the input names, too: the client id and the run's own choice say more.
    claimed: Option<usize>,
    /// The entry of the policy that accepts it where nobody knows what the grant holds.
    accepted: Option<usize>,
}

impl Matched {
    /// Adds everything to a key.
    fn add_to(self, key: &mut Vec<u8>) {
        let number = |index: Option<usize>| index.map_or(0, |index| index + 1);
        let is_unmatched = usize::from(self.is_unmatched);
        for number in [self.index, is_unmatched, self.unlisted, number(self.claimed), number(self.accepted)] {
            key.extend_from_slice(&number.to_le_bytes());
        }
    }
}

/// A judged grant, or a part of one.
#[derive(Clone, Debug, Default)]
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
    /// Leaves out what only texts are made of.
    fn strip(&mut self) {
        self.findings = Vec::new();
        self.waived = Vec::new();
        for judged in &mut self.scopes {
            judged.excess = Vec::new();
            judged.decided_by = Vec::new();
            judged.gives = String::new();
        }
    }

    /// The grant as the formats that write every one have it.
    /// `owner` answers for its application.
    pub(crate) fn unit<'s>(&'s self, grant: &Grant, owner: Option<&'s str>) -> Unit<'s> {
        let failure = match &grant.state {
            State::Failed(failure) => Some(failure.message()),
            State::Known | State::Unknown => None,
        };
        Unit {
            first: 0,
            state: Some(state(grant)),
            failure,
            scopes: self.scopes.iter().collect(),
            findings: self.findings.iter().collect(),
            waived: self.waived.iter().collect(),
            owner,
        }
    }
}

impl<'a> Audit<'a> {
    /// Who answers for the application of a grant.
    pub(crate) fn owner(&self, grant: &Grant) -> Option<&'a str> {
        self.review.policy.app(grant.request.app.as_deref()?)?.owner.as_deref()
    }

    /// An audit by a policy. `app` is the application of every grant, whatever the input names; `requested` is what is requested, instead of what the policy says of that.
    #[must_use]
    pub fn new(review: &'a Review<'a>, app: Option<&str>, requested: Option<&[Scope]>) -> Self {
        let policy = review.policy;
        let canonical = |scope: &Scope| access::identify(review.catalog, scope).scope;
        let said: Option<Vec<Scope>> = requested.map(|requested| requested.iter().map(canonical).collect());
        let mut audit = Self {
            review,
            effective: vec![policy.effective(None)],
            table: Table::new(review.catalog, policy),
            requested: vec![said.clone()],
            by_label: HashMap::default(),
            chosen: 0,
            accepted: vec![None],
            accepted_by_label: HashMap::default(),
            basis: Vec::new(),
            unlisted: Unlisted::default(),
        };
        let now = |entry: &UnknownGrant| entry.holds_on(review.as_of);
        for (at, entry) in policy.unknown_grants.iter().enumerate().filter(|(_, entry)| now(entry)) {
            if let Some(grant) = &entry.grant {
                audit.accepted_by_label.entry(grant.to_lowercase()).or_insert(at);
            }
        }
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
                audit.chosen = index + 1;
            }
            let mut entries = policy.unknown_grants.iter();
            audit.accepted.push(entries.position(|entry| now(entry) && entry.app.as_ref() == Some(&of_policy.name)));
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

    fn id(&self, scope: &Scope) -> ScopeId {
        Graph::of(self.review.catalog).id(scope)
    }

    /// The application of a grant for which the input has these names, what says it most surely first: the one of the run,
    /// where it has one, else that of the first name that the policy knows.
    #[must_use]
    pub fn matched<'l>(&self, owners: impl IntoIterator<Item = &'l str>) -> Matched {
        let mut any = false;
        let (mut first, mut other, mut accepted) = (None, None, None);
        let mut name: Option<&str> = None;
        for label in owners {
            any = true;
            // A name says more to people than a client id.
            if name.is_none_or(|name| name.starts_with(CLIENT_ID)) {
                name = Some(label);
            }
            if self.by_label.is_empty() && self.accepted_by_label.is_empty() {
                break;
            }
            let is_lower = label.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
            let lower = if is_lower { Cow::Borrowed(label) } else { Cow::Owned(label.to_lowercase()) };
            accepted = accepted.or_else(|| self.accepted_by_label.get(&*lower).copied());
            match (self.by_label.get(&*lower).copied(), first) {
                (found, None) => first = found,
                (Some(found), Some(first)) if found != first => other = other.or(Some(found)),
                _ => {}
            }
        }
        let index = if self.chosen == 0 { first.unwrap_or(0) } else { self.chosen };
        let has_apps = self.effective.len() > 1;
        let is_unmatched = any && has_apps && index == 0;
        Matched {
            index,
            is_unmatched,
            unlisted: name.filter(|_| is_unmatched).map_or(0, |name| self.unlisted.number(name)),
            claimed: first.into_iter().chain(other).find(|named| *named != index),
            accepted: self.accepted.get(index).copied().flatten().or(accepted),
        }
    }

    /// Says of a grant by which application it is judged, and whether the policy accepts that nobody knows what it holds.
    pub(crate) fn assign(&self, grant: &mut Grant, matched: Matched) {
        grant.request.app = self.app(matched).map(str::to_owned);
        let accepted = self.acceptance(matched).filter(|_| grant.state == State::Unknown);
        grant.accepted = accepted.map(|entry| entry.place);
    }

    fn acceptance(&self, matched: Matched) -> Option<&'a UnknownGrant> {
        matched.accepted.and_then(|at| self.review.policy.unknown_grants.get(at))
    }

    /// The name of an application.
    #[must_use]
    pub fn app(&self, matched: Matched) -> Option<&str> {
        self.effective.get(matched.index).and_then(|policy| policy.app).map(|app| app.name.as_str())
    }

    /// The name that the input has for a client that the policy does not name; none where the run has too many of them.
    pub(crate) fn unlisted(&self, matched: Matched) -> Option<String> {
        self.unlisted.name(matched.unlisted)
    }

    /// Whether the run has so many clients that the policy does not name that none of them is counted apart.
    pub(crate) fn has_many_unlisted(&self) -> bool {
        self.unlisted.0.read().unwrap_or_else(PoisonError::into_inner).len() > UNLISTED
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

    /// Who judges the scopes of an application.
    pub(crate) fn judge_of(&self, matched: Matched) -> Judge<'_> {
        self.table.judge(self.app(matched))
    }

    /// Judges a grant. `grant.request.app` becomes the application's name.
    #[must_use]
    pub fn judge(&self, grant: &mut Grant, matched: Matched) -> Judgement {
        self.assign(grant, matched);
        let scopes = judge::judge_request(self.judge_of(matched), &grant.request);
        let own: Option<Vec<Scope>> =
            grant.requested.as_ref().map(|own| own.iter().map(|scope| self.canonical(scope)).collect());
        let mut found = self.inspection(grant, matched, &scopes, own.as_deref()).all();
        found.append(&mut self.of_grant(grant, matched));
        let mut judgement = self.judgement(scopes, found, matched);
        let Judgement { scopes, findings, waived, .. } = &mut judgement;
        mark_waived(scopes, findings, waived.iter().map(|waived| &waived.finding));
        judgement
    }

    /// What a judgement is made of: levels, waivers, one finding a fault; in the order of the codes, which is that of the
    /// registry. Verdicts are as the policy's entries have them.
    fn judgement(&self, scopes: Vec<Judged>, mut found: Vec<Finding>, matched: Matched) -> Judgement {
        let policy = self.policy(matched);
        let app = self.app(matched);
        found.sort_by_key(|finding| finding.rule.code);
        let weighed = found.into_iter().filter_map(|finding| {
            let finding = accept::as_held(Finding { app: app.map(str::to_owned), ..finding });
            accept::weigh(finding, policy, Confidence::High)
        });
        let found = weighed.collect();
        let (findings, waived, uses) = accept::apply_waivers(found, self.review.policy, self.review.as_of);
        let uses = uses.iter().map(|used| used.matched).collect();
        Judgement { scopes, findings: one_a_fault(findings), waived, uses }
    }

    /// The number of a rule of the run.
    fn rule_number(&self, rule: &RuleInfo) -> Option<usize> {
        self.review.rules.iter().position(|known| std::ptr::eq(&raw const known.info, rule))
    }

    /// The scopes of a grant, as the rules look at them. `requested` is what its own application requests, instead of what
    /// the policy says.
    fn inspection<'c>(
        &'c self,
        grant: &'c Grant,
        matched: Matched,
        scopes: &'c [Judged],
        requested: Option<&'c [Scope]>,
    ) -> Inspection<'c> {
        let requested = requested.or_else(|| self.requested(matched)).filter(|_| grant.state == State::Known);
        Inspection {
            rules: self.review.rules,
            measure: self.review.measure(self.policy(matched), self.judge_of(matched)),
            request: &grant.request,
            scopes,
            is_held: true,
            requested,
        }
    }

    /// What rules say of a grant, whatever its scopes.
    fn of_grant(&self, grant: &Grant, matched: Matched) -> Vec<Finding> {
        let standing = Standing {
            is_unmatched: matched.is_unmatched,
            claimed: matched.claimed.and_then(|index| self.effective.get(index)?.app).map(|app| app.name.as_str()),
            accepted: self.acceptance(matched).filter(|_| grant.accepted.is_some()),
        };
        rules::of_grant(self.review.rules, self.policy(matched), grant, standing)
    }
}

/// How Zoho's client ids begin.
const CLIENT_ID: &str = "1000.";

/// The most clients that figures have apart though the policy does not name them. With more, none is: which ones come first
/// is a matter of chance.
const UNLISTED: usize = 100;

/// The names of clients that the policy does not name, in the order met.
#[derive(Default)]
struct Unlisted(RwLock<Vec<String>>);

impl Unlisted {
    /// The number of a name, counted from 1; 0 for those beyond the most.
    fn number(&self, name: &str) -> usize {
        let at = |names: &[String]| names.iter().position(|known| known == name).map(|at| at + 1);
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if known.len() > UNLISTED {
            return 0;
        }
        let found = at(&known);
        drop(known);
        found.unwrap_or_else(|| {
            let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
            at(&names).unwrap_or_else(|| {
                names.push(name.to_owned());
                names.len()
            })
        })
    }

    fn name(&self, number: usize) -> Option<String> {
        let names = self.0.read().unwrap_or_else(PoisonError::into_inner);
        names.get(number.checked_sub(1)?).filter(|_| names.len() <= UNLISTED).cloned()
    }
}

/// The state of a grant as reports have it.
fn state(grant: &Grant) -> GrantState {
    match grant.state {
        State::Known => GrantState::Known,
        State::Unknown if grant.accepted.is_some() => GrantState::Accepted,
        State::Unknown => GrantState::Unknown,
        State::Failed(_) => GrantState::Failed,
    }
}
