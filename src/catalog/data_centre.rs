//! Zoho's data centres: which accounts host serves which, and where its APIs are.
//!
//! Sources: <https://www.zoho.com/accounts/protocol/oauth/multi-dc.html> for the accounts hosts and most API domains,
//! <https://www.bigin.com/developer/docs/apis/multi-dc.html> for China,
//! <https://www.zoho.com/workdrive/developer/docs/api/v1/getting-started-multi-dc-support.html> for the API domain of
//! the United Arab Emirates. The accounts host of the Emirates and the API domain of the United Kingdom are known
//! from working clients only.

/// One of Zoho's data centres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataCentre {
    /// The short name that Zoho uses in `location=` of a redirect.
    pub code: &'static str,
    /// The host that issues tokens.
    pub accounts_host: &'static str,
    /// The host of the APIs that all products share.
    pub api_domain: &'static str,
}

/// All data centres.
pub const ALL: [DataCentre; 10] = [
    DataCentre { code: "us", accounts_host: "accounts.zoho.com", api_domain: "www.zohoapis.com" },
    DataCentre { code: "eu", accounts_host: "accounts.zoho.eu", api_domain: "www.zohoapis.eu" },
    DataCentre { code: "in", accounts_host: "accounts.zoho.in", api_domain: "www.zohoapis.in" },
    DataCentre { code: "au", accounts_host: "accounts.zoho.com.au", api_domain: "www.zohoapis.com.au" },
    DataCentre { code: "jp", accounts_host: "accounts.zoho.jp", api_domain: "www.zohoapis.jp" },
    // Canada's accounts host is under another registrable domain than its APIs.
    DataCentre { code: "ca", accounts_host: "accounts.zohocloud.ca", api_domain: "www.zohoapis.ca" },
    DataCentre { code: "sa", accounts_host: "accounts.zoho.sa", api_domain: "www.zohoapis.sa" },
    DataCentre { code: "uk", accounts_host: "accounts.zoho.uk", api_domain: "www.zohoapis.uk" },
    DataCentre { code: "ae", accounts_host: "accounts.zoho.ae", api_domain: "www.zohoapis.ae" },
    DataCentre { code: "cn", accounts_host: "accounts.zoho.com.cn", api_domain: "www.zohoapis.com.cn" },
];

/// The short names of all data centres, in the order of [`ALL`].
#[must_use]
pub fn codes() -> [&'static str; 10] {
    ALL.map(|centre| centre.code)
}

/// What follows `zohoapis.` in each data centre: `com`, `eu`, `com.au`, …
pub(crate) fn endings() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(DataCentre::ending)
}

impl DataCentre {
    /// The data centre of a short name, in any case.
    #[must_use]
    pub fn by_code(code: &str) -> Option<&'static Self> {
        ALL.iter().find(|centre| centre.code.eq_ignore_ascii_case(code))
    }

    /// The data centre of an accounts host, in any case.
    #[must_use]
    pub fn by_accounts_host(host: &str) -> Option<&'static Self> {
        ALL.iter().find(|centre| centre.accounts_host.eq_ignore_ascii_case(host))
    }

    /// The data centre of an API domain, in any case.
    #[must_use]
    pub fn by_api_domain(host: &str) -> Option<&'static Self> {
        ALL.iter().find(|centre| centre.api_domain.eq_ignore_ascii_case(host))
    }

    /// The data centre of any host of the shared APIs: `www`, `sandbox`, `developer` and `content` before
    /// `zohoapis.…`, as the vendor's SDK has them
    /// (<https://github.com/zoho/zohocrm-python-sdk-8.0>, `zohocrmsdk/src/com/zoho/crm/api/dc`).
    #[must_use]
    pub fn by_api_host(host: &str) -> Option<&'static Self> {
        let (kind, rest) = host.split_once('.')?;
        let known = ["www", "sandbox", "developer", "content"].iter().any(|known| known.eq_ignore_ascii_case(kind));
        let centre = ALL.iter().find(|centre| {
            centre.api_domain.strip_prefix("www.").is_some_and(|domain| domain.eq_ignore_ascii_case(rest))
        });
        centre.filter(|_| known)
    }

    /// What follows `zohoapis.` and, Canada aside, `accounts.zoho.`.
    pub(crate) fn ending(&self) -> &'static str {
        self.api_domain.strip_prefix("www.zohoapis.").unwrap_or(self.api_domain)
    }
}

/// Whether consent pages of Zoho itself live on a host: an accounts host, or one of the portals' hosts,
/// `accounts.zohoportal.…` and `{solution}.zohoplatform.…`.
///
/// For portals the vendor shows `.com` and `.eu` (<https://www.zoho.com/commerce/api/oauth-step-4.html>,
/// <https://www.zoho.com/developer/docs/vertical-solutions/api/v6/multi-dc.html>); that the other data centres follow
/// the same form is assumed. Self-hosted products speak the protocol on hosts of their own, which are not among these.
#[must_use]
pub fn is_accounts_host(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    DataCentre::by_accounts_host(&host).is_some()
        || ALL.iter().any(|centre| {
            let Some(name) = host.strip_suffix(centre.ending()).and_then(|rest| rest.strip_suffix('.')) else {
                return false;
            };
            name == "accounts.zohoportal"
                || name.strip_suffix(".zohoplatform").is_some_and(|solution| !solution.is_empty())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_centre_is_found_by_each_of_its_names() {
        for centre in &ALL {
            assert_eq!(DataCentre::by_code(&centre.code.to_uppercase()), Some(centre));
            assert_eq!(DataCentre::by_accounts_host(&centre.accounts_host.to_uppercase()), Some(centre));
            assert_eq!(DataCentre::by_api_domain(centre.api_domain), Some(centre));
        }
        assert_eq!(DataCentre::by_code("us").map(|dc| dc.accounts_host), Some("accounts.zoho.com"));
        assert_eq!(DataCentre::by_code("ca").map(|dc| dc.accounts_host), Some("accounts.zohocloud.ca"));
        assert_eq!(DataCentre::by_code("cn").map(|dc| dc.api_domain), Some("www.zohoapis.com.cn"));
        assert_eq!(DataCentre::by_code("xx"), None);
    }

    #[test]
    fn look_alikes_are_not_accounts_hosts() {
        for (host, expected) in [
            ("accounts.zoho.com", true),
            ("Accounts.Zoho.com.AU", true),
            ("accounts.zohocloud.ca", true),
            ("accounts.zohoportal.com", true),
            ("accounts.zohoportal.eu", true),
            ("shop.zohoplatform.com", true),
            ("shop.zohoplatform.eu", true),
            ("accounts.zoho.ca", false),
            ("zohoplatform.com", false),
            (".zohoplatform.com", false),
            ("shop.zohoplatform.evil.com", false),
            ("shop.evilzohoplatform.com", false),
            ("x.accounts.zohoportal.com", false),
            ("accounts.zoho.com.evil.org", false),
            ("evil-accounts.zoho.com", false),
            ("", false),
        ] {
            assert_eq!(is_accounts_host(host), expected, "{host}");
        }
    }
}
