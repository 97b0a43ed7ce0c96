//! Laws of coverage and of judging, checked over every pair of catalog scopes of a service.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use zscope::access::{self, Reading};
use zscope::catalog::Catalog;
use zscope::scope::{Pattern, Scope};

use crate::naive::Model;

fn scope(text: &str) -> Scope {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn coverage_agrees_with_the_naive_model_for_every_pair_of_scopes() {
    let catalog = Catalog::embedded();
    let started = Instant::now();
    let mut pairs = 0_usize;
    for service in catalog.services() {
        let model = Model::of(service);
        let all: Vec<&String> = model.scopes.iter().filter(|atom| atom.contains('.')).collect();
        let given: BTreeMap<&String, BTreeSet<String>> = all.iter().map(|&atom| (atom, model.at_least(atom))).collect();
        let mut covered: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
        for &small in &all {
            let small_scope = scope(small);
            let starts: Vec<String> = access::starts(&catalog, &small_scope).iter().map(Scope::folded).collect();
            assert_eq!(starts.iter().cloned().collect::<BTreeSet<_>>(), model.own(small), "{small}");
            let above: Vec<BTreeSet<String>> = starts
                .iter()
                .map(|start| {
                    let above = access::coverers(&catalog, &scope(start), Reading::AtLeast);
                    above.iter().map(Scope::folded).collect()
                })
                .collect();
            for &big in &all {
                pairs += 1;
                let really = above.iter().all(|above| above.contains(big));
                let naively = model.own(small).is_subset(&given[big]);
                assert_eq!(really, naively, "{big} covers {small}");
                if really {
                    covered.entry(big).or_default().push(small);
                }
            }
        }
        for &atom in &all {
            let below = &covered[atom];
            assert!(below.contains(&atom), "{atom} does not cover itself");
            for &middle in below {
                for &low in &covered[middle] {
                    assert!(below.contains(&low), "{atom} covers {middle} covers {low}, and not {atom} {low}");
                }
            }
        }
    }
    println!("coverage: {pairs} pairs in {:.1?}", started.elapsed());
}

#[test]
fn at_least_is_inside_at_most() {
    let catalog = Catalog::embedded();
    for service in catalog.services() {
        let model = Model::of(service);
        for atom in model.scopes.iter().filter(|atom| atom.contains('.')) {
            assert!(model.at_least(atom).is_subset(&model.at_most(atom)), "{atom}");
            let least = access::coverers(&catalog, &scope(atom), Reading::AtLeast);
            let most = access::coverers(&catalog, &scope(atom), Reading::AtMost);
            for above in least {
                assert!(most.contains(&above), "{above} covers {atom} at least and not at most");
            }
        }
    }
}

#[test]
fn overlap_agrees_with_the_naive_model_for_every_pair_of_scopes() {
    let catalog = Catalog::embedded();
    let started = Instant::now();
    let mut pairs = 0_usize;
    for service in catalog.services() {
        let model = Model::of(service);
        let all: Vec<&String> = model.scopes.iter().filter(|atom| atom.contains('.')).collect();
        let reached: Vec<BTreeSet<String>> = all.iter().map(|atom| model.at_most(atom)).collect();
        let patterns: Vec<Vec<Pattern>> =
            all.iter().map(|atom| access::reach_patterns(&Pattern::of_scope(&scope(atom)), Some(service))).collect();
        for (a, &one) in all.iter().enumerate() {
            for (b, &other) in all.iter().enumerate().skip(a) {
                pairs += 1;
                let really = patterns[a].iter().any(|x| patterns[b].iter().any(|y| x.meets(y)));
                let naively = !reached[a].is_disjoint(&reached[b]);
                if naively {
                    assert!(really, "{one} and {other} overlap in the naive model only");
                } else if really {
                    // A placeholder may turn out to be any name: the naive model has no such names.
                    let open = |atom: &str| atom.contains('{');
                    let any = reached[a].iter().chain(&reached[b]).any(|atom| open(atom));
                    assert!(any, "{one} and {other} overlap in the program only");
                }
            }
        }
    }
    println!("overlap: {pairs} pairs in {:.1?}", started.elapsed());
}
