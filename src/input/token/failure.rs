//! Answers that are no token responses, named for what they are.

use std::borrow::Cow;

use super::refusal::Refusal;

/// Why there is no token. Texts of Zoho's are as they were received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The token endpoint said no: the value of `error`.
    Refused(String),
    /// Too many requests, by `status` `failure` without a token: the value of `error` is in the user's language.
    Throttled,
    /// An answer of one of Zoho's APIs about a token, not of the token endpoint: its code.
    Api(String),
    /// An answer of an API to a call for which the token lacks a scope.
    LacksScope(Box<Refusal>),
    /// What the API console gives out for a self client: a grant code and what is needed to exchange it.
    GrantCode,
    /// The answer to a revocation.
    Revocation,
    /// What the accounts server says of a user.
    UserInfo,
    /// The accounts server's own description.
    Discovery,
    /// Where a browser is sent back to after a consent.
    Redirect,
    /// It looks like a token response, and no token is in it.
    NoToken,
    /// `scope` is neither a text nor a list of texts.
    ScopeShape,
    /// The list of scopes is longer than that of any token.
    LongList,
    /// A key stands twice.
    Ambiguous(String),
    /// Nested deeper than anything that a store or an export makes.
    TooDeep,
    /// A page for people.
    Html,
    /// It ends before it is complete.
    Truncated,
    /// It is no JSON: what the parser says.
    NotJson(String),
    /// No column of a table is for scopes or responses.
    NoColumn,
    /// The row of a table has no cell for the scopes or the response.
    ShortRow,
    /// The row of a table has more cells than the header.
    LongRow,
    /// It is not text.
    NotUtf8,
    /// Nothing in it looks like a token response.
    NotAResponse,
}

impl Failure {
    /// Whether it says something of the record around it, too: it is told, even where it stands inside of one.
    pub(super) fn is_telling(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Throttled | Self::LacksScope(_) | Self::GrantCode)
            || self.hides_scopes()
    }

    /// Whether a record with it may hold scopes that were not read.
    pub(super) fn hides_scopes(&self) -> bool {
        matches!(self, Self::ScopeShape | Self::LongList | Self::Ambiguous(_) | Self::TooDeep)
    }

    /// What it is: lower case, no full stop. Texts of others are in it as they were received.
    #[must_use]
    pub fn message(&self) -> String {
        let text = match self {
            Self::Refused(error) => return format!("the token endpoint refused: `{error}`"),
            Self::Api(code) => return format!("an answer of an API, `{code}`, not of the token endpoint"),
            Self::LacksScope(refusal) => {
                let Refusal { code, products, is_ambiguous, .. } = &**refusal;
                let whose = products.map(|products| format!(" ({products})")).unwrap_or_default();
                let why = if *is_ambiguous {
                    "the token lacks a scope for it, is dead, or its user may not do that"
                } else {
                    "the token lacks a scope for it"
                };
                return format!("an API refused a call with `{code}`{whose}: {why}");
            }
            Self::Ambiguous(key) => return format!("the key `{key}` stands twice"),
            Self::NotJson(what) => return format!("not valid JSON: {what}"),
            Self::Throttled => "the token endpoint was asked too often and gave no token",
            Self::GrantCode => "the grant code of a self client, not a token",
            Self::Revocation => "the answer to a revocation, not a token response",
            Self::UserInfo => "user info, not a token response",
            Self::Discovery => "the discovery document of a server, not a token response",
            Self::Redirect => "the redirect of a consent, not a token response",
            Self::NoToken => "looks like a token response without a token",
            Self::ScopeShape => "`scope` is neither a text nor a list of texts",
            Self::LongList => "the list of scopes is longer than 256 KiB",
            Self::TooDeep => "nested too deeply for a token response",
            Self::Html => "an HTML page, not a token response",
            Self::Truncated => "the JSON ends before it is complete",
            Self::NoColumn => "no column of the table is called `scope` or `response`",
            Self::ShortRow => "the row has no cell for scopes or a response",
            Self::LongRow => "the row has more cells than the header",
            Self::NotUtf8 => "not UTF-8 text",
            Self::NotAResponse => "not a token response",
        };
        text.to_owned()
    }

    /// What to do about it.
    ///
    /// Causes of the endpoint's codes: <https://www.zoho.com/bookings/help/api/v1/refreshaccesstoken.html>.
    #[must_use]
    pub fn help(&self) -> Cow<'static, str> {
        let text = match self {
            Self::LacksScope(refusal) => {
                let what = if refusal.call.is_some() { "names the scope" } else { "with the call names the scope" };
                return format!(
                    "`{}` {what} that it needs; what the token holds, the answer of the token endpoint tells",
                    refusal.command()
                )
                .into();
            }
            Self::GrantCode => {
                "exchange it at the token endpoint before it expires, and give the answer; `zscope check` judges the scopes that it asks for"
            }
            Self::Refused(error) => match error.as_str() {
                "invalid_client" => "check the data centre first, then client id and `grant_type`",
                "invalid_client_secret" => "check the secret: it may differ for each data centre",
                "invalid_code" | "invalid_grant" => {
                    "the code or refresh token is wrong, used, expired, revoked or pushed out by newer ones: consent again"
                }
                "invalid_scope" => "a scope that was asked for does not exist: `zscope check` finds it in the list",
                "invalid_redirect_uri" => "send the redirect URI that is registered for the client",
                _ => "repeat the request, and give zscope the answer that holds the token",
            },
            Self::Throttled => "wait ten minutes and ask once: repeated tries prolong the block",
            Self::Api(_) => "give the token endpoint's answer: an API's answer does not tell what a token holds",
            Self::Revocation => "leave it out: a revoked token holds nothing",
            Self::UserInfo => "give the token endpoint's answer: this tells whose the token is, not what it holds",
            Self::Discovery => "give the answer of the `token_endpoint` that it names",
            Self::Redirect => "exchange its code at the token endpoint, and give the answer",
            Self::NoToken | Self::NotAResponse => {
                "give the token endpoint's answer as it was received; `zscope check` reads lists of scopes and consent URLs"
            }
            Self::ScopeShape | Self::LongList => "give the token response as it was received",
            Self::Ambiguous(_) => "keep one of the two: programs disagree on which counts",
            Self::TooDeep => "take the token response out of what is around it",
            Self::Html => "the server was in maintenance, or the address was no token endpoint: ask again",
            Self::Truncated => "give the whole answer",
            Self::NotJson(_) => "give the token response as it was received, one JSON document or one a line",
            Self::NoColumn => {
                "give the table a header with `scope` over the scopes, or `response` over whole answers, and `app` or `client_id` over whose they are"
            }
            Self::ShortRow => "give every row as many cells as the header has",
            Self::LongRow => "quote cells in which the delimiter stands, or give the header a name for each cell",
            Self::NotUtf8 => "convert it, for example with `iconv -t UTF-8`",
        };
        text.into()
    }
}
