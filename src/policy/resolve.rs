//! One policy out of a file and the files it extends.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use crate::catalog::DataClass;
use crate::finding::RuleInfo;
use crate::scope::closest;
use crate::text::{Place, Problem, Source, SourceId, Sources, Span};

use super::decode::File;
use super::fields::shown;
use super::files::{FileId, Files, Loaded, unknown_builtin};
use super::{App, Comments, Effect, Level, Levels, Origin, Policy, Review, Spanned, Waiver, builtin};

/// The policy to begin with.
#[derive(Clone, Debug)]
pub enum Top<'a> {
    /// A built-in policy, by its name without [`builtin::PREFIX`].
    Builtin(&'a str),
    /// A file.
    File {
        /// Its path, as messages show it; what it extends is found from its folder.
        path: &'a Path,
        /// Its text.
        text: String,
    },
}

/// Everything that is wrong with a policy and the files it extends: at least one problem, file by file in the order in
/// which they were read, and each file's from its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyErrors {
    /// The problems and the texts they are in.
    pub problems: Vec<(SourceId, Problem)>,
}

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problems.as_slice() {
            [(_, problem)] => f.write_str(&problem.message),
            problems => write!(f, "the policy has {} errors", problems.len()),
        }
    }
}

impl std::error::Error for PolicyErrors {}

