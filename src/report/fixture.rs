//! What the tests of this room share: rules, and reports that are built by hand.

use jiff::civil::date;

use super::{Canvas, CatalogInfo, NotEvaluated, PolicyInfo, Renderer, Report, RunInfo};
use crate::catalog::DataClass;
use crate::finding::{Confidence, Finding, RuleInfo, Severity, Subject};
use crate::finding::{Waived, WaiverKind};
use crate::input::ListKind;
use crate::judge::{Decider, Judged, Verdict, Witness};
use crate::policy::Effect;
use crate::text::{Place, Source, SourceId, Sources, Span};

const DOCS: &str = "## What it does\nReports what is\nwrong.\n\n## Why is this bad?\nIt is wrong.\n";

const fn rule(code: &'static str, name: &'static str, severity: Severity) -> RuleInfo {
    RuleInfo::new(code, name, severity, "something is wrong", DOCS)
}

pub(super) static MALFORMED: RuleInfo = rule("ZS001", "malformed-scope", Severity::Error);
pub(super) static FULL_ACCESS: RuleInfo = rule("ZS201", "full-access", Severity::Error);
pub(super) static ALL_OPERATIONS: RuleInfo = rule("ZS203", "all-operations", Severity::Warning);
pub(super) static NOT_ALLOWED: RuleInfo = rule("ZS302", "not-allowed", Severity::Error);
pub(super) static UNUSED_WAIVER: RuleInfo = rule("ZS311", "unused-waiver", Severity::Note);

/// Builds a report. Places are named by the source and the text in it that they cover.
pub(super) struct Builder(pub(super) Report);

impl Builder {
    pub(super) fn new() -> Self {
        Self(Report {
            policy: PolicyInfo {
                path: "zscope.yaml".to_owned(),
                digest: "d1".to_owned(),
                rule_pages: None,
                waivers: Vec::new(),
                owners: [("invoice-sync".to_owned(), "finance-platform".to_owned())].into(),
            },
            catalog: CatalogInfo { digest: "c1".to_owned(), date: "2026-11-23".to_owned() },
            as_of: date(2026, 11, 30),
            grants: Vec::new(),
            scopes: Vec::new(),
            findings: Vec::new(),
            products: std::collections::BTreeMap::new(),
            waived: Vec::new(),
            not_evaluated: Vec::new(),
            unread: 0,
            totals: None,
            plans: Vec::new(),
            first: Vec::new(),
            notes: Vec::new(),
            sources: Sources::default(),
            run: RunInfo::default(),
        })
    }

    pub(super) fn source(&mut self, name: &str, text: &str) -> SourceId {
        self.0.sources.add(Source::new(name, text))
    }

    pub(super) fn place(&self, source: SourceId, text: &str) -> Place {
        let start = self.0.sources.get(source).text().find(text).expect("the text is in the source");
        Place::new(source, Span::new(start, start + text.len()))
    }

    /// Adds a scope that stands in a source.
    pub(super) fn scope(&mut self, source: SourceId, written: &str, verdict: Verdict) -> &mut Judged {
        let place = self.place(source, written);
        self.0.scopes.push(Judged {
            written: written.to_owned(),
            place,
            scope: written.parse(),
            known: verdict != Verdict::Unknown,
            app: None,
            confidence: Confidence::High,
            kind: ListKind::Request,
            verdict,
            decided_by: Vec::new(),
            deciders: 0,
            excess: Vec::new(),
            witness: None,
            gives: "something".to_owned(),
            data: Vec::new(),
            grant: None,
        });
        self.0.scopes.last_mut().expect("one was pushed")
    }

    /// Adds a finding, about the scope that stands at its place, if any does.
    pub(super) fn finding(&mut self, finding: Finding) {
        let finding = self.about(finding);
        self.0.findings.push(finding);
    }

