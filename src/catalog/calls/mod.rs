//! Which known calls a call is: an index over the path templates of all services.
//!
//! Templates are kept in a tree with one level for each segment, so that a lookup takes time in the length of the path
//! and hardly in the number of templates; no path, however long, visits a node of the tree twice. At each level what is closest is tried first: the segment itself, the segment in
//! another case, another version of the API (`v8` for `v2`: see [`Match::version`]), text mixed with placeholders (the
//! longest text first), digits, anything. The first template reached is the closest; a whole path reached beats a closer
//! start that leads nowhere.
//!
//! ```
//! use zscope::catalog::{Catalog, paths::{Call, Index}};
//!
//! let catalog = Catalog::embedded();
//! let index = Index::build(&catalog);
//! let call: Call = "GET https://www.zohoapis.eu/books/v3/bills/982000000567114?print=true".parse()?;
//! let found = index.find(&call);
//! assert_eq!(found.matches[0].endpoint.call(), "GET /books/v3/bills/{bill_id}");
//! # Ok::<(), zscope::catalog::calls::NoCall>(())
//! ```

mod call;
mod host;
mod near;
mod template;
mod tree;

pub use call::{Call, NoCall};
pub use host::HostFit;

use std::collections::BTreeMap;

use super::{Catalog, Endpoint, Service};
use template::{name_of, segments};
use tree::Tree;

/// The method of calls whose source names none.
pub const UNSTATED: &str = "UNSTATED";

/// All path templates of a catalog.
#[derive(Debug)]
pub struct Index<'c> {
    entries: Vec<Entry<'c>>,
    tree: Tree,
}

/// One call of the catalog.
#[derive(Debug)]
struct Entry<'c> {
    service: &'c Service,
    endpoint: &'c Endpoint,
    /// The host of a template that names one.
    host: Option<&'c str>,
    /// No segment has any text: every path of its length fits.
    is_blank: bool,
    /// Query parameters that are part of the template.
    query: Vec<(String, String)>,
}

/// What a lookup found.
#[derive(Clone, Debug, Default)]
pub struct Found<'c> {
    /// For each service its closest template that has the method; several where templates differ in the names of
    /// placeholders only. Those that fit the host first, then the closest, then by the service's name.
    pub matches: Vec<Match<'c>>,
    /// Calls on the same path with other methods, of services that have no match.
    pub other_methods: Vec<Match<'c>>,
}

/// One known call that a call is.
#[derive(Clone, Debug)]
pub struct Match<'c> {
    /// The service that has it.
    pub service: &'c Service,
    /// The known call.
    pub endpoint: &'c Endpoint,
    /// Set when the call names another version of the API than the catalog: what is known may not hold for it.
    pub version: Option<Versions>,
    /// How well the host fits the service.
    pub host: HostFit,
    /// A template that is closer to the path and that the catalog knows with other methods only.
    pub closer: Option<&'c Endpoint>,
    /// The template is nothing but placeholders: every path of its length fits.
    pub is_blank: bool,
    /// What stands in the place of placeholders that are whole segments: name and value.
    pub values: Vec<(&'c str, String)>,
}

/// The versions of an API that a call and a template name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The call's: `v2`.
    pub asked: String,
    /// The template's: `v8`.
    pub known: String,
}

impl Match<'_> {
    /// Whether the catalog's source names the method; where it does not, any method matches.
    #[must_use]
    pub fn method_is_stated(&self) -> bool {
        self.endpoint.method != UNSTATED
    }
}

impl<'c> Index<'c> {
    /// Indexes every service. This decodes the whole catalog.
    #[must_use]
    pub fn build(catalog: &'c Catalog) -> Self {
        Self::of(catalog, catalog.services())
    }

    /// Indexes some services.
    #[must_use]
    pub fn of(catalog: &'c Catalog, services: impl IntoIterator<Item = &'c Service>) -> Self {
        let mut index = Self { entries: Vec::new(), tree: Tree::default() };
        for service in services {
            for endpoint in catalog.endpoints(&service.name) {
                let (host, path, query) = taken_apart(&endpoint.path);
                let segments = segments(path);
                let is_blank = segments.iter().all(|segment| name_of(segment).is_some());
                index.tree.insert(&segments, index.entries.len());
                index.entries.push(Entry { service, endpoint, host, is_blank, query: call::parameters(query) });
            }
        }
        index
    }

