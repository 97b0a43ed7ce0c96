//! The kinds of faults.

use std::fmt;

use serde::Serialize;

use crate::finding::Severity;

/// What kind of fault a catalog file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The decoder refuses it: no YAML, an unknown key, a wrong type, a word that is none of the allowed ones.
    Schema,
    /// A call stands there twice.
    DuplicateCall,
    /// A resource or an operation of one stands there twice.
    DuplicateScope,
    /// A scope that no catalog file has.
    UnknownScope,
    /// What is to be used instead names no resource and no scope.
    UnknownReplacement,
    /// A statement without a source.
    MissingSource,
    /// A source that is not among the file's sources.
    UnknownSource,
    /// A source to which nothing refers.
    UnusedSource,
    /// A group whose parent or children match no resource.
    DeadGroup,
    /// A placeholder in a scope of a service none of whose resources has one.
    StrayPlaceholder,
    /// Two names for the placeholder at one position.
    PlaceholderNames,
    /// A placeholder in the place of the operation.
    OperationPlaceholder,
    /// A path that an earlier template matches as well.
    ShadowedPath,
    /// Two templates that differ in the names of their placeholders alone.
    EqualTemplates,
    /// A call that changes data, of which only scopes that read are named.
    ReadingScopes,
    /// Data classes that are missing or unknown.
    DataClasses,
    /// A resource that no call names.
    NoEndpoints,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::Schema,
        Self::DuplicateCall,
        Self::DuplicateScope,
        Self::UnknownScope,
        Self::UnknownReplacement,
        Self::MissingSource,
        Self::UnknownSource,
        Self::UnusedSource,
        Self::DeadGroup,
        Self::StrayPlaceholder,
        Self::PlaceholderNames,
        Self::OperationPlaceholder,
        Self::ShadowedPath,
        Self::EqualTemplates,
        Self::ReadingScopes,
        Self::DataClasses,
        Self::NoEndpoints,
    ];

    /// The word used in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::DuplicateCall => "duplicate-call",
            Self::DuplicateScope => "duplicate-scope",
            Self::UnknownScope => "unknown-scope",
            Self::UnknownReplacement => "unknown-replacement",
            Self::MissingSource => "missing-source",
            Self::UnknownSource => "unknown-source",
            Self::UnusedSource => "unused-source",
            Self::DeadGroup => "dead-group",
            Self::StrayPlaceholder => "stray-placeholder",
            Self::PlaceholderNames => "placeholder-names",
            Self::OperationPlaceholder => "operation-placeholder",
            Self::ShadowedPath => "shadowed-path",
            Self::EqualTemplates => "equal-templates",
            Self::ReadingScopes => "reading-scopes",
            Self::DataClasses => "data-classes",
            Self::NoEndpoints => "no-endpoints",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// How much it matters: an error makes answers wrong, a warning makes them worse or is a sign of a slip.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::UnusedSource
            | Self::DeadGroup
            | Self::PlaceholderNames
            | Self::ShadowedPath
            | Self::EqualTemplates
            | Self::ReadingScopes
            | Self::DataClasses => Severity::Warning,
            Self::NoEndpoints => Severity::Note,
            _ => Severity::Error,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
