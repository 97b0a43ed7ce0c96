//! The report, gathered by application and scope: what is equal stands once.

use std::collections::{BTreeMap, HashMap};

use super::super::Report;
use super::shown::Guide;
use crate::engine::{Judged, Verdict};
use crate::filter::Waived;
use crate::finding::{Finding, Severity};
use crate::source::Place;

/// Everything in a report, by application.
pub(super) struct Population<'r> {
    /// The applications, the worst first, then by name.
    pub(super) apps: Vec<App<'r>>,
    /// What rules say of the policy itself.
    pub(super) of_policy: Vec<Remark<'r>>,
}

/// One application.
#[derive(Default)]
pub(super) struct App<'r> {
    /// Its name; `None` gathers what was read for no application in particular.
    pub(super) name: Option<&'r str>,
    /// Its scopes, the worst first, then by name.
    pub(super) scopes: Vec<Access<'r>>,
    /// Findings on no scope in particular.
    pub(super) remarks: Vec<Remark<'r>>,
    /// Waived findings on no scope in particular.
    pub(super) waived: Vec<&'r Waived>,
}

/// One scope of one application, however often it stands somewhere.
pub(super) struct Access<'r> {
    /// The first of its occurrences.
    pub(super) judged: &'r Judged,
    /// Where it stands.
    pub(super) places: Vec<Place>,
    /// The findings on it.
    pub(super) remarks: Vec<Remark<'r>>,
    /// The findings on it that a waiver absolves.
    pub(super) waived: Vec<&'r Waived>,
}

/// Findings that say the same.
pub(super) struct Remark<'r> {
    /// The first of them.
    pub(super) finding: &'r Finding,
    /// Where.
    pub(super) places: Vec<Place>,
}

impl Access<'_> {
    /// The highest severity of its findings.
    pub(super) fn severity(&self) -> Option<Severity> {
        self.remarks.iter().map(|remark| remark.finding.severity).max()
    }

    /// The scope in its canonical spelling, or the text that is none.
    pub(super) fn name(&self) -> String {
        self.judged.scope.as_ref().map_or_else(|_| self.judged.written.clone(), ToString::to_string)
    }

    /// Whether it goes beyond what the policy lets pass.
    pub(super) fn is_beyond(&self) -> bool {
        matches!(self.judged.verdict, Verdict::Denied | Verdict::NotAllowed | Verdict::Unknown)
    }
}

impl App<'_> {
    /// How many findings of a severity it has, each place counted.
    pub(super) fn count(&self, severity: Severity) -> usize {
        let of_scopes = self.scopes.iter().flat_map(|access| &access.remarks);
        let remarks = of_scopes.chain(&self.remarks).filter(|remark| remark.finding.severity == severity);
        remarks.map(|remark| remark.places.len()).sum()
    }

    /// How many scopes have a verdict, each place counted.
    pub(super) fn verdicts(&self, verdict: Verdict) -> usize {
        let scopes = self.scopes.iter().filter(|access| access.judged.verdict == verdict);
        scopes.map(|access| access.places.len()).sum()
    }

    fn badness(&self) -> [usize; 4] {
        let [error, warning, note] = [Severity::Error, Severity::Warning, Severity::Note].map(|s| self.count(s));
        let beyond: usize =
            self.scopes.iter().filter(|access| access.is_beyond()).map(|access| access.places.len()).sum();
        [error, beyond, warning, note]
    }
}

/// Where a scope of an application stands in the list of its scopes.
#[derive(Default)]
struct Index<'r> {
    apps: BTreeMap<Option<&'r str>, App<'r>>,
    by_name: HashMap<(Option<&'r str>, String), Vec<usize>>,
    by_place: HashMap<(Option<&'r str>, Place), usize>,
    remarks: HashMap<Said<'r>, usize>,
}

/// What makes two findings say the same in the same row.
#[derive(PartialEq, Eq, Hash)]
struct Said<'r> {
    row: Row<'r>,
    code: &'static str,
    severity: Severity,
    message: &'r str,
    help: Option<&'r str>,
}

