//! Calls: which known call a call is, and what `zscope who` says of it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde::Deserialize;
use zscope::access::{self, Openers};
use zscope::catalog::calls::{Call, Host, Index};
use zscope::catalog::{Catalog, Needs, Service};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    call: String,
    found: Vec<String>,
    host: Option<String>,
    version: Option<[String; 2]>,
    likelier: Option<String>,
    #[serde(default)]
    other_methods: bool,
    elsewhere: Option<Vec<String>>,
}

#[test]
fn calls() {
    let table: Table = toml::from_str(include_str!("../semantics/calls.toml")).unwrap();
    let catalog = Catalog::embedded();
    let index = Index::build(&catalog);
    let mut failed = Vec::new();
    for case in &table.case {
        let call: Call = case.call.parse().unwrap();
        let found = index.find(&call);
        let calls: Vec<String> = found.matches.iter().map(|at| at.endpoint.call()).collect();
        let first = found.matches.first();
        let host = match found.host {
            Host::Unsaid => None,
            Host::Listed => Some("listed"),
            Host::Unknown => Some("unknown"),
        };
        let elsewhere: Vec<String> = found.elsewhere.iter().map(|at| at.endpoint.call()).collect();
        let version = first.and_then(|at| at.version.clone()).map(|versions| [versions.asked, versions.known]);
        let likelier = first.and_then(|at| index.likelier(&call, at)).map(zscope::catalog::Endpoint::call);
        let good = calls == case.found
            && (case.host.is_none() || host == case.host.as_deref())
            && version == case.version
            && likelier == case.likelier
            && case.elsewhere.as_ref().is_none_or(|expected| *expected == elsewhere)
            && (!calls.is_empty() || found.other_methods.is_empty() != case.other_methods);
        if !good {
            failed.push(format!("{}: {calls:?} {host:?} {version:?} {likelier:?} {elsewhere:?}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A path template with made-up values in the place of its placeholders. Written apart from the index, so that both
/// would have to be wrong in the same way.
fn made_up(template: &str) -> String {
    static PLACEHOLDER: LazyLock<regex::Regex> =
        LazyLock::new(|| regex::Regex::new(r"\(\\d\+\)|\{[^}]*\}|<[^>]*>|\[[^\]]*\]|(?:[/_]):\w+").unwrap());
    let pattern = &*PLACEHOLDER;
    let value = |found: &regex::Captures<'_>| match &found[0] {
        text if text.starts_with(['/', '_']) => format!("{}70071", &text[..1]),
        _ => "70071".to_owned(),
    };
    let once = pattern.replace_all(template, value).into_owned();
    // `:a_:b`: the name of the first takes the underscore.
    pattern.replace_all(&once.replace("70071:", "70071_:"), value).into_owned()
}

/// A host of a service on which its paths are those of the catalog; empty for a service without one.
fn host_of(service: &Service) -> String {
    let plain = service.hosts.iter().find(|host| host.base_paths.is_empty());
    plain.map(|host| made_up(&host.host.replace("{dc}", "com"))).unwrap_or_default()
}

#[test]
fn every_template_is_found_again() {
    let catalog = Catalog::embedded();
    let index = Index::build(&catalog);
    let mut exceptions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut count = 0;
    for service in catalog.services() {
        for endpoint in catalog.endpoints(&service.name) {
            let method = if endpoint.method == "UNSTATED" { "GET" } else { &endpoint.method };
            for path in [endpoint.path.clone(), made_up(&endpoint.path)] {
                count += 1;
                // Where a path could be any product's, the host says whose it is.
                let host = Some(host_of(service)).filter(|host| path.starts_with('/') && !host.is_empty());
                let host = host.map(|host| format!("https://{host}")).unwrap_or_default();
                let call: Call = format!("{method} {host}{path}").parse().unwrap();
                let found = index.find(&call);
                let own: Vec<_> = found.matches.iter().filter(|at| at.service.name == service.name).collect();
                assert!(!own.is_empty(), "{} is not found for {} ({path})", endpoint.call(), service.name);
                assert!(own.iter().all(|at| at.version.is_none()), "{call}");
                if own.iter().any(|at| std::ptr::eq(at.endpoint, endpoint)) {
                    if own.len() > 1 {
                        let line = own.iter().map(|at| at.endpoint.call()).collect::<Vec<_>>().join(" = ");
                        let lines = exceptions.entry("equal up to the names of placeholders").or_default();
                        lines.push(format!("{} {line}", service.name));
                    }
                    continue;
                }
                let other = own[0].endpoint;
                let kind = if endpoint.method == "UNSTATED" {
                    "another states the method"
                } else if other.path.split('?').next() == endpoint.path.split('?').next() {
                    "another query"
                } else {
                    "shadowed by a closer template"
                };
                exceptions.entry(kind).or_default().push(format!(
                    "{} {} by {}",
                    service.name,
                    endpoint.call(),
                    other.call()
                ));
            }
        }
    }
    for (kind, lines) in &mut exceptions {
        lines.sort();
        lines.dedup();
        println!("{kind}: {}", lines.len());
        for line in lines.iter() {
            println!("  {line}");
        }
    }
    let counts: Vec<(&str, usize)> = exceptions.iter().map(|(kind, lines)| (*kind, lines.len())).collect();
    println!("{count} lookups, {counts:?}");
    assert!(count > 8_000);
    insta::assert_debug_snapshot!(counts);
}

/// The segments of a template, and which of them are placeholders as a whole.
fn parts(template: &str) -> Vec<(String, bool)> {
    let made = made_up(template);
    static SEGMENT: LazyLock<regex::Regex> =
        LazyLock::new(|| regex::Regex::new(r"/(\(\\d\+\)|\{[^}]*\}|<[^>]*>|\[[^\]]*\]|:\w+|[^/]+)").unwrap());
    let pattern = &*SEGMENT;
    let path = template.split('?').next().unwrap_or("");
    let written: Vec<&str> = pattern.captures_iter(path).map(|found| found.get(1).unwrap().as_str()).collect();
    let filled: Vec<&str> = made.split('?').next().unwrap_or("").split('/').filter(|part| !part.is_empty()).collect();
    assert_eq!(written.len(), filled.len(), "{template}");
    written.into_iter().zip(filled).map(|(written, filled)| (written.to_owned(), filled == "70071")).collect()
}

#[test]
fn a_placeholder_never_takes_a_word_that_is_reserved() {
    let catalog = Catalog::embedded();
    let index = Index::build(&catalog);
    let plain = |word: &str| word.trim_end_matches("__s").replace('_', "").to_lowercase();
    let (mut tried, mut taken) = (0, Vec::new());
    for service in catalog.services() {
        let host = host_of(service);
        let calls = catalog.endpoints(&service.name).iter().filter(|call| call.path.starts_with('/'));
        let templates: Vec<_> = calls.map(|call| (call, parts(&call.path))).collect();
        let mut shapes = BTreeSet::new();
        for (call, row) in &templates {
            for (at, _) in row.iter().enumerate().filter(|(_, (_, is_open))| *is_open) {
                let words: BTreeSet<&str> = templates
                    .iter()
                    .filter(|(_, other)| {
                        other.len() > at
                            && !other[at].1
                            && other[..at]
                                .iter()
                                .zip(row)
                                .all(|(one, other)| one.1 || other.1 || one.0.eq_ignore_ascii_case(&other.0))
                    })
                    .map(|(_, other)| other[at].0.as_str())
                    .filter(|word| word.chars().all(|c| c == '_' || c.is_ascii_alphabetic()))
                    .collect();
                // Rows that are alike up to there are alike in what is reserved.
                let before: Vec<&str> =
                    row[..at].iter().map(|(text, is_open)| if *is_open { "" } else { text }).collect();
                if !shapes.insert((before, row.len())) {
                    continue;
                }
                for word in words {
                    let names =
                        |part: &String| plain(word) == plain(part) || plain(word) == format!("{}s", plain(part));
                    if service.resources.iter().any(|resource| resource.path.last().is_some_and(names)) {
                        continue;
                    }
                    let mut path = String::new();
                    for (n, (text, is_open)) in row.iter().enumerate() {
                        path.push('/');
                        path.push_str(if n == at {
                            word
                        } else if *is_open {
                            "zz9invented"
                        } else {
                            text
                        });
                    }
                    let method = if call.method == "UNSTATED" { "GET" } else { &call.method };
                    let on = if host.is_empty() { String::new() } else { format!("https://{host}") };
                    let asked: Call = format!("{method} {on}{path}").parse().unwrap();
                    tried += 1;
                    let found = index.find(&asked);
                    // `[xml/json]` says itself which words it takes.
                    let swallows = |template: &str| {
                        !template.contains("[xml/json]") && parts(template).get(at).is_some_and(|part| part.1)
                    };
                    taken.extend(
                        found
                            .matches
                            .iter()
                            .filter(|one| one.service.name == service.name && swallows(&one.endpoint.path))
                            .map(|one| format!("{asked} is taken for {}", one.endpoint.call())),
                    );
                }
            }
        }
    }
    println!("{tried} invented paths below reserved words, none of them known");
    assert!(tried > 2_000, "{tried}");
    assert!(taken.is_empty(), "{}:\n{}", taken.len(), taken.join("\n"));
}

#[test]
fn a_path_of_one_product_is_never_known_by_accident_on_a_host_of_another() {
    let catalog = Catalog::embedded();
    let index = Index::build(&catalog);
    let host = |pattern: &str| made_up(&pattern.replace("{dc}", "com"));
    let mut hosts: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for service in catalog.services() {
        for one in &service.hosts {
            hosts.entry(host(&one.host)).or_default().push(&service.name);
        }
    }
    let (mut tried, mut shared, mut accidents) = (0, 0, BTreeSet::new());
    for service in catalog.services() {
        let paths = catalog.endpoints(&service.name).iter().map(|call| call.path.as_str());
        let templates: BTreeSet<&str> = paths.filter(|path| path.starts_with('/')).collect();
        for template in templates {
            let asked = parts(template);
            let made = made_up(template);
            let foreign = hosts.iter().filter(|(_, owners)| !owners.contains(&service.name.as_str()));
            // A fifth of all pairs, another fifth for each path.
            for (host, _) in foreign.skip(tried % 5).step_by(5) {
                tried += 1;
                let call: Call = format!("https://{host}{made}").parse().unwrap();
                for found in index.find(&call).matches {
                    // The other product has this very path, or a placeholder of it took a word of this one; any name
                    // can be that of a module.
                    let own = parts(&found.endpoint.path);
                    let offset = asked.len() - own.len().min(asked.len());
                    let took = own
                        .iter()
                        .rev()
                        .zip(asked[offset.min(asked.len())..].iter().rev())
                        .any(|(own, asked)| own.1 && !asked.1 && !own.0.to_lowercase().contains("module"));
                    if took {
                        accidents.insert(format!(
                            "{host}{template} is taken for {} of {}",
                            found.endpoint.call(),
                            found.service.name
                        ));
                    } else {
                        shared += 1;
                    }
                }
            }
        }
    }
    println!(
        "{tried} paths on hosts of other products: {shared} are paths of those, too, {} by accident",
        accidents.len()
    );
    assert!(tried > 30_000, "{tried}");
    let list: Vec<_> = accidents.into_iter().collect();
    assert!(list.is_empty(), "{}:\n{}", list.len(), list.join("\n"));
}

#[test]
fn every_call_has_an_answer_that_suffices() {
    let catalog = Catalog::embedded();
    for service in catalog.services() {
        for endpoint in catalog.endpoints(&service.name) {
            let openers = access::openers(&catalog, endpoint, &[]);
            match (&endpoint.needs, openers) {
                (Needs::Nothing, Openers::Nothing) | (Needs::Unknown, Openers::Unknown) => {}
                (Needs::Unstated(listed), Openers::Unstated(found))
                | (Needs::Likely(listed), Openers::Likely(found)) => {
                    assert_eq!(listed.len(), found.len());
                }
                (Needs::Disputed(sets), Openers::Disputed(choice)) => {
                    assert_eq!(sets.len(), choice.alternatives.len(), "{}", endpoint.call());
                    assert_eq!(access::suffices(&catalog, &sets[0], endpoint), None, "{}", endpoint.call());
                }
                (Needs::AnyOf(sets), Openers::AnyOf(choice)) => {
                    assert_eq!(sets.len(), choice.alternatives.len(), "{}", endpoint.call());
                    assert!(!choice.alternatives[0].elsewhere);
                    for one in &choice.wider {
                        let alone = std::slice::from_ref(&one.scope);
                        assert_eq!(
                            access::suffices(&catalog, alone, endpoint),
                            Some(true),
                            "{} {}",
                            endpoint.call(),
                            one.scope
                        );
                    }
                    for one in &choice.alternatives {
                        let set: Vec<_> = one.scopes.iter().map(|opener| opener.scope.clone()).collect();
                        assert_eq!(access::suffices(&catalog, &set, endpoint), Some(true), "{}", endpoint.call());
                        assert!(one.reach >= one.scopes.iter().map(|opener| opener.reach).max().unwrap_or(0));
                    }
                }
                (needs, found) => panic!("{}: {needs:?} {found:?}", endpoint.call()),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_path_is_looked_up(path in "(/(api|v[0-9]|crm|books|v3|Leads|\\{[a-z]*\\}|[0-9.]{1,4}|\\PC{0,3})){1,12}") {
        thread_local! { static CATALOG: &'static Catalog = Box::leak(Box::new(Catalog::embedded())); }
        thread_local! { static INDEX: Index<'static> = Index::build(CATALOG.with(|catalog| *catalog)); }
        if let Ok(call) = format!("GET {path}").parse::<Call>() {
            INDEX.with(|index| {
                let found = index.find(&call);
                assert!(found.matches.iter().all(|at| ["GET", "UNSTATED"].contains(&at.endpoint.method.as_str())));
                let near = index.nearest(&call, 3);
                assert!(near.len() <= 3);
            });
        }
    }
}

/// Exit code, standard output and standard error.
fn who(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_zscope")).arg("who").args(args).env_clear().output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn transcript(args: &[&str]) -> String {
    let (code, stdout, stderr) = who(args);
    format!("exit: {code}\n{stdout}{stderr}")
}

#[test]
fn the_narrowest_scope_comes_first() {
    insta::assert_snapshot!(transcript(&["GET", "/books/v3/invoices"]));
}

#[test]
fn the_scope_that_bears_the_name_of_the_path_comes_first() {
    insta::assert_snapshot!(transcript(&["DELETE https://www.zohoapis.eu/crm/v8/Leads/123?wf_trigger=false"]));
}

#[test]
fn several_scopes_at_once() {
    insta::assert_snapshot!(transcript(&["POST", "/crm/v8/Quotes/1/actions/convert"]));
}

#[test]
fn another_version_is_said() {
    insta::assert_snapshot!(transcript(&["/crm/v2/Leads"]));
}

#[test]
fn needs_that_the_vendor_leaves_open() {
    insta::assert_snapshot!(transcript(&["GET", "https://desk.zoho.in/api/v1/accounts/search"]));
}

#[test]
fn what_is_not_known_names_the_nearest() {
    insta::assert_snapshot!(transcript(&["GET", "https://desk.zoho.com/api/v1/tikets/12/timer"]));
    insta::assert_snapshot!(transcript(&["PATCH", "/books/v3/invoices"]));
    insta::assert_snapshot!(transcript(&["GET", "/books/v3/invoces"]));
}

#[test]
fn a_host_excludes_other_products() {
    for format in ["text", "table", "json"] {
        for call in [
            "POST https://api.stripe.com/api/v2/customers",
            "GET https://www.zohoapis.com/anything",
            "GET https://sign.zoho.com/api/v1/worklogs",
        ] {
            let (code, stdout, _) = who(&[call, "--format", format]);
            assert_eq!(code, 1, "{call}");
            assert!(
                !stdout.contains(".READ") && !stdout.contains(".CREATE") && !stdout.contains(".ALL"),
                "{call}: {stdout}"
            );
        }
    }
    insta::assert_snapshot!(transcript(&["GET", "https://people.zoho.com/api/v1/departments"]));
    insta::assert_snapshot!(transcript(&["GET", "https://crm-proxy.example.com/crm/v8/Leads"]));
}

/// The scopes that a call is opened by, as `who` lists them first.
fn first_scopes(call: &str, count: usize) -> Vec<String> {
    let (_, stdout, _) = who(&[call, "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let alternatives = document["matches"][0]["alternatives"].as_array().cloned().unwrap_or_default();
    let fitting = alternatives.iter().filter(|one| one["elsewhere"] == false);
    let names = fitting.map(|one| {
        let scopes = one["scopes"].as_array().unwrap().iter().map(|scope| scope["scope"].as_str().unwrap());
        scopes.collect::<Vec<_>>().join(" & ")
    });
    names.take(count).collect()
}

#[test]
fn the_module_that_is_asked_for_decides() {
    for (call, expected) in [
        ("GET /crm/v8/Sales_Orders", &["ZohoCRM.modules.salesorders.READ"][..]),
        ("DELETE /crm/v8/Purchase_Orders/1", &["ZohoCRM.modules.purchaseorders.DELETE"]),
        ("PUT /crm/v8/Price_Books/1", &["ZohoCRM.modules.pricebooks.UPDATE"]),
        ("GET /crm/v8/Leads/1", &["ZohoCRM.modules.leads.READ"]),
        ("GET /crm/v8/Cars", &["ZohoCRM.modules.custom.READ", "ZohoCRM.modules.READ"]),
        ("POST /crm/v8/Purchase_Requests", &["ZohoCRM.modules.custom.CREATE", "ZohoCRM.modules.CREATE"]),
        ("GET /crm/v8/Price_Books/1/actions/share", &["ZohoCRM.share.pricebooks.READ"]),
        ("GET /crm/v8/Cars/1/actions/share", &["ZohoCRM.share.Cars.READ", "ZohoCRM.share.custom.READ"]),
        ("GET /crm/v8/Sales_Orders/1/Attachments", &["ZohoCRM.modules.attachments.READ"]),
    ] {
        let found = first_scopes(call, 2);
        assert!(
            found.starts_with(&expected.iter().map(|scope| (*scope).to_owned()).collect::<Vec<_>>()),
            "{call}: {found:?}"
        );
    }
    // No other module's scope stands among what fits a module of one's own.
    let all = first_scopes("GET /crm/v8/Cars", 100);
    assert!(all.iter().all(|scope| !scope.contains("accounts") && !scope.contains("leads")), "{all:?}");
}

#[test]
fn tables() {
    insta::assert_snapshot!(transcript(&["GET", "/crm/v8/Leads/1", "--format", "table"]));
}

#[test]
fn json() {
    let (code, stdout, _) = who(&["GET", "/crm/v8/Leads/1/Emails", "--format", "json"]);
    let mut document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    document["tool"]["catalog"]["digest"] = "…".into();
    assert_eq!(code, 0);
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
    let (code, stdout, _) = who(&["GET", "/no/such/call", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, document["matches"].as_array().unwrap().len()), (1, 0));
    assert_eq!(document["format_version"], 1);
}

#[test]
fn wrong_usage() {
    for args in [
        &["FETCH", "/crm/v8/Leads"][..],
        &["GTE", "/crm/v8/Leads"],
        &["ZohoBooks.invoices.READ"],
        &["GET"],
        &[],
        &["GET", "/a", "/b"],
        &["GET", "ftp://www.zohoapis.com/crm"],
    ] {
        let (code, stdout, stderr) = who(args);
        assert_eq!((code, stdout.as_str()), (2, ""), "{args:?}: {stderr}");
        assert!(stderr.starts_with("error: "), "{args:?}: {stderr}");
    }
    insta::assert_snapshot!(transcript(&["ZohoBooks.invoices.READ"]));
}

#[test]
fn secrets_and_control_characters_stay_inside() {
    let token = format!("1000.{}.{}", "ab12".repeat(8), "cd34".repeat(8));
    for format in ["text", "table", "json"] {
        for address in [
            format!("https://user:{token}@www.zohoapis.com/crm/v8/Leads/%1b[31m?access_token={token}"),
            format!("/no/such/{token}/%1b[31m"),
        ] {
            let (_, stdout, stderr) = who(&["GET", &address, "--format", format]);
            let all = stdout + &stderr;
            assert!(!all.contains(&token) && !all.contains('\u{1b}'), "{all}");
        }
    }
}

#[test]
fn of_scopes_that_reach_as_much_the_one_of_every_operation_comes_last() {
    let ended = crate::run::zscope(&["who", "GET", "/crm/v8/Cars/1/actions/share"]).ended();
    let place = |name: &str| ended.stdout.find(name).unwrap_or_else(|| panic!("{name}: {}", ended.stdout));
    assert!(place("ZohoCRM.share.Cars.READ") < place("ZohoCRM.share.Cars.ALL"), "{}", ended.stdout);
}

#[test]
fn what_is_said_not_to_open_scheduled_messages_is_not_shown_to() {
    let ended = crate::run::zscope(&["who", "POST", "/api/v2/chats/7/scheduledmessages"]).ended();
    assert!(
        ended.stdout.contains("ZohoCliq.Messages.CREATE") && !ended.stdout.contains("Messages.ALL"),
        "{}",
        ended.stdout
    );
}
