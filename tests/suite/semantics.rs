//! The tables of `tests/semantics/`, run.

use serde::Deserialize;
use zscope::access::{self, Graph};
use zscope::catalog::{self, Catalog};
use zscope::input;
use zscope::judge::{Table, Verdict};
use zscope::policy::{self, Policy};
use zscope::scope::{Pattern, Scope};
use zscope::text::{Source, Sources};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases<C> {
    case: Vec<C>,
}

/// Reads a table and runs every case; a failure names the case.
fn each<C: serde::de::DeserializeOwned>(text: &str, run: impl Fn(&C) -> Result<(), String>, name: impl Fn(&C) -> &str) {
    let table: Cases<C> = toml::from_str(text).unwrap();
    assert!(!table.case.is_empty());
    let failed: Vec<String> =
        table.case.iter().filter_map(|case| run(case).err().map(|why| format!("{}: {why}", name(case)))).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[allow(clippy::needless_pass_by_value, reason = "values are compared and shown, then done with")]
fn same<T: PartialEq + std::fmt::Debug>(found: T, expected: T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("found {found:?}, expected {expected:?}")) }
}

fn scope(text: &str) -> Result<Scope, String> {
    text.parse().map_err(|error| format!("{text}: {error}"))
}

fn with_excerpt(excerpt: Option<&String>) -> Catalog {
    let mut catalog = Catalog::embedded();
    if let Some(text) = excerpt {
        let file = Source::new("excerpt.yaml", text.as_str());
        let (service, endpoints) = catalog::decode(&file).unwrap_or_else(|problems| panic!("{problems:#?}"));
        catalog.overlay(service, endpoints, text);
    }
    catalog
}

#[test]
fn parse() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        input: String,
        canonical: Option<String>,
        error: Option<String>,
    }
    let catalog = Catalog::embedded();
    let run = |case: &Case| match (case.input.parse::<Scope>(), &case.canonical, &case.error) {
        (Ok(scope), Some(canonical), None) => {
            same(access::identify(&catalog, &scope).scope.to_string(), canonical.clone())
        }
        (Err(error), None, Some(part)) if error.to_string().contains(part.as_str()) => Ok(()),
        (found, ..) => Err(format!("found {found:?}")),
    };
    each(include_str!("../semantics/parse.toml"), run, |case: &Case| &case.name);
}

#[test]
fn list() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        input: String,
        scopes: Vec<String>,
        separators: Vec<String>,
        #[serde(default)]
        stray: usize,
    }
    let run = |case: &Case| {
        let id = Sources::default().add(Source::new("list", case.input.as_str()));
        let list = input::read_list(id, &case.input, 0);
        same(list.items.iter().map(|item| item.written.clone()).collect::<Vec<_>>(), case.scopes.clone())?;
        let separators: Vec<String> =
            list.separators.iter().map(|separator| format!("{separator:?}").to_ascii_lowercase()).collect();
        same(separators, case.separators.clone())?;
        same(list.items.iter().filter(|item| item.stray.is_some()).count(), case.stray)
    };
    each(include_str!("../semantics/list.toml"), run, |case: &Case| &case.name);
}

#[test]
fn coverage() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        big: String,
        small: String,
        covers: bool,
        catalog: Option<String>,
    }
    let run = |case: &Case| {
        let catalog = with_excerpt(case.catalog.as_ref());
        same(access::covers(&catalog, &scope(&case.big)?, &scope(&case.small)?), case.covers)
    };
    each(include_str!("../semantics/coverage.toml"), run, |case: &Case| &case.name);
}

#[test]
fn overlap() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        scope: String,
        deny: String,
        meets: bool,
        catalog: Option<String>,
    }
    let run = |case: &Case| {
        let catalog = with_excerpt(case.catalog.as_ref());
        let policy = policy_of("allow", &[], std::slice::from_ref(&case.deny));
        let table = Table::new(&catalog, &policy);
        let verdict = table.judge(None).verdict(Graph::of(&catalog).id(&scope(&case.scope)?));
        same(verdict == Verdict::Denied, case.meets)
    };
    each(include_str!("../semantics/overlap.toml"), run, |case: &Case| &case.name);
}

#[test]
fn pattern() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        pattern: String,
        #[serde(default)]
        matches: Vec<String>,
        #[serde(default)]
        not: Vec<String>,
        error: Option<String>,
    }
    let run = |case: &Case| match (Pattern::parse(&case.pattern), &case.error) {
        (Ok(pattern), None) => {
            for text in &case.matches {
                same((text, pattern.matches(&scope(text)?)), (text, true))?;
            }
            for text in &case.not {
                same((text, pattern.matches(&scope(text)?)), (text, false))?;
            }
            Ok(())
        }
        (Err(error), Some(part)) if error.message.contains(part.as_str()) => Ok(()),
        (found, _) => Err(format!("found {found:?}")),
    };
    each(include_str!("../semantics/pattern.toml"), run, |case: &Case| &case.name);
}

/// A policy with these entries and nothing else.
pub(crate) fn policy_of(default: &str, allow: &[String], deny: &[String]) -> Policy {
    let list = |key: &str, entries: &[String]| match entries {
        [] => String::new(),
        entries => format!("{key}: {entries:?}\n"),
    };
    let text = format!("version: 1\ndefault: {default}\n{}{}", list("allow", allow), list("deny", deny));
    let read = |_: &std::path::Path| Err("nothing to extend".to_owned());
    let top = policy::Top::File { path: std::path::Path::new("zscope.yaml"), text: text.clone() };
    policy::load(top, &read, &[], &mut Sources::default()).unwrap_or_else(|errors| panic!("{text}\n{errors:?}"))
}

#[test]
fn verdict() {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        name: String,
        scope: String,
        #[serde(default)]
        allow: Vec<String>,
        #[serde(default)]
        deny: Vec<String>,
        default: Option<String>,
        verdict: String,
        excess: Option<Vec<String>>,
        witness: Option<bool>,
    }
    let catalog = Catalog::embedded();
    let run = |case: &Case| {
        let policy = policy_of(case.default.as_deref().unwrap_or("deny"), &case.allow, &case.deny);
        let outcome = Table::new(&catalog, &policy).judge(None).reasons(&scope(&case.scope)?);
        same(outcome.verdict.as_str(), case.verdict.as_str())?;
        if let Some(excess) = &case.excess {
            let mut found: Vec<String> = outcome.excess.iter().map(ToString::to_string).collect();
            found.sort();
            same(&found, excess)?;
        }
        case.witness.map_or(Ok(()), |expected| same(outcome.witness.is_some(), expected))
    };
    each(include_str!("../semantics/verdict.toml"), run, |case: &Case| &case.name);
}
