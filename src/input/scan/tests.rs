//! Whole texts: what is read from them, and that every text can be read.

use std::io;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::text::{Source, Sources};

fn read(text: &str) -> (Sources, Vec<Request>) {
    let catalog = Catalog::embedded();
    let mut sources = Sources::default();
    let id = sources.add(Source::new("x", text));
    let requests = Scanner::new(&catalog).read(id, text);
    (sources, requests)
}

/// Each request as its scopes joined by `|`.
fn lists(text: &str) -> Vec<String> {
    let scopes = |request: &Request| {
        let scopes: Vec<String> = request.items.iter().map(|item| item.written.clone()).collect();
        scopes.join("|")
    };
    read(text).1.iter().map(scopes).collect()
}

#[test]
fn one_list_is_one_request() {
    for (text, expected) in [
        ("'Desk.tickets.READ,Desk.contacts.READ'", &["Desk.tickets.READ|Desk.contacts.READ"][..]),
        ("['Desk.tickets.READ', 'Desk.contacts.READ']", &["Desk.tickets.READ|Desk.contacts.READ"]),
        ("a = 'Desk.tickets.READ'; b = 'Desk.contacts.READ'", &["Desk.tickets.READ", "Desk.contacts.READ"]),
        ("- Desk.tickets.READ\n- Desk.contacts.READ\n", &["Desk.tickets.READ|Desk.contacts.READ"]),
        ("Desk.tickets.READ\n\nDesk.contacts.READ\n", &["Desk.tickets.READ", "Desk.contacts.READ"]),
        ("scope=Desk.tickets.READ%2CDesk.contacts.READ&x=1", &["Desk.tickets.READ|Desk.contacts.READ"]),
        ("'ZohoMCP.tool.execute ZohoCRM.users.READ'", &["ZohoMCP.tool.execute|ZohoCRM.users.READ"]),
        ("ZohoFlow.tool.execute and ZohoCRM.users.READ", &["ZohoCRM.users.READ"]),
        (
            "https://accounts.zoho.com/oauth/v2/auth?scope=openid,Desk.tickets.READ,ZohoMail.send&state=1",
            &["openid|Desk.tickets.READ|ZohoMail.send"],
        ),
        ("\\u0044esk.tickets.RE\\u0041D", &["Desk.tickets.READ"]),
    ] {
        assert_eq!(lists(text), expected, "{text}");
    }
}

/// What is found in a file, each with its place.
fn scanned(bytes: &[u8]) -> Vec<String> {
    let catalog = Catalog::embedded();
    let scanner = Scanner::new(&catalog);
    match Reader::new(&scanner).scan(Path::new("x"), bytes, || Ok(bytes.len() as u64)).unwrap() {
        Seen::Text(scanned) => places(scanned),
        Seen::Large { .. } | Seen::Own(_) => unreachable!("no test has such a file"),
    }
}

/// `line:column text` of each scope.
pub(super) fn places(scanned: Scanned) -> Vec<String> {
    let source = Source::of_pieces("x", scanned.pieces);
    let items = scanned.requests.iter().flat_map(|request| &request.items);
    let place = |item: &Item| {
        let at = source.position(item.place.span.start);
        format!("{}:{} {}", at.line, at.column, source.slice(item.place.span))
    };
    items.map(place).collect()
}

