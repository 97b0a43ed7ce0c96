//! What stands in comments: a list never runs from code into one, and each of their lines is its own.

use std::ops::Range;

use memchr::{memchr, memmem, memrchr};

use super::line::Line;
use crate::input::scan::syntax::{Comments, Family, Syntax};

/// The comments of a text that may reach over several lines, found once.
pub(super) struct Remarks<'t> {
    text: &'t str,
    blocks: Vec<Range<usize>>,
}

impl<'t> Remarks<'t> {
    pub(super) fn of(text: &'t str, syntax: Syntax) -> Self {
        let mut remarks = Self { text, blocks: Vec::new() };
        for (mark, open, close) in [
            (Comments::BLOCK, "/*", "*/"),
            (Comments::ANGLE, "<!--", "-->"),
            (Comments::POWERSHELL, "<#", "#>"),
            (Comments::HASKELL, "{-", "-}"),
        ] {
            if syntax.comments.has(mark) {
                remarks.find_blocks(open, close);
            }
        }
        if syntax.comments.has(Comments::TRIPLE) {
            remarks.find_docstrings();
        }
        remarks.blocks.sort_unstable_by_key(|range| range.start);
        remarks
    }

    /// Whether a place is in a comment that may reach over several lines.
    pub(super) fn hold(&self, at: usize) -> bool {
        let next = self.blocks.partition_point(|block| block.end <= at);
        self.blocks.get(next).is_some_and(|block| block.start <= at)
    }

    fn find_blocks(&mut self, open: &str, close: &str) {
        let bytes = self.text.as_bytes();
        let mut from = 0;
        while let Some(at) = bytes.get(from..).and_then(|rest| memmem::find(rest, open.as_bytes())).map(|at| from + at)
        {
            from = at + open.len();
            // A pattern of paths (`src/*`, `**/*.js`), or a text in quotes.
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            if before
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'"' | b'\'' | b'`' | b'*' | b'/'))
            {
                continue;
            }
            let Some(end) = memmem::find(bytes.get(from..).unwrap_or(&[]), close.as_bytes()) else { return };
            let end = from + end + close.len();
            self.blocks.push(at..end);
            from = end;
        }
    }

    fn find_docstrings(&mut self) {
        let bytes = self.text.as_bytes();
        let mut from = 0;
        let next = |from: usize| {
            let rest = bytes.get(from..)?;
            let (a, b) = (memmem::find(rest, b"\"\"\""), memmem::find(rest, b"'''"));
            match (a, b) {
                (Some(a), Some(b)) => Some(from + a.min(b)),
                (one, None) | (None, one) => one.map(|at| from + at),
            }
        };
        while let Some(at) = next(from) {
            let quotes = bytes.get(at..at + 3).unwrap_or(&[]);
            let Some(end) = memmem::find(bytes.get(at + 3..).unwrap_or(&[]), quotes) else { return };
            let end = at + 3 + end + 3;
            let line = bytes.get(..at).and_then(|head| memrchr(b'\n', head)).map_or(0, |line| line + 1);
            let before = self.text.get(line..at).unwrap_or("").trim_start();
            let documents = before.starts_with('@') && before.contains("doc");
            if documents || matches!(before, "" | "r" | "u" | "R" | "U") {
                // What goes on a call's or a list's line before is a value.
                let above = self.text.get(..line).unwrap_or("").trim_end();
                if !above.ends_with(['(', '[', '{', ',', '=', '+', '\\']) {
                    self.blocks.push(at..end);
                }
            }
            from = end;
        }
    }
}

/// Whether a scope stands in a comment that opens on its line.
pub(super) fn opens_on(line: &Line<'_>, comments: Comments, family: Family) -> bool {
    line.whole && opens_comment(line.head, line.tail, comments, family)
}

/// Whether a comment opens in a line before a scope.
fn opens_comment(head: &str, tail: &str, comments: Comments, family: Family) -> bool {
    let bytes = head.as_bytes();
    let lead = head.len() - head.trim_start().len();
    let start = head.get(lead..).unwrap_or("");
    let begins = |mark: &str| start.starts_with(mark);
    let unknown = family == Family::Unknown;
    if comments.has(Comments::REMARK) {
        let plain = start.trim_start_matches('@').to_ascii_lowercase();
        return plain.starts_with("rem ") || plain.starts_with("::");
    }
    if (comments.has(Comments::SEMICOLON) || unknown) && begins(";")
        || comments.has(Comments::PERCENT) && begins("%")
        || (comments.has(Comments::DASHES) || unknown) && begins("-- ")
        || comments.has(Comments::SLASHES) && (begins("* ") && comments.has(Comments::BLOCK) && family == Family::Code)
    {
        return true;
    }
    let mut quote: Option<u8> = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or(&[]);
        let apart = at == 0
            || bytes.get(at - 1).is_some_and(|before| before.is_ascii_whitespace() || b";,{}()[]".contains(before));
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None => match byte {
                b'\'' if comments.has(Comments::QUOTE) => return true,
                b'"' | b'\'' | b'`' => {
                    // A quote that is never closed on its line is an apostrophe.
                    let closes =
                        memchr(byte, rest.get(1..).unwrap_or(&[])).is_some() || tail.as_bytes().contains(&byte);
                    if closes {
                        quote = Some(byte);
                    }
                }
                b'#' if comments.has(Comments::HASH) && apart => return true,
                b'/' if comments.has(Comments::SLASHES) && rest.starts_with(b"//") && apart => return true,
                b'-' if comments.has(Comments::DASHES) && rest.starts_with(b"--") && apart => return true,
                b';' if comments.has(Comments::SEMICOLON) && apart => return true,
                _ => {}
            },
        }
        at += 1;
    }
    false
}
