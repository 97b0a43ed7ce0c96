//! Readers of granted scopes: what the token endpoint answered, as it was received, logged, stored or exported.
//!
//! Everything here is pure: texts in, grants out, each with the place where it was read. A response without `scope` is
//! an *unknown* grant, never an empty one: Zoho leaves the key out in about a third of its answers. An answer that is
//! no token response is a *failed* grant that says what it is. Nothing is dropped in silence.
//!
//! ```
//! use zscope::input::token::{State, read_tokens};
//! use zscope::source::Sources;
//!
//! let text = "{\"scope\": \"ZohoBooks.invoices.READ email\", \"api_domain\": \"https://www.zohoapis.eu\"}";
//! let mut sources = Sources::default();
//! let read = read_tokens("tokens.json", text, &mut sources);
//! let grant = &read.grants[0];
//! assert_eq!((grant.state.clone(), grant.request.items.len()), (State::Known, 2));
//! assert_eq!(grant.data_centre, Some("eu"));
//! ```

mod failure;
mod fields;
mod mask;
mod read;
mod shape;
mod table;

pub use failure::Failure;
pub use read::{Kind, Read, kind_of, read_record, read_tokens};
pub use table::Header;

use super::Request;
use crate::source::Place;

/// What one token holds, as a token response says it, and where that was read.
#[derive(Clone, Debug)]
pub struct Grant {
    /// How reports call it: the client that the input names, else the name of the input, with the number of the grant
    /// where there are several.
    pub name: String,
    /// The applications or clients that the input names for it, each with its place, the most telling first.
    pub labels: Vec<(String, Place)>,
    /// Whether its scopes are known.
    pub state: State,
    /// The whole record, or what of it says that the grant failed.
    pub place: Place,
    /// The scopes that are held. `app` is the policy's application, once somebody has found it. Empty where the scopes
    /// are not known. What separated the scopes is not told: Zoho's server wrote it, not an application.
    pub request: Request,
    /// The scopes as they were written, several texts joined by blanks.
    pub spelling: String,
    /// The API host that the response names, without scheme and path.
    pub api_domain: Option<(String, Place)>,
    /// The data centre: that of the API host, or the one that an export names.
    pub data_centre: Option<&'static str>,
    /// Old forms that the response has.
    pub stale: Vec<Stale>,
}

/// Whether the scopes of a grant are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The response names them.
    Known,
    /// There is a token, and the response does not say what it holds.
    Unknown,
    /// There is no token.
    Failed(Failure),
}

/// A form of token responses that Zoho's server has left behind, as they were seen up to 2020.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// What is old.
    pub form: StaleForm,
    /// Where it stands.
    pub place: Place,
}

/// The old forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StaleForm {
    /// `expires_in` in milliseconds.
    Milliseconds,
    /// `expires_in_sec`, which stood beside it.
    ExpiresInSec,
    /// `api_domain` is `https://api.zoho.com` or its like.
    ApiHost,
}