    /// A finding about the scope or the grant that stands at its place.
    fn about(&self, finding: Finding) -> Finding {
        let scope = self.0.scopes.iter().position(|judged| judged.place == finding.place);
        let grant = self.0.grants.iter().position(|grant| grant.place == finding.place);
        match scope.map(Subject::Scope).or(grant.map(Subject::Grant)) {
            Some(subject) => finding.about(subject),
            None => finding,
        }
    }

    pub(super) fn rendered(&self, format: &dyn Renderer, width: Option<usize>) -> String {
        self.painted(format, Canvas { width, ..Canvas::default() })
    }

    pub(super) fn painted(&self, format: &dyn Renderer, canvas: Canvas) -> String {
        let mut out = Vec::new();
        format.render(&self.0, canvas, &mut out).expect("memory takes everything");
        String::from_utf8(out).expect("output is UTF-8")
    }
}

/// A run with one of everything.
pub(super) fn everything() -> Builder {
    let mut built = Builder::new();
    let policy = built.source("zscope.yaml", "version: 1\ndefault: deny\nallow:\n  - ZohoBooks.invoices.READ\n");
    let code = built.source(
        "src/auth.py",
        "import os\n\nSCOPES = \"ZohoBooks.invoices.ALL,ZohoBooks.invoices.READ\"\nLEGACY = \"ZohoCRM.fullaccess.all\"\n",
    );
    let argument = built.source("<argument>", "zoho books, Zoho.made.UP");
    let tokens = built.source("tokens.json", "{\n  \"scope\": 7\n}\n");
    let default = Some(built.place(policy, "deny"));
    let allow = Some(built.place(policy, "ZohoBooks.invoices.READ"));

    built.0.products = [("ZohoBooks".to_owned(), "Zoho Books".to_owned())].into();
    let judged = built.scope(code, "ZohoBooks.invoices.ALL", Verdict::NotAllowed);
    judged.app = Some("invoice-sync".to_owned());
    judged.gives = "every operation on sales invoices, their payments and attachments".to_owned();
    judged.data = vec![DataClass::Personal, DataClass::Financial];
    judged.decided_by = vec![Decider { effect: Effect::Deny, text: "default".to_owned(), place: default }];
    judged.deciders = 1;
    judged.excess = vec!["ZohoBooks.invoices.DELETE".parse().expect("a scope")];
    judged.witness = Some(Witness {
        call: "DELETE /books/v3/invoices/{invoice_id}".to_owned(),
        summary: "delete an invoice".to_owned(),
    });
    let place = judged.place;
    let judged = built.scope(code, "ZohoBooks.invoices.READ", Verdict::Allowed);
    judged.app = Some("invoice-sync".to_owned());
    judged.gives = "read sales invoices, their payments and attachments".to_owned();
    judged.data = vec![DataClass::Personal, DataClass::Financial];
    judged.decided_by =
        vec![Decider { effect: Effect::Allow, text: "ZohoBooks.invoices.READ".to_owned(), place: allow }];
    judged.deciders = 1;
    let legacy = built.scope(code, "ZohoCRM.fullaccess.all", Verdict::Waived).place;
    let malformed = built.scope(argument, "zoho books", Verdict::Unknown).place;
    let unknown = built.scope(argument, "Zoho.made.UP", Verdict::Unknown);
    unknown.decided_by = vec![Decider { effect: Effect::Deny, text: "default".to_owned(), place: None }];
    unknown.deciders = 1;

    let mut finding =
        Finding::new(&NOT_ALLOWED, place, "`ZohoBooks.invoices.ALL` reaches further than the policy allows")
            .help("ask for the scopes that the calls need\nor add an allow entry")
            .related("the policy denies what it does not mention", default)
            .related("this much is allowed", allow)
            .related("also allows `DELETE /books/v3/invoices/{invoice_id}`", None)
            .fix("ask for less", place, "ZohoBooks.invoices.READ")
            .scope("ZohoBooks.invoices.ALL");
    finding.app = Some("invoice-sync".to_owned());
    built.finding(finding);
    let all = Finding::new(&ALL_OPERATIONS, place, "`ZohoBooks.invoices.ALL` includes operations of tomorrow");
    built.finding(all.scope("ZohoBooks.invoices.ALL").confidence(Confidence::Medium));
    built.finding(Finding::new(&MALFORMED, malformed, "`zoho books` is not a scope").fix("remove it", malformed, ""));
    let unused = built.place(policy, "version");
    built.finding(Finding::new(&UNUSED_WAIVER, unused, "waiver `W-8` absolves nothing"));

    let full = Finding::new(&FULL_ACCESS, legacy, "`ZohoCRM.fullaccess.all` gives everything in Zoho CRM");
    built.0.waived.push(Waived {
        kind: WaiverKind::Policy,
        finding: built.about(full.scope("ZohoCRM.fullaccess.all")),
        waiver: "W-7".to_owned(),
        reason: "The vendor's importer\n  refuses granular scopes.".to_owned(),
        expires: Some(date(2027, 1, 31)),
    });
    built.0.not_evaluated.push(NotEvaluated {
        input: "tokens.json".to_owned(),
        message: "`scope` is not a string".to_owned(),
        help: Some("give the token response as it was received".to_owned()),
        place: Some(built.place(tokens, "7")),
    });
    built.0.not_evaluated.push(NotEvaluated {
        input: "missing.txt".to_owned(),
        message: "the file does not exist".to_owned(),
        help: None,
        place: None,
    });
    built
}

