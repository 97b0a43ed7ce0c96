//! Laws of judging: what may never change a decision, and what may change it in one direction only.

use proptest::prelude::*;
use zscope::access;
use zscope::catalog::Catalog;
use zscope::judge::{Table, Verdict};
use zscope::policy::Policy;
use zscope::scope::Scope;

use crate::semantics::policy_of;

fn verdict(catalog: &Catalog, policy: &Policy, scope: &str) -> Verdict {
    let scope: Scope = scope.parse().unwrap();
    let table = Table::new(catalog, policy);
    table.judge(None).verdict(access::Graph::of(catalog).id(&scope))
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
                assert!(allowed || !access::covers(&catalog, &big, &small), "allow {entry}: {scope}");
                let reached = access::reach(&catalog, &small).contains(&big);
                assert!(denied || !reached, "{scope} reaches {entry}, which is denied");
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

/// What a policy with many entries costs does not depend on whether they allow or deny.
#[test]
fn ten_thousand_entries_are_asked_by_what_a_scope_says_and_not_one_by_one() {
    let catalog = Catalog::embedded();
    let names: Vec<String> = (0..10_000).map(|n| format!("ZohoNowhere.thing{n}.READ")).collect();
    let other = ["ZohoBooks.invoices.READ".to_owned()];
    let mut spent = Vec::new();
    for (allow, deny) in [(&names[..], &other[..]), (&other[..], &names[..])] {
        let policy = policy_of("deny", allow, deny);
        let started = std::time::Instant::now();
        let table = Table::new(&catalog, &policy);
        let judge = table.judge(None);
        for name in &names {
            let reasons = judge.reasons(&name.parse().unwrap());
            let expected = if deny.len() > 1 { Verdict::Denied } else { Verdict::Allowed };
            assert_eq!((reasons.verdict, reasons.deciders), (expected, 1), "{name}");
        }
        spent.push(started.elapsed());
    }
    println!("10,000 entries × 10,000 scopes: allow {:.1?}, deny {:.1?}", spent[0], spent[1]);
}

#[test]
fn of_many_entries_that_decide_three_are_named_and_all_are_counted() {
    let catalog = Catalog::embedded();
    let deny: Vec<String> = (0..5_000).map(|n| format!("ZohoBooks.{{thing{n},invoices}}.READ")).collect();
    let policy = policy_of("allow", &[], &deny);
    let table = Table::new(&catalog, &policy);
    let reasons = table.judge(None).reasons(&"ZohoBooks.invoices.ALL".parse().unwrap());
    let named: Vec<&str> = reasons.decided_by.iter().map(|decider| decider.text.as_str()).collect();
    assert_eq!((named, reasons.deciders), (deny[..3].iter().map(String::as_str).collect(), 5_000));
}

#[test]
fn long_scopes_and_many_wildcards_cost_little() {
    let catalog = Catalog::embedded();
    let policy = policy_of("deny", &["**.x.**.x.**.z".to_owned()], &["**.x.**.x.**.y".to_owned()]);
    let started = std::time::Instant::now();
    let table = Table::new(&catalog, &policy);
    for n in 0..1_000 {
        let scope = format!("Zo{n}.{}y", "x.".repeat(238));
        assert_eq!(verdict_of(&table, &scope), Verdict::Denied);
        let scope = format!("Zo{n}.{}READ", "b.".repeat(238));
        assert_eq!(verdict_of(&table, &scope), Verdict::Unknown);
    }
    println!("2,000 scopes of 240 parts under two patterns with three `**` each: {:.1?}", started.elapsed());
}

fn verdict_of(table: &Table<'_>, scope: &str) -> Verdict {
    let judge = table.judge(None);
    judge.verdict(access::Graph::of(judge.catalog()).id(&scope.parse().unwrap()))
}
