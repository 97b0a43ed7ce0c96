//! Reading an inventory: its apps, the grants of each, and what each grant takes over from what stands around it.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use super::layer::{Kind, Layer, LayerReader};
use super::model::{Grant, GrantType, Inventory, Requested};
use super::secrets;
use crate::policy::fields::{Fields, Reader, shown};
use crate::text::{Problem, Source, SourceId, Sources, Span};
use crate::yaml::{self, Entry, Node, Value};

/// The version of the format that this build reads.
const VERSION: &str = "1";

/// How many grants an inventory may hold: far more than may be asked for in a day.
const MAX_GRANTS: usize = 100_000;

const INVENTORY_KEYS: &[&str] = &["version", "defaults", "apps"];
const DEFAULT_KEYS: &[&str] =
    &["owner", "data-center", "accounts-url", "client-id", "client-secret", "grant-type", "tags", "accept-minting"];
const APP_KEYS: &[&str] = &[
    "owner",
    "data-center",
    "accounts-url",
    "client-id",
    "client-secret",
    "refresh-token",
    "grant-type",
    "soid",
    "scopes",
    "requested",
    "requested-file",
    "tags",
    "accept-minting",
    "grants",
];
const GRANT_KEYS: &[&str] = &[
    "name",
    "data-center",
    "accounts-url",
    "client-id",
    "client-secret",
    "refresh-token",
    "grant-type",
    "soid",
    "scopes",
    "requested",
    "requested-file",
    "tags",
    "accept-minting",
];

/// Everything that is wrong with an inventory, in the order of the file. Secrets in it are blotted out.
#[derive(Debug)]
pub struct InventoryErrors {
    /// What and where.
    pub problems: Vec<(SourceId, Problem)>,
}

impl fmt::Display for InventoryErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.problems.first().map_or("nothing", |(_, problem)| problem.message.as_str());
        match self.problems.len() {
            0 | 1 => f.write_str(first),
            more => write!(f, "{first} (and {} more)", more - 1),
        }
    }
}

impl std::error::Error for InventoryErrors {}

/// Reads an inventory. `path` names it in messages and says where its relative paths begin; nothing is read but `text`.
///
/// # Errors
///
/// Everything that is wrong with it, at once.
pub fn load(path: &Path, text: &str, sources: &mut Sources) -> Result<Inventory, InventoryErrors> {
    let tree = yaml::parse(text);
    let blotted = secrets::blot(text, tree.as_ref().ok());
    let source = sources.add(Source::new(path.display().to_string(), blotted));
    let folder = path.parent().unwrap_or(Path::new(""));
    let (grants, mut problems) = match tree {
        Ok(node) => {
            let mut reader = Reader::new(source, text, &[]);
            let grants = Decoder { reader: &mut reader, folder }.inventory(&node);
            (grants, reader.into_problems())
        }
        Err(problems) => (Vec::new(), problems),
    };
    if problems.is_empty() {
        return Ok(Inventory { grants, source });
    }
    problems.sort_by_key(|problem| problem.span);
    Err(InventoryErrors { problems: problems.into_iter().map(|problem| (source, problem)).collect() })
}

struct Decoder<'r, 'a> {
    reader: &'r mut Reader<'a>,
    folder: &'r Path,
}

impl Decoder<'_, '_> {
    fn inventory(&mut self, node: &Node) -> Vec<Grant> {
        if node.value == Value::Null {
            self.reader.report(Problem::new(node.span, "the inventory is empty").help("begin with `version: 1`"));
            return Vec::new();
        }
        if !self.version(node) {
            return Vec::new();
        }
        let Some(fields) = self.reader.fields(node, "an inventory", INVENTORY_KEYS) else { return Vec::new() };
        let defaults = match fields.get("defaults") {
            Some(node) => match self.reader.fields(node, "`defaults`", DEFAULT_KEYS) {
                Some(fields) => self.layer(&fields),
                None => Layer::default(),
            },
            None => Layer::default(),
        };
        let Some(apps) = self.reader.required(&fields, "apps") else { return Vec::new() };
        let entries = self.reader.mapping(apps, "apps by name");
        if entries.is_empty() && matches!(apps.value, Value::Mapping(_)) {
            self.reader.report(Problem::new(apps.span, "the inventory names no app"));
        }
        let mut grants = Vec::new();
        for entry in entries {
            self.app(entry, &defaults, &mut grants);
            if grants.len() > MAX_GRANTS {
                let message = format!("the inventory holds more than {MAX_GRANTS} grants");
                self.reader.report(Problem::new(entry.key_span, message).help("split it"));
                return Vec::new();
            }
        }
        self.distinct(&grants);
        grants
    }

    /// Whether the file has a version that this build reads. The keys of another version are not judged.
    fn version(&mut self, node: &Node) -> bool {
        let Value::Mapping(entries) = &node.value else { return true };
        let Some(entry) = entries.iter().find(|entry| entry.key == "version") else {
            let problem = Problem::new(node.span, "an inventory needs the key `version`");
            self.reader.report(problem.help(format!("write `version: {VERSION}` on the first line")));
            return true;
        };
        let Some(version) = self.reader.text(&entry.value, "a version") else { return true };
        if version != VERSION {
            let message = format!("`{}` is not a version that this build reads", shown(version));
            self.reader.report(Problem::new(entry.value.span, message).help(format!("it reads version {VERSION}")));
        }
        version == VERSION
    }

