//! What is known of Zoho's scopes: services, resources, operations, what covers what, calls and what they need.
//!
//! The embedded catalog is packed at build time from `scope-catalog/*.yaml`; a service is decoded on first use.
//!
//! ```
//! let catalog = zscope::catalog::Catalog::embedded();
//! let books = catalog.service("zohobooks").expect("the service is in the catalog");
//! assert_eq!(books.name, "ZohoBooks");
//! assert!(books.resource(&["invoices".to_owned()]).is_some());
//! ```

pub mod calls;
pub mod data_centre;
mod decode;
mod decode_calls;
mod decode_remarks;
mod embedded;
mod fields;
mod kinds;
pub mod lint;
pub mod model;
mod needed;
mod overlay;

pub(crate) use decode::SOURCE_KINDS;
pub use decode::{Decoded, FILE_KEYS, decode, decode_what_is_sound};
pub use model::{DataClass, Endpoint, Endpoints, Needs, Provenance, Resource, Service, SourceRef, Status, Word};
pub use needed::Needed;
pub use overlay::{Redefinition, redefinitions};

use std::any::Any;
use std::borrow::Cow;
use std::sync::OnceLock;

use crate::scope::compare_names;

/// The services of the embedded catalog and of the user's overlays.
#[derive(Debug)]
pub struct Catalog {
    entries: Vec<CatalogEntry>,
    digest: String,
    date: &'static str,
    derived: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// One service, decoded on first use.
#[derive(Debug)]
struct CatalogEntry {
    name: String,
    aliases: Vec<String>,
    words: Vec<String>,
    packed: Option<&'static embedded::Packed>,
    service: OnceLock<Service>,
    endpoints: OnceLock<Endpoints>,
    /// Calls that were decoded one by one.
    calls: OnceLock<Box<[OnceLock<Endpoint>]>>,
    needed: OnceLock<Needed>,
}

impl Catalog {
    /// The catalog that is built into the program.
    #[must_use]
    pub fn embedded() -> Self {
        let entry = |packed: &'static embedded::Packed| CatalogEntry {
            name: packed.name.to_owned(),
            aliases: packed.aliases.iter().map(|&alias| alias.to_owned()).collect(),
            words: packed.words.iter().map(|&word| word.to_owned()).collect(),
            packed: Some(packed),
            service: OnceLock::new(),
            endpoints: OnceLock::new(),
            calls: OnceLock::new(),
            needed: OnceLock::new(),
        };
        Self {
            entries: embedded::SERVICES.iter().map(entry).collect(),
            digest: embedded::DIGEST.to_owned(),
            date: embedded::DATE,
            derived: OnceLock::new(),
        }
    }

    /// The date and the digest of the catalog that is built into the program.
    #[must_use]
    pub fn version() -> (&'static str, &'static str) {
        (embedded::DATE, embedded::DIGEST)
    }

    /// A catalog that knows nothing: what is laid over it is all that it holds.
    #[must_use]
    pub fn empty() -> Self {
        Self { entries: Vec::new(), digest: String::new(), date: "", derived: OnceLock::new() }
    }

    /// The service of that name, case ignored. Aliases do not count: see [`Catalog::alias`].
    #[must_use]
    pub fn service(&self, name: &str) -> Option<&Service> {
        self.entry(name).map(CatalogEntry::service)
    }

