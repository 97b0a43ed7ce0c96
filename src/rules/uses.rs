//! What rules about the run see: what became of waivers and of comments that accept findings, how what tokens hold
//! differs from a lock, and what a change does to the policy.

use crate::finding::Severity;
use crate::input::scan::Ignore;
use crate::policy::{Waiver, WaiverState};
use crate::scope::Scope;
use crate::text::Place;

/// What became of a waiver in a run.
#[derive(Clone, Debug)]
pub struct WaiverUse<'a> {
    /// The waiver.
    pub waiver: &'a Waiver,
    /// Whether it still holds on the day of the run.
    pub state: WaiverState,
    /// How many findings it absolved, or would have absolved had it not expired.
    pub matched: usize,
}

/// A comment in a source that accepts findings, and what became of it in a run.
#[derive(Clone, Debug)]
pub struct IgnoreUse {
    /// The comment.
    pub ignore: Ignore,
    /// The rules that it names and that exist, by name.
    pub rules: Vec<&'static str>,
    /// Of these: those of which the policy lets no comment accept findings.
    pub refused: Vec<&'static str>,
    /// How many findings it accepted, or would have accepted had it a reason and were it permitted.
    pub matched: usize,
}

/// What a change does to the policy by which it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChange {
    /// The application, where it is about one.
    pub app: Option<String>,
    /// Whether more passes after it.
    pub is_looser: bool,
    /// What it does, in words.
    pub message: String,
    /// A scope by which that shows.
    pub scope: Option<String>,
    /// What else shows it: calls, data, more scopes.
    pub details: Vec<String>,
    /// How much it matters: as much as what it lets pass.
    pub severity: Severity,
    /// Where in the change it stands.
    pub place: Place,
}

/// A difference between a lock and what tokens hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// The application, as the lock names it.
    pub app: String,
    /// The policy's application, where it is one.
    pub policy_app: Option<String>,
    /// The code of the data centre, or `unknown`.
    pub data_centre: String,
    /// What differs.
    pub what: Drifted,
    /// Where in the lock it belongs.
    pub place: Place,
}

/// What differs from a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drifted {
    /// This is held, and the lock does not surely give it.
    Grown(Scope),
    /// The lock gives this, and it is not held any more.
    Shrunk(Scope),
    /// A token is held of which nobody knows what it gives, and the lock does not say so.
    Unknown,
    /// The lock has the application there, and no token of it was audited.
    Absent,
}
