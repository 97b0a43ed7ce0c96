//! ZS206 toxic-combination.

use std::collections::HashSet;

use super::words::{only_reads, single_operations};
use super::{Check, ListContext, Measure, Rule};
use crate::access::{self, Graph, ScopeId, Why};
use crate::catalog::{DataClass, Service};
use crate::finding::{Confidence, Finding, RuleInfo, Severity, Subject};
use crate::judge::Judged;
use crate::scope::Scope;
use crate::text::Place;

pub(crate) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS206",
        "toxic-combination",
        Severity::Error,
        "two scopes of a request are far more dangerous together than alone",
        DOCS,
    ),
    check: Check::List(check),
};

const DOCS: &str = r"## What it does
Looks at all scopes of a request together, and reports pairs that make an attack complete:

- reading mail, and managing users: whoever reads the invitation or the reset message takes over the account;
- creating or running code, and writing elsewhere: code may run with rights of its own, which the scopes do not bound;
- reading credentials, and managing users: the one opens other systems, the other makes an account to come back with;
- reading files, and creating share links in the same service: anything can leave without a download.

Bulk export beside read access to every module of the same service is what bulk reads need, so that is advice: a note,
whatever level the policy has, that names the way to less.

A pair is told once. It is an error where both scopes name what they are about, a warning where one of them reaches it
among others through `ALL`, so that a narrower scope would dissolve the pair; the help then names that scope. A scope that
could do both by itself is no pair: other rules speak of it.

## Why is this bad?
Each scope may be justified, and was perhaps reviewed, by itself. A leaked token holds all of them.

## Example
```scope
WorkDrive.files.READ,WorkDrive.links.CREATE
```
```scope
ZohoMail.messages.READ,ZohoDirectory.Users.UPDATE
```

## Use instead
```scope
WorkDrive.files.READ,WorkDrive.links.READ
```
```scope
ZohoMail.messages.READ
```

## Remarks
Give the two halves to two applications, each with a client and tokens of its own. The finding rests on the catalog's
data classes, which are this project's own judgement; a policy can change them under `data`. Full access to a service is
reported by `full-access`, and where a list has it, no other scope of that service is named here. Where a scope only
perhaps reaches what the pair needs, the confidence is medium.
";

/// Two kinds of access that should not meet.
struct Combination {
    /// What the pair can do, after `together can`.
    what: &'static str,
    /// Why that is worse than the two alone.
    why: &'static str,
    one: fn(&Touch<'_>) -> bool,
    other: fn(&Touch<'_>) -> bool,
    /// Whether both must be in the same service.
    same_service: bool,
    /// Calls need the two together: what there is to say is advice.
    is_needed: bool,
}

const COMBINATIONS: [Combination; 5] = [
    Combination {
        what: "read mail and manage users",
        why: "who reads the invitation or reset message takes over the account",
        one: |touch| touch.mail && touch.reads(DataClass::Messages),
        other: |touch| touch.manages_users(),
        same_service: false,
        is_needed: false,
    },
    Combination {
        what: "export in bulk and read every module",
        why: "one job copies the records of all modules",
        one: |touch| touch.names(&["bulk", "backup", "export", "exports"]) && touch.can_export(),
        other: |touch| touch.through_group && touch.reads(DataClass::Personal),
        same_service: true,
        is_needed: true,
    },
    Combination {
        what: "run code and write elsewhere",
        why: "code may run with rights of its own, which the scopes do not bound",
        one: |touch| touch.has(DataClass::Code) && touch.writes(),
        other: |touch| !touch.has(DataClass::Code) && touch.writes(),
        same_service: false,
        is_needed: false,
    },
    Combination {
        what: "read credentials and manage users",
        why: "the one opens other systems, the other makes an account to come back with",
        one: |touch| touch.reads(DataClass::Credentials),
        other: |touch| touch.manages_users(),
        same_service: false,
        is_needed: false,
    },
    Combination {
        what: "read files and share them by link",
        why: "whatever can be read can leave without a download",
        one: |touch| touch.reads(DataClass::Files) && !touch.names(SHARING),
        other: |touch| touch.names(&["links", "sharing"]) && touch.creates(),
        same_service: true,
        is_needed: false,
    },
];

/// Names of resources that are about who sees something, not about who the users are.
const SHARING: &[&str] = &["links", "share", "sharing"];

/// One thing that a scope of the request may reach.
struct Touch<'t> {
    scope: &'t Scope,
    classes: &'t [DataClass],
    /// Whether the service is a mail service.
    mail: bool,
    /// Whether the scope of the request reaches it as a member of a group.
    through_group: bool,
}

impl Touch<'_> {
    fn has(&self, class: DataClass) -> bool {
        self.classes.contains(&class)
    }

