//! ZS206 toxic-combination.

use std::collections::{BTreeMap, HashSet};

use super::{Context, Rule, only_reads};
use crate::access::{self, Reading, Why};
use crate::catalog::DataClass;
use crate::engine::Judged;
use crate::finding::{Confidence, Finding, RuleInfo, Severity};
use crate::scope::Scope;

pub(super) struct ToxicCombination;

static INFO: RuleInfo = RuleInfo {
    code: "ZS206",
    name: "toxic-combination",
    severity: Severity::Error,
    summary: "two scopes of a request are far more dangerous together than alone",
    docs: DOCS,
};

const DOCS: &str = r"## What it does
Looks at all scopes of a request together, and reports pairs that make an attack complete:

- reading mail, or the messages of a service, and managing users: whoever reads the invitation or the reset message takes
  over the account;
- bulk export, and read access to the records of every module of the same service: one job copies everything;
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
}

const COMBINATIONS: [Combination; 6] = [
    Combination {
        what: "read mail and manage users",
        why: "who reads the invitation or reset message takes over the account",
        one: |touch| touch.mail && touch.reads(DataClass::Messages),
        other: |touch| touch.manages_users(),
        same_service: false,
    },
    Combination {
        what: "read messages and manage users",
        why: "who reads the messages about an account can take it over",
        one: |touch| !touch.mail && touch.reads(DataClass::Messages),
        other: |touch| touch.manages_users(),
        same_service: true,
    },
    Combination {
        what: "export in bulk and read every module",
        why: "one job copies the records of all modules",
        one: |touch| touch.names(&["bulk", "backup", "export", "exports"]) && touch.can_export(),
        other: |touch| touch.through_group && touch.reads(DataClass::Personal),
        same_service: true,
    },
    Combination {
        what: "run code and write elsewhere",
        why: "code may run with rights of its own, which the scopes do not bound",
        one: |touch| touch.has(DataClass::Code) && touch.writes(),
        other: |touch| !touch.has(DataClass::Code) && touch.writes(),
        same_service: false,
    },
    Combination {
        what: "read credentials and manage users",
        why: "the one opens other systems, the other makes an account to come back with",
        one: |touch| touch.reads(DataClass::Credentials),
        other: |touch| touch.manages_users(),
        same_service: false,
    },
    Combination {
        what: "read files and share them by link",
        why: "whatever can be read can leave without a download",
        one: |touch| touch.reads(DataClass::Files) && !touch.names(SHARING),
        other: |touch| touch.names(&["links", "sharing"]) && touch.has(DataClass::Files) && touch.creates(),
        same_service: true,
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

/// A scope of the request that is one half of a combination. Ordered so that the least is the best to show.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Half {
    /// Whether it reaches what it needs by assumed edges alone.
    doubtful: bool,
    /// The scope in lower case: the choice must not depend on the order of the request.
    folded: String,
    /// Its index among the distinct scopes.
    index: usize,
}

/// The best halves of one combination, by service; for one that spans services under an empty name.
type Halves = BTreeMap<String, [Vec<Half>; 2]>;

impl Rule for ToxicCombination {
    fn info(&self) -> &'static RuleInfo {
        &INFO
    }

    fn check(&self, cx: &Context<'_>, findings: &mut Vec<Finding>) {
        let mut scopes: Vec<(&Judged, &Scope)> =
            cx.distinct().filter(|(judged, scope)| judged.known && !scope.is_full_access()).collect();
        // What another scope covers adds nothing: the pair would be that other scope alone.
        let requested: HashSet<&Scope> = scopes.iter().map(|(_, scope)| *scope).collect();
        scopes.retain(|(_, scope)| !is_covered(cx, scope, &requested));
        let mut found: [Halves; COMBINATIONS.len()] = Default::default();
        for (index, (_, scope)) in scopes.iter().enumerate() {
            note_halves(cx, scope, index, &mut found);
        }
        for (combination, halves) in COMBINATIONS.iter().zip(&found) {
            let Some((one, other)) = halves.values().filter_map(best_pair).min() else { continue };
            let (Some((first, a)), Some((second, b))) = (scopes.get(one.index), scopes.get(other.index)) else {
                continue;
            };
            let message = format!("`{a}` and `{b}` together can {}: {}", combination.what, combination.why);
            let finding = cx
                .finding(&INFO, second, message)
                .help("drop one of the two, or give each to an application of its own, with a client of its own")
                .related(format!("the other half: `{a}`"), Some(first.place));
            let doubtful = one.doubtful || other.doubtful;
            findings.push(if doubtful { finding.confidence(Confidence::Medium) } else { finding });
        }
    }
}

/// Whether another of the requested scopes surely covers this one.
fn is_covered(cx: &Context<'_>, scope: &Scope, requested: &HashSet<&Scope>) -> bool {
    let above = |scope: &Scope| access::coverers(cx.catalog, scope, Reading::AtLeast);
    // Two that cover each other are one and the same; neither must vanish on account of the other.
    above(scope).iter().skip(1).any(|other| requested.contains(other) && !above(other).contains(scope))
}

/// Notes of which combinations a scope is a half.
fn note_halves(cx: &Context<'_>, scope: &Scope, index: usize, found: &mut [Halves; COMBINATIONS.len()]) {
    let Some(service) = scope.service().and_then(|name| cx.catalog.service(name)) else { return };
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
    for (combination, halves) in COMBINATIONS.iter().zip(found) {
        for (side, is_half) in [combination.one, combination.other].into_iter().enumerate() {
            let reached: Vec<&Scope> = touches.iter().filter(|touch| is_half(touch)).map(|touch| touch.scope).collect();
            if reached.is_empty() {
                continue;
            }
            let doubtful =
                !reached.iter().any(|reached| *reached == scope || access::covers(cx.catalog, scope, reached));
            let key = if combination.same_service { service.name.clone() } else { String::new() };
            let sides = halves.entry(key).or_default();
            if let Some(best) = sides.get_mut(side) {
                best.push(Half { doubtful, folded: scope.folded(), index });
                // Two are enough: the other half can be the same scope as at most one of them.
                best.sort();
                best.truncate(2);
            }
        }
    }
}

/// The best two halves that are different scopes.
fn best_pair(sides: &[Vec<Half>; 2]) -> Option<(Half, Half)> {
    let [ones, others] = sides;
    let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
    let different = pairs.filter(|(one, other)| one.index != other.index);
    different
        .min_by_key(|(one, other)| (one.doubtful || other.doubtful, *one, *other))
        .map(|(a, b)| (a.clone(), b.clone()))
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
        ZS206 error [ZohoCRM.modules.READ] `ZohoCRM.bulk.READ` and `ZohoCRM.modules.READ` together can export in bulk and read every module: one job copies the records of all modules
          help: drop one of the two, or give each to an application of its own, with a client of its own
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
