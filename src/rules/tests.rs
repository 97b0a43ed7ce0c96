//! What holds for every rule: its documentation is complete, and its examples do what they say.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;

use super::{ALL, Rule, infos, infos_of};
use crate::catalog::Catalog;
use crate::finding::{Finding, RuleInfo, apart};
use crate::governance::policy_changes;
use crate::input::read_argument;
use crate::input::scan::Scanner;
use crate::input::token::read_tokens;
use crate::judge::Side;
use crate::policy::{self, Policy, Top};
use crate::report::{Canvas, Format, Report};
use crate::review::grants::{Audit, Collector, Lock, Sink, Stream, Wanted};
use crate::review::{Baseline, Gathered, Review};
use crate::secret::redact;
use crate::text::{Source, Sources};

/// The day for which examples are judged that name none.
const TODAY: &str = "2026-11-01";

/// The policy for examples that have none: every known scope is allowed, and the rules have their own severities.
const LENIENT: &str = "version: 1\ndefault: allow\n";

/// The headings that every rule's documentation has, in this order.
const HEADINGS: [&str; 4] = ["What it does", "Why is this bad?", "Example", "Use instead"];

/// The headings that may follow, in this order.
const MORE_HEADINGS: [&str; 2] = ["Options", "Remarks"];

/// One `scope` or `source` fence of a rule's documentation, with the policy fence that is in force for it.
#[derive(Debug)]
struct Example<'d> {
    heading: &'d str,
    /// An argument of `zscope check`, or a file of `zscope scan`.
    argument: &'d str,
    /// Whether it is a file: `source` instead of `scope`.
    scanned: bool,
    /// The findings that were known before.
    baseline: Option<&'d str>,
    /// The application that asks: `app=…` after `scope`.
    app: Option<&'d str>,
    /// A whole policy.
    policy: &'d str,
    /// The day of the run: `as-of=…` after `yaml`.
    as_of: &'d str,
    /// The policy after the change that is judged: a `yaml changed` fence before it.
    changed: Option<&'d str>,
    /// Where the argument is a token response: what is requested (`requested=…` after `token`), and the lock file that a
    /// `yaml lock` fence before it holds.
    token: Option<(Option<&'d str>, Option<&'d str>)>,
}

/// A fence of a Markdown text: what stands after the opening backticks, and what it holds.
struct Fence<'d> {
    info: &'d str,
    body: Range<usize>,
}

/// The headings and fences of a Markdown text, in order.
fn walk<'d>(docs: &'d str, mut heading: impl FnMut(&'d str), mut fence: impl FnMut(Fence<'d>)) {
    let mut open: Option<Fence<'d>> = None;
    let mut at = 0;
    for line in docs.split_inclusive('\n') {
        let text = line.trim_end();
        match (&mut open, text.strip_prefix("```")) {
            (Some(_), Some("")) => {
                fence(open.take().unwrap());
            }
            (Some(inside), _) => inside.body.end = at + line.len(),
            (None, Some(info)) => open = Some(Fence { info, body: at + line.len()..at + line.len() }),
            (None, None) => {
                if let Some(title) = text.strip_prefix("## ") {
                    heading(title);
                }
            }
        }
        at += line.len();
    }
    assert!(open.is_none(), "a fence is not closed: {docs}");
}

fn headings(docs: &str) -> Vec<&str> {
    let mut found = Vec::new();
    walk(docs, |heading| found.push(heading), |_| {});
    found
}