    fn operation(&self) -> &str {
        self.scope.operation().unwrap_or_default()
    }

    fn is(&self, words: &[&str]) -> bool {
        words.iter().any(|word| word.eq_ignore_ascii_case(self.operation()))
    }

    fn reads(&self, class: DataClass) -> bool {
        self.has(class) && (only_reads(self.operation()) || self.is(&["ALL"]))
    }

    fn writes(&self) -> bool {
        !self.operation().is_empty() && !only_reads(self.operation())
    }

    fn creates(&self) -> bool {
        self.is(&["CREATE", "UPDATE", "WRITE", "ALL"])
    }

    /// Reading is the operation of a bulk export, or it has a word of its own; `CREATE` alone may be an import.
    fn can_export(&self) -> bool {
        only_reads(self.operation()) || self.is(&["ALL", "CUSTOM", "EXECUTE"])
    }

    fn manages_users(&self) -> bool {
        self.has(DataClass::UsersAndRoles) && self.writes() && !self.names(SHARING)
    }

    /// Whether a part of the resource's path has one of the names.
    fn names(&self, names: &[&str]) -> bool {
        self.scope.resource().iter().any(|part| names.iter().any(|name| name.eq_ignore_ascii_case(part)))
    }
}

/// What one scope brings into combinations, whatever stands beside it.
#[derive(Clone, Debug)]
pub(crate) struct Profile {
    scope: Scope,
    /// The scope in lower case: the choice must not depend on the order of the request.
    folded: String,
    /// As the catalog spells it.
    service: String,
    id: ScopeId,
    /// What surely covers the scope, itself left out.
    above: Box<[ScopeId]>,
    /// Full access to its service.
    is_whole: bool,
    /// For each combination and side: how the scope is that half, if it is.
    halves: Halves,
    /// Which halves it is, in bits: two for each combination.
    mask: u16,
}

/// For each combination and side how a scope is that half.
type Halves = [[Option<Role>; 2]; COMBINATIONS.len()];

/// How a scope is one half of a combination.
#[derive(Clone, Debug)]
struct Role {
    /// By assumed edges alone.
    doubtful: bool,
    /// Among other things, through `ALL`: what a narrower scope would be that is no such half, where one is known.
    wide: bool,
    narrower: Option<Scope>,
}

impl Profile {
    /// How many other scopes it names.
    pub(crate) fn above(&self) -> usize {
        self.above.len()
    }
}

/// Two scopes of a list that should not meet, by their indices there.
pub(crate) struct Pair<'p> {
    /// The number of the combination.
    number: usize,
    pub(crate) one: usize,
    pub(crate) other: usize,
    profiles: [&'p Profile; 2],
    doubtful: bool,
    /// The numbers of other combinations that the two are.
    also: Vec<usize>,
}

impl Pair<'_> {
    /// Which combinations the two are, in bits; the one that is told first also by its number, in the lowest byte.
    pub(crate) fn kind(&self) -> usize {
        self.also.iter().fold(self.number, |kind, also| kind | 0x100 << also)
    }

    /// What is said of the second one. `places` are those of both.
    pub(crate) fn finding(&self, [first, second]: [Place; 2]) -> Finding {
        let Combination { what, why, is_needed, .. } = &COMBINATIONS[self.number];
        let [a, b] = self.profiles.map(|profile| &profile.scope);
        let [one, other] = self.profiles;
        let roles = [(a, &one.halves[self.number][0]), (b, &other.halves[self.number][1])];
        let mut finding = Finding::new(&RULE.info, second, format!("`{a}` and `{b}` together can {what}: {why}"))
            .about(Subject::Scope(self.other))
            .scope(b)
            .related(format!("the other half: `{a}`"), Some(first));
        for also in &self.also {
            finding = finding.related(format!("together they can also {}", COMBINATIONS[*also].what), None);
        }
        let narrower = roles.iter().find_map(|(wide, role)| Some((wide, role.as_ref()?.narrower.as_ref()?)));
        finding = finding.help(match narrower {
            _ if *is_needed => "calls for bulk reads need both: name the modules that the app exports, one scope each, \
                                in place of the group"
                .to_owned(),
            Some((wide, narrower)) => {
                format!("request `{narrower}` in place of `{wide}`, which dissolves the pair, if that is all the app does there")
            }
            None => "drop one of the two, or give each to an application of its own, with a client of its own".to_owned(),
        });
        if *is_needed {
            finding = finding.as_advice();
        } else if roles.iter().any(|(_, role)| role.as_ref().is_some_and(|role| role.wide)) {
            finding = finding.severity(Severity::Warning);
        }
        if self.doubtful { finding.confidence(Confidence::Medium) } else { finding }
    }
}

