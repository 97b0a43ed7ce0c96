//! `zscope check`: requested scopes against a policy.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal as _};
use std::mem::ManuallyDrop;
use std::path::Path;

use super::baseline::KnownFindings;
use super::error::CommandError;
use super::reporting::Reporting;
use super::setup::{Basis, Ready};
use super::{Outcome, files};
use crate::catalog::Catalog;
use crate::input::scan::Scanner;
use crate::input::{self, Flow, Request};
use crate::report::{NotEvaluated, Report, clean};
use crate::review::{Gathered, Review};
use crate::scope::closest;
use crate::text::{Place, Source};

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
    let mut ready = args.basis.prepare()?;
    let changes = args.basis.changes(&mut ready);
    let outputs = args.reporting.open()?;
    let baseline = args.baseline.read(&ready.ground)?;
    let notices = ready.notices();
    let Ready { mut policy, catalog, as_of, sources, ground, .. } = ready;
    args.reporting.restrict(&mut policy)?;
    let mut inputs = Inputs { names: Vec::new(), gathered: Gathered { sources, ..Gathered::default() } };
    inputs.read(&args.inputs, &catalog)?;
    let review = Review { changes, ..Review::new(&catalog, &policy, as_of) };
    let (names, mut report) = inputs.judged(&review, args.basis.app.as_deref());
    let read: HashSet<String> = report.sources.names().map(str::to_owned).collect();
    let changes = baseline.changes(&ground, &review, &mut report.sources);
    baseline.apply(&mut report, &review, |path| read.contains(path))?;
    report.findings.extend(review.of_changes(changes));
    report.settle();
    report.run.notices = notices;
    outputs.write(report, names)
}

/// What is said of a list of scopes, or of a consent URL, that stands in no file.
pub(super) fn of_argument(basis: &Basis, text: &str) -> Result<Report, CommandError> {
    let mut ready = basis.prepare()?;
    let changes = basis.changes(&mut ready);
    let notices = ready.notices();
    let Ready { policy, catalog, as_of, sources, .. } = ready;
    let catalog = ManuallyDrop::into_inner(catalog);
    let mut inputs = Inputs { names: Vec::new(), gathered: Gathered { sources, ..Gathered::default() } };
    match text.trim() {
        word if is_one_word(word) && !names_scopes_only(word) => inputs.word(word, &catalog),
        text => inputs.argument(text),
    }
    let review = Review { changes, ..Review::new(&catalog, &policy, as_of) };
    let (names, mut report) = inputs.judged(&review, basis.app.as_deref());
    report.run.inputs = names;
    report.run.notices = notices;
    Ok(report)
}

/// What the inputs hold.
struct Inputs {
    /// The inputs as they were named.
    names: Vec<String>,
    gathered: Gathered,
}

impl Inputs {
    /// Judges what was read, for an application, and returns the inputs' names beside the report.
    fn judged(self, review: &Review<'_>, app: Option<&str>) -> (Vec<String>, Report) {
        let Self { names, mut gathered } = self;
        for request in &mut gathered.requests {
            request.app = app.map(str::to_owned);
        }
        let repeated: usize = gathered.requests.iter().map(|request| request.repeated).sum();
        let mut report = review.run(gathered);
        if repeated > 0 {
            report
                .notes
                .push(format!("{repeated} more scopes of long lists stand there before and are not shown again"));
        }
        (names, report)
    }

