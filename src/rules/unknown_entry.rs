//! ZS306 unknown-entry.

use super::words::quoted;
use super::{Check, Rule, RunContext};
use crate::access::{self, Identity, Known, Unknown};
use crate::catalog::Catalog;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::policy::Entry;
use crate::scope::{Part, Pattern};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS306",
        "unknown-entry",
        Severity::Warning,
        "an entry of the policy names a scope or service that the catalog does not know",
        DOCS,
    ),
    check: Check::Run(check),
};

const DOCS: &str = r"## What it does
Reports an entry of `allow`, `deny` or a waiver's `scopes` that names a scope or a service the catalog does not know, or
whose pattern matches no scope of the catalog.

## Why is this bad?
A misspelt `deny` entry denies nothing, and nobody notices. A misspelt `allow` entry or waiver fails later, far from the
line that is wrong.

## Example
```yaml
version: 1
default: allow
deny: [ZohoBooks.setings.**]
```
```scope
ZohoBooks.invoices.READ
```

## Use instead
```yaml
version: 1
default: allow
deny: [ZohoBooks.settings.**]
```
```scope
ZohoBooks.invoices.READ
```

## Remarks
A `deny` entry that names neither a service nor a scope that the catalog knows is an error of the policy itself, and
nothing is judged by it.

Any other entry stays in force: it may name something that Zoho has and the catalog has not. Describe that in a catalog
file of your own (`--catalog`), or silence the rule where you are sure.
";

fn check(cx: &RunContext<'_>) -> Vec<Finding> {
    let of_apps = cx.policy.apps.iter().flat_map(|app| app.allow.iter().chain(&app.deny));
    let of_waivers = cx.policy.waivers.iter().flat_map(|waiver| &waiver.scopes);
    let entries = cx.policy.allow.iter().chain(&cx.policy.deny).chain(of_apps).chain(of_waivers);
    entries.filter_map(|entry| unknown(cx, entry)).collect()
}

fn unknown(cx: &RunContext<'_>, entry: &Entry) -> Option<Finding> {
    let catalog = cx.catalog;
    let finding = |message: String| cx.of_policy(None, entry.place, message);
    if let Some(scope) = entry.pattern.literal() {
        let identity = access::identify(catalog, &scope);
        if identity.is_known() {
            return None;
        }
        let finding = finding(format!("the catalog does not know `{}`", entry.text)).scope(&identity.scope);
        return Some(finding.help(meant(catalog, &identity)));
    }
    let Some(Part::Names(services)) = entry.pattern.parts().first() else { return None };
    let known: Vec<_> = services.iter().filter_map(|name| catalog.service(name)).collect();
    if known.len() < services.len() {
        let missing = services.iter().find(|name| catalog.service(name).is_none())?;
        let finding = finding(format!("the catalog knows no service `{missing}`"));
        let near = access::near_service(catalog, missing);
        return Some(finding.help(match near {
            Some(near) => format!("did you mean `{}`?", near.name),
            None => "look the name up with `zscope explain`, or describe the service in a catalog file".to_owned(),
        }));
    }
    let matches = |pattern: &Pattern| {
        known.iter().any(|service| service.scopes().any(|(scope, _)| pattern.meets(&Pattern::of_scope(&scope))))
    };
    if matches(&entry.pattern) {
        return None;
    }
    Some(
        finding(format!("`{}` matches no scope of the catalog", entry.text))
            .help("`*` is one part and `**` any number: check how many parts the scopes have that are meant"),
    )
}

fn meant(catalog: &Catalog, identity: &Identity<'_>) -> String {
    match access::suggest(catalog, identity) {
        Some(near) => format!("did you mean `{near}`?"),
        None => match identity.known {
            Known::No(Unknown::Operation(_, resource)) => {
                let names = resource.operations.iter().map(|operation| &operation.name);
                format!("the resource has the operations {}", quoted(names, usize::MAX))
            }
            _ => "if Zoho has it, describe it in a catalog file of your own".to_owned(),
        },
    }
}
