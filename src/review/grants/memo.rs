//! What one worker knows: what frames of grants come to, the cells that it has met, and what it has counted.
//!
//! What a judgement depends on is the application, the spelling of the scopes, the data centre, and the old forms of the
//! response. A grant is put together from what is known of its frame and of its scopes; of lists that came lately, what
//! they come to is kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ahash::RandomState;

use super::cells::{Cell, Cells, Written, split};
use super::collect::Collector;
use super::sums::{Counts, Sum};
use super::{Audit, Judgement, Matched, state};
use crate::access::ScopeId;
use crate::finding::{Finding, Severity, Subject, Waived};
use crate::input::token::{Facts, Grant, StaleForm, State};
use crate::judge::{Judged, Verdict};
use crate::report::{GrantState, Line, Rows, Unit};
use crate::rules::{self, Pair};
use crate::scope::Scope;
use crate::text::{Place, Span};

/// So many lists that came lately are known: a power of two.
const LISTS: usize = 8192;

/// A longer list is not kept, in bytes.
const LONG: usize = 2048;

/// A list of more scopes is judged as a whole: rules say less of each of so many scopes.
const MOST_SCOPES: usize = 100;

/// So many spellings are remembered.
const SPELLINGS: usize = 50_000;

/// Of so many pairs of scopes is remembered what is said.
const PAIRS: usize = 10_000;

/// So many frames of grants are remembered, that is combinations of application, API host and whatever else a response
/// says.
const FRAMES: usize = 20_000;

/// So many kinds of frames are remembered: a real export has a few for each application.
const KINDS: usize = 4000;

type Table<K, V> = HashMap<K, V, RandomState>;

/// What is said of two scopes, by the application's index, which combinations they are, and both.
type Pairs = Table<(usize, usize, [Option<ScopeId>; 2]), Arc<Judgement>>;

/// Everything of a grant but its scopes, and what the rules say of that.
struct Frame {
    matched: Matched,
    /// The grant without its scopes.
    grant: Grant,
    said: Judgement,
}

impl Frame {
    /// Whether the rules say the same of both, so that they are judged alike whatever the scopes. The data centre counts
    /// where it is asked for; where rules speak of it, their findings differ.
    fn is_like(&self, other: &Self, with_data_centre: bool) -> bool {
        self.matched == other.matched
            && self.grant.state == other.grant.state
            && (!with_data_centre || self.grant.data_centre == other.grant.data_centre)
            && self.said.findings == other.said.findings
            && self.said.waived == other.said.waived
    }

    fn state(&self) -> GrantState {
        state(&self.grant)
    }
}

/// A grant without its scopes.
#[derive(Clone, Copy)]
struct Framed {
    kind: usize,
    data_centre: Option<&'static str>,
}

/// What one worker knows.
pub(super) struct Memo {
    /// By the application's index, then by the spelling: numbers of cells.
    spellings: Table<usize, Table<Box<str>, usize>>,
    cells: Vec<Arc<Cell>>,
    /// What the rule on pairs says of two scopes, for an application.
    pairs: Pairs,
    /// By the application and everything that the response says, but for the scopes.
    frames: Table<Box<[u8]>, Framed>,
    /// Frames of which the rules say the same are of one kind.
    kinds: Vec<Frame>,
    /// Lists that came lately, each where its digest says, and one place more for those that are not kept.
    lists: Vec<Known>,
    hashes: RandomState,
    key: Vec<u8>,
    counts: Counts,
    /// What is held, for a lock.
    held: BTreeMap<Whose, Held>,
}

/// An application's index, the client's name where no application is known, and the data centre.
type Whose = (usize, Option<Box<str>>, Option<&'static str>);

/// What tokens hold together.
#[derive(Default)]
struct Held {
    is_unknown: bool,
    is_failed: bool,
    scopes: HashMap<ScopeId, Scope>,
}

/// A list in its frame, and how many grants have it.
#[derive(Default)]
pub(super) struct Known {
    key: Vec<u8>,
    matched: Matched,
    pub(super) offends: bool,
    lines: Vec<LineOf>,
    sum: Sum,
    times: usize,
}

/// A line of a grant.
enum LineOf {
    /// As the cell has it.
    Cell(Arc<Cell>),
    /// Its own, in each format.
    Own(Vec<Vec<Line>>),
}

impl Known {
    /// Takes everything out, and keeps the room.
    fn forget(&mut self) {
        self.key.clear();
        self.lines.clear();
        self.sum.clear();
        self.times = 0;
    }

    /// The lines for a grant of this kind in one of the formats.
    pub(super) fn lines(&self, format: usize) -> impl Iterator<Item = &Line> {
        self.lines.iter().flat_map(move |line| match line {
            LineOf::Cell(cell) => cell.lines.get(format..=format).unwrap_or(&[]),
            LineOf::Own(lines) => lines.get(format).map_or(&[][..], Vec::as_slice),
        })
    }
}

/// What is known of one grant.
#[derive(Clone, Copy)]
pub(super) struct Answer<'m> {
    pub(super) known: &'m Known,
    pub(super) matched: Matched,
    pub(super) state: GrantState,
    pub(super) data_centre: Option<&'static str>,
}

