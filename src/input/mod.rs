//! Readers: texts in which somebody asks for scopes, turned into requests with provenance.
//!
//! Everything here is pure: texts in, requests out. Who reads the files, and bounds their size, is the command.
//!
//! ```
//! use zscope::input::{kind_of, read};
//! use zscope::text::{Source, Sources};
//!
//! let mut sources = Sources::default();
//! let id = sources.add(Source::new(".env", "ZOHO_SCOPE=ZohoBooks.invoices.READ,ZohoBooks.contacts.READ"));
//! let source = sources.get(id);
//! let requests = read(id, source, kind_of(Some(source.name()), source.text())).unwrap_or_default();
//! assert_eq!(requests.len(), 1);
//! assert_eq!(source.slice(requests[0].items[1].place.span), "ZohoBooks.contacts.READ");
//! ```

pub mod calls;
mod detect;
mod disguise;
mod document;
mod dotenv;
mod list;
mod operation;
mod placeholder;
mod plain;
mod query;
mod recognise;
#[cfg(test)]
mod samples;
mod scalar;
pub mod scan;
pub mod token;
mod url;

pub use detect::{Kind, Reading, kind_of, read, read_argument, read_file};
pub use document::read_document;
pub use dotenv::read_dotenv;
pub use list::{List, read_list};
pub use plain::read_plain;
pub use recognise::{is_scope_by_form, names_scopes};
pub use url::{is_consent_url, read_url};

use serde::Serialize;

use crate::finding::Confidence;
use crate::scope::{Malformed, Scope};
pub use crate::secret::SecretKind;
use crate::text::{Place, SourceId, Span};

/// A list of scopes that an application asks for, and where the list was read.
#[derive(Clone, Debug)]
pub struct Request {
    /// The application, when the caller named one.
    pub app: Option<String>,
    /// From the first scope to the last; the whole URL when a consent URL asks for nothing.
    pub place: Place,
    /// The scopes, in the order written. Empty only for a consent URL without scopes.
    pub items: Vec<Item>,
    /// What stood between the scopes, each kind once, in order of first use.
    pub separators: Vec<Separator>,
    /// The consent URL that carried the list, if it was one.
    pub url: Option<ConsentUrl>,
    /// Secrets that stand in the same text, near this list; found by [`scan`] alone.
    pub secrets: Vec<Secret>,
    /// Whether somebody asks for these scopes, or they are only spoken of.
    pub kind: ListKind,
    /// Whether the list may be changed where it stands without changing anything else: false of a mention, of cells of
    /// a table, of what tests expect, and of what is put together from several texts.
    pub fixable: bool,
    /// Where scopes are put together that cannot be read; found by [`scan`] alone.
    pub built: Vec<Built>,
    /// How many more scopes of the same text say again what is among the items of its lists: of a very long list these are
    /// counted alone.
    pub repeated: usize,
}

/// What a list of scopes is where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListKind {
    /// Somebody asks for the scopes; also what is meant in doubt.
    #[default]
    Request,
    /// The scopes are spoken of and not asked for: a comparison, the keys of a map, a comment, prose.
    Mention,
}

/// A place at which a program puts a scope together, so that the text does not tell which.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own, and any may come with any")]
pub struct Built {
    /// Where it stands.
    pub place: Place,
    /// Whether the same text calls one of Zoho's accounts hosts, so that it is surely asked for.
    pub asks: bool,
    /// Whether it is `fullaccess.all`, of whatever service, and asked for.
    pub everything: bool,
    /// Whether it is asked for, and not only spoken of.
    pub is_asked: bool,
    /// Whether its list has a scope with a part that is filled in, of which the same is told.
    pub is_told: bool,
    /// The service of which it may be any scope, where the text tells.
    pub service: Option<String>,
}

/// One scope as somebody wrote it.
#[derive(Clone, Debug)]
pub struct Item {
    /// The text as written, percent-decoded, without separators, quotes and stray dots.
    pub written: String,
    /// Where `written` stands (stray dots and quotes left out). In a document whose value cannot be matched with its
    /// source, such as an alias, this is the whole value.
    pub place: Place,
    /// The scope, or why it is none.
    pub scope: Result<Scope, Malformed>,
    /// Dots that stood directly after the scope and belong to no scope.
    pub stray: Option<Place>,
    /// How sure it is that somebody asks for a scope here. Less than high only where a [`scan`] had to tell scopes from
    /// other names.
    pub confidence: Confidence,
    /// How the text hides what it reads like; `scope` is what it reads like.
    pub disguise: Option<Disguise>,
}

