//! Policies in an editor: what is wrong with them, what their lines mean, what can be written.

mod complete;
mod lens;
mod outline;

use std::path::{Path, PathBuf};

use lsp_types::{CodeAction, Diagnostic, DiagnosticSeverity, DiagnosticTag, Hover, Location, NumberOrString};

pub(super) use complete::completion;
pub(super) use lens::{lenses, resolved};

use super::actions::Page;
use super::hover::{code, of_scope, some};
use super::source::{Judge, severity, uri_of};
use super::text::Text;
use crate::governance::{Fault, FaultKind, faults as all_faults};
use crate::policy::Entry;
use crate::report::clean;
use crate::rules;
use crate::text::{Place, Problem, SourceId, Span};
use crate::yaml::{self, Value};
use outline::outline;

/// What a help that names the word that is meant says before it.
const MEANT: &str = "did you mean `";

/// A problem of a file that cannot be used.
pub(super) fn problem(problem: &Problem, text: &Text) -> Diagnostic {
    let mut message = clean(&problem.message).into_owned();
    if let Some(help) = &problem.help {
        message.push_str(&format!("\nhelp: {}", clean(help)));
    }
    Diagnostic {
        range: text.range(problem.span),
        severity: Some(DiagnosticSeverity::ERROR),
        code: problem.kind.map(|kind| NumberOrString::String(kind.to_owned())),
        source: Some("zscope".to_owned()),
        message,
        ..Diagnostic::default()
    }
}

/// The faults of a policy that can be used, where the file is the policy by which is judged.
pub(super) fn faults(judge: &Judge<'_>, path: &Path, text: &Text) -> Vec<Diagnostic> {
    found(judge, path).iter().map(|fault| shown(fault, text)).collect()
}

fn shown(fault: &Fault, text: &Text) -> Diagnostic {
    let is_idle = fault.removable.is_some() || fault.kind == FaultKind::UnusedEntry;
    Diagnostic {
        range: text.range(fault.place.span),
        severity: Some(severity(fault.severity)),
        code: Some(NumberOrString::String(fault.kind.as_str().to_owned())),
        source: Some("zscope".to_owned()),
        message: format!("{}\nhelp: {}", clean(&fault.message), clean(&fault.help)),
        tags: is_idle.then(|| vec![DiagnosticTag::UNNECESSARY]),
        ..Diagnostic::default()
    }
}

fn found(judge: &Judge<'_>, path: &Path) -> Vec<Fault> {
    let basis = judge.basis;
    let Some(id) = source_of(judge, path) else { return Vec::new() };
    let faults = all_faults(&basis.catalog, &basis.policy, basis.as_of, &basis.policy.tests, None);
    faults.into_iter().filter(|fault| fault.place.source == id).collect()
}

/// The text of a file among those that the policy points into.
fn source_of(judge: &Judge<'_>, path: &Path) -> Option<SourceId> {
    judge.basis.sources.iter().find(|(_, source)| Path::new(source.name()) == path).map(|(id, _)| id)
}

/// The changes that are offered for a part of a policy.
pub(super) fn offered(page: &Page<'_>, judge: &Judge<'_>, asked: Span) -> Vec<CodeAction> {
    let meets = |span: Span| span.start <= asked.end && asked.start <= span.end;
    let mut offered = Vec::new();
    for fault in found(judge, page.path).iter().filter(|fault| meets(fault.place.span)) {
        let Some(item) = fault.removable else { continue };
        let Some(lines) = whole_lines(page.text, item.span) else { continue };
        let mut action =
            page.action("take out the entry: nothing changes by it".to_owned(), lines, String::new(), true);
        action.diagnostics = Some(vec![shown(fault, page.text)]);
        offered.push(action);
    }
    for shown in page.shown.iter().filter(|shown| meets(page.text.span(shown.range))) {
        let meant = shown.message.split_once(MEANT).and_then(|(_, rest)| rest.split_once('`'));
        let span = page.text.span(shown.range);
        let written = page.text.as_str().get(span.start..span.end).unwrap_or("");
        if let Some((meant, _)) = meant.filter(|_| !written.is_empty() && !written.contains('\n')) {
            let mut action = page.action(format!("write `{meant}`"), span, meant.to_owned(), true);
            action.diagnostics = Some(vec![shown.clone()]);
            offered.push(action);
        }
    }
    offered
}

/// The lines of an item of a list, where they hold nothing else.
fn whole_lines(text: &Text, item: Span) -> Option<Span> {
    let (first, last) = (text.line_of(item.start), text.line_of(item.end.max(item.start + 1) - 1));
    let lines = Span::new(text.start_of(first), text.start_of(last + 1));
    let written = text.as_str().get(lines.start..lines.end)?;
    let before = text.as_str().get(lines.start..item.start)?;
    let after = text.as_str().get(item.end..lines.end)?;
    let is_rest = after.trim().is_empty() || after.trim_start().starts_with('#') || after.trim() == "\"";
    (before.trim_start().trim_end_matches(['"', '\'', ' ']) == "-" && is_rest && !written.contains('['))
        .then_some(lines)
}

