//! What a disguised text reads like: letters of other alphabets, characters that nobody sees, escapes; each resolved,
//! with a way back to where it stands.

use std::ops::Range;

use super::Disguise;

/// A text that reads like another.
#[derive(Debug)]
pub(super) struct Resolved {
    /// What it reads like.
    pub(super) text: String,
    changes: Vec<Change>,
}

/// A part of a text and what stands for it in the other.
#[derive(Debug)]
struct Change {
    new: Range<usize>,
    old: Range<usize>,
    how: How,
}

/// Why a part of a text was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// It hides what it reads like.
    Disguise(Disguise),
    /// It is the notation of a URL.
    Encoded,
    /// It stands between two string literals that are one text.
    Join,
}

impl Resolved {
    pub(super) fn new() -> Self {
        Self { text: String::new(), changes: Vec::new() }
    }

    /// Puts `new` where `old` stood.
    pub(super) fn put(&mut self, new: &str, old: Range<usize>, how: How) {
        let start = self.text.len();
        self.text.push_str(new);
        self.changes.push(Change { new: start..self.text.len(), old, how });
    }

    /// Whether nothing was changed.
    pub(super) fn is_plain(&self) -> bool {
        self.changes.is_empty()
    }

    /// Where something of the new text stands in the old.
    pub(super) fn origin(&self, span: &Range<usize>) -> Range<usize> {
        let before = |at: usize| self.changes.partition_point(|change| change.new.start < at).checked_sub(1);
        let moved = |change: &Change, at: usize| at - change.new.end + change.old.end;
        let first = self.changes.partition_point(|change| change.new.end <= span.start);
        let start = match self.changes.get(first) {
            Some(change) if change.new.start <= span.start && !change.new.is_empty() => change.old.start,
            _ => first.checked_sub(1).and_then(|at| self.changes.get(at)).map_or(span.start, |c| moved(c, span.start)),
        };
        let end = match before(span.end).and_then(|at| self.changes.get(at)) {
            Some(change) if span.end < change.new.end => change.old.end,
            Some(change) => moved(change, span.end),
            None => span.end,
        };
        start..end.max(start)
    }

    /// Whether something of the new text stands within one change, so that all of it stood elsewhere.
    pub(super) fn is_within_one(&self, span: &Range<usize>) -> bool {
        let before = self.changes.partition_point(|change| change.new.start <= span.start);
        before.checked_sub(1).and_then(|at| self.changes.get(at)).is_some_and(|change| span.end <= change.new.end)
    }

    /// Why something of the new text is not as it was, each reason once.
    pub(super) fn changes_in(&self, span: &Range<usize>) -> impl Iterator<Item = How> {
        let inside = |change: &&Change| {
            change.new.start < span.end && change.new.end > span.start
                || change.new.is_empty() && span.start < change.new.start && change.new.start < span.end
        };
        let first = self.changes.partition_point(|change| change.new.end < span.start);
        let near = self.changes.iter().skip(first).take_while(|change| change.new.start <= span.end);
        near.filter(inside).map(|change| change.how)
    }
}

/// What a text in disguise reads like; `None` for one without.
pub(super) fn resolve(text: &str) -> Option<Resolved> {
    let mut resolved = Resolved::new();
    let mut from = 0;
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        match reading(text, at) {
            Some(reading) => {
                resolved.text.push_str(text.get(from..at)?);
                let mut letter = [0; 4];
                let new = reading.letter.map_or("", |letter_read| letter_read.encode_utf8(&mut letter));
                resolved.put(new, at..at + reading.length, reading.how);
                at += reading.length;
                from = at;
            }
            None => at += c.len_utf8(),
        }
    }
    if resolved.is_plain() {
        return None;
    }
    resolved.text.push_str(text.get(from..)?);
    Some(resolved)
}

/// What stands for a letter, and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reading {
    /// The letter, digit, dot or underscore that it reads like; nothing for what nobody sees.
    pub(super) letter: Option<char>,
    pub(super) length: usize,
    pub(super) how: How,
}

