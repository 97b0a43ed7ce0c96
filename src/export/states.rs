//! The table of steps: what is judged alike, joined.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::answers::{Answer, Asked};
use super::kinds::{Beginning, Beginnings, Kind};
use super::names::OTHER;
use crate::review::Review;
use crate::scope::Scope;

/// The state before the first part. A text that is no scope stays there.
pub const START: usize = 0;

/// Everything that a policy says of any text, for each of its applications.
#[derive(Debug)]
pub struct Decisions {
    /// What may be read so far; the first is [`START`].
    pub states: Vec<State>,
    /// For each outcome of a state the answer for nobody in particular, then for each application, as numbers of
    /// [`Decisions::answers`]. The first outcome is that of a grant of which nobody knows what it holds.
    pub outcomes: Vec<Vec<usize>>,
    /// All answers.
    pub answers: Vec<Answer>,
    /// The applications, in the order of the policy.
    pub apps: Vec<String>,
    /// The application of each name and client id, in lower case.
    pub clients: Vec<(String, String)>,
}

/// The parts that were read so far, as far as they matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    /// What holds of a scope that ends here.
    pub outcome: usize,
    /// Where each part leads, in lower case; always with [`OTHER`].
    pub steps: BTreeMap<String, usize>,
}

/// All beginnings with what they lead to, before what is judged alike is joined.
#[derive(Default)]
struct Walked {
    states: Vec<State>,
    outcomes: Vec<Vec<usize>>,
    by_answers: HashMap<Vec<usize>, usize>,
}

impl Walked {
    fn outcome(&mut self, answers: Vec<usize>) -> usize {
        *self.by_answers.entry(answers).or_insert_with_key(|answers| {
            self.outcomes.push(answers.clone());
            self.outcomes.len() - 1
        })
    }

    fn state(&mut self, outcome: usize) -> usize {
        self.states.push(State { outcome, steps: BTreeMap::new() });
        self.states.len() - 1
    }
}

/// Works out what the policy of a review says of every text.
#[must_use]
pub fn decisions(review: &Review<'_>) -> Decisions {
    let (catalog, policy) = (review.catalog, review.policy);
    let mut asked = Asked::new(review);
    let mut all = Walked::default();
    let unknown_grant = asked.of_unknown_grant();
    all.outcome(unknown_grant);
    let no_scope = asked.of_no_scope();
    let no_scope = all.outcome(no_scope);
    all.state(no_scope);
    let names = Beginnings::first_names(catalog, policy);
    for name in names.iter().map(String::as_str).chain([OTHER]) {
        let beginnings = Beginnings::new(catalog, policy, name);
        let first = beginnings.first();
        let everyone = vec![true; policy.apps.len()];
        let of_word = all.outcome(asked.of_scope(&Scope::from_parts(first.parts.clone()), &everyone));
        let state = all.state(of_word);
        all.states[START].steps.insert(name.to_owned(), state);
        walk(&beginnings, first, state, no_scope, &mut asked, &mut all);
    }
    let Walked { states, outcomes, .. } = all;
    let mut clients: Vec<(String, String)> = Vec::new();
    for app in &policy.apps {
        for label in app.clients.iter().map(|client| &client.value).chain([&app.name]) {
            let label = label.to_lowercase();
            if clients.iter().all(|(known, _)| *known != label) {
                clients.push((label, app.name.clone()));
            }
        }
    }
    let apps = policy.apps.iter().map(|app| app.name.clone()).collect();
    let (states, outcomes) = tidied(&joined(&states), &outcomes);
    Decisions { states, outcomes, answers: asked.answers, apps, clients }
}

