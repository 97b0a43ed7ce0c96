//! ZS406 unknown-host.

use super::{Check, Rule, UrlContext};
use crate::catalog::data_centre::{self, DataCentre};
use crate::finding::{Finding, RuleInfo, Severity};

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS406",
        "unknown-host",
        Severity::Error,
        "a URL leads to a host that looks like Zoho's accounts server and is none",
        DOCS,
    ),
    check: Check::Url(check),
};

const DOCS: &str = r"## What it does
Reports a consent or token URL whose host is named like an accounts server of Zoho's and belongs to no data centre.

## Why is this bad?
Users would be sent to a page that does not exist, or to one of somebody else's who registered the name; a token URL
sends the client's secret there. Canada's host has another domain than its APIs, and Australia and China write `com.`
before their country.

## Example
```scope
https://accounts.zoho.ca/oauth/v2/auth?scope=ZohoBooks.invoices.READ&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX
```

## Use instead
```scope
https://accounts.zohocloud.ca/oauth/v2/auth?scope=ZohoBooks.invoices.READ&client_id=1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX
```

## Remarks
Hosts with other names are left alone: self-hosted products speak the same protocol on hosts of their own.
";

fn check(cx: &UrlContext<'_>) -> Vec<Finding> {
    let host = cx.url.host.as_str();
    let is_template = host.contains(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-'));
    if is_template || !is_of_family(host) || data_centre::is_accounts_host(host) {
        return Vec::new();
    }
    let message = format!("`{host}` is no accounts host of any data centre of Zoho's");
    let help = match meant(host) {
        Some(centre) => format!("write `{}`", centre.accounts_host),
        None => {
            let hosts: Vec<String> =
                data_centre::ALL.iter().map(|centre| format!("`{}`", centre.accounts_host)).collect();
            format!("write the host of the user's data centre: {}", hosts.join(", "))
        }
    };
    vec![cx.finding(cx.url.place, message).help(help)]
}

/// Whether a host is named like one of the accounts servers: `accounts.zoho.…`, `account.zohocloud.…`.
fn is_of_family(host: &str) -> bool {
    let rest = host.strip_prefix("accounts.").or_else(|| host.strip_prefix("account."));
    let domain = rest.and_then(|rest| rest.split('.').next()).unwrap_or("");
    // Portals of other products have a domain of their own.
    domain.starts_with("zoho") && domain != "zohoplatform" || host.starts_with("accounts-zoho.")
}

/// The data centre whose country or ending a host names.
fn meant(host: &str) -> Option<&'static DataCentre> {
    let domain = host.trim_start_matches("accounts.").trim_start_matches("account.");
    let ending = domain.split_once('.').map_or("", |(_, ending)| ending);
    let last = ending.rsplit('.').next().unwrap_or("");
    let of_ending = |ending: &str| {
        let matches = |centre: &&DataCentre| {
            let own = centre.accounts_host.splitn(3, '.').nth(2).unwrap_or("");
            own == ending
        };
        data_centre::ALL.iter().find(matches)
    };
    // `co.uk`, `com.in` and `au` mean their country's; what ends in another name is somebody else's.
    let country = matches!(ending.split('.').next(), Some("co" | "com")) || !ending.contains('.');
    of_ending(ending).or_else(|| DataCentre::by_code(last).filter(|_| country))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::found;

    #[test]
    fn the_right_host_is_named() {
        for (host, expected) in [
            ("accounts.zoho.ca", Some("accounts.zohocloud.ca")),
            ("accounts.zoho.au", Some("accounts.zoho.com.au")),
            ("accounts.zoho.co.uk", Some("accounts.zoho.uk")),
            ("accounts.zoho.com.in", Some("accounts.zoho.in")),
            ("accounts.zoho.cn", Some("accounts.zoho.com.cn")),
            ("account.zoho.com", Some("accounts.zoho.com")),
            ("accounts.zohoapis.eu", Some("accounts.zoho.eu")),
            ("accounts.zoho.com.example.org", None),
            ("accounts.zoho.example", None),
        ] {
            assert_eq!(meant(host).map(|centre| centre.accounts_host), expected, "{host}");
        }
    }

    #[test]
    fn hosts_of_others_and_templates_are_left_alone() {
        for host in ["accounts.zoho.eu", "accounts.example.org", "{accounts}", "accounts.zoho.{dc}", "localhost"] {
            let url = format!("https://{host}/oauth/v2/auth?scope=openid&client_id=x");
            assert_eq!(found("ZS406", &url), "", "{host}");
        }
        insta::assert_snapshot!(found("ZS406", "https://accounts.zoho.com.example.org/oauth/v2/auth?scope=openid"), @r"
        ZS406 error [https://accounts.zoho.com.example.org/oauth/v2/auth?scope=openid] `accounts.zoho.com.example.org` is no accounts host of any data centre of Zoho's
          help: write the host of the user's data centre: `accounts.zoho.com`, `accounts.zoho.eu`, `accounts.zoho.in`, `accounts.zoho.com.au`, `accounts.zoho.jp`, `accounts.zohocloud.ca`, `accounts.zoho.sa`, `accounts.zoho.uk`, `accounts.zoho.ae`, `accounts.zoho.com.cn`
        ");
    }
}
