//! The entries of a policy's list, compiled: which scopes they name, and which of them name what a scope may reach.
//!
//! An entry names literally: its path with its wildcards, and every operation that its operation word stands for. All
//! entries of a list stand in one tree of parts, so that asking costs the parts of the scope, not the number of entries.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::access::{Bits, Graph, Operations, Reading, Region, operation_words};
use crate::catalog::Catalog;
use crate::policy::Entry;
use crate::scope::{Part, Scope, compare_names};

/// The compiled entries of one list.
#[derive(Debug)]
pub(super) struct Entries<'p> {
    entries: Vec<&'p Entry>,
    /// For each entry whether it names full access of a service: a wildcard for resources does not mean it.
    spans: Vec<bool>,
    nodes: Vec<Node>,
    met: Mutex<HashMap<Spot, Arc<Bits>>>,
}

/// What decides which entries name something in a region without holes: the places where its path ends, the words that
/// may follow (all, where there are none), and whether full access is among them.
type Spot = (Places, Option<Vec<String>>, bool);

/// Above so many entries it is worth to remember them: the unknown names below a `**` all lead to the same ones.
const WORTH_MEMORY: usize = 64;

/// How many such sets are remembered, so that names which nobody knows fill no memory.
const MOST_REMEMBERED: usize = 4096;

/// A place in entries up to which a scope's parts were read.
#[derive(Debug, Default)]
struct Node {
    /// Where each name leads, in the order of the names without case.
    names: Vec<(String, Vec<usize>)>,
    /// Where any one part leads.
    one: Option<usize>,
    /// The place after a `**` that begins here.
    many: Option<usize>,
    /// This is the place after a `**`: any part leads here again.
    loops: bool,
    /// The entries that end here.
    ends: Vec<usize>,
    /// Some entry goes on from here to any operation.
    any_follows: bool,
    /// The operations to which entries go on from here, in the order of their names.
    follow: Vec<String>,
    /// Some entry goes on from here to full access of a service.
    full_follows: bool,
}

/// Places in entries, each once.
pub(super) type Places = Vec<usize>;

