//! The way from a grant to a smaller one.
//!
//! No documented call takes scopes away from a token, so the way is a new consent with a shorter list, a look at what
//! came back, and the end of the old refresh token
//! (<https://www.zoho.com/accounts/protocol/oauth/revoke-refresh-token.html>).

use std::collections::HashSet;

use super::{Audit, Matched};
use crate::access::{self, Sureness};
use crate::data_centre::DataCentre;
use crate::engine::{self, Judged, Verdict};
use crate::finding::{Finding, Severity};
use crate::policy::{Effect, Effective};
use crate::report::GrantInfo;
use crate::scope::Scope;

/// The most scopes of a plan: a consent URL has to fit into a browser.
const MOST: usize = 100;

/// How to get from a grant to a smaller one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The grant, as an index into the report's grants.
    pub grant: usize,
    /// What to consent to: the part of the grant that the policy allows, or of that what is requested. Empty when
    /// nothing of it is to stay, or nothing can be said.
    pub keep: Vec<Scope>,
    /// Held scopes that the policy does not allow, and in which it allows no part either.
    pub lose: Vec<Scope>,
    /// Held scopes that are too wide, for which the policy does not say which part is needed.
    pub undecided: Vec<Scope>,
    /// The host to consent at and to revoke at.
    pub accounts_host: &'static str,
    /// The data centre is not known, and the host is the default.
    pub is_host_assumed: bool,
    /// Where a browser consents to the smaller list; secrets and what only the application knows are placeholders in
    /// braces. `None` when there is nothing to consent to.
    pub consent_url: Option<String>,
}

/// The plan for a grant; `None` where nothing offends, or where its scopes are not known.
#[must_use]
pub fn plan(
    audit: &Audit<'_>,
    matched: Matched,
    (index, grant): (usize, &GrantInfo),
    scopes: &[Judged],
    findings: &[Finding],
) -> Option<Plan> {
    let offending = findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    let offending: HashSet<Scope> = offending.filter_map(|finding| finding.scope.as_deref()?.parse().ok()).collect();
    let held: Vec<(&Scope, Verdict)> =
        scopes.iter().filter_map(|judged| Some((judged.scope.as_ref().ok()?, judged.verdict))).collect();
    if held.is_empty() || !held.iter().any(|(scope, _)| offending.contains(*scope)) {
        return None;
    }
    let mut draft =
        Draft { audit, policy: audit.policy(matched), keep: Vec::new(), lose: Vec::new(), undecided: Vec::new() };
    for (scope, verdict) in &held {
        draft.part(scope, *verdict, offending.contains(*scope));
    }
    if let Some(requested) = audit.requested(matched) {
        draft.cut(requested, &held);
    }
    draft.tidy();
    let centre = grant.data_centre.and_then(DataCentre::by_code);
    let accounts_host = centre.map_or("accounts.zoho.com", |centre| centre.accounts_host);
    let client = draft.client(&grant.name);
    let consent_url = (!draft.keep.is_empty()).then(|| consent_url(accounts_host, client.as_deref(), &draft.keep));
    let Draft { keep, lose, undecided, .. } = draft;
    Some(Plan { grant: index, keep, lose, undecided, accounts_host, is_host_assumed: centre.is_none(), consent_url })
}

struct Draft<'a> {
    audit: &'a Audit<'a>,
    policy: &'a Effective<'a>,
    keep: Vec<Scope>,
    lose: Vec<Scope>,
    undecided: Vec<Scope>,
}

