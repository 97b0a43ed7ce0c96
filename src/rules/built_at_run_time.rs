//! ZS602 built-at-run-time.

use super::{Check, Rule, TextContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::Built;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS602",
        "built-at-run-time",
        Severity::Note,
        "a program puts a scope together, so that its text does not tell which it asks for",
        DOCS,
    ),
    check: Check::Text(check),
};

const DOCS: &str = r#"## What it does
Reports a place in a source at which a scope is put together from parts that the text does not hold: a service's name
that something is appended to, `.fullaccess.all` after a variable, a template with nothing but placeholders after the
service. Where the parts stand in one expression the scope is read, and judged like any other. A list whose scopes have a
part that is filled in, where the catalog knows no such part, is told once, and no other rule judges those scopes but the
policy's own, which take them at their widest. A note by itself, it is a warning in a file that calls one of Zoho's
accounts hosts, and an error where `fullaccess.all` is asked for: whatever the service is, that is everything in it.

## Why is this bad?
What cannot be read cannot be judged: nobody knows from the text what the program asks for, and a policy that allows a
few scopes says nothing about it.

## Example
```source
scope = "Zoho" + product + ".fullaccess.all"
```
```source
const need = `ZohoCRM.${resource}.${operation}`;
```
```source
const scopes = [`ZohoBooks.${resource}.READ`];
```

## Use instead
```source
scope = "ZohoBooks.invoices.READ"
```
"#;

fn check(cx: &TextContext<'_>) -> Vec<Finding> {
    const HELP: &str = "write the scopes out, so that they can be read and judged";
    let told = cx.request.built.iter().map(|built| {
        let message = if built.everything {
            "`fullaccess.all` is put together here with a service that the text does not tell"
        } else {
            "a scope is put together here, and the text does not tell which"
        };
        let help = if built.everything {
            "name the scopes of the resources that the program needs, written out"
        } else {
            HELP
        };
        let finding = cx.finding(built.place, message).help(help);
        let severity = match built {
            Built { everything: true, .. } => Severity::Error,
            Built { asks: true, .. } => Severity::Warning,
            Built { .. } => Severity::Note,
        };
        Finding { severity, ..finding }
    });
    let mut told: Vec<Finding> = told.collect();
    if told.is_empty()
        && !cx.is_held
        && let Some(open) = cx.scopes.iter().find(|judged| judged.is_open())
        && let Ok(scope) = &open.scope
    {
        let message =
            format!("`{scope}` is filled in at run time, and the text does not tell which scopes it asks for");
        told.push(cx.finding(open.place, message).help(HELP));
    }
    told
}
