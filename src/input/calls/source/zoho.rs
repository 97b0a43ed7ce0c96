//! Which addresses are those of Zoho's APIs.

use std::collections::BTreeSet;

use super::values::is_base;
use crate::catalog::Catalog;
use crate::catalog::calls::{Call, Index};
use crate::input::calls::seen::{Certainty, Method};

/// The longest address that is looked up.
const LONGEST: usize = 2048;

/// What paths of many products begin with.
const ANYBODYS: [&str; 5] = ["api", "rest", "restapi", "v1", "v2"];

/// How much of a text is looked at for the names of products, in bytes.
const SPOKEN: usize = 1 << 18;

/// Whom a file speaks of.
#[derive(Debug, Default)]
pub(in crate::input::calls) struct Speaker {
    /// The services that it names.
    services: Vec<String>,
    /// Whether it writes the header of Zoho's tokens.
    has_token: bool,
}

/// The hosts and the beginnings of paths that a catalog knows.
#[derive(Debug)]
pub(in crate::input::calls) struct Zoho<'c> {
    catalog: &'c Catalog,
    index: Index<'c>,
    /// The first segment of paths that are one product's alone, and how many segments its base has.
    bases: Vec<(String, usize)>,
}

impl<'c> Zoho<'c> {
    pub(in crate::input::calls) fn new(catalog: &'c Catalog) -> Self {
        let mut bases = Vec::new();
        for path in catalog.services().flat_map(|service| &service.base_paths) {
            let mut segments = path.split('/').filter(|segment| !segment.is_empty());
            let Some(first) = segments.next() else { continue };
            if !ANYBODYS.contains(&first) && !first.contains('{') {
                bases.push((first.to_ascii_lowercase(), 1 + segments.count()));
            }
        }
        bases.sort();
        bases.dedup();
        Self { catalog, index: Index::build(catalog), bases }
    }

    /// The services whose hosts a text mentions.
    pub(in crate::input::calls) fn mentioned(&self, text: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        for (at, _) in text.match_indices("zoho").chain(text.match_indices("manageengine")) {
            let start = text.get(..at).and_then(|front| front.rfind(|c| !is_part(c))).map_or(0, |end| end + 1);
            let host = text.get(text.ceil_char_boundary(start)..).unwrap_or("");
            let host = host.get(..host.find(|c| !is_part(c)).unwrap_or(host.len())).unwrap_or("").trim_end_matches('.');
            // `https://desk.zoho.${dc}`: the rest is filled in.
            let host = if host.ends_with("zoho") || host.ends_with("zohoapis") {
                format!("{host}.com")
            } else {
                host.to_owned()
            };
            if let Ok(call) = Call::new(None, &format!("https://{host}/x"))
                && found.len() < 200
            {
                let services = self.index.spoken_for(&call);
                // A host of many products tells of none.
                if services.len() <= 4 {
                    found.extend(services.into_iter().map(|service| service.name.clone()));
                }
            }
        }
        found
    }

    /// How sure it is that an address is a call of Zoho's APIs; `None` when it is none.
    pub(in crate::input::calls) fn certainty(
        &self,
        method: Option<Method>,
        url: &str,
        mentioned: &BTreeSet<String>,
    ) -> Option<Certainty> {
        if url.len() > LONGEST || url.contains(char::is_whitespace) || url.contains("/oauth/") {
            return None;
        }
        let call = Call::new(method.map(Method::as_str), url).ok()?;
        let path = call.path();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        if url.contains("://") && call.host.is_some() {
            if self.index.spoken_for(&call).is_empty() {
                // Hosts that are named by customers, such as those of buckets.
                let found = self.index.find(&call);
                return (!found.matches.is_empty()).then_some(Certainty::Proven);
            }
            let found = self.index.find(&call);
            let is_known = !found.matches.is_empty() || !found.other_methods.is_empty();
            let is_api = self.begins_own(&segments) || segments.first().is_some_and(|first| ANYBODYS.contains(first));
            return (is_known || is_api && segments.len() > 2).then_some(Certainty::Proven);
        }
        if !url.starts_with(['/', '{']) && !url.contains("://") && !self.begins_own(&segments) {
            return None;
        }
        if self.begins_own(&segments) {
            return Some(Certainty::Likely);
        }
        // `/api/v1/tickets` is a call only where the text speaks of the product.
        let is_path = segments.first().is_some_and(|first| ANYBODYS.contains(first)) && segments.len() > 2;
        let of_product = |service: &str| mentioned.contains(service);
        let found = self.index.find(&call);
        let is_mentioned = found
            .matches
            .iter()
            .chain(&found.other_methods)
            .any(|found| of_product(&found.service.name) && found.version.is_none());
        (is_path && is_mentioned).then_some(Certainty::Likely)
    }

