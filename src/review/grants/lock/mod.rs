//! The lock file: the access that tokens hold, written down for review, and what has changed since.

mod read;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;

use crate::access::{self, Sureness};
use crate::catalog::Catalog;
use crate::rules::{Drift, Drifted};
use crate::scope::Scope;
use crate::secret::redact;
use crate::text::{Place, Problem, SourceId};

/// The version of the format.
const VERSION: &str = "1";

/// Stands for the data centre where no response tells it.
pub(super) const UNKNOWN: &str = "unknown";

/// What the file begins with.
const HEADER: &str = "\
# The access that tokens hold, by application and data centre. Written by `zscope audit --lock`; compare with
# `zscope audit --check-lock`.
version: 1
";

/// What the tokens of one application hold in one data centre.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldAccess {
    /// The policy's application; `None` where the name is the input's.
    pub policy_app: Option<String>,
    /// Every scope, in the catalog's spelling.
    pub scopes: BTreeSet<Scope>,
    /// One of the tokens holds more or other scopes than are known.
    pub is_unknown: bool,
    /// Of one record with this name nothing could be evaluated.
    pub is_failed: bool,
}

/// A lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lock {
    /// Where what the file does not mention is told.
    start: Place,
    entries: Vec<Entry>,
    /// Of whom nobody knows what is held: application, data centre, place.
    unknown: Vec<(String, String, Place)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    app: String,
    data_centre: String,
    place: Place,
    scopes: Vec<(Scope, Place)>,
}

impl Lock {
    /// Reads a lock file.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(source: SourceId, text: &str) -> Result<Self, Vec<Problem>> {
        read::read(source, text)
    }

    /// What it says is held, by application and data centre.
    pub fn held(&self) -> impl Iterator<Item = (&str, &str, Vec<Scope>)> {
        let scopes = |entry: &Entry| entry.scopes.iter().map(|(scope, _)| scope.clone()).collect();
        self.entries.iter().map(move |entry| (entry.app.as_str(), entry.data_centre.as_str(), scopes(entry)))
    }

    /// Of whom nobody knows what is held: application and data centre.
    pub fn unknown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.unknown.iter().map(|(app, centre, _)| (app.as_str(), centre.as_str()))
    }

    /// The file for what tokens hold: sorted, one scope a line.
    #[must_use]
    pub fn write(held: &BTreeMap<(String, String), HeldAccess>) -> String {
        let mut text = String::from(HEADER);
        let is_said = |access: &&HeldAccess| !(access.is_unknown || access.is_failed) || !access.scopes.is_empty();
        let any_said = held.values().any(|access| is_said(&access));
        text.push_str(if any_said { "grants:\n" } else { "grants: {}\n" });
        let mut last = None;
        for ((app, centre), access) in held.iter().filter(|(_, access)| is_said(access)) {
            if last != Some(app) {
                let _ = writeln!(text, "  {}:", key(app));
                last = Some(app);
            }
            let none = if access.scopes.is_empty() { " []" } else { "" };
            let _ = writeln!(text, "    {centre}:{none}");
            for scope in &access.scopes {
                // A name that looks like a secret is not written down.
                let _ = writeln!(text, "      - {}", value(&redact(&scope.to_string())));
            }
        }
        let mut unknown: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for ((app, centre), _) in held.iter().filter(|(_, access)| access.is_unknown || access.is_failed) {
            unknown.entry(app).or_default().push(centre);
        }
        if !unknown.is_empty() {
            text.push_str("unknown:\n");
        }
        for (app, centres) in unknown {
            let _ = writeln!(text, "  {}: [{}]", key(app), centres.join(", "));
        }
        text
    }

    /// How what is held differs, in the order of the applications' names: what has grown first.
    #[must_use]
    pub fn drift(&self, catalog: &Catalog, held: &BTreeMap<(String, String), HeldAccess>) -> Vec<Drift> {
        let mut found = Vec::new();
        let of = |entry: &Entry| (entry.app.clone(), entry.data_centre.clone());
        let entries: BTreeMap<_, _> = self.entries.iter().map(|entry| (of(entry), entry)).collect();
        for ((app, centre), access) in held {
            let entry = entries.get(&(app.clone(), centre.clone())).copied();
            let locked: HashSet<Scope> =
                entry.iter().flat_map(|entry| &entry.scopes).map(|(scope, _)| canonical(catalog, scope)).collect();
            let place = entry.map_or(self.start, |entry| entry.place);
            let drift = |what, place| Drift {
                app: app.clone(),
                policy_app: access.policy_app.clone(),
                data_centre: centre.clone(),
                what,
                place,
            };
            let is_known = || self.unknown.iter().any(|(known, at, _)| known == app && at == centre);
            if access.is_unknown && !is_known() {
                found.push(drift(Drifted::Unknown, place));
            }
            for scope in &access.scopes {
                if access::holds(catalog, &locked, scope, false) != Sureness::Surely {
                    found.push(drift(Drifted::Grown(scope.clone()), place));
                }
            }
            let now: HashSet<Scope> = access.scopes.iter().cloned().collect();
            let is_whole = !access.is_unknown && !access.is_failed;
            for (scope, place) in entry.iter().flat_map(|entry| &entry.scopes).filter(|_| is_whole) {
                if access::holds(catalog, &now, scope, true) != Sureness::Surely {
                    found.push(drift(Drifted::Shrunk(canonical(catalog, scope)), *place));
                }
            }
        }
        let known = self.entries.iter().map(|entry| (of(entry), entry.place));
        let unknown = self.unknown.iter().map(|(app, centre, place)| ((app.clone(), centre.clone()), *place));
        let mut absent: BTreeMap<_, _> = unknown.chain(known).collect();
        absent.retain(|whose, _| !held.contains_key(whose));
        for ((app, data_centre), place) in absent {
            found.push(Drift { app, policy_app: None, data_centre, what: Drifted::Absent, place });
        }
        found
    }
}

