//! The answer for programs: one JSON document, format version 1.
//!
//! Within version 1 fields may be added and are never renamed, removed or given another meaning. A field without a value
//! is `null`, never left out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::error::CommandError;
use super::Answer;
use super::compared::Compared;
use crate::access;
use crate::catalog::DataClass;
use crate::input::token::answer_of;
use crate::least::{Cost, Idle, Least, Need, weight};
use crate::report::{self, Tool};
use crate::scope::Scope;

/// The whole document.
#[derive(Serialize)]
struct Document<'a> {
    /// Always 1.
    format_version: u32,
    /// Which program wrote it, with which catalog.
    tool: Tool<'a>,
    /// The scopes as a consent page takes them.
    list: String,
    /// The scopes, each with its reasons.
    scopes: Vec<Chosen>,
    /// What they cost: access first, then how many they are, then what each reaches alone, added up.
    cost: Cost,
    /// No set that suffices costs less.
    at_least: Cost,
    /// Nothing that suffices costs less, and there is no doubt about what the calls need.
    proven: bool,
    /// What is missing for the proof.
    missing: Vec<Missing<'a>>,
    /// How many of the calls the catalog knows.
    coverage: Coverage,
    /// The calls, those that come to the same once.
    calls: Vec<Call<'a>>,
    /// What is asked for or held, against the answer.
    compared: Vec<Against<'a>>,
    /// The answers for each connection, where calls name some.
    connections: Vec<Connection<'a>>,
    /// What could not be read.
    not_read: Vec<NotRead>,
    /// What access weighs.
    weights: Weights,
}

/// An entry of `scopes`.
#[derive(Serialize)]
struct Chosen {
    /// In the catalog's spelling.
    scope: String,
    /// What it gives, in words.
    gives: String,
    /// The kinds of data in everything that it may reach.
    data: Vec<DataClass>,
    /// The weight of everything that it may reach.
    weight: u64,
    /// The calls that fail without it, by their place in `calls`.
    needed_by: Vec<usize>,
    /// The calls to which it gives something.
    serves: Vec<usize>,
    /// Known scopes that it surely covers, each with a call that fails where that is asked for instead.
    narrower: Vec<Narrower>,
}

/// An entry of `narrower`.
#[derive(Serialize)]
struct Narrower {
    /// The scope.
    scope: String,
    /// The call, by its place in `calls`.
    fails: usize,
}

/// An entry of `missing`.
#[derive(Serialize)]
struct Missing<'a> {
    /// The call, by its place in `calls`; `null` of the search as a whole.
    call: Option<usize>,
    /// What is missing.
    reason: &'a str,
}

/// `coverage`.
#[derive(Serialize)]
struct Coverage {
    /// Different calls that were read.
    calls: usize,
    /// Those that the catalog knows.
    matched: usize,
    /// Those that it does not.
    unknown: usize,
    /// Those that several products have, without a host that tells which is meant.
    ambiguous: usize,
    /// Those to hosts that are none of Zoho's.
    other_hosts: usize,
}

/// An entry of `calls`.
#[derive(Serialize)]
struct Call<'a> {
    /// One of the calls, without its query.
    call: &'a str,
    /// First part of its scopes.
    service: Option<&'a str>,
    /// The product's name.
    product: Option<&'a str>,
    /// The known call that it is.
    known: Option<String>,
    /// `any-of`, `none`, `unstated`, `likely`, `scope-unknown`, `one-for-each`, `ambiguous`, `unknown`, `other-host`.
    needs: &'static str,
    /// For `any-of` and `one-for-each`: sets of scopes of which one is needed as a whole.
    any_of: Vec<Vec<String>>,
    /// For `unstated` and `likely`: what is listed.
    listed: Vec<String>,
    /// For `unknown`: the nearest known calls.
    nearest: &'a [String],
    /// Why it proves nothing; empty where the catalog states what it needs.
    doubts: &'a [String],
    /// How often it was seen.
    times: u64,
    /// Where it was seen.
    seen: Vec<Seen>,
}

