//! `zscope lsp`: the answers of other commands in an editor, over standard input and output.

use std::io::{self, BufReader};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Outcome;
use super::error::CommandError;
use super::git::plain;
use super::patient::Patient;
use super::scan::Apps;
use super::setup::{Basis, Ready};
use crate::lsp::{self, Ground, Open, Trouble};
use crate::policy;
use crate::text::Sources;

/// Arguments of `zscope lsp`.
#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub(super) struct Args {
    #[command(flatten)]
    basis: Basis,
}

const NOTES: &str = "\
An editor starts it; docs/editors.md says how to set up Neovim, Helix, Zed, JetBrains and VS Code. Each folder that is open is
judged by its own zscope.yaml, unless --policy names one. It uses no network and writes no file.

Exit codes: 0 the client ended the session, 1 it left without saying so, 2 wrong usage, 3 answers could not be written";

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let disk = Disk { basis: args.basis.anchored() };
    let mut out = Patient::new(io::stdout().lock());
    match lsp::serve(BufReader::new(io::stdin()), &mut out, &disk).map_err(|error| CommandError::stdout(&error))? {
        true => Ok(Outcome::Clean),
        // So the protocol wants it.
        false => Ok(Outcome::Findings),
    }
}

/// The files on disk, where no editor has them open.
struct Disk {
    basis: Basis,
}

impl Ground for Disk {
    fn basis(&self, folder: &Path, open: &Open) -> Result<lsp::Basis, Trouble> {
        Self::read(folder, &Basis { open: Arc::new(open.clone()), ..self.basis.clone() })
    }

    fn stand_in(&self, folder: &Path) -> Option<lsp::Basis> {
        let policy = format!("{}{}", policy::builtin::PREFIX, policy::builtin::DEFAULT);
        let basis = Self::read(folder, &Basis { policy: Some(policy), ..Basis::default() }).ok()?;
        Some(lsp::Basis { is_stand_in: true, ..basis })
    }
}

impl Disk {
    fn read(folder: &Path, options: &Basis) -> Result<lsp::Basis, Trouble> {
        // Paths of policies and reports begin where the program stands.
        std::env::set_current_dir(folder)
            .map_err(|error| Trouble::Other(format!("the folder `{}` cannot be used: {error}", folder.display())))?;
        let whole = |name: &str| whole(folder, name);
        let trouble = |error: CommandError| match error.into_problems() {
            Ok((mut sources, problems)) => {
                sources.rename(whole);
                Trouble::Problems(sources, problems)
            }
            Err(error) => Trouble::Other(error.plain()),
        };
        let Ready { policy, catalog, as_of, mut sources, folder: of_policy, .. } =
            options.prepare().map_err(trouble)?;
        let apps = match Apps::of_run(options.app.as_deref(), &policy, of_policy) {
            Ok(apps) => apps,
            Err(problems) => return Err(trouble(CommandError::problems(sources, problems))),
        };
        let named = policy.catalog.iter().map(|path| path.value.clone()).chain(options.catalog.iter().cloned());
        let mut files: Vec<PathBuf> = named.map(|path| plain(&folder.join(path))).collect();
        files.extend(policy::names_in(folder));
        sources.rename(whole);
        files.extend(texts_of(&sources));
        Ok(lsp::Basis {
            policy,
            catalog: ManuallyDrop::into_inner(catalog),
            as_of,
            sources,
            files,
            is_stand_in: false,
            owners: Box::new(move |path| apps.of_file(path)),
        })
    }
}

/// The files that texts were read from.
fn texts_of(sources: &Sources) -> impl Iterator<Item = PathBuf> {
    sources.names().map(PathBuf::from).filter(|path| path.is_absolute())
}

/// A file's absolute path; nothing for what is no file, such as a built-in policy.
fn whole(folder: &Path, name: &str) -> Option<String> {
    (!name.starts_with(policy::builtin::PREFIX)).then(|| plain(&folder.join(name)).to_string_lossy().into_owned())
}