/// What reads like a letter at a place, and is none.
pub(super) fn reading(text: &str, at: usize) -> Option<Reading> {
    let rest = text.get(at..)?;
    let c = rest.chars().next()?;
    let found = |letter, length, how| Some(Reading { letter, length, how });
    match c {
        // One half of a letter of two bytes.
        '\0' => found(None, 1, How::Encoded),
        c if c.is_ascii() => escape(rest.as_bytes()),
        c if is_invisible(c) => found(None, c.len_utf8(), How::Disguise(Disguise::Invisible)),
        c => found(Some(look_alike(c)?), c.len_utf8(), How::Disguise(Disguise::LookAlike)),
    }
}

/// What an escape at the beginning of a text stands for.
pub(super) fn escape(text: &[u8]) -> Option<Reading> {
    let found = |(letter, length), how| Some(Reading { letter: Some(letter), length, how });
    match text.first()? {
        b'\\' => found(escaped(text)?, How::Disguise(Disguise::Escape)),
        b'&' => found(entity(text)?, How::Disguise(Disguise::Escape)),
        b'%' => {
            let letter = letter_of(number(text.get(1..3)?, 16)?)?;
            // A dot in this notation is found as it is.
            (letter != '.').then(|| found((letter, 3), How::Encoded))?
        }
        _ => None,
    }
}

/// The letter that an escape of a string or of a pattern stands for: `\u0041`, `\u{41}`, `\U00000041`, `\x41`, `\x{41}`,
/// `\101`, `\.`
fn escaped(text: &[u8]) -> Option<(char, usize)> {
    let digits = |from: usize, most: usize, radix: u32| {
        let is_digit = |byte: &&u8| char::from(**byte).is_digit(radix);
        text.get(from..).unwrap_or(&[]).iter().take(most).take_while(is_digit).count()
    };
    let value = |from: usize, count: usize, radix: u32| letter_of(number(text.get(from..from + count)?, radix)?);
    match text.get(1)? {
        b'.' => Some(('.', 2)),
        b'u' | b'x' | b'U' if text.get(2) == Some(&b'{') => {
            let count = digits(3, 6, 16);
            (text.get(3 + count) == Some(&b'}')).then(|| Some((value(3, count, 16)?, count + 4)))?
        }
        b'u' => (digits(2, 4, 16) == 4).then(|| Some((value(2, 4, 16)?, 6)))?,
        b'U' => (digits(2, 8, 16) == 8).then(|| Some((value(2, 8, 16)?, 10)))?,
        b'x' => (digits(2, 2, 16) == 2).then(|| Some((value(2, 2, 16)?, 4)))?,
        b'0'..=b'7' => {
            let count = digits(1, 3, 8);
            (count >= 2).then(|| Some((value(1, count, 8)?, count + 1)))?
        }
        _ => None,
    }
}

/// The letter that an entity of HTML stands for: `&#46;`, `&#x2e;`, `&period;`.
fn entity(text: &[u8]) -> Option<(char, usize)> {
    for (name, letter) in [("&period;", '.'), ("&lowbar;", '_'), ("&UnderBar;", '_')] {
        if text.starts_with(name.as_bytes()) {
            return Some((letter, name.len()));
        }
    }
    let body = text.strip_prefix(b"&#")?;
    let end = body.iter().take(9).position(|byte| *byte == b';')?;
    let code = match body.get(..end)? {
        [b'x' | b'X', hex @ ..] => number(hex, 16)?,
        decimal => number(decimal, 10)?,
    };
    Some((letter_of(code)?, end + 3))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let plain = !digits.is_empty() && digits.iter().all(|byte| char::from(*byte).is_digit(radix));
    plain.then(|| u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok())?
}

/// A character of scopes by its number, what looks like one included.
fn letter_of(code: u32) -> Option<char> {
    let c = char::from_u32(code)?;
    if c.is_ascii() {
        return (c.is_ascii_alphanumeric() || matches!(c, '.' | '_')).then_some(c);
    }
    look_alike(c)
}

