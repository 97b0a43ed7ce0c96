//! What an audit adds: grants, figures over all of them, the ways to smaller ones.

use serde::Serialize;

use super::super::clean::Text;
use super::super::{GrantInfo, GrantState, Plan, PolicyInfo, Report, RuleTally, Tally, Totals};
use super::Location;
use crate::finding::Severity;
use crate::scope::Scope;

/// `totals`: the figures of an audit.
#[derive(Serialize)]
pub(super) struct Figures<'a> {
    /// All grants.
    all: Tally,
    /// By application; `app` is `null` for what the policy's top level judged.
    by_app: Vec<OfApp<'a>>,
    /// By service, for scopes that the catalog knows.
    by_service: Vec<OfService<'a>>,
    /// Findings by rule.
    by_rule: Vec<OfRule>,
}

/// An entry of `totals.by_app`.
#[derive(Serialize)]
struct OfApp<'a> {
    app: Option<Text<'a>>,
    /// Who answers for it, where the policy says it.
    owner: Option<Text<'a>>,
    /// Whether the policy names it; the records alone do otherwise. Of `null` it is false.
    in_policy: bool,
    #[serde(flatten)]
    tally: Tally,
}

/// An entry of `totals.by_service`.
#[derive(Serialize)]
struct OfService<'a> {
    service: Text<'a>,
    #[serde(flatten)]
    tally: Tally,
}

/// An entry of `totals.by_rule`.
#[derive(Serialize)]
struct OfRule {
    code: &'static str,
    rule: &'static str,
    /// The worst of its findings.
    severity: Severity,
    findings: usize,
    /// Grants with at least one.
    grants: usize,
}

/// An entry of `plans`: the way from a grant to a smaller one.
#[derive(Serialize)]
pub(super) struct Way<'a> {
    /// The grant: its position in `grants`, from 0.
    grant: usize,
    /// What to consent to.
    keep: Vec<Text<'static>>,
    /// What the policy allows no part of.
    lose: Vec<Text<'static>>,
    /// What is too wide, and nothing says which part is needed.
    undecided: Vec<Text<'static>>,
    /// How many scopes more could stay, for which `consent_url` has no room.
    left_out: usize,
    accounts_host: Text<'a>,
    /// The data centre is not known, and `accounts_host` is a guess.
    accounts_host_assumed: bool,
    /// With placeholders in braces.
    consent_url: Option<Text<'a>>,
    /// A command that judges the answer to the new consent, for a shell.
    verify: Option<Text<'a>>,
    /// Where the old refresh token is revoked.
    revoke_url: Option<Text<'a>>,
    /// The steps in words.
    steps: Vec<Text<'static>>,
}

/// An entry of `grants`: what one token holds.
#[derive(Serialize)]
pub(super) struct Grant<'a> {
    /// The client that the input names, or the input's name and a number.
    name: Text<'a>,
    /// The application of the policy by which it was judged; `null` for the policy's top level.
    app: Option<Text<'a>>,
    /// Who answers for that application, where the policy says it.
    owner: Option<Text<'a>>,
    /// The code of its data centre (`eu`); `null` where the response does not tell.
    data_centre: Option<&'static str>,
    /// `known`, `unknown` (the response does not say what the token holds) or `failed` (there is no token).
    state: GrantState,
    /// How many scopes it holds, as far as is known.
    scopes: usize,
    /// Where it was read.
    location: Location<'a>,
}

impl<'a> Figures<'a> {
    pub(super) fn new(totals: &'a Totals, policy: &'a PolicyInfo) -> Self {
        let of_rule = |tally: &RuleTally| OfRule {
            code: tally.rule.code,
            rule: tally.rule.name,
            severity: tally.severity,
            findings: tally.findings,
            grants: tally.grants,
        };
        let of_app = |(app, tally): (&'a Option<String>, &Tally)| OfApp {
            app: app.as_deref().map(Text::new),
            owner: policy.owner(app.as_deref()).map(Text::new),
            in_policy: app.as_ref().is_some_and(|app| !totals.unlisted.contains(app)),
            tally: *tally,
        };
        Self {
            all: totals.all,
            by_app: totals.by_app.iter().map(of_app).collect(),
            by_service: totals
                .by_service
                .iter()
                .map(|(service, tally)| OfService { service: Text::new(service), tally: *tally })
                .collect(),
            by_rule: totals.by_rule.values().map(of_rule).collect(),
        }
    }
}

impl<'a> Way<'a> {
    pub(super) fn new(plan: &'a Plan) -> Self {
        let list = |scopes: &[Scope]| scopes.iter().map(|scope| Text::owned(&scope.to_string())).collect();
        Self {
            grant: plan.grant,
            keep: list(&plan.keep),
            lose: list(&plan.lose),
            undecided: list(&plan.undecided),
            left_out: plan.left_out,
            accounts_host: Text::new(&plan.accounts_host),
            accounts_host_assumed: plan.is_host_assumed,
            consent_url: plan.consent_url.as_deref().map(Text::new),
            verify: plan.verify.as_deref().map(Text::new),
            revoke_url: plan.revoke_url.as_deref().map(Text::new),
            steps: plan.steps().iter().map(|step| Text::owned(step)).collect(),
        }
    }
}

impl<'a> Grant<'a> {
    pub(super) fn new(grant: &'a GrantInfo, report: &'a Report) -> Self {
        let sources = &report.sources;
        Self {
            name: Text::new(&grant.name),
            app: grant.app.as_deref().map(Text::new),
            owner: report.policy.owner(grant.app.as_deref()).map(Text::new),
            data_centre: grant.data_centre,
            state: grant.state,
            scopes: grant.scopes,
            location: Location::new(grant.place, sources),
        }
    }
}
