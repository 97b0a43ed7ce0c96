//! A deliberately naive model of what scopes give and what policies say, to hold the real one against: every permission
//! is written out, every edge between two of them is tried, and sets of texts are compared. It shares the catalog's data
//! with the program and none of its code for meaning.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use zscope::catalog::model::Group;
use zscope::catalog::{Service, Status};

/// A permission, as a lower-case scope.
pub(crate) type Atom = String;

type Path = Vec<String>;

/// Everything that a service's scopes give, spelt out.
pub(crate) struct Model {
    name: String,
    /// The catalog's scopes.
    pub scopes: Vec<Atom>,
    status: BTreeMap<Atom, Status>,
    /// All paths that are spelt out: the catalog's, and the names beyond it that somebody asks about.
    paths: Vec<Path>,
    /// Those of the catalog.
    listed: Vec<Path>,
    operations: BTreeSet<String>,
    meanings: Vec<(String, BTreeSet<String>, Option<String>, bool)>,
    groups: Vec<Group>,
    full: Atom,
    /// What a vendor's slips stand for.
    slips: BTreeMap<Atom, Atom>,
    opened: RefCell<BTreeMap<Atom, Vec<(Atom, bool)>>>,
    most: RefCell<BTreeMap<Atom, Rc<BTreeSet<Atom>>>>,
    least: RefCell<BTreeMap<Atom, Rc<BTreeSet<Atom>>>>,
    spelt: RefCell<[BTreeMap<Atom, Rc<Vec<Path>>>; 2]>,
}

fn lower(path: &[String]) -> Path {
    path.iter().map(|part| part.to_ascii_lowercase()).collect()
}

fn is_open(part: &str) -> bool {
    part.starts_with('{')
}

/// Whether a dotted pattern names parts. Every way to share the parts out is tried.
pub(crate) fn matches(pattern: &[String], parts: &[String]) -> bool {
    match (pattern.split_first(), parts.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => (0..=parts.len()).any(|skip| matches(rest, &parts[skip..])),
        (Some((first, rest)), Some((part, tail))) => {
            let names: Vec<&str> = first.trim_matches(['{', '}']).split(',').collect();
            (first == "*" || names.contains(&part.as_str())) && matches(rest, tail)
        }
        _ => false,
    }
}

/// What is left of a pattern after each way to give its first parts to a path.
fn rests(pattern: &[String], path: &[String]) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    let Some((part, tail)) = path.split_first() else {
        found.insert(pattern.to_vec());
        if pattern.first().is_some_and(|first| first == "**") {
            found.extend(rests(&pattern[1..], path));
        }
        return found;
    };
    let Some((first, rest)) = pattern.split_first() else { return found };
    if first == "**" {
        found.extend(rests(pattern, tail));
        found.extend(rests(rest, path));
        // What is filled in may be several parts: some of them go on with the pattern.
        if is_open(part) {
            found.extend(rests(rest, tail));
        }
    } else if is_open(part) {
        found.extend(rests(rest, tail));
        found.extend(rests(rest, path));
    } else if first == "*" || first.trim_matches(['{', '}']).split(',').any(|name| name == part) {
        found.extend(rests(rest, tail));
    }
    found
}

/// Whether an entry names full access and nothing else.
fn is_full_access(entry: &[String]) -> bool {
    entry.len() > 2 && entry.ends_with(&["fullaccess", "all"].map(str::to_owned))
}

/// Names that a pattern has: a new one for each wildcard.
fn concrete(pattern: &[String]) -> Vec<Vec<String>> {
    let Some((first, rest)) = pattern.split_first() else { return vec![Vec::new()] };
    let tails = concrete(rest);
    let heads: Vec<Vec<String>> = match first.as_str() {
        "**" => (0..3).map(|count| vec!["new".to_owned(); count]).collect(),
        "*" => vec![vec!["new".to_owned()]],
        names => names.trim_matches(['{', '}']).split(',').map(|name| vec![name.to_owned()]).collect(),
    };
    heads.iter().flat_map(|head| tails.iter().map(|tail| head.iter().chain(tail).cloned().collect())).collect()
}

