//! Which application a file belongs to.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::worker::shown;
use crate::cli::git::plain;
use crate::policy::Policy;
use crate::report::Notice;
use crate::text::{Problem, SourceId};

/// The applications of a policy with the files that are theirs.
pub(in crate::cli) struct Apps {
    /// The one application that everything is judged for.
    one: Option<String>,
    /// The folder that globs begin at, links resolved.
    base: Option<PathBuf>,
    globs: Vec<(String, GlobSet)>,
    /// Files that lie outside it.
    outside: Mutex<BTreeSet<PathBuf>>,
}

impl Apps {
    /// Everything belongs to one application, where one is named; else to those of the policy.
    ///
    /// # Errors
    ///
    /// A path cannot be read as a glob.
    pub(in crate::cli) fn of_run(
        app: Option<&str>,
        policy: &Policy,
        folder: Option<PathBuf>,
    ) -> Result<Self, Vec<(SourceId, Problem)>> {
        match app {
            Some(app) => {
                Ok(Self { one: Some(app.to_owned()), base: None, globs: Vec::new(), outside: Mutex::default() })
            }
            None => Self::of(policy, folder),
        }
    }

    /// The applications of a policy. Their `paths` begin at the folder of the policy's file; a path that is no glob
    /// means everything under it.
    ///
    /// # Errors
    ///
    /// A path cannot be read as a glob.
    fn of(policy: &Policy, folder: Option<PathBuf>) -> Result<Self, Vec<(SourceId, Problem)>> {
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
        Ok(Self { one: None, base: folder, globs, outside: Mutex::default() })
    }

    /// The applications that a file is judged for; `None` among them is the policy's top level. A file outside the
    /// policy's folder belongs to none.
    pub(in crate::cli) fn of_file(&self, path: &Path) -> Vec<Option<String>> {
        if self.one.is_some() || self.globs.is_empty() {
            return vec![self.one.clone()];
        }
        // What is not there, such as a text that an editor has not saved, is where its name says.
        let named = || std::path::absolute(path).map_or_else(|_| path.to_owned(), |path| plain(&path));
        let whole = path.canonicalize().unwrap_or_else(|_| named());
        let Some(inside) = self.base.as_ref().and_then(|base| whole.strip_prefix(base).ok()) else {
            if let Ok(mut outside) = self.outside.lock() {
                outside.insert(path.to_owned());
            }
            return vec![None];
        };
        let owners = self.globs.iter().filter(|(_, set)| set.is_match(inside));
        let apps: Vec<Option<String>> = owners.map(|(app, _)| Some(app.clone())).collect();
        if apps.is_empty() { vec![None] } else { apps }
    }

    /// What the reader has to know: which files belong to no application wherever they lie.
    pub(super) fn outside(&self) -> Option<Notice> {
        let outside = self.outside.lock().ok()?;
        let first = outside.first()?;
        let others = match outside.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        let message = format!(
            "files outside the policy's folder belong to none of its apps, and were judged by its top level{others}"
        );
        Some(Notice::new("outside-policy", message).at(&shown(first)).help("name the app: `--app NAME`"))
    }
}
