//! ZS302 not-allowed.

use super::{Context, DETAILED, Rule, some_scopes};
use crate::engine::{self, Judged, Verdict};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::policy::Effect;
use crate::scope::{Scope, is_placeholder};

pub(super) struct NotAllowed;

static INFO: RuleInfo = RuleInfo {
    code: "ZS302",
    name: "not-allowed",
    severity: Severity::Error,
    summary: "a scope reaches something that no entry of the policy allows",
    docs: DOCS,
};

const DOCS: &str = r"## What it does
Reports a scope that may reach more than the `allow` entries of the policy surely cover, where the policy's default is to
deny. It names what is in excess, an API call that the excess opens where the catalog has one, and the entry that would
be needed.

## Why is this bad?
The policy is the record of what each application may have. What is not on it was not decided by anybody.

## Example
```yaml
version: 1
allow:
  - ZohoBooks.invoices.{CREATE,READ}
```
```scope
ZohoBooks.invoices.ALL
```

## Use instead
```yaml
version: 1
allow:
  - ZohoBooks.invoices.{CREATE,READ}
```
```scope
ZohoBooks.invoices.CREATE,ZohoBooks.invoices.READ
```

## Remarks
Allowing CREATE, READ, UPDATE and DELETE does not allow `ALL`: it holds every operation, those included that Zoho adds
tomorrow. `WRITE` is allowed where its parts are, since it holds nothing else. An unknown scope is not allowed unless an
entry names it.
";

impl Rule for NotAllowed {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, cx: &Context<'_>, findings: &mut Vec<Finding>) {
        let by_default = |judged: &Judged| judged.decided_by.iter().any(|decider| decider.effect == Effect::Deny);
        let missing = cx.distinct().filter(|(judged, _)| match judged.verdict {
            Verdict::NotAllowed => true,
            Verdict::Unknown => by_default(judged),
            _ => false,
        });
        for (n, (judged, scope)) in missing.enumerate() {
            let finding = finding(cx, judged, scope);
            findings.push(finding.help(help(cx, scope, n < DETAILED)));
        }
    }
}

fn finding(cx: &Context<'_>, judged: &Judged, scope: &Scope) -> Finding {
    let whom = cx.request.app.as_ref().map(|app| format!(" for the app `{app}`")).unwrap_or_default();
    let message = if !judged.known {
        format!("no entry allows `{scope}`{whom}, and the catalog does not know it")
    } else if judged.excess.is_empty() || judged.excess.contains(scope) {
        format!("no entry allows `{scope}`{whom}")
    } else {
        format!("`{scope}` gives more than the policy allows{whom}: {}", some_scopes(&judged.excess, 4))
    };
    let mut finding = cx.finding(&INFO, judged, message);
    if let Some(witness) = &judged.witness {
        finding = finding.related(format!("it would open `{}`: {}", witness.call, witness.summary), None);
    }
    let place = judged.decided_by.iter().find_map(|decider| decider.place);
    let default = if place.is_some() { "the default is to deny" } else { "without a `default`, a policy denies" };
    finding.related(default, place)
}

fn help(cx: &Context<'_>, scope: &Scope, detailed: bool) -> String {
    if scope.is_full_access() {
        return "request the single scopes that the policy allows".to_owned();
    }
    let entry = entry(scope);
    let parts = if detailed { cx.narrower(scope) } else { Vec::new() };
    let (allowed, other): (Vec<Scope>, Vec<Scope>) =
        parts.into_iter().partition(|part| engine::passes(cx.catalog, cx.policy, part));
    if allowed.is_empty() {
        return format!("drop it, or allow `{entry}` if the app needs it");
    }
    let instead = some_scopes(&allowed, 4);
    let all = scope.operation().is_some_and(|word| word.eq_ignore_ascii_case("ALL"));
    if all && other.is_empty() {
        return format!(
            "request {instead} instead, or allow `{entry}`: it holds every operation, those that Zoho adds tomorrow \
             included, so allowing the known ones does not allow it"
        );
    }
    format!("request {instead} instead, which the policy allows, or allow `{entry}` if the app needs all of it")
}

/// The narrowest entry that allows a scope.
fn entry(scope: &Scope) -> String {
    let parts = scope.parts().iter().map(|part| if is_placeholder(part) { "*" } else { part.as_str() });
    parts.collect::<Vec<_>>().join(".")
}
