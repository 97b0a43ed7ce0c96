//! Where a path of parts has come to in patterns.

use std::collections::BTreeSet;

use crate::scope::Part;

/// The name of the step for every name that no other step has.
pub const OTHER: &str = "*";

/// Patterns that are followed part by part, all at once.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    /// The parts of all patterns, each pattern closed by `None`.
    parts: Vec<Option<Part>>,
    /// For each of them the number that its pattern was given.
    owners: Vec<usize>,
    starts: Vec<usize>,
}

/// Places in patterns, in order and each once.
pub(super) type Places = Vec<usize>;

impl Patterns {
    /// Adds a pattern that belongs to someone.
    pub(super) fn add(&mut self, parts: impl IntoIterator<Item = Part>, owner: usize) {
        self.starts.push(self.parts.len());
        self.parts.extend(parts.into_iter().map(Some).chain([None]));
        self.owners.resize(self.parts.len(), owner);
    }

    pub(super) fn start(&self) -> Places {
        self.closed(self.starts.clone())
    }

    /// The places, and those after a `**` that stands for nothing.
    fn closed(&self, mut places: Places) -> Places {
        let mut next = 0;
        while let Some(&place) = places.get(next) {
            next += 1;
            places.extend((self.parts[place] == Some(Part::Many)).then_some(place + 1));
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    /// After one more part.
    pub(super) fn step(&self, places: &[usize], name: &str) -> Places {
        let next = places.iter().filter_map(|&place| match &self.parts[place] {
            Some(Part::Many) => Some(place),
            Some(part) if part.is(name) => Some(place + 1),
            _ => None,
        });
        self.closed(next.collect())
    }

    /// After a part that a wildcard for one part takes.
    pub(super) fn step_wild(&self, places: &[usize]) -> Places {
        let wild = places.iter().filter(|place| self.parts[**place] == Some(Part::One));
        wild.map(|place| place + 1).collect()
    }

    pub(super) fn joined(&self, some: &[usize], others: &[usize]) -> Places {
        self.closed(some.iter().chain(others).copied().collect())
    }

    /// The names by which patterns go on, in lower case.
    pub(super) fn names_after<'p>(&'p self, places: &'p [usize]) -> impl Iterator<Item = &'p str> {
        let names = places.iter().filter_map(|place| match &self.parts[*place] {
            Some(Part::Names(names)) => Some(names),
            _ => None,
        });
        names.flatten().map(String::as_str)
    }

    /// Whose patterns go on or end at some places.
    pub(super) fn owners(&self, places: &[usize]) -> BTreeSet<usize> {
        places.iter().map(|place| self.owners[*place]).collect()
    }

    /// Whether a pattern of someone ends at one of the places.
    pub(super) fn ends(&self, places: &[usize], owner: usize) -> bool {
        places.iter().any(|place| self.parts[*place].is_none() && self.owners[*place] == owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Pattern;

    #[test]
    fn places_tell_which_patterns_match() {
        let texts = ["a.b", "a.*", "**.b", "a.**", "{a,c}.b.**.d"];
        let mut patterns = Patterns::default();
        for (owner, text) in texts.iter().enumerate() {
            patterns.add(Pattern::parse(text).unwrap().parts().to_vec(), owner);
        }
        for path in ["a.b", "a.x", "c.b.d", "c.b.x.y.d", "b", "a", "x.y.b", "c.b.x"] {
            let parts: Vec<String> = path.split('.').map(str::to_owned).collect();
            let places = parts.iter().fold(patterns.start(), |places, part| patterns.step(&places, part));
            for (owner, text) in texts.iter().enumerate() {
                let expected = Pattern::parse(text).unwrap().matches_parts(&parts);
                assert_eq!(patterns.ends(&places, owner), expected, "{text} {path}");
            }
        }
    }
}
