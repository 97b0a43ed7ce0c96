//! Readers that take a report back in, with a parser of the format's kind where there is one.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use regex::Regex;
use roxmltree::Document;
use serde_json::Value;

use super::Read;
use crate::report::Format;
use crate::report::html::tests::assert_inert;

/// How a format is read back.
pub(super) struct Reader {
    pub(super) format: &'static str,
    /// Finds what the report says.
    pub(super) read: fn(&str) -> Read,
    /// Panics when a text of others became more than text.
    pub(super) inert: fn(&str),
}

pub(super) static READERS: &[Reader] = &[
    Reader { format: "text", read: text, inert: inert_lines },
    Reader { format: "concise", read: concise, inert: inert_lines },
    Reader { format: "table", read: table, inert: inert_lines },
    Reader { format: "json", read: json, inert: inert_lines },
    Reader { format: "ndjson", read: ndjson, inert: inert_lines },
    Reader { format: "csv", read: table_of_scopes, inert: inert_csv },
    Reader { format: "sarif", read: sarif, inert: inert_lines },
    Reader { format: "junit", read: junit, inert: inert_junit },
    Reader { format: "github", read: github, inert: inert_github },
    Reader { format: "gitlab", read: gitlab, inert: inert_lines },
    Reader { format: "markdown", read: markdown, inert: inert_markdown },
    Reader { format: "html", read: html, inert: assert_inert },
];

static TITLE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^(?:error|warning|note)\[(ZS[0-9]{3}) ").unwrap());
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new("ZS[0-9]{3}").unwrap());

fn sorted(codes: impl IntoIterator<Item = impl Into<String>>) -> Vec<String> {
    let mut codes: Vec<String> = codes.into_iter().map(Into::into).collect();
    codes.sort();
    codes
}

