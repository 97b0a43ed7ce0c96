//! What an editor offers to change: fixes of rules, narrower scopes, the least set, a comment that accepts.

use std::collections::HashMap;
use std::path::Path;

use lsp_types::{CodeAction, CodeActionKind, Diagnostic, TextEdit, Uri, WorkspaceEdit};

use super::source::{Analysis, Enough, Judge};
use super::text::Text;
use crate::access::Explained;
use crate::finding::Finding;
use crate::input::scan::Syntax;
use crate::input::{ListKind, Request};
use crate::report::clean;
use crate::text::Span;

/// How many narrower scopes are offered.
const NARROWER: usize = 8;

/// A document as the changes of it see it.
pub(super) struct Page<'a> {
    pub(super) uri: &'a Uri,
    pub(super) path: &'a Path,
    pub(super) text: &'a Text,
    /// What is shown of it.
    pub(super) shown: &'a [Diagnostic],
}

impl Page<'_> {
    /// A change of one place.
    pub(super) fn action(&self, title: String, span: Span, new: String, preferred: bool) -> CodeAction {
        #[expect(clippy::mutable_key_type, reason = "the protocol's own type; nothing changes its keys")]
        let changes: HashMap<Uri, Vec<TextEdit>> =
            HashMap::from([(self.uri.clone(), vec![TextEdit { range: self.text.range(span), new_text: new }])]);
        CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: preferred.then_some(true),
            ..CodeAction::default()
        }
    }

    /// Says which of what is shown a change settles.
    fn settling(&self, action: CodeAction, finding: &Finding) -> CodeAction {
        let range = self.text.range(finding.place.span);
        let code = Some(lsp_types::NumberOrString::String(finding.rule.code.to_owned()));
        let settled: Vec<Diagnostic> =
            self.shown.iter().filter(|shown| shown.range == range && shown.code == code).cloned().collect();
        CodeAction { diagnostics: (!settled.is_empty()).then_some(settled), ..action }
    }
}

/// The changes that are offered for a part of a text.
pub(super) fn offered(page: &Page<'_>, judge: &Judge<'_>, found: &Analysis, asked: Span) -> Vec<CodeAction> {
    let mut offered: Vec<CodeAction> = Vec::new();
    let meets = |span: Span| span.start <= asked.end && asked.start <= span.end;
    let own = found.report.findings.iter().filter(|finding| finding.place.source == found.id);
    let findings: Vec<&Finding> = own.filter(|finding| meets(finding.place.span)).collect();
    for finding in &findings {
        offered.extend(fixes(page, found, finding));
    }
    let lists = found.requests.iter().filter(|request| request.place.source == found.id && meets(request.place.span));
    let lists: Vec<&Request> = lists.filter(|request| request.fixable && request.kind == ListKind::Request).collect();
    for item in lists.iter().flat_map(|list| &list.items).filter(|item| meets(item.place.span)) {
        let Ok(scope) = &item.scope else { continue };
        // What is not there as it is read has no place that could be replaced.
        if page.text.as_str().get(item.place.span.start..item.place.span.end) != Some(item.written.as_str()) {
            continue;
        }
        let narrower = Explained::of(&judge.basis.catalog, scope).narrower.into_iter().take(NARROWER);
        offered.extend(narrower.map(|choice| {
            let title = format!("ask for `{}` instead: {}", choice.scope, clean(&choice.gives));
            page.action(title, item.place.span, choice.scope, false)
        }));
    }
    for list in &lists {
        offered.extend(least(page, judge, list));
    }
    for finding in &findings {
        offered.extend(accepting(page, judge, finding));
    }
    let mut titles: Vec<String> = Vec::new();
    // Several applications may own a file.
    offered.retain(|action| {
        let is_new = !titles.contains(&action.title);
        titles.push(action.title.clone());
        is_new
    });
    offered
}

/// What a rule offers, and those that it has absorbed, where it stays inside one list that is asked for.
fn fixes(page: &Page<'_>, found: &Analysis, finding: &Finding) -> Vec<CodeAction> {
    let inside = |span: Span| {
        let mut lists = found.requests.iter().filter(|request| request.fixable && request.kind == ListKind::Request);
        lists.any(|list| list.place.span.start <= span.start && span.end <= list.place.span.end)
    };
    let all = std::iter::once(finding).chain(&finding.absorbed);
    let fixes = all.filter_map(|finding| finding.fix.as_ref());
    let own = fixes.filter(|fix| fix.place.source == found.id && inside(fix.place.span));
    own.map(|fix| {
        let action =
            page.action(clean(&fix.description).into_owned(), fix.place.span, fix.replacement.clone(), fix.safe);
        page.settling(action, finding)
    })
    .collect()
}

/// The least set for the calls of a program in the place of a list.
fn least(page: &Page<'_>, judge: &Judge<'_>, list: &Request) -> Option<CodeAction> {
    let text = page.text.as_str();
    let Enough { scopes, is_proven, of } = judge.least_for(list.app.as_deref(), page.path, text)?;
    let (first, last) = (list.items.first()?, list.items.last()?);
    let is_plain =
        |item: &crate::input::Item| text.get(item.place.span.start..item.place.span.end) == Some(item.written.as_str());
    if scopes.is_empty() || !list.items.iter().all(is_plain) {
        return None;
    }
    let between: Option<&str> = match list.items.get(1) {
        Some(second) => Some(text.get(first.place.span.end..second.place.span.start)?),
        None => None,
    };
    // Without a second scope nobody knows what parts them here.
    let joined = match (between, scopes.as_slice()) {
        (_, [one]) => one.clone(),
        (Some(between), scopes) if !between.contains(['#', '/']) => scopes.join(between),
        _ => return None,
    };
    let span = Span::new(first.place.span.start, last.place.span.end);
    if text.get(span.start..span.end)? == joined {
        return None;
    }
    let proven = if is_proven { "" } else { ", not proven" };
    let title = format!("ask for the least for {of}{proven}: `{}`", scopes.join(","));
    Some(page.action(title, span, joined, false))
}

/// A comment that accepts a finding, where the file's language has comments and the policy permits it. The reason is left
/// to whoever has one: without it the comment accepts nothing.
fn accepting(page: &Page<'_>, judge: &Judge<'_>, finding: &Finding) -> Option<CodeAction> {
    if !judge.basis.policy.comments.may_accept(finding.rule.name) {
        return None;
    }
    let (open, close) = Syntax::of(page.path).comment()?;
    let line = page.text.line_of(finding.place.span.start);
    let body = page.text.line(line);
    let indent = body.get(..body.len() - body.trim_start().len()).unwrap_or("");
    let close = if close.is_empty() { String::new() } else { format!(" {close}") };
    let comment = format!("{indent}{open} zscope: ignore[{}] {close}\n", finding.rule.name);
    let start = page.text.start_of(line);
    let title = format!("accept `{}` here: write the reason into the comment", finding.rule.name);
    Some(page.settling(page.action(title, Span::new(start, start), comment, false), finding))
}