/// An entry of `seen`.
#[derive(Serialize)]
struct Seen {
    /// The input.
    input: String,
    /// The line, from 1.
    line: usize,
    /// What kind of text told of it.
    via: &'static str,
    /// The same for people, with names of operations.
    told: String,
    /// `proven`, `likely`, `guessed`.
    certainty: &'static str,
    /// The connection under which it runs.
    connection: Option<String>,
}

/// An entry of `compared`.
#[derive(Serialize)]
struct Against<'a> {
    /// `requested` or `granted`.
    kind: &'static str,
    /// What it is, for people.
    what: &'a str,
    /// Whether it is known which scopes it has.
    known: bool,
    /// Scopes that no call needs.
    unused: Vec<Unused>,
    /// Calls that will fail.
    missing: Vec<Lacking>,
    /// Scopes in whose place narrower ones do.
    too_wide: Vec<TooWide>,
    /// The weight of the access that the answer drops.
    dropped_weight: u64,
    /// The permissions that the answer drops, the heaviest first.
    dropped: Vec<String>,
}

/// An entry of `unused`.
#[derive(Serialize)]
struct Unused {
    /// The scope.
    scope: String,
    /// Scopes of the list that give the same; empty where it gives nothing that is needed.
    given_by: Vec<String>,
    /// Calls that may need it all the same, by their place in `calls`.
    perhaps_for: Vec<usize>,
}

/// An entry of `missing` of a comparison.
#[derive(Serialize)]
struct Lacking {
    /// The call, by its place in `calls`.
    call: usize,
    /// What to add.
    add: Vec<String>,
    /// How the call is answered without it, where that is known.
    answer: Option<&'static str>,
}

/// An entry of `too_wide`.
#[derive(Serialize)]
struct TooWide {
    /// The scope.
    scope: String,
    /// What does in its place.
    instead: Vec<String>,
    /// The calls that use it, by their place in `calls`.
    calls: Vec<usize>,
}

/// An entry of `connections`.
#[derive(Serialize)]
struct Connection<'a> {
    /// Its name.
    name: &'a str,
    /// The scopes that its calls need.
    list: String,
    /// Nothing that suffices costs less.
    proven: bool,
}

/// An entry of `not_read`.
#[derive(Serialize)]
struct NotRead {
    /// The input.
    input: String,
    /// The line, from 1; `null` for an input as a whole.
    line: Option<usize>,
    /// Why.
    reason: String,
    /// How many things this is about.
    count: u64,
}

/// `weights`: an operation's times the heaviest of the kinds of data of its resource.
#[derive(Serialize)]
struct Weights {
    /// By the operation word.
    operations: BTreeMap<&'static str, u64>,
    /// Of operation words beside those.
    other_operations: u64,
    /// By the kind of data.
    data: BTreeMap<&'static str, u64>,
    /// Of resources of which no kind is known.
    other_data: u64,
    /// Of full access, besides everything in the service.
    full_access: u64,
}

pub(super) fn render(answer: &Answer<'_>) -> Result<String, CommandError> {
    let least = answer.least;
    let catalog = least.catalog();
    let document = Document {
        format_version: 1,
        tool: Tool::of(catalog),
        list: least.list(),
        scopes: least.scopes.iter().map(|chosen| self::chosen(least, chosen)).collect(),
        cost: least.cost,
        at_least: least.at_least,
        proven: least.is_proven(),
        missing: least.missing.iter().map(|missing| Missing { call: missing.row, reason: &missing.reason }).collect(),
        coverage: Coverage {
            calls: answer.coverage.calls,
            matched: answer.coverage.matched,
            unknown: answer.coverage.unknown,
            ambiguous: answer.coverage.ambiguous,
            other_hosts: answer.coverage.other_hosts,
        },
        calls: least.rows.iter().map(|row| call(answer, row)).collect(),
        compared: answer.compared.iter().map(|compared| against(least, compared)).collect(),
        connections: answer
            .groups
            .iter()
            .map(|(name, least)| Connection { name, list: least.list(), proven: least.is_proven() })
            .collect(),
        not_read: not_read(answer),
        weights: Weights {
            operations: weight::OPERATIONS.into_iter().collect(),
            other_operations: weight::OTHER_OPERATION,
            data: weight::DATA.into_iter().map(|(class, weight)| (class.as_str(), weight)).collect(),
            other_data: weight::OTHER_DATA,
            full_access: weight::FULL_ACCESS,
        },
    };
    report::document(&document)
        .map_err(|error| CommandError::incomplete(format!("the answer cannot be written as JSON: {error}")))
}

