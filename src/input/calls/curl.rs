//! Command lines of curl's, in scripts, documentation and what browsers copy.

use super::body;
use super::seen::{Certainty, Method, SeenCall, SeenCalls, Via};
use crate::text::{Place, SourceId, Span};

/// The longest command that is read, in bytes.
const LONGEST: usize = 256 * 1024;

/// Short options that take a value.
const SHORT: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

/// Long options that take a value and are met beside API calls; of another the next word is an address only when it looks
/// like one.
const LONG: &[&str] = &[
    "--cacert",
    "--capath",
    "--cert",
    "--config",
    "--connect-timeout",
    "--connect-to",
    "--cookie",
    "--cookie-jar",
    "--dump-header",
    "--header",
    "--key",
    "--limit-rate",
    "--max-redirs",
    "--max-time",
    "--oauth2-bearer",
    "--output",
    "--output-dir",
    "--proxy",
    "--proxy-user",
    "--referer",
    "--resolve",
    "--retry",
    "--retry-delay",
    "--retry-max-time",
    "--stderr",
    "--trace",
    "--trace-ascii",
    "--user",
    "--user-agent",
    "--write-out",
];

/// A word of a command.
struct Word {
    text: String,
    span: Span,
}

/// Where commands begin: `curl` as a word of its own.
pub(super) fn starts(text: &str) -> impl Iterator<Item = usize> {
    text.match_indices("curl").map(|(at, _)| at).filter(|&at| {
        let before = text.get(..at).and_then(|front| front.chars().next_back());
        let after = text.get(at + 4..).unwrap_or("");
        let after = after.strip_prefix(".exe").unwrap_or(after);
        before.is_none_or(|c| c.is_whitespace() || "`($|;&\"'>/@".contains(c))
            && after.starts_with([' ', '\t', '\\', '^', '`'])
    })
}

/// Reads the calls of every command.
pub(super) fn read(source: SourceId, text: &str) -> SeenCalls {
    let mut seen = SeenCalls::default();
    let mut end = 0;
    for at in starts(text) {
        if at < end {
            continue;
        }
        let (words, next) = words(text, at);
        end = next;
        command(source, &words, &mut seen);
    }
    seen
}

/// The words of the command that begins at `at`, and where it ends.
fn words(text: &str, at: usize) -> (Vec<Word>, usize) {
    let limit = text.floor_char_boundary((at + LONGEST).min(text.len()));
    let part = text.get(at..limit).unwrap_or("");
    // What encloses the command ends it: `` `curl …` ``, `$(curl …)`, `"curl …"`.
    let opened = text.get(..at).and_then(|front| front.chars().next_back());
    let mut chars = part.char_indices().peekable();
    let mut words: Vec<Word> = Vec::new();
    let mut word: Option<Word> = None;
    let mut end = at + part.len();
    while let Some((offset, c)) = chars.next() {
        let here = at + offset;
        let starts = |word: &mut Option<Word>| {
            word.get_or_insert(Word { text: String::new(), span: Span::new(here, here) });
        };
        match c {
            '\\' | '^' | '`' if chars.peek().is_some_and(|(_, next)| matches!(next, '\n' | '\r')) => {
                while chars.next_if(|(_, next)| next.is_whitespace()).is_some() {}
                words.extend(word.take());
            }
            '`' if opened == Some('`') => {
                end = here;
                break;
            }
            '"' | '\'' if Some(c) == opened => {
                end = here;
                break;
            }
            '\n' | ';' | '|' | '>' | '<' | ')' | '`' => {
                // `{name}` and `<id>` are what documentation writes in addresses.
                if c == '<' && word.as_ref().is_some_and(|word| word.text.contains('/')) {
                    starts(&mut word);
                    if let Some(word) = &mut word {
                        word.text.push('{');
                        for (_, inside) in chars.by_ref() {
                            if inside == '>' || inside == '\n' {
                                break;
                            }
                            word.text.push(inside);
                        }
                        word.text.push('}');
                    }
                    continue;
                }
                end = here;
                break;
            }
            '&' if word.is_none() || chars.peek().is_some_and(|(_, next)| *next == '&') => {
                end = here;
                break;
            }
            '#' if word.is_none() => {
                end = here;
                break;
            }
            '\'' | '"' => {
                starts(&mut word);
                let mut inside = String::new();
                let mut is_closed = false;
                while let Some((_, next)) = chars.next() {
                    if next == c {
                        is_closed = true;
                        break;
                    }
                    match next {
                        '\\' if c == '"' => match chars.next() {
                            Some((_, escaped @ ('"' | '\\' | '$' | '`'))) => inside.push(escaped),
                            None | Some((_, '\n')) => {}
                            Some((_, other)) => inside.extend(['\\', other]),
                        },
                        _ => inside.push(next),
                    }
                }
                if let Some(word) = &mut word {
                    word.text.push_str(&if c == '"' { expanded(&inside) } else { inside });
                    word.span.end = at + part.len();
                }
                if !is_closed {
                    break;
                }
            }
            '\\' => {
                starts(&mut word);
                if let (Some(word), Some((_, next))) = (&mut word, chars.next()) {
                    word.text.push(next);
                }
            }
            c if c.is_whitespace() => words.extend(word.take()),
            '$' if matches!(chars.peek(), Some((_, '\''))) => {}
            _ => {
                starts(&mut word);
                word.iter_mut().for_each(|word| word.text.push(c));
            }
        }
        if let Some(word) = &mut word {
            word.span.end = chars.peek().map_or(at + part.len(), |(offset, _)| at + offset);
        }
    }
    words.extend(word);
    for word in &mut words {
        if !word.text.contains(['"', '\'', '\n']) {
            word.text = expanded(&word.text);
        }
    }
    (words, end)
}