/// A scope of the request that is one half of a combination. Ordered so that the least is the best to show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Half<'p> {
    /// Whether it reaches what it needs by assumed edges alone.
    doubtful: bool,
    folded: &'p str,
    /// Its index among the distinct scopes.
    index: usize,
}

/// The best halves of one combination in one service; for one that spans services under an empty name.
struct Sides<'p> {
    service: &'p str,
    /// Two of each side are enough: the other half can be the same scope as at most one of them.
    best: [[Option<Half<'p>>; 2]; 2],
}

fn check(cx: &ListContext<'_>) -> Vec<Finding> {
    // A pair is made of two, and most requests of a tree name one.
    if cx.scopes.len() < 2 {
        return Vec::new();
    }
    let profiles: Vec<(usize, Profile)> =
        cx.distinct().filter_map(|(at, judged, _)| Some((at, profile(cx, judged)?))).collect();
    let profiles: Vec<(usize, &Profile)> = profiles.iter().map(|(at, profile)| (*at, profile)).collect();
    let place = |at: usize| cx.scopes.get(at).map_or(cx.request.place, |judged| judged.place);
    pairs(&profiles).iter().map(|pair| pair.finding([place(pair.one), place(pair.other)])).collect()
}

/// What a scope brings into combinations; nothing where it takes no part in them.
pub(crate) fn profile(cx: &Measure<'_>, judged: &Judged) -> Option<Profile> {
    let scope = judged.scope.as_ref().ok().filter(|scope| judged.known || scope.is_full_access())?;
    let service = cx.catalog.service(scope.service()?)?;
    let is_whole = scope.is_full_access();
    let halves = if is_whole { Halves::default() } else { halves(cx, service, scope) };
    let graph = Graph::of(cx.catalog);
    let id = graph.id(scope);
    let bits = halves.iter().flatten().enumerate().filter(|(_, half)| half.is_some());
    Some(Profile {
        scope: scope.clone(),
        folded: scope.folded(),
        service: service.name.clone(),
        id,
        above: graph.above_least(id).into_iter().skip(1).collect(),
        is_whole,
        mask: bits.fold(0, |mask, (bit, _)| mask | 1 << bit),
        halves,
    })
}

/// The best pair of each combination, out of the distinct scopes of a list that come with their indices there; what the
/// same two scopes can do besides stands with the first.
pub(crate) fn pairs<'p>(profiles: &[(usize, &'p Profile)]) -> Vec<Pair<'p>> {
    let all = profiles.iter().fold(0, |all, (_, profile)| all | profile.mask);
    let possible = |number: usize| all >> (2 * number) & 0b11 == 0b11;
    let is_within_all = |profile: &Profile| {
        profiles.iter().any(|(_, other)| other.is_whole && other.service.eq_ignore_ascii_case(&profile.service))
    };
    // What another scope covers adds nothing: the pair would be that other scope alone.
    let mut halves: Option<Vec<(usize, &Profile)>> = None;
    let mut services: Vec<Sides<'_>> = Vec::new();
    let mut found: Vec<Pair<'p>> = Vec::new();
    for (number, combination) in COMBINATIONS.iter().enumerate().filter(|(number, _)| possible(*number)) {
        let halves = halves.get_or_insert_with(|| {
            let own = profiles.iter().enumerate().map(|(index, (_, profile))| (index, *profile));
            own.filter(|(_, profile)| profile.mask != 0 && !is_within_all(profile) && !is_covered(profile, profiles))
                .collect()
        });
        services.clear();
        for (index, profile) in halves.iter() {
            let sides = &profile.halves[number];
            // What can do both alone is no half of a pair.
            if sides.iter().all(Option::is_some) {
                continue;
            }
            for (side, role) in sides.iter().enumerate() {
                let Some(Role { doubtful, .. }) = role else { continue };
                let service = if combination.same_service { profile.service.as_str() } else { "" };
                let half = Half { doubtful: *doubtful, folded: &profile.folded, index: *index };
                note(&mut services, service, side, half);
            }
        }
        let Some((one, other)) = services.iter().filter_map(|sides| best_pair(&sides.best)).min() else { continue };
        let ((first, a), (second, b)) = (profiles[one.index], profiles[other.index]);
        let both = [(first, second), (second, first)];
        let is_same =
            |known: &&mut Pair<'_>| !COMBINATIONS[known.number].is_needed && both.contains(&(known.one, known.other));
        match found.iter_mut().find(is_same) {
            Some(known) => known.also.push(number),
            None => found.push(Pair {
                number,
                one: first,
                other: second,
                profiles: [a, b],
                doubtful: one.doubtful || other.doubtful,
                also: Vec::new(),
            }),
        }
    }
    found
}

