//! Percent-encoding.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is encoded in a path: everything but unreserved characters and slashes.
const PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The byte that stands at `at` after percent-decoding, and where the next one begins, for readers that keep places
/// exact. `None` at the end.
///
/// A `%` that no two hexadecimal digits follow stands for itself.
pub(crate) fn unit(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let byte = *bytes.get(at)?;
    let digit = |offset| bytes.get(at + offset).and_then(|&b| char::from(b).to_digit(16));
    if byte == b'%'
        && let (Some(high), Some(low)) = (digit(1), digit(2))
        && let Ok(decoded) = u8::try_from(high * 16 + low)
    {
        return Some((decoded, at + 3));
    }
    Some((byte, at + 1))
}

/// The text with `%XX` resolved. Bytes that are no UTF-8 become U+FFFD.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// [`decode`] for a query parameter, where `+` is a space.
pub(crate) fn decode_query(text: &str) -> String {
    decode(&text.replace('+', " ")).into_owned()
}

/// A path as it stands in a URI.
pub(crate) fn encode_path(path: &str) -> String {
    utf8_percent_encode(path, &PATH).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_escapes_are_decoded_and_only_once() {
        for (text, expected) in [
            ("a%2Cb%2cb", "a,b,b"),
            ("%25", "%"),
            ("a%252Cb", "a%2Cb"),
            ("%2", "%2"),
            ("%", "%"),
            ("%zz%+1", "%zz%+1"),
            ("%C3%A9é", "éé"),
            ("%C3", "\u{fffd}"),
            ("a+b", "a+b"),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
        assert_eq!(decode_query("a+b%2Bc%20d"), "a b+c d");
    }
}