/// What a memo's judgements are for.
#[derive(Clone, Copy)]
pub(super) struct Purpose<'p> {
    pub(super) audit: &'p Audit<'p>,
    /// What is known of single scopes.
    pub(super) cells: &'p Cells<'p>,
    /// The names of clients count, and what they hold, for a lock.
    pub(super) names_count: bool,
}

/// A scope in its list.
struct Part<'m> {
    cell: &'m Arc<Cell>,
    /// It stands in the list for the first time: rules look at it here.
    is_first: bool,
    /// What rules on the whole list say of it: an error that stands, an error that is absolved.
    worst: Option<Severity>,
    is_absolved: bool,
}

impl Default for Memo {
    fn default() -> Self {
        let mut lists = Vec::new();
        lists.resize_with(LISTS + 1, Known::default);
        Self {
            spellings: Table::default(),
            cells: Vec::new(),
            pairs: Table::default(),
            frames: Table::default(),
            kinds: Vec::new(),
            lists,
            hashes: RandomState::new(),
            key: Vec::new(),
            counts: Counts::default(),
            held: BTreeMap::new(),
        }
    }
}

impl Memo {
    /// The judgement on a grant that was read in full, counted once more.
    pub(super) fn of_grant(&mut self, purpose: Purpose<'_>, grant: &Grant) -> Answer<'_> {
        let scopes: Vec<&str> = grant.request.items.iter().map(|item| item.written.as_str()).collect();
        let scopes = scopes.join(" ");
        let has = |form| grant.stale.iter().any(|stale| stale.form == form);
        let facts = Facts {
            labels: [grant.labels.first().map(|(label, _)| label.as_str()), None, None],
            scope: (grant.state == State::Known).then_some(scopes.as_str()),
            api_domain: grant.api_domain.as_ref().map(|(host, _)| host.as_str()),
            data_centre: grant.data_centre,
            is_in_milliseconds: has(StaleForm::Milliseconds),
            has_expires_in_sec: has(StaleForm::ExpiresInSec),
        };
        self.of_facts(purpose, &facts, Some(grant))
    }

    /// The judgement on a grant of these facts, counted once more. `read` is the grant, where it was read in full.
    pub(super) fn of_facts(&mut self, purpose: Purpose<'_>, facts: &Facts<'_>, read: Option<&Grant>) -> Answer<'_> {
        let audit = purpose.audit;
        let matched = match read {
            Some(grant) => audit.matched(grant.owners()),
            None => audit.matched(facts.owners()),
        };
        let label = facts.labels().next().filter(|_| purpose.names_count && audit.app(matched).is_none());
        let Framed { kind, data_centre } = self.frame(purpose, facts, matched, read);
        // Lengths stand before the texts, so that no two kinds of grant have one key.
        self.key.clear();
        self.key.extend_from_slice(&kind.to_le_bytes());
        let text = label.unwrap_or_default();
        self.key.extend_from_slice(&text.len().to_le_bytes());
        self.key.extend_from_slice(text.as_bytes());
        self.key.extend_from_slice(facts.scope.unwrap_or_default().as_bytes());
        let is_kept = self.key.len() <= LONG;
        let hash = self.hashes.hash_one(self.key.as_slice());
        let at = if is_kept { usize::try_from(hash).unwrap_or(usize::MAX) & (LISTS - 1) } else { LISTS };
        if !is_kept || self.lists[at].key != self.key {
            let mut known = std::mem::take(&mut self.lists[at]);
            self.counts.add(known.matched, &known.sum, known.times);
            known.forget();
            if is_kept {
                known.key.extend_from_slice(&self.key);
            }
            self.learn(purpose, facts.scope.unwrap_or_default(), kind, label, &mut known);
            self.lists[at] = known;
        }
        let state = self.kinds[kind].state();
        let known = &mut self.lists[at];
        known.times += 1;
        Answer { known, matched, state, data_centre }
    }

