//! Who may know whom in `src/`: a room names only rooms below its own, and no files know each other in a circle. The
//! rooms and their floors are the map that CONTRIBUTING shows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module by its path: `["report", "html"]`. The root is empty.
type Module = Vec<String>;

/// The modules of a crate without what is compiled for tests alone, each with its code.
struct House {
    files: BTreeMap<Module, File>,
}

struct File {
    code: String,
    imports: Vec<(String, Vec<String>)>,
}

/// What a path leads to.
enum Target {
    Module(Module),
    /// Something that this module's file defines.
    Item(Module),
    Elsewhere,
}

impl House {
    /// Takes the files of `src/`, each by its path from there.
    fn new<'f>(sources: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        let mut files = BTreeMap::new();
        let mut of_tests = BTreeSet::new();
        for (path, text) in sources {
            let name = path.trim_end_matches(".rs").trim_end_matches("/mod");
            let module: Module =
                if name == "lib" { Module::new() } else { name.split('/').map(str::to_owned).collect() };
            let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap();
            for declared in text.split("#[cfg(test)]\n").skip(1) {
                let line = declared.lines().next().unwrap();
                if let Some(name) = line.trim_end_matches(';').split("mod ").nth(1).filter(|_| line.ends_with(';')) {
                    of_tests.insert([&module[..], &[name.to_owned()]].concat());
                }
            }
            let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            let code = code.join("\n");
            files.insert(module, File { imports: imports(&code), code });
        }
        files.retain(|module, _| module[..] != ["main"] && !of_tests.iter().any(|tests| module.starts_with(tests)));
        Self { files }
    }

    fn of_this_crate() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut sources = Vec::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                    sources.push((name, fs::read_to_string(&path).unwrap()));
                }
            }
        }
        Self::new(sources.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }

    /// Where an absolute path leads, re-exports followed.
    fn resolve(&self, path: &[String], depth: usize) -> Target {
        let mut module = Module::new();
        for (at, name) in path.iter().enumerate() {
            if name == "self" {
                continue;
            }
            let inner = [&module[..], std::slice::from_ref(name)].concat();
            if self.files.contains_key(&inner) {
                module = inner;
                continue;
            }
            if !self.files.contains_key(&module) {
                return Target::Elsewhere;
            }
            let exported = self.files[&module].imports.iter().find(|(bound, _)| bound == name);
            let exported = exported.and_then(|(_, to)| self.absolute(&module, to, &[]));
            return match exported {
                Some(to) if depth < 8 => self.resolve(&[&to[..], &path[at + 1..]].concat(), depth + 1),
                _ => Target::Item(module),
            };
        }
        Target::Module(module)
    }

    /// A path as a module writes it, from the root; `None` where it leads out of the crate.
    fn absolute(&self, module: &Module, path: &[String], imported: &[(String, Vec<String>)]) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([&module[..], rest].concat()),
            "super" => {
                let mut up = module.clone();
                let mut rest = path;
                while rest.first().is_some_and(|first| first == "super") {
                    up.pop();
                    rest = &rest[1..];
                }
                Some([&up[..], rest].concat())
            }
            name => {
                let child = [&module[..], std::slice::from_ref(first)].concat();
                if self.files.contains_key(&child) && !module.is_empty() {
                    return Some([&child[..], rest].concat());
                }
                let (_, to) =
                    imported.iter().find(|(bound, to)| bound == name && !rest.is_empty() && to[0] != *name)?;
                let to = self.absolute(module, to, &[])?;
                Some([&to[..], rest].concat())
            }
        }
    }

    /// Which file names what of which: the arrows from a module to those whose items it names.
    fn arrows(&self) -> BTreeSet<(Module, Module)> {
        let mut arrows = BTreeSet::new();
        for (module, file) in &self.files {
            for (is_export, path) in paths(&file.code) {
                let Some(to) = self.absolute(module, &path, &file.imports) else { continue };
                match self.resolve(&to, 0) {
                    // What a folder hands on of its own files is no use of them.
                    Target::Item(of) if of != *module && !(is_export && of.starts_with(module)) => {
                        arrows.insert((module.clone(), of));
                    }
                    Target::Module(of) if of.first() != module.first() && !of.is_empty() => {
                        arrows.insert((module.clone(), of));
                    }
                    _ => {}
                }
            }
        }
        arrows
    }

    /// Arrows that lead to a room of the same floor or a higher one, and rooms that are on no floor.
    fn upwards(&self, floors: &[Vec<&str>]) -> Vec<String> {
        let floor = |room: &str| floors.iter().position(|rooms| rooms.contains(&room));
        let rooms: BTreeSet<&String> = self.files.keys().filter_map(|module| module.first()).collect();
        let mut wrong: Vec<String> = rooms
            .into_iter()
            .filter(|room| floor(room).is_none())
            .map(|room| format!("`{room}` is no room of the map"))
            .collect();
        for (from, to) in self.arrows() {
            if let (Some(room), Some(other)) = (from.first(), to.first())
                && room != other
                && floor(other) >= floor(room)
            {
                wrong.push(format!("{} names {}", from.join("::"), to.join("::")));
            }
        }
        wrong
    }

    /// Files that know each other in a circle, each circle once. A folder's `mod.rs` is the common ground of its files
    /// and counts with none of them.
    fn circles(&self) -> Vec<String> {
        let arrows = self.arrows();
        let mut next: BTreeMap<&Module, Vec<&Module>> = BTreeMap::new();
        for (from, to) in &arrows {
            if !from.starts_with(to) && !to.starts_with(from) {
                next.entry(from).or_default().push(to);
            }
        }
        let mut reached: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
        for &from in next.keys() {
            let mut open = vec![from];
            let mut seen = BTreeSet::new();
            while let Some(at) = open.pop() {
                open.extend(next.get(at).into_iter().flatten().copied().filter(|to| seen.insert(*to)));
            }
            reached.insert(from, seen);
        }
        let both =
            |a: &Module, b: &Module| reached[a].contains(b) && reached.get(b).is_some_and(|seen| seen.contains(a));
        let mut circles = BTreeSet::new();
        for &file in next.keys().filter(|file| both(file, file)) {
            let circle: Vec<String> =
                next.keys().filter(|other| both(file, other)).map(|module| module.join("::")).collect();
            circles.insert(circle.join(", "));
        }
        circles.into_iter().collect()
    }
}

