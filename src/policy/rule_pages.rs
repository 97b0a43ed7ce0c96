//! An organisation's own pages about rules.

use crate::finding::Link;
use crate::finding::RuleInfo;

/// What an error says of the form.
pub(super) const FORM: &str = "write it as in `https://wiki.example.com/zscope/{code}`: `{code}` and `{rule}` stand \
                               for a rule's code and name";

/// The most characters of the address.
const MOST: usize = 500;

/// Where an organisation has its pages about rules: an address in which `{code}` and `{rule}` stand for the code and the
/// name of a rule. Findings link there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulePages(String);

impl RulePages {
    /// Reads an address as policies have it.
    ///
    /// ```
    /// use zscope::policy::RulePages;
    ///
    /// let pages = RulePages::parse("https://wiki.example.com/{rule}#{code}").unwrap();
    /// let rule = zscope::rules::infos().into_iter().find(|rule| rule.code == "ZS201").unwrap();
    /// assert_eq!(pages.page(rule).unwrap().as_str(), "https://wiki.example.com/full-access#ZS201");
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_page = text.len() <= MOST && Link::parse(&filled(text, "ZS000", "a-rule")).is_some();
        is_page.then(|| Self(text.to_owned()))
    }

    /// The pages of the book about zscope, where the build was told its address or the manifest has it as its homepage.
    #[must_use]
    pub(crate) fn of_the_book() -> Option<Self> {
        let address = option_env!("ZSCOPE_BOOK").unwrap_or(env!("CARGO_PKG_HOMEPAGE"));
        Self::in_book(address)
    }

    fn in_book(address: &str) -> Option<Self> {
        Self::parse(&format!("{}/rules/{{code}}.html", address.trim_end_matches('/')))
    }

    /// The address as the policy has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The page about a rule.
    #[must_use]
    pub fn page(&self, rule: &RuleInfo) -> Option<Link> {
        Link::parse(&filled(&self.0, rule.code, rule.name))
    }
}

fn filled(text: &str, code: &str, rule: &str) -> String {
    text.replace("{code}", code).replace("{rule}", rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_has_a_page_for_each_rule_and_none_is_no_address() {
        let pages = RulePages::in_book("https://example.org/zscope/").unwrap();
        assert_eq!(pages.page(rule("ZS201")).unwrap().as_str(), "https://example.org/zscope/rules/ZS201.html");
        assert_eq!(RulePages::in_book(""), None);
    }

    fn rule(code: &str) -> &'static RuleInfo {
        crate::rules::infos().into_iter().find(|rule| rule.code == code).unwrap()
    }

    #[test]
    fn every_rule_has_a_page_of_its_own() {
        let pages = RulePages::parse("https://wiki.example.com/{code}/{rule}").unwrap();
        let addresses: std::collections::BTreeSet<String> =
            crate::rules::infos().into_iter().map(|rule| pages.page(rule).unwrap().as_str().to_owned()).collect();
        assert_eq!(addresses.len(), crate::rules::infos().len());
        assert!(addresses.contains("https://wiki.example.com/ZS201/full-access"));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("https://x.example/{}", "a".repeat(MOST));
        for wrong in ["{code}", "https://x.example/{id}", "https://x.example/{code", "javascript:{code}", &long] {
            assert_eq!(RulePages::parse(wrong), None, "{wrong}");
        }
        assert!(RulePages::parse("https://x.example/rules").is_some(), "one page for all rules");
    }
}