fn titles(text: &str) -> Vec<String> {
    TITLE.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

fn starting(text: &str, start: &str) -> usize {
    text.lines().filter(|line| line.starts_with(start)).count()
}

fn text(written: &str) -> Read {
    Read {
        findings: sorted(titles(written)),
        waived: Some(starting(written, "waived: ")),
        not_evaluated: starting(written, "error: `"),
    }
}

/// A line each: the place, then the severity with the rule.
fn concise(written: &str) -> Read {
    static LINE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^.*?: (?:error|warning|note)\[(ZS[0-8][0-9]{2}) ").unwrap());
    Read {
        findings: sorted(LINE.captures_iter(written).map(|found| found[1].to_owned())),
        waived: Some(starting(written, "waived: ")),
        not_evaluated: written
            .lines()
            .filter(|line| line.contains("error: `") && line.contains("was not evaluated"))
            .count(),
    }
}

fn table(written: &str) -> Read {
    let mut read = text(written);
    // The last cell of a row holds the codes of its findings.
    let cells = written.lines().filter_map(|line| line.strip_suffix('│')?.rsplit('┆').next());
    let codes = cells.flat_map(|cell| CODE.find_iter(cell)).map(|found| found.as_str().to_owned());
    read.findings = sorted(read.findings.into_iter().chain(codes));
    read
}

fn inert_lines(written: &str) {
    for line in written.lines() {
        assert!(!line.contains("##[") && !line.trim_start().starts_with("::") && !line.starts_with('='), "{line:?}");
        assert!(!line.starts_with("error[ZS999"), "{line:?}");
    }
}

fn count(value: &Value) -> usize {
    value.as_array().unwrap().len()
}

fn strings(value: &Value, key: &str) -> Vec<String> {
    value.as_array().unwrap().iter().map(|entry| entry[key].as_str().unwrap().to_owned()).collect()
}

fn json(written: &str) -> Read {
    let read: Value = serde_json::from_str(written).unwrap();
    Read {
        findings: sorted(strings(&read["findings"], "code")),
        waived: Some(count(&read["waived"])),
        not_evaluated: count(&read["not_evaluated"]),
    }
}

fn ndjson(written: &str) -> Read {
    let lines: Vec<Value> = written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &'static str| lines.iter().filter(move |line| line["type"] == kind);
    let on_scopes = of("scope").flat_map(|line| strings(&line["findings"], "code"));
    let others = of("finding").map(|line| line["code"].as_str().unwrap().to_owned());
    Read { findings: sorted(on_scopes.chain(others)), waived: None, not_evaluated: of("not-evaluated").count() }
}

fn records(written: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(written.as_bytes());
    reader.records().map(|record| record.unwrap()).collect()
}

fn table_of_scopes(written: &str) -> Read {
    let header = csv::Reader::from_reader(written.as_bytes()).headers().unwrap().clone();
    let column = |name: &str| header.iter().position(|column| column == name).unwrap();
    let (rules, verdict) = (column("rules"), column("verdict"));
    let records = records(written);
    Read {
        findings: sorted(records.iter().flat_map(|record| {
            record[rules].split(' ').filter(|code| !code.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        })),
        waived: None,
        not_evaluated: records.iter().filter(|record| &record[verdict] == "not-evaluated").count(),
    }
}

fn inert_csv(written: &str) {
    for record in records(written) {
        for cell in &record {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
}

fn sarif(written: &str) -> Read {
    let read: Value = serde_json::from_str(written).unwrap();
    let run = &read["runs"][0];
    let notices = &run["invocations"][0]["toolExecutionNotifications"];
    Read {
        findings: sorted(strings(&run["results"], "ruleId")),
        waived: run["properties"]["waivedFindings"].as_u64().and_then(|count| usize::try_from(count).ok()),
        not_evaluated: notices.as_array().map_or(0, Vec::len),
    }
}

fn junit(written: &str) -> Read {
    let read = Document::parse(written).unwrap();
    let told: Vec<&str> = read
        .descendants()
        .filter(|node| node.has_tag_name("failure") || node.has_tag_name("system-out"))
        .filter_map(|node| node.text())
        .collect();
    Read {
        findings: sorted(told.iter().flat_map(|text| titles(text))),
        waived: Some(told.iter().map(|text| starting(text, "waived[")).sum()),
        not_evaluated: read.descendants().filter(|node| node.has_tag_name("error")).count(),
    }
}

fn inert_junit(written: &str) {
    const NAMES: [&str; 9] =
        ["testsuites", "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out"];
    let read = Document::parse(written).unwrap();
    for node in read.descendants().filter(roxmltree::Node::is_element) {
        assert!(NAMES.contains(&node.tag_name().name()), "{:?}", node.tag_name());
    }
    assert!(!written.contains("<![CDATA[") && !written.contains("<!--"));
}

/// The title of each command that the runner would obey, unescaped.
fn commands(written: &str) -> Vec<String> {
    let commands = written.lines().filter(|line| line.trim_start().starts_with("::"));
    let titles = commands.map(|line| {
        let (head, _) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (kind, properties) = head.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&kind), "{line}");
        let title = properties.split(',').find_map(|property| property.strip_prefix("title=")).unwrap();
        title.replace("%2C", ",").replace("%3A", ":").replace("%25", "%")
    });
    titles.collect()
}

fn github(written: &str) -> Read {
    let (unread, findings): (Vec<String>, Vec<String>) =
        commands(written).into_iter().partition(|title| title == "not evaluated");
    let codes = findings.iter().map(|title| title.split(' ').next().unwrap());
    Read { findings: sorted(codes), waived: None, not_evaluated: unread.len() }
}

fn inert_github(written: &str) {
    for line in written.lines().filter(|line| !line.starts_with("::")) {
        assert!(!line.contains("##[") && !line.trim_start().starts_with("::"), "{line:?}");
    }
}

fn gitlab(written: &str) -> Read {
    let read: Value = serde_json::from_str(written).unwrap();
    let (unread, findings): (Vec<&Value>, Vec<&Value>) =
        read.as_array().unwrap().iter().partition(|issue| issue["check_name"] == "not-evaluated");
    let codes = findings.iter().map(|issue| issue["description"].as_str().unwrap().split(':').next().unwrap());
    Read { findings: sorted(codes), waived: None, not_evaluated: unread.len() }
}

fn events(written: &str) -> Vec<Event<'_>> {
    Parser::new_ext(written, Options::all()).collect()
}

fn markdown(written: &str) -> Read {
    let (mut table, mut cell, mut in_item) = (0, 0, 0);
    let (mut findings, mut not_evaluated, mut waived) = (Vec::new(), 0, 0);
    for event in events(written) {
        match event {
            Event::Start(Tag::Table(_)) => table += 1,
            Event::Start(Tag::TableRow) => cell = 0,
            Event::End(TagEnd::TableCell) => cell += 1,
            Event::Start(Tag::Item) => {
                in_item += 1;
                not_evaluated += usize::from(table == 1 && in_item == 1 && findings.is_empty());
            }
            Event::End(TagEnd::Item) => in_item -= 1,
            Event::Text(text) if table == 2 && cell == 1 && in_item == 0 && CODE.is_match(&text) => {
                findings.push(text.split(' ').next().unwrap().to_owned());
                cell = 2;
            }
            Event::Html(html) => {
                if let Some(count) = html.strip_prefix("<summary>Waived: ").and_then(|rest| rest.split('<').next()) {
                    waived = count.parse().unwrap();
                }
            }
            _ => {}
        }
    }
    Read { findings: sorted(findings), waived: Some(waived), not_evaluated }
}

fn inert_markdown(written: &str) {
    const OURS: [&str; 6] = ["<!-- zscope -->", "<details>", "</details>", "<summary>", "<sub>", "</sub>"];
    for event in events(written) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => {
                assert!(html.trim().is_empty() || OURS.iter().any(|ours| html.starts_with(ours)), "{html:?}");
                assert!(!html.contains("script"), "{html:?}");
            }
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link: {written}"),
            // What is not in code may be mentioned or referred to.
            Event::Text(text) => assert!(!text.contains(['@', '#', '<', '`']), "{text:?}"),
            _ => {}
        }
    }
}

