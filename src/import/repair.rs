//! From a scope as a document writes it to the scope that is meant.
//!
//! Only what is safe is repaired: blanks around it, slips that the catalog knows, a beginning that stands twice, a
//! service that is missing where it is clear which one, odd case, and the names of placeholders.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::catalog::model::Service;
use crate::scope::{Malformed, Scope, is_placeholder};

/// Operation words whose canonical spelling is in capitals in nearly every service.
const OPERATIONS: [&str; 6] = ["ALL", "CREATE", "READ", "UPDATE", "DELETE", "WRITE"];

/// A scope, and what was done to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Repaired {
    /// The scope in its canonical spelling.
    pub(super) scope: Scope,
    /// What was done; empty when it stood there so.
    pub(super) repairs: Vec<&'static str>,
}

/// Reads the scopes of one import.
pub(super) struct Repairer<'c> {
    catalog: &'c Catalog,
    /// The service to which scopes without one belong, where that is clear.
    home: Option<String>,
    /// The spelling of names that the catalog does not know: as they stood first.
    spellings: BTreeMap<String, String>,
}

impl<'c> Repairer<'c> {
    /// For documents with these scopes. `service` is the one that was asked for.
    pub(super) fn new<'t>(catalog: &'c Catalog, service: Option<&str>, written: impl Iterator<Item = &'t str>) -> Self {
        let mut repairer = Self { catalog, home: None, spellings: BTreeMap::new() };
        repairer.home = match service {
            Some(service) => Some(catalog.service(service).map_or_else(|| service.to_owned(), |s| s.name.clone())),
            None => repairer.only_service(written),
        };
        repairer
    }

    /// The service that was asked for or that all scopes with a service name.
    pub(super) fn home(&self) -> Option<&str> {
        self.home.as_deref()
    }

    /// The one service that the scopes name: known ones before others, which may be resources without a service.
    fn only_service<'t>(&self, written: impl Iterator<Item = &'t str>) -> Option<String> {
        let mut known = BTreeSet::new();
        let mut unknown: BTreeMap<String, String> = BTreeMap::new();
        for text in written {
            let text = text.trim();
            if let Some(means) = self.erratum(text) {
                known.extend(means.service().map(str::to_owned));
            } else if let Ok(scope) = text.parse::<Scope>()
                && let Some(name) = scope.service()
            {
                match self.catalog.service(name) {
                    Some(service) => {
                        known.insert(service.name.clone());
                    }
                    None if !is_placeholder(name) => {
                        unknown.entry(name.to_ascii_lowercase()).or_insert_with(|| name.to_owned());
                    }
                    None => {}
                }
            }
        }
        let mut names = if known.is_empty() { unknown.into_values().collect() } else { known }.into_iter();
        names.next().filter(|_| names.next().is_none())
    }

    /// Reads one scope.
    ///
    /// # Errors
    ///
    /// Why it cannot be taken over: lower case, no full stop.
    pub(super) fn read(&mut self, written: &str) -> Result<Repaired, String> {
        let mut repairs = Vec::new();
        let text = written.trim();
        if text.is_empty() {
            return Err("the name of a scope is blank".to_owned());
        }
        if text != written {
            repairs.push("blanks around it");
        }
        if let Some(means) = self.erratum(text) {
            repairs.push("a slip that the catalog knows");
            return Ok(Repaired { scope: means, repairs });
        }
        let mut scope = self.parse(text, &mut repairs)?;
        if let Some(shorter) = self.without_repetition(&scope) {
            repairs.push("its beginning stands twice");
            scope = shorter;
        }
        if let Some(longer) = self.with_service(&scope) {
            repairs.push("the service is missing");
            scope = longer;
        }
        if scope.service().is_none_or(is_placeholder) {
            return Err("a placeholder stands in the place of the service".to_owned());
        }
        if scope.operation().is_some_and(is_placeholder) {
            return Err("a placeholder stands in the place of the operation".to_owned());
        }
        if scope.parts().iter().any(|part| part == "{}") {
            return Err("a placeholder has no name that can be read".to_owned());
        }
        let canonical = self.canonical(&scope);
        if canonical != scope {
            repairs.push("a placeholder under another name");
        } else if !canonical.same_spelling(&scope) {
            repairs.push("odd case");
        }
        Ok(Repaired { scope: canonical, repairs })
    }

    fn parse(&self, text: &str, repairs: &mut Vec<&'static str>) -> Result<Scope, String> {
        match text.parse::<Scope>() {
            Ok(scope) if scope.is_word() => Err("one word is no scope of a service".to_owned()),
            Ok(scope) => Ok(scope),
            Err(Malformed::NoOperation) => {
                let (first, last) = text.split_once('.').unwrap_or((text, ""));
                let names_service = self.catalog.service(first).is_some()
                    || self.home().is_some_and(|home| home.eq_ignore_ascii_case(first));
                match self.home() {
                    Some(home) if !names_service && OPERATIONS.iter().any(|op| op.eq_ignore_ascii_case(last)) => {
                        repairs.push("the service is missing");
                        format!("{home}.{text}").parse().map_err(|error: Malformed| error.to_string())
                    }
                    _ if is_placeholder(last) => {
                        Err("a placeholder stands in the place of resource and operation".to_owned())
                    }
                    _ => Err(Malformed::NoOperation.to_string()),
                }
            }
            Err(error) => Err(error.to_string()),
        }
    }

    /// The scope meant by a slip in the vendor's material: the service's own, or one that no other service has too.
    fn erratum(&self, text: &str) -> Option<Scope> {
        let in_service = |service: &'c Service| {
            service.errata.iter().find(|slip| slip.written.eq_ignore_ascii_case(text)).map(|slip| &slip.means)
        };
        let home = self.home().and_then(|home| self.catalog.service(home));
        if let Some(means) = home.and_then(in_service) {
            return Some(means.clone());
        }
        let mut found = self.catalog.services().filter_map(in_service);
        found.next().filter(|_| found.next().is_none()).cloned()
    }

    /// The scope without its beginning, when that stands there twice: `A.b.A.b.c.READ`, `A.A.b.READ`.
    fn without_repetition(&self, scope: &Scope) -> Option<Scope> {
        if self.knows(scope) {
            return None;
        }
        let parts = scope.parts();
        let same = |a: &[String], b: &[String]| a.iter().zip(b).all(|(a, b)| a.eq_ignore_ascii_case(b));
        (1..=parts.len() / 2).rev().find_map(|half| {
            let (first, rest) = parts.split_at(half);
            (rest.len() >= 3 && same(first, rest)).then(|| Scope::from_parts(rest.to_vec()))
        })
    }

    /// The scope with the service before it, when it begins with one of that service's resources.
    fn with_service(&self, scope: &Scope) -> Option<Scope> {
        let home = self.home()?;
        let first = scope.service()?;
        if first.eq_ignore_ascii_case(home) || self.catalog.service(first).is_some() {
            return None;
        }
        let service = self.catalog.service(home)?;
        let begins = |path: &[String]| path.first().is_some_and(|part| part.eq_ignore_ascii_case(first));
        if !service.resources.iter().any(|resource| begins(&resource.path)) {
            return None;
        }
        let parts = std::iter::once(home.to_owned()).chain(scope.parts().iter().cloned());
        Some(Scope::from_parts(parts.collect()))
    }

    /// Whether the catalog has the scope.
    fn knows(&self, scope: &Scope) -> bool {
        let Some(service) = scope.service().and_then(|name| self.catalog.service(name)) else { return false };
        scope.is_full_access() && service.full_access.is_some()
            || service
                .resource(scope.resource())
                .is_some_and(|resource| scope.operation().is_some_and(|op| resource.operation(op).is_some()))
    }

    /// The scope as the catalog spells it, and what it does not know as it stood first.
    fn canonical(&mut self, scope: &Scope) -> Scope {
        let service = scope.service().and_then(|name| self.catalog.service(name));
        if let Some(full) = service.and_then(|service| service.full_access.as_ref()).filter(|_| scope.is_full_access())
        {
            return full.scope.clone();
        }
        let resource = service.and_then(|service| service.resource(scope.resource()));
        let last = scope.parts().len().saturating_sub(1);
        let mut parts = Vec::with_capacity(last + 1);
        for (at, part) in scope.parts().iter().enumerate() {
            let known = match at {
                0 => service.map(|service| service.name.as_str()).or(self.home.as_deref()),
                _ if at == last => resource.and_then(|resource| resource.operation(part)).map(|op| op.name.as_str()),
                _ => resource.and_then(|resource| resource.path.get(at - 1)).map(String::as_str),
            };
            let known = known
                .filter(|known| known.eq_ignore_ascii_case(part) || (is_placeholder(known) && is_placeholder(part)));
            let spelt = match known {
                Some(known) => known.to_owned(),
                // Full access has a spelling of its own in every service.
                None if at == last
                    && !scope.is_full_access()
                    && OPERATIONS.iter().any(|op| op.eq_ignore_ascii_case(part)) =>
                {
                    part.to_ascii_uppercase()
                }
                None if is_placeholder(part) => placeholder(part),
                None => self.spellings.entry(part.to_ascii_lowercase()).or_insert_with(|| part.clone()).clone(),
            };
            parts.push(spelt);
        }
        Scope::from_parts(parts)
    }
}

