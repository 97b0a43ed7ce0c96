//! What one token holds, and what else its response tells.

use super::super::{Request, read_list};
use super::{Facts, Failure};
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

    /// Moves every place of the grant.
    pub(super) fn relocate(&mut self, to: impl Fn(Span) -> Span) {
        let shift = |place: &mut Place| place.span = to(place.span);
        shift(&mut self.place);
        self.labels.iter_mut().for_each(|(_, place)| shift(place));
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
