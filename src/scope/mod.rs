//! The string: how a scope is written, what its parts are, and patterns over scopes.
//!
//! Nothing here knows any Zoho service; what a scope *gives* is [`crate::access`]'s business.
//!
//! ```
//! use zscope::scope::Scope;
//!
//! let scope: Scope = "ZohoCRM.modules.leads.READ".parse()?;
//! assert_eq!(scope.service(), Some("ZohoCRM"));
//! assert_eq!(scope.resource(), ["modules", "leads"]);
//! assert_eq!(scope.operation(), Some("READ"));
//! assert_eq!(scope, "zohocrm.Modules.Leads.read".parse()?); // case is style, never a different scope
//! # Ok::<(), zscope::scope::Malformed>(())
//! ```

mod pattern;
mod suggest;

pub use pattern::{Part, Pattern, PatternError};
pub use suggest::closest;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The longest scope that is read as one, in bytes. The longest of the vendor's is under 80.
pub const MAX_LENGTH: usize = 512;

/// A scope: `Service.resource[.resource…].OPERATION`, or one word such as `openid`.
///
/// Form and operations: <https://www.zoho.com/accounts/protocol/oauth/scope.html>. Comparison ignores ASCII case, as
/// Zoho does wherever it was observed; the spelling is kept for display. A part in braces (`{module}`) is a
/// placeholder that stands for any one name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Scope {
    parts: Vec<String>,
}

impl Scope {
    /// A scope of the given parts; for parts that come from a catalog. Use [`str::parse`] for text.
    #[must_use]
    pub fn from_parts(parts: Vec<String>) -> Self {
        Self { parts }
    }

    /// All parts, service first.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        &self.parts
    }

    /// Whether this is a one-word scope such as `openid`.
    #[must_use]
    pub fn is_word(&self) -> bool {
        self.parts.len() == 1
    }

    /// The service, unless this is a one-word scope.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        if self.is_word() { None } else { self.parts.first().map(String::as_str) }
    }

    /// The resource path between service and operation; empty for a one-word scope.
    #[must_use]
    pub fn resource(&self) -> &[String] {
        self.parts.get(1..self.parts.len().saturating_sub(1)).unwrap_or(&[])
    }

    /// The operation, unless this is a one-word scope.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        if self.is_word() { None } else { self.parts.last().map(String::as_str) }
    }

    /// Whether this is `Service.fullaccess.all` in any case: everything in the service.
    #[must_use]
    pub fn is_full_access(&self) -> bool {
        matches!(self.parts.as_slice(), [_, resource, operation]
            if resource.eq_ignore_ascii_case("fullaccess") && operation.eq_ignore_ascii_case("all"))
    }

    /// Whether any part is a placeholder.
    #[must_use]
    pub fn has_placeholder(&self) -> bool {
        self.parts.iter().any(|part| is_placeholder(part))
    }

    /// The same scope in lower case, the form for keys of maps and sets.
    #[must_use]
    pub fn folded(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }

    /// Whether both are spelt the same to the letter.
    #[must_use]
    pub fn same_spelling(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

/// Whether a part is a placeholder such as `{module}`, which stands for any one name.
#[must_use]
pub fn is_placeholder(part: &str) -> bool {
    // Asked of every part of every resource: no search for a character.
    part.as_bytes().first() == Some(&b'{')
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, part) in self.parts.iter().enumerate() {
            if n > 0 {
                f.write_str(".")?;
            }
            f.write_str(part)?;
        }
        Ok(())
    }
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.parts.len() == other.parts.len()
            && self.parts.iter().zip(&other.parts).all(|(a, b)| a.eq_ignore_ascii_case(b))
    }
}

impl Eq for Scope {}

impl Hash for Scope {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Handed over in blocks: hashers are slow on single bytes.
        let mut block = [0; 64];
        for part in &self.parts {
            for bytes in part.as_bytes().chunks(block.len()) {
                let filled = &mut block[..bytes.len()];
                filled.copy_from_slice(bytes);
                filled.make_ascii_lowercase();
                state.write(filled);
            }
            state.write_u8(b'.');
        }
    }
}

impl PartialOrd for Scope {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scope {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let parts = self.parts.iter().zip(&other.parts);
        let first = parts.map(|(a, b)| compare_names(a, b)).find(|order| order.is_ne());
        first.unwrap_or_else(|| self.parts.len().cmp(&other.parts.len()))
    }
}

/// The order of two names without regard to ASCII case.
pub(crate) fn compare_names(a: &str, b: &str) -> std::cmp::Ordering {
    compare_beginnings(a, b).unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// [`compare_names`] where the names differ before one of them ends.
pub(crate) fn compare_beginnings(a: &str, b: &str) -> Option<std::cmp::Ordering> {
    for (a, b) in a.bytes().zip(b.bytes()) {
        // Nearly all bytes are the same to the letter: every search in the catalog comes here.
        if a != b {
            let order = a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase());
            if order.is_ne() {
                return Some(order);
            }
        }
    }
    None
}

