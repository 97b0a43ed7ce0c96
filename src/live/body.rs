//! What of an answer is looked at, and what of that is kept: nothing that is secret.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::secret::{Secret, redact};

/// What of an answer is looked at. Everything else is dropped unread. A key that stands twice is an error: which of two
/// scopes would hold, nobody could say.
#[derive(Deserialize)]
pub(super) struct Body<'a> {
    /// Borrowed, so that no copy of the token is made but the one that is kept as a secret.
    #[serde(borrow, default)]
    access_token: Option<&'a RawValue>,
    scope: Option<Value>,
    api_domain: Option<Value>,
    token_type: Option<Value>,
    expires_in: Option<Value>,
    error: Option<Value>,
    error_description: Option<Value>,
    status: Option<Value>,
}

/// What an answer holds besides, where it speaks of scopes: whoever reads `scope` alone may be told less than is held.
#[derive(Default)]
pub(super) struct Others<'a>(BTreeMap<String, &'a RawValue>);

/// The fields of [`Body`].
const FIELDS: [&str; 8] =
    ["access_token", "scope", "api_domain", "token_type", "expires_in", "error", "error_description", "status"];

impl<'de: 'a, 'a> Deserialize<'de> for Others<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Others<'de>;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Others<'de>, A::Error> {
                let mut others = BTreeMap::new();
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    let speaks = |text: &str| text.to_ascii_lowercase().contains("scope");
                    let is_other = !FIELDS.contains(&key.as_str());
                    if is_other && (speaks(&key) || speaks(value.get())) && others.insert(key, value).is_some() {
                        return Err(A::Error::custom("a key stands twice"));
                    }
                }
                Ok(Others(others))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// What of an answer is kept.
#[derive(Serialize)]
pub(super) struct Kept {
    /// Says that there was a token, so that readers take the answer for what it is.
    access_token: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_domain: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_description: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Value>,
    /// What else speaks of scopes.
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

/// What stands where a secret stood.
const MASK: &str = "********";

impl Body<'_> {
    /// The access token, if there is one and it is text.
    pub(super) fn token(&self) -> Option<Secret> {
        let token: String = serde_json::from_str(self.access_token?.get()).ok()?;
        (!token.is_empty()).then(|| Secret::new(token))
    }

    /// The rest, without what came back of the secrets and without what looks like one.
    pub(super) fn kept(self, others: &Others<'_>, secrets: &[&Secret]) -> Kept {
        let kept = |value: Option<Value>| value.map(|value| harmless(value, secrets));
        Kept {
            access_token: MASK,
            scope: kept(self.scope),
            api_domain: kept(self.api_domain),
            token_type: kept(self.token_type),
            expires_in: kept(self.expires_in),
            error: kept(self.error),
            error_description: kept(self.error_description),
            status: kept(self.status),
            others: others
                .0
                .iter()
                .map(|(key, raw)| {
                    let value = serde_json::from_str(raw.get()).unwrap_or(Value::Null);
                    (masked(key, secrets), harmless_within(value, secrets))
                })
                .collect(),
        }
    }
}

impl Kept {
    /// The endpoint's word for what is wrong; empty where it has none.
    pub(super) fn error(&self) -> &str {
        self.error.as_ref().and_then(Value::as_str).unwrap_or("")
    }

    /// What it says of that.
    pub(super) fn description(&self) -> &str {
        self.error_description.as_ref().and_then(Value::as_str).unwrap_or("")
    }

    /// Whether there is an error, of whatever form.
    pub(super) fn has_error(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error != "")
    }

    /// Whether `status` says that the request failed.
    pub(super) fn is_failure(&self) -> bool {
        let status = self.status.as_ref().and_then(Value::as_str);
        status.is_some_and(|status| status.eq_ignore_ascii_case("failure"))
    }
}

/// A value that may be kept: masked texts and numbers. Of anything else that it was there is all that is kept.
fn harmless(value: Value, secrets: &[&Secret]) -> Value {
    match value {
        Value::String(text) => Value::String(masked(&text, secrets)),
        Value::Number(number) if number.is_u64() => Value::Number(number),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.into_iter().map(|item| harmless(item, secrets)).collect()
        }
        _ => Value::Null,
    }
}

/// The same of a value that may hold others.
fn harmless_within(value: Value, secrets: &[&Secret]) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(key, value): (String, Value)| (masked(&key, secrets), harmless_within(value, secrets));
            Value::Object(fields.into_iter().map(field).collect())
        }
        Value::Array(items) => items.into_iter().map(|item| harmless_within(item, secrets)).collect(),
        value => harmless(value, secrets),
    }
}

/// The shortest secret that is looked for in a text: shorter ones would be found in words.
const LEAST_SECRET: usize = 6;

/// A text without these secrets, as they are or escaped as in an address, and without what looks like one.
fn masked(text: &str, secrets: &[&Secret]) -> String {
    let mut text = text.to_owned();
    for secret in secrets.iter().map(|secret| secret.expose()).filter(|secret| secret.len() >= LEAST_SECRET) {
        let escaped: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        text = text.replace(secret, MASK).replace(&escaped, MASK);
    }
    redact(&text).into_owned()
}
