//! `zscope policy show`: what a policy says once everything that it extends is taken in.

use serde::Serialize;

use super::{FORMAT_VERSION, Layout, Lines, Spot, at, counted, print_json, spot};
use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::setup::{Basis, Ready};
use crate::policy::{App, Comments, Entry, Levels, Policy, Waiver};
use crate::text::{Place, Sources};

/// Arguments of `zscope policy show`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    basis: Basis,

    /// Show every entry after `extends`, as one policy in which each line says where it comes from; with --app what holds
    /// for that app. Without it, the figures
    #[arg(long)]
    resolved: bool,

    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Layout::Text)]
    format: Layout,
}

const EXAMPLES: &str = "\
Examples:
  zscope policy show
  zscope policy show --resolved
  zscope policy show --resolved --app invoice-sync --format json

What --resolved prints is a policy itself, apart from `extends`: its meaning is the same";

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    format_version: u32,
    policy: &'a str,
    digest: &'a str,
    app: Option<&'a str>,
    /// The files that it is made of.
    files: Vec<String>,
    default: Setting,
    comments: Setting,
    allow: Vec<Row<'a>>,
    deny: Vec<Row<'a>>,
    rules: Vec<Setting>,
    apps: Vec<AppRow<'a>>,
    waivers: Vec<WaiverRow<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    entry: &'a str,
    why: Option<&'a str>,
    place: Spot,
}

#[derive(Serialize)]
struct Setting {
    name: String,
    value: String,
    place: Option<Spot>,
}

#[derive(Serialize)]
struct AppRow<'a> {
    name: &'a str,
    owner: Option<&'a str>,
    place: Spot,
    allow: Vec<Row<'a>>,
    deny: Vec<Row<'a>>,
    rules: Vec<Setting>,
}

#[derive(Serialize)]
struct WaiverRow<'a> {
    id: &'a str,
    app: Option<&'a str>,
    scopes: Vec<&'a str>,
    rules: &'a [&'static str],
    expires: String,
    place: Spot,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let Ready { policy, sources, .. } = args.basis.prepare()?;
    let app = args.basis.app.as_deref();
    let shown = match args.format {
        Layout::Json => return print_json(&Document::of(&policy, &sources, app)).map(|()| Outcome::Clean),
        Layout::Text if args.resolved => resolved(&policy, &sources, app),
        Layout::Text => figures(&policy, &sources),
    };
    crate::cli::print(&shown)?;
    Ok(Outcome::Clean)
}

fn rows<'a>(sources: &Sources, entries: impl IntoIterator<Item = &'a Entry>) -> Vec<Row<'a>> {
    let row =
        |entry: &'a Entry| Row { entry: &entry.text, why: entry.why.as_deref(), place: spot(sources, entry.place) };
    entries.into_iter().map(row).collect()
}

fn levels(sources: &Sources, levels: &Levels) -> Vec<Setting> {
    let setting = |(rule, set): (&&'static str, &crate::policy::LevelSetting)| Setting {
        name: (*rule).to_owned(),
        value: set.level.to_string(),
        place: Some(spot(sources, set.place)),
    };
    levels.iter().map(setting).collect()
}

fn comments(comments: &Comments) -> String {
    match comments {
        Comments::Allowed => "allowed".to_owned(),
        Comments::Off => "off".to_owned(),
        Comments::Rules(rules) => format!("[{}]", rules.join(", ")),
    }
}

/// The applications that are shown.
fn apps<'a>(policy: &'a Policy, app: Option<&str>) -> impl Iterator<Item = &'a App> {
    policy.apps.iter().filter(move |known| app.is_none_or(|app| known.name == app))
}

/// The waivers that are shown.
fn waivers<'a>(policy: &'a Policy, app: Option<&str>) -> impl Iterator<Item = &'a Waiver> {
    policy.waivers.iter().filter(move |waiver| app.is_none() || waiver.app.is_none() || waiver.app.as_deref() == app)
}

