//! What a line of a policy names.

use crate::scope::Pattern;
use crate::text::Place;

/// One line of an `allow` or `deny` list, or of a waiver's scopes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it matches.
    pub pattern: Pattern,
    /// The text as written.
    pub text: String,
    /// Where the text stands.
    pub place: Place,
    /// The whole item of the list: the text, or the mapping around it.
    pub whole: Place,
    /// The reason for it.
    pub why: Option<String>,
    /// The API calls that need it.
    pub calls: Vec<CallEntry>,
}

/// An API call that an application makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEntry {
    /// HTTP method in upper case.
    pub method: &'static str,
    /// Path from the first `/`, without a query; `{name}` stands for any one part.
    pub path: String,
    /// The text as written.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}
