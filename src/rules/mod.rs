//! The rules: one file each, with metadata, documentation and check, and one registry line here.
//!
//! A rule sees a judged request, the catalog and the policy in force; never files or the network.

use jiff::civil::Date;

use crate::catalog::Catalog;
use crate::engine::Judged;
use crate::filter::WaiverUse;
use crate::finding::{Finding, RuleInfo};
use crate::input::Request;
use crate::policy::{DataOverride, Effective};

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

/// Every rule, in the order of the codes.
pub static ALL: &[&dyn Rule] = &[];

/// What is fixed about every rule, in the order of the codes.
#[must_use]
pub fn infos() -> Vec<&'static RuleInfo> {
    ALL.iter().map(|rule| rule.info()).collect()
}
