//! Which known calls a call is: an index over the path templates of all services.
//!
//! A call is matched only where it belongs: its host names the services behind it, and a host that the catalog does not
//! know names none. Templates form a tree with one level for each segment, so that a lookup takes time in the length of the
//! path and hardly in the number of templates. At each level what is closest is tried first: the segment itself, another
//! version of the API (`v8` for `v2`: see [`Match::version`]), text mixed with placeholders (the longest text first),
//! digits, anything. The first template reached is the closest; a whole path reached beats a closer start that leads
//! nowhere. A placeholder never takes a word that stands literally at its place in another path of the same service, and
//! one for an identifier no word of any path.
//!
//! The index of the embedded catalog is made by the build script and searched as it is.
//!
//! ```
//! use zscope::catalog::{Catalog, calls::{Call, Index}};
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
pub(super) mod packed;
mod template;
mod walk;

pub use call::{Call, NoCall};

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Catalog, Endpoint, Service};
use call::Asked;
use host::{Table, Ways};
use packed::{Packed, Template, taken_apart};
use template::{Segment, name_of, segments};

/// The method of calls whose source names none.
pub const UNSTATED: &str = "UNSTATED";

/// All path templates of a catalog, and the hosts of its services.
#[derive(Debug)]
pub struct Index<'c> {
    catalog: &'c Catalog,
    packed: Cow<'static, Packed>,
    hosts: Table,
}

/// What a lookup found.
#[derive(Clone, Debug, Default)]
pub struct Found<'c> {
    /// For each service its closest template that has the method; several where templates differ in the names of
    /// placeholders only. The closest first, then by the service's name.
    pub matches: Vec<Match<'c>>,
    /// Calls on the same path with other methods, of services that have no match.
    pub other_methods: Vec<Match<'c>>,
    /// For a call with a host: the same path on other hosts.
    pub elsewhere: Vec<Match<'c>>,
    /// What the host of the call says.
    pub host: Host,
}