impl<'p> Entries<'p> {
    pub(super) fn new(catalog: &Catalog, entries: Vec<&'p Entry>) -> Self {
        let mut nodes = vec![Node::default()];
        let mut children: HashMap<(usize, Part), usize> = HashMap::new();
        let mut names: Vec<BTreeMap<String, Vec<usize>>> = vec![BTreeMap::new()];
        let mut follow: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
        let mut spans = Vec::with_capacity(entries.len());
        for (number, entry) in entries.iter().enumerate() {
            let mut parts = entry.pattern.parts().to_vec();
            spans.push(spans_service(&parts));
            if parts.len() > 1 {
                parts[0] = with_service(catalog, &parts[0]);
            }
            let full = names_full_access(&parts);
            let mut at = 0;
            let last = parts.len().saturating_sub(1);
            for (position, part) in parts.iter().enumerate() {
                match &parts[last] {
                    _ if full => nodes[at].full_follows = true,
                    Part::Names(operations) => follow[at].extend(operations.iter().cloned()),
                    _ => nodes[at].any_follows = true,
                }
                // Its word is no operation on a resource of that name.
                let part = if full && position == last { Part::Names(vec![FULL.to_owned()]) } else { part.clone() };
                at = *children.entry((at, part.clone())).or_insert_with(|| {
                    let next = nodes.len();
                    match &part {
                        Part::One => nodes[at].one = Some(next),
                        Part::Many => nodes[at].many = Some(next),
                        Part::Names(own) => {
                            own.iter().for_each(|name| names[at].entry(name.clone()).or_default().push(next));
                        }
                    }
                    nodes.push(Node { loops: part == Part::Many, ..Node::default() });
                    names.push(BTreeMap::new());
                    follow.push(BTreeSet::new());
                    next
                });
            }
            nodes[at].ends.push(number);
            nodes[at].any_follows |= nodes[at].loops;
        }
        for ((node, names), follow) in nodes.iter_mut().zip(names).zip(follow) {
            node.names = names.into_iter().collect();
            node.names.sort_by(|(a, _), (b, _)| compare_names(a, b));
            node.follow = follow.into_iter().collect();
            node.follow.sort_by(|a, b| compare_names(a, b));
        }
        Self { entries, spans, nodes, met: Mutex::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn entry(&self, number: usize) -> &'p Entry {
        self.entries[number]
    }

    pub(super) fn start(&self) -> Places {
        self.closed(vec![0])
    }

    /// The names that lead on from some places, in lower case.
    pub(super) fn names_after(&self, places: &[usize]) -> BTreeSet<&str> {
        places.iter().flat_map(|place| &self.nodes[*place].names).map(|(name, _)| name.as_str()).collect()
    }

    /// The places, and those after a `**` that stands for nothing.
    fn closed(&self, mut places: Places) -> Places {
        let mut next = 0;
        while let Some(&place) = places.get(next) {
            next += 1;
            places.extend(self.nodes[place].many);
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    pub(super) fn step(&self, places: &[usize], name: &str) -> Places {
        let mut found = Vec::new();
        for &place in places {
            let node = &self.nodes[place];
            found.extend(node.loops.then_some(place));
            found.extend(node.one);
            if let Ok(at) = node.names.binary_search_by(|(known, _)| compare_names(known, name)) {
                found.extend(&node.names[at].1);
            }
        }
        self.closed(found)
    }

    fn step_any(&self, places: &[usize]) -> Places {
        let mut found = Vec::new();
        for &place in places {
            let node = &self.nodes[place];
            found.extend(node.loops.then_some(place));
            found.extend(node.one);
            found.extend(node.names.iter().flat_map(|(_, to)| to));
        }
        self.closed(found)
    }

    fn ends<'a>(&'a self, places: &'a [usize]) -> impl Iterator<Item = usize> + 'a {
        places.iter().flat_map(|place| &self.nodes[*place].ends).copied()
    }

    fn has_end(&self, places: &[usize]) -> bool {
        places.iter().any(|place| !self.nodes[*place].ends.is_empty())
    }

    /// Which scopes of a service are named. In the reading *at most* a doubtful meaning of an operation word counts.
    pub(super) fn named(&self, graph: Graph<'_>, service: usize, reading: Reading) -> Bits {
        let mut bits = Bits::default();
        self.each_named(graph, service, reading, |number, _| {
            bits.insert(number);
        });
        bits
    }

    /// Shows every scope of a service that is named, with the places where the entries that name it may end.
    pub(super) fn each_named(
        &self,
        graph: Graph<'_>,
        service: usize,
        reading: Reading,
        mut show: impl FnMut(usize, &[usize]),
    ) {
        let facts = graph.catalog().numbered(service);
        let start = self.start();
        for (at, word) in facts.words.iter().enumerate() {
            let places = self.step(&start, &word.name);
            if self.has_end(&places) {
                show(graph.word(service, at), &places);
            }
        }
        let own = self.step(&start, &facts.name);
        if own.is_empty() {
            return;
        }
        for (at, resource) in facts.resources.iter().enumerate() {
            let places = resource.path.iter().fold(own.clone(), |places, part| self.step(&places, part));
            if places.is_empty() {
                continue;
            }
            let all = self.step(&places, "all");
            let words = operation_words(Some(facts)).map(|word| (word, self.step(&places, word)));
            let words: Vec<(&str, Places)> = words.filter(|(_, places)| self.has_end(places)).collect();
            for (number, operation) in resource.operations.iter().enumerate() {
                let mut ends = self.step(&places, &operation.name);
                ends.extend(&all);
                for (word, more) in &words {
                    if graph.stands_for(service, &resource.path, word, &operation.name, reading) {
                        ends.extend(more);
                    }
                }
                if self.has_end(&ends) {
                    show(graph.operation(service, at, number), &ends);
                }
            }
        }
        if let Some(number) = graph.full_access(service) {
            let places = self.step(&own, "fullaccess");
            let places = [self.step(&places, "all"), self.step(&places, FULL)].concat();
            if self.ends(&places).any(|entry| self.spans[entry]) {
                show(number, &places);
            }
        }
    }

    /// Marks the entries that name any of some scopes of a service.
    pub(super) fn mark(&self, graph: Graph<'_>, service: usize, reading: Reading, scopes: &Bits, found: &mut Bits) {
        self.each_named(graph, service, reading, |number, places| {
            if scopes.contains(number) {
                self.ends(places).for_each(|entry| _ = found.insert(entry));
            }
        });
    }

    /// The entries that name a permission in the reading *at least*, in order.
    pub(super) fn naming(&self, graph: Graph<'_>, scope: &Scope) -> Vec<usize> {
        let Some((path, operation)) = scope.operation().map(|operation| (scope.resource(), operation)) else {
            let mut found: Vec<usize> = scope
                .parts()
                .iter()
                .flat_map(|word| self.ends(&self.step(&self.start(), word)).collect::<Vec<_>>())
                .collect();
            found.sort_unstable();
            return found;
        };
        let service = scope.service().unwrap_or_default();
        let places = path.iter().fold(self.step(&self.start(), service), |places, part| self.step(&places, part));
        if places.is_empty() {
            return Vec::new();
        }
        let full = scope.is_full_access();
        let words = match path {
            // The word of full access is no operation on a resource of that name.
            [_] if full => vec![operation.to_owned(), FULL.to_owned()],
            [resource] if resource.eq_ignore_ascii_case("fullaccess") => vec![operation.to_owned()],
            _ => graph.words_for(graph.catalog().number(service), path, operation),
        };
        let mut found: Vec<usize> =
            words.iter().flat_map(|word| self.ends(&self.step(&places, word)).collect::<Vec<_>>()).collect();
        found.retain(|entry| !full || self.spans[*entry]);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Whether an entry names something in a region.
    pub(super) fn meets(&self, region: &Region) -> bool {
        let places = self.within(region);
        let Some(operations) = &region.operations else { return self.has_end(&places) };
        if region.holes.is_empty() {
            return places.iter().any(|place| self.follows(*place, region));
        }
        let mut met = false;
        self.visit(region, operations, &places, &mut |_| {
            met = true;
            false
        });
        met
    }

    /// The entries that name something in a region.
    pub(super) fn meeting(&self, region: &Region, found: &mut Bits) {
        let places = self.within(region);
        let Some(operations) = &region.operations else {
            return self.ends(&places).for_each(|entry| _ = found.insert(entry));
        };
        let visited = || {
            let mut met = Bits::default();
            let mut count = 0;
            self.visit(region, operations, &places, &mut |entry| {
                count += usize::from(met.insert(entry));
                true
            });
            (met, count)
        };
        if !region.holes.is_empty() {
            return found.add(&visited().0);
        }
        let words = (*operations != Operations::Any).then(|| region.words.clone());
        let spot = (places.clone(), words, region.is_whole);
        let remembered = || self.met.lock().unwrap_or_else(PoisonError::into_inner);
        let known = remembered().get(&spot).cloned();
        let met = known.unwrap_or_else(|| {
            let (met, count) = visited();
            let met = Arc::new(met);
            let mut all = remembered();
            if count > WORTH_MEMORY && all.len() < MOST_REMEMBERED {
                all.insert(spot, met.clone());
            }
            met
        });
        found.add(&met);
    }

    /// The places to which the path of a region leads.
    fn within(&self, region: &Region) -> Places {
        let mut places = self.start();
        // Places that a wildcard reached by a name that nobody knows: it may stand for the next such name as well.
        let mut wild: Places = Vec::new();
        for (at, part) in region.path.iter().enumerate() {
            let is_unknown = at >= region.unknown_from;
            let ones: Places = places.iter().filter_map(|place| self.nodes[*place].one).collect();
            places = match part {
                Part::Names(names) => self.closed(names.iter().flat_map(|name| self.step(&places, name)).collect()),
                Part::One => self.step_any(&places),
                Part::Many => {
                    let mut all = places;
                    loop {
                        let more = self.closed(all.iter().copied().chain(self.step_any(&all)).collect());
                        if more.len() == all.len() {
                            break all;
                        }
                        all = more;
                    }
                }
            };
            if is_unknown {
                places.extend(&wild);
                wild.extend(ones);
                places = self.closed(places);
            }
        }
        places
    }

    /// Whether some entry goes on from a place to an operation of a region.
    fn follows(&self, place: usize, region: &Region) -> bool {
        let node = &self.nodes[place];
        node.any_follows
            || (region.is_whole && node.full_follows)
            || match &region.operations {
                None => false,
                Some(Operations::Any) => !node.follow.is_empty(),
                Some(Operations::Of(_)) => region
                    .words
                    .iter()
                    .any(|word| node.follow.binary_search_by(|known| compare_names(known, word)).is_ok()),
            }
    }

    /// Shows every entry that goes on from some places to one of the operations, until told to stop.
    fn visit(&self, region: &Region, operations: &Operations, places: &[usize], show: &mut impl FnMut(usize) -> bool) {
        let is_meant = |name: &str| match operations {
            _ if name == FULL => region.is_whole,
            Operations::Any => true,
            Operations::Of(_) => region.words.iter().any(|word| word.eq_ignore_ascii_case(name)),
        };
        // How many parts of nobody's name are worth trying: more than any hole has.
        let most = region.holes.iter().map(|hole| hole.parts().len() + 1).max().unwrap_or(0);
        let is_hole = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
            region.holes.iter().any(|hole| hole.matches_parts(&path))
        };
        let parent: Vec<&str> = region
            .path
            .iter()
            .skip(1)
            .filter_map(|part| match part {
                Part::Names(names) => names.first().map(String::as_str),
                _ => None,
            })
            .collect();
        let mut seen = HashSet::new();
        let mut open: Vec<(usize, Vec<&str>)> = places.iter().map(|place| (*place, parent.clone())).collect();
        while let Some((place, path)) = open.pop() {
            // Without holes the way to a place does not matter.
            if (most == 0 && !seen.insert(place)) || !self.follows(place, region) {
                continue;
            }
            let node = &self.nodes[place];
            if !is_hole(&path) {
                let named = node.names.iter().filter(|(name, _)| is_meant(name)).flat_map(|(_, to)| to);
                let last: Places = named.copied().chain(node.one).chain(node.loops.then_some(place)).collect();
                let last = self.closed(last);
                if !self.ends(&last).all(&mut *show) {
                    return;
                }
            }
            if most == 0 {
                let next = node.names.iter().flat_map(|(_, to)| to).chain(&node.one).copied();
                open.extend(self.closed(next.collect()).into_iter().map(|next| (next, Vec::new())));
                continue;
            }
            for (name, to) in &node.names {
                let mut longer = path.clone();
                longer.push(name);
                for next in self.closed(to.clone()) {
                    open.push((next, longer.clone()));
                }
            }
            let mut longer = path.clone();
            longer.push(UNHEARD);
            if let Some(one) = node.one {
                for next in self.closed(vec![one]) {
                    open.push((next, longer.clone()));
                }
            }
            if node.loops && longer.iter().filter(|part| **part == UNHEARD).count() <= most {
                open.push((place, longer));
            }
        }
    }
}

/// A name that nothing has.
const UNHEARD: &str = "?";

/// The word of full access, which is no operation on a resource; no other word has its character.
const FULL: &str = "full access";

/// Whether an entry names full access of services and nothing else.
fn names_full_access(parts: &[Part]) -> bool {
    let is = |part: &Part, name: &str| matches!(part, Part::Names(names) if names.as_slice() == [name]);
    matches!(parts, [.., _, resource, operation] if is(resource, "fullaccess") && is(operation, "all"))
}

/// Whether a pattern names full access: by its name, or because it spans everything in its service.
fn spans_service(parts: &[Part]) -> bool {
    let names = |part: &Part| matches!(part, Part::Names(names) if names.iter().any(|name| name == "fullaccess"));
    match parts {
        [.., Part::Many] => true,
        [_, resource, _] => names(resource),
        _ => false,
    }
}

/// The service of an entry with the real name of one that is named otherwise.
fn with_service(catalog: &Catalog, part: &Part) -> Part {
    let Part::Names(names) = part else { return part.clone() };
    let real = names.iter().filter(|name| catalog.number(name).is_none()).filter_map(|name| catalog.alias(name));
    let real: Vec<String> = real.map(|service| service.name.to_ascii_lowercase()).collect();
    Part::Names(names.iter().cloned().chain(real).collect())
}