    /// Everything that decides, but for the scopes.
    fn frame(&mut self, purpose: Purpose<'_>, facts: &Facts<'_>, matched: Matched, read: Option<&Grant>) -> Framed {
        let failed = read.map(|grant| &grant.state).filter(|state| matches!(state, State::Failed(_)));
        let differs = read.is_some_and(|grant| grant.differs.is_some());
        let holds = |list: &str| {
            let mut items = Vec::new();
            list.starts_with(|c: char| c.is_ascii_alphanumeric()) || {
                split(list, purpose.cells.nowhere, &mut items);
                !items.is_empty()
            }
        };
        let is_known = facts.scope.is_some_and(holds);
        let message = match failed {
            Some(State::Failed(failure)) => Some(failure.message()),
            _ => None,
        };
        let flags = [
            differs,
            facts.is_in_milliseconds,
            facts.has_expires_in_sec,
            is_known,
            facts.api_domain.is_some(),
            facts.data_centre.is_some(),
            failed.is_some(),
        ];
        self.key.clear();
        matched.add_to(&mut self.key);
        self.key.extend_from_slice(&flags.map(u8::from));
        for text in [facts.api_domain, facts.data_centre, message.as_deref()] {
            let text = text.unwrap_or_default();
            self.key.extend_from_slice(&text.len().to_le_bytes());
            self.key.extend_from_slice(text.as_bytes());
        }
        if let Some(framed) = self.frames.get(self.key.as_slice()) {
            return *framed;
        }
        let audit = purpose.audit;
        let mut grant = Grant::of_facts(&Facts { scope: None, ..*facts }, purpose.cells.nowhere);
        grant.state = failed.cloned().unwrap_or(if is_known { State::Known } else { State::Unknown });
        grant.differs = differs.then_some(grant.place);
        audit.assign(&mut grant, matched);
        let said = audit.judgement(Vec::new(), audit.of_grant(&grant, matched), matched);
        let data_centre = grant.data_centre;
        let kind = self.kind(Frame { matched, grant, said }, purpose.names_count);
        if self.frames.len() >= FRAMES {
            self.frames.clear();
        }
        let framed = Framed { kind, data_centre };
        self.frames.insert(self.key.as_slice().into(), framed);
        framed
    }

    /// The kind of a frame. Data centres matter where names count, for a lock.
    fn kind(&mut self, frame: Frame, names_count: bool) -> usize {
        let known = self.kinds.iter().position(|known| known.is_like(&frame, names_count));
        known.unwrap_or_else(|| {
            if self.kinds.len() >= KINDS {
                self.flush();
                self.frames.clear();
                self.kinds.clear();
            }
            self.kinds.push(frame);
            self.kinds.len() - 1
        })
    }

    /// Counts what has not been counted yet, and forgets the lists.
    fn flush(&mut self) {
        for known in &mut self.lists {
            self.counts.add(known.matched, &known.sum, known.times);
            *known = Known::default();
        }
    }

    /// Judges a list in a frame.
    fn learn(&mut self, purpose: Purpose<'_>, list: &str, kind: usize, label: Option<&str>, known: &mut Known) {
        let Purpose { audit, cells, names_count } = purpose;
        let mut items = Vec::new();
        split(list, cells.nowhere, &mut items);
        let matched = self.kinds[kind].matched;
        if items.len() > MOST_SCOPES || audit.requested(matched).is_some() {
            return self.learn_whole(purpose, list, kind, label, known);
        }
        let numbers = self.numbers(purpose, matched, &items);
        let mut parts: Vec<Part<'_>> = Vec::with_capacity(items.len());
        for number in numbers {
            let cell = &self.cells[number];
            let is_first = cell.id.is_none() || parts.iter().all(|part| part.cell.id != cell.id);
            parts.push(Part { cell, is_first, worst: None, is_absolved: false });
        }
        let pairs = said_of_pairs(&mut self.pairs, purpose, matched, &parts);
        for (at, said) in &pairs {
            let errors = |finding: &Finding| finding.severity == Severity::Error;
            if let Some(part) = parts.get_mut(*at) {
                part.worst = part.worst.max(said.findings.iter().map(|finding| finding.severity).max());
                part.is_absolved |= said.waived.iter().any(|waived| errors(&waived.finding));
            }
        }
        let frame = &self.kinds[kind];
        let state = frame.state();
        let sum = &mut known.sum;
        sum.all.add_state(state, 1);
        for part in &parts {
            let worst = part.worst.max(part.cell.worst).filter(|_| part.is_first);
            sum.scope(part.cell.service, part.verdict(), worst, state);
        }
        parts.iter().filter(|part| part.is_first).for_each(|part| sum.alone(part.cell, state));
        for (at, said) in &pairs {
            let owner = parts.get(*at).map(|part| part.cell.service);
            said.findings.iter().for_each(|finding| sum.found(audit, finding, owner, state));
            sum.used(said.uses.iter().copied().enumerate());
        }
        frame.said.findings.iter().for_each(|finding| sum.found(audit, finding, None, state));
        sum.used(frame.said.uses.iter().copied().enumerate());
        known.matched = matched;
        known.offends = sum.all.offending_grants > 0;
        if !cells.formats.is_empty() {
            known.lines = lines(&cells.formats, audit.owner(&frame.grant), frame, &items, &parts, &pairs);
        }
        if names_count {
            let held = parts.iter().filter_map(|part| Some((part.cell.id?, part.cell.judged().scope.as_ref().ok()?)));
            hold(&mut self.held, frame, label, held);
        }
    }