/// What is told of what stands at a byte of a policy.
pub(super) fn hover(judge: &Judge<'_>, text: &Text, offset: usize) -> Option<Hover> {
    let at = outline(text, offset);
    if let Some(word) = at.key_under(text, offset) {
        let path: Vec<&str> = at.path.iter().map(String::as_str).collect();
        let told = match path.last() {
            Some(&"rules") => rule(&word.0)?,
            _ => complete::described(&path, &word.0)?.to_owned(),
        };
        return Some(super::hover::hover(format!("**{}**: {told}", code(&word.0)), text.range(word.1)));
    }
    let (word, span) = at.word_under(text, offset)?;
    if let Some(told) = rule(&word) {
        return Some(super::hover::hover(format!("**{}**: {told}", code(&word)), text.range(span)));
    }
    let pattern = crate::scope::Pattern::parse(&word).ok()?;
    let page = match pattern.literal() {
        Some(scope) if !scope.is_word() || judge.basis.catalog.word(&word).is_some() => {
            of_scope(&judge.basis.catalog, &scope)
        }
        Some(_) => return None,
        None => {
            let named = lens::named(judge, &pattern);
            let calls = lens::calls_of(judge, &named);
            format!(
                "**{}** names {} known scopes, which open {calls} calls: {}",
                code(&word),
                named.len(),
                some(named.iter().map(|scope| code(&scope.to_string())))
            )
        }
    };
    Some(super::hover::hover(page, text.range(span)))
}

fn rule(name: &str) -> Option<String> {
    let infos = rules::infos();
    let info = infos.iter().find(|info| info.name == name || info.code.eq_ignore_ascii_case(name))?;
    Some(format!("{} ({}), {} unless the policy says otherwise", info.summary, info.code, info.severity))
}

/// Where what is named at a byte of a policy is said: the policy that it extends, an application.
pub(super) fn definition(judge: &Judge<'_>, path: &Path, text: &Text, offset: usize) -> Option<Location> {
    let at = outline(text, offset);
    let (word, _) = at.word_under(text, offset)?;
    if at.is_of("extends") && !word.starts_with(crate::policy::builtin::PREFIX) {
        let target: PathBuf = path.parent()?.join(&word);
        let target = target.canonicalize_lexically();
        return Some(Location { uri: uri_of(&target)?, range: lsp_types::Range::default() });
    }
    if at.is_of("app") {
        let app = judge.basis.policy.app(&word)?;
        return location(judge, app.place, text);
    }
    None
}

fn location(judge: &Judge<'_>, place: Place, text: &Text) -> Option<Location> {
    let source = judge.basis.sources.get(place.source);
    let range = Text::new(source.text().to_owned(), text.encoding()).range(place.span);
    Some(Location { uri: uri_of(Path::new(source.name()))?, range })
}

/// A path without `.` and `..`, as far as its words tell.
trait Lexical {
    fn canonicalize_lexically(&self) -> PathBuf;
}

impl Lexical for PathBuf {
    fn canonicalize_lexically(&self) -> PathBuf {
        let mut out = Self::new();
        for part in self.components() {
            match part {
                std::path::Component::CurDir => {}
                std::path::Component::ParentDir => {
                    out.pop();
                }
                part => out.push(part),
            }
        }
        out
    }
}

/// The entries of a policy's own text that allow or deny, each with the application whose it is.
fn entries<'p>(judge: &'p Judge<'_>, id: SourceId) -> Vec<(Option<&'p str>, &'p Entry)> {
    let policy = &judge.basis.policy;
    let mut all: Vec<(Option<&str>, &Entry)> =
        policy.allow.iter().chain(&policy.deny).map(|entry| (None, entry)).collect();
    for app in &policy.apps {
        all.extend(app.allow.iter().chain(&app.deny).map(|entry| (Some(app.name.as_str()), entry)));
    }
    all.retain(|(_, entry)| entry.place.source == id);
    all
}

/// The names of the applications of a policy's text, whether or not it can be used.
fn apps_of(text: &str) -> Vec<String> {
    let Ok(yaml::Node { value: Value::Mapping(entries), .. }) = yaml::parse(text) else { return Vec::new() };
    let apps = entries.into_iter().find(|entry| entry.key == "apps").map(|apps| apps.value.value);
    match apps {
        Some(Value::Mapping(apps)) => apps.into_iter().map(|app| app.key).collect(),
        _ => Vec::new(),
    }
}
