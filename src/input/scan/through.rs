//! Scopes that do not stand in a text as they are: read through what hides them, what holds their pieces together, a
//! variable, or base64.

use std::collections::HashSet;
use std::ops::Range;

use super::assigned::Values;
use super::decide::Decision;
use super::find::{self, Found};
use super::key::Keys;
use super::token::Token;
use super::{Scanner, Sighting, Template, assigned, encoded, pieces, plain};
use crate::finding::Confidence;
use crate::input::SecretKind;
use crate::input::disguise::{How, Resolved};

impl Scanner<'_> {
    /// What a part of a text says that begins at a place, once it is read like what it seems to be; without what it says
    /// as it stands.
    pub(super) fn through(&self, plain: &Resolved, start: usize, zoho: bool) -> Vec<Sighting> {
        let Found { names, zoho: hidden, .. } = find::find(plain.text.as_bytes(), &self.words);
        let mut read = Vec::new();
        for sighting in self.named(&plain.text, &names, zoho || hidden).sightings {
            let mut changes = plain.changes_in(&sighting.span).peekable();
            if changes.peek().is_none() {
                continue;
            }
            let mut joined = sighting.token.joined;
            let mut disguise = sighting.disguise;
            for how in changes {
                match how {
                    How::Disguise(how) => disguise = Some(how),
                    How::Join => joined = true,
                    How::Encoded => {}
                }
            }
            let origin = plain.origin(&sighting.span);
            let span = start + origin.start..start + origin.end;
            let token = Token { joined, ..sighting.token };
            read.push(Sighting { span, disguise, token, read_through: true, ..sighting });
        }
        read
    }

    /// Adds what is written in pieces.
    pub(super) fn add_pieces(&self, text: &str, zoho: bool, sightings: &mut Vec<Sighting>) {
        let words = pieces::words(text.as_bytes(), &self.words);
        if words.is_empty() {
            return;
        }
        // Where something stands already: by its beginning, each with the farthest end so far.
        let mut taken: Vec<(usize, usize)> =
            sightings.iter().map(|sighting| (sighting.span.start, sighting.span.end)).collect();
        taken.sort_unstable();
        let mut farthest = 0;
        for (_, end) in &mut taken {
            farthest = farthest.max(*end);
            *end = farthest;
        }
        for word in words {
            let Some((from, plain)) = pieces::resolved(text, &word) else { continue };
            for sighting in self.through(&plain, from, zoho) {
                // A word before a quote is no piece where what is in the quotes says something by itself: `f"…"`,
                // `return"…"`.
                let name = sighting.token.parts.first().map_or("", String::as_str);
                let is_known = self.catalog.service(name).is_some() || self.catalog.alias(name).is_some();
                let before = taken.partition_point(|(start, _)| *start < sighting.span.end);
                let last = before.checked_sub(1).and_then(|last| taken.get(last));
                let meets = last.is_some_and(|(_, end)| sighting.span.start < *end);
                if is_known || !meets {
                    sightings.push(sighting);
                }
            }
        }
    }

    /// Adds the scopes that are put together with variables to which the text gives their parts; where the rest of one is
    /// filled in, a scope is put together. Gives back where variables stand that may hold something else as well.
    pub(super) fn add_filled(
        &self,
        text: &str,
        zoho: bool,
        sightings: &mut Vec<Sighting>,
        built: &mut Vec<Template>,
    ) -> Vec<Range<usize>> {
        let places: Vec<usize> = assigned::places(text.as_bytes()).collect();
        let windows = plain::windows(text, &places);
        let values = Values::of(text, &windows);
        let mut open = Vec::new();
        if values.is_empty() {
            return open;
        }
        for window in windows {
            let mut last = String::new();
            let mut seen = HashSet::new();
            for round in 0..values.rounds() {
                let Some(filled) = values.fill(text, &window, round, &self.words) else { break };
                if filled.plain.text == last {
                    break;
                }
                let Found { names, zoho: hidden, .. } = find::find(filled.plain.text.as_bytes(), &self.words);
                let found = self.named(&filled.plain.text, &names, zoho || hidden);
                let place = |span: &Range<usize>| {
                    filled.plain.changes_in(span).next()?;
                    // A value that is a scope by itself is asked for where it stands.
                    if filled.plain.is_within_one(span) {
                        return None;
                    }
                    let origin = filled.plain.origin(span);
                    Some(window.start + origin.start..window.start + origin.end)
                };
                for sighting in found.sightings {
                    let Some(span) = place(&sighting.span) else { continue };
                    if seen.insert((span.start, sighting.token.text())) {
                        // Each of several values may be what is asked for.
                        let token = Token { joined: true, chosen: true, ..sighting.token };
                        sightings.push(Sighting { span, token, read_through: true, ..sighting });
                    }
                }
                built.extend(
                    found
                        .templates
                        .into_iter()
                        .filter_map(|template| Some(Template { place: place(&template.place)?, ..template })),
                );
                open.extend(filled.open);
                last = filled.plain.text;
            }
        }
        open
    }

    /// Adds the scopes that stand in other letters, each where the whole does, and tells where secrets stand beside them.
    pub(super) fn add_encoded(&self, text: &str, sightings: &mut Vec<Sighting>) -> Vec<(SecretKind, Range<usize>)> {
        let mut secrets = Vec::new();
        let mut keys = Keys::default();
        for encoded in encoded::all(text.as_bytes()) {
            let under_scopes = keys.of(text, encoded.place.start).of_scopes;
            let Found { names, .. } = find::find(encoded.text.as_bytes(), &self.words);
            let before = sightings.len();
            for sighting in self.named(&encoded.text, &names, true).sightings {
                let is_sure = matches!(sighting.decision, Decision::Scope(confidence) if confidence > Confidence::Low);
                if is_sure || under_scopes {
                    let token = Token { joined: true, chosen: true, ..sighting.token };
                    sightings.push(Sighting { span: encoded.place.clone(), token, read_through: true, ..sighting });
                }
            }
            if sightings.len() > before {
                let live = crate::secret::live(&encoded.text).into_iter();
                secrets.extend(live.map(|(kind, _)| (kind, encoded.place.clone())));
            }
        }
        secrets
    }
}
