//! Token responses in every dress: what was seen of them, as stores, logs and exports keep it, and damaged.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::select;
use zscope::input::token::{Failure, Grant, State, read_tokens};
use zscope::text::Sources;

/// Name and text of every fixture.
fn fixtures() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokens");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let read = |path: std::path::PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
    };
    let mut fixtures: Vec<_> = entries.map(read).collect();
    fixtures.sort();
    fixtures
}

/// What a grant is, in a word.
fn word(grant: &Grant) -> &'static str {
    match &grant.state {
        State::Known => "known",
        State::Unknown => "unknown",
        State::Failed(failure) => match failure {
            Failure::Refused(_) => "refused",
            Failure::Throttled => "throttled",
            Failure::Api(_) => "api",
            Failure::LacksScope(_) => "lacks a scope",
            Failure::GrantCode => "grant code",
            Failure::ScopeShape => "shape",
            Failure::LongRow => "long row",
            Failure::Revocation => "revocation",
            Failure::UserInfo => "user info",
            Failure::Discovery => "discovery",
            Failure::Redirect => "redirect",
            Failure::NoToken => "no token",
            Failure::Html => "html",
            Failure::Truncated => "truncated",
            Failure::NotJson(_) => "not json",
            Failure::NotAResponse => "no response",
            Failure::Ambiguous(_) => "ambiguous",
            Failure::TooDeep => "too deep",
            _ => "other",
        },
    }
}

/// What is read of a text, and a look at what has to hold for every text.
fn read(name: &str, text: &str) -> Vec<(&'static str, Vec<String>)> {
    let mut sources = Sources::default();
    let grants = read_tokens(name, text, &mut sources).grants;
    // A byte-order mark is counted by nobody.
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split('\n').collect();
    for grant in &grants {
        assert_eq!(grant.state == State::Known, !grant.request.items.is_empty(), "{text}: {grant:?}");
        for item in &grant.request.items {
            let source = sources.get(item.place.source);
            let at = source.position(item.place.span.start);
            let line = lines.get(at.line - 1).unwrap_or_else(|| panic!("{at:?} in {text}"));
            let found: String = line.chars().skip(at.column - 1).collect();
            let whole = source.slice(item.place.span);
            // A scope that is written with escapes stands there otherwise.
            assert!(found.starts_with(&item.written) || whole.contains('\\'), "{at:?} {} in {text}", item.written);
        }
        let source = sources.get(grant.place.source);
        let hidden = source.text();
        assert!(!hidden.contains("aaaaaaaa") && !hidden.contains("cccccccc"), "{text}: {hidden}");
        assert_eq!(source.slice(grant.place.span).is_empty(), grant.place.span.is_empty(), "{text}");
    }
    grants
        .iter()
        .map(|grant| (word(grant), grant.request.items.iter().map(|item| item.written.clone()).collect()))
        .collect()
}

#[test]
fn every_fixture_is_what_its_source_says() {
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for (name, text) in fixtures() {
        let (number, rest) = name.split_once('-').unwrap();
        let expected = match number.parse::<usize>().unwrap() {
            6 | 7 | 10..=14 | 16 | 22 | 23 | 26 | 29 => "unknown",
            24 if rest.starts_with("raw") => "not json",
            1..=5 | 8 | 9 | 15 | 17..=21 | 24 | 25 | 27 | 28 | 30 => "known",
            31 => "revocation",
            40..=42 => "refused",
            43 | 44 => "throttled",
            45 => "html",
            46 => "no token",
            47..=49 => "lacks a scope",
            50 => "user info",
            60 => "discovery",
            70 => "redirect",
            other => panic!("{other} has no expectation"),
        };
        let read = read(&name, &text);
        assert_eq!(read.iter().map(|(word, _)| *word).collect::<Vec<_>>(), [expected], "{name}");
        match kinds.iter_mut().find(|(kind, _)| *kind == expected) {
            Some((_, count)) => *count += 1,
            None => kinds.push((expected, 1)),
        }
    }
    assert_eq!(kinds.iter().map(|(_, count)| count).sum::<usize>(), 45, "{kinds:?}");
}

