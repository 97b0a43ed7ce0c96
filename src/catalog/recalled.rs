//! Answers that were worked out of a catalog before: a tree of sources asks the same of the same few scopes again and
//! again. What is remembered follows from the catalog alone, so whether it is remembered changes no answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::model::DataClass;
use crate::scope::Scope;

/// How many scopes the answers to one kind of question may hold until all are forgotten: some ten megabytes.
const MOST: usize = 50_000;

/// Scopes that stand for others, each with its number among those that calls need and with what it stands for.
pub(crate) type Composed = Arc<[(usize, Vec<Scope>)]>;

/// Scopes, each with its kinds of data.
pub(crate) type Touched = Arc<[(Scope, Vec<DataClass>)]>;

/// The questions whose answers are remembered.
#[derive(Debug, Default)]
pub(crate) struct Recalled {
    /// Everything that a scope may reach and that has a name, by the scope as it is spelt.
    pub(crate) reached: Recall<Arc<[Scope]>>,
    /// Everything that a scope may reach and that is known, with its kinds of data, by the scope as it is spelt.
    pub(crate) touched: Recall<Touched>,
    /// Everything that surely covers a scope, by the scope as it is spelt.
    pub(crate) above: Recall<Arc<[Scope]>>,
    /// A call that a scope opens, by the scope in lower case, as an index into the calls of its service.
    pub(crate) examples: Recall<Option<usize>>,
    /// The scopes needed by the calls of a service that stand for others, by the service's name.
    pub(crate) composed: Recall<Composed>,
}

/// The answers to one kind of question.
#[derive(Debug)]
pub(crate) struct Recall<T> {
    answers: Mutex<Answers<T>>,
    most: usize,
}

#[derive(Debug)]
struct Answers<T> {
    known: HashMap<String, T>,
    weight: usize,
}

impl<T> Default for Recall<T> {
    fn default() -> Self {
        Self { answers: Mutex::new(Answers { known: HashMap::new(), weight: 0 }), most: MOST }
    }
}

impl<T: Clone> Recall<T> {
    /// The answer to a question, worked out when it was not asked before. `weigh` says how much of the room it takes.
    pub(crate) fn answer(&self, question: String, weigh: impl FnOnce(&T) -> usize, work: impl FnOnce() -> T) -> T {
        let known = self.answers.lock().ok().and_then(|answers| answers.known.get(&question).cloned());
        // Nobody waits while it is worked out; two that ask at once find the same.
        known.unwrap_or_else(|| {
            let answer = work();
            let weight = weigh(&answer).max(1);
            if let Ok(mut answers) = self.answers.lock()
                && weight <= self.most
            {
                if answers.weight + weight > self.most {
                    answers.known.clear();
                    answers.weight = 0;
                }
                if answers.known.insert(question, answer.clone()).is_none() {
                    answers.weight += weight;
                }
            }
            answer
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_worked_out_once_while_there_is_room() {
        let recall = Recall { most: 5, ..Recall::default() };
        let mut worked = Vec::new();
        for question in ["a", "b", "a", "too much", "too much", "c", "a"] {
            let answer = recall.answer(
                question.to_owned(),
                |answer: &String| answer.len() * 2,
                || {
                    worked.push(question);
                    question.to_owned()
                },
            );
            assert_eq!(answer, question);
        }
        assert_eq!(worked, ["a", "b", "too much", "too much", "c", "a"]);
    }
}
