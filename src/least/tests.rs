//! The least set against a search that tries everything, and the laws that it keeps.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Instant;

use super::problem::Sets;
use super::proof::ProvenNode;
use super::weight::weight;
use super::*;
use crate::access::{Graph, ScopeId};
use crate::catalog::{Needs, Status};

/// The answer to calls of which only the needs count.
fn least<'c>(catalog: &'c Catalog, calls: &[Sets]) -> Least<'c> {
    let row = |(number, sets): (usize, &Sets)| Row {
        call: format!("call {number:04}"),
        seen: vec![number],
        times: 1,
        known: None,
        values: Vec::new(),
        products: Vec::new(),
        need: Need::Sets(sets.clone()),
        doubts: Vec::new(),
    };
    Least::of_rows(catalog, calls.iter().enumerate().map(row).collect(), Options::default())
}

/// The distinct needs of the calls of services, as the catalog states them.
fn needs(catalog: &Catalog, services: &[&str]) -> Vec<Sets> {
    let mut all: BTreeMap<String, Sets> = BTreeMap::new();
    for endpoint in services.iter().flat_map(|service| catalog.endpoints(service)) {
        if let Needs::AnyOf(sets) = &endpoint.needs {
            all.entry(format!("{sets:?}")).or_insert_with(|| sets.clone());
        }
    }
    all.into_values().collect()
}

/// Made-up numbers that are always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

/// What was asked before.
#[derive(Default)]
struct Known {
    reach: HashMap<ScopeId, Vec<ScopeId>>,
    weight: HashMap<ScopeId, u64>,
}

/// Everything that can be asked for, tried: nothing of the search is used. `None` where there is too much to try.
fn brute_force(catalog: &Catalog, calls: &[Sets], most: usize, known: &mut Known) -> Option<Cost> {
    let graph = Graph::of(catalog);
    let can_exist = |set: &Vec<Scope>| {
        set.iter().all(|scope| {
            let found = access::identify(catalog, scope);
            found.invalid.is_none() && found.erratum.is_none()
        })
    };
    let is_old = |set: &Vec<Scope>| {
        set.iter().any(|scope| {
            let found = access::identify(catalog, scope);
            found.deprecated.is_some() || found.status() == Some(Status::Deprecated)
        })
    };
    let usable = |sets: &Sets| -> Sets {
        let sets: Sets = sets.iter().filter(|set| can_exist(set)).cloned().collect();
        let new: Sets = sets.iter().filter(|set| !is_old(set)).cloned().collect();
        if new.is_empty() { sets } else { new }
    };
    let calls: Vec<Sets> = calls.iter().map(usable).collect();
    let named: BTreeSet<ScopeId> = calls.iter().flatten().flatten().map(|scope| graph.id(scope)).collect();
    let can_be_asked_for = |id: &ScopeId| {
        let identity = access::identify(catalog, &graph.scope(*id));
        let exists = identity.status().is_some_and(Status::exists);
        named.contains(id) || (identity.is_known() && identity.deprecated.is_none() && exists)
    };
    let mut scopes: Vec<ScopeId> = Vec::new();
    let mut masks: HashMap<ScopeId, u32> = HashMap::new();
    for start in named.iter().flat_map(|id| graph.starts(*id)) {
        let mut mask = 0;
        for giver in access::coverers(catalog, &graph.scope(start)).iter().map(|scope| graph.id(scope)) {
            if can_be_asked_for(&giver) {
                let at = scopes.iter().position(|known| *known == giver).unwrap_or_else(|| {
                    scopes.push(giver);
                    scopes.len() - 1
                });
                if at >= most {
                    return None;
                }
                mask |= 1 << at;
            }
        }
        masks.insert(start, mask);
    }
    // Permissions that the same scopes reach count as one.
    let mut reached: HashMap<ScopeId, u32> = HashMap::new();
    for (at, id) in scopes.iter().enumerate() {
        let reach = known
            .reach
            .entry(*id)
            .or_insert_with(|| access::reach(catalog, &graph.scope(*id)).iter().map(|scope| graph.id(scope)).collect());
        for id in reach.iter() {
            *reached.entry(*id).or_default() |= 1 << at;
        }
    }
    // What a word stands for is reached by whoever reaches the word, listed or not.
    let unlisted: BTreeSet<ScopeId> = scopes
        .iter()
        .flat_map(|id| graph.starts(*id))
        .filter(|id| matches!(id.place(), access::Place::Beyond(_)))
        .collect();
    for (at, id) in scopes.iter().enumerate() {
        for start in unlisted.iter().filter(|start| graph.reaches(*id, **start)) {
            *reached.entry(*start).or_default() |= 1 << at;
        }
    }
    let mut weights: HashMap<u32, u64> = HashMap::new();
    for (id, mask) in &reached {
        let weight = known.weight.entry(*id).or_insert_with(|| weight(graph, *id, &graph.scope(*id)));
        *weights.entry(*mask).or_default() += *weight;
    }
    let weights: Vec<(u32, u64)> = weights.into_iter().filter(|(_, weight)| *weight > 0).collect();
    let access = |set: u32| weights.iter().filter(|(mask, _)| mask & set != 0).map(|(_, weight)| weight).sum::<u64>();
    let demand = |sets: &Sets| -> Vec<Vec<u32>> {
        let masks = |set: &Vec<Scope>| {
            let starts = set.iter().flat_map(|scope| graph.starts(graph.id(scope)));
            starts.map(|start| masks[&start]).collect::<Vec<u32>>()
        };
        sets.iter().map(masks).filter(|set| !set.contains(&0)).collect()
    };
    let demands: BTreeSet<Vec<Vec<u32>>> = calls.iter().map(demand).filter(|sets| !sets.is_empty()).collect();
    let alone: Vec<u64> = (0..scopes.len()).map(|at| access(1 << at)).collect();
    let mut best: Option<Cost> = None;
    for set in 0..1_u32 << scopes.len() {
        let given = |mask: &u32| mask & set != 0;
        if demands.iter().all(|sets| sets.iter().any(|starts| starts.iter().all(given))) {
            let in_it = (0..scopes.len()).filter(|at| set >> at & 1 == 1);
            let cost = Cost {
                access: access(set),
                scopes: u64::from(set.count_ones()),
                alone: in_it.map(|at| alone[at]).sum(),
            };
            best = Some(best.map_or(cost, |best| best.min(cost)));
        }
    }
    best
}

