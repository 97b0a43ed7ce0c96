//! What is sent, as values: the same ones are sent and shown.

use std::fmt::Write as _;

use url::form_urlencoded;
use zeroize::Zeroizing;

use super::MAX_ANSWER;
use crate::live::inventory::{ClientId, Grant, GrantType};
use crate::secret::Secret;

/// What every request calls itself.
pub(super) const USER_AGENT: &str = concat!("zscope/", env!("CARGO_PKG_VERSION"));

/// The most that is read of a list of APIs, in bytes.
const MAX_APIS: u64 = 8 * 1024 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole address. It never holds a secret.
    pub url: String,
    /// The headers, beside those that HTTP itself adds (`Host`, `Content-Length`).
    pub headers: Vec<Parameter>,
    /// The form in the body, in order.
    pub form: Vec<Parameter>,
    /// The most that is read of the answer, in bytes.
    pub most: u64,
}

/// A header, or one parameter of a form.
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
    /// One that nobody may see; for headers, with the word before it.
    Secret(&'static str, Secret),
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
        let mut text = format!("{} {}\n", self.method, self.url);
        for header in &self.headers {
            let _ = writeln!(text, "  {}: {}", header.name, header.value.shown());
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
            Self::Secret(_, secret) => secret.expose(),
        }
    }

    /// The value of a header, as sent.
    #[must_use]
    pub fn header(&self) -> Zeroizing<String> {
        Zeroizing::new(match self {
            Self::Plain(text) | Self::Masked(text) => text.clone(),
            Self::Secret(word, secret) => {
                let secret = secret.expose();
                let mut text = String::with_capacity(word.len() + secret.len());
                text.push_str(word);
                text.push_str(secret);
                text
            }
        })
    }

    fn shown(&self) -> String {
        match self {
            Self::Plain(text) | Self::Masked(text) => text.clone(),
            Self::Secret(word, _) => format!("{word}[secret]"),
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
    post(format!("{}/oauth/v2/token", grant.server.accounts), form)
}

/// The request that gives an access token back:
/// <https://www.zoho.com/accounts/protocol/oauth/revoke-refresh-token.html>.
pub(super) fn revoke(grant: &Grant, token: Value) -> Request {
    post(format!("{}/oauth/v2/token/revoke", grant.server.accounts), vec![Parameter { name: "token", value: token }])
}

/// The request for the list of CRM's APIs:
/// <https://www.zoho.com/crm/developer/docs/api/v8/list-available-rest-apis.html>. `None` where the inventory and the
/// table of data centres name no host for it.
pub(super) fn apis(grant: &Grant, token: Value) -> Option<Request> {
    let api = grant.server.api.as_ref()?;
    let headers = vec![
        Parameter { name: "Authorization", value: token },
        Parameter { name: "Accept", value: Value::Plain("application/json".to_owned()) },
        Parameter { name: "User-Agent", value: Value::Plain(USER_AGENT.to_owned()) },
    ];
    Some(Request { method: "GET", url: format!("{api}/crm/v8/__apis"), headers, form: Vec::new(), most: MAX_APIS })
}

fn post(url: String, form: Vec<Parameter>) -> Request {
    let headers = [("Content-Type", FORM), ("Accept", "application/json"), ("User-Agent", USER_AGENT)]
        .map(|(name, value)| Parameter { name, value: Value::Plain(value.to_owned()) });
    Request { method: "POST", url, headers: headers.into(), form, most: MAX_ANSWER }
}

/// What stands before an access token in the `Authorization` header:
/// <https://www.zoho.com/accounts/protocol/oauth/use-access-token.html>.
pub(super) const AUTHORIZATION: &str = "Zoho-oauthtoken ";
