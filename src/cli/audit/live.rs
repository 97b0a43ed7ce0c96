//! The live part of `zscope audit`: an inventory read, the token endpoint asked, answers handed on as sources.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::progress::Progress;
use crate::cli::error::CommandError;
use crate::cli::files;
use crate::input::token::{self, Origin};
use crate::live::inventory::{self, ClientId, Grant, GrantType, Inventory, Requested};
use crate::live::{self, Asked, Fault, MINTING, Options, System, Transport};
use crate::report::NotEvaluated;
use crate::review::grants::Stream;
use crate::scope::Scope;
use crate::text::Sources;

/// Options of `zscope audit --live`.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Live audit")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(super) struct LiveArgs {
    /// Ask Zoho's token endpoint what the grants of an inventory hold. Each grant mints one access token, which is
    /// dropped at once
    #[arg(long, requires = "inventory", conflicts_with = "inputs")]
    pub(super) live: bool,

    /// The inventory: apps, data centres, and where secrets are found; see `zscope schema inventory --example`
    #[arg(long, value_name = "FILE", requires = "live")]
    inventory: Option<PathBuf>,

    /// Ask about the grants that have this tag. May be repeated: any of them
    #[arg(long, value_name = "TAG", requires = "live")]
    tag: Vec<String>,

    /// Accept that access tokens are minted, without being asked
    #[arg(long, requires = "live")]
    yes: bool,

    /// Show what would be sent, with secrets masked, and send nothing
    #[arg(long, requires = "live")]
    dry_run: bool,

    /// Give each access token back when its scopes are read
    #[arg(long, requires = "live")]
    revoke: bool,

    /// How many clients are asked about at the same time
    #[arg(long, value_name = "N", requires = "live", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    jobs: u8,

    /// How long one request may take, and a program that prints a secret
    #[arg(long, value_name = "SECONDS", requires = "live", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=600))]
    timeout: u16,

    /// Certificates (PEM) of authorities to trust beside the system's, for example a proxy's
    #[arg(long, value_name = "PEM", requires = "live")]
    ca_file: Vec<PathBuf>,
}

/// What the token endpoint said of the grants of an inventory.
pub(super) struct Gathered {
    /// The grants that answered, in the order of the inventory.
    answered: Vec<Answered>,
    /// The others, and what else could not be had.
    not_evaluated: Vec<NotEvaluated>,
}

/// What one grant holds.
struct Answered {
    /// The grant, as the inventory has it.
    grant: Grant,
    /// The answer, for the readers of token responses. It holds no secret.
    text: String,
    /// The scopes that the app asks for, when the inventory says it.
    requested: Option<Vec<Scope>>,
}

impl Gathered {
    /// Hands the answers on to be judged, each as the grant of its app.
    pub(super) fn stream(self, stream: &mut Stream<'_, '_>) -> Result<(), CommandError> {
        for answered in self.answered {
            let label = answered.grant.label();
            let sources = &mut stream.collector.sources;
            let mut grants = token::read_record(&format!("<live {label}>"), &answered.text, sources).grants;
            for grant in &mut grants {
                grant.name.clone_from(&label);
                grant.labels = vec![(answered.grant.app.clone(), grant.place)];
                if let ClientId::Written(id) = &answered.grant.client_id {
                    grant.labels.push((id.value.clone(), grant.place));
                    grant.client = Some((id.value.clone(), grant.place));
                }
                grant.data_centre = grant.data_centre.or(answered.grant.server.data_centre.map(|centre| centre.code));
                grant.requested.clone_from(&answered.requested);
                grant.origin = Some(origin(&answered.grant));
            }
            stream.grants(grants).map_err(|error| CommandError::stdout(&error))?;
        }
        for missed in self.not_evaluated {
            stream.collector.unread(missed);
        }
        Ok(())
    }
}

impl LiveArgs {
    /// The inventory, where one is named.
    pub(super) fn inventory_path(&self) -> Option<&Path> {
        self.inventory.as_deref()
    }

