//! What a catalog file says besides its resources: one-word scopes, coverage, errata, bad reputations, what is left out.

use super::decode::{Decoder, EDGE, SCOPE};
use super::fields::Fields;
use super::model::{Deprecation, Erratum, Group, Invalid, LeftOut, Note, Status, Word};
use crate::yaml::Node;

impl Decoder<'_> {
    pub(super) fn words(&mut self, node: Option<&Node>) {
        for entry in self.mapping(node) {
            let mut fields = Fields::new(&entry.value, &mut self.problems);
            let grants = fields.required_text("grants", &mut self.problems);
            let data = fields.take("data");
            let data = self.data(data, entry.key_span);
            let provenance = self.provenance(&mut fields, entry.key_span, &SCOPE);
            fields.finish(&mut self.problems);
            self.service.words.push(Word { name: entry.key.clone(), grants, data, provenance });
        }
    }

    pub(super) fn groups(&mut self, node: Option<&Node>) {
        for node in self.sequence(node) {
            let mut fields = Fields::new(node, &mut self.problems);
            let parent = fields.required_text("parent", &mut self.problems);
            let children = fields.required_text("children", &mut self.problems);
            let except = fields.texts("except", &mut self.problems);
            let operations = fields.texts("operations", &mut self.problems);
            let provenance = self.provenance(&mut fields, node.span, &EDGE);
            fields.finish(&mut self.problems);
            let parent = self.path(&parent, node.span);
            let children = self.pattern(&children, node.span);
            let except = except.iter().filter_map(|text| self.pattern(text, node.span)).collect();
            if let (Some(parent), Some(children)) = (parent, children) {
                self.service.groups.push(Group { parent, children, except, operations, provenance });
            }
        }
    }

    pub(super) fn errata(&mut self, node: Option<&Node>) {
        for node in self.sequence(node) {
            let mut fields = Fields::new(node, &mut self.problems);
            let written = fields.required_text("written", &mut self.problems);
            let means = fields.required_text("means", &mut self.problems);
            let provenance = self.plain_provenance(&mut fields, node.span, Status::Documented);
            fields.finish(&mut self.problems);
            if let Some(means) = self.known_scope(&means, node.span) {
                self.service.errata.push(Erratum { written, means, provenance });
            }
        }
    }

    pub(super) fn deprecated(&mut self, node: Option<&Node>) {
        for node in self.sequence(node) {
            let mut fields = Fields::new(node, &mut self.problems);
            let pattern = fields.required_text("scope", &mut self.problems);
            let since = fields.text("since", &mut self.problems);
            let instead = fields.texts("use", &mut self.problems);
            let provenance = self.plain_provenance(&mut fields, node.span, Status::Deprecated);
            fields.finish(&mut self.problems);
            if let Some(pattern) = self.pattern(&pattern, node.span) {
                self.service.deprecated.push(Deprecation { pattern, since, instead, provenance });
            }
        }
    }

    pub(super) fn invalid(&mut self, node: Option<&Node>) {
        for node in self.sequence(node) {
            let mut fields = Fields::new(node, &mut self.problems);
            let pattern = fields.required_text("scope", &mut self.problems);
            let instead = fields.texts("use", &mut self.problems);
            let provenance = self.plain_provenance(&mut fields, node.span, Status::Invalid);
            fields.finish(&mut self.problems);
            if let Some(pattern) = self.pattern(&pattern, node.span) {
                self.service.invalid.push(Invalid { pattern, instead, provenance });
            }
        }
    }

    pub(super) fn notes(&mut self, node: Option<&Node>) {
        for node in self.sequence(node) {
            let mut fields = Fields::new(node, &mut self.problems);
            let text = fields.required_text("text", &mut self.problems);
            let sources = fields.take("source");
            let sources = self.source_refs(sources, node.span);
            fields.finish(&mut self.problems);
            self.service.notes.push(Note { text, sources });
        }
    }

    pub(super) fn left_out(&mut self, node: Option<&Node>) {
        for node in self.sequence(node) {
            let mut fields = Fields::new(node, &mut self.problems);
            let scope = fields.text("scope", &mut self.problems);
            let call = fields.text("call", &mut self.problems);
            let reason = fields.required_text("reason", &mut self.problems);
            let sources = fields.take("source");
            let sources = self.source_refs(sources, node.span);
            fields.finish(&mut self.problems);
            let is_call = call.is_some();
            match (scope, call) {
                (Some(what), None) | (None, Some(what)) => {
                    self.service.left_out.push(LeftOut { what, is_call, reason, sources });
                }
                _ => self.problem(node.span, "name either a `scope` or a `call` that is left out"),
            }
        }
    }
}
