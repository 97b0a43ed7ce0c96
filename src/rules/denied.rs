//! ZS301 denied.

use super::words::{has_operation, quoted};
use super::{Check, Rule, ScopeContext};
use crate::access;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::judge::{Decider, Verdict};
use crate::policy::Entry;
use crate::scope::Part;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new("ZS301", "denied", Severity::Error, "a scope reaches something that the policy denies", DOCS)
        .verdict(),
    check: Check::Scope(check),
};

const DOCS: &str = r#"## What it does
Reports a scope that may reach something that a `deny` entry of the policy names, and says which entry that is, what of
the scope it takes, and, where the catalog has one, an API call that the scope would open.

## Why is this bad?
Somebody decided that no application, or not this one, may have this. Deny beats allow, and a doubt counts as reach: a
scope that only perhaps opens what is denied is denied too.

## Example
```yaml
version: 1
default: allow
deny:
  - "**.DELETE"
```
```scope
ZohoBooks.invoices.ALL
```

## Use instead
```yaml
version: 1
default: allow
deny:
  - "**.DELETE"
```
```scope
ZohoBooks.invoices.CREATE,ZohoBooks.invoices.READ
```

## Remarks
A deny entry takes everything that it names: `ZohoBooks.invoices.ALL` denies every operation on invoices, READ included,
and `ZohoBooks.fullaccess.all` denies the whole service. To refuse the wide grant alone, leave the entry out and set
`rules: { all-operations: error }` or `rules: { full-access: error }`.
"#;

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    if cx.judged.verdict != Verdict::Denied {
        return None;
    }
    let in_part = cx.in_detail && in_part(cx);
    Some(finding(cx, in_part).help(help(cx, in_part)))
}

fn finding(cx: &ScopeContext<'_>, in_part: bool) -> Finding {
    let ScopeContext { judged, scope, .. } = cx;
    let deny = match (judged.decided_by.first(), judged.deciders) {
        (None, _) => "the policy denies".to_owned(),
        (Some(only), ..=1) => format!("`{}` denies", only.text),
        (Some(first), 2) => format!("`{}` and 1 more entry deny", first.text),
        (Some(first), all) => format!("`{}` and {} more entries deny", first.text, all - 1),
    };
    let message = if in_part {
        format!("{deny} part of `{scope}`: {}", quoted(&judged.excess, 4))
    } else {
        format!("{deny} `{scope}`")
    };
    let mut finding = cx.finding(message);
    for decider in judged.decided_by.iter().take(3) {
        finding = finding.related(format!("`{}` is denied here", decider.text), decider.place);
    }
    match &judged.witness {
        Some(witness) => finding.related(format!("it would open `{}`: {}", witness.call, witness.summary), None),
        None => finding,
    }
}

/// Whether what is denied is less than everything that the scope is known to reach.
fn in_part(cx: &ScopeContext<'_>) -> bool {
    let reached = access::reach(cx.catalog, cx.scope).into_iter();
    let narrowest = reached.filter(|part| access::opens(cx.catalog, part).is_empty());
    cx.judged.excess.len() < narrowest.count()
}

fn help(cx: &ScopeContext<'_>, in_part: bool) -> String {
    let mut help = if in_part {
        let mut rest = cx.narrower();
        rest.retain(|part| cx.judge.passes(part));
        match rest.as_slice() {
            [] => "request the single resources and operations that the app needs and that are not denied".to_owned(),
            rest => format!("request what the app needs out of {} instead", quoted(rest, 4)),
        }
    } else {
        format!("drop `{}`", cx.scope)
    };
    if let Some(rule) = cx.judged.decided_by.iter().find_map(|decider| wide_entry(cx, decider)) {
        help.push_str(
            "; a deny entry takes everything that it names, READ included: to refuse the wide grant alone, replace \
             the entry by ",
        );
        help.push_str(rule);
    }
    help
}

