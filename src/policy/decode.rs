//! One policy file, as its tree says, before the files it extends are taken in.

use crate::catalog::{DataClass, data_centre};
use crate::finding::RuleInfo;
use crate::text::{Problem, SourceId, Span};
use crate::yaml::{self, Node, Value};

use super::fields::{Fields, Reader, shown};
use super::{
    App, Comments, DataOverride, Effect, Entry, Level, LevelSetting, Levels, PolicyTest, Review, RulePages, Spanned,
    UnknownGrant, Waiver, rule_pages,
};

/// The version of the format that this build reads.
pub(super) const VERSION: &str = "1";

pub(super) const POLICY_KEYS: &[&str] = &[
    "version",
    "default",
    "extends",
    "allow",
    "deny",
    "rules",
    "mentions",
    "comments",
    "review",
    "apps",
    "waivers",
    "unknown-grants",
    "tests",
    "catalog",
    "data",
    "rule-pages",
    "max-waiver-days",
];
const APP_KEYS: &[&str] =
    &["owner", "clients", "data-centers", "paths", "requested", "allow", "deny", "calls", "rules"];
const WAIVER_KEYS: &[&str] =
    &["id", "app", "scopes", "rules", "reason", "owner", "approved-by", "ticket", "created", "expires"];

const EFFECTS: &[(&str, Effect)] = &[("allow", Effect::Allow), ("deny", Effect::Deny)];
const LEVELS: &[(&str, Level)] =
    &[("off", Level::Off), ("note", Level::Note), ("warning", Level::Warning), ("error", Level::Error)];
const REVIEWS: &[(&str, Review)] = &[("literal", Review::Literal), ("off", Review::Off)];
const COMMENTS: &[(&str, bool)] = &[("allowed", true), ("off", false)];
const MOST_DAYS: u32 = 3650;

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) default: Option<Spanned<Effect>>,
    pub(super) extends: Vec<Spanned<String>>,
    pub(super) allow: Vec<Entry>,
    pub(super) deny: Vec<Entry>,
    pub(super) levels: Levels,
    pub(super) apps: Vec<App>,
    pub(super) waivers: Vec<Named<Waiver>>,
    pub(super) unknown_grants: Vec<Named<UnknownGrant>>,
    pub(super) tests: Vec<Named<PolicyTest>>,
    pub(super) catalog: Option<Spanned<String>>,
    pub(super) data: Vec<DataOverride>,
    pub(super) sensitive: Option<Vec<DataClass>>,
    pub(super) review: Option<Review>,
    pub(super) rule_pages: Option<RulePages>,
    pub(super) mentions: Option<Level>,
    pub(super) comments: Option<Comments>,
    pub(super) max_waiver_days: Option<u32>,
}

/// A waiver or a test, and the application that it names: whether there is one, only all files together tell.
#[derive(Debug)]
pub(super) struct Named<T> {
    pub(super) item: T,
    pub(super) app: Option<Spanned<String>>,
}

