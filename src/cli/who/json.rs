//! The answer for programs: one JSON document, format version 1.
//!
//! Within version 1 fields may be added and are never renamed, removed or given another meaning. A field without a value
//! is `null`, never left out. Lists are whole, with or without `--all`.

use serde::Serialize;

use super::denied::Denied;
use super::text::cautions;
use super::{Answer, Hit};
use crate::access::{self, Openers};
use crate::catalog::calls::{Host, Match, Versions};
use crate::catalog::{Catalog, DataClass, Endpoint, Service};
use crate::cli::error::CommandError;
use crate::report::{self, Tool};

/// The whole document.
#[derive(Serialize)]
struct Document<'a> {
    /// Always 1.
    format_version: u32,
    /// Which program wrote it, with which catalog.
    tool: Tool<'a>,
    /// The call that was looked up; `null` where a refusal does not say which it was.
    call: Option<Asked<'a>>,
    /// The known calls that it is, the closest first; empty when the catalog does not know it. Several services may
    /// share a path where the host does not tell them apart.
    matches: Vec<Opened<'a>>,
    /// Known calls on the same path, of another version of the API or on other hosts than the call's.
    elsewhere: Vec<Known<'a>>,
    /// For a call that is not known: known calls on the same path with other methods.
    other_methods: Vec<Known<'a>>,
    /// For a call that is not known: the known calls most like it.
    nearest: Vec<Known<'a>>,
    /// With `--denied`: what the API's answer says, and what to do; else `null`.
    denied: Option<&'a Denied>,
}

/// `call`: what was asked for. The query is left out: it may hold secrets.
#[derive(Serialize)]
struct Asked<'a> {
    /// In upper case.
    method: &'a str,
    /// No method was given, and GET was taken.
    method_assumed: bool,
    /// In lower case; `null` when none was given, or a placeholder.
    host: Option<&'a str>,
    /// Whether the catalog knows the host; no call on another one is known. `null` when none was given.
    host_known: Option<bool>,
    /// Percent-decoded, without doubled and trailing slashes.
    path: &'a str,
}

/// A known call.
#[derive(Serialize)]
struct Known<'a> {
    /// First part of its scopes.
    service: &'a str,
    /// The product's name.
    product: &'a str,
    /// `UNSTATED` where the source names none.
    method: &'a str,
    /// The path template, as the vendor writes it.
    path: &'a str,
}

/// An entry of `matches`: a known call, and what opens it.
#[derive(Serialize)]
struct Opened<'a> {
    #[serde(flatten)]
    known: Known<'a>,
    /// What it does, in a few words.
    summary: &'a str,
    /// What a reader should know besides.
    note: Option<&'a str>,
    /// How the need was read, when it is not stated at the call itself.
    basis: Option<&'a str>,
    /// `medium` or `low` where the source is weak.
    confidence: Option<&'a str>,
    /// Who says so.
    sources: Vec<Source<'a>>,
    /// Set when the call names another version of the API than the catalog.
    version_differs: Option<Version<'a>>,
    /// How well the host fits: `listed`, or `unsaid` when the call names none.
    host_fit: &'static str,
    /// A closer path that is known with other methods only.
    closer: Option<String>,
    /// The path was taken for this template's placeholder, and is nearly this one's name.
    likelier: Option<String>,
    /// In words, what makes it doubtful that this is the call; empty when nothing does.
    cautions: Vec<String>,
    /// `any-of`, `disputed` (so says one source, and another otherwise), `unstated` (the vendor lists scopes without saying
    /// whether any or all are needed), `likely` (nobody ties a scope to the call, these belong to it by their names),
    /// `unknown` (nobody names a scope) or `none`.
    needs: &'static str,
    /// For `any-of` and `disputed`: sets of scopes that each suffice as a whole; those that fit the path first, then the narrowest.
    alternatives: Vec<Alternative<'a>>,
    /// For `any-of` and `disputed`: single scopes that suffice because they cover an alternative; the narrowest first.
    wider: Vec<Opener<'a>>,
    /// For `any-of` and `disputed`: the alternatives name one scope for each of several things, and the path names none of them.
    one_for_each: bool,
    /// For `unstated` and `likely`: what is listed, the narrowest first.
    listed: Vec<Opener<'a>>,
}

/// `version_differs`.
#[derive(Serialize)]
struct Version<'a> {
    /// The call's version, such as `v2`.
    asked: &'a str,
    /// The catalog's, such as `v8`.
    known: &'a str,
}

/// An entry of `sources`.
#[derive(Serialize)]
struct Source<'a> {
    /// `vendor-openapi`, `vendor-docs`, `vendor-sdk` or `third-party`.
    kind: &'a str,
    /// Its address.
    address: String,
}

/// A set of scopes.
#[derive(Serialize)]
struct Alternative<'a> {
    /// All of these are needed.
    scopes: Vec<Opener<'a>>,
    /// How many known scopes they reach together, themselves included.
    reach: usize,
    /// By its name it is for something else than the path names: `modules.contacts` for `/crm/v8/Leads`.
    elsewhere: bool,
}

