//! What can be written at a place of a policy, and what each choice means.

use lsp_types::{CompletionItem, CompletionItemKind, CompletionTextEdit, TextEdit};
use serde_json::Value;
use std::sync::OnceLock;

use super::outline::outline;
use super::{Text, apps_of};
use crate::access;
use crate::catalog::{Service, data_centre};
use crate::lsp::source::Judge;
use crate::policy::builtin;
use crate::rules;
use crate::text::Span;

/// The most choices that are offered at once.
const MOST: usize = 400;

/// The schema of policies: it says what each key is for.
fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "it is part of the program, and a test reads it")]
    SCHEMA.get_or_init(|| {
        serde_json::from_str(include_str!("../../../schemas/policy.schema.json")).expect("the schema is JSON")
    })
}

/// The keys that may stand below others, each with what it is for.
fn keys(path: &[&str]) -> Vec<(&'static str, &'static str)> {
    let place = match path {
        [] => "/properties",
        ["apps", _] => "/$defs/app/properties",
        ["waivers"] => "/$defs/waiver/properties",
        ["unknown-grants"] => "/$defs/unknown-grant/properties",
        ["tests"] => "/$defs/test/properties",
        ["tests", "expect"] => "/$defs/expectation/properties",
        ["allow" | "deny"] | ["apps", _, "allow" | "deny"] => "/$defs/entry/properties",
        _ => return Vec::new(),
    };
    let described = |schema: &'static Value| -> Option<&'static str> {
        let own = schema.get("description").and_then(Value::as_str);
        let named = || {
            let name = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
            self::schema().pointer(name)?.get("description")?.as_str()
        };
        own.or_else(named)
    };
    let properties = schema().pointer(place).and_then(Value::as_object);
    properties.into_iter().flatten().map(|(key, schema)| (key.as_str(), described(schema).unwrap_or(""))).collect()
}

/// What a key is for.
pub(super) fn described(path: &[&str], key: &str) -> Option<&'static str> {
    keys(path).into_iter().find(|(name, _)| *name == key).map(|(_, told)| told).filter(|told| !told.is_empty())
}

/// A choice: what is written, what it is, what it means.
struct Choice {
    label: String,
    detail: String,
    kind: CompletionItemKind,
    /// What is written besides: `: ` after a key, a dot where more has to follow.
    end: &'static str,
}

impl Choice {
    fn new(label: impl Into<String>, detail: impl Into<String>, kind: CompletionItemKind) -> Self {
        Self { label: label.into(), detail: detail.into(), kind, end: "" }
    }

    fn followed_by(self, end: &'static str) -> Self {
        Self { end, ..self }
    }
}

