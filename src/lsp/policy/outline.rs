//! Where in a policy a place is, by its lines alone: what is being written can seldom be read as YAML.

use super::Text;
use crate::text::Span;

/// Where a place is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outline {
    /// The keys above it, the outermost first; that of its own line among them where it stands behind one.
    pub(super) path: Vec<String>,
    /// A key begins here, and no value.
    pub(super) is_key: bool,
    /// What is written of it up to the place, without quotes.
    pub(super) word: String,
    /// Where that begins.
    pub(super) start: usize,
}

/// A line of a policy: how far in it is, and what stands there.
struct Line<'t> {
    /// How far in its text is; of an item of a list, how far in its dash is.
    indent: usize,
    /// How far in what follows the dash is.
    inner: usize,
    is_item: bool,
    body: &'t str,
}

impl<'t> Line<'t> {
    fn of(line: &'t str) -> Self {
        let body = line.trim_start_matches(' ');
        let indent = line.len() - body.len();
        match body.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
            Some(rest) => {
                let body = rest.trim_start_matches(' ');
                Self { indent, inner: line.len() - body.len(), is_item: true, body }
            }
            None => Self { indent, inner: indent, is_item: false, body },
        }
    }

    /// The key that the line begins with, and what follows it.
    fn key(&self) -> Option<(&'t str, &'t str)> {
        let (key, rest) = self.body.split_once(':')?;
        let is_key =
            !key.is_empty() && !key.contains(['{', '[', '#', ' ']) && (rest.is_empty() || rest.starts_with(' '));
        is_key.then_some((key.trim_matches(['"', '\'']), rest))
    }
}

/// Tells where a byte is.
pub(super) fn outline(text: &Text, offset: usize) -> Outline {
    let number = text.line_of(offset);
    let start = text.start_of(number);
    let before = text.as_str().get(start..offset).unwrap_or("");
    let line = Line::of(before);
    let mut path = above(text, number, &line);
    let at = |word: &str| Outline {
        path: Vec::new(),
        is_key: true,
        word: word.trim_start_matches(['"', '\'']).to_owned(),
        start: offset - word.trim_start_matches(['"', '\'']).len(),
    };
    let Some((key, value)) = line.key() else {
        // An item of a list in braces or by itself, or a key that is not finished.
        let (inner, is_key, word) = flow(line.body);
        path.extend(inner);
        return Outline { path, is_key: is_key.unwrap_or(!line.is_item), ..at(word) };
    };
    path.push(key.to_owned());
    let (inner, is_key, word) = flow(value.trim_start());
    path.extend(inner);
    Outline { path, is_key: is_key.unwrap_or(false), ..at(word) }
}

