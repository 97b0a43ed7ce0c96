//! The catalog against the published material it rests on, kept apart in `tests/evidence/`.

use std::collections::{BTreeMap, BTreeSet};

use zscope::access;
use zscope::catalog::{Catalog, Needs, Service};
use zscope::scope::Scope;

struct Row<'t> {
    service: &'t str,
    method: &'t str,
    path: &'t str,
    requirement: &'t str,
    sets: &'t str,
}

fn endpoint_rows() -> Vec<Row<'static>> {
    let lines = include_str!("../evidence/endpoints.tsv").lines();
    let rows = lines.map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let [service, method, path, requirement, sets] = columns[..] else { panic!("{line}") };
        Row { service, method, path, requirement, sets }
    });
    rows.collect()
}

/// A path with all placeholders alike.
fn path_form(path: &str) -> String {
    let form = |part: &str| if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() };
    path.split('/').map(form).collect::<Vec<_>>().join("/")
}

/// A published path as the catalog writes it.
fn written(path: &str) -> String {
    // The API names of custom modules begin with `cm_`.
    let path = path.replace("/books/v3/{module_name}", "/books/v3/cm_{module_name}");
    // The specification leaves the beginning out.
    if path.starts_with("/workspaces/") { format!("/restapi/v2{path}") } else { path }
}

/// What the catalog reads otherwise than it was published, each for a reason written in its file.
const READ_OTHERWISE: [&str; 56] = [
    // The scope of every sub-request is needed too; that is no scope one could name.
    "POST /crm/v8/__composite_requests",
    // Published with `{operation_type}` for the operation of a call that reads.
    "GET /crm/v8/org/currencies/actions/available_currencies",
    // Published as `zia.enrichment`, without the operation.
    "GET /crm/v8/settings/zia/data_enrichment",
    // Published as `modules.ALL.READ`.
    "GET /crm/v8/{module_api_name}/{record_id}/actions/download_fields_attachment",
    // Published with the scopes of roles, file uploads or storage analytics alone: a slip, so nothing is known.
    "GET /crm/v8/Appointments_Rescheduled_History__s",
    "POST /crm/v8/Appointments_Rescheduled_History__s",
    "PUT /crm/v8/Appointments_Rescheduled_History__s",
    "DELETE /crm/v8/Appointments_Rescheduled_History__s/{id}",
    "GET /crm/v8/Appointments_Rescheduled_History__s/{id}",
    "PUT /crm/v8/Appointments_Rescheduled_History__s/{id}",
    "GET /crm/v8/__features/data_enrichment",
    "GET /crm/v8/__features/user_licenses",
    "PUT /crm/v8/{module}/actions/run_scoring_rules",
    // Published twice, once with the scopes of another page: those are left aside.
    "GET /crm/v8/Services__s",
    "POST /crm/v8/Services__s",
    "DELETE /crm/v8/Services__s/{id}",
    "GET /crm/v8/Services__s/{id}",
    "PUT /crm/v8/Services__s/{id}",
    "GET /crm/v8/settings/automation/cadences",
    "GET /crm/v8/settings/automation/scoring_rules",
    "POST /crm/v8/settings/automation/scoring_rules",
    "GET /crm/v8/settings/automation/scoring_rules/{ruleId}",
    "POST /crm/v8/settings/automation/scoring_rules/{ruleId}/actions/clone",
    "POST /crm/v8/settings/business_hours",
    "GET /crm/v8/settings/fields/{fieldId}/pick_list_values",
    "GET /crm/v8/settings/holidays",
    "PUT /crm/v8/settings/holidays",
    "DELETE /crm/v8/settings/holidays/{holidayId}",
    "GET /crm/v8/settings/holidays/{holidayId}",
    "PUT /crm/v8/settings/holidays/{holidayId}",
    "POST /crm/v8/{module}/actions/enrol_in_cadences",
    "POST /crm/v8/{module}/actions/unenrol_from_cadences",
    // Published for the actions that read; others on the same path write.
    "POST /api/v2/{resource_id}",
    // Two public projects report success without the scope of Zoho Search.
    "GET /crm/v8/{moduleApiName}/actions/count",
    "GET /crm/v8/{module}/search",
    // A newer edition of the specification asks for the operation that the call does, where this one says VIEW.
    "DELETE /crm/v8/{module}/{dealId}/Contact_Roles",
    "DELETE /crm/v8/{module}/{dealId}/Contact_Roles/{contactId}",
    "GET /crm/v8/{module}/{dealId}/Contact_Roles",
    "GET /crm/v8/{module}/{dealId}/Contact_Roles/{contactId}",
    "PUT /crm/v8/{module}/{dealId}/Contact_Roles",
    "PUT /crm/v8/{module}/{dealId}/Contact_Roles/{contactId}",
    // Published with scopes of Zoho People and Zoho Calendar, which the vendor's own page on users leaves out.
    "DELETE /api/v2/events/{id}",
    "GET /api/v2/departments",
    "GET /api/v2/departments/{DEPARTMENT_ID}",
    "GET /api/v2/departments/{DEPARTMENT_ID}/members",
    "GET /api/v2/events",
    "GET /api/v2/events/{id}",
    "GET /api/v2/me?source=remote_tools",
    "GET /api/v2/users",
    "GET /api/v2/users/{USER_ID}",
    "POST /api/v2/events",
    "POST /api/v2/events/attachments",
    "PUT /api/v2/events/{id}",
    "PUT /api/v2/events/{id}/statuses/{status}",
    "PUT /api/v2/me/checkin",
    "PUT /api/v2/me/checkout",
];