impl<'a> Document<'a> {
    fn of(policy: &'a Policy, sources: &Sources, app: Option<&'a str>) -> Self {
        let of_app = |app: &'a App| AppRow {
            name: &app.name,
            owner: app.owner.as_deref(),
            place: spot(sources, app.place),
            allow: rows(sources, &app.allow),
            deny: rows(sources, &app.deny),
            rules: levels(sources, &app.levels),
        };
        let waiver = |waiver: &'a Waiver| WaiverRow {
            id: &waiver.id,
            app: waiver.app.as_deref(),
            scopes: waiver.scopes.iter().map(|entry| entry.text.as_str()).collect(),
            rules: &waiver.rules,
            expires: waiver.expires.to_string(),
            place: spot(sources, waiver.place),
        };
        Self {
            format_version: FORMAT_VERSION,
            policy: &policy.origin.label,
            digest: &policy.origin.digest,
            app,
            files: sources.names().map(str::to_owned).collect(),
            default: Setting {
                name: "default".to_owned(),
                value: policy.default.to_string(),
                place: policy.default_place.map(|place| spot(sources, place)),
            },
            comments: Setting { name: "comments".to_owned(), value: comments(&policy.comments), place: None },
            allow: rows(sources, &policy.allow),
            deny: rows(sources, &policy.deny),
            rules: levels(sources, &policy.levels),
            apps: apps(policy, app).map(of_app).collect(),
            waivers: waivers(policy, app).map(waiver).collect(),
        }
    }
}

fn figures(policy: &Policy, sources: &Sources) -> String {
    let mut page = Lines::default();
    page.add(0, format!("policy {}", policy.origin.label));
    page.add(1, format!("made of {}", sources.names().collect::<Vec<_>>().join(", ")));
    page.add(1, format!("default {}", policy.default));
    page.add(
        1,
        format!(
            "for every app: {}, {}; levels of {}",
            counted(policy.allow.len(), "allow entry"),
            counted(policy.deny.len(), "deny entry"),
            counted(policy.levels.len(), "rule")
        ),
    );
    for app in &policy.apps {
        let owner =
            app.owner.as_deref().map_or_else(|| "nobody answers for it".to_owned(), |owner| format!("owner {owner}"));
        page.add(
            1,
            format!(
                "{}: {}, {}; {owner}",
                app.name,
                counted(app.allow.len(), "allow entry"),
                counted(app.deny.len(), "deny entry")
            ),
        );
    }
    page.add(1, format!("{}, {}", counted(policy.waivers.len(), "waiver"), counted(policy.tests.len(), "test")));
    page.0
}

/// A value of YAML that is read as it is written here.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

struct Yaml<'a> {
    page: Lines,
    sources: &'a Sources,
}

impl Yaml<'_> {
    /// A line, with where it comes from.
    fn line(&mut self, depth: usize, text: &str, place: Option<Place>) {
        match place {
            Some(place) => {
                let from = at(self.sources, place);
                self.page.add(depth, format!("{text}  # {from}"));
            }
            None => self.page.add(depth, text),
        }
    }

    fn entries(&mut self, depth: usize, key: &str, entries: &[Entry]) {
        if entries.is_empty() {
            return;
        }
        self.line(depth, &format!("{key}:"), None);
        for entry in entries {
            let text = match &entry.why {
                None => format!("- {}", quoted(&entry.text)),
                Some(why) => format!("- {{ scope: {}, why: {} }}", quoted(&entry.text), quoted(why)),
            };
            self.line(depth + 1, &text, Some(entry.place));
        }
    }

    fn levels(&mut self, depth: usize, levels: &Levels) {
        if levels.is_empty() {
            return;
        }
        self.line(depth, "rules:", None);
        for (rule, set) in levels {
            self.line(depth + 1, &format!("{rule}: {}", set.level), Some(set.place));
        }
    }
}

