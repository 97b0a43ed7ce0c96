//! Where a URL goes on: over the end of a line, blanks and remarks.

use super::reader::{End, Reader};
use crate::input::recognise;

/// The names of parameters with which a line begins that goes on with a URL.
const PARAMETERS: [&str; 9] = [
    "scope=",
    "client_id=",
    "response_type=",
    "access_type=",
    "redirect_uri=",
    "prompt=",
    "state=",
    "soid=",
    "grant_type=",
];

impl Reader<'_> {
    /// Passes over a line's end and the next line's beginning, where the URL goes on there.
    pub(super) fn line_break(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        let next = rest.trim_start_matches('\r').strip_prefix('\n').unwrap_or(rest);
        let line = next.trim_start_matches([' ', '\t']);
        let line = line.strip_prefix("> ").unwrap_or(line);
        let word = line.split(char::is_whitespace).next().unwrap_or("");
        let announced = match self.written.chars().next_back() {
            Some('?' | '&') => word.contains('=') || word.starts_with(['{', '$', '<', '[']),
            Some('=') => !word.is_empty() && !word.starts_with(['<', '#']),
            Some(',' | '+') => {
                let is_word = recognise::is_oidc_word(word.trim_end_matches([',', '&']));
                is_word || word.contains('.') && !word.contains("://")
            }
            _ => false,
        };
        let continues = word.starts_with(['&', '?']) && word.contains('=')
            || word.starts_with(',') && word.contains('.')
            || PARAMETERS.iter().any(|name| word.starts_with(name)) && self.written.contains('?');
        if !(announced || continues) || word.is_empty() {
            return false;
        }
        // A parameter on a line of its own has its ampersand or goes without.
        let alone = continues && !word.starts_with(['&', '?', ',']) && !self.written.ends_with(['&', '?']);
        let to = self.at + rest.len() - line.len();
        if alone {
            self.piece("&", 0);
        }
        self.at = to;
        true
    }

    /// Passes over blanks, and a remark at the end of a line, where the URL goes on.
    pub(super) fn blank(&mut self, end: End) -> bool {
        let rest = self.text.get(self.at..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let after = line.trim_start();
        let remark = ["<-", "←", "#", "//", "--", "<!--", "(", "\\"].iter().any(|mark| after.starts_with(mark));
        if after.is_empty() || remark && !matches!(end, End::Quote(b'"' | b'\'')) {
            let before = self.at;
            self.at += line.len();
            if self.line_break() {
                return true;
            }
            self.at = before;
            return false;
        }
        // People write blanks into the list of scopes.
        let in_quotes = match end {
            End::Quote(quote) | End::Escaped(quote) => line.contains(char::from(quote)),
            _ => false,
        };
        if in_quotes && self.written.contains('?') {
            self.copy(line.len() - after.len());
            return true;
        }
        false
    }
}
