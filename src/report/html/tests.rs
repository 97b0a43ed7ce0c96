use std::collections::BTreeSet;

use base64::Engine as _;
use sha2::Digest as _;

use super::super::fixture::{ALL_OPERATIONS, Builder, FULL_ACCESS, everything, hostile};
use super::Html;
use crate::finding::Finding;
use crate::finding::{Waived, WaiverKind};
use crate::judge::{Decider, Verdict};
use crate::policy::Effect;
use crate::report::{GrantInfo, GrantState, NotEvaluated, Totals};

/// What stands between two texts, the first time.
fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).unwrap();
    rest.split_once(end).unwrap().0
}

/// The page without the parts that are always the same.
fn without_constants(page: &str) -> String {
    let mut page = page.to_owned();
    for (start, end) in [("<style>", "</style>"), ("<script>", "</script>"), ("content=\"default-src", "\">")] {
        page = page.replace(between(&page, start, end), "");
    }
    page
}

/// Every tag of the page, without its content, in order; ends of tags are left out.
fn tags(page: &str) -> Vec<&str> {
    let starts = page.match_indices('<').map(|(at, _)| &page[at + 1..]);
    starts.filter(|rest| !rest.starts_with('/')).map(|rest| rest.split_once('>').unwrap().0).collect()
}

/// That nothing in the page was put there by a text: only elements and attributes of the template.
pub(in crate::report) fn assert_inert(page: &str) {
    const ELEMENTS: &[&str] = &[
        "!DOCTYPE", "a", "b", "bdi", "body", "button", "caption", "code", "dd", "details", "div", "dl", "dt", "em",
        "footer", "form", "h1", "h2", "h3", "h4", "head", "header", "html", "input", "label", "li", "main", "meta",
        "nav", "ol", "option", "p", "pre", "rect", "script", "section", "select", "span", "style", "summary", "svg",
        "table", "tbody", "td", "th", "thead", "time", "title", "tr", "ul",
    ];
    let page = without_constants(page);
    let elements: BTreeSet<&str> = tags(&page).iter().map(|tag| tag.split([' ', '\n']).next().unwrap()).collect();
    let known: BTreeSet<&str> = ELEMENTS.iter().copied().collect();
    assert!(elements.is_subset(&known), "{:?}", elements.difference(&known));
    for tag in tags(&page) {
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        assert!(!tag.contains(" on") && !tag.contains("style=") && !tag.contains("src="), "{tag}");
        assert!(tag.split(" href=\"").skip(1).all(|address| address.starts_with('#')), "{tag}");
    }
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.chars().all(|c| c == '\n' || !c.is_control()), "control characters");
    assert!(!page.contains(['\u{202e}', '\u{200b}', '\u{2066}', '\u{feff}']), "invisible characters");
}

#[test]
fn one_of_everything() {
    let page = everything().rendered(&Html, None);
    assert_inert(&page);
    insta::assert_snapshot!(without_constants(&page));
}

#[test]
fn a_run_without_anything() {
    let page = Builder::new().rendered(&Html, None);
    assert_inert(&page);
    assert!(page.contains("No scopes were judged"));
}

#[test]
fn the_policy_names_the_very_style_and_script() {
    let page = everything().rendered(&Html, None);
    let security = between(&page, "Security-Policy\" content=\"", "\"").replace("&#39;", "'");
    assert!(security.starts_with("default-src 'none'; "), "{security}");
    assert!(!security.contains("unsafe"), "{security}");
    for (kind, text) in
        [("style", between(&page, "<style>", "</style>")), ("script", between(&page, "<script>", "</script>"))]
    {
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text.as_bytes()));
        assert!(security.contains(&format!("{kind}-src 'sha256-{hash}'")), "{security}");
    }
}

