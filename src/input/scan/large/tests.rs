//! That pieces and threads change nothing, whatever becomes of the file.

use std::path::Path;
use std::sync::atomic::AtomicUsize;

use proptest::prelude::*;

use super::super::tests::places;
use super::*;
use crate::catalog::Catalog;
use crate::input::scan::Reader;

fn threads(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

/// Everything that was found: lists with their scopes and places, and comments.
fn told(scanned: Scanned) -> (Vec<usize>, Vec<(usize, String)>, Vec<String>) {
    let lists = scanned.requests.iter().map(|request| request.items.len()).collect();
    let comments = scanned.ignores.iter().map(|ignore| (ignore.line, ignore.reason.clone())).collect();
    (lists, comments, places(scanned))
}

fn in_pieces(scanner: &Scanner<'_>, file: &Vec<u8>, count: usize, piece: usize) -> Seen {
    scan_large(scanner, file, file.len() as u64, threads(count), piece, Syntax::default()).unwrap()
}

fn text(seen: Seen) -> Scanned {
    match seen {
        Seen::Text(scanned) => scanned,
        seen => panic!("{seen:?}"),
    }
}

fn whole(scanner: &Scanner<'_>, file: &[u8]) -> Scanned {
    text(Reader::new(scanner).scan(Path::new("x"), file, || Ok(file.len() as u64)).unwrap())
}

fn wide(text: &str, big_endian: bool) -> Vec<u8> {
    let bytes = if big_endian { u16::to_be_bytes } else { u16::to_le_bytes };
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
}

/// What stands between two things, far enough for a cut.
fn quiet() -> impl Strategy<Value = String> {
    ("[a-y é日,;/-]{10,60}", 60..120_usize).prop_map(|(line, count)| format!("\n{line}").repeat(count) + "\n")
}

fn interesting() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(
            "SCOPES = [\n  'ZohoCRM.modules.leads.READ',\n  'Desk.tickets.READ', # why\n\n  'ZohoMail.messages.ALL',\n]"
        ),
        Just("x = \"Desk.\"\n  \"tickets.READ\""),
        Just("desk.tickets.READ is a guess"),
        Just("# zscope: ignore[full-access] because\n\nscope=ZohoBooks.fullaccess.all"),
        Just("https://accounts.zoho.com/oauth/v2/auth?scope=WorkDrive.files.READ,email&state=1"),
        Just("the zoho way"),
        Just("\\u0044esk.tickets.RE\\u0041D"),
        Just("é 日 Desk.contacts.READ"),
    ]
    .prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn pieces_and_threads_change_nothing(
        parts in prop::collection::vec((interesting(), quiet()), 1..8),
        piece in 16_384..40_000_usize,
        count in 1..5_usize,
    ) {
        let catalog = Catalog::embedded();
        let scanner = Scanner::new(&catalog);
        let content: String = parts.into_iter().flat_map(|(part, quiet)| [part, quiet]).collect();
        for file in [content.clone().into_bytes(), [b"\xef\xbb\xbf", content.as_bytes()].concat()] {
            let expected = told(whole(&scanner, &file));
            prop_assert_eq!(told(text(in_pieces(&scanner, &file, count, piece))), expected);
        }
        for file in [wide(&content, false), wide(&content, true)] {
            let expected = told(whole(&scanner, &file));
            prop_assert_eq!(told(text(in_pieces(&scanner, &file, count, piece))), expected);
        }
    }

    #[test]
    fn any_file_in_any_pieces_is_the_same_on_any_threads(
        content in "(\\PC|[\\x01-\\x7f]|Desk\\.|ZohoCRM\\.|modules\\.|READ|ALL|\\n|'|, |zoho|# zscope: ignore){0,80}",
        piece in 0..100_usize,
        count in 2..5_usize,
    ) {
        let catalog = Catalog::embedded();
        let scanner = Scanner::new(&catalog);
        let lines: Vec<&str> = content.split('\n').collect();
        for file in [content.clone().into_bytes(), wide(&content, true)] {
            let alone = told(text(in_pieces(&scanner, &file, 1, piece)));
            // A text of one piece is the same as one that is none.
            prop_assert_eq!(&told(text(in_pieces(&scanner, &file, 1, 1 << 20))), &told(whole(&scanner, &file)));
            prop_assert_eq!(&told(text(in_pieces(&scanner, &file, count, piece))), &alone);
            for place in alone.2 {
                let (line, rest) = place.split_once(':').unwrap();
                let (column, scope) = rest.split_once(' ').unwrap();
                let line = lines[line.parse::<usize>().unwrap() - 1];
                let rest: String = line.chars().skip(column.parse::<usize>().unwrap() - 1).collect();
                prop_assert!(rest.starts_with(scope.split('\n').next().unwrap()), "{} in {}", scope, rest);
            }
        }
    }

    #[test]
    fn every_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..300), piece in 0..100_usize) {
        let catalog = Catalog::embedded();
        let scanner = Scanner::new(&catalog);
        let _: Seen = in_pieces(&scanner, &bytes, 2, piece);
    }
}

