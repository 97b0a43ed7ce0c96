//! Files of environment variables (`.env`).

use super::recognise::{mentions_scopes, names_scopes};
use super::{Request, read_list, read_url, url};
use crate::text::SourceId;

/// Reads the lists of scopes in lines of the form `KEY=value` or `export KEY="value"`.
///
/// A variable counts when it [`names_scopes`] and something in its value looks like a scope of Zoho's, or when its
/// value is a consent URL that names scopes. Each is one request. A list may go on over several lines inside quotes, or
/// after a backslash. `#` begins a comment at the start of a line and, outside quotes, after a blank.
#[must_use]
pub fn read_dotenv(source: SourceId, text: &str) -> Vec<Request> {
    let mut requests = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or("");
        let line = rest.lines().next().unwrap_or("");
        let line_len = line_len(rest);
        let Some((key, value_at)) = assignment(line) else {
            at += line_len;
            continue;
        };
        let named = names_scopes(key);
        let tail = rest.get(value_at..).unwrap_or("");
        // Only a list is followed over line ends: a quote that is never closed elsewhere must not swallow one.
        let len = value_len(if named { tail } else { line.get(value_at..).unwrap_or("") });
        let value = tail.get(..len).unwrap_or("");
        let offset = at + value_at;
        if url::asks_for_scopes(source, value) {
            requests.extend(read_url(source, value, offset));
        } else if named {
            let list = read_list(source, value, offset);
            if mentions_scopes(&list) {
                requests.extend(Request::of_list(source, list));
            }
        }
        let end = value_at + len;
        at += line_len.max(end + line_len_after(rest, end));
    }
    requests
}

/// Key and start of the value of a line that assigns one.
pub(super) fn assignment(line: &str) -> Option<(&str, usize)> {
    let (head, _) = line.split_once('=')?;
    let key = head.trim_start_matches('\u{feff}').trim();
    let key = key.strip_prefix("export ").map_or(key, str::trim_start);
    let mut bytes = key.bytes();
    let is_key = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    is_key.then_some((key, head.len() + 1))
}

/// The length of the value at the start of a text, without the comment after it.
fn value_len(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut quote = None;
    let mut at = 0;
    let mut first_line_end = None;
    while let Some(&byte) = bytes.get(at) {
        match (byte, quote) {
            (b'\\', None | Some(b'"')) => {
                // The character after a backslash is taken as it is, a line break (of one byte or two) included.
                at += if bytes.get(at + 1..at + 3) == Some(b"\r\n") { 2 } else { 1 };
            }
            (b'\n', None) => return at,
            (b'\n', Some(_)) => {
                let end = *first_line_end.get_or_insert(at);
                let next = text.get(at + 1..).and_then(|rest| rest.lines().next()).unwrap_or("");
                if assignment(next).is_some() {
                    return end;
                }
            }
            (b'#', None) if at == 0 || bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace) => return at,
            (byte @ (b'"' | b'\'' | b'`'), None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
        at += 1;
    }
    // A quote that is never closed ends with its line.
    if quote.is_some() { first_line_end.unwrap_or(text.len()) } else { text.len() }
}

/// The length of the first line, its line break included.
fn line_len(text: &str) -> usize {
    text.find('\n').map_or(text.len(), |at| at + 1)
}

/// The length of what is left of a line after `at` bytes, its line break included.
fn line_len_after(text: &str, at: usize) -> usize {
    text.get(at..).map_or(0, line_len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::samples::{check_places, scopes_of, sources};

    fn read(text: &str) -> Vec<String> {
        let (sources, id) = sources(text);
        let requests = read_dotenv(id, text);
        for request in &requests {
            check_places(&sources, &request.items);
        }
        scopes_of(&requests)
    }

    #[test]
    fn each_variable_is_one_request() {
        for (text, expected) in [
            ("ZOHO_SCOPE=A.b.READ,A.c.READ", &["A.b.READ|A.c.READ"][..]),
            (
                "export ZOHO_SCOPES=\"A.b.READ, A.c.READ\" # both\r\nscope='A.d.READ'\r\n",
                &["A.b.READ|A.c.READ", "A.d.READ"],
            ),
            ("  oauthScopes = A.b.READ A.c.READ   # A.x.READ\n", &["A.b.READ|A.c.READ"]),
            ("# SCOPE=A.b.READ\n #SCOPE=A.c.READ\n", &[]),
            ("SCOPE=# A.b.READ\n", &[]),
            ("SCOPE=\"A.b.READ,\n  A.c.READ\"\nX=1\n", &["A.b.READ|A.c.READ"]),
            ("SCOPE=A.b.READ,\\\n  A.c.READ\nX=1\n", &["A.b.READ|A.c.READ"]),
            ("SCOPE=A.b.READ,\\\r\n  A.c.READ\r\nX=1\n", &["A.b.READ|A.c.READ"]),
            ("SCOPE=\"A.b.READ\",\"A.c.READ\"\n", &["A.b.READ|A.c.READ"]),
            ("SCOPE=\"A.b.READ\nB_SCOPE=\"A.c.READ\"\n", &["A.b.READ", "A.c.READ"]),
            ("NAME=\"open\nSCOPE=A.b.READ\nNAME='\n", &["A.b.READ"]),
            ("SCOPE='A.b.READ", &["A.b.READ"]),
            ("SCOPE=\"A.b.READ # no comment\"", &["A.b.READ|#|no|comment"]),
            ("SCOPE=global\nOTHER=A.b.READ\nSCOPE=\nSCOPE", &[]),
            ("\u{feff}SCOPE=A.b.READ", &["A.b.READ"]),
            ("URL=https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ&x=y\n", &["A.b.READ"]),
            ("URL=\"https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ\" # c\n", &["A.b.READ"]),
            ("URL=https://accounts.zoho.eu/oauth/v2/auth\n", &[]),
        ] {
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn open_quotes_do_not_make_reading_slow() {
        // Quadratic reading would take minutes.
        let text = "SCOPE=\"a.b.c\nx\n".repeat(50_000);
        assert_eq!(read_dotenv(sources("").1, &text).len(), 50_000);
    }

    proptest! {
        #[test]
        fn any_text_is_read_and_every_place_is_exact(text in "(SCOPE=|[\"'`\\\\#= \r\n,.]|A\\.b\\.READ|\\PC){0,24}") {
            read(&text);
        }
    }
}
