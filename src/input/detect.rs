//! What kind of text an input is, and the one entrance to all readers.

use std::path::Path;

use super::dotenv::assignment;
use super::plain::without_comment;
use super::query::read_query;
use super::recognise::looks_like_scope;
use super::scan::{Scanner, Syntax, consent};
use super::{Item, ListKind, Request, names_scopes, read_document, read_dotenv, read_list, read_plain, read_url};
use crate::text::{Problem, Source, SourceId, Span};

/// How many lines are looked at where only the content can tell.
const LINES_SEEN: usize = 1000;

/// A kind of text that holds requested scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One JSON document.
    Json,
    /// One YAML document.
    Yaml,
    /// Lines of `KEY=value`.
    Dotenv,
    /// Scopes and consent URLs, line by line.
    Plain,
}

/// Tells the kind by the file's name, and by the content where the name says nothing.
#[must_use]
pub fn kind_of(name: Option<&str>, text: &str) -> Kind {
    name.and_then(kind_of_name).unwrap_or_else(|| kind_of_text(text))
}

/// Reads all requests of a text. None is no error: whether that is worth a word is for the caller to say.
///
/// # Errors
///
/// A JSON or YAML document cannot be read: see [`read_document`]. The other kinds take every text.
pub fn read(id: SourceId, source: &Source, kind: Kind) -> Result<Vec<Request>, Vec<Problem>> {
    match kind {
        Kind::Yaml => read_document(id, source.text()),
        // The YAML reader reads JSON too, and must not speak of YAML to somebody who wrote none.
        Kind::Json => read_document(id, source.text()).map_err(|mut problems| {
            for problem in &mut problems {
                problem.message = problem.message.replacen("not valid YAML", "not valid JSON", 1);
            }
            problems
        }),
        Kind::Dotenv => Ok(read_dotenv(id, source.text())),
        Kind::Plain => Ok(read_plain(id, source.text())),
    }
}

/// What was read from a file that somebody named.
#[derive(Debug, Default)]
pub struct Reading {
    /// The requests, in the order in which they stand.
    pub requests: Vec<Request>,
    /// Why the file cannot be read as what it is; what could be found in its text was.
    pub problems: Vec<Problem>,
    /// Most of its words are no scopes, so that it is no list of them: what was found in its text is all there is.
    pub is_prose: bool,
}

/// Reads everything that a file asks for: as the list or the document that it is, and whatever else a scan finds in it.
#[must_use]
pub fn read_file(id: SourceId, source: &Source, name: Option<&str>, scanner: &Scanner<'_>) -> Reading {
    let text = source.text();
    let syntax = name.map(|name| Syntax::of(Path::new(name))).unwrap_or_default();
    let scanned = || {
        let mut found = scanner.read_as(id, text, syntax);
        // Somebody says that this is what is asked for.
        if syntax.is_of_words() {
            found.iter_mut().for_each(|request| request.kind = ListKind::Request);
        }
        found
    };
    // Files of settings that have no reader of their own, such as properties, are for the scanner.
    let has_reader = name.is_none_or(|name| kind_of_name(name).is_some());
    if syntax.is_known_to_scans() || syntax.is_of_data() && !has_reader {
        return Reading { requests: scanned(), ..Reading::default() };
    }
    let kind = kind_of(name, text);
    let (mut requests, problems) = match read(id, source, kind) {
        Ok(requests) => (requests, Vec::new()),
        Err(problems) => (Vec::new(), problems),
    };
    // In a list every line counts already.
    if kind == Kind::Plain {
        let is_prose = is_prose(&requests);
        if is_prose {
            requests = scanned();
            requests.iter_mut().for_each(|request| request.kind = ListKind::Request);
        }
        return Reading { requests, problems, is_prose };
    }
    let mut read: Vec<Span> = requests.iter().flat_map(|request| &request.items).map(|item| item.place.span).collect();
    read.sort_unstable();
    let is_read = |item: &Item| {
        let next = read.partition_point(|span| span.end <= item.place.span.start);
        read.get(next).is_some_and(|span| span.start < item.place.span.end)
    };
    let found = scanned();
    // What stands beside the scopes stands there whoever reads them.
    let secrets = found.iter().flat_map(|request| request.secrets.clone()).collect();
    let built = found.iter().flat_map(|request| request.built.clone()).collect();
    let others =
        found.into_iter().filter(|request| request.kind == ListKind::Request && !request.items.iter().any(is_read));
    requests.extend(others.map(|request| Request { secrets: Vec::new(), built: Vec::new(), ..request }));
    requests.retain(|request| !request.items.is_empty() || request.url.is_some());
    requests.sort_by_key(|request| request.place.span);
    if let Some(first) = requests.first_mut() {
        first.secrets = secrets;
        first.built = built;
    }
    Reading { requests, problems, is_prose: false }
}

