//! `zscope check`: requested scopes against a policy.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal as _};
use std::path::Path;

use super::baseline::KnownFindings;
use super::error::CommandError;
use super::reporting::Reporting;
use super::setup::{Basis, Ready};
use super::{Outcome, files};
use crate::input::{self, Request};
use crate::report::NotEvaluated;
use crate::review::{Gathered, Review};
use crate::text::{Place, Source, Span};

/// Arguments of `zscope check`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Scope strings, consent URLs, files (lists, JSON, YAML, .env), or - for standard input. Scope strings given as
    /// several arguments are one request
    #[arg(value_name = "INPUT")]
    inputs: Vec<OsString>,

    #[command(flatten)]
    basis: Basis,

    #[command(flatten)]
    reporting: Reporting,

    #[command(flatten)]
    baseline: KnownFindings,
}

const EXAMPLES: &str = "\
Examples:
  zscope check ZohoBooks.fullaccess.all
  zscope check 'ZohoCRM.modules.leads.READ,ZohoCRM.users.READ' --policy builtin:read-only
  zscope check scopes.txt .env --app invoice-sync
  zscope check - < scopes.txt
  zscope check requested.json --format json --output report.json

Exit codes: 0 clean, 1 findings, 2 wrong usage, policy or catalog, 3 something could not be evaluated";

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let Ready { policy, catalog, as_of, sources } = args.basis.prepare()?;
    let outputs = args.reporting.open()?;
    let baseline = args.baseline.read()?;
    let mut inputs = Inputs { names: Vec::new(), gathered: Gathered { sources, ..Gathered::default() } };
    inputs.read(&args.inputs)?;
    let Inputs { names, mut gathered } = inputs;
    for request in &mut gathered.requests {
        request.app.clone_from(&args.basis.app);
    }
    let review = Review::new(&catalog, &policy, as_of);
    let mut report = review.run(gathered);
    let read: HashSet<String> = report.sources.names().map(str::to_owned).collect();
    baseline.apply(&mut report, &review, |path| read.contains(path))?;
    outputs.write(report, names)
}

/// What the inputs hold.
struct Inputs {
    /// The inputs as they were named.
    names: Vec<String>,
    gathered: Gathered,
}

impl Inputs {
    fn read(&mut self, inputs: &[OsString]) -> Result<(), CommandError> {
        if inputs.is_empty() {
            if io::stdin().is_terminal() {
                return Err(CommandError::usage("nothing to check")
                    .help("name scopes, consent URLs or files, or pipe a list in; see `zscope check --help`"));
            }
            self.stdin();
            return Ok(());
        }
        if inputs.iter().filter(|input| *input == "-").count() > 1 {
            return Err(CommandError::usage("`-` stands twice: standard input can be read once"));
        }
        let mut scopes: Vec<&str> = Vec::new();
        for input in inputs {
            let path = Path::new(input);
            let text = input.to_str();
            if input == "-" {
                self.stdin();
            } else if text.is_some_and(input::is_consent_url) {
                self.argument(text.unwrap_or_default());
            } else if path.exists() || text.is_none_or(looks_like_a_path) {
                self.file(path);
            } else {
                scopes.extend(text);
            }
        }
        // Scope strings given one by one are one list, so that what holds between scopes is seen.
        if !scopes.is_empty() {
            self.argument(&scopes.join("\n"));
        }
        Ok(())
    }

    fn stdin(&mut self) {
        self.names.push("<stdin>".to_owned());
        match files::read_stdin() {
            Ok(text) => self.text("<stdin>", None, text),
            Err(error) => self.unreadable("<stdin>".to_owned(), &error),
        }
    }

    fn file(&mut self, path: &Path) {
        let name = path.to_string_lossy().into_owned();
        self.names.push(name.clone());
        match files::read_file(path) {
            Ok(text) => self.text(&name, path.file_name(), text),
            Err(error) => self.unreadable(name, &error),
        }
    }

    fn text(&mut self, name: &str, file_name: Option<&OsStr>, text: String) {
        let kind = input::kind_of(file_name.and_then(OsStr::to_str), &text);
        let source = Source::new(name, text);
        let id = self.gathered.sources.add(source);
        match input::read(id, self.gathered.sources.get(id), kind) {
            Ok(requests) => self.take(name, requests),
            Err(problems) => self.gathered.not_evaluated.extend(problems.into_iter().map(|problem| NotEvaluated {
                input: name.to_owned(),
                message: problem.message,
                help: problem.help,
                place: Some(Place::new(id, problem.span)),
            })),
        }
    }

    fn argument(&mut self, text: &str) {
        self.names.push("<argument>".to_owned());
        let id = self.gathered.sources.add(Source::new("<argument>", text));
        let requests = input::read_argument(id, self.gathered.sources.get(id));
        self.take("<argument>", requests);
    }

    /// Keeps what was read; an input, or a list in it, that asks for nothing must not pass for one that asks for little.
    fn take(&mut self, name: &str, requests: Vec<Request>) {
        let nothing = |message: &str, help: &str, place| NotEvaluated {
            input: name.to_owned(),
            message: message.to_owned(),
            help: Some(help.to_owned()),
            place,
        };
        if requests.is_empty() {
            self.gathered.not_evaluated.push(nothing(
                "no scopes found",
                "give a list of scopes, a consent URL, or a file with `scope` or `scopes` keys",
                None,
            ));
        }
        for request in requests {
            if request.items.is_empty() {
                let place =
                    Place::new(request.place.source, Span::new(request.place.span.start, request.place.span.end));
                let what = if request.url.is_some() { "the consent URL asks for no scopes" } else { "no scopes found" };
                self.gathered.not_evaluated.push(nothing(
                    what,
                    "put the scopes into the `scope` parameter",
                    Some(place),
                ));
            }
            self.gathered.requests.push(request);
        }
    }

    fn unreadable(&mut self, input: String, error: &files::Unreadable) {
        let (message, help) = (error.message(), error.help().map(str::to_owned));
        self.gathered.not_evaluated.push(NotEvaluated { input, message, help, place: None });
    }
}

/// Whether an argument that names no file was meant to: scopes hold no slash, and end in no file extension.
fn looks_like_a_path(text: &str) -> bool {
    const EXTENSIONS: [&str; 8] = [".txt", ".json", ".yaml", ".yml", ".env", ".toml", ".md", ".csv"];
    let lower = text.to_ascii_lowercase();
    let one_word = !text.contains([',', ' ', '\n']);
    one_word && (text.contains(['/', '\\']) || EXTENSIONS.iter().any(|extension| lower.ends_with(extension)))
}
