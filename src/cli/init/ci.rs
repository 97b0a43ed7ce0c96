//! `zscope init ci`: jobs for CI services.

use std::io::ErrorKind;
use std::path::Path;

use clap::ValueEnum;

use super::super::draft::Goal;
use super::super::error::CommandError;
use super::super::{Outcome, print, tell};
use crate::text::digest::Digest;

/// Arguments of `zscope init ci`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in super::super) struct Args {
    /// The CI service
    #[arg(value_name = "NAME", value_enum)]
    service: Service,

    /// Write the file where the service looks for it, instead of standard output. A file that is there is never touched
    #[arg(long)]
    write: bool,

    /// Where the job gets zscope: `pypi`, or the address of the folder that holds the archive of this version, such as
    /// the files of a release
    #[arg(long, value_name = "pypi|URL", default_value = "pypi", value_parser = source)]
    from: Source,

    /// SHA-256 of the only program that the job may run, as `SHA256SUMS` of a release tells it. Without it, that of this
    /// program
    #[arg(long, value_name = "HEX", value_parser = digest)]
    sha256: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  zscope init ci github --write
  zscope init ci gitlab --from https://files.example.com/zscope/0.1.0 >> .gitlab-ci.yml";

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The platform of the machines that run the jobs, and of the program that they get.
const TARGET: &str = "x86_64-unknown-linux-musl";

/// Whether this program is built as those that are released.
const IS_RELEASED: bool = cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "musl"));

/// Where a job gets the program.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// The wheel of this version.
    Pypi,
    /// The folder that holds the archive.
    Folder(String),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Service {
    /// GitHub Actions: annotations, and findings under code scanning
    Github,
    /// GitLab CI: findings in the merge request
    Gitlab,
    /// Jenkins: findings as test results
    Jenkins,
    /// Azure Pipelines: findings as test results
    Azure,
    /// Bitbucket Pipelines: findings as test results
    Bitbucket,
}

impl Service {
    /// Where the service looks for its file.
    fn path(self) -> &'static str {
        match self {
            Self::Github => ".github/workflows/zscope.yml",
            Self::Gitlab => ".gitlab-ci.yml",
            Self::Jenkins => "Jenkinsfile",
            Self::Azure => "azure-pipelines.yml",
            Self::Bitbucket => "bitbucket-pipelines.yml",
        }
    }

    /// The folder of the job that the program is put into: outside the checkout, which is scanned.
    fn tools(self) -> &'static str {
        match self {
            Self::Github => "$RUNNER_TEMP/zscope",
            Self::Azure => "$(Agent.TempDirectory)/zscope",
            Self::Gitlab | Self::Jenkins | Self::Bitbucket => "/tmp/zscope",
        }
    }

    fn template(self) -> &'static str {
        match self {
            Self::Github => include_str!("github.yml"),
            Self::Gitlab => include_str!("gitlab.yml"),
            Self::Jenkins => include_str!("Jenkinsfile"),
            Self::Azure => include_str!("azure.yml"),
            Self::Bitbucket => include_str!("bitbucket.yml"),
        }
    }
}

/// `pypi`, or an address that can stand in a shell word, in YAML and in Groovy without quoting.
fn source(text: &str) -> Result<Source, String> {
    if text == "pypi" {
        return Ok(Source::Pypi);
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:@%+".contains(c);
    let text = text.trim_end_matches('/');
    let host = text.strip_prefix("https://").unwrap_or_default();
    if host.is_empty() || host.starts_with('/') || !text.chars().all(plain) {
        return Err(format!(
            "write `pypi`, or the address of the folder that holds zscope-{TARGET}.tar.gz, for example \
             https://files.example.com/zscope/{VERSION}"
        ));
    }
    Ok(Source::Folder(text.to_owned()))
}

fn digest(text: &str) -> Result<String, String> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("a SHA-256 is written as 64 hexadecimal digits".to_owned())
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let sha256 = match &args.sha256 {
        Some(sha256) => sha256.clone(),
        None => own_digest()?,
    };
    let text = filled(args.service, &args.from, &sha256);
    if args.write {
        write(Path::new(args.service.path()), &text)?;
        tell(&format!("wrote {}", args.service.path()));
    } else {
        print(&text)?;
    }
    if args.sha256.is_none() && !IS_RELEASED {
        tell(
            "the job runs this very program alone, which is built otherwise than those that are released: \
             say --sha256, from SHA256SUMS of a release, or put this one where --from leads",
        );
    }
    Ok(Outcome::Clean)
}

