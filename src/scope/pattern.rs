//! Patterns over scopes: `*` is one part, `**` any number of parts, `{a,b}` either of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Scope, is_placeholder, is_scope_char};

/// A pattern such as `ZohoBooks.{invoices,contacts}.READ` or `**.DELETE`.
///
/// A pattern is matched part by part, ignoring ASCII case. A placeholder in a scope stands for a name nobody knows
/// yet, so it is *matched* by `*` and `**` alone, but may *meet* any name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pattern {
    parts: Vec<Part>,
}

/// One part of a pattern. Names are kept in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Part {
    /// `*`: any one part.
    One,
    /// `**`: any number of parts, none included.
    Many,
    /// A name, or `{a,b}`: one of several.
    Names(Vec<String>),
}

/// Why a text is not a pattern. The span counts bytes from the pattern's start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// What is wrong.
    pub message: String,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

impl Pattern {
    /// A pattern of the given parts.
    #[must_use]
    pub fn from_parts(parts: Vec<Part>) -> Self {
        Self { parts }
    }

    /// Whether it has no wildcard: every name is written out.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        self.parts.iter().all(|part| matches!(part, Part::Names(_)))
    }

    /// Reads a pattern.
    ///
    /// # Errors
    ///
    /// A part is empty, holds a character that no scope has, mixes `*` with letters (a wildcard stands for whole
    /// parts), or a brace group is unclosed or has a single name (which could mean a placeholder or a slip).
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let mut parts = Vec::new();
        let mut at = 0;
        for raw in split_outside_braces(text) {
            let (start, end) = (at, at + raw.len());
            at = end + 1;
            let error = |message: String| PatternError { message, start, end };
            let part = match raw {
                "*" => Part::One,
                "**" => Part::Many,
                "" => return Err(error("a part between two dots is empty".into())),
                _ if raw.starts_with('{') => {
                    let inner = raw.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                    let inner = inner.ok_or_else(|| error(format!("the brace of `{raw}` is not closed")))?;
                    let names: Vec<String> = inner.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
                    if names.len() < 2 {
                        return Err(error(format!(
                            "`{raw}` has one name only: write `*` for any one part, or the name without braces"
                        )));
                    }
                    if let Some(bad) = names.iter().find(|name| !is_name(name)) {
                        return Err(error(format!("`{bad}` is not a name, in `{raw}`")));
                    }
                    Part::Names(names)
                }
                _ if raw.contains('*') => {
                    return Err(error(format!("`*` stands for a whole part, so `{raw}` is not a pattern")));
                }
                _ if is_name(raw) => Part::Names(vec![raw.to_ascii_lowercase()]),
                _ => {
                    let bad = raw.chars().find(|c| !is_scope_char(*c)).unwrap_or(' ');
                    return Err(error(format!("`{}` cannot stand in a scope", bad.escape_debug())));
                }
            };
            parts.push(part);
        }
        Ok(Self { parts })
    }

    /// The pattern that matches just this scope; a placeholder of the scope becomes `*`.
    #[must_use]
    pub fn of_scope(scope: &Scope) -> Self {
        let part = |part: &String| {
            if is_placeholder(part) { Part::One } else { Part::Names(vec![part.to_ascii_lowercase()]) }
        };
        Self { parts: scope.parts().iter().map(part).collect() }
    }

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The one scope that the pattern names, when it holds no wildcard and no alternatives.
    #[must_use]
    pub fn literal(&self) -> Option<Scope> {
        let names: Option<Vec<String>> = self
            .parts
            .iter()
            .map(|part| match part {
                Part::Names(names) if names.len() == 1 => names.first().cloned(),
                _ => None,
            })
            .collect();
        names.map(Scope::from_parts)
    }

    /// Whether the pattern matches a scope. A placeholder is matched by wildcards alone.
    #[must_use]
    pub fn matches(&self, scope: &Scope) -> bool {
        self.matches_parts(scope.parts())
    }

    /// [`Pattern::matches`] for the bare parts. The work is at most the product of both lengths.
    #[must_use]
    pub fn matches_parts(&self, parts: &[String]) -> bool {
        let (mut at, mut part) = (0, 0);
        // Where to go on when what follows the last `**` does not fit: it takes one part more.
        let mut retry: Option<(usize, usize)> = None;
        while part < parts.len() {
            match self.parts.get(at) {
                Some(Part::Many) => {
                    retry = Some((at + 1, part));
                    at += 1;
                }
                Some(one) if one.is(&parts[part]) => {
                    at += 1;
                    part += 1;
                }
                _ => {
                    let Some((after, taken)) = retry else { return false };
                    retry = Some((after, taken + 1));
                    (at, part) = (after, taken + 1);
                }
            }
        }
        self.parts[at..].iter().all(|rest| *rest == Part::Many)
    }

    /// Whether some scope is matched by both patterns. The work is at most the product of both lengths.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        let (a, b) = (&self.parts, &other.parts);
        let width = b.len() + 1;
        let mut seen = vec![false; (a.len() + 1) * width];
        let mut open = vec![(0, 0)];
        while let Some((i, j)) = open.pop() {
            if std::mem::replace(&mut seen[i * width + j], true) {
                continue;
            }
            match (a.get(i), b.get(j)) {
                (None, None) => return true,
                (x, y) => {
                    if x == Some(&Part::Many) {
                        open.push((i + 1, j));
                        open.extend(y.map(|_| (i, j + 1)));
                    }
                    if y == Some(&Part::Many) {
                        open.push((i, j + 1));
                        open.extend(x.map(|_| (i + 1, j)));
                    }
                    if let (Some(x), Some(y)) = (x, y)
                        && ![x, y].contains(&&Part::Many)
                        && x.meets(y)
                    {
                        open.push((i + 1, j + 1));
                    }
                }
            }
        }
        false
    }
}

