//! Catalog files of the user's own, laid over the embedded catalog.

use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use super::ground::{Ground, Roots};
use super::told;
use crate::catalog::{self, Catalog, FILE_KEYS, Redefinition};
use crate::cli::error::CommandError;
use crate::cli::git::plain;
use crate::report::Notice;
use crate::text::{Problem, Source, Sources, Span};
use crate::yaml;

/// The endings of catalog files.
const ENDINGS: [&str; 2] = ["yaml", "yml"];

/// The catalog files that a run judges by.
pub(super) struct Overlays<'a> {
    pub(super) ground: &'a Ground,
    /// What may state otherwise than the embedded catalog does.
    pub(super) trusted: &'a [PathBuf],
    pub(super) notices: &'a mut Vec<Notice>,
}

impl Overlays<'_> {
    /// Lays a file, or the files of a folder, over a catalog. `within` confines what a policy names.
    pub(super) fn lay(
        &mut self,
        catalog: &mut Catalog,
        path: &Path,
        within: Option<&Roots>,
    ) -> Result<(), CommandError> {
        let wrong = |path: &Path, said: &str| {
            CommandError::usage(format!("the catalog file `{}` cannot be read: {said}", path.display()))
        };
        let files = self.ground.files_in(path, &ENDINGS).map_err(|said| wrong(path, &said))?;
        // What a folder holds stays in it, whoever named the folder.
        let of_folder = files.as_ref().map(|_| Roots::of(&self.ground.folder_of(&path.join("file"))));
        let roots = within.or(of_folder.as_ref());
        for path in listed(path, files)? {
            let text = match roots {
                Some(roots) => self.ground.read_within(&path, roots).map_err(|said| wrong(&path, &said))?,
                None => self.ground.read(&path).map_err(|error| {
                    CommandError::usage(format!("the catalog file `{}` {}", path.display(), told(&error)))
                })?,
            };
            self.file(catalog, &path, text)?;
        }
        Ok(())
    }

    fn file(&mut self, catalog: &mut Catalog, path: &Path, text: String) -> Result<(), CommandError> {
        let file = Source::new(path.to_string_lossy(), text);
        let (service, endpoints) = decoded(&file)?;
        let redefined = catalog::redefinitions(&service, &endpoints);
        if !redefined.is_empty() {
            let name = path.to_string_lossy();
            if !self.trusts(path) {
                return Err(refused(file, &redefined));
            }
            let what: Vec<&str> = redefined.iter().take(3).map(|found| found.what.as_str()).collect();
            let more = redefined.len().saturating_sub(what.len());
            let more = if more == 0 { String::new() } else { format!(", and {more} more") };
            let message =
                format!("a trusted catalog file states otherwise than the embedded one: {}{more}", what.join(", "));
            self.notices.push(Notice::new("catalog-redefined", message).at(&name));
        }
        catalog.overlay(service, endpoints, file.text());
        Ok(())
    }

    /// Whether somebody named a file, or its folder, as one that may redefine.
    fn trusts(&self, path: &Path) -> bool {
        let whole = |path: &Path| std::path::absolute(path).map(|path| plain(&path)).unwrap_or_default();
        let path = whole(path);
        self.trusted.iter().any(|trusted| path.starts_with(whole(trusted)))
    }
}

/// What is said of a file that redefines, at each line that does.
fn refused(file: Source, redefined: &[Redefinition]) -> CommandError {
    let mut problems = Vec::new();
    for Redefinition { line, what } in redefined {
        let start: usize = file.text().split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let length = file.text().get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
        let message = format!("this states otherwise than the embedded catalog: {what}");
        let help = "take it out; where it is right, `--trust-catalog` with this file's path lets it count";
        problems.push(Problem::new(Span::new(start, start + length), message).help(help));
    }
    let mut sources = Sources::default();
    let id = sources.add(file);
    CommandError::problems(sources, problems.into_iter().map(|problem| (id, problem)).collect())
}

fn decoded(file: &Source) -> Result<(catalog::Service, catalog::Endpoints), CommandError> {
    catalog::decode(file).map_err(|problems| {
        let mut sources = Sources::default();
        if !yaml::is_made_of(file.text(), &FILE_KEYS) {
            let id = sources.add(Source::new(file.name(), ""));
            let message = "this is no catalog file: it holds none of the keys of one, or few";
            let help = "a catalog file begins with `service:`; of other files nothing is shown";
            return CommandError::problems(sources, vec![(id, Problem::new(Span::default(), message).help(help))]);
        }
        let id = sources.add(Source::new(file.name(), file.text()));
        CommandError::problems(sources, problems.into_iter().map(|problem| (id, problem)).collect())
    })
}

/// The embedded catalog with files or folders laid over it, for looking into: nothing is judged by it.
pub(in crate::cli) fn catalog<'p>(
    overlays: impl Iterator<Item = &'p PathBuf>,
) -> Result<ManuallyDrop<Catalog>, CommandError> {
    let mut catalog = Catalog::embedded();
    for path in overlays {
        overlay(&mut catalog, path)?;
    }
    // Never taken apart: the program ends with it.
    Ok(ManuallyDrop::new(catalog))
}

/// Lays a file, or the files of a folder, over a catalog for looking into.
pub(in crate::cli) fn overlay(catalog: &mut Catalog, path: &Path) -> Result<(), CommandError> {
    for path in catalog_files(path)? {
        let text = Ground::disk()
            .read(&path)
            .map_err(|error| CommandError::usage(format!("the catalog file `{}` {}", path.display(), told(&error))))?;
        let file = Source::new(path.to_string_lossy(), text);
        let (service, endpoints) = decoded(&file)?;
        catalog.overlay(service, endpoints, file.text());
    }
    Ok(())
}

/// The catalog files that a path names: those of a folder in the order of their names, or the file itself.
pub(in crate::cli) fn catalog_files(path: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let files = Ground::disk().files_in(path, &ENDINGS);
    listed(path, files.map_err(|said| CommandError::usage(format!("`{}` cannot be read: {said}", path.display())))?)
}

fn listed(path: &Path, files: Option<Vec<PathBuf>>) -> Result<Vec<PathBuf>, CommandError> {
    match files {
        None => Ok(vec![path.to_owned()]),
        Some(files) if files.is_empty() => {
            Err(CommandError::usage(format!("the catalog folder `{}` holds no .yaml file", path.display())))
        }
        Some(files) => Ok(files),
    }
}
