//! What one mapping of an inventory says of a grant: the defaults, an app, or one of its grants.

use std::path::{Path, PathBuf};

use super::model::{ClientId, Requested, Server};
use super::server::{base_url, centre_of};
use super::whereabouts::{FORMS, Whereabouts};
use crate::catalog::data_centre::{self, DataCentre};
use crate::policy::Spanned;
use crate::policy::fields::{Fields, Reader, shown};
use crate::scope::Scope;
use crate::secret::is_client_id;
use crate::text::Problem;
use crate::yaml::Node;

/// The two ways in which a token is had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    RefreshToken,
    ClientCredentials,
}

const KINDS: &[(&str, Kind)] =
    &[("refresh-token", Kind::RefreshToken), ("client-credentials", Kind::ClientCredentials)];
const YES_NO: &[(&str, bool)] = &[("true", true), ("false", false)];

/// What one mapping says; what it leaves out, the one around it says.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    pub(super) owner: Option<String>,
    pub(super) accounts: Option<Accounts>,
    pub(super) client_id: Option<ClientId>,
    pub(super) client_secret: Option<Spanned<Whereabouts>>,
    pub(super) refresh_token: Option<Spanned<Whereabouts>>,
    pub(super) kind: Option<Kind>,
    pub(super) soid: Option<Spanned<String>>,
    pub(super) scopes: Option<Vec<Spanned<String>>>,
    pub(super) requested: Option<Requested>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) accept_minting: Option<bool>,
    /// Keys that stand here although what they say could not be read: they are not missing.
    pub(super) unread: Vec<&'static str>,
}

/// `data-center` or `accounts-url`.
#[derive(Clone, Debug)]
pub(super) enum Accounts {
    Centre(&'static DataCentre),
    Url(String),
}

impl Layer {
    /// What holds when `self` is the nearer of two.
    pub(super) fn over(self, outer: &Self) -> Self {
        Self {
            owner: self.owner.or_else(|| outer.owner.clone()),
            accounts: self.accounts.or_else(|| outer.accounts.clone()),
            client_id: self.client_id.or_else(|| outer.client_id.clone()),
            client_secret: self.client_secret.or_else(|| outer.client_secret.clone()),
            refresh_token: self.refresh_token.or_else(|| outer.refresh_token.clone()),
            kind: self.kind.or(outer.kind),
            soid: self.soid.or_else(|| outer.soid.clone()),
            scopes: self.scopes.or_else(|| outer.scopes.clone()),
            requested: self.requested.or_else(|| outer.requested.clone()),
            tags: self.tags.or_else(|| outer.tags.clone()),
            accept_minting: self.accept_minting.or(outer.accept_minting),
            unread: self.unread.into_iter().chain(outer.unread.iter().copied()).collect(),
        }
    }

    /// The servers, when the layers say which.
    pub(super) fn server(&self) -> Option<Server> {
        Some(match self.accounts.as_ref()? {
            Accounts::Centre(centre) => {
                Server { accounts: format!("https://{}", centre.accounts_host), data_centre: Some(centre) }
            }
            Accounts::Url(url) => Server { accounts: url.clone(), data_centre: centre_of(url) },
        })
    }
}

/// Reads layers of one file.
pub(super) struct LayerReader<'r, 'a> {
    pub(super) reader: &'r mut Reader<'a>,
    /// The inventory's folder.
    pub(super) folder: &'r Path,
}

impl LayerReader<'_, '_> {
    pub(super) fn read(&mut self, fields: &Fields<'_>) -> Layer {
        let mut unread = Vec::new();
        let mut kept = |key: &'static str, read: bool| {
            if fields.get(key).is_some() && !read {
                unread.push(key);
            }
        };
        let accounts = self.accounts(fields);
        kept("data-center", accounts.is_some());
        kept("accounts-url", accounts.is_some());
        let client_id = fields.get("client-id").and_then(|node| self.client_id(node));
        kept("client-id", client_id.is_some());
        let client_secret = fields.get("client-secret").and_then(|node| self.whereabouts(node));
        kept("client-secret", client_secret.is_some());
        let refresh_token = fields.get("refresh-token").and_then(|node| self.whereabouts(node));
        kept("refresh-token", refresh_token.is_some());
        let kind = fields.get("grant-type").and_then(|node| self.reader.choice(node, "a grant type", KINDS));
        kept("grant-type", kind.is_some());
        let soid = fields.get("soid").and_then(|node| self.soid(node));
        kept("soid", soid.is_some());
        Layer {
            owner: self.reader.optional_text(fields, "owner", "an owner"),
            accounts,
            client_id,
            client_secret,
            refresh_token,
            kind,
            soid,
            scopes: fields.get("scopes").map(|node| self.scopes(node)),
            requested: self.requested(fields),
            tags: fields.get("tags").map(|node| {
                let tags = self.reader.texts(Some(node), "a list of tags", "a tag");
                tags.into_iter().map(|tag| tag.value).collect()
            }),
            accept_minting: fields
                .get("accept-minting")
                .and_then(|node| self.reader.choice(node, "`true` or `false`", YES_NO)),
            unread,
        }
    }

