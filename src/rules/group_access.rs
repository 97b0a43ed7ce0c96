//! ZS202 group-access.

use std::collections::BTreeMap;

use super::words::{catalog_line, has_operation, only_reads, series_out_of, single_operations};
use super::{Check, Rule, ScopeContext};
use crate::access::{self, Why};
use crate::catalog::model::Group;
use crate::catalog::{Catalog, Service, Status};
use crate::finding::{Confidence, Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new("ZS202", "group-access", Severity::Warning, "a scope opens a whole group of resources", DOCS)
        .within(&["unknown-service", "unknown-scope", "deprecated-scope", "full-access"]),
    check: Check::Scope(check),
};

const DOCS: &str = r"## What it does
Reports a scope whose resource is a group, so that its operation holds for every member: `ZohoCRM.modules.READ` reads the
records of every module, custom modules included. The finding says how many known resources the scope opens, names some
of them, and cites who says that the group reaches them.

## Why is this bad?
An application seldom needs all members. What is added to the group later, such as a new custom module with personal
data, is open to the application at once, without a new consent.

## Example
```scope
ZohoCRM.modules.READ
```

## Use instead
```scope
ZohoCRM.modules.leads.READ,ZohoCRM.modules.contacts.READ
```

## Remarks
Whether a parent reaches its children differs by service, and groups have holes: `ZohoCRM.modules.ALL` does not cover
COQL, files or bulk jobs. The catalog states each group with its source. Where nobody documents that a group reaches its
members, the finding says that it perhaps does, with medium confidence.
";

fn check(cx: &ScopeContext<'_>) -> Option<Finding> {
    if !cx.judged.known || cx.scope.is_full_access() {
        return None;
    }
    let service = cx.identity.service()?;
    let members = members(cx.catalog, cx.scope);
    // That `ALL` is everything is said by another rule; that it perhaps is everything below adds nothing to it. Nor does a
    // resource or two that perhaps are opened make a group.
    let is_doubtful = !members.iter().any(|member| member.sure);
    let is_told = is_doubtful && (has_operation(cx.scope, "ALL") || members.len() <= FEW);
    (!members.is_empty() && !is_told).then(|| finding(cx, service, &members))
}

/// So few resources, none of which is surely opened, make no group.
const FEW: usize = 2;

/// A resource that a scope opens as a group.
#[derive(Clone)]
struct Member<'c> {
    /// The scope that would open it alone, or one of them.
    scope: Scope,
    sure: bool,
    /// The statement that says so; none where only the paths do.
    group: Option<&'c Group>,
}

/// What a scope opens as a group, each resource with the surest statement that says so.
fn members<'c>(catalog: &'c Catalog, scope: &Scope) -> Vec<Member<'c>> {
    let mut members: BTreeMap<Scope, Member<'c>> = BTreeMap::new();
    for edge in access::opens(catalog, scope) {
        let group = match edge.why {
            Why::Group(group) => Some(group),
            Why::Path => None,
            _ => continue,
        };
        if edge.scope != *scope && gives_something(catalog, &edge.scope) {
            // Of one resource there may be several operations.
            let resource = Scope::from_parts([&[String::new()], edge.scope.resource()].concat());
            let member = Member { scope: edge.scope, sure: edge.sure, group };
            let known = members.entry(resource).or_insert_with(|| member.clone());
            if member.sure && !known.sure {
                *known = member;
            }
        }
    }
    members.into_values().collect()
}

/// Whether a member has any of the operations that its name would stand for: a group opens no deletion of a member that
/// cannot be deleted.
fn gives_something(catalog: &Catalog, member: &Scope) -> bool {
    let identity = access::identify(catalog, member);
    let resource = identity.service().and_then(|service| service.resource(member.resource()));
    resource.is_some_and(|resource| {
        let gone = |status| matches!(status, Status::Invalid | Status::Deprecated);
        let usable = || resource.operations.iter().filter(|operation| !gone(operation.provenance.status));
        let is_own = |name: &str| member.operation().is_some_and(|own| own.eq_ignore_ascii_case(name));
        // What it is by itself is known before what it reaches.
        usable().any(|operation| is_own(&operation.name)) || {
            let meant = access::operations(catalog, member);
            usable().any(|operation| meant.contains(&operation.name.to_ascii_uppercase()))
        }
    })
}

