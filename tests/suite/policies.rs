//! The built-in policies keep what they promise: their own `tests:` hold.

use zscope::access;
use zscope::catalog::Catalog;
use zscope::judge;
use zscope::policy::{self, builtin};
use zscope::scope::Scope;
use zscope::text::Sources;

#[test]
fn the_tests_of_every_built_in_policy_hold() {
    let catalog = Catalog::embedded();
    let mut ran = 0;
    for name in builtin::names() {
        let read = |_: &std::path::Path| Err("a built-in policy extends built-in policies alone".to_owned());
        let rules = zscope::rules::infos();
        let policy = policy::load(policy::Top::Builtin(name), &read, &rules, &mut Sources::default()).unwrap();
        assert!(!policy.tests.is_empty(), "{name} has no tests");
        for test in &policy.tests {
            let effective = policy.effective(test.app.as_deref());
            let scope: Scope = test.scopes.parse().unwrap();
            let outcome = judge::judge(&catalog, &effective, &access::identify(&catalog, &scope));
            assert_eq!(outcome.verdict.as_str(), test.expect.as_str(), "{name}: {scope}");
            ran += 1;
        }
    }
    assert!(ran >= 10, "{ran} tests only");
}
