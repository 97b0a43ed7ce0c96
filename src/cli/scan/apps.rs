//! Which application a file belongs to.

use std::path::{Path, PathBuf, absolute};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::policy::Policy;
use crate::text::{Problem, SourceId};

/// The applications of a policy with the files that are theirs.
pub(super) struct Apps {
    /// The one application that everything is judged for.
    one: Option<String>,
    /// The folder that globs begin at.
    base: Option<PathBuf>,
    globs: Vec<(String, GlobSet)>,
}

impl Apps {
    /// Everything belongs to one application.
    pub(super) fn one(app: &str) -> Self {
        Self { one: Some(app.to_owned()), base: None, globs: Vec::new() }
    }

    /// The applications of a policy. Their `paths` begin at the folder of the policy's file; a path that is no glob
    /// means everything under it.
    ///
    /// # Errors
    ///
    /// A path cannot be read as a glob.
    pub(super) fn of(policy: &Policy) -> Result<Self, Vec<(SourceId, Problem)>> {
        let mut problems = Vec::new();
        let mut globs = Vec::new();
        for app in policy.apps.iter().filter(|app| !app.paths.is_empty()) {
            let mut set = GlobSetBuilder::new();
            for path in &app.paths {
                let plain = path.value.trim_start_matches("./").trim_end_matches('/');
                for glob in [plain.to_owned(), format!("{plain}/**")] {
                    match GlobBuilder::new(&glob).literal_separator(true).build() {
                        Ok(glob) => {
                            set.add(glob);
                        }
                        Err(error) => {
                            let message = format!("`{}` is no glob: {}", path.value, error.kind());
                            let problem = Problem::new(path.place.span, message)
                                .help("`*` is any name, `**` any number of folders, `{a,b}` either");
                            problems.push((path.place.source, problem));
                            break;
                        }
                    }
                }
            }
            match set.build() {
                Ok(set) => globs.push((app.name.clone(), set)),
                Err(error) => problems.push((app.place.source, Problem::new(app.place.span, error.to_string()))),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let file = Path::new(&policy.origin.label);
        let base = absolute(file).ok().filter(|file| file.is_file()).and_then(|file| file.parent().map(Path::to_owned));
        Ok(Self { one: None, base, globs })
    }

    /// The applications that a file is judged for; `None` among them is the policy's top level.
    pub(super) fn of_file(&self, path: &Path) -> Vec<Option<String>> {
        if self.one.is_some() || self.globs.is_empty() {
            return vec![self.one.clone()];
        }
        let whole = absolute(path).ok();
        let inside = self.base.as_ref().and_then(|base| whole.as_ref()?.strip_prefix(base).ok());
        let path = inside.unwrap_or_else(|| path.strip_prefix(".").unwrap_or(path));
        let owners = self.globs.iter().filter(|(_, set)| set.is_match(path));
        let apps: Vec<Option<String>> = owners.map(|(app, _)| Some(app.clone())).collect();
        if apps.is_empty() { vec![None] } else { apps }
    }
}
