//! What the catalog already has of an imported service: the paths of its calls, its hosts and base paths.

use std::collections::{HashMap, HashSet};

use super::Content;
use super::openapi::push_new;
use crate::catalog::model::{Endpoint, Host, Service, path_form};

/// The paths of the catalog's calls. What its placeholders are called makes no other call.
pub(super) struct Spellings<'c> {
    exact: HashSet<(&'c str, &'c str)>,
    by_form: HashMap<(&'c str, String), &'c str>,
}

impl<'c> Spellings<'c> {
    /// Of the calls of a service.
    pub(super) fn new(calls: &'c [Endpoint]) -> Self {
        let exact = calls.iter().map(|call| (call.method.as_str(), call.path.as_str())).collect();
        let mut by_form = HashMap::with_capacity(calls.len());
        for call in calls {
            by_form.entry((call.method.as_str(), path_form(&call.path))).or_insert(call.path.as_str());
        }
        Self { exact, by_form }
    }

    /// The path under which the catalog has the call, when that is another.
    pub(super) fn other(&self, call: &Endpoint) -> Option<String> {
        if self.exact.contains(&(call.method.as_str(), call.path.as_str())) {
            return None;
        }
        self.by_form.get(&(call.method.as_str(), path_form(&call.path))).map(|&path| path.to_owned())
    }
}

/// Hosts and base paths: those of the servers, and of the catalog what fits.
pub(super) fn addresses(
    service: &mut Service,
    known: Option<&Service>,
    contents: &[Content],
    calls: &[(Endpoint, Vec<usize>)],
) {
    for content in contents {
        // The vendor's documents leave `www.` out where its pages have it.
        let spelt = |host: &String| {
            let with_www = format!("www.{host}");
            let is_known = known.is_some_and(|known| known.hosts.iter().any(|host| host.host == with_www));
            if is_known { with_www } else { host.clone() }
        };
        for host in content.hosts.iter().map(spelt) {
            if !service.hosts.iter().any(|known| known.host == host) {
                service.hosts.push(Host { host, base_paths: Vec::new(), is_older: false });
            }
        }
        push_new(&mut service.base_paths, content.base_paths.iter().cloned());
    }
    if let Some(known) = known.filter(|_| service.base_paths.is_empty()) {
        let begins = |base: &&String| {
            let under = |path: &str| path.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with('/'));
            calls.iter().any(|(call, _)| under(&call.path))
        };
        service.base_paths = known.base_paths.iter().filter(begins).cloned().collect();
    }
}