#[test]
fn nothing_that_is_tried_costs_less() {
    const INSTANCES: usize = 5_000;
    let catalog = Catalog::embedded();
    let services: Vec<&str> = catalog.names().collect();
    let of_services: Vec<Vec<Sets>> =
        services.iter().map(|service| needs(&catalog, &[service])).filter(|needs| !needs.is_empty()).collect();
    let mut dice = Dice(7);
    let mut known = Known::default();
    let (mut tried, mut left_out, mut with_choice) = (0, 0, 0);
    while tried < INSTANCES {
        let of_service = &of_services[dice.below(of_services.len())];
        let count = 1 + dice.below(5);
        let calls: Vec<Sets> = (0..count).map(|_| of_service[dice.below(of_service.len())].clone()).collect();
        // Sixteen take a while to try: few instances have so many.
        let most = if tried % 100 == 0 { 16 } else { 10 };
        let Some(best) = brute_force(&catalog, &calls, most, &mut known) else {
            left_out += 1;
            continue;
        };
        let answer = least(&catalog, &calls);
        assert_eq!(answer.cost, best, "{calls:?}: {}", answer.list());
        assert!(answer.is_proven(), "{calls:?}");
        with_choice += usize::from(!answer.found.parts.is_empty());
        tried += 1;
    }
    println!("{tried} instances tried, {with_choice} of them searched; {left_out} with more scopes left out");
}

#[test]
fn a_call_by_itself_is_given_nothing_wider_than_a_documented_scope_that_suffices() {
    let catalog = Catalog::embedded();
    let graph = Graph::of(&catalog);
    let mut count = 0;
    for service in catalog.names() {
        for sets in needs(&catalog, &[service]) {
            let answer = least(&catalog, std::slice::from_ref(&sets));
            assert!(answer.is_proven() || answer.scopes.is_empty(), "{sets:?}");
            count += 1;
            for chosen in &answer.scopes {
                // A set that the vendor names and that the answer covers without being it would be the narrower one.
                for set in &sets {
                    let covers = |scope: &Scope| access::covers(&catalog, &chosen.scope, scope);
                    let is_narrower = set.iter().all(covers)
                        && set.iter().all(|scope| !access::covers(&catalog, scope, &chosen.scope))
                        && set.iter().all(|scope| access::identify(&catalog, scope).deprecated.is_none())
                        && set.iter().all(|scope| graph.is_known(graph.id(scope)));
                    assert!(!is_narrower, "{} for {sets:?}", chosen.scope);
                }
            }
        }
    }
    println!("{count} different needs");
    assert!(count > 1_000, "{count}");
}

