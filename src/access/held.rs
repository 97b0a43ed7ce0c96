//! Whether scopes that are held give a scope that is wanted: across two lists, one of which Zoho's server wrote.

use std::collections::HashSet;

use super::coverage::{coverers, starts};
use super::graph::{Graph, Place, ScopeId};
use super::identity::{Known, Unknown, identify};
use super::operation::WRITE;
use crate::catalog::{Catalog, Resource, Service};
use crate::scope::Scope;

/// How surely a list gives a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// It does not.
    No,
    /// It does if something that is only assumed holds.
    Perhaps,
    /// It does.
    Surely,
}

/// How surely a list of scopes in the catalog's spelling gives everything that another scope gives.
///
/// With `expanded`, a wanted `ALL` is also given by every single operation that the catalog knows on its resource: for
/// some services Zoho's server answers a request for `ALL` with the operations of the day (Site24x7:
/// `Site24x7.Admin.All` came back as READ, CREATE, UPDATE and DELETE). This is for questions of whether an application
/// got what it asked for. It is never for what a policy allows: there `ALL` is more than a list of operations.
#[must_use]
#[allow(clippy::implicit_hasher, reason = "one kind of set is enough")]
pub fn holds(catalog: &Catalog, held: &HashSet<Scope>, wanted: &Scope, expanded: bool) -> Sureness {
    let surely = |wanted: &Scope| coverers(catalog, wanted).iter().any(|above| held.contains(above));
    if starts(catalog, wanted).iter().all(surely) {
        return Sureness::Surely;
    }
    if expanded
        && let Some(singles) = expansion(catalog, wanted)
        && singles.iter().all(surely)
    {
        return Sureness::Surely;
    }
    let graph = Graph::of(catalog);
    let wanted = graph.id(wanted);
    if held.iter().any(|held| graph.reaches(graph.id(held), wanted)) { Sureness::Perhaps } else { Sureness::No }
}

impl Graph<'_> {
    /// Whether a scope may reach all of another one.
    pub(crate) fn reaches(self, id: ScopeId, other: ScopeId) -> bool {
        let reach = self.reach(id);
        match other.place() {
            _ if id == other => true,
            Place::Catalog(service, number) => reach.service == Some(service) && reach.below.contains(number),
            Place::Beyond(_) => {
                let wanted = self.reach(other);
                wanted.regions.iter().all(|wanted| reach.regions.iter().any(|region| wanted.is_inside(region)))
            }
        }
    }
}

/// The single operations for which `ALL` on a resource may come back: those that the catalog knows, else the usual
/// four.
fn expansion(catalog: &Catalog, scope: &Scope) -> Option<Vec<Scope>> {
    if scope.is_full_access() || !scope.operation()?.eq_ignore_ascii_case("ALL") {
        return None;
    }
    let identity = identify(catalog, scope);
    let known = match identity.known {
        Known::Operation(service, resource, _) | Known::No(Unknown::Operation(service, resource)) => {
            singles(service, resource, scope)
        }
        _ => Vec::new(),
    };
    if !known.is_empty() {
        return Some(known);
    }
    let four = ["READ"].into_iter().chain(WRITE).map(|operation| {
        let mut parts = identity.scope.parts().to_vec();
        if let Some(last) = parts.last_mut() {
            operation.clone_into(last);
        }
        Scope::from_parts(parts)
    });
    Some(four.collect())
}

fn singles(service: &Service, resource: &Resource, scope: &Scope) -> Vec<Scope> {
    let single = |name: &str| !name.eq_ignore_ascii_case("ALL") && !name.eq_ignore_ascii_case("WRITE");
    let operations = resource.operations.iter().filter(|operation| operation.provenance.status.exists());
    let operations = operations.filter(|operation| single(&operation.name));
    operations.map(|operation| service.scope(scope.resource(), &operation.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_gives_what_is_wanted_by_meaning() {
        let catalog = Catalog::embedded();
        let list = |text: &str| -> HashSet<Scope> {
            text.split(' ').map(|scope| identify(&catalog, &scope.parse().unwrap()).scope).collect()
        };
        for (held, wanted, plain, expanded) in [
            ("ZohoBooks.invoices.ALL", "zohobooks.invoices.read", Sureness::Surely, Sureness::Surely),
            ("ZohoBooks.invoices.READ", "ZohoBooks.invoices.ALL", Sureness::No, Sureness::No),
            (
                "Site24x7.admin.READ Site24x7.admin.CREATE Site24x7.admin.UPDATE Site24x7.admin.DELETE",
                "Site24x7.Admin.All",
                Sureness::No,
                Sureness::Surely,
            ),
            ("Site24x7.admin.READ Site24x7.admin.CREATE", "Site24x7.Admin.All", Sureness::No, Sureness::No),
            (
                "ZohoCRM.modules.leads.CREATE ZohoCRM.modules.leads.UPDATE ZohoCRM.modules.leads.DELETE",
                "ZohoCRM.modules.leads.WRITE",
                Sureness::Surely,
                Sureness::Surely,
            ),
            ("ZohoBooks.fullaccess.all", "ZohoBooks.invoices.ALL", Sureness::Surely, Sureness::Surely),
            (
                "No.such.READ No.such.CREATE No.such.UPDATE No.such.DELETE",
                "No.such.ALL",
                Sureness::No,
                Sureness::Surely,
            ),
            ("email", "openid", Sureness::No, Sureness::No),
        ] {
            let wanted: Scope = wanted.parse().unwrap();
            assert_eq!(holds(&catalog, &list(held), &wanted, false), plain, "{held}: {wanted}");
            assert_eq!(holds(&catalog, &list(held), &wanted, true), expanded, "{held}: {wanted}");
        }
    }
}