#[test]
fn files_of_every_encoding_are_read() {
    let text = "é Desk.tickets.READ\r\n日 Desk.contacts.READ";
    let expected = ["1:3 Desk.tickets.READ", "2:3 Desk.contacts.READ"];
    let wide = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let files = [
        text.as_bytes().to_vec(),
        [&[0xef, 0xbb, 0xbf], text.as_bytes()].concat(),
        [vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat(),
        [vec![0xfe, 0xff], wide(u16::to_be_bytes)].concat(),
        b"\xe9 Desk.tickets.READ\r\n\xe9 Desk.contacts.READ".to_vec(),
    ];
    for file in files {
        assert_eq!(scanned(&file), expected);
    }
    assert_eq!(scanned(b"a\0Desk.tickets.READ"), ["1:3 Desk.tickets.READ"]);
}

/// Of a line without end as many scopes are kept as anybody would ask for, and what is left out is told.
#[test]
fn a_line_without_end_is_cut_and_told() {
    use crate::scope::{MOST_OF_A_LIST, Malformed};

    let catalog = Catalog::embedded();
    let names: Vec<String> = (0..MOST_OF_A_LIST + 70).map(|n| format!("ZohoBooks.thing{n}.READ")).collect();
    let text = format!("S = '{}'\n", names.join(","));
    let requests = Scanner::new(&catalog).read(Sources::default().next_id(), &text);
    assert_eq!((requests.len(), requests[0].items.len()), (1, MOST_OF_A_LIST + 1));
    assert_eq!(requests[0].items.last().map(|item| &item.scope), Some(&Err(Malformed::Beyond(70))));
}

/// A file that gives what it has in bits, with interruptions.
struct InBits<'a>(&'a [u8], usize);

impl io::Read for InBits<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1 += 1;
        if self.1.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let most = buffer.len().min(70_000);
        self.0.read(&mut buffer[..most])
    }
}

#[test]
fn a_file_is_read_as_far_as_it_reached() {
    let catalog = Catalog::embedded();
    let scanner = Scanner::new(&catalog);
    let mut reader = Reader::new(&scanner);
    let text = "'Desk.tickets.READ'\n".repeat(30_000);
    let mut lines = |size: u64| match reader.scan(Path::new("x"), InBits(text.as_bytes(), 0), || Ok(size)).unwrap() {
        // What says again what stands before is counted alone.
        Seen::Text(scanned) => {
            let repeated: usize = scanned.requests.iter().map(|request| request.repeated).sum();
            places(scanned).len() + repeated
        }
        seen => panic!("{seen:?}"),
    };
    // As large as it is; shorter than it was, or will be; grown since; without a size, as below /proc.
    assert_eq!([lines(600_000), lines(700_000), lines(400_000), lines(0)], [30_000, 30_000, 20_000, 30_000]);
    assert!(
        matches!(reader.scan(Path::new("x"), InBits(text.as_bytes(), 0), || Ok(1 << 40)).unwrap(), Seen::Large { size } if size == 1 << 40)
    );
    // What a large file has left in the buffer is no part of the next.
    let Seen::Text(scanned) = reader.scan(Path::new("x"), &b"x"[..], || Ok(1)).unwrap() else { panic!() };
    assert!(scanned.requests.is_empty());
}

#[test]
fn many_scopes_on_one_long_line_take_time_in_proportion() {
    let line = "x={a:\"Desk.tickets.READ\",b:\"https://a/oauth/v2/auth?scope=ZohoCRM.modules.<m\"};".repeat(40_000);
    let found = scanned(line.as_bytes());
    assert_eq!(found.len(), 40_000);
}

proptest! {
    #[test]
    fn every_text_is_read_and_every_place_exact(
        text in "(\\PC|[\\x00-\\x7f]|Desk\\.|ZohoCRM\\.|modules\\.|READ|ALL|\\$\\{x\\}|\\{|'|\" \\+ |\\\\u0041|%2C|, |oauth/v2/auth\\?scope=|&state=){0,40}"
    ) {
        let (sources, requests) = read(&text);
        let mut end = 0;
        // A list goes on after a comment in the middle of it.
        let mut items: Vec<&Item> = requests.iter().flat_map(|request| &request.items).collect();
        items.sort_by_key(|item| item.place.span);
        for item in items {
            let span = item.place.span;
            prop_assert!(span.start >= end || item.scope.as_ref().is_ok_and(crate::scope::Scope::is_word) || item.scope.is_err());
            prop_assert!(!sources.get(item.place.source).slice(span).is_empty());
            end = span.end;
        }
        prop_assert!(requests.is_empty() || Scanner::new(&Catalog::embedded()).may_hold_scopes(text.as_bytes()));
        let kept = scanned(text.as_bytes());
        prop_assert_eq!(kept.len(), requests.iter().map(|request| request.items.len()).sum::<usize>());
    }

    #[test]
    fn every_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _: Vec<String> = scanned(&bytes);
    }
}