/// The parts of a dotted pattern, in lower case.
pub(crate) fn pattern(text: &str) -> Vec<String> {
    text.to_ascii_lowercase().split('.').map(str::to_owned).collect()
}

impl Model {
    /// Spells a service out.
    pub(crate) fn of(service: &Service) -> Self {
        Self::with(service, &[])
    }

    /// A service of which nothing is known.
    pub(crate) fn unknown(name: &str, beyond: &[&str]) -> Self {
        Self::with(&Service { name: name.to_owned(), ..Service::default() }, beyond)
    }

    /// Spells a service out, with paths that its catalog does not know.
    pub(crate) fn with(service: &Service, beyond: &[&str]) -> Self {
        let mut status: BTreeMap<Atom, Status> = BTreeMap::new();
        for (scope, provenance) in service.scopes() {
            if provenance.status != Status::Invalid {
                status.insert(scope.to_string().to_ascii_lowercase(), provenance.status);
            }
        }
        let slips: BTreeMap<Atom, Atom> = service
            .errata
            .iter()
            .map(|slip| (slip.written.to_ascii_lowercase(), slip.means.to_string().to_ascii_lowercase()))
            .collect();
        status.retain(|scope, _| !slips.contains_key(scope));
        let usual = ["all", "read", "create", "update", "delete", "write", "frob", "look", "keep"];
        let mut operations: BTreeSet<String> = usual.map(String::from).into();
        for resource in &service.resources {
            operations.extend(resource.operations.iter().map(|operation| operation.name.to_ascii_lowercase()));
        }
        let meanings = service.meanings.iter().map(|meaning| {
            let means = meaning.means.iter().map(|word| word.to_ascii_lowercase()).collect();
            let on = meaning.resources.as_ref().map(ToString::to_string);
            (meaning.operation.to_ascii_lowercase(), means, on, meaning.provenance.status.is_sure())
        });
        let listed: Vec<Path> = service.resources.iter().map(|resource| lower(&resource.path)).collect();
        let mut paths = listed.clone();
        paths.extend(beyond.iter().map(|path| pattern(path)).filter(|path| !listed.contains(path)));
        let name = service.name.to_ascii_lowercase();
        Self {
            scopes: status.keys().cloned().collect(),
            full: format!("{name}.fullaccess.all"),
            name,
            status,
            paths,
            listed,
            operations,
            meanings: meanings.collect(),
            groups: service.groups.clone(),
            slips,
            opened: RefCell::default(),
            most: RefCell::default(),
            least: RefCell::default(),
            spelt: RefCell::default(),
        }
    }

    fn atom(&self, path: &[String], operation: &str) -> Atom {
        format!("{}.{}.{operation}", self.name, path.join("."))
    }

    fn parts(atom: &str) -> (Path, String) {
        let mut parts: Path = atom.split('.').map(str::to_owned).collect();
        let operation = parts.pop().unwrap();
        (parts.split_off(1), operation)
    }

    /// The status of a scope: its own, or that of the scope whose placeholders stand for it.
    fn status(&self, path: &[String], operation: &str) -> Option<Status> {
        let stands = |known: &&Path| {
            known.len() == path.len() && known.iter().zip(path).all(|(known, part)| is_open(known) || known == part)
        };
        let own = self.listed.iter().find(|known| *known == path);
        let found = own.or_else(|| self.listed.iter().find(stands))?;
        self.status.get(&self.atom(found, operation)).copied()
    }

    pub(crate) fn is_known(&self, scope: &str) -> bool {
        if scope == self.full {
            return self.status.contains_key(scope);
        }
        let (path, operation) = Self::parts(scope);
        !self.slips.contains_key(scope) && self.status(&path, &operation).is_some()
    }

    /// What a word stands for on a path, and whether that is sure.
    fn word(&self, path: &[String], word: &str) -> Option<(BTreeSet<String>, bool)> {
        let said = self.meanings.iter().find(|(operation, _, on, _)| {
            operation == word && on.as_ref().is_none_or(|on| matches(&pattern(on), path))
        });
        match said {
            Some((_, means, _, sure)) => Some((means.clone(), *sure)),
            None => (word == "write").then(|| (["create", "update", "delete"].map(String::from).into(), true)),
        }
    }

