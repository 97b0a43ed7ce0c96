//! `zscope init ci`: jobs for CI services.

use std::io::ErrorKind;
use std::path::Path;

use clap::ValueEnum;

use super::super::draft::Goal;
use super::super::error::CommandError;
use super::super::{Outcome, print, tell};

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

    /// Git repository that zscope is installed from
    #[arg(long, value_name = "URL", default_value = REPOSITORY, value_parser = address)]
    from: String,
}

const EXAMPLES: &str = "\
Examples:
  zscope init ci github --write
  zscope init ci gitlab --from https://git.example.com/security/zscope >> .gitlab-ci.yml";

/// Where zscope comes from, as far as it knows. The owner's name is for the reader to fill in.
const REPOSITORY: &str = "https://github.com/OWNER/zscope";

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

/// An address that can stand in a shell word, in YAML and in Groovy without quoting.
fn address(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:@%+".contains(c);
    let text = text.trim_end_matches('/');
    if text.starts_with('-') || text.is_empty() || !text.chars().all(plain) {
        return Err("write the address of a Git repository, for example https://github.com/OWNER/zscope".to_owned());
    }
    Ok(text.trim_end_matches(".git").to_owned())
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Outcome, CommandError> {
    let text = filled(args.service, &args.from);
    if args.write {
        write(Path::new(args.service.path()), &text)?;
        tell(&format!("wrote {}", args.service.path()));
    } else {
        print(&text)?;
    }
    if args.from == REPOSITORY {
        tell(&format!("replace OWNER in {REPOSITORY}, or say --from URL"));
    }
    Ok(Outcome::Clean)
}

fn filled(service: Service, from: &str) -> String {
    // GitHub names a repository of its own by owner and name.
    let start = from.rmatch_indices(['/', ':']).nth(1).map_or(0, |(at, _)| at + 1);
    let action = from.get(start..).unwrap_or(from);
    service.template().replace("@REPOSITORY@", from).replace("@ACTION@", action)
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

    #[test]
    fn every_template_is_filled() {
        for service in Service::value_variants() {
            let text = filled(*service, "https://git.example.com/security/zscope");
            assert!(!text.contains("@REPOSITORY@") && !text.contains("@ACTION@") && !text.contains("OWNER"), "{text}");
            assert!(text.contains("git.example.com/security/zscope") && text.contains("zscope scan"), "{text}");
        }
    }

    #[test]
    fn an_action_is_named_by_owner_and_name() {
        for from in ["https://github.com/acme/zscope", "git@github.com:acme/zscope", "acme/zscope"] {
            assert!(filled(Service::Github, from).contains("uses: acme/zscope@"), "{from}");
        }
    }

    #[test]
    fn addresses_break_out_of_nothing() {
        assert_eq!(address("https://github.com/acme/zscope.git/").as_deref(), Ok("https://github.com/acme/zscope"));
        assert_eq!(address("git@example.com:acme/zscope").as_deref(), Ok("git@example.com:acme/zscope"));
        for wrong in ["", "-u", "x y", "a\nb", "$(x)", "a'b", "a\"b", "`x`", "#"] {
            assert!(address(wrong).is_err(), "{wrong:?}");
        }
    }
}
