//! What each call needs, as far as the catalog knows, and what is in doubt about it.

use std::collections::BTreeMap;

use super::problem::Sets;
use crate::access;
use crate::catalog::calls::{Call, Found, Host, Index, Match};
use crate::catalog::{Catalog, Endpoint, Needs, Service};
use crate::input::calls::{Certainty, SeenCall};
use crate::scope::Scope;
use crate::secret::redact;

/// The method of a call that was seen without one.
const ASSUMED: &str = "GET";

/// How many known calls are named for one that is not known.
const NEAREST: usize = 3;

/// Calls that come to the same: one known call with the same needs, or one that is not known.
#[derive(Clone, Debug)]
pub struct Row<'c> {
    /// One of them, without what stands in its query: `GET /crm/v8/Leads/123`, or the name of an operation.
    pub call: String,
    /// The numbers of the calls that come to this, in order.
    pub seen: Vec<usize>,
    /// How often they were seen.
    pub times: u64,
    /// The known call that it is.
    pub known: Option<(&'c Service, &'c Endpoint)>,
    /// What stands in the place of the known call's placeholders, where that decides what is needed.
    pub values: Vec<(String, String)>,
    /// Of a call that is not known: the services that its host speaks for.
    pub products: Vec<String>,
    /// What it needs.
    pub need: Need,
    /// In words, why this proves nothing; empty where the catalog states what the call needs.
    pub doubts: Vec<String>,
}

/// What a call needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// One of these sets as a whole.
    Sets(Sets),
    /// No scope: the vendor says so.
    Nothing,
    /// The vendor lists these and does not say whether any or all are needed.
    Unstated(Vec<Scope>),
    /// Nobody ties a scope to the call; by their names these belong to it.
    Likely(Vec<Scope>),
    /// The call is known, and nobody says which scope it needs.
    Unsaid,
    /// A scope for each of several things; which of them is meant is filled in at run time.
    OneForEach(Sets),
    /// Several products have the call, and no host says which is meant.
    Ambiguous(Vec<String>),
    /// No such call is known; the nearest that are.
    Unknown(Vec<String>),
    /// A host that is none of Zoho's.
    OtherHost,
}

impl Need {
    /// The word for it in outputs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Sets(_) => "any-of",
            Self::Nothing => "none",
            Self::Unstated(_) => "unstated",
            Self::Likely(_) => "likely",
            Self::Unsaid => "scope-unknown",
            Self::OneForEach(_) => "one-for-each",
            Self::Ambiguous(_) => "ambiguous",
            Self::Unknown(_) => "unknown",
            Self::OtherHost => "other-host",
        }
    }

    /// Whether the catalog has the call.
    #[must_use]
    pub fn is_matched(&self) -> bool {
        !matches!(self, Self::Unknown(_) | Self::OtherHost | Self::Ambiguous(_))
    }
}

/// Looks calls up and puts those together that come to the same. With `likely`, a scope that was only paired with a call by
/// its name counts as needed.
pub(super) fn rows<'c>(catalog: &'c Catalog, calls: &[SeenCall], likely: bool) -> Vec<Row<'c>> {
    let index = Index::build(catalog);
    let mut rows: BTreeMap<Key, Row<'c>> = BTreeMap::new();
    for (number, seen) in calls.iter().enumerate() {
        for row in look_up(&index, catalog, seen, number, likely) {
            let key = Key::of(&row);
            match rows.get_mut(&key) {
                None => {
                    rows.insert(key, row);
                }
                Some(known) => {
                    known.times += row.times;
                    if known.seen.last() != Some(&number) {
                        known.seen.push(number);
                    }
                    // Which call stands for all must not depend on their order.
                    if row.call < known.call {
                        known.call = row.call;
                    }
                    // A call that is surely made is made, whoever guesses it besides.
                    known.doubts.retain(|doubt| row.doubts.contains(doubt));
                }
            }
        }
    }
    let mut rows: Vec<Row<'c>> = rows.into_values().collect();
    rows.sort_by(|one, other| one.call.cmp(&other.call));
    rows
}

