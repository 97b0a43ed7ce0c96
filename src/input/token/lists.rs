//! The scopes that a value of JSON holds: a text, a list of texts, lists in lists, JSON in a text.

use serde_json::value::RawValue;

use super::super::scalar::Alignment;
use super::super::{Item, read_list};
use super::Failure;
use super::shape::{DEEPEST, Reader, may_hold_json};
use crate::scope::Malformed;
use crate::text::Span;

/// The longest list that is read, in bytes: several times all scopes that Zoho's documentation names.
pub(super) const LONGEST_LIST: usize = 256 << 10;

impl<'t> Reader<'t> {
    /// The scopes of a value, or why it is not read.
    pub(super) fn scopes(&mut self, raw: &'t str, depth: usize) -> Result<Vec<Item>, Failure> {
        let of_shape = |_| Failure::ScopeShape;
        match raw.as_bytes().first() {
            _ if depth > DEEPEST => Err(Failure::ScopeShape),
            Some(b'[') if raw.len() > LONGEST_LIST => Err(Failure::LongList),
            Some(b'[') => {
                let parts: Vec<&'t RawValue> = serde_json::from_str(raw).map_err(of_shape)?;
                let mut items = Vec::new();
                for part in parts {
                    items.append(&mut self.scopes(part.get(), depth + 1)?);
                }
                Ok(items)
            }
            Some(b'"') => {
                let value: String = serde_json::from_str(raw).map_err(of_shape)?;
                if value.len() > LONGEST_LIST {
                    return Err(Failure::LongList);
                }
                match serde_json::from_str::<&RawValue>(&value) {
                    Ok(inner) if may_hold_json(raw) => self.inner(raw, &value, inner, depth),
                    _ => Ok(self.list(raw, &value)),
                }
            }
            _ => Err(Failure::ScopeShape),
        }
    }

    /// The scopes of JSON in a text.
    fn inner(&mut self, written: &'t str, value: &str, inner: &RawValue, depth: usize) -> Result<Vec<Item>, Failure> {
        let whole = self.span(written);
        self.hide.push(Span::new(whole.start + 1, whole.end.saturating_sub(1)));
        let mut reader = Reader::new(self.source, value);
        let mut items = reader.scopes(inner.get(), depth + 1)?;
        let alignment = Alignment::new(written, value);
        let locate = |span: Span| {
            let found = alignment.as_ref().and_then(|alignment| alignment.source_span(span));
            found.map_or(whole, |found| found.shifted(whole.start))
        };
        self.keep.extend(reader.keep.into_iter().map(locate).filter(|span| *span != whole));
        items.iter_mut().for_each(|item| item.place.span = locate(item.place.span));
        Ok(items)
    }

    fn list(&mut self, raw: &'t str, value: &str) -> Vec<Item> {
        let whole = self.span(raw);
        let mut items = read_list(self.source, value, 0).items;
        let plain = raw.len() == value.len() + 2;
        let alignment = if plain { None } else { Alignment::new(raw, value) };
        for item in &mut items {
            let inner = item.place.span;
            let found = if plain {
                Some(inner.shifted(1))
            } else {
                alignment.as_ref().and_then(|alignment| alignment.source_span(inner))
            };
            item.place.span = found.map_or(whole, |found| found.shifted(whole.start));
            // Dots after a scope are the server's, not a writer's.
            item.stray = None;
            if item.scope == Err(Malformed::Secret) {
                self.hide.push(item.place.span);
            } else {
                self.keep.push(item.place.span);
            }
        }
        items
    }
}
