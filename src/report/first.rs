//! What to look at first: the scopes against which most is said, the worst rules first.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, RuleInfo, Severity};

/// The most that is named.
const MOST: usize = 10;

/// What a rule says of a scope, over all applications.
#[derive(Clone, Debug)]
pub struct First {
    /// The rule.
    pub rule: &'static RuleInfo,
    /// Its worst severity here.
    pub severity: Severity,
    /// The scope.
    pub scope: String,
    /// How many findings.
    pub findings: usize,
    /// The applications, where the policy knows them.
    pub apps: BTreeSet<String>,
    /// What to do about it.
    pub help: Option<String>,
}

/// What to look at first of some findings: errors before warnings, then what is found most often.
pub fn firsts<'f>(findings: impl Iterator<Item = &'f Finding>) -> Vec<First> {
    let mut found: BTreeMap<(&str, &str), First> = BTreeMap::new();
    for finding in findings.filter(|finding| finding.severity >= Severity::Warning) {
        let Some(scope) = finding.scope.as_deref() else { continue };
        let first = found.entry((finding.rule.code, scope)).or_insert_with(|| First {
            rule: finding.rule,
            severity: finding.severity,
            scope: scope.to_owned(),
            findings: 0,
            apps: BTreeSet::new(),
            help: finding.help.clone(),
        });
        first.severity = first.severity.max(finding.severity);
        first.findings += 1;
        first.apps.extend(finding.app.clone());
    }
    let mut found: Vec<First> = found.into_values().collect();
    found.sort_by_key(|first| std::cmp::Reverse((first.severity, first.findings)));
    found.truncate(MOST);
    found
}