/// A run in which every text tries to fool a terminal.
pub(super) fn hostile() -> Builder {
    let mut built = Builder::new();
    built.0.policy.path = "\u{1b}]0;title\u{7}.yaml".to_owned();
    let line = "\u{1b}[2J日本\u{202e}\u{200b}x=\"Zoho\u{1b}[31mBooks\",\tDesk.tickets.READ\u{9b}31m";
    let source = built.source("evil\n\u{1b}[1mname", line);
    let judged = built.scope(source, "Zoho\u{1b}[31mBooks", Verdict::Unknown);
    judged.gives = "\u{2066}nothing".to_owned();
    let place = judged.place;
    built.scope(source, "Desk.tickets.READ", Verdict::Allowed);
    let finding = Finding::new(&MALFORMED, place, "`Zoho\u{1b}[31mBooks` is not a scope\nerror: forged")
        .help("two\n\u{1b}lines")
        .related("see \u{202e}there", None)
        .related("and \r here", Some(built.place(source, "日本")))
        .fix("take it \u{8}", place, "\u{1b}c");
    built.finding(finding);
    let place = built.place(source, "Desk.tickets.READ");
    let mut finding = Finding::new(&ALL_OPERATIONS, place, "after a tab").scope("Desk.\u{9b}tickets");
    finding.app = Some("\u{1b}app".to_owned());
    built.finding(finding.clone());
    let finding = built.about(finding);
    built.0.waived.push(Waived {
        kind: WaiverKind::Policy,
        finding,
        waiver: "\u{1b}W".to_owned(),
        reason: "be\u{200b}cause\u{7}\nof".to_owned(),
        expires: Some(date(2027, 1, 31)),
    });
    built.0.not_evaluated.push(NotEvaluated {
        input: "\u{1b}in".to_owned(),
        message: "\u{9b}message".to_owned(),
        help: Some("\u{7f}help".to_owned()),
        place: None,
    });
    built
}

/// A run over one line of a megabyte, which a scope cuts in two.
pub(super) fn one_long_line() -> Builder {
    let mut built = Builder::new();
    let half = "é日,".repeat(1 << 17);
    let source = built.source("bundle.js", &format!("{half}Desk.tickets.READ{half}"));
    let place = built.scope(source, "Desk.tickets.READ", Verdict::Allowed).place;
    built.finding(
        Finding::new(&ALL_OPERATIONS, place, "far to the right")
            .scope("Desk.tickets.READ")
            .related("same line", Some(place)),
    );
    built
}
