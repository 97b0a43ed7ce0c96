//! Where a policy may lie when none is named.

use std::path::{Path, PathBuf};

/// The file names of a policy, the preferred one first.
const NAMES: [&str; 2] = ["zscope.yaml", ".zscope.yaml"];

/// The paths at which a policy may lie in a folder, the preferred one first. Nothing is read.
pub fn names_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    NAMES.into_iter().map(move |name| folder.join(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_has_two_names() {
        let found: Vec<PathBuf> = names_in(Path::new("/a")).collect();
        assert_eq!(found, ["/a/zscope.yaml", "/a/.zscope.yaml"].map(PathBuf::from));
    }
}
