//! What a policy says, once the files it extends are taken in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use jiff::civil::Date;

use crate::catalog::DataClass;
use crate::finding::Severity;
use crate::scope::{Pattern, Scope, closest};
use crate::text::{Place, SourceId, Sources, Span};

pub use super::entry::{CallEntry, Entry};
use super::{RulePages, Verdict, Waiver};

/// A policy with everything that it inherits.
///
/// Lists hold the top file's entries first, then those of the files it extends, the nearer first and of equally near
/// ones the later.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which policy this is.
    pub origin: Origin,
    /// What holds for a scope that no entry mentions: what the top file says, or deny. Never inherited.
    pub default: Effect,
    /// Where the top file says so, if it does.
    pub default_place: Option<Place>,
    /// What every application may have.
    pub allow: Vec<Entry>,
    /// What no application may have, whatever is allowed.
    pub deny: Vec<Entry>,
    /// How much rules matter, by rule name. The nearer file wins.
    pub levels: Levels,
    /// The applications, with names that differ.
    pub apps: Vec<App>,
    /// The exceptions, with ids that differ.
    pub waivers: Vec<Waiver>,
    /// The grants that are accepted although nobody knows what they hold. The first that means a grant counts.
    pub unknown_grants: Vec<UnknownGrant>,
    /// The top file's own tests. Never inherited.
    pub tests: Vec<PolicyTest>,
    /// The folder of the user's own catalog files, joined to the top file's folder. Never inherited.
    pub catalog: Option<Spanned<PathBuf>>,
    /// Other data classes than the catalog's. The first that matches a resource decides.
    pub data: Vec<DataOverride>,
    /// The data classes that are sensitive here. The nearer file wins.
    pub sensitive: Vec<DataClass>,
    /// Which scopes count as reviewed. The nearer file wins.
    pub review: Review,
    /// The organisation's own pages about rules. The nearer file wins.
    pub rule_pages: Option<RulePages>,
    /// What comments in sources may accept. The nearer file wins.
    pub comments: Comments,
    /// The most that counts of a scope that is only spoken of in a source. The nearer file wins.
    pub mentions: Level,
    /// The texts that its places point into, as far as they were read when it was loaded.
    pub(crate) texts: Sources,
    /// How many days a waiver may hold; any number when absent.
    pub max_waiver_days: Option<u32>,
}

/// Which findings a comment in a source may accept: whoever writes the source writes the comment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Comments {
    /// Those of every rule but [`Comments::NEVER`].
    #[default]
    Allowed,
    /// None.
    Off,
    /// Those of these rules.
    Rules(Vec<&'static str>),
}

impl Comments {
    /// Rules that speak of what the policy forbids, or of what has to be revoked: no comment settles that.
    pub const NEVER: [&'static str; 3] = ["denied", "not-allowed", "secret-in-source"];

    /// Whether a comment may accept a rule's findings.
    #[must_use]
    pub fn may_accept(&self, rule: &str) -> bool {
        let permits = match self {
            Self::Allowed => true,
            Self::Off => false,
            Self::Rules(rules) => rules.contains(&rule),
        };
        permits && !Self::NEVER.contains(&rule)
    }
}

/// Which scopes count as reviewed, so that rules that ask for a second look are silent about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Review {
    /// None: the rules speak of whatever they find.
    #[default]
    Off,
    /// Those that an allow entry names literally, without a wildcard.
    Literal,
}

impl Policy {
    /// The application of that name.
    #[must_use]
    pub fn app(&self, name: &str) -> Option<&App> {
        self.apps.iter().find(|app| app.name == name)
    }

    /// The first line of its text that says anything: where what is said of it as a whole is shown.
    pub(crate) fn start(&self) -> Place {
        let text = self.texts.get(self.origin.source).text();
        let start = text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
        let length = text[start..].lines().next().map_or(0, str::len);
        Place::new(self.origin.source, Span::new(start, start + length))
    }

    /// The application whose name is nearest to a misspelt one.
    #[must_use]
    pub fn suggest_app(&self, name: &str) -> Option<&str> {
        closest(name, self.apps.iter().map(|app| app.name.as_str()))
    }

    /// What holds for an application, or for none in particular. A name that the policy does not know counts as none:
    /// ask [`Policy::app`] first.
    #[must_use]
    pub fn effective(&self, app: Option<&str>) -> Effective<'_> {
        let app = app.and_then(|name| self.app(name));
        let with = |own: fn(&App) -> &Vec<Entry>| app.map(own).into_iter().flatten();
        Effective {
            default: self.default,
            default_place: self.default_place,
            allow: self.allow.iter().chain(with(|app| &app.allow)).collect(),
            deny: self.deny.iter().chain(with(|app| &app.deny)).collect(),
            app,
            sensitive: &self.sensitive,
            review: self.review,
            levels: &self.levels,
        }
    }
}

/// What holds for one application: the policy's entries, then its own.
#[derive(Clone, Debug)]
pub struct Effective<'a> {
    /// What holds for a scope that no entry mentions.
    pub default: Effect,
    /// Where the policy says so, if it does.
    pub default_place: Option<Place>,
    /// What is allowed.
    pub allow: Vec<&'a Entry>,
    /// What is denied. Deny beats allow.
    pub deny: Vec<&'a Entry>,
    /// The application, when one was named that the policy knows.
    pub app: Option<&'a App>,
    /// The data classes that are sensitive.
    pub sensitive: &'a [DataClass],
    /// Which scopes count as reviewed.
    pub review: Review,
    levels: &'a Levels,
}

