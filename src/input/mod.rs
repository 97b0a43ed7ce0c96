//! Readers: texts in which somebody asks for scopes, turned into requests with provenance.

use crate::scope::{Malformed, Scope};
use crate::source::Place;

/// A list of scopes that an application asks for, and where the list was read.
#[derive(Clone, Debug)]
pub struct Request {
    /// The application, when the caller named one.
    pub app: Option<String>,
    /// Where the whole list stands.
    pub place: Place,
    /// The scopes, in the order written.
    pub items: Vec<Item>,
    /// What stood between the scopes, each kind once, in order of first use.
    pub separators: Vec<Separator>,
    /// The consent URL that carried the list, if it was one.
    pub url: Option<ConsentUrl>,
}

/// One scope as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Item {
    /// The text as written, percent-decoded, without separators, quotes and stray dots.
    pub written: String,
    /// Where `written` stands (stray dots and quotes left out).
    pub place: Place,
    /// The scope, or why it is none.
    pub scope: Result<Scope, Malformed>,
    /// Dots or other punctuation that stood directly at the scope and belong to no scope.
    pub stray: Option<Place>,
}

/// What can stand between two scopes of a list. Zoho documents the comma alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Separator {
    /// `,` or `%2C`, with or without blanks around it.
    Comma,
    /// Blanks, `+` or `%20`, without a comma.
    Space,
    /// A line break without a comma.
    Newline,
    /// `;`.
    Semicolon,
}

/// A URL that sends a user to Zoho's consent page.
#[derive(Clone, Debug)]
pub struct ConsentUrl {
    /// Where the whole URL stands.
    pub place: Place,
    /// Host, lower case.
    pub host: String,
    /// Which of Zoho's forms it is.
    pub flow: Flow,
    /// Query parameters in the order written, percent-decoded.
    pub params: Vec<Param>,
}

/// The endpoint forms that take a list of scopes from a user's browser or device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// `/oauth/v2/auth`: the authorization-code and implicit flows.
    Authorize,
    /// `/oauth/v3/device/code`: the device flow.
    Device,
    /// `/clientoauth/v2/{portal}/auth`: users of a portal.
    Portal,
    /// `/oauth/v2/token`: client credentials, or a token exchange.
    Token,
    /// `/oauth/v2/token/addextrascope`: scope enhancement.
    Enhance,
}

/// One query parameter of a consent URL.
#[derive(Clone, Debug)]
pub struct Param {
    /// Name, percent-decoded.
    pub name: String,
    /// Value, percent-decoded.
    pub value: String,
    /// Where name, `=` and value stand.
    pub place: Place,
    /// Where the value stands.
    pub value_place: Place,
}

impl ConsentUrl {
    /// The first parameter of that name, ignoring case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.name.eq_ignore_ascii_case(name))
    }
}
pub enum Kind{A}
pub fn is_consent_url(_: &str)->bool{false}
pub fn kind_of(_:Option<&str>,_:&str)->Kind{Kind::A}
pub fn read(_:crate::source::SourceId,_:&crate::source::Source,_:Kind)->Result<Vec<Request>,Vec<crate::source::Problem>>{Ok(vec![])}
pub fn read_argument(_:crate::source::SourceId,_:&crate::source::Source)->Vec<Request>{vec![]}