/// The names that `use` lines bind, each with its path as written.
fn imports(code: &str) -> Vec<(String, Vec<String>)> {
    let mut bound = Vec::new();
    for line in code.split(';') {
        let Some(at) = line.rfind("use ").filter(|at| is_use(&line[..*at])) else { continue };
        for path in expand(&line[at + 4..]).0 {
            let name = path.iter().rev().find(|name| *name != "self");
            bound.extend(name.map(|name| (name.clone(), path.clone())));
        }
    }
    bound
}

/// Whether what stands before `use` makes it a statement.
fn is_use(before: &str) -> bool {
    let word = before.rsplit(['\n', '}']).next().unwrap().trim();
    word.is_empty() || word.starts_with("pub")
}

/// Every path of a text, braces spelt out, and whether it stands in a `pub use`.
fn paths(code: &str) -> Vec<(bool, Vec<String>)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut is_export = false;
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    while let Some(c) = code[at..].chars().next() {
        if !is_name(c) {
            is_export &= c != ';';
            at += c.len_utf8();
            continue;
        }
        let (expanded, length) = expand(&code[at..]);
        if expanded.len() == 1 && expanded[0] == ["use"] {
            is_export = code[..at].trim_end_matches(' ').rsplit('\n').next().unwrap().trim_start().starts_with("pub");
        }
        found.extend(expanded.into_iter().filter(|path| path.len() > 1).map(|path| (is_export, path)));
        at += length.max(1);
    }
    found
}