    /// The service that was seen under this other name.
    #[must_use]
    pub fn alias(&self, name: &str) -> Option<&Service> {
        let named = |entry: &&CatalogEntry| entry.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name));
        self.entries.iter().find(named).map(CatalogEntry::service)
    }

    /// The one-word scope of that name, case ignored, and the service that answers for it.
    #[must_use]
    pub fn word(&self, name: &str) -> Option<(&Service, &Word)> {
        let holds = |entry: &&CatalogEntry| entry.words.iter().any(|word| word.eq_ignore_ascii_case(name));
        let service = self.entries.iter().find(holds).map(CatalogEntry::service)?;
        let word = service.words.iter().find(|word| word.name.eq_ignore_ascii_case(name))?;
        Some((service, word))
    }

    /// The names of all services, in alphabetical order without case.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// The other names under which services were seen.
    pub fn aliases(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|entry| entry.aliases.iter().map(String::as_str))
    }

    /// The one-word scopes of all services.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|entry| entry.words.iter().map(String::as_str))
    }

    /// All services, decoded.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.entries.iter().map(CatalogEntry::service)
    }

    /// The services of which something else than the embedded catalog says something, too, or all.
    pub(crate) fn overlaid(&self) -> impl Iterator<Item = &Service> {
        self.entries.iter().filter(|entry| entry.packed.is_none()).map(CatalogEntry::service)
    }

    /// The calls of a service, in the order of its catalog file; none for an unknown service.
    #[must_use]
    pub fn endpoints(&self, service: &str) -> &[Endpoint] {
        self.entry(service).map_or(&[], |entry| &entry.endpoints().calls)
    }

    /// What the calls of a service need.
    pub(crate) fn needed(&self, service: usize) -> &Needed {
        let entry = &self.entries[service];
        entry.needed.get_or_init(|| match entry.packed {
            Some(packed) => packed.needed(),
            None => Needed::of(entry.endpoints().calls.iter().map(|call| (call, 0))),
        })
    }

    /// What follows from the catalog and is worked out once: the graph of [`crate::access`] hangs here, so that it lives
    /// as long as the catalog and is made anew for another one.
    pub(crate) fn derived<T: Any + Send + Sync>(&self, make: impl FnOnce() -> T) -> &T {
        let derived = self.derived.get_or_init(|| Box::new(make()));
        #[expect(clippy::expect_used, reason = "two owners of the one place would be a slip of ours")]
        derived.downcast_ref().expect("one room alone keeps here what follows from the catalog")
    }

    /// How many services there are.
    pub(crate) fn count(&self) -> usize {
        self.entries.len()
    }

    /// The number of a service among all, by its name.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.entries.binary_search_by(|entry| compare_names(&entry.name, name)).ok()
    }

    /// A call by its number among those of its service, and by where it begins in the packed calls; with its service.
    pub(crate) fn call(&self, service: usize, number: usize, at: usize) -> Option<(&Service, &Endpoint)> {
        let entry = self.entries.get(service)?;
        Some((entry.service(), entry.call(number, at)?))
    }

    /// The index of all calls, and the table of hosts. Those of the embedded catalog are ready.
    pub(crate) fn index(&self) -> (Cow<'static, calls::packed::Packed>, Cow<'static, str>) {
        if !self.entries.is_empty() && self.entries.iter().all(|entry| entry.packed.is_some()) {
            return (Cow::Borrowed(&embedded::INDEX), Cow::Borrowed(embedded::HOSTS));
        }
        let rows = self.entries.iter().enumerate().flat_map(|(service, entry)| {
            let calls = entry.endpoints().calls.iter().enumerate();
            calls.map(move |(number, call)| calls::packed::Row {
                service,
                number,
                at: 0,
                method: &call.method,
                path: &call.path,
            })
        });
        let packed = calls::packed::Packed::of(&rows.collect::<Vec<_>>());
        let hosts = self.services().enumerate().map(|(number, service)| service.host_lines(number)).collect::<String>();
        (Cow::Owned(packed), Cow::Owned(hosts))
    }

    /// The service of a number.
    pub(crate) fn numbered(&self, number: usize) -> &Service {
        self.entries[number].service()
    }

    /// Entries are kept in the order of their names without case.
    fn entry(&self, name: &str) -> Option<&CatalogEntry> {
        self.number(name).and_then(|at| self.entries.get(at))
    }

    /// A digest over everything the catalog was made from, overlays included: hexadecimal SHA-256.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// When the newest source of the embedded catalog was read: a month (`2026-11`) or a day. Empty for a catalog that
    /// began as [`Catalog::empty`].
    #[must_use]
    pub fn date(&self) -> &str {
        self.date
    }
}

impl CatalogEntry {
    fn service(&self) -> &Service {
        self.service.get_or_init(|| self.blobs().facts())
    }

    fn endpoints(&self) -> &Endpoints {
        self.endpoints.get_or_init(|| self.blobs().calls())
    }

    #[expect(clippy::expect_used, reason = "an entry is made of blobs, or of an overlay with everything decoded")]
    fn blobs(&self) -> &'static embedded::Packed {
        self.packed.expect("what is not decoded yet has a blob")
    }

    /// One call, without decoding the others.
    fn call(&self, number: usize, at: usize) -> Option<&Endpoint> {
        match (self.packed, self.endpoints.get()) {
            (Some(packed), None) => {
                let calls = self.calls.get_or_init(|| (0..packed.count).map(|_| OnceLock::new()).collect());
                Some(calls.get(number)?.get_or_init(|| packed.call(at)))
            }
            _ => self.endpoints().calls.get(number),
        }
    }
}