    /// The number of templates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Looks a call up. Without a method it matches any.
    #[must_use]
    pub fn find(&self, call: &Call) -> Found<'c> {
        let mut by_service: BTreeMap<&str, Candidates<'_, 'c>> = BTreeMap::new();
        let mut order = 0;
        self.tree.walk(&call.segments, &mut |ends, version| {
            order += 1;
            let fits = |template| call.host.as_deref().is_some_and(|host| host::is_of_template(template, host));
            // That a path of so many segments is known with another method says nothing.
            let tells =
                |entry: &Entry<'c>| !entry.is_blank || call.method.as_ref().is_none_or(|m| *m == entry.endpoint.method);
            let entries = ends.iter().filter_map(|&at| self.entries.get(at));
            let entries: Vec<&Entry<'c>> =
                entries.filter(|entry| entry.host.is_none_or(fits) && tells(entry)).collect();
            // A service's calls were indexed one after the other.
            for group in entries.chunk_by(|one, other| one.service.name == other.service.name) {
                if let Some(first) = group.first() {
                    by_service.entry(&first.service.name).or_default().offer(group, call, version, order);
                }
            }
        });
        let fit = |candidates: &Candidates<'_, 'c>| match candidates.entries.first() {
            Some(entry) if entry.host.is_none() => host::fit(entry.service, call.host.as_deref()),
            _ => HostFit::Listed,
        };
        let mut ranked: Vec<_> = by_service.into_values().map(|candidates| (fit(&candidates), candidates)).collect();
        // The sort is stable: services that are equal here stay in the order of their names.
        ranked.sort_by_key(|(fit, candidates)| (*fit, candidates.order));
        let mut found = Found::default();
        for (host, candidates) in ranked {
            let list = if candidates.has_method { &mut found.matches } else { &mut found.other_methods };
            list.extend(candidates.entries.iter().map(|entry| Match {
                service: entry.service,
                endpoint: entry.endpoint,
                version: candidates.version.clone(),
                host,
                closer: candidates.closer,
                is_blank: entry.is_blank && entry.host.is_none(),
                values: values(entry.endpoint, call),
            }));
        }
        found
    }

    /// The services that the host of a call speaks for, by the catalog or by name.
    #[must_use]
    pub fn spoken_for(&self, call: &Call) -> Vec<&'c Service> {
        let mut services: Vec<&'c Service> = self.entries.iter().map(|entry| entry.service).collect();
        services.dedup_by(|one, other| std::ptr::eq(*one, *other));
        services.retain(|service| host::fit(service, call.host.as_deref()) < HostFit::Unsaid);
        services
    }

    /// The known calls most like a call that is not known, the most alike first; those that have little in common with it
    /// are left out.
    #[must_use]
    pub fn nearest(&self, call: &Call, most: usize) -> Vec<(&'c Service, &'c Endpoint)> {
        near::nearest(self.entries.iter(), call, most)
    }

    /// The known call of the same service that is probably meant where a misspelt name was taken for a placeholder:
    /// `/books/v3/{module_name}` matches `/books/v3/invoces`.
    #[must_use]
    pub fn likelier(&self, call: &Call, found: &Match<'c>) -> Option<&'c Endpoint> {
        if found.version.is_some() || found.values.is_empty() {
            return None;
        }
        let same = |entry: &&Entry<'c>| std::ptr::eq(entry.service, found.service);
        near::likelier(self.entries.iter().filter(same), call, found.endpoint)
    }
}

/// What one service has for a path.
#[derive(Default)]
struct Candidates<'i, 'c> {
    /// The closest that have the method; as long as there is none, the closest.
    entries: Vec<&'i Entry<'c>>,
    has_method: bool,
    closer: Option<&'c Endpoint>,
    version: Option<Versions>,
    order: usize,
}

impl<'i, 'c> Candidates<'i, 'c> {
    /// Takes what one template has, unless a closer one has been taken.
    fn offer(&mut self, group: &[&'i Entry<'c>], call: &Call, version: Option<&Versions>, order: usize) {
        if self.has_method {
            return;
        }
        let with = |method: &str| {
            let entries = group.iter().copied().filter(|entry| entry.endpoint.method == method);
            entries.collect::<Vec<_>>()
        };
        let mut entries = call.method.as_ref().map_or_else(|| group.to_vec(), |method| with(method));
        if entries.is_empty() {
            entries = with(UNSTATED);
        }
        self.has_method = !entries.is_empty();
        if self.has_method {
            self.closer = self.entries.first().map(|entry| entry.endpoint);
            let least = entries.iter().map(|entry| query_fit(&entry.query, &call.query)).min();
            entries.retain(|entry| Some(query_fit(&entry.query, &call.query)) == least);
        } else if self.entries.is_empty() {
            entries = group.to_vec();
        } else {
            return;
        }
        self.entries = entries;
        self.version = version.cloned();
        self.order = order;
    }
}

/// How well a query has what is part of a template; less is better. A template without a query comes between those
/// whose parameters are there and those whose are not.
fn query_fit(template: &[(String, String)], asked: &[(String, String)]) -> u8 {
    if template.is_empty() {
        return 2;
    }
    let has_name = |(name, _): &(String, String)| asked.iter().any(|(other, _)| other == name);
    match () {
        () if template.iter().all(|pair| asked.contains(pair)) => 0,
        () if template.iter().all(has_name) => 1,
        () => 3,
    }
}

/// Host, path and query of a template.
fn taken_apart(template: &str) -> (Option<&str>, &str, &str) {
    let (front, query) = template.split_once('?').unwrap_or((template, ""));
    match front.strip_prefix("https://") {
        Some(rest) => {
            let (host, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
            (Some(host), path, query)
        }
        None => (None, front, query),
    }
}

fn values<'c>(endpoint: &'c Endpoint, call: &Call) -> Vec<(&'c str, String)> {
    let (_, path, _) = taken_apart(&endpoint.path);
    let pairs = segments(path).into_iter().zip(&call.segments);
    pairs.filter_map(|(segment, asked)| Some((name_of(segment)?, asked.text.clone()))).collect()
}
