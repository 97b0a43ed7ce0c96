//! What a verdict is made of: the entries that decided and what the scope opens beyond them.

use crate::catalog::{DataClass, Endpoint};
use crate::finding::Confidence;
use crate::input::ListKind;
use crate::policy::{Effect, Verdict};
use crate::scope::{Malformed, Scope};
use crate::text::Place;

/// A policy entry that decided a verdict, or the policy's default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decider {
    /// Whether the entry allows or denies.
    pub effect: Effect,
    /// The entry as written; `default` for the policy's default.
    pub text: String,
    /// Where the entry stands; the default may stand nowhere.
    pub place: Option<Place>,
}

/// A call that a scope opens beyond what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// `DELETE /books/v3/invoices/{invoice_id}`.
    pub call: String,
    /// What the call does, in a few words.
    pub summary: String,
}

impl From<&Endpoint> for Witness {
    fn from(endpoint: &Endpoint) -> Self {
        Self { call: endpoint.call(), summary: endpoint.summary.clone() }
    }
}

/// A scope of a request with its verdict.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The text as written.
    pub written: String,
    /// Where it stands.
    pub place: Place,
    /// The canonical scope, or why the text is no scope.
    pub scope: Result<Scope, Malformed>,
    /// Whether the catalog knows it.
    pub known: bool,
    /// The application it is requested for.
    pub app: Option<String>,
    /// How sure it is that somebody asks for a scope here.
    pub confidence: Confidence,
    /// Whether it is asked for, or only spoken of.
    pub kind: ListKind,
    /// What the policy says.
    pub verdict: Verdict,
    /// The first few entries that decided: deny entries that name something in its reach, or allow entries that cover
    /// it, or the default.
    pub decided_by: Vec<Decider>,
    /// How many entries decided.
    pub deciders: usize,
    /// What it may reach and no entry allows, as the narrowest scopes that have a name; or what is denied.
    pub excess: Vec<Scope>,
    /// A call that the excess opens.
    pub witness: Option<Witness>,
    /// What it gives, in words.
    pub gives: String,
    /// The kinds of data in everything that it may reach, in the order of [`DataClass::ALL`].
    pub data: Vec<DataClass>,
    /// The grant that holds it, as an index into the report's grants; `None` for a scope that is requested.
    pub grant: Option<usize>,
}

impl Judged {
    /// Whether a program fills in what it asks for: a part of it is a placeholder, where the catalog knows none.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.known && self.scope.as_ref().is_ok_and(Scope::has_placeholder)
    }
}

/// A verdict with its reasons.
#[derive(Clone, Debug)]
pub struct Reasons {
    /// What the policy says.
    pub verdict: Verdict,
    /// The first few entries that decided.
    pub decided_by: Vec<Decider>,
    /// How many decided.
    pub deciders: usize,
    /// What is reached beyond the allow entries, or what is denied.
    pub excess: Vec<Scope>,
    /// A call that the excess opens.
    pub witness: Option<Witness>,
}