/// The placeholder as catalog files write it: the vendor has several names for that of a module.
fn placeholder(part: &str) -> String {
    let name = part.to_ascii_lowercase();
    match name.as_str() {
        "{module_api_name}" | "{module_name}" | "{moduleapiname}" | "{modulename}" => "{module}".to_owned(),
        _ => part.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_meant() {
        let catalog = Catalog::embedded();
        for (written, service, expected, repairs) in [
            ("ZohoCRM.settings.fields.READ", None, "ZohoCRM.settings.fields.READ", &[][..]),
            ("ZohoCRM.Settings.Fields.all", None, "ZohoCRM.settings.fields.ALL", &["odd case"]),
            (" ZohoCRM.settings.fields.READ\n", None, "ZohoCRM.settings.fields.READ", &["blanks around it"]),
            (
                "ZohoCRM.settings.ZohoCRM.settings.currencies.all",
                None,
                "ZohoCRM.settings.currencies.ALL",
                &["a slip that the catalog knows"],
            ),
            (
                "ZohoCRM.settings.ZohoCRM.settings.roles.all",
                None,
                "ZohoCRM.settings.roles.ALL",
                &["its beginning stands twice", "odd case"],
            ),
            ("Desk.Desk.tickets.READ", None, "Desk.tickets.READ", &["its beginning stands twice"]),
            (
                "settings.fiscal_year.UPDATE",
                None,
                "ZohoCRM.settings.fiscal_year.UPDATE",
                &["a slip that the catalog knows"],
            ),
            (
                "settings.roles.read",
                Some("zohocrm"),
                "ZohoCRM.settings.roles.READ",
                &["the service is missing", "odd case"],
            ),
            ("settings.read", Some("ZohoCRM"), "ZohoCRM.settings.READ", &["the service is missing", "odd case"]),
            (
                "ZohoCRM.modules.{module_API_name}.ALL",
                None,
                "ZohoCRM.modules.{module}.ALL",
                &["a placeholder under another name"],
            ),
            ("ZohoCRM.modules.My_Things.read", None, "ZohoCRM.modules.My_Things.READ", &["odd case"]),
            (
                "ZohoNew.Things.{module_name}.read",
                None,
                "ZohoNew.Things.{module}.READ",
                &["a placeholder under another name"],
            ),
            ("ZohoNew.FullAccess.all", None, "ZohoNew.FullAccess.all", &[]),
            ("zohobooks.FULLACCESS.ALL", None, "ZohoBooks.fullaccess.all", &["odd case"]),
            ("ZohoSearch.securesearch.READ", Some("ZohoCRM"), "ZohoSearch.securesearch.READ", &[]),
            ("new.things.READ", Some("ZohoCRM"), "new.things.READ", &[]),
        ] {
            let mut repairer = Repairer::new(&catalog, service, [written].into_iter());
            let found = repairer.read(written).unwrap_or_else(|why| panic!("{written}: {why}"));
            assert_eq!(found.scope.to_string(), expected, "{written}");
            assert_eq!(found.repairs, repairs, "{written}");
        }
    }

    #[test]
    fn what_cannot_be_a_scope_says_why() {
        let catalog = Catalog::embedded();
        for (written, why) in [
            ("", "blank"),
            ("  ", "blank"),
            ("openid", "one word"),
            ("ZohoCRM.settings.currencies.{operation_type}", "of the operation"),
            ("{service}.settings.READ", "of the service"),
            ("ZohoCRM.{sub_request_scope}", "of resource and operation"),
            ("ZohoCRM.modules.{é}.READ", "no name"),
            ("ZohoCRM.zia", "the operation is missing"),
            ("ZohoCRM..READ", "is empty"),
            ("ZohoCRM.a b.READ", "cannot stand in a scope"),
        ] {
            let mut repairer = Repairer::new(&catalog, Some("ZohoCRM"), std::iter::empty());
            let found = repairer.read(written).unwrap_err();
            assert!(found.contains(why), "{written}: {found}");
        }
    }

    #[test]
    fn the_service_is_the_one_that_all_name() {
        let catalog = Catalog::embedded();
        for (written, home) in [
            (&["ZohoCRM.a.READ", "zohocrm.b.READ", "settings.roles.READ", "openid"][..], Some("ZohoCRM")),
            (&["ZohoCRM.a.READ", "ZohoBooks.b.READ"], None),
            (&["settings.fiscal_year.READ"], Some("ZohoCRM")),
            (&["ZohoNew.a.READ", "zohonew.b.READ"], Some("ZohoNew")),
            (&["ZohoNew.a.READ", "ZohoOther.b.READ"], None),
            (&["{service}.a.READ", "a b"], None),
        ] {
            let repairer = Repairer::new(&catalog, None, written.iter().copied());
            assert_eq!(repairer.home(), home, "{written:?}");
        }
    }
}
