//! Short phrases for people, made of names and descriptions.

/// The longest phrase, in characters.
const MOST: usize = 120;

/// Verbs and fillers that scope descriptions begin with: what a resource is needs none of them.
const OPENINGS: [&str; 44] = [
    "access",
    "add",
    "all",
    "allow",
    "allows",
    "an",
    "a",
    "and",
    "associate",
    "configure",
    "create",
    "delete",
    "download",
    "edit",
    "enhance",
    "execute",
    "export",
    "fetch",
    "full",
    "get",
    "grants",
    "initialize",
    "list",
    "manage",
    "manipulate",
    "modify",
    "of",
    "on",
    "or",
    "perform",
    "permanently",
    "read",
    "remove",
    "retrieve",
    "the",
    "to",
    "update",
    "upload",
    "view",
    "with",
    "write",
    "you",
    "your",
    "actions",
];

/// Words that say nothing of what a scope gives.
const FILLERS: [&str; 12] =
    ["scope", "scopes", "data", "crm", "zoho", "org", "for", "in", "specific", "any", "from", "by"];

/// The words of a name: `bulk_read`, `getBulkReadJob` and `Get Bulk-Read` are several.
pub(super) fn words(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_whitespace() || matches!(c, '_' | '-' | '.' | '{' | '}') {
            if !words.ends_with(' ') && !words.is_empty() {
                words.push(' ');
            }
        } else {
            if c.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit()) && !words.ends_with(' ') {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        }
        before = c;
    }
    clipped(words.trim())
}

/// What a call does: its summary, unless that only repeats the address or is one run-together word and the
/// operation's name says more.
pub(super) fn summary(summary: Option<&str>, operation: Option<&str>) -> String {
    let summary = summary.map(one_line).filter(|text| !text.is_empty() && !text.contains('/'));
    let operation = operation.map(words).filter(|text| !text.is_empty());
    match (summary, operation) {
        (Some(text), _) if text.contains(' ') => clipped(&lower_first(&text)),
        (_, Some(operation)) => operation,
        (Some(text), None) => clipped(&lower_first(&text)),
        (None, None) => String::new(),
    }
}

/// What a resource is, from the description of one of its scopes; nothing when that says no more than the name.
pub(super) fn grants(description: &str, path: &[String]) -> Option<String> {
    let text = one_line(description);
    // The first sentence; what follows explains placeholders and the like.
    let text = text.split(". ").next().unwrap_or_default().trim_end_matches('.');
    let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let name = path.iter().map(|part| words(part)).collect::<Vec<_>>().join(" ");
    let says_more = text.split(' ').map(bare).filter(|word| {
        word.len() > 1
            && !OPENINGS.contains(&word.as_str())
            && !FILLERS.contains(&word.as_str())
            && !name.split(' ').any(|known| word.trim_end_matches('s') == known.trim_end_matches('s'))
    });
    // The name of the scope itself counts as one word.
    if text.contains(&path.join(".")) || says_more.count() < 2 {
        return None;
    }
    let mut rest = text;
    while let Some((first, after)) = rest.split_once(' ') {
        if !OPENINGS.contains(&bare(first).as_str()) {
            break;
        }
        rest = after;
    }
    Some(clipped(&lower_first(rest)))
}

/// The text on one line, with single blanks.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text with a small first letter, unless its first word is an abbreviation.
fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), second) if !second.is_some_and(char::is_uppercase) => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(MOST) {
        Some((at, _)) => {
            let cut = text.get(..at).unwrap_or(text);
            let cut = cut.rsplit_once(' ').map_or(cut, |(whole, _)| whole);
            format!("{cut} …")
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_into_words() {
        for (name, expected) in [
            ("bulk_read", "bulk read"),
            ("getBulkReadJobDetails", "get bulk read job details"),
            ("Get Supported API", "get supported api"),
            ("{module}", "module"),
            ("Scoring_Rules__s", "scoring rules s"),
            ("", ""),
        ] {
            assert_eq!(words(name), expected);
        }
    }

    #[test]
    fn a_summary_says_what_a_call_does() {
        for (text, operation, expected) in [
            (Some("List currencies"), Some("getCurrencies"), "list currencies"),
            (Some("GET /settings/fiscal_year"), Some("getFiscalYear"), "get fiscal year"),
            (Some("Createbulkreadjob"), Some("createBulkReadJob"), "create bulk read job"),
            (Some("COQL\n  queries"), None, "COQL queries"),
            (Some("Currencies"), None, "currencies"),
            (None, None, ""),
        ] {
            assert_eq!(summary(text, operation), expected);
        }
        assert!(summary(Some(&"long word ".repeat(100)), None).chars().count() <= MOST + 2);
    }

    #[test]
    fn descriptions_help_when_they_say_more_than_the_name() {
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        for (description, of, expected) in [
            (
                "Retrieve fields metadata for different modules in the CRM org.",
                "settings.fields",
                Some("fields metadata for different modules in the CRM org"),
            ),
            (
                "Full access to create and manage invoices of suppliers in the Events module.",
                "modules.events",
                Some("invoices of suppliers in the Events module"),
            ),
            ("Full access to create and manage records in the Events module.", "modules.events", None),
            ("Read currencies data", "settings.currencies", None),
            ("Create and manage Notes.", "modules.notes", None),
            ("Access to ZohoCRM.settings.fiscal_year.UPDATE scope", "settings.fiscal_year", None),
            ("", "settings.fields", None),
        ] {
            assert_eq!(grants(description, &path(of)).as_deref(), expected, "{description}");
        }
    }
}
