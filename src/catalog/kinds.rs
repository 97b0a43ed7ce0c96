//! The kinds into which the catalog sorts its statements and what scopes give access to. Shared with the build script.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How far a statement can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Vendor text or a vendor specification says so.
    Documented,
    /// Seen at work in public code or in a token.
    Observed,
    /// Third parties claim it; nothing confirms it.
    Reported,
    /// Sources contradict each other.
    Disputed,
    /// Taken for granted; nobody says so. For coverage only.
    Assumed,
    /// Existed, and no longer works or should not be used.
    Deprecated,
    /// Reported not to exist.
    Invalid,
    /// Said not to hold: the parent does not reach these children. For coverage only.
    Separate,
}

impl Status {
    /// Every status, in order.
    pub const ALL: [Self; 8] = [
        Self::Documented,
        Self::Observed,
        Self::Reported,
        Self::Disputed,
        Self::Assumed,
        Self::Deprecated,
        Self::Invalid,
        Self::Separate,
    ];

    /// The word used in catalog files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Reported => "reported",
            Self::Disputed => "disputed",
            Self::Assumed => "assumed",
            Self::Deprecated => "deprecated",
            Self::Invalid => "invalid",
            Self::Separate => "separate",
        }
    }

    /// Whether a coverage edge of this status surely holds.
    #[must_use]
    pub fn is_sure(self) -> bool {
        matches!(self, Self::Documented | Self::Observed)
    }

    /// Whether a scope of this status may be taken to exist, so that the general rules (ALL is every operation)
    /// apply to it.
    #[must_use]
    pub fn exists(self) -> bool {
        matches!(self, Self::Documented | Self::Observed | Self::Reported)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What kind of data or power a resource holds: the project's own judgement, which a policy can override.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataClass {
    /// Data about people.
    Personal,
    /// Money: invoices, payments, accounts.
    Financial,
    /// Passwords, keys, tokens.
    Credentials,
    /// Mail, chats and text messages: what people write to each other.
    Messages,
    /// Documents and stores of files, recordings included.
    Files,
    /// Employees: leave, attendance, pay, health.
    HealthHr,
    /// Settings of an organisation or product.
    Configuration,
    /// Users, roles, permissions.
    UsersAndRoles,
    /// Functions and scripts that run.
    Code,
    /// Names, lists and counts that reveal little.
    Metadata,
    /// Bank accounts, cards, payouts and pay: what money moves through.
    Banking,
    /// The records of a whole product at once: exports and backups.
    BulkExport,
    /// Tickets, comments, posts and notes: what is written about a matter.
    Discussions,
    /// Articles, pictures and attachments that belong to other records.
    Content,
}

impl DataClass {
    /// Every class, in order.
    pub const ALL: [Self; 14] = [
        Self::Personal,
        Self::Financial,
        Self::Credentials,
        Self::Messages,
        Self::Files,
        Self::HealthHr,
        Self::Configuration,
        Self::UsersAndRoles,
        Self::Code,
        Self::Metadata,
        Self::Banking,
        Self::BulkExport,
        Self::Discussions,
        Self::Content,
    ];

    /// The word used in catalog files, policies and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Financial => "financial",
            Self::Credentials => "credentials",
            Self::Messages => "messages",
            Self::Files => "files",
            Self::HealthHr => "health-hr",
            Self::Configuration => "configuration",
            Self::UsersAndRoles => "users-and-roles",
            Self::Code => "code",
            Self::Metadata => "metadata",
            Self::Banking => "banking",
            Self::BulkExport => "bulk-export",
            Self::Discussions => "discussions",
            Self::Content => "content",
        }
    }

    /// What counts as sensitive where a policy does not say.
    pub const SENSITIVE: [Self; 9] = [
        Self::Credentials,
        Self::UsersAndRoles,
        Self::Code,
        Self::Configuration,
        Self::HealthHr,
        Self::Banking,
        Self::Messages,
        Self::BulkExport,
        Self::Files,
    ];

    /// Whether it is a power rather than data: to read of it reveals little, to change it is what counts.
    #[must_use]
    pub fn is_power(self) -> bool {
        matches!(self, Self::UsersAndRoles | Self::Configuration)
    }

    /// The class of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }
}

impl fmt::Display for DataClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
