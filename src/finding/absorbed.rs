//! One finding a fault: what narrower rules say of a scope is told where a broader one speaks of it.

use std::collections::HashMap;

use super::{Finding, Subject};

/// Makes one finding of all that rules say of one fault: where a broader rule speaks of a scope, it absorbs what narrower
/// ones say of it, unless that matters more.
#[must_use]
pub fn one_a_fault(mut findings: Vec<Finding>) -> Vec<Finding> {
    let mut by_scope: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        if let Subject::Scope(scope) = finding.subject {
            by_scope.entry(scope).or_default().push(at);
        }
    }
    let broader = |finding: &Finding| {
        let others = by_scope.get(&finding.scope_index()?)?;
        let of_rule = |name: &&str| {
            let mut others = others.iter().filter_map(|at| Some((*at, findings.get(*at)?)));
            others.find(|(_, other)| other.rule.name == *name && other.severity >= finding.severity)
        };
        finding.rule.within.iter().find_map(of_rule).map(|(at, _)| at)
    };
    let owners: Vec<Option<usize>> = findings.iter().map(broader).collect();
    if owners.iter().all(Option::is_none) {
        return findings;
    }
    let mut narrower: HashMap<usize, Vec<Finding>> = HashMap::new();
    let mut kept = Vec::with_capacity(findings.len());
    for (at, (finding, owner)) in findings.drain(..).zip(&owners).enumerate() {
        match owner {
            Some(owner) => narrower.entry(*owner).or_default().push(finding),
            None => kept.push((at, finding)),
        }
    }
    for (at, finding) in &mut kept {
        if let Some(narrower) = narrower.remove(at) {
            finding.absorb(narrower);
        }
    }
    kept.into_iter().map(|(_, finding)| finding).collect()
}

/// Undoes [`one_a_fault`].
#[must_use]
pub fn apart(findings: Vec<Finding>) -> Vec<Finding> {
    let mut all = Vec::with_capacity(findings.len());
    for mut finding in findings {
        let absorbed = finding.release();
        all.push(finding);
        all.extend(absorbed);
    }
    all
}
