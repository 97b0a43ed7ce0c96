//! A least-privilege linter and auditor for Zoho OAuth scopes.
//!
//! It knows what Zoho's scopes give, reads a policy that says what an application may have, and holds the one against
//! the other. The program `zscope` is a thin shell over this library; other programs come in by the door here: a
//! [`Catalog`], a [`Policy`], [`check`], [`least()`], [`covers`] and [`explain`].
//!
//! ```
//! use zscope::{Catalog, Policy, Verdict};
//!
//! let catalog = Catalog::embedded();
//! let policy = Policy::parse("version: 1\nallow: ['ZohoBooks.invoices.{CREATE,READ}']\n")?;
//! let report = zscope::check(&catalog, &policy, "ZohoBooks.invoices.READ ZohoBooks.invoices.ALL");
//!
//! // A verdict for each scope, in the order of the request, with what goes beyond the policy.
//! let [read, all] = &report.scopes[..] else { panic!("two scopes") };
//! assert_eq!((read.verdict, all.verdict), (Verdict::Allowed, Verdict::NotAllowed));
//! assert!(all.excess.contains(&"ZohoBooks.invoices.DELETE".parse()?));
//!
//! // What rules say of it: each finding with its place, and help that leads to less access.
//! let finding = report.findings.iter().find(|finding| finding.rule.name == "not-allowed").expect("a finding");
//! assert_eq!(finding.scope.as_deref(), Some("ZohoBooks.invoices.ALL"));
//!
//! // What a scope means, apart from any policy.
//! assert!(zscope::covers(&catalog, "ZohoBooks.invoices.ALL", "ZohoBooks.invoices.READ")?);
//! assert!(!zscope::covers(&catalog, "ZohoBooks.invoices.READ", "ZohoBooks.invoices.ALL")?);
//! assert!(zscope::explain(&catalog, "ZohoBooks.invoices.ALL")?.contains("opens at least"));
//!
//! // What calls need: the least that suffices, with a proof.
//! let least = zscope::least(&catalog, &["GET /books/v3/invoices", "DELETE /crm/v8/Leads/{id}"])?;
//! assert_eq!(least.list(), "ZohoBooks.invoices.READ,ZohoCRM.modules.leads.DELETE");
//! assert!(least.is_proven());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How a run goes
//!
//! Texts are read into requests, or into grants with what they hold. Each scope becomes a permission that the catalog
//! knows or does not, and gets a verdict by the policy. Rules look at scopes, lists, addresses and grants, and report
//! findings; the policy's levels, comments in sources, waivers and a baseline decide which of them stand. The report
//! holds all of that, and a format writes it.
//!
//! # Words
//!
//! | word | meaning |
//! |---|---|
//! | scope | the string `Service.resource.OPERATION`, or a one-word OpenID scope |
//! | service | its first part, as Zoho spells it; a product may have several |
//! | permission | what one scope names: a service, the path of a resource, an operation |
//! | access | the permissions that a scope or a list of scopes gives: surely (at least), and at most |
//! | catalog | what is known: services, what covers what, hosts, calls and what each needs, with sources |
//! | policy | what is allowed and denied, for each application, with waivers |
//! | application (app) | an OAuth client and who answers for it |
//! | request | a list of scopes that a program hands to the consent page, and where it was read |
//! | grant | what a token holds, as the token response says it |
//! | call | a method and an address of an API |
//! | finding | what a rule says: rule, severity, message, place, help, what it rests on, perhaps a fix |
//! | waiver | a decision that some findings fail nothing, with a reason and an end |
//! | baseline | the findings that were known before |
//! | lock | the access that tokens held when somebody reviewed it |

