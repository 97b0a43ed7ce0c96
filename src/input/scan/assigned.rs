//! Names of services that a text gives to a variable, and the scopes that begin with the variable: `S=ZohoBooks` and
//! `$S.fullaccess.all`. One assignment is followed, in the same text, whatever the language.

use std::ops::Range;

use memchr::memmem;

use super::joins::{literal, operator, skip_blanks};

/// The most variables that are followed in a text.
const MOST: usize = 32;

/// How far after a variable its scope may reach, in bytes.
const REACH: usize = 240;

/// A variable that holds the name of a service.
#[derive(Debug)]
pub(super) struct Variable<'t> {
    name: &'t str,
    /// Where the service's name stands.
    value: Range<usize>,
}

/// A scope that begins with a variable.
#[derive(Debug)]
pub(super) struct Use {
    /// The scope's text and what follows it, with the service in the place of the variable.
    pub(super) text: String,
    /// How long the service's name is in it.
    pub(super) service: usize,
    /// Where the variable begins.
    pub(super) start: usize,
    /// Where that stands which follows the service's name.
    pub(super) rest: usize,
}

/// The variable to which a service's name is assigned that stands at a place: `S=ZohoBooks`, `const s = "ZohoBooks"`,
/// `S: 'ZohoBooks'`, `ENV S ZohoBooks`.
pub(super) fn variable<'t>(text: &'t str, value: &Range<usize>) -> Option<Variable<'t>> {
    let from = text.floor_char_boundary(value.start.saturating_sub(REACH));
    let line = text.get(from..value.start)?.rsplit('\n').next()?;
    let head = line.trim_end_matches(['"', '\'', '`']);
    let head = head.strip_suffix('$').unwrap_or(head).trim_end();
    let assigned = head.strip_suffix('=').or_else(|| head.strip_suffix(':'));
    let head = match assigned {
        Some(head) => head.trim_end_matches([':', '?', '+', ' ', '\t', '"', '\'']),
        None => head.trim_start().strip_prefix("ENV ").or_else(|| head.trim_start().strip_prefix("ARG "))?,
    };
    // The type of a variable stands between it and its value.
    let head = match head.split_once(": ") {
        Some((name, _)) if assigned.is_some() && !name.contains(['"', '\'', '=']) => name,
        _ => head,
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = head.get(head.trim_end_matches(is_part).len()..)?;
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_').then(|| Variable { name, value: value.clone() })
}

/// The scopes that begin with variables, in no order.
pub(super) fn uses(text: &str, variables: &[Variable<'_>]) -> Vec<Use> {
    let mut uses = Vec::new();
    let mut names: Vec<&str> = variables.iter().map(|variable| variable.name).collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().take(MOST) {
        for at in memmem::find_iter(text.as_bytes(), name) {
            let Some((start, rest)) = reach(text, at, name) else { continue };
            // What it was given last, or first of all.
            let own = || variables.iter().filter(|variable| variable.name == name);
            let Some(variable) = own().take_while(|variable| variable.value.start < at).last().or_else(|| own().next())
            else {
                continue;
            };
            let Some(service) = text.get(variable.value.clone()) else { continue };
            let to = text.ceil_char_boundary((rest + REACH).min(text.len()));
            let follows = text.get(rest..to).unwrap_or("");
            uses.push(Use { text: format!("{service}{follows}"), service: service.len(), start, rest });
        }
    }
    uses
}

/// From where to where a variable is written before a dot, its marks included; `None` where no dot follows.
fn reach(text: &str, at: usize, name: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let end = at + name.len();
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let before = text.get(..at)?;
    if before.bytes().next_back().is_some_and(|byte| is_part(&byte)) || bytes.get(end).is_some_and(is_part) {
        return None;
    }
    const MARKS: [(&str, &str); 12] = [
        ("${{ env.", " }}"),
        ("${", "}"),
        ("$env:", ""),
        ("${env:", "}"),
        ("#{", "}"),
        ("$(", ")"),
        ("{{ ", " }}"),
        ("{{", "}}"),
        ("{", "}"),
        ("%", "%"),
        ("!", "!"),
        ("$", ""),
    ];
    let marked = MARKS.iter().find_map(|(open, close)| {
        let follows = text.get(end..)?;
        (before.ends_with(open) && follows.starts_with(close)).then(|| (at - open.len(), end + close.len()))
    });
    let (start, end) = marked.unwrap_or((at, end));
    if bytes.get(end) == Some(&b'.') && marked.is_some() {
        return Some((start, end));
    }
    // `"$S".fullaccess.all`, `S + ".fullaccess.all"`, `$S . '.fullaccess.all'`
    let closed = if matches!(bytes.get(end), Some(b'"' | b'\'')) { end + 1 } else { end };
    if closed > end && marked.is_some() && bytes.get(closed) == Some(&b'.') {
        return Some((start, closed));
    }
    let after = skip_blanks(bytes, closed);
    let length = operator(bytes, after);
    let begins = literal(bytes, skip_blanks(bytes, after + length))?;
    (bytes.get(begins) == Some(&b'.') && (length > 0 || closed > end || marked.is_some())).then_some((start, begins))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_stands_for_the_service_that_it_was_given() {
        for text in [
            "S=ZohoBooks\nSCOPE=$S.fullaccess.all",
            "S=ZohoBooks\nSCOPE=\"${S}.fullaccess.all\"",
            "export S='ZohoBooks'; SCOPE=\"$S\".fullaccess.all",
            "S := ZohoBooks\nSCOPE := $(S).fullaccess.all",
            "set S=ZohoBooks\nset SCOPE=%S%.fullaccess.all",
            "$S = \"ZohoBooks\"\n$scope = \"$S.fullaccess.all\"",
            "$env:S = \"ZohoBooks\"\n$scope = \"$env:S.fullaccess.all\"",
            "const S = 'ZohoBooks';\nconst scope = `${S}.fullaccess.all`;",
            "const S: string = 'ZohoBooks';\nconst scope = S + '.fullaccess.all';",
            "S = 'ZohoBooks'\nscope = f'{S}.fullaccess.all'",
            "s = 'ZohoBooks'\nscope = \"#{s}.fullaccess.all\"",
            "$s = 'ZohoBooks';\n$scope = $s . '.fullaccess.all';",
            "env:\n  S: ZohoBooks\nrun: x ${{ env.S }}.fullaccess.all",
            "ENV S ZohoBooks\nENV SCOPE ${S}.fullaccess.all",
            "ARG S=ZohoBooks\nENV SCOPE=$S.fullaccess.all",
        ] {
            let at = text.find("ZohoBooks").unwrap();
            let variable = variable(text, &(at..at + 9)).unwrap_or_else(|| panic!("{text}"));
            let uses = uses(text, &[variable]);
            assert!(uses.len() == 1 && uses[0].text.starts_with("ZohoBooks.fullaccess.all"), "{text}: {uses:?}");
        }
        for text in ["see ZohoBooks", "x.ZohoBooks", "f(\"ZohoBooks\")", "[ZohoBooks]"] {
            let at = text.find("ZohoBooks").unwrap();
            assert!(variable(text, &(at..at + 9)).is_none(), "{text}");
        }
        let text = "S=ZohoBooks\nx = OS.path.join; S.read(); S; $ST.a";
        assert!(uses(text, &[variable(text, &(2..11)).unwrap()]).is_empty());
    }
}
