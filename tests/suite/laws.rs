//! Laws of coverage and of reach, checked over every pair of catalog scopes of a service.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Instant;

use zscope::access;
use zscope::catalog::{Catalog, Status};
use zscope::judge::{Table, Verdict};
use zscope::scope::Scope;

use crate::naive::{Model, pattern};
use crate::semantics::policy_of;

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
        let graph = access::Graph::of(&catalog);
        let ids: Vec<access::ScopeId> = all.iter().map(|atom| graph.id(&scope(atom))).collect();
        let given: BTreeMap<&String, Rc<BTreeSet<String>>> =
            all.iter().map(|&atom| (atom, model.at_least(atom))).collect();
        let mut covered: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
        for &small in &all {
            let small_scope = scope(small);
            let starts: Vec<String> = access::starts(&catalog, &small_scope).iter().map(Scope::folded).collect();
            let own = model.own(small);
            assert_eq!(starts.iter().cloned().collect::<BTreeSet<_>>(), own, "{small}");
            let above: Vec<BTreeSet<String>> = starts
                .iter()
                .map(|start| access::coverers(&catalog, &scope(start)).iter().map(Scope::folded).collect())
                .collect();
            for (&big, &id) in all.iter().zip(&ids) {
                pairs += 1;
                let really = big == small || above.iter().all(|above| above.contains(big));
                let naively = big == small || own.is_subset(&given[big]);
                assert_eq!(really, naively, "{big} covers {small}");
                assert_eq!(really, graph.covers(id, graph.id(&small_scope)), "{big} covers {small}");
                if really {
                    covered.entry(big).or_default().push(small);
                }
            }
        }
        for &atom in &all {
            let below = &covered[atom];
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
fn what_is_surely_given_is_reached_and_a_scope_reaches_what_the_naive_model_says() {
    let catalog = Catalog::embedded();
    let mut reached = 0;
    for service in catalog.services() {
        let model = Model::of(service);
        let listed: BTreeSet<&String> = model.scopes.iter().collect();
        for atom in model.scopes.iter().filter(|atom| atom.contains('.')) {
            let most = model.at_most(atom);
            assert!(model.at_least(atom).is_subset(&most), "{atom}");
            let named = access::reach(&catalog, &scope(atom));
            let really: BTreeSet<String> =
                named.iter().map(Scope::folded).filter(|scope| listed.contains(scope)).collect();
            let naively: BTreeSet<String> = most.iter().filter(|scope| listed.contains(scope)).cloned().collect();
            assert_eq!(really, naively, "{atom}");
            reached += really.len();
        }
    }
    println!("reach: {reached} pairs of a scope and another one in its reach");
}

/// Each scope of the catalog as the only deny entry, held against every scope of its service.
#[test]
fn denying_agrees_with_the_naive_model_for_every_pair_of_scopes() {
    let catalog = Catalog::embedded();
    let started = Instant::now();
    let mut pairs = 0_usize;
    for service in catalog.services() {
        let model = Model::of(service);
        let all: Vec<&String> = model.scopes.iter().filter(|atom| atom.contains('.') && !atom.contains('{')).collect();
        for &entry in &all {
            let policy = policy_of("allow", &[], std::slice::from_ref(entry));
            let table = Table::new(&catalog, &policy);
            let entry_parts = pattern(entry);
            // Only what the entry names can make a difference.
            let named: Vec<&String> =
                all.iter().copied().filter(|atom| model.names(&entry_parts, atom, false)).collect();
            for &asked in &all {
                pairs += 1;
                let id = access::Graph::of(&catalog).id(&scope(asked));
                let really = table.judge(None).verdict(id) == Verdict::Denied;
                let most = model.at_most(asked);
                let naively = named.iter().any(|atom| most.contains(*atom));
                // `ALL` reaches operations, and the entry names one, that no file lists.
                let naively = naively || (really != naively && model.denies(&entry_parts, asked));
                assert_eq!(really, naively, "deny {entry}: {asked}");
            }
        }
    }
    println!("deny: {pairs} pairs in {:.1?}", started.elapsed());
}

/// Knowing a scope never makes a denial weaker: what is denied below a parent denies the parent's operation, unless the
/// catalog says, with a source, that the parent does not reach it.
#[test]
fn a_denied_child_denies_every_operation_of_a_parent_that_could_hold_it() {
    let catalog = Catalog::embedded();
    let (mut parents, mut held, mut apart) = (BTreeSet::new(), 0, 0);
    for service in catalog.services() {
        for child in &service.resources {
            let above = service.resources.iter().filter(|parent| {
                let begins = |(a, b): (&String, &String)| a.eq_ignore_ascii_case(b);
                parent.path.len() < child.path.len() && parent.path.iter().zip(&child.path).all(begins)
            });
            for parent in above {
                parents.insert(format!("{}.{}", service.name, parent.dotted()));
                let separate = service.groups.iter().any(|group| {
                    let is_said = group.provenance.status == Status::Separate && !group.provenance.sources.is_empty();
                    is_said && group.parent == parent.path && group.children.matches_parts(&child.path)
                });
                for operation in child.operations.iter().filter(|_| !child.is_template()) {
                    let denied = service.scope(&child.path, &operation.name).to_string();
                    let policy = policy_of("allow", &[], std::slice::from_ref(&denied));
                    let table = Table::new(&catalog, &policy);
                    for other in &parent.operations {
                        let all = other.name.eq_ignore_ascii_case("ALL") || operation.name.eq_ignore_ascii_case("ALL");
                        if !all && !other.name.eq_ignore_ascii_case(&operation.name) {
                            continue;
                        }
                        let asked = service.scope(&parent.path, &other.name);
                        let verdict = table.judge(None).verdict(access::Graph::of(&catalog).id(&asked));
                        assert_eq!(verdict == Verdict::Denied, !separate, "deny {denied}: {asked}");
                        if separate { apart += 1 } else { held += 1 }
                    }
                }
            }
        }
    }
    println!("{} parents: {held} operations are denied with a child's, {apart} are said to be separate", parents.len());
    assert!(parents.len() > 30 && held > 1000, "{} {held}", parents.len());
}
