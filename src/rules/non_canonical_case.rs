//! ZS003 non-canonical-case.

use super::{Check, Rule, SpellingContext};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS003",
        "non-canonical-case",
        Severity::Note,
        "a scope is written in other upper and lower case than the catalog has it",
        DOCS,
    ),
    check: Check::Spelling(check),
};

const DOCS: &str = r"## What it does
Reports a scope that the catalog knows and that is written in another case there.

## Why is this bad?
It is a matter of style. The vendor does not say whether case counts, its own pages vary
(`AaaServer.profile.Read`, `AaaServer.profile.READ`), and requests in other cases got their tokens wherever that was
observed; zscope therefore compares without regard to case. One spelling lets searches, reviews and other tools find a
scope.

## Example
```scope
ZohoBooks.Invoices.read
```

## Use instead
```scope
ZohoBooks.invoices.READ
```
";

fn check(cx: &SpellingContext<'_>) -> Vec<Finding> {
    let (Ok(written), Ok(canonical), true) = (&cx.item.scope, &cx.judged.scope, cx.judged.known) else {
        return Vec::new();
    };
    if cx.is_held || canonical.same_spelling(written) || canonical != written {
        return Vec::new();
    }
    let message = format!("`{}` is spelt `{canonical}` in the catalog", cx.judged.written);
    let help = format!("case is style, and Zoho accepted others where that was observed; write `{canonical}`");
    let mut finding = cx.finding(message).help(help);
    // What a template puts into its placeholder (`${module}`) is not for a scope's canonical form to change.
    if cx.is_replaceable() && !canonical.has_placeholder() {
        finding = finding.fix(format!("write `{canonical}`"), cx.judged.place, canonical.to_string()).safely();
    }
    vec![finding]
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn only_what_can_be_replaced_safely_has_a_fix() {
        insta::assert_snapshot!(found("ZS003", "zohobooks.INVOICES.read"), @r"
        ZS003 note [zohobooks.INVOICES.read] `zohobooks.INVOICES.read` is spelt `ZohoBooks.invoices.READ` in the catalog
          help: case is style, and Zoho accepted others where that was observed; write `ZohoBooks.invoices.READ`
          write `ZohoBooks.invoices.READ`: ZohoBooks.invoices.READ
        ");
        insta::assert_snapshot!(found("ZS003", "ZohoCRM.Modules.Leads.ALL"), @r"
        ZS003 note [ZohoCRM.Modules.Leads.ALL] `ZohoCRM.Modules.Leads.ALL` is spelt `ZohoCRM.modules.leads.ALL` in the catalog
          help: case is style, and Zoho accepted others where that was observed; write `ZohoCRM.modules.leads.ALL`
          write `ZohoCRM.modules.leads.ALL`: ZohoCRM.modules.leads.ALL
        ");
        insta::assert_snapshot!(found("ZS003", "ZohoCRM.Modules.${module}.read"), @r"
        ZS003 note [ZohoCRM.Modules.${module}.read] `ZohoCRM.Modules.${module}.read` is spelt `ZohoCRM.modules.{module}.READ` in the catalog
          help: case is style, and Zoho accepted others where that was observed; write `ZohoCRM.modules.{module}.READ`
        ");
        insta::assert_snapshot!(found("ZS003", "ZohoCRM.modules.Custom_Thing.READ"), @"");
        insta::assert_snapshot!(found("ZS003", "OpenID"), @r"
        ZS003 note [OpenID] `OpenID` is spelt `openid` in the catalog
          help: case is style, and Zoho accepted others where that was observed; write `openid`
          write `openid`: openid
        ");
        insta::assert_snapshot!(found("ZS003", "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks%2Einvoices.read"), @r"
        ZS003 note [ZohoBooks%2Einvoices.read] `ZohoBooks.invoices.read` is spelt `ZohoBooks.invoices.READ` in the catalog
          help: case is style, and Zoho accepted others where that was observed; write `ZohoBooks.invoices.READ`
        ");
        insta::assert_snapshot!(found("ZS003", "zohobooks.nothing.read"), @"");
    }
}