/// One policy without `extends` that means the same, each line with where it comes from.
fn resolved(policy: &Policy, sources: &Sources, app: Option<&str>) -> String {
    let mut yaml = Yaml { page: Lines::default(), sources };
    yaml.line(0, "version: 1", None);
    yaml.line(0, &format!("default: {}", policy.default), policy.default_place);
    yaml.entries(0, "allow", &policy.allow);
    yaml.entries(0, "deny", &policy.deny);
    yaml.levels(0, &policy.levels);
    if policy.comments != Comments::default() {
        yaml.line(0, &format!("comments: {}", comments(&policy.comments)), None);
    }
    if let Some(days) = policy.max_waiver_days {
        yaml.line(0, &format!("max-waiver-days: {days}"), None);
    }
    if let Some(pages) = &policy.rule_pages {
        yaml.line(0, &format!("rule-pages: {}", quoted(pages.as_str())), None);
    }
    if let Some(path) = &policy.catalog {
        yaml.line(0, &format!("catalog: {}", quoted(&path.value.to_string_lossy())), Some(path.place));
    }
    if !policy.data.is_empty() {
        yaml.line(0, "data:", None);
    }
    for data in &policy.data {
        let classes: Vec<&str> = data.classes.iter().map(|class| class.as_str()).collect();
        let text = format!("{}: [{}]", quoted(&data.pattern.to_string()), classes.join(", "));
        yaml.line(1, &text, Some(data.place));
    }
    if apps(policy, app).next().is_some() {
        yaml.line(0, "apps:", None);
    }
    for app in apps(policy, app) {
        let is_bare = app.owner.is_none()
            && app.clients.is_empty()
            && app.data_centers.is_empty()
            && app.paths.is_empty()
            && app.requested.is_none()
            && app.calls.is_empty()
            && app.levels.is_empty()
            && app.allow.is_empty()
            && app.deny.is_empty();
        yaml.line(1, &format!("{}:{}", quoted(&app.name), if is_bare { " {}" } else { "" }), Some(app.place));
        if let Some(owner) = &app.owner {
            yaml.line(2, &format!("owner: {}", quoted(owner)), None);
        }
        let list = |values: Vec<String>| format!("[{}]", values.join(", "));
        if !app.clients.is_empty() {
            let values = app.clients.iter().map(|client| client.value.clone()).collect();
            yaml.line(2, &format!("clients: {}", list(values)), app.clients.first().map(|client| client.place));
        }
        if !app.data_centers.is_empty() {
            let values = app.data_centers.iter().map(|centre| centre.value.to_owned()).collect();
            yaml.line(2, &format!("data-centers: {}", list(values)), app.data_centers.first().map(|one| one.place));
        }
        if !app.paths.is_empty() {
            let values = app.paths.iter().map(|path| quoted(&path.value)).collect();
            yaml.line(2, &format!("paths: {}", list(values)), app.paths.first().map(|path| path.place));
        }
        if let Some(requested) = &app.requested {
            let values = requested.iter().map(|scope| quoted(&scope.value.to_string())).collect();
            yaml.line(2, &format!("requested: {}", list(values)), requested.first().map(|scope| scope.place));
        }
        yaml.entries(2, "allow", &app.allow);
        yaml.entries(2, "deny", &app.deny);
        if !app.calls.is_empty() {
            let values = app.calls.iter().map(|call| quoted(&call.text)).collect();
            yaml.line(2, &format!("calls: {}", list(values)), app.calls.first().map(|call| call.place));
        }
        yaml.levels(2, &app.levels);
    }
    if waivers(policy, app).next().is_some() {
        yaml.line(0, "waivers:", None);
    }
    for waiver in waivers(policy, app) {
        let texts = |entries: &[Entry]| entries.iter().map(|entry| quoted(&entry.text)).collect::<Vec<_>>().join(", ");
        yaml.line(1, &format!("- id: {}", quoted(&waiver.id)), Some(waiver.place));
        let mut fields = vec![];
        fields.extend(waiver.app.iter().map(|app| ("app", quoted(app))));
        fields.push(("scopes", format!("[{}]", texts(&waiver.scopes))));
        fields.push(("rules", format!("[{}]", waiver.rules.join(", "))));
        fields.push(("reason", quoted(&waiver.reason)));
        fields.push(("owner", quoted(&waiver.owner)));
        fields.extend(waiver.approved_by.iter().map(|name| ("approved-by", quoted(name))));
        fields.extend(waiver.ticket.iter().map(|ticket| ("ticket", quoted(ticket))));
        fields.extend(waiver.created.iter().map(|day| ("created", day.to_string())));
        fields.push(("expires", waiver.expires.to_string()));
        fields.into_iter().for_each(|(key, value)| yaml.line(2, &format!("{key}: {value}"), None));
    }
    if !policy.unknown_grants.is_empty() && app.is_none() {
        yaml.line(0, "unknown-grants:", None);
        for grant in &policy.unknown_grants {
            let whose = match (&grant.app, &grant.grant) {
                (Some(app), _) => format!("app: {}", quoted(app)),
                (_, grant) => format!("grant: {}", quoted(grant.as_deref().unwrap_or_default())),
            };
            let end = grant.expires.map_or_else(String::new, |day| format!(", expires: {day}"));
            let text = format!("- {{ {whose}, reason: {}{end} }}", quoted(&grant.reason));
            yaml.line(1, &text, Some(grant.place));
        }
    }
    yaml.page.0
}
