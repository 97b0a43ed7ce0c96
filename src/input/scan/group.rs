//! Which scopes of a text are one list: those with nothing between them but what separates the items of a list.

use crate::input::Separator;

/// The most that may stand between two scopes of a list, in bytes; comments between them count.
const WIDEST_GAP: usize = 400;

/// What stands between two scopes of one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// The separator, where both stand in one string; none between two literals.
    pub(super) separator: Option<Separator>,
}

/// Tells what the text between two scopes makes of them; `None` where they are two requests.
pub(super) fn gap(text: &str, start: usize, end: usize) -> Option<Gap> {
    let between = text.get(start..end).filter(|between| between.len() <= WIDEST_GAP)?;
    let bytes = between.as_bytes();
    let (mut at, mut lines) = (0, 0_usize);
    let (mut comma, mut semicolon, mut quotes, mut comments) = (false, false, false, false);
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let length = match byte {
            b'\n' => {
                lines += 1;
                1
            }
            byte if byte.is_ascii_whitespace() => 1,
            b',' => {
                comma = true;
                1
            }
            // At the end of a line it ends a statement.
            b';' if !matches!(rest.get(1), Some(b'\n' | b'\r')) => {
                semicolon = true;
                1
            }
            b'"' | b'\'' | b'`' => {
                quotes = true;
                1
            }
            b'/' if rest.starts_with(b"//") => {
                comments = true;
                line_length(rest)
            }
            b'/' if rest.starts_with(b"/*") => {
                comments = true;
                between.get(at..)?.find("*/")? + 2
            }
            b'#' if at == 0 || bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace) => {
                comments = true;
                line_length(rest)
            }
            b'-' | b'*' if starts_line(bytes, at) => 1,
            b'+' | b'.' | b'&' if quotes => 1,
            b'+' if bytes.len() == 1 || rest.get(1) == Some(&b' ') => 1,
            b'%' => {
                match rest.get(1..3).map(<[u8]>::to_ascii_lowercase).as_deref() {
                    Some(b"2c") => comma = true,
                    Some(b"0a") => lines += 1,
                    Some(b"20" | b"0d" | b"22" | b"27") => {}
                    _ => return None,
                }
                3
            }
            b'\\' => match rest.get(1) {
                Some(b'n') => {
                    lines += 1;
                    2
                }
                Some(b'"' | b'\'') => {
                    quotes = true;
                    2
                }
                Some(b'r' | b't' | b'\n' | b'\r') => 2,
                Some(b'\\') => 1,
                Some(b'u') if rest.get(2..6).is_some_and(|code| code.eq_ignore_ascii_case(b"002c")) => {
                    comma = true;
                    6
                }
                _ => return None,
            },
            _ => return None,
        };
        at += length;
    }
    // A blank line parts what no comma holds together.
    if lines > 1 && !comma && !comments {
        return None;
    }
    let separator = match () {
        () if quotes || comments => None,
        () if comma => Some(Separator::Comma),
        () if semicolon => Some(Separator::Semicolon),
        () if lines > 0 => Some(Separator::Newline),
        () => Some(Separator::Space),
    };
    (!between.is_empty()).then_some(Gap { separator })
}

/// The rest of a line.
fn line_length(text: &[u8]) -> usize {
    text.iter().position(|&byte| byte == b'\n').unwrap_or(text.len())
}

/// Whether nothing but blanks stands before a place on its line: there a dash is a bullet.
fn starts_line(bytes: &[u8], at: usize) -> bool {
    let before = bytes.get(..at).unwrap_or(&[]).iter().rev().find(|byte| !matches!(byte, b' ' | b'\t'));
    before == Some(&b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_held_together_by_separators_alone() {
        use Separator::{Comma, Newline, Semicolon, Space};
        for (between, separator) in [
            (",", Some(Comma)),
            (", ", Some(Comma)),
            ("%2C", Some(Comma)),
            ("%2C%20", Some(Comma)),
            ("\\u002C", Some(Comma)),
            (" ", Some(Space)),
            ("+", Some(Space)),
            ("%20", Some(Space)),
            ("\n", Some(Newline)),
            ("\\n", Some(Newline)),
            ("\n- ", Some(Newline)),
            ("; ", Some(Semicolon)),
            ("\", \"", None),
            ("',\n  '", None),
            (",\"\n + \"", None),
            (",' .\n '", None),
            ("`\n- `", None),
            ("\\\",\\\"", None),
            ("\",  // why\n\n  \"", None),
            ("\", # why\n  \"", None),
            ("\", /* a\nb */ \"", None),
        ] {
            assert_eq!(gap(between, 0, between.len()), Some(Gap { separator }), "{between:?}");
        }
        for between in ["", "\n\n", "&scope=", "'], ['", "\";\n\"", " and ", "' => '", "\nX=", "</li>\n<li>", " | "] {
            assert_eq!(gap(between, 0, between.len()), None, "{between:?}");
        }
    }
}
