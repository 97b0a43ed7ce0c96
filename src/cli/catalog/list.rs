//! `zscope catalog list`: the services at a glance.

use serde::Serialize;

use super::overview::{self, Overview};
use super::page::Page;
use super::{Common, Document, answer, counted};
use crate::catalog::Status;
use crate::cli::Outcome;
use crate::cli::error::CommandError;

/// Arguments of `zscope catalog list`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    common: Common,
}

/// The JSON document, besides `format_version` and `catalog`.
#[derive(Serialize)]
struct Answer {
    /// The services, in alphabetical order without case.
    services: Vec<Overview>,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let catalog = args.common.catalog()?;
    let document = Document::new(&catalog, Answer { services: overview::overview(&catalog) });
    let services = &document.answer.services;
    answer(args.common.format, |page| text(services, page), |page| table(services, page), &document)?;
    Ok(Outcome::Clean)
}

fn text(services: &[Overview], page: &mut Page) {
    for one in services {
        page.line(0, format!("{}  {} · {}", one.service, one.product, one.category));
        let statuses: Vec<String> =
            one.scopes_by_status.iter().map(|(status, count)| format!("{count} {status}")).collect();
        let statuses = if statuses.is_empty() { String::new() } else { format!(" ({})", statuses.join(", ")) };
        let scopes = counted(one.scopes, "scope");
        let (calls, groups) = (counted(one.endpoints, "call"), counted(one.groups, "group"));
        page.line(1, format!("{scopes}{statuses} · {calls} · {groups} · best status {}", best(one)));
    }
    page.gap();
    summary(services, page);
}

fn table(services: &[Overview], page: &mut Page) {
    let rows: Vec<[String; 8]> = services
        .iter()
        .map(|one| {
            let documented = one.scopes_by_status.get(&Status::Documented).copied().unwrap_or(0);
            [
                one.service.clone(),
                one.product.clone(),
                one.category.clone(),
                best(one),
                one.scopes.to_string(),
                documented.to_string(),
                one.endpoints.to_string(),
                one.groups.to_string(),
            ]
        })
        .collect();
    page.table(["service", "product", "category", "best status", "scopes", "documented", "calls", "groups"], &rows);
    summary(services, page);
}

fn summary(services: &[Overview], page: &mut Page) {
    let scopes = counted(services.iter().map(|one| one.scopes).sum(), "scope");
    let calls = counted(services.iter().map(|one| one.endpoints).sum(), "call");
    page.line(0, format!("{} · {scopes} · {calls}", counted(services.len(), "service")));
}

fn best(one: &Overview) -> String {
    one.best_status.map_or_else(|| "none".to_owned(), |status| status.to_string())
}
