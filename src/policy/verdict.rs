//! The words for what a policy says of a scope.

use std::fmt;

use serde::Serialize;

/// What a policy says of a scope. `Waived` is set later, when a waiver absolves every finding on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything it may reach is surely inside what entries allow.
    Allowed,
    /// No entry decides, and the default lets it pass: nobody has allowed it.
    NoPolicy,
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
    /// Whether the policy lets a scope pass, by an entry or by its default.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self, Self::Allowed | Self::NoPolicy)
    }

    /// The word used in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::NoPolicy => "no-policy",
            Self::Denied => "denied",
            Self::NotAllowed => "not-allowed",
            Self::Unknown => "unknown",
            Self::Waived => "waived",
        }
    }
}

impl Verdict {
    /// Whether it is what a test of a policy expects: `allowed` is whatever passes.
    #[must_use]
    pub fn meets(self, expected: Self) -> bool {
        self == expected || (expected == Self::Allowed && self.passes())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
