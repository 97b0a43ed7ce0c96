//! The facts of a record, taken from its line without reading all of it.
//!
//! A [`Skimmer`] takes the usual line of an export: one flat object of texts, numbers and words, without escapes. Anything
//! else it leaves to the reader that knows every shape. What it takes, it takes as that reader would. Lines of one export
//! are alike, so it remembers which fields follow each other, and looks for those first.

use super::super::{Request, read_list};
use super::fields::{Key, is_list_of_scopes};
use super::lists::LONGEST_LIST;
use super::shape::is_in_milliseconds;
use super::{Grant, Stale, StaleForm, State};
use crate::catalog::data_centre::DataCentre;
use crate::secret::may_hold_secret;
use crate::text::{Place, SourceId, Span};

/// What decides how a grant is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts<'l> {
    /// Names of the client, the most telling first.
    pub(crate) labels: [Option<&'l str>; 3],
    /// The scopes, as they are written; `None` where the response does not say.
    pub(crate) scope: Option<&'l str>,
    /// The API host, as it is written.
    pub(crate) api_domain: Option<&'l str>,
    /// The data centre that an export names.
    pub(crate) data_centre: Option<&'l str>,
    /// `expires_in` is in milliseconds.
    pub(crate) is_in_milliseconds: bool,
    /// `expires_in_sec` stands beside `expires_in`.
    pub(crate) has_expires_in_sec: bool,
}

impl<'l> Facts<'l> {
    /// The names of the client.
    pub(crate) fn labels(&self) -> impl Iterator<Item = &'l str> + use<'l> {
        self.labels.into_iter().flatten()
    }

    /// The client id.
    pub(crate) fn client(&self) -> Option<&'l str> {
        self.labels[CLIENT]
    }

    /// Whose the grant is, what says it most surely first: the client id, then names.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &'l str> + use<'l> {
        let [app, name, client] = self.labels;
        [client, app, name].into_iter().flatten()
    }
}

impl Grant {
    /// A grant of given facts. Its places point into a text that is never shown: they tell scopes, API host and client
    /// apart, and nothing else.
    pub(crate) fn of_facts(facts: &Facts<'_>, source: SourceId) -> Self {
        let place = |start, end| Place::new(source, Span::new(start, end));
        let length = facts.scope.map_or(0, str::len);
        let (whole, aside) = (place(0, length + 2), place(length + 2, length + 3));
        let mut items = facts.scope.map(|scope| read_list(source, scope, 1).items).unwrap_or_default();
        for item in &mut items {
            item.stray = None;
        }
        let state = if items.is_empty() { State::Unknown } else { State::Known };
        let mut grant = Self {
            name: facts.labels().next().unwrap_or_default().to_owned(),
            labels: facts.labels().map(|label| (label.to_owned(), aside)).collect(),
            client: facts.client().map(|client| (client.to_owned(), aside)),
            state,
            differs: None,
            accepted: None,
            place: aside,
            request: Request::new(whole, items),
            api_domain: None,
            data_centre: facts.data_centre.and_then(|code| DataCentre::by_code(code.trim())).map(|centre| centre.code),
            stale: Vec::new(),
            requested: None,
            origin: None,
        };
        if let Some(domain) = facts.api_domain {
            grant.set_api_domain(domain, aside);
        }
        let times =
            [(facts.is_in_milliseconds, StaleForm::Milliseconds), (facts.has_expires_in_sec, StaleForm::ExpiresInSec)];
        let times = times.into_iter().filter(|(has, _)| *has);
        grant.stale.extend(times.map(|(_, form)| Stale { form, place: aside }));
        grant
    }
}

/// Where among the names the client id stands.
const CLIENT: usize = 2;

/// So many fields are remembered.
const FIELDS: usize = 64;

/// So many names of fields are told apart: one bit each.
const NAMES: usize = 64;

/// So many of them may follow one field.
const FOLLOWING: usize = 6;

/// The longest text before a value that is remembered, in bytes.
const LONGEST: usize = 80;

/// Whether bytes hold neither escapes nor control characters, so that every quote in them begins or ends a text of JSON.
/// Line breaks between records do not count.
pub(crate) fn is_clear(bytes: &[u8]) -> bool {
    // Without a way out on the first: that is many bytes at a time.
    let found = bytes.iter().fold(0, |found, &byte| {
        let is_control = u8::from(byte < b' ') & u8::from(byte != b'\n');
        found | is_control | u8::from(byte == b'\\')
    });
    found == 0
}

