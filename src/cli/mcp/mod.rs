//! `zscope mcp`: the answers of other commands for a coding agent, over standard input and output.

mod brief;

use std::io::{self, BufReader};
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

use serde_json::Value;
use url::Url;

use super::error::CommandError;
use super::git::plain;
use super::patient::Patient;
use super::setup::{self, Basis};
use super::{Outcome, Told, check, explain, least, policy, reporting, scan, who};
use crate::catalog::Catalog;
use crate::mcp::{self, Answer, By, Desk, Refusal, Task};
use crate::policy::builtin;
use crate::report::{Canvas, Format, Report};

/// Arguments of `zscope mcp`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Folder whose files may be read, instead of those that the client names. May be repeated
    #[arg(long, value_name = "DIR")]
    root: Vec<PathBuf>,

    #[command(flatten)]
    basis: Basis,
}

const EXAMPLES: &str = "\
Examples:
  zscope mcp
  zscope mcp --root . --policy zscope.yaml

It tells at most six tools, uses no network, changes nothing, and reads files below the roots alone: what
--root names, else what the client names by `roots/list`. Without --policy, each question is judged by
the zscope.yaml of the root.

Exit codes: 0 the client closed the connection, 2 wrong usage, 3 answers could not be written. Every
result has the field `exit_code` with the code of the command that it stands for";

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let mut roots = Vec::new();
    for root in &args.root {
        let found = root.canonicalize().map_err(|error| CommandError::unreadable(root, &error))?;
        if !found.is_dir() {
            return Err(CommandError::usage(format!("the root `{}` is no folder", root.display())));
        }
        roots.push(found);
    }
    let mut server = Server { basis: args.basis.anchored(), is_rooted: !roots.is_empty(), roots, catalog: None };
    let mut out = Patient::new(io::stdout().lock());
    mcp::serve(BufReader::new(io::stdin()), &mut out, &mut server).map_err(|error| CommandError::stdout(&error))?;
    Ok(Outcome::Clean)
}

/// Answers by the files below its roots.
struct Server {
    /// What the person who started it said.
    basis: Basis,
    /// That person named the roots.
    is_rooted: bool,
    /// The folders whose files may be read, links resolved.
    roots: Vec<PathBuf>,
    /// What is known, for questions that no policy answers.
    catalog: Option<ManuallyDrop<Catalog>>,
}

impl Desk for Server {
    fn has_roots(&self) -> bool {
        self.is_rooted
    }

    fn take_roots(&mut self, roots: Vec<PathBuf>) {
        self.roots = roots.iter().filter_map(|root| root.canonicalize().ok()).filter(|root| root.is_dir()).collect();
    }

    fn answer(&mut self, task: &Task) -> Result<Answer, Refusal> {
        let told = match task {
            Task::Check { scopes, by } => {
                let basis = self.basis(by)?;
                return Self::reported(&check::of_argument(&basis, scopes).map_err(refused)?);
            }
            Task::Scan { path, by } => {
                let (root, path) = self.located(path.as_deref())?;
                let basis = self.basis(by)?;
                enter(&root)?;
                return Self::reported(&scan::report_of(&path, basis).map_err(refused)?);
            }
            Task::Why { scope, by } => policy::why::told_in_short(&self.basis(by)?, scope),
            Task::Explain { subject } => explain::told_in_short(subject, &self.basis.catalog),
            Task::Who { call } => who::told(self.catalog()?, call),
            Task::Least { calls, requested } => least::told(self.catalog()?, calls, requested.as_deref()),
        };
        let Told { outcome, text, document } = told.map_err(refused)?;
        let document = brief::cut(parsed(document.as_bytes())?);
        Ok(Answer { exit_code: outcome.code(), text, document })
    }
}

impl Server {
    fn reported(report: &Report) -> Result<Answer, Refusal> {
        let exit_code = reporting::outcome(report, false).code();
        let mut document = Vec::new();
        #[expect(clippy::expect_used, reason = "every build has it")]
        let json = Format::named("json").expect("the format `json` is built in");
        json.render(report, Canvas::default(), &mut document).map_err(|error| unwritten(&error))?;
        let document = brief::cut(parsed(&document)?);
        Ok(Answer { exit_code, text: brief::text(report, exit_code), document })
    }