/// What the bytes of this program sum up to. Packages of a release hold the same program.
fn own_digest() -> Result<String, CommandError> {
    let read = std::env::current_exe().and_then(std::fs::read);
    let program = read.map_err(|error| {
        CommandError::usage(format!("this program cannot read itself: {error}"))
            .help("say --sha256, from SHA256SUMS of a release")
    })?;
    let mut digest = Digest::default();
    digest.add(program);
    Ok(digest.hex())
}

fn filled(service: Service, from: &Source, sha256: &str) -> String {
    let tools = service.tools();
    // Nothing of what is fetched runs before it is known to be the program that is meant.
    let get = match from {
        Source::Pypi => format!(
            "python3 -m venv \"{tools}\" && \"{tools}/bin/pip\" install --quiet --no-deps --only-binary=zscope \
             zscope=={VERSION}"
        ),
        Source::Folder(folder) => format!(
            "mkdir -p \"{tools}/bin\" && curl -fsSL -o \"{tools}/zscope.tar.gz\" {folder}/zscope-{TARGET}.tar.gz && \
             tar -xzf \"{tools}/zscope.tar.gz\" -C \"{tools}/bin\" --strip-components=1 zscope-{TARGET}/zscope"
        ),
    };
    let verify = format!("echo \"{sha256}  {tools}/bin/zscope\" | sha256sum --check --strict");
    let text = service.template().replace("@GET@", &get).replace("@VERIFY@", &verify);
    text.replace("@TOOLS@", tools).replace("@VERSION@", VERSION)
}

fn write(path: &Path, text: &str) -> Result<(), CommandError> {
    let failed =
        |error: &dyn std::fmt::Display| CommandError::usage(format!("`{}` cannot be written: {error}", path.display()));
    let put = Goal::new_at(path).and_then(|goal| goal.put_new(text));
    put.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            CommandError::usage(format!("`{}` is there already: nothing was written", path.display()))
                .help("leave --write out, and add the job that is printed")
        }
        _ => failed(&error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> Source {
        Source::Folder("https://files.example.com/zscope/0.1.0".to_owned())
    }

    #[test]
    fn every_template_is_filled() {
        let sha256 = "a".repeat(64);
        for service in Service::value_variants() {
            for (from, got) in [(Source::Pypi, "zscope=="), (folder(), "files.example.com/zscope/0.1.0/zscope-x86_64")]
            {
                let text = filled(*service, &from, &sha256);
                assert!(!["@GET", "@VER", "@TOOLS", "OWNER"].iter().any(|place| text.contains(place)), "{text}");
                assert!(text.contains(got) && text.contains("zscope scan") && text.contains(&sha256), "{text}");
                let (before, after) = text.split_once("sha256sum --check").unwrap();
                assert!(
                    !before.contains("zscope scan") && after.contains("zscope scan"),
                    "known before it runs: {text}"
                );
            }
        }
    }

    #[test]
    fn addresses_break_out_of_nothing() {
        assert_eq!(source("https://files.example.com/zscope/0.1.0/"), Ok(folder()));
        assert_eq!(source("pypi"), Ok(Source::Pypi));
        let wrong =
            ["", "-u", "x y", "a\nb", "$(x)", "https://a'b", "https://a\"b", "https://`x`", "#", "http://x.example"];
        for wrong in wrong {
            assert!(source(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_digest_is_one() {
        assert_eq!(digest(&"AB".repeat(32)), Ok("ab".repeat(32)));
        for wrong in ["", "ab", &"g".repeat(64), &"a".repeat(65)] {
            assert!(digest(wrong).is_err(), "{wrong}");
        }
    }
}