/// What makes calls come to the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    /// The service and the known call, or the call itself.
    call: (String, String),
    need: String,
    /// Doubts but those on whether the call is made.
    doubts: Vec<String>,
}

impl Key {
    fn of(row: &Row<'_>) -> Self {
        let call = match row.known {
            Some((service, endpoint)) => (service.name.clone(), endpoint.call()),
            None => (String::new(), row.call.clone()),
        };
        let doubts = row.doubts.iter().filter(|doubt| *doubt != GUESSED).cloned().collect();
        Self { call, need: format!("{:?}", row.need), doubts }
    }
}

/// Why a call that a reader guessed proves nothing.
const GUESSED: &str = "whether the call is made is a guess";

fn look_up<'c>(index: &Index<'c>, catalog: &'c Catalog, seen: &SeenCall, number: usize, likely: bool) -> Vec<Row<'c>> {
    let mut row = Row {
        call: String::new(),
        seen: vec![number],
        times: seen.count,
        known: None,
        values: Vec::new(),
        products: Vec::new(),
        need: Need::Unsaid,
        doubts: Vec::new(),
    };
    if seen.certainty == Certainty::Guessed {
        row.doubts.push(GUESSED.to_owned());
    }
    let method = seen.method.map(crate::input::calls::Method::as_str);
    if let Some(needs) = &seen.needs {
        let shown = if seen.url.is_empty() { seen.via.to_string() } else { seen.url.clone() };
        row.call = redact(&shown).into_owned();
        let modules = if seen.modules.is_empty() { vec![None] } else { seen.modules.iter().map(Some).collect() };
        let of_module = |module: Option<&String>| {
            let values: Vec<(&str, String)> = module.map(|module| ("module", module.clone())).into_iter().collect();
            needed(catalog, needs, &values, likely, row.clone())
        };
        return modules.into_iter().map(of_module).collect();
    }
    let mut call = match Call::new(method, &seen.url) {
        Ok(call) => call,
        Err(error) => {
            let url = seen.url.split(['?', '#']).next().unwrap_or_default();
            redact(&format!("{} {url}", method.unwrap_or_default())).trim().clone_into(&mut row.call);
            row.doubts.push(error.to_string());
            return vec![Row { need: Need::Unknown(Vec::new()), ..row }];
        }
    };
    let is_assumed = call.method.is_none();
    call.method.get_or_insert_with(|| ASSUMED.to_owned());
    let mut found = index.find(&call);
    if is_assumed {
        if found.matches.is_empty() {
            call.method = None;
            found = index.find(&call);
        }
        row.doubts.push("no method is given".to_owned());
    }
    row.call = redact(&call.to_string()).into_owned();
    let Found { matches, host, .. } = found;
    let (same, other_version): (Vec<Match<'c>>, Vec<Match<'c>>) =
        matches.into_iter().partition(|at| at.version.is_none());
    let matches = if same.is_empty() { other_version } else { same };
    let Some(first) = matches.first() else {
        let need = match host {
            Host::Unknown => Need::OtherHost,
            _ => {
                let near = index.nearest(&call, NEAREST);
                Need::Unknown(near.into_iter().map(|(_, endpoint)| endpoint.written()).collect())
            }
        };
        let products = index.spoken_for(&call).into_iter().map(|service| service.name.clone()).collect();
        return vec![Row { products, need, ..row }];
    };
    let mut rows = of_match(index, catalog, &call, first, seen, likely, &row);
    for other in &matches[1..] {
        let others = of_match(index, catalog, &call, other, seen, likely, &row);
        let is_same = others.len() == rows.len() && others.iter().zip(&rows).all(|(one, other)| one.need == other.need);
        if is_same {
            continue;
        }
        if other.service.name != first.service.name {
            // What somebody paired by name does not make the call of another product's documentation ambiguous.
            if first.endpoint.needs.is_tied() && !other.endpoint.needs.is_tied() {
                continue;
            }
            let mut products: Vec<String> = matches.iter().map(|at| at.service.product.clone()).collect();
            products.sort();
            products.dedup();
            return vec![Row { need: Need::Ambiguous(products), ..row }];
        }
        for row in &mut rows {
            row.doubts.push(format!("the catalog also has {}, which needs something else", other.endpoint.written()));
        }
    }
    rows
}