    fn accounts(&mut self, fields: &Fields<'_>) -> Option<Accounts> {
        match (fields.get("data-center"), fields.get("accounts-url")) {
            (Some(_), Some(node)) => {
                self.reader.report(
                    Problem::new(node.span, "`data-center` and `accounts-url` stand here both")
                        .help("keep one: a data centre has its own accounts server"),
                );
                None
            }
            (Some(node), None) => {
                let code = self.reader.word(node, "a data centre", &data_centre::codes())?;
                DataCentre::by_code(code).map(Accounts::Centre)
            }
            (None, Some(node)) => self.url(node, "the address of the accounts server").map(Accounts::Url),
            (None, None) => None,
        }
    }

    fn url(&mut self, node: &Node, expected: &str) -> Option<String> {
        let text = self.reader.text(node, expected)?;
        match base_url(node, text) {
            Ok(url) => Some(url),
            Err(problem) => {
                self.reader.report(problem);
                None
            }
        }
    }

    fn client_id(&mut self, node: &Node) -> Option<ClientId> {
        let text = self.reader.text(node, "a client id, or where it is found")?;
        if is_client_id(text) {
            let place = self.reader.place(node.span);
            return Some(ClientId::Written(Spanned { value: text.to_owned(), place }));
        }
        if super::whereabouts::is_whereabouts(text) {
            return self.whereabouts(node).map(ClientId::At);
        }
        self.reader.report(
            Problem::new(node.span, "this is neither a client id nor the place where one is found")
                .help(format!("a client id is `1000.` and 30 capital letters and digits; a place is {FORMS}")),
        );
        None
    }

    /// The place where a secret is found. What is not one is never repeated.
    fn whereabouts(&mut self, node: &Node) -> Option<Spanned<Whereabouts>> {
        let text = self.reader.text(node, &format!("the place where a secret is found ({FORMS})"))?;
        match Whereabouts::parse(text, self.folder) {
            Ok(value) => Some(Spanned { value, place: self.reader.place(node.span) }),
            Err((message, help)) => {
                self.reader.report(Problem::new(node.span, message).help(help));
                None
            }
        }
    }

    /// `{Service}.{zsoid}`: <https://www.zoho.com/accounts/protocol/oauth/self-client/client-credentials-flow.html>.
    fn soid(&mut self, node: &Node) -> Option<Spanned<String>> {
        let soid = self.reader.spanned(node, "an organisation such as `ZohoCRM.600123`")?;
        let good = soid.value.split_once('.').is_some_and(|(service, id)| {
            let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
            word(service) && word(id) && service.starts_with(|c: char| c.is_ascii_alphabetic())
        });
        if !good {
            self.reader.report(
                Problem::new(node.span, format!("`{}` is not an organisation", shown(&soid.value)))
                    .help("write the service and the organisation's id: `ZohoCRM.600123`"),
            );
        }
        good.then_some(soid)
    }

    fn scopes(&mut self, node: &Node) -> Vec<Spanned<String>> {
        let items = self.reader.some(node, "a list of scopes");
        items.iter().filter_map(|node| self.scope(node)).collect()
    }

    fn scope(&mut self, node: &Node) -> Option<Spanned<String>> {
        let scope = self.reader.spanned(node, "a scope")?;
        if let Err(error) = scope.value.parse::<Scope>() {
            let message = format!("`{}` is not a scope: {}", shown(&scope.value), shown(&error.to_string()));
            self.reader
                .report(Problem::new(node.span, message).help("write one scope a line, `ZohoBooks.invoices.READ`"));
            return None;
        }
        Some(scope)
    }

    fn requested(&mut self, fields: &Fields<'_>) -> Option<Requested> {
        match (fields.get("requested"), fields.get("requested-file")) {
            (Some(_), Some(node)) => {
                self.reader.report(
                    Problem::new(node.span, "`requested` and `requested-file` stand here both").help("keep one"),
                );
                None
            }
            (Some(node), None) => Some(Requested::Listed(self.scopes(node))),
            (None, Some(node)) => {
                let path = self.reader.spanned(node, "the path of a file")?;
                let value: PathBuf = self.folder.join(path.value);
                Some(Requested::File(Spanned { value, place: path.place }))
            }
            (None, None) => None,
        }
    }
}
