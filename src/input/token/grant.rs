//! What one token holds, and what else its response tells.

use std::collections::HashSet;

use super::super::{Item, Request};
use super::Failure;
use crate::catalog::data_centre::DataCentre;
use crate::scope::Scope;
use crate::text::{Place, SourceId, Span};

/// What one token holds, as a token response says it, and where that was read.
#[derive(Clone, Debug)]
pub struct Grant {
    /// How reports call it: the client that the input names, else the name of the input, with the number of the grant
    /// where there are several.
    pub name: String,
    /// The applications or clients that the input names for it, each with its place, the most telling first.
    pub labels: Vec<(String, Place)>,
    /// The client id that the input names for it: it says more than any name.
    pub client: Option<(String, Place)>,
    /// Whether its scopes are known.
    pub state: State,
    /// Where the record says for a second time what is held, and otherwise.
    pub differs: Option<Place>,
    /// The line of the policy that accepts that its scopes are not known, once somebody has found it.
    pub accepted: Option<Place>,
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
    /// Whose it is, what says it most surely first: the client id, then names.
    pub(crate) fn owners(&self) -> impl Iterator<Item = &str> {
        self.client.iter().chain(&self.labels).map(|(label, _)| label.as_str())
    }

    /// Takes the scopes of every place that says what is held, each once. Where they differ, all count, and it is noted.
    pub(super) fn hold(&mut self, lists: Vec<(Vec<Item>, Span)>, source: SourceId) {
        let spelled =
            |items: &[Item]| items.iter().map(|item| item.written.to_ascii_lowercase()).collect::<HashSet<_>>();
        let mut lists = lists.into_iter();
        let Some((items, span)) = lists.next() else { return };
        self.state = State::Known;
        self.request.place = Place::new(source, span);
        let first = spelled(&items);
        self.request.items = items;
        let mut known = first.clone();
        for (items, span) in lists {
            if spelled(&items) != first {
                self.differs = self.differs.or(Some(Place::new(source, span)));
            }
            let new = items.into_iter().filter(|item| known.insert(item.written.to_ascii_lowercase()));
            self.request.items.extend(new);
        }
    }

    /// Moves every place of the grant.
    pub(super) fn relocate(&mut self, to: impl Fn(Span) -> Span) {
        let shift = |place: &mut Place| place.span = to(place.span);
        shift(&mut self.place);
        self.labels.iter_mut().chain(&mut self.client).for_each(|(_, place)| shift(place));
        self.differs.iter_mut().for_each(shift);
        self.api_domain.iter_mut().for_each(|(_, place)| shift(place));
        self.stale.iter_mut().for_each(|stale| shift(&mut stale.place));
        self.request.relocate(to);
    }

    /// Takes the API host of a response, and what it tells: the data centre, and whether it is of the old form.
    pub(crate) fn set_api_domain(&mut self, written: &str, place: Place) {
        let host = host(written);
        if host.is_empty() {
            return;
        }
        if let Some(centre) = DataCentre::by_api_host(host) {
            self.data_centre = Some(centre.code);
        }
        if is_old_host(host) {
            self.stale.push(Stale { form: StaleForm::ApiHost, place });
        }
        self.api_domain = Some((host.to_owned(), place));
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

/// The host of an address: without scheme, port and path.
fn host(address: &str) -> &str {
    let address = address.trim();
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    rest.split(['/', '?', '#', ':']).next().unwrap_or("")
}

/// `api.zoho.com` and its like, which old samples of the vendor's print.
fn is_old_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    crate::catalog::data_centre::endings().any(|ending| host.strip_prefix("api.zoho.") == Some(ending))
}
