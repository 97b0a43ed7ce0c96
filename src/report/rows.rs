//! Which findings belong to which judged scope.

use super::Report;
use crate::finding::Finding;

/// The findings on each scope, and those on none of them.
pub(super) fn by_row<'f>(
    report: &Report,
    findings: impl IntoIterator<Item = &'f Finding>,
) -> (Vec<Vec<&'f Finding>>, Vec<&'f Finding>) {
    let mut by_row = vec![Vec::new(); report.scopes.len()];
    let mut others = Vec::new();
    for finding in findings {
        match finding.scope_index().and_then(|row| by_row.get_mut(row)) {
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
    use crate::finding::Subject;
    use crate::judge::Verdict;

    #[test]
    fn findings_go_to_the_scope_that_they_are_about() {
        let mut built = Builder::new();
        let source = built.source("a.env", "Desk.b.READ Desk.c.READ end");
        for (scope, app) in [("Desk.b.READ", "one"), ("Desk.b.READ", "two"), ("Desk.c.READ", "one")] {
            built.scope(source, scope, Verdict::Allowed).app = Some(app.to_owned());
        }
        let place = built.place(source, "Desk.b.READ");
        for (rule, subject) in [
            (&ALL_OPERATIONS, Subject::Scope(1)),
            (&FULL_ACCESS, Subject::Scope(1)),
            (&ALL_OPERATIONS, Subject::Scope(2)),
            (&ALL_OPERATIONS, Subject::List),
            (&ALL_OPERATIONS, Subject::Scope(9)),
        ] {
            built.0.findings.push(Finding::new(rule, place, "x").about(subject));
        }
        let (rows, others) = by_row(&built.0, &built.0.findings);
        let codes = |row: &Vec<&Finding>| row.iter().map(|finding| finding.rule.code).collect::<Vec<_>>().join(" ");
        assert_eq!(rows.iter().map(codes).collect::<Vec<_>>(), ["", "ZS203 ZS201", "ZS203"]);
        assert_eq!(others.len(), 2);
    }
}
