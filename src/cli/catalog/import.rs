//! `zscope catalog import`: a catalog file from OpenAPI documents or from CRM's list of its APIs.

use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;

use super::import_report::{self, Format};
use crate::cli::error::CommandError;
use crate::cli::{Outcome, files, setup};
use crate::import::{self, Combine, Document, Failure, Kind, Options};
use crate::text::{Problem, Source, SourceId, Sources};

/// Arguments of `zscope catalog import`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// OpenAPI documents, version 3, as JSON or YAML
    ///
    /// Prints the catalog file of one service; what was repaired, decided or left out goes to standard error.
    /// Several scopes in one security requirement mean any of them in Zoho's documents of version 3.0, and all of
    /// them in those of version 3.1: --combine says otherwise.
    Openapi {
        /// Documents to read; - is standard input
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,

        #[command(flatten)]
        how: How,
    },
    /// The answer of CRM's `GET /crm/v8/__apis`
    ///
    /// Prints the catalog file of one service; what was repaired, decided or left out goes to standard error.
    /// Where a call lists several scopes and nothing says how they combine, it is taken over as `unstated`.
    Apis {
        /// The answer, as JSON; - is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,

        #[command(flatten)]
        how: How,
    },
}

#[derive(Debug, clap::Args)]
struct How {
    /// Service to import, where the documents name several or none
    #[arg(long, value_name = "NAME")]
    service: Option<String>,

    /// How scopes combine that are listed together
    #[arg(long, value_name = "HOW", value_enum)]
    combine: Option<Combination>,

    /// Name of the source in the catalog file [default: openapi, or apis]
    #[arg(long, value_name = "ID", value_parser = parse_id)]
    source_id: Option<String>,

    /// Address of the source in the catalog file [default: the path of the file, or of its folder for several]
    #[arg(long, value_name = "ADDRESS")]
    source_where: Option<String>,

    /// Kind of the source: what third parties say is `reported` only [default: vendor-openapi, or vendor-docs]
    #[arg(long, value_name = "KIND", value_enum)]
    source_kind: Option<SourceKind>,

    /// When the source was read, a month or a day [default: this month]
    #[arg(long, value_name = "DATE", value_parser = parse_seen)]
    seen: Option<String>,

    /// Show what is new or differs from the catalog, instead of a file; ends with 1 when something does
    #[arg(long)]
    diff: bool,

    /// How the difference is shown
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = Format::Text, requires = "diff")]
    format: Format,

    /// Catalog file, or folder of catalog files, laid over the embedded catalog
    #[arg(long, value_name = "PATH")]
    catalog: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Combination {
    /// One of them is enough
    Any,
    /// All of them are needed
    All,
    /// Nobody says
    Unstated,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SourceKind {
    VendorOpenapi,
    VendorDocs,
    VendorSdk,
    ThirdParty,
}

impl SourceKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::VendorOpenapi => "vendor-openapi",
            Self::VendorDocs => "vendor-docs",
            Self::VendorSdk => "vendor-sdk",
            Self::ThirdParty => "third-party",
        }
    }
}

fn parse_id(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !text.is_empty() && text.chars().all(good) {
        return Ok(text.to_owned());
    }
    Err("write small letters, digits and hyphens, for example crm-openapi".to_owned())
}

fn parse_seen(text: &str) -> Result<String, String> {
    let day = if text.len() == "2026-11".len() { format!("{text}-01") } else { text.to_owned() };
    match day.parse::<Date>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("write a month or a day, for example 2026-11 or 2026-11-23".to_owned()),
    }
}

/// Runs the command.
pub(in crate::cli) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let (kind, paths, how) = match &args.from {
        From::Openapi { files, how } => (Kind::OpenApi, files.as_slice(), how),
        From::Apis { file, how } => (Kind::Apis, std::slice::from_ref(file), how),
    };
    let catalog = setup::catalog(how.catalog.iter())?;
    let (address, documents) = read(paths)?;
    let (id, source_kind) = match kind {
        Kind::OpenApi => ("openapi", SourceKind::VendorOpenapi),
        Kind::Apis => ("apis", SourceKind::VendorDocs),
    };
    let options = Options {
        service: how.service.clone(),
        combine: how.combine.map(|combination| match combination {
            Combination::Any => Combine::Any,
            Combination::All => Combine::All,
            Combination::Unstated => Combine::Unstated,
        }),
        source: how.source_id.clone().unwrap_or_else(|| id.to_owned()),
        source_kind: how.source_kind.unwrap_or(source_kind).as_str().to_owned(),
        address: how.source_where.clone().unwrap_or(address),
        seen: how.seen.clone().unwrap_or_else(this_month),
    };
    let import = match import::import(&catalog, &documents, kind, &options) {
        Ok(import) => import,
        Err(failure) => return Err(failed(failure, documents)),
    };
    import_report::remarks(&import, &documents, how.combine.is_none())?;
    if !how.diff {
        crate::cli::print(&import_report::file(&import))?;
        return Ok(Outcome::Clean);
    }
    let differences = import::imported(&catalog, &import.service, &import.endpoints);
    let text = import_report::differences(&import, &documents, &differences, how.format)
        .map_err(|error| CommandError::incomplete(format!("the differences cannot be written as JSON: {error}")))?;
    crate::cli::print(&text)?;
    Ok(if differences.is_empty() { Outcome::Clean } else { Outcome::Findings })
}