/// What the host of a call says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// The call names none.
    #[default]
    Unsaid,
    /// The catalog lists it for at least one service.
    Listed,
    /// The catalog does not know it, so that no call on it is known.
    Unknown,
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
    /// A template that is closer to the path and that the catalog knows with other methods only.
    pub closer: Option<&'c Endpoint>,
    /// What stands in the place of placeholders that are whole segments: name and value.
    pub values: Vec<(&'c str, String)>,
    /// The path as the service writes it.
    path: Vec<Asked>,
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
    /// The index of a catalog. That of the embedded catalog is ready; one with overlays is made here.
    #[must_use]
    pub fn build(catalog: &'c Catalog) -> Self {
        let (packed, hosts) = catalog.index();
        Self { catalog, packed, hosts: Table::of(&hosts) }
    }

    /// The number of templates.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Looks a call up. Without a method it matches any.
    #[must_use]
    pub fn find(&self, call: &Call) -> Found<'c> {
        let ways = self.hosts.ways(call.host.as_deref(), &call.segments);
        let mut found = self.follow(call, &ways);
        found.host = match (&call.host, ways.is_known || !found.matches.is_empty()) {
            (None, _) => Host::Unsaid,
            (Some(_), true) => Host::Listed,
            (Some(_), false) => Host::Unknown,
        };
        if call.host.is_some() && found.matches.is_empty() {
            let anywhere = Ways { is_known: true, own: None, rewritten: Vec::new() };
            found.elsewhere = self.follow(&Call { host: None, ..call.clone() }, &anywhere).matches;
            found.elsewhere.retain(|one| one.version.is_none());
        }
        found
    }

    fn follow(&self, call: &Call, ways: &Ways) -> Found<'c> {
        let mut by_service: BTreeMap<usize, Candidates<'_>> = BTreeMap::new();
        let mut order = 0;
        let mut look = |path: &[Asked], allowed: &dyn Fn(&Template<'_>) -> bool| {
            walk::walk(&self.packed, path, &mut |ends, version| {
                order += 1;
                let templates = ends.filter_map(|at| self.packed.template(at));
                // Without a host, `/api/v2/customers` is not another version of somebody's `/api/v1/customers`.
                let is_anybodys = |template: &Template<'_>| {
                    version.is_some() && call.host.is_none() && template.key.starts_with(&format!("api{}", packed::END))
                };
                let fits = |template: &Template<'_>| {
                    allowed(template) && !is_anybodys(template) && self.is_free(template, path)
                };
                let fitting: Vec<Template<'_>> = templates.filter(fits).collect();
                // A service's calls of one key stand side by side.
                for group in fitting.chunk_by(|one, other| one.service == other.service) {
                    let Some(service) = group.first().map(|template| template.service) else { continue };
                    by_service.entry(service).or_default().offer(group, call, path, version, order);
                }
            });
        };
        look(&call.segments, &|template| match (taken_apart(template.path).0, &call.host) {
            (Some(own), Some(host)) => host::is_of_template(own, host),
            (Some(_), None) => false,
            (None, None) => is_own(template),
            (None, Some(_)) => ways.own.as_ref().is_none_or(|own| own.contains(&template.service)),
        });
        for (service, path) in &ways.rewritten {
            look(path, &|template| template.service == *service && taken_apart(template.path).0.is_none());
        }
        let mut ranked: Vec<(usize, Candidates<'_>)> = by_service.into_iter().collect();
        // Where one path is that of several services, such as of one under its newer and its older name, the one whose needs
        // are known best comes first. The sort is stable: what is equal here stays in the order of the services' names.
        let doubt = |candidates: &Candidates<'_>| {
            let known = candidates.templates.iter().filter_map(|template| self.known(template));
            known.map(|(_, endpoint)| endpoint.needs.doubt()).min()
        };
        ranked
            .sort_by_cached_key(|(_, candidates)| (candidates.version.is_some(), candidates.order, doubt(candidates)));
        let mut found = Found::default();
        for (_, candidates) in ranked {
            let list = if candidates.has_method { &mut found.matches } else { &mut found.other_methods };
            list.extend(candidates.templates.iter().filter_map(|template| {
                let (service, endpoint) = self.known(template)?;
                Some(Match {
                    service,
                    endpoint,
                    version: candidates.version.clone(),
                    closer: candidates.closer.and_then(|closer| Some(self.known(&closer)?.1)),
                    values: values(endpoint, &candidates.path),
                    path: candidates.path.clone(),
                })
            }));
        }
        found
    }

    /// Whether each placeholder of a template may take what stands in its place: no word that is literal there, none that
    /// begins with two underscores, which the vendor keeps for itself, and no way to somewhere else.
    fn is_free(&self, template: &Template<'_>, path: &[Asked]) -> bool {
        let mut place = String::with_capacity(template.key.len());
        let mut names = segments(taken_apart(template.path).1).into_iter();
        template.key.split_inclusive(packed::END).zip(path).all(|(piece, asked)| {
            let name = names.next().and_then(name_of).unwrap_or("");
            // `[xml/json]` says itself what it takes.
            let is_listed = name.contains('/') && name.split('/').any(|one| one.eq_ignore_ascii_case(&asked.text));
            let is_kept = || {
                asked.text.starts_with("__")
                    || self.packed.is_reserved(template.service, &place, &asked.folded) && !self.names(template, asked)
                    || name.to_ascii_lowercase().contains("module") && self.is_resource(template.service, asked)
                    || is_identifier(name) && self.packed.is_word(&asked.folded)
            };
            let is_taken = piece.starts_with(packed::ANY)
                && (asked.leaves_its_place() || !asked.is_placeholder() && !is_listed && is_kept());
            place.push_str(piece);
            !is_taken
        })
    }

    /// Whether a word is that of a resource beside the modules, such as `coql` or `functions`.
    fn is_resource(&self, service: usize, asked: &Asked) -> bool {
        self.catalog.numbered(service).resources.iter().any(|resource| resource.path.first() == Some(&asked.text))
    }

    /// Whether the word is what the placeholder stands for, although it stands literally there in other paths: `Leads` is a
    /// module in `/crm/v8/{module}`, or the scopes of the call bear the name.
    fn names(&self, template: &Template<'_>, asked: &Asked) -> bool {
        let Some((service, endpoint)) = self.known(template) else { return false };
        let mut families: Vec<&str> = vec!["modules"];
        for need in endpoint.needs.scopes() {
            let path = need.resource();
            if path.last().is_some_and(|last| is_named(&asked.text, last)) {
                return true;
            }
            families.extend(path.first().map(String::as_str));
        }
        service.resources.iter().any(|resource| {
            matches!(resource.path.as_slice(), [family, last]
                if is_named(&asked.text, last) && families.contains(&family.as_str()))
        })
    }

    fn known(&self, template: &Template<'_>) -> Option<(&'c Service, &'c Endpoint)> {
        self.catalog.call(template.service, template.number, template.at)
    }

    /// The services that the host of a call speaks for, by the catalog.
    #[must_use]
    pub fn spoken_for(&self, call: &Call) -> Vec<&'c Service> {
        let services = call.host.as_deref().map(|host| self.hosts.services(host)).unwrap_or_default();
        services.into_iter().map(|service| self.catalog.numbered(service)).collect()
    }

    /// The known calls most like a call that is not known, the most alike first; those that have little in common with it
    /// are left out. Those of the services that its host speaks for come first.
    #[must_use]
    pub fn nearest(&self, call: &Call, most: usize) -> Vec<(&'c Service, &'c Endpoint)> {
        let services = call.host.as_deref().map(|host| self.hosts.services(host)).unwrap_or_default();
        let ways = self.hosts.ways(call.host.as_deref(), &call.segments);
        let templates = (0..self.len()).filter_map(|at| self.packed.template(at));
        let near = near::nearest(templates, call, &ways.rewritten, &services, most);
        near.into_iter().filter_map(|template| self.known(&template)).collect()
    }

    /// The known call of the same service that is probably meant where a misspelt name was taken for a placeholder:
    /// `/books/v3/invoices/{invoice_id}` matches `/books/v3/invoices/templats`.
    #[must_use]
    pub fn likelier(&self, call: &Call, found: &Match<'c>) -> Option<&'c Endpoint> {
        if found.version.is_some() || found.values.is_empty() {
            return None;
        }
        let service = self.catalog.number(&found.service.name)?;
        let templates = (0..self.len()).filter_map(|at| self.packed.template(at));
        let near = near::likelier(
            templates.filter(|template| template.service == service),
            call,
            &found.path,
            found.endpoint,
        )?;
        self.known(&near).map(|(_, endpoint)| endpoint)
    }
}

