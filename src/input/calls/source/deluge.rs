//! Deluge: integration tasks and `invokeurl`, by connection.

use std::collections::BTreeSet;

use super::code::{Code, Part};
use super::tables;
use super::values::Values;
use super::zoho::Zoho;
use crate::catalog::Needs;
use crate::input::calls::body;
use crate::input::calls::seen::{Certainty, Method, SeenCall, SeenCalls, Via};
use crate::text::{Place, SourceId, Span};

/// How far around a call what it sends is looked at for a query, in bytes.
const BODY: usize = 600;

struct Finder<'a, 'c, 't> {
    source: SourceId,
    code: &'a Code<'t>,
    values: &'a Values<'a, 't>,
    zoho: &'a Zoho<'c>,
    seen: SeenCalls,
}

/// Finds the calls of a script.
pub(in crate::input::calls) fn find(
    source: SourceId,
    code: &Code<'_>,
    values: &Values<'_, '_>,
    zoho: &Zoho<'_>,
) -> SeenCalls {
    let mut finder = Finder { source, code, values, zoho, seen: SeenCalls::default() };
    for at in 0..code.len() {
        match code.word(at).map(str::to_ascii_lowercase).as_deref() {
            Some("zoho") if code.is_mark(at + 1, '.') && (at == 0 || !code.is_mark(at - 1, '.')) => finder.task(at),
            Some("invokeurl") if code.is_mark(at + 1, '[') => finder.invoked(at + 1),
            Some(name @ ("geturl" | "posturl")) if code.is_mark(at + 1, '(') => {
                let method = if name == "geturl" { Method::Get } else { Method::Post };
                finder.address(at + 2, code.close(at + 1), Some(method), None);
            }
            _ => {}
        }
    }
    finder.seen
}

impl Finder<'_, '_, '_> {
    fn place(&self, start: usize, end: usize) -> Place {
        let token = |at: usize| self.code.tokens.get(at).map(|token| token.span).unwrap_or_default();
        Place::new(self.source, Span::new(token(start).start, token(end).end))
    }

    /// The text that a token begins, or that the name at it holds.
    fn text(&self, from: usize, to: usize) -> Option<String> {
        let value = self.values.within(from, to)?;
        match value.parts.as_slice() {
            [Part::Plain(text)] => Some(text.clone()),
            _ => None,
        }
    }

    fn task(&mut self, at: usize) {
        let code = self.code;
        let mut words = vec!["zoho"];
        let mut end = at + 1;
        while code.is_mark(end, '.')
            && let Some(word) = code.word(end + 1)
        {
            words.push(word);
            end += 2;
        }
        if !code.is_mark(end, '(') || words.len() < 3 {
            return;
        }
        let written = words.join(".");
        let is_version = |word: &&str| word.trim_start_matches(['v', 'V']).bytes().all(|b| b.is_ascii_digit());
        let version: Vec<&str> = words.iter().filter(|word| is_version(word)).copied().collect();
        words.retain(|word| !is_version(word));
        let Some(task) = tables::task(&written).or_else(|| tables::task(&words.join("."))) else {
            if words.get(1).is_some_and(|product| tables::has_tasks(product)) {
                let reason = format!("the task `{written}` is not known");
                self.seen.leave(self.place(at, end - 1), reason);
            }
            return;
        };
        let given = code.arguments(end);
        let module_at = task.takes.iter().position(|name| *name == "module");
        let module = module_at.and_then(|at| given.get(at)).and_then(|(from, to)| self.text(*from, *to));
        let mut path = task.path.to_owned();
        // `zoho.crm.v2.1.getRecords`
        if let Some(number) = (!version.is_empty()).then(|| version.join("."))
            && let Some(known) = path.split('/').find(|segment| {
                segment.starts_with('v') && segment.len() < 5 && segment.ends_with(|c: char| c.is_ascii_digit())
            })
        {
            path = path.replace(&format!("/{known}/"), &format!("/{number}/"));
        }
        let is_users = task.service == "ZohoCRM" && module.as_deref() == Some("users");
        if let Some(module) = module.as_deref().filter(|module| !module.is_empty()) {
            path = path.replace("{module}", module);
        }
        let certainty = match task.basis {
            "guess" => Certainty::Guessed,
            "stated" if !path.contains("{module}") => Certainty::Proven,
            _ if is_users || !path.contains("{module}") => Certainty::Likely,
            _ => Certainty::Likely,
        };
        let url = if path.is_empty() { String::new() } else { self.zoho.address(task.service, &path) };
        let place = self.place(at, code.close(end));
        let mut call = SeenCall::new(task.method, url, place, certainty, Via::Deluge { task: written });
        call.needs = task.needs();
        call.group = self.connection(task, &given);
        if call.group.is_none() && task.is_own {
            call.needs = Some(Needs::Nothing);
        }
        self.seen.add(call);
    }

    /// The connection that is named last.
    fn connection(&self, task: &tables::Task, given: &[(usize, usize)]) -> Option<String> {
        let position = task.takes.iter().position(|name| *name == "connection")?;
        let last = given.len().checked_sub(1)?;
        // The last argument, where those before it were given or need not be.
        let is_open = task.takes.contains(&"x");
        if last != position && !(is_open && last > 0) {
            return None;
        }
        let (from, to) = *given.get(last)?;
        let name =
            self.text(from, to).or_else(|| self.code.word(from).filter(|_| to - from == 1).map(str::to_owned))?;
        let is_name = name.bytes().all(|b| b == b'_' || b == b'-' || b.is_ascii_alphanumeric()) && !name.is_empty();
        is_name.then_some(name)
    }

    /// Reads what stands in the brackets of `invokeurl`.
    fn invoked(&mut self, open: usize) {
        let code = self.code;
        let close = code.close(open);
        let key = |name: &str| {
            (open + 1..close).find(|&at| {
                code.around(at) == Some(open)
                    && code.word(at).is_some_and(|word| word.eq_ignore_ascii_case(name))
                    && code.is_mark(at + 1, ':')
            })
        };
        let Some(url) = key("url") else { return };
        let method = match key("type") {
            Some(at) => code.word(at + 2).or_else(|| code.plain(at + 2)).and_then(Method::named),
            None => Some(Method::Get),
        };
        let connection =
            key("connection").and_then(|at| self.text(at + 2, at + 3).or_else(|| code.word(at + 2).map(str::to_owned)));
        self.address(url + 2, close, method, connection);
    }

    fn address(&mut self, from: usize, to: usize, method: Option<Method>, connection: Option<String>) {
        let Some(value) = self.values.within(from, to) else { return };
        let url = value.text();
        let place = self.place(from, value.end.saturating_sub(1));
        let none = BTreeSet::new();
        let Some(certainty) = self.zoho.certainty(method, &url, &none) else {
            if url.starts_with('{') {
                self.seen.leave(place, "an address that is put together elsewhere");
            }
            return;
        };
        let mut call = SeenCall::new(method, url, place, certainty, Via::Deluge { task: "invokeurl".to_owned() });
        call.group = connection;
        if call.url.split('?').next().is_some_and(|path| path.ends_with("/coql")) {
            let text = self.code.text;
            let start = text.floor_char_boundary(place.span.start.saturating_sub(BODY));
            let before = text.get(start..place.span.start).unwrap_or("");
            call.modules = body::queried(before);
            call.modules.drain(..call.modules.len().saturating_sub(1));
            if call.modules.is_empty() {
                let end = text.ceil_char_boundary((place.span.end + BODY).min(text.len()));
                call.modules = body::queried(text.get(place.span.end..end).unwrap_or(""));
            }
        }
        self.seen.add(call);
    }
}
