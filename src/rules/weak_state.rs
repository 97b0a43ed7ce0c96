//! ZS403 weak-state.

use std::collections::HashSet;

use super::{Check, Rule, UrlContext};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS403",
        "weak-state",
        Severity::Warning,
        "a consent URL has no `state`, or one that can be guessed",
        DOCS,
    ),
    check: Check::Url(check),
};

const DOCS: &str = r"## What it does
Reports a consent URL without `state`, and one whose `state` is empty, a word that everybody uses (`testing`), shorter
than 16 characters, or made of fewer than 6 different characters. A template's placeholder, such as `{state}`, is not
judged.

## Why is this bad?
`state` comes back with the authorization code and ties it to the browser that began the login. Without it, or with a
value that others can guess, an attacker can send a victim's browser to the redirect with a code of the attacker's own,
and the victim goes on working in the attacker's account, or connects it. The value must not be guessable (RFC 6749,
sections 10.10 and 10.12, which ask for at least 128 bits: 32 hexadecimal digits).

## Example
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback
```
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=testing
```

## Use instead
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824
```

## Remarks
A `state` that stands in a program's source is the same for every user, however random it looks. zscope cannot tell that
from a URL alone: make it anew for every login.
";

/// The fewest characters that a value may have.
const SHORTEST: usize = 16;

/// The fewest different characters that a value may have.
const LEAST_VARIETY: usize = 6;

/// Values that people type, in lower case without punctuation, separated by blanks.
const COMMON: &str = "\
    0 1 12 123 1234 12345 123456 1234567890 abc abc123 abcd abcde abcdef auth bar code csrf csrftoken demo dummy \
    example false foo foobar hello init login mystate nil nonce none null oauth random randomstate \
    randomstatestring randomstring randomvalue sample securestate security securitytoken somerandomstate \
    somerandomstring somestate somevalue state statetoken statevalue string test testing teststate token true \
    undefined value xxx xxxx xyz yourrandomstate yourstate yourstatevalue zoho zohocrm zohostate";

fn check(cx: &UrlContext<'_>) -> Vec<Finding> {
    let Some(page) = cx.consent_page() else { return Vec::new() };
    let (message, place) = match page.param("state") {
        // Whoever adds the rest adds that, too.
        None if page.open => return Vec::new(),
        None => (Some("the consent URL has no `state`".to_owned()), page.place),
        Some(param) => (weakness(param.value.trim()), param.place),
    };
    let help = "make a new random value of at least 32 hexadecimal digits for every login, and compare it when it \
                comes back";
    message.map(|message| cx.finding(place, message).help(help)).into_iter().collect()
}

/// What is weak about a value. Only a value that everybody knows is repeated.
fn weakness(state: &str) -> Option<String> {
    if state.is_empty() {
        return Some("`state` is empty".to_owned());
    }
    if state.contains(['{', '<', '$']) || state.contains("%s") {
        return None;
    }
    let folded: String = state.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let length = state.chars().count();
    let variety = state.chars().collect::<HashSet<_>>().len();
    if COMMON.split(' ').any(|word| word == folded) {
        Some(format!("`state` is `{state}`, which anybody can guess"))
    } else if length < SHORTEST {
        let characters = if length == 1 { "character" } else { "characters" };
        Some(format!("`state` has only {length} {characters}, so it can be guessed"))
    } else if variety < LEAST_VARIETY {
        Some(format!("`state` has {length} characters but few different ones, so it can be guessed"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_values_that_nobody_can_guess_pass() {
        for (state, expected) in [
            ("", "`state` is empty"),
            ("testing", "`state` is `testing`, which anybody can guess"),
            ("Some_Random-String", "`state` is `Some_Random-String`, which anybody can guess"),
            ("q", "`state` has only 1 character, so it can be guessed"),
            ("3f9d1c7a5b2e408", "`state` has only 15 characters, so it can be guessed"),
            ("éèêëàâäîïôöùûüç", "`state` has only 15 characters, so it can be guessed"),
            ("0000000000000000", "`state` has 16 characters but few different ones, so it can be guessed"),
            ("abcdeabcdeabcdeabcde", "`state` has 20 characters but few different ones, so it can be guessed"),
            ("3f9d1c7a5b2e4086", ""),
            ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", ""),
            ("{state}", ""),
            ("${STATE}", ""),
            ("<state>", ""),
            ("%s", ""),
        ] {
            assert_eq!(weakness(state).unwrap_or_default(), expected, "{state}");
        }
        assert!(COMMON.split(' ').is_sorted());
    }
}
