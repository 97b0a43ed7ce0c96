//! ZS205 sensitive-access.

use std::collections::HashSet;

use super::words::{only_changes, only_reads, quoted, series};
use super::{Check, Rule, ScopeContext};
use crate::catalog::DataClass;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS205",
        "sensitive-access",
        Severity::Warning,
        "a scope reads sensitive data, or can change users, code or configuration",
        DOCS,
    )
    .within(&[
        "unknown-service",
        "unknown-scope",
        "deprecated-scope",
        "full-access",
        "group-access",
        "all-operations",
        "write-includes-delete",
    ]),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports a scope that reaches what is sensitive, and says what that is:

- `messages`, `files`, `health-hr`, `banking` and `bulk-export`, where it can be read: mailboxes and chats, stores of
  documents, records of employees, bank accounts and payouts, exports of everything at once;
- `users-and-roles` and `configuration`, where the scope can do more than read: that makes an administrator;
- `credentials` and `code`, in any way: the keys to other systems, and what runs by itself.

The records of one module, such as leads or invoices, are not reported by default, nor are names of users and fields.
Full access to a service is reported by `full-access` instead.

## Why is this bad?
What is read cannot be taken back: a leaked token that reads a mailbox has read all of it. Whoever changes users, code or
configuration comes back after the token is revoked. Such access deserves a look even where the application needs it.

## Example
```scope
ZohoCRM.users.UPDATE
```
```scope
ZohoMail.messages.READ
```
```scope
ZohoVault.secrets.READ
```

## Use instead
```scope
ZohoCRM.modules.leads.READ
```
```yaml
version: 1
review: literal
allow: [ZohoMail.messages.READ]
```
```scope
ZohoMail.messages.READ
```

## Options
A policy says under `data` which classes are sensitive for its organisation, in place of those above, and can give a
resource other classes than the catalog's:

```text
data:
  sensitive: [health-hr, banking, messages, personal]
  WorkDrive.links: [metadata]
```

Under `review: literal` the rule is silent about a scope that an allow entry names to the letter: somebody has looked.

## Remarks
The data classes of the catalog are this project's own judgement, not the vendor's.
";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    let sensitive = cx.policy.sensitive;
    // Unless the policy says otherwise, what was seen when the scope was judged tells whether to look closer.
    let may_touch = !cx.data.is_empty() || sensitive.iter().any(|class| cx.judged.data.contains(class));
    // A part that is filled in names one resource, and nobody knows which.
    let is_filled_in = cx.scope.has_placeholder();
    if cx.scope.is_full_access() || is_filled_in || !may_touch || cx.policy.has_reviewed(cx.scope) {
        return None;
    }
    let touched = cx.touches(cx.scope);
    let classes: Vec<Touched> = sensitive.iter().map(|class| Touched::of(*class, &touched)).collect();
    let classes: Vec<&Touched> = classes.iter().filter(|class| !class.resources.is_empty()).collect();
    (!classes.is_empty()).then(|| finding(cx, &classes))
}

/// What a scope reaches of one class.
struct Touched {
    class: DataClass,
    /// `Service.resource`, each once.
    resources: Vec<String>,
}

impl Touched {
    fn of(class: DataClass, touched: &[(Scope, Vec<DataClass>)]) -> Self {
        let mut found = Self { class, resources: Vec::new() };
        let mut seen = HashSet::new();
        let own = touched.iter().filter(|(scope, classes)| classes.contains(&class) && counts(class, scope));
        for (scope, _) in own {
            let (_, path) = scope.parts().split_last().unzip();
            let path = path.unwrap_or_default().join(".");
            if seen.insert(path.to_ascii_lowercase()) {
                found.resources.push(path);
            }
        }
        found
    }
}

/// Whether what a scope does with data of a class matters: of a power, to change it; of data, to read it.
fn counts(class: DataClass, scope: &Scope) -> bool {
    let Some(operation) = scope.operation() else { return true };
    match class {
        DataClass::Credentials | DataClass::Code => true,
        power if power.is_power() => !only_reads(operation),
        _ => !only_changes(operation),
    }
}

fn finding(cx: &ScopeContext<'_>, classes: &[&Touched]) -> Finding {
    let scope = cx.scope;
    let names: Vec<&str> = classes.iter().map(|class| class.class.as_str()).collect();
    let names = series(&names, 4);
    let several = classes.iter().any(|class| class.resources.len() > 1);
    let message = format!("`{scope}` has sensitive access ({names}): {}", cx.judged.gives);
    let is_power = classes.iter().all(|class| class.class.is_power());
    let reading = cx.narrower().into_iter().find(|scope| scope.operation().is_some_and(only_reads));
    let finding = cx.finding(message).aside(names).help(match reading {
        _ if several => "request only the resources that the app needs, without the sensitive ones".to_owned(),
        Some(reading) if is_power => format!("request `{reading}` where the app only reads"),
        _ => {
            "drop it where the app works without; if it needs it, an allow entry of its own says who looked".to_owned()
        }
    });
    let (_, own) = scope.parts().split_last().unzip();
    let own = own.unwrap_or_default().join(".");
    let beyond = |class: &&Touched| class.resources.iter().any(|resource| !resource.eq_ignore_ascii_case(&own));
    if !classes.iter().any(beyond) {
        return finding;
    }
    classes.iter().fold(finding, |finding, class| {
        finding.related(format!("{}: {}", class.class, quoted(&class.resources, 3)), None)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{found, found_under};

    #[test]
    fn data_counts_where_it_is_read_and_power_where_it_is_used() {
        insta::assert_snapshot!(found(
            "ZS205",
            "ZohoBooks.settings.READ,ZohoBooks.settings.UPDATE,ZohoCRM.users.ALL,ZohoVault.secrets.READ,ZohoCRM.settings.functions.READ,ZohoMail.messages.CREATE"
        ));
    }

    #[test]
    fn groups_name_classes_and_examples() {
        insta::assert_snapshot!(found("ZS205", "ZohoCRM.settings.ALL,ZohoBooks.fullaccess.all"));
    }

    #[test]
    fn what_is_read_is_told() {
        insta::assert_snapshot!(found(
            "ZS205",
            "ZOHOPEOPLE.employee.READ,ZohoBooks.banking.READ,ZohoMail.messages.READ,ZohoCRM.bulk.READ,WorkDrive.files.READ,WorkDrive.files.CREATE"
        ));
    }

    #[test]
    fn names_and_photos_are_nothing_to_hide() {
        let plain = "ZohoCRM.modules.leads.READ,ZohoProjects.users.READ,ZohoCRM.settings.fields.READ,ZohoCRM.org.UPDATE,Desk.basic.CREATE,ZohoCliq.Userfields.UPDATE,ZohoBooks.invoices.READ";
        insta::assert_snapshot!(found("ZS205", plain), @"");
    }

    #[test]
    fn a_policy_says_what_is_sensitive_and_what_was_looked_at() {
        let policy = "version: 1\ndefault: allow\ndata: { sensitive: [personal], ZohoMail.messages: [metadata] }\n";
        insta::assert_snapshot!(found_under(
            policy,
            None,
            "ZS205",
            "ZohoCRM.modules.leads.READ,ZohoCRM.users.UPDATE,ZohoMail.messages.READ"
        ));
        let reviewed = "version: 1\nreview: literal\nallow: [ZohoMail.messages.READ, \"ZohoVault.*.READ\"]\n";
        insta::assert_snapshot!(found_under(reviewed, None, "ZS205", "ZohoMail.messages.READ,ZohoVault.secrets.READ"));
    }
}