/// A word with the shell's variables as `{name}`.
fn expanded(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some((name, after)) = after.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            let name: String = name.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            out.push_str(&format!("{{{name}}}"));
            rest = after;
            continue;
        }
        let end = after.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(after.len());
        match after.split_at_checked(end) {
            Some((name, after)) if !name.is_empty() => {
                out.push_str(&format!("{{{name}}}"));
                rest = after;
            }
            _ => {
                out.push('$');
                rest = after;
            }
        }
    }
    out + rest
}

/// What the options of one request say.
#[derive(Default)]
struct Asked {
    method: Option<String>,
    urls: Vec<(String, Span)>,
    data: Vec<String>,
    /// What the options say beside `-X`: the method that they imply.
    implied: Option<Method>,
    /// What is sent is part of the address.
    gets: bool,
}

fn command(source: SourceId, words: &[Word], seen: &mut SeenCalls) {
    let mut asked = Asked::default();
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        let (option, joined) = match word.text.split_once('=') {
            Some((option, value)) if option.starts_with("--") => (option, Some(value.to_owned())),
            _ => (word.text.as_str(), None),
        };
        let mut value = || joined.clone().or_else(|| rest.next().map(|word| word.text.clone())).unwrap_or_default();
        match option {
            "--next" => std::mem::take(&mut asked).finish(source, seen),
            "--request" => asked.method = Some(value()),
            "--url" => {
                let url = value();
                asked.urls.push((url, word.span));
            }
            "--get" => asked.gets = true,
            "--head" => asked.implied = Some(Method::Head),
            "--upload-file" => {
                value();
                asked.implied = Some(Method::Put);
            }
            "--form" | "--form-string" | "--json" => {
                asked.implied = asked.implied.or(Some(Method::Post));
                asked.data.push(value());
            }
            _ if option.starts_with("--data") => {
                asked.implied = asked.implied.or(Some(Method::Post));
                asked.data.push(value());
            }
            _ if LONG.contains(&option) => drop(value()),
            _ if option.starts_with("--") => {}
            _ if option.starts_with('-') && option.len() > 1 => {
                // `-sSXPOST`: flags, and one option whose value may follow at once.
                let letters = option.get(1..).unwrap_or("");
                for (at, letter) in letters.char_indices() {
                    let direct = letters.get(at + letter.len_utf8()..).unwrap_or("").to_owned();
                    let takes = SHORT.contains(letter);
                    let value = if !takes {
                        String::new()
                    } else if direct.is_empty() {
                        value()
                    } else {
                        direct
                    };
                    match letter {
                        'X' => asked.method = Some(value),
                        'd' | 'F' => {
                            asked.implied = asked.implied.or(Some(Method::Post));
                            asked.data.push(value);
                        }
                        'G' => asked.gets = true,
                        'I' => asked.implied = Some(Method::Head),
                        'T' => asked.implied = Some(Method::Put),
                        _ => {}
                    }
                    if takes {
                        break;
                    }
                }
            }
            _ if is_address(&word.text) => asked.urls.push((word.text.clone(), word.span)),
            _ => {}
        }
    }
    asked.finish(source, seen);
}

fn is_address(text: &str) -> bool {
    text.contains("://")
        || text.starts_with('{')
        || (text.contains('/') && text.contains('.') && !text.starts_with(['.', '/', '@']))
}