impl<'a> Effective<'a> {
    /// How much a rule matters here, and the line that says so: the application's word, else the policy's. `None`
    /// leaves the rule its own severity.
    #[must_use]
    pub fn setting(&self, rule: &str) -> Option<&'a LevelSetting> {
        self.app.and_then(|app| app.levels.get(rule)).or_else(|| self.levels.get(rule))
    }

    /// Whether a scope counts as reviewed: an allow entry names it to the letter.
    #[must_use]
    pub fn has_reviewed(&self, scope: &Scope) -> bool {
        let names = |entry: &&&Entry| entry.pattern.is_literal() && entry.pattern.matches(scope);
        self.review == Review::Literal && self.allow.iter().any(|entry| names(&entry))
    }

    /// [`Effective::setting`] without its place.
    #[must_use]
    pub fn level(&self, rule: &str) -> Option<Level> {
        self.setting(rule).map(|setting| setting.level)
    }
}

/// Where a policy comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// What messages show: the top file's path, or `builtin:NAME`.
    pub label: String,
    /// The top file's text.
    pub source: SourceId,
    /// Lower-case hexadecimal SHA-256 over the top file's text and those of the files it extends, in the order in
    /// which `extends` first names them. For a file that extends nothing this is the file's own checksum.
    pub digest: String,
}

/// A value and the place it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// What a policy does with a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// The scope may be had.
    Allow,
    /// The scope may not be had.
    Deny,
}

impl Effect {
    /// The word that policies use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How much a rule's findings matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// The rule is silent.
    Off,
    /// See [`Severity::Note`].
    Note,
    /// See [`Severity::Warning`].
    Warning,
    /// See [`Severity::Error`].
    Error,
}

impl Level {
    /// The word that policies use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.severity().map_or("off", Severity::as_str)
    }

    /// The severity that findings get, unless the rule is off.
    #[must_use]
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Off => None,
            Self::Note => Some(Severity::Note),
            Self::Warning => Some(Severity::Warning),
            Self::Error => Some(Severity::Error),
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A level and the line that sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelSetting {
    /// How much the rule matters.
    pub level: Level,
    /// The rule and its level in the policy.
    pub place: Place,
}

/// Levels by rule name.
pub type Levels = BTreeMap<&'static str, LevelSetting>;

/// One OAuth client and its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// The name that inputs, waivers and tests use.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Its client ids. A client may have one per data centre.
    pub clients: Vec<Spanned<String>>,
    /// Codes of [`crate::catalog::data_centre`].
    pub data_centers: Vec<Spanned<&'static str>>,
    /// Globs over the paths of a scanned tree: the files that belong to the application.
    pub paths: Vec<Spanned<String>>,
    /// The scopes that it requests; `None` where the policy does not say. Tokens are held against it.
    pub requested: Option<Vec<Spanned<Scope>>>,
    /// What it may have beyond what every application may.
    pub allow: Vec<Entry>,
    /// What it may not have, whatever is allowed.
    pub deny: Vec<Entry>,
    /// The API calls it makes.
    pub calls: Vec<CallEntry>,
    /// How much rules matter for it.
    pub levels: Levels,
}

/// Data classes that the policy gives to resources instead of the catalog's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataOverride {
    /// Matches service and resource path, without the operation.
    pub pattern: Pattern,
    /// The classes; none takes the catalog's away.
    pub classes: Vec<DataClass>,
    /// Where the pattern stands.
    pub place: Place,
}

/// Grants of which nobody knows what they hold, and which a policy accepts: those of an application, or one by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownGrant {
    /// The whole entry.
    pub place: Place,
    /// The application of the policy.
    pub app: Option<String>,
    /// The name or the client id that the record has for the grant, whatever its case.
    pub grant: Option<String>,
    /// Why that is acceptable.
    pub reason: String,
    /// The last day on which it is.
    pub expires: Option<Date>,
}

impl UnknownGrant {
    /// Whether it holds on a day.
    #[must_use]
    pub fn holds_on(&self, day: Date) -> bool {
        self.expires.is_none_or(|expires| day <= expires)
    }
}

/// A list of scopes and what the policy is expected to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyTest {
    /// The whole test.
    pub place: Place,
    /// The application that asks; none in particular when absent.
    pub app: Option<String>,
    /// The scopes as an application would ask for them.
    pub scopes: String,
    /// Where the scopes stand.
    pub scopes_place: Place,
    /// What it expects.
    pub expect: Expectation,
}

/// What a test expects of a list of scopes; at least one of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectation {
    /// The verdict: of every scope where it is `allowed`, else of one at least.
    pub verdict: Option<Verdict>,
    /// The text of an `allow` or `deny` entry, or the id of a waiver, that decides on one of the scopes.
    pub entry: Option<Spanned<String>>,
    /// The name of a rule that finds something, accepted or not.
    pub rule: Option<&'static str>,
}
