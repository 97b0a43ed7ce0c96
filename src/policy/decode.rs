//! One policy file, as its tree says, before the files it extends are taken in.

use crate::finding::RuleInfo;
use crate::source::{Problem, SourceId, Span};
use crate::yaml::{self, Node, Value};

use super::fields::{Fields, Reader, extent, shown};
use super::{
    App, DATA_CENTERS, DataOverride, Effect, Entry, Expect, Level, LevelSetting, Levels, PolicyTest, Spanned, Waiver,
};

/// The version of the format that this build reads.
const VERSION: &str = "1";

const POLICY_KEYS: &[&str] =
    &["version", "default", "extends", "allow", "deny", "rules", "apps", "waivers", "tests", "catalog", "data"];
const APP_KEYS: &[&str] = &["owner", "clients", "data-centers", "paths", "allow", "deny", "calls", "rules"];
const WAIVER_KEYS: &[&str] =
    &["id", "app", "scopes", "rules", "reason", "owner", "approved-by", "ticket", "created", "expires"];
const TEST_KEYS: &[&str] = &["app", "scopes", "expect"];

const EFFECTS: &[(&str, Effect)] = &[("allow", Effect::Allow), ("deny", Effect::Deny)];
const LEVELS: &[(&str, Level)] =
    &[("off", Level::Off), ("note", Level::Note), ("warning", Level::Warning), ("error", Level::Error)];
const EXPECTED: &[(&str, Expect)] = &[
    ("allowed", Expect::Allowed),
    ("denied", Expect::Denied),
    ("not-allowed", Expect::NotAllowed),
    ("unknown", Expect::Unknown),
    ("waived", Expect::Waived),
];

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) default: Option<Effect>,
    pub(super) extends: Vec<Spanned<String>>,
    pub(super) allow: Vec<Entry>,
    pub(super) deny: Vec<Entry>,
    pub(super) levels: Levels,
    pub(super) apps: Vec<App>,
    pub(super) waivers: Vec<Named<Waiver>>,
    pub(super) tests: Vec<Named<PolicyTest>>,
    pub(super) catalog: Option<Spanned<String>>,
    pub(super) data: Vec<DataOverride>,
}

/// A waiver or a test, and the application that it names: whether there is one, only all files together tell.
#[derive(Debug)]
pub(super) struct Named<T> {
    pub(super) item: T,
    pub(super) app: Option<Spanned<String>>,
}