/// Whether a placeholder stands for an identifier, which is no word.
fn is_identifier(placeholder: &str) -> bool {
    let name = placeholder.to_ascii_lowercase();
    name.ends_with("id") || name.ends_with("key")
}

/// A name without what only the API writes: `Sales_Orders` is `salesorders`, `Appointments__s` is `appointments`.
#[must_use]
pub(crate) fn plain_name(name: &str) -> String {
    let name = name.strip_suffix("__s").unwrap_or(name);
    name.chars().filter(|c| *c != '_').map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a name of a path is that of a resource: `Sales_Orders` of `salesorders`, `Candidates` of `candidate`.
#[must_use]
pub(crate) fn is_named(name: &str, resource: &str) -> bool {
    // What is much longer is not put together first: a path may have a segment of any length.
    if name.len() > 2 * resource.len() + 8 {
        return false;
    }
    let (name, resource) = (plain_name(name), plain_name(resource));
    name == resource || name.strip_suffix('s') == Some(&resource)
}

/// Whether a template has a fixed part that says more than that an API is called: `/api/v2/{resource}` is any product's,
/// as long as no host says whose.
fn is_own(template: &Template<'_>) -> bool {
    template.key.split_inclusive(packed::END).any(|piece| {
        let word = piece.trim_end_matches(packed::END);
        !(piece.starts_with([packed::ANY, packed::DIGITS, packed::VERSION])
            || ["api", "rest", "restapi", "json", "xml", "portal"].contains(&word)
            || word.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
    })
}

/// What one service has for a path.
#[derive(Default)]
struct Candidates<'i> {
    /// The closest that have the method; as long as there is none, the closest.
    templates: Vec<Template<'i>>,
    has_method: bool,
    closer: Option<Template<'i>>,
    version: Option<Versions>,
    order: usize,
    /// The path as the service writes it.
    path: Vec<Asked>,
}

impl<'i> Candidates<'i> {
    /// Takes what one template has, unless a closer one has been taken.
    fn offer(&mut self, group: &[Template<'i>], call: &Call, path: &[Asked], version: Option<&Versions>, order: usize) {
        if self.has_method {
            return;
        }
        let with = |method: &str| group.iter().copied().filter(|one| one.method == method).collect::<Vec<_>>();
        let mut templates = call.method.as_ref().map_or_else(|| group.to_vec(), |method| with(method));
        if templates.is_empty() {
            templates = with(UNSTATED);
        }
        self.has_method = !templates.is_empty();
        if self.has_method {
            self.closer = self.templates.first().copied();
            let fit = |template: &Template<'_>| {
                (query_fit(&call::parameters(taken_apart(template.path).2), &call.query), other_case(template, path))
            };
            let least = templates.iter().map(fit).min();
            templates.retain(|template| Some(fit(template)) == least);
        } else if self.templates.is_empty() {
            templates = group.to_vec();
        } else {
            return;
        }
        self.templates = templates;
        self.version = version.cloned();
        self.order = order;
        self.path = path.to_vec();
    }
}

/// How many literal segments of a template are written in another case.
fn other_case(template: &Template<'_>, path: &[Asked]) -> usize {
    let pairs = segments(taken_apart(template.path).1).into_iter().zip(path);
    pairs.filter(|(known, asked)| known.eq_ignore_ascii_case(&asked.text) && *known != asked.text).count()
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

fn values<'c>(endpoint: &'c Endpoint, path: &[Asked]) -> Vec<(&'c str, String)> {
    let pairs = segments(taken_apart(&endpoint.path).1).into_iter().zip(path);
    let mut values = Vec::new();
    for (segment, asked) in pairs {
        if let Some(name) = name_of(segment) {
            values.push((name, asked.text.clone()));
        } else if let Segment::Mixed(_) = Segment::parse(segment)
            && let Some(name) = template::only_name(segment)
        {
            values.push((name, asked.text.clone()));
        }
    }
    values
}
