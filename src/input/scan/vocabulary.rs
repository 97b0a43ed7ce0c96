//! The names that a scan looks for: the services of a catalog, and the words that name operations.

use std::collections::HashMap;

use crate::catalog::Catalog;

/// The operations that the vendor lists for every service
/// (<https://www.zoho.com/accounts/protocol/oauth/scope.html>, `WRITE` and `CUSTOM` on the pages of Zoho CRM).
const CORE: [&str; 6] = ["ALL", "READ", "CREATE", "UPDATE", "DELETE", "WRITE"];

/// Operations of single services, and what people write for one.
const OTHER: [&str; 39] = [
    "ADD",
    "ADMIN",
    "ALLL",
    "CREAT",
    "CREATE-UPDATE",
    "CUSTOM",
    "DELET",
    "DOWNLOAD",
    "EDIT",
    "ENRICHMENT",
    "EXECUTE",
    "EXPORT",
    "EXPORTS",
    "GET",
    "IMPORT",
    "IMPORTS",
    "INSERT",
    "INVOKE",
    "LIST",
    "MANAGE",
    "MOBILE",
    "MODIFY",
    "PATCH",
    "POST",
    "PREDICT",
    "PRODUCE",
    "PUT",
    "READALL",
    "READWRITE",
    "READ_WRITE",
    "REGISTER",
    "REMOVE",
    "RUN",
    "SEARCH",
    "SEND",
    "UPLOAD",
    "UPSERT",
    "VIEW",
    "WEB",
];

/// What a word says about being an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// One that every service has.
    Core,
    /// One of a few services, or a slip.
    Other,
}

impl Operation {
    /// The operation that a word names, case ignored.
    pub(super) fn of(word: &str) -> Option<Self> {
        let named = |name: &&'static str| name.eq_ignore_ascii_case(word);
        if CORE.iter().any(named) {
            Some(Self::Core)
        } else if OTHER.iter().any(named) {
            Some(Self::Other)
        } else {
            None
        }
    }
}

/// Service names, laid out for a fast search.
#[derive(Debug)]
pub struct Vocabulary {
    /// Names in lower case, by their last two letters: those that do not begin with `zoho`.
    by_ending: HashMap<[u8; 2], Vec<String>>,
    /// Whether a name ends in these two letters: the first look at every dot.
    endings: Box<[bool]>,
}

impl Vocabulary {
    /// The names of a catalog with its overlays, and the other names under which services were seen.
    #[must_use]
    pub fn of(catalog: &Catalog) -> Self {
        let mut by_ending: HashMap<[u8; 2], Vec<String>> = HashMap::new();
        let mut endings = vec![false; 1 << 16].into_boxed_slice();
        for name in catalog.names().chain(catalog.aliases()) {
            let name = name.to_ascii_lowercase();
            let &[.., a, b] = name.as_bytes() else { continue };
            if name.starts_with("zoho") {
                continue;
            }
            if let Some(seen) = endings.get_mut(index(a, b)) {
                *seen = true;
            }
            by_ending.entry([a, b]).or_default().push(name);
        }
        Self { by_ending, endings }
    }

    /// The longest name that does not begin with `zoho` and that a text ends with, in bytes.
    pub(super) fn name_before(&self, text: &[u8]) -> Option<usize> {
        let &[.., a, b] = text else { return None };
        let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        if !self.endings.get(index(a, b)).copied().unwrap_or(false) {
            return None;
        }
        let ends = |name: &&String| {
            text.len()
                .checked_sub(name.len())
                .and_then(|at| text.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(name.as_bytes()))
        };
        self.by_ending.get(&[a, b])?.iter().filter(ends).map(String::len).max()
    }
}

fn index(a: u8, b: u8) -> usize {
    usize::from(a) << 8 | usize::from(b)
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

    #[test]
    fn operations_are_words_of_two_kinds() {
        assert_eq!(Operation::of("Read"), Some(Operation::Core));
        assert_eq!(Operation::of("execute"), Some(Operation::Other));
        assert_eq!(Operation::of("operation"), None);
        assert!(OTHER.is_sorted());
    }
}
