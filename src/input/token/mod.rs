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
mod rows;
mod shape;
mod skim;
mod table;

pub use failure::Failure;
pub use read::{Kind, Read, kind_of, read_line, read_record, read_tokens};
pub use table::Header;

pub(crate) use read::unnamed;
pub(crate) use rows::{Row, TableReader};
pub(crate) use skim::{Facts, skim};
pub(crate) use table::{failed, read_row};

use super::{Request, read_list};
use crate::data_centre::DataCentre;
use crate::scope::Scope;
use crate::source::{Place, SourceId, Span};

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
    /// The API host that the response names, without scheme and path.
    pub api_domain: Option<(String, Place)>,
    /// The data centre: that of the API host, or the one that an export names.
    pub data_centre: Option<&'static str>,
    /// Old forms that the response has.
    pub stale: Vec<Stale>,
    /// What the application requests with this grant, where an inventory says it: instead of what the policy says.
    pub requested: Option<Vec<Scope>>,
    /// The calls that the vendor's own list opens to the grant, where it was asked for.
    pub calls: Option<Vec<String>>,
    /// Where a live audit asked about it.
    pub origin: Option<Origin>,
}

/// Where a live audit asked about a grant, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Base URL of the accounts server: `https://accounts.zoho.eu`.
    pub accounts: String,
    /// The client, where the inventory itself names it.
    pub client: Option<String>,
    /// The client asks with its own credentials: there is no refresh token.
    pub is_client_credentials: bool,
}

impl Grant {
    /// A grant of given facts. Its places point into a text that is never shown: they tell scopes, API host and client
    /// apart, and nothing else.
    pub(crate) fn of_facts(facts: &Facts<'_>, source: SourceId) -> Self {
        let place = |start, end| Place::new(source, Span::new(start, end));
        let length = facts.scope.map_or(0, str::len);
        let (whole, aside) = (place(0, length + 2), place(length + 2, length + 3));
        let mut items = facts.scope.map(|scope| read_list(source, scope, 1).items).unwrap_or_default();
        for item in &mut items {
            item.stray = None;
        }
        let state = if items.is_empty() { State::Unknown } else { State::Known };
        let mut grant = Self {
            name: facts.labels().next().unwrap_or_default().to_owned(),
            labels: facts.labels().map(|label| (label.to_owned(), aside)).collect(),
            state,
            place: aside,
            request: Request { app: None, place: whole, items, separators: Vec::new(), url: None, secrets: Vec::new() },
            api_domain: None,
            data_centre: facts.data_centre.and_then(|code| DataCentre::by_code(code.trim())).map(|centre| centre.code),
            stale: Vec::new(),
            requested: None,
            calls: None,
            origin: None,
        };
        if let Some(domain) = facts.api_domain {
            grant.set_api_domain(domain, aside);
        }
        let times =
            [(facts.is_in_milliseconds, StaleForm::Milliseconds), (facts.has_expires_in_sec, StaleForm::ExpiresInSec)];
        let times = times.into_iter().filter(|(has, _)| *has);
        grant.stale.extend(times.map(|(_, form)| Stale { form, place: aside }));
        grant
    }
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
    /// `expires_in_sec` beside `expires_in`.
    ExpiresInSec,
    /// `api_domain` is `https://api.zoho.com` or its like.
    ApiHost,
}