/// Takes the facts of lines, and remembers how they are laid out.
#[derive(Debug, Default)]
pub(crate) struct Skimmer {
    fields: Vec<Field>,
    /// Which fields follow the beginning of a line, then which follow each field.
    following: Vec<Vec<usize>>,
    /// The names of fields, each with its own bit.
    names: Vec<Box<str>>,
}

/// A field of earlier lines.
#[derive(Debug)]
struct Field {
    /// Everything from the end of the value before up to the value, the quote at its beginning included.
    before: Box<str>,
    role: Role,
    /// The bit of its name.
    name: u64,
    is_text: bool,
}

/// What a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Role {
    key: Key,
    /// The bit that says it was seen; none for a field that may come again.
    once: u32,
}

impl Role {
    /// Of the name of a field; `None` where the full reader has to decide.
    fn of(name: &str, is_text: bool) -> Option<Self> {
        let key = Key::of(name.as_bytes());
        let bit = match (key, is_text) {
            (Key::Scope, true) => Some(0),
            // An access and a refresh token may stand together, each once.
            (Key::Token, true) => match name {
                "access_token" => Some(1),
                "refresh_token" => Some(2),
                _ => return None,
            },
            (Key::ApiDomain, true) => Some(3),
            (Key::DataCentre, true) => Some(4),
            (Key::TokenType, true) => Some(5),
            (Key::Label(rank), true) => Some(6 + u32::from(rank)),
            (Key::ExpiresIn, false) => Some(LIFE),
            (Key::ExpiresInSec, false) => Some(17),
            (Key::Other | Key::Asked, _) | (Key::TokenType, false) => None,
            _ => return None,
        };
        Some(Self { key, once: bit.map_or(0, |bit| 1 << bit) })
    }
}

/// The bit of `expires_in`.
const LIFE: u32 = 16;

/// What is known of a line while it is read.
#[derive(Default)]
struct Found<'l> {
    facts: Facts<'l>,
    seen: u32,
    /// The names that stand in the line. One that stands there twice is for the full reader.
    names: u64,
    has_token: bool,
}

impl Skimmer {
    /// The facts of a line that is one flat object; `None` where that is not certain. The line has to be
    /// [clear](is_clear).
    pub(crate) fn skim<'l>(&mut self, line: &'l str) -> Option<Facts<'l>> {
        let bytes = line.as_bytes();
        let mut found = Found::default();
        let (mut at, mut last) = (0, 0);
        loop {
            let known = self.following.get(last).into_iter().flatten().copied().find(|&number| {
                self.fields.get(number).is_some_and(|field| {
                    let end = at + field.before.len();
                    bytes.get(at..end) == Some(field.before.as_bytes())
                })
            });
            let (role, name, is_text, start) = match known.and_then(|number| Some((number, self.fields.get(number)?))) {
                Some((number, field)) => {
                    last = number + 1;
                    (field.role, field.name, field.is_text, at + field.before.len())
                }
                None if last > 0 && bytes.get(at) == Some(&b'}') => break,
                None => match before(line, at, at == 0)? {
                    Before::End => break,
                    Before::Value { name, start, is_text } => {
                        let role = Role::of(name, is_text)?;
                        let name = self.bit_of(name)?;
                        last = self.learn(last, line.get(at..start)?, role, name, is_text);
                        (role, name, is_text, start)
                    }
                },
            };
            let value = if is_text {
                let length = memchr::memchr(b'"', bytes.get(start..)?)?;
                at = start + length + 1;
                line.get(start..start + length)?
            } else {
                let (value, next) = word(line, start)?;
                at = next;
                value
            };
            if found.names & name != 0 {
                return None;
            }
            found.names |= name;
            found.take(role, value, is_text)?;
        }
        if blanks(bytes, blanks(bytes, at) + 1) != bytes.len() {
            return None;
        }
        found.finish()
    }

    /// The bit of a name; nothing where there are too many.
    fn bit_of(&mut self, name: &str) -> Option<u64> {
        let known = self.names.iter().position(|known| **known == *name);
        let number = known.unwrap_or(self.names.len());
        if known.is_none() {
            if number >= NAMES {
                return None;
            }
            self.names.push(name.into());
        }
        Some(1 << number)
    }

    /// Notes that a field follows another; the number by which it is followed.
    fn learn(&mut self, last: usize, before: &str, role: Role, name: u64, is_text: bool) -> usize {
        let known = self.fields.iter().position(|field| *field.before == *before && field.is_text == is_text);
        let number = known.unwrap_or(self.fields.len());
        if known.is_none() {
            if number >= FIELDS || before.len() > LONGEST {
                return usize::MAX;
            }
            self.fields.push(Field { before: before.into(), role, name, is_text });
        }
        self.following.resize_with(self.fields.len() + 1, Vec::new);
        if let Some(following) = self.following.get_mut(last)
            && following.len() < FOLLOWING
            && !following.contains(&number)
        {
            // What stands before a text begins as what stands before a number: the longer one is tried first.
            following.insert(if is_text { 0 } else { following.len() }, number);
        }
        number + 1
    }
}