/// Reads a file's tree. What can be read is, whatever else is wrong; the problems are in the order of the file.
pub(super) fn decode(
    source: SourceId,
    text: &str,
    node: &Node,
    rules: &[&'static RuleInfo],
) -> (File, Vec<Problem>) {
    let mut reader = Reader::new(source, text, rules);
    let file = reader.file(node).unwrap_or_default();
    let mut problems = reader.into_problems();
    problems.sort_by_key(|problem| problem.span);
    (file, problems)
}

impl Reader<'_> {
    fn file(&mut self, node: &Node) -> Option<File> {
        if node.value == Value::Null {
            self.report(Problem::new(node.span, "the policy is empty").help("begin with `version: 1`"));
            return None;
        }
        if !self.version(node) {
            return None;
        }
        let fields = self.fields(node, "a policy", POLICY_KEYS)?;
        Some(File {
            default: fields.get("default").and_then(|node| self.choice(node, "a default", EFFECTS)),
            extends: self.texts(fields.get("extends"), "a list of policies", "a policy's path or `builtin:NAME`"),
            allow: self.patterns(fields.get("allow")),
            deny: self.patterns(fields.get("deny")),
            levels: self.levels(fields.get("rules")),
            apps: self.apps(fields.get("apps")),
            waivers: self.each(fields.get("waivers"), "a list of waivers", Self::waiver),
            tests: self.each(fields.get("tests"), "a list of tests", Self::test),
            catalog: fields.get("catalog").and_then(|node| self.spanned(node, "the path of a folder")),
            data: self.data_overrides(fields.get("data")),
        })
    }

    /// Whether the file has a version that this build reads. The keys of another version are not judged.
    fn version(&mut self, node: &Node) -> bool {
        let Value::Mapping(entries) = &node.value else { return true };
        let Some(entry) = entries.iter().find(|entry| entry.key == "version") else {
            let problem = Problem::new(node.span, "a policy needs the key `version`");
            self.report(problem.help(format!("write `version: {VERSION}` on the first line")));
            return true;
        };
        let Some(version) = self.text(&entry.value, "a version") else { return true };
        if version != VERSION {
            let message = format!("`{}` is not a version that this build reads", shown(version));
            self.report(Problem::new(entry.value.span, message).help(format!("it reads version {VERSION}")));
        }
        version == VERSION
    }

    fn each<T>(
        &mut self,
        node: Option<&Node>,
        expected: &str,
        read: impl Fn(&mut Self, &Node) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = node else { return Vec::new() };
        let items = self.list(node, expected);
        items.iter().filter_map(|node| read(self, node)).collect()
    }

    fn levels(&mut self, node: Option<&Node>) -> Levels {
        let mut levels = Levels::new();
        let Some(node) = node else { return levels };
        for entry in self.mapping(node, "rules and their levels") {
            let rule = self.rule(&entry.key, entry.key_span);
            let level = self.choice(&entry.value, "a level", LEVELS);
            let (Some(rule), Some(level)) = (rule, level) else { continue };
            let place = self.place(Span::new(entry.key_span.start, entry.value.span.end));
            if levels.insert(rule, LevelSetting { level, place }).is_some() {
                let message = format!("the rule `{rule}` stands here twice, by name and by code");
                self.report(Problem::new(entry.key_span, message).help("keep one of the two"));
            }
        }
        levels
    }

    fn apps(&mut self, node: Option<&Node>) -> Vec<App> {
        let Some(node) = node else { return Vec::new() };
        let entries = self.mapping(node, "applications by name");
        entries.iter().map(|entry| self.app(entry)).collect()
    }

    /// An application; one that is written wrongly still counts as known to waivers and tests.
    fn app(&mut self, entry: &yaml::Entry) -> App {
        if entry.key.trim().is_empty() {
            self.report(Problem::new(entry.key_span, "an application needs a name"));
        }
        let mut app = App {
            name: entry.key.clone(),
            place: self.place(entry.key_span),
            owner: None,
            clients: Vec::new(),
            data_centers: Vec::new(),
            paths: Vec::new(),
            allow: Vec::new(),
            deny: Vec::new(),
            calls: Vec::new(),
            levels: Levels::new(),
        };
        if let Some(fields) = self.fields(&entry.value, "an app", APP_KEYS) {
            app.owner = self.optional_text(&fields, "owner", "an owner");
            app.clients = self.client_ids(fields.get("clients"));
            app.data_centers = self.each(fields.get("data-centers"), "a list of data centres", |reader, node| {
                let value = reader.word(node, "a data centre", DATA_CENTERS)?;
                Some(Spanned { value, place: reader.place(node.span) })
            });
            app.paths = self.texts(fields.get("paths"), "a list of paths", "a path or a glob");
            app.allow = self.patterns(fields.get("allow"));
            app.deny = self.patterns(fields.get("deny"));
            app.calls = self.each(fields.get("calls"), "a list of API calls", Self::call);
            app.levels = self.levels(fields.get("rules"));
        }
        app
    }

    fn waiver(&mut self, node: &Node) -> Option<Named<Waiver>> {
        let fields = self.fields(node, "a waiver", WAIVER_KEYS)?;
        let id = self.required(&fields, "id").and_then(|node| self.spanned(node, "an id"));
        let app = self.app_name(&fields);
        let scopes = self.required(&fields, "scopes").map(|node| {
            let items = self.some(node, "a list of scope patterns");
            items.iter().filter_map(|node| self.scope_pattern(node)).collect::<Vec<_>>()
        });
        let rules = self.required(&fields, "rules").map(|node| self.waived_rules(node));
        let reason = self.required_text(&fields, "reason", "a reason");
        let owner = self.required_text(&fields, "owner", "an owner");
        let approved_by = self.optional_text(&fields, "approved-by", "a name");
        let ticket = self.optional_text(&fields, "ticket", "a ticket");
        let created = fields.get("created").and_then(|node| self.date(node));
        let ends = self.required(&fields, "expires");
        let expires = ends.and_then(|node| Some((self.date(node)?, node.span)));
        if let (Some(created), Some((expires, span))) = (created, expires)
            && expires < created
        {
            self.report(
                Problem::new(span, format!("the waiver expires before it was created, on {created}"))
                    .help("`expires` is the last day on which it holds"),
            );
        }
        let (id, (expires, expires_span)) = (id?, expires?);
        let waiver = Waiver {
            id: id.value,
            place: id.place,
            app: app.as_ref().map(|app| app.value.clone()),
            scopes: scopes?,
            rules: rules?,
            reason: reason?,
            owner: owner?,
            approved_by,
            ticket,
            created,
            expires,
            expires_place: self.place(expires_span),
        };
        Some(Named { item: waiver, app })
    }

    fn waived_rules(&mut self, node: &Node) -> Vec<&'static str> {
        let mut rules = Vec::new();
        for node in self.some(node, "a list of rules") {
            let rule = self.text(node, "a rule").and_then(|text| self.rule(text, node.span));
            rules.extend(rule.filter(|rule| !rules.contains(rule)));
        }
        rules
    }

    fn test(&mut self, node: &Node) -> Option<Named<PolicyTest>> {
        let fields = self.fields(node, "a test", TEST_KEYS)?;
        let app = self.app_name(&fields);
        let scopes = self.required(&fields, "scopes").and_then(|node| self.spanned(node, "scopes in one text"));
        let expect = self.required(&fields, "expect").and_then(|node| self.choice(node, "a verdict", EXPECTED));
        let scopes = scopes?;
        let test = PolicyTest {
            place: self.place(extent(node)),
            app: app.as_ref().map(|app| app.value.clone()),
            scopes: scopes.value,
            scopes_place: scopes.place,
            expect: expect?,
        };
        Some(Named { item: test, app })
    }

    fn app_name(&mut self, fields: &Fields<'_>) -> Option<Spanned<String>> {
        fields.get("app").and_then(|node| self.spanned(node, "the name of an application"))
    }
}