    /// How sure it is that a path is a call, where what calls with it bears the name: `zohoRequest("/api/v3/portals")`.
    pub(in crate::input::calls) fn certainty_of_named(&self, method: Option<Method>, url: &str) -> Option<Certainty> {
        if !url.starts_with('/') || url.len() > LONGEST || url.contains(char::is_whitespace) {
            return None;
        }
        let found = self.index.find(&Call::new(method.map(Method::as_str), url).ok()?);
        let mut known = found.matches.iter().chain(&found.other_methods);
        known.any(|found| found.version.is_none()).then_some(Certainty::Likely)
    }

    /// The address of what is called below a base that another file holds: `{self.base_url}/accounts` in a file that speaks
    /// of one product alone, shows its token, and has a path of it. A guess.
    pub(in crate::input::calls) fn below_base(
        &self,
        method: Option<Method>,
        url: &str,
        speaker: &Speaker,
    ) -> Option<String> {
        let (hole, path) = url.strip_prefix('{')?.split_once('}')?;
        let is_base = is_base(hole);
        let hole = hole.to_ascii_lowercase();
        if !is_base || !path.starts_with('/') || url.len() > LONGEST || !(speaker.has_token || hole.contains("zoho")) {
            return None;
        }
        let [service] = speaker.services.as_slice() else { return None };
        let service = self.catalog.service(service)?;
        service.base_paths.iter().find_map(|base| {
            let address = self.address(&service.name, &format!("{base}{path}"));
            let found = self.index.find(&Call::new(method.map(Method::as_str), &address).ok()?);
            let mut known = found.matches.iter().chain(&found.other_methods);
            known.any(|at| at.service.name == service.name && at.version.is_none()).then_some(address)
        })
    }

    /// Whom a text speaks of.
    pub(in crate::input::calls) fn speaker(&self, text: &str) -> Speaker {
        let plain = |text: &str| -> String {
            text.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).map(|c| c.to_ascii_lowercase()).collect()
        };
        let text = plain(text.get(..text.floor_char_boundary(SPOKEN)).unwrap_or(""));
        let has_token = text.contains("zohooauthtoken");
        let is_named = |service: &&crate::catalog::Service| {
            let product = plain(&service.product);
            (product.starts_with("zoho") && product.len() > 7 && text.contains(&product))
                || (service.name.len() > 7 && text.contains(&plain(&service.name)))
        };
        let services = if has_token || text.contains("zoho") {
            self.catalog.services().filter(is_named).map(|service| service.name.clone()).collect()
        } else {
            Vec::new()
        };
        Speaker { services, has_token }
    }

    /// Whether an address is on a host of Zoho's, whatever its path.
    pub(in crate::input::calls) fn is_on(&self, url: &str) -> bool {
        let Some((_, rest)) = url.split_once("://") else { return false };
        let host = rest.get(..rest.find(['/', '{']).unwrap_or(rest.len())).unwrap_or("");
        Call::new(None, &format!("https://{host}/x")).is_ok_and(|call| !self.index.spoken_for(&call).is_empty())
    }

    /// Whether a path begins as one product's alone does, and goes on.
    fn begins_own(&self, segments: &[&str]) -> bool {
        let Some(first) = segments.first() else { return false };
        let first = first.to_ascii_lowercase();
        self.bases.iter().any(|(base, length)| {
            let is_version = *length < 2
                || segments.get(1).is_some_and(|segment| {
                    *length > 2
                        || segment.starts_with(['v', 'V', '{'])
                        || segment.chars().all(|c| c.is_ascii_digit() || c == '.')
                        || base != "crm"
                });
            *base == first && segments.len() > *length && is_version
        }) || first == "crm" && segments.get(1) == Some(&"bulk") && segments.len() > 3
    }

    /// An address on the service's own host.
    pub(in crate::input::calls) fn address(&self, service: &str, path: &str) -> String {
        let host = self.catalog.service(service).and_then(|service| service.hosts.iter().find(|host| !host.is_older));
        match host {
            Some(host) if !host.host.starts_with('{') => format!("https://{}{path}", host.host),
            _ => path.to_owned(),
        }
    }
}
