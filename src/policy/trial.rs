//! Reading what a policy is expected to say: its `tests`, and files of tests beside it.

use std::path::Path;

use crate::finding::RuleInfo;
use crate::secret;
use crate::text::{Problem, Source, Sources};
use crate::yaml::{self, Node, Value};

use super::decode::Named;
use super::fields::{Fields, Reader, extent, shown};
use super::{Expectation, Policy, PolicyErrors, PolicyTest, Verdict, secrets};

const FILE_KEYS: &[&str] = &["version", "tests"];
const TEST_KEYS: &[&str] = &["app", "scopes", "expect"];
const EXPECT_KEYS: &[&str] = &["verdict", "entry", "rule"];

const VERDICTS: &[(&str, Verdict)] = &[
    ("allowed", Verdict::Allowed),
    ("no-policy", Verdict::NoPolicy),
    ("denied", Verdict::Denied),
    ("not-allowed", Verdict::NotAllowed),
    ("unknown", Verdict::Unknown),
    ("waived", Verdict::Waived),
];

/// Reads a file of tests that stands beside a policy: `version` and `tests`.
///
/// # Errors
///
/// Everything that is wrong with it, at once; applications that the policy does not have included.
pub fn load_tests(
    path: &Path,
    text: &str,
    policy: &Policy,
    rules: &[&'static RuleInfo],
    sources: &mut Sources,
) -> Result<Vec<PolicyTest>, PolicyErrors> {
    let found = secret::sure(text);
    let blotted = secret::blot(text, &found, &[], secret::PLAIN);
    let source = sources.add(Source::new(path.to_string_lossy(), &*blotted));
    let mut reader = Reader::new(source, &blotted, rules);
    let mut tests = Vec::new();
    match yaml::parse(&blotted) {
        Err(problems) => problems.into_iter().for_each(|problem| reader.report(problem)),
        Ok(node) => tests = reader.tests_alone(&node),
    }
    for app in tests.iter().filter_map(|test| test.app.as_ref()).filter(|app| policy.app(&app.value).is_none()) {
        let help = match policy.suggest_app(&app.value) {
            Some(near) => format!("did you mean `{}`?", shown(near)),
            None => "describe it under `apps` of the policy".to_owned(),
        };
        reader.report(Problem::new(app.place.span, format!("there is no app `{}`", shown(&app.value))).help(help));
    }
    let mut problems = reader.into_problems();
    let overlaps =
        |problem: &Problem| found.iter().any(|span| span.start < problem.span.end && problem.span.start < span.end);
    problems.retain(|problem| !overlaps(problem));
    problems.extend(found.iter().map(|span| secrets::problem(*span)));
    problems.sort_by_key(|problem| problem.span);
    match problems.is_empty() {
        true => Ok(tests.into_iter().map(|test| test.item).collect()),
        false => Err(PolicyErrors { problems: problems.into_iter().map(|problem| (source, problem)).collect() }),
    }
}

impl Reader<'_> {
    fn tests_alone(&mut self, node: &Node) -> Vec<Named<PolicyTest>> {
        if !self.version(node) {
            return Vec::new();
        }
        let Some(fields) = self.fields(node, "a file of tests", FILE_KEYS) else { return Vec::new() };
        let Some(tests) = self.required(&fields, "tests") else { return Vec::new() };
        self.each(Some(tests), "a list of tests", Self::test)
    }

    /// One test.
    pub(super) fn test(&mut self, node: &Node) -> Option<Named<PolicyTest>> {
        let fields = self.fields(node, "a test", TEST_KEYS)?;
        let app = self.app_name(&fields);
        let scopes = self.required(&fields, "scopes").and_then(|node| self.spanned(node, "scopes in one text"));
        let expect = self.required(&fields, "expect").and_then(|node| self.expectation(node));
        let scopes = scopes?;
        let test = PolicyTest {
            place: self.place(extent(node)),
            app: app.as_ref().map(|app| app.value.clone()),
            scopes: scopes.value,
            scopes_place: scopes.place,
            expect: expect?,
        };
        Some(Named { item: test, app })
    }

    /// A verdict, or a mapping that may also name the entry that decides and a rule that finds something.
    fn expectation(&mut self, node: &Node) -> Option<Expectation> {
        if !matches!(node.value, Value::Mapping(_)) {
            let verdict = self.choice(node, "a verdict", VERDICTS)?;
            return Some(Expectation { verdict: Some(verdict), ..Expectation::default() });
        }
        let fields = self.fields(node, "an expectation", EXPECT_KEYS)?;
        let all = EXPECT_KEYS.iter().filter(|key| fields.get(key).is_some()).count();
        let expectation = Expectation {
            verdict: fields.get("verdict").and_then(|node| self.choice(node, "a verdict", VERDICTS)),
            entry: fields.get("entry").and_then(|node| self.spanned(node, "an entry as it is written")),
            rule: self.named_rule(&fields),
        };
        if all == 0 {
            let problem = Problem::new(node.span, "an expectation needs a key: `verdict`, `entry` or `rule`");
            self.report(problem);
        }
        Some(expectation)
    }

    fn named_rule(&mut self, fields: &Fields<'_>) -> Option<&'static str> {
        let node = fields.get("rule")?;
        let text = self.text(node, "a rule")?.to_owned();
        self.rule(&text, node.span)
    }
}
