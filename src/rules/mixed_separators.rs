//! ZS002 mixed-separators.

use super::words::series;
use super::{Check, ListContext, Rule};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::{Request, Separator};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS002",
        "mixed-separators",
        Severity::Warning,
        "a list separates its scopes in several ways, or in one that Zoho does not document",
        DOCS,
    ),
    check: Check::List(check),
};

const DOCS: &str = r"## What it does
Reports a list of scopes that uses more than one separator, such as commas and blanks. A list that uses one separator
throughout, but another one than the comma, is reported as a note. Files with one scope a line are fine.

## Why is this bad?
Zoho documents the comma, for example at
<https://www.zoho.com/crm/developer/docs/api/v7/client-credentials.html>. The OAuth standard wants blanks (RFC 6749,
section 3.3), and Zoho answers with blanks when it lists what a token holds. Blanks were seen to work in some requests;
nobody says what happens to a list that mixes them with commas. A scope that gets lost there is missed only when a call
fails.

## Example
```scope
ZohoBooks.invoices.READ, ZohoBooks.contacts.READ ZohoBooks.bills.READ
```
```scope
ZohoBooks.invoices.READ ZohoBooks.contacts.READ
```

## Use instead
```scope
ZohoBooks.invoices.READ,ZohoBooks.contacts.READ,ZohoBooks.bills.READ
```
";

fn check(cx: &ListContext<'_>) -> Vec<Finding> {
    let severity = match cx.request.separators.as_slice() {
        [] | [Separator::Comma] => return Vec::new(),
        // A file may put each scope on a line of its own; a URL has no lines.
        [Separator::Newline] if cx.request.url.is_none() => return Vec::new(),
        [_] => Severity::Note,
        _ => cx.rule.severity,
    };
    let kinds: Vec<&str> = cx.request.separators.iter().copied().map(in_words).collect();
    let message = format!("the scopes are separated by {}", series(&kinds, kinds.len()));
    vec![cx.of_list(message).severity(severity).help(help(cx.request))]
}

fn in_words(separator: Separator) -> &'static str {
    match separator {
        Separator::Comma => "commas",
        Separator::Space => "blanks",
        Separator::Newline => "line breaks",
        Separator::Semicolon => "semicolons",
    }
}

fn help(request: &Request) -> String {
    let written: Vec<&str> =
        request.items.iter().filter(|item| item.scope.is_ok()).take(2).map(|item| item.written.as_str()).collect();
    match written.as_slice() {
        [first, second] => format!("Zoho documents the comma: write `{first},{second}`"),
        _ => "Zoho documents the comma: put one between two scopes".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn only_undocumented_separators_are_told() {
        insta::assert_snapshot!(found("ZS002", "ZohoBooks.invoices.READ, ZohoBooks.bills.READ,\nZohoBooks.items.READ"), @"");
        insta::assert_snapshot!(found("ZS002", "ZohoBooks.invoices.READ\nZohoBooks.bills.READ"), @"");
        insta::assert_snapshot!(found("ZS002", "ZohoBooks.invoices.READ;ZohoBooks.bills.READ"), @r"
        ZS002 note [ZohoBooks.invoices.READ;ZohoBooks.bills.READ] the scopes are separated by semicolons
          help: Zoho documents the comma: write `ZohoBooks.invoices.READ,ZohoBooks.bills.READ`
        ");
        insta::assert_snapshot!(found("ZS002", "ZohoBooks.invoices.READ ZohoBooks.bills.READ,openid\nemail"), @r"
        ZS002 warning [ZohoBooks.invoices.READ ZohoBooks.bills.READ,openid
        email] the scopes are separated by blanks, commas and line breaks
          help: Zoho documents the comma: write `ZohoBooks.invoices.READ,ZohoBooks.bills.READ`
        ");
        insta::assert_snapshot!(found("ZS002", "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.invoices.READ+ZohoBooks.bills.READ"), @r"
        ZS002 note [ZohoBooks.invoices.READ+ZohoBooks.bills.READ] the scopes are separated by blanks
          help: Zoho documents the comma: write `ZohoBooks.invoices.READ,ZohoBooks.bills.READ`
        ");
        insta::assert_snapshot!(found("ZS002", "https://accounts.zoho.com/oauth/v2/auth?scope=openid%0Aemail"), @r"
        ZS002 note [openid%0Aemail] the scopes are separated by line breaks
          help: Zoho documents the comma: write `openid,email`
        ");
        insta::assert_snapshot!(found("ZS002", "ZohoBooks.invoices ZohoBooks.bills"), @r"
        ZS002 note [ZohoBooks.invoices ZohoBooks.bills] the scopes are separated by blanks
          help: Zoho documents the comma: put one between two scopes
        ");
    }
}
