//! Which known calls look most like an unknown one.

use super::UNSTATED;
use super::call::{Asked, Call};
use super::packed::{Template, taken_apart};
use super::template::{Piece, Segment, matches, name_of, segments};
use crate::catalog::Endpoint;

/// The cost of a segment that has nothing in common with its counterpart, or of one that is missing.
const WHOLE: usize = 100;

/// The cost of another method: less than half a segment, so that the same path wins.
const METHOD: usize = 30;

/// The cost of a placeholder in the place of a number: any text fits there, which says little.
const PLACEHOLDER: usize = 20;

/// The cost of a placeholder in the place of a word: had it been meant, it would have matched.
const WORD: usize = 60;

/// The longest segments and paths that are compared; what is longer is like no template.
const LONGEST: (usize, usize) = (64, 32);

/// The nearest calls: those of the services that the host speaks for first, then the nearest; of equals the one that comes
/// first in the index. `rewritten` is the path as some services write it.
pub(super) fn nearest<'i>(
    templates: impl Iterator<Item = Template<'i>>,
    call: &Call,
    rewritten: &[(usize, Vec<Asked>)],
    services: &[usize],
    most: usize,
) -> Vec<Template<'i>> {
    if too_long(call) {
        return Vec::new();
    }
    let mut found: Vec<(bool, usize, Template<'i>)> = Vec::new();
    for template in templates.filter(|template| taken_apart(template.path).0.is_none()) {
        let own = rewritten.iter().filter(|(service, _)| *service == template.service).map(|(_, path)| path.as_slice());
        for path in own.chain([call.segments.as_slice()]) {
            // Of three segments, one and a half may differ.
            let cost = cost(&template, call, path);
            if cost <= path.len() * WHOLE / 2 {
                found.push((!services.contains(&template.service), cost, template));
                break;
            }
        }
    }
    found.sort_by_key(|(is_foreign, cost, _)| (*is_foreign, *cost));
    found.into_iter().take(most).map(|(_, _, template)| template).collect()
}

/// The call with the same method that takes less to be this one than the known one with its placeholders does.
pub(super) fn likelier<'i>(
    templates: impl Iterator<Item = Template<'i>>,
    call: &Call,
    path: &[Asked],
    known: &Endpoint,
) -> Option<Template<'i>> {
    if too_long(call) {
        return None;
    }
    let (mut taken, mut best) = (None, None);
    for template in templates.filter(|template| template.method == known.method) {
        let cost = cost(&template, call, path);
        if template.path == known.path {
            taken = Some(cost);
        }
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, template));
        }
    }
    best.filter(|(cost, _)| Some(*cost) < taken).map(|(_, template)| template)
}

fn too_long(call: &Call) -> bool {
    call.segments.len() > LONGEST.1 || call.segments.iter().any(|asked| asked.text.len() > LONGEST.0)
}

/// What it takes to make the call into the known one.
fn cost(template: &Template<'_>, call: &Call, path: &[Asked]) -> usize {
    let known = segments(taken_apart(template.path).1);
    let lengths = known.len().abs_diff(path.len()) * WHOLE;
    let method = call.method.as_ref().is_some_and(|method| ![method, UNSTATED].contains(&template.method));
    let pairs = known.iter().zip(path);
    lengths + usize::from(method) * METHOD + pairs.map(|(known, asked)| difference(known, asked)).sum::<usize>()
}

fn difference(known: &str, asked: &Asked) -> usize {
    if known.eq_ignore_ascii_case(&asked.text) {
        return 0;
    }
    match Segment::parse(known) {
        Segment::Any | Segment::Digits if name_of(&asked.text).is_some() => 0,
        Segment::Any | Segment::Digits if asked.text.bytes().any(|b| b.is_ascii_digit()) => PLACEHOLDER,
        Segment::Any | Segment::Digits => WORD,
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
