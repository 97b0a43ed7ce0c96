//! ZS602 built-at-run-time.

use super::{Check, Rule, TextContext};
use crate::access;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::Built;
use crate::scope::Scope;

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
accounts hosts, and an error where `fullaccess.all` is asked for: whatever the service is, that is everything in it. It
is an error, too, where the policy does not allow what may be asked for at the widest: everything in the service that
the text names, or in any. No comment accepts that.

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
    let told = cx.request.built.iter().filter_map(|built| {
        let forbidden = widest(cx, built).filter(|widest| built.is_asked && cx.measure.judge.refuses(widest));
        if built.is_told && !built.everything && forbidden.is_none() {
            return None;
        }
        let message = match (&forbidden, &built.service) {
            _ if built.everything => {
                "`fullaccess.all` is put together here with a service that the text does not tell".to_owned()
            }
            (Some(widest), Some(_)) => format!(
                "a scope is put together here, and the text does not tell which: it may be `{widest}`, which the policy \
                 does not allow"
            ),
            (Some(_), None) => "a scope is put together here of a service that the text does not tell: it may be full \
                                access, which the policy does not allow"
                .to_owned(),
            (None, _) => "a scope is put together here, and the text does not tell which".to_owned(),
        };
        let help = if built.everything {
            "name the scopes of the resources that the program needs, written out"
        } else {
            HELP
        };
        let finding = cx.finding(built.place, message).help(help);
        let severity = match built {
            _ if built.everything || forbidden.is_some() => Severity::Error,
            Built { asks: true, .. } => Severity::Warning,
            Built { .. } => Severity::Note,
        };
        let finding = match &forbidden {
            Some(widest) if built.service.is_some() => finding.scope(widest),
            _ => finding,
        };
        Some(Finding { severity, is_forbidden: forbidden.is_some(), ..finding })
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

/// The widest scope that may be put together at a place: everything in its service, or in any.
fn widest(cx: &TextContext<'_>, built: &Built) -> Option<Scope> {
    let service = built.service.as_deref().unwrap_or("{service}");
    let scope: Scope = format!("{service}.fullaccess.all").parse().ok()?;
    Some(access::identify(cx.measure.catalog, &scope).scope.clone())
}
