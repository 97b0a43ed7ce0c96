//! The tree of templates: one level for each segment.

use super::Versions;
use super::call::Asked;
use super::template::{Piece, Segment, matches, name_of, text_len, version};

/// The templates of all services, by number.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    /// Sorted by the folded text, then by the text.
    literals: Vec<Literal>,
    /// The literals that are versions, the newest first.
    versions: Vec<((u32, u32), String, usize)>,
    /// The longest text first.
    mixed: Vec<(Vec<Piece>, usize)>,
    digits: Option<usize>,
    any: Option<usize>,
    /// The templates that end here.
    ends: Vec<usize>,
}

#[derive(Debug)]
struct Literal {
    folded: String,
    text: String,
    node: usize,
}

/// Takes the templates that end at a node, and the versions when another than the asked was followed.
pub(super) type Visit<'v> = dyn FnMut(&[usize], Option<&Versions>) + 'v;

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl Tree {
    /// Adds a template.
    pub(super) fn insert(&mut self, segments: &[&str], template: usize) {
        let mut at = 0;
        for segment in segments {
            at = self.child(at, segment);
        }
        if let Some(node) = self.nodes.get_mut(at) {
            node.ends.push(template);
        }
    }

    fn child(&mut self, at: usize, segment: &str) -> usize {
        let fresh = self.nodes.len();
        let Some(node) = self.nodes.get_mut(at) else { return at };
        let child = match Segment::parse(segment) {
            Segment::Any => *node.any.get_or_insert(fresh),
            Segment::Digits => *node.digits.get_or_insert(fresh),
            Segment::Literal(text) => node.literal(text, fresh),
            Segment::Mixed(pieces) => node.mixed(pieces, fresh),
        };
        if child == fresh {
            self.nodes.push(Node::default());
        }
        child
    }

    /// Visits every node that a path leads to, the closest first.
    pub(super) fn walk(&self, path: &[Asked], visit: &mut Visit<'_>) {
        self.step(0, path, None, visit);
    }

    /// No deeper than the longest template.
    fn step(&self, at: usize, path: &[Asked], versions: Option<&Versions>, visit: &mut Visit<'_>) {
        let Some(node) = self.nodes.get(at) else { return };
        let Some((asked, rest)) = path.split_first() else {
            if !node.ends.is_empty() {
                visit(&node.ends, versions);
            }
            return;
        };
        let same = node.folded(&asked.folded);
        for literal in same.iter().filter(|literal| literal.text == asked.text) {
            self.step(literal.node, rest, versions, visit);
        }
        for literal in same.iter().filter(|literal| literal.text != asked.text) {
            self.step(literal.node, rest, versions, visit);
        }
        // One segment says which version of the API a call is for.
        if versions.is_none()
            && !node.versions.is_empty()
            && let Some(number) = version(&asked.text)
        {
            for (_, known, child) in node.versions.iter().filter(|(other, ..)| *other != number) {
                let versions = Versions { asked: asked.text.clone(), known: known.clone() };
                self.step(*child, rest, Some(&versions), visit);
            }
        }
        for (_, child) in node.mixed.iter().filter(|(pieces, _)| matches(pieces, &asked.folded)) {
            self.step(*child, rest, versions, visit);
        }
        if let Some(child) = node.digits
            && (asked.text.bytes().all(|b| b.is_ascii_digit()) || is_placeholder(&asked.text))
        {
            self.step(child, rest, versions, visit);
        }
        if let Some(child) = node.any {
            self.step(child, rest, versions, visit);
        }
    }
}

impl Node {
    fn literal(&mut self, text: String, fresh: usize) -> usize {
        let folded = text.to_ascii_lowercase();
        let found = self.literals.binary_search_by(|known| (&known.folded, &known.text).cmp(&(&folded, &text)));
        match found {
            Ok(at) => self.literals.get(at).map_or(fresh, |literal| literal.node),
            Err(at) => {
                if let Some(number) = version(&text) {
                    let at = self.versions.partition_point(|(known, ..)| *known > number);
                    self.versions.insert(at, (number, text.clone(), fresh));
                }
                self.literals.insert(at, Literal { folded, text, node: fresh });
                fresh
            }
        }
    }

    fn mixed(&mut self, pieces: Vec<Piece>, fresh: usize) -> usize {
        if let Some((_, node)) = self.mixed.iter().find(|(known, _)| *known == pieces) {
            return *node;
        }
        let at = self.mixed.partition_point(|(known, _)| text_len(known) >= text_len(&pieces));
        self.mixed.insert(at, (pieces, fresh));
        fresh
    }

    /// The literals that are this text in any case.
    fn folded(&self, folded: &str) -> &[Literal] {
        let start = self.literals.partition_point(|literal| literal.folded.as_str() < folded);
        let rest = self.literals.get(start..).unwrap_or(&[]);
        let count = rest.iter().take_while(|literal| literal.folded == folded).count();
        rest.get(..count).unwrap_or(&[])
    }
}

/// Whether a template is looked up, with a placeholder here: `{id}`, `:id`, `${id}`, `%s`, `(\d+)`.
fn is_placeholder(text: &str) -> bool {
    name_of(text).is_some() || text.starts_with(['$', '%']) || text == r"(\d+)"
}
