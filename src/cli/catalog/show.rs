//! `zscope catalog show`: all that is known of a service, a resource or a scope.

use std::fmt::Write as _;

use super::page::Page;
use super::view::{self, Evidence, Part, Shown, ShownEndpoint, ShownPattern, ShownResource, ShownScope};
use super::{Common, Document, answer};
use crate::access;
use crate::catalog::model::Host;
use crate::catalog::{Catalog, DataClass, Resource, Service, Status};
use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::scope::{Scope, closest};

/// Arguments of `zscope catalog show`. The JSON document is [`Shown`], besides `format_version` and `catalog`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Service, resource or scope; case does not matter
    #[arg(value_name = "SERVICE[.resource[.OPERATION]]")]
    subject: String,

    /// List the calls of a service as a whole, too
    #[arg(long)]
    calls: bool,

    #[command(flatten)]
    common: Common,
}

const EXAMPLES: &str = "\
Examples:
  zscope catalog show ZohoBooks
  zscope catalog show ZohoCRM.modules.leads
  zscope catalog show ZohoBooks.invoices.READ --format json";

/// How many names an error message lists.
const NAMES: usize = 8;

/// How many alternatives of a call's needs are shown, unless more concern what was asked for.
const ALTERNATIVES: usize = 3;

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let catalog = args.common.catalog()?;
    let (service, part) = find(&catalog, args.subject.trim())?;
    let mut answered = view::show(&catalog, service, part);
    if args.calls && matches!(part, Part::Whole) {
        answered.endpoints =
            catalog.endpoints(&service.name).iter().map(|call| view::show_endpoint(service, call)).collect();
    }
    let document = Document::new(&catalog, answered);
    let shown = &document.answer;
    let whole = matches!(part, Part::Whole);
    answer(args.common.format, |page| text(shown, whole, page), |page| table(shown, whole, page), &document)?;
    Ok(Outcome::Clean)
}

fn find<'c>(catalog: &'c Catalog, subject: &str) -> Result<(&'c Service, Part<'c>), CommandError> {
    let (name, rest) = subject.split_once('.').map_or((subject, None), |(name, rest)| (name, Some(rest)));
    let Some(service) = catalog.service(name) else {
        return match catalog.word(subject) {
            Some((service, word)) => Ok((service, Part::Word(&word.name))),
            None => Err(no_service(catalog, name, rest)),
        };
    };
    let Some(rest) = rest else { return Ok((service, Part::Whole)) };
    if rest.eq_ignore_ascii_case("fullaccess.all") && service.full_access.is_some() {
        return Ok((service, Part::FullAccess));
    }
    let path: Vec<String> = rest.split('.').map(str::to_owned).collect();
    // A path that is a resource as a whole is that resource, even if its last part could be an operation.
    if let Some(resource) = service.resource(&path).filter(|resource| !resource.is_template()) {
        return Ok((service, Part::Resource(resource)));
    }
    let above = path.split_last().and_then(|(last, above)| Some((last, service.resource(above)?)));
    if let Some((last, resource)) = above
        && let Some(operation) = resource.operation(last)
    {
        return Ok((service, Part::Operation(resource, &operation.name)));
    }
    match service.resource(&path) {
        Some(resource) => Ok((service, Part::Resource(resource))),
        None => Err(no_resource(catalog, service, rest)),
    }
}

fn no_service(catalog: &Catalog, name: &str, rest: Option<&str>) -> CommandError {
    let error = CommandError::usage(format!("`{name}` is no service of the catalog"));
    let rest = rest.map(|rest| format!(".{rest}")).unwrap_or_default();
    if let Some(service) = catalog.alias(name) {
        return error
            .help(format!("did you mean `{}{rest}`? {} was seen under this name", service.name, service.product));
    }
    match access::near_service(catalog, name) {
        Some(near) => error.help(format!("did you mean `{}{rest}`?", near.name)),
        None => {
            error.help("`zscope catalog list` lists the services, `zscope catalog search` finds them by what they hold")
        }
    }
}

fn no_resource(catalog: &Catalog, service: &Service, rest: &str) -> CommandError {
    let error = CommandError::usage(format!("`{rest}` is neither a resource nor a scope of `{}`", service.name));
    let paths: Vec<String> = service.resources.iter().map(Resource::dotted).collect();
    let folded = rest.to_ascii_lowercase();
    let below =
        |path: &&String| path.to_ascii_lowercase().strip_prefix(&folded).is_some_and(|rest| rest.starts_with('.'));
    let children: Vec<&String> = paths.iter().filter(below).collect();
    if !children.is_empty() {
        return error.help(format!("resources under it: {}", listed(&children)));
    }
    let scope: Option<Scope> = format!("{}.{rest}", service.name).parse().ok();
    if let Some(identity) = scope.as_ref().map(|scope| access::identify(catalog, scope))
        && let Some(near) = access::suggest(catalog, &identity)
    {
        let why = match (identity.invalid, identity.erratum) {
            (Some(_), _) => " what you name is reported not to exist",
            (_, Some(_)) => " what you name is a slip in the vendor's own material",
            _ => "",
        };
        return error.help(format!("did you mean `{near}`?{why}"));
    }
    let above = rest.rsplit_once('.').map_or("", |(above, _)| above);
    if let Some(resource) = service.resources.iter().find(|resource| resource.dotted().eq_ignore_ascii_case(above)) {
        let names: Vec<&String> = resource.operations.iter().map(|operation| &operation.name).collect();
        return error.help(format!("operations of `{}`: {}", resource.dotted(), listed(&names)));
    }
    let names = || paths.iter().map(String::as_str);
    match closest(rest, names()) {
        Some(near) => error.help(format!("did you mean `{}.{near}`?", service.name)),
        None => error.help(format!("`zscope catalog show {}` lists its resources", service.name)),
    }
}