#[test]
fn all_calls_of_crm_and_desk_have_an_exact_answer_with_its_proof() {
    let catalog = Catalog::embedded();
    let calls = needs(&catalog, &["ZohoCRM", "Desk"]);
    let start = Instant::now();
    let answer = least(&catalog, &calls);
    println!("{} different needs: {} scopes in {:?}", calls.len(), answer.scopes.len(), start.elapsed());
    assert!(answer.found.is_proven(), "{:?} of {:?}", answer.cost, answer.at_least);
    let checked = verify(&catalog, &answer.certificate());
    println!("checked in {:?}", start.elapsed());
    assert_eq!(checked.faults, Vec::<String>::new());
    assert!(checked.is_least && checked.is_proven);
}

/// Calls of a few services, drawn at random.
fn drawn(catalog: &Catalog, dice: &mut Dice) -> Vec<Sets> {
    let services =
        ["ZohoCRM", "Desk", "ZohoBooks", "ZohoCliq", "ZohoMail", "ZohoRecruit", "ZohoCreator", "SDPOnDemand"];
    let one = services[dice.below(services.len())];
    let other = services[dice.below(services.len())];
    let all = needs(catalog, &[one, other]);
    (0..2 + dice.below(12)).map(|_| all[dice.below(all.len())].clone()).collect()
}

#[test]
fn the_answer_suffices_and_has_nothing_to_spare() {
    let catalog = Catalog::embedded();
    let mut dice = Dice(11);
    for _ in 0..150 {
        let calls = drawn(&catalog, &mut dice);
        let answer = least(&catalog, &calls);
        let held: Vec<Scope> = answer.scopes.iter().map(|chosen| chosen.scope.clone()).collect();
        let fails = |held: &[Scope]| (0..calls.len()).find(|row| answer.suffices(held, *row) == Some(false));
        assert_eq!(fails(&held), None, "{calls:?}");
        for (at, chosen) in answer.scopes.iter().enumerate() {
            let mut others = held.clone();
            others.remove(at);
            let row = fails(&others).unwrap_or_else(|| panic!("{} is not needed: {calls:?}", chosen.scope));
            assert!(chosen.needed_by.contains(&row));
            // Whatever it covers does not do in its place.
            for edge in access::opens(&catalog, &chosen.scope).into_iter().filter(|edge| edge.sure) {
                let is_narrower = !access::covers(&catalog, &edge.scope, &chosen.scope)
                    && access::identify(&catalog, &edge.scope).is_known()
                    && access::covers(&catalog, &chosen.scope, &edge.scope);
                others.push(edge.scope.clone());
                assert!(!is_narrower || fails(&others).is_some(), "{} does for {}", edge.scope, chosen.scope);
                others.pop();
            }
        }
    }
}

#[test]
fn a_call_more_takes_nothing_away_and_order_does_not_matter() {
    let catalog = Catalog::embedded();
    let mut dice = Dice(13);
    for _ in 0..100 {
        let mut calls = drawn(&catalog, &mut dice);
        let more = least(&catalog, &calls);
        let mut turned = calls.clone();
        turned.reverse();
        turned.push(calls[0].clone());
        let turned = least(&catalog, &turned);
        assert_eq!((turned.list(), turned.cost), (more.list(), more.cost));
        calls.pop();
        let less = least(&catalog, &calls);
        // What a call cannot do without it still gets, and nothing becomes cheaper.
        assert!(less.cost.access <= more.cost.access);
        let held: Vec<Scope> = more.scopes.iter().map(|chosen| chosen.scope.clone()).collect();
        for sets in &calls {
            let everywhere = |scope: &&Scope| sets.iter().all(|set| set.contains(scope));
            for need in sets.iter().flatten().filter(everywhere) {
                let can_be = access::identify(&catalog, need).is_known();
                assert!(!can_be || access::gives_need(&catalog, &held, need), "{need} of {sets:?}");
            }
        }
    }
}

