//! ZS206 toxic-combination.

use std::collections::HashSet;

use super::words::only_reads;
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

- reading mail, or the messages of a service, and managing users: whoever reads the invitation or the reset message takes
  over the account;
- bulk export, and read access to the records of every module of the same service: one job copies everything. A bulk
  read needs both kinds of scope, so this is a warning, and the help is to name the modules;
- creating or running code, and writing elsewhere: code may run with rights of its own, which the scopes do not bound;
- reading credentials, and managing users: the one opens other systems, the other makes an account to come back with;
- reading files, and creating share links in the same service: anything can leave without a download.

Each kind of pair is reported once in a request.

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
reported by `full-access` and takes no part here. Where a scope only perhaps reaches what the pair needs, the confidence
is medium.
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
    /// What to do where calls need the two together, so that the pair may be the least there is.
    needed: Option<&'static str>,
}

const COMBINATIONS: [Combination; 6] = [
    Combination {
        what: "read mail and manage users",
        why: "who reads the invitation or reset message takes over the account",
        one: |touch| touch.mail && touch.reads(DataClass::Messages),
        other: |touch| touch.manages_users(),
        same_service: false,
        needed: None,
    },
    Combination {
        what: "read messages and manage users",
        why: "who reads the messages about an account can take it over",
        one: |touch| !touch.mail && touch.reads(DataClass::Messages),
        other: |touch| touch.manages_users(),
        same_service: true,
        needed: None,
    },
    Combination {
        what: "export in bulk and read every module",
        why: "one job copies the records of all modules",
        one: |touch| touch.names(&["bulk", "backup", "export", "exports"]) && touch.can_export(),
        other: |touch| touch.through_group && touch.reads(DataClass::Personal),
        same_service: true,
        needed: Some("a bulk read needs both; name the modules that it reads, one scope each, in place of the group"),
    },
    Combination {
        what: "run code and write elsewhere",
        why: "code may run with rights of its own, which the scopes do not bound",
        one: |touch| touch.has(DataClass::Code) && touch.writes(),
        other: |touch| !touch.has(DataClass::Code) && touch.writes(),
        same_service: false,
        needed: None,
    },
    Combination {
        what: "read credentials and manage users",
        why: "the one opens other systems, the other makes an account to come back with",
        one: |touch| touch.reads(DataClass::Credentials),
        other: |touch| touch.manages_users(),
        same_service: false,
        needed: None,
    },
    Combination {
        what: "read files and share them by link",
        why: "whatever can be read can leave without a download",
        one: |touch| touch.reads(DataClass::Files) && !touch.names(SHARING),
        other: |touch| touch.names(&["links", "sharing"]) && touch.has(DataClass::Files) && touch.creates(),
        same_service: true,
        needed: None,
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
    /// For each combination and side: whether the scope is that half, and whether by assumed edges alone.
    halves: [[Option<bool>; 2]; COMBINATIONS.len()],
    /// The same in bits: two for each combination.
    mask: u16,
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
    pub(crate) number: usize,
    pub(crate) one: usize,
    pub(crate) other: usize,
    profiles: [&'p Profile; 2],
    doubtful: bool,
}

impl Pair<'_> {
    /// What is said of the second one. `places` are those of both.
    pub(crate) fn finding(&self, [first, second]: [Place; 2]) -> Finding {
        let Combination { what, why, needed, .. } = &COMBINATIONS[self.number];
        let apart = "drop one of the two, or give each to an application of its own, with a client of its own";
        let [a, b] = self.profiles.map(|profile| &profile.scope);
        let finding = Finding::new(&RULE.info, second, format!("`{a}` and `{b}` together can {what}: {why}"))
            .about(Subject::Scope(self.other))
            .scope(b)
            .severity(if needed.is_some() { Severity::Warning } else { RULE.info.severity })
            .help(needed.unwrap_or(apart))
            .related(format!("the other half: `{a}`"), Some(first));
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
    let scope = judged.scope.as_ref().ok().filter(|scope| judged.known && !scope.is_full_access())?;
    let service = cx.catalog.service(scope.service()?)?;
    let halves = halves(cx, service, scope);
    let graph = Graph::of(cx.catalog);
    let id = graph.id(scope);
    let bits = halves.iter().flatten().enumerate().filter(|(_, half)| half.is_some());
    Some(Profile {
        scope: scope.clone(),
        folded: scope.folded(),
        service: service.name.clone(),
        id,
        above: graph.above_least(id).into_iter().skip(1).collect(),
        mask: bits.fold(0, |mask, (bit, _)| mask | 1 << bit),
        halves,
    })
}

/// The best pair of each combination, out of the distinct scopes of a list that come with their indices there.
pub(crate) fn pairs<'p>(profiles: &[(usize, &'p Profile)]) -> Vec<Pair<'p>> {
    let all = profiles.iter().fold(0, |all, (_, profile)| all | profile.mask);
    let possible = |number: usize| all >> (2 * number) & 0b11 == 0b11;
    // What another scope covers adds nothing: the pair would be that other scope alone.
    let mut halves: Option<Vec<(usize, &Profile)>> = None;
    let mut services: Vec<Sides<'_>> = Vec::new();
    let mut found = Vec::new();
    for (number, combination) in COMBINATIONS.iter().enumerate().filter(|(number, _)| possible(*number)) {
        let halves = halves.get_or_insert_with(|| {
            let own = profiles.iter().enumerate().map(|(index, (_, profile))| (index, *profile));
            own.filter(|(_, profile)| profile.mask != 0 && !is_covered(profile, profiles)).collect()
        });
        services.clear();
        for (index, profile) in halves.iter() {
            for (side, doubtful) in profile.halves[number].into_iter().enumerate() {
                let Some(doubtful) = doubtful else { continue };
                let service = if combination.same_service { profile.service.as_str() } else { "" };
                note(&mut services, service, side, Half { doubtful, folded: &profile.folded, index: *index });
            }
        }
        let best = services.iter().filter_map(|sides| best_pair(&sides.best)).min();
        found.extend(best.and_then(|(one, other)| {
            let ((first, a), (second, b)) = (profiles.get(one.index)?, profiles.get(other.index)?);
            let doubtful = one.doubtful || other.doubtful;
            Some(Pair { number, one: *first, other: *second, profiles: [a, b], doubtful })
        }));
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

/// Of which combinations a scope is a half.
fn halves(cx: &Measure<'_>, service: &Service, scope: &Scope) -> [[Option<bool>; 2]; COMBINATIONS.len()] {
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
        insta::assert_snapshot!(found("ZS206", "ZohoMail.messages.READ,ZohoMail.folders.READ,ZohoDirectory.Users.UPDATE,ZohoCRM.users.UPDATE"), @r"
        ZS206 error [ZohoCRM.users.UPDATE] `ZohoMail.folders.READ` and `ZohoCRM.users.UPDATE` together can read mail and manage users: who reads the invitation or reset message takes over the account
          help: drop one of the two, or give each to an application of its own, with a client of its own
          the other half: `ZohoMail.folders.READ`
        ");
        insta::assert_snapshot!(found("ZS206", "Desk.tickets.READ,Desk.settings.UPDATE"), @r"
        ZS206 error [Desk.settings.UPDATE] `Desk.tickets.READ` and `Desk.settings.UPDATE` together can read messages and manage users: who reads the messages about an account can take it over
          help: drop one of the two, or give each to an application of its own, with a client of its own
          the other half: `Desk.tickets.READ`
        ");
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.bulk.READ,ZohoCRM.modules.READ"), @r"
        ZS206 warning [ZohoCRM.modules.READ] `ZohoCRM.bulk.READ` and `ZohoCRM.modules.READ` together can export in bulk and read every module: one job copies the records of all modules
          help: a bulk read needs both; name the modules that it reads, one scope each, in place of the group
          the other half: `ZohoCRM.bulk.READ`
        ");
        insta::assert_snapshot!(found("ZS206", "ZohoCRM.functions.execute.CREATE,ZohoBooks.invoices.CREATE"), @r"
        ZS206 error [ZohoBooks.invoices.CREATE] `ZohoCRM.functions.execute.CREATE` and `ZohoBooks.invoices.CREATE` together can run code and write elsewhere: code may run with rights of its own, which the scopes do not bound
          help: drop one of the two, or give each to an application of its own, with a client of its own
          the other half: `ZohoCRM.functions.execute.CREATE`
        ");
        insta::assert_snapshot!(found("ZS206", "ZohoVault.secrets.READ,ZohoCRM.users.UPDATE"), @r"
        ZS206 error [ZohoCRM.users.UPDATE] `ZohoVault.secrets.READ` and `ZohoCRM.users.UPDATE` together can read credentials and manage users: the one opens other systems, the other makes an account to come back with
          help: drop one of the two, or give each to an application of its own, with a client of its own
          the other half: `ZohoVault.secrets.READ`
        ");
    }

    #[test]
    fn halves_that_do_not_meet_are_fine() {
        insta::assert_snapshot!(found("ZS206", "Desk.tickets.READ,ZohoBooks.settings.UPDATE"), @"");
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
        let policy = "version: 1\ndefault: allow\ndata: { WorkDrive.links: [metadata] }\n";
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
