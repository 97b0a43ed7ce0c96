//! Addresses in source code, and how they are called.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use super::code::{Code, Kind, Part};
use super::functions::Function;
use super::sites::{Site, method_at, method_at_argument, site, verb_of};
use super::values::{Value, Values};
use super::zoho::{Speaker, Zoho};
use crate::input::calls::body;
use crate::input::calls::seen::{Certainty, Method, SeenCall, SeenCalls, Via};
use crate::text::{Place, SourceId, Span};

/// How far after a call what it sends is looked at for a query, in bytes.
const BODY: usize = 600;

/// An address that a function puts together from what it is given.
struct Wrapper {
    function: usize,
    url: String,
    site: Site,
    span: Span,
}

pub(in crate::input::calls) struct Finder<'a, 'c, 't> {
    code: &'a Code<'t>,
    values: &'a Values<'a, 't>,
    zoho: &'a Zoho<'c>,
    source: SourceId,
    mentioned: BTreeSet<String>,
    speaker: OnceCell<Speaker>,
    functions: &'a [Function<'t>],
    /// Names of clients, and the address that theirs begin with.
    bases: HashMap<String, String>,
    /// Assignments whose value a call took.
    taken: BTreeSet<usize>,
    seen: SeenCalls,
}

/// Finds the calls of a file.
pub(in crate::input::calls) fn find<'t>(
    source: SourceId,
    code: &Code<'t>,
    values: &Values<'_, 't>,
    functions: &[Function<'t>],
    zoho: &Zoho<'_>,
) -> SeenCalls {
    let mentioned = zoho.mentioned(code.text);
    let mut finder = Finder {
        code,
        values,
        zoho,
        source,
        mentioned,
        speaker: OnceCell::new(),
        functions,
        bases: HashMap::new(),
        taken: BTreeSet::new(),
        seen: SeenCalls::default(),
    };
    finder.clients();
    finder.run();
    finder.seen
}