#[test]
fn the_answer_is_cut_short_where_the_search_is_and_says_so() {
    let catalog = Catalog::embedded();
    // Each call can be opened by one of two, and each of those opens another one as well.
    let scope = |name: &str| format!("ZohoBooks.{name}.READ").parse::<Scope>().unwrap();
    let names = ["invoices", "contacts", "bills", "estimates", "expenses", "salesorders", "purchaseorders", "projects"];
    let mut calls: Vec<Sets> = Vec::new();
    for (at, one) in names.iter().enumerate() {
        for other in &names[at + 1..] {
            if (at + other.len()) % 3 != 0 {
                calls.push(vec![vec![scope(one)], vec![scope(other)]]);
            }
        }
    }
    let whole = least(&catalog, &calls);
    assert!(whole.found.is_proven() && !whole.found.parts.is_empty());
    let cut = Least::of_rows(&catalog, whole.rows.clone(), Options { nodes: 2, ..Options::default() });
    assert!(!cut.found.is_proven() && cut.at_least.access <= whole.cost.access && cut.cost.access >= whole.cost.access);
    assert!(cut.missing.iter().any(|missing| missing.reason.contains("ended before its end")));
    let checked = verify(&catalog, &cut.certificate());
    assert_eq!((checked.faults.as_slice(), checked.is_least), (&[][..], false));
    let checked = verify(&catalog, &whole.certificate());
    assert_eq!((checked.faults.as_slice(), checked.is_least), (&[][..], true));
}

/// A certificate with a search tree in it, of made-up calls.
fn with_tree(catalog: &Catalog) -> Certificate {
    let scope = |name: &str| name.parse::<Scope>().unwrap();
    let either = |one: &str, other: &str| vec![vec![scope(one)], vec![scope(other)]];
    let calls = [
        vec![vec![scope("ZohoBooks.settings.READ")]],
        either("ZohoBooks.invoices.READ", "ZohoBooks.bills.READ"),
        either("ZohoBooks.invoices.READ", "ZohoBooks.contacts.READ"),
        either("ZohoBooks.contacts.READ", "ZohoBooks.bills.READ"),
        vec![vec![scope("ZohoBooks.estimates.READ"), scope("ZohoBooks.estimates.UPDATE")]],
    ];
    let answer = least(catalog, &calls);
    assert!(answer.is_proven() && !answer.found.parts.is_empty());
    answer.certificate()
}

#[test]
fn planted_falsehoods_are_refused() {
    let catalog = Catalog::embedded();
    let good = with_tree(&catalog);
    assert_eq!(verify(&catalog, &good).faults, Vec::<String>::new());
    let again: Certificate = serde_json::from_str(&serde_json::to_string(&good).unwrap()).unwrap();
    assert_eq!(again, good);
    let plant = |what: &str, change: &dyn Fn(&mut Certificate)| {
        let mut bad = good.clone();
        change(&mut bad);
        assert_ne!(bad, good, "{what} changes nothing");
        let checked = verify(&catalog, &bad);
        assert!(!checked.faults.is_empty() && !checked.is_least && !checked.is_proven, "{what}");
    };
    plant("another catalog", &|proof| proof.catalog = "0".repeat(64));
    plant("another form", &|proof| proof.zscope_proof = 2);
    plant("a scope less", &|proof| drop(proof.scopes.pop()));
    plant("a scope twice", &|proof| proof.scopes.push(proof.scopes[0].clone()));
    plant("a scope of nobody's", &|proof| "ZohoBooks.chickens.READ".clone_into(&mut proof.scopes[0].scope));
    plant("a wider scope", &|proof| {
        let scope = proof.scopes.iter_mut().find(|scope| scope.scope == "ZohoBooks.settings.READ").unwrap();
        "ZohoBooks.settings.ALL".clone_into(&mut scope.scope);
    });
    plant("a wider scope at the right price", &|proof| {
        let scope = proof.scopes.iter_mut().find(|scope| scope.scope == "ZohoBooks.settings.READ").unwrap();
        "ZohoBooks.fullaccess.all".clone_into(&mut scope.scope);
        let names: Vec<Scope> = proof.scopes.iter().map(|scope| scope.scope.parse().unwrap()).collect();
        let sets: Vec<Sets> = vec![vec![names]];
        proof.cost = least(&catalog, &sets).cost;
        proof.at_least = proof.cost;
    });
    plant("a smaller price", &|proof| proof.cost.access -= 1);
    plant("a greater bound", &|proof| proof.at_least.access += 1);
    plant("a reason left out", &|proof| proof.scopes[0].needed_by.clear());
    plant("a reason that is none", &|proof| {
        let all: Vec<usize> = (0..proof.calls.len()).collect();
        proof.scopes[0].needed_by = all;
    });
    plant("a scope as narrower that is not", &|proof| {
        let narrower = super::proof::ProvenNarrower { scope: "ZohoBooks.bills.READ".to_owned(), fails: 0 };
        proof.scopes[0].narrower.push(narrower);
    });
    plant("a demand of nobody's", &|proof| {
        proof.demands[0].any_of = vec![vec!["ZohoBooks.bills.READ".to_owned()]];
    });
    plant("a call that needs nothing that another needs", &|proof| proof.demands[0].from = proof.calls.len());
    plant("a scope excluded without a reason", &|proof| {
        (proof.excluded[0].adds, proof.excluded[0].beside) = (None, None);
    });
    plant("a scope excluded with another's reason", &|proof| {
        let bad = super::proof::ProvenExclusion {
            scope: "ZohoBooks.bills.READ".to_owned(),
            adds: Some("ZohoBooks.bills.READ".to_owned()),
            beside: None,
        };
        proof.excluded.insert(0, bad);
    });
    plant("a scope excluded for one that is gone", &|proof| {
        let gone = proof.excluded[0].scope.clone();
        let last = proof.excluded.last_mut().unwrap();
        (last.adds, last.beside) = (None, Some(gone));
    });
    plant("no scope excluded", &|proof| proof.excluded.clear());
    plant("a scope forced that is not", &|proof| "ZohoBooks.bills.READ".clone_into(&mut proof.forced[0].scope));
    plant("nothing forced", &|proof| proof.forced.clear());
    plant("a part twice", &|proof| proof.parts.push(proof.parts[0].clone()));
    plant("no parts", &|proof| proof.parts.clear());
    plant("a part with fewer demands", &|proof| {
        proof.parts[0].demands.pop();
    });
    plant("a tree without its root", &|proof| drop(proof.parts[0].nodes.remove(0)));
    plant("an alternative left out", &|proof| {
        let node = proof.parts[0].nodes.iter_mut().find_map(|node| match node {
            ProvenNode::Either { next, .. } => Some(next),
            _ => None,
        });
        node.unwrap().pop();
    });
    plant("a node that leads back", &|proof| {
        let node = proof.parts[0].nodes.iter_mut().find_map(|node| match node {
            ProvenNode::Either { next, .. } => Some(next),
            _ => None,
        });
        node.unwrap()[0] = 0;
    });
    plant("a cut at the root", &|proof| {
        proof.parts[0].nodes = vec![ProvenNode::Cut(super::proof::ProvenBound::default())];
    });
    plant("a bound that counts twice", &|proof| {
        let demands = proof.parts[0].demands.clone();
        let twice = [demands.clone(), demands].concat();
        let bound = super::proof::ProvenBound { access: twice, ..Default::default() };
        proof.parts[0].nodes = vec![ProvenNode::Cut(bound)];
    });
    plant("something missing, and proven all the same", &|proof| proof.missing.push("a call".to_owned()));
}

