//! Scopes judged by themselves, each once for each application.
//!
//! Nearly every rule looks at one scope at a time. What it says of a scope is the same in every list, so a list is
//! judged by putting together what is known of its scopes, and asking the few other rules.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use ahash::RandomState;

use super::{Audit, Matched};
use crate::finding::{Finding, RuleInfo, Severity, Waived, one_a_fault};
use crate::input::token::{Facts, Grant, State};
use crate::input::{Item, read_list};
use crate::judge::{Judged, Verdict, judge_item};
use crate::report::service;
use crate::rules::{self, Profile};
use crate::text::{Place, SourceId, Span};

/// The most bytes that all of these judgements take, about. When there are more, they are forgotten and made anew.
const MOST: usize = 24 << 20;

/// What one of them takes besides its texts, about.
const WEIGHT: usize = 1000;

/// What a finding, a scope beside it, or a remark takes, about.
const LIGHT: usize = 200;

/// A scope, judged by itself.
pub(super) struct Alone {
    /// Before waivers.
    pub(super) judged: Judged,
    /// Differs where the scopes do; the same for every spelling of one.
    hash: u64,
    /// Where figures count it.
    pub(super) service: Box<str>,
    /// The findings that stand, as figures need them.
    pub(super) told: Box<[(&'static RuleInfo, Severity)]>,
    /// The findings that stand; empty where texts do not matter.
    pub(super) findings: Vec<Finding>,
    /// Those that a waiver absolves; empty where texts do not matter.
    pub(super) waived: Vec<Waived>,
    /// How many findings each waiver absolves, where it absolves any.
    pub(super) uses: Box<[(usize, usize)]>,
    /// The worst severity of what stands.
    pub(super) worst: Option<Severity>,
    /// An error is absolved.
    pub(super) is_absolved: bool,
    /// What it brings into combinations.
    pub(super) profile: Option<Profile>,
    size: usize,
}

impl Alone {
    /// Whether it is the same scope, in whatever spelling. What is no scope is like nothing else.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.hash == other.hash && self.judged.scope.is_ok() && self.judged.scope == other.judged.scope
    }

    /// The verdict where the scope stands first in its list, with what other findings on it there are.
    pub(super) fn verdict(&self, worst: Option<Severity>, is_absolved: bool) -> Verdict {
        let fails = self.worst.max(worst) == Some(Severity::Error);
        let waived = (self.is_absolved || is_absolved) && !fails;
        if waived { Verdict::Waived } else { self.judged.verdict }
    }

    fn of(audit: &Audit<'_>, matched: Matched, item: &Item, scopes: &Scopes) -> Self {
        let Scopes { nowhere, with_texts, .. } = *scopes;
        let place = |start, end| Place::new(nowhere, Span::new(start, end));
        let item = Item { place: place(1, 2), stray: None, ..item.clone() };
        let mut grant = Grant::of_facts(&Facts::default(), nowhere);
        grant.state = State::Known;
        grant.request.app = audit.app(matched).map(str::to_owned);
        let judged = [judge_item(audit.judge_of(matched), &item, grant.request.app.as_deref())];
        grant.request.items.push(item);
        let inspection = audit.inspection(&grant, matched, &judged, None);
        let found = inspection.scopes();
        let profile = judged.first().and_then(|judged| rules::profile(&inspection.measure, judged));
        let (findings, waived, uses) = audit.filtered(found, matched);
        let (findings, [judged]) = (one_a_fault(findings), judged);
        let mut alone = Self {
            service: service(&judged).into(),
            told: findings.iter().map(|finding| (finding.rule, finding.severity)).collect(),
            uses: uses.into_iter().enumerate().filter(|(_, times)| *times > 0).collect(),
            worst: findings.iter().map(|finding| finding.severity).max(),
            is_absolved: waived.iter().any(|waived| waived.finding.severity == Severity::Error),
            profile,
            hash: judged.scope.as_ref().map_or(0, |scope| scopes.hashes.hash_one(scope)),
            judged,
            findings,
            waived,
            size: 0,
        };
        if !with_texts {
            alone.findings = Vec::new();
            alone.waived = Vec::new();
            alone.judged.excess = Vec::new();
            alone.judged.decided_by = Vec::new();
            alone.judged.gives = String::new();
        }
        alone.size = alone.weight();
        alone
    }

    /// How many bytes it takes, about.
    fn weight(&self) -> usize {
        let findings = self.findings.iter().chain(self.waived.iter().map(|waived| &waived.finding));
        let texts = |finding: &Finding| {
            let related: usize = finding.related.iter().map(|related| LIGHT + related.message.len()).sum();
            2 * LIGHT + finding.message.len() + finding.help.as_ref().map_or(0, String::len) + related
        };
        let texts: usize = findings.map(texts).sum();
        let above = self.profile.as_ref().map_or(0, Profile::above);
        let listed = self.judged.excess.len() + self.judged.decided_by.len() + self.told.len() + above;
        WEIGHT + 4 * self.judged.written.len() + self.judged.gives.len() + LIGHT * listed + texts
    }
}

/// All scopes judged by themselves, for all workers.
pub(super) struct Scopes {
    /// A source for places that are never shown.
    pub(super) nowhere: SourceId,
    with_texts: bool,
    tables: RwLock<Tables>,
    hashes: RandomState,
}

/// By the application's index and the spelling.
#[derive(Default)]
struct Tables {
    by_policy: HashMap<usize, HashMap<Box<str>, Arc<Alone>, RandomState>>,
    size: usize,
}

impl Scopes {
    /// None yet; `with_texts` when the words of findings count.
    pub(super) fn new(nowhere: SourceId, with_texts: bool) -> Self {
        Self { nowhere, with_texts, tables: RwLock::default(), hashes: RandomState::new() }
    }

