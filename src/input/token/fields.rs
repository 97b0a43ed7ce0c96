//! The fields of a record, by the names under which token responses, stores and exports have them.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::names_scopes;

/// What a field is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The scopes that are held.
    Scope,
    /// Scopes that are asked for, offered or missing: not held.
    Asked,
    /// A token: its presence counts, its value is never looked at.
    Token,
    /// The API host.
    ApiDomain,
    /// Seconds that the access token lives; milliseconds in old responses.
    ExpiresIn,
    /// The old name of that.
    ExpiresInSec,
    /// `Bearer`.
    TokenType,
    /// What went wrong.
    Error,
    /// `success`, `failure`, `error`; Mail360 has an object here.
    Status,
    /// The application or client; the lower the number, the more it says.
    Label(u8),
    /// The data centre.
    DataCentre,
    /// Prose or a code of an error: may be shown.
    Remark,
    /// Anything else: never shown.
    Other,
}

/// Names in lower case without `_`, `-` and blanks.
const NAMES: &[(&str, Key)] = &[
    ("scope", Key::Scope),
    ("scopes", Key::Scope),
    ("grantedscope", Key::Scope),
    ("grantedscopes", Key::Scope),
    ("accesstoken", Key::Token),
    ("refreshtoken", Key::Token),
    ("apidomain", Key::ApiDomain),
    ("expiresin", Key::ExpiresIn),
    ("expiresinsec", Key::ExpiresInSec),
    ("tokentype", Key::TokenType),
    ("error", Key::Error),
    ("errordescription", Key::Remark),
    ("status", Key::Status),
    ("app", Key::Label(0)),
    ("application", Key::Label(0)),
    ("appname", Key::Label(0)),
    ("client", Key::Label(1)),
    ("clientname", Key::Label(1)),
    ("clientid", Key::Label(2)),
    ("datacentre", Key::DataCentre),
    ("datacenter", Key::DataCentre),
    ("dc", Key::DataCentre),
    ("location", Key::DataCentre),
    ("code", Key::Remark),
    ("errorcode", Key::Remark),
    ("cause", Key::Remark),
    ("response", Key::Remark),
    ("message", Key::Remark),
    ("description", Key::Remark),
];

/// Words by which a list of scopes is told from one of those that are held.
const ASKED: [&str; 15] = [
    "ask",
    "available",
    "default",
    "denied",
    "excess",
    "missing",
    "need",
    "offer",
    "optional",
    "possible",
    "request",
    "requir",
    "support",
    "unused",
    "want",
];

/// The longest name that is looked at, with room for separators.
const LONGEST: usize = 40;

impl Key {
    /// What a field of that name is.
    pub(crate) fn of(name: &[u8]) -> Self {
        // The spellings of Zoho's own answers are nearly all there is.
        match name {
            b"scope" => return Self::Scope,
            b"access_token" | b"refresh_token" => return Self::Token,
            b"api_domain" => return Self::ApiDomain,
            b"token_type" => return Self::TokenType,
            b"expires_in" => return Self::ExpiresIn,
            _ if name.len() > LONGEST => return Self::Other,
            _ => {}
        }
        let letters = || name.iter().filter(|byte| !matches!(byte, b'_' | b'-' | b' ')).map(u8::to_ascii_lowercase);
        let known = NAMES.iter().find(|(known, _)| letters().eq(known.bytes()));
        known.map_or_else(|| Self::by_its_words(name), |&(_, key)| key)
    }

    /// What a field is whose name ends in `scope` or `scopes`, with or without a number: `zoho_scope`, `scopes_2`.
    fn by_its_words(name: &[u8]) -> Self {
        // What is no name may be the whole header of a table.
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ');
        let Some(name) = std::str::from_utf8(name).ok().filter(|name| name.as_bytes().iter().all(is_name)) else {
            return Self::Other;
        };
        let lower = name.to_ascii_lowercase();
        let is_asked = ASKED.iter().any(|word| lower.contains(word));
        match names_scopes(name.trim_end_matches(|c: char| c.is_ascii_digit())) {
            true if is_asked => Self::Asked,
            true => Self::Scope,
            false if is_asked && lower.contains("scope") => Self::Asked,
            false => Self::Other,
        }
    }

    /// Whether the field's value may be shown to people.
    pub(super) fn is_shown(self) -> bool {
        !matches!(self, Self::Token | Self::Other | Self::Asked)
    }
}

/// The operations of scopes, in lower case: what a text ends in that is known for a scope whatever its field is called.
const OPERATIONS: [&str; 12] = [
    "all",
    "create",
    "create-update",
    "custom",
    "delete",
    "edit",
    "execute",
    "get",
    "import",
    "read",
    "update",
    "write",
];

/// Whether a text is a list of scopes by its looks: it has nothing but scopes with all their parts in it, and at least one.
pub(crate) fn is_list_of_scopes(text: &str) -> bool {
    let is_word = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    let is_scope = |word: &str| {
        let Some((front, operation)) = word.rsplit_once('.') else { return false };
        front.contains('.')
            && word.starts_with(|c: char| c.is_ascii_alphabetic())
            && OPERATIONS.iter().any(|known| known.eq_ignore_ascii_case(operation))
            && front.split('.').all(is_word)
    };
    // The last word is looked at first: most texts have none there.
    let mut words = text.rsplit([',', ' ', ';', '+', '\n', '\r', '\t']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(is_scope)
}

/// The fields of a JSON object in the order written, duplicates included.
pub(super) struct Fields<'t>(pub(super) Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut fields = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    fields.push((name, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A key: borrowed from the text unless it holds escapes.
struct Name<'t>(Cow<'t, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_every_usual_spelling() {
        for (name, key) in [
            ("scope", Key::Scope),
            ("Scopes", Key::Scope),
            ("granted_scopes", Key::Scope),
            ("accessToken", Key::Token),
            ("refresh-token", Key::Token),
            ("API_DOMAIN", Key::ApiDomain),
            ("Client ID", Key::Label(2)),
            ("expires_in_sec", Key::ExpiresInSec),
            ("oauthScopes", Key::Scope),
            ("scope_1", Key::Scope),
            ("zoho-scopes2", Key::Scope),
            ("scopes_supported", Key::Asked),
            ("requestedScopes", Key::Asked),
            ("app,scope", Key::Other),
            ("microscope", Key::Other),
            ("scope_id", Key::Other),
            ("", Key::Other),
            ("client_secret", Key::Other),
        ] {
            assert_eq!(Key::of(name.as_bytes()), key, "{name}");
        }
    }
}