#[test]
fn hostile_texts_are_shown_and_do_nothing() {
    assert_inert(&hostile().rendered(&Html, None));
    let texts = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "]]>--></style></title></pre><svg onload=alert(1)>",
        "\u{1b}[31mred\u{202e}\u{200b}",
    ];
    for text in texts {
        let mut built = Builder::new();
        built.0.policy.path = text.to_owned();
        built.0.policy.digest = text.to_owned();
        built.0.catalog.date = text.to_owned();
        let policy = built.source(text, &format!("# {text}\ndefault: deny\n"));
        let source = built.source(&format!("{text}.json"), text);
        let deny = built.place(policy, "deny");
        let judged = built.scope(source, text, Verdict::Unknown);
        judged.app = Some(text.to_owned());
        judged.gives = text.to_owned();
        judged.decided_by = vec![Decider { effect: Effect::Deny, text: text.to_owned(), place: Some(deny) }];
        let place = judged.place;
        let mut finding = Finding::new(&FULL_ACCESS, place, text).help(text).related(text, Some(deny)).scope(text);
        finding.app = Some(text.to_owned());
        built.finding(finding.clone());
        built.finding(Finding::new(&ALL_OPERATIONS, deny, text).help(text));
        let (waiver, reason) = (text.to_owned(), text.to_owned());
        let (kind, expires) = (WaiverKind::Policy, Some(jiff::civil::date(2027, 1, 31)));
        built.0.waived.push(Waived { finding, kind, waiver, reason, expires });
        let (input, message) = (text.to_owned(), text.to_owned());
        built.0.not_evaluated.push(NotEvaluated { input, message, help: Some(text.to_owned()), place: None });
        assert_inert(&built.rendered(&Html, None));
    }
}

#[test]
fn secrets_of_policies_and_names_stay_out() {
    let token = format!("1000.{}.{}", "0123456789abcdef".repeat(2), "fedcba9876543210".repeat(2));
    let mut built = Builder::new();
    built.source("zscope.yaml", &format!("version: 1\n# refresh_token: {token}\n"));
    let source = built.source(&format!("{token}.json"), &token);
    built.scope(source, &token, Verdict::Unknown).app = Some(token.clone());
    let place = built.place(source, &token);
    built.finding(Finding::new(&FULL_ACCESS, place, format!("`{token}`")).help(&*token));
    let page = built.rendered(&Html, None);
    assert!(!page.contains(&token) && !page.contains("0123456789abcdef"), "{page}");
}

/// Three grants of two applications: one known, one unknown, one without a token.
fn audit() -> Builder {
    let mut built = Builder::new();
    let source = built.source("t.ndjson", "first ZohoBooks.fullaccess.all\nsecond\nthird ZohoBooks.fullaccess.all\n");
    let records = ["first ZohoBooks.fullaccess.all", "second", "third ZohoBooks.fullaccess.all"];
    let states = [GrantState::Known, GrantState::Unknown, GrantState::Known];
    for (number, (record, state)) in records.into_iter().zip(states).enumerate() {
        let place = built.place(source, record);
        built.0.grants.push(GrantInfo {
            unlisted: None,
            name: format!("<b>{}</b>", record.split(' ').next().unwrap()),
            app: (number < 2).then(|| "sync".to_owned()),
            data_centre: (number == 0).then_some("eu"),
            state,
            scopes: usize::from(state == GrantState::Known),
            place,
        });
        if state == GrantState::Known {
            let at = record.len() - "ZohoBooks.fullaccess.all".len();
            let judged = built.scope(source, "ZohoBooks.fullaccess.all", Verdict::Allowed);
            judged.place.span = crate::text::Span::new(place.span.start + at, place.span.end);
            judged.grant = Some(number);
            judged.app = (number < 2).then(|| "sync".to_owned());
        }
    }
    let mut finding = Finding::new(&ALL_OPERATIONS, built.place(source, "second"), "nobody knows what it holds");
    finding.app = Some("sync".to_owned());
    built.finding(finding);
    totalled(&mut built, 1);
    built
}

/// Gives a report the figures of its grants, each counted so many times.
fn totalled(built: &mut Builder, times: usize) {
    let mut totals = Totals::default();
    for (number, grant) in built.0.grants.iter().enumerate() {
        let scopes: Vec<_> = built.0.scopes.iter().filter(|judged| judged.grant == Some(number)).cloned().collect();
        let is_in = |finding: &&Finding| grant.place.span.start == finding.place.span.start;
        let findings: Vec<_> = built.0.findings.iter().filter(is_in).cloned().collect();
        totals.add(grant.app.as_deref(), None, grant.state, &scopes, &findings, times);
    }
    built.0.totals = Some(totals);
}