/// The level that refuses what a deny entry names and nothing under it, when the entry names a wide grant and the scope
/// is only a part of that.
fn wide_entry(cx: &ScopeContext<'_>, decider: &Decider) -> Option<&'static str> {
    let scope = cx.scope;
    let same = |entry: &&&Entry| Some(entry.place) == decider.place && entry.text == decider.text;
    let pattern = &cx.policy.deny.iter().find(same)?.pattern;
    let names = |part: &Part, name: &str| matches!(part, Part::Names(names) if names.iter().any(|n| n == name));
    let last = pattern.parts().last()?;
    if !names(last, "all") || pattern.matches(scope) || scope.is_full_access() {
        return None;
    }
    (!has_operation(scope, "ALL")).then_some("`rules: { all-operations: error }`")
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found_under;

    const POLICY: &str =
        "version: 1\ndefault: allow\ndeny: [ZohoBooks.invoices.ALL, ZohoDirectory.fullaccess.all, \"**.DELETE\"]\n";

    #[test]
    fn what_part_is_denied_and_what_may_be_requested_instead() {
        insta::assert_snapshot!(found_under(POLICY, None, "ZS301", "ZohoBooks.bills.ALL,ZohoBooks.bills.DELETE,ZohoCRM.modules.ALL,ZohoBooks.fullaccess.all"), @r"
        ZS301 error [ZohoBooks.bills.ALL] `**.DELETE` denies part of `ZohoBooks.bills.ALL`: `ZohoBooks.bills.DELETE`
          help: request what the app needs out of `ZohoBooks.bills.CREATE`, `ZohoBooks.bills.READ` and `ZohoBooks.bills.UPDATE` instead
          `**.DELETE` is denied here
          it would open `DELETE /books/v3/bills/{bill_id}`: delete a bill
        ZS301 error [ZohoBooks.bills.DELETE] `**.DELETE` denies `ZohoBooks.bills.DELETE`
          help: drop `ZohoBooks.bills.DELETE`
          `**.DELETE` is denied here
          it would open `DELETE /books/v3/bills/{bill_id}`: delete a bill
        ZS301 error [ZohoCRM.modules.ALL] `**.DELETE` denies part of `ZohoCRM.modules.ALL`: `ZohoCRM.modules.accounts.DELETE`, `ZohoCRM.modules.activities.DELETE`, `ZohoCRM.modules.appointments.DELETE`, `ZohoCRM.modules.appointments_rescheduled_history.DELETE` and 24 more
          help: request what the app needs out of `ZohoCRM.modules.CREATE`, `ZohoCRM.modules.READ`, `ZohoCRM.modules.UPDATE`, `ZohoCRM.modules.activities.CREATE` and 5 more instead
          `**.DELETE` is denied here
          it would open `DELETE /crm/v8/Appointments__s`: delete appointments
        ZS301 error [ZohoBooks.fullaccess.all] `ZohoBooks.invoices.ALL` and 1 more entry deny part of `ZohoBooks.fullaccess.all`: `ZohoBooks.accountants.DELETE`, `ZohoBooks.banking.DELETE`, `ZohoBooks.bills.DELETE`, `ZohoBooks.contacts.DELETE` and 16 more
          help: request what the app needs out of `ZohoBooks.deliverychallans.CREATE`, `ZohoBooks.deliverychallans.READ`, `ZohoBooks.deliverychallans.UPDATE`, `ZohoBooks.documents.READ` and 3 more instead
          `ZohoBooks.invoices.ALL` is denied here
          `**.DELETE` is denied here
          it would open `DELETE /books/v3/contacts`: delete several contacts
        ");
    }

    #[test]
    fn an_entry_for_a_wide_grant_explains_itself() {
        insta::assert_snapshot!(found_under(POLICY, None, "ZS301", "ZohoBooks.invoices.READ,ZohoBooks.invoices.ALL,ZohoDirectory.Users.READ"), @r"
        ZS301 error [ZohoBooks.invoices.READ] `ZohoBooks.invoices.ALL` denies `ZohoBooks.invoices.READ`
          help: drop `ZohoBooks.invoices.READ`; a deny entry takes everything that it names, READ included: to refuse the wide grant alone, replace the entry by `rules: { all-operations: error }`
          `ZohoBooks.invoices.ALL` is denied here
          it would open `GET /books/v3/invoices`: list invoices
        ZS301 error [ZohoBooks.invoices.ALL] `ZohoBooks.invoices.ALL` and 1 more entry deny `ZohoBooks.invoices.ALL`
          help: drop `ZohoBooks.invoices.ALL`
          `ZohoBooks.invoices.ALL` is denied here
          `**.DELETE` is denied here
          it would open `DELETE /books/v3/invoices`: delete several invoices
        ");
    }
}
