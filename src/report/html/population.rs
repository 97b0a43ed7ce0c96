//! The report, gathered by application and scope: what is equal stands once.

use std::collections::{BTreeMap, HashMap};

use super::super::groups::{Group, groups};
use super::super::{Counts, GrantInfo, Plan, Report, verdict_word};
use super::shown::Guide;
use crate::finding::Waived;
use crate::finding::{Finding, Severity, Subject};
use crate::judge::{Judged, Verdict};
use crate::text::Place;

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
    /// Its grants, the worst first, then in the order read.
    pub(super) grants: Vec<Held<'r>>,
    /// Findings on no scope and no grant in particular.
    pub(super) remarks: Vec<Remark<'r>>,
    /// Waived findings on no scope in particular.
    pub(super) waived: Vec<&'r Waived>,
    /// How many findings it has as people count them, where nobody counts them grant by grant.
    pub(super) told: Option<Counts>,
    /// Its grants are too many to be told one by one: a scope stands once, however many of them hold it.
    pub(super) is_merged: bool,
}

/// One grant of one application. The scopes that it holds are among the application's.
pub(super) struct Held<'r> {
    /// Its index in the report.
    pub(super) number: usize,
    pub(super) info: &'r GrantInfo,
    /// The worst severity of what is found in it.
    pub(super) worst: Option<Severity>,
    /// Findings on no scope of it in particular.
    pub(super) remarks: Vec<Remark<'r>>,
    /// Waived findings on no scope of it in particular.
    pub(super) waived: Vec<&'r Waived>,
    /// The way to a smaller one.
    pub(super) plan: Option<&'r Plan>,
}

/// One scope of one application, however often it stands somewhere; of an audit, of one grant.
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

    /// The word for what became of it.
    pub(super) fn verdict_word(&self) -> &'static str {
        verdict_word(self.judged.verdict, self.severity())
    }

    /// Whether it goes beyond what the policy lets pass.
    pub(super) fn is_beyond(&self) -> bool {
        matches!(self.judged.verdict, Verdict::Denied | Verdict::NotAllowed | Verdict::Unknown)
    }
}

impl<'r> App<'r> {
    /// How many findings of a severity it has: in an audit each place counted, else what says the same once.
    pub(super) fn count(&self, severity: Severity) -> usize {
        if let Some(told) = self.told {
            return told.of(severity);
        }
        let of_scopes = self.scopes.iter().flat_map(|access| &access.remarks);
        let of_grants = self.grants.iter().flat_map(|held| &held.remarks);
        counted(of_scopes.chain(of_grants).chain(&self.remarks), severity)
    }

    /// How many scopes have a verdict, each place counted.
    pub(super) fn verdicts(&self, verdict: Verdict) -> usize {
        let scopes = self.scopes.iter().filter(|access| access.judged.verdict == verdict);
        scopes.map(|access| access.places.len()).sum()
    }

    /// How many scopes that no entry of the policy names have a warning or an error, each place counted.
    pub(super) fn flagged(&self) -> usize {
        let is_flagged = |access: &&Access<'_>| access.verdict_word() == "flagged";
        self.scopes.iter().filter(is_flagged).map(|access| access.places.len()).sum()
    }

    /// The scopes that a grant holds; for `None`, those that no grant does.
    pub(super) fn held_by(&self, grant: Option<usize>) -> impl Iterator<Item = &Access<'r>> {
        let of = move |access: &&Access<'_>| match self.is_merged {
            true => grant.is_none(),
            false => access.judged.grant == grant,
        };
        self.scopes.iter().filter(of)
    }

    fn badness(&self) -> [usize; 4] {
        badness([Severity::Error, Severity::Warning, Severity::Note].map(|s| self.count(s)), self.scopes.iter())
    }

    /// How bad a grant is.
    fn badness_of(&self, held: &Held<'_>, scopes: &[usize]) -> [usize; 4] {
        let scopes = || scopes.iter().filter_map(|at| self.scopes.get(*at));
        let remarks = |severity| counted(scopes().flat_map(|access| &access.remarks).chain(&held.remarks), severity);
        badness([Severity::Error, Severity::Warning, Severity::Note].map(remarks), scopes())
    }

    fn sort(&mut self) {
        self.scopes.sort_by_cached_key(|access| {
            let severity = std::cmp::Reverse(access.severity());
            (severity, !access.is_beyond(), access.name().to_ascii_lowercase(), access.judged.verdict)
        });
        let worst_first = |remark: &Remark<'_>| (std::cmp::Reverse(remark.finding.severity), remark.finding.rule.code);
        self.remarks.sort_by_key(worst_first);
        self.scopes.iter_mut().for_each(|access| access.remarks.sort_by_key(worst_first));
        self.grants.iter_mut().for_each(|held| held.remarks.sort_by_key(worst_first));
        let mut scopes: HashMap<usize, Vec<usize>> = HashMap::new();
        for (at, access) in self.scopes.iter().enumerate() {
            if let Some(grant) = access.judged.grant {
                scopes.entry(grant).or_default().push(at);
            }
        }
        let of = |held: &Held<'_>| scopes.get(&held.number).map_or(&[][..], Vec::as_slice);
        let mut grants = std::mem::take(&mut self.grants);
        grants.sort_by_cached_key(|held| {
            (std::cmp::Reverse(held.worst), std::cmp::Reverse(self.badness_of(held, of(held))))
        });
        self.grants = grants;
    }
}

