//! The services of a catalog at a glance, and the catalog in figures.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::catalog::SOURCE_KINDS;
use crate::catalog::model::{DataClass, Provenance, Status};
use crate::catalog::{Catalog, Service};

/// How many of something there are, by a word that tells them apart.
pub(crate) type Counts = BTreeMap<&'static str, usize>;

/// One service in the answer of `zscope catalog list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Overview {
    /// The first part of its scopes.
    pub(crate) service: String,
    /// The product's name.
    pub(crate) product: String,
    /// The kind of product.
    pub(crate) category: String,
    /// Scopes, one-word scopes and full access included.
    pub(crate) scopes: usize,
    /// The same by status; a status that no scope has is left out.
    pub(crate) scopes_by_status: BTreeMap<Status, usize>,
    /// Calls.
    pub(crate) endpoints: usize,
    /// Resources that cover others.
    pub(crate) groups: usize,
    /// The best status that one of its scopes has; `null` for a service without scopes.
    pub(crate) best_status: Option<Status>,
}

/// Every service, in alphabetical order without case.
#[must_use]
pub(crate) fn overview(catalog: &Catalog) -> Vec<Overview> {
    let one = |service: &Service| {
        let mut by_status = BTreeMap::new();
        for (_, provenance) in service.scopes() {
            *by_status.entry(provenance.status).or_default() += 1;
        }
        Overview {
            service: service.name.clone(),
            product: service.product.clone(),
            category: service.category.clone(),
            scopes: by_status.values().sum(),
            // Statuses are ordered from the best to the worst.
            best_status: by_status.keys().next().copied(),
            scopes_by_status: by_status,
            endpoints: catalog.endpoints(&service.name).len(),
            groups: service.groups.len(),
        }
    };
    catalog.services().map(one).collect()
}

/// The catalog in figures: the answer of `zscope catalog stats`. Words that nothing is counted under are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Stats {
    /// Services.
    pub(crate) services: usize,
    /// Resources.
    pub(crate) resources: usize,
    /// Scopes, one-word scopes and full access included.
    pub(crate) scopes: usize,
    /// Scopes by status.
    pub(crate) scopes_by_status: BTreeMap<Status, usize>,
    /// Scopes by the best kind among their sources.
    pub(crate) scopes_by_source: Counts,
    /// Calls.
    pub(crate) endpoints: usize,
    /// Calls by what is known of their needs: `documented`, `unstated` (the vendor lists scopes and does not say whether
    /// any or all are needed), `none` (the vendor says that no scope is needed).
    pub(crate) endpoints_by_need: Counts,
    /// Calls of which the vendor names the address and not the method.
    pub(crate) endpoints_without_method: usize,
    /// Groups by the status of their coverage.
    pub(crate) groups_by_status: BTreeMap<Status, usize>,
    /// Resources and one-word scopes by kind of data; one that holds several kinds counts under each.
    pub(crate) data: BTreeMap<DataClass, usize>,
    /// Misspellings in the vendor's own material.
    pub(crate) errata: usize,
    /// Patterns of scopes that should not be used any more.
    pub(crate) deprecated: usize,
    /// Patterns of scopes that are reported not to exist.
    pub(crate) invalid: usize,
    /// What was seen and left out for a reason.
    pub(crate) left_out: usize,
    /// Sources by kind.
    pub(crate) sources_by_kind: Counts,
}

/// Counts everything.
#[must_use]
pub(crate) fn stats(catalog: &Catalog) -> Stats {
    let mut stats = Stats::default();
    for service in catalog.services() {
        stats.services += 1;
        stats.resources += service.resources.len();
        for (_, provenance) in service.scopes() {
            stats.scopes += 1;
            *stats.scopes_by_status.entry(provenance.status).or_default() += 1;
            *stats.scopes_by_source.entry(best_source(service, provenance)).or_default() += 1;
        }
        for endpoint in catalog.endpoints(&service.name) {
            stats.endpoints += 1;
            *stats.endpoints_by_need.entry(endpoint.needs.as_str()).or_default() += 1;
            stats.endpoints_without_method += usize::from(endpoint.method == "UNSTATED");
        }
        for group in &service.groups {
            *stats.groups_by_status.entry(group.provenance.status).or_default() += 1;
        }
        let of_resources = service.resources.iter().flat_map(|resource| &resource.data);
        for class in of_resources.chain(service.words.iter().flat_map(|word| &word.data)) {
            *stats.data.entry(*class).or_default() += 1;
        }
        stats.errata += service.errata.len();
        stats.deprecated += service.deprecated.len();
        stats.invalid += service.invalid.len();
        stats.left_out += service.left_out.len();
        for source in &service.sources {
            *stats.sources_by_kind.entry(source_kind(&source.kind)).or_default() += 1;
        }
    }
    stats
}

fn best_source(service: &Service, provenance: &Provenance) -> &'static str {
    let kinds = provenance.sources.iter().map(|source| source_kind(service.source_kind(source)));
    kinds.min_by_key(|kind| SOURCE_KINDS.iter().position(|known| known == kind)).unwrap_or("none")
}

fn source_kind(kind: &str) -> &'static str {
    SOURCE_KINDS.into_iter().find(|known| *known == kind).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_add_up_to_the_whole() {
        let catalog = Catalog::embedded();
        let (overview, stats) = (overview(&catalog), stats(&catalog));
        assert_eq!(overview.len(), stats.services);
        assert_eq!(overview.iter().map(|one| one.scopes).sum::<usize>(), stats.scopes);
        assert_eq!(overview.iter().map(|one| one.endpoints).sum::<usize>(), stats.endpoints);
        assert_eq!(stats.scopes_by_status.values().sum::<usize>(), stats.scopes);
        assert_eq!(stats.scopes_by_source.values().sum::<usize>(), stats.scopes);
        assert_eq!(stats.endpoints_by_need.values().sum::<usize>(), stats.endpoints);
        assert!(!stats.scopes_by_source.contains_key("none") && !stats.sources_by_kind.contains_key("other"));
    }
}