/// Walks every kind of beginning under a first name.
fn walk(
    beginnings: &Beginnings<'_>,
    first: Beginning,
    state: usize,
    no_scope: usize,
    asked: &mut Asked<'_>,
    all: &mut Walked,
) {
    let concerned = beginnings.concerned(&first);
    let mut kinds: HashMap<Kind, usize> = HashMap::from([(first.kind.clone(), 0)]);
    // Of each kind the states that are one: what a scope says that ends here differs, what follows does not.
    let mut states: Vec<Vec<usize>> = vec![vec![state]];
    let mut numbers: HashMap<(usize, usize), usize> = HashMap::new();
    let mut open = VecDeque::from([first]);
    let mut steps: Vec<BTreeMap<String, usize>> = Vec::new();
    while let Some(at) = open.pop_front() {
        let mut own = BTreeMap::new();
        let names = beginnings.names_after(&at);
        for name in names.iter().map(String::as_str).chain([OTHER]) {
            let next = beginnings.then(&at, name);
            let outcome = match next.parts.len() {
                ..3 => no_scope,
                _ => {
                    let answers = asked.of_scope(&Scope::from_parts(next.parts.clone()), &concerned);
                    all.outcome(answers)
                }
            };
            let kind = *kinds.entry(next.kind.clone()).or_insert_with(|| {
                open.push_back(next);
                states.push(Vec::new());
                states.len() - 1
            });
            let number = *numbers.entry((kind, outcome)).or_insert_with(|| {
                let number = all.state(outcome);
                states[kind].push(number);
                number
            });
            own.insert(name.to_owned(), number);
        }
        steps.push(own);
    }
    for (of_kind, steps) in states.into_iter().zip(steps) {
        for state in of_kind {
            all.states[state].steps.clone_from(&steps);
        }
    }
}

/// Where parts lead, by classes.
type Steps<'s> = Vec<(&'s str, usize)>;

/// Joins states from which everything that follows says the same.
fn joined(states: &[State]) -> Vec<State> {
    let mut classes: Vec<usize> = states.iter().map(|state| state.outcome).collect();
    let mut count = classes.iter().collect::<BTreeSet<_>>().len();
    loop {
        let mut seen: HashMap<(usize, Steps<'_>), usize> = HashMap::new();
        let mut next = Vec::with_capacity(states.len());
        for (state, class) in states.iter().zip(&classes) {
            let key = (*class, steps(state, &classes));
            let number = seen.len();
            next.push(*seen.entry(key).or_insert(number));
        }
        let more = seen.len();
        classes = next;
        if more == count {
            break;
        }
        count = more;
    }
    let mut first: BTreeMap<usize, &State> = BTreeMap::new();
    for (state, class) in states.iter().zip(&classes) {
        first.entry(*class).or_insert(state);
    }
    let of = |state: &&State| {
        let steps = steps(state, &classes).into_iter().map(|(name, to)| (name.to_owned(), to)).collect();
        State { outcome: state.outcome, steps }
    };
    // The first class is that of the first state.
    first.values().map(of).collect()
}

/// The steps of a state, by classes; those that lead where other names lead are left out.
fn steps<'s>(state: &'s State, classes: &[usize]) -> Steps<'s> {
    let other = state.steps.get(OTHER).map(|to| classes[*to]);
    let all = state.steps.iter().map(|(name, to)| (name.as_str(), classes[*to]));
    all.filter(|(name, to)| *name == OTHER || Some(*to) != other).collect()
}

/// The states that can be reached, in the order in which they are, with the outcomes that they have.
fn tidied(states: &[State], outcomes: &[Vec<usize>]) -> (Vec<State>, Vec<Vec<usize>>) {
    let mut numbers = HashMap::from([(START, START)]);
    let mut order = vec![START];
    let mut next = 0;
    while let Some(&at) = order.get(next) {
        next += 1;
        for to in states[at].steps.values() {
            numbers.entry(*to).or_insert_with(|| {
                order.push(*to);
                order.len() - 1
            });
        }
    }
    let mut kept = vec![outcomes[0].clone()];
    let mut by_old: HashMap<usize, usize> = HashMap::new();
    let mut tidy = Vec::with_capacity(order.len());
    for at in order {
        let outcome = *by_old.entry(states[at].outcome).or_insert_with(|| {
            kept.push(outcomes[states[at].outcome].clone());
            kept.len() - 1
        });
        let steps = states[at].steps.iter().map(|(name, to)| (name.clone(), numbers[to])).collect();
        tidy.push(State { outcome, steps });
    }
    (tidy, kept)
}

impl Decisions {
    /// The state to which parts lead, in lower case.
    #[must_use]
    pub fn after<'p>(&self, parts: impl IntoIterator<Item = &'p str>) -> usize {
        let next = |state: usize, part: &str| {
            let steps = &self.states[state].steps;
            steps.get(part).or_else(|| steps.get(OTHER)).copied().unwrap_or(state)
        };
        parts.into_iter().fold(START, next)
    }

    /// The answer for a state and an application: 0 for nobody in particular, then in the order of the policy.
    #[must_use]
    pub fn answer(&self, state: usize, column: usize) -> &Answer {
        &self.answers[self.outcomes[self.states[state].outcome][column]]
    }
}