/// The same in other dress.
fn dresses(text: &str) -> Vec<(&'static str, String)> {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
    let compact = value.to_string();
    let once = serde_json::to_string(&compact).unwrap();
    let twice = serde_json::to_string(&once).unwrap();
    let escaped: String =
        compact.chars().map(|c| if c == '.' { "\\u002e".to_owned() } else { c.to_string() }).collect();
    vec![
        ("laid out", serde_json::to_string_pretty(&value).unwrap()),
        ("on one line", compact.clone()),
        ("with a byte-order mark", format!("\u{feff}{text}")),
        ("with line breaks of Windows", text.replace('\n', "\r\n")),
        ("between blank lines", format!("\n \n{text}\n\n")),
        ("in a list", format!("[{text}]")),
        ("in a list in a list", format!("[[{text}]]")),
        ("in a wrapper", format!("{{\"data\": {text}}}")),
        ("in two wrappers", format!("{{\"response\": {{\"body\": {text}}}, \"ok\": true}}")),
        ("in a text", once.clone()),
        ("in a text in a text", twice.clone()),
        ("in a field's text", format!("{{\"value\": {once}}}")),
        ("in a field's text in a text", format!("{{\"value\": {twice}}}")),
        (
            "in a field's text with blanks",
            format!("{{\"value\": {}}}", serde_json::to_string(&format!(" \n{text}")).unwrap()),
        ),
        ("with escapes", escaped),
        ("keyed by a user", format!("{{\"users\": {{\"anna\": {text}}}}}")),
    ]
}

