//! One record: its grants, and what of its text may be shown.

use serde_json::value::RawValue;

use super::refusal::{Refusal, call_in, named_in};
use super::shape::{Labels, Reader};
use super::{Failure, Grant, State};
use crate::secret::{blot, suspicious};
use crate::text::{Source, SourceId, Sources, Span};

/// A longer text of which nothing could be read is not kept: a report may show many of them.
const LONGEST_KEPT: usize = 1 << 20;

/// The grants of a text, in the order read. Every record is at least one grant, a failed one where it is no response.
#[derive(Debug)]
pub struct Read {
    /// The grants.
    pub grants: Vec<Grant>,
    /// The first of the texts into which the grants' places point, without their secrets.
    pub source: SourceId,
}

/// Reads the grants of one JSON document that is a whole input.
#[must_use]
pub fn read_record(name: &str, text: &str, sources: &mut Sources) -> Read {
    let (source, mut grants) = read_piece(name, 1, text, sources);
    named(name, &mut grants);
    Read { grants, source }
}

/// Reads the grants of one record of many. `line` is the number of its first line in the input.
#[must_use]
pub fn read_line(name: &str, line: usize, text: &str, sources: &mut Sources) -> Vec<Grant> {
    let (_, mut grants) = read_piece(name, line, text, sources);
    number(name, line, &mut grants);
    grants
}

/// Names the grants of one record of many that have no name of their own.
pub(super) fn number(name: &str, line: usize, grants: &mut [Grant]) {
    for (number, grant) in grants.iter_mut().enumerate().filter(|(_, grant)| grant.name.is_empty()) {
        grant.name = unnamed(name, line, number);
    }
}

/// The name of a grant for which a record gives none: `tokens.ndjson:7`, and `tokens.ndjson:7 #2` for the second one.
pub(crate) fn unnamed(name: &str, line: usize, number: usize) -> String {
    if number == 0 { format!("{name}:{line}") } else { format!("{name}:{line} #{}", number + 1) }
}

fn read_piece(name: &str, line: usize, text: &str, sources: &mut Sources) -> (SourceId, Vec<Grant>) {
    let source = sources.next_id();
    // People do not see it, and editors do not count it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parts = parts(source, text);
    let is_failed = |grant: &Grant| matches!(grant.state, State::Failed(_));
    let kept = if text.len() > LONGEST_KEPT && parts.grants.iter().all(is_failed) {
        let kept = format!("(a record of {} bytes)", text.len());
        parts.grants.iter_mut().for_each(|grant| grant.relocate(|_| Span::new(0, kept.len())));
        kept
    } else {
        blot(text, &parts.hide, &parts.keep, '*')
    };
    sources.add(Source::starting_at(name, kept, line));
    (source, parts.grants)
}

/// Numbers grants that have no name of their own.
pub(super) fn named(name: &str, grants: &mut [Grant]) {
    let alone = grants.len() == 1;
    for (number, grant) in grants.iter_mut().enumerate().filter(|(_, grant)| grant.name.is_empty()) {
        grant.name = if alone { name.to_owned() } else { format!("{name} #{}", number + 1) };
    }
}

pub(super) struct Parts {
    pub(super) grants: Vec<Grant>,
    pub(super) hide: Vec<Span>,
    pub(super) keep: Vec<Span>,
}

/// The grants of one JSON document, and what of its text is secret.
pub(super) fn parts(source: SourceId, text: &str) -> Parts {
    let mut reader = Reader::new(source, text);
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) => reader.record(raw, &Labels::new()),
        Err(error) => {
            let written = text.trim_start();
            let whole = Span::new(text.len() - written.len(), text.trim_end().len());
            let refusal = refusal(text).map(|refusal| Failure::LacksScope(Box::new(refusal)));
            let (failure, span) = if let Some(refusal) = refusal {
                (refusal, whole)
            } else if written.starts_with('<') {
                (Failure::Html, whole)
            } else if error.is_eof() && written.starts_with(['{', '[', '"']) {
                (Failure::Truncated, whole)
            } else {
                (not_json(text, &error), located(text, whole, &error))
            };
            reader.hide = suspicious(text);
            if written.starts_with(['{', '[', '"']) {
                reader.hide_texts(text);
            }
            reader.fail(failure, span, &Labels::new());
        }
    }
    let mut grants = reader.grants();
    for grant in &mut grants {
        if let State::Failed(Failure::LacksScope(refusal)) = &mut grant.state {
            refusal.call = refusal.call.take().or_else(|| call_in(text));
        }
    }
    Parts { grants, hide: reader.hide, keep: reader.keep }
}

/// The first refusal of a call in a text: an API's answer as it was received, in a log line, or after the headers of a
/// response; or its code as a program tells it, in an exception or in its own way of writing objects. The call is looked for in the same text.
#[must_use]
pub fn refusal(text: &str) -> Option<Refusal> {
    if text.len() > LONGEST_ANSWER {
        return None;
    }
    let mut found = embedded(text).or_else(|| named_in(text))?;
    found.call = call_in(text);
    Some(found)
}

/// A longer text is no answer of an API.
const LONGEST_ANSWER: usize = 1 << 20;

/// The first refusal among the JSON values of a text.
fn embedded(text: &str) -> Option<Refusal> {
    /// So many values are tried.
    const MOST: usize = 200;
    let mut from = 0;
    for _ in 0..MOST {
        let at = from + text.get(from..)?.find(['{', '['])?;
        let rest = text.get(at..)?;
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        match values.next() {
            Some(Ok(raw)) => {
                let mut reader = Reader::new(Sources::default().next_id(), text);
                reader.record(raw, &Labels::new());
                let refusals = reader.grants().into_iter().find_map(|grant| match grant.state {
                    State::Failed(Failure::LacksScope(refusal)) => Some(*refusal),
                    _ => None,
                });
                if refusals.is_some() {
                    return refusals;
                }
                from = at + values.byte_offset().max(1);
            }
            _ => from = at + 1,
        }
    }
    None
}

/// What is wrong with a text that should be JSON. The parser's own words come without its position, which counts
/// otherwise.
fn not_json(text: &str, error: &serde_json::Error) -> Failure {
    if !text.trim_start().starts_with(['{', '[', '"']) {
        let first = text.trim_start().lines().next().unwrap_or_default();
        let is_redirect = ["http://", "https://"].iter().any(|scheme| first.starts_with(scheme))
            && ["?code=", "&code=", "?error=", "&error="].iter().any(|answer| first.contains(answer));
        return if is_redirect { Failure::Redirect } else { Failure::NotAResponse };
    }
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    Failure::NotJson(match said {
        "trailing comma" | "key must be a string" => "after a comma nothing follows".to_owned(),
        said => said.to_owned(),
    })
}

/// The character at which the parser gave up.
fn located(text: &str, whole: Span, error: &serde_json::Error) -> Span {
    let before: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let at = text.floor_char_boundary((before + error.column().saturating_sub(1)).min(whole.end));
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(c) if !c.is_control() && at < whole.end => Span::new(at, at + c.len_utf8()),
        _ => whole,
    }
}
