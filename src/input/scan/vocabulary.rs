//! The names that a scan looks for: the services of a catalog.

use std::collections::BTreeMap;

use crate::catalog::Catalog;

/// Service names, laid out for a fast search.
#[derive(Debug)]
pub struct Vocabulary {
    /// Names in lower case, those that do not begin with `zoho`; together those whose last two letters share a mark.
    groups: Vec<Vec<String>>,
    /// For each mark the number of its group, from 1: the first look at every dot of a text, so it is small.
    numbers: [u8; 1 << 10],
}

impl Vocabulary {
    /// The names of a catalog with its overlays, and the other names under which services were seen.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Self {
        let mut by_mark: BTreeMap<usize, Vec<String>> = BTreeMap::new();
        for name in catalog.names().chain(catalog.aliases()).chain(["fullaccess"]) {
            let name = name.to_ascii_lowercase();
            if let (Some(mark), false) = (mark(name.as_bytes()), name.starts_with("zoho")) {
                by_mark.entry(mark).or_default().push(name);
            }
        }
        let mut words = Self { groups: Vec::new(), numbers: [0; 1 << 10] };
        for (mark, names) in by_mark {
            // The last number is for all the groups that an unheard-of catalog may have beyond it.
            let number = words.groups.len().min(usize::from(u8::MAX) - 1);
            match words.groups.get_mut(number) {
                Some(group) => group.extend(names),
                None => words.groups.push(names),
            }
            if let (Some(known), Ok(number)) = (words.numbers.get_mut(mark), u8::try_from(number + 1)) {
                *known = number;
            }
        }
        words
    }

    /// The longest name that does not begin with `zoho` and that a text ends with, in bytes.
    #[inline]
    pub(super) fn name_before(&self, text: &[u8]) -> Option<usize> {
        match *self.numbers.get(mark(text)?)? {
            0 => None,
            number => self.name_of_group(usize::from(number) - 1, text),
        }
    }

    fn name_of_group(&self, group: usize, text: &[u8]) -> Option<usize> {
        let group = self.groups.get(group)?;
        let ends = |name: &&String| {
            text.len()
                .checked_sub(name.len())
                .and_then(|at| text.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes()))
        };
        group.iter().filter(ends).map(String::len).max()
    }
}

/// What the last two letters of a text have in common with those of a name that may be the same, in either case: fewer
/// than 1024 marks.
fn mark(text: &[u8]) -> Option<usize> {
    let &[.., a, b] = text else { return None };
    Some(usize::from(a & 31) << 5 | usize::from(b & 31))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_by_their_end() {
        let words = Vocabulary::of(&Catalog::embedded());
        for (text, length) in [
            ("Desk", Some(4)),
            ("scope=DESK", Some(4)),
            ("WorkDrive", Some(9)),
            ("Site24x7", Some(8)),
            ("aaaserver", Some(9)),
            ("k", None),
            ("", None),
            ("task", None),
            ("ZohoCRM", None),
        ] {
            assert_eq!(words.name_before(text.as_bytes()), length, "{text}");
        }
    }
}