fn finding(cx: &ScopeContext<'_>, service: &Service, members: &[Member<'_>]) -> Finding {
    let scope = cx.scope;
    let sure = members.iter().filter(|member| member.sure).count();
    let unsure = members.len() - sure;
    let message = match (sure, unsure) {
        (0, _) if members.iter().filter_map(|member| member.group).any(|group| group.provenance.status.is_sure()) => {
            format!("`{scope}` opens {}, if it exists", count(unsure))
        }
        (0, _) => format!("`{scope}` perhaps opens {}: that is assumed, and not documented", count(unsure)),
        (_, 0) => format!("`{scope}` opens {}", count(sure)),
        _ => format!("`{scope}` opens {}, and perhaps {unsure} more", count(sure)),
    };
    // Names to copy: no placeholders, and none of what is only assumed while something is sure.
    let named = members.iter().filter(|member| !member.scope.has_placeholder() && (member.sure || sure == 0));
    let samples: Vec<String> = named.map(|member| format!("`{}`", member.scope)).collect();
    let mut finding = cx.finding(message);
    if sure == 0 {
        finding = finding.confidence(Confidence::Medium);
    }
    if !samples.is_empty() {
        finding = finding
            .help(format!(
                "request only the resources that the app uses, one scope each, such as `{}`",
                least(cx, members)
            ))
            .related(format!("among them {}", series_out_of(&samples, 3, if sure == 0 { unsure } else { sure })), None);
    }
    if let Some(call) = cx.opened_call() {
        finding = finding.related(call, None);
    }
    let mut said: Vec<&Group> = Vec::new();
    for group in members.iter().filter_map(|member| member.group) {
        if !said.iter().any(|known| std::ptr::eq(*known, group)) {
            said.push(group);
        }
    }
    said.iter().fold(finding, |finding, group| finding.resting_on(catalog_line(service, &group.provenance)))
}

/// A scope that gives little of what the group opens: one resource, and reading where that is known.
fn least(cx: &ScopeContext<'_>, members: &[Member<'_>]) -> Scope {
    let named = || members.iter().filter(|member| !member.scope.has_placeholder()).map(|member| &member.scope);
    let reading = |scope: &Scope| {
        let service = cx.identity.service()?;
        let resource = service.resource(scope.resource())?;
        let single = single_operations(resource).into_iter();
        let word = single.min_by_key(|word| !only_reads(word))?;
        Some(service.scope(scope.resource(), word))
    };
    if !has_operation(cx.scope, "ALL") {
        return named().next().unwrap_or(cx.scope).clone();
    }
    let reads = |scope: &Scope| scope.operation().is_some_and(only_reads);
    let readings: Vec<Scope> = named().filter_map(reading).collect();
    let best = readings.iter().find(|scope| reads(scope)).or(readings.first());
    best.or(named().next()).unwrap_or(cx.scope).clone()
}

fn count(resources: usize) -> String {
    if resources == 1 { "1 other resource".to_owned() } else { format!("{resources} other resources") }
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;

    #[test]
    fn doubt_is_said() {
        insta::assert_snapshot!(found("ZS202", "Desk.activities.READ,ZohoCRM.settings.READ"), @r"
        ZS202 warning [Desk.activities.READ] `Desk.activities.READ` perhaps opens 3 other resources: that is assumed, and not documented
          help: request only the resources that the app uses, one scope each, such as `Desk.activities.calls.READ`
          among them `Desk.activities.calls.READ`, `Desk.activities.events.READ` and `Desk.activities.tasks.READ`
          catalog: Desk.yaml:N (assumed, github:api-evangelist/zoho:openapi/_original/Common.json)
        ZS202 warning [ZohoCRM.settings.READ] `ZohoCRM.settings.READ` opens 42 other resources
          help: request only the resources that the app uses, one scope each, such as `ZohoCRM.settings.assignment_rules.READ`
          among them `ZohoCRM.settings.assignment_rules.READ`, `ZohoCRM.settings.audit_logs.READ`, `ZohoCRM.settings.automation_actions.READ` and 39 more
          for example, it opens `GET /crm/v8/Entity_Scores__s`: list the scores of records
          catalog: ZohoCRM.yaml:N (documented, https://www.zoho.com/crm/developer/docs/api/v7/scopes.html)
        ");
    }

    #[test]
    fn only_members_that_have_the_operation_count() {
        insta::assert_snapshot!(found("ZS202", "ZohoCRM.modules.DELETE"), @r"
        ZS202 warning [ZohoCRM.modules.DELETE] `ZohoCRM.modules.DELETE` opens 28 other resources
          help: request only the resources that the app uses, one scope each, such as `ZohoCRM.modules.accounts.DELETE`
          among them `ZohoCRM.modules.accounts.DELETE`, `ZohoCRM.modules.appointments.DELETE`, `ZohoCRM.modules.appointments_rescheduled_history.DELETE` and 25 more
          for example, it opens `DELETE /crm/v8/Appointments__s`: delete appointments
          catalog: ZohoCRM.yaml:N (documented, https://www.zoho.com/crm/developer/docs/api/v7/scopes.html, public source file, repository unrecorded (ref 58064600786))
        ");
    }

    #[test]
    fn what_is_no_group_is_none() {
        insta::assert_snapshot!(found("ZS202", "ZohoCRM.modules.leads.READ,ZohoBooks.fullaccess.all,ZohoCRM.modules.ALLL"), @"");
    }
}