/// Whether another of the requested scopes surely covers this one.
fn is_covered(profile: &Profile, requested: &[(usize, &Profile)]) -> bool {
    // Two that cover each other are one and the same; neither must vanish on account of the other.
    requested.iter().any(|(_, other)| profile.above.contains(&other.id) && !other.above.contains(&profile.id))
}

fn note<'p>(services: &mut Vec<Sides<'p>>, service: &'p str, side: usize, half: Half<'p>) {
    let at = services.iter().position(|sides| sides.service == service).unwrap_or_else(|| {
        services.push(Sides { service, best: Default::default() });
        services.len() - 1
    });
    let mut next = Some(half);
    for slot in &mut services[at].best[side] {
        let Some(new) = next else { break };
        if slot.is_none_or(|known| new < known) {
            next = slot.replace(new);
        }
    }
}

/// Of which combinations a scope is a half, and how.
fn halves(cx: &Measure<'_>, service: &Service, scope: &Scope) -> Halves {
    let is_half = is_half(cx, service, scope);
    let wide = scope.operation().is_some_and(|word| word.eq_ignore_ascii_case("ALL"));
    let has_any = is_half.iter().flatten().any(Option::is_some);
    let narrower: Vec<(Scope, Sureness)> = if wide && has_any { narrower(cx, service, scope) } else { Vec::new() };
    let mut number = 0;
    is_half.map(|sides| {
        let mut side = 0;
        let roles = sides.map(|doubtful| {
            let harmless = |(scope, halves): &(Scope, Sureness)| {
                let is_half = halves.get(number).and_then(|sides| sides.get(side)).copied().flatten();
                is_half.is_none().then(|| scope.clone())
            };
            let role = doubtful.map(|doubtful| Role { doubtful, wide, narrower: narrower.iter().find_map(harmless) });
            side += 1;
            role
        });
        number += 1;
        roles
    })
}

/// For each combination and side whether a scope is that half, and whether by assumed edges alone.
type Sureness = [[Option<bool>; 2]; COMBINATIONS.len()];

/// The single operations on a scope's own resource, those that only read first, each with what it is a half of.
fn narrower(cx: &Measure<'_>, service: &Service, scope: &Scope) -> Vec<(Scope, Sureness)> {
    let Some(resource) = service.resource(scope.resource()) else { return Vec::new() };
    let mut words = single_operations(resource);
    words.sort_by_key(|word| !only_reads(word));
    let scopes = words.into_iter().map(|word| service.scope(scope.resource(), word));
    scopes.map(|scope| (scope.clone(), is_half(cx, service, &scope))).collect()
}

fn is_half(cx: &Measure<'_>, service: &Service, scope: &Scope) -> Sureness {
    let opened = access::opens(cx.catalog, scope).into_iter();
    let group: HashSet<Scope> =
        opened.filter(|edge| matches!(edge.why, Why::Group(_))).map(|edge| edge.scope).collect();
    let touched = cx.touches(scope);
    let touches: Vec<Touch<'_>> = touched
        .iter()
        .map(|(reached, classes)| Touch {
            scope: reached,
            classes,
            mail: service.category == "mail",
            through_group: group.contains(reached),
        })
        .collect();
    COMBINATIONS.each_ref().map(|combination| {
        [combination.one, combination.other].map(|is_half| {
            let mut reached = touches.iter().filter(|touch| is_half(touch)).map(|touch| touch.scope).peekable();
            reached.peek()?;
            Some(!reached.any(|reached| reached == scope || access::covers(cx.catalog, scope, reached)))
        })
    })
}