/// What stands in braces and brackets that are open at the end of a text: the keys above the end, whether a key is
/// wanted there (nothing where no brace is open), and what is written of it.
fn flow(text: &str) -> (Vec<String>, Option<bool>, &str) {
    let (mut open, mut keys): (Vec<char>, Vec<Option<String>>) = (Vec::new(), Vec::new());
    let mut start = 0;
    let mut quote: Option<char> = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(mark), _) => quote = (mark != c).then_some(mark),
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => {
                // Braces within a scope are alternatives.
                if c == '{' && text.get(..at).is_some_and(|text| text.ends_with('.') || text.ends_with('$')) {
                    open.push('.');
                } else {
                    open.push(c);
                    keys.push(None);
                    start = at + 1;
                }
            }
            (None, ']' | '}') if open.pop() != Some('.') => {
                keys.pop();
                start = at + 1;
            }
            (None, ',') if open.last().is_some_and(|open| *open != '.') => {
                if let (Some('{'), Some(key)) = (open.last(), keys.last_mut()) {
                    *key = None;
                }
                start = at + 1;
            }
            (None, ':') if open.last() == Some(&'{') => {
                if let (Some(key), Some(name)) = (keys.last_mut(), text.get(start..at)) {
                    *key = Some(name.trim().trim_matches(['"', '\'']).to_owned());
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    let word = text.get(start..).unwrap_or("").trim_start();
    let is_key = open.last().map(|open| *open == '{' && keys.last().is_some_and(Option::is_none));
    let is_key = if open.contains(&'[') || open.contains(&'{') { Some(is_key.unwrap_or(false)) } else { None };
    (keys.into_iter().flatten().collect(), is_key, word)
}

/// The keys above a line.
fn above(text: &Text, number: usize, line: &Line<'_>) -> Vec<String> {
    let mut path = Vec::new();
    // A list may stand as far in as its key.
    let (mut limit, mut may_equal) = (line.indent, line.is_item);
    for number in (0..number).rev() {
        let line = Line::of(text.line(number));
        if line.body.is_empty() || line.body.starts_with('#') {
            continue;
        }
        let is_above = line.inner < limit || (may_equal && !line.is_item && line.indent == limit);
        if line.is_item && line.inner == limit && limit > line.indent && !may_equal {
            // The item that this line goes on with: what is above it is above this one.
            (limit, may_equal) = (line.indent, true);
            continue;
        }
        if !is_above {
            continue;
        }
        if let Some((key, _)) = line.key() {
            path.push(key.to_owned());
        }
        (limit, may_equal) = (line.indent, line.is_item);
        if limit == 0 && !may_equal {
            break;
        }
    }
    path.reverse();
    path
}

impl Outline {
    /// Whether the place is in the value of a key, or in its list.
    pub(super) fn is_of(&self, key: &str) -> bool {
        self.path.last().is_some_and(|last| last == key)
    }

    /// The whole word that a place is in, without quotes.
    pub(super) fn word_under(&self, text: &Text, offset: usize) -> Option<(String, Span)> {
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ']' | '"' | '\'' | '#');
        let rest = text.as_str().get(offset..)?;
        let mut open = self.word.matches('{').count().saturating_sub(self.word.matches('}').count());
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match c {
                '{' => open += 1,
                '}' if open > 0 => open -= 1,
                ',' if open > 0 => {}
                c if ends(c) || c == '}' => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let word = format!("{}{}", self.word, rest.get(..end)?);
        let word = word.trim_end_matches(':').trim();
        (!word.is_empty() && !word.contains('\n'))
            .then(|| (word.to_owned(), Span::new(self.start, self.start + word.len())))
    }

    /// The key that a place is in.
    pub(super) fn key_under(&self, text: &Text, offset: usize) -> Option<(String, Span)> {
        if !self.is_key {
            return None;
        }
        let (word, span) = self.word_under(text, offset)?;
        let is_followed =
            text.as_str().get(span.end..).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'));
        is_followed.then_some((word, span))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lsp::text::Encoding;

    #[test]
    fn places_are_found_by_lines_alone() {
        for (text, path, is_key, word) in [
            ("ver|", "", true, "ver"),
            ("version: 1\nallow:\n  - ZohoBooks.inv|", "allow", false, "ZohoBooks.inv"),
            ("allow:\n- ZohoBooks.|", "allow", false, "ZohoBooks."),
            ("allow: [ZohoBooks.invoices.READ, Zo|", "allow", false, "Zo"),
            ("allow:\n  - { scope: Zoho|", "allow.scope", false, "Zoho"),
            ("allow:\n  - ZohoBooks.{invoices,con|", "allow", false, "ZohoBooks.{invoices,con"),
            ("rules: { full-|", "rules", true, "full-"),
            ("rules: { full-access: er|", "rules.full-access", false, "er"),
            ("rules:\n  full-access: |", "rules.full-access", false, ""),
            ("apps:\n  sync:\n    own|", "apps.sync", true, "own"),
            ("apps:\n  sync:\n    owner: a\n    allow:\n      - \"Zo|", "apps.sync.allow", false, "Zo"),
            ("apps:\n  sync: { allow: [Zo|", "apps.sync.allow", false, "Zo"),
            ("waivers:\n  - id: W-1\n    ru|", "waivers", true, "ru"),
            ("waivers:\n  - id: W-1\n    rules: [full|", "waivers.rules", false, "full"),
            ("waivers:\n- id: W-1\n  rules:\n  - full|", "waivers.rules", false, "full"),
            ("extends: [builtin:|", "extends", false, "builtin:"),
            ("apps:\n  a:\n    owner: x\n\nde|", "", true, "de"),
        ] {
            let offset = text.find('|').unwrap();
            let outline = outline(&Text::new(text.replace('|', ""), Encoding::Utf8), offset);
            let found = (outline.path.join("."), outline.is_key, outline.word.as_str());
            assert_eq!(found, (path.to_owned(), is_key, word), "{text}");
        }
    }
}