    /// An operation and what it stands for on a path.
    fn stands(&self, path: &[String], operation: &str, surely: bool) -> BTreeSet<String> {
        let mut all = BTreeSet::from([operation.to_owned()]);
        loop {
            let more: BTreeSet<String> = all
                .iter()
                .filter_map(|word| self.word(path, word))
                .filter(|(_, sure)| *sure || !surely)
                .flat_map(|(means, _)| means)
                .chain(all.clone())
                .collect();
            if more == all {
                break;
            }
            all = more;
        }
        if all.contains("all") || is_open(operation) { self.operations.clone() } else { all }
    }

    /// Everything that a scope opens directly, and whether that is sure.
    fn edges(&self, scope: &str) -> Vec<(Atom, bool)> {
        let mut edges = Vec::new();
        let exists =
            |status: Option<Status>| matches!(status, Some(Status::Documented | Status::Observed | Status::Reported));
        if scope == self.full {
            let sure = exists(self.status.get(scope).copied());
            for path in &self.paths {
                edges.extend(self.operations.iter().map(|operation| (self.atom(path, operation), sure)));
            }
            return edges;
        }
        if let Some(meant) = self.slips.get(scope) {
            edges.push((meant.clone(), false));
        }
        let (path, operation) = Self::parts(scope);
        let status = if self.slips.contains_key(scope) { None } else { self.status(&path, &operation) };
        let is_placed = path.iter().any(|part| is_open(part));
        for other in &self.operations {
            if operation == "all" || is_open(&operation) {
                edges.push((self.atom(&path, other), exists(status)));
            }
            if let Some((means, sure)) = self.word(&path, &operation)
                && means.contains(other)
            {
                edges.push((self.atom(&path, other), sure && status.is_some()));
            }
        }
        for child in self.paths.iter().filter(|child| **child != path) {
            // A name that is filled in at run time is one part or several.
            let wide: Vec<String> = path
                .iter()
                .flat_map(|part| if is_open(part) { vec!["*".to_owned(), "**".to_owned()] } else { vec![part.clone()] })
                .collect();
            let child_wide = |child: &[String]| {
                child.len() >= path.len() && child.iter().zip(&path).all(|(own, part)| is_open(own) || own == part)
            };
            let below = (1..=child.len()).any(|end| matches(&wide, &child[..end])) || child_wide(child);
            // A name that somebody fills in is no resource that another one's could turn out to be.
            let is_asked = child.iter().any(|part| is_open(part)) && !self.listed.contains(child);
            let below = below && (is_placed || child.len() > path.len()) && (!is_asked || child.starts_with(&path));
            let of_parent: Vec<(&Group, bool)> = self
                .groups
                .iter()
                .filter(|group| lower(&group.parent) == path)
                .map(|group| (group, matches(&pattern(&group.children.to_string()), child)))
                .collect();
            if !below && of_parent.is_empty() {
                continue;
            }
            for target in &self.operations {
                let lifts = |surely| {
                    operation == "all"
                        || is_open(&operation)
                        || self.stands(&path, &operation, surely).contains(target)
                        || self.stands(child, &operation, surely).contains(target)
                };
                if !lifts(false) {
                    continue;
                }
                let speaks = |group: &Group| {
                    let named = |word: &str| group.operations.iter().any(|own| own.eq_ignore_ascii_case(word));
                    group.operations.is_empty() || named(&operation) || named(target)
                };
                let groups: Vec<&Group> = of_parent
                    .iter()
                    .filter(|(group, about)| *about && speaks(group))
                    .map(|(group, _)| *group)
                    .collect();
                let separate = groups.iter().any(|group| group.provenance.status == Status::Separate);
                let said = |group: &Group| group.provenance.status != Status::Separate;
                let documented = groups.iter().any(|group| group.provenance.status.is_sure());
                let assumed = groups.iter().any(|group| said(group));
                let beneath_child = of_parent.iter().any(|(group, about)| {
                    let children = pattern(&group.children.to_string());
                    !about && said(group) && (1..child.len()).any(|end| matches(&children, &child[..end]))
                });
                if !(documented || (!separate && (assumed || below || beneath_child))) {
                    continue;
                }
                let sure = groups.iter().any(|group| {
                    let hole = group.except.iter().any(|except| matches(&pattern(&except.to_string()), child));
                    group.provenance.status.is_sure() && !hole
                });
                edges.push((self.atom(child, target), exists(status) && sure && lifts(true)));
            }
        }
        edges
    }

