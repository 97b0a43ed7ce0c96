//! What SARIF says of a rule.

use std::collections::BTreeMap;

use super::super::PolicyInfo;
use super::super::clean::{Text, clipped};
use super::model::{Configuration, Help, Message, Rule, RuleProperties};
use crate::finding::{Finding, RuleInfo, Severity};

/// The most characters that GitHub takes of a rule's descriptions.
const DESCRIPTION: usize = 1024;

/// The rules that findings name, in the order of their codes, and the index of each.
pub(super) struct Rules(BTreeMap<&'static str, (&'static RuleInfo, usize)>);

impl Rules {
    pub(super) fn of<'f>(findings: impl Iterator<Item = &'f Finding>) -> Self {
        let mut rules: BTreeMap<&'static str, (&'static RuleInfo, usize)> =
            findings.map(|finding| (finding.rule.code, (finding.rule, 0))).collect();
        for (index, (_, of_rule)) in rules.values_mut().enumerate() {
            *of_rule = index;
        }
        Self(rules)
    }

    pub(super) fn index(&self, rule: &RuleInfo) -> usize {
        self.0.get(rule.code).map_or(0, |(_, index)| *index)
    }

    pub(super) fn described(&self, policy: &PolicyInfo) -> Vec<Rule> {
        self.0.values().map(|(rule, _)| described(rule, policy)).collect()
    }
}

pub(super) fn level(severity: Severity) -> &'static str {
    severity.as_str()
}

fn described(rule: &'static RuleInfo, policy: &PolicyInfo) -> Rule {
    let (group, is_security) = group(rule.code);
    let mut tags = vec![group];
    if is_security {
        tags.push("security");
    }
    Rule {
        id: rule.code,
        name: rule.name,
        short_description: sentence(rule.summary),
        full_description: sentence(what_it_does(rule).unwrap_or(rule.summary)),
        help: Help { text: help(rule), markdown: help(rule) },
        help_uri: policy.page(rule),
        default_configuration: Configuration { level: level(rule.severity) },
        properties: RuleProperties {
            tags,
            precision: "high",
            problem_severity: match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
            security_severity: is_security.then_some(match rule.severity {
                Severity::Error => "8.0",
                Severity::Warning => "5.5",
                Severity::Note => "2.0",
            }),
        },
    }
}

/// The group that a code's first digit names, and whether its findings are about security: what an application may do,
/// not how a list is written.
fn group(code: &str) -> (&'static str, bool) {
    match code.as_bytes().get(2) {
        Some(b'0') => ("form", false),
        Some(b'1') => ("catalog", false),
        Some(b'2') => ("privilege", true),
        Some(b'3') => ("policy", true),
        Some(b'4') => ("consent-url", true),
        Some(b'5') => ("grant", true),
        _ => ("source", true),
    }
}

fn help(rule: &'static RuleInfo) -> &'static str {
    if rule.docs.is_empty() { rule.summary } else { rule.docs }
}

/// The first paragraph under the first heading.
fn what_it_does(rule: &'static RuleInfo) -> Option<&'static str> {
    let (_, rest) = rule.docs.split_once("## What it does\n")?;
    rest.split("\n\n").next().map(str::trim).filter(|text| !text.is_empty())
}

/// A sentence of ours, with a capital and a full stop.
fn sentence(text: &str) -> Message {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let stop = if text.ends_with('.') { "" } else { "." };
    Message { text: Text::owned(&clipped(&format!("{first}{}{stop}", chars.as_str()), DESCRIPTION)) }
}
