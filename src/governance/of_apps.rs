//! Faults of applications.

use globset::GlobBuilder;

use super::faults::{Fault, FaultKind};
use crate::policy::{App, Policy};

/// Words that stand where a name should.
const PLACEHOLDERS: [&str; 8] = ["todo", "tbd", "fixme", "xxx", "owner", "nobody", "unknown", "changeme"];

/// Whether an owner is none yet.
pub(super) fn is_placeholder_name(owner: &str) -> bool {
    let word = owner.trim().trim_matches(['<', '>', '?', '.', '-', '_', '[', ']']).to_ascii_lowercase();
    let first = word.split([' ', ':', '-', '_']).next().unwrap_or("");
    word.is_empty() || PLACEHOLDERS.contains(&&*word) || ["todo", "tbd", "fixme", "changeme"].contains(&first)
}

pub(super) fn faults(policy: &Policy) -> Vec<Fault> {
    let mut found = Vec::new();
    for (at, app) in policy.apps.iter().enumerate() {
        let name = &app.name;
        match &app.owner {
            None => {
                let message = format!("nobody answers for the app `{name}`");
                found.push(Fault::new(FaultKind::NoOwner, app.place, message, "name a team or a person: `owner: …`"));
            }
            Some(owner) if is_placeholder_name(owner) => {
                let message = format!("the owner of the app `{name}` is a placeholder: `{owner}`");
                found.push(Fault::new(FaultKind::PlaceholderOwner, app.place, message, "name who answers for it"));
            }
            Some(_) => {}
        }
        for other in &policy.apps[..at] {
            found.extend(shared_client(app, other));
            found.extend(overlapping_path(app, other));
        }
    }
    found
}

fn shared_client(app: &App, other: &App) -> Option<Fault> {
    let twin = app.clients.iter().find(|client| other.clients.iter().any(|known| known.value == client.value))?;
    let message = format!("the apps `{}` and `{}` have the same client id", other.name, app.name);
    let help = "a client belongs to one app: a grant of it would be judged by the first";
    Some(Fault::new(FaultKind::SharedClient, twin.place, message, help))
}

fn overlapping_path(app: &App, other: &App) -> Option<Fault> {
    let meets = |path: &&crate::policy::Spanned<String>| {
        other.paths.iter().any(|known| covers(&known.value, &path.value) || covers(&path.value, &known.value))
    };
    let path = app.paths.iter().find(meets)?;
    let message = format!("`{}` may belong to the app `{}`, too", path.value, other.name);
    let help = "a file of both is judged for both: part the paths where that is not meant";
    Some(Fault::new(FaultKind::OverlappingPaths, path.place, message, help))
}

/// Whether one glob matches a path that another stands for.
fn covers(glob: &str, other: &str) -> bool {
    let plain = |path: &str| path.trim_start_matches("./").trim_end_matches('/').to_owned();
    let (glob, other) = (plain(glob), plain(other));
    // One path of those that the other stands for; what is no glob stands for a folder, too.
    let sample = other.replace("**", "any/thing").replace('*', "any").replace('?', "a");
    let samples = [sample.clone(), format!("{sample}/thing")];
    [glob.clone(), format!("{glob}/**")].iter().any(|glob| {
        let matcher = GlobBuilder::new(glob).literal_separator(true).build().map(|glob| glob.compile_matcher());
        matcher.is_ok_and(|matcher| samples.iter().any(|sample| matcher.is_match(sample)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_overlap_where_a_file_fits_both() {
        for (one, other, expected) in [
            ("services/a/**", "services/**", true),
            ("services/a", "services/a/b", true),
            ("services/a", "services/b", false),
            ("services/*/x.py", "services/a/x.py", true),
            ("**", "anything", true),
            ("src/*.js", "src/*.ts", false),
        ] {
            assert_eq!(covers(one, other) || covers(other, one), expected, "{one} {other}");
        }
    }

    #[test]
    fn placeholders_are_known() {
        for (owner, expected) in
            [("TODO", true), ("<owner>", true), ("todo: team", true), ("finance", false), ("todos-team", false)]
        {
            assert_eq!(is_placeholder_name(owner), expected, "{owner}");
        }
    }
}
