//! ZS302 not-allowed.

use super::{Context, DETAILED, Rule, some_scopes};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::judge::{self, Judged, Verdict};
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
        parts.into_iter().partition(|part| judge::passes(cx.catalog, cx.policy, part));
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

#[cfg(test)]
mod tests {
    use crate::rules::tests::found_under;

    const POLICY: &str = "version: 1\nallow: [\"ZohoBooks.invoices.{CREATE,READ,UPDATE,DELETE}\", ZohoCRM.modules.leads.READ]\napps: { sync: { allow: [ZohoBooks.bills.READ] } }\n";

    #[test]
    fn four_operations_are_not_all() {
        insta::assert_snapshot!(found_under(POLICY, None, "ZS302", "ZohoBooks.invoices.ALL"), @r"
        ZS302 error [ZohoBooks.invoices.ALL] no entry allows `ZohoBooks.invoices.ALL`
          help: request `ZohoBooks.invoices.CREATE`, `ZohoBooks.invoices.READ`, `ZohoBooks.invoices.UPDATE` and `ZohoBooks.invoices.DELETE` instead, or allow `ZohoBooks.invoices.ALL`: it holds every operation, those that Zoho adds tomorrow included, so allowing the known ones does not allow it
          without a `default`, a policy denies
        ");
    }

    #[test]
    fn what_is_in_excess_and_what_is_allowed_of_it() {
        insta::assert_snapshot!(found_under(POLICY, Some("sync"), "ZS302", "ZohoBooks.bills.ALL,ZohoCRM.modules.READ,ZohoBooks.fullaccess.all,ZohoCRM.modules.{m}.READ"), @r"
        ZS302 error [ZohoBooks.bills.ALL] `ZohoBooks.bills.ALL` gives more than the policy allows for the app `sync`: `ZohoBooks.bills.CREATE`, `ZohoBooks.bills.UPDATE` and `ZohoBooks.bills.DELETE`
          help: request `ZohoBooks.bills.READ` instead, which the policy allows, or allow `ZohoBooks.bills.ALL` if the app needs all of it
          it would open `DELETE /books/v3/bills/{bill_id}`: delete a bill
          without a `default`, a policy denies
        ZS302 error [ZohoCRM.modules.READ] `ZohoCRM.modules.READ` gives more than the policy allows for the app `sync`: `ZohoCRM.modules.accounts.READ`, `ZohoCRM.modules.activities.READ`, `ZohoCRM.modules.appointments.READ`, `ZohoCRM.modules.appointments_rescheduled_history.READ` and 27 more
          help: request `ZohoCRM.modules.leads.READ` instead, which the policy allows, or allow `ZohoCRM.modules.READ` if the app needs all of it
          it would open `GET /crm/v8/Appointments__s`: list appointments
          without a `default`, a policy denies
        ZS302 error [ZohoBooks.fullaccess.all] `ZohoBooks.fullaccess.all` gives more than the policy allows for the app `sync`: `ZohoBooks.invoices.ALL`, `ZohoBooks.accountants.CREATE`, `ZohoBooks.accountants.READ`, `ZohoBooks.accountants.UPDATE` and 65 more
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
          help: request `ZohoBooks.invoices.CREATE`, `ZohoBooks.invoices.UPDATE` and `ZohoBooks.invoices.DELETE` instead, which the policy allows, or allow `ZohoBooks.invoices.WRITE` if the app needs all of it
          without a `default`, a policy denies
        ");
        insta::assert_snapshot!(found_under("version: 1\nallow: [Foo.bar.READ]\n", None, "ZS302", "Foo.bar.READ"), @"");
        insta::assert_snapshot!(found_under("version: 1\ndefault: allow\n", None, "ZS302", "Foo.bar.READ"), @"");
    }
}