/// Whether nobody sees a character, or takes it for a blank that is none.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{a0}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e01ef}'
    )
}

/// The ASCII letter, digit or dot that a character looks like.
fn look_alike(c: char) -> Option<char> {
    let at = |first: char| u8::try_from(u32::from(c) - u32::from(first)).ok();
    let from = |base: u8, offset: Option<u8>| offset.map(|offset| char::from(base + offset));
    match c {
        'Ａ'..='Ｚ' => return from(b'A', at('Ａ')),
        'ａ'..='ｚ' => return from(b'a', at('ａ')),
        '０'..='９' => return from(b'0', at('０')),
        // Mathematical letters: alphabets of 26 capitals and 26 small ones after each other; then digits.
        '\u{1d400}'..='\u{1d6a3}' => {
            let letter = u8::try_from((u32::from(c) - 0x1d400) % 52).ok()?;
            return Some(char::from(if letter < 26 { b'A' + letter } else { b'a' + letter - 26 }));
        }
        '\u{1d7ce}'..='\u{1d7ff}' => {
            return Some(char::from(b'0' + u8::try_from((u32::from(c) - 0x1d7ce) % 10).ok()?));
        }
        'Ⓐ'..='Ⓩ' => return from(b'A', at('Ⓐ')),
        'ⓐ'..='ⓩ' => return from(b'a', at('ⓐ')),
        _ => {}
    }
    let index = LOOK_ALIKES.binary_search_by_key(&c, |(other, _)| *other).ok()?;
    LOOK_ALIKES.get(index).map(|(_, letter)| *letter)
}