/// What stands after a value, or after the beginning of a line.
enum Before<'l> {
    /// The end of the object.
    End,
    /// A field and where its value begins: after the quote where it is a text.
    Value { name: &'l str, start: usize, is_text: bool },
}

/// Reads up to the next value.
fn before(line: &str, at: usize, is_first: bool) -> Option<Before<'_>> {
    let bytes = line.as_bytes();
    let at = blanks(bytes, at);
    let at = match bytes.get(at)? {
        b'}' if !is_first => return Some(Before::End),
        b'{' if is_first => at + 1,
        b',' if !is_first => at + 1,
        _ => return None,
    };
    let start = expect(bytes, blanks(bytes, at), b'"')?;
    let length = memchr::memchr(b'"', bytes.get(start..)?)?;
    let name = line.get(start..start + length)?;
    let at = blanks(bytes, expect(bytes, blanks(bytes, start + length + 1), b':')?);
    let is_text = *bytes.get(at)? == b'"';
    Some(Before::Value { name, start: at + usize::from(is_text), is_text })
}

impl<'l> Found<'l> {
    /// Takes a value. Nothing where the full reader has to decide.
    fn take(&mut self, role: Role, value: &'l str, is_text: bool) -> Option<()> {
        if self.seen & role.once != 0 {
            return None;
        }
        self.seen |= role.once;
        // A text may hold JSON.
        if is_text && value.starts_with(['{', '[', ' ']) {
            return None;
        }
        let facts = &mut self.facts;
        match role.key {
            Key::Scope | Key::Token if value.is_empty() => return None,
            Key::Scope if !is_plain_list(value) => return None,
            Key::Scope => facts.scope = Some(value),
            Key::Token => self.has_token = true,
            Key::ApiDomain => facts.api_domain = Some(value),
            Key::DataCentre => facts.data_centre = Some(value),
            Key::Label(rank) => {
                let value = value.trim();
                if let (Some(label), false) = (facts.labels.get_mut(usize::from(rank)), value.is_empty()) {
                    *label = Some(value);
                }
            }
            Key::ExpiresIn => facts.is_in_milliseconds = is_in_milliseconds(value),
            Key::ExpiresInSec => facts.has_expires_in_sec = true,
            Key::Other if is_text && is_list_of_scopes(value) => return None,
            Key::Other | Key::Asked | Key::TokenType => {}
            Key::Error | Key::Status | Key::Remark => return None,
        }
        Some(())
    }

    fn finish(mut self) -> Option<Facts<'l>> {
        self.facts.has_expires_in_sec &= self.seen & (1 << LIFE) != 0;
        (self.has_token || self.facts.scope.is_some()).then_some(self.facts)
    }
}

/// Whether a text is a list of scopes in which neither JSON nor a secret can stand.
pub(super) fn is_plain_list(value: &str) -> bool {
    value.len() <= LONGEST_LIST && !value.starts_with(['{', '[', '"']) && !may_hold_secret(value.as_bytes())
}

fn blanks(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at) == Some(&b' ') {
        at += 1;
    }
    at
}

fn expect(bytes: &[u8], at: usize, byte: u8) -> Option<usize> {
    (bytes.get(at) == Some(&byte)).then_some(at + 1)
}

