//! Verdicts: each scope of a request held against a policy.

mod shift;
mod verdict;

pub use shift::{Shift, shifts};
pub use verdict::{Decider, Judged, Outcome, Verdict, Witness, judge, judge_request, passes, verdict};
