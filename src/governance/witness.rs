//! Scopes by which a changed setting shows: what a rule says of one scope before the change and says no more after it.

use std::collections::BTreeMap;

use crate::finding::Severity;
use crate::input::{Item, Request};
use crate::judge::{Side, Table};
use crate::review::Review;
use crate::rules::{self, Check, Rule};
use crate::scope::Scope;
use crate::text::{Place, Span};

/// A scope of which a rule says less than before.
pub(super) struct Silenced {
    pub(super) scope: Scope,
    pub(super) rule: &'static str,
    pub(super) before: Severity,
    /// Nothing where the rule is silent.
    pub(super) after: Option<Severity>,
}

/// One side of a comparison, as rules on single scopes see it.
struct Judging<'a> {
    review: Review<'a>,
    table: Table<'a>,
}

/// The rules on single scopes with this name, or all but those that state a verdict: access is compared by itself.
fn chosen(name: Option<&str>) -> Vec<&'static Rule> {
    let is_chosen = |rule: &&'static Rule| name.map_or(!rule.info.is_verdict, |name| rule.info.name == name);
    let of_scopes = rules::ALL.iter().copied().filter(|rule| matches!(rule.check, Check::Scope(_)));
    of_scopes.filter(is_chosen).collect()
}

/// The first scope of the catalogs of which a rule, or any, says more by one side than by the other.
pub(super) fn silenced(from: &Side<'_>, to: &Side<'_>, app: Option<&str>, rule: Option<&str>) -> Option<Silenced> {
    let rules = chosen(rule);
    if rules.is_empty() {
        return None;
    }
    let [old, new] = [from, to].map(|side| Judging {
        review: Review { rules: &rules, ..Review::new(side.catalog(), side.policy(), side.as_of()) },
        table: Table::new(side.catalog(), side.policy()),
    });
    let data = |side: &Side<'_>| {
        let entries = side.policy().data.iter();
        entries.map(|data| format!("{}: {:?}", data.pattern, data.classes)).collect::<Vec<_>>()
    };
    // Where catalog files alone make the difference, it shows on what they speak of.
    let of_files = rule.is_none() && data(from) == data(to);
    let services: Vec<_> = match of_files {
        true => to.catalog().overlaid().chain(from.catalog().overlaid()).collect(),
        false => from.catalog().services().collect(),
    };
    for service in services {
        for (scope, _) in service.scopes().filter(|(scope, _)| !scope.has_placeholder()) {
            let before = old.said(app, &scope);
            if before.is_empty() {
                continue;
            }
            let after = new.said(app, &scope);
            let less = before.into_iter().find(|(rule, severity)| after.get(rule) < Some(severity));
            if let Some((rule, before)) = less {
                return Some(Silenced { scope, rule, before, after: after.get(rule).copied() });
            }
        }
    }
    None
}

impl Judging<'_> {
    /// What rules say of a scope and no waiver accepts: the worst of each.
    fn said(&self, app: Option<&str>, scope: &Scope) -> BTreeMap<&'static str, Severity> {
        let place = Place::new(self.review.policy.origin.source, Span::default());
        let mut request = Request::new(place, vec![Item::new(scope.to_string(), place, Ok(scope.clone()))]);
        request.app = app.map(str::to_owned);
        let mut worst: BTreeMap<&'static str, Severity> = BTreeMap::new();
        for finding in self.review.of_request(&self.table, &request).standing {
            let known = worst.entry(finding.rule.name).or_insert(finding.severity);
            *known = finding.severity.max(*known);
        }
        worst
    }
}
