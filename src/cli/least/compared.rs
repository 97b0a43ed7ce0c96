//! What is asked for, or held, against the answer.

use std::fmt::Write as _;
use std::path::Path;

use super::super::error::CommandError;
use super::Answer;
use crate::input::token::{self, State, answer_of};
use crate::least::{Comparison, Idle, Least};
use crate::report::clean;
use crate::scope::Scope;
use crate::text::Sources;

/// How many permissions are named that would be dropped.
const NAMED: usize = 6;

/// A list that was compared.
pub(super) struct Compared {
    /// What it is, as a person is told: `what is requested`, `the token NAME`.
    pub(super) what: String,
    pub(super) is_granted: bool,
    /// `None` where nobody knows what the token holds.
    pub(super) found: Option<Comparison>,
}

impl Compared {
    /// Whether nothing is unused, missing or too wide.
    pub(super) fn is_clean(&self) -> bool {
        self.found
            .as_ref()
            .is_some_and(|found| found.unused.is_empty() && found.missing.is_empty() && found.swaps.is_empty())
    }
}

/// The scopes of each token in a file, by a name to show; `None` where the response does not say.
pub(super) type Granted = Vec<(String, Option<Vec<Scope>>)>;

pub(super) fn granted(path: &Path, sources: &mut Sources) -> Result<Granted, CommandError> {
    let name = if path == Path::new("-") { "<stdin>".to_owned() } else { path.to_string_lossy().into_owned() };
    let text = super::read(path)?;
    let grants = token::read_tokens(&name, &text, sources).grants;
    if grants.is_empty() {
        return Err(CommandError::usage(format!("no token response found in `{name}`"))
            .help("--requested takes a list of scopes"));
    }
    let of_grant = |grant: token::Grant| {
        let scopes = grant.request.items.iter().filter_map(|item| item.scope.as_ref().ok().cloned()).collect();
        (grant.name, (grant.state == State::Known).then_some(scopes))
    };
    Ok(grants.into_iter().map(of_grant).collect())
}

pub(super) fn compare(least: &Least<'_>, requested: Option<&[Scope]>, granted: Granted) -> Vec<Compared> {
    let mut all = Vec::new();
    if let Some(requested) = requested {
        let found = Some(least.compare(requested));
        all.push(Compared { what: "what is requested".to_owned(), is_granted: false, found });
    }
    for (name, held) in granted {
        let found = held.map(|held| least.compare(&held));
        all.push(Compared { what: format!("the token {name}"), is_granted: true, found });
    }
    all
}

/// A section of the answer for people.
pub(super) fn render(answer: &Answer<'_>, compared: &Compared) -> String {
    let mut text = String::new();
    let what = clean(&compared.what);
    let Some(found) = &compared.found else {
        return format!("\n{what}: the response does not say what it holds\n");
    };
    if compared.is_clean() {
        return format!("\n{what}: nothing is unused, missing or too wide\n");
    }
    let rows = &answer.least.rows;
    let names =
        |scopes: &[Scope]| clean(&scopes.iter().map(Scope::to_string).collect::<Vec<_>>().join(", ")).into_owned();
    let call = |row: usize| rows.get(row).map_or_else(String::new, |row| clean(&row.call).into_owned());
    let _ = writeln!(text, "\n{what}");
    for unused in &found.unused {
        let scope = clean(&unused.scope.to_string()).into_owned();
        let _ = match &unused.why {
            Idle::GivesNothing => writeln!(text, "  unused   {scope}"),
            Idle::GivenBy(others) => {
                writeln!(text, "  unused   {scope}: what is needed of it, {} gives", names(others))
            }
        };
        if let Some(row) = unused.perhaps_for.first() {
            let more = unused.perhaps_for.len() - 1;
            let others = if more > 0 { format!(" and {more} more") } else { String::new() };
            let _ = writeln!(text, "           not sure: `{}`{others} may need it", call(*row));
        }
    }
    for swap in &found.swaps {
        let does = if swap.instead.len() == 1 { "does" } else { "do" };
        let _ = writeln!(text, "  too wide {}: {} {does}", clean(&swap.scope.to_string()), names(&swap.instead));
    }
    for lacking in &found.missing {
        let _ = writeln!(text, "  missing  {}: `{}` will fail", names(&lacking.add), call(lacking.row));
        let service = rows.get(lacking.row).and_then(|row| row.known).map(|(service, _)| service.name.as_str());
        if let Some(answer) = service.and_then(answer_of) {
            let _ = writeln!(text, "           it is answered with {answer}");
        }
    }
    if found.dropped > 0 {
        let shown = found.dropped_permissions.get(..NAMED).unwrap_or(&found.dropped_permissions);
        let more = found.dropped_permissions.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(text, "  the answer drops access of weight {}: {}{more}", found.dropped, names(shown));
    }
    text
}
