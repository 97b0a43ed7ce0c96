//! The rules: one file each, with metadata, documentation and check, and one registry line here.
//!
//! A rule sees a judged request, the catalog and the policy in force; never files or the network.

mod duplicate_scope;
mod implicit_grant;
mod insecure_redirect;
mod malformed_scope;
mod mixed_separators;
mod non_canonical_case;
mod offline_access;
mod redundant_scope;
mod secret_in_url;
#[cfg(test)]
mod tests;
mod weak_state;

use jiff::civil::Date;

use crate::catalog::{Catalog, Provenance, Service};
use crate::engine::Judged;
use crate::filter::WaiverUse;
use crate::finding::{Finding, RuleInfo};
use crate::input::{ConsentUrl, Flow, Request};
use crate::policy::{DataOverride, Effective};
use crate::source::Place;

/// Every rule, in the order of the codes.
pub static ALL: &[&dyn Rule] = &[
    &malformed_scope::MalformedScope,
    &mixed_separators::MixedSeparators,
    &non_canonical_case::NonCanonicalCase,
    &duplicate_scope::DuplicateScope,
    &redundant_scope::RedundantScope,
    &offline_access::OfflineAccess,
    &insecure_redirect::InsecureRedirect,
    &weak_state::WeakState,
    &secret_in_url::SecretInUrl,
    &implicit_grant::ImplicitGrant,
];

/// What is fixed about every rule, in the order of the codes.
#[must_use]
pub fn infos() -> Vec<&'static RuleInfo> {
    ALL.iter().map(|rule| rule.info()).collect()
}

/// What a rule sees of one request.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The request as it was read.
    pub request: &'a Request,
    /// Its scopes, judged; one for each of `request.items`, in the same order.
    pub scopes: &'a [Judged],
    /// What is known of Zoho's scopes.
    pub catalog: &'a Catalog,
    /// The policy in force for the request's application.
    pub policy: &'a Effective<'a>,
    /// Data classes that the policy gives to resources instead of the catalog's.
    pub data: &'a [DataOverride],
}

/// What a rule sees of a whole run, once every finding has been filtered.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    /// The policy's waivers, each with what became of it in this run.
    pub waivers: &'a [WaiverUse<'a>],
    /// The day for which the run judges.
    pub as_of: Date,
}

/// Something that looks at requests and reports findings.
pub trait Rule: Sync {
    /// What is fixed about the rule.
    fn info(&self) -> &'static RuleInfo;

    /// Looks at one request.
    fn check(&self, _: &Context<'_>, _: &mut Vec<Finding>) {}

    /// Looks at the whole run.
    fn check_run(&self, _: &RunContext<'_>, _: &mut Vec<Finding>) {}
}

impl Context<'_> {
    /// A finding about one of the request's scopes, at its place.
    fn finding(&self, info: &'static RuleInfo, judged: &Judged, message: impl Into<String>) -> Finding {
        let finding = self.finding_at(info, judged.place, message);
        match &judged.scope {
            Ok(scope) => finding.scope(scope),
            Err(_) => finding,
        }
    }

    /// A finding about the request as a whole, or about a part of its URL.
    fn finding_at(&self, info: &'static RuleInfo, place: Place, message: impl Into<String>) -> Finding {
        Finding { app: self.request.app.clone(), ..Finding::new(info, place, message) }
    }

    /// The request's URL, when it sends a browser to Zoho's consent page and is more than the page's bare address.
    fn consent_page(&self) -> Option<&ConsentUrl> {
        let url = self.request.url.as_ref()?;
        (matches!(url.flow, Flow::Authorize | Flow::Portal) && !url.params.is_empty()).then_some(url)
    }

    /// Whether a scope's place covers the text as written and nothing else, so that new text can take its place.
    fn is_replaceable(judged: &Judged) -> bool {
        judged.place.span.len() == judged.written.len()
    }

    /// A statement of the catalog, for readers who want to check it: file, line, status and sources.
    fn catalog_line(service: &Service, provenance: &Provenance) -> String {
        let sources: Vec<String> = provenance.sources.iter().map(|source| service.cite(source)).collect();
        let (name, line, status) = (&service.name, provenance.line, provenance.status);
        format!("catalog: {name}.yaml:{line} ({status}, {})", sources.join(", "))
    }
}

/// Names in backticks as a phrase: `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
