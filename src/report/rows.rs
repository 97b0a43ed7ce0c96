//! Which findings belong to which judged scope.

use std::collections::BTreeMap;

use super::Report;
use crate::finding::Finding;
use crate::text::{Place, Span};

/// The findings on each scope, and those on none of them: a finding belongs to the scope in whose text it lies, and
/// where several applications ask for that text, to the one it is about.
pub(super) fn by_row<'f>(
    report: &Report,
    findings: impl IntoIterator<Item = &'f Finding>,
) -> (Vec<Vec<&'f Finding>>, Vec<&'f Finding>) {
    let mut at: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
    for (row, judged) in report.scopes.iter().enumerate() {
        at.entry(judged.place).or_default().push(row);
    }
    let mut by_row = vec![Vec::new(); report.scopes.len()];
    let mut others = Vec::new();
    for finding in findings {
        let Place { source, span } = finding.place;
        let upto = Place { source, span: Span { start: span.start, end: usize::MAX } };
        let nearest = at.range(..=upto).next_back();
        let rows = nearest.filter(|(place, _)| place.source == source && span.end <= place.span.end);
        let row = rows.and_then(|(_, rows)| {
            let same = |row: &&usize| report.scopes.get(**row).is_some_and(|judged| judged.app == finding.app);
            rows.iter().find(same).or_else(|| rows.first())
        });
        match row.and_then(|&row| by_row.get_mut(row)) {
            Some(found) => found.push(finding),
            None => others.push(finding),
        }
    }
    (by_row, others)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{ALL_OPERATIONS, Builder, FULL_ACCESS};
    use super::*;
    use crate::judge::Verdict;

    #[test]
    fn findings_go_to_the_scope_in_which_they_lie() {
        let mut built = Builder::new();
        let source = built.source("a.env", "Desk.b.READ Desk.c.READ end");
        for (scope, app) in [("Desk.b.READ", "one"), ("Desk.b.READ", "two"), ("Desk.c.READ", "one")] {
            built.scope(source, scope, Verdict::Allowed).app = Some(app.to_owned());
        }
        for (rule, text, app) in [
            (&ALL_OPERATIONS, "Desk.b.READ", "two"),
            (&FULL_ACCESS, "Desk.b.READ", "two"),
            (&FULL_ACCESS, "Desk.b.READ", "two"),
            (&ALL_OPERATIONS, "c.READ", "one"),
            (&ALL_OPERATIONS, "READ Desk.c", "one"),
            (&ALL_OPERATIONS, "end", "one"),
        ] {
            let mut finding = Finding::new(rule, built.place(source, text), text);
            finding.app = Some(app.to_owned());
            built.finding(finding);
        }
        let (rows, others) = by_row(&built.0, &built.0.findings);
        let codes = |row: &Vec<&Finding>| row.iter().map(|finding| finding.rule.code).collect::<Vec<_>>().join(" ");
        assert_eq!(rows.iter().map(codes).collect::<Vec<_>>(), ["", "ZS203 ZS201 ZS201", "ZS203"]);
        assert_eq!(others.iter().map(|finding| &*finding.message).collect::<Vec<_>>(), ["READ Desk.c", "end"]);
    }
}
