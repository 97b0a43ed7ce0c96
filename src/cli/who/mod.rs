//! `zscope who`: which scopes open an API call, the narrowest first.

mod denied;
mod json;
mod table;
mod text;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ValueEnum;

use super::error::CommandError;
use super::{Outcome, Told, setup};
use crate::access::{self, Openers};
use crate::catalog::calls::{Call, Found, Host, Index, Match, NoCall};
use crate::catalog::{Catalog, Endpoint, Service};
use crate::scope::Scope;
use crate::secret::redact;
use denied::Denied;

/// How many lines of a long list are shown without `--all`.
const SHOWN: usize = 12;

/// How many known calls are named for one that is not known.
const NEAREST: usize = 5;

/// The most products that are named for a host: the vendor's come in families, and some hosts are those of most.
const SHARED: usize = 3;

/// The method of a call that was given as an address alone.
const ASSUMED: &str = "GET";

/// Arguments of `zscope who`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// HTTP method and path or URL, in one argument or two. An address alone is a GET
    #[arg(value_names = ["METHOD", "PATH"], num_args = 1..=2, required_unless_present = "denied")]
    call: Vec<String>,

    /// What an API answered to a call that it refused, perhaps with the call beside it; - for standard input. Tells what
    /// the answer means, and which scope to add
    #[arg(long, value_name = "FILE")]
    denied: Option<PathBuf>,

    /// With --denied: the scopes that the application asks for, as a list or a file with one
    #[arg(long, value_name = "LIST|FILE", requires = "denied")]
    requested: Option<OsString>,

    /// With --denied: a token response, or an export of some, with what the token holds
    #[arg(long, value_name = "FILE", requires = "denied")]
    granted: Option<PathBuf>,

    /// Format of the answer
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Show long lists whole
    #[arg(long)]
    all: bool,

    /// Catalog file, or folder of catalog files, laid over the embedded catalog
    #[arg(long, value_name = "PATH")]
    catalog: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  zscope who GET /books/v3/invoices
  zscope who 'DELETE https://www.zohoapis.eu/crm/v8/Leads/123'
  zscope who https://desk.zoho.in/api/v1/tickets
  zscope who POST '/crm/v8/{module}' --format json
  zscope who --denied answer.json POST /books/v3/invoices --granted token.json

Exit codes: 0 the call is known, 1 it is not in the catalog or its host is not known, or no answer of --denied says that a
scope is missing, 2 wrong usage or catalog";

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For people: one row for each scope
    Table,
    /// For programs: one document, format version 1
    Json,
}

/// What a lookup found, ready to be shown.
struct Answer<'c> {
    /// The call as it was looked up, without query, user and secrets.
    asked: String,
    method: String,
    host: Option<String>,
    path: String,
    /// No method was given.
    method_assumed: bool,
    /// The known calls that it is: several where no host says which product is meant.
    hits: Vec<Hit<'c>>,
    /// What the host of the call says.
    host_says: Host,
    /// Services whose hosts the call's is, where these are few and the call is not known.
    products: Vec<&'c Service>,
    /// The same path of another version, or on other hosts.
    elsewhere: Vec<Match<'c>>,
    /// For a call that is not known: the same path with other methods.
    other_methods: Vec<Match<'c>>,
    /// For a call that is not known: those most like it.
    nearest: Vec<(&'c Service, &'c Endpoint)>,
}

