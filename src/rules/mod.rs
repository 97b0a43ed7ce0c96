//! The rules: one file each, with metadata, documentation and check, and one registry line here.
//!
//! A rule sees a judged request, the catalog and the policy in force; never files or the network.

mod all_operations;
mod denied;
mod deprecated_scope;
mod duplicate_scope;
mod excess_grant;
mod expired_waiver;
mod expiring_waiver;
mod full_access;
mod grant_drift;
mod group_access;
mod implicit_grant;
mod insecure_redirect;
mod invalid_ignore;
mod malformed_scope;
mod missing_grant;
mod mixed_separators;
mod non_canonical_case;
mod not_allowed;
mod offline_access;
mod redundant_scope;
mod secret_in_source;
mod secret_in_url;
mod sensitive_access;
mod stale_token_shape;
#[cfg(test)]
mod tests;
pub(crate) mod toxic_combination;
mod unknown_entry;
mod unknown_grant;
mod unknown_scope;
mod unknown_service;
mod unmatched_client;
mod unused_ignore;
mod unused_waiver;
mod unverified_scope;
mod uses;
pub(crate) mod vanished_finding;
mod weak_state;
mod write_includes_delete;
mod wrong_data_centre;

pub use grant_drift::{Drift, Drifted};
pub use uses::{IgnoreUse, WaiverUse};

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;

use crate::access;
use crate::catalog::{Catalog, DataClass, Provenance, Resource, Service};
use crate::finding::{Finding, Link, Related, RuleInfo};
use crate::input::token::Grant;
use crate::input::{ConsentUrl, Flow, Request};
use crate::judge::Judged;
use crate::policy::{DataOverride, Effective, Policy};
use crate::scope::Scope;
use crate::text::{Place, Span};

/// Every rule, in the order of the codes.
#[rustfmt::skip]
pub static ALL: &[&dyn Rule] = &[
    &malformed_scope::MalformedScope,
    &mixed_separators::MixedSeparators,
    &non_canonical_case::NonCanonicalCase,
    &duplicate_scope::DuplicateScope,
    &redundant_scope::RedundantScope,
    &unknown_service::UnknownService,
    &unknown_scope::UnknownScope,
    &deprecated_scope::DeprecatedScope,
    &unverified_scope::UnverifiedScope,
    &full_access::FullAccess,
    &group_access::GroupAccess,
    &all_operations::AllOperations,
    &write_includes_delete::WriteIncludesDelete,
    &sensitive_access::SensitiveAccess,
    &toxic_combination::ToxicCombination,
    &denied::Denied,
    &not_allowed::NotAllowed,
    &expired_waiver::ExpiredWaiver,
    &expiring_waiver::ExpiringWaiver,
    &unused_waiver::UnusedWaiver,
    &unknown_entry::UnknownEntry,
    &invalid_ignore::InvalidIgnore,
    &unused_ignore::UnusedIgnore,
    &vanished_finding::VanishedFinding,
    &offline_access::OfflineAccess,
    &insecure_redirect::InsecureRedirect,
    &weak_state::WeakState,
    &secret_in_url::SecretInUrl,
    &implicit_grant::ImplicitGrant,
    &excess_grant::ExcessGrant,
    &missing_grant::MissingGrant,
    &unknown_grant::UnknownGrant,
    &grant_drift::GrantDrift,
    &wrong_data_centre::WrongDataCentre,
    &stale_token_shape::StaleTokenShape,
    &unmatched_client::UnmatchedClient,
    &secret_in_source::SecretInSource,
];

/// What is fixed about every rule, in the order of the codes.
#[must_use]
pub fn infos() -> Vec<&'static RuleInfo> {
    ALL.iter().map(|rule| rule.info()).collect()
}

