//! Where a source is for a consumer that looks at a repository: its path from the repository's root.

use super::Tree;
use crate::text::{Place, Source, Sources};

/// Where a source is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Address {
    /// A file below the root, or beside it: the path from there, with slashes and without `.` parts.
    Relative(String),
    /// A file elsewhere: its absolute path, with slashes.
    Absolute(String),
    /// No file: an argument, standard input, a built-in policy.
    Nowhere,
}

impl Address {
    /// The path of a file, relative to the root where it can be.
    pub(super) fn path(&self) -> Option<&str> {
        match self {
            Self::Relative(path) | Self::Absolute(path) => Some(path),
            Self::Nowhere => None,
        }
    }
}

/// Where the file is to which a source's name leads. Names are paths as they were given, or tell what is no file:
/// `<argument>`, `builtin:least-privilege`.
pub(super) fn address(name: &str, tree: &Tree) -> Address {
    if is_no_file(name) {
        return Address::Nowhere;
    }
    let name = if cfg!(windows) { name.replace('\\', "/") } else { name.to_owned() };
    let is_absolute = name.starts_with('/') || (cfg!(windows) && name.get(1..3) == Some(":/"));
    if is_absolute {
        let below = name.strip_prefix(&tree.root).and_then(|rest| rest.strip_prefix('/'));
        return match below.filter(|_| !tree.root.is_empty()).map(|rest| normal("", rest)) {
            Some(path) if !path.starts_with("../") && !path.is_empty() => Address::Relative(path),
            _ => Address::Absolute(name),
        };
    }
    match normal(&tree.folder, &name) {
        path if path.is_empty() => Address::Nowhere,
        path => Address::Relative(path),
    }
}

/// Where the source of a place is.
pub(super) fn of_place(place: Place, sources: &Sources, tree: &Tree) -> Address {
    of_source(sources.get(place.source), tree)
}

/// Where a source is.
pub(super) fn of_source(source: &Source, tree: &Tree) -> Address {
    address(source.name(), tree)
}

fn is_no_file(name: &str) -> bool {
    (name.starts_with('<') && name.ends_with('>')) || name.starts_with(crate::policy::builtin::PREFIX)
}

/// A path from a folder, with `.` and `..` resolved as far as they can be by their text alone.
fn normal(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_root() {
        let tree = Tree { root: "/srv/repo".to_owned(), folder: "services/sync".to_owned() };
        for (name, expected) in [
            ("scopes.txt", "services/sync/scopes.txt"),
            ("./a//b/./c.txt", "services/sync/a/b/c.txt"),
            ("../scopes.txt", "services/scopes.txt"),
            ("../../../x", "../x"),
            ("/srv/repo/a/b", "a/b"),
            ("/srv/repository/a", "/srv/repository/a"),
            ("/srv/repo/../b", "/srv/repo/../b"),
            ("a/<b>", "services/sync/a/<b>"),
        ] {
            assert_eq!(address(name, &tree).path(), Some(expected), "{name}");
        }
        for name in ["<argument>", "<stdin>", "builtin:least-privilege"] {
            assert_eq!(address(name, &tree), Address::Nowhere);
        }
        assert_eq!(address("../..", &tree), Address::Nowhere);
        assert_eq!(address("/etc/x", &Tree::default()), Address::Absolute("/etc/x".to_owned()));
        assert_eq!(address("./x", &Tree::default()), Address::Relative("x".to_owned()));
    }
}
