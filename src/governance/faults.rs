//! What is wrong with a policy although it can be read: entries that do nothing, exceptions without an end in sight,
//! applications that nobody answers for, tests that prove nothing.

use serde::Serialize;

use crate::finding::Severity;
use crate::text::{Place, Span};
use crate::yaml::{self, Value};

/// The kinds of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// An entry names no scope that the catalog has.
    NamesNothing,
    /// Two entries name the same.
    DuplicateEntry,
    /// Other entries, or the default, already say the same.
    ShadowedEntry,
    /// Everything that an allow entry names is denied.
    BeatenByDeny,
    /// An allow entry allows nothing that is used.
    UnusedEntry,
    /// An allow entry allows more than is used.
    BroaderThanUse,
    /// An allow entry says neither why nor for which calls.
    NoReason,
    /// A call that an entry gives as its reason is not opened by it.
    CallNotOpened,
    /// A waiver names no ticket.
    NoTicket,
    /// A waiver holds for longer than the policy lets waivers hold.
    LongWaiver,
    /// A waiver accepts any scope, or every scope of a service.
    WideWaiver,
    /// A waiver holds no more.
    ExpiredWaiver,
    /// A waiver ends soon.
    ExpiringWaiver,
    /// Two waivers accept the same.
    OverlappingWaivers,
    /// Nobody answers for an application.
    NoOwner,
    /// An owner is a placeholder.
    PlaceholderOwner,
    /// A file may belong to two applications.
    OverlappingPaths,
    /// Two applications have the same client id.
    SharedClient,
    /// A test holds whatever the policy says.
    IdleTest,
    /// A test says what another one says.
    DuplicateTest,
    /// A catalog file of one's own says that a parent does not reach its children.
    SeparateOverlay,
}

/// A fault at its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What kind.
    pub kind: FaultKind,
    /// How much it matters.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The item of a list that can go without any change of meaning.
    pub removable: Option<Place>,
}

impl FaultKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 21] = [
        Self::NamesNothing,
        Self::DuplicateEntry,
        Self::ShadowedEntry,
        Self::BeatenByDeny,
        Self::UnusedEntry,
        Self::BroaderThanUse,
        Self::NoReason,
        Self::CallNotOpened,
        Self::NoTicket,
        Self::LongWaiver,
        Self::WideWaiver,
        Self::ExpiredWaiver,
        Self::ExpiringWaiver,
        Self::OverlappingWaivers,
        Self::NoOwner,
        Self::PlaceholderOwner,
        Self::OverlappingPaths,
        Self::SharedClient,
        Self::IdleTest,
        Self::DuplicateTest,
        Self::SeparateOverlay,
    ];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NamesNothing => "names-nothing",
            Self::DuplicateEntry => "duplicate-entry",
            Self::ShadowedEntry => "shadowed-entry",
            Self::BeatenByDeny => "beaten-by-deny",
            Self::UnusedEntry => "unused-entry",
            Self::BroaderThanUse => "broader-than-use",
            Self::NoReason => "no-reason",
            Self::CallNotOpened => "call-not-opened",
            Self::NoTicket => "no-ticket",
            Self::LongWaiver => "long-waiver",
            Self::WideWaiver => "wide-waiver",
            Self::ExpiredWaiver => "expired-waiver",
            Self::ExpiringWaiver => "expiring-waiver",
            Self::OverlappingWaivers => "overlapping-waivers",
            Self::NoOwner => "no-owner",
            Self::PlaceholderOwner => "placeholder-owner",
            Self::OverlappingPaths => "overlapping-paths",
            Self::SharedClient => "shared-client",
            Self::IdleTest => "idle-test",
            Self::DuplicateTest => "duplicate-test",
            Self::SeparateOverlay => "separate-overlay",
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::NoReason | Self::NoTicket | Self::ExpiringWaiver => Severity::Note,
            Self::ExpiredWaiver | Self::SharedClient | Self::NamesNothing => Severity::Error,
            _ => Severity::Warning,
        }
    }
}

impl Fault {
    /// A fault of its kind's own severity.
    #[must_use]
    pub fn new(kind: FaultKind, place: Place, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { kind, severity: kind.severity(), place, message, help, removable: None }
    }

    /// Says that an item can go without any change of meaning.
    pub(super) fn removable(mut self, item: Place) -> Self {
        self.removable = Some(item);
        self
    }
}

/// The groups of a catalog file that say that a parent does not reach its children.
#[must_use]
pub fn separate_groups(text: &str) -> Vec<Span> {
    let Ok(yaml::Node { value: Value::Mapping(entries), .. }) = yaml::parse(text) else { return Vec::new() };
    let groups = entries.iter().filter(|entry| entry.key == "groups");
    let items = groups.flat_map(|groups| match &groups.value.value {
        Value::Sequence(items) => items.as_slice(),
        _ => &[],
    });
    let status = items.filter_map(|item| match &item.value {
        Value::Mapping(fields) => fields.iter().find(|field| field.key == "status"),
        _ => None,
    });
    let is_separate = |field: &&yaml::Entry| matches!(&field.value.value, Value::Scalar(text) if text == "separate");
    status.filter(is_separate).map(|field| field.value.span).collect()
}