/// To which row of the page a finding belongs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Row<'r> {
    Policy,
    App(Option<&'r str>),
    Scope(Option<&'r str>, usize),
}

impl<'r> Population<'r> {
    /// Gathers a report.
    pub(super) fn new(report: &'r Report, guide: Guide<'_>) -> Self {
        let mut index = Index::default();
        for judged in &report.scopes {
            index.scope(judged);
        }
        let mut of_policy = Vec::new();
        for finding in &report.findings {
            index.finding(finding, guide, &mut of_policy);
        }
        for waived in &report.waived {
            index.waived(waived);
        }
        let mut apps: Vec<App<'r>> = index.apps.into_values().collect();
        for app in &mut apps {
            app.scopes.sort_by_cached_key(|access| {
                let severity = std::cmp::Reverse(access.severity());
                (severity, !access.is_beyond(), access.name().to_ascii_lowercase(), access.judged.verdict)
            });
            let worst_first =
                |remark: &Remark<'_>| (std::cmp::Reverse(remark.finding.severity), remark.finding.rule.code);
            app.remarks.sort_by_key(worst_first);
            app.scopes.iter_mut().for_each(|access| access.remarks.sort_by_key(worst_first));
        }
        // The map is in the order of the names, and the sort keeps it among equals.
        apps.sort_by_cached_key(|app| std::cmp::Reverse(app.badness()));
        Self { apps, of_policy }
    }
}

impl<'r> Index<'r> {
    fn scope(&mut self, judged: &'r Judged) {
        let app = judged.app.as_deref();
        let name = match &judged.scope {
            Ok(scope) => scope.folded(),
            Err(_) => judged.written.clone(),
        };
        let group = self.apps.entry(app).or_insert_with(|| App { name: app, ..App::default() });
        let rows = self.by_name.entry((app, name)).or_default();
        let same = |row: &&usize| group.scopes.get(**row).is_some_and(|access| access.judged.verdict == judged.verdict);
        let row = rows.iter().find(same).copied().unwrap_or_else(|| {
            group.scopes.push(Access { judged, places: Vec::new(), remarks: Vec::new(), waived: Vec::new() });
            rows.push(group.scopes.len() - 1);
            group.scopes.len() - 1
        });
        if let Some(access) = group.scopes.get_mut(row) {
            access.places.push(judged.place);
        }
        self.by_place.insert((app, judged.place), row);
    }

    fn finding(&mut self, finding: &'r Finding, guide: Guide<'_>, of_policy: &mut Vec<Remark<'r>>) {
        let row = match self.row(finding) {
            Row::App(None) if guide.lists(finding.place) => Row::Policy,
            row => row,
        };
        let remarks = match row {
            Row::Policy => of_policy,
            Row::App(app) => &mut self.apps.entry(app).or_insert_with(|| App { name: app, ..App::default() }).remarks,
            Row::Scope(app, at) => match self.apps.get_mut(&app).and_then(|app| app.scopes.get_mut(at)) {
                Some(access) => &mut access.remarks,
                None => return,
            },
        };
        let said = Said {
            row,
            code: finding.rule.code,
            severity: finding.severity,
            message: &finding.message,
            help: finding.help.as_deref(),
        };
        let at = *self.remarks.entry(said).or_insert_with(|| {
            remarks.push(Remark { finding, places: Vec::new() });
            remarks.len() - 1
        });
        if let Some(remark) = remarks.get_mut(at) {
            remark.places.push(finding.place);
        }
    }

    fn waived(&mut self, waived: &'r Waived) {
        let row = self.row(&waived.finding);
        let name = waived.finding.app.as_deref();
        let app = self.apps.entry(name).or_insert_with(|| App { name, ..App::default() });
        match row {
            Row::Scope(_, at) if at < app.scopes.len() => {
                if let Some(access) = app.scopes.get_mut(at) {
                    access.waived.push(waived);
                }
            }
            _ => app.waived.push(waived),
        }
    }

    fn row(&self, finding: &'r Finding) -> Row<'r> {
        let app = finding.app.as_deref();
        if let Some(row) = self.by_place.get(&(app, finding.place)) {
            return Row::Scope(app, *row);
        }
        let named = finding.scope.as_deref().map(|scope| (app, scope.to_ascii_lowercase()));
        let rows = named.and_then(|key| self.by_name.get(&key));
        match rows.and_then(|rows| rows.first()) {
            Some(row) => Row::Scope(app, *row),
            None => Row::App(app),
        }
    }
}
