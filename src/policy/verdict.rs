//! The words for what a policy says of a scope.

use std::fmt;

use serde::Serialize;

/// What a policy says of a scope. `Waived` is set later, when a waiver absolves every finding on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything it may reach is surely inside what is allowed.
    Allowed,
    /// It may reach something that is denied.
    Denied,
    /// It may reach something that no entry allows.
    NotAllowed,
    /// The catalog does not know it, and no entry allows it.
    Unknown,
    /// It would fail, and a waiver accepts that.
    Waived,
}

impl Verdict {
    /// The word used in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::NotAllowed => "not-allowed",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