    /// Reads the inventory and asks about its grants; of `app` alone when one is named. What their apps request is told
    /// by the inventory unless something else says it. `None` when what would be sent was shown instead.
    pub(super) fn gather(
        &self,
        app: Option<&str>,
        inventory_says_requested: bool,
        offline: bool,
        sources: &mut Sources,
    ) -> Result<Option<Gathered>, CommandError> {
        let inventory = self.inventory(sources)?;
        let grants = self.chosen(&inventory, app)?;
        let (jobs, patience) = (usize::from(self.jobs), Duration::from_secs(u64::from(self.timeout)));
        let options = Options { jobs, revoke: self.revoke, patience, ..Options::default() };
        if self.dry_run {
            crate::cli::print(&live::plan(&grants, &options))?;
            return Ok(None);
        }
        if offline {
            return Err(CommandError::usage("`--live` uses the network, and `--offline` forbids it")
                .help("leave one of the two out; `--dry-run` shows what would be sent"));
        }
        let requested = |grant: &&Grant| if inventory_says_requested { requested(grant, sources) } else { Ok(None) };
        let requested = grants.iter().map(requested).collect::<Result<Vec<_>, _>>()?;
        let transport = self.connect()?;
        self.accept(&grants)?;
        let progress = Progress::start(grants.len());
        let asked = live::run(&grants, transport.as_ref(), &System, &options, &progress);
        progress.end();
        Ok(Some(sorted(&grants, requested, asked)))
    }

    fn inventory(&self, sources: &mut Sources) -> Result<Inventory, CommandError> {
        let path = self.inventory.clone().unwrap_or_default();
        let text = files::read_file(&path).map_err(|error| {
            CommandError::usage(format!("the inventory `{}`: {}", path.display(), error.message()))
                .help("`zscope schema inventory --example` prints one to begin with")
        })?;
        inventory::load(&path, &text, sources)
            .map_err(|errors| CommandError::problems(std::mem::take(sources), errors.problems))
    }

    /// The grants that the app and the tags choose.
    fn chosen<'i>(&self, inventory: &'i Inventory, app: Option<&str>) -> Result<Vec<&'i Grant>, CommandError> {
        let of_app = |grant: &&Grant| app.is_none_or(|app| grant.app == app);
        let tagged = |grant: &&Grant| self.tag.is_empty() || grant.tags.iter().any(|tag| self.tag.contains(tag));
        let grants: Vec<&Grant> = inventory.grants.iter().filter(of_app).filter(tagged).collect();
        if !grants.is_empty() {
            return Ok(grants);
        }
        let error = CommandError::usage("no grant of the inventory is chosen by `--app` and `--tag`");
        let mut apps: Vec<&str> = inventory.grants.iter().map(|grant| grant.app.as_str()).collect();
        apps.dedup();
        let near = app.and_then(|app| crate::scope::closest(app, apps.iter().copied()));
        Err(match (app, near) {
            (Some(app), Some(near)) if near != app => error.help(format!("did you mean `{near}`?")),
            _ => {
                let shown = apps.iter().take(12).copied().collect::<Vec<_>>().join(", ");
                let more = if apps.len() > 12 { ", …" } else { "" };
                error.help(format!("its apps: {shown}{more}"))
            }
        })
    }

    /// Says what minting does, and asks unless it is accepted already.
    fn accept(&self, grants: &[&Grant]) -> Result<(), CommandError> {
        crate::cli::tell(&format!("note: {MINTING}"));
        let open: Vec<&&Grant> = grants.iter().filter(|grant| !grant.accept_minting).collect();
        let Some(first) = open.first().filter(|_| !self.yes) else { return Ok(()) };
        let of = match open.len() {
            1 => format!("`{}`", first.label()),
            more => format!("`{}` and {} more", first.label(), more - 1),
        };
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            let mut line = String::new();
            // Nothing can be done when standard error is closed; the answer is no, then.
            let _ = write!(anstream::stderr().lock(), "mint access tokens for {of}? [y/N] ");
            let read = io::stdin().lock().read_line(&mut line);
            if read.is_ok() && ["y", "yes"].contains(&line.trim().to_ascii_lowercase().as_str()) {
                return Ok(());
            }
            return Err(CommandError::usage("not accepted: nothing was sent"));
        }
        Err(CommandError::usage(format!("nobody has accepted that access tokens are minted for {of}"))
            .help("add `--yes`, or `accept-minting: true` to the inventory; `--dry-run` shows what would be sent"))
    }

    #[cfg(feature = "online")]
    fn connect(&self) -> Result<Box<dyn Transport>, CommandError> {
        let mut authorities = Vec::new();
        for path in &self.ca_file {
            let pem = files::read_file(path).map_err(|error| {
                CommandError::usage(format!("the certificates `{}`: {}", path.display(), error.message()))
            })?;
            authorities.push(pem.into_bytes());
        }
        let setup = live::Setup { timeout: Duration::from_secs(u64::from(self.timeout)), authorities };
        match live::Https::new(&setup) {
            Ok(https) => Ok(Box::new(https)),
            Err(fault) => Err(CommandError::usage(fault.message).help(fault.help.unwrap_or_default())),
        }
    }

    #[cfg(not(feature = "online"))]
    fn connect(&self) -> Result<Box<dyn Transport>, CommandError> {
        let _ = (Duration::from_secs(u64::from(self.timeout)), &self.ca_file);
        Err(CommandError::usage("this zscope was built without the network (Cargo feature `online`)")
            .help("install one with it, or save token responses and audit the files"))
    }
}