fn names(scopes: &[Scope]) -> Vec<String> {
    scopes.iter().map(Scope::to_string).collect()
}

fn chosen(least: &Least<'_>, chosen: &crate::least::Chosen) -> Chosen {
    Chosen {
        scope: chosen.scope.to_string(),
        gives: access::gives(least.catalog(), &chosen.scope),
        data: access::data_classes(least.catalog(), &chosen.scope).into_iter().collect(),
        weight: chosen.weight,
        needed_by: chosen.needed_by.clone(),
        serves: chosen.serves.clone(),
        narrower: chosen
            .narrower
            .iter()
            .map(|narrower| Narrower { scope: narrower.scope.to_string(), fails: narrower.fails })
            .collect(),
    }
}

fn call<'a>(answer: &Answer<'_>, row: &'a crate::least::Row<'_>) -> Call<'a> {
    let (any_of, listed) = match &row.need {
        Need::Sets(sets) | Need::OneForEach(sets) => (sets.iter().map(|set| names(set)).collect(), Vec::new()),
        Need::Unstated(listed) | Need::Likely(listed) => (Vec::new(), names(listed)),
        _ => (Vec::new(), Vec::new()),
    };
    let seen = row.seen.iter().filter_map(|number| answer.seen.get(*number)).map(|seen| {
        let source = answer.sources.get(seen.place.source);
        Seen {
            input: source.name().to_owned(),
            line: source.position(seen.place.span.start).line,
            via: seen.via.as_str(),
            told: seen.via.to_string(),
            certainty: seen.certainty.as_str(),
            connection: seen.group.clone(),
        }
    });
    Call {
        call: &row.call,
        service: row.known.map(|(service, _)| service.name.as_str()),
        product: row.known.map(|(service, _)| service.product.as_str()),
        known: row.known.map(|(_, endpoint)| endpoint.written()),
        needs: row.need.as_str(),
        any_of,
        listed,
        nearest: if let Need::Unknown(near) = &row.need { near } else { &[] },
        doubts: &row.doubts,
        times: row.times,
        seen: seen.collect(),
    }
}

fn against<'a>(least: &Least<'_>, compared: &'a Compared) -> Against<'a> {
    let found = compared.found.clone().unwrap_or_default();
    let unused = found.unused.iter().map(|unused| Unused {
        scope: unused.scope.to_string(),
        given_by: match &unused.why {
            Idle::GivesNothing => Vec::new(),
            Idle::GivenBy(others) => names(others),
        },
        perhaps_for: unused.perhaps_for.clone(),
    });
    let missing = found.missing.iter().map(|lacking| Lacking {
        call: lacking.row,
        add: names(&lacking.add),
        answer: least.rows.get(lacking.row).and_then(|row| row.known).and_then(|(service, _)| answer_of(&service.name)),
    });
    let too_wide = found.swaps.iter().map(|swap| TooWide {
        scope: swap.scope.to_string(),
        instead: names(&swap.instead),
        calls: swap.rows.clone(),
    });
    Against {
        kind: if compared.is_granted { "granted" } else { "requested" },
        what: &compared.what,
        known: compared.found.is_some(),
        unused: unused.collect(),
        missing: missing.collect(),
        too_wide: too_wide.collect(),
        dropped_weight: found.dropped,
        dropped: names(&found.dropped_permissions),
    }
}

fn not_read(answer: &Answer<'_>) -> Vec<NotRead> {
    let inputs = answer.not_evaluated.iter().map(|unread| NotRead {
        input: unread.input.clone(),
        line: None,
        reason: unread.message.clone(),
        count: 1,
    });
    let places = answer.left.iter().map(|left| {
        let source = answer.sources.get(left.place.source);
        NotRead {
            input: source.name().to_owned(),
            line: Some(source.position(left.place.span.start).line),
            reason: left.reason.clone(),
            count: left.count,
        }
    });
    inputs.chain(places).collect()
}