/// The best two halves that are different scopes.
fn best_pair<'p>(sides: &[[Option<Half<'p>>; 2]; 2]) -> Option<(Half<'p>, Half<'p>)> {
    let [ones, others] = sides;
    let pairs = ones.iter().flatten().flat_map(|one| others.iter().flatten().map(move |other| (*one, *other)));
    let different = pairs.filter(|(one, other)| one.index != other.index);
    different.min_by_key(|(one, other)| (one.doubtful || other.doubtful, *one, *other))
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::{found, found_under};

    #[test]
    fn each_kind_of_pair_once() {
        for pair in [
            "ZohoMail.messages.READ,ZohoMail.search.READ,ZohoDirectory.Users.UPDATE,ZohoCRM.users.UPDATE",
            "ZohoCRM.functions.execute.CREATE,ZohoBooks.invoices.CREATE",
            "ZohoVault.secrets.READ,ZohoCRM.users.UPDATE",
            "WorkDrive.files.READ,WorkDrive.links.CREATE",
        ] {
            insta::assert_snapshot!(found("ZS206", pair));
        }
    }

    #[test]
    fn what_calls_need_together_is_advice_whatever_the_level() {
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.bulk.READ,ZohoCRM.modules.READ"));
        let strict = "version: 1\ndefault: allow\nrules: { toxic-combination: error }\n";
        let pair = "ZohoCRM.bulk.READ,ZohoCRM.modules.READ";
        assert_eq!(found("ZS206", pair), found_under(strict, None, "ZS206", pair));
    }

    #[test]
    fn a_narrower_scope_that_dissolves_the_pair_is_named() {
        insta::assert_snapshot!(found("ZS206", "ZohoMail.messages.READ,ZohoDirectory.Users.ALL"));
    }

    #[test]
    fn what_the_commonest_lists_of_crm_hold_is_no_attack() {
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.modules.ALL,ZohoCRM.settings.ALL"), @"");
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.modules.ALL,ZohoCRM.users.ALL,ZohoCRM.modules.calls.READ"), @"");
        insta::assert_snapshot!(found("ZS206", "Desk.tickets.READ,Desk.settings.UPDATE,ZohoCalendar.event.READ"), @"");
    }

    #[test]
    fn beside_full_access_nothing_else_of_its_service_is_named() {
        insta::assert_snapshot!(found("ZS206", "WorkDrive.files.READ,WorkDrive.links.CREATE,WorkDrive.fullaccess.all"), @"");
        insta::assert_snapshot!(found("ZS206", "ZohoVault.secrets.READ,ZohoCRM.users.UPDATE,ZohoCRM.fullaccess.all"), @"");
    }

    #[test]
    fn halves_that_do_not_meet_are_fine() {
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.bulk.READ,ZohoCRM.modules.leads.READ"), @"");
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.bulk.READ,ZohoRecruit.modules.ALL"), @"");
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.functions.execute.CREATE,ZohoBooks.invoices.READ"), @"");
        insta::assert_snapshot!(found("ZS206", "WorkDrive.files.READ,ZohoMail.links.CREATE"), @"");
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.modules.READ,ZohoCRM.share.leads.CREATE"), @"");
    }

    #[test]
    fn one_scope_alone_is_no_pair() {
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.settings.ALL"), @"");
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.settings.ALL,ZohoCRM.settings.READ,ZohoCRM.settings.macros.CREATE"), @"");
        insta::assert_snapshot!(found("ZS206", "ZohoBooks.fullaccess.all,ZohoMail.messages.READ"), @"");
    }

    #[test]
    fn the_policy_s_data_classes_count() {
        let policy = "version: 1\ndefault: allow\ndata: { WorkDrive.files: [metadata] }\n";
        let pair = "WorkDrive.links.CREATE,WorkDrive.files.READ";
        assert_ne!(found("ZS206", pair), "");
        assert_eq!(found_under(policy, None, "ZS206", pair), "");
    }

    #[test]
    fn the_order_of_the_request_does_not_matter() {
        let pair = ["ZohoVault.secrets.READ", "ZohoCRM.users.UPDATE", "ZohoCRM.users.DELETE"];
        let reversed = pair.iter().rev().copied().collect::<Vec<_>>().join(",");
        assert_eq!(found("ZS206", &pair.join(",")), found("ZS206", &reversed));
    }
}
