//! The facts of a record, taken from its line without reading all of it.
//!
//! [`skim`] takes the usual line of an export: one flat object of texts, numbers and words, without escapes. Anything
//! else it leaves to the reader that knows every shape. What it takes, it takes as that reader would.

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

/// The facts of a line that is one flat object; `None` where that is not certain.
pub(crate) fn skim(line: &str) -> Option<Facts<'_>> {
    let bytes = line.as_bytes();
    // A raw control character in a text is no JSON; blanks between fields are rare in lines.
    // Without a way out on the first: that is many bytes at a time.
    if bytes.iter().fold(0_u8, |found, byte| found | u8::from(*byte < b' ')) != 0 {
        return None;
    }
    let mut facts = Facts::default();
    let mut seen = 0_u32;
    let mut token = false;
    let mut at = blanks(bytes, 0);
    at = expect(bytes, at, b'{')?;
    loop {
        let (name, next) = text(line, blanks(bytes, at))?;
        at = blanks(bytes, expect(bytes, blanks(bytes, next), b':')?);
        let key = Key::of(name.as_bytes());
        if *bytes.get(at)? == b'"' {
            let (value, next) = text(line, at)?;
            at = next;
            token |= take(&mut facts, &mut seen, key, name, value)?;
        } else {
            let (value, next) = word(line, at)?;
            at = next;
            match key {
                Key::Other | Key::TokenType => {}
                Key::ExpiresIn => {
                    once(&mut seen, 16)?;
                    facts.is_in_milliseconds = is_in_milliseconds(value);
                }
                Key::ExpiresInSec => {
                    once(&mut seen, 17)?;
                    facts.has_expires_in_sec = true;
                }
                _ => return None,
            }
        }
        at = blanks(bytes, at);
        match bytes.get(at)? {
            b',' => at += 1,
            b'}' => break,
            _ => return None,
        }
    }
    if blanks(bytes, at + 1) != bytes.len() {
        return None;
    }
    facts.has_expires_in_sec &= seen & (1 << 16) != 0;
    (token || facts.scope.is_some()).then_some(facts)
}

/// Takes a text; whether it is a token. Nothing where the full reader has to decide.
fn take<'l>(facts: &mut Facts<'l>, seen: &mut u32, key: Key, name: &str, value: &'l str) -> Option<bool> {
    match key {
        Key::Scope => {
            once(seen, 0)?;
            if value.is_empty() {
                return None;
            }
            facts.scope = Some(value);
        }
        Key::Token => {
            // An access and a refresh token may stand together, each once.
            once(
                seen,
                match name {
                    "access_token" => 1,
                    "refresh_token" => 2,
                    _ => return None,
                },
            )?;
            return (!value.is_empty()).then_some(true);
        }
        Key::ApiDomain => {
            once(seen, 3)?;
            facts.api_domain = Some(value);
        }
        Key::DataCentre => {
            once(seen, 4)?;
            facts.data_centre = Some(value);
        }
        Key::TokenType => once(seen, 5)?,
        Key::Label(rank) => {
            once(seen, 6 + u32::from(rank))?;
            let value = value.trim();
            if let (Some(label), false) = (facts.labels.get_mut(usize::from(rank)), value.is_empty()) {
                *label = Some(value);
            }
        }
        Key::ExpiresIn | Key::ExpiresInSec | Key::Error | Key::Status | Key::Remark => return None,
        // A text may hold JSON.
        Key::Other if value.starts_with(['{', '[']) => return None,
        Key::Other => {}
    }
    Some(false)
}

/// Nothing when the key was seen before.
fn once(seen: &mut u32, bit: u32) -> Option<()> {
    let mask = 1_u32 << bit;
    if *seen & mask != 0 {
        return None;
    }
    *seen |= mask;
    Some(())
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

/// The text in quotes that begins at a byte, and where what follows it begins. Nothing where it holds escapes.
fn text(line: &str, at: usize) -> Option<(&str, usize)> {
    let start = expect(line.as_bytes(), at, b'"')?;
    let rest = line.as_bytes().get(start..)?;
    let length = memchr::memchr2(b'"', b'\\', rest)?;
    if rest.get(length) != Some(&b'"') {
        return None;
    }
    Some((line.get(start..start + length)?, start + length + 1))
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
