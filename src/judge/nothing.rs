//! Deny entries that name nothing: whoever wrote them believes that something is denied.

use std::collections::BTreeSet;

use super::entries::Entries;
use crate::access::{Graph, Reading, identify, near_service, suggest};
use crate::catalog::Catalog;
use crate::policy::{Entry, Policy};
use crate::scope::{Part, closest};
use crate::text::{Problem, SourceId};

/// The deny entries of a policy, those of its applications and of what it extends included, that name no service and no
/// scope that the catalog knows; each as a problem of its file.
#[must_use]
pub fn denials_of_nothing(catalog: &Catalog, policy: &Policy) -> Vec<(SourceId, Problem)> {
    let entries = policy.deny.iter().chain(policy.apps.iter().flat_map(|app| &app.deny));
    let problem = |entry: &Entry| {
        let (why, help) = why_nothing(catalog, entry)?;
        let message = format!("`{}` denies nothing: {why}", entry.text);
        Some((entry.place.source, Problem::new(entry.place.span, message).help(help)))
    };
    entries.filter_map(problem).collect()
}

/// Why an entry names no scope that the catalog has, and what helps; `None` where it names one.
#[must_use]
pub fn names_nothing(catalog: &Catalog, entry: &Entry) -> Option<(String, String)> {
    if let Some(why) = why_nothing(catalog, entry) {
        return Some(why);
    }
    let compiled = Entries::new(catalog, vec![entry]);
    let is_named = (0..catalog.count()).any(|service| {
        let mut named = false;
        compiled.each_named(Graph::of(catalog), service, Reading::AtMost, |_, _| named = true);
        named
    });
    if is_named {
        return None;
    }
    // What a placeholder of the catalog stands for is no name that it has.
    let literal = entry.pattern.literal();
    if literal.as_ref().is_some_and(|scope| identify(catalog, scope).is_known()) {
        return None;
    }
    let near = literal.and_then(|scope| suggest(catalog, &identify(catalog, &scope)));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "take it out, or describe it in a catalog file of your own (`catalog:`) if Zoho has it".to_owned(),
    };
    Some(("the catalog has no such scope".to_owned(), help))
}

/// Why an entry names nothing, and what helps; `None` where it names something.
fn why_nothing(catalog: &Catalog, entry: &Entry) -> Option<(String, String)> {
    let own = || "describe it in a catalog file of your own (`catalog:`) if Zoho has it".to_owned();
    let first = match entry.pattern.parts() {
        [Part::Names(words)] => {
            let known = words.iter().any(|word| catalog.word(word).is_some());
            let near = words.iter().find_map(|word| closest(word, catalog.words()));
            let help = near.map_or_else(own, |near| format!("did you mean `{near}`?"));
            return (!known).then(|| ("the catalog knows no such scope".to_owned(), help));
        }
        [first, ..] => first,
        [] => return None,
    };
    if let Part::Names(names) = first {
        let is_known = |name: &String| catalog.number(name).is_some() || catalog.alias(name).is_some();
        if names.iter().any(is_known) {
            return None;
        }
        let [name, ..] = names.as_slice() else { return None };
        let near = near_service(catalog, name).map(|near| {
            let rest = entry.text.split_once('.').map_or("", |(_, rest)| rest);
            format!("did you mean `{}.{rest}`?", near.name)
        });
        return Some((format!("the catalog knows no service `{name}`"), near.unwrap_or_else(own)));
    }
    let entries = Entries::new(catalog, vec![entry]);
    let mut named = false;
    for service in 0..catalog.count() {
        entries.each_named(Graph::of(catalog), service, Reading::AtMost, |_, _| named = true);
        if named {
            return None;
        }
    }
    let known = catalog.services().flat_map(|service| &service.resources).flat_map(|resource| &resource.operations);
    let operations: BTreeSet<&str> = known.map(|operation| operation.name.as_str()).collect();
    let near = match entry.pattern.parts().last() {
        Some(Part::Names(names))
            if names.len() == 1 && !operations.iter().any(|known| known.eq_ignore_ascii_case(&names[0])) =>
        {
            let usual = ["READ", "CREATE", "UPDATE", "DELETE", "WRITE", "ALL"];
            closest(&names[0], usual).or_else(|| closest(&names[0], operations.iter().copied()))
        }
        _ => None,
    };
    let help = near.map(|near| {
        let front = entry.text.rsplit_once('.').map_or("", |(front, _)| front);
        format!("did you mean `{front}.{near}`?")
    });
    Some(("it matches no scope that the catalog knows".to_owned(), help.unwrap_or_else(own)))
}
