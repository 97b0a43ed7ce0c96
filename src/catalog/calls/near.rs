//! Which known calls look most like an unknown one.

use super::call::{Asked, Call};
use super::template::{Piece, Segment, matches, name_of, segments};
use super::{Entry, HostFit, UNSTATED, host, taken_apart};
use crate::catalog::{Endpoint, Service};

/// The cost of a segment that has nothing in common with its counterpart, or of one that is missing.
const WHOLE: usize = 100;

/// The cost of another method: less than half a segment, so that the same path wins.
const METHOD: usize = 30;

/// The cost of a placeholder in the place of a segment: any text fits there, which says little.
const PLACEHOLDER: usize = 20;

/// The longest segments and paths that are compared; what is longer is like no template.
const LONGEST: (usize, usize) = (64, 32);

/// The nearest calls, the nearest first; of equals the one that comes first in the catalog.
pub(super) fn nearest<'e, 'c: 'e>(
    entries: impl Iterator<Item = &'e Entry<'c>>,
    call: &Call,
    most: usize,
) -> Vec<(&'c Service, &'c Endpoint)> {
    if too_long(call) {
        return Vec::new();
    }
    // Of three segments, one and a half may differ.
    let limit = call.segments.len() * WHOLE / 2;
    let mut found: Vec<(HostFit, usize, &Entry<'c>)> = Vec::new();
    let mut last: Option<(&Service, HostFit)> = None;
    for entry in entries {
        let cost = cost(entry, call);
        if cost > limit {
            continue;
        }
        // A service's calls stand one after the other.
        let fit = match last {
            Some((service, fit)) if std::ptr::eq(service, entry.service) => fit,
            _ => host::fit(entry.service, call.host.as_deref()),
        };
        last = Some((entry.service, fit));
        found.push((fit, cost, entry));
    }
    found.sort_by_key(|(fit, cost, _)| (*fit, *cost));
    found.into_iter().take(most).map(|(_, _, entry)| (entry.service, entry.endpoint)).collect()
}

/// The call with the same method that takes less to be this one than the known one with its placeholders does.
pub(super) fn likelier<'e, 'c: 'e>(
    entries: impl Iterator<Item = &'e Entry<'c>>,
    call: &Call,
    known: &Endpoint,
) -> Option<&'c Endpoint> {
    if too_long(call) {
        return None;
    }
    let (mut taken, mut best) = (None, None);
    for entry in entries.filter(|entry| entry.endpoint.method == known.method) {
        let cost = cost(entry, call);
        if std::ptr::eq(entry.endpoint, known) {
            taken = Some(cost);
        }
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, entry.endpoint));
        }
    }
    best.filter(|(cost, _)| Some(*cost) < taken).map(|(_, endpoint)| endpoint)
}

fn too_long(call: &Call) -> bool {
    call.segments.len() > LONGEST.1 || call.segments.iter().any(|asked| asked.text.len() > LONGEST.0)
}

/// What it takes to make the call into the known one.
fn cost(entry: &Entry<'_>, call: &Call) -> usize {
    let (_, path, _) = taken_apart(&entry.endpoint.path);
    let known = segments(path);
    let lengths = known.len().abs_diff(call.segments.len()) * WHOLE;
    let method =
        call.method.as_ref().is_some_and(|method| ![method, UNSTATED].contains(&entry.endpoint.method.as_str()));
    let pairs = known.iter().zip(&call.segments);
    lengths + usize::from(method) * METHOD + pairs.map(|(known, asked)| difference(known, asked)).sum::<usize>()
}

fn difference(known: &str, asked: &Asked) -> usize {
    if known.eq_ignore_ascii_case(&asked.text) {
        return 0;
    }
    match Segment::parse(known) {
        Segment::Any | Segment::Digits if name_of(&asked.text).is_some() => 0,
        Segment::Any | Segment::Digits => PLACEHOLDER,
        Segment::Mixed(pieces) if matches(&pieces, &asked.folded) => PLACEHOLDER / 2,
        Segment::Mixed(pieces) => {
            let text: String =
                pieces.iter().filter_map(|p| if let Piece::Text(text) = p { Some(&**text) } else { None }).collect();
            distance(&text, &asked.folded)
        }
        Segment::Literal(text) => distance(&text, &asked.folded),
    }
}

/// How far two texts are apart, in hundredths of the longer one.
fn distance(known: &str, folded: &str) -> usize {
    let longest = known.chars().count().max(folded.chars().count()).max(1);
    strsim::osa_distance(&known.to_ascii_lowercase(), folded) * WHOLE / longest
}
