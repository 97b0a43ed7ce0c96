//! What holds for every format: none is obeyed by its reader, and all say the same.
//!
//! Each format has a [`Reader`] in one table. A new format needs one too.

mod readers;

use jiff::civil::date;

use self::readers::{READERS, Reader};
use super::fixture::{ALL_OPERATIONS, Builder, FULL_ACCESS, MALFORMED, NOT_ALLOWED, everything};
use super::{Canvas, Format, NotEvaluated};
use crate::finding::Link;
use crate::finding::{Finding, Related};
use crate::finding::{Waived, WaiverKind};
use crate::judge::{Decider, Verdict, Witness};
use crate::policy::{Effect, RulePages};

/// Every text that some reader of some format would obey.
const PAYLOAD: &str = "<script>alert(1)</script> </details> =cmd() ::error::x ]]> <!-- ##[error]x \u{1b}[31mred \u{9b}2J\u{7} \
                       a|b `tick` ``two`` [x](javascript:1) ![y](//z) @admin #1 &amp; \" ' \\ \u{202e}\u{200b}\r\n::error::forged\n\
                       =cmd()\nerror[ZS999 forged]: x\n| error | ZS999 forged | a | b |\n- ZS999 \u{fffe}\u{0}";

/// What a reader finds in a report.
#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    /// The codes of the findings that stand, sorted.
    findings: Vec<String>,
    /// How many are waived, where the format says.
    waived: Option<usize>,
    not_evaluated: usize,
}

impl Read {
    fn expected(built: &Builder) -> Self {
        let mut findings: Vec<String> = built.0.findings.iter().map(|finding| finding.rule.code.to_owned()).collect();
        findings.sort();
        Self { findings, waived: Some(built.0.waived.len()), not_evaluated: built.0.not_evaluated.len() }
    }
}

/// A run in which every text is the payload.
fn treacherous() -> Builder {
    let mut built = Builder::new();
    built.0.policy.path = format!("{PAYLOAD}.yaml");
    built.0.run.inputs = vec![PAYLOAD.to_owned()];
    built.0.run.sarif.category = Some(PAYLOAD.to_owned());
    let policy = built.source(&format!("{PAYLOAD}.yaml"), PAYLOAD);
    let source = built.source(PAYLOAD, &format!("a = {PAYLOAD} = b"));
    let nowhere = built.source("<argument>", PAYLOAD);
    let entry = built.place(policy, "=cmd()");
    for (source, rule) in [(source, &NOT_ALLOWED), (nowhere, &MALFORMED)] {
        let judged = built.scope(source, PAYLOAD, Verdict::NotAllowed);
        judged.app = Some(PAYLOAD.to_owned());
        judged.gives = PAYLOAD.to_owned();
        judged.decided_by = vec![Decider { effect: Effect::Deny, text: PAYLOAD.to_owned(), place: Some(entry) }];
        judged.witness = Some(Witness { call: PAYLOAD.to_owned(), summary: PAYLOAD.to_owned() });
        let place = judged.place;
        let mut finding = Finding::new(rule, place, PAYLOAD)
            .help(PAYLOAD)
            .related(PAYLOAD, Some(entry))
            .related(PAYLOAD, None)
            .fix(PAYLOAD, place, PAYLOAD)
            .scope(PAYLOAD);
        finding.app = Some(PAYLOAD.to_owned());
        built.finding(finding);
    }
    let tick = built.place(source, "`tick`");
    let quoting = Finding::new(&ALL_OPERATIONS, tick, format!("`{PAYLOAD}` is wide: `{PAYLOAD}`, and `x`"));
    built.finding(quoting.clone());
    built.0.waived.push(Waived {
        finding: Finding { rule: &FULL_ACCESS, ..quoting },
        waiver: PAYLOAD.to_owned(),
        reason: PAYLOAD.to_owned(),
        kind: WaiverKind::Policy,
        expires: Some(date(2027, 1, 31)),
    });
    for place in [None, Some(entry)] {
        built.0.not_evaluated.push(NotEvaluated {
            input: PAYLOAD.to_owned(),
            message: PAYLOAD.to_owned(),
            help: Some(PAYLOAD.to_owned()),
            place,
        });
    }
    built
}

fn reader(format: Format) -> &'static Reader {
    let found = READERS.iter().find(|reader| reader.format == format.name());
    found.unwrap_or_else(|| panic!("the format {format} needs a reader in src/report/tests/readers.rs"))
}

fn rendered(format: Format, built: &Builder) -> String {
    rendered_on(format, built, Canvas { is_record: true, ..Canvas::default() })
}