/// Why a text is not a scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Nothing between two separators.
    #[error("a scope is missing here")]
    Empty,
    /// `ZohoBooks..READ`, `.READ`.
    #[error("a part between two dots is empty")]
    EmptyPart,
    /// `ZohoBooks.invoices`: two parts, so either the resource or the operation is missing.
    #[error("the operation is missing: a scope is `Service.resource.OPERATION`")]
    NoOperation,
    /// A character that no scope has.
    #[error("`{}` cannot stand in a scope", .0.escape_debug())]
    Character(char),
    /// Far longer than any scope.
    #[error("longer than {MAX_LENGTH} bytes")]
    TooLong,
    /// A secret that a reader has blotted out: `*` in the place of every character.
    #[error("what looks like a token or a client secret stands where a scope belongs")]
    Secret,
    /// The rest of a list that is too long to be judged: so many more.
    #[error("{} more texts of a list of more than {MOST_OF_A_LIST} are not read", .0)]
    Beyond(usize),
}

/// A list of more different scopes is none that anybody asks for: what stands beyond is counted, and judged by nobody.
pub const MOST_OF_A_LIST: usize = 10_000;

/// So many `*` in a row stand for a secret that is not shown: every secret is longer, and no pattern has as many.
const BLOTTED: usize = 20;

impl FromStr for Scope {
    type Err = Malformed;

    /// Reads one scope. Template forms of a placeholder (`{x}`, `{{x}}`, `${x}`, `$x`) become `{x}`.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        if text.is_empty() {
            return Err(Malformed::Empty);
        }
        if text.len() > MAX_LENGTH {
            return Err(Malformed::TooLong);
        }
        if text.len() >= BLOTTED && text.bytes().all(|byte| byte == b'*') {
            return Err(Malformed::Secret);
        }
        let parts = split_parts(text)?;
        if parts.iter().any(String::is_empty) {
            return Err(Malformed::EmptyPart);
        }
        if parts.len() == 2 {
            return Err(Malformed::NoOperation);
        }
        Ok(Self { parts })
    }
}

/// Splits at dots outside braces and gives placeholders their one form.
fn split_parts(text: &str) -> Result<Vec<String>, Malformed> {
    let mut parts = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let Some(part) = parts.last_mut() else { break };
        match c {
            '.' => parts.push(String::new()),
            '$' if rest.peek() == Some(&'{') => {}
            // `$MODULE`, as shells and PHP write it.
            '$' if rest.peek().is_some_and(|c| c.is_ascii_alphabetic() || *c == '_') => {
                let mut name = String::new();
                while let Some(c) = rest.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    name.push(c);
                }
                *part = format!("{{{name}}}");
            }
            '{' => {
                let mut name = String::new();
                let mut closed = false;
                for inner in rest.by_ref() {
                    match inner {
                        '{' if name.is_empty() => {}
                        '}' => {
                            closed = true;
                            break;
                        }
                        _ => name.push(inner),
                    }
                }
                if rest.peek() == Some(&'}') {
                    rest.next();
                }
                let name = name.trim();
                if !closed || name.is_empty() || name.contains([',', '{']) {
                    return Err(Malformed::Character('{'));
                }
                // A part that only contains a placeholder (`pre{x}`) stands for any one name as well.
                part.clear();
                part.push('{');
                part.extend(name.chars().filter(|c| is_scope_char(*c)));
                part.push('}');
            }
            c if is_scope_char(c) => {
                if !part.ends_with('}') {
                    part.push(c);
                }
            }
            c => return Err(Malformed::Character(c)),
        }
    }
    Ok(parts)
}

/// Whether a character occurs in the names of services, resources and operations.
#[must_use]
pub fn is_scope_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, Malformed> {
        text.parse::<Scope>().map(|scope| scope.to_string())
    }

    #[test]
    fn placeholders_have_one_form() {
        for text in [
            "A.{m}.READ",
            "A.${m}.READ",
            "A.{{m}}.READ",
            "A.{{ m }}.READ",
            "A.pre{m}post.READ",
            "A.$m.READ",
            "A.pre$m.READ",
        ] {
            assert_eq!(parse(text).as_deref(), Ok("A.{m}.READ"), "{text}");
        }
        assert_eq!(parse("A.{a,b}.READ"), Err(Malformed::Character('{')));
        assert_eq!(parse("A.{m.READ"), Err(Malformed::Character('{')));
        assert_eq!(parse("A.{}.READ"), Err(Malformed::Character('{')));
    }

    #[test]
    fn what_is_not_a_scope_says_why() {
        assert_eq!(parse(""), Err(Malformed::Empty));
        assert_eq!(parse("ZohoBooks..READ"), Err(Malformed::EmptyPart));
        assert_eq!(parse("ZohoBooks.invoices"), Err(Malformed::NoOperation));
        assert_eq!(parse("Zoho Books.invoices.READ"), Err(Malformed::Character(' ')));
        assert_eq!(parse("ZohoBooks.invoices.\u{1b}[31mREAD"), Err(Malformed::Character('\u{1b}')));
        assert_eq!(parse(&"a".repeat(513)), Err(Malformed::TooLong));
        assert_eq!(parse("openid").as_deref(), Ok("openid"));
    }
}