#[test]
fn scopes_stand_under_their_grant_and_unknown_access_is_told_first() {
    let page = audit().rendered(&Html, None);
    assert_inert(&page);
    assert!(page.contains("1 grant of unknown access: nothing says what its token holds"), "{page}");
    let grants = between(&page, "<section id=\"grants\"", "</section>");
    assert!(grants.contains("data-figure=\"grants\" data-value=\"3\"") && grants.contains("All grants"), "{grants}");
    let unknown = between(grants, "unknown-grants", "</div>");
    assert!(unknown.contains("#grant-1") && unknown.contains("&#60;b&#62;second"), "{unknown}");
    for (number, scopes) in [(0, 1), (1, 0), (2, 1)] {
        let grant = page.split_once(&format!("id=\"grant-{number}\"")).unwrap().1;
        let grant =
            grant.split("<div class=\"grant\"").next().unwrap().split("</details>\n<details class=\"app\"").next();
        assert_eq!(grant.unwrap().matches("<tr data-v=").count(), scopes, "{number}: {page}");
        assert_eq!(grant.unwrap().contains("nobody knows what it holds"), number == 1, "{number}");
    }
    assert!(!page.contains("Details are partial"), "{page}");
}

#[test]
fn a_page_of_a_part_counts_the_whole() {
    let mut built = audit();
    totalled(&mut built, 1000);
    let page = built.rendered(&Html, None);
    assert_inert(&page);
    assert!(page.contains("Details are partial: of 3,000 grants, the first 3 with warnings or errors"), "{page}");
    for (figure, value) in [("grants", 3000), ("unknown_grants", 1000), ("scopes", 2000), ("warning", 1000)] {
        assert!(page.contains(&format!("data-figure=\"{figure}\" data-value=\"{value}\"")), "{figure}");
    }
    let rules = between(&page, "data-chart=\"rule\"", "</table>");
    assert_eq!(rules.matches("data-value=\"1000\"").count(), 2, "findings and grants: {rules}");
    let overview = between(&page, "<table id=\"overview\"", "</table>");
    assert!(overview.contains("<td class=\"n\">2000</td><td class=\"n\">1000</td>"), "{overview}");
    built.0.grants.clear();
    built.0.scopes.clear();
    built.0.findings.clear();
    let page = built.rendered(&Html, None);
    assert_inert(&page);
    assert!(page.contains("none of them is shown one by one"), "{page}");
    assert_eq!(between(&page, "<table id=\"overview\"", "</table>").matches("<tr").count(), 3);
}

#[test]
fn what_is_equal_stands_once() {
    let mut built = Builder::new();
    for n in 0..50 {
        let source = built.source(&format!("{n}.env"), "Desk.tickets.ALL");
        let place = built.scope(source, "Desk.tickets.ALL", Verdict::Allowed).place;
        built.finding(Finding::new(&ALL_OPERATIONS, place, "everything").scope("Desk.tickets.ALL"));
    }
    let page = built.rendered(&Html, None);
    assert_eq!(page.matches("<tr data-v=").count(), 1);
    assert_eq!(page.matches("class=\"said warning\"").count(), 1);
    assert!(page.contains("0.env:1:1") && page.contains("and 47 more"), "{page}");
}

#[test]
fn a_page_stays_small_and_says_what_it_leaves_out() {
    let mut built = Builder::new();
    let long = "a word, ".repeat(60);
    for app in 0..2000 {
        let text = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(|n| format!("Desk.resource{n}of{app}.ALL")).join(" ");
        let source = built.source(&format!("services/{app}/scopes.txt"), &text);
        for scope in text.split_whitespace() {
            let judged = built.scope(source, scope, Verdict::Allowed);
            judged.app = Some(format!("app {app}"));
            judged.gives.clone_from(&long);
            let place = judged.place;
            let mut finding = Finding::new(&ALL_OPERATIONS, place, &*long).help(&*long).scope(scope);
            finding.app = Some(format!("app {app}"));
            built.finding(finding);
        }
    }
    let page = built.rendered(&Html, None);
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    assert!(page.len() > 2_500_000, "there is room for more than {} bytes", page.len());
    let overview = between(&page, "<table id=\"overview\"", "</table>");
    assert_eq!(overview.matches("<tr").count(), 2001, "all applications and the heads of the columns");
    let left_out = between(&page, "Without details here: ", " application");
    let sections = page.matches("<details class=\"app\"").count();
    assert_eq!(left_out.replace(',', "").parse::<usize>().unwrap() + sections, 2000);
}

proptest::proptest! {
    #[test]
    fn any_text_makes_an_inert_page(name in "(?s).{0,20}", text in "(?s).{1,60}", message in "(?s).{0,40}") {
        let mut built = Builder::new();
        let source = built.source(&name, &text);
        built.scope(source, &text, Verdict::Unknown).app = Some(message.clone());
        let place = built.place(source, &text);
        built.finding(Finding::new(&FULL_ACCESS, place, &*message).help(&*message).related(&*text, Some(place)));
        assert_inert(&built.rendered(&Html, None));
    }
}
