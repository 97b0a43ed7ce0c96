//! ZS302 not-allowed.

use super::words::{has_operation, quoted};
use super::{Check, Rule, ScopeContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::judge::Verdict;
use crate::policy::Effect;
use crate::scope::{Scope, is_placeholder};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS302",
        "not-allowed",
        Severity::Error,
        "a scope reaches something that no entry of the policy allows",
        DOCS,
    )
    .verdict(),
    check: Check::Scope(check),
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

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    let by_default = || cx.judged.decided_by.iter().any(|decider| decider.effect == Effect::Deny);
    let is_missing = match cx.judged.verdict {
        Verdict::NotAllowed => true,
        Verdict::Unknown => by_default(),
        _ => false,
    };
    is_missing.then(|| finding(cx).help(help(cx)))
}

fn finding(cx: &ScopeContext<'_>) -> Finding {
    let ScopeContext { judged, scope, .. } = *cx;
    let whom = cx.policy.app.map_or_else(String::new, |app| format!(" for the app `{}`", app.name));
    let message = if !judged.known {
        format!("no entry allows `{scope}`{whom}, and the catalog does not know it")
    } else if judged.excess.is_empty() || judged.excess.contains(scope) {
        format!("no entry allows `{scope}`{whom}")
    } else {
        format!("`{scope}` gives more than the policy allows{whom}: {}", quoted(&judged.excess, 4))
    };
    let mut finding = cx.finding(message);
    if let Some(witness) = &judged.witness {
        finding = finding.related(format!("it would open `{}`: {}", witness.call, witness.summary), None);
    }
    let place = judged.decided_by.iter().find_map(|decider| decider.place);
    let default = if place.is_some() { "the default is to deny" } else { "without a `default`, a policy denies" };
    finding.related(default, place)
}

fn help(cx: &ScopeContext<'_>) -> String {
    let scope = cx.scope;
    if scope.is_full_access() {
        return "request the single scopes that the policy allows".to_owned();
    }
    let entry = entry(scope);
    let parts = if cx.in_detail { cx.narrower() } else { Vec::new() };
    let (allowed, other): (Vec<Scope>, Vec<Scope>) = parts.into_iter().partition(|part| cx.judge.passes(part));
    if allowed.is_empty() {
        return format!("drop it, or allow `{entry}` if the app needs it");
    }
    let instead = quoted(&allowed, 4);
    if has_operation(scope, "ALL") && other.is_empty() {
        return format!(
            "request {instead} instead: `{scope}` holds every operation, those that Zoho adds tomorrow included, so \
             allowing the known ones does not allow it"
        );
    }
    format!("request {instead} instead, which the policy allows")
}

/// The narrowest entry that allows a scope.
fn entry(scope: &Scope) -> String {
    let parts = scope.parts().iter().map(|part| if is_placeholder(part) { "*" } else { part.as_str() });
    parts.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found_under;

    const POLICY: &str = "version: 1\nallow: [\"ZohoBooks.invoices.{CREATE,READ,UPDATE,DELETE}\", ZohoCRM.modules.leads.READ]\napps: { sync: { allow: [ZohoBooks.bills.READ] } }\n";

    #[test]
    fn four_operations_are_not_all() {
        insta::assert_snapshot!(found_under(POLICY, None, "ZS302", "ZohoBooks.invoices.ALL"), @r"
        ZS302 error [ZohoBooks.invoices.ALL] no entry allows `ZohoBooks.invoices.ALL`
          help: request `ZohoBooks.invoices.CREATE`, `ZohoBooks.invoices.READ`, `ZohoBooks.invoices.UPDATE` and `ZohoBooks.invoices.DELETE` instead: `ZohoBooks.invoices.ALL` holds every operation, those that Zoho adds tomorrow included, so allowing the known ones does not allow it
          without a `default`, a policy denies
        ");
    }

    #[test]
    fn what_is_in_excess_and_what_is_allowed_of_it() {
        insta::assert_snapshot!(found_under(POLICY, Some("sync"), "ZS302", "ZohoBooks.bills.ALL,ZohoCRM.modules.READ,ZohoBooks.fullaccess.all,ZohoCRM.modules.{m}.READ"), @r"
        ZS302 error [ZohoBooks.bills.ALL] `ZohoBooks.bills.ALL` gives more than the policy allows for the app `sync`: `ZohoBooks.bills.CREATE`, `ZohoBooks.bills.UPDATE` and `ZohoBooks.bills.DELETE`
          help: request `ZohoBooks.bills.READ` instead, which the policy allows
          it would open `DELETE /books/v3/bills/{bill_id}`: delete a bill
          without a `default`, a policy denies
        ZS302 error [ZohoCRM.modules.READ] `ZohoCRM.modules.READ` gives more than the policy allows for the app `sync`: `ZohoCRM.modules.accounts.READ`, `ZohoCRM.modules.activities.READ`, `ZohoCRM.modules.appointments.READ`, `ZohoCRM.modules.appointments_rescheduled_history.READ` and 24 more
          help: request `ZohoCRM.modules.leads.READ` instead, which the policy allows
          it would open `GET /crm/v8/Appointments__s`: list appointments
          without a `default`, a policy denies
        ZS302 error [ZohoBooks.fullaccess.all] `ZohoBooks.fullaccess.all` gives more than the policy allows for the app `sync`: `ZohoBooks.accountants.CREATE`, `ZohoBooks.accountants.READ`, `ZohoBooks.accountants.UPDATE`, `ZohoBooks.accountants.DELETE` and 65 more
          help: request the single scopes that the policy allows
          it would open `DELETE /books/v3/contacts`: delete several contacts
          without a `default`, a policy denies
        ZS302 error [ZohoCRM.modules.{m}.READ] no entry allows `ZohoCRM.modules.{module}.READ` for the app `sync`
          help: drop it, or allow `ZohoCRM.modules.*.READ` if the app needs it
          without a `default`, a policy denies
        ");
    }

    #[test]
    fn unknown_scopes_are_not_allowed_unless_named() {
        insta::assert_snapshot!(found_under(POLICY, None, "ZS302", "Foo.bar.READ,ZohoBooks.invoices.WRITE"), @r"
        ZS302 error [Foo.bar.READ] no entry allows `Foo.bar.READ`, and the catalog does not know it
          help: drop it, or allow `Foo.bar.READ` if the app needs it
          without a `default`, a policy denies
        ZS302 error [ZohoBooks.invoices.WRITE] no entry allows `ZohoBooks.invoices.WRITE`, and the catalog does not know it
          help: request `ZohoBooks.invoices.CREATE`, `ZohoBooks.invoices.UPDATE` and `ZohoBooks.invoices.DELETE` instead, which the policy allows
          without a `default`, a policy denies
        ");
        insta::assert_snapshot!(found_under("version: 1\nallow: [Foo.bar.READ]\n", None, "ZS302", "Foo.bar.READ"), @"");
        insta::assert_snapshot!(found_under("version: 1\ndefault: allow\n", None, "ZS302", "Foo.bar.READ"), @"");
    }
}