fn this_month() -> String {
    jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).date().strftime("%Y-%m").to_string()
}

/// Reads the documents; with them the address that all begin with.
fn read(paths: &[PathBuf]) -> Result<(String, Vec<Document>), CommandError> {
    if paths.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(CommandError::usage("standard input can be read once only").help("name `-` once"));
    }
    let names: Vec<String> = paths.iter().map(|path| name(path)).collect();
    let common = common_folder(&names);
    let mut documents = Vec::with_capacity(paths.len());
    for (at, (path, name)) in paths.iter().zip(&names).enumerate() {
        if names.iter().take(at).any(|other| other == name) {
            return Err(CommandError::usage(format!("`{name}` is named twice")));
        }
        let text = if path.as_os_str() == "-" { files::read_stdin() } else { files::read_file(path) };
        let text = text.map_err(|error| {
            let told = CommandError::incomplete(format!("`{name}`: {}", error.message()));
            match error.help() {
                Some(help) => told.help(help),
                None => told,
            }
        })?;
        let rest = if paths.len() == 1 { "" } else { name.strip_prefix(&common).unwrap_or(name) };
        documents.push(Document::new(Source::new(name.clone(), text), rest));
    }
    let address = match names.as_slice() {
        [only] => only.clone(),
        _ if common.is_empty() => "./".to_owned(),
        _ => common,
    };
    Ok((address, documents))
}

fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() }
}

/// The folder that holds all of the paths, with the slash at its end; empty when there is none.
fn common_folder(names: &[String]) -> String {
    let folder = |name: &str| name.rfind('/').map_or("", |at| name.get(..=at).unwrap_or("")).to_owned();
    let mut common = names.first().map(|name| folder(name)).unwrap_or_default();
    while !common.is_empty() && !names.iter().all(|name| name.starts_with(&common)) {
        common.pop();
        common = folder(&common);
    }
    common
}

fn failed(failure: Failure, documents: Vec<Document>) -> CommandError {
    let message = failure.to_string();
    match failure {
        Failure::Documents(problems) => {
            let mut sources = Sources::default();
            let ids: Vec<SourceId> =
                documents.into_iter().map(|document| sources.add(document.into_source())).collect();
            let placed = |(at, problem): (usize, Problem)| ids.get(at).map(|&id| (id, problem));
            CommandError::bad_inputs(sources, problems.into_iter().filter_map(placed).collect())
        }
        Failure::SeveralServices(names) => {
            let first = names.first().map_or("NAME", String::as_str).to_owned();
            CommandError::usage(message).help(format!("choose one, for example with --service {first}"))
        }
        Failure::BadService(_) => CommandError::usage(message).help("write it as in a scope, for example ZohoCRM"),
        Failure::Nothing(_) => CommandError::incomplete(message).help("choose another service, or leave --service out"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_folder_is_made_of_whole_names() {
        for (names, expected) in [
            (&["a/b/x.json", "a/b/y.json"][..], "a/b/"),
            (&["a/bc/x.json", "a/bd/y.json"], "a/"),
            (&["x.json", "y.json"], ""),
            (&["/x.json", "/a/y.json"], "/"),
            (&["a/x.json", "b/y.json"], ""),
            (&[], ""),
        ] {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(common_folder(&names), expected, "{names:?}");
        }
    }

    #[test]
    fn months_and_days_are_dates() {
        for (text, good) in [("2026-11", true), ("2026-11-23", true), ("2026-13", false), ("soon", false), ("", false)]
        {
            assert_eq!(parse_seen(text).is_ok(), good, "{text}");
        }
    }
}
