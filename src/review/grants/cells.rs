//! Scopes judged by themselves, each spelling once for each application. Lists are put together from them: what nearly
//! every rule says of a scope is the same in every list.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use ahash::RandomState;

use super::{Audit, Judgement, Matched};
use crate::access::ScopeId;
use crate::finding::{Finding, Severity};
use crate::input::token::{Facts, Grant, State};
use crate::input::{Item, read_list};
use crate::judge::{Judged, Verdict, judge_item};
use crate::report::{Line, Rows, service};
use crate::rules::{self, Profile};
use crate::scope::MOST_OF_A_LIST;
use crate::text::{Place, SourceId, Span};

/// The most bytes that all cells take, about. When there are more, they are forgotten and made anew.
const MOST: usize = 24 << 20;

/// What a cell takes besides its texts, about.
const WEIGHT: usize = 1000;

/// What a finding, a scope beside it, or a remark takes, about.
const LIGHT: usize = 200;

/// A spelling of a scope, judged for an application.
pub(super) struct Cell {
    /// What is said of it alone. Without texts where those do not matter.
    pub(super) judgement: Judgement,
    /// Nothing for what is no scope.
    pub(super) id: Option<ScopeId>,
    /// Before waivers.
    pub(super) plain: Verdict,
    /// The number of the service where figures count it.
    pub(super) service: usize,
    /// The findings that stand, as figures need them: the number of the rule and the severity.
    pub(super) told: Box<[(usize, Severity)]>,
    /// How many findings each waiver absolves, where it absolves any.
    pub(super) uses: Box<[(usize, usize)]>,
    /// The worst severity of what stands.
    pub(super) worst: Option<Severity>,
    /// An error is absolved.
    pub(super) is_absolved: bool,
    /// What it brings into combinations.
    pub(super) profile: Option<Profile>,
    /// Its line in each format, where nothing is said of its list.
    pub(super) lines: Box<[Line]>,
    size: usize,
}

impl Cell {
    /// What is judged.
    pub(super) fn judged(&self) -> &Judged {
        // A cell is made of one scope.
        &self.judgement.scopes[0]
    }

    /// The verdict where the scope stands first in its list, with what other findings on it there are.
    pub(super) fn verdict(&self, worst: Option<Severity>, is_absolved: bool) -> Verdict {
        let fails = self.worst.max(worst) == Some(Severity::Error);
        let waived = (self.is_absolved || is_absolved) && !fails;
        if waived { Verdict::Waived } else { self.plain }
    }

    fn of(audit: &Audit<'_>, matched: Matched, item: Item, cells: &Cells<'_>) -> Self {
        let mut grant = Grant::of_facts(&Facts::default(), cells.nowhere);
        grant.state = State::Known;
        grant.request.app = audit.app(matched).map(str::to_owned);
        let judged = judge_item(audit.judge_of(matched), &item, grant.request.app.as_deref());
        grant.request.items.push(item);
        let scopes = vec![judged];
        let inspection = audit.inspection(&grant, matched, &scopes, None);
        let found = inspection.scopes();
        let profile = scopes.first().and_then(|judged| rules::profile(&inspection.measure, judged));
        let mut judgement = audit.judgement(scopes, found, matched);
        let own = judgement.scopes[0].scope.as_ref().ok().map(|scope| audit.id(scope));
        let errors = |finding: &Finding| finding.severity == Severity::Error;
        let number = |finding: &Finding| Some((audit.rule_number(finding.rule)?, finding.severity));
        let mut cell = Self {
            id: own,
            plain: judgement.scopes[0].verdict,
            service: cells.service(service(&judgement.scopes[0])),
            told: judgement.findings.iter().filter_map(number).collect(),
            uses: judgement.uses.iter().copied().enumerate().filter(|(_, times)| *times > 0).collect(),
            worst: judgement.findings.iter().map(|finding| finding.severity).max(),
            is_absolved: judgement.waived.iter().any(|waived| errors(&waived.finding)),
            profile,
            lines: Box::default(),
            judgement: Judgement::default(),
            size: 0,
        };
        if cells.formats.is_empty() {
            judgement.strip();
        } else {
            // As it reads in a list.
            judgement.scopes[0].verdict = cell.verdict(None, false);
            let unit = judgement.unit(&grant, audit.owner(&grant));
            cell.lines = cells.formats.iter().map(|format| format.scope(&unit, 0)).collect();
            judgement.scopes[0].verdict = cell.plain;
        }
        cell.judgement = judgement;
        cell.size = cell.weight();
        cell
    }