#[test]
fn a_dense_file_is_cut_between_lines() {
    let catalog = Catalog::embedded();
    let scanner = Scanner::new(&catalog);
    let file = "'Desk.tickets.READ',\n".repeat(4_000).into_bytes();
    let scanned = text(in_pieces(&scanner, &file, 3, 10_000));
    assert_eq!(scanned.requests.iter().map(|request| request.items.len()).sum::<usize>(), 4_000);
    assert!((8..=10).contains(&scanned.requests.len()), "{}", scanned.requests.len());
}

#[test]
fn scopes_on_a_line_without_end_have_their_columns() {
    let catalog = Catalog::embedded();
    let scanner = Scanner::new(&catalog);
    let filler = "é,".repeat(3_000);
    let file = format!("{filler}'Desk.tickets.READ',{filler}x\n{filler}'Desk.contacts.READ'").into_bytes();
    for piece in [2_048, 4_096, 5_000] {
        let found = places(text(in_pieces(&scanner, &file, 2, piece)));
        assert_eq!(found, ["1:6002 Desk.tickets.READ", "2:6002 Desk.contacts.READ"], "{piece}");
    }
}

/// A file that is cut off, or cannot be read on, once a few reads were made.
struct Changing {
    content: Vec<u8>,
    reads: AtomicUsize,
    fails: bool,
}

impl ReadAt for Changing {
    fn read_at(&self, buffer: &mut [u8], from: u64) -> io::Result<usize> {
        match (self.reads.fetch_add(1, Ordering::Relaxed), self.fails) {
            (0..4, _) => self.content.read_at(buffer, from),
            (4, _) => Err(io::ErrorKind::Interrupted.into()),
            (_, true) => Err(io::Error::other("the disk is gone")),
            (_, false) => self.content[..self.content.len() / 2].to_vec().read_at(buffer, from),
        }
    }
}

#[test]
fn a_file_that_shrinks_is_read_as_far_as_it_reaches() {
    let catalog = Catalog::embedded();
    let scanner = Scanner::new(&catalog);
    let content = "'Desk.tickets.READ'\n\n".repeat(10_000).into_bytes();
    for count in [1, 3] {
        let file = Changing { content: content.clone(), reads: AtomicUsize::default(), fails: false };
        let scanned =
            text(scan_large(&scanner, &file, content.len() as u64, threads(count), 4_096, Syntax::default()).unwrap());
        let found = scanned.requests.len();
        assert!((4_900..6_000).contains(&found), "{found}");
        // A file of which nothing is left.
        assert!(
            text(scan_large(&scanner, &Vec::new(), 1 << 20, threads(count), 4_096, Syntax::default()).unwrap())
                .requests
                .is_empty()
        );
    }
}

#[test]
fn a_file_that_cannot_be_read_on_is_an_error() {
    let catalog = Catalog::embedded();
    let scanner = Scanner::new(&catalog);
    let content = "'Desk.tickets.READ'\n\n".repeat(10_000).into_bytes();
    for count in [1, 3] {
        let size = content.len() as u64;
        let file = Changing { content: content.clone(), reads: AtomicUsize::default(), fails: true };
        let error = scan_large(&scanner, &file, size, threads(count), 4_096, Syntax::default()).unwrap_err();
        assert_eq!(error.to_string(), "the disk is gone");
    }
}

#[test]
fn a_binary_file_is_told_from_text_by_its_beginning() {
    let catalog = Catalog::embedded();
    let scanner = Scanner::new(&catalog);
    let file = [&b"x".repeat(100)[..], b"\0", &b"Desk.tickets.READ\n".repeat(1_000)].concat();
    let scanned = text(in_pieces(&scanner, &file, 2, 4_096));
    assert!(scanned.binary && scanned.requests.iter().map(|request| request.items.len()).sum::<usize>() == 1_000);
}