impl Finder<'_, '_, '_> {
    fn run(&mut self) {
        let code = self.code;
        let mut used: BTreeSet<usize> = BTreeSet::new();
        let mut idle: Vec<(Value, usize)> = Vec::new();
        let mut wrappers = Vec::new();
        for at in 0..code.len() {
            if used.contains(&at) || !self.begins(at) {
                continue;
            }
            let Some(value) = self.values.at(at).filter(|value| value.end <= at + 400) else { continue };
            let is_name = value.texts.is_empty();
            let mut url = self.based(at, &value);
            let mut certainty = self.zoho.certainty(None, &url, &self.mentioned);
            if certainty.is_none() && self.is_called_by_name(at) {
                certainty = self.zoho.certainty_of_named(None, &url);
            }
            if certainty.is_none()
                && !is_name
                && let Some(address) = self.below_base(None, &url)
            {
                (url, certainty) = (address, Some(Certainty::Guessed));
            }
            let function = self.function_of(at, &value);
            if certainty.is_none() && function.is_none() {
                continue;
            }
            let found = site(code, at, value.end);
            if found == Site::Told {
                used.extend(&value.texts);
                continue;
            }
            // A name is a call only where something calls with it.
            if is_name && (found == Site::Nothing || self.is_assigned(at)) {
                continue;
            }
            let span = self.span(at, value.end);
            let by_variable = matches!(found, Site::Variable(_)).then(|| self.around(at)).flatten();
            if let Some(function) = function.or(by_variable).filter(|_| found != Site::Nothing) {
                self.taken.extend(value.through.iter().copied());
                if certainty.is_some() {
                    used.extend(value.texts.iter().copied());
                }
                wrappers.push(Wrapper { function, url, site: found, span });
                continue;
            }
            let Some(certainty) = certainty else { continue };
            used.extend(value.texts.iter().copied());
            self.taken.extend(value.through.iter().copied());
            if found == Site::Nothing {
                // A value of a name: whoever calls with the name is met later, or was met before.
                idle.push((value, at));
                continue;
            }
            self.add(found, url, span, certainty);
        }
        for wrapper in wrappers {
            self.wrapped(&wrapper);
        }
        for (value, at) in idle {
            if self.taken.contains(&at) || value.texts.iter().any(|text| self.taken.contains(text)) {
                continue;
            }
            let url = value.text();
            if let Some(certainty) = self.zoho.certainty(None, &url, &self.mentioned) {
                let span = self.span(at, value.end);
                self.add(Site::Called, url, span, certainty.max(Certainty::Likely));
            }
        }
    }

    /// Whether an expression may begin at a token.
    fn begins(&self, at: usize) -> bool {
        let code = self.code;
        let after_join = at > 0
            && (code.is_mark(at - 1, '+')
                || code.is_mark(at - 1, '.')
                || code.parts(at - 1).is_some()
                || code.is_mark(at - 1, '%'));
        match &code.tokens[at].kind {
            Kind::Text(_) => !after_join || !code.is_mark(at - 1, '+') && code.parts(at - 1).is_none(),
            // What a name or a chain comes to; what is called is no address, unless something is joined to it.
            Kind::Word => {
                !after_join && !code.is_mark(at + 1, '=') && {
                    let mut end = at + 1;
                    while code.is_mark(end, '.') && code.word(end + 1).is_some() {
                        end += 2;
                    }
                    let after = if code.is_mark(end, '(') { code.close(end) + 1 } else { end };
                    code.is_mark(after, '+')
                        || after == end && [',', ')', '}', ';', ']'].iter().any(|mark| code.is_mark(end, *mark))
                }
            }
            Kind::Mark(_) => false,
        }
    }

    /// Whether what calls with a token bears the name of Zoho.
    fn is_called_by_name(&self, at: usize) -> bool {
        let mut inner = at;
        for _ in 0..3 {
            let Some(open) = self.code.around(inner) else { return false };
            if self.code.is_mark(open, '(') {
                let (words, _) = self.code.callee(open).map(|last| self.code.chain(last)).unwrap_or_default();
                return words.iter().any(|word| word.to_ascii_lowercase().contains("zoho"));
            }
            inner = open;
        }
        false
    }

    /// The address of what is called below a base that the file does not show.
    fn below_base(&self, method: Option<Method>, url: &str) -> Option<String> {
        if !url.starts_with('{') || !url.contains("}/") {
            return None;
        }
        let speaker = self.speaker.get_or_init(|| self.zoho.speaker(self.code.text));
        self.zoho.below_base(method, url, speaker)
    }

    /// Whether the value of a name begins at a token.
    fn is_assigned(&self, at: usize) -> bool {
        let is_value =
            at.checked_sub(1).is_some_and(|before| self.code.is_mark(before, '=') || self.code.is_mark(before, ':'));
        is_value && self.code.around(at).is_none_or(|open| !self.code.is_mark(open, '('))
    }

    /// What an expression comes to, below the address of the client that calls with it.
    fn based(&self, at: usize, value: &Value) -> String {
        let url = value.text();
        if self.bases.is_empty() || url.contains("://") || url.len() < 2 || Method::named(&url).is_some() {
            return url;
        }
        let Some(open) = self.code.around(at).filter(|open| self.code.is_mark(*open, '(') && *open > 0) else {
            return url;
        };
        let (words, _) = self.code.callee(open).map(|last| self.code.chain(last)).unwrap_or_default();
        match words.get(1).and_then(|client| self.bases.get(*client)) {
            Some(base) if !url.starts_with('{') => {
                format!("{}/{}", base.trim_end_matches('/'), url.trim_start_matches('/'))
            }
            _ => url,
        }
    }

    /// Takes the clients that are made with the beginning of an address: `axios.create({ baseURL: … })`.
    fn clients(&mut self) {
        let code = self.code;
        for at in 0..code.len() {
            let key = code.word(at).or_else(|| code.plain(at)).unwrap_or("");
            let is_key = matches!(
                key.to_ascii_lowercase().as_str(),
                "baseurl" | "base_url" | "base_uri" | "baseuri" | "baseaddress" | "prefixurl" | "rooturi"
            ) && (code.is_mark(at + 1, ':') || code.is_mark(at + 1, '='));
            let is_faraday = key == "url"
                && code.is_mark(at + 1, ':')
                && code.around(at).is_some_and(|open| open >= 2 && code.word(open - 1) == Some("new"));
            if !is_key && !is_faraday {
                continue;
            }
            let Some(value) = self.values.at(at + 2).map(|value| value.text()).filter(|text| text.len() > 2) else {
                continue;
            };
            // The name of what is made: outwards over the brackets to `name =`.
            let mut inner = at;
            for _ in 0..4 {
                let Some(open) = code.around(inner) else { break };
                let (words, begin) = open.checked_sub(1).map(|last| code.chain(last)).unwrap_or_default();
                let start = if words.is_empty() { open } else { begin };
                let equals = (start.saturating_sub(3)..start).rev().find(|&equals| code.is_mark(equals, '='));
                if let Some(name) = equals.and_then(|equals| code.word(equals.checked_sub(1)?)) {
                    self.bases.insert(name.to_owned(), value.clone());
                    break;
                }
                inner = open;
            }
            if key.eq_ignore_ascii_case("BaseAddress")
                && at >= 2
                && code.is_mark(at - 1, '.')
                && let Some(name) = code.word(at - 2)
            {
                self.bases.insert(name.to_owned(), value.clone());
            }
        }
    }

    /// The innermost function around a token.
    fn around(&self, at: usize) -> Option<usize> {
        let inside = |function: &Function<'_>| function.tokens.0 < at && at < function.tokens.1;
        self.functions.iter().rposition(inside)
    }

    /// The function around an expression, where what it is given is part of the address.
    fn function_of(&self, at: usize, value: &Value) -> Option<usize> {
        let number = self.around(at)?;
        let function = self.functions.get(number)?;
        let takes = |part: &Part| matches!(part, Part::Open(name) if function.parameters.contains(&name.as_str()));
        // A name alone is an address only where it is called so.
        let is_alone = match value.parts.as_slice() {
            [Part::Open(name)] => !is_of_address(name),
            _ => false,
        };
        (value.parts.iter().any(takes) && !is_alone).then_some(number)
    }

    /// Adds the calls that a function of the file makes for those who call it with texts.
    fn wrapped(&mut self, wrapper: &Wrapper) {
        let code = self.code;
        let Some(function) = self.functions.get(wrapper.function) else { return };
        let (name, parameters, tokens) = (function.name, function.parameters.clone(), function.tokens);
        let mut any = false;
        for at in 0..code.len() {
            let is_call = code.word(at) == Some(name) && code.is_mark(at + 1, '(') && tokens.0 != at + 1;
            if !is_call {
                continue;
            }
            let arguments = code.arguments(at + 1);
            let argument = |parameter: &str| {
                let named = arguments
                    .iter()
                    .find(|(from, _)| code.word(*from) == Some(parameter) && code.is_mark(from + 1, '='));
                let position = parameters.iter().position(|known| *known == parameter)?;
                named.map(|(from, to)| (from + 2, *to)).or_else(|| arguments.get(position).copied())
            };
            let mut url = wrapper.url.clone();
            let mut filled = false;
            for parameter in &parameters {
                let hole = format!("{{{parameter}}}");
                if !url.contains(&hole) {
                    continue;
                }
                let Some((from, to)) = argument(parameter) else { continue };
                if let Some(given) = self.values.within(from, to).filter(|given| !given.parts.is_empty()) {
                    let text = given.text();
                    filled |= !text.starts_with('{');
                    url = url.replace(&hole, &text).replace("//{", "/{");
                    if !url.contains("://") && url.contains("//") {
                        url = url.replace("//", "/");
                    }
                }
            }
            let url = tidy(&url);
            let method = match wrapper.site {
                Site::Method(method) => Some(method),
                Site::Variable(variable) => {
                    let parameter = code.word(variable).unwrap_or("");
                    let given = argument(parameter).and_then(|(from, _)| method_at_argument(code, from));
                    filled |= given.is_some();
                    given.or_else(|| self.default_of(tokens.0, parameter))
                }
                _ => verb_of(name),
            };
            if !filled {
                continue;
            }
            any = true;
            let (url, certainty) = match self.zoho.certainty(method, &url, &self.mentioned) {
                Some(certainty) => (url, certainty),
                None => match self.below_base(method, &url) {
                    Some(address) => (address, Certainty::Guessed),
                    None => continue,
                },
            };
            let span = self.span(at, code.close(at + 1) + 1);
            let found = method.map_or(Site::Called, Site::Method);
            self.add(found, url, span, certainty);
        }
        if !any {
            let url = wrapper.url.clone();
            let place = Place::new(self.source, wrapper.span);
            match self.zoho.certainty(None, &url, &self.mentioned).filter(|_| !ends_open(&url)) {
                Some(certainty) => self.add(wrapper.site, url, wrapper.span, certainty),
                None if self.zoho.is_on(&url) => {
                    self.seen.leave(place, format!("what `{name}` calls is put together elsewhere"));
                }
                None => {}
            }
        }
    }

    /// The method that a parameter has when none is given: `method='GET'`.
    fn default_of(&self, open: usize, parameter: &str) -> Option<Method> {
        let is_default = |at: &usize| self.code.word(*at) == Some(parameter);
        let at = (open..self.code.close(open)).find(is_default)?;
        (at + 1..at + 5).take_while(|next| !self.code.is_mark(*next, ',')).find_map(|next| method_at(self.code, next))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let token = |at: usize| self.code.tokens.get(at).map(|token| token.span).unwrap_or_default();
        Span::new(token(start).start, token(end.saturating_sub(1)).end)
    }

    fn add(&mut self, found: Site, url: String, span: Span, certainty: Certainty) {
        let (method, certainty) = match found {
            Site::Method(method) => (Some(method), certainty),
            _ => (None, certainty.max(Certainty::Likely)),
        };
        let mut call = SeenCall::new(method, url, Place::new(self.source, span), certainty, Via::Literal);
        // What is sent stands near: a query names its module.
        if call.url.split('?').next().is_some_and(|path| path.ends_with("/coql")) {
            let text = self.code.text;
            let from = text.floor_char_boundary(span.start.saturating_sub(BODY));
            let to = text.ceil_char_boundary((span.end + BODY).min(text.len()));
            let after = text.get(span.end..to).unwrap_or("");
            call.modules = body::queried(after);
            if call.modules.is_empty() {
                call.modules = body::queried(text.get(from..span.start).unwrap_or(""));
                call.modules.drain(..call.modules.len().saturating_sub(1));
            }
            // `from x import y` is Python's own.
            call.modules.retain(|module| module.starts_with(|c: char| c.is_ascii_uppercase()));
        }
        self.seen.add(call);
    }
}

/// Whether what stands for the rest of a path is filled in.
fn ends_open(url: &str) -> bool {
    let Some((front, name)) = url.trim_end_matches('}').rsplit_once('{') else { return false };
    url.ends_with('}') && (is_of_address(name) || !front.ends_with(['/', '=', '-', '_', '.']))
}

/// Whether a name is one of an address or a part of one.
fn is_of_address(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["path", "url", "uri", "endpoint", "route", "address", "resource"].iter().any(|word| name.contains(word))
}

/// An address without doubled slashes in its path.
fn tidy(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", rest.replace("//", "/")),
        None => url.to_owned(),
    }
}
