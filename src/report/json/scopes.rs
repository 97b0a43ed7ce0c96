//! Scopes that were judged, and the entries of the policy that decided.

use serde::Serialize;

use super::super::clean::Text;
use super::Location;
use crate::catalog::DataClass;
use crate::finding::Confidence;
use crate::input::ListKind;
use crate::judge::{Decider, Judged, Verdict};
use crate::text::Sources;

/// An entry of `scopes`: a scope that was judged.
#[derive(Serialize)]
pub(super) struct JudgedScope<'a> {
    /// The scope in the catalog's spelling; `null` when the text is not a scope.
    scope: Option<Text<'static>>,
    /// The text as written.
    written: Text<'a>,
    /// Whether the catalog knows it.
    known: bool,
    /// The application for which it was judged.
    app: Option<Text<'a>>,
    /// `high`, `medium` or `low`: how sure it is that somebody asks for a scope here. Less than `high` only in a scan.
    confidence: Confidence,
    /// `request`; `mention` for a scope that is only spoken of, such as one in a comment, which only a scan tells;
    /// `grant` for one that a token holds.
    kind: &'static str,
    /// `allowed`, `no-policy` where no entry of the policy decided and its default lets the scope pass, `denied`,
    /// `not-allowed`, `unknown` or `waived`.
    verdict: Verdict,
    /// The first three entries of the policy that decided.
    decided_by: Vec<DecidedBy<'a>>,
    /// How many entries decided.
    deciders: usize,
    /// What it may reach and no entry allows, as the narrowest scopes that have a name; for `denied`, what is denied.
    excess: Vec<Text<'static>>,
    /// A call that the excess opens: `DELETE /books/v3/invoices/{invoice_id}`.
    witness: Option<Text<'a>>,
    /// What it gives, in words.
    gives: Text<'a>,
    /// The kinds of data in everything that it may reach.
    data: &'a [DataClass],
    /// The grant that holds it: its position in `grants`, from 0; `null` for a scope that is requested.
    grant: Option<usize>,
    /// Where it stands.
    location: Location<'a>,
}

/// An entry of `decided_by`: an entry of the policy.
#[derive(Serialize)]
struct DecidedBy<'a> {
    /// `allow` or `deny`.
    effect: &'static str,
    /// The entry as written; `default` for the policy's default.
    entry: Text<'a>,
    /// Where it stands; `null` for a default that nobody wrote.
    location: Option<Location<'a>>,
}

impl<'a> JudgedScope<'a> {
    pub(super) fn new(judged: &'a Judged, sources: &'a Sources) -> Self {
        Self {
            scope: judged.scope.as_ref().ok().map(|scope| Text::owned(&scope.to_string())),
            written: Text::new(&judged.written),
            known: judged.known,
            app: judged.app.as_deref().map(Text::new),
            confidence: judged.confidence,
            kind: match (judged.grant, judged.kind) {
                (Some(_), _) => "grant",
                (None, ListKind::Request) => "request",
                (None, ListKind::Mention) => "mention",
            },
            verdict: judged.verdict,
            decided_by: judged.decided_by.iter().map(|decider| DecidedBy::new(decider, sources)).collect(),
            deciders: judged.deciders,
            excess: judged.excess.iter().map(|scope| Text::owned(&scope.to_string())).collect(),
            witness: judged.witness.as_ref().map(|witness| Text::new(&witness.call)),
            gives: Text::new(&judged.gives),
            data: &judged.data,
            grant: judged.grant,
            location: Location::new(judged.place, sources),
        }
    }
}

impl<'a> DecidedBy<'a> {
    fn new(decider: &'a Decider, sources: &'a Sources) -> Self {
        Self {
            effect: decider.effect.as_str(),
            entry: Text::new(&decider.text),
            location: decider.place.map(|place| Location::new(place, sources)),
        }
    }
}
