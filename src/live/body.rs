//! What of an answer is looked at, and what of that is kept: nothing that is secret.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::secret::{Secret, redact};

/// What of an answer is looked at. Everything else is dropped unread.
#[derive(Default)]
pub(super) struct Body {
    pub(super) access_token: Option<Secret>,
    pub(super) kept: Kept,
}

/// What of an answer is kept.
#[derive(Serialize)]
pub(super) struct Kept {
    /// Says that there was a token, so that readers take the answer for what it is.
    access_token: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) scope: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) api_domain: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token_type: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_in: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error_description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<Text>,
}

impl Default for Kept {
    fn default() -> Self {
        let (scope, api_domain, token_type, expires_in) = (None, None, None, None);
        let (error, error_description, status) = (None, None, None);
        Self { access_token: MASK, scope, api_domain, token_type, expires_in, error, error_description, status }
    }
}

/// What stands where a secret stood.
const MASK: &str = "********";

/// A value that may be kept.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Text {
    One(String),
    Several(Vec<String>),
    Number(u64),
    /// Something else: its being there is all that is kept.
    Other(()),
}

impl Text {
    pub(super) fn is_something(&self) -> bool {
        !matches!(self, Self::One(text) if text.is_empty())
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::One(text) => text,
            _ => "",
        }
    }
}

impl Kept {
    /// Masks what came back of the secrets, as it is or escaped as in an address, and what looks like one.
    pub(super) fn mask(&mut self, secrets: &[&Secret]) {
        let all = [
            &mut self.scope,
            &mut self.api_domain,
            &mut self.token_type,
            &mut self.expires_in,
            &mut self.error,
            &mut self.error_description,
            &mut self.status,
        ];
        for text in all.into_iter().flatten() {
            match text {
                Text::One(text) => *text = masked(text, secrets),
                Text::Several(texts) => texts.iter_mut().for_each(|text| *text = masked(text, secrets)),
                Text::Number(_) | Text::Other(()) => {}
            }
        }
    }
}

/// The shortest secret that is looked for in a text: shorter ones would be found in words.
const LEAST_SECRET: usize = 6;

fn masked(text: &str, secrets: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().map(|secret| secret.expose()).filter(|secret| secret.len() >= LEAST_SECRET) {
        let escaped: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for form in [secret, escaped.as_str()] {
            if text.contains(form) {
                text = text.replace(form, MASK);
            }
        }
    }
    redact(&text).into_owned()
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BodyVisitor)
    }
}

struct BodyVisitor;

impl<'de> Visitor<'de> for BodyVisitor {
    type Value = Body;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Body, A::Error> {
        let mut body = Body::default();
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let kept = &mut body.kept;
            match key.as_str() {
                "access_token" => body.access_token = map.next_value::<Token>()?.0,
                "scope" => kept.scope = map.next_value::<Value>()?.0,
                "api_domain" => kept.api_domain = map.next_value::<Value>()?.0,
                "token_type" => kept.token_type = map.next_value::<Value>()?.0,
                "expires_in" => kept.expires_in = map.next_value::<Value>()?.0,
                "error" => kept.error = map.next_value::<Value>()?.0,
                "error_description" => kept.error_description = map.next_value::<Value>()?.0,
                "status" => kept.status = map.next_value::<Value>()?.0,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
            // Which of two scopes would hold, nobody could say.
            if !seen.insert(key) {
                return Err(A::Error::custom("a key stands twice"));
            }
        }
        Ok(body)
    }
}

/// An access token, if it is text.
struct Token(Option<Secret>);

/// A value that may be kept; `null` is none.
struct Value(Option<Text>);

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TokenVisitor)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct TokenVisitor;

impl<'de> Visitor<'de> for TokenVisitor {
    type Value = Token;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a token")
    }

    fn visit_str<E>(self, text: &str) -> Result<Token, E> {
        Ok(Token((!text.is_empty()).then(|| Secret::new(text.to_owned()))))
    }

    fn visit_unit<E>(self) -> Result<Token, E> {
        Ok(Token(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Token, E> {
        Ok(Token(None))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Token, E> {
        Ok(Token(None))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Token, E> {
        Ok(Token(None))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Token, E> {
        Ok(Token(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Token, A::Error> {
        IgnoredAny.visit_seq(seq)?;
        Ok(Token(None))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Token, A::Error> {
        IgnoredAny.visit_map(map)?;
        Ok(Token(None))
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value(Some(Text::One(text.to_owned()))))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value(None))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
        Ok(Value(Some(Text::Other(()))))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value(Some(Text::Number(number))))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Value, E> {
        Ok(Value(Some(Text::Other(()))))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value(Some(Text::Other(()))))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut texts = Vec::new();
        let mut whole = true;
        while let Some(Value(item)) = seq.next_element()? {
            match item {
                Some(Text::One(text)) => texts.push(text),
                _ => whole = false,
            }
        }
        Ok(Value(Some(if whole { Text::Several(texts) } else { Text::Other(()) })))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        IgnoredAny.visit_map(map)?;
        Ok(Value(Some(Text::Other(()))))
    }
}
