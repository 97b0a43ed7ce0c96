//! The words that name operations.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_words_of_two_kinds() {
        assert_eq!(Operation::of("Read"), Some(Operation::Core));
        assert_eq!(Operation::of("execute"), Some(Operation::Other));
        assert_eq!(Operation::of("operation"), None);
        assert!(OTHER.is_sorted());
    }
}