/// The paths at the start of a text (`a::{b, c::d}` is two), and the length of what they are written in.
fn expand(text: &str) -> (Vec<Vec<String>>, usize) {
    let length = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let name = text[..length].to_owned();
    let rest = &text[length..];
    if let Some(group) = rest.strip_prefix("::{") {
        let mut all = Vec::new();
        let mut at = 0;
        loop {
            at += group[at..].len() - group[at..].trim_start_matches([',', ' ', '\n']).len();
            if at >= group.len() || group[at..].starts_with('}') {
                return (all, length + 3 + at + 1);
            }
            let (inner, used) = expand(&group[at..]);
            all.extend(inner.into_iter().map(|path| [std::slice::from_ref(&name), &path[..]].concat()));
            at += used.max(1);
            // Another name (`as _`) is none of a path.
            at += group[at..].find([',', '}']).unwrap_or(group[at..].len());
        }
    }
    let more = rest.strip_prefix("::").filter(|more| more.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    match more {
        Some(more) => {
            let (inner, used) = expand(more);
            (
                inner.into_iter().map(|path| [std::slice::from_ref(&name), &path[..]].concat()).collect(),
                length + 2 + used,
            )
        }
        None => (vec![vec![name]], length),
    }
}

/// The floors from the ground up, as CONTRIBUTING has them: the words before each line's two spaces.
fn floors(contributing: &str) -> Vec<Vec<&str>> {
    let map = contributing.split("```rooms\n").nth(1).unwrap().split("```").next().unwrap();
    let rooms = |line| str::split(line, "  ").next().unwrap_or_default();
    map.lines().rev().map(|line| rooms(line).split(' ').map(|room| room.trim_end_matches('/')).collect()).collect()
}

#[test]
fn rooms_name_only_rooms_below_their_own() {
    let contributing = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("CONTRIBUTING.md")).unwrap();
    let floors = floors(&contributing);
    let house = House::of_this_crate();
    assert!(house.files.len() > 100 && house.arrows().len() > 300, "files and arrows are seen");
    let upwards = house.upwards(&floors);
    assert!(upwards.is_empty(), "{}", upwards.join("\n"));
    let loose: Vec<&Module> = house.files.keys().filter(|module| module.len() == 1 && is_file(&module[0])).collect();
    assert!(loose.is_empty(), "files beside the rooms: {loose:?}");
    for room in floors.concat() {
        assert!(house.files.contains_key(&vec![room.to_owned()]), "there is no room `{room}`");
    }
}

fn is_file(room: &str) -> bool {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(format!("{room}.rs")).exists()
}

