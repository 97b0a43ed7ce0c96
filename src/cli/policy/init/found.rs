//! What is asked for and held, by application: in trees, lists, tokens and locks.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::cli::error::CommandError;
use crate::cli::{files, scan};
use crate::governance::FoundApp;
use crate::input::scan::Scanner;
use crate::input::token::{State, read_tokens};
use crate::input::{self, ListKind, Request};
use crate::review::grants::Lock;
use crate::secret::is_client_id;
use crate::text::{Source, Sources};

/// Folders that hold one application in each folder of theirs.
const CONTAINERS: [&str; 12] = [
    "services",
    "apps",
    "packages",
    "cmd",
    "projects",
    "integrations",
    "functions",
    "lambdas",
    "modules",
    "src",
    "jobs",
    "connectors",
];

/// What was found, by the name of the application.
pub(super) type Apps = BTreeMap<String, FoundApp>;

/// What is found by and by.
pub(super) struct Found<'c> {
    catalog: &'c Catalog,
    /// The application of everything that names none.
    app: Option<&'c str>,
    pub(super) apps: Apps,
}

/// The application that a file belongs to, and the glob of its files: that of its folder, or of the file itself where it
/// lies at the top.
pub(super) fn owner(name: &str) -> (String, String) {
    let plain = name.trim_start_matches("./");
    let parts: Vec<&str> = plain.split('/').filter(|part| !part.is_empty()).collect();
    let is_container = |name: &str| CONTAINERS.contains(&name.to_ascii_lowercase().as_str());
    match parts.as_slice() {
        [first, second, _, ..] if is_container(first) => ((*second).to_owned(), format!("{first}/{second}/**")),
        // Its folders are apps of their own.
        [first, _] if is_container(first) => ((*first).to_owned(), plain.to_owned()),
        [first, _, ..] => ((*first).to_owned(), format!("{first}/**")),
        _ => ("top".to_owned(), plain.to_owned()),
    }
}

/// The name of a file without its ending: that of the application whose it is, where nothing else says it.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn read(path: &Path) -> Result<String, CommandError> {
    files::read_file(path).map_err(|error| CommandError::usage(format!("`{}` {}", path.display(), error.message())))
}

/// The scopes of lists that are asked for, each with its line.
fn take(catalog: &Catalog, app: &mut FoundApp, source: &Source, requests: &[Request]) {
    for request in requests.iter().filter(|request| request.kind == ListKind::Request) {
        for item in &request.items {
            if let Ok(scope) = &item.scope {
                let line = source.position(item.place.span.start).line;
                app.add(catalog, scope, &format!("{}:{line}", source.name()), false);
            }
        }
    }
}

impl<'c> Found<'c> {
    pub(super) fn new(catalog: &'c Catalog, app: Option<&'c str>) -> Self {
        Self { catalog, app, apps: Apps::new() }
    }

    fn app(&mut self, name: String) -> &mut FoundApp {
        self.apps.entry(self.app.map_or(name, str::to_owned)).or_default()
    }

    pub(super) fn tree(&mut self, paths: &[PathBuf]) -> Result<(), CommandError> {
        let catalog = self.catalog;
        for (name, source, requests) in scan::requests(paths, catalog)? {
            let (app, glob) = owner(&name);
            let mut found = FoundApp::default();
            take(catalog, &mut found, &source, &requests);
            if found.scopes.is_empty() {
                continue;
            }
            let app = self.app(app);
            app.paths.insert(glob);
            for (scope, reason) in found.scopes {
                app.scopes.entry(scope).or_insert(reason);
            }
        }
        Ok(())
    }

    pub(super) fn list(&mut self, path: &Path) -> Result<(), CommandError> {
        let catalog = self.catalog;
        let text = read(path)?;
        let mut sources = Sources::default();
        let id = sources.add(Source::new(path.to_string_lossy(), text));
        let source = sources.get(id);
        let reading = input::read_file(id, source, path.file_name().and_then(OsStr::to_str), &Scanner::new(catalog));
        if !reading.problems.is_empty() {
            let problems = reading.problems.into_iter().map(|problem| (id, problem)).collect();
            return Err(CommandError::bad_inputs(sources, problems));
        }
        take(catalog, self.app(stem(path)), source, &reading.requests);
        Ok(())
    }

    pub(super) fn tokens(&mut self, path: &Path) -> Result<(), CommandError> {
        let catalog = self.catalog;
        let text = read(path)?;
        let name = path.to_string_lossy();
        let mut sources = Sources::default();
        for grant in read_tokens(&name, &text, &mut sources).grants {
            if grant.state != State::Known {
                return Err(CommandError::incomplete(format!("nobody knows what `{}` holds, by `{name}`", grant.name))
                    .help("mint a token whose answer carries `scope`, or take the record out"));
            }
            let label = grant.labels.iter().map(|(label, _)| label).find(|label| !is_client_id(label));
            let client = grant.client.as_ref().map(|(client, _)| client).filter(|client| is_client_id(client));
            let app = match (label, client) {
                (Some(label), _) => self.apps.entry(label.clone()).or_default(),
                (None, Some(client)) => {
                    self.app(format!("client-{}", client.get(5..11).unwrap_or(client).to_ascii_lowercase()))
                }
                (None, None) => self.app(stem(path)),
            };
            app.clients.extend(client.cloned());
            for scope in grant.request.items.iter().filter_map(|item| item.scope.as_ref().ok()) {
                app.add(catalog, scope, &format!("a grant of {name}"), true);
            }
        }
        Ok(())
    }

    pub(super) fn lock(&mut self, path: &Path) -> Result<(), CommandError> {
        let text = read(path)?;
        let name = path.to_string_lossy();
        let mut sources = Sources::default();
        let id = sources.add(Source::new(&*name, &*text));
        let lock = Lock::read(id, &text).map_err(|problems| {
            let problems = problems.into_iter().map(|problem| (id, problem)).collect();
            CommandError::problems(std::mem::take(&mut sources), problems)
        })?;
        if let Some((app, _)) = lock.unknown().next() {
            return Err(CommandError::incomplete(format!("nobody knows what `{app}` holds, by `{name}`"))
                .help("audit it again and write the lock anew"));
        }
        for (app, _, scopes) in lock.held() {
            let app = self.apps.entry(app.to_owned()).or_default();
            scopes.iter().for_each(|scope| app.add(self.catalog, scope, &name, true));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_app_of_its_folder() {
        for (path, app, glob) in [
            ("services/sync/app.py", "sync", "services/sync/**"),
            ("./services/sync/a/b.py", "sync", "services/sync/**"),
            ("services/app.py", "services", "services/app.py"),
            ("billing/a/b.py", "billing", "billing/**"),
            ("app.py", "top", "app.py"),
        ] {
            assert_eq!(owner(path), (app.to_owned(), glob.to_owned()), "{path}");
        }
    }
}
