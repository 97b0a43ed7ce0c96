//! The index of path templates as bytes: sorted once, by the build script for the embedded catalog and at run time for
//! one with overlays, and searched without decoding it.
//!
//! Templates are sorted by a key that has one piece for each segment, so that all templates below a node of the tree that
//! their segments form stand side by side. Shared with the build script.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::template::{Segment, segments, version};

/// What ends each piece of a key.
pub(crate) const END: char = '/';
/// The piece of a placeholder that is a whole segment.
pub(crate) const ANY: char = '\u{1}';
/// The piece of digits.
pub(crate) const DIGITS: char = '\u{2}';
/// Begins the piece of text mixed with placeholders.
pub(crate) const MIXED: char = '\u{3}';
/// Begins the piece of a version of the API.
pub(crate) const VERSION: char = '\u{4}';

/// The number of no service, under which the words of all paths stand.
const EVERY: usize = 65_535;

/// The bytes of a template's record, and of a place's.
const TEMPLATE: usize = 24;
const PLACE: usize = 20;

/// The methods that templates can have, by number.
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "UNSTATED"];

/// A call of the catalog, to be packed.
#[derive(Clone, Debug)]
pub(crate) struct Row<'r> {
    /// The number of its service.
    pub(crate) service: usize,
    /// Its number among the calls of its service.
    pub(crate) number: usize,
    /// Where it begins in the packed calls of its service.
    pub(crate) at: usize,
    pub(crate) method: &'r str,
    /// With scheme, host and query where the template has them.
    pub(crate) path: &'r str,
}

/// A template in the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Template<'i> {
    /// One piece for each segment: see [`key`].
    pub(crate) key: &'i str,
    /// As the catalog has it.
    pub(crate) path: &'i str,
    pub(crate) service: usize,
    pub(crate) number: usize,
    pub(crate) at: usize,
    pub(crate) method: &'static str,
}

/// The whole index.
#[derive(Clone, Debug)]
pub(crate) struct Packed {
    pub(crate) templates: Cow<'static, [u8]>,
    pub(crate) places: Cow<'static, [u8]>,
    pub(crate) text: Cow<'static, str>,
}