    fn catalog(&mut self) -> Result<&Catalog, Refusal> {
        let catalog = match self.catalog.take() {
            Some(catalog) => catalog,
            None => setup::catalog(self.basis.catalog.iter()).map_err(refused)?,
        };
        Ok(self.catalog.insert(catalog))
    }

    /// By what a question is judged. Whoever asks reads no file outside the roots; who started the server named what he
    /// wanted.
    fn basis(&self, by: &By) -> Result<Basis, Refusal> {
        let mut basis = self.basis.clone();
        if by.app.is_some() {
            basis.app.clone_from(&by.app);
        }
        let named = by.policy.as_deref();
        if named.is_some() || basis.policy.is_none() {
            let own = [&basis.catalog, &basis.trust_catalog, &basis.allow_path];
            let own = own.into_iter().flatten().filter_map(|path| path.canonicalize().ok());
            basis.within = Some(self.roots.iter().cloned().chain(own).collect());
        }
        let holds = |root: &&PathBuf| named.is_none_or(|policy| root.join(policy).is_file());
        match self.roots.iter().find(holds).or(self.roots.first()) {
            Some(root) => enter(root)?,
            None if basis.policy.is_none() => {
                basis.policy = Some(format!("{}{}", builtin::PREFIX, builtin::DEFAULT));
            }
            None => {}
        }
        if let Some(policy) = named {
            basis.policy = Some(policy.to_owned());
        }
        Ok(basis)
    }

    /// The root that holds a path, and the path from there.
    fn located(&self, path: Option<&Path>) -> Result<(PathBuf, PathBuf), Refusal> {
        let Some(first) = self.roots.first() else {
            return Err(Refusal::new(
                "there are no roots: no file may be read",
                "let the client name its folders (`roots/list`), or start the server with `--root DIR`",
            ));
        };
        let Some(path) = path else { return Ok((first.clone(), PathBuf::from("."))) };
        let shown = path.display();
        let outside =
            || Refusal::new(format!("`{shown}` lies outside the roots"), "name a file or folder below the roots");
        let path = match path.to_str().filter(|path| path.starts_with("file:")).map(Url::parse) {
            Some(address) => address.ok().and_then(|address| address.to_file_path().ok()).ok_or_else(outside)?,
            None => path.to_owned(),
        };
        let within = |whole: &Path| {
            let root = self.roots.iter().find(|root| whole.starts_with(root))?;
            let inside = whole.strip_prefix(root).ok()?;
            let inside = if inside.as_os_str().is_empty() { Path::new(".") } else { inside };
            Some((root.clone(), inside.to_owned()))
        };
        // What is not there is where its name says, so that nobody learns what lies elsewhere.
        let named: Vec<PathBuf> = self.roots.iter().map(|root| plain(&root.join(&path))).collect();
        if let Some(target) = named.iter().find_map(|named| named.canonicalize().ok()) {
            if let Some(found) = within(&target) {
                return Ok(found);
            }
        } else if named.iter().any(|named| within(named).is_some()) {
            return Err(Refusal::new(format!("`{shown}`: no such file or folder"), "name one below the roots"));
        }
        Err(outside())
    }
}

/// Goes where paths begin.
fn enter(root: &Path) -> Result<(), Refusal> {
    std::env::set_current_dir(root)
        .map_err(|error| Refusal { message: format!("the root `{}`: {error}", root.display()), help: None })
}

#[expect(clippy::needless_pass_by_value, reason = "it is what a result hands over")]
fn refused(error: CommandError) -> Refusal {
    Refusal { message: error.plain(), help: None }
}

fn parsed(document: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(document).map_err(|error| unwritten(&error))
}

fn unwritten(error: &dyn std::fmt::Display) -> Refusal {
    Refusal { message: format!("the answer cannot be written: {error}"), help: None }
}
