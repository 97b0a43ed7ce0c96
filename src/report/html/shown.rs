//! Texts of others on their way into the page.

use std::fmt;

use super::super::{PolicyInfo, Report, clean};
use crate::finding::Link;
use crate::finding::RuleInfo;
use crate::text::{Place, SourceId, Sources};

/// The most characters of a name: an application, a scope, a path.
const NAME: usize = 160;

/// The most characters of a sentence: a message, a help, a reason.
const SENTENCE: usize = 600;

/// The most characters of a step of a plan: a consent URL of a hundred scopes is to be used as it stands.
const STEP: usize = 8000;

/// The most lines of a policy file that are listed.
pub(super) const LINES: usize = 2000;

/// The most places that are named one by one.
const PLACES: usize = 3;

/// A text without secrets, without characters that reorder or hide what is read, and not without end. The template
/// escapes it for HTML.
///
/// The field is private so that no view can hold a text of others that has not passed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown(String);

impl Shown {
    /// A name, on one line.
    pub(super) fn name(text: &str) -> Self {
        Self(clean::clipped(text, NAME))
    }

    /// A sentence or two, on one line.
    pub(super) fn sentence(text: &str) -> Self {
        Self(clean::clipped(text, SENTENCE))
    }

    /// A step of a plan, with its whole URL.
    pub(super) fn step(text: &str) -> Self {
        Self(clean::clipped(text, STEP))
    }

