//! Where the texts of a file stand.

use crate::text::Source;
use crate::yaml::{self, Node, Value};

/// The keys and values of a YAML file in file order.
#[derive(Debug, Default)]
pub(super) struct Places {
    texts: Vec<(usize, usize, String)>,
}

impl Places {
    /// The places of a file; none of a file that is no YAML.
    pub(super) fn of(file: &Source) -> Self {
        let mut places = Self::default();
        if let Ok(root) = yaml::parse(file.text()) {
            places.gather(file, &root);
        }
        places.texts.sort_by_key(|(line, column, _)| (*line, *column));
        places
    }

    fn gather(&mut self, file: &Source, node: &Node) {
        match &node.value {
            Value::Null => {}
            Value::Scalar(text) => self.add(file, node.span.start, text),
            Value::Sequence(items) => items.iter().for_each(|item| self.gather(file, item)),
            Value::Mapping(entries) => {
                for entry in entries {
                    self.add(file, entry.key_span.start, &entry.key);
                    self.gather(file, &entry.value);
                }
            }
        }
    }

    fn add(&mut self, file: &Source, offset: usize, text: &str) {
        let at = file.position(offset);
        self.texts.push((at.line, at.column, text.to_owned()));
    }

    /// The first text from a line on of which `is_it` holds; the beginning of what stands on that line where none does.
    pub(super) fn find(&self, line: usize, is_it: impl Fn(&str) -> bool) -> (usize, usize) {
        let below = &self.texts[self.texts.partition_point(|(other, ..)| *other < line)..];
        let found = below.iter().find(|(_, _, text)| is_it(text));
        let first = || below.first().filter(|(other, ..)| *other == line);
        found.or_else(first).map_or((line, 1), |(line, column, _)| (*line, *column))
    }

    /// How many texts of the file, keys included, are what is looked for.
    pub(super) fn count(&self, is_it: impl Fn(&str) -> bool) -> usize {
        self.texts.iter().filter(|(_, _, text)| is_it(text)).count()
    }
}