fn listed(names: &[&String]) -> String {
    let mut text = names.iter().take(NAMES).map(|name| name.as_str()).collect::<Vec<_>>().join(", ");
    if names.len() > NAMES {
        let _ = write!(text, " and {} more", names.len() - NAMES);
    }
    text
}

fn text(shown: &Shown, whole: bool, page: &mut Page) {
    head(shown, whole, page);
    for resource in shown.resources.iter().filter(|_| !whole) {
        page.gap();
        one_resource(resource, page);
    }
    if whole && !shown.resources.is_empty() {
        page.gap();
        page.line(0, format!("resources ({})", shown.resources.len()));
        for resource in &shown.resources {
            short_resource(resource, page);
        }
    }
    let words = shown.words.iter();
    page.section(
        "one-word scopes",
        words.map(|word| format!("{}  {} [{}]  {}", word.scope, word.grants, kinds(&word.data), told(&word.said))),
    );
    page.section("full access", shown.full_access.iter().map(scope));
    let meanings = shown.meanings.iter().map(|meaning| {
        let where_ = meaning.resources.as_ref().map(|pattern| format!(" on {pattern}")).unwrap_or_default();
        format!("{}{where_} means {}  {}", meaning.operation, meaning.means.join(" + "), told(&meaning.said))
    });
    page.section("operation words", meanings);
    let groups = shown.groups.iter().map(|group| {
        let with =
            if group.operations.is_empty() { String::new() } else { format!(" with {}", group.operations.join(", ")) };
        let holes = if group.except.is_empty() { String::new() } else { format!(", not {}", group.except.join(", ")) };
        let covers = if group.said.status == Status::Separate { "does not reach" } else { "covers" };
        format!("{} {covers} {}{holes}{with}  {}", group.parent, group.children, told(&group.said))
    });
    page.section("groups", groups);
    let scopes: Vec<&str> =
        shown.resources.iter().flat_map(|resource| &resource.operations).map(|one| one.scope.as_str()).collect();
    page.section("calls", shown.endpoints.iter().map(|endpoint| call(endpoint, &scopes)));
    page.section(
        "slips in the vendor's own material",
        shown.errata.iter().map(|slip| format!("{} means {}  {}", slip.written, slip.means, told(&slip.said))),
    );
    page.section("deprecated", shown.deprecated.iter().map(pattern));
    page.section("reported not to exist", shown.invalid.iter().map(pattern));
    page.section("notes", shown.notes.iter().map(|note| format!("{}  [{}]", note.text, note.sources.join(", "))));
    page.section(
        "left out",
        shown.left_out.iter().map(|left| format!("{}: {}  [{}]", left.what, left.reason, left.sources.join(", "))),
    );
    page.section(
        "sources",
        shown
            .sources
            .iter()
            .map(|source| format!("{}  {}, seen {}: {}", source.id, source.kind, source.seen, source.address)),
    );
}

fn head(shown: &Shown, whole: bool, page: &mut Page) {
    page.line(0, format!("{}  {} · {}", shown.service, shown.product, shown.category));
    if !whole {
        return;
    }
    let mut field = |name: &str, value: String| {
        if !value.is_empty() {
            page.line(1, format!("{name}: {value}"));
        }
    };
    field("documentation", shown.docs.clone());
    field("also seen as", shown.aliases.join(", "));
    field("hosts", shown.addresses.iter().map(host).collect::<Vec<_>>().join(", "));
    let paths = shown.base_paths.iter().chain(shown.other_paths.iter().map(|other| &other.path));
    field("base paths", paths.map(String::as_str).collect::<Vec<_>>().join(", "));
    field("calls", shown.endpoint_count.to_string());
}

fn short_resource(resource: &ShownResource, page: &mut Page) {
    page.line(1, format!("{}  {} [{}]", resource.resource, resource.grants, kinds(&resource.data)));
    let mut by_status: Vec<(String, Vec<&str>)> = Vec::new();
    for operation in &resource.operations {
        let status = operation.said.status.to_string();
        match by_status.iter_mut().find(|(known, _)| *known == status) {
            Some((_, names)) => names.push(&operation.operation),
            None => by_status.push((status, vec![&operation.operation])),
        }
    }
    let statuses: Vec<String> =
        by_status.iter().map(|(status, names)| format!("{} ({status})", names.join(" "))).collect();
    page.line(2, statuses.join(", "));
    if let Some(note) = &resource.note {
        page.line(2, format!("note: {note}"));
    }
}