/// Findings of a severity, each place counted.
fn counted<'a, 'r: 'a>(remarks: impl Iterator<Item = &'a Remark<'r>>, severity: Severity) -> usize {
    remarks.filter(|remark| remark.finding.severity == severity).map(|remark| remark.places.len()).sum()
}

/// Errors, scopes beyond the policy, warnings, notes.
fn badness<'a, 'r: 'a>([error, warning, note]: [usize; 3], scopes: impl Iterator<Item = &'a Access<'r>>) -> [usize; 4] {
    let beyond = scopes.filter(|access| access.is_beyond()).map(|access| access.places.len()).sum();
    [error, beyond, warning, note]
}

/// With more grants than this, what they hold is told application by application.
const MANY: usize = 24;

/// An application, a grant and a scope in lower case.
type Name<'r> = (Option<&'r str>, Option<usize>, String);

/// Where a scope of an application stands in the list of its scopes.
#[derive(Default)]
struct Index<'r> {
    apps: BTreeMap<Option<&'r str>, App<'r>>,
    by_name: HashMap<Name<'r>, Vec<usize>>,
    /// For each scope of the report, its application, and where it stands in the list of that.
    rows: Vec<(Option<&'r str>, usize)>,
    remarks: HashMap<Sameness<'r>, usize>,
    /// Where a grant of the report stands in the list of its application's.
    grants: HashMap<usize, usize>,
    is_merged: bool,
}