/// For how many scopes of one request a rule looks for suggestions and calls. Each costs a search of the catalog, and
/// nobody reads them one by one where there are more.
const DETAILED: usize = 100;

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
    /// The grant, where the scopes are held and not requested. Rules on how a list is written are silent about it:
    /// Zoho's server wrote it.
    pub grant: Option<Held<'a>>,
    /// Data classes that the policy gives to resources instead of the catalog's. The first that matches decides.
    pub data: &'a [DataOverride],
}

/// What a rule sees of a grant.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    /// The grant as it was read; its scopes are the context's request.
    pub grant: &'a Grant,
    /// The scopes that the application requests, in the catalog's spelling; `None` where nobody said.
    pub requested: Option<&'a [Scope]>,
    /// Whether the policy has apps, and none of the names that the input has for the grant is one of theirs.
    pub is_unmatched: bool,
}

/// What a rule sees of a whole run, once every finding has been filtered.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    /// What is known of Zoho's scopes.
    pub catalog: &'a Catalog,
    /// The policy, with all its apps.
    pub policy: &'a Policy,
    /// The policy's waivers, each with what became of it in this run.
    pub waivers: &'a [WaiverUse<'a>],
    /// The comments that accept findings, each with what became of it in this run.
    pub ignores: &'a [IgnoreUse],
    /// The day for which the run judges.
    pub as_of: Date,
    /// How what tokens hold differs from the lock file; nothing where none was compared.
    pub drift: &'a [Drift],
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
    fn catalog_line(service: &Service, provenance: &Provenance) -> Related {
        let sources: Vec<String> = provenance.sources.iter().map(|source| service.cite(source)).collect();
        let (name, line, status) = (&service.name, provenance.line, provenance.status);
        let message = format!("catalog: {name}.yaml:{line} ({status}, {})", sources.join(", "));
        Related { message, place: None, page: sources.iter().find_map(|source| Link::parse(source)) }
    }
}

impl<'a> Context<'a> {
    /// The request's scopes that can be read, each once and where it stands first. Order and duplicates never matter
    /// to what a request gives.
    fn distinct(&self) -> impl Iterator<Item = (&'a Judged, &'a Scope)> + use<'a> {
        let all = self.scopes;
        let mut seen = HashSet::new();
        let readable =
            all.iter().enumerate().filter_map(|(at, judged)| Some((at, judged, judged.scope.as_ref().ok()?)));
        let first = readable.filter(move |(at, _, scope)| {
            if all.len() > FEW {
                return seen.insert(*scope);
            }
            // Comparing with a few is faster than keeping a set.
            !all.iter().take(*at).any(|before| before.scope.as_ref() == Ok(*scope))
        });
        first.map(|(_, judged, scope)| (judged, scope))
    }

    /// Everything that a scope may reach and that the catalog knows, each with its kinds of data as the policy has
    /// them, or else the catalog.
    fn touches(&self, scope: &Scope) -> Arc<[(Scope, Vec<DataClass>)]> {
        let touched = access::touches(self.catalog, scope);
        if self.data.is_empty() {
            return touched;
        }
        let with_classes = |(scope, classes): &(Scope, Vec<DataClass>)| {
            let path = scope.parts().get(..scope.parts().len().saturating_sub(1)).unwrap_or(&[]);
            let said = self.data.iter().find(|said| said.pattern.matches_parts(path));
            (scope.clone(), said.map_or(classes, |said| &said.classes).clone())
        };
        touched.iter().map(with_classes).collect()
    }

    /// Offers to write the scope that is meant, where nothing but the scope would be replaced.
    fn with_correction(finding: Finding, judged: &Judged, meant: &Scope) -> Finding {
        if Self::is_replaceable(judged) {
            finding.fix("write the scope that is meant", judged.place, meant.to_string())
        } else {
            finding
        }
    }

    /// What to delete so that a scope is gone together with what parts it from the scope before, or for the first one
    /// from the scope after; nothing where more may stand between them.
    fn removal(&self, at: usize) -> Option<Place> {
        let this = self.scopes.get(at)?;
        let place = this.place;
        let neighbour = self.scopes.get(at.checked_sub(1).unwrap_or(1))?.place;
        let (start, end) =
            if at == 0 { (place.span.start, neighbour.span.start) } else { (neighbour.span.end, place.span.end) };
        let in_order =
            neighbour.source == place.source && start <= place.span.start && place.span.end <= end && start < end;
        let holds_both = |span: Span| span.start <= start && end <= span.end;
        let in_one_value = self
            .request
            .url
            .as_ref()
            .is_none_or(|url| url.params.iter().any(|param| holds_both(param.value_place.span)));
        (in_order && in_one_value && Self::is_replaceable(this))
            .then(|| Place::new(place.source, Span::new(start, end)))
    }

    /// A call that a scope surely opens, as a sentence.
    fn opened_call(&self, scope: &Scope) -> Option<String> {
        let call = access::example_call(self.catalog, scope)?;
        Some(format!("for example, it opens `{}`: {}", call.call(), call.summary))
    }

    /// The scopes of the catalog that a scope opens directly, each once.
    fn narrower(&self, scope: &Scope) -> Vec<Scope> {
        let mut seen = HashSet::new();
        let opened = access::opens(self.catalog, scope).into_iter().map(|edge| edge.scope);
        opened.filter(|scope| access::identify(self.catalog, scope).is_known() && seen.insert(scope.clone())).collect()
    }
}

