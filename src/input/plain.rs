//! Plain lists of scopes: one a line, or one list a line, with `#` comments.

use std::collections::HashSet;

use super::list::{WHOLE, leave_out};
use super::query::read_query;
use super::recognise::mentions_scopes;
use super::{Item, List, Request, Separator, read_list, read_url, url};
use crate::scope::MOST_OF_A_LIST;
use crate::text::{SourceId, Span};

/// Reads a text of scopes.
///
/// Lines in a row that hold one scope each are one request together, blank and comment lines between them ignored. A
/// line that holds several is a request of its own. A list goes on with the next line when a line ends in a comma, a
/// semicolon or a backslash, or the next one begins with a comma or a semicolon. Consent URLs are requests of their own,
/// also one that names no scopes. `#` begins a comment at the start of a line and after a blank; `-` and `*` before a
/// scope are bullets.
#[must_use]
pub fn read_plain(source: SourceId, text: &str) -> Vec<Request> {
    let mut reader = Reader { source, requests: Vec::new(), open: None, seen: HashSet::new(), kept: 0 };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = without_comment(line);
        let blank = |c: char| c.is_whitespace() || c == '\u{feff}';
        let start = content.len() - content.trim_start_matches(blank).len();
        let content = content.get(start..).unwrap_or("").trim_end();
        if !content.is_empty() {
            reader.line(content, at + start);
        }
        at += line.len();
    }
    reader.close();
    reader.requests
}

/// The part of a line before its comment.
pub(super) fn without_comment(line: &str) -> &str {
    let opens =
        |at: usize| line.get(..at).is_some_and(|before| before.chars().next_back().is_none_or(char::is_whitespace));
    let comment = line.match_indices('#').find(|&(at, _)| opens(at));
    comment.map_or(line, |(at, _)| line.get(..at).unwrap_or(line))
}

struct Reader {
    source: SourceId,
    requests: Vec<Request>,
    open: Option<Open>,
    /// What the lists say, once there are so many.
    seen: HashSet<String>,
    /// How many scopes there are.
    kept: usize,
}

/// A request to which lines may still be added.
struct Open {
    list: List,
    /// Whether a line held several scopes, so that the list ends with the line that does not announce another.
    several: bool,
    /// How the last line announced another.
    goes_on: Option<Separator>,
}

impl Reader {
    /// Takes a line that holds something. `offset` is where it begins.
    fn line(&mut self, line: &str, offset: usize) {
        if let Some(request) = read_query(self.source, line, offset) {
            self.close();
            self.requests.push(request);
            return;
        }
        let mut from = 0;
        while let Some(range) = url::find(line.get(from..).unwrap_or("")) {
            let found = Span::new(from + range.start, from + range.end);
            self.words_at_url(line, Span::new(from, found.start), offset);
            let written = line.get(found.start..found.end).unwrap_or("");
            self.close();
            self.requests.extend(read_url(self.source, written, offset + found.start));
            from = found.end;
        }
        if from == 0 {
            self.list(line, offset);
        } else {
            self.words_at_url(line, Span::new(from, line.len()), offset);
        }
    }

    /// What stands on a line with a URL is a label or a command, unless a scope is in it.
    fn words_at_url(&mut self, line: &str, span: Span, offset: usize) {
        let text = line.get(span.start..span.end).unwrap_or("").trim_end_matches('<');
        let words = text.trim_start_matches(['>', '"', '\'', '`', ')', ' ']);
        let list = read_list(self.source, words, offset + span.start + text.len() - words.len());
        if mentions_scopes(&list) {
            self.close();
            self.requests.extend(Request::of_list(self.source, list));
        }
    }

