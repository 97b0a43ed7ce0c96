//! The facts of a record, taken from its line without reading all of it.
//!
//! A [`Skimmer`] takes the usual line of an export: one flat object of texts, numbers and words, without escapes. Anything
//! else it leaves to the reader that knows every shape. What it takes, it takes as that reader would. Lines of one export
//! are alike, so it remembers which fields follow each other, and looks for those first.

use super::fields::Key;
use super::shape::is_in_milliseconds;

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
}

/// So many fields are remembered.
const FIELDS: usize = 64;

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
}

/// A field of earlier lines.
#[derive(Debug)]
struct Field {
    /// Everything from the end of the value before up to the value, the quote at its beginning included.
    before: Box<str>,
    role: Role,
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
            (Key::Other, _) | (Key::TokenType, false) => None,
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
            let (role, is_text, start) = match known.and_then(|number| Some((number, self.fields.get(number)?))) {
                Some((number, field)) => {
                    last = number + 1;
                    (field.role, field.is_text, at + field.before.len())
                }
                None if last > 0 && bytes.get(at) == Some(&b'}') => break,
                None => match before(line, at, at == 0)? {
                    Before::End => break,
                    Before::Value { name, start, is_text } => {
                        let role = Role::of(name, is_text)?;
                        last = self.learn(last, line.get(at..start)?, role, is_text);
                        (role, is_text, start)
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
            found.take(role, value, is_text)?;
        }
        if blanks(bytes, blanks(bytes, at) + 1) != bytes.len() {
            return None;
        }
        found.finish()
    }

    /// Notes that a field follows another; the number by which it is followed.
    fn learn(&mut self, last: usize, before: &str, role: Role, is_text: bool) -> usize {
        let known = self.fields.iter().position(|field| *field.before == *before && field.is_text == is_text);
        let number = known.unwrap_or(self.fields.len());
        if known.is_none() {
            if number >= FIELDS || before.len() > LONGEST {
                return usize::MAX;
            }
            self.fields.push(Field { before: before.into(), role, is_text });
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
        let facts = &mut self.facts;
        match role.key {
            Key::Scope | Key::Token if value.is_empty() => return None,
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
            // A text may hold JSON.
            Key::Other if is_text && value.starts_with(['{', '[']) => return None,
            Key::Other | Key::TokenType => {}
            Key::Error | Key::Status | Key::Remark => return None,
        }
        Some(())
    }

    fn finish(mut self) -> Option<Facts<'l>> {
        self.facts.has_expires_in_sec &= self.seen & (1 << LIFE) != 0;
        (self.has_token || self.facts.scope.is_some()).then_some(self.facts)
    }
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