#[test]
fn no_files_know_each_other_in_a_circle() {
    let circles = House::of_this_crate().circles();
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

#[test]
fn each_arrow_upwards_is_seen() {
    let floors = vec![
        vec!["text"],
        vec!["finding"],
        vec!["input"],
        vec!["judge"],
        vec!["rules", "report"],
        vec!["review"],
        vec!["cli"],
    ];
    let sound = [
        (
            "lib.rs",
            "pub mod text;\npub mod finding;\npub mod input;\npub mod judge;\npub mod rules;\npub mod report;\npub mod review;\npub mod cli;",
        ),
        ("main.rs", "fn main() { zscope::cli::main() }"),
        ("text/mod.rs", "mod source;\npub use source::{Place, Span};"),
        ("text/source.rs", "pub struct Place;\npub struct Span;"),
        ("finding/mod.rs", "use crate::text::Place;\npub struct Finding(Place);"),
        ("input/mod.rs", "pub mod token;\npub fn read() {}"),
        ("input/token/mod.rs", "#[cfg(test)]\nmod tests;\nuse crate::finding::Finding;\npub struct Grant;"),
        ("input/token/tests.rs", "use crate::cli::main;"),
        (
            "judge/mod.rs",
            "//! Like `crate::cli::main`.\nuse crate::input::{self, token::Grant};\npub fn judge() { input::read() }",
        ),
        ("rules/mod.rs", "mod grant_drift;\nmod vanished_finding;\nuse crate::judge;\nfn f() { judge::judge() }"),
        ("rules/grant_drift.rs", "use std::fmt;"),
        ("rules/vanished_finding.rs", "use super::grant_drift;"),
        ("report/mod.rs", "mod held;\nmod html;\nuse crate::judge::judge;\npub struct Report;"),
        ("report/held.rs", "use super::Report;"),
        (
            "report/html.rs",
            "use super::Report;\nfn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::review::Review;\n}\n",
        ),
        ("review/mod.rs", "use crate::report::Report;\npub mod grants;\npub struct Review;\npub struct Known;"),
        ("review/grants.rs", "use super::Review;\npub struct Plan;\npub struct Drift;\npub enum Drifted {}"),
        ("cli/mod.rs", "mod audit;\nuse crate::review::grants::Plan;\npub fn main() {}"),
        ("cli/audit.rs", "use super::main;"),
    ];
    assert_eq!(House::new(sound).upwards(&floors), [""; 0]);
    for (file, line, seen) in [
        // The six that once stood in the code: what a report and the rules hold was defined where grants are judged.
        ("report/mod.rs", "use crate::review::grants::Plan;", "report names review::grants"),
        ("report/held.rs", "use crate::review::grants::Plan;", "report::held names review::grants"),
        ("report/html.rs", "use crate::review::grants::Plan;", "report::html names review::grants"),
        ("rules/mod.rs", "use crate::review::grants::Drift;", "rules names review::grants"),
        ("rules/grant_drift.rs", "use crate::review::grants::Drifted;", "rules::grant_drift names review::grants"),
        ("rules/vanished_finding.rs", "use crate::review::Known;", "rules::vanished_finding names review"),
        // Other ways to write one.
        (
            "rules/mod.rs",
            "use crate::{\n    judge,\n    review::{Review, grants::Plan as Way},\n};",
            "rules names review",
        ),
        ("judge/mod.rs", "fn f() -> crate::rules::Rule { loop {} }", "judge names rules"),
        ("report/mod.rs", "use super::review::Review;", "report names review"),
        ("text/source.rs", "pub(crate) use crate::finding::Finding;", "text::source names finding"),
        ("rules/mod.rs", "use crate::report::Report;", "rules names report"),
        ("input/token/mod.rs", "use crate::judge;", "input::token names judge"),
    ] {
        let with =
            sound.map(|(name, text)| (name, if name == file { format!("{line}\n{text}") } else { text.to_owned() }));
        let wrong = House::new(with.iter().map(|(name, text)| (*name, text.as_str()))).upwards(&floors);
        assert_eq!(wrong.first().map(String::as_str), Some(seen), "{line}");
    }
    let with_room = sound.iter().copied().chain([("extra.rs", "pub fn f() {}")]);
    assert_eq!(House::new(with_room).upwards(&floors), ["`extra` is no room of the map"]);
}

#[test]
fn each_circle_is_seen() {
    let open = [
        ("lib.rs", "mod a;"),
        ("a/mod.rs", "mod b;\nmod c;\nmod d;\npub use b::B;\npub use c::C;\npub struct A;\nfn f() { d::d() }"),
        ("a/b.rs", "use super::A;\npub struct B;"),
        ("a/c.rs", "use super::{A, B};\npub struct C;"),
        ("a/d.rs", "use super::c::C;\npub fn d() {}"),
    ];
    assert_eq!(House::new(open).circles(), [""; 0]);
    for (line, circle) in [
        ("use super::C;", "a::b, a::c"),
        ("use super::d;\nfn f() { d::d() }", "a::b, a::c, a::d"),
        ("fn f() { crate::a::d::d() }", "a::b, a::c, a::d"),
    ] {
        let with =
            open.map(|(name, text)| (name, if name == "a/b.rs" { format!("{line}\n{text}") } else { text.to_owned() }));
        assert_eq!(House::new(with.iter().map(|(name, text)| (*name, text.as_str()))).circles(), [circle], "{line}");
    }
}
