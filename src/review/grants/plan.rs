//! The way from a grant to a smaller one.
//!
//! No documented call takes scopes away from a token, so the way is a new consent with a shorter list, a look at what
//! came back, and the end of the old refresh token
//! (<https://www.zoho.com/accounts/protocol/oauth/revoke-refresh-token.html>).

use std::collections::HashSet;

use super::{Audit, Matched};
use crate::access::{self, Sureness};
use crate::catalog::data_centre::DataCentre;
use crate::finding::{Finding, Severity};
use crate::input::token::Origin;
use crate::judge::{Judge, Judged, Verdict};
use crate::policy::Effective;
use crate::report::plan::{ANSWER, NARROWER, joined};
use crate::report::{GrantInfo, Plan};
use crate::scope::Scope;

/// The most scopes of a plan: a consent URL has to fit into a browser.
const MOST: usize = 100;

/// What a plan is made for.
pub(super) struct Offender<'a> {
    /// The application by which it was judged.
    pub(super) matched: Matched,
    /// Its number in the report.
    pub(super) index: usize,
    /// The grant.
    pub(super) grant: &'a GrantInfo,
    /// What its application requests with it, where an inventory says it.
    pub(super) requested: Option<&'a [Scope]>,
    /// Where it was asked about, in a live audit.
    pub(super) origin: Option<&'a Origin>,
    /// What it holds.
    pub(super) scopes: &'a [Judged],
    /// What stands against it.
    pub(super) findings: &'a [Finding],
}

/// The plan for a grant; `None` where nothing offends, or where its scopes are not known.
pub(super) fn plan(audit: &Audit<'_>, of: &Offender<'_>) -> Option<Plan> {
    let offending = of.findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    let offending: HashSet<Scope> = offending.filter_map(|finding| finding.scope.as_deref()?.parse().ok()).collect();
    let held: Vec<(&Scope, Verdict)> =
        of.scopes.iter().filter_map(|judged| Some((judged.scope.as_ref().ok()?, judged.verdict))).collect();
    if held.is_empty() || !held.iter().any(|(scope, _)| offending.contains(*scope)) {
        return None;
    }
    let mut draft = Draft {
        audit,
        policy: audit.policy(of.matched),
        judge: audit.judge_of(of.matched),
        keep: Vec::new(),
        lose: Vec::new(),
        undecided: Vec::new(),
        left_out: 0,
    };
    for (scope, verdict) in &held {
        draft.part(scope, *verdict, offending.contains(*scope));
    }
    let own: Option<Vec<Scope>> = of.requested.map(|own| own.iter().map(|scope| audit.canonical(scope)).collect());
    if let Some(requested) = own.as_deref().or_else(|| audit.requested(of.matched)) {
        draft.cut(requested, &held);
    }
    draft.tidy();
    let servers = Servers::of(of, draft.policy);
    let has_refresh_token = !of.origin.is_some_and(|origin| origin.is_client_credentials);
    let to_consent = !draft.keep.is_empty() || !draft.undecided.is_empty();
    let consent_url = (to_consent && has_refresh_token).then(|| draft.consent_url(&servers.consent, of));
    let verify = to_consent.then(|| draft.verify(of)).flatten();
    let revoke_url = has_refresh_token.then(|| format!("https://{}/oauth/v2/token/revoke", servers.revoke));
    let Draft { keep, lose, undecided, left_out, .. } = draft;
    Some(Plan {
        grant: of.index,
        keep,
        lose,
        undecided,
        left_out,
        accounts_host: servers.consent,
        is_host_assumed: servers.is_assumed,
        consent_url,
        verify,
        revoke_url,
    })
}

/// The servers of a plan, without `https://`.
struct Servers {
    consent: String,
    revoke: String,
    is_assumed: bool,
}

impl Servers {
    /// Consent is given where the application is to run, and taken back where the grant was made.
    fn of(of: &Offender<'_>, policy: &Effective<'_>) -> Self {
        let named = policy.app.map_or(&[][..], |app| app.data_centers.as_slice());
        let mut named = named.iter().filter_map(|centre| DataCentre::by_code(centre.value)).peekable();
        let first = named.peek().copied();
        let alone = named.clone().count() == 1;
        let own = of.grant.data_centre.and_then(DataCentre::by_code);
        let is_elsewhere = own.is_some_and(|own| first.is_some() && !named.any(|centre| centre.code == own.code));
        let host = |centre: &DataCentre| centre.accounts_host.to_owned();
        let asked = of.origin.map(|origin| origin.accounts.trim_start_matches("https://").to_owned());
        let made = asked.or_else(|| own.map(host));
        let (consent, is_assumed) = match (first, &made) {
            (Some(first), _) if is_elsewhere => (host(first), false),
            (_, Some(made)) => (made.clone(), false),
            (Some(first), None) => (host(first), !alone),
            (None, None) => ("accounts.zoho.com".to_owned(), true),
        };
        Self { revoke: made.unwrap_or_else(|| consent.clone()), consent, is_assumed }
    }
}