#[test]
fn a_proof_of_calls_is_held_against_the_catalog() {
    use crate::input::calls::{Certainty, Method, Via};
    use crate::text::{Place, Sources, Span};

    let catalog = Catalog::embedded();
    let place = Place::new(Sources::default().next_id(), Span::default());
    let call = |method, url| SeenCall::new(Some(method), url, place, Certainty::Proven, Via::Line);
    let calls = [
        call(Method::Get, "https://www.zohoapis.eu/books/v3/invoices"),
        call(Method::Delete, "/crm/v8/Sales_Orders/77"),
        call(Method::Get, "/crm/v8/Cars"),
        call(Method::Get, "https://desk.zoho.com/api/v1/tickets/{ticket}"),
    ];
    let answer = Least::of(&catalog, &calls, Options::default());
    let good = answer.certificate();
    let checked = verify(&catalog, &good);
    assert_eq!(checked.faults, Vec::<String>::new(), "{}", answer.list());
    assert!(checked.is_least, "{:?}", answer.missing);
    for (what, change) in [
        ("fewer needs", (|call: &mut super::proof::ProvenCall| call.any_of.truncate(0)) as fn(&mut _)),
        ("other needs", |call| {
            call.any_of = vec![vec!["ZohoBooks.invoices.READ".to_owned(), "Desk.basic.READ".to_owned()]];
        }),
        ("another known call", |call| call.endpoint = Some("GET /books/v3/chickens".to_owned())),
        ("another call", |call| "GET /books/v3/contacts/1/comments/2/3".clone_into(&mut call.call)),
        ("another value", |call| drop(call.values.insert("module_api_name".to_owned(), "Leads".to_owned()))),
    ] {
        let mut refused = 0;
        for at in 0..good.calls.len() {
            let mut bad = good.clone();
            change(&mut bad.calls[at]);
            refused += usize::from(bad != good && !verify(&catalog, &bad).faults.is_empty());
        }
        assert!(refused > 0, "{what}");
    }
}