/// Host, path and query of a template.
pub(crate) fn taken_apart(template: &str) -> (Option<&str>, &str, &str) {
    let (front, query) = template.split_once('?').unwrap_or((template, ""));
    match front.strip_prefix("https://") {
        Some(rest) => {
            let (host, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
            (Some(host), path, query)
        }
        None => (None, front, query),
    }
}

/// The key of a path: its segments in lower case, and a sign in the place of what is not fixed.
pub(crate) fn key(path: &str) -> String {
    segments(path).into_iter().fold(String::with_capacity(path.len()), |key, segment| key + &piece(segment))
}

fn piece(segment: &str) -> String {
    let folded = segment.to_ascii_lowercase();
    match Segment::parse(segment) {
        Segment::Any => format!("{ANY}{END}"),
        Segment::Digits => format!("{DIGITS}{END}"),
        Segment::Mixed(_) => format!("{MIXED}{folded}{END}"),
        Segment::Literal(_) if version(segment).is_some() => format!("{VERSION}{folded}{END}"),
        Segment::Literal(_) => format!("{folded}{END}"),
    }
}

/// Whether one piece can stand where the other does: both are the same text, or one is open.
fn unify(one: &str, other: &str) -> bool {
    let open = |piece: &str| piece.starts_with([ANY, DIGITS, MIXED]);
    one == other || open(one) || open(other) || (one.starts_with(VERSION) && other.starts_with(VERSION))
}

impl Packed {
    /// Packs calls; those of a service stand together.
    pub(crate) fn of(rows: &[Row<'_>]) -> Self {
        let mut keyed: Vec<(String, &Row<'_>)> = rows.iter().map(|row| (key(taken_apart(row.path).1), row)).collect();
        keyed.sort_by(|one, other| {
            let order = |(key, row): &(String, &Row<'_>)| (key.clone(), row.service, row.number);
            order(one).cmp(&order(other))
        });
        let mut packed = Writer::default();
        for (key, row) in &keyed {
            let numbers = [packed.text.len(), key.len(), row.path.len(), row.at, row.service, row.number];
            let method = METHODS.iter().position(|method| *method == row.method).unwrap_or(METHODS.len() - 1);
            packed.text.push_str(key);
            packed.text.push_str(row.path);
            let [start, key_len, path_len, at, service, number] =
                numbers.map(|number| u32::try_from(number).unwrap_or(0));
            let short = |number: u32| u16::try_from(number).unwrap_or(u16::MAX).to_le_bytes();
            packed.templates.extend(start.to_le_bytes());
            packed.templates.extend(at.to_le_bytes());
            packed.templates.extend(number.to_le_bytes());
            packed.templates.extend(short(key_len));
            packed.templates.extend(short(path_len));
            packed.templates.extend(short(service));
            packed.templates.extend(short(u32::try_from(method).unwrap_or(0)));
            packed.templates.extend([0; 4]);
        }
        for ((service, place), words) in reserved(&keyed) {
            packed.place(service, &place, &words);
        }
        Self { templates: packed.templates.into(), places: packed.places.into(), text: packed.text.into() }
    }

    /// The number of templates.
    pub(crate) fn len(&self) -> usize {
        self.templates.len() / TEMPLATE
    }

    /// The template at a place of the order of keys.
    pub(crate) fn template(&self, at: usize) -> Option<Template<'_>> {
        let (records, _) = self.templates.as_chunks::<TEMPLATE>();
        let record = records.get(at)?;
        let (start, key, path) = (long(record, 0)?, short(record, 12)?, short(record, 14)?);
        Some(Template {
            key: self.text.get(start..start + key)?,
            path: self.text.get(start + key..start + key + path)?,
            at: long(record, 4)?,
            number: long(record, 8)?,
            service: short(record, 16)?,
            method: METHODS.get(short(record, 18)?)?,
        })
    }

    /// Those of a range whose keys begin with a text. All keys of the range begin alike up to `from`.
    pub(crate) fn below(&self, range: Range<usize>, from: usize, text: &str) -> Range<usize> {
        let rest = |at: usize| self.template(at).and_then(|template| template.key.get(from..)).unwrap_or("");
        let start = partition(range.clone(), |at| rest(at) < text);
        let end = partition(start..range.end, |at| rest(at).starts_with(text));
        start..end
    }

    /// Whether a word stands literally at a place in some path of the service. The place is the key of what comes before.
    pub(crate) fn is_reserved(&self, service: usize, place: &str, folded: &str) -> bool {
        let (records, _) = self.places.as_chunks::<PLACE>();
        let entry = |at: usize| {
            let record = records.get(at)?;
            let (start, len) = (long(record, 0)?, short(record, 16)?);
            let words = long(record, 8)?;
            Some((
                short(record, 18)?,
                self.text.get(start..start + len)?,
                self.text.get(words..words + long(record, 12)?)?,
            ))
        };
        let at = partition(0..records.len(), |at| {
            entry(at).is_some_and(|(other, known, _)| (other, known) < (service, place))
        });
        entry(at).is_some_and(|(other, known, words)| {
            (other, known) == (service, place) && words.split('\n').any(|word| word == folded)
        })
    }
}

impl Packed {
    /// Whether a word stands literally in the path of some service: it is no identifier then.
    pub(crate) fn is_word(&self, folded: &str) -> bool {
        is_wordlike(folded) && self.is_reserved(EVERY, "", folded)
    }
}

/// Whether a text is made of letters, as words and names of files in paths are: an identifier has a digit.
fn is_wordlike(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.'))
}

/// The first of a range of which `before` does not hold.
fn partition(range: Range<usize>, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low.midpoint(high);
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn long(record: &[u8], at: usize) -> Option<usize> {
    let bytes = record.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

fn short(record: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_le_bytes(record.get(at..at + 2)?.try_into().ok()?)))
}

#[derive(Default)]
struct Writer {
    templates: Vec<u8>,
    places: Vec<u8>,
    text: String,
}

impl Writer {
    fn place(&mut self, service: usize, place: &str, words: &BTreeSet<&str>) {
        let words = words.iter().copied().collect::<Vec<_>>().join("\n");
        let start = self.text.len();
        self.text.push_str(place);
        let at = self.text.len();
        self.text.push_str(&words);
        let long = |number: usize| u32::try_from(number).unwrap_or(0).to_le_bytes();
        let short = |number: usize| u16::try_from(number).unwrap_or(0).to_le_bytes();
        self.places.extend(long(start));
        self.places.extend([0; 4]);
        self.places.extend(long(at));
        self.places.extend(long(words.len()));
        self.places.extend(short(place.len()));
        self.places.extend(short(service));
    }
}

/// For each place of a service where a placeholder stands, what stands literally at that place in other paths of it.
fn reserved<'k>(keyed: &'k [(String, &Row<'_>)]) -> BTreeMap<(usize, String), BTreeSet<&'k str>> {
    let mut services: BTreeMap<usize, Places<'k>> = BTreeMap::new();
    for (key, row) in keyed {
        let places = services.entry(row.service).or_default();
        let pieces: Vec<&str> = key.split_inclusive(END).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let before = pieces.get(..at).unwrap_or(&[]).to_vec();
            if piece.starts_with(ANY) {
                places.open.insert(before);
            } else if !piece.starts_with([DIGITS, MIXED, VERSION]) {
                places.literal.entry(before).or_default().insert(piece.trim_end_matches(END));
            }
        }
    }
    let mut all = BTreeMap::new();
    let literals = services.values().flat_map(|places| places.literal.values()).flatten().copied();
    let words: BTreeSet<&str> = literals.filter(|word| is_wordlike(word)).collect();
    all.insert((EVERY, String::new()), words);
    for (service, places) in services {
        for open in places.open {
            let alike = places.literal.iter().filter(|(before, _)| {
                before.len() == open.len() && before.iter().zip(&open).all(|(one, other)| unify(one, other))
            });
            let words: BTreeSet<&str> = alike.flat_map(|(_, words)| words.iter().copied()).collect();
            if !words.is_empty() {
                all.insert((service, open.concat()), words);
            }
        }
    }
    all
}

/// The places of a service's paths: what comes before a placeholder, and before which literals.
#[derive(Default)]
struct Places<'k> {
    open: BTreeSet<Vec<&'k str>>,
    literal: BTreeMap<Vec<&'k str>, BTreeSet<&'k str>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_found_again() {
        let paths =
            ["/crm/v8/{module}/{id}", "/crm/v8/settings/roles", "/a.json", "/{key}.json", "https://{b}.x.com/{key}"];
        let rows: Vec<Row<'_>> = paths
            .iter()
            .enumerate()
            .map(|(n, path)| Row { service: 1, number: n, at: n * 7, method: "PUT", path })
            .collect();
        let packed = Packed::of(&rows);
        let mut found: Vec<_> = (0..packed.len()).filter_map(|at| packed.template(at)).collect();
        assert!(found.is_sorted_by_key(|template| template.key));
        found.sort_by_key(|template| template.number);
        assert_eq!(found.iter().map(|template| template.path).collect::<Vec<_>>(), paths);
        assert!(found.iter().all(|template| (template.at, template.method) == (template.number * 7, "PUT")));
        let place = format!("crm{END}{VERSION}v8{END}");
        assert!(packed.is_reserved(1, &place, "settings"));
        assert!(!packed.is_reserved(1, &place, "leads") && !packed.is_reserved(2, &place, "settings"));
        assert!(packed.is_reserved(1, &format!("{place}{ANY}{END}"), "roles"));
        assert!(packed.is_word("roles") && !packed.is_word("role") && !packed.is_word("v8"));
        assert_eq!(packed.below(0..packed.len(), 0, "crm/").len(), 2);
        assert_eq!(packed.below(0..packed.len(), 0, "cr/").len(), 0);
    }
}
