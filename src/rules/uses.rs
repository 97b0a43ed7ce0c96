//! What became of waivers and of comments that accept findings: rules about the run see it.

use crate::input::scan::Ignore;
use crate::policy::{Waiver, WaiverState};

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
