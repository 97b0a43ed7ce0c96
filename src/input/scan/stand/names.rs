//! Names that tell what their scopes are for.

/// Whether a name says that its scopes are not asked for: alternatives, aliases, labels, what is held or was once.
pub(super) fn names_no_request(name: &str) -> bool {
    const WORDS: [&str; 40] = [
        "alias",
        "aliases",
        "alternative",
        "alternatives",
        "any",
        "anyof",
        "deprecated",
        "description",
        "display",
        "hint",
        "placeholder",
        "summary",
        "title",
        "tooltip",
        "descriptions",
        "either",
        "equivalent",
        "equivalents",
        "expected",
        "forbidden",
        "former",
        "granted",
        "held",
        "implied",
        "implies",
        "label",
        "labels",
        "legacy",
        "missing",
        "obsolete",
        "old",
        "oneof",
        "previous",
        "renamed",
        "replaced",
        "revoked",
        "denied",
        "disallowed",
        "blocked",
        "retired",
    ];
    let lower = name.to_ascii_lowercase();
    // Alternatives; what a query looks for.
    if matches!(
        lower.as_str(),
        "any_of"
            | "one_of"
            | "anyof"
            | "oneof"
            | "has"
            | "hassome"
            | "hasevery"
            | "contains"
            | "equals"
            | "not"
            | "notin"
    ) {
        return true;
    }
    words_of(name).iter().any(|word| WORDS.contains(&word.as_str()) && (word != "any" || lower.contains("of")))
}

/// The words of a name: `grantedScopes`, `OLD_SCOPES`.
pub(in crate::input::scan) fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = '_';
    for c in name.chars() {
        let starts =
            c.is_alphanumeric() && (!previous.is_alphanumeric() || c.is_uppercase() && previous.is_lowercase());
        if starts {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        previous = c;
    }
    words
}