/// From how many words on a text may be prose.
const WORDS_OF_PROSE: usize = 6;

/// Whether most words that were read as scopes have nothing of one.
fn is_prose(requests: &[Request]) -> bool {
    let lists = requests.iter().filter(|request| request.url.is_none());
    let (mut words, mut alike) = (0, 0);
    for item in lists.flat_map(|request| &request.items) {
        words += 1;
        alike += usize::from(looks_like_scope(&item.written));
    }
    words >= WORDS_OF_PROSE && alike * 2 < words
}

/// Reads a command-line argument: a consent URL, the query of one (`scope=…&client_id=…`), or a list of scopes.
///
/// Only a consent URL without scopes makes a request without items; an empty list makes none.
#[must_use]
pub fn read_argument(id: SourceId, source: &Source) -> Vec<Request> {
    let text = source.text();
    let offset = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let text = text.get(offset..).unwrap_or("");
    read_url(id, text, offset)
        .or_else(|| if text.starts_with("http") { consent::inside(id, text, offset) } else { None })
        .or_else(|| read_query(id, text, offset))
        .or_else(|| Request::of_list(id, read_list(id, text, offset)))
        .into_iter()
        .collect()
}

fn kind_of_name(name: &str) -> Option<Kind> {
    let file = name.rsplit(['/', '\\']).next()?.to_ascii_lowercase();
    if file == ".env" || file.starts_with(".env.") {
        return Some(Kind::Dotenv);
    }
    match file.rsplit_once('.')?.1 {
        "json" => Some(Kind::Json),
        "yaml" | "yml" => Some(Kind::Yaml),
        "env" => Some(Kind::Dotenv),
        "txt" => Some(Kind::Plain),
        _ => None,
    }
}

fn kind_of_text(text: &str) -> Kind {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if is_json_start(text) {
        return Kind::Json;
    }
    let lines: Vec<&str> = text
        .lines()
        .take(LINES_SEEN)
        .map(|line| without_comment(line).trim())
        .filter(|line| !line.is_empty())
        .collect();
    let assignments = lines.iter().filter(|line| assignment(line).is_some() && !is_query(line)).count();
    if assignments * 2 > lines.len() {
        Kind::Dotenv
    } else if lines.first() == Some(&"---") || lines.iter().any(|line| is_yaml_key(line)) {
        Kind::Yaml
    } else {
        Kind::Plain
    }
}

/// `{"` or `[{`, with blanks between, and the empty forms.
fn is_json_start(text: &str) -> bool {
    let (allowed, rest): (&[char], &str) = if let Some(rest) = text.strip_prefix('{') {
        (&['"', '}'], rest)
    } else if let Some(rest) = text.strip_prefix('[') {
        (&['"', '{', '[', ']'], rest)
    } else {
        return false;
    };
    rest.trim_start().starts_with(allowed)
}

/// A query such as `scope=…&client_id=…`, which is no variable.
fn is_query(line: &str) -> bool {
    line.split_once('=').is_some_and(|(name, rest)| name.eq_ignore_ascii_case("scope") && rest.contains('&'))
}

