//! Verdicts: each scope of a request held against a policy, and the edits that would put a request right.

mod difference;
mod entries;
mod fix;
mod nothing;
mod representatives;
mod request;
mod shift;
mod table;
mod verdict;

pub use crate::policy::Verdict;
pub use difference::{Access, Gap, Relation, Side, allowed_of, difference, difference_of_lists};
pub use fix::{applied, edits};
pub use nothing::{denials_of_nothing, names_nothing};
pub(crate) use request::judge_item;
pub use request::{Memory, judge_request, judge_request_again};
pub use shift::{Shift, shifts};
pub use table::{Judge, Table};
pub use verdict::{Decider, Judged, Reasons, Witness};
