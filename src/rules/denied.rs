//! ZS301 denied.

use super::{Context, DETAILED, Rule, some_scopes};
use crate::access;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::judge::{self, Decider, Judged, Verdict};
use crate::policy::Entry;
use crate::scope::{Part, Scope};

pub(super) struct Denied;

static INFO: RuleInfo = RuleInfo {
    code: "ZS301",
    name: "denied",
    severity: Severity::Error,
    summary: "a scope reaches something that the policy denies",
    docs: DOCS,
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

impl Rule for Denied {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, cx: &Context<'_>, findings: &mut Vec<Finding>) {
        let denied = cx.distinct().filter(|(judged, _)| judged.verdict == Verdict::Denied);
        for (n, (judged, scope)) in denied.enumerate() {
            let in_part = n < DETAILED && in_part(cx, judged, scope);
            findings.push(finding(cx, judged, scope, in_part).help(help(cx, judged, scope, in_part)));
        }
    }
}

fn finding(cx: &Context<'_>, judged: &Judged, scope: &Scope, in_part: bool) -> Finding {
    let deny = match judged.decided_by.as_slice() {
        [] => "the policy denies".to_owned(),
        [only] => format!("`{}` denies", only.text),
        [first, _] => format!("`{}` and 1 more entry deny", first.text),
        [first, rest @ ..] => format!("`{}` and {} more entries deny", first.text, rest.len()),
    };
    let message = if in_part {
        format!("{deny} part of `{scope}`: {}", some_scopes(&judged.excess, 4))
    } else {
        format!("{deny} `{scope}`")
    };
    let mut finding = cx.finding(&INFO, judged, message);
    for decider in judged.decided_by.iter().take(3) {
        finding = finding.related(format!("`{}` is denied here", decider.text), decider.place);
    }
    match &judged.witness {
        Some(witness) => finding.related(format!("it would open `{}`: {}", witness.call, witness.summary), None),
        None => finding,
    }
}

/// Whether what is denied is less than everything that the scope is known to reach.
fn in_part(cx: &Context<'_>, judged: &Judged, scope: &Scope) -> bool {
    let reached = access::reach(cx.catalog, scope).into_iter();
    let narrowest = reached.filter(|part| access::opens(cx.catalog, part).is_empty());
    judged.excess.len() < narrowest.count()
}

fn help(cx: &Context<'_>, judged: &Judged, scope: &Scope, in_part: bool) -> String {
    let mut help = if in_part {
        let mut rest = cx.narrower(scope);
        rest.retain(|part| judge::passes(cx.catalog, cx.policy, part));
        match rest.as_slice() {
            [] => "request the single resources and operations that the app needs and that are not denied".to_owned(),
            rest => format!("request what the app needs out of {} instead", some_scopes(rest, 4)),
        }
    } else {
        format!("drop `{scope}`")
    };
    if let Some(rule) = judged.decided_by.iter().find_map(|decider| wide_entry(cx, decider, scope)) {
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
fn wide_entry(cx: &Context<'_>, decider: &Decider, scope: &Scope) -> Option<&'static str> {
    let same = |entry: &&&Entry| Some(entry.place) == decider.place && entry.text == decider.text;
    let pattern = &cx.policy.deny.iter().find(same)?.pattern;
    let names = |part: &Part, name: &str| matches!(part, Part::Names(names) if names.iter().any(|n| n == name));
    let (last, front) = pattern.parts().split_last()?;
    if !names(last, "all") || pattern.matches(scope) || scope.is_full_access() {
        return None;
    }
    if front.last().is_some_and(|part| names(part, "fullaccess")) {
        return Some("`rules: { full-access: error }`");
    }
    let wide = scope.operation().is_some_and(|word| word.eq_ignore_ascii_case("ALL"));
    (!wide).then_some("`rules: { all-operations: error }`")
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
        ZS301 error [ZohoCRM.modules.ALL] `**.DELETE` denies part of `ZohoCRM.modules.ALL`: `ZohoCRM.modules.accounts.DELETE`, `ZohoCRM.modules.activities.DELETE`, `ZohoCRM.modules.appointments.DELETE`, `ZohoCRM.modules.appointments_rescheduled_history.DELETE` and 28 more
          help: request what the app needs out of `ZohoCRM.modules.CREATE`, `ZohoCRM.modules.READ` and `ZohoCRM.modules.UPDATE` instead
          `**.DELETE` is denied here
          it would open `DELETE /crm/v8/Appointments__s`: delete appointments
        ZS301 error [ZohoBooks.fullaccess.all] `ZohoBooks.invoices.ALL` and 1 more entry deny part of `ZohoBooks.fullaccess.all`: `ZohoBooks.accountants.DELETE`, `ZohoBooks.banking.DELETE`, `ZohoBooks.bills.DELETE`, `ZohoBooks.contacts.DELETE` and 16 more
          help: request the single resources and operations that the app needs and that are not denied
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
        ZS301 error [ZohoDirectory.Users.READ] `ZohoDirectory.fullaccess.all` denies `ZohoDirectory.Users.READ`
          help: drop `ZohoDirectory.Users.READ`; a deny entry takes everything that it names, READ included: to refuse the wide grant alone, replace the entry by `rules: { full-access: error }`
          `ZohoDirectory.fullaccess.all` is denied here
        ");
    }
}