    fn read(&mut self, inputs: &[OsString], catalog: &Catalog) -> Result<(), CommandError> {
        if inputs.is_empty() {
            if io::stdin().is_terminal() {
                return Err(CommandError::usage("nothing to check")
                    .help("name scopes, consent URLs or files, or pipe a list in; see `zscope check --help`"));
            }
            self.stdin(catalog);
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
                self.stdin(catalog);
            } else if let Some(url) = text.filter(|text| input::is_consent_url(text) || is_address(text)) {
                self.argument(url);
            } else if let Some(scope) = text.filter(|text| names_scopes_only(text)) {
                if path.exists() {
                    let shown = clean(scope);
                    super::tell(&format!("`{shown}` is read as a scope; write `./{shown}` for the file of that name"));
                }
                scopes.push(scope);
            } else if path.exists() || text.is_none_or(looks_like_a_path) {
                self.file(path, catalog);
            } else if let Some(word) = text.filter(|text| is_one_word(text)) {
                self.word(word, catalog);
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

    /// One word that is neither a file nor a scope: a slip that must not pass for a list.
    fn word(&mut self, word: &str, catalog: &Catalog) {
        self.names.push(word.to_owned());
        let (message, help) = match catalog.service(word) {
            Some(service) => (
                format!("`{word}` is a service, and no scope"),
                format!("name a resource and an operation of it; `zscope catalog show {}` lists them", service.name),
            ),
            None => {
                let words = ["openid", "email", "profile", "phone"];
                let help = match closest(word, words.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "a scope is `Service.resource.OPERATION`; a file is named by its path".to_owned(),
                };
                ("no such file, and no scope".to_owned(), help)
            }
        };
        self.gathered.not_evaluated.push(NotEvaluated {
            input: word.to_owned(),
            message,
            help: Some(help),
            place: None,
        });
    }

    fn stdin(&mut self, catalog: &Catalog) {
        self.names.push("<stdin>".to_owned());
        match files::read_stdin() {
            Ok(text) => self.text("<stdin>", None, text, catalog),
            Err(error) => self.unreadable("<stdin>".to_owned(), &error),
        }
    }

    fn file(&mut self, path: &Path, catalog: &Catalog) {
        let name = path.to_string_lossy().into_owned();
        self.names.push(name.clone());
        match files::read_file(path) {
            Ok(text) => self.text(&name, path.file_name(), text, catalog),
            Err(error) => self.unreadable(name, &error),
        }
    }

    fn text(&mut self, name: &str, file_name: Option<&OsStr>, text: String, catalog: &Catalog) {
        let source = Source::new(name, text);
        let id = self.gathered.sources.add(source);
        let source = self.gathered.sources.get(id);
        let reading = input::read_file(id, source, file_name.and_then(OsStr::to_str), &Scanner::new(catalog));
        let unreadable = !reading.problems.is_empty();
        self.gathered.not_evaluated.extend(reading.problems.into_iter().map(|problem| NotEvaluated {
            input: name.to_owned(),
            message: problem.message,
            help: problem.help,
            place: Some(Place::new(id, problem.span)),
        }));
        if reading.is_prose {
            self.gathered.not_evaluated.push(NotEvaluated {
                input: name.to_owned(),
                message: "most words of it are no scopes: it is no list of them".to_owned(),
                help: Some(format!("`zscope scan {name}` finds the scopes in a text")),
                place: None,
            });
        }
        if !(reading.requests.is_empty() && (unreadable || reading.is_prose)) {
            self.take(name, reading.requests);
        }
    }

    fn argument(&mut self, text: &str) {
        self.names.push("<argument>".to_owned());
        let id = self.gathered.sources.add(Source::new("<argument>", text));
        let mut requests = input::read_argument(id, self.gathered.sources.get(id));
        // An address is no list of scopes, whatever it looks like.
        if is_address(text) && requests.iter().all(|request| request.url.is_none()) {
            requests.clear();
            let (message, help) = why_no_request(text);
            self.gathered.not_evaluated.push(NotEvaluated {
                input: "<argument>".to_owned(),
                message: message.to_owned(),
                help: Some(help.to_owned()),
                place: None,
            });
            return;
        }
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
        let others = requests.iter().any(|request| !request.items.is_empty());
        for request in requests {
            if request.items.is_empty()
                && let Some((what, help)) = why_empty(&request, others)
            {
                self.gathered.not_evaluated.push(nothing(what, help, Some(request.place)));
            }
            self.gathered.requests.push(request);
        }
    }

    fn unreadable(&mut self, input: String, error: &files::Unreadable) {
        let (message, help) = (error.message(), error.help().map(str::to_owned));
        self.gathered.not_evaluated.push(NotEvaluated { input, message, help, place: None });
    }
}

/// Why a list has no scopes, and what to do, where that has to be said. `others` tells whether other lists have some.
fn why_empty(request: &Request, others: bool) -> Option<(&'static str, &'static str)> {
    let give = "give the list of scopes that is asked for";
    let Some(url) = &request.url else { return Some(("no scopes found", "put the scopes into the `scope` parameter")) };
    let is_filled_in = url.param("scope").is_some_and(|param| param.value.contains(['{', '<', '$', '%']));
    match url.flow {
        // A rule says what is wrong with it.
        Flow::AuthToken => None,
        Flow::Token | Flow::Enhance if others => None,
        Flow::Token | Flow::Enhance => Some(("the URL of a token endpoint, which names no scopes", give)),
        _ if url.open || is_filled_in => {
            (!others).then_some(("the scopes of the consent URL are filled in by a program", give))
        }
        _ => Some(("the consent URL asks for no scopes", "put the scopes into the `scope` parameter")),
    }
}

/// Whether an argument is the address of a page, and neither a file nor scopes.
fn is_address(text: &str) -> bool {
    ["https://", "http://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme)))
}

/// What an address is that asks for nothing: one that Zoho sends users back to, or another.
fn why_no_request(address: &str) -> (&'static str, &'static str) {
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let has = |name: &str| query.split('&').any(|part| part.split('=').next() == Some(name));
    if has("code") || has("accounts-server") {
        let help = "it carries a grant code, which is a secret; give the consent URL that the user was sent to";
        return ("an address that Zoho sends users back to: it asks for no scopes", help);
    }
    ("an address that asks for no scopes", "give the consent URL, or the list of scopes that is asked for")
}

/// Whether an argument is nothing but scopes: it says what is asked for, whatever files there are.
fn names_scopes_only(text: &str) -> bool {
    let mut words = text.split([',', ' ', '\n']).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some() && words.all(input::is_scope_by_form)
}

/// Whether an argument is one word of letters and digits, which no scope is but those of OIDC.
fn is_one_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Whether an argument that names no file was meant to: scopes hold no slash, and end in no file extension.
fn looks_like_a_path(text: &str) -> bool {
    const EXTENSIONS: [&str; 8] = [".txt", ".json", ".yaml", ".yml", ".env", ".toml", ".md", ".csv"];
    let lower = text.to_ascii_lowercase();
    let one_word = !text.contains([',', ' ', '\n']);
    one_word && (text.contains(['/', '\\']) || EXTENSIONS.iter().any(|extension| lower.ends_with(extension)))
}