/// What makes two findings say the same in the same row.
#[derive(PartialEq, Eq, Hash)]
struct Sameness<'r> {
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
    Grant(Option<&'r str>, usize),
    Scope(Option<&'r str>, usize),
}

impl<'r> Population<'r> {
    /// Gathers a report.
    pub(super) fn new(report: &'r Report, guide: Guide<'_>) -> Self {
        let mut index = Index { is_merged: report.grants.len() > MANY, ..Index::default() };
        index.grants(report);
        for judged in &report.scopes {
            index.scope(report, judged);
        }
        let mut of_policy = Vec::new();
        for finding in &report.findings {
            index.finding(report, finding, guide, &mut of_policy);
        }
        for waived in &report.waived {
            index.waived(report, waived);
        }
        if report.totals.is_none() {
            index.count(report, &groups(report), guide);
        }
        let mut apps: Vec<App<'r>> = index.apps.into_values().collect();
        apps.iter_mut().for_each(App::sort);
        // The map is in the order of the names, and the sort keeps it among equals.
        apps.sort_by_cached_key(|app| std::cmp::Reverse(app.badness()));
        Self { apps, of_policy }
    }
}

impl<'r> Index<'r> {
    fn grants(&mut self, report: &'r Report) {
        let plans: HashMap<usize, &Plan> = report.plans.iter().map(|plan| (plan.grant, plan)).collect();
        let mut worst: Vec<Option<Severity>> = vec![None; report.grants.len()];
        for finding in &report.findings {
            let grant = match finding.subject {
                Subject::Scope(at) => report.scopes.get(at).and_then(|judged| judged.grant),
                Subject::Grant(at) => Some(at),
                _ => None,
            };
            if let Some(known) = grant.and_then(|at| worst.get_mut(at)) {
                *known = (*known).max(Some(finding.severity));
            }
        }
        for (number, info) in report.grants.iter().enumerate() {
            let held = &mut self.app(report.app_of_grant(Some(number))).grants;
            let (remarks, waived) = (Vec::new(), Vec::new());
            let worst = worst.get(number).copied().flatten();
            held.push(Held { number, info, worst, remarks, waived, plan: plans.get(&number).copied() });
            let at = held.len() - 1;
            self.grants.insert(number, at);
        }
    }

    fn app(&mut self, name: Option<&'r str>) -> &mut App<'r> {
        let is_merged = self.is_merged;
        self.apps.entry(name).or_insert_with(|| App { name, is_merged, ..App::default() })
    }

    fn scope(&mut self, report: &'r Report, judged: &'r Judged) {
        let app = judged.app.as_deref().or_else(|| report.app_of_grant(judged.grant));
        let name = match &judged.scope {
            Ok(scope) => scope.folded(),
            Err(_) => judged.written.clone(),
        };
        let is_merged = self.is_merged;
        let group = self.apps.entry(app).or_insert_with(|| App { name: app, is_merged, ..App::default() });
        let grant = judged.grant.filter(|_| !is_merged);
        let rows = self.by_name.entry((app, grant, name)).or_default();
        let same = |row: &&usize| group.scopes.get(**row).is_some_and(|access| access.judged.verdict == judged.verdict);
        let row = rows.iter().find(same).copied().unwrap_or_else(|| {
            group.scopes.push(Access { judged, places: Vec::new(), remarks: Vec::new(), waived: Vec::new() });
            rows.push(group.scopes.len() - 1);
            group.scopes.len() - 1
        });
        if let Some(access) = group.scopes.get_mut(row) {
            access.places.push(judged.place);
        }
        self.rows.push((app, row));
    }

    fn finding(&mut self, report: &'r Report, finding: &'r Finding, guide: Guide<'_>, of_policy: &mut Vec<Remark<'r>>) {
        let row = match self.row(report, finding) {
            Row::App(None) if guide.lists(finding.place) => Row::Policy,
            row => row,
        };
        let remarks = match row {
            Row::Policy => of_policy,
            Row::App(app) => &mut self.apps.entry(app).or_insert_with(|| App { name: app, ..App::default() }).remarks,
            Row::Grant(app, at) => match self.apps.get_mut(&app).and_then(|app| app.grants.get_mut(at)) {
                Some(held) => &mut held.remarks,
                None => return,
            },
            Row::Scope(app, at) => match self.apps.get_mut(&app).and_then(|app| app.scopes.get_mut(at)) {
                Some(access) => &mut access.remarks,
                None => return,
            },
        };
        let said = Sameness {
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

    fn waived(&mut self, report: &'r Report, waived: &'r Waived) {
        let row = self.row(report, &waived.finding);
        let app = self.app(report.app_of(&waived.finding));
        let list = match row {
            Row::Scope(_, at) => app.scopes.get_mut(at).map(|access| &mut access.waived),
            Row::Grant(_, at) => app.grants.get_mut(at).map(|held| &mut held.waived),
            Row::App(_) | Row::Policy => Some(&mut app.waived),
        };
        if let Some(list) = list {
            list.push(waived);
        }
    }

    /// Gives each application the number of its findings as people count them.
    fn count(&mut self, report: &'r Report, groups: &[Group<'r>], guide: Guide<'_>) {
        self.apps.values_mut().for_each(|app| app.told = Some(Counts::default()));
        for lead in groups.iter().map(|group| group.lead) {
            let is_of_policy = matches!(self.row(report, lead), Row::App(None)) && guide.lists(lead.place);
            let app = self.apps.get_mut(&report.app_of(lead)).filter(|_| !is_of_policy);
            if let Some(told) = app.and_then(|app| app.told.as_mut()) {
                told.add(lead.severity, 1);
            }
        }
    }

    fn row(&self, report: &'r Report, finding: &'r Finding) -> Row<'r> {
        let app = report.app_of(finding);
        let row = match finding.subject {
            Subject::Scope(at) => self.rows.get(at).map(|(app, row)| Row::Scope(*app, *row)),
            Subject::Grant(number) => self.grants.get(&number).map(|at| Row::Grant(app, *at)),
            // What names a scope that stands somewhere is told there.
            _ => finding.scope.as_deref().and_then(|scope| {
                let rows = self.by_name.get(&(app, None, scope.to_ascii_lowercase()))?;
                rows.first().map(|row| Row::Scope(app, *row))
            }),
        };
        row.unwrap_or(Row::App(app))
    }
}