    /// The judgement of each scope of a list.
    pub(super) fn judged(&self, audit: &Audit<'_>, matched: Matched, items: &[Written<'_>]) -> Vec<Arc<Alone>> {
        let known: Vec<Option<Arc<Alone>>> = {
            let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
            let own = tables.by_policy.get(&matched.index);
            items.iter().map(|item| own.and_then(|own| own.get(item.text())).cloned()).collect()
        };
        let judged = |(item, known): (&Written<'_>, Option<Arc<Alone>>)| {
            known.unwrap_or_else(|| {
                let alone = Arc::new(Alone::of(audit, matched, &item.item(self.nowhere), self));
                self.keep(matched, item.text(), &alone);
                alone
            })
        };
        items.iter().zip(known).map(judged).collect()
    }

    fn keep(&self, matched: Matched, text: &str, alone: &Arc<Alone>) {
        let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
        if tables.size + alone.size > MOST {
            *tables = Tables::default();
        }
        tables.size += alone.size;
        tables.by_policy.entry(matched.index).or_default().insert(text.into(), Arc::clone(alone));
    }
}

/// A scope of a list as it is written.
pub(super) enum Written<'t> {
    /// Plain text: nothing in it has to be decoded or left out.
    Plain(&'t str),
    /// As the reader of lists has it.
    Read(Item),
}

impl Written<'_> {
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Read(item) => &item.written,
        }
    }

    /// The scope as the reader of lists has it.
    pub(super) fn item(&self, nowhere: SourceId) -> Item {
        match self {
            Self::Plain(text) => Item::new(*text, Place::new(nowhere, Span::default()), text.parse()),
            Self::Read(item) => Item { stray: None, ..item.clone() },
        }
    }
}

/// The scopes of a list, as [`read_list`] reads it.
pub(super) fn split(list: &str, nowhere: SourceId) -> Vec<Written<'_>> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b' ' | b',');
    let mut bytes = list.as_bytes().windows(2);
    let stray = list.ends_with('.') || bytes.any(|pair| matches!(pair, b". " | b".,"));
    if stray || !list.bytes().all(is_plain) {
        return read_list(nowhere, list, 1).items.into_iter().map(Written::Read).collect();
    }
    list.split([' ', ',']).filter(|text| !text.is_empty()).map(Written::Plain).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::Sources;

    proptest! {
        #[test]
        fn a_list_is_split_as_it_is_read(list in "([a-zA-Z]{0,3}[-._ ,;%+\"\\[{0]{0,2}){0,6}") {
            let nowhere = Sources::default().next_id();
            let read = read_list(nowhere, &list, 1).items;
            let split: Vec<Item> = split(&list, nowhere).iter().map(|written| written.item(nowhere)).collect();
            let words = |items: &[Item]| items.iter().map(|item| (item.written.clone(), item.scope.clone())).collect::<Vec<_>>();
            prop_assert_eq!(words(&split), words(&read));
        }
    }
}
