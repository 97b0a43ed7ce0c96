//! The rules: one file each, with metadata, documentation and check, and one line here.
//!
//! A rule is data with one function. The type of the function says what the rule may see: a scope, a list, a URL, a
//! grant, or the run; never files or the network. What it finds is about what it saw.

mod context;
#[cfg(test)]
mod tests;
mod uses;
mod words;

pub use context::{
    AppContext, BaselineContext, GrantContext, ListContext, Measure, RunContext, ScopeContext, SpellingContext,
    Standing, TextContext, UrlContext,
};

pub(crate) use toxic_combination::{Pair, Profile, pairs, profile};

pub use uses::{Drift, Drifted, IgnoreUse, PolicyChange, WaiverUse};

use std::collections::HashSet;

use crate::access;
use crate::finding::{Finding, KnownFinding, RuleInfo};
use crate::input::token::Grant;
use crate::input::{ListKind, Request};
use crate::judge::Judged;
use crate::least::Least;
use crate::policy::Effective;
use crate::scope::Scope;
use crate::text::Place;

/// Declares the files of rules and lists them, one line a rule.
macro_rules! rules {
    ($(#[$about:meta])* $seen:vis static $all:ident: $($file:ident)+) => {
        $(mod $file;)+

        $(#[$about])*
        $seen static $all: &[&$crate::rules::Rule] = &[$(&$file::RULE),+];
    };
}
#[cfg(test)]
use rules;

rules! {
    /// Every rule, in the order of the codes.
    pub static ALL:
    malformed_scope
    mixed_separators
    non_canonical_case
    duplicate_scope
    redundant_scope
    obfuscated_scope
    unknown_service
    unknown_scope
    deprecated_scope
    unverified_scope
    full_access
    group_access
    all_operations
    write_includes_delete
    sensitive_access
    toxic_combination
    unused_scope
    missing_scope
    denied
    not_allowed
    expired_waiver
    expiring_waiver
    unused_waiver
    unknown_entry
    invalid_ignore
    unused_ignore
    vanished_finding
    wide_waiver
    policy_loosened
    policy_tightened
    offline_access
    insecure_redirect
    weak_state
    secret_in_url
    implicit_grant
    unknown_host
    retired_authtoken
    excess_grant
    missing_grant
    unknown_grant
    grant_drift
    wrong_data_centre
    stale_token_shape
    unmatched_client
    contradictory_record
    secret_in_source
    built_at_run_time
}

/// A rule.
#[derive(Debug)]
pub struct Rule {
    /// What is fixed about it.
    pub info: RuleInfo,
    /// Its one function.
    pub check: Check,
}

/// At what a rule looks.
#[derive(Clone, Copy, Debug)]
pub enum Check {
    /// At one item of a list as it is written, whether or not that is a scope.
    Spelling(fn(&SpellingContext<'_>) -> Vec<Finding>),
    /// At one scope by itself, where it stands first in its list. What is said of it is the same in every list.
    Scope(fn(&ScopeContext<'_>) -> Option<Finding>),
    /// At all that an application asks for, or a token of its holds, beside the calls that the policy lists for it.
    App(fn(&AppContext<'_>) -> Vec<Finding>),
    /// At the scopes of a list together.
    List(fn(&ListContext<'_>) -> Vec<Finding>),
    /// At the URL that carries a list.
    Url(fn(&UrlContext<'_>) -> Vec<Finding>),
    /// At what else stands in a text beside a list.
    Text(fn(&TextContext<'_>) -> Vec<Finding>),
    /// At a grant, whatever its scopes.
    Grant(fn(&GrantContext<'_>) -> Vec<Finding>),
    /// At the whole run, once waivers and comments have accepted what they accept.
    Run(fn(&RunContext<'_>) -> Vec<Finding>),
    /// At an entry of the baseline that accepts nothing any more.
    Baseline(fn(&BaselineContext<'_>) -> Finding),
}

/// What is fixed about every rule, in the order of the codes.
#[must_use]
pub fn infos() -> Vec<&'static RuleInfo> {
    infos_of(ALL)
}

/// What is fixed about some rules.
#[must_use]
pub fn infos_of(rules: &[&'static Rule]) -> Vec<&'static RuleInfo> {
    rules.iter().map(|rule| &rule.info).collect()
}

/// For how many scopes of one list rules look for suggestions and calls. Each costs a search of the catalog, and nobody
/// reads them one by one where there are more.
const IN_DETAIL: usize = 100;

/// A list, with the rules that look at it and what they measure by.
#[derive(Clone, Copy)]
pub(crate) struct Inspection<'a> {
    pub(crate) rules: &'a [&'static Rule],
    pub(crate) measure: Measure<'a>,
    pub(crate) request: &'a Request,
    /// One for each of `request.items`, in the same order.
    pub(crate) scopes: &'a [Judged],
    /// Whether a token holds the list: then nobody wrote it.
    pub(crate) is_held: bool,
    /// What the application requests, where the list is held and that is known.
    pub(crate) requested: Option<&'a [Scope]>,
}

impl Inspection<'_> {
    /// What all rules on lists and their scopes say.
    pub(crate) fn all(&self) -> Vec<Finding> {
        let mut found = self.scopes();
        // How a list is put together says nothing where nobody asks for it.
        let asked = self.request.kind == ListKind::Request;
        if asked {
            found.append(&mut self.list());
        }
        for rule in self.rules {
            match (rule.check, &self.request.url) {
                (Check::Url(check), Some(url)) if asked => {
                    found.append(&mut check(&UrlContext { rule: &rule.info, url, scopes: self.scopes }));
                }
                (Check::Text(check), _) => {
                    let Self { measure, request, scopes, is_held, .. } = *self;
                    found.append(&mut check(&TextContext { rule: &rule.info, measure, request, scopes, is_held }));
                }
                _ => {}
            }
        }
        found
    }

    /// What rules say of each scope by itself.
    pub(crate) fn scopes(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for (at, (item, judged)) in self.request.items.iter().zip(self.scopes).enumerate() {
            let catalog = self.measure.catalog;
            for rule in self.rules {
                if let Check::Spelling(check) = rule.check {
                    let is_held = self.is_held;
                    found.append(&mut check(&SpellingContext { rule: &rule.info, catalog, item, judged, at, is_held }));
                }
            }
            let Some(scope) = judged.scope.as_ref().ok().filter(|scope| seen.insert(*scope)) else { continue };
            let identity = access::identify(catalog, scope);
            let in_detail = seen.len() <= IN_DETAIL;
            // What a program fills in is told once for the list; the policy alone decides about it, at its widest.
            let is_open = !self.is_held && judged.is_open() && identity.service().is_some();
            for rule in self.rules.iter().filter(|rule| rule.info.is_verdict || !is_open) {
                if let Check::Scope(check) = rule.check {
                    let (rule, measure, identity, is_held) = (&rule.info, self.measure, &identity, self.is_held);
                    found.extend(check(&ScopeContext {
                        rule,
                        measure,
                        judged,
                        scope,
                        identity,
                        at,
                        in_detail,
                        is_held,
                    }));
                }
            }
        }
        found
    }

    /// What rules say of the scopes together.
    pub(crate) fn list(&self) -> Vec<Finding> {
        let Self { measure, request, scopes, is_held, requested, .. } = *self;
        let context = |rule| ListContext { rule, measure, request, scopes, is_held, requested };
        let said = self.rules.iter().filter_map(|rule| match rule.check {
            Check::List(check) => Some(check(&context(&rule.info))),
            _ => None,
        });
        let mut found: Vec<Finding> = said.flatten().collect();
        // Requests of one application are looked at together.
        if let Some(least) = measure.calls.filter(|_| is_held) {
            let scopes: Vec<(usize, &Judged)> = scopes.iter().enumerate().collect();
            let all = AppScopes { least, scopes: &scopes, place: request.place, is_held };
            found.extend(of_app(self.rules, all));
        }
        found
    }
}

/// What an application asks for, or a token of its holds, and what its calls need.
#[derive(Clone, Copy)]
pub(crate) struct AppScopes<'a> {
    pub(crate) least: &'a Least<'a>,
    /// The scopes, each with the number by which findings are about it.
    pub(crate) scopes: &'a [(usize, &'a Judged)],
    pub(crate) place: Place,
    pub(crate) is_held: bool,
}

/// What rules say of all that an application asks for, or a token of its holds.
pub(crate) fn of_app(rules: &[&'static Rule], all: AppScopes<'_>) -> Vec<Finding> {
    let AppScopes { least, scopes, place, is_held } = all;
    let said = rules.iter().filter_map(|rule| match rule.check {
        Check::App(check) => Some(check(&AppContext { rule: &rule.info, least, scopes, place, is_held })),
        _ => None,
    });
    said.flatten().collect()
}

/// What rules on single scopes say of one that a token holds, where nobody reads the words.
pub(crate) fn of_scope(rules: &[&'static Rule], measure: Measure<'_>, judged: &Judged) -> Vec<Finding> {
    let Ok(scope) = &judged.scope else { return Vec::new() };
    let identity = &access::identify(measure.catalog, scope);
    let said = rules.iter().filter_map(|rule| match rule.check {
        Check::Scope(check) => check(&ScopeContext {
            rule: &rule.info,
            measure,
            judged,
            scope,
            identity,
            at: 0,
            is_held: true,
            in_detail: false,
        }),
        _ => None,
    });
    said.collect()
}

/// What rules say of a grant, whatever its scopes. `is_unmatched` where its client is none of the policy's.
pub(crate) fn of_grant(
    rules: &[&'static Rule],
    policy: &Effective<'_>,
    grant: &Grant,
    standing: Standing<'_>,
) -> Vec<Finding> {
    let said = rules.iter().filter_map(|rule| match rule.check {
        Check::Grant(check) => Some(check(&GrantContext { rule: &rule.info, policy, grant, standing })),
        _ => None,
    });
    said.flatten().collect()
}

/// What rules say of a whole run. `context` is what one of them sees of it.
pub(crate) fn of_run<'a>(
    rules: &[&'static Rule],
    context: impl Fn(&'static RuleInfo) -> RunContext<'a>,
) -> Vec<Finding> {
    let said = rules.iter().filter_map(|rule| match rule.check {
        Check::Run(check) => Some(check(&context(&rule.info))),
        _ => None,
    });
    said.flatten().collect()
}

/// What rules say of an entry of the baseline that accepts nothing any more.
pub(crate) fn of_baseline(rules: &[&'static Rule], known: &KnownFinding, place: Place) -> Vec<Finding> {
    let said = rules.iter().filter_map(|rule| match rule.check {
        Check::Baseline(check) => Some(check(&BaselineContext { rule: &rule.info, known, place })),
        _ => None,
    });
    said.collect()
}
