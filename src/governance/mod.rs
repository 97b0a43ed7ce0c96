//! What a policy is worth: its tests, with the changes that none of them notices; its faults; and what a change of it
//! lets in.

mod changes;
mod comparison;
mod faults;
mod first;
mod found;
mod linting;
mod mending;
mod mutants;
mod of_apps;
mod of_entries;
mod of_waivers;
mod trial;
mod witness;

pub use changes::{accepted_by_change, policy_changes};
pub use comparison::{Change as AccessChange, Comparison, Direction, Setting, compare};
pub use faults::{Fault, FaultKind, separate_groups};
pub use first::{First, first_policy};
pub use found::{FoundApp, LeftOut, Reason};
pub use linting::faults;
pub use mending::{Mended, mend};
pub use mutants::{Change, Mutant, Mutation, mutate};
pub use trial::{Answer, Case, Covered, EntryKind, Trial};