/// How many scopes most requests have no more of.
const FEW: usize = 8;

/// What a statement of the catalog says besides, after a colon; nothing where it says no more.
fn remark(provenance: &Provenance) -> String {
    provenance.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default()
}

/// Names in backticks as a phrase: `a`, `b` and `c`.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    some_of(&quoted, usize::MAX)
}

/// Names in a row: `a, b and c`, or `a, b and 3 more`.
fn some_of<T: AsRef<str>>(names: &[T], most: usize) -> String {
    some_out_of(names, most, names.len())
}

/// [`some_of`] so many, not all of which have a name to show.
fn some_out_of<T: AsRef<str>>(names: &[T], most: usize, all: usize) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.split_last() {
        None => String::new(),
        Some((last, [])) if all == 1 => (*last).to_owned(),
        Some((last, front)) if all <= most.min(names.len()) => format!("{} and {last}", front.join(", ")),
        Some(_) => {
            let shown = names.get(..most).unwrap_or(&names);
            format!("{} and {} more", shown.join(", "), all.saturating_sub(shown.len()))
        }
    }
}

/// Scopes in a row, each in backticks.
fn some_scopes<'s>(scopes: impl IntoIterator<Item = &'s Scope>, most: usize) -> String {
    let quoted: Vec<String> = scopes.into_iter().map(|scope| format!("`{scope}`")).collect();
    some_of(&quoted, most)
}

/// The operations of a resource that can be requested, without those that hold others: `ALL`, and `WRITE` where there
/// is anything else.
fn single_operations(resource: &Resource) -> Vec<&str> {
    let usable = resource
        .operations
        .iter()
        .filter(|operation| operation.provenance.status.exists() && !operation.name.eq_ignore_ascii_case("ALL"));
    let (write, single): (Vec<&str>, Vec<&str>) =
        usable.map(|operation| operation.name.as_str()).partition(|name| name.eq_ignore_ascii_case("WRITE"));
    if single.is_empty() { write } else { single }
}

/// Whether an operation reads and does nothing else.
fn only_reads(operation: &str) -> bool {
    ["READ", "VIEW", "GET"].iter().any(|word| word.eq_ignore_ascii_case(operation))
}

/// A scope or resource that the catalog names as a replacement: after the service, or after another service and `/`.
fn replacement(service: &Service, text: &str) -> String {
    match text.split_once('/') {
        Some((other, rest)) => format!("{other}.{rest}"),
        None => format!("{}.{text}", service.name),
    }
}
