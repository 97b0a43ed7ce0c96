//! What is sent, as values: the same ones are sent and shown.

use std::fmt::Write as _;

use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::live::inventory::{ClientId, Grant, GrantType};
use crate::secret::Secret;

/// What every request calls itself.
const USER_AGENT: &str = concat!("zscope/", env!("CARGO_PKG_VERSION"));

/// The headers of every request, beside those that HTTP itself adds (`Host`, `Content-Length`).
pub(super) const HEADERS: [(&str, &str); 3] =
    [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json"), ("User-Agent", USER_AGENT)];

/// One request: `POST`, with a form in its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The whole address. It never holds a secret.
    pub url: String,
    /// The form in the body, in order.
    pub form: Vec<Parameter>,
}

/// One parameter of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: Value,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// One that anybody may see.
    Plain(String),
    /// One that nobody may see.
    Secret(Secret),
    /// One that is not had yet: what is shown instead.
    Masked(String),
}

impl Request {
    /// The body, encoded as a form.
    #[must_use]
    pub fn body(&self) -> Zeroizing<String> {
        // Large enough for every byte to be escaped: the text is never moved, so no copy of a secret stays behind.
        let room = |parameter: &Parameter| parameter.name.len() + 2 + 3 * parameter.value.text().len();
        let body = String::with_capacity(self.form.iter().map(room).sum());
        let mut form = form_urlencoded::Serializer::new(body);
        for parameter in &self.form {
            form.append_pair(parameter.name, parameter.value.text());
        }
        Zeroizing::new(form.finish())
    }

    /// The request for people, one line for each part, with every secret masked.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut text = format!("POST {}\n", self.url);
        for (name, value) in HEADERS {
            let _ = writeln!(text, "  {name}: {value}");
        }
        for parameter in &self.form {
            let _ = writeln!(text, "    {}={}", parameter.name, parameter.value.shown());
        }
        text
    }
}

impl Value {
    fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Masked(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }

    fn shown(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Masked(text) => text,
            Self::Secret(_) => "[secret]",
        }
    }
}

/// The values that a grant's requests need: had, or said to be where the inventory says.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) client_id: Value,
    pub(super) client_secret: Value,
    /// For a refresh token.
    pub(super) refresh_token: Option<Value>,
}

impl Credentials {
    /// Stand-ins that say where each value is found.
    pub(super) fn masked(grant: &Grant) -> Self {
        Self {
            client_id: match &grant.client_id {
                ClientId::Written(id) => Value::Plain(id.value.clone()),
                ClientId::At(place) => Value::Masked(format!("[from {}]", place.value)),
            },
            client_secret: Value::Masked(format!("[secret from {}]", grant.client_secret.value)),
            refresh_token: match &grant.grant_type {
                GrantType::RefreshToken { token } => Some(Value::Masked(format!("[secret from {}]", token.value))),
                GrantType::ClientCredentials { .. } => None,
            },
        }
    }
}

/// The request that mints an access token. All parameters are in the body: the vendor's recipes put them into the
/// address, from where they get into logs.
pub(super) fn token(grant: &Grant, credentials: Credentials) -> Request {
    let plain = |name, value: &str| Parameter { name, value: Value::Plain(value.to_owned()) };
    let kind = match grant.grant_type {
        GrantType::RefreshToken { .. } => "refresh_token",
        GrantType::ClientCredentials { .. } => "client_credentials",
    };
    let mut form = vec![
        plain("grant_type", kind),
        Parameter { name: "client_id", value: credentials.client_id },
        Parameter { name: "client_secret", value: credentials.client_secret },
    ];
    form.extend(credentials.refresh_token.map(|value| Parameter { name: "refresh_token", value }));
    if let GrantType::ClientCredentials { soid, scopes } = &grant.grant_type {
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.value.as_str()).collect();
        form.push(plain("scope", &scopes.join(",")));
        form.push(plain("soid", soid));
    }
    Request { url: format!("{}/oauth/v2/token", grant.server.accounts), form }
}

/// The request that gives an access token back:
/// <https://www.zoho.com/accounts/protocol/oauth/revoke-refresh-token.html>.
pub(super) fn revoke(grant: &Grant, token: Value) -> Request {
    let url = format!("{}/oauth/v2/token/revoke", grant.server.accounts);
    Request { url, form: vec![Parameter { name: "token", value: token }] }
}
