//! Calls: which known call a call is, and what `zscope who` says of it.

use std::collections::BTreeMap;
use std::process::Command;

use proptest::prelude::*;
use serde::Deserialize;
use zscope::access::{self, Openers};
use zscope::catalog::calls::{Call, HostFit, Index};
use zscope::catalog::{Catalog, Needs};

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
        let host = first.map(|at| match at.host {
            HostFit::Listed => "listed",
            HostFit::Named => "named",
            HostFit::Unsaid => "unsaid",
            HostFit::Other => "other",
        });
        let version = first.and_then(|at| at.version.clone()).map(|versions| [versions.asked, versions.known]);
        let likelier = first.and_then(|at| index.likelier(&call, at)).map(zscope::catalog::Endpoint::call);
        let good = calls == case.found
            && (case.host.is_none() || host == case.host.as_deref())
            && version == case.version
            && likelier == case.likelier
            && (!calls.is_empty() || found.other_methods.is_empty() != case.other_methods);
        if !good {
            failed.push(format!("{}: {calls:?} {host:?} {version:?} {likelier:?}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A path template with made-up values in the place of its placeholders. Written apart from the index, so that both
/// would have to be wrong in the same way.
fn made_up(template: &str) -> String {
    let pattern = regex::Regex::new(r"\(\\d\+\)|\{[^}]*\}|<[^>]*>|\[[^\]]*\]|(?:[/_]):\w+").unwrap();
    let value = |found: &regex::Captures<'_>| match &found[0] {
        text if text.starts_with(['/', '_']) => format!("{}70071", &text[..1]),
        _ => "70071".to_owned(),
    };
    let once = pattern.replace_all(template, value).into_owned();
    // `:a_:b`: the name of the first takes the underscore.
    pattern.replace_all(&once.replace("70071:", "70071_:"), value).into_owned()
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
                let call: Call = format!("{method} {path}").parse().unwrap();
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

#[test]
fn every_call_has_an_answer_that_suffices() {
    let catalog = Catalog::embedded();
    for service in catalog.services() {
        for endpoint in catalog.endpoints(&service.name) {
            let openers = access::openers(&catalog, endpoint, &[]);
            match (&endpoint.needs, openers) {
                (Needs::Nothing, Openers::Nothing) => {}
                (Needs::Unstated(listed), Openers::Unstated(found)) => assert_eq!(listed.len(), found.len()),
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
fn a_host_that_speaks_for_another_product_is_a_caution() {
    insta::assert_snapshot!(transcript(&["GET", "https://people.zoho.com/api/v1/departments"]));
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
