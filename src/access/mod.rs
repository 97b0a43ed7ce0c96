//! The meaning: what a scope gives, what covers what, and what is left when one list is taken from another.
//!
//! A scope is looked at as one permission (service, resource path, operation) that may cover others: `ALL` covers every
//! operation on its resource, a group covers its children, full access covers the service. Each such edge is sure
//! (documented or observed) or not (assumed, disputed); where nobody says anything, a parent is assumed to reach what
//! begins with its path. That gives two readings:
//!
//! * [`Reading::AtMost`] follows every edge: what a scope may reach. Used for what is requested or granted, and for deny.
//! * [`Reading::AtLeast`] follows sure edges only: what it surely gives. Used for allow.
//!
//! A group or `ALL` is a permission of its own, more than the sum of what is known under it today: naming every member
//! does not cover the group. So "everything that `s` may reach is surely inside `a`" holds exactly when `a` surely
//! covers `s` itself, whichever of the doubtful edges turn out to be real.
//!
//! Scopes are numbers ([`ScopeId`]) in one [`Graph`], which hangs in its catalog: whoever asks often asks it by number.
//! The functions here that take scopes ask the same graph.
//!
//! ```
//! use zscope::{access, catalog::Catalog};
//!
//! let catalog = Catalog::embedded();
//! let all = "ZohoCRM.modules.ALL".parse()?;
//! let leads = "ZohoCRM.modules.leads.READ".parse()?;
//! let coql = "ZohoCRM.coql.READ".parse()?;
//! assert!(access::covers(&catalog, &all, &leads));
//! assert!(!access::covers(&catalog, &all, &coql));
//! # Ok::<(), zscope::scope::Malformed>(())
//! ```

mod bits;
mod call;
mod coverage;
mod edge;
mod explained;
mod graph;
mod held;
mod identity;
mod operation;
mod reach;
mod region;
mod tree;
mod who;
mod words;

pub use bits::Bits;
pub use call::{example_call, find_call, gives_need, opened_calls, suffices};
pub use coverage::{coverers, covers, starts};
pub use edge::{Edge, Why};
pub(crate) use explained::{Explained, OpenedBy};
pub(crate) use graph::Reach;
pub use graph::{Graph, Place, ScopeId};
pub use held::{Sureness, holds};
pub use identity::{Identity, Known, Unknown, identify, near_service, suggest};
pub(crate) use operation::{Operations, words as operation_words};
pub use reach::{opens, reach};
pub(crate) use region::Region;
pub use who::{Alternative, Choice, Opener, Openers, listed_scopes, needed_sets, openers};
pub use words::{data_classes, gives, operations, touches};

/// Which edges count. See the [module docs](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reading {
    /// Sure edges only.
    AtLeast,
    /// Every edge.
    AtMost,
}
