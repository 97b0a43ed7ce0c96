//! What an inventory says, once its defaults are taken in.

use std::path::PathBuf;

use super::Whereabouts;
use crate::catalog::data_centre::DataCentre;
use crate::policy::Spanned;
use crate::text::{Place, SourceId};

/// A whole inventory: every grant of every app, in the order written.
#[derive(Clone, Debug)]
pub struct Inventory {
    /// The grants. No two have the same [`Grant::label`].
    pub grants: Vec<Grant>,
    /// The file's text, with what looks like a secret blotted out.
    pub source: SourceId,
}

/// One consent that one app holds: a refresh token, or the right to ask for a token as the client itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The app, by the name that policies use.
    pub app: String,
    /// What tells it from the app's other grants in the same data centre.
    pub name: Option<String>,
    /// Where the grant stands: the app's name, or the grant's first key.
    pub place: Place,
    /// Who answers for the app.
    pub owner: Option<String>,
    /// Who issues its tokens.
    pub server: Server,
    /// Which client holds it.
    pub client_id: ClientId,
    /// Where the client's secret is found.
    pub client_secret: Spanned<Whereabouts>,
    /// How a token is had.
    pub grant_type: GrantType,
    /// The scopes that the app asks for, when the inventory says so.
    pub requested: Option<Requested>,
    /// Words to choose grants by.
    pub tags: Vec<String>,
    /// Whether the owner accepts that an audit mints an access token.
    pub accept_minting: bool,
}

impl Grant {
    /// What messages call it: `invoice-sync@eu`, or `invoice-sync/nightly@eu`.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.name {
            Some(name) => format!("{}/{name}@{}", self.app, self.server.short()),
            None => format!("{}@{}", self.app, self.server.short()),
        }
    }
}

/// Who issues tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Base URL of the token endpoint, `https` and without a slash at its end: `https://accounts.zoho.eu`.
    pub accounts: String,
    /// The data centre, unless the server is one of the user's own.
    pub data_centre: Option<&'static DataCentre>,
}

impl Server {
    /// The data centre's short name, or the host and port of a server of the user's own.
    #[must_use]
    pub fn short(&self) -> &str {
        let authority = || {
            let rest = self.accounts.strip_prefix("https://").unwrap_or(&self.accounts);
            rest.split('/').next().unwrap_or(rest)
        };
        self.data_centre.map_or_else(authority, |centre| centre.code)
    }
}

/// A client id: no secret, so it may stand in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientId {
    /// The id itself.
    Written(Spanned<String>),
    /// Where it is found.
    At(Spanned<Whereabouts>),
}

/// How a token is had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantType {
    /// By a refresh token.
    RefreshToken {
        /// Where it is found.
        token: Spanned<Whereabouts>,
    },
    /// By the client's own credentials:
    /// <https://www.zoho.com/accounts/protocol/oauth/self-client/client-credentials-flow.html>.
    ClientCredentials {
        /// The organisation, `{Service}.{zsoid}`.
        soid: String,
        /// The scopes that the token is asked for with.
        scopes: Vec<Spanned<String>>,
    },
}

/// The scopes that an app asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requested {
    /// Written in the inventory.
    Listed(Vec<Spanned<String>>),
    /// In a file, joined to the inventory's folder.
    File(Spanned<PathBuf>),
}