/// Reads a policy and the files it extends.
///
/// `read` gives the text of a file, or says in a few words why it cannot. `rules` are the rules that levels and waivers
/// may name. The texts go to `sources`, where tokens and secrets are blotted out.
///
/// # Errors
///
/// Everything that is wrong with the policy and with the files it extends, at once.
pub fn load(
    top: Top<'_>,
    read: &dyn Fn(&Path) -> Result<String, String>,
    rules: &[&'static RuleInfo],
    sources: &mut Sources,
) -> Result<Policy, PolicyErrors> {
    let (id, text) = match top {
        Top::File { path, text } => (FileId::of_path(path), text),
        Top::Builtin(name) => match builtin::find(name) {
            Some((name, text)) => (FileId::Builtin(name), text.to_owned()),
            None => return Err(no_such_builtin(name, sources)),
        },
    };
    let mut files = Files::new(read, rules, sources);
    files.add(id, &text);
    let policy = merge(&mut files);
    let mut problems = files.problems;
    problems.sort_by_key(|(source, problem)| (*source, problem.span));
    match policy {
        Some(policy) if problems.is_empty() => Ok(Policy { texts: sources.clone(), ..policy }),
        _ => Err(PolicyErrors { problems }),
    }
}

fn no_such_builtin(name: &str, sources: &mut Sources) -> PolicyErrors {
    let written = format!("{}{name}", builtin::PREFIX);
    let span = Span::new(builtin::PREFIX.len(), written.len());
    let source = sources.add(Source::new("<argument>", written));
    let (message, help) = unknown_builtin(name);
    PolicyErrors { problems: vec![(source, Problem::new(span, message).help(help))] }
}

/// Puts the files together. Nothing only when there is no file.
fn merge(files: &mut Files<'_>) -> Option<Policy> {
    let (distances, digest) = (files.distances(), files.digest());
    let mut loaded: Vec<(usize, Loaded)> = distances.into_iter().zip(std::mem::take(&mut files.loaded)).collect();
    let top = loaded.first_mut().map(|(_, top)| top)?;
    let mut policy = Policy {
        origin: Origin { label: top.id.label(), source: top.source, digest },
        default: top.file.default.as_ref().map_or(Effect::Deny, |default| default.value),
        default_place: top.file.default.as_ref().map(|default| default.place),
        allow: Vec::new(),
        deny: Vec::new(),
        levels: Levels::new(),
        apps: Vec::new(),
        waivers: Vec::new(),
        unknown_grants: Vec::new(),
        tests: Vec::new(),
        catalog: top.file.catalog.take().map(|path| Spanned { value: top.id.join(&path.value), place: path.place }),
        data: Vec::new(),
        sensitive: DataClass::SENSITIVE.to_vec(),
        review: Review::default(),
        rule_pages: None,
        mentions: Level::Note,
        comments: Comments::default(),
        texts: Sources::default(),
        max_waiver_days: None,
    };
    let (mut comments, mut mentions, mut sensitive, mut review) = (None, None, None, None);
    let mut names: Vec<Spanned<String>> = Vec::new();
    for test in std::mem::take(&mut top.file.tests) {
        names.extend(test.app);
        policy.tests.push(test.item);
    }
    // A stable order in which what comes first wins: the nearer file, and of equally near ones the later.
    let mut order: Vec<(usize, usize, File)> =
        loaded.into_iter().enumerate().map(|(index, (distance, loaded))| (distance, index, loaded.file)).collect();
    order.sort_by_key(|(distance, index, _)| (*distance, Reverse(*index)));
    for (_, _, file) in order {
        policy.allow.extend(file.allow);
        policy.deny.extend(file.deny);
        policy.data.extend(file.data);
        policy.rule_pages = policy.rule_pages.or(file.rule_pages);
        comments = comments.or(file.comments);
        mentions = mentions.or(file.mentions);
        sensitive = sensitive.or(file.sensitive);
        review = review.or(file.review);
        // The strictest holds, so that a file cannot loosen what it extends.
        policy.max_waiver_days = policy.max_waiver_days.into_iter().chain(file.max_waiver_days).min();
        for (rule, setting) in file.levels {
            policy.levels.entry(rule).or_insert(setting);
        }
        policy.apps.extend(file.apps);
        for waiver in file.waivers {
            names.extend(waiver.app);
            policy.waivers.push(waiver.item);
        }
        for grant in file.unknown_grants {
            names.extend(grant.app);
            policy.unknown_grants.push(grant.item);
        }
    }
    policy.comments = comments.unwrap_or_default();
    policy.mentions = mentions.unwrap_or(Level::Note);
    policy.review = review.unwrap_or_default();
    policy.sensitive = sensitive.unwrap_or(policy.sensitive);
    report_twins(files, "app", policy.apps.iter().map(|app: &App| (app.name.as_str(), app.place)));
    report_twins(files, "waiver", policy.waivers.iter().map(|waiver: &Waiver| (waiver.id.as_str(), waiver.place)));
    if files.complete {
        report_unknown_apps(files, &policy.apps, &names);
    }
    Some(policy)
}

/// Names that two things share are told at the nearer of the two.
fn report_twins<'n>(files: &mut Files<'_>, what: &str, names: impl Iterator<Item = (&'n str, Place)>) {
    let mut seen: BTreeMap<&str, Place> = BTreeMap::new();
    for (name, place) in names {
        let Some(first) = seen.get(name) else {
            seen.insert(name, place);
            continue;
        };
        let source = files.sources.get(place.source);
        let other = format!("{}:{}", shown(source.name()), source.position(place.span.start).line);
        let message = format!("there are two {what}s `{}`: here and at `{other}`", shown(name));
        files.report(*first, message, "give one of them another name, or remove one");
    }
}

fn report_unknown_apps(files: &mut Files<'_>, apps: &[App], names: &[Spanned<String>]) {
    for name in names.iter().filter(|name| apps.iter().all(|app| app.name != name.value)) {
        let message = format!("there is no app `{}`", shown(&name.value));
        let help = match closest(&name.value, apps.iter().map(|app| app.name.as_str())) {
            Some(near) => format!("did you mean `{}`?", shown(near)),
            None => "describe it under `apps`".to_owned(),
        };
        files.report(name.place, message, help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Level;
    use crate::policy::fixture::{self, RULES, errors, load_files};
    use proptest::prelude::*;

    const WAIVER: &str = "scopes: [openid], rules: [full-access], reason: r, owner: o, expires: 2027-01-31";

    #[test]
    fn what_is_inherited_and_what_is_not() {
        let base = format!(
            "version: 1\ndefault: allow\nallow: [openid]\ndeny: [email]\n\
             rules: {{ full-access: note, all-operations: note }}\n\
             apps: {{ old: {{ }} }}\nwaivers: [{{ id: W-1, app: new, {WAIVER} }}]\n\
             tests: [{{ app: gone, scopes: openid, expect: allowed }}]\ncatalog: c\ndata: {{ Desk.tickets: [files] }}\n\
             rule-pages: https://far.example/{{code}}\n"
        );
        let top = "version: 1\nextends: [conf/base.yaml]\nallow: [phone]\nrules: { full-access: error }\n\
                   apps: { new: { } }\ndata: { Desk.tickets: [messages] }\n";
        let (policy, sources) = load_files(&[("zscope.yaml", top), ("conf/base.yaml", &base)]);
        let policy = policy.unwrap();
        assert_eq!(policy.default, Effect::Deny);
        assert_eq!(policy.allow.iter().map(|entry| entry.text.as_str()).collect::<Vec<_>>(), ["phone", "openid"]);
        assert_eq!(sources.get(policy.allow[1].place.source).name(), "conf/base.yaml");
        assert_eq!(policy.deny.len(), 1);
        let level = |rule| policy.effective(None).level(rule);
        assert_eq!((level("full-access"), level("all-operations")), (Some(Level::Error), Some(Level::Note)));
        assert_eq!(policy.apps.iter().map(|app| app.name.as_str()).collect::<Vec<_>>(), ["new", "old"]);
        assert_eq!(policy.waivers.len(), 1);
        assert!(policy.tests.is_empty() && policy.catalog.is_none());
        let pages = policy.rule_pages.as_ref().map(crate::policy::RulePages::as_str);
        assert_eq!(pages, Some("https://far.example/{code}"));
        assert_eq!(policy.data.iter().map(|data| data.classes[0].as_str()).collect::<Vec<_>>(), ["messages", "files"]);
    }

    #[test]
    fn the_nearer_file_wins_and_of_equally_near_ones_the_later() {
        let level = |level: &str| format!("version: 1\nrules: {{ full-access: {level} }}\n");
        let far = format!("extends: [d]\n{}", level("note"));
        for (top, expected) in [
            ("version: 1\nextends: [a, b]\n", Level::Warning),
            ("version: 1\nextends: [b, a]\n", Level::Off),
            // `d` is two steps away by `c` and one by itself: one counts.
            ("version: 1\nextends: [c, d]\n", Level::Error),
            ("version: 1\nextends: [c]\n", Level::Note),
        ] {
            let files = [
                ("zscope.yaml", top),
                ("a", &level("off")),
                ("b", &level("warning")),
                ("c", &far),
                ("d", &level("error")),
            ];
            let policy = load_files(&files).0.unwrap();
            assert_eq!(policy.effective(None).level("full-access"), Some(expected), "{top}");
        }
    }

    #[test]
    fn a_file_that_is_extended_twice_is_taken_once() {
        let policy = load_files(&[
            ("x/zscope.yaml", "version: 1\nextends: [a, ./b, ../x/a]\n"),
            ("x/a", "version: 1\nextends: [c]\nallow: [openid]\n"),
            ("x/b", "version: 1\nextends: [./../x/c]\n"),
            ("x/c", "version: 1\napps: { one: { } }\n"),
        ]);
        let policy = policy.0.unwrap();
        assert_eq!((policy.apps.len(), policy.allow.len()), (1, 1));
    }

    #[test]
    fn the_catalog_lies_in_the_top_files_folder() {
        for (path, expected) in [("conf/zscope.yaml", "own"), ("zscope.yaml", "../own"), ("/etc/zscope.yaml", "/own")] {
            let policy = load_files(&[(path, "version: 1\ncatalog: ../own\n")]).0.unwrap();
            assert_eq!(policy.catalog.unwrap().value, Path::new(expected));
            assert_eq!(policy.origin.label, path);
        }
    }

    #[test]
    fn the_digest_is_the_checksum_of_the_texts_in_order() {
        let one = fixture::load("version: 1\n").unwrap();
        assert_eq!(one.origin.digest, "09bfcc6a14b83e2192b8673677725c84883ee9cd0c70e45c9ec09daa8f2b2847");
        let files = [("zscope.yaml", "version: 1\nextends: [a]\n"), ("a", "version: 1\n")];
        let two = load_files(&files).0.unwrap();
        assert_eq!(two.origin.digest, "28c5fe23c6b118723078599f4f0dd44a5305445ed9430d97c33917b6685dd22e");
    }

    #[test]
    fn what_cannot_be_extended_is_told_where_it_is_named() {
        let again = |n: usize| format!("version: 1\nextends: [f{}]\n", n + 1);
        let chain: Vec<(String, String)> = (0..10).map(|n| (format!("f{n}"), again(n))).collect();
        let chain: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let circle = [
            ("p", "version: 1\nextends: [a/q]\n"),
            ("a/q", "version: 1\nextends: [r]\n"),
            ("a/r", "version: 1\nextends: [../a/q]\n"),
        ];
        let places = "version: 1\nextends: [gone, builtin:read-onyl, builtin:x, /etc/p, 'https://example.com/p']\n";
        let both = [("p", "version: 1\nallow: [a.b]\nextends: [q]\n"), ("q", "version: 1\nallow: [c.d]\nkey: 1\n")];
        let cases: [&[(&str, &str)]; 6] = [
            &[("p", "version: 1\nextends: [p]\n")],
            &circle,
            &[("p", places)],
            &[("p", "version: 1\nextends: builtin:read-only\n")],
            &chain,
            &both,
        ];
        let found: String = cases.iter().map(|files| errors(files)).collect();
        insta::assert_snapshot!(found, @r"
        p:2:11 [p] `p` extends itself (the circle is `p` → `p`)
        a/r:2:11 [../a/q] `a/q` extends itself (the circle is `a/q` → `a/r` → `a/q`)
        p:2:11 [gone] cannot read `gone`: no such file (paths begin at the folder of the file that names them)
        p:2:17 [builtin:read-onyl] there is no built-in policy `read-onyl` (did you mean `read-only`?)
        p:2:36 [builtin:x] there is no built-in policy `x` (the built-in policies are `least-privilege`, `read-only`, `no-delete`, `no-admin`, `deny-all`)
        p:2:47 [/etc/p] `/etc/p` is an absolute path (write it relative to the folder of this file)
        p:2:55 ['https://example.com/p'] `https://example.com/p` is an address (policies are read from files only)
        p:2:10 [builtin:read-only] expected a list of policies, found a single value (a list of one is written `[…]`, or `- …` on a line of its own)
        f8:2:11 [f9] more than 8 policies extend one another in a row (let one file extend several instead)
        p:2:9 [a.b] the operation is missing in `a.b` (write `a.b.READ`, or `a.b.*` for every operation)
        q:2:9 [c.d] the operation is missing in `c.d` (write `c.d.READ`, or `c.d.*` for every operation)
        q:3:1 [key] a policy has no key `key` (the keys of a policy are `version`, `default`, `extends`, `allow`, `deny`, `rules`, `mentions`, `comments`, `review`, `apps`, `waivers`, `unknown-grants`, `tests`, `catalog`, `data`, `rule-pages`, `max-waiver-days`)
        ");
    }

    #[test]
    fn a_byte_order_mark_and_carriage_returns_are_no_error() {
        assert_eq!(errors(&[("p", "\u{feff}version: 1\r\nallow:\r\n  - ZohoBooks.invoices.READ\r\n")]), "");
    }

    #[test]
    fn eight_steps_may_be_made() {
        let again = |n: usize| format!("version: 1\nextends: [f{}]\n", n + 1);
        let mut chain: Vec<(String, String)> = (0..8).map(|n| (format!("f{n}"), again(n))).collect();
        chain.push(("f8".to_owned(), "version: 1\n".to_owned()));
        let chain: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(errors(&chain), "");
    }

    #[test]
    fn names_are_compared_over_all_files() {
        let top = format!(
            "version: 1\nextends: [q]\napps: {{ sync: {{ }} }}\nwaivers:\n  - {{ id: W-1, app: snyc, {WAIVER} }}\n\
             tests:\n  - {{ app: nobody, scopes: openid, expect: allowed }}\n"
        );
        let base = format!("version: 1\napps:\n  sync: {{ }}\nwaivers:\n  - {{ id: W-1, {WAIVER} }}\n");
        insta::assert_snapshot!(errors(&[("p", &top), ("q", &base)]), @r"
        p:3:9 [sync] there are two apps `sync`: here and at `q:3` (give one of them another name, or remove one)
        p:5:11 [W-1] there are two waivers `W-1`: here and at `q:5` (give one of them another name, or remove one)
        p:5:21 [snyc] there is no app `snyc` (did you mean `sync`?)
        p:7:12 [nobody] there is no app `nobody` (describe it under `apps`)
        ");
        // A file that cannot be read might have had the application.
        let found = errors(&[("p", &top)]);
        assert_eq!(found.lines().count(), 1, "{found}");
    }

    #[test]
    fn built_in_policies_load() {
        for name in builtin::names() {
            let mut sources = Sources::default();
            let read = |_: &Path| Err("built-in policies read no files".to_owned());
            let policy = load(Top::Builtin(name), &read, &RULES, &mut sources);
            let policy = policy.unwrap_or_else(|errors| panic!("{name}: {errors:?}"));
            assert_eq!(policy.origin.label, format!("builtin:{name}"));
            assert!(!policy.tests.is_empty(), "{name}");
            let allows = ["least-privilege", "no-delete", "no-admin"].contains(&name);
            assert_eq!(policy.default == Effect::Allow, allows, "{name}");
            let full_access = policy.effective(None).level("full-access");
            assert_eq!(full_access, allows.then_some(Level::Error), "{name}");
        }
        let mut sources = Sources::default();
        let read = |_: &Path| Err(String::new());
        let errors = load(Top::Builtin("read-onyl"), &read, &RULES, &mut sources).unwrap_err();
        assert_eq!(errors.to_string(), "there is no built-in policy `read-onyl`");
        assert_eq!(errors.problems[0].1.help.as_deref(), Some("did you mean `read-only`?"));
    }

    proptest! {
        /// Damaged policies end in errors, and every error lies within its text.
        #[test]
        fn no_text_makes_it_panic(
            cut in 0_usize..900,
            insert in "[ \\-:{}\\[\\]\"'#&*!|>\n.a0é$,]{0,6}",
            text in "\\PC{0,40}",
        ) {
            let whole = builtin::find("no-admin").map_or("", |(_, text)| text);
            let at = (0..=cut).rev().find(|at| whole.is_char_boundary(*at)).unwrap_or(0);
            for text in [format!("{}{insert}{}", &whole[..at], &whole[at..]), whole[..at].to_owned(), text] {
                let (result, sources) = load_files(&[("p", &text)]);
                for (source, problem) in result.err().map(|errors| errors.problems).unwrap_or_default() {
                    let text = sources.get(source).text();
                    prop_assert!(text.get(problem.span.start..problem.span.end).is_some(), "{problem:?}");
                    prop_assert!(!problem.message.is_empty());
                }
            }
        }
    }
}