    /// Text that a person broke into lines to fit a file, joined again.
    pub(super) fn prose(text: &str) -> Self {
        Self::sentence(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// A text that may have several lines.
    pub(super) fn lines(text: &str) -> Vec<Self> {
        text.lines().map(Self::sentence).collect()
    }

    /// The first lines of a file.
    pub(super) fn listing(text: &str) -> Vec<Self> {
        let redacted = clean::verbatim(text);
        redacted.lines().take(LINES).map(|line| Self(clean::visible(line).chars().take(SENTENCE).collect())).collect()
    }

    /// What it takes in the page, in bytes, about.
    pub(super) fn weight(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of an application, where there is one.
pub(super) enum Name {
    App(Shown),
    None,
}

/// A text in which parts between backticks are code.
pub(super) struct Prose(Vec<Piece>);

/// A part of a [`Prose`].
pub(super) struct Piece {
    pub(super) text: Shown,
    pub(super) is_code: bool,
    /// Where it leads.
    pub(super) page: Option<Link>,
}

impl Prose {
    /// Splits a text that has been cleaned.
    pub(super) fn new(text: &Shown) -> Self {
        let parts: Vec<&str> = text.0.split('`').collect();
        // A backtick without its partner stands for itself.
        let paired = parts.len() % 2 == 1;
        if !paired {
            return Self(vec![Piece::new(&text.0, false)]);
        }
        let pieces = parts.into_iter().enumerate().filter(|(_, part)| !part.is_empty());
        Self(pieces.map(|(n, part)| Piece::new(part, n % 2 == 1)).collect())
    }

    /// Splits a text that has been cleaned, and makes a link of the address in it.
    pub(super) fn citing(text: &Shown, page: Option<&Link>) -> Self {
        let around = page.and_then(|page| Some((text.0.split_once(page.as_str())?, page)));
        let Some(((before, after), page)) = around else { return Self::new(text) };
        let [before, after] = [before, after].map(|part| Self::new(&Shown(part.to_owned())).0);
        let link = Piece { page: Some(page.clone()), ..Piece::new(page.as_str(), false) };
        Self(before.into_iter().chain([link]).chain(after).collect())
    }

    /// The parts in order.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// What it takes in the page, in bytes, about.
    pub(super) fn weight(&self) -> usize {
        const TAGS: usize = 13;
        let marked = |piece: &Piece| if piece.is_code || piece.page.is_some() { TAGS } else { 0 };
        let addresses = |piece: &Piece| piece.page.as_ref().map_or(0, |page| page.as_str().len());
        self.0.iter().map(|piece| piece.text.weight() + marked(piece) + addresses(piece)).sum()
    }
}

impl Piece {
    fn new(text: &str, is_code: bool) -> Self {
        Self { text: Shown(text.to_owned()), is_code, page: None }
    }
}

/// A place that people read, with the anchor of its line when that line stands in the page.
pub(super) struct Spot {
    pub(super) text: Shown,
    pub(super) anchor: Option<String>,
}

/// Some places, and how many more there are.
pub(super) struct Spots {
    pub(super) first: Vec<Spot>,
    pub(super) more: usize,
}

impl Spots {
    /// What they take in the page, in bytes, about.
    pub(super) fn weight(&self) -> usize {
        const TAGS: usize = 40;
        self.first.iter().map(|spot| TAGS + spot.text.weight()).sum()
    }
}

/// Names places and pages: knows which files stand in the page.
#[derive(Clone, Copy)]
pub(super) struct Guide<'r> {
    report: &'r Report,
    sources: &'r Sources,
    policy: &'r PolicyInfo,
    listed: &'r [SourceId],
}

impl<'r> Guide<'r> {
    /// A guide to a report's sources, of which some are listed in the page.
    pub(super) fn new(report: &'r Report, listed: &'r [SourceId]) -> Self {
        Self { report, sources: &report.sources, policy: &report.policy, listed }
    }

    /// Whether a place stands in a file that the page lists.
    pub(super) fn lists(self, place: Place) -> bool {
        self.listed.contains(&place.source)
    }

    /// The name of an application, with a word where only the records have it.
    pub(super) fn name(self, app: Option<&str>) -> Name {
        match app.filter(|app| self.report.is_unlisted(app)) {
            Some(app) => Name::App(Shown::name(&format!("{app} (not in the policy)"))),
            None => app.map_or(Name::None, |app| Name::App(Shown::name(app))),
        }
    }

    /// Who answers for an application.
    pub(super) fn owner(self, app: Option<&str>) -> Option<Shown> {
        self.policy.owner(app).map(Shown::name)
    }

    /// The organisation's own page about a rule.
    pub(super) fn page(self, rule: &RuleInfo) -> Option<Link> {
        self.policy.page(rule)
    }

    /// `path:line:column`.
    pub(super) fn spot(self, place: Place) -> Spot {
        let source = self.sources.get(place.source);
        let at = source.position(place.span.start);
        let path = Shown::name(source.name());
        let file = self.listed.iter().position(|id| *id == place.source);
        let anchor = file.filter(|_| at.line <= LINES).map(|file| format!("p{file}-{}", at.line));
        let text =
            if anchor.is_some() { format!("{path}:{}", at.line) } else { format!("{path}:{}:{}", at.line, at.column) };
        Spot { text: Shown(text), anchor }
    }

    /// The first of some places.
    pub(super) fn spots(self, places: &[Place]) -> Spots {
        let first = places.iter().take(PLACES).map(|place| self.spot(*place)).collect();
        Spots { first, more: places.len().saturating_sub(PLACES) }
    }
}

/// `1 scope`, `2,000 scopes`.
pub(super) fn counted(count: usize, word: &str) -> String {
    format!("{} {word}{}", thousands(count), if count == 1 { "" } else { "s" })
}

/// A number with its thousands set apart.
pub(super) fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_in_thousands() {
        for (count, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(thousands(count), expected);
        }
        assert_eq!(counted(1, "scope"), "1 scope");
        assert_eq!(counted(0, "scope"), "0 scopes");
    }

    #[test]
    fn what_stands_in_backticks_is_code() {
        let pieces = |text: &str| {
            let prose = Prose::new(&Shown::sentence(text));
            prose.pieces().iter().map(|piece| (piece.text.to_string(), piece.is_code)).collect::<Vec<_>>()
        };
        let owned = |text: &str, code| (text.to_owned(), code);
        assert_eq!(pieces("`a` is b"), [owned("a", true), owned(" is b", false)]);
        assert_eq!(pieces("a ` b"), [owned("a ` b", false)]);
    }

    #[test]
    fn an_address_that_was_given_as_one_is_a_link_and_no_other() {
        let page = Link::parse("https://a.example/x").unwrap();
        let pieces = |text: &str, page| {
            let prose = Prose::citing(&Shown::sentence(text), page);
            let shown = prose.pieces().iter().map(|piece| (piece.text.to_string(), piece.page.is_some()));
            shown.collect::<Vec<_>>()
        };
        let owned = |text: &str, links| (text.to_owned(), links);
        let text = "catalog (https://a.example/x), https://b.example";
        let linked =
            [owned("catalog (", false), owned("https://a.example/x", true), owned("), https://b.example", false)];
        assert_eq!(pieces(text, Some(&page)), linked);
        assert_eq!(pieces(text, None), [owned(text, false)]);
        assert_eq!(pieces("cut: https://a.exa", Some(&page)), [owned("cut: https://a.exa", false)]);
    }
}