fn examples(docs: &str) -> Vec<Example<'_>> {
    let heading = std::cell::Cell::new("");
    let policy = std::cell::Cell::new((LENIENT, TODAY));
    let known = std::cell::Cell::new(None);
    let lock = std::cell::Cell::new(None);
    let changed = std::cell::Cell::new(None);
    let mut found = Vec::new();
    walk(
        docs,
        |title| {
            heading.set(title);
            policy.set((LENIENT, TODAY));
            known.set(None);
            lock.set(None);
            changed.set(None);
        },
        |fence| {
            let body = docs[fence.body].trim_end();
            let mut words = fence.info.split_whitespace();
            let kind = words.next();
            let option = |name: &str| {
                let option = fence.info.split_whitespace().skip(1).find_map(|word| word.strip_prefix(name));
                option.and_then(|rest| rest.strip_prefix('='))
            };
            match kind {
                Some("yaml") if fence.info == "yaml lock" => lock.set(Some(body)),
                Some("yaml") if fence.info == "yaml changed" => changed.set(Some(body)),
                Some("yaml") => policy.set((body, option("as-of").unwrap_or(TODAY))),
                Some("baseline") => known.set(Some(body)),
                Some(kind @ ("scope" | "source")) => {
                    let (policy, as_of) = policy.get();
                    let (heading, app, baseline) = (heading.get(), option("app"), known.get());
                    let scanned = kind == "source";
                    let (changed, token) = (changed.get(), None);
                    found.push(Example {
                        heading,
                        argument: body,
                        scanned,
                        baseline,
                        app,
                        policy,
                        as_of,
                        changed,
                        token,
                    });
                }
                Some("token") => {
                    let (policy, as_of) = policy.get();
                    let (heading, app) = (heading.get(), option("app"));
                    let token = Some((option("requested"), lock.get()));
                    let (scanned, baseline) = (false, None);
                    let changed = changed.get();
                    found.push(Example {
                        heading,
                        argument: body,
                        scanned,
                        baseline,
                        app,
                        policy,
                        as_of,
                        changed,
                        token,
                    });
                }
                _ => {}
            }
        },
    );
    found
}

impl Example<'_> {
    /// Everything that a run over the example finds and no waiver absolves.
    fn run(&self, catalog: &Catalog, rules: &[&'static Rule]) -> (Vec<Finding>, Sources) {
        let mut sources = Sources::default();
        let policy = self.policy(rules, &mut sources);
        let mut review = Review { rules, ..Review::new(catalog, &policy, self.as_of.parse().unwrap()) };
        let changed = self.changed.map(|text| {
            let top = Top::File { path: Path::new("changed.yaml"), text: text.to_owned() };
            policy::load(top, &|_| Err(String::new()), &infos_of(rules), &mut sources).unwrap()
        });
        if let Some(changed) = &changed {
            let new = Side::new(catalog, changed, review.as_of);
            review.changes = policy_changes(&Side::new(catalog, &policy, review.as_of), &new, &infos_of(rules));
        }
        let report = match self.token {
            Some((requested, lock)) => self.audit(&review, requested, lock, sources),
            None => self.review(&review, sources),
        };
        (apart(report.findings), report.sources)
    }

    /// What `zscope check` and `zscope scan` find.
    fn review(&self, review: &Review<'_>, mut sources: Sources) -> Report {
        let id = sources.add(Source::new("<argument>", self.argument));
        let scanner = Scanner::new(review.catalog);
        let mut requests =
            if self.scanned { scanner.read(id, self.argument) } else { read_argument(id, sources.get(id)) };
        let ignores = if self.scanned { scanner.ignores(id, self.argument) } else { Vec::new() };
        assert!(!requests.is_empty(), "nothing is read from {self:?}");
        requests.iter_mut().for_each(|request| request.app = self.app.map(str::to_owned));
        let mut report = review.run(Gathered { requests, ignores, sources, not_evaluated: Vec::new() });
        if let Some(text) = self.baseline {
            let id = report.sources.add(Source::new("zscope-baseline.json", text));
            let known = Baseline::read(text).unwrap();
            let vanished =
                known.findings.iter().flat_map(|known| review.of_baseline(known, Baseline::place(known, id, text)));
            report.findings.extend(vanished);
        }
        report
    }

    /// What `zscope audit` finds.
    fn audit(&self, review: &Review<'_>, requested: Option<&str>, lock: Option<&str>, mut sources: Sources) -> Report {
        let requested = requested.map(|list| list.split(',').map(|scope| scope.parse().unwrap()).collect::<Vec<_>>());
        let lock = lock.map(|text| {
            let id = sources.add(Source::new("zscope.lock", text));
            Lock::read(id, text).unwrap()
        });
        let audit = Audit::new(review, self.app, requested.as_deref());
        let mut collector = Collector::new(&audit, sources, lock.is_some());
        for grant in read_tokens("token.json", self.argument, &mut collector.sources).grants {
            collector.add(grant);
        }
        collector.finish(lock.as_ref(), Wanted { details: true, plans: false })
    }

    fn policy(&self, rules: &[&'static Rule], sources: &mut Sources) -> Policy {
        let top = Top::File { path: Path::new("zscope.yaml"), text: self.policy.to_owned() };
        let read = |path: &Path| Err(format!("{} does not exist", path.display()));
        policy::load(top, &read, &infos_of(rules), sources).unwrap_or_else(|errors| panic!("{self:?}: {errors:?}"))
    }
}

#[test]
fn the_list_of_rules() {
    let line =
        |info: &RuleInfo| format!("{} {:<20} {:<7} {}\n", info.code, info.name, info.severity.as_str(), info.summary);
    insta::assert_snapshot!(infos().into_iter().map(line).collect::<String>());
}

#[test]
fn codes_and_names_are_well_formed_unique_and_sorted() {
    let rules = infos();
    assert!(rules.is_sorted_by(|a, b| a.code < b.code));
    assert_eq!(rules.iter().map(|rule| rule.name).collect::<BTreeSet<_>>().len(), rules.len());
    for RuleInfo { code, name, summary, .. } in rules {
        let number = code.strip_prefix("ZS").unwrap_or_else(|| panic!("{code}"));
        assert!(number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit()), "{code}");
        assert!(name.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase())), "{name}");
        assert!(!summary.is_empty() && summary.chars().count() <= 100, "{code}: {summary}");
        assert!(!summary.ends_with('.') && !summary.starts_with(|c: char| c.is_uppercase()), "{code}: {summary}");
    }
}