struct Draft<'a> {
    audit: &'a Audit<'a>,
    policy: &'a Effective<'a>,
    judge: Judge<'a>,
    keep: Vec<Scope>,
    lose: Vec<Scope>,
    undecided: Vec<Scope>,
    left_out: usize,
}

impl Draft<'_> {
    /// Sorts one held scope: it stays, a part of it stays, or nothing of it.
    fn part(&mut self, scope: &Scope, verdict: Verdict, offends: bool) {
        let catalog = self.audit.review.catalog;
        if (verdict.passes() || verdict == Verdict::Waived) && !offends {
            self.keep.push(scope.clone());
            return;
        }
        if verdict == Verdict::NoPolicy {
            // The policy lets it pass, and a rule speaks: which part is needed only the application knows.
            self.undecided.push(scope.clone());
            return;
        }
        let parts: Vec<Scope> = access::reach(catalog, scope)
            .into_iter()
            .filter(|part| part != scope && !part.has_placeholder() && self.judge.passes(part))
            .collect();
        if parts.is_empty() {
            if verdict == Verdict::Allowed { self.undecided.push(scope.clone()) } else { self.lose.push(scope.clone()) }
        }
        self.keep.extend(parts);
    }

    /// Leaves what is requested, as far as the token gives it and the policy allows it: whole scopes of the request, and
    /// parts of those that are too wide.
    fn cut(&mut self, requested: &[Scope], held: &[(&Scope, Verdict)]) {
        let catalog = self.audit.review.catalog;
        let held: HashSet<Scope> = held.iter().map(|(scope, _)| (*scope).clone()).collect();
        let stays =
            |scope: &&Scope| access::holds(catalog, &held, scope, true) != Sureness::No && self.judge.passes(scope);
        let whole: Vec<Scope> = requested.iter().filter(stays).cloned().collect();
        self.undecided.retain(|scope| whole.contains(scope));
        let requested: HashSet<Scope> = requested.iter().cloned().collect();
        self.keep.retain(|part| access::holds(catalog, &requested, part, true) == Sureness::Surely);
        self.keep.extend(whole);
        self.keep.retain(|scope| !self.undecided.contains(scope));
    }

    /// Drops what another scope of the list gives, and puts the list in order.
    fn tidy(&mut self) {
        for list in [&mut self.keep, &mut self.lose, &mut self.undecided] {
            list.sort();
            list.dedup();
        }
        let all: HashSet<Scope> = self.keep.iter().cloned().collect();
        let catalog = self.audit.review.catalog;
        if self.keep.len() <= 4 * MOST {
            self.keep.retain(|scope| {
                let mut others = all.clone();
                others.remove(scope);
                access::holds(catalog, &others, scope, false) != Sureness::Surely
            });
        }
        self.left_out = self.keep.len().saturating_sub(MOST);
        self.keep.truncate(MOST);
    }

    /// The client to consent with: the one that the inventory or the input names, or the only one that the policy has.
    fn client(&self, of: &Offender<'_>) -> Option<String> {
        if let Some(client) = of.origin.and_then(|origin| origin.client.clone()) {
            return Some(client);
        }
        let clients = self.policy.app.map_or(&[][..], |app| app.clients.as_slice());
        let named = clients.iter().find(|client| client.value.eq_ignore_ascii_case(&of.grant.name));
        match (named, clients) {
            (Some(client), _) | (None, [client]) => Some(client.value.clone()),
            _ => None,
        }
    }

    fn consent_url(&self, server: &str, of: &Offender<'_>) -> String {
        let mut scopes: Vec<String> = self.keep.iter().map(ToString::to_string).collect();
        scopes.extend((!self.undecided.is_empty()).then(|| NARROWER.to_owned()));
        let client = self.client(of);
        let client = client.as_deref().unwrap_or("{client_id}");
        format!(
            "https://{server}/oauth/v2/auth?response_type=code&client_id={client}&scope={}&redirect_uri={{redirect_uri}}\
             &access_type=offline&prompt=consent&state={{state}}",
            scopes.join(",")
        )
    }

    /// The command that judges the new answer by the same policy, as far as can be said against the list of the plan.
    fn verify(&self, of: &Offender<'_>) -> Option<String> {
        let mut words = vec!["zscope".to_owned(), "audit".to_owned(), ANSWER.to_owned()];
        words.extend(self.audit.basis.iter().cloned());
        if let Some(app) = &of.grant.app {
            words.extend(["--app".to_owned(), app.clone()]);
        }
        if self.undecided.is_empty() {
            words.extend(["--requested".to_owned(), joined(&self.keep)]);
        }
        shlex::try_join(words.iter().map(String::as_str)).ok()
    }
}
