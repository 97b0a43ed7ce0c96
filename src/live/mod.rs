//! Asking the token endpoint what grants hold: one token for each grant, whose scopes are read and which is dropped.
//!
//! Zoho says what a grant holds only in the answer to a request for an access token
//! (<https://www.zoho.com/accounts/protocol/oauth/web-apps/access-token-expiry.html>). Such a token counts against a
//! limit and may push out one in use, so each grant is asked about once, the grants of one client with a pause between
//! them, and nothing is tried again that may have been received. Secrets travel in the body of requests over HTTPS, to
//! hosts of the table of data centres or of the user's inventory, and to no others: redirects are not followed.
//!
//! `run` does the work over a [`Transport`]; `plan` says what it would send. What an answer held beside the scopes
//! is dropped where it is read: an [`Answer`] is text without a secret, for the readers of token responses.

mod answer;
mod body;
mod fault;
#[cfg(feature = "online")]
mod https;
pub mod inventory;
mod places;
mod plan;
mod request;
mod run;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use fault::{Fault, FaultKind};
#[cfg(feature = "online")]
pub use https::{Https, Setup};
pub use places::{Environment, System};
pub use plan::plan;
pub use request::{Parameter, Request, Value};
pub use run::{Asked, Options, Watch, run};

use zeroize::Zeroizing;

/// Why minting a token is not done unasked. The vendor's pages differ on how many tokens may live: 15 in
/// <https://www.zoho.com/crm/developer/docs/api/v8/token-validity.html>, 30 in those of Workerly, PDF Editor, FSM and
/// Projects, 10 in those of the vertical solutions.
pub const MINTING: &str = "each grant mints an access token, which counts against the limit of live tokens of its \
                           refresh token (10, 15 or 30: Zoho's pages differ) and can push out one that is in use; at \
                           most 10 may be minted in 10 minutes";

/// The most that is read of an answer, in bytes. An answer with every known scope is a tenth of it.
pub const MAX_ANSWER: usize = 1024 * 1024;

/// What carries requests.
pub trait Transport: Sync {
    /// Sends a request once and returns the whole answer, whatever its status is.
    ///
    /// # Errors
    ///
    /// Why there is no answer.
    fn send(&self, request: &Request) -> Result<Response, Fault>;
}

/// An answer as it came.
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`, if any.
    pub content_type: Option<String>,
    /// Where a redirect leads to.
    pub location: Option<String>,
    /// The body, at most as long as [`MAX_ANSWER`] and a little more. It holds a token.
    pub body: Zeroizing<Vec<u8>>,
}
