//! Laws of judging: what may never change a decision, and what may change it in one direction only.

use proptest::prelude::*;
use zscope::access;
use zscope::catalog::Catalog;
use zscope::judge::{self, Verdict};
use zscope::policy::Policy;
use zscope::scope::Scope;

use crate::semantics::policy_of;

fn verdict(catalog: &Catalog, policy: &Policy, scope: &str) -> Verdict {
    let scope: Scope = scope.parse().unwrap();
    judge::judge(catalog, &policy.effective(None), &access::identify(catalog, &scope)).verdict
}

/// The scopes of one service that a policy can name, with a few that the catalog does not know.
fn scopes_of(catalog: &Catalog, service: &str) -> Vec<String> {
    let service = catalog.service(service).unwrap();
    let known = service.scopes().map(|(scope, _)| scope).filter(|scope| !scope.is_word() && !scope.has_placeholder());
    let known = known.map(|scope| scope.to_string());
    let unknown = ["dreams.READ", "dreams.ALL", "dreams.night.READ"].map(|rest| format!("{}.{rest}", service.name));
    known.chain(unknown).collect()
}

#[test]
fn every_pair_of_an_entry_and_a_scope_obeys_the_laws() {
    let catalog = Catalog::embedded();
    let mut pairs = 0_usize;
    // The largest services are sampled below: judged pair by pair they take minutes.
    for service in catalog.services() {
        let scopes = scopes_of(&catalog, &service.name);
        if scopes.len() > 60 {
            continue;
        }
        for entry in &scopes {
            let one = [entry.clone()];
            let allows = policy_of("deny", &one, &[]);
            let denies = policy_of("allow", &[], &one);
            let both = policy_of("deny", &one, &one);
            for scope in &scopes {
                pairs += 1;
                let allowed = verdict(&catalog, &allows, scope) == Verdict::Allowed;
                let denied = verdict(&catalog, &denies, scope) == Verdict::Denied;
                let (big, small) = (entry.parse().unwrap(), scope.parse().unwrap());
                assert_eq!(allowed, access::covers(&catalog, &big, &small), "allow {entry}: {scope}");
                assert!(denied || !allowed, "{entry} covers {scope} and does not deny it");
                if denied {
                    assert_eq!(verdict(&catalog, &both, scope), Verdict::Denied, "deny wins: {entry}, {scope}");
                }
            }
        }
    }
    println!("judging: {pairs} pairs of an entry and a scope");
}

/// The same scope with the case of some letters changed.
fn with_case(scope: &str, bits: u64) -> String {
    scope
        .char_indices()
        .map(|(n, c)| if bits >> (n % 64) & 1 == 1 { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn order_duplicates_and_case_never_matter_and_entries_push_one_way(
        service in prop::sample::select(vec!["ZohoCRM", "Desk", "ZohoBooks", "WorkDrive", "ZohoMail", "ZohoRecruit"]),
        allow in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
        deny in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        more in any::<prop::sample::Index>(),
        asked in any::<prop::sample::Index>(),
        bits in any::<u64>(),
        by_default in any::<bool>(),
    ) {
        let catalog = Catalog::embedded();
        let scopes = scopes_of(&catalog, service);
        let pick = |list: &[prop::sample::Index]| list.iter().map(|at| at.get(&scopes).clone()).collect::<Vec<_>>();
        let (allow, deny, asked, more) = (pick(&allow), pick(&deny), asked.get(&scopes), more.get(&scopes).clone());
        let default = if by_default { "allow" } else { "deny" };
        let found = verdict(&catalog, &policy_of(default, &allow, &deny), asked);

        let turned = |list: &[String]| {
            let twice = list.iter().rev().chain(list.iter());
            twice.map(|entry| with_case(entry, bits.rotate_left(7))).collect::<Vec<_>>()
        };
        let same = policy_of(default, &turned(&allow), &turned(&deny));
        prop_assert_eq!(verdict(&catalog, &same, &with_case(asked, bits)), found);

        let with = |list: &[String]| list.iter().cloned().chain([more.clone()]).collect::<Vec<_>>();
        let wider = verdict(&catalog, &policy_of(default, &with(&allow), &deny), asked);
        prop_assert!(wider != Verdict::NotAllowed || found == Verdict::NotAllowed, "allowing more forbids");
        let stricter = verdict(&catalog, &policy_of(default, &allow, &with(&deny)), asked);
        prop_assert!(found != Verdict::Denied || stricter == Verdict::Denied, "denying more lets pass");
        let denied_anyway = verdict(&catalog, &policy_of(default, &with(&allow), &with(&deny)), &more);
        prop_assert_eq!(denied_anyway, Verdict::Denied);
    }
}