/// What can be written at a byte of a policy.
pub(in crate::lsp) fn completion(judge: &Judge<'_>, text: &Text, offset: usize) -> Vec<CompletionItem> {
    let at = outline(text, offset);
    let path: Vec<&str> = at.path.iter().map(String::as_str).collect();
    let mut start = at.start;
    let choices: Vec<Choice> = match (at.is_key, path.as_slice()) {
        (true, ["rules"] | ["apps", _, "rules"]) => {
            rules().into_iter().map(|choice| choice.followed_by(": ")).collect()
        }
        (true, path) => {
            let key =
                |(name, told): (&str, &str)| Choice::new(name, told, CompletionItemKind::PROPERTY).followed_by(": ");
            keys(path).into_iter().map(key).collect()
        }
        (
            false,
            ["allow" | "deny"]
            | ["apps", _, "allow" | "deny" | "requested"]
            | ["waivers" | "tests", "scopes"]
            | ["allow" | "deny", "scope"]
            | ["apps", _, "allow" | "deny", "scope"],
        ) => {
            // A list in one text has several.
            let last = at.word.rfind([' ', ';']).map_or(0, |at| at + 1);
            start += last;
            scopes(judge, at.word.get(last..).unwrap_or(""))
        }
        (false, ["waivers", "rules"] | ["comments"] | ["tests", "expect", "rule"]) => {
            let mut choices = rules();
            if path == ["comments"] {
                choices.extend(words(&["allowed", "off"]));
            }
            choices
        }
        (false, ["rules", _] | ["apps", _, "rules", _] | ["mentions"]) => words(&["off", "note", "warning", "error"]),
        (false, ["default"]) => words(&["allow", "deny"]),
        (false, ["tests", "expect"] | ["tests", "expect", "verdict"]) => {
            words(&["allowed", "denied", "not-allowed", "unknown", "waived"])
        }
        (false, ["extends"]) => builtin::names()
            .map(|name| {
                Choice::new(format!("{}{name}", builtin::PREFIX), "built-in policy", CompletionItemKind::MODULE)
            })
            .collect(),
        (false, [.., "app"]) => apps_of(text.as_str())
            .into_iter()
            .map(|app| Choice::new(app, "application", CompletionItemKind::CLASS))
            .collect(),
        (false, ["apps", _, "data-centers"]) => data_centre::ALL
            .iter()
            .map(|centre| Choice::new(centre.code, "data centre", CompletionItemKind::ENUM_MEMBER))
            .collect(),
        _ => Vec::new(),
    };
    let range = text.range(Span::new(start, offset));
    let item = |choice: Choice| CompletionItem {
        detail: Some(choice.detail).filter(|told| !told.is_empty()),
        kind: Some(choice.kind),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit {
            range,
            new_text: format!("{}{}", choice.label, choice.end),
        })),
        filter_text: Some(choice.label.clone()),
        label: choice.label,
        ..CompletionItem::default()
    };
    choices.into_iter().take(MOST).map(item).collect()
}

fn words(words: &[&str]) -> Vec<Choice> {
    words.iter().map(|word| Choice::new(*word, "", CompletionItemKind::VALUE)).collect()
}

fn rules() -> Vec<Choice> {
    let rule = |info: &&crate::finding::RuleInfo| {
        Choice::new(info.name, format!("{}: {}", info.code, info.summary), CompletionItemKind::CONSTANT)
    };
    rules::infos().iter().map(rule).collect()
}

/// The services, the resources of one, the operations of one: what can follow what is written of a scope.
fn scopes(judge: &Judge<'_>, written: &str) -> Vec<Choice> {
    let catalog = &judge.basis.catalog;
    let Some((service, rest)) = written.split_once('.') else {
        let service = |service: &Service| Choice::new(&*service.name, &*service.product, CompletionItemKind::MODULE);
        let words = catalog.words().map(|word| Choice::new(word, "a scope of OpenID", CompletionItemKind::VALUE));
        return catalog.services().map(|known| service(known).followed_by(".")).chain(words).collect();
    };
    let Some(service) = catalog.service(service) else { return Vec::new() };
    let mut choices = Vec::new();
    if let (Some(full), false) = (&service.full_access, rest.contains('.')) {
        choices.push(Choice::new(full.scope.to_string(), "everything in the service", CompletionItemKind::VALUE));
    }
    let path: Vec<&str> = rest.split('.').collect();
    let (_, above) = path.split_last().unwrap_or((&"", &[]));
    let begins = |resource: &&crate::catalog::Resource| {
        resource.path.len() >= above.len()
            && resource.path.iter().zip(above).all(|(own, given)| own.eq_ignore_ascii_case(given))
    };
    for resource in service.resources.iter().filter(begins) {
        if resource.path.len() == above.len() {
            for operation in &resource.operations {
                let scope = service.scope(&resource.path, &operation.name);
                let gives = access::gives(catalog, &scope);
                choices.push(Choice::new(scope.to_string(), gives, CompletionItemKind::ENUM_MEMBER));
            }
        } else {
            let label = format!("{}.{}", service.name, resource.path.join("."));
            choices.push(Choice::new(label, &*resource.grants, CompletionItemKind::FIELD).followed_by("."));
        }
    }
    choices
}