fn one_resource(resource: &ShownResource, page: &mut Page) {
    page.line(0, format!("{}  {}", resource.resource, resource.grants));
    page.line(1, format!("kinds of data (zscope's own judgement): {}", kinds(&resource.data)));
    if let Some(note) = &resource.note {
        page.line(1, format!("note: {note}"));
    }
    for operation in &resource.operations {
        page.line(1, scope(operation));
    }
}

fn table(shown: &Shown, whole: bool, page: &mut Page) {
    head(shown, whole, page);
    let mut rows: Vec<[String; 5]> = Vec::new();
    for resource in &shown.resources {
        for operation in &resource.operations {
            let (grants, data) = (resource.grants.clone(), kinds(operation.data.as_ref().unwrap_or(&resource.data)));
            rows.push([
                operation.scope.clone(),
                operation.said.status.to_string(),
                grants,
                data,
                cited(&operation.said),
            ]);
        }
    }
    for word in &shown.words {
        let status = word.said.status.to_string();
        rows.push([word.scope.clone(), status, word.grants.clone(), kinds(&word.data), cited(&word.said)]);
    }
    if let Some(full) = &shown.full_access {
        let grants = format!("everything in {}", shown.product);
        rows.push([full.scope.clone(), full.said.status.to_string(), grants, String::new(), cited(&full.said)]);
    }
    page.table(["scope", "status", "grants", "data", "source"], &rows);
    let calls = shown.endpoints.iter();
    let calls: Vec<_> = calls.map(|one| [one.call.clone(), needs(one, &[]), one.summary.clone()]).collect();
    page.table(["call", "needs", "summary"], &calls);
}

/// `books.zoho.{dc} (older, under /api/v3)`.
fn host(host: &Host) -> String {
    let mut about: Vec<String> = host.is_older.then(|| "older".to_owned()).into_iter().collect();
    if !host.base_paths.is_empty() {
        let paths: Vec<&str> = host.base_paths.iter().map(|base| base.path.as_str()).collect();
        about.push(format!("under {}", paths.join(" or ")));
    }
    if about.is_empty() { host.host.clone() } else { format!("{} ({})", host.host, about.join(", ")) }
}

fn scope(shown: &ShownScope) -> String {
    let own = shown.data.as_ref().map(|data| format!(" [{}]", kinds(data))).unwrap_or_default();
    format!("{}  {}{own}", shown.scope, told(&shown.said))
}

fn call(endpoint: &ShownEndpoint, scopes: &[&str]) -> String {
    let summary = if endpoint.summary.is_empty() { String::new() } else { format!("  ({})", endpoint.summary) };
    let note = endpoint.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
    format!("{}{summary} needs {}{note}", endpoint.call, needs(endpoint, scopes))
}

/// What a call needs: of many alternatives those that name one of the given scopes, else the first.
fn needs(endpoint: &ShownEndpoint, scopes: &[&str]) -> String {
    match endpoint.need {
        "none" => "no scope".to_owned(),
        "unknown" => "a scope that nobody names".to_owned(),
        "unstated" => format!("(any or all, unstated) {}", endpoint.needs.concat().join(", ")),
        "likely" => format!("(likely, by their names) {}", endpoint.needs.concat().join(", ")),
        _ => {
            let names = |set: &&Vec<String>| set.iter().any(|scope| scopes.contains(&scope.as_str()));
            let mut sets: Vec<&Vec<String>> = endpoint.needs.iter().collect();
            sets.sort_by_key(|set| !names(set));
            let shown = sets.len().min(ALTERNATIVES.max(sets.iter().filter(|set| names(set)).count()));
            let mut text = sets[..shown].iter().map(|set| set.join(" & ")).collect::<Vec<_>>().join(" or ");
            if sets.len() > shown {
                let _ = write!(text, " or any of {} others", sets.len() - shown);
            }
            if endpoint.need == "disputed" {
                text.insert_str(0, "(disputed) ");
            }
            text
        }
    }
}

fn pattern(shown: &ShownPattern) -> String {
    let since = shown.since.as_ref().map(|since| format!(" since {since}")).unwrap_or_default();
    let instead = if shown.instead.is_empty() { String::new() } else { format!(", use {}", shown.instead.join(", ")) };
    format!("{}{since}{instead}  {}", shown.scope, told(&shown.said))
}

/// Status, sources and note.
fn told(said: &Evidence) -> String {
    let note = said.note.as_ref().map(|note| format!("; {note}")).unwrap_or_default();
    format!("{} by {}{note}", said.status, cited(said))
}

fn cited(said: &Evidence) -> String {
    said.sources.join(" and ")
}

fn kinds(data: &[DataClass]) -> String {
    data.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(", ")
}