impl Part {
    /// Whether this matches one part of a scope. `**` counts as one part here.
    #[must_use]
    pub fn is(&self, part: &str) -> bool {
        match self {
            Self::Names(names) => names.iter().any(|name| name.eq_ignore_ascii_case(part)),
            _ => true,
        }
    }

    /// Whether some name is matched by both parts. `**` counts as one part here.
    #[must_use]
    pub fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Names(a), Self::Names(b)) => a.iter().any(|name| b.contains(name)),
            _ => true,
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, part) in self.parts.iter().enumerate() {
            if n > 0 {
                f.write_str(".")?;
            }
            match part {
                Part::One => f.write_str("*")?,
                Part::Many => f.write_str("**")?,
                Part::Names(names) if names.len() == 1 => f.write_str(&names[0])?,
                Part::Names(names) => write!(f, "{{{}}}", names.join(","))?,
            }
        }
        Ok(())
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_scope_char)
}

fn split_outside_braces(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    text.split(move |c| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == '.' && depth == 0
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wildcards_match_whole_parts() {
        for (pattern, scope, expected) in [
            ("ZohoBooks.invoices.READ", "zohobooks.Invoices.read", true),
            ("ZohoBooks.*.READ", "ZohoBooks.invoices.READ", true),
            ("ZohoBooks.*.READ", "ZohoCRM.modules.leads.READ", false),
            ("ZohoCRM.*.READ", "ZohoCRM.modules.leads.READ", false),
            ("ZohoCRM.**.READ", "ZohoCRM.modules.leads.READ", true),
            ("ZohoCRM.**.READ", "ZohoCRM.READ.x", false),
            ("**.DELETE", "ZohoCRM.modules.leads.DELETE", true),
            ("**", "openid", true),
            ("ZohoBooks.{invoices,bills}.{CREATE,READ}", "ZohoBooks.bills.read", true),
            ("ZohoBooks.{invoices,bills}.{CREATE,READ}", "ZohoBooks.bills.UPDATE", false),
            ("ZohoCRM.modules.leads.READ", "ZohoCRM.modules.{module}.READ", false),
            ("ZohoCRM.modules.*.READ", "ZohoCRM.modules.{module}.READ", true),
        ] {
            let parsed = Pattern::parse(pattern).unwrap();
            assert_eq!(parsed.matches(&scope.parse().unwrap()), expected, "{pattern} {scope}");
        }
    }

    #[test]
    fn patterns_meet_when_some_scope_fits_both() {
        for (a, b, expected) in [
            ("ZohoBooks.**", "**.DELETE", true),
            ("ZohoBooks.*.READ", "ZohoBooks.invoices.*", true),
            ("ZohoBooks.*.READ", "ZohoBooks.invoices.DELETE", false),
            ("ZohoCRM.modules.*.READ", "ZohoCRM.modules.READ", false),
            ("**.a.**", "b.c.**.d", true),
            ("a.b", "a.b.c", false),
            ("{a,b}.x.y", "{b,c}.x.y", true),
            ("{a,b}.x.y", "{c,d}.x.y", false),
        ] {
            let (x, y) = (Pattern::parse(a).unwrap(), Pattern::parse(b).unwrap());
            assert_eq!(x.meets(&y), expected, "{a} {b}");
            assert_eq!(y.meets(&x), expected, "{b} {a}");
        }
    }

    /// Every way to give parts to the parts of a pattern, tried one by one.
    fn naively(pattern: &[Part], parts: &[String]) -> bool {
        match (pattern.split_first(), parts.split_first()) {
            (None, None) => true,
            (Some((Part::Many, rest)), _) => (0..=parts.len()).any(|skip| naively(rest, &parts[skip..])),
            (Some((one, rest)), Some((part, tail))) => one.is(part) && naively(rest, tail),
            _ => false,
        }
    }

    fn naively_meet(a: &[Part], b: &[Part]) -> bool {
        match (a.split_first(), b.split_first()) {
            (None, None) => true,
            (Some((Part::Many, rest)), _) => {
                naively_meet(rest, b) || b.split_first().is_some_and(|(_, tail)| naively_meet(a, tail))
            }
            (_, Some((Part::Many, _))) => naively_meet(b, a),
            (Some((x, rest)), Some((y, tail))) => x.meets(y) && naively_meet(rest, tail),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn matching_and_meeting_agree_with_trying_everything(
            one in prop::collection::vec("a|b|\\*|\\*\\*|\\{a,b\\}", 1..6),
            other in prop::collection::vec("a|b|\\*|\\*\\*", 1..5),
            parts in prop::collection::vec("[abc]", 1..6),
        ) {
            let (one, other) = (Pattern::parse(&one.join(".")).unwrap(), Pattern::parse(&other.join(".")).unwrap());
            prop_assert_eq!(one.matches_parts(&parts), naively(one.parts(), &parts));
            prop_assert_eq!(one.meets(&other), naively_meet(one.parts(), other.parts()), "{} {}", one, other);
        }
    }

    #[test]
    fn slips_are_refused_with_their_place() {
        for (text, start, end) in [
            ("ZohoBooks.inv*.READ", 10, 14),
            ("ZohoBooks.{invoices}.READ", 10, 20),
            ("ZohoBooks..READ", 10, 10),
            ("ZohoBooks.{a,b.READ", 10, 19),
            ("ZohoBooks.a b.READ", 10, 13),
        ] {
            let error = Pattern::parse(text).unwrap_err();
            assert_eq!((error.start, error.end), (start, end), "{text}: {error}");
        }
    }
}
