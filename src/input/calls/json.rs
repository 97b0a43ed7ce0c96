//! JSON that is read where it is needed and knows where it stands: records of browsers are large, and little of them is
//! wanted.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::text::{Place, SourceId, Span};

/// A JSON value as it is written, and where.
#[derive(Clone, Copy, Debug)]
pub(super) struct Json<'a> {
    source: SourceId,
    raw: &'a str,
    at: usize,
}

impl<'a> Json<'a> {
    /// Takes a whole text; an error when it is not one JSON value.
    pub(super) fn parse(source: SourceId, text: &'a str) -> Result<Self, serde_json::Error> {
        let body = text.trim_start_matches('\u{feff}');
        let raw: &RawValue = serde_json::from_str(body)?;
        Ok(Self { source, raw: raw.get(), at: offset(text, raw.get()) })
    }

    fn child(self, raw: &'a RawValue) -> Self {
        Self { raw: raw.get(), at: self.at + offset(self.raw, raw.get()), ..self }
    }

    /// The members of an object, by name; none of anything else.
    pub(super) fn members(self) -> BTreeMap<String, Self> {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(self.raw).unwrap_or_default();
        members.into_iter().map(|(name, raw)| (name, self.child(raw))).collect()
    }

    /// The items of an array; none of anything else.
    pub(super) fn items(self) -> Vec<Self> {
        let items: Vec<&RawValue> = serde_json::from_str(self.raw).unwrap_or_default();
        items.into_iter().map(|raw| self.child(raw)).collect()
    }

    /// The member of that name.
    pub(super) fn get(self, name: &str) -> Option<Self> {
        self.members().remove(name)
    }

    /// The string that it is.
    pub(super) fn text(self) -> Option<String> {
        if !self.raw.starts_with('"') {
            return None;
        }
        serde_json::from_str(self.raw).ok()
    }

    pub(super) fn is_object(self) -> bool {
        self.raw.starts_with('{')
    }

    pub(super) fn is_true(self) -> bool {
        self.raw == "true"
    }

    /// Where it stands; of a string what is inside the quotes, of anything long its beginning.
    pub(super) fn place(self) -> Place {
        let span = match self.raw.strip_prefix('"') {
            Some(_) => Span::new(self.at + 1, self.at + self.raw.len() - 1),
            None => Span::new(self.at, self.at + 1),
        };
        Place::new(self.source, span)
    }
}

/// How far a part of a text stands from its beginning.
fn offset(text: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(text.as_ptr().addr())
}