    fn list(&mut self, line: &str, offset: usize) {
        let begins = match line.chars().next() {
            Some(',') => Some(Separator::Comma),
            Some(';') => Some(Separator::Semicolon),
            _ => None,
        };
        let body = line.strip_suffix('\\').unwrap_or(line);
        let text = without_bullet(body);
        let start = body.len() - text.len();
        let list = read_list(self.source, text, offset + start);
        let several = list.items.len() > 1;
        let goes_on = match line.chars().next_back() {
            Some(',') => Some(Separator::Comma),
            Some(';') => Some(Separator::Semicolon),
            Some('\\') => Some(Separator::Space),
            _ => None,
        };
        let joined = self.open.as_ref().is_some_and(|open| open.goes_on.is_some() || begins.is_some());
        let stays_open = self.open.as_ref().is_some_and(|open| !open.several && !several);
        if !joined && !stays_open {
            self.close();
        }
        match &mut self.open {
            Some(open) => {
                open.list.append(list, Some(begins.or(open.goes_on).unwrap_or(Separator::Newline)));
                open.several |= several;
                open.goes_on = goes_on;
            }
            None => self.open = Some(Open { list, several, goes_on }),
        }
    }

    fn close(&mut self) {
        if let Some(request) = self.open.take().and_then(|open| Request::of_list(self.source, open.list)) {
            self.add(request);
        }
    }

    /// Adds a list. Beyond many, one that says again what another says is counted alone.
    fn add(&mut self, request: Request) {
        let written = |request: &Request| {
            let words: Vec<&str> = request.items.iter().map(|item| item.written.as_str()).collect();
            words.join("\n")
        };
        if self.requests.len() >= WHOLE && request.items.iter().all(Item::is_plain) {
            if self.seen.is_empty() {
                self.seen.extend(self.requests.iter().filter(|request| request.url.is_none()).map(written));
            }
            if !self.seen.insert(written(&request)) {
                if let Some(last) = self.requests.last_mut() {
                    last.repeated += request.items.len() + request.repeated;
                }
                return;
            }
        }
        self.kept += request.items.len();
        match self.requests.last_mut() {
            Some(last) if self.kept > MOST_OF_A_LIST && request.url.is_none() && !last.items.is_empty() => {
                leave_out(&mut last.items, request.place, request.items.len());
            }
            _ => self.requests.push(request),
        }
    }
}

/// The line without the `-`, `*` or `•` of a list item. A bullet alone is none.
fn without_bullet(line: &str) -> &str {
    let rest = line.strip_prefix(['-', '*', '•']).filter(|rest| rest.starts_with(char::is_whitespace));
    rest.map_or(line, str::trim_start)
}

#[cfg(test)]
mod tests {
    /// Lists on lines without end are cut together, and what is left out is told.
    #[test]
    fn lines_without_end_are_cut_and_told() {
        use crate::scope::{MOST_OF_A_LIST, Malformed};
        use crate::text::Sources;

        let line = |n: usize| format!("ZohoBooks.a{n}.READ ZohoBooks.b{n}.READ\n");
        let text: String = (0..MOST_OF_A_LIST / 2 + 9).map(line).collect();
        let requests = super::read_plain(Sources::default().next_id(), &text);
        let items: Vec<_> = requests.iter().flat_map(|request| &request.items).collect();
        assert_eq!(items.len(), MOST_OF_A_LIST + 1);
        assert_eq!(items.last().map(|item| &item.scope), Some(&Err(Malformed::Beyond(18))));
    }

    use proptest::prelude::*;

    use super::Separator::{Comma, Newline, Semicolon, Space};
    use super::*;
    use crate::input::samples::{check_places, scopes_of, sources};

    fn read(text: &str) -> Vec<Request> {
        let (sources, id) = sources(text);
        let requests = read_plain(id, text);
        for request in &requests {
            check_places(&sources, &request.items);
        }
        requests
    }