impl Asked {
    fn finish(self, source: SourceId, seen: &mut SeenCalls) {
        let method = match &self.method {
            Some(method) => Method::named(method.trim()),
            None if self.gets && self.implied == Some(Method::Post) => Some(Method::Get),
            None => self.implied.or(Some(Method::Get)),
        };
        for (url, span) in self.urls {
            let certainty = if url.starts_with('{') { Certainty::Likely } else { Certainty::Proven };
            let place = Place::new(source, span);
            let mut call = SeenCall::new(method, url, place, certainty, Via::Curl);
            let inner = body::read(&mut call, &self.data.join("&"));
            seen.add(call);
            inner.into_iter().for_each(|call| seen.add(call));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Sources;

    fn of(text: &str) -> Vec<String> {
        let seen = read(Sources::default().next_id(), text);
        let written = |call: &SeenCall| {
            assert!(
                text.get(call.place.span.start..call.place.span.end).is_some_and(|part| !part.is_empty()),
                "{text}"
            );
            format!("{} {}", call.method.map_or("?", Method::as_str), call.url)
        };
        seen.calls.iter().map(written).collect()
    }

    #[test]
    fn every_way_to_write_a_command() {
        for (text, expected) in [
            ("curl https://www.zohoapis.eu/crm/v8/Leads", &["GET https://www.zohoapis.eu/crm/v8/Leads"][..]),
            (
                "curl -X POST 'https://www.zohoapis.eu/crm/v8/Leads' \\\n  -H \"Authorization: Zoho-oauthtoken x\" \\\n  -d '{\"a\": \"b; c\"}'",
                &["POST https://www.zohoapis.eu/crm/v8/Leads"],
            ),
            ("curl --data @leads.json https://h.zoho.eu/a", &["POST https://h.zoho.eu/a"]),
            ("curl -G -d a=b https://h.zoho.eu/a", &["GET https://h.zoho.eu/a"]),
            ("curl -sSXDELETE \"$API/crm/v8/Leads/${id}\"", &["DELETE {API}/crm/v8/Leads/{id}"]),
            ("curl -I https://h.zoho.eu/a", &["HEAD https://h.zoho.eu/a"]),
            ("curl -T file https://h.zoho.eu/a", &["PUT https://h.zoho.eu/a"]),
            ("curl -F file=@x https://h.zoho.eu/a", &["POST https://h.zoho.eu/a"]),
            ("curl --json '{}' --request=PUT --url https://h.zoho.eu/a", &["PUT https://h.zoho.eu/a"]),
            (
                "curl https://h.zoho.eu/a https://h.zoho.eu/b --next -d x https://h.zoho.eu/c",
                &["GET https://h.zoho.eu/a", "GET https://h.zoho.eu/b", "POST https://h.zoho.eu/c"],
            ),
            ("x=$(curl -s https://h.zoho.eu/a?b=1&c=2 | jq .)", &["GET https://h.zoho.eu/a?b=1&c=2"]),
            ("Run `curl https://h.zoho.eu/a` now", &["GET https://h.zoho.eu/a"]),
            ("curl https://h.zoho.eu/a/<id>/b -o out.json", &["GET https://h.zoho.eu/a/{id}/b"]),
            ("os.system(\"curl -X PUT https://h.zoho.eu/a\")", &["PUT https://h.zoho.eu/a"]),
            ("curl ^\n  -X POST https://h.zoho.eu/a", &["POST https://h.zoho.eu/a"]),
            ("curl https://h.zoho.eu/a # curl https://h.zoho.eu/b", &["GET https://h.zoho.eu/a"]),
            ("curl_setopt($c, CURLOPT_URL, 'https://h.zoho.eu/a')", &[]),
            ("libcurl is here; curl", &[]),
            ("curl 'https://h.zoho.eu/a", &["GET https://h.zoho.eu/a"]),
        ] {
            let found = of(text);
            let expected: Vec<String> = expected.iter().map(|call| (*call).to_owned()).collect();
            assert!(
                found.starts_with(&expected) && (text.contains('#') || found.len() == expected.len()),
                "{text}: {found:?}"
            );
        }
    }

    #[test]
    fn what_it_sends_is_read_for_modules() {
        let text = r#"curl https://www.zohoapis.eu/crm/v8/coql -d '{"select_query": "select id from Deals"}'"#;
        let seen = read(Sources::default().next_id(), text);
        assert_eq!((seen.calls[0].method, seen.calls[0].modules.join(" ")), (Some(Method::Post), "Deals".to_owned()));
    }
}