    /// [`Memo::learn`] for a list that rules see as a whole.
    fn learn_whole(&mut self, purpose: Purpose<'_>, list: &str, kind: usize, label: Option<&str>, known: &mut Known) {
        let Purpose { audit, cells, names_count } = purpose;
        let frame = &self.kinds[kind];
        let mut grant = frame.grant.clone();
        grant.request = Grant::of_facts(&Facts { scope: Some(list), ..Facts::default() }, cells.nowhere).request;
        let judgement = audit.judge(&mut grant, frame.matched);
        known.matched = frame.matched;
        known.sum = Sum::of(audit, cells, frame.state(), &judgement);
        known.offends = known.sum.all.offending_grants > 0;
        let unit = judgement.unit(&frame.grant, audit.owner(&frame.grant));
        let own: Vec<Vec<Line>> = cells.formats.iter().map(|format| format.lines(&unit)).collect();
        known.lines.extend((!own.is_empty()).then_some(LineOf::Own(own)));
        if names_count {
            let scopes = judgement.scopes.iter().filter_map(|judged| judged.scope.as_ref().ok());
            hold(&mut self.held, frame, label, scopes.map(|scope| (audit.id(scope), scope)));
        }
    }

    /// The cells of a list's scopes.
    fn numbers(&mut self, purpose: Purpose<'_>, matched: Matched, items: &[Written<'_>]) -> Vec<usize> {
        if self.cells.len() > SPELLINGS {
            self.cells.clear();
            self.spellings.clear();
        }
        let own = self.spellings.entry(matched.index).or_default();
        let number = |item: &Written<'_>| {
            own.get(item.text()).copied().unwrap_or_else(|| {
                self.cells.push(purpose.cells.cell(purpose.audit, matched, item));
                own.insert(item.text().into(), self.cells.len() - 1);
                self.cells.len() - 1
            })
        };
        items.iter().map(number).collect()
    }

    /// Hands over everything that was counted and held.
    pub(super) fn finish(mut self, cells: &Cells<'_>, collector: &mut Collector<'_>) {
        self.flush();
        collector.take(&self.counts, &cells.services());
        for ((index, label, data_centre), held) in &self.held {
            let matched = Matched { index: *index, ..Matched::default() };
            let state = if held.is_unknown { GrantState::Unknown } else { GrantState::Known };
            collector.hold(matched, label.as_deref(), *data_centre, state, held.scopes.values());
            if held.is_failed {
                collector.hold(matched, label.as_deref(), *data_centre, GrantState::Failed, []);
            }
        }
    }
}

/// What rules say of the scopes together, each with the index of the scope that it is about. Of a list that nobody wrote,
/// and of which nobody says what is requested, one rule has something to say.
fn said_of_pairs(
    known: &mut Pairs,
    purpose: Purpose<'_>,
    matched: Matched,
    parts: &[Part<'_>],
) -> Vec<(usize, Arc<Judgement>)> {
    let profiles = parts.iter().enumerate().filter(|(_, part)| part.is_first);
    let profiles: Vec<_> = profiles.filter_map(|(at, part)| Some((at, part.cell.profile.as_ref()?))).collect();
    if known.len() > PAIRS {
        known.clear();
    }
    let said = |pair: &Pair<'_>| {
        let id = |at: usize| parts.get(at).and_then(|part| part.cell.id);
        let key = (matched.index, pair.kind(), [id(pair.one), id(pair.other)]);
        let said = known.entry(key).or_insert_with(|| {
            let place = |start| Place::new(purpose.cells.nowhere, Span::new(start, start + 1));
            let finding = pair.finding([place(0), place(1)]);
            Arc::new(purpose.audit.judgement(Vec::new(), vec![finding], matched))
        });
        (pair.other, Arc::clone(said))
    };
    rules::pairs(&profiles).iter().map(said).collect()
}