/// The page says the same once, however often it is so.
fn html(written: &str) -> Read {
    let remark = r#"<div class="said (?:error|warning|note)">\s*<p><span class="mark [a-z]+">[a-z]+</span> <(?:b|a) class="code"[^>]*>(ZS[0-9]{3})"#;
    let remarks = Regex::new(remark).unwrap();
    Read {
        findings: sorted(remarks.captures_iter(written).map(|found| found[1].to_owned())),
        waived: Some(written.matches("<div class=\"said waived\">").count()),
        not_evaluated: written.matches("<li class=\"said error\">").count(),
    }
}

/// How many scopes a report has of each verdict, or in how many places each rule speaks.
pub(super) type Counted = BTreeMap<String, usize>;

/// The words of verdicts, as formats write them.
const WORD: &str = "flagged|unflagged|allowed|waived|unknown|denied|not[ _-]allowed";

fn counted(pairs: impl IntoIterator<Item = (String, usize)>) -> Counted {
    let mut all = Counted::new();
    pairs.into_iter().for_each(|(name, count)| *all.entry(name).or_default() += count);
    all.retain(|_, count| *count > 0);
    all
}

/// What a pattern finds: a word and a number, which is 1 where there is none.
fn captured(written: &str, pattern: &str) -> Vec<(String, usize)> {
    let found = |found: regex::Captures<'_>| {
        let count = found.name("n").map_or(1, |count| count.as_str().parse().unwrap());
        (found["word"].replace([' ', '_'], "-"), count)
    };
    Regex::new(pattern).unwrap().captures_iter(written).map(found).collect()
}

/// How many scopes a report has of each verdict; `None` where the format has no room for that.
pub(super) fn verdicts(format: Format, written: &str) -> Option<Counted> {
    let found = |pattern: String| counted(captured(written, &pattern));
    Some(match format.name() {
        "text" | "concise" | "table" | "github" => found(format!("\\b(?<n>[0-9]+) (?<word>{WORD})\\b")),
        "junit" => found(format!(r#"<property name="(?<word>{WORD})" value="(?<n>[0-9]+)""#)),
        "html" => found(format!(r#"data-figure="(?<word>{WORD})" data-value="(?<n>[0-9]+)""#)),
        "csv" => found(format!("(?m)^(?:[^,]*,){{8}}(?<word>{WORD}),")),
        "markdown" => {
            let line = |start: &str| written.lines().find(|line| line.starts_with(start)).unwrap();
            let cells = |line: &str| line.split('|').map(|cell| cell.trim().replace(' ', "-")).collect::<Vec<_>>();
            let (names, numbers) = (cells(line("| scopes |")), cells(line("| 9 |")));
            let word = Regex::new(&format!("^(?:{WORD})$")).unwrap();
            let verdicts = names.into_iter().zip(numbers).filter(|(name, _)| word.is_match(name));
            counted(verdicts.map(|(name, count)| (name, count.parse().unwrap())))
        }
        "json" | "ndjson" | "sarif" => {
            let mut words = found(format!(r#""(?<word>{WORD}|no_policy)": ?(?<n>[0-9]+)"#));
            if let Some(without) = words.remove("no-policy") {
                words.insert("unflagged".to_owned(), without - words["flagged"]);
            }
            words
        }
        _ => return None,
    })
}

/// In how many places each rule speaks, whether it is told once or place by place.
pub(super) fn places(format: Format, written: &str) -> Counted {
    let read = READERS.iter().find(|reader| reader.format == format.name()).unwrap().read;
    let told = read(written).findings.into_iter().map(|code| (code, 1));
    let more = match format.name() {
        "text" => captured(written, r"(?s)\[(?<word>ZS\d+) (?:[^\n]+\n)+?[^\n]*the same of (?<n>\d+) more place"),
        "concise" => captured(written, r"\[(?<word>ZS\d+) .*\(and in (?<n>\d+) more place"),
        "markdown" => captured(written, r"\| (?<word>ZS\d+) .*\(and in (?<n>\d+) more place"),
        "json" => {
            let read: Value = serde_json::from_str(written).unwrap();
            let more = |finding: &Value| (finding["code"].as_str().unwrap().to_owned(), count(&finding["places"]) - 1);
            read["findings"].as_array().unwrap().iter().map(more).collect()
        }
        "html" => {
            let times = captured(written, r#"<b class="code">(?<word>ZS\d+)</b>.*<span class="more">(?<n>\d+)×"#);
            times.into_iter().map(|(code, times)| (code, times - 1)).collect()
        }
        _ => Vec::new(),
    };
    counted(told.chain(more))
}
