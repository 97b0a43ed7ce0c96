//! One step from a scope to another one.

use crate::catalog::Provenance;
use crate::catalog::model::Group;
use crate::scope::Scope;

/// One step from a scope to something it opens.
#[derive(Clone, Debug)]
pub struct Edge<'c> {
    /// What is opened.
    pub scope: Scope,
    /// Why.
    pub why: Why<'c>,
    /// Whether it is documented or observed.
    pub sure: bool,
}

/// Why one scope opens another.
#[derive(Clone, Copy, Debug)]
pub enum Why<'c> {
    /// `ALL` is every operation on the resource.
    All,
    /// The operation word stands for others; the catalog's statement, or the general rule on `WRITE`.
    Meaning(Option<&'c Provenance>),
    /// The resource is a group.
    Group(&'c Group),
    /// The path of the one begins with that of the other, and nothing says that it does not reach it: never sure.
    Path,
    /// Full access is everything in the service.
    FullAccess,
}