/// Reads a file's tree. What can be read is, whatever else is wrong; the problems are in the order of the file.
pub(super) fn decode(source: SourceId, text: &str, node: &Node, rules: &[&'static RuleInfo]) -> (File, Vec<Problem>) {
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
            default: fields.get("default").and_then(|node| {
                let value = self.choice(node, "a default", EFFECTS)?;
                Some(Spanned { value, place: self.place(node.span) })
            }),
            extends: self.texts(fields.get("extends"), "a list of policies", "a policy's path or `builtin:NAME`"),
            allow: self.patterns(fields.get("allow")),
            deny: self.patterns(fields.get("deny")),
            levels: self.levels(fields.get("rules")),
            mentions: fields.get("mentions").and_then(|node| self.choice(node, "how much a mention counts", LEVELS)),
            comments: fields.get("comments").and_then(|node| self.comments(node)),
            apps: self.apps(fields.get("apps")),
            waivers: self.each(fields.get("waivers"), "a list of waivers", Self::waiver),
            unknown_grants: self.each(fields.get("unknown-grants"), "a list of grants", Self::unknown_grant),
            tests: self.each(fields.get("tests"), "a list of tests", Self::test),
            catalog: fields.get("catalog").and_then(|node| self.spanned(node, "the path of a folder")),
            data: self.data_overrides(fields.get("data")),
            sensitive: self.sensitive_classes(fields.get("data")),
            review: fields.get("review").and_then(|node| self.choice(node, "a way to review", REVIEWS)),
            rule_pages: fields.get("rule-pages").and_then(|node| self.rule_pages(node)),
            max_waiver_days: fields.get("max-waiver-days").and_then(|node| self.days(node)),
        })
    }

    /// Whether the file has a version that this build reads. The keys of another version are not judged.
    pub(super) fn version(&mut self, node: &Node) -> bool {
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

    pub(super) fn each<T>(
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
            if self.is_verdict(rule) && level != Level::Error {
                let message = format!("the rule `{rule}` is always an error: it states the policy's own verdict");
                let help = "allow what may be had, or accept single scopes by a waiver, with a reason and an end";
                self.report(Problem::new(entry.value.span, message).help(help));
                continue;
            }
            let place = self.place(Span::new(entry.key_span.start, entry.value.span.end));
            if levels.insert(rule, LevelSetting { level, place }).is_some() {
                let message = format!("the rule `{rule}` stands here twice, by name and by code");
                self.report(Problem::new(entry.key_span, message).help("keep one of the two"));
            }
        }
        levels
    }

    /// What comments in sources may accept.
    fn comments(&mut self, node: &Node) -> Option<Comments> {
        if let Value::Scalar(_) = node.value {
            let allowed = self.choice(node, "`allowed`, `off` or a list of rules", COMMENTS)?;
            return Some(if allowed { Comments::Allowed } else { Comments::Off });
        }
        let mut rules = Vec::new();
        for node in self.list(node, "`allowed`, `off` or a list of rules") {
            let Some(rule) = self.text(node, "a rule").and_then(|text| self.rule(text, node.span)) else { continue };
            if Comments::NEVER.contains(&rule) {
                let problem = Problem::new(node.span, format!("a comment never accepts `{rule}`"));
                self.report(problem.help("take it out; a waiver of the policy has an owner, a reason and an end"));
            }
            rules.push(rule);
        }
        Some(Comments::Rules(rules))
    }

    /// A number of days.
    fn days(&mut self, node: &Node) -> Option<u32> {
        let text = self.text(node, "a number of days")?;
        let days = text.parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
        if days.is_none() {
            let message = format!("`{}` is no number of days", shown(text));
            self.report(Problem::new(node.span, message).help(format!("write a whole number from 1 to {MOST_DAYS}")));
        }
        days
    }

    fn rule_pages(&mut self, node: &Node) -> Option<RulePages> {
        let text = self.text(node, "an address")?;
        let pages = RulePages::parse(text);
        if pages.is_none() {
            let message = format!("`{}` is not the address of pages about rules", shown(text));
            self.report(Problem::new(node.span, message).help(rule_pages::FORM));
        }
        pages
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
            requested: None,
            allow: Vec::new(),
            deny: Vec::new(),
            calls: Vec::new(),
            levels: Levels::new(),
        };
        if let Some(fields) = self.fields(&entry.value, "an app", APP_KEYS) {
            app.owner = self.optional_text(&fields, "owner", "an owner");
            app.clients = self.client_ids(fields.get("clients"));
            app.data_centers = self.each(fields.get("data-centers"), "a list of data centres", |reader, node| {
                let value = reader.word(node, "a data centre", &data_centre::codes())?;
                Some(Spanned { value, place: reader.place(node.span) })
            });
            app.paths = self.texts(fields.get("paths"), "a list of paths", "a path or a glob");
            app.requested = fields.get("requested").map(|node| {
                let node = Some(node);
                self.each(node, "a list of scopes", Self::scope)
            });
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

    pub(super) fn app_name(&mut self, fields: &Fields<'_>) -> Option<Spanned<String>> {
        fields.get("app").and_then(|node| self.spanned(node, "the name of an application"))
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::fixture::{self, errors};
    use crate::policy::{Effect, Level, Verdict};

    const WHOLE: &str = "\
version: 1
default: allow
extends: []
allow: [ZohoBooks.invoices.READ]
deny: ['**.DELETE']
rules: { full-access: off, ZS203: note }
apps:
  sync:
    owner: finance
    clients: [1000.GMB0YULZHJK411248S8I5GZ4CHUEX0]
    data-centers: [eu, us]
    paths: [services/sync/**]
    requested: [ZohoBooks.settings.READ, email]
    allow: [ZohoBooks.settings.READ]
    deny: [ZohoBooks.contacts.*]
    calls: [GET /books/v3/invoices]
    rules: { ZS201: error }
waivers:
  - id: W-7
    app: sync
    scopes: [ZohoBooks.fullaccess.all]
    rules: [full-access, ZS203, all-operations]
    reason: The importer refuses others.
    owner: finance
    approved-by: security
    ticket: SEC-431
    created: 2026-11-01
    expires: 2027-01-31
tests:
  - { app: sync, scopes: 'openid,email', expect: not-allowed }
catalog: catalog/own
rule-pages: https://wiki.example.com/zscope/{code}
";

    #[test]
    fn everything_that_a_policy_may_say_is_read() {
        let policy = fixture::load(WHOLE).unwrap();
        assert_eq!((policy.default, policy.allow.len(), policy.deny.len()), (Effect::Allow, 1, 1));
        assert_eq!(policy.catalog.as_ref().map(|path| path.value.as_path()), Some("catalog/own".as_ref()));
        let pages = policy.rule_pages.as_ref().map(super::RulePages::as_str);
        assert_eq!(pages, Some("https://wiki.example.com/zscope/{code}"));

        let effective = policy.effective(Some("sync"));
        let texts = |entries: &[&crate::policy::Entry]| entries.iter().map(|e| e.text.clone()).collect::<Vec<_>>();
        assert_eq!(texts(&effective.allow), ["ZohoBooks.invoices.READ", "ZohoBooks.settings.READ"]);
        assert_eq!(texts(&effective.deny), ["**.DELETE", "ZohoBooks.contacts.*"]);
        let levels = ["full-access", "all-operations", "not-allowed"].map(|rule| effective.level(rule));
        assert_eq!(levels, [Some(Level::Error), Some(Level::Note), None]);
        assert_eq!(policy.effective(None).level("full-access"), Some(Level::Off));
        assert!(policy.effective(Some("other")).app.is_none());
        assert_eq!(policy.suggest_app("synk"), Some("sync"));

        let app = policy.app("sync").unwrap();
        assert_eq!(app.owner.as_deref(), Some("finance"));
        assert_eq!(app.data_centers.iter().map(|dc| dc.value).collect::<Vec<_>>(), ["eu", "us"]);
        assert_eq!(app.paths[0].value, "services/sync/**");

        let waiver = &policy.waivers[0];
        assert_eq!((waiver.id.as_str(), waiver.app.as_deref()), ("W-7", Some("sync")));
        assert_eq!(waiver.rules, ["full-access", "all-operations"]);
        assert_eq!(waiver.expires.to_string(), "2027-01-31");

        let test = &policy.tests[0];
        assert_eq!((test.scopes.as_str(), test.expect.verdict), ("openid,email", Some(Verdict::NotAllowed)));
    }

    #[test]
    fn places_point_at_what_was_written() {
        let (policy, sources) = fixture::load_files(&[("p", WHOLE)]);
        let policy = policy.unwrap();
        let slice = |place: crate::text::Place| sources.get(place.source).slice(place.span);
        assert_eq!(slice(policy.levels["all-operations"].place), "ZS203: note");
        assert_eq!(slice(policy.apps[0].place), "sync");
        assert_eq!(slice(policy.apps[0].calls[0].place), "GET /books/v3/invoices");
        assert_eq!(slice(policy.waivers[0].place), "W-7");
        assert_eq!(slice(policy.waivers[0].expires_place), "2027-01-31");
        assert_eq!(slice(policy.tests[0].scopes_place), "'openid,email'");
        let test = "{ app: sync, scopes: 'openid,email', expect: not-allowed";
        assert_eq!(slice(policy.tests[0].place), test);
    }

    #[test]
    fn silence_is_deny_and_holds_nothing_else() {
        let policy = fixture::load("version: 1\n").unwrap();
        assert_eq!(policy.default, Effect::Deny);
        assert!(policy.allow.is_empty() && policy.apps.is_empty() && policy.levels.is_empty());
    }

    #[test]
    fn all_errors_are_told_at_once_and_in_order() {
        let text = "\
defualt: deny
default: alow
allow: ZohoBooks.invoices.READ
deny:
rules: { full-acess: error, ZS203: warn, ZS201: error, full-access: error, nothing-like-it: off }
apps:
  sync:
    data_centers: [eu]
    data-centers: [uss, mars]
    owner: ''
  other: 3
waivers:
  - { id: W-1, scopes: [], rules: [full-access], reason: r, owner: o, expires: 2027-02-30 }
  - { id: W-2, app: snyc, scopes: [openid], rules: [], reason: r, owner: o, created: 2027-01-02, expires: 2027-01-01 }
  - { scopes: [openid] }
tests:
  - { app: nobody, scopes: openid, expect: allow }
catalog: [a]
rule-pages: wiki.example.com/{code}
";
        insta::assert_snapshot!(errors(&[("p", text)]), @r"
        p:1:1 [] a policy needs the key `version` (write `version: 1` on the first line)
        p:1:1 [defualt] a policy has no key `defualt` (did you mean `default`?)
        p:2:10 [alow] `alow` is not a default (did you mean `allow`?)
        p:3:8 [ZohoBooks.invoices.READ] expected a list of scope patterns, found a single value (a list of one is written `[…]`, or `- …` on a line of its own)
        p:4:5 [] expected a list of scope patterns, found nothing (write `[]` for none, or leave the key out)
        p:5:10 [full-acess] there is no rule `full-acess` (did you mean `full-access`?)
        p:5:36 [warn] `warn` is not a level (it is one of `off`, `note`, `warning`, `error`)
        p:5:56 [full-access] the rule `full-access` stands here twice, by name and by code (keep one of the two)
        p:5:76 [nothing-like-it] there is no rule `nothing-like-it` (rules are named such as `full-access`, or by code such as `ZS201`)
        p:8:5 [data_centers] an app has no key `data_centers` (did you mean `data-centers`?)
        p:9:20 [uss] `uss` is not a data centre (did you mean `us`?)
        p:9:25 [mars] `mars` is not a data centre (it is one of `us`, `eu`, `in`, `au`, `jp`, `ca`, `sa`, `uk`, `ae`, `cn`)
        p:10:12 [''] expected an owner, found an empty text
        p:11:10 [3] expected an app (a mapping), found a single value
        p:13:24 [[] expected a list of scope patterns, found an empty list
        p:13:80 [2027-02-30] `2027-02-30` is not a day (write year, month and day: `2027-01-31`)
        p:14:21 [snyc] there is no app `snyc` (did you mean `sync`?)
        p:14:52 [[] expected a list of rules, found an empty list
        p:14:107 [2027-01-01] the waiver expires before it was created, on 2027-01-02 (`expires` is the last day on which it holds)
        p:15:7 [scopes] a waiver needs the key `id`
        p:15:7 [scopes] a waiver needs the key `rules`
        p:15:7 [scopes] a waiver needs the key `reason`
        p:15:7 [scopes] a waiver needs the key `owner`
        p:15:7 [scopes] a waiver needs the key `expires`
        p:17:44 [allow] `allow` is not a verdict (it is one of `allowed`, `no-policy`, `denied`, `not-allowed`, `unknown`, `waived`)
        p:18:10 [[] expected the path of a folder, found a list
        p:19:13 [wiki.example.com/{code}] `wiki.example.com/{code}` is not the address of pages about rules (write it as in `https://wiki.example.com/zscope/{code}`: `{code}` and `{rule}` stand for a rule's code and name)
        ");
    }

    #[test]
    fn versions_and_roots_that_cannot_be_read_are_one_error() {
        let texts = [
            "",
            "- a\n",
            "allow: []\n",
            "version: 2\nunheard-of: 1\n",
            "version: 1.0\n",
            "version: [1]\n",
            "version: 1\nallow: [\n",
            "version: 1\nversion: 1\n",
        ];
        let found: String = texts.iter().map(|text| errors(&[("p", text)])).collect();
        insta::assert_snapshot!(found, @r"
        p:1:1 [] the policy is empty (begin with `version: 1`)
        p:1:1 [] this is no policy: it holds none of the keys of one, or few (a policy begins with `version: 1`; of other files nothing is shown)
        p:1:1 [] a policy needs the key `version` (write `version: 1` on the first line)
        p:1:10 [2] `2` is not a version that this build reads (it reads version 1)
        p:1:10 [1.0] `1.0` is not a version that this build reads (it reads version 1)
        p:1:10 [[] expected a version, found a list
        p:2:8 [] not valid YAML: unclosed bracket '['
        p:2:1 [version] the key `version` stands here twice (keep one of the two; put several values into one list)
        ");
    }

    #[test]
    fn secrets_are_told_and_never_repeated() {
        let token = format!("1000.{}.{}", "a1".repeat(16), "b2".repeat(16));
        for text in [
            format!("version: 1\nallow: [{token}]\n"),
            format!("version: 1\n{token}: 1\n"),
            format!("version: 1\n# {token}\n"),
            format!("version: 1\nextends: [{token}]\n"),
            format!("version: {token}\n"),
            format!("version: 1\napps: {{ x: {{ refresh-token: {token} }} }}\n"),
            format!("version: [{token}\n"),
        ] {
            let (result, sources) = fixture::load_files(&[("p", &text)]);
            let errors = result.unwrap_err();
            let all = format!("{errors} {errors:?} {sources:?}");
            assert!(!all.contains("a1a1"), "{text}: {all}");
            assert!(all.contains("a token or a client secret"), "{text}: {all}");
        }
    }
}
