//! What is told of what the pointer rests on.

use std::fmt::Write as _;

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Range};

use crate::access::{Explained, OpenedBy};
use crate::catalog::Catalog;
use crate::input::ListKind;
use crate::judge::{Judged, Verdict};
use crate::report::clean;
use crate::scope::Scope;
use crate::text::Sources;

/// How many names of a kind are shown.
const SHOWN: usize = 6;

/// A text of somebody's as code.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", clean(text).replace('`', "'"))
}

/// A page in Markdown about a place.
pub(super) fn hover(page: String, range: Range) -> Hover {
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: page });
    Hover { contents, range: Some(range) }
}

/// The first names of a list, and how many more there are.
pub(super) fn some(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(SHOWN);
    let shown: Vec<String> = names.take(SHOWN).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    shown.join(", ") + &more
}

/// What a scope gives, and why.
pub(super) fn of_scope(catalog: &Catalog, scope: &Scope) -> String {
    let known = Explained::of(catalog, scope);
    let mut page = format!("**{}**: {}\n\n", code(&known.scope), clean(&known.gives));
    let mut line = |what: &str, told: String| {
        if !told.is_empty() {
            let _ = writeln!(page, "- {what}: {told}");
        }
    };
    let names = |opened: &[OpenedBy]| {
        let names: Vec<String> = opened.iter().flat_map(|opened| &opened.scopes).map(|scope| code(scope)).collect();
        some(names.into_iter())
    };
    line("at least", names(&known.at_least));
    line("at most also", names(&known.at_most));
    if known.open_ended {
        line("and", "whatever Zoho adds under it later".to_owned());
    }
    line("calls", some(known.calls.iter().map(|call| code(&call.call))));
    line("covered by", some(known.covered_by.iter().map(|scope| code(scope))));
    line("narrower", some(known.narrower.iter().map(|choice| code(&choice.scope))));
    line("did you mean", known.suggestion.as_deref().map(code).unwrap_or_default());
    let data: Vec<&str> = known.data.iter().map(|class| class.as_str()).collect();
    line("kinds of data", data.join(", "));
    if let Some(old) = &known.deprecated {
        let instead: Vec<String> = old.instead.iter().map(|scope| code(scope)).collect();
        line("deprecated", format!("{}; instead {}", clean(&old.stated), instead.join(", ")));
    }
    line("status", clean(&known.stated).into_owned());
    page
}

/// What was judged of a scope in a text.
pub(super) fn of_judged(judged: &Judged, sources: &Sources) -> String {
    let whom = judged.app.as_deref().map(|app| format!(" for {}", code(app))).unwrap_or_default();
    let mut page = format!("{}{whom}", judged.verdict);
    if judged.kind == ListKind::Mention {
        page.push_str(", as far as it is asked for: here it is only spoken of");
    }
    let by = judged.decided_by.iter().map(|decider| {
        let at = decider.place.map(|place| {
            let source = sources.get(place.source);
            format!(" (line {} of {})", source.position(place.span.start).line, clean(source.name()))
        });
        format!("{} {}{}", decider.effect.as_str(), code(&decider.text), at.unwrap_or_default())
    });
    let by: Vec<String> = by.collect();
    if !by.is_empty() {
        let _ = write!(page, ", by {}", by.join(", "));
    }
    page.push('\n');
    if matches!(judged.verdict, Verdict::Denied | Verdict::NotAllowed) && !judged.excess.is_empty() {
        let _ =
            writeln!(page, "\nbeyond the policy: {}", some(judged.excess.iter().map(|scope| code(&scope.to_string()))));
    }
    page
}
