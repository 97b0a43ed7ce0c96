//! The tree that the templates' segments form, searched in the sorted index.

use std::ops::Range;

use super::Versions;
use super::call::Asked;
use super::packed::{ANY, DIGITS, END, MIXED, Packed, VERSION};
use super::template::{Piece, Segment, matches, text_len, version};

/// Takes the templates that end at a node, and the versions when another than the asked was followed.
pub(super) type Visit<'v> = dyn FnMut(Range<usize>, Option<&Versions>) + 'v;

/// Visits every node that a path leads to, the closest first.
pub(super) fn walk(index: &Packed, path: &[Asked], visit: &mut Visit<'_>) {
    let node = Node { templates: 0..index.len(), depth: 0 };
    step(index, &node, path, None, visit);
}

/// The templates that begin alike.
struct Node {
    templates: Range<usize>,
    /// The bytes of their keys that are alike.
    depth: usize,
}

impl Node {
    fn child(&self, index: &Packed, piece: &str) -> Option<Self> {
        let templates = index.below(self.templates.clone(), self.depth, piece);
        (!templates.is_empty()).then(|| Self { templates, depth: self.depth + piece.len() })
    }

    /// The children whose pieces begin with a sign, in the order of their keys, each with what follows the sign.
    fn children<'i>(&self, index: &'i Packed, sign: char) -> Vec<(&'i str, Self)> {
        let mut rest = index.below(self.templates.clone(), self.depth, sign.encode_utf8(&mut [0; 4]));
        let mut found = Vec::new();
        while let Some(key) = index.template(rest.start).filter(|_| !rest.is_empty()).map(|template| template.key) {
            let Some(piece) = key.get(self.depth..).and_then(|key| key.split_inclusive(END).next()) else { break };
            let templates = index.below(rest.clone(), self.depth, piece);
            rest.start = templates.end.max(rest.start + 1);
            let text = piece.trim_start_matches(sign).trim_end_matches(END);
            found.push((text, Self { templates, depth: self.depth + piece.len() }));
        }
        found
    }
}

/// No deeper than the longest template.
fn step(index: &Packed, node: &Node, path: &[Asked], versions: Option<&Versions>, visit: &mut Visit<'_>) {
    let Some((asked, rest)) = path.split_first() else {
        // Shorter keys come first.
        let whole = |at: usize| index.template(at).is_some_and(|template| template.key.len() == node.depth);
        let end = node.templates.clone().find(|at| !whole(*at)).unwrap_or(node.templates.end);
        if end > node.templates.start {
            visit(node.templates.start..end, versions);
        }
        return;
    };
    let number = version(&asked.text);
    let sign = if number.is_some() { VERSION.to_string() } else { String::new() };
    if let Some(child) = node.child(index, &format!("{sign}{}{END}", asked.folded)) {
        step(index, &child, rest, versions, visit);
    }
    // One segment says which version of the API a call is for.
    if let Some(number) = number
        && versions.is_none()
    {
        let mut others = node.children(index, VERSION);
        others.retain(|(text, _)| version(text) != Some(number));
        others.sort_by_key(|(text, _)| std::cmp::Reverse(version(text)));
        for (known, child) in others {
            let versions = Versions { asked: asked.text.clone(), known: known.to_owned() };
            step(index, &child, rest, Some(&versions), visit);
        }
    }
    let mut mixed: Vec<(Vec<Piece>, Node)> = Vec::new();
    for (text, child) in node.children(index, MIXED) {
        if let Segment::Mixed(pieces) = Segment::parse(text)
            && (matches(&pieces, &asked.folded) || text == asked.folded)
        {
            mixed.push((pieces, child));
        }
    }
    mixed.sort_by_key(|(pieces, _)| std::cmp::Reverse(text_len(pieces)));
    for (_, child) in mixed {
        step(index, &child, rest, versions, visit);
    }
    if (asked.text.bytes().all(|b| b.is_ascii_digit()) || asked.is_placeholder())
        && let Some(child) = node.child(index, &format!("{DIGITS}{END}"))
    {
        step(index, &child, rest, versions, visit);
    }
    if let Some(child) = node.child(index, &format!("{ANY}{END}")) {
        step(index, &child, rest, versions, visit);
    }
}
