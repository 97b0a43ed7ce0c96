//! Formats that hold the full population: a line for every scope of every grant or request, passes included.
//!
//! A run over a million grants writes them while it reads. Everything of a line but whose it is depends on how a grant
//! was judged, and grants that are alike are judged once: so their lines are made once, too, in two halves around the
//! words on whose they are.

use std::collections::BTreeMap;
use std::io;

use super::rows::by_row;
use super::{CatalogInfo, GrantState, PolicyInfo, Report};
use crate::finding::Finding;
use crate::finding::Waived;
use crate::judge::Judged;
use crate::text::{Place, SourceId};

/// A format that holds the full population.
pub trait Rows: Sync {
    /// What stands before everything else.
    fn begin(&self, policy: &PolicyInfo, catalog: &CatalogInfo, as_of: jiff::civil::Date) -> String;

    /// The words on whose a line is.
    fn whose(&self, whose: &Whose<'_>) -> String;

    /// The lines of a subject.
    fn lines(&self, subject: &Subject<'_>) -> Vec<Line>;

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

/// What was judged together: a grant, or one scope of a request.
#[derive(Clone, Debug, Default)]
pub struct Subject<'s> {
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
}

impl<'s> Subject<'s> {
    /// The findings on a scope: those at its place; of a request, all of them.
    pub(super) fn on(&self, scope: &Judged) -> Vec<&'s Finding> {
        let is_request = self.state.is_none();
        self.findings.iter().copied().filter(|finding| is_request || finding.place == scope.place).collect()
    }

    /// The findings on no scope; none of a request's.
    pub(super) fn on_the_whole(&self) -> Vec<&'s Finding> {
        if self.state.is_none() {
            return Vec::new();
        }
        let is_on_scope = |finding: &Finding| self.scopes.iter().any(|scope| scope.place == finding.place);
        self.findings.iter().copied().filter(|finding| !is_on_scope(finding)).collect()
    }

    /// The waivers that absolve a finding on a scope.
    pub(super) fn waivers(&self, scope: &Judged) -> Vec<&'s str> {
        let waived = self.waived.iter().filter(|waived| waived.finding.place == scope.place);
        waived.map(|waived| waived.waiver.as_str()).collect()
    }
}

/// Writes a whole report.
pub(super) fn render(rows: &dyn Rows, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(rows.begin(&report.policy, &report.catalog, report.as_of).as_bytes())?;
    let mut write = |whose: &Whose<'_>, subject: &Subject<'_>| -> io::Result<()> {
        let whose = rows.whose(whose);
        for line in rows.lines(subject) {
            write!(out, "{}{whose}{}", line.head, line.tail)?;
        }
        Ok(())
    };
    let mut findings: BTreeMap<SourceId, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        findings.entry(finding.place.source).or_default().push(finding);
    }
    for (index, grant) in report.grants.iter().enumerate() {
        let inside = |place: Place| {
            place.source == grant.place.source
                && grant.place.span.start <= place.span.start
                && place.span.end <= grant.place.span.end
        };
        let failure = report.not_evaluated.iter().find(|input| input.place == Some(grant.place));
        let own = findings.get(&grant.place.source).into_iter().flatten();
        let subject = Subject {
            state: Some(grant.state),
            failure: failure.filter(|_| grant.state == GrantState::Failed).map(|input| input.message.clone()),
            scopes: report.scopes.iter().filter(|judged| judged.grant == Some(index)).collect(),
            findings: own.copied().filter(|finding| inside(finding.place)).collect(),
            waived: report.waived.iter().filter(|waived| inside(waived.finding.place)).collect(),
        };
        let source = report.sources.get(grant.place.source);
        let whose = Whose {
            path: source.name(),
            line: source.position(grant.place.span.start).line,
            grant: Some(&grant.name),
            app: grant.app.as_deref(),
            data_centre: grant.data_centre,
        };
        write(&whose, &subject)?;
    }
    let (on_scopes, _) = by_row(report, &report.findings);
    for (judged, findings) in report.scopes.iter().zip(on_scopes).filter(|(judged, _)| judged.grant.is_none()) {
        let same = |place: Place, app: &Option<String>| place == judged.place && *app == judged.app;
        let subject = Subject {
            scopes: vec![judged],
            findings,
            waived: report.waived.iter().filter(|waived| same(waived.finding.place, &waived.finding.app)).collect(),
            ..Subject::default()
        };
        let source = report.sources.get(judged.place.source);
        let line = source.position(judged.place.span.start).line;
        let app = judged.app.as_deref();
        write(&Whose { path: source.name(), line, grant: None, app, data_centre: None }, &subject)?;
    }
    out.write_all(rows.end(report).as_bytes())
}

/// The findings of a report that belong to no scope and no grant, each with the words on where it is.
pub(super) fn others(report: &Report) -> impl Iterator<Item = (Whose<'_>, &Finding)> {
    let grants: std::collections::HashSet<SourceId> = report.grants.iter().map(|grant| grant.place.source).collect();
    let (_, others) = by_row(report, &report.findings);
    others.into_iter().filter(move |finding| !grants.contains(&finding.place.source)).map(|finding| {
        let source = report.sources.get(finding.place.source);
        let line = source.position(finding.place.span.start).line;
        let app = finding.app.as_deref();
        (Whose { path: source.name(), line, grant: None, app, data_centre: None }, finding)
    })
}