/// A scope that opens a call, alone or with others.
#[derive(Serialize)]
struct Opener<'a> {
    /// In the catalog's spelling.
    scope: String,
    /// `documented`, `observed`, `reported`, `disputed`, `deprecated`; `null` when the catalog does not hold it.
    status: Option<&'static str>,
    /// It should not be used any more.
    deprecated: bool,
    /// What it gives, in words.
    gives: &'a str,
    /// The kinds of data in everything that it may reach.
    data: Vec<DataClass>,
    /// How many known scopes it may reach, itself included.
    reach: usize,
    /// Known scopes that surely cover it; the narrowest first.
    covered_by: Vec<Cover>,
}

/// An entry of `covered_by`.
#[derive(Serialize)]
struct Cover {
    /// In the catalog's spelling.
    scope: String,
    /// How many known scopes it may reach, itself included.
    reach: usize,
}

pub(super) fn render(
    catalog: &Catalog,
    answer: Option<&Answer<'_>>,
    denied: Option<&Denied>,
) -> Result<String, CommandError> {
    let asked = |answer: &'_ Answer<'_>| match answer.host_says {
        Host::Unsaid => None,
        Host::Listed => Some(true),
        Host::Unknown => Some(false),
    };
    let document = Document {
        format_version: 1,
        tool: Tool::of(catalog),
        call: answer.map(|answer| Asked {
            method: &answer.method,
            method_assumed: answer.method_assumed,
            host: answer.host.as_deref(),
            host_known: asked(answer),
            path: &answer.path,
        }),
        matches: answer.iter().flat_map(|answer| answer.hits.iter().map(|hit| opened(answer, hit))).collect(),
        elsewhere: answer.iter().flat_map(|answer| answer.elsewhere.iter().map(matched)).collect(),
        other_methods: answer.iter().flat_map(|answer| answer.other_methods.iter().map(matched)).collect(),
        nearest: answer.iter().flat_map(|answer| answer.nearest.iter().copied().map(known)).collect(),
        denied,
    };
    report::document(&document)
        .map_err(|error| CommandError::incomplete(format!("the answer cannot be written as JSON: {error}")))
}

fn matched<'a>(at: &'a Match<'_>) -> Known<'a> {
    known((at.service, at.endpoint))
}

fn known<'a>((service, endpoint): (&'a Service, &'a Endpoint)) -> Known<'a> {
    Known { service: &service.name, product: &service.product, method: &endpoint.method, path: &endpoint.path }
}

fn opened<'a>(answer: &Answer<'_>, hit: &'a Hit<'_>) -> Opened<'a> {
    let (service, endpoint) = (hit.at.service, hit.at.endpoint);
    let mut opened = Opened {
        known: known((service, endpoint)),
        summary: &endpoint.summary,
        note: endpoint.note.as_deref(),
        basis: endpoint.basis.as_deref(),
        confidence: endpoint.confidence.as_deref(),
        sources: endpoint
            .sources
            .iter()
            .map(|source| Source { kind: service.source_kind(source), address: service.cite(source) })
            .collect(),
        version_differs: hit.at.version.as_ref().map(|Versions { asked, known }| Version { asked, known }),
        host_fit: if answer.host_says == Host::Unsaid { "unsaid" } else { "listed" },
        closer: hit.at.closer.map(Endpoint::written),
        likelier: hit.likelier.map(Endpoint::written),
        cautions: cautions(hit),
        needs: "none",
        alternatives: Vec::new(),
        wider: Vec::new(),
        one_for_each: false,
        listed: Vec::new(),
    };
    match &hit.openers {
        Openers::Nothing => {}
        Openers::Unknown => opened.needs = "unknown",
        Openers::Likely(listed) => {
            opened.needs = "likely";
            opened.listed = listed.iter().map(scope).collect();
        }
        Openers::Unstated(listed) => {
            opened.needs = "unstated";
            opened.listed = listed.iter().map(scope).collect();
        }
        Openers::AnyOf(choice) | Openers::Disputed(choice) => {
            opened.needs = if matches!(hit.openers, Openers::AnyOf(_)) { "any-of" } else { "disputed" };
            opened.wider = choice.wider.iter().map(scope).collect();
            opened.one_for_each = choice.one_for_each;
            let alternative = |one: &'a access::Alternative| Alternative {
                scopes: one.scopes.iter().map(scope).collect(),
                reach: one.reach,
                elsewhere: one.elsewhere,
            };
            opened.alternatives = choice.alternatives.iter().map(alternative).collect();
        }
    }
    opened
}

fn scope(opener: &access::Opener) -> Opener<'_> {
    let cover = |(scope, reach): &(crate::scope::Scope, usize)| Cover { scope: scope.to_string(), reach: *reach };
    Opener {
        scope: opener.scope.to_string(),
        status: opener.status.map(crate::catalog::Status::as_str),
        deprecated: opener.deprecated,
        gives: &opener.gives,
        data: opener.data.iter().copied().collect(),
        reach: opener.reach,
        covered_by: opener.covered_by.iter().map(cover).collect(),
    }
}
