//! ZS401 offline-access.

use super::{Check, Rule, UrlContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::judge::Judged;
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS401",
        "offline-access",
        Severity::Warning,
        "a consent URL asks for a refresh token that does not expire",
        DOCS,
    ),
    check: Check::Url(check),
};

const DOCS: &str = r"## What it does
Reports a consent URL with `access_type=offline`: a warning when one of its scopes can do more than read, a note when
all of them only read.

## Why is this bad?
With `offline` Zoho hands out a refresh token. Unlike the access token, which lives for an hour, it has no end: it works
until somebody revokes it or newer ones push it out
(<https://www.zoho.com/crm/developer/docs/api/v3/token-validity.html>). Whoever steals it keeps every scope of the list,
long after the user has forgotten the consent. That is a considerable risk for reading, and a large one for a scope that
changes or deletes data.

## Example
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.ALL&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824&access_type=offline
```
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824&access_type=offline
```

## Use instead
```scope
https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX&scope=ZohoBooks.invoices.READ&redirect_uri=https%3A%2F%2Fapp.example.com%2Fcallback&state=3f9d1c7a5b2e4086a1d7c93e5f60b824&access_type=online
```

## Remarks
An application that works while nobody is logged in needs the refresh token. Keep its scopes few, store the token like a
password, and revoke it when the integration ends. `online` is what Zoho takes where the parameter is missing.

A login flow with `offline` and `prompt=consent` gets a new refresh token every time. Zoho keeps a limited number of
them for each user and client and deletes the oldest without notice, which can stop another installation of the same
client.
";

fn check(cx: &UrlContext<'_>) -> Vec<Finding> {
    let offline = |name: &str, value: &str| {
        name.trim().eq_ignore_ascii_case("access_type") && value.trim().eq_ignore_ascii_case("offline")
    };
    let Some(param) = cx.url.params.iter().find(|param| offline(&param.name, &param.value)) else {
        return Vec::new();
    };
    let asks = "`access_type=offline` asks for a refresh token that does not expire";
    let mut finding = if let Some((scope, judged)) = widest(cx.scopes) {
        cx.finding(param.place, format!("{asks}, together with `{scope}`, which does more than read"))
            .help("use `online` where the user is present; else request reading scopes if they suffice")
            .related(format!("`{scope}` is requested here"), Some(judged.place))
    } else {
        let help = "use `online` where the user is present; else store the token like a password";
        cx.finding(param.place, asks).severity(Severity::Note).help(help)
    };
    if let Some(prompt) = cx.url.param("prompt").filter(|prompt| prompt.value.trim().eq_ignore_ascii_case("consent")) {
        let message = "`prompt=consent` makes a new refresh token at every login; beyond a limit the oldest is deleted";
        finding = finding.related(message, Some(prompt.place));
    }
    vec![finding]
}

/// The scope that does most beyond reading; of equals the first.
fn widest(scopes: &[Judged]) -> Option<(&Scope, &Judged)> {
    let readable = scopes.iter().filter_map(|judged| Some((judged.scope.as_ref().ok()?, judged)));
    let wide = readable.filter_map(|(scope, judged)| Some((width(scope)?, scope, judged)));
    wide.min_by_key(|(width, ..)| *width).map(|(_, scope, judged)| (scope, judged))
}

/// How much a scope does beyond reading, the most first; nothing when it only reads.
fn width(scope: &Scope) -> Option<u8> {
    match scope.operation()?.to_ascii_uppercase().as_str() {
        "READ" | "VIEW" | "GET" => None,
        "ALL" if scope.is_full_access() => Some(0),
        "ALL" => Some(1),
        "WRITE" | "DELETE" => Some(2),
        _ => Some(3),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn the_scope_that_does_most_decides() {
        insta::assert_snapshot!(found("ZS401", "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.bills.READ,ZohoBooks.bills.CREATE,ZohoBooks.bills.ALL&access_type=OFFLINE&prompt=consent"), @r"
        ZS401 warning [access_type=OFFLINE] `access_type=offline` asks for a refresh token that does not expire, together with `ZohoBooks.bills.ALL`, which does more than read
          help: use `online` where the user is present; else request reading scopes if they suffice
          `ZohoBooks.bills.ALL` is requested here
          `prompt=consent` makes a new refresh token at every login; beyond a limit the oldest is deleted
        ");
        insta::assert_snapshot!(found("ZS401", "https://accounts.zoho.com/oauth/v2/auth?access_type=offline&scope=ZohoBooks.bills.READ,email,ZohoBooks.bills"), @r"
        ZS401 note [access_type=offline] `access_type=offline` asks for a refresh token that does not expire
          help: use `online` where the user is present; else store the token like a password
        ");
        insta::assert_snapshot!(found("ZS401", "https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.bills.ALL&access_type=online"), @"");
        insta::assert_snapshot!(found("ZS401", "ZohoBooks.bills.ALL"), @"");
    }
}