/// A known call and what opens it.
struct Hit<'c> {
    at: Match<'c>,
    /// The known call that is probably meant instead: its name is nearly that of the path.
    likelier: Option<&'c Endpoint>,
    openers: Openers,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let refusal = match &args.denied {
        Some(path) => match denied::read(path)? {
            denied::Said::Refusal(refusal) => Some(refusal),
            denied::Said::NoSuchScope => {
                super::print(denied::NO_SUCH_SCOPE)?;
                return Ok(Outcome::Findings);
            }
            denied::Said::Nothing => {
                super::print(denied::NO_REFUSAL)?;
                return Ok(Outcome::Findings);
            }
        },
        None => None,
    };
    let in_refusal = refusal.as_ref().and_then(|refusal| refusal.call.as_ref());
    let given = match in_refusal {
        Some((method, address)) if args.call.is_empty() => format!("{} {address}", method.unwrap_or_default()),
        _ => args.call.join(" "),
    };
    let catalog = setup::catalog(args.catalog.iter())?;
    let mut call: Option<Call> = None;
    if !given.trim().is_empty() {
        call = Some(given.trim().parse().map_err(|error| not_a_call(given.trim(), &error))?);
    }
    let method_assumed = call.as_ref().is_some_and(|call| call.method.is_none());
    if let Some(call) = &mut call {
        call.method.get_or_insert_with(|| ASSUMED.to_owned());
    }
    let held = denied::held(args.requested.as_deref(), args.granted.as_deref())?;
    let denied = refusal.map(|refusal| Denied::of(&catalog, &refusal, call.as_ref(), held.as_deref()));
    let answer = call.map(|call| Answer::of(&catalog, &call, method_assumed));
    let shown = if args.all { usize::MAX } else { SHOWN };
    let above = || denied.as_ref().map(|denied| denied.render() + if answer.is_some() { "\n" } else { "" });
    let of_answer = |render: &dyn Fn(&Answer<'_>, usize) -> String| {
        above().unwrap_or_default() + &answer.as_ref().map(|answer| render(answer, shown)).unwrap_or_default()
    };
    super::print(&match args.format {
        Format::Text => of_answer(&text::render),
        Format::Table => of_answer(&table::render),
        Format::Json => json::render(&catalog, answer.as_ref(), denied.as_ref())?,
    })?;
    let is_answered = answer.is_none_or(|answer| !answer.hits.is_empty());
    Ok(if is_answered { Outcome::Clean } else { Outcome::Findings })
}

/// The answer to a call, for who hands it on.
pub(super) fn told(catalog: &Catalog, given: &str) -> Result<Told, CommandError> {
    let mut call: Call = given.trim().parse().map_err(|error| not_a_call(given.trim(), &error))?;
    let method_assumed = call.method.is_none();
    call.method.get_or_insert_with(|| ASSUMED.to_owned());
    let answer = Answer::of(catalog, &call, method_assumed);
    Ok(Told {
        outcome: if answer.hits.is_empty() { Outcome::Findings } else { Outcome::Clean },
        text: text::render(&answer, SHOWN),
        document: json::render(catalog, Some(&answer), None)?,
    })
}

impl<'c> Answer<'c> {
    fn of(catalog: &'c Catalog, call: &Call, method_assumed: bool) -> Self {
        let index = Index::build(catalog);
        let Found { matches, other_methods, elsewhere, host } = index.find(call);
        let other_version = matches.first().is_some_and(|first| first.version.is_some());
        let is_as_likely = |one: &Match<'_>| other_version || one.version.is_none();
        let (matches, less_likely): (Vec<_>, Vec<_>) = matches.into_iter().partition(is_as_likely);
        let is_unknown = matches.is_empty();
        let nearest = if is_unknown && elsewhere.is_empty() { index.nearest(call, NEAREST) } else { Vec::new() };
        let products = if is_unknown { index.spoken_for(call) } else { Vec::new() };
        let hit = |at: Match<'c>| Hit {
            openers: access::openers(catalog, at.endpoint, &at.values),
            likelier: index.likelier(call, &at),
            at,
        };
        Self {
            asked: redact(&call.to_string()).into_owned(),
            method: call.method.clone().unwrap_or_default(),
            host: call.host.as_deref().map(|host| redact(host).into_owned()),
            path: redact(&call.path()).into_owned(),
            method_assumed,
            hits: matches.into_iter().map(hit).collect(),
            host_says: host,
            products: if products.len() <= SHARED { products } else { Vec::new() },
            elsewhere: less_likely.into_iter().chain(elsewhere).collect(),
            other_methods: if is_unknown { other_methods } else { Vec::new() },
            nearest,
        }
    }
}

fn not_a_call(given: &str, error: &NoCall) -> CommandError {
    let told = CommandError::usage(format!("`{given}` is no call: {error}"));
    let scope = given.parse::<Scope>().is_ok_and(|scope| !scope.is_word());
    match error {
        NoCall::Method { near: Some(near), .. } => told.help(format!("did you mean `{near}`?")),
        NoCall::Path(_) if scope => {
            told.help(format!("it looks like a scope: `zscope explain {given}` tells what it opens"))
        }
        _ => told.help("give a method and a path or URL: `zscope who GET /books/v3/invoices`"),
    }
}