#[doc(hidden)]
pub mod access;
pub mod catalog;
#[doc(hidden)]
pub mod cli;
#[doc(hidden)]
pub mod export;
pub mod finding;
#[doc(hidden)]
pub mod governance;
#[doc(hidden)]
pub mod import;
#[doc(hidden)]
pub mod input;
#[doc(hidden)]
pub mod judge;
pub mod least;
#[doc(hidden)]
pub mod live;
mod lsp;
mod mcp;
pub mod policy;
pub mod report;
#[doc(hidden)]
pub mod review;
mod rpc;
#[doc(hidden)]
pub mod rules;
pub mod scope;
#[doc(hidden)]
pub mod secret;
pub mod text;
#[doc(hidden)]
pub mod yaml;

pub use catalog::Catalog;
pub use judge::{Judged, Verdict};
pub use policy::Policy;
pub use report::Report;

use std::path::Path;

use policy::{PolicyErrors, Top};
use report::NotEvaluated;
use review::{Gathered, Review};
use scope::{Malformed, Scope};
use text::{Source, Sources};

impl Policy {
    /// Reads a policy from a text. It may extend the built-in policies, and no files.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, at once.
    pub fn parse(text: &str) -> Result<Self, PolicyErrors> {
        let top = Top::File { path: Path::new("zscope.yaml"), text: text.to_owned() };
        let read = |_: &Path| Err("a policy that is given as text extends no files".to_owned());
        policy::load(top, &read, &rules::infos(), &mut Sources::default())
    }
}

/// Judges the scopes of a text as of today: a scope, a list of them in any notation, or a consent URL.
#[must_use]
pub fn check(catalog: &Catalog, policy: &Policy, text: &str) -> Report {
    let mut gathered = Gathered { sources: policy.texts.clone(), ..Gathered::default() };
    let id = gathered.sources.add(Source::new("<argument>", text));
    gathered.requests = input::read_argument(id, gathered.sources.get(id));
    if gathered.requests.iter().all(|request| request.items.is_empty()) {
        gathered.not_evaluated.push(NotEvaluated {
            input: "<argument>".to_owned(),
            message: "no scopes found".to_owned(),
            help: Some("give a list of scopes, or a consent URL".to_owned()),
            place: None,
        });
    }
    let as_of = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date();
    Review::new(catalog, policy, as_of).run(gathered)
}

/// The smallest set of scopes that suffices for some calls, each a method and a path or URL.
///
/// # Errors
///
/// When one of them is no call.
pub fn least<'c>(catalog: &'c Catalog, calls: &[&str]) -> Result<least::Least<'c>, catalog::calls::NoCall> {
    use input::calls::{Certainty, Method, SeenCall, Via};

    let mut sources = Sources::default();
    let id = sources.add(Source::new("<argument>", calls.join("\n")));
    let mut seen = Vec::with_capacity(calls.len());
    for text in calls {
        let call: catalog::calls::Call = text.parse()?;
        let method = call.method.as_deref().and_then(Method::named);
        let url = text.trim().split_once(char::is_whitespace).map_or(text.trim(), |(_, url)| url.trim());
        let place = text::Place::new(id, text::Span::default());
        seen.push(SeenCall::new(method, url, place, Certainty::Proven, Via::Line));
    }
    Ok(least::Least::of(catalog, &seen, least::Options::default()))
}

/// Whether one scope surely gives another.
///
/// # Errors
///
/// When one of them is no scope.
pub fn covers(catalog: &Catalog, wide: &str, narrow: &str) -> Result<bool, Malformed> {
    Ok(access::covers(catalog, &wide.parse()?, &narrow.parse()?))
}

/// What a rule is about, by its code or name; or what a scope gives and why, with whole lists.
///
/// # Errors
///
/// When it is neither a rule nor a scope.
pub fn explain(catalog: &Catalog, subject: &str) -> Result<String, Malformed> {
    match cli::explain::rule(subject) {
        Some(rule) => Ok(cli::explain::documentation(rule)),
        None => Ok(cli::explain::scope(catalog, &subject.trim().parse::<Scope>()?, true)),
    }
}