/// Letters and dots that cannot be told from ASCII ones in most fonts, by their number.
#[rustfmt::skip]
const LOOK_ALIKES: &[(char, char)] = &[
    ('·', '.'), ('ı', 'i'), ('ſ', 's'), ('ǀ', 'l'), ('ɑ', 'a'), ('ɡ', 'g'), ('ɩ', 'i'), ('ɪ', 'i'), ('ʏ', 'y'),
    ('ͺ', 'i'), ('Ϳ', 'J'), ('Α', 'A'), ('Β', 'B'), ('Ε', 'E'), ('Ζ', 'Z'), ('Η', 'H'), ('Ι', 'I'), ('Κ', 'K'),
    ('Μ', 'M'), ('Ν', 'N'), ('Ο', 'O'), ('Ρ', 'P'), ('Τ', 'T'), ('Υ', 'Y'), ('Χ', 'X'), ('α', 'a'), ('γ', 'y'),
    ('ι', 'i'), ('κ', 'k'), ('ν', 'v'), ('ο', 'o'), ('ρ', 'p'), ('σ', 'o'), ('τ', 't'), ('υ', 'u'), ('χ', 'x'),
    ('ϲ', 'c'), ('ϳ', 'j'), ('Ϲ', 'C'), ('Ѕ', 'S'), ('І', 'I'), ('Ј', 'J'), ('А', 'A'), ('В', 'B'), ('Е', 'E'),
    ('З', '3'), ('К', 'K'), ('М', 'M'), ('Н', 'H'), ('О', 'O'), ('Р', 'P'), ('С', 'C'), ('Т', 'T'), ('У', 'Y'),
    ('Х', 'X'), ('Ь', 'b'), ('а', 'a'), ('г', 'r'), ('е', 'e'), ('к', 'k'), ('м', 'm'), ('н', 'h'), ('о', 'o'),
    ('п', 'n'), ('р', 'p'), ('с', 'c'), ('т', 't'), ('у', 'y'), ('х', 'x'), ('ѕ', 's'), ('і', 'i'), ('ј', 'j'),
    ('ѵ', 'v'), ('Ү', 'Y'), ('ү', 'y'), ('һ', 'h'), ('ӏ', 'l'), ('Ԁ', 'd'), ('ԁ', 'd'), ('Ԍ', 'G'), ('ԛ', 'q'),
    ('Ԝ', 'W'), ('ԝ', 'w'), ('Տ', 'S'), ('Օ', 'O'), ('հ', 'h'), ('ո', 'n'), ('ռ', 'n'), ('ս', 'u'), ('ց', 'g'),
    ('օ', 'o'), ('۔', '.'), ('ᴏ', 'o'), ('ᴜ', 'u'), ('ᴠ', 'v'), ('ᴡ', 'w'), ('ᴢ', 'z'), ('․', '.'), ('‧', '.'),
    ('∙', '.'), ('⋅', '.'), ('Ⲟ', 'O'), ('ⲟ', 'o'), ('。', '.'), ('ꓐ', 'B'), ('ꓑ', 'P'), ('ꓒ', 'd'), ('ꓓ', 'D'),
    ('ꓔ', 'T'), ('ꓖ', 'G'), ('ꓗ', 'K'), ('ꓙ', 'J'), ('ꓚ', 'C'), ('ꓜ', 'Z'), ('ꓝ', 'F'), ('ꓟ', 'M'), ('ꓠ', 'N'),
    ('ꓡ', 'L'), ('ꓢ', 'S'), ('ꓣ', 'R'), ('ꓦ', 'V'), ('ꓧ', 'H'), ('ꓪ', 'W'), ('ꓫ', 'X'), ('ꓬ', 'Y'), ('ꓮ', 'A'),
    ('ꓰ', 'E'), ('ꓲ', 'I'), ('ꓳ', 'O'), ('ꓴ', 'U'), ('﹒', '.'), ('．', '.'), ('｡', '.'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_disguise_reads_like_what_it_hides() {
        assert!(LOOK_ALIKES.is_sorted_by_key(|(c, _)| *c));
        for (text, expected) in [
            ("Zohо", "Zoho"),
            ("ＺｏｈｏＢｏｏｋｓ．ａｌｌ", "ZohoBooks.all"),
            ("a\u{200b}b\u{a0}c\u{ad}", "abc"),
            ("\\u0041\\x42\\103\\u{44}\\x{45}\\U00000046\\.g", "ABCDEF.g"),
            ("A&#46;b&#x2E;c&period;d", "A.b.c.d"),
            ("%5AohoBooks%2Efull", "ZohoBooks%2Efull"),
            ("𝐙𝗼𝘩𝚘", "Zoho"),
            ("\\u043e", "o"),
        ] {
            assert_eq!(resolve(text).unwrap().text, expected, "{text}");
        }
        for text in ["plain", "é日本", "\\n\\t\\\\", "\\1", "\\u00e9", "&amp;&#39;", "%2C%20%2E", "\\u002", ""] {
            assert!(resolve(text).is_none(), "{text}");
        }
    }

    #[test]
    fn the_way_back_is_exact() {
        let text = "é \\u005aohо.a\u{200b}ll, x";
        let plain = resolve(text).unwrap();
        assert_eq!(plain.text, "é Zoho.all, x");
        let back = |word: &str| {
            let at = plain.text.find(word).unwrap();
            &text[plain.origin(&(at..at + word.len()))]
        };
        assert_eq!(back("Zoho.all"), "\\u005aohо.a\u{200b}ll");
        assert_eq!(back("oh"), "oh");
        assert_eq!(back(".a"), ".a");
        assert_eq!(back("ll"), "ll");
        assert_eq!(back("x"), "x");
        let at = plain.text.find("Zoho").unwrap();
        let hows: Vec<How> = plain.changes_in(&(at..at + 8)).collect();
        assert_eq!(hows, [Disguise::Escape, Disguise::LookAlike, Disguise::Invisible].map(How::Disguise));
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_a_way_back(text in "(\\PC|\\\\u0041|\\\\x2e|&#46;|\u{200b}|о|a|\\.|%5A){0,20}") {
            if let Some(plain) = resolve(&text) {
                for (start, _) in plain.text.char_indices() {
                    for (end, _) in plain.text.char_indices().filter(|(end, _)| *end > start) {
                        let origin = plain.origin(&(start..end));
                        proptest::prop_assert!(text.get(origin.clone()).is_some(), "{:?}", origin);
                    }
                }
            }
        }
    }
}
