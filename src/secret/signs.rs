//! What is cheap to look for in a text before patterns are tried on it.

use memchr::{memchr, memchr_iter, memchr2_iter, memmem};

/// What is cheap to look for.
pub(super) enum Sign {
    /// So many hexadecimal digits in a row.
    HexRun(usize),
    /// `eyJ`, with which an object in base64 begins.
    Jwt,
    /// Words of one of these kinds.
    Words(u8),
    /// The name of a parameter, in lower case, with what parts it from its value.
    Parameter(&'static str),
    /// Text in lower case, its first letter one that is rare.
    Text(&'static str),
    /// Text as it is.
    Exact(&'static [u8]),
    /// What stands before the host of an address, as it is or percent-encoded.
    At,
}

/// A text, and the words in it that secrets follow.
pub(super) struct Signs<'t> {
    text: &'t [u8],
    words: u8,
}

impl<'t> Signs<'t> {
    pub(super) fn of(text: &'t [u8]) -> Self {
        Self { text, words: words_in(text) }
    }

    /// Whether a text has what is in every text of a shape.
    pub(super) fn has(&self, sign: &Sign) -> bool {
        let text = self.text;
        match sign {
            Sign::HexRun(length) => has_hex_run(text, *length),
            Sign::Jwt => memchr_iter(b'J', text).any(|at| text[..at].ends_with(b"ey")),
            Sign::Words(kinds) => self.words & kinds != 0,
            Sign::Text(sought) => has_text(text, sought),
            Sign::Exact(sought) => memmem::find(text, sought).is_some(),
            Sign::Parameter(name) => {
                (memchr(b'=', text).is_some() || memchr(b'%', text).is_some()) && has_text(text, name)
            }
            Sign::At => {
                (memchr(b'@', text).is_some() || memmem::find(text, b"40").is_some())
                    && (memmem::find(text, b"//").is_some()
                        || memmem::find(text, b"/\\/").is_some()
                        || memchr(b'%', text).is_some())
            }
        }
    }
}

/// Whether a text has these letters, in either case.
fn has_text(text: &[u8], sought: &str) -> bool {
    let Some(&first) = sought.as_bytes().first() else { return true };
    memchr2_iter(first, first.to_ascii_uppercase(), text)
        .any(|at| text.get(at..at + sought.len()).is_some_and(|found| found.eq_ignore_ascii_case(sought.as_bytes())))
}

/// Whether a text has this many hexadecimal digits in a row. Every such row has a digit at a multiple of the number.
pub(super) fn has_hex_run(text: &[u8], length: usize) -> bool {
    let is_digit = |byte: &&u8| byte.is_ascii_hexdigit();
    (0..text.len()).step_by(length).any(|at| {
        let (before, after) = text.split_at(at);
        let after = after.iter().take(length).take_while(is_digit).count();
        after > 0 && after + before.iter().rev().take(length).take_while(is_digit).count() >= length
    })
}

/// The kind of words that begin the value of a header.
pub(super) const HEADER: u8 = 1;
/// The kind of words that end the name of a secret.
pub(super) const NAME: u8 = 2;
/// The word that names a grant code, and much else.
pub(super) const CODE: u8 = 4;

/// The words that a secret follows, in lower case, each with its kind.
const WORDS: [(&[u8], u8); 10] = [
    (b"basic", HEADER),
    (b"bearer", HEADER),
    (b"code", CODE),
    (b"passwd", NAME),
    (b"password", NAME),
    (b"pwd", NAME),
    (b"secret", NAME),
    (b"token", NAME),
    (b"zapikey", NAME),
    (b"zoho-", HEADER),
];

/// Whether a word begins with this letter, in either case.
static INITIALS: [bool; 256] = {
    let mut initials = [false; 256];
    let mut at = 0;
    while at < WORDS.len() {
        let initial = WORDS[at].0[0];
        initials[initial as usize] = true;
        initials[initial.to_ascii_uppercase() as usize] = true;
        at += 1;
    }
    initials
};

/// The kinds of words that stand in a text in such a way that a secret may follow.
fn words_in(text: &[u8]) -> u8 {
    let mut kinds = 0;
    // Something of this parts every word from its secret. All bytes are seen at once.
    let parts = |byte: u8| matches!(byte, b' ' | b'\t' | b'+' | b'%' | b':' | b'=' | b'>');
    if !text.iter().fold(false, |found, byte| found | parts(*byte)) {
        return kinds;
    }
    for (at, byte) in text.iter().enumerate().filter(|(_, byte)| INITIALS[usize::from(**byte)]) {
        let (before, rest) = text.split_at(at);
        let initial = byte.to_ascii_lowercase();
        for (word, kind) in WORDS.into_iter().filter(|(word, _)| word.first() == Some(&initial)) {
            if let Some((found, after)) = rest.split_at_checked(word.len())
                && found.eq_ignore_ascii_case(word)
                && (if kind == HEADER { header_follows(after) } else { value_follows(before, after) })
            {
                kinds |= kind;
            }
        }
    }
    kinds
}

/// Whether what follows a word may be the value of a header.
fn header_follows(after: &[u8]) -> bool {
    let gap = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'+' | b'%' | b'=' | b':')).count();
    let value = after.iter().skip(gap).take_while(|byte| !byte.is_ascii_whitespace()).count();
    gap == 0 || value >= 16
}

/// Whether what follows a word may be the value of a key: an operator comes next, or the word ends an option's name.
fn value_follows(before: &[u8], after: &[u8]) -> bool {
    let closes = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\\' | b'"' | b'\'' | b'`' | b']' | b')' | b'}');
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let name = before.iter().rev().take_while(is_name).count();
    after.iter().find(|byte| !closes(byte)).is_some_and(|next| matches!(next, b':' | b'=' | b'>' | b'!' | b'%'))
        || before.get(before.len() - name..).is_some_and(|name| name.starts_with(b"--"))
}
