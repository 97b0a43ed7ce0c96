//! ZS205 sensitive-access.

use std::collections::HashSet;

use super::words::{only_reads, quoted, series};
use super::{Check, Rule, ScopeContext};
use crate::catalog::DataClass;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS205",
        "sensitive-access",
        Severity::Warning,
        "a scope touches users and roles, credentials, code or configuration",
        DOCS,
    )
    .within(&["full-access", "group-access", "all-operations", "write-includes-delete"]),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports a scope that reaches resources of the data classes `users-and-roles`, `credentials`, `code` or `configuration`.
It is a warning where the scope can do more than read, and where it reads credentials or code; a note where it only reads
users, roles and configuration. Full access to a service is reported by `full-access` instead.

## Why is this bad?
These are the places where an attacker with a token becomes an administrator, comes back after the token is revoked, or
finds the keys to other systems. They deserve a look even where the application needs them.

## Example
```scope
ZohoCRM.users.ALL
```
```scope
ZohoVault.secrets.READ
```

## Use instead
```scope
ZohoCRM.modules.leads.READ
```

## Remarks
The data classes of the catalog are this project's own judgement, not the vendor's. A policy can give a resource other
classes, under `data`.
";

/// What is looked for, in the order in which it is named.
const SENSITIVE: [DataClass; 4] =
    [DataClass::Credentials, DataClass::UsersAndRoles, DataClass::Code, DataClass::Configuration];

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    // Unless the policy says otherwise, what was seen when the scope was judged tells whether to look closer.
    let may_touch = !cx.data.is_empty() || SENSITIVE.iter().any(|class| cx.judged.data.contains(class));
    if cx.scope.is_full_access() || !may_touch {
        return None;
    }
    let touched = cx.touches(cx.scope);
    let classes = SENSITIVE.map(|class| Touched::of(class, &touched));
    let classes: Vec<&Touched> = classes.iter().filter(|class| !class.resources.is_empty()).collect();
    (!classes.is_empty()).then(|| finding(cx, &classes))
}

/// What a scope reaches of one class.
struct Touched {
    class: DataClass,
    /// `Service.resource`, each once.
    resources: Vec<String>,
    /// Whether it can do more there than read.
    writes: bool,
}

impl Touched {
    fn of(class: DataClass, touched: &[(Scope, Vec<DataClass>)]) -> Self {
        let mut found = Self { class, resources: Vec::new(), writes: false };
        let mut seen = HashSet::new();
        for (scope, _) in touched.iter().filter(|(_, classes)| classes.contains(&class)) {
            found.writes |= scope.operation().is_some_and(|word| !only_reads(word));
            let (_, path) = scope.parts().split_last().unzip();
            let path = path.unwrap_or_default().join(".");
            if seen.insert(path.to_ascii_lowercase()) {
                found.resources.push(path);
            }
        }
        found
    }
}

fn finding(cx: &ScopeContext<'_>, classes: &[&Touched]) -> Finding {
    let scope = cx.scope;
    let writes = classes.iter().any(|class| class.writes);
    let secret = classes.iter().any(|class| matches!(class.class, DataClass::Credentials | DataClass::Code));
    let names: Vec<&str> = classes.iter().map(|class| class.class.as_str()).collect();
    let access = if writes { "more than read access" } else { "read access" };
    let message = format!("`{scope}` has {access} to sensitive data: {}", series(&names, 4));
    let mut finding = cx.finding(message);
    if !writes && !secret {
        finding = finding.severity(Severity::Note);
    }
    let several = classes.iter().any(|class| class.resources.len() > 1);
    let reading = cx.narrower().into_iter().find(|scope| scope.operation().is_some_and(only_reads));
    finding = finding.help(match reading {
        _ if several => "request only the resources that the app needs, without the sensitive ones".to_owned(),
        Some(reading) if writes => format!("request `{reading}` where the app only reads"),
        _ => format!("make sure that the app needs this: {}", cx.judged.gives),
    });
    if !several {
        return finding;
    }
    classes.iter().fold(finding, |finding, class| {
        finding.related(format!("{}: {}", class.class, quoted(&class.resources, 3)), None)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn reading_is_a_note_unless_it_reads_secrets_or_code() {
        insta::assert_snapshot!(found("ZS205", "ZohoBooks.settings.READ,ZohoBooks.settings.UPDATE,ZohoCRM.users.ALL,ZohoVault.secrets.READ,ZohoCRM.settings.functions.READ"), @r"
        ZS205 note [ZohoBooks.settings.READ] `ZohoBooks.settings.READ` has read access to sensitive data: users-and-roles and configuration
          help: make sure that the app needs this: read items, users, taxes and tax groups, currencies and exchange rates, price lists, reporting tags, locations, organizations, opening balances, stand-alone tasks
        ZS205 warning [ZohoBooks.settings.UPDATE] `ZohoBooks.settings.UPDATE` has more than read access to sensitive data: users-and-roles and configuration
          help: make sure that the app needs this: change items, users, taxes and tax groups, currencies and exchange rates, price lists, reporting tags, locations, organizations, opening balances, stand-alone tasks
        ZS205 warning [ZohoCRM.users.ALL] `ZohoCRM.users.ALL` has more than read access to sensitive data: users-and-roles
          help: request `ZohoCRM.users.READ` where the app only reads
        ZS205 warning [ZohoVault.secrets.READ] `ZohoVault.secrets.READ` has read access to sensitive data: credentials
          help: make sure that the app needs this: read secrets: passwords and other credentials
        ZS205 warning [ZohoCRM.settings.functions.READ] `ZohoCRM.settings.functions.READ` has read access to sensitive data: code
          help: make sure that the app needs this: read functions
        ");
    }

    #[test]
    fn groups_name_classes_and_examples() {
        insta::assert_snapshot!(found("ZS205", "ZohoCRM.settings.ALL,ZohoBooks.fullaccess.all"), @r"
        ZS205 warning [ZohoCRM.settings.ALL] `ZohoCRM.settings.ALL` has more than read access to sensitive data: users-and-roles, code and configuration
          help: request only the resources that the app needs, without the sensitive ones
          users-and-roles: `ZohoCRM.settings`, `ZohoCRM.settings.clientportal`, `ZohoCRM.settings.data_sharing` and 4 more
          code: `ZohoCRM.settings`, `ZohoCRM.settings.custom_buttons` and `ZohoCRM.settings.functions`
          configuration: `ZohoCRM.settings`, `ZohoCRM.settings.assignment_rules`, `ZohoCRM.settings.automation_actions` and 31 more
        ");
    }
}