/// Notes what is held, for a lock.
fn hold<'s>(
    held: &mut BTreeMap<Whose, Held>,
    frame: &Frame,
    label: Option<&str>,
    scopes: impl Iterator<Item = (ScopeId, &'s Scope)>,
) {
    let state = frame.state();
    // What has no name, and of which nothing was read, has no place in a lock.
    if state == GrantState::Failed && frame.grant.request.app.is_none() && label.is_none() {
        return;
    }
    let held = held.entry((frame.matched.index, label.map(Box::from), frame.grant.data_centre)).or_default();
    held.is_unknown |= state.is_unknown();
    held.is_failed |= state == GrantState::Failed;
    for (id, scope) in scopes {
        held.scopes.entry(id).or_insert_with(|| scope.clone());
    }
}

impl Part<'_> {
    fn verdict(&self) -> Verdict {
        if self.is_first { self.cell.verdict(self.worst, self.is_absolved) } else { self.cell.plain }
    }

    /// Whether it reads as where nothing is said of its list.
    fn is_plain(&self, said: &[(usize, Arc<Judgement>)], at: usize) -> bool {
        self.is_first && said.iter().all(|(of, _)| *of != at)
    }
}

/// The lines of a list: those of its cells, and where something is said of the list, lines of its own.
fn lines(
    formats: &[&dyn Rows],
    owner: Option<&str>,
    frame: &Frame,
    items: &[Written<'_>],
    parts: &[Part<'_>],
    said: &[(usize, Arc<Judgement>)],
) -> Vec<LineOf> {
    let mut scopes: Vec<Judged> = Vec::new();
    let mut own: Vec<Option<usize>> = Vec::with_capacity(parts.len());
    // Lines of their own have scopes of their own; all others are the cells'.
    for (at, (part, item)) in parts.iter().zip(items).enumerate() {
        own.push((!part.is_plain(said, at)).then_some(scopes.len()));
        if part.is_plain(said, at) {
            continue;
        }
        // A scope that stands there again, in whatever spelling, is told as the first time.
        let first = parts.iter().find(|first| first.cell.id == part.cell.id).filter(|_| !part.is_first);
        let judged = first.map_or(part.cell.judged(), |first| first.cell.judged());
        scopes.push(Judged { written: item.text().to_owned(), verdict: part.verdict(), ..judged.clone() });
    }
    let about = |finding: &Finding, at: usize| {
        let mut finding = finding.clone();
        finding.subject = Subject::Scope(at);
        finding
    };
    let mut findings: Vec<Finding> = Vec::new();
    let mut waived: Vec<Waived> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let Some(row) = own.get(at).copied().flatten() else { continue };
        let judged = part.is_first.then_some(&part.cell.judgement).into_iter();
        let of_list = said.iter().filter(|(of, _)| *of == at).map(|(_, said)| &**said);
        for judgement in judged.chain(of_list) {
            findings.extend(judgement.findings.iter().map(|finding| about(finding, row)));
            let accepted = judgement.waived.iter();
            waived.extend(accepted.map(|waived| Waived { finding: about(&waived.finding, row), ..waived.clone() }));
        }
    }
    findings.sort_by_key(|finding| finding.rule.code);
    waived.sort_by_key(|waived| waived.finding.rule.code);
    let unit = Unit {
        scopes: scopes.iter().collect(),
        findings: findings.iter().collect(),
        waived: waived.iter().collect(),
        ..frame.said.unit(&frame.grant, owner)
    };
    // What stands around the scopes counts all of them and everything that is said.
    let all = parts.iter().map(|part| part.cell.judged()).collect();
    let alone = parts.iter().filter(|part| part.is_first).flat_map(|part| &part.cell.judgement.findings);
    let of_list = said.iter().flat_map(|(_, said)| &said.findings);
    let everything = alone.chain(of_list).chain(&frame.said.findings).collect();
    let whole = Unit { scopes: all, findings: everything, ..frame.said.unit(&frame.grant, owner) };
    let mut lines =
        vec![LineOf::Own(formats.iter().map(|format| format.before(&whole).into_iter().collect()).collect())];
    for (part, own) in parts.iter().zip(own) {
        lines.push(match own {
            None => LineOf::Cell(Arc::clone(part.cell)),
            Some(row) => LineOf::Own(formats.iter().map(|format| vec![format.scope(&unit, row)]).collect()),
        });
    }
    lines.push(LineOf::Own(formats.iter().map(|format| format.after(&whole)).collect()));
    lines
}