fn canonical(catalog: &Catalog, scope: &Scope) -> Scope {
    access::identify(catalog, scope).scope
}

/// A name as a key of YAML: quoted unless it is surely read as it stands.
fn key(name: &str) -> String {
    value(&redact(name))
}

fn value(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    if starts && text.chars().all(plain) && !word.contains(&text.to_ascii_lowercase().as_str()) {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Source, Sources};

    fn held(of: &[(&str, &str, &str)]) -> BTreeMap<(String, String), HeldAccess> {
        of.iter()
            .map(|(app, centre, scopes)| {
                let scopes = scopes.split_whitespace().map(|scope| scope.parse().unwrap()).collect();
                (((*app).to_owned(), (*centre).to_owned()), HeldAccess { scopes, ..HeldAccess::default() })
            })
            .collect()
    }

    #[test]
    fn what_is_written_is_read_and_has_not_drifted() {
        let held = held(&[
            ("sync", "eu", "ZohoBooks.invoices.READ email ZohoCRM.modules.{module}.READ"),
            ("sync", "us", ""),
            ("yes", "eu", "openid"),
            ("a: \"b\"\u{1b}", "unknown", "openid"),
        ]);
        let text = Lock::write(&held);
        insta::assert_snapshot!(text);
        let mut sources = Sources::default();
        let id = sources.add(Source::new("zscope.lock", &*text));
        let lock = Lock::read(id, &text).unwrap();
        assert_eq!(lock.drift(&Catalog::embedded(), &held), []);
    }

    #[test]
    fn growth_counts_by_meaning() {
        let catalog = Catalog::embedded();
        for (locked, now, expected) in [
            ("ZohoBooks.invoices.ALL", "ZohoBooks.invoices.READ", "- ZohoBooks.invoices.ALL"),
            ("ZohoBooks.invoices.READ", "zohobooks.Invoices.read", ""),
            (
                "Site24x7.admin.ALL",
                "Site24x7.admin.READ Site24x7.admin.CREATE Site24x7.admin.UPDATE Site24x7.admin.DELETE",
                "",
            ),
            ("ZohoBooks.invoices.READ ZohoBooks.invoices.CREATE", "ZohoBooks.invoices.ALL", "+ ZohoBooks.invoices.ALL"),
            ("ZohoBooks.fullaccess.all", "ZohoBooks.invoices.ALL", "- ZohoBooks.fullaccess.all"),
            ("ZohoBooks.invoices.ALL", "ZohoBooks.fullaccess.all", "+ ZohoBooks.fullaccess.all"),
            // Every operation of today is not every operation.
            (
                "Site24x7.admin.READ Site24x7.admin.CREATE Site24x7.admin.UPDATE Site24x7.admin.DELETE",
                "Site24x7.admin.ALL",
                "+ Site24x7.admin.ALL",
            ),
            (
                "ZohoCRM.modules.leads.WRITE",
                "ZohoCRM.modules.leads.CREATE ZohoCRM.modules.leads.DELETE",
                "- ZohoCRM.modules.leads.WRITE",
            ),
            ("ZohoCRM.modules.leads.CREATE", "ZohoCRM.modules.leads.WRITE", "+ ZohoCRM.modules.leads.WRITE"),
            // A group gives its members, and is more than any of them.
            ("ZohoCRM.modules.ALL", "ZohoCRM.modules.leads.READ", "- ZohoCRM.modules.ALL"),
            ("ZohoCRM.modules.leads.ALL", "ZohoCRM.modules.ALL", "+ ZohoCRM.modules.ALL"),
            ("ZohoCRM.modules.READ", "ZohoCRM.modules.READ ZohoCRM.modules.leads.READ", ""),
            ("ZohoCRM.modules.READ", "ZohoCRM.modules.READ ZohoCRM.coql.READ", "+ ZohoCRM.coql.READ"),
            ("openid email", "EMAIL OpenID", ""),
            ("No.such.READ", "no.SUCH.read", ""),
            ("", "openid", "+ openid"),
            ("openid", "", "- openid"),
        ] {
            let text = Lock::write(&held(&[("x", "eu", locked)]));
            let mut sources = Sources::default();
            let id = sources.add(Source::new("zscope.lock", &*text));
            let drift = Lock::read(id, &text).unwrap().drift(&catalog, &held(&[("x", "eu", now)]));
            let told: Vec<String> = drift
                .iter()
                .map(|drift| match &drift.what {
                    Drifted::Grown(scope) => format!("+ {scope}"),
                    Drifted::Shrunk(scope) => format!("- {scope}"),
                    Drifted::Unknown => "?".to_owned(),
                    Drifted::Absent => "absent".to_owned(),
                })
                .collect();
            assert_eq!(told.join(", "), expected, "{locked}: {now}");
        }
    }

    #[test]
    fn what_nobody_knows_is_written_down_and_is_drift_where_it_is_new() {
        let catalog = Catalog::embedded();
        let mut now = held(&[("x", "eu", "openid"), ("y", "unknown", "")]);
        let told = |lock: &str, now: &BTreeMap<(String, String), HeldAccess>| {
            let mut sources = Sources::default();
            let id = sources.add(Source::new("zscope.lock", lock));
            let drift = Lock::read(id, lock).unwrap().drift(&catalog, now);
            drift.iter().map(|drift| format!("{} {:?}", drift.app, drift.what)).collect::<Vec<_>>()
        };
        let before = Lock::write(&now);
        now.values_mut().for_each(|access| access.is_unknown = true);
        assert_eq!(told(&before, &now), ["x Unknown", "y Unknown"]);
        let text = Lock::write(&now);
        assert!(
            text.ends_with("grants:\n  x:\n    eu:\n      - openid\nunknown:\n  x: [eu]\n  \"y\": [unknown]\n"),
            "{text}"
        );
        assert_eq!(told(&text, &now), Vec::<String>::new());
        assert_eq!(told(&text, &held(&[("x", "eu", "openid")])), ["y Absent"]);
        assert_eq!(
            told(&text, &held(&[("x", "eu", "openid"), ("y", "unknown", "email")])),
            [format!("y {:?}", Drifted::Grown("email".parse().unwrap()))]
        );
    }

    #[test]
    fn no_secret_is_written_down() {
        let token = format!("1000.{}.{}", "a1".repeat(16), "b2".repeat(16));
        let text = Lock::write(&held(&[("x", "eu", &token), (&token, "eu", "openid")]));
        assert!(!text.contains("a1a1a1a1") && !text.contains("b2b2b2b2"), "{text}");
    }

    #[test]
    fn what_is_wrong_with_a_lock_is_told() {
        let mut told = String::new();
        for text in [
            "",
            "[]",
            "version: 2\ngrants: {}\nnew: 1\n",
            "version: one\n",
            "grants: {}",
            "version: 1\ngrants: {x: [a]}",
            "version: 1\nx: 1",
            "version: 1\ngrants: {x: {eu: ZohoBooks.invoices.READ}}",
            "version: 1\ngrants: {x: {eu: [nonsense.x]}}",
            "version: 1\nunknown: [x]\n",
            "version: 1\nunknown: {x: eu, y: [ue]}\n",
            "version: 1\ngrants:\n  x:\n    ue: [openid]\n    EU: [openid]\n    mars: [openid]\n    unknown: []\n",
            "version: 1\ngrants:\n  x:\n    eu: []\n  x:\n    us: []\n",
            "version: 1\ngrants:\n  x:\n    eu:\n      - openid\n   - email\n",
            "version: 1\ngrants:\n<<<<<<< HEAD\n  x:\n    eu: []\n=======\n  y:\n    eu: []\n>>>>>>> other\n",
        ] {
            let mut sources = Sources::default();
            let id = sources.add(Source::new("zscope.lock", text));
            let problems = Lock::read(id, text).unwrap_err();
            assert!(!problems.is_empty(), "{text}");
            let _ = writeln!(told, "{text:?}");
            for problem in problems {
                let at = sources.get(id).position(problem.span.start);
                let help = problem.help.unwrap_or_default();
                let _ = writeln!(told, "    {}:{} {} ({help})", at.line, at.column, problem.message);
            }
        }
        insta::assert_snapshot!(told);
    }

    #[test]
    fn a_large_lock_is_compared() {
        let names: Vec<String> = (0..20_000).map(|n| format!("app-{n}")).collect();
        let held: Vec<(&str, &str, &str)> = names.iter().map(|name| (name.as_str(), "eu", "openid")).collect();
        let held = self::held(&held);
        let text = Lock::write(&held);
        let mut sources = Sources::default();
        let id = sources.add(Source::new("zscope.lock", &*text));
        let lock = Lock::read(id, &text).unwrap();
        assert_eq!(lock.drift(&Catalog::embedded(), &held), []);
    }
}