#[test]
fn documentation_is_complete() {
    check_documentation(&infos());
}

fn check_documentation(rules: &[&RuleInfo]) {
    for RuleInfo { code, docs, .. } in rules {
        let headings = headings(docs);
        assert!(headings.starts_with(&HEADINGS), "{code}: {headings:?}");
        let more: Vec<_> = MORE_HEADINGS.into_iter().filter(|heading| headings.contains(heading)).collect();
        assert_eq!(headings[HEADINGS.len()..], more, "{code}");
        assert!(docs.starts_with("## ") && docs.ends_with('\n') && !docs.ends_with("\n\n"), "{code}");
        for heading in HEADINGS {
            let section = docs.split(&format!("## {heading}\n")).nth(1).unwrap_or_default();
            assert!(!section.trim_start().is_empty() && !section.trim_start().starts_with("## "), "{code}: {heading}");
        }
        let examples = examples(docs);
        assert!(examples.iter().any(|example| example.heading == "Example"), "{code} has no example");
        assert!(examples.iter().any(|example| example.heading == "Use instead"), "{code} has nothing to use instead");
    }
}

#[test]
fn examples_do_what_they_say() {
    check_examples(ALL);
}

fn check_examples(rules: &[&'static Rule]) {
    let catalog = Catalog::embedded();
    let mut wrong = String::new();
    for RuleInfo { code, docs, .. } in infos_of(rules) {
        for example in examples(docs) {
            let (findings, _) = example.run(&catalog, rules);
            let raised = findings.iter().any(|finding| finding.rule.code == *code);
            let expected = match example.heading {
                "Example" => true,
                "Use instead" => false,
                _ => continue,
            };
            if raised != expected {
                let _ = writeln!(wrong, "{code} raised: {raised}, expected: {expected}, in {example:?}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn findings_are_worded_and_placed_as_they_should_be() {
    let catalog = Catalog::embedded();
    for example in infos().into_iter().flat_map(|info| examples(info.docs)) {
        let (findings, sources) = example.run(&catalog, ALL);
        for finding in findings {
            let related = finding.related.iter().map(|related| &related.message);
            for text in [&finding.message].into_iter().chain(&finding.help).chain(related) {
                assert!(!text.is_empty() && !text.ends_with('.'), "{text}");
                let acronym = text.chars().take(2).all(char::is_uppercase) || text.starts_with("Zoho");
                assert!(acronym || !text.starts_with(char::is_uppercase), "{text}");
                assert!(text.matches('`').count() % 2 == 0, "{text}");
                assert_eq!(redact(text), *text);
            }
            let related = finding.related.iter().filter_map(|related| related.place);
            for place in related.chain([finding.place]).chain(finding.fix.iter().map(|fix| fix.place)) {
                assert!(!sources.get(place.source).slice(place.span).is_empty(), "{finding:?}");
            }
            assert_eq!(finding.app.as_deref(), example.app, "{finding:?}");
        }
    }
}

/// What the rules of one group (`ZS0`, `ZS4`) find in an argument, in the order of the text: what each finding says,
/// the text it stands at, and the whole argument as its fix would leave it.
pub(super) fn found(group: &str, argument: &str) -> String {
    found_under(LENIENT, None, group, argument)
}

/// [`found`] under a policy, for an application.
pub(super) fn found_under(policy: &str, app: Option<&str>, group: &str, argument: &str) -> String {
    let (scanned, baseline, changed, token) = (false, None, None, None);
    let example = Example { heading: "", argument, scanned, baseline, app, policy, changed, as_of: TODAY, token };
    let (mut findings, sources) = example.run(&Catalog::embedded(), ALL);
    findings.retain(|finding| finding.rule.code.starts_with(group));
    findings.sort_by(|a, b| (a.place, a.rule.code).cmp(&(b.place, b.rule.code)));
    let mut out = String::new();
    for finding in findings {
        let text = sources.get(finding.place.source).slice(finding.place.span);
        let (code, severity) = (finding.rule.code, finding.severity);
        let _ = writeln!(out, "{code} {severity} [{}] {}", redact(text), finding.message);
        if let Some(help) = finding.help {
            let _ = writeln!(out, "  help: {help}");
        }
        for related in finding.related {
            let _ = writeln!(out, "  {}", without_line(&related.message));
        }
        if let Some(fix) = finding.fix {
            let mut fixed = sources.get(fix.place.source).text().to_owned();
            fixed.replace_range(fix.place.span.start..fix.place.span.end, &fix.replacement);
            let _ = writeln!(out, "  {}: {fixed}", fix.description);
        }
    }
    out
}

/// A statement of the catalog without its line number, which moves with every entry above it.
fn without_line(message: &str) -> String {
    match message.split_once(".yaml:") {
        Some((file, rest)) => format!("{file}.yaml:N{}", rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => message.to_owned(),
    }
}

// All that it takes to add a rule: its file, and this line.
super::rules! {
    /// The rule that the test below adds.
    static ADDED: added_rule
}

#[test]
fn a_rule_is_added_by_one_file_and_one_line() {
    let rules = [ALL, ADDED].concat();
    let infos = infos_of(&rules);
    let info = *infos.last().unwrap();
    assert!(crate::cli::explain::list(&infos).contains("ZS299  long-scope"));
    assert!(
        crate::cli::explain::documentation(info).starts_with("# ZS299 long-scope\n\nA scope has five parts or more.")
    );
    check_documentation(&infos);
    check_examples(&rules);

    let catalog = Catalog::embedded();
    let mut sources = Sources::default();
    let top = Top::File {
        path: Path::new("zscope.yaml"),
        text:
            "version: 1\ndefault: allow\nrules: { long-scope: error }\nwaivers: [{ id: W-1, scopes: [\"ZohoCRM.**\"], \
               rules: [ZS299], reason: r, owner: o, expires: 2027-01-01 }]\n"
                .to_owned(),
    };
    let policy = policy::load(top, &|_| Err("no such file".to_owned()), &infos, &mut sources).unwrap();
    let review = Review { rules: &rules, ..Review::new(&catalog, &policy, TODAY.parse().unwrap()) };
    let audit = Audit::new(&review, None, None);
    let lists = ["Desk.a.b.c.READ openid", "ZohoCRM.settings.a.b.READ"];
    let text: String = lists.iter().map(|list| format!("{{\"scope\":\"{list}\"}}\n")).collect();
    let mut rows = Vec::new();
    let sinks = vec![Sink { rows: Format::named("ndjson").unwrap().rows().unwrap(), out: Box::new(&mut rows) }];
    let mut stream = Stream::new(&audit, sources, sinks, false);
    stream.lines("grants.ndjson", &mut text.as_bytes()).unwrap();
    let (collector, sinks) = stream.finish();
    drop(sinks);
    let report = collector.finish(None, Wanted { details: true, plans: false });
    assert_eq!(String::from_utf8(rows).unwrap().matches("\"ZS299\"").count(), 1);
    assert_eq!(report.totals.as_ref().unwrap().by_rule["ZS299"].findings, 1);
    assert_eq!(report.waived.iter().map(|waived| waived.finding.rule.code).collect::<Vec<_>>(), ["ZS299"]);
    for format in Format::all() {
        let mut out = Vec::new();
        format.render(&report, Canvas::default(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("ZS299") || text.contains("long-scope"), "{}: {text}", format.name());
    }
}