#[test]
fn a_response_is_the_same_in_every_dress() {
    for (name, text) in fixtures() {
        let plain = read(&name, &text);
        for (dress, dressed) in dresses(&text) {
            let found = read("t.json", &dressed);
            // What is no response is so in a wrapper, too, but may be told of the whole.
            let words = |read: &[(&'static str, Vec<String>)]| read.iter().map(|(word, _)| *word).collect::<Vec<_>>();
            if plain[0].0 == "known" || plain[0].0 == "unknown" || plain[0].0 == "refused" || plain[0].0 == "throttled"
            {
                assert_eq!(found, plain, "{name} {dress}: {dressed}");
            } else {
                assert!(
                    words(&found) == words(&plain) || words(&found) == ["no response"],
                    "{name} {dress}: {found:?}"
                );
            }
        }
    }
}

#[test]
fn lines_are_told_one_by_one() {
    let fixtures = fixtures();
    let compact = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok().map(|value| value.to_string());
    let lines: Vec<(String, String)> =
        fixtures.iter().filter_map(|(name, text)| Some((name.clone(), compact(text)?))).collect();
    let expected: Vec<_> = lines.iter().flat_map(|(name, line)| read(name, line)).collect();
    for (start, between) in [("", "\n"), ("\u{feff}", "\n"), ("", "\r\n"), ("\n\n", "\n\n \n")] {
        let all: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
        let text = format!("{start}{}{between}", all.join(between));
        assert_eq!(read("all.ndjson", &text), expected, "{start:?} {between:?}");
        assert_eq!(read("all.log", &text), expected, "{start:?} {between:?}: by what it holds");
    }
}

#[test]
fn rows_are_told_one_by_one() {
    let mut expected = Vec::new();
    let mut rows: Vec<[String; 3]> = Vec::new();
    for (name, text) in
        fixtures().into_iter().filter(|(_, text)| serde_json::from_str::<serde_json::Value>(text).is_ok())
    {
        let found = read(&name, &text);
        if found[0].0 == "known" {
            let list = found[0].1.join(" ");
            rows.push([name.clone(), list, "1000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.x".to_owned()]);
            expected.push(found[0].clone());
        }
        rows.push([name, String::new(), text]);
        expected.extend(found);
    }
    for (delimiter, name, ends) in
        [(",", "t.csv", "\n"), (";", "t.csv", "\r\n"), ("\t", "t.tsv", "\n"), ("|", "t.txt", "\n"), (",", "t", "\n\n")]
    {
        let mut table = format!("\u{feff}\"App Name\"{delimiter}Scopes{delimiter}response{ends}");
        for row in &rows {
            let cells: Vec<String> = row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            let _ = write!(table, "{}{ends}", cells.join(delimiter));
        }
        let found = read(name, &table);
        let known = |read: &[(&'static str, Vec<String>)]| {
            read.iter().filter(|(word, _)| *word == "known").cloned().collect::<Vec<_>>()
        };
        assert_eq!(known(&found), known(&expected), "{name} {delimiter:?}");
        assert_eq!(found.len(), expected.len(), "{name} {delimiter:?}");
    }
}

#[test]
fn a_response_that_is_cut_off_anywhere_is_told() {
    for (name, text) in fixtures() {
        for (at, _) in text.char_indices().skip(1) {
            let cut = &text[..at];
            let found = read(&name, cut);
            assert!(!found.is_empty() || cut.trim().is_empty(), "{name} at {at}");
            let is_whole = serde_json::from_str::<serde_json::Value>(cut).is_ok();
            let is_known = found.iter().any(|(word, _)| matches!(*word, "known" | "unknown"));
            assert!(is_whole || !is_known, "{name} at {at}: {found:?}");
        }
    }
}

#[test]
fn every_place_of_a_record_that_holds_scopes_counts() {
    let token = "1000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    let wide = "ZohoBooks.fullaccess.all";
    for fields in [
        format!(r#""granted_scopes": "{wide}""#),
        format!(r#""Scopes": ["{wide}"]"#),
        format!(r#""oauthScope": "{wide}""#),
        format!(r#""scope_2": "{wide}""#),
        format!(r#""token": {{"scope": "{wide}"}}"#),
        format!(r#""token": {{"refresh_token": "{token}", "scope": "{wide}"}}"#),
        format!(r#""a": {{"b": [{{"scopes": [["{wide}"]]}}]}}"#),
        format!(r#""response": "{{\"scope\": \"{wide}\"}}""#),
        format!(r#""permissions": "{wide}""#),
        format!(r#""permissions": ["{wide}", "ZohoBooks.invoices.READ"]"#),
        format!(r#""rights": "ZohoBooks.invoices.READ,{wide}""#),
    ] {
        for text in [
            format!(r#"{{"access_token": "{token}", "scope": "ZohoBooks.invoices.READ", {fields}}}"#),
            format!(r#"{{{fields}, "scope": ["ZohoBooks.invoices.READ"], "access_token": "{token}"}}"#),
        ] {
            for (name, text) in [("t.json", text.clone()), ("t.ndjson", format!("{text}\n{{\"scope\": \"email\"}}\n"))]
            {
                let mut sources = Sources::default();
                let grants = read_tokens(name, &text, &mut sources).grants;
                let grant = &grants[0];
                let mut held: Vec<&str> = grant.request.items.iter().map(|item| item.written.as_str()).collect();
                held.sort_unstable();
                assert_eq!(held, [wide, "ZohoBooks.invoices.READ"], "{text}");
                assert!(grant.differs.is_some(), "{text}");
                assert_eq!(grants.len(), if name == "t.json" { 1 } else { 2 }, "{text}");
            }
        }
    }
    // What is said twice and is the same, and what is asked for, is no contradiction.
    for fields in [
        r#""granted_scopes": ["ZohoBooks.invoices.READ"]"#,
        r#""scopes": "zohobooks.invoices.read""#,
        r#""requested_scopes": "ZohoBooks.fullaccess.all""#,
        r#""scopes_supported": ["ZohoBooks.fullaccess.all"]"#,
        r#""note": "see ZohoBooks.fullaccess.all for more""#,
        r#""last_error": {"error": "invalid_code"}"#,
        r#""granted_scopes": null"#,
    ] {
        let text = format!(r#"{{"access_token": "{token}", "scope": "ZohoBooks.invoices.READ", {fields}}}"#);
        let mut sources = Sources::default();
        let grants = read_tokens("t.json", &text, &mut sources).grants;
        assert_eq!((grants.len(), grants[0].request.items.len(), grants[0].differs), (1, 1, None), "{text}");
    }
}

#[test]
fn tokens_beside_each_other_are_grants_of_their_own() {
    for (text, expected) in [
        (
            r#"{"access_token": "a", "scope": "email", "previous": {"access_token": "b", "scope": "openid"}}"#,
            &["known", "known"][..],
        ),
        (r#"{"access_token": "a", "previous": {"access_token": "b", "scope": "openid"}}"#, &["unknown", "known"]),
        (r#"{"refresh_token": "a", "response": {"access_token": "b", "scope": "openid"}}"#, &["known"]),
        (r#"{"app": "x", "access_token": "a", "x": {"scope": "email"}}"#, &["known"]),
        (
            r#"{"scope": "email", "grants": [{"app": "x", "scope": "openid"}, {"app": "y", "scope": "phone"}]}"#,
            &["known"; 3],
        ),
        (r#"{"scope": "email", "tokens": [{"access_token": "a"}, {"access_token": "b"}]}"#, &["known"]),
    ] {
        let found: Vec<&str> = read("t.json", text).into_iter().map(|(word, _)| word).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_programs_would_read_differently_is_not_evaluated() {
    for (name, text, expected) in [
        ("t.json", r#"{"scope": "email", "scope": "ZohoBooks.fullaccess.all"}"#, "ambiguous"),
        ("t.json", r#"{"scope": "email", "note": 1, "note": 2}"#, "ambiguous"),
        ("t.json", r#"{"scope": {"granted": "email"}}"#, "shape"),
        ("t.json", r#"{"scope": "email", "scopes": 7}"#, "shape"),
        ("t.json", r#"{"scope": ["email", {"name": "ZohoBooks.fullaccess.all"}]}"#, "shape"),
        ("t.json", r#"{"scope": "{\"granted\": \"email\"}"}"#, "shape"),
        ("t.csv", "app,scope\nx,email,ZohoBooks.fullaccess.all\n", "long row"),
        ("t.csv", "app,scope\nx,email,,,\"y\"\n", "long row"),
        ("t.csv", "app,scope,scope\nx,email,openid\n", "ambiguous"),
        (
            "t.json",
            r#"{"client_id":"1000.EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE","client_secret":"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b","code":"1000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","scope":["SDPOnDemand.requests.ALL"],"expiry_time":1790000000000,"grant_type":"authorization_code"}"#,
            "grant code",
        ),
        (
            "t.json",
            r#"{"code":"1000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","grant_type":"authorization_code"}"#,
            "grant code",
        ),
    ] {
        let found = read(name, text);
        assert!(found.iter().any(|(word, _)| *word == expected), "{text}: {found:?}");
        assert!(found.iter().all(|(word, _)| *word != "known" && *word != "unknown"), "{text}: {found:?}");
    }
    let beside = read("t.json", r#"{"scope": "email", "x": {"note": 1, "note": 2}}"#);
    assert!(beside.iter().any(|(word, _)| *word == "ambiguous"), "{beside:?}");
    // An empty cell beyond the header is a delimiter too many, and an empty scope says that it is not known.
    for (name, text) in [("t.csv", "app,scope\nx,email,\n"), ("t.csv", "app,scope,,note,note\nx,email,1,2,3\n")] {
        assert_eq!(read(name, text), [("known", vec!["email".to_owned()])], "{text}");
    }
    for (name, text) in [("t.csv", "app,scope\nx,\n"), ("t.ndjson", "{\"app\":\"x\",\"scope\":\"\"}\n")] {
        assert_eq!(read(name, text), [("unknown", Vec::new())], "{text}");
    }
}

#[test]
fn a_secret_where_a_scope_belongs_is_no_scope_and_not_shown() {
    let token = "1000.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    for (name, text) in [
        ("t.json", format!(r#"{{"scope": "email {token}"}}"#)),
        ("t.json", format!(r#"{{"scope": ["email", "{token}"]}}"#)),
        ("t.json", format!(r#"{{"scope": "[\"email\",\"{token}\"]"}}"#)),
        ("t.csv", format!("app,scope\nx,email {token}\n")),
    ] {
        let mut sources = Sources::default();
        let grants = read_tokens(name, &text, &mut sources).grants;
        let items = &grants[0].request.items;
        assert_eq!(items[0].written, "email", "{text}");
        assert!(items[1].scope.is_err() && items[1].written.chars().all(|c| c == '*'), "{text}: {items:?}");
        assert!(!sources.get(grants[0].place.source).text().contains("aaaaaaaa"), "{text}");
    }
}

/// What can happen to a text on its way.
#[derive(Clone, Debug)]
enum Damage {
    Insert(prop::sample::Index, &'static str),
    Remove(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Swap(prop::sample::Index, prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let odd = select(vec![
        "\0",
        "\u{feff}",
        "\n",
        "\r",
        "\"",
        "\\",
        "\\u",
        "\\ud83d",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "1e999",
        "99999999999999999999999",
        "-0",
        "null",
        "\"scope\":",
        "\"scope\": \"email\",",
        "\"access_token\": \"x\",",
        "\u{1f980}",
        "\u{202e}",
        "<",
        "ZohoBooks.fullaccess.all",
        "\t",
        ";",
        "\"{\\\"scope\\\":\\\"email\\\"}\"",
        "[[[[[[[[[[[[[[[[[[[[",
    ]);
    let at = any::<prop::sample::Index>;
    prop_oneof![
        (at(), odd).prop_map(|(at, what)| Damage::Insert(at, what)),
        (at(), 1..30_usize).prop_map(|(at, count)| Damage::Remove(at, count)),
        (at(), 1..60_usize).prop_map(|(at, count)| Damage::Repeat(at, count)),
        (at(), at()).prop_map(|(one, other)| Damage::Swap(one, other)),
    ]
}

fn damaged(text: &str, damages: &[Damage]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for damage in damages {
        let length = chars.len().max(1);
        match damage {
            Damage::Insert(at, what) => {
                let at = at.index(length).min(chars.len());
                chars.splice(at..at, what.chars());
            }
            Damage::Remove(at, count) => {
                let at = at.index(length).min(chars.len());
                chars.drain(at..(at + count).min(chars.len()));
            }
            Damage::Repeat(at, count) => {
                let at = at.index(length).min(chars.len());
                let piece: Vec<char> = chars[at..(at + count).min(chars.len())].to_vec();
                chars.splice(at..at, piece);
            }
            Damage::Swap(one, other) if !chars.is_empty() => chars.swap(one.index(length), other.index(length)),
            Damage::Swap(..) => {}
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_responses_are_told_and_never_a_panic(
        (name, text) in select(fixtures()),
        damages in prop::collection::vec(damage(), 1..6),
        file in select(vec!["t.json", "t.ndjson", "t.csv", "t"]),
        dress in any::<prop::sample::Index>(),
    ) {
        let mut forms = dresses(&text);
        forms.push(("as it is", text));
        let (dress, text) = &forms[dress.index(forms.len())];
        // Tokens of the fixtures are long enough to be known wherever they stand; a damaged one may be shorter.
        let text = damaged(text, &damages);
        let mut sources = Sources::default();
        let grants = read_tokens(file, &text, &mut sources).grants;
        prop_assert!(!grants.is_empty() || text.trim_matches(['\u{feff}', ' ', '\n', '\r', '\t']).is_empty() || file == "t.csv", "{} {}", name, dress);
        for grant in &grants {
            prop_assert_eq!(grant.state == State::Known, !grant.request.items.is_empty());
            let places = grant.request.items.iter().map(|item| item.place).chain([grant.place, grant.request.place]);
            for place in places {
                let source = sources.get(place.source);
                prop_assert!(place.span.end <= source.text().len());
                prop_assert!(source.text().get(place.span.start..place.span.end).is_some());
                prop_assert!(source.position(place.span.start).line <= text.matches('\n').count() + 1);
            }
        }
    }
}