impl Draft<'_> {
    /// Sorts one held scope: it stays, a part of it stays, or nothing of it.
    fn part(&mut self, scope: &Scope, verdict: Verdict, offends: bool) {
        let catalog = self.audit.review.catalog;
        if matches!(verdict, Verdict::Allowed | Verdict::Waived) && !offends {
            self.keep.push(scope.clone());
            return;
        }
        if verdict == Verdict::Allowed && self.policy.default == Effect::Allow {
            // The policy lets it pass, and a rule speaks: which part is needed only the application knows.
            self.undecided.push(scope.clone());
            return;
        }
        let parts: Vec<Scope> = access::reach(catalog, scope)
            .into_iter()
            .filter(|part| part != scope && !part.has_placeholder() && engine::passes(catalog, self.policy, part))
            .collect();
        if parts.is_empty() {
            if verdict == Verdict::Allowed { self.undecided.push(scope.clone()) } else { self.lose.push(scope.clone()) }
        }
        self.keep.extend(parts);
    }

    /// Leaves what is requested, as far as the token gives it and the policy allows it.
    fn cut(&mut self, requested: &[Scope], held: &[(&Scope, Verdict)]) {
        let catalog = self.audit.review.catalog;
        let held: HashSet<Scope> = held.iter().map(|(scope, _)| (*scope).clone()).collect();
        let stays = |scope: &&Scope| {
            access::holds(catalog, &held, scope, true) != Sureness::No && engine::passes(catalog, self.policy, scope)
        };
        let keep: Vec<Scope> = requested.iter().filter(stays).cloned().collect();
        self.undecided.retain(|scope| keep.contains(scope));
        self.keep = keep;
    }

    /// Drops what another scope of the list gives, and puts the list in order.
    fn tidy(&mut self) {
        self.keep.sort();
        self.keep.dedup();
        let all: HashSet<Scope> = self.keep.iter().cloned().collect();
        let catalog = self.audit.review.catalog;
        if self.keep.len() <= 4 * MOST {
            self.keep.retain(|scope| {
                let mut others = all.clone();
                others.remove(scope);
                access::holds(catalog, &others, scope, false) != Sureness::Surely
            });
        }
        self.keep.truncate(MOST);
    }

    /// The client to consent with: the one that the input names, or the only one that the policy has.
    fn client(&self, name: &str) -> Option<String> {
        let clients = self.policy.app.map_or(&[][..], |app| app.clients.as_slice());
        let named = clients.iter().find(|client| client.value.eq_ignore_ascii_case(name));
        match (named, clients) {
            (Some(client), _) | (None, [client]) => Some(client.value.clone()),
            _ => None,
        }
    }
}

fn consent_url(host: &str, client: Option<&str>, scopes: &[Scope]) -> String {
    let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    let client = client.unwrap_or("{client_id}");
    format!(
        "https://{host}/oauth/v2/auth?response_type=code&client_id={client}&scope={}&redirect_uri={{redirect_uri}}\
         &access_type=offline&prompt=consent&state={{state}}",
        scopes.join(",")
    )
}

impl Plan {
    /// The steps, in order, for people.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let list = |scopes: &[Scope]| scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ");
        let mut steps = Vec::new();
        if !self.undecided.is_empty() {
            let wide = list(&self.undecided);
            steps.push(format!("list the calls that the app makes, and replace {wide} by the scopes that they need"));
        }
        if !self.lose.is_empty() {
            steps.push(format!("do without {}: the policy allows no part", list(&self.lose)));
        }
        match &self.consent_url {
            Some(url) => {
                let assumed =
                    if self.is_host_assumed { " (the data centre is not known: this is the default host)" } else { "" };
                steps.push(format!("consent again to the smaller list{assumed}: {url}"));
                steps.push(
                    "exchange the code, and give the answer to `zscope audit`: only what it says is held".to_owned(),
                );
                steps.push(
                    "put the new refresh token in the place of the old one, wherever the app keeps it".to_owned(),
                );
            }
            None if self.undecided.is_empty() => steps.push("nothing of the grant is to stay".to_owned()),
            None => {}
        }
        steps.push(format!(
            "revoke the old refresh token: POST https://{}/oauth/v2/token/revoke?token={{old_refresh_token}}; its access tokens end with it",
            self.accounts_host
        ));
        steps
    }
}