/// A published scope; some pages write a placeholder as `<name>`.
fn parsed(text: &str) -> Option<Scope> {
    text.replace('<', "{").replace('>', "}").parse().ok()
}

#[test]
fn every_published_scope_is_in_the_catalog_or_left_out_with_a_reason() {
    let catalog = Catalog::embedded();
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut missing = Vec::new();
    for line in include_str!("../evidence/scopes.tsv").lines() {
        let columns: Vec<&str> = line.split('\t').collect();
        let (service, written) = (columns[0], columns[1]);
        let count = counts.entry(service).or_default();
        let known = parsed(written).is_some_and(|scope| access::identify(&catalog, &scope).is_known());
        if known {
            count[0] += 1;
        } else if accounted_for(&catalog, written) {
            count[1] += 1;
        } else {
            count[2] += 1;
            missing.push(written);
        }
    }
    let known: usize = counts.values().map(|count| count[0]).sum();
    let explained: usize = counts.values().map(|count| count[1]).sum();
    println!("scopes: {known} in the catalog, {explained} left out with a reason");
    assert_eq!(missing, Vec::<&str>::new());
    let rows = counts.iter().map(|(service, [known, left, _])| format!("{service}\t{known}\t{left}"));
    insta::assert_snapshot!("scopes_by_service", rows.collect::<Vec<_>>().join("\n"));
}

/// Whether some file says why a scope is no entry: left out, a slip, or reported not to exist.
fn accounted_for(catalog: &Catalog, written: &str) -> bool {
    let same = |other: &str| other.eq_ignore_ascii_case(written);
    let listed = |service: &Service| {
        service
            .left_out
            .iter()
            .any(|left| !left.is_call && (same(&left.what) || same(&format!("{}.{}", service.name, left.what))))
            || service.errata.iter().any(|slip| same(&slip.written))
            || parsed(written).is_some_and(|scope| access::identify(catalog, &scope).provenance().is_some())
            || parsed(written).is_some_and(|scope| {
                scope.service().is_some_and(|name| service.name.eq_ignore_ascii_case(name))
                    && service
                        .resource(scope.resource())
                        .is_some_and(|resource| resource.operation(scope.operation().unwrap_or_default()).is_some())
            })
    };
    catalog.services().any(listed)
}