/// A number without sign, fraction and exponent, or a word of JSON.
fn word(line: &str, at: usize) -> Option<(&str, usize)> {
    let rest = line.get(at..)?;
    let length = rest.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let value = rest.get(..length)?;
    let is_number = value.bytes().all(|byte| byte.is_ascii_digit()) && (length == 1 || !value.starts_with('0'));
    let fits = (length > 0 && is_number) || matches!(value, "true" | "false" | "null");
    fits.then_some((value, at + length))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::super::{Header, read_line, read_row, rows::TableReader};
    use super::*;
    use crate::text::Sources;

    const TOKEN: &str = "1000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    /// Everything of a grant that decides how it is judged.
    fn facts(grant: &Grant) -> impl PartialEq + std::fmt::Debug + use<> {
        let stale: Vec<_> = grant.stale.iter().map(|stale| stale.form).collect();
        let scopes: Vec<_> =
            grant.request.items.iter().map(|item| (item.written.clone(), item.scope.clone())).collect();
        let names: Vec<_> = grant.labels.iter().map(|(name, _)| name.clone()).collect();
        let client = grant.client.as_ref().map(|(client, _)| client.clone());
        let host = grant.api_domain.as_ref().map(|(host, _)| host.clone());
        (grant.state.clone(), scopes, names, client, host, grant.data_centre, stale, grant.differs.is_some())
    }

    fn keys() -> impl Strategy<Value = &'static str> {
        select(vec![
            "scope",
            "scope",
            "Scope",
            "scopes",
            "granted_scopes",
            "requested_scopes",
            "access_token",
            "refresh_token",
            "token_type",
            "token_type",
            "api_domain",
            "expires_in",
            "expires_in_sec",
            "app",
            "client",
            "client_id",
            "client_name",
            "dc",
            "note",
            "note",
            "x",
            "y",
            "permissions",
            "status",
            "code",
            "error",
            "data",
            "",
        ])
    }

    fn values() -> impl Strategy<Value = String> {
        let texts = select(vec![
            "ZohoBooks.invoices.READ",
            "ZohoBooks.invoices.READ ZohoCRM.modules.ALL",
            "zohobooks.invoices.read,email",
            "email openid",
            "",
            " ",
            TOKEN,
            "0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e",
            "Bearer",
            "https://www.zohoapis.eu",
            "https://api.zoho.com",
            "eu",
            " us ",
            "sync",
            "1000.GMB0YULZHJK411248S8I5GZ4CHUEX0",
            "[ZohoBooks.invoices.READ]",
            "[1]",
            "{a,b}.c.READ",
            "a.b.c.d",
            "success",
            "3600000",
        ]);
        let words = select(vec![
            "3600",
            "3600000",
            "0",
            "-1",
            "1.5",
            "null",
            "true",
            "[]",
            "{}",
            "[\"email\"]",
            "{\"scope\":\"email\"}",
        ]);
        prop_oneof![3 => texts.prop_map(|text| format!("\"{text}\"")), 1 => words.prop_map(str::to_owned)]
    }

    /// A record of fields that may stand twice, as one line, damaged or not.
    fn line() -> impl Strategy<Value = String> {
        let fields = prop::collection::vec((keys(), values()), 0..7);
        let damage = prop::option::weighted(
            0.3,
            (any::<Index>(), select(vec!["", ",", "\"", "}", "{", ":", " ", "0", "[", "é"])),
        );
        (fields, damage, select(vec![",", ", "]), select(vec![":", ": "])).prop_map(|(fields, damage, comma, colon)| {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\"{colon}{value}")).collect();
            let mut line = format!("{{{}}}", fields.join(comma));
            if let Some((at, what)) = damage {
                let at = at.index(line.len());
                line.replace_range(at..=at, what);
            }
            line
        })
    }

    fn cell() -> impl Strategy<Value = String> {
        values().prop_map(|value| value.trim_matches('"').replace("\\\"", ""))
    }

    /// Every name of a field twice in one line, beside a grant and not, with equal and other values.
    #[test]
    fn a_line_in_which_a_name_stands_twice_is_for_the_full_reader() {
        let names = [
            "scope",
            "scopes",
            "granted_scopes",
            "requested_scopes",
            "access_token",
            "refresh_token",
            "token_type",
            "api_domain",
            "expires_in",
            "expires_in_sec",
            "app",
            "client",
            "client_id",
            "client_name",
            "dc",
            "note",
            "status",
            "code",
            "error",
            "",
        ];
        for name in names {
            for (first, second) in
                [("\"email\"", "\"email\""), ("\"email\"", "\"openid\""), ("1", "1"), ("null", "\"\"")]
            {
                for line in [
                    format!("{{\"scope\":\"email\",\"{name}\":{first},\"{name}\":{second}}}"),
                    format!("{{\"{name}\":{first},\"access_token\":\"{TOKEN}\",\"{name}\":{second}}}"),
                ] {
                    // The second line is alike, so that what was learnt from the first counts.
                    let mut skimmer = Skimmer::default();
                    for _ in 0..2 {
                        assert_eq!(skimmer.skim(&line), None, "{line}");
                    }
                    let read = read_line("t", 1, &line, &mut Sources::default());
                    let told = read.iter().all(|grant| matches!(grant.state, State::Failed(_)));
                    assert!(!read.is_empty() && told, "{line}: {read:?}");
                }
            }
        }
    }

    /// Everything of a grant that the fast reader takes from a line is what the full one reads.
    fn assert_agree(skimmer: &mut Skimmer, line: &str) -> bool {
        let Some(found) = is_clear(line.as_bytes()).then(|| skimmer.skim(line)).flatten() else { return false };
        let mut sources = Sources::default();
        let skimmed = Grant::of_facts(&found, sources.next_id());
        let mut read = read_line("t", 1, line, &mut sources);
        read.iter_mut().filter(|grant| grant.name == "t:1").for_each(|grant| grant.name.clear());
        assert_eq!(read.len(), 1, "{line}");
        assert_eq!(facts(&skimmed), facts(&read[0]), "{line}");
        assert_eq!(skimmed.name, read[0].name, "{line}");
        true
    }

    /// Lines as a service writes them, one after the other: mostly alike, now and then with a name that stands twice.
    #[test]
    fn the_two_readers_agree_on_forty_thousand_lines() {
        use proptest::strategy::ValueTree as _;

        const LINES: usize = 40_000;
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let lines = line();
        let mut skimmer = Skimmer::default();
        let (mut fast, mut twice) = (0, 0);
        for n in 0..LINES {
            let mut line = lines.new_tree(&mut runner).unwrap().current();
            if n % 9 == 0 {
                line = line.replacen('{', "{\"token_type\":\"Bearer\",", 1);
            }
            if n % 5 == 0 {
                line = format!(
                    "{{\"app\":\"app-{}\",\"scope\":\"ZohoBooks.invoices.READ\",\"access_token\":\"{TOKEN}\",\"token_type\":\"Bearer\"}}",
                    n % 70
                );
            }
            twice += usize::from(line.matches("token_type").count() > 1);
            fast += usize::from(assert_agree(&mut skimmer, &line));
        }
        println!("{LINES} lines: the fast reader took {fast}, in {twice} a token type stood twice");
        assert!(fast > LINES / 10 && twice > 100, "{fast} {twice}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(6000))]

        #[test]
        fn what_is_taken_from_a_line_is_what_the_full_reader_reads(lines in prop::collection::vec(line(), 1..5)) {
            let mut skimmer = Skimmer::default();
            for line in &lines {
                assert_agree(&mut skimmer, line);
            }
        }

        #[test]
        fn what_is_taken_from_a_row_is_what_the_full_reader_reads(
            header in prop::collection::vec(keys(), 1..6),
            cells in prop::collection::vec(cell(), 0..7),
        ) {
            let text = {
                let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
                writer.write_record(&header).unwrap();
                writer.write_record(&cells).unwrap();
                String::from_utf8(writer.into_inner().unwrap()).unwrap()
            };
            let mut rows = TableReader::new(text.as_bytes(), b',');
            let header: Header = rows.header().unwrap().unwrap();
            let Some(row) = rows.next().unwrap() else { return Ok(()) };
            let Some(found) = header.skim(&row.cells) else { return Ok(()) };
            let mut sources = Sources::default();
            let skimmed = Grant::of_facts(&found, sources.next_id());
            let mut read = read_row("t", &header, &row, &mut sources);
            read.iter_mut().filter(|grant| grant.name == "t:2").for_each(|grant| grant.name.clear());
            prop_assert_eq!(read.len(), 1, "{}", text);
            prop_assert_eq!(facts(&skimmed), facts(&read[0]), "{}", text);
        }
    }
}
