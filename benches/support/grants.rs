//! Made-up grants of a large tenant, always the same, and a policy with an application for each client.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use zscope::catalog::Catalog;

use super::numbers::Numbers;

/// So many applications.
pub(crate) const APPS: usize = 1500;

/// Lists of scopes as applications hold them.
pub(crate) fn lists(numbers: &mut Numbers, number: usize) -> Vec<String> {
    let catalog = Catalog::embedded();
    let of = |service: &str| -> Vec<String> {
        let service = catalog.service(service).unwrap();
        let scopes = service.scopes().map(|(scope, _)| scope.to_string());
        scopes.filter(|scope| !scope.contains('{')).collect()
    };
    let services = ["ZohoCRM", "ZohoBooks", "Desk", "ZohoProjects", "ZohoMail", "ZOHOPEOPLE", "WorkDrive"].map(of);
    (0..number)
        .map(|_| {
            let own = [&services[numbers.below(services.len())], &services[numbers.below(services.len())]];
            let scopes: Vec<&str> = (0..5 + numbers.below(16))
                .map(|_| {
                    let service = own[numbers.below(2)];
                    service[numbers.below(service.len())].as_str()
                })
                .collect();
            scopes.join(" ")
        })
        .collect()
}

/// Writes grants that hold one of so many lists.
pub(crate) fn generate(path: &Path, grants: usize, lists: &[String]) {
    let mut numbers = Numbers(0x6EED);
    let domains = ["https://www.zohoapis.com", "https://www.zohoapis.eu", "https://www.zohoapis.in"];
    let mut out = BufWriter::new(File::create(path).unwrap());
    for number in 0..grants {
        let app = numbers.below(lists.len());
        let mut list = &lists[app];
        if numbers.below(8) == 0 {
            list = &lists[(app + 1) % lists.len()];
        }
        let mut line = format!(
            "{{\"client\":\"app-{app}\",\"access_token\":\"1000.{number:032x}.{app:032x}\",\"refresh_token\":\"1000.{app:032x}.{number:032x}\""
        );
        if numbers.below(10) >= 3 {
            let _ = write!(line, ",\"scope\":\"{list}\"");
        }
        let domain = domains[numbers.below(3)];
        let _ = writeln!(line, ",\"api_domain\":\"{domain}\",\"token_type\":\"Bearer\",\"expires_in\":3600}}");
        out.write_all(line.as_bytes()).unwrap();
    }
    out.flush().unwrap();
}

/// A policy with an application for each client, which may have the first half of what it holds.
pub(crate) fn policy(path: &Path, lists: &[String]) {
    let mut text = String::from("version: 1\ndefault: deny\nextends: [builtin:least-privilege]\napps:\n");
    for (app, list) in lists.iter().enumerate() {
        let scopes: BTreeSet<&str> = list.split(' ').take(list.split(' ').count() / 2).collect();
        let scopes: Vec<&str> = scopes.into_iter().collect();
        let _ = writeln!(text, "  app-{app}: {{ owner: team, allow: [{}] }}", scopes.join(", "));
    }
    fs::write(path, text).unwrap();
}