    /// How many bytes it takes, about.
    fn weight(&self) -> usize {
        let Judgement { scopes, findings, waived, .. } = &self.judgement;
        let texts = |finding: &Finding| {
            let related: usize = finding.related.iter().map(|related| LIGHT + related.message.len()).sum();
            2 * LIGHT + finding.message.len() + finding.help.as_ref().map_or(0, String::len) + related
        };
        let findings: usize = findings.iter().chain(waived.iter().map(|waived| &waived.finding)).map(texts).sum();
        let lines: usize = self.lines.iter().map(|line| line.head.len() + line.tail.len()).sum();
        let above = self.profile.as_ref().map_or(0, Profile::above);
        let listed = |judged: &Judged| {
            let listed = judged.excess.len() + judged.decided_by.len();
            4 * judged.written.len() + judged.gives.len() + LIGHT * listed
        };
        WEIGHT + scopes.iter().map(listed).sum::<usize>() + LIGHT * self.told.len() + 8 * above + findings + lines
    }
}

/// All cells, for all workers.
pub(super) struct Cells<'s> {
    /// A source for places that are never shown.
    pub(super) nowhere: SourceId,
    /// The formats that want the words.
    pub(super) formats: Vec<&'s dyn Rows>,
    tables: RwLock<Tables>,
    services: RwLock<Vec<Box<str>>>,
}

/// By the application's index and the spelling.
#[derive(Default)]
struct Tables {
    by_policy: HashMap<usize, HashMap<Box<str>, Arc<Cell>, RandomState>>,
    size: usize,
}

impl<'s> Cells<'s> {
    /// None yet.
    pub(super) fn new(nowhere: SourceId, formats: Vec<&'s dyn Rows>) -> Self {
        let (tables, services) = Default::default();
        Self { nowhere, formats, tables, services }
    }

    /// The cell of a spelling.
    pub(super) fn cell(&self, audit: &Audit<'_>, matched: Matched, written: &Written<'_>) -> Arc<Cell> {
        let known = {
            let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
            tables.by_policy.get(&matched.index).and_then(|own| own.get(written.text())).cloned()
        };
        known.unwrap_or_else(|| {
            let cell = Arc::new(Cell::of(audit, matched, written.item(self.nowhere), self));
            let mut tables = self.tables.write().unwrap_or_else(PoisonError::into_inner);
            if tables.size + cell.size > MOST {
                *tables = Tables::default();
            }
            tables.size += cell.size;
            tables.by_policy.entry(matched.index).or_default().insert(written.text().into(), Arc::clone(&cell));
            cell
        })
    }

    /// The number of a service. There are no more than the catalog has.
    pub(super) fn service(&self, name: &str) -> usize {
        let mut services = self.services.write().unwrap_or_else(PoisonError::into_inner);
        let known = services.iter().position(|known| **known == *name);
        known.unwrap_or_else(|| {
            services.push(name.into());
            services.len() - 1
        })
    }

    /// The services by their numbers.
    pub(super) fn services(&self) -> Vec<Box<str>> {
        self.services.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A scope of a list as it is written.
pub(super) enum Written<'t> {
    /// Plain text: nothing in it has to be decoded or left out.
    Plain(&'t str),
    /// As the reader of lists has it.
    Read(Box<Item>),
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
        let place = Place::new(nowhere, Span::new(1, 2));
        match self {
            Self::Plain(text) => Item::new(*text, place, text.parse()),
            Self::Read(item) => Item { place, stray: None, ..(**item).clone() },
        }
    }
}

/// The scopes of a list, as [`read_list`] reads it.
pub(super) fn split<'t>(list: &'t str, nowhere: SourceId, into: &mut Vec<Written<'t>>) {
    into.clear();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b' ' | b',');
    let mut before = b' ';
    for byte in list.bytes().chain([b' ']) {
        if !is_plain(byte) || (before == b'.' && matches!(byte, b' ' | b',')) {
            into.extend(read_list(nowhere, list, 1).items.into_iter().map(|item| Written::Read(Box::new(item))));
            return;
        }
        before = byte;
    }
    into.extend(list.split([' ', ',']).filter(|text| !text.is_empty()).map(Written::Plain));
    if into.len() > MOST_OF_A_LIST {
        into.clear();
        into.extend(read_list(nowhere, list, 1).items.into_iter().map(|item| Written::Read(Box::new(item))));
    }
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
            let mut written = Vec::new();
            split(&list, nowhere, &mut written);
            let split: Vec<Item> = written.iter().map(|written| written.item(nowhere)).collect();
            let words = |items: &[Item]| items.iter().map(|item| (item.written.clone(), item.scope.clone())).collect::<Vec<_>>();
            prop_assert_eq!(words(&split), words(&read));
        }
    }
}
