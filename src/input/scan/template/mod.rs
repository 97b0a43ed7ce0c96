//! The URLs that programs put together: literals that are joined, parts that are filled in, lines that go on, and URLs
//! inside other URLs. What is known of one is one text, with `{name}` where something is filled in.

mod encoded;
mod joined;
mod lines;
mod reader;

use std::ops::Range;

use memchr::memmem;

use crate::input::url;
use crate::text::Span;
use reader::{Reader, Segment};

/// How far before the mark in its path a URL begins, in bytes.
const HEAD: usize = 300;

/// How far after a URL it is looked for whether more is added to it, in bytes.
const AFTER: usize = 600;

/// A URL as far as its literal parts tell.
#[derive(Debug)]
pub(in crate::input) struct Template {
    /// Its text; what is filled in stands as `{name}`.
    pub(in crate::input) text: String,
    /// Where it stands, from its first byte to its last.
    pub(in crate::input) range: Range<usize>,
    /// Whether what is filled in or added may hold parameters.
    pub(in crate::input) open: bool,
    /// Which parts of the text stand where, in order.
    segments: Vec<Segment>,
}

impl Template {
    /// All URLs of a text that may lead to the page that asks for consent, in order.
    pub(super) fn all(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for at in marks(text) {
            if found.last().is_some_and(|last| at < last.range.end) {
                continue;
            }
            let after = found.last().map_or(0, |last| last.range.end);
            found.extend(Self::around(text, after, at));
        }
        found
    }

    /// The URL around a mark; it begins no earlier than `after`.
    pub(in crate::input) fn around(text: &str, after: usize, mark: usize) -> Option<Self> {
        let from = text.ceil_char_boundary(mark.saturating_sub(HEAD).max(after));
        let head = text.get(from..mark)?;
        let start = head.rfind(url::ends_head).map_or(from, |at| {
            from + at + head.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
        });
        let encoded =
            text.get(start..mark).is_some_and(|head| head.contains("%3A%2F%2F") || head.contains("%3a%2f%2f"));
        let mut reader = Reader::new(text, start);
        if encoded {
            reader.encoded();
        } else {
            reader.plain();
        }
        reader.finished()
    }

    /// Where a span of its text stands in the source.
    pub(in crate::input) fn origin(&self, span: Span) -> Span {
        let start = self.place(span.start, false);
        Span::new(start, self.place(span.end, true).max(start))
    }

    fn place(&self, at: usize, ends: bool) -> usize {
        let next = if ends {
            self.segments.partition_point(|segment| segment.text.end < at)
        } else {
            self.segments.partition_point(|segment| segment.text.end <= at)
        };
        let Some(segment) = self.segments.get(next) else { return self.range.end };
        if segment.text.len() == segment.source.len() {
            segment.source.start + at.saturating_sub(segment.text.start)
        } else if ends && at >= segment.text.end {
            segment.source.end
        } else {
            segment.source.start
        }
    }
}

/// Where paths of pages stand that ask for consent or give tokens.
fn marks(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let is_mark = |at: &usize| {
        let rest = bytes.get(at + "oauth".len()..).unwrap_or(&[]);
        [&b"/v"[..], b"\\/v", b"%2Fv", b"%2fv"].iter().any(|next| rest.starts_with(next))
    };
    let mut marks: Vec<usize> = memmem::find_iter(bytes, b"oauth").filter(is_mark).collect();
    marks.extend(memmem::find_iter(bytes, b"apiauthtoken/"));
    marks.sort_unstable();
    marks
}