/// Where a grant was asked about.
fn origin(grant: &Grant) -> Origin {
    Origin {
        accounts: grant.server.accounts.clone(),
        client: match &grant.client_id {
            ClientId::Written(id) => Some(id.value.clone()),
            ClientId::At(_) => None,
        },
        is_client_credentials: matches!(grant.grant_type, GrantType::ClientCredentials { .. }),
    }
}

/// The scopes that a grant's app asks for, when the inventory says it.
fn requested(grant: &Grant, sources: &mut Sources) -> Result<Option<Vec<Scope>>, CommandError> {
    match &grant.requested {
        None => Ok(None),
        // The inventory's reader has seen that each is a scope.
        Some(Requested::Listed(scopes)) => {
            Ok(Some(scopes.iter().filter_map(|scope| scope.value.parse().ok()).collect()))
        }
        Some(Requested::File(path)) if !path.value.is_file() => {
            let message =
                format!("the file `{}`, which `{}` names, does not exist", path.value.display(), grant.label());
            Err(CommandError::usage(message).help("`requested-file` begins at the folder of the inventory"))
        }
        Some(Requested::File(path)) => super::requested(path.value.as_os_str(), sources).map(Some),
    }
}

/// What was answered, and what was not.
fn sorted(grants: &[&Grant], requested: Vec<Option<Vec<Scope>>>, asked: Vec<Asked>) -> Gathered {
    let mut gathered = Gathered { answered: Vec::new(), not_evaluated: Vec::new() };
    for ((grant, requested), asked) in grants.iter().zip(requested).zip(asked) {
        let label = grant.label();
        let mut missed = |what: &str, fault: Fault| {
            gathered.not_evaluated.push(NotEvaluated {
                input: label.clone(),
                message: format!("{what}{}", fault.message),
                help: fault.help.map(str::to_owned),
                place: Some(grant.place),
            });
        };
        if let Some(Err(fault)) = asked.revoked {
            missed("the access token was not given back, and lives for up to an hour: ", fault);
        }
        match asked.answer {
            Ok(answer) => {
                gathered.answered.push(Answered { grant: (*grant).clone(), text: answer.text, requested });
            }
            Err(fault) => missed("", fault),
        }
    }
    gathered
}
