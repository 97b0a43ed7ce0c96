//! Telling lists of Zoho scopes from other things of the same name.
//!
//! Files that mention Zoho hold other providers' scopes too, and the word has other meanings (`"scope": "global"`).
//! In a file, therefore, a value counts when it is named like a list of scopes and something in it looks like one.

use super::List;
use super::operation::Operation;
use crate::scope::Scope;

/// The OIDC scopes that Zoho knows: `scopes_supported` of
/// <https://accounts.zoho.com/.well-known/openid-configuration>.
const WORDS: [&str; 4] = ["openid", "email", "profile", "phone"];

/// Whether a key or a variable is named like a list of scopes: its last word is `scope` or `scopes`.
///
/// Words end at punctuation, digits and changes of case: `scope`, `ZOHO_SCOPES`, `oauthScopes`, `x-zoho-scope`, and
/// not `microscope`.
#[must_use]
pub fn names_scopes(key: &str) -> bool {
    let key = key.trim_end_matches(|c: char| !c.is_alphanumeric());
    ["scope", "scopes"].iter().any(|word| {
        let Some((head, tail)) =
            key.len().checked_sub(word.len()).and_then(|at| Some((key.get(..at)?, key.get(at..)?)))
        else {
            return false;
        };
        let starts_high = tail.starts_with('S');
        let goes_on_low = tail.chars().nth(1).is_some_and(char::is_lowercase);
        tail.eq_ignore_ascii_case(word)
            && head
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphabetic() || (starts_high && (before.is_lowercase() || goes_on_low)))
    })
}

/// Whether a text looks like a scope of Zoho's: it has a dot and a letter, and is no URL or path; or it is an
/// OIDC scope.
pub(super) fn looks_like_scope(written: &str) -> bool {
    let dotted = written.contains('.') && written.contains(|c: char| c.is_ascii_alphabetic());
    (dotted && !written.contains('/')) || is_oidc_word(written)
}

/// Whether a text is one of the OIDC scopes that Zoho knows.
pub(super) fn is_oidc_word(written: &str) -> bool {
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(written))
}

/// Whether a text has the form of a scope whoever looks at it: at least three names, the last of which names an operation;
/// or it is an OIDC scope.
#[must_use]
pub fn is_scope_by_form(text: &str) -> bool {
    is_oidc_word(text)
        || text.parse::<Scope>().is_ok_and(|scope| scope.operation().is_some_and(|word| Operation::of(word).is_some()))
}

/// Whether anything in a list looks like a scope of Zoho's.
pub(super) fn mentions_scopes(list: &List) -> bool {
    list.items.iter().any(|item| looks_like_scope(&item.written))
}

/// Whether at least half of a list looks like scopes of Zoho's: prose may mention a host name, a list is mostly scopes.
pub(super) fn mostly_scopes(list: &List) -> bool {
    let alike = list.items.iter().filter(|item| looks_like_scope(&item.written)).count();
    alike > 0 && alike * 2 >= list.items.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::read_list;
    use crate::input::samples::sources;

    #[test]
    fn the_last_word_of_a_key_decides() {
        for key in [
            "scope",
            "scopes",
            "Scope",
            "SCOPES",
            "oauth_scopes",
            "oauthScopes",
            "OAUTHScopes",
            "requested-scopes",
            "requestedScope",
            "ZOHO_SCOPE",
            "ZOHO_SCOPES",
            "zoho.scope",
            "x-zoho-scope",
            "scopes[]",
            "OAUTH2Scopes",
            "OAuth2scope",
            "éScope",
        ] {
            assert!(names_scopes(key), "{key}");
        }
        for key in ["", "s", "scoped", "microscope", "TELESCOPE", "scope_id", "scopeName", "cope", "éscope", "é"] {
            assert!(!names_scopes(key), "{key}");
        }
    }

    #[test]
    fn only_what_looks_like_zoho_counts() {
        for (text, any, most) in [
            ("ZohoBooks.invoices.READ", true, true),
            ("OpenID", true, true),
            ("ZohoBooks.invoices.READ offline_access", true, true),
            ("see www.zoho.com for the details", true, false),
            ("global", false, false),
            ("read:user repo", false, false),
            ("https://www.googleapis.com/auth/drive", false, false),
            ("1.5", false, false),
            ("${ZOHO_SCOPES}", false, false),
            ("", false, false),
        ] {
            let list = read_list(sources("").1, text, 0);
            assert_eq!((mentions_scopes(&list), mostly_scopes(&list)), (any, most), "{text}");
        }
    }
}
