//! Why a grant's scopes are not known.

/// Which kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// A secret could not be had from where the inventory says it is.
    Place,
    /// Another grant of the inventory holds the same token.
    Duplicate,
    /// The grant was not asked about, for another one's sake.
    NotAsked,
    /// The host's name has no address.
    Dns,
    /// No connection to the host.
    Connect,
    /// The proxy refuses.
    Proxy,
    /// The host does not prove who it is.
    Tls,
    /// No whole answer in time.
    Timeout,
    /// The answer ends too early.
    CutOff,
    /// The answer is too long.
    Oversized,
    /// The server answers with another address.
    Redirect,
    /// A page for people instead of an answer.
    Html,
    /// The answer is no JSON document.
    NotJson,
    /// The answer is JSON, but none that a token endpoint gives.
    NoToken,
    /// Too many requests.
    Throttled,
    /// `invalid_client`.
    InvalidClient,
    /// `invalid_code` or `invalid_grant`.
    InvalidCode,
    /// `invalid_client_secret`.
    InvalidClientSecret,
    /// Another error that the endpoint names.
    Refused,
    /// A status that says that something is wrong, without more.
    Status,
}

/// Why a grant's scopes are not known: what, and what to do about it. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which kind of fault it is.
    pub kind: FaultKind,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<&'static str>,
}

impl Fault {
    /// A fault without help.
    #[must_use]
    pub fn new(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), help: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}