    #[test]
    fn lines_are_grouped_into_requests() {
        for (text, expected) in [
            ("a\nb\n\n# c\n  # d\nc # d\n", &["a|b|c"][..]),
            ("a,b\nc,d\n", &["a|b", "c|d"]),
            ("a\nb, c\nd\ne\n", &["a", "b|c", "d|e"]),
            ("a,\nb,\nc\nd\n", &["a|b|c|d"]),
            ("a, b,\nc\nd\n", &["a|b|c", "d"]),
            ("a,\nb, c\nd\n", &["a|b|c", "d"]),
            ("a, b\n, c\n; d\ne\n", &["a|b|c|d", "e"]),
            ("a b \\\nc\nd", &["a|b|c", "d"]),
            ("a, # first\n# between\nb c # second\n", &["a|b|c"]),
            ("- a\n* b\n• c\n-\n", &["a|b|c|-"]),
            ("[\n  \"a\",\n  \"b\"\n]\n", &["a|b"]),
            ("\u{feff}a\r\nb\r\n", &["a|b"]),
            ("a#b c", &["a#b|c"]),
            ("# only\n\n ,\n", &[]),
            ("", &[]),
        ] {
            assert_eq!(scopes_of(&read(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn what_a_long_list_says_again_is_counted() {
        // A list of lines, one list on a line, a list on each line.
        let again = "A.b.READ\n".repeat(5000) + "A.c.READ\nA.b.READ.\n";
        let one = "A.b.READ,".repeat(5000) + "A.c.READ";
        let many = "A.b.READ,A.c.READ\n".repeat(5000) + "A.b.READ,A.d.READ\n";
        for (text, requests, items, repeated) in
            [(again, 1, WHOLE + 2, 4000), (one, 1, WHOLE + 1, 4000), (many, WHOLE + 1, 2 * WHOLE + 2, 8000)]
        {
            let read = read(&text);
            assert_eq!(read.len(), requests);
            assert_eq!(read.iter().map(|request| request.items.len()).sum::<usize>(), items);
            assert_eq!(read.iter().map(|request| request.repeated).sum::<usize>(), repeated);
        }
    }

    #[test]
    fn separators_are_recorded_across_lines() {
        for (text, expected) in [
            ("a\nb", &[Newline][..]),
            ("a,\nb", &[Comma]),
            ("a\n,b", &[Comma]),
            ("a;\nb", &[Semicolon]),
            ("a b,\nc", &[Space, Comma]),
            ("a,b \\\nc", &[Comma, Space]),
            ("a", &[]),
        ] {
            assert_eq!(read(text)[0].separators, expected, "{text:?}");
        }
    }

    #[test]
    fn consent_urls_are_requests_of_their_own() {
        let url = "https://accounts.zoho.eu/oauth/v2/auth";
        for (line, expected, urls) in [
            (format!("a\n{url}?scope=A.b.READ,A.c.READ\nb"), &["a", "A.b.READ|A.c.READ", "b"][..], 1),
            (format!("{url}?client_id=x # none"), &[""], 1),
            (format!("Login: {url}?scope=A.b.READ, A.c.READ"), &["A.b.READ|A.c.READ"], 1),
            (format!("curl '{url}?scope=A.b.READ' -H x"), &["A.b.READ"], 1),
            (format!("A.d.READ {url}?scope=A.b.READ"), &["A.d.READ", "A.b.READ"], 1),
            (format!("<{url}?scope=A.b.READ> A.d.READ"), &["A.b.READ", "A.d.READ"], 1),
            (format!("{url}?scope=A.b.READ {url}?scope=A.c.READ"), &["A.b.READ", "A.c.READ"], 2),
            ("scope=A.b.READ,A.c.READ&client_id=x".to_owned(), &["A.b.READ|A.c.READ"], 0),
        ] {
            let requests = read(&line);
            assert_eq!(scopes_of(&requests), expected, "{line}");
            assert_eq!(requests.iter().filter(|request| request.url.is_some()).count(), urls, "{line}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_every_place_is_exact(text in "(https://|/oauth/v2/auth\\?scope=|[-#,;\\\\\n\r \"']|[a-z.]|\\PC){0,30}") {
            read(&text);
        }

        #[test]
        fn no_scope_is_lost_or_regrouped_out_of_order(
            lines in prop::collection::vec(prop::collection::vec("[A-Z][a-z]{1,4}\\.[a-z]{1,5}\\.(READ|ALL)", 1..4), 1..8),
            comma in prop::bool::ANY,
        ) {
            let text: String = lines.iter().map(|line| line.join(", ") + if comma { ",\n" } else { "\n" }).collect();
            let requests = read(&text);
            let read: Vec<&str> =
                requests.iter().flat_map(|request| &request.items).map(|item| item.written.as_str()).collect();
            let meant: Vec<&str> = lines.iter().flatten().map(String::as_str).collect();
            prop_assert_eq!(read, meant);
            prop_assert!(!comma || requests.len() == 1);
        }
    }
}
