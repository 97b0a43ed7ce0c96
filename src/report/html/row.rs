//! What stands in the sections: a row for each scope, and what rules and waivers say.

use super::population::{Access, Remark};
use super::shown::{Guide, Prose, Shown, Spots};
use crate::finding::Link;
use crate::finding::Waived;
use crate::finding::{Confidence, Related, Severity};
use crate::judge::{Decider, Judged};

/// What a section, a row and a remark weigh without their texts, in bytes.
pub(super) const FRAME: usize = 400;

/// The most entries, excess scopes or waivers in one cell.
pub(super) const CELL: usize = 4;

/// A scope.
pub(super) struct Row {
    pub(super) scope: Shown,
    /// The spelling in the input, where it differs.
    pub(super) written: Option<Shown>,
    pub(super) is_known: bool,
    /// The word for what became of it.
    pub(super) verdict: &'static str,
    /// The highest severity of what is said of it.
    pub(super) severity: &'static str,
    pub(super) gives: Shown,
    pub(super) data: String,
    pub(super) deciders: Vec<Decided>,
    pub(super) more_deciders: usize,
    pub(super) excess: Vec<Shown>,
    pub(super) more_excess: usize,
    pub(super) witness: Option<(Shown, Shown)>,
    pub(super) said: Vec<Statement>,
    pub(super) waived: Vec<Absolved>,
    pub(super) count: usize,
    pub(super) spots: Spots,
}

/// An entry of the policy that decided.
pub(super) struct Decided {
    pub(super) text: String,
    pub(super) spots: Spots,
}

/// What a rule says.
pub(super) struct Statement {
    pub(super) severity: Severity,
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    /// The organisation's own page about the rule.
    pub(super) page: Option<Link>,
    pub(super) message: Prose,
    pub(super) help: Vec<Prose>,
    pub(super) related: Vec<(Prose, Spots)>,
    pub(super) doubt: Option<&'static str>,
    pub(super) count: usize,
    pub(super) spots: Spots,
}

/// A finding that a waiver absolves.
pub(super) struct Absolved {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) waiver: Shown,
    pub(super) reason: Shown,
    pub(super) expires: Option<String>,
}

impl Row {
    pub(super) fn new(access: &Access<'_>, guide: Guide<'_>) -> Self {
        let judged = access.judged;
        let name = access.name();
        // A scope that is beyond the policy as a whole need not be named again.
        let excess = || judged.excess.iter().filter(|scope| judged.scope.as_ref() != Ok(*scope));
        Self {
            written: Some(&judged.written).filter(|written| **written != name).map(|written| Shown::name(written)),
            scope: Shown::name(&name),
            is_known: judged.known,
            verdict: access.verdict_word(),
            severity: access.severity().map_or("none", Severity::as_str),
            gives: Shown::sentence(&judged.gives),
            data: judged.data.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(", "),
            deciders: judged.decided_by.iter().take(CELL).map(|decider| Decided::new(decider, guide)).collect(),
            more_deciders: judged.deciders.saturating_sub(judged.decided_by.len().min(CELL)),
            excess: excess().take(CELL).map(|scope| Shown::name(&scope.to_string())).collect(),
            more_excess: excess().count().saturating_sub(CELL),
            witness: judged
                .witness
                .as_ref()
                .map(|witness| (Shown::name(&witness.call), Shown::sentence(&witness.summary))),
            said: access.remarks.iter().map(|remark| Statement::of_scope(remark, judged, guide)).collect(),
            waived: absolved(&access.waived, CELL),
            count: access.places.len(),
            spots: guide.spots(&access.places),
        }
    }

    pub(super) fn weight(&self) -> usize {
        let names = [&self.scope, &self.gives].into_iter().chain(&self.excess).map(Shown::weight);
        let deciders = self.deciders.iter().map(|decided| decided.text.len() + decided.spots.weight());
        let witness = self.witness.iter().map(|(call, summary)| call.weight() + summary.weight());
        let said = self.said.iter().map(Statement::weight);
        let waived = self.waived.iter().map(|waived| FRAME / 2 + waived.reason.weight());
        let parts: usize = names.chain(deciders).chain(witness).chain(said).chain(waived).sum();
        FRAME + self.data.len() + self.spots.weight() + parts
    }
}

impl Decided {
    fn new(decider: &Decider, guide: Guide<'_>) -> Self {
        let effect = decider.effect.as_str();
        let text = match decider.text.as_str() {
            "default" => format!("default {effect}"),
            entry => format!("{effect} {}", Shown::name(entry)),
        };
        Self { text, spots: guide.spots(decider.place.as_slice()) }
    }
}

impl Statement {
    /// What a rule says once, for all the places at which it says so.
    pub(super) fn new(remark: &Remark<'_>, guide: Guide<'_>) -> Self {
        Self::with_related(remark, remark.finding.related.iter(), guide)
    }

    /// What a rule says of a scope, without what the row of that scope tells already: the entry that decided, the call
    /// that it opens.
    fn of_scope(remark: &Remark<'_>, judged: &Judged, guide: Guide<'_>) -> Self {
        let decided = |related: &Related| {
            related.place.is_some() && judged.decided_by.iter().any(|decider| decider.place == related.place)
        };
        let opens =
            |related: &Related| judged.witness.as_ref().is_some_and(|witness| related.message.contains(&witness.call));
        let related = remark.finding.related.iter().filter(|related| !decided(related) && !opens(related));
        Self::with_related(remark, related, guide)
    }

    fn with_related<'f>(remark: &Remark<'_>, related: impl Iterator<Item = &'f Related>, guide: Guide<'_>) -> Self {
        let finding = remark.finding;
        let related = related.take(CELL).map(|related| {
            let message = Prose::citing(&Shown::sentence(&related.message), related.page.as_ref());
            (message, guide.spots(related.place.as_slice()))
        });
        Self {
            severity: finding.severity,
            code: finding.rule.code,
            rule: finding.rule.name,
            page: guide.page(finding.rule),
            message: Prose::new(&Shown::sentence(&finding.message)),
            help: finding.help.as_deref().map(Shown::lines).unwrap_or_default().iter().map(Prose::new).collect(),
            related: related.collect(),
            doubt: match finding.confidence {
                Confidence::High => None,
                Confidence::Medium => Some("medium"),
                Confidence::Low => Some("low"),
            },
            count: remark.places.len(),
            spots: guide.spots(&remark.places),
        }
    }

    pub(super) fn weight(&self) -> usize {
        let related = self.related.iter().map(|(message, spots)| message.weight() + spots.weight());
        let texts = self.help.iter().chain([&self.message]).map(Prose::weight).chain(related);
        FRAME + self.page.as_ref().map_or(0, |page| page.as_str().len()) + texts.sum::<usize>()
    }

    /// Whether there is more to tell than the message.
    pub(super) fn has_more(&self) -> bool {
        !self.help.is_empty() || !self.related.is_empty() || self.doubt.is_some()
    }
}

/// Waived findings, those that say the same once.
pub(super) fn absolved(waived: &[&Waived], most: usize) -> Vec<Absolved> {
    let mut seen = std::collections::BTreeSet::new();
    let first = waived.iter().filter(|waived| seen.insert((waived.finding.rule.code, &waived.waiver)));
    first.take(most).map(|waived| Absolved::new(waived)).collect()
}

impl Absolved {
    fn new(waived: &Waived) -> Self {
        Self {
            code: waived.finding.rule.code,
            rule: waived.finding.rule.name,
            waiver: Shown::name(&waived.waiver),
            reason: Shown::prose(&waived.reason),
            expires: waived.expires.map(|day| day.to_string()),
        }
    }
}