    fn closure(&self, scope: &str, surely: bool) -> Rc<BTreeSet<Atom>> {
        let kept = if surely { &self.least } else { &self.most };
        if let Some(known) = kept.borrow().get(scope) {
            return known.clone();
        }
        let mut found = BTreeSet::from([scope.to_owned()]);
        let mut open = vec![scope.to_owned()];
        while let Some(atom) = open.pop() {
            let known = self.opened.borrow().get(&atom).cloned();
            let edges = known.unwrap_or_else(|| self.edges(&atom));
            for (next, sure) in &edges {
                if (*sure || !surely) && found.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
            self.opened.borrow_mut().insert(atom, edges);
        }
        let found = Rc::new(found);
        kept.borrow_mut().insert(scope.to_owned(), found.clone());
        found
    }

    /// What the scope itself is: one permission, or those that its operation word stands for.
    pub(crate) fn own(&self, scope: &str) -> BTreeSet<Atom> {
        let (path, operation) = Self::parts(scope);
        match self.word(&path, &operation) {
            Some((means, true)) if self.is_known(scope) => means.iter().map(|word| self.atom(&path, word)).collect(),
            _ => BTreeSet::from([scope.to_owned()]),
        }
    }

    /// Everything that it surely gives.
    pub(crate) fn at_least(&self, scope: &str) -> Rc<BTreeSet<Atom>> {
        self.closure(scope, true)
    }

    /// Everything that it may reach.
    pub(crate) fn at_most(&self, scope: &str) -> Rc<BTreeSet<Atom>> {
        self.closure(scope, false)
    }

    /// The parts by which an entry may name a permission: its path with each word that stands for its operation.
    fn spellings(&self, atom: &str, surely: bool) -> Rc<Vec<Path>> {
        if let Some(known) = self.spelt.borrow()[usize::from(surely)].get(atom) {
            return known.clone();
        }
        let (path, operation) = Self::parts(atom);
        let mut words: BTreeSet<String> = BTreeSet::from([operation.clone()]);
        if path != ["fullaccess"] {
            let known =
                self.meanings.iter().map(|(word, ..)| word.clone()).chain(["write".to_owned(), "all".to_owned()]);
            words.extend(known.filter(|word| word == "all" || self.stands(&path, word, surely).contains(&operation)));
        }
        let spelt = |word: &String| std::iter::once(&self.name).chain(&path).chain([word]).cloned().collect();
        let spelt: Rc<Vec<Path>> = Rc::new(words.iter().map(spelt).collect());
        self.spelt.borrow_mut()[usize::from(surely)].insert(atom.to_owned(), spelt.clone());
        spelt
    }

    /// Whether an entry names a permission. Full access is named by its name, or by what spans the service.
    pub(crate) fn names(&self, entry: &[String], atom: &str, surely: bool) -> bool {
        if is_full_access(entry) {
            return atom == self.full && matches(entry, &[&self.name, "fullaccess", "all"].map(str::to_owned));
        }
        let spans = entry.last().is_some_and(|last| last == "**")
            || (entry.len() == 3 && entry[1].trim_matches(['{', '}']).split(',').any(|name| name == "fullaccess"));
        (atom != self.full || spans) && self.spellings(atom, surely).iter().any(|parts| matches(entry, parts))
    }

    /// Whether a deny entry forbids a scope: it names something that the scope may reach.
    pub(crate) fn denies(&self, entry: &[String], scope: &str) -> bool {
        self.at_most(scope).iter().any(|atom| self.touches(entry, atom)) || self.names_in_doubt(entry, scope)
    }

    /// Whether an entry names a permission, or something below it that nobody listed.
    pub(crate) fn touches(&self, entry: &[String], atom: &str) -> bool {
        self.names(entry, atom, false) || self.names_below(entry, atom)
    }

    /// Whether an entry names something below a permission that nobody listed, or what its placeholders may become.
    fn names_below(&self, entry: &[String], atom: &str) -> bool {
        let (path, operation) = Self::parts(atom);
        let Some((word, front)) = entry.split_last() else { return false };
        if atom == self.full {
            return !rests(front, std::slice::from_ref(&self.name)).is_empty() || (word == "**" && !front.is_empty());
        }
        let whole: Path = std::iter::once(self.name.clone()).chain(path.clone()).collect();
        if is_full_access(entry) {
            // `X.{name}.all` may turn out to be full access.
            let all = operation == "all" || is_open(&operation);
            return all && path.len() == 1 && is_open(&path[0]) && rests(front, &whole).iter().any(Vec::is_empty);
        }
        let is_open_path = path.iter().any(|part| is_open(part));
        // `**` at the end may also be the operation, with names before it.
        let fronts = if word == "**" { vec![front.to_vec(), entry.to_vec()] } else { vec![front.to_vec()] };
        fronts.iter().flat_map(|front| rests(front, &whole)).any(|rest| {
            concrete(&rest).into_iter().any(|names| {
                if names.is_empty() && !is_open_path {
                    return false;
                }
                let child: Path = path.iter().cloned().chain(names).collect();
                let separate = self.groups.iter().any(|group| {
                    group.provenance.status == Status::Separate
                        && lower(&group.parent) == path
                        && (group.operations.is_empty()
                            || group.operations.iter().any(|own| own.eq_ignore_ascii_case(&operation)))
                        && matches(&pattern(&group.children.to_string()), &child)
                });
                // What is known stands in the edges.
                if separate || self.paths.contains(&child) && !is_open_path {
                    return false;
                }
                let words: Vec<&str> = word.trim_matches(['{', '}']).split(',').collect();
                let reached = self.stands(&child, &operation, false);
                let any = operation == "all" || is_open(&operation) || ["*", "**"].contains(&words[0]);
                any || words.iter().any(|word| {
                    *word == "all" || self.stands(&child, word, false).iter().any(|one| reached.contains(one))
                })
            })
        })
    }

    /// A wildcard of an entry may stand for several parts in a row of which nobody knows any.
    pub(crate) fn names_in_doubt(&self, entry: &[String], scope: &str) -> bool {
        let (path, _) = Self::parts(scope);
        let stands = |path: &[String]| {
            self.listed.iter().any(|known| {
                known.len() == path.len() && known.iter().zip(path).all(|(known, part)| is_open(known) || known == part)
            })
        };
        let known = (1..=path.len()).rev().find(|end| stands(&path[..*end])).unwrap_or(0);
        if scope == self.full || path.len() < known + 2 {
            return false;
        }
        // Each way to write some of the unknown parts in a row as one.
        self.at_most(scope).iter().any(|atom| {
            let (whole, operation) = Self::parts(atom);
            if !whole.starts_with(&path) {
                return false;
            }
            (0..1_usize << (path.len() - known - 1)).any(|joined| {
                let mut merged: Path = whole[..=known].to_vec();
                for (at, part) in whole[known + 1..path.len()].iter().enumerate() {
                    if joined >> at & 1 == 1 {
                        let last = merged.last_mut().unwrap();
                        *last = format!("\u{b7}{last}\u{b7}{part}");
                    } else {
                        merged.push(part.clone());
                    }
                }
                merged.extend_from_slice(&whole[path.len()..]);
                let atom = self.atom(&merged, &operation);
                self.names(entry, &atom, false) || self.names_below(entry, &atom)
            })
        })
    }

    /// Whether an allow entry surely gives one permission.
    pub(crate) fn covers(&self, entry: &[String], own: &str) -> bool {
        let named = |atom: &Atom| self.names(entry, atom, true);
        self.names(entry, own, true)
            || self.scopes.iter().any(|big| named(big) && self.at_least(big).contains(own))
            || self.aside(own).iter().any(named)
    }

    /// The other operations on the same custom module that surely give this one.
    fn aside(&self, atom: &str) -> Vec<Atom> {
        let (path, _) = Self::parts(atom);
        let others = self.operations.iter().map(|operation| self.atom(&path, operation));
        others.filter(|other| self.is_known(other) && self.at_least(other).contains(atom)).collect()
    }
}
