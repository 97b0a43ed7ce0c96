//! Addresses on the web that outputs may link to.
//!
//! People click on links in terminals, pages and comments. So a link leads to a host by its name, carries no credentials,
//! and is made of characters alone that no format reads as markup or obeys: it stands everywhere as it is.

use serde::Serialize;
use url::Url;

use crate::secret::redact;

/// An address that outputs may link to: `https` or `http`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Link(String);

impl Link {
    /// Takes an address, where it is one that may be linked to.
    ///
    /// ```
    /// use zscope::finding::Link;
    ///
    /// assert!(Link::parse("https://wiki.example.com/scopes?rule=ZS201#why").is_some());
    /// for refused in ["javascript:alert(1)", "https://user:word@example.com/", "https://example.com/`x`", "/rules"] {
    ///     assert!(Link::parse(refused).is_none(), "{refused}");
    /// }
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&+,;=%".contains(c);
        let begins_well = text.starts_with("https://") || text.starts_with("http://");
        if !begins_well || !text.chars().all(is_plain) || redact(text) != text {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let is_open = url.username().is_empty() && url.password().is_none();
        (is_open && url.has_host()).then(|| Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_harmless_everywhere_is_linked_to() {
        for good in ["https://www.zoho.com/books/api/v3/", "http://wiki/ZS201", "https://x.example/a?b=c&d=%20#e"] {
            assert_eq!(Link::parse(good).map(|link| link.as_str().to_owned()).as_deref(), Some(good));
        }
        let secret = format!("https://x.example/?refresh_token=1000.{}.{}", "a1".repeat(16), "b2".repeat(16));
        for wrong in [
            "",
            "x.example",
            "//x.example",
            "HTTPS://x.example",
            "ftp://x.example",
            "javascript://x.example/%0aalert(1)",
            "data:text/html,x",
            "https://",
            "https:///",
            "https://name@x.example",
            "https://x.example/a b",
            "https://x.example/\u{1b}]8;;",
            "https://x.example/\u{202e}",
            "https://x.example/é",
            "https://x.example/<script>",
            "https://x.example/\"'",
            "https://x.example/)](",
            "https://x.example/|",
            "https://x.example/\n::error::",
            "https://x.example/{code}",
            &secret,
        ] {
            assert_eq!(Link::parse(wrong), None, "{wrong}");
        }
    }
}