fn of_match<'c>(
    index: &Index<'c>,
    catalog: &'c Catalog,
    call: &Call,
    at: &Match<'c>,
    seen: &SeenCall,
    likely: bool,
    row: &Row<'c>,
) -> Vec<Row<'c>> {
    let endpoint = at.endpoint;
    let mut row = Row { known: Some((at.service, endpoint)), ..row.clone() };
    if let Some(versions) = &at.version {
        let (known, asked) = (&versions.known, &versions.asked);
        row.doubts.push(format!("the evidence covers {known}; {asked} may need other scopes"));
    }
    if !at.method_is_stated() {
        row.doubts.push("the source names no method for this call".to_owned());
    }
    if endpoint.only_reads_to_change() {
        row.doubts.push("the call changes data, and the scopes that its source names only read".to_owned());
    }
    if let Some(closer) = at.closer {
        row.doubts.push(format!("a closer path is known with other methods only: {}", closer.written()));
    }
    if let Some(likelier) = index.likelier(call, at) {
        row.doubts.push(format!("any name fits a placeholder of it; perhaps {} is meant", likelier.written()));
    }
    if endpoint.confidence.as_deref() == Some("low") {
        row.doubts.push("its source is weak".to_owned());
    }
    let modules = if seen.modules.is_empty() { vec![None] } else { seen.modules.iter().map(Some).collect() };
    let of_module = |module: Option<&String>| {
        let values = with_module(&at.values, module);
        let mut row = needed(catalog, &endpoint.needs, &values, likely, row.clone());
        row.values = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        row
    };
    modules.into_iter().map(of_module).collect()
}

/// What stands in the place of placeholders; a module that is known from elsewhere takes the place of one that is filled
/// in at run time.
fn with_module<'v>(values: &[(&'v str, String)], module: Option<&String>) -> Vec<(&'v str, String)> {
    let mut values = values.to_vec();
    let Some(module) = module else { return values };
    let is_open = |value: &str| value.starts_with(['{', '$', ':', '<', '[', '%']);
    let mut has_place = false;
    for (name, value) in &mut values {
        if name.to_ascii_lowercase().contains("module") {
            has_place = true;
            if is_open(value) {
                value.clone_from(module);
            }
        }
    }
    if !has_place {
        values.push(("module", module.clone()));
    }
    values
}

fn needed<'c>(
    catalog: &'c Catalog,
    needs: &Needs,
    values: &[(&str, String)],
    likely: bool,
    mut row: Row<'c>,
) -> Row<'c> {
    row.need = match needs {
        Needs::Nothing => Need::Nothing,
        Needs::Unknown => Need::Unsaid,
        Needs::Unstated(listed) => Need::Unstated(access::listed_scopes(catalog, listed, values)),
        Needs::Likely(listed) => {
            let listed = access::listed_scopes(catalog, listed, values);
            if likely {
                row.doubts.push("its scope was paired with it by name alone".to_owned());
                Need::Sets(listed.into_iter().map(|scope| vec![scope]).collect())
            } else {
                Need::Likely(listed)
            }
        }
        Needs::AnyOf(sets) | Needs::Disputed(sets) => {
            if matches!(needs, Needs::Disputed(_)) {
                row.doubts.push("sources disagree on what it needs".to_owned());
            }
            match access::needed_sets(catalog, sets, values) {
                (sets, true) => Need::OneForEach(sets),
                (sets, false) => Need::Sets(sets),
            }
        }
    };
    row
}