impl Reader<'_> {
    fn finished(mut self) -> Option<Template> {
        let trailing = self.written.len() - self.written.trim_end_matches([',', ';', ']', ' ', '.', '*']).len();
        self.written.truncate(self.written.len() - trailing);
        let query = self.written.split_once('?').map_or("", |(_, query)| query);
        let has =
            |name: &str| query.split('&').any(|part| part.trim_start_matches("amp;").split('=').next() == Some(name));
        let (client, redirect) = (has("client_id"), has("redirect_uri"));
        let reach = self.text.floor_char_boundary((self.at + AFTER).min(self.text.len()));
        let after = self.text.get(self.at..reach).unwrap_or("");
        let after = after.split("oauth/v").next().unwrap_or("");
        let added = ["&state=", "'state'", "\"state\"", ":state", "state:"].iter().any(|mark| after.contains(mark));
        // Without a client, or with what is filled in and no place to return to, somebody else adds the rest.
        let base = !client && !redirect || self.filled && !(client && redirect);
        let open = self.open || base || added || self.written.ends_with(['?', '&', '=']);
        let end = self.segments.last().map_or(self.at, |last| last.source.end);
        let end = end.saturating_sub(trailing).max(self.start);
        Some(Template { text: self.written, range: self.start..end, open, segments: self.segments })
            .filter(|template| !template.text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<(String, bool)> {
        Template::all(source).into_iter().map(|template| (template.text, template.open)).collect()
    }

    #[test]
    fn urls_are_put_together_as_far_as_their_literals_tell() {
        const URL: &str = "https://accounts.zoho.eu/oauth/v2/auth";
        for (before, after, expected, open) in [
            (
                "u = \"",
                "?scope=A.b.READ&client_id=1&redirect_uri=x\"",
                "?scope=A.b.READ&client_id=1&redirect_uri=x",
                false,
            ),
            (
                "u = `",
                "?scope=${scopes.join(',')}&client_id=${id}&redirect_uri=${cb}`;",
                "?scope={scopes}&client_id={id}&redirect_uri={cb}",
                false,
            ),
            (
                "u = \"",
                "?scope=\" + scope + \"&client_id=\" + id + \"&redirect_uri=\" + cb;",
                "?scope={scope}&client_id={id}&redirect_uri={cb}",
                false,
            ),
            (
                "$u = '",
                "?scope=' . urlencode($scope) . '&client_id='.$id.'&redirect_uri=x';",
                "?scope={urlencode}&client_id={id}&redirect_uri=x",
                false,
            ),
            (
                "u = \"",
                "?scope=\" & scope & _\n  \"&client_id=1&redirect_uri=x\"",
                "?scope={scope}&client_id=1&redirect_uri=x",
                false,
            ),
            (
                "(\"",
                "?scope=A.b.READ\"\n  \"&client_id=1&redirect_uri=x\")",
                "?scope=A.b.READ&client_id=1&redirect_uri=x",
                false,
            ),
            ("curl \"", "?scope=%SCOPE%\"", "?scope={SCOPE}", true),
            (
                "",
                "?\nscope=A.b.READ,\n  A.c.READ,   <- here\n  A.d.READ\n  &client_id=1\n  &redirect_uri=x\nThen wait.",
                "?scope=A.b.READ,A.c.READ,A.d.READ&client_id=1&redirect_uri=x",
                false,
            ),
            (
                "",
                "?scope=A.b.READ&client_id={{id}}&redirect_uri={{ cb }} and more",
                "?scope=A.b.READ&client_id={id}&redirect_uri={cb}",
                false,
            ),
            ("go to ", "? It opens.", "", true),
            ("u = \"", "?scope=A.b.READ\"", "?scope=A.b.READ", true),
            ("u = \"", "?client_id=1&redirect_uri=x\" + rest", "?client_id=1&redirect_uri=x{rest}", true),
            ("u = \"", "?client_id=1&redirect_uri=x&${more}\"", "?client_id=1&redirect_uri=x&{more}", true),
            ("u = \"", "?scope=A.b.READ&client_id=\" + id;", "?scope=A.b.READ&client_id={id}", true),
            ("u = \"", "?client_id=1&redirect_uri=x\"\nu += \"&state=\" + s", "?client_id=1&redirect_uri=x", true),
            (
                "[a](",
                "?scope=A.b.READ&client_id=1&redirect_uri=x) b",
                "?scope=A.b.READ&client_id=1&redirect_uri=x",
                false,
            ),
            (
                "x: ",
                "?scope=A.b.READ&amp;client_id=1&amp;redirect_uri=x</string>",
                "?scope=A.b.READ&amp;client_id=1&amp;redirect_uri=x",
                false,
            ),
        ] {
            let source = format!("{before}{URL}{after}");
            let found = texts(&source);
            assert_eq!(found.len(), 1, "{source}: {found:?}");
            let (text, is_open) = &found[0];
            let wanted = if expected.is_empty() { format!("{URL}?") } else { format!("{URL}{expected}") };
            assert_eq!((text.as_str(), *is_open), (wanted.as_str(), open), "{source}");
        }
    }

    #[test]
    fn a_url_in_another_is_read_and_keeps_its_places() {
        let inner =
            "https%3A%2F%2Faccounts.zoho.com%2Foauth%2Fv2%2Fauth%3Fscope%3DA.b.READ%252CA.c.READ%26client_id%3D1";
        let source = format!("https://accounts.zoho.com/signin?serviceurl={inner}&x=1");
        let all = Template::all(&source);
        let template = all.first().unwrap();
        assert_eq!(template.text, "https://accounts.zoho.com/oauth/v2/auth?scope=A.b.READ%2CA.c.READ&client_id=1");
        let at = template.text.find("A.b.READ").unwrap();
        let span = template.origin(Span::new(at, at + 8));
        assert_eq!(&source[span.start..span.end], "A.b.READ");
    }

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(
            text in "(\\PC|[\"'`+.&?={}$%<>()\\\\ \\n,]|https://accounts\\.zoho\\.eu/oauth/v2/auth\\?|scope=|%3A%2F%2Fx%2Foauth%2Fv2|é){0,40}",
        ) {
            for template in Template::all(&text) {
                proptest::prop_assert!(text.get(template.range.clone()).is_some(), "{template:?}");
                for (at, _) in template.text.char_indices() {
                    let span = template.origin(Span::new(at, template.text.len()));
                    proptest::prop_assert!(text.get(span.start..span.end).is_some(), "{at} {template:?}");
                }
            }
        }
    }
}