    fn layer(&mut self, fields: &Fields<'_>) -> Layer {
        LayerReader { reader: &mut *self.reader, folder: self.folder }.read(fields)
    }

    fn app(&mut self, entry: &Entry, defaults: &Layer, grants: &mut Vec<Grant>) {
        if entry.key.trim().is_empty() {
            self.reader.report(Problem::new(entry.key_span, "an app needs a name"));
        }
        let Some(fields) = self.reader.fields(&entry.value, "an app", APP_KEYS) else { return };
        let own = self.layer(&fields);
        let Some(list) = fields.get("grants") else {
            self.contradictions(&own, &own.clone().over(defaults));
            let layer = own.over(defaults);
            grants.extend(self.grant(&entry.key, None, entry.key_span, layer));
            return;
        };
        let shared = own.over(defaults);
        for node in self.reader.some(list, "a list of grants") {
            let Some(fields) = self.reader.fields(node, "a grant", GRANT_KEYS) else { continue };
            let name = self.reader.optional_text(&fields, "name", "a name");
            let own = self.layer(&fields);
            let span = first_key(node);
            self.contradictions(&own, &own.clone().over(&shared));
            grants.extend(self.grant(&entry.key, name, span, own.over(&shared)));
        }
    }

    /// Keys that say something about the other way to have a token.
    fn contradictions(&mut self, own: &Layer, whole: &Layer) {
        let kind = whole.kind.unwrap_or(Kind::RefreshToken);
        let mut wrong = |place: Option<crate::text::Place>, key: &str, kind: &str, help: &str| {
            if let Some(place) = place {
                let message = format!("`{key}` says nothing where the grant type is `{kind}`");
                self.reader.report(Problem::new(place.span, message).help(help));
            }
        };
        match kind {
            Kind::RefreshToken => {
                let help = "write `grant-type: client-credentials`, or leave the key out";
                wrong(own.soid.as_ref().map(|soid| soid.place), "soid", "refresh-token", help);
                let scopes = own.scopes.as_ref().and_then(|scopes| scopes.first());
                let help = "a refresh token has its scopes; those that the app asks for stand under `requested`";
                wrong(scopes.map(|scope| scope.place), "scopes", "refresh-token", help);
            }
            Kind::ClientCredentials => {
                let help = "leave the key out";
                wrong(own.refresh_token.as_ref().map(|t| t.place), "refresh-token", "client-credentials", help);
            }
        }
    }

    /// A grant, when nothing that it needs is missing.
    fn grant(&mut self, app: &str, name: Option<String>, span: Span, layer: Layer) -> Option<Grant> {
        let server = layer.server();
        let kind = layer.kind.unwrap_or(Kind::RefreshToken);
        let mut missing = |key: &str, also: &str, found: bool, help: &str| {
            let unread = layer.unread.iter().any(|unread| *unread == key || *unread == also);
            if !found && !unread {
                let problem = Problem::new(span, format!("the app `{}` needs the key `{key}`", shown(app)));
                self.reader.report(problem.help(help));
            }
        };
        let centre = "one of Zoho's data centres, for example `eu`, or `accounts-url` for a server of your own";
        missing("data-center", "accounts-url", server.is_some(), centre);
        missing("client-id", "", layer.client_id.is_some(), "the client's id, or the place where it is found");
        let place = "the place where it is found, for example `env:CLIENT_SECRET`";
        missing("client-secret", "", layer.client_secret.is_some(), place);
        match kind {
            Kind::RefreshToken => {
                let place = "the place where it is found, for example `env:REFRESH_TOKEN`";
                missing("refresh-token", "grant-type", layer.refresh_token.is_some(), place);
            }
            Kind::ClientCredentials => {
                missing("soid", "", layer.soid.is_some(), "the organisation, for example `ZohoCRM.600123`");
                missing("scopes", "", layer.scopes.is_some(), "the scopes that the token is asked for with");
            }
        }
        let (grant_type, of_type) = match kind {
            Kind::RefreshToken => (GrantType::RefreshToken { token: layer.refresh_token? }, None),
            Kind::ClientCredentials => {
                let scopes = layer.scopes?;
                let requested = Requested::Listed(scopes.clone());
                (GrantType::ClientCredentials { soid: layer.soid?.value, scopes }, Some(requested))
            }
        };
        Some(Grant {
            app: app.to_owned(),
            name,
            place: self.reader.place(span),
            owner: layer.owner,
            server: server?,
            client_id: layer.client_id?,
            client_secret: layer.client_secret?,
            grant_type,
            requested: layer.requested.or(of_type),
            tags: layer.tags.unwrap_or_default(),
            accept_minting: layer.accept_minting.unwrap_or(false),
        })
    }

    /// Says which grants cannot be told apart.
    fn distinct(&mut self, grants: &[Grant]) {
        let mut seen = HashSet::with_capacity(grants.len());
        for grant in grants {
            let label = grant.label();
            let message = format!("two grants are called `{}`", shown(&label));
            if !seen.insert(label) {
                let problem = Problem::new(grant.place.span, message);
                self.reader.report(problem.help("give one of them a `name`, or another data centre"));
            }
        }
    }
}

/// Where a grant of a list is pointed at.
fn first_key(node: &Node) -> Span {
    match &node.value {
        Value::Mapping(entries) => entries.first().map_or(node.span, |first| first.key_span),
        _ => node.span,
    }
}
