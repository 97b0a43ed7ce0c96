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
    /// Where it stands.
    pub place: Place,
}
