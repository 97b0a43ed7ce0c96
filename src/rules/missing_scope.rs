//! ZS208 missing-scope.

use super::words::quoted;
use super::{AppContext, Check, Rule};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::token::answer_of;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS208",
        "missing-scope",
        Severity::Warning,
        "a call that the application makes will fail for want of a scope",
        DOCS,
    ),
    check: Check::App(check),
};

/// How many scopes are named.
const NAMED: usize = 3;

const DOCS: &str = r"## What it does
Where the policy lists the `calls` of an application, reports a call for which the scopes of its requests, or of a token,
do not suffice, with the narrowest scope to add and the answer that the call will get. A call of which the catalog does not
state what it needs is never reported.

## Why is this bad?
The call fails when it is made, in some products with a message that does not speak of scopes. In a hurry the wide scope
is added that makes the error go away.

## Example
```yaml
version: 1
default: allow
apps:
  invoice-sync:
    calls: [GET /books/v3/invoices, GET /books/v3/contacts]
```
```scope app=invoice-sync
ZohoBooks.invoices.READ
```

## Use instead
```yaml
version: 1
default: allow
apps:
  invoice-sync:
    calls: [GET /books/v3/invoices, GET /books/v3/contacts]
```
```scope app=invoice-sync
ZohoBooks.invoices.READ,ZohoBooks.contacts.READ
```
";

fn check(cx: &AppContext<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for lacking in cx.compare().missing {
        let Some(row) = cx.least.rows.get(lacking.row) else { continue };
        let what = if cx.is_held { "the token" } else { "the application" };
        let message = format!("{what} lacks {}, without which `{}` fails", quoted(&lacking.add, NAMED), row.call);
        let finding = cx.of_list(message).help(format!("add {}, and consent again", quoted(&lacking.add, NAMED)));
        let finding = match lacking.add.first() {
            Some(scope) => finding.scope(scope),
            None => finding,
        };
        let answer = row.known.and_then(|(service, _)| answer_of(&service.name));
        found.push(match answer {
            Some(answer) => finding.related(format!("the call is answered with {answer}"), None),
            None => finding,
        });
    }
    found
}
