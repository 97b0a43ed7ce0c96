//! What a scan says of the text of an editor.

use std::path::Path;

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Uri,
};
use serde_json::json;
use url::Url;

use super::Basis;
use super::text::Text;
use crate::finding::{Finding, Severity};
use crate::input::calls;
use crate::input::scan::{Scanner, Syntax, is_own_document};
use crate::input::{ListKind, Request};
use crate::judge::Judged;
use crate::least::{Least, Options};
use crate::report::{Report, clean};
use crate::review::{Gathered, Review};
use crate::text::{Place, Source, SourceId, Sources};

/// What judges the files below a folder.
pub(super) struct Judge<'b> {
    pub(super) folder: &'b Path,
    pub(super) basis: &'b Basis,
    scanner: Scanner<'b>,
    pub(super) review: Review<'b>,
}

/// What was found in a text.
pub(super) struct Analysis {
    pub(super) report: Report,
    /// The lists of the text, each once for every application that it is judged for.
    pub(super) requests: Vec<Request>,
    /// The text among those of the report.
    pub(super) id: SourceId,
}

/// The least set of scopes for some calls.
pub(super) struct Enough {
    pub(super) scopes: Vec<String>,
    pub(super) is_proven: bool,
    /// Which calls.
    pub(super) of: &'static str,
}

impl Enough {
    fn of(least: &Least<'_>, of: &'static str) -> Self {
        let scopes = least.scopes.iter().map(|chosen| chosen.scope.to_string()).collect();
        Self { scopes, is_proven: least.is_proven(), of }
    }
}

impl<'b> Judge<'b> {
    pub(super) fn new(folder: &'b Path, basis: &'b Basis) -> Self {
        let review = Review::new(&basis.catalog, &basis.policy, basis.as_of);
        Self { folder, basis, scanner: Scanner::new(&basis.catalog), review }
    }

    /// Looks for scopes in a text, as `zscope scan` does in a file of that name, and judges them.
    pub(super) fn analyse(&self, path: &Path, text: &str) -> Analysis {
        let mut sources = self.basis.sources.clone();
        let id = sources.add(Source::new(path.to_string_lossy(), text));
        let mut requests = Vec::new();
        let mut ignores = Vec::new();
        if self.scanner.may_hold_scopes(text.as_bytes()) && !is_own_document(text.as_bytes()) {
            let owners = (self.basis.owners)(path);
            for request in self.scanner.read_as(id, text, Syntax::of(path)) {
                requests.extend(owners.iter().map(|app| Request { app: app.clone(), ..request.clone() }));
            }
            ignores = self.scanner.ignores(id, text);
        }
        let gathered = Gathered { requests: requests.clone(), ignores, sources, not_evaluated: Vec::new() };
        Analysis { report: self.review.run(gathered), requests, id }
    }

    /// The least set for the calls of a file's application, by the policy; else for those that the text itself makes.
    pub(super) fn least_for(&self, app: Option<&str>, path: &Path, text: &str) -> Option<Enough> {
        if let Some(least) = app.and_then(|app| self.review.calls.get(app)) {
            return Some(Enough::of(least, "the calls that the policy lists"));
        }
        let mut sources = Sources::default();
        let id = sources.add(Source::new(path.to_string_lossy(), text));
        let seen = calls::Reader::new(&self.basis.catalog).scan(id, sources.get(id)).calls;
        if seen.is_empty() {
            return None;
        }
        Some(Enough::of(&Least::of(&self.basis.catalog, &seen, Options::default()), "the calls that this file makes"))
    }
}

impl Analysis {
    /// What an editor shows, each thing once.
    pub(super) fn diagnostics(&self, text: &Text) -> Vec<Diagnostic> {
        let mut shown: Vec<Diagnostic> = Vec::new();
        for finding in self.report.findings.iter().filter(|finding| finding.place.source == self.id) {
            let diagnostic = self.diagnostic(finding, text);
            // Several applications may own a file.
            if !shown.iter().any(|other| (other.range, &other.message) == (diagnostic.range, &diagnostic.message)) {
                shown.push(diagnostic);
            }
        }
        shown
    }

    fn diagnostic(&self, finding: &Finding, text: &Text) -> Diagnostic {
        let mut message = clean(&finding.message).into_owned();
        let mut elsewhere = Vec::new();
        for related in &finding.related {
            let told = clean(&related.message).into_owned();
            match related.place.and_then(|place| self.location(place, text)) {
                Some(location) => elsewhere.push(DiagnosticRelatedInformation { location, message: told }),
                None => message.push_str(&format!("\nnote: {told}")),
            }
        }
        if let Some(help) = &finding.help {
            message.push_str(&format!("\nhelp: {}", clean(help)));
        }
        let page = self.report.policy.page(finding.rule).and_then(|page| page.as_str().parse::<Uri>().ok());
        let judged = finding.scope_index().and_then(|at| self.report.scopes.get(at));
        let kind = judged.map(|judged| if judged.kind == ListKind::Mention { "mention" } else { "request" });
        let tags: Vec<DiagnosticTag> = match finding.rule.name {
            "deprecated-scope" => vec![DiagnosticTag::DEPRECATED],
            "duplicate-scope" | "redundant-scope" | "unused-scope" | "unused-ignore" => {
                vec![DiagnosticTag::UNNECESSARY]
            }
            _ => Vec::new(),
        };
        Diagnostic {
            range: text.range(finding.place.span),
            severity: Some(severity(finding.severity)),
            code: Some(NumberOrString::String(finding.rule.code.to_owned())),
            code_description: page.map(|href| CodeDescription { href }),
            source: Some("zscope".to_owned()),
            message,
            related_information: (!elsewhere.is_empty()).then_some(elsewhere),
            tags: (!tags.is_empty()).then_some(tags),
            data: Some(json!({ "rule": finding.rule.name, "kind": kind, "app": finding.app })),
        }
    }

    fn location(&self, place: Place, text: &Text) -> Option<Location> {
        let source = self.report.sources.get(place.source);
        let uri = uri_of(Path::new(source.name()))?;
        let range = match place.source == self.id {
            true => text.range(place.span),
            false => Text::new(source.text().to_owned(), text.encoding()).range(place.span),
        };
        Some(Location { uri, range })
    }

    /// The scopes at a byte, each with the list that it is in: one for each application that the file is judged for.
    pub(super) fn scopes_at(&self, offset: usize) -> impl Iterator<Item = (&Judged, &Request)> {
        let all = self.requests.iter().flat_map(|request| request.items.iter().map(move |_| request));
        let judged = self.report.scopes.iter().zip(all);
        judged.filter(move |(judged, _)| {
            let Place { source, span } = judged.place;
            source == self.id && span.start <= offset && offset <= span.end
        })
    }
}

/// How much something matters, as editors say it.
pub(super) fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    }
}

/// The address of a file; nothing for what is none, such as a built-in policy.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    Url::from_file_path(path).ok()?.as_str().parse().ok()
}
