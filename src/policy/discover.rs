//! Where a policy may lie when none is named.

use std::path::{Path, PathBuf};

/// The file names of a policy, the preferred one first.
const NAMES: [&str; 2] = ["zscope.yaml", ".zscope.yaml"];

/// The paths where a policy may lie, from a folder upward to the root of the file system; the first that exists is
/// meant. Nothing is read. Give an absolute folder, since a relative one ends at its own first part.
pub fn candidates(start_dir: &Path) -> impl Iterator<Item = PathBuf> {
    start_dir.ancestors().flat_map(|folder| NAMES.map(|name| folder.join(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_searched_upward_to_the_root() {
        let found: Vec<PathBuf> = candidates(Path::new("/a/b")).collect();
        let expected = [
            "/a/b/zscope.yaml",
            "/a/b/.zscope.yaml",
            "/a/zscope.yaml",
            "/a/.zscope.yaml",
            "/zscope.yaml",
            "/.zscope.yaml",
        ];
        assert_eq!(found, expected.map(PathBuf::from));
    }
}