/// `scopes:` or `- oauth_scope: …`.
fn is_yaml_key(line: &str) -> bool {
    let line = line.trim_start_matches(['-', ' ']);
    line.split_once(':').is_some_and(|(key, value)| {
        let key = key.trim_matches(['"', '\'', ' ']);
        let spaced = value.is_empty() || value.starts_with([' ', '\t']);
        spaced && !key.contains(char::is_whitespace) && names_scopes(key)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::samples::{check_places, scopes_of, sources};

    #[test]
    fn the_name_decides_before_the_content() {
        for (name, kind) in [
            ("a/b.JSON", Kind::Json),
            ("b.yaml", Kind::Yaml),
            ("b.yml", Kind::Yaml),
            (".env", Kind::Dotenv),
            ("C:\\x\\.env.local", Kind::Dotenv),
            ("prod.env", Kind::Dotenv),
            (".env.json", Kind::Dotenv),
            ("scopes.txt", Kind::Plain),
        ] {
            assert_eq!(kind_of(Some(name), "scope: a"), kind, "{name}");
        }
        for name in [None, Some("env"), Some("README.md"), Some("<stdin>"), Some("x.env/scopes")] {
            assert_eq!(kind_of(name, "scope: a"), Kind::Yaml, "{name:?}");
        }
    }

    #[test]
    fn the_content_decides_otherwise() {
        for (text, kind) in [
            ("{\"a\": 1}", Kind::Json),
            ("\u{feff}\n {\n\t\"a\": 1}", Kind::Json),
            ("{}", Kind::Json),
            ("[]", Kind::Json),
            ("[ \"A.b.READ\" ]", Kind::Json),
            ("[{\"a\": 1}]", Kind::Json),
            ("{module}.b.READ", Kind::Plain),
            ("['A.b.READ']", Kind::Plain),
            ("A=1\n# c\nexport B=2\nwhat\n", Kind::Dotenv),
            ("SCOPE=A.b.READ", Kind::Dotenv),
            ("URL=https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ", Kind::Dotenv),
            ("https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ", Kind::Plain),
            ("accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ", Kind::Plain),
            ("scope=A.b.READ&client_id=1", Kind::Plain),
            ("A=1\nwhat\n", Kind::Plain),
            ("---\na: 1\n", Kind::Yaml),
            ("# c\nx: 1\noauth_scopes:\n- A.b.READ\n", Kind::Yaml),
            ("- scope: A.b.READ\n", Kind::Yaml),
            ("- A.b.READ\n- A.c.READ\n", Kind::Plain),
            ("A.b.READ,A.c.READ", Kind::Plain),
            ("", Kind::Plain),
        ] {
            assert_eq!(kind_of(None, text), kind, "{text}");
        }
    }

    #[test]
    fn an_argument_is_a_url_a_query_or_a_list() {
        for (text, expected, is_url) in [
            ("https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ%2CA.c.READ", &["A.b.READ|A.c.READ"][..], true),
            ("https://accounts.zoho.eu/oauth/v2/auth", &[""], true),
            ("scope=A.b.READ&client_id=1", &["A.b.READ"], false),
            ("A.b.READ, A.c.READ", &["A.b.READ|A.c.READ"], false),
            ("openid", &["openid"], false),
            ("\u{feff}A.b.READ", &["A.b.READ"], false),
            (" , ", &[], false),
            ("", &[], false),
        ] {
            let (sources, id) = sources(text);
            let requests = read_argument(id, sources.get(id));
            assert_eq!(scopes_of(&requests), expected, "{text}");
            for request in &requests {
                check_places(&sources, &request.items);
            }
            assert_eq!(requests.iter().any(|request| request.url.is_some()), is_url, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_of_any_kind_is_read(
            name in prop::option::of("[a.]{0,3}\\.?(json|env|yml|txt)?"),
            text in "(\\PC|[\\x00-\\x7f]|SCOPES?[=:]|A\\.b\\.READ|https://x/oauth/v2/auth\\?){0,30}",
        ) {
            let (sources, id) = sources(&text);
            let source = sources.get(id);
            for request in read_argument(id, source) {
                check_places(&sources, &request.items);
            }
            let kind = kind_of(name.as_deref(), &text);
            for request in read(id, source, kind).unwrap_or_default() {
                prop_assert!(!request.items.is_empty() || request.url.is_some());
                if matches!(kind, Kind::Plain | Kind::Dotenv) {
                    check_places(&sources, &request.items);
                }
            }
        }
    }
}
