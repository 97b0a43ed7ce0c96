//! ZS505 wrong-data-centre.

use super::{Check, GrantContext, Rule};
use crate::catalog::data_centre::DataCentre;
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::token::StaleForm;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS505",
        "wrong-data-centre",
        Severity::Error,
        "a token is for a data centre that the application does not name, or for an unknown host",
        DOCS,
    ),
    check: Check::Grant(check),
};

const DOCS: &str = r#"## What it does
Reports a token whose data centre is not among the application's `data-centers` in the policy. A token response whose
`api_domain` is no API host of Zoho's data centres is a warning.

## Why is this bad?
Each data centre holds its own users and data. A token for another one opens data that is not meant to leave its region, or
belongs to an installation that nobody knows of. Applications send the token to the `api_domain` of the response: a host
that is not Zoho's would receive it.

## Example
```yaml
version: 1
default: allow
apps:
  sync:
    data-centers: [eu]
```
```token app=sync
{ "access_token": "1000.x.y", "scope": "ZohoBooks.invoices.READ", "api_domain": "https://www.zohoapis.com" }
```
```token
{ "access_token": "1000.x.y", "scope": "ZohoBooks.invoices.READ", "api_domain": "https://www.zohoapis.example" }
```

## Use instead
```yaml
version: 1
default: allow
apps:
  sync:
    data-centers: [eu]
```
```token app=sync
{ "access_token": "1000.x.y", "scope": "ZohoBooks.invoices.READ", "api_domain": "https://www.zohoapis.eu" }
```
"#;

fn check(cx: &GrantContext<'_>) -> Vec<Finding> {
    let grant = cx.grant;
    let mut found = Vec::new();
    let place = grant.api_domain.as_ref().map_or(grant.place, |(_, place)| *place);
    let is_old = grant.stale.iter().any(|stale| stale.form == StaleForm::ApiHost);
    if let Some((host, place)) = &grant.api_domain
        && DataCentre::by_api_host(host).is_none()
        && !is_old
    {
        let message = format!("`{host}` is not an API host of any data centre that is known");
        let help = "send the token to no host that you do not know; where Zoho's documentation names it, lower the \
                    rule's level";
        found.push(cx.finding(*place, message).severity(Severity::Warning).help(help));
    }
    let (Some(app), Some(centre)) = (cx.policy.app, grant.data_centre) else { return found };
    if app.data_centers.is_empty() || app.data_centers.iter().any(|named| named.value == centre) {
        return found;
    }
    let named: Vec<String> = app.data_centers.iter().map(|named| format!("`{}`", named.value)).collect();
    let message =
        format!("the token is for the data centre `{centre}`, and `{}` is to run in {}", app.name, named.join(", "));
    let first = app.data_centers.first().map(|named| named.place);
    found.push(
        cx.finding(place, message)
            .help("find out who consented there and revoke the token, or add the data centre to the policy")
            .related("the policy names the data centres here", first),
    );
    found
}