#[test]
fn every_published_call_is_in_the_catalog_and_opened_by_its_scopes() {
    let catalog = Catalog::embedded();
    let (mut opened, mut unstated, mut free, mut other) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    let mut reported: BTreeMap<&str, usize> = BTreeMap::new();
    for row in endpoint_rows() {
        *reported.entry(row.service).or_default() += 1;
        let call = format!("{} {}", row.method, row.path);
        let endpoints = catalog.endpoints(row.service);
        // One call published under two names of its placeholder is one call of the catalog.
        let same_form = || {
            let form = path_form(&written(row.path));
            endpoints.iter().find(|endpoint| endpoint.method == row.method && path_form(&endpoint.path) == form)
        };
        let Some(endpoint) = endpoints.iter().find(|endpoint| endpoint.call() == call).or_else(same_form) else {
            let service = catalog.service(row.service).unwrap();
            if !service.left_out.iter().any(|left| left.is_call && left.what == call) {
                wrong.push(format!("{}: {call} is missing", row.service));
            }
            continue;
        };
        match row.requirement {
            "none-required" if endpoint.needs == Needs::Nothing => free += 1,
            "combination-unstated" if matches!(endpoint.needs, Needs::Unstated(_)) => {
                let listed = row.sets.split(" ? ").filter_map(parsed).collect::<Vec<_>>();
                if access::suffices(&catalog, &listed, endpoint).is_some() {
                    wrong.push(format!("{}: {call} is decided, and nobody says how", row.service));
                }
                unstated += 1;
            }
            "documented" => {
                if READ_OTHERWISE.contains(&call.as_str()) {
                    other += 1;
                    continue;
                }
                for set in row.sets.split(" | ") {
                    let scopes: Option<Vec<Scope>> = set.split(" & ").map(parsed).collect();
                    let Some(scopes) = scopes else {
                        wrong.push(format!("{}: {call}: `{set}` is no set of scopes", row.service));
                        continue;
                    };
                    match access::suffices(&catalog, &scopes, endpoint) {
                        Some(true) => opened += 1,
                        found => wrong.push(format!("{}: {call} needs {set}: {found:?}", row.service)),
                    }
                }
            }
            requirement => wrong.push(format!("{}: {call} is {requirement}", row.service)),
        }
    }
    println!("calls: {opened} sets of scopes open theirs, {unstated} unstated, {free} free, {other} read otherwise");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let rows = reported.iter().map(|(service, count)| format!("{service}\t{count}"));
    insta::assert_snapshot!("calls_by_service", rows.collect::<Vec<_>>().join("\n"));
}

#[test]
fn no_scope_of_another_resource_opens_a_call_by_accident() {
    let catalog = Catalog::embedded();
    let (mut checked, mut accidents) = (0_usize, Vec::new());
    for service in catalog.services() {
        let scopes: Vec<Scope> = service.scopes().map(|(scope, _)| scope).collect();
        let mut coverers: BTreeMap<&Scope, BTreeSet<Scope>> = BTreeMap::new();
        for endpoint in catalog.endpoints(&service.name) {
            let Needs::AnyOf(sets) = &endpoint.needs else { continue };
            let needed: BTreeSet<&Scope> = sets.iter().flatten().collect();
            for need in &needed {
                coverers.entry(need).or_insert_with(|| access::coverers(&catalog, need).into_iter().collect());
            }
            for scope in &scopes {
                checked += 1;
                if !sets.iter().any(|set| set.iter().all(|need| coverers[need].contains(scope))) {
                    continue;
                }
                let same_resource = needed.iter().any(|need| {
                    let same = need.resource().iter().zip(scope.resource()).all(|(a, b)| a.eq_ignore_ascii_case(b));
                    need.resource().len() == scope.resource().len() && same
                });
                let by_group = needed.iter().any(|need| in_group(service, scope, need));
                if !(same_resource || by_group || scope.is_full_access()) {
                    accidents.push(format!("{scope} opens {}", endpoint.call()));
                }
            }
        }
    }
    println!("calls: {checked} pairs of a scope and a call, none by accident");
    assert_eq!(accidents, Vec::<String>::new());
}

/// Whether a sure group edge of the catalog leads from one resource to the other, written out by hand.
fn in_group(service: &Service, scope: &Scope, need: &Scope) -> bool {
    service.groups.iter().any(|group| {
        group.provenance.status.is_sure()
            && group.parent.join(".").eq_ignore_ascii_case(&scope.resource().join("."))
            && group.children.matches_parts(need.resource())
    })
}
