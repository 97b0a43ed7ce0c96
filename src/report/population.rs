//! Formats that hold the full population: a line for every scope of every grant or request, passes included.
//!
//! A run over a million grants writes them while it reads. Everything of a line but whose it is depends on how a grant
//! was judged, and grants that are alike are judged once: so their lines are made once, too, in two halves around the
//! words on whose they are.

use std::io;

use super::rows::by_row;
use super::{CatalogInfo, GrantState, PolicyInfo, Report};
use crate::finding::Waived;
use crate::finding::{Finding, Subject};
use crate::judge::Judged;

/// A format that holds the full population.
pub trait Rows: Sync {
    /// What stands before everything else.
    fn begin(&self, policy: &PolicyInfo, catalog: &CatalogInfo, as_of: jiff::civil::Date) -> String;

    /// The words on whose a line is.
    fn whose(&self, whose: &Whose<'_>) -> String;

    /// The lines before the scopes of a grant, or before a scope.
    fn before(&self, unit: &Unit<'_>) -> Option<Line>;

    /// The line of one of the scopes.
    fn scope(&self, unit: &Unit<'_>, at: usize) -> Line;

    /// The lines after the scopes.
    fn after(&self, unit: &Unit<'_>) -> Vec<Line>;

    /// All lines of a grant, or of a scope.
    fn lines(&self, unit: &Unit<'_>) -> Vec<Line> {
        let scopes = (0..unit.scopes.len()).map(|at| self.scope(unit, at));
        self.before(unit).into_iter().chain(scopes).chain(self.after(unit)).collect()
    }

    /// What stands after everything else.
    fn end(&self, report: &Report) -> String;
}

/// A line in two halves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Line {
    /// What stands before the words on whose it is.
    pub head: String,
    /// What stands after them, with the line break.
    pub tail: String,
}

/// Whose a line is, and where it was read.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'w> {
    /// The name of the input.
    pub path: &'w str,
    /// The line of the record, or of the scope.
    pub line: usize,
    /// The name of the grant; `None` for a request.
    pub grant: Option<&'w str>,
    /// The application by which it was judged.
    pub app: Option<&'w str>,
    /// The code of the data centre.
    pub data_centre: Option<&'w str>,
}

/// What is written together: a grant with its scopes, or one scope of a request.
#[derive(Clone, Debug, Default)]
pub struct Unit<'s> {
    /// By which index findings know the first of the scopes.
    pub first: usize,
    /// The state of the grant; `None` for a request.
    pub state: Option<GrantState>,
    /// Why the grant has no token.
    pub failure: Option<String>,
    /// The scopes.
    pub scopes: Vec<&'s Judged>,
    /// What stands, on the scopes and on the whole.
    pub findings: Vec<&'s Finding>,
    /// What waivers absolve.
    pub waived: Vec<&'s Waived>,
    /// Who answers for the application.
    pub owner: Option<&'s str>,
}

impl<'s> Unit<'s> {
    /// The findings on one of the scopes.
    pub(super) fn on(&self, at: usize) -> Vec<&'s Finding> {
        let subject = Some(self.first + at);
        self.findings.iter().copied().filter(|finding| finding.scope_index() == subject).collect()
    }

    /// The findings on no scope.
    pub(super) fn on_the_whole(&self) -> Vec<&'s Finding> {
        self.findings.iter().copied().filter(|finding| finding.scope_index().is_none()).collect()
    }

    /// The waivers that absolve a finding on one of the scopes.
    pub(super) fn waivers(&self, at: usize) -> Vec<&'s str> {
        let subject = Some(self.first + at);
        let waived = self.waived.iter().filter(|waived| waived.finding.scope_index() == subject);
        waived.map(|waived| waived.waiver.as_str()).collect()
    }
}

/// Writes a whole report.
pub(super) fn render(rows: &dyn Rows, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(rows.begin(&report.policy, &report.catalog, report.as_of).as_bytes())?;
    let mut write = |whose: &Whose<'_>, unit: &Unit<'_>| -> io::Result<()> {
        let whose = rows.whose(whose);
        for line in rows.lines(unit) {
            write!(out, "{}{whose}{}", line.head, line.tail)?;
        }
        Ok(())
    };
    let waived = |of: &dyn Fn(Subject) -> bool| {
        report.waived.iter().filter(|waived| of(waived.finding.subject)).collect::<Vec<_>>()
    };
    let (on_scopes, others) = by_row(report, &report.findings);
    for (index, grant) in report.grants.iter().enumerate() {
        let failure = report.not_evaluated.iter().find(|input| input.place == Some(grant.place));
        let own: Vec<usize> = report
            .scopes
            .iter()
            .enumerate()
            .filter(|(_, judged)| judged.grant == Some(index))
            .map(|(at, _)| at)
            .collect();
        let first = own.first().copied().unwrap_or(0);
        let scopes = report.scopes.get(first..first + own.len()).unwrap_or(&[]);
        let of_grant = others.iter().copied().filter(|finding| finding.subject == Subject::Grant(index));
        let on_scopes = on_scopes.iter().skip(first).take(own.len()).flatten().copied();
        let is_own = |subject| match subject {
            Subject::Scope(at) => own.contains(&at),
            subject => subject == Subject::Grant(index),
        };
        let unit = Unit {
            first,
            state: Some(grant.state),
            failure: failure.filter(|_| grant.state == GrantState::Failed).map(|input| input.message.clone()),
            scopes: scopes.iter().collect(),
            findings: on_scopes.chain(of_grant).collect(),
            waived: waived(&is_own),
            owner: report.policy.owner(grant.app.as_deref()),
        };
        let source = report.sources.get(grant.place.source);
        let whose = Whose {
            path: source.name(),
            line: source.position(grant.place.span.start).line,
            grant: Some(&grant.name),
            app: grant.app.as_deref(),
            data_centre: grant.data_centre,
        };
        write(&whose, &unit)?;
    }
    for (at, (judged, findings)) in report.scopes.iter().zip(on_scopes).enumerate() {
        if judged.grant.is_some() {
            continue;
        }
        let waived = waived(&|subject| subject == Subject::Scope(at));
        let owner = report.policy.owner(judged.app.as_deref());
        let unit = Unit { first: at, scopes: vec![judged], findings, waived, owner, ..Unit::default() };
        let source = report.sources.get(judged.place.source);
        let line = source.position(judged.place.span.start).line;
        let app = judged.app.as_deref();
        write(&Whose { path: source.name(), line, grant: None, app, data_centre: None }, &unit)?;
    }
    out.write_all(rows.end(report).as_bytes())
}

/// The findings of a report that belong to no scope and no grant, each with the words on where it is.
pub(super) fn others(report: &Report) -> impl Iterator<Item = (Whose<'_>, &Finding)> {
    let (_, others) = by_row(report, &report.findings);
    let of_grant = |finding: &&Finding| matches!(finding.subject, Subject::Grant(_));
    others.into_iter().filter(move |finding| !of_grant(finding)).map(|finding| {
        let source = report.sources.get(finding.place.source);
        let line = source.position(finding.place.span.start).line;
        let app = finding.app.as_deref();
        (Whose { path: source.name(), line, grant: None, app, data_centre: None }, finding)
    })
}