fn rendered_on(format: Format, built: &Builder, canvas: Canvas) -> String {
    let mut out = Vec::new();
    format.render(&built.0, canvas, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn all_formats_say_the_same() {
    let built = everything();
    for &format in Format::all() {
        let written = rendered(format, &built);
        let mut read = (reader(format).read)(&written);
        let expected = Read::expected(&built);
        read.waived = read.waived.or(expected.waived);
        assert_eq!(read, expected, "{format}: {written}");
    }
}

/// Who answers for an application stands wherever a format names it.
#[test]
fn applications_are_named_with_their_owners() {
    let built = everything();
    for &format in Format::all() {
        let written = rendered(format, &built);
        // A finding on one line has no room for either, and the name of a test is not to change with who answers for it.
        let (names_it, says_who) = (format.name() != "concise", !["concise", "junit"].contains(&format.name()));
        assert_eq!(written.contains("invoice-sync"), names_it, "{format}: {written}");
        assert_eq!(written.contains("finance-platform"), says_who, "{format}: {written}");
    }
}

/// Scopes of every verdict, one of them in three places with a warning each.
fn judged() -> Builder {
    let mut built = Builder::new();
    let texts = ["a", "b", "c"].map(|name| built.source(&format!("{name}.env"), "Desk.b.ALL Desk.c.READ Desk.d.READ"));
    for source in texts {
        let place = built.scope(source, "Desk.b.ALL", Verdict::NoPolicy).place;
        built.finding(Finding::new(&ALL_OPERATIONS, place, "`Desk.b.ALL` is wide").scope("Desk.b.ALL"));
    }
    built.scope(texts[0], "Desk.c.READ", Verdict::NoPolicy);
    built.scope(texts[1], "Desk.c.READ", Verdict::Allowed);
    built.scope(texts[2], "Desk.c.READ", Verdict::Waived);
    built.scope(texts[0], "Desk.d.READ", Verdict::Unknown);
    for (source, verdict) in [(texts[1], Verdict::Denied), (texts[2], Verdict::NotAllowed)] {
        let place = built.scope(source, "Desk.d.READ", verdict).place;
        let said = format!("`Desk.d.READ` is {}", verdict.as_str());
        built.finding(Finding::new(&NOT_ALLOWED, place, said).scope("Desk.d.READ"));
    }
    built
}

#[test]
fn verdicts_and_what_is_told_once_are_the_same_in_every_format() {
    let built = judged();
    for &format in Format::all() {
        let written = rendered(format, &built);
        if let Some(verdicts) = readers::verdicts(format, &written) {
            let expected = [("flagged", 3), ("unflagged", 1), ("allowed", 1), ("waived", 1), ("unknown", 1)];
            let expected = expected.into_iter().chain([("denied", 1), ("not-allowed", 1)]);
            let expected: readers::Counted = expected.map(|(word, count)| (word.to_owned(), count)).collect();
            assert_eq!(verdicts, expected, "{format}: {written}");
        }
        let expected = [("ZS203", 3), ("ZS302", 2)].map(|(code, places)| (code.to_owned(), places));
        assert_eq!(readers::places(format, &written), expected.into_iter().collect(), "{format}: {written}");
    }
}

#[test]
fn texts_of_others_are_inert_in_every_format() {
    let built = treacherous();
    for &format in Format::all() {
        let written = rendered(format, &built);
        // Line breaks of formats that demand CR LF come in pairs.
        let unpaired = written.replace("\r\n", "\n");
        assert!(unpaired.chars().all(|c| c == '\n' || !c.is_control()), "{format}: {written:?}");
        assert!(!written.contains(['\u{202e}', '\u{200b}']), "{format}: {written:?}");
        let mut read = (reader(format).read)(&written);
        let expected = Read::expected(&built);
        read.waived = read.waived.or(expected.waived);
        assert_eq!(read, expected, "{format}: {written}");
        (reader(format).inert)(&written);
    }
}

#[test]
fn every_format_says_by_what_it_was_made() {
    let mut built = everything();
    built.0.policy.digest = "0badcafe".repeat(8);
    built.0.catalog.digest = "feedf00d".repeat(8);
    built.0.run.inputs = vec!["some-input.txt".to_owned()];
    built.0.run.timestamp = Some("2026-11-29T18:00:00Z".parse().unwrap());
    for &format in Format::all() {
        // GitLab's array and a table of scopes have no room.
        if matches!(format.name(), "gitlab" | "csv") {
            continue;
        }
        let written = rendered(format, &built);
        let (policy, catalog) = (&built.0.policy.digest, &built.0.catalog.digest);
        for fact in
            [env!("CARGO_PKG_VERSION"), "zscope.yaml", policy, catalog, "2026-11-23", "2026-11-30", "some-input.txt"]
        {
            assert!(written.contains(fact), "{format} does not say {fact}: {written}");
        }
        assert!(written.contains("2026-11-29T18:00:00Z"), "{format} does not say the time: {written}");
    }
}

#[test]
fn secrets_are_blotted_out_in_every_format() {
    let token = format!("1000.{}.{}", "0123456789abcdef".repeat(2), "fedcba9876543210".repeat(2));
    let mut built = Builder::new();
    let source = built.source(&format!("{token}.env"), &format!("refresh_token={token} Desk.tickets.READ"));
    let judged = built.scope(source, "Desk.tickets.READ", Verdict::NotAllowed);
    judged.app = Some(token.clone());
    let place = judged.place;
    let whole = built.place(source, &token);
    let finding = Finding::new(&FULL_ACCESS, whole, format!("found {token}"))
        .help(&*token)
        .related(&*token, Some(whole))
        .fix(&*token, whole, &*token)
        .scope(&token);
    built.finding(finding.clone());
    built.finding(Finding { place, app: Some(token.clone()), ..finding.clone() });
    let (kind, expires) = (WaiverKind::Policy, Some(date(2027, 1, 31)));
    built.0.waived.push(Waived { finding, kind, waiver: token.clone(), reason: token.clone(), expires });
    built.0.run.inputs.push(token.clone());
    let message = format!("bad {token}");
    built.0.not_evaluated.push(NotEvaluated { input: token.clone(), message, help: Some(token), place: Some(whole) });
    for &format in Format::all() {
        let written = rendered(format, &built);
        assert!(!written.contains("0123456789abcdef") && !written.contains("fedcba"), "{format}: {written}");
    }
}

#[test]
fn findings_lead_to_the_pages_about_their_rules() {
    const PAGE: &str = "https://wiki.example.com/zscope/full-access?about=ZS201&x=1";
    let mut built = Builder::new();
    let source = built.source("a.env", "Desk.fullaccess.all");
    let place = built.scope(source, "Desk.fullaccess.all", Verdict::NotAllowed).place;
    built.finding(Finding::new(&FULL_ACCESS, place, "too wide"));
    let without: Vec<String> = Format::all().iter().map(|format| rendered(*format, &built)).collect();
    assert!(without.iter().all(|written| !written.contains("wiki.example.com")));
    built.0.policy.rule_pages = RulePages::parse("https://wiki.example.com/zscope/{rule}?about={code}&x=1");
    for (&format, without) in Format::all().iter().zip(&without) {
        let written = rendered(format, &built);
        match format.name() {
            // Paper follows no links, a table of scopes has no room, and GitLab shows what it is given as it is.
            "text" | "concise" | "table" | "csv" | "gitlab" => assert_eq!(written, *without, "{format}"),
            "json" | "ndjson" => assert!(written.contains("{rule}?about={code}&x=1\""), "{format}: {written}"),
            "html" | "markdown" | "junit" => {
                let read = written.replace("&amp;", "&").replace("&#38;", "&");
                assert!(read.contains(PAGE) && !written.contains(PAGE), "{format}: {written}");
            }
            _ => assert!(written.contains(PAGE), "{format}: {written}"),
        }
        assert_eq!((reader(format).read)(&written).findings, ["ZS201"], "{format}");
    }
}

#[test]
fn terminals_get_links_where_they_follow_them() {
    let mut built = everything();
    built.0.policy.rule_pages = RulePages::parse("https://wiki.example.com/{code}");
    let page = Link::parse("https://www.zoho.com/crm/scopes");
    let message = "catalog: ZohoCRM.yaml:9 (documented, https://www.zoho.com/crm/scopes)".to_owned();
    built.0.findings[0].related.push(Related { message, place: None, page });
    for name in ["text", "table"] {
        let format = Format::named(name).unwrap();
        let plain = rendered_on(format, &built, Canvas::default());
        assert!(!plain.contains('\u{1b}'), "{plain:?}");
        for color in [false, true] {
            let written = rendered_on(format, &built, Canvas { color, links: true, ..Canvas::default() });
            for finding in &built.0.findings {
                let start = format!("\u{1b}]8;;https://wiki.example.com/{}\u{1b}\\", finding.rule.code);
                assert!(written.contains(&start), "{name}: {written:?}");
            }
            assert_eq!(written.contains("\u{1b}]8;;https://www.zoho.com/crm/scopes\u{1b}\\catalog: "), name == "text");
            assert_eq!(written.matches("\u{1b}]8;;http").count(), written.matches("\u{1b}]8;;\u{1b}\\").count());
            assert_eq!(anstream::adapter::strip_str(&written).to_string(), plain, "{name}");
            assert_eq!(written.contains("\u{1b}["), color, "{name}: {written:?}");
        }
    }
}
