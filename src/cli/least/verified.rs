//! `zscope least --verify`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::super::error::CommandError;
use super::super::{Outcome, setup};
use crate::least::{Certificate, verify};
use crate::report::{self, clean};

/// The answer for programs.
#[derive(Serialize)]
struct Document<'a> {
    /// Always 1.
    format_version: u32,
    /// Every step of the argument holds.
    holds: bool,
    /// Nothing that suffices for the calls costs less.
    is_least: bool,
    /// `is_least`, and there is no doubt about what the calls need.
    proven: bool,
    /// How many calls the proof is about.
    calls: usize,
    /// How many of them have needs that the input states and the catalog does not.
    taken_on_trust: usize,
    /// What does not hold.
    faults: &'a [String],
    /// What is missing for a proof, says the file.
    missing: &'a [String],
}

pub(super) fn run(path: &Path, catalogs: &[PathBuf], as_json: bool) -> Result<Outcome, CommandError> {
    let text = super::read(path)?;
    let shown = clean(&path.display().to_string()).into_owned();
    let certificate: Certificate = serde_json::from_str(&text).map_err(|error| {
        CommandError::usage(format!("`{shown}` is no proof, in line {} column {}", error.line(), error.column()))
            .help("`zscope least … --proof FILE` writes one")
    })?;
    let catalog = setup::catalog(catalogs.iter())?;
    let checked = verify(&catalog, &certificate);
    let holds = checked.faults.is_empty();
    if as_json {
        let document = Document {
            format_version: 1,
            holds,
            is_least: checked.is_least,
            proven: checked.is_proven,
            calls: checked.calls,
            taken_on_trust: checked.taken_on_trust,
            faults: &checked.faults,
            missing: &certificate.missing,
        };
        let text = report::document(&document)
            .map_err(|error| CommandError::incomplete(format!("the answer cannot be written as JSON: {error}")))?;
        super::super::print(&text)?;
    } else {
        let mut text = String::new();
        for fault in &checked.faults {
            text.push_str(&format!("  {}\n", clean(fault)));
        }
        let count = checked.calls;
        let scopes = certificate.scopes.len();
        let about = format!("{scopes} scopes for {count} calls");
        let verdict = match (holds, checked.is_proven, checked.is_least) {
            (false, ..) => format!("the proof does not hold: {about}\n{text}"),
            (true, true, _) => format!("the proof holds: {about}, and nothing that suffices reaches less\n"),
            (true, false, true) => format!(
                "every step holds: {about}, and nothing that suffices for these reaches less; something is missing all the same\n"
            ),
            (true, false, false) => format!("every step holds, and no proof comes of it: {about}\n"),
        };
        let mut verdict = verdict;
        if holds {
            for missing in &certificate.missing {
                verdict.push_str(&format!("  {}\n", clean(missing)));
            }
        }
        if checked.taken_on_trust > 0 {
            verdict.push_str(&format!("  what {} of them need the input states\n", checked.taken_on_trust));
        }
        super::super::print(&verdict)?;
    }
    Ok(if holds && checked.is_proven { Outcome::Clean } else { Outcome::Findings })
}