/// The ways in which a text can hide that it is a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Disguise {
    /// Characters that nobody sees: zero-width ones, blanks that do not break.
    Invisible,
    /// Letters or dots of other alphabets that look the same.
    LookAlike,
    /// Letters or dots in the notation of a string, of HTML or of a pattern.
    Escape,
}

/// A secret of Zoho's that looks alive. The value itself is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Secret {
    /// What it is.
    pub kind: SecretKind,
    /// Where the value stands.
    pub place: Place,
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
    /// Host, lower case, without port; empty for a URL that begins with its path. May be a template's placeholder.
    pub host: String,
    /// Which of Zoho's forms it is.
    pub flow: Flow,
    /// Query parameters in the order written, percent-decoded; what a program fills in stands as `{name}`.
    pub params: Vec<Param>,
    /// Whether a program may add parameters before a browser sees it, so that none can be called missing.
    pub open: bool,
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
    /// `/oauth/v2/token`, or a portal's `/clientoauth/v2/{portal}/token`: client credentials, or a token exchange.
    Token,
    /// `/oauth/v2/token/addextrascope`: scope enhancement.
    Enhance,
    /// `/apiauthtoken/nb/create`: the retired interface that took a password and gave a token for everything.
    AuthToken,
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

impl Item {
    /// A scope, or what stands for one, as it was written.
    #[must_use]
    pub fn new(written: impl Into<String>, place: Place, scope: Result<Scope, Malformed>) -> Self {
        let written = written.into();
        Self { written, place, scope, stray: None, confidence: Confidence::High, disguise: None }
    }

    /// Whether nothing but a scope stands there.
    fn is_plain(&self) -> bool {
        self.scope.is_ok() && self.stray.is_none() && self.disguise.is_none()
    }
}

impl Request {
    /// A request of scopes that stand at a place, without anything else.
    #[must_use]
    pub fn new(place: Place, items: Vec<Item>) -> Self {
        Self {
            app: None,
            place,
            items,
            separators: Vec::new(),
            url: None,
            secrets: Vec::new(),
            kind: ListKind::Request,
            fixable: true,
            built: Vec::new(),
            repeated: 0,
        }
    }

    /// The request that a list makes; `None` when the list is empty.
    fn of_list(source: SourceId, list: List) -> Option<Self> {
        let place = Place::new(source, list.span()?);
        let List { items, separators, repeated, .. } = list;
        Some(Self { separators, repeated, ..Self::new(place, items) })
    }

    /// Adds the scopes of the same list that are not among its own, in the order in which they stand.
    fn take_others(&mut self, others: impl IntoIterator<Item = Item>) {
        let begins = |item: &Item| item.place.span.start;
        // A text that is no scope may hold some, and both are told.
        let same = |item: &Item| (begins(item), item.scope.is_ok());
        let known: Vec<(usize, bool)> = self.items.iter().map(same).collect();
        self.items.extend(others.into_iter().filter(|other| !known.contains(&same(other))));
        self.items.sort_by_key(begins);
        let (first, last) = (self.items.first(), self.items.last());
        if let (Some(first), Some(last)) = (first, last) {
            self.place.span = Span::new(first.place.span.start, last.place.span.end.max(self.place.span.end));
        }
    }

    /// Moves every place of the request within its source.
    fn relocate(&mut self, to: impl Fn(Span) -> Span) {
        self.each_place(|place| place.span = to(place.span));
    }

    /// Changes every place of the request.
    pub fn each_place(&mut self, mut shift: impl FnMut(&mut Place)) {
        shift(&mut self.place);
        for item in &mut self.items {
            shift(&mut item.place);
            item.stray.iter_mut().for_each(&mut shift);
        }
        if let Some(url) = &mut self.url {
            shift(&mut url.place);
            for param in &mut url.params {
                shift(&mut param.place);
                shift(&mut param.value_place);
            }
        }
        self.secrets.iter_mut().for_each(|secret| shift(&mut secret.place));
        self.built.iter_mut().for_each(|built| shift(&mut built.place));
    }
}

impl ConsentUrl {
    /// The first parameter of that name, ignoring case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&Param> {
        self.params.iter().find(|param| param.name.eq_ignore_ascii_case(name))
    }
}
