//! URLs that stand percent-encoded in others.

use super::reader::{LONGEST, Reader};
use crate::input::url;

impl Reader<'_> {
    /// Reads a URL that stands percent-encoded in another.
    pub(super) fn encoded(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            let rest = self.rest();
            if url::ends_head(char::from(byte)) || byte == b')' || byte == b'\\' || self.at - self.start > LONGEST {
                break;
            }
            let code = rest.get(1..3).and_then(|code| std::str::from_utf8(code).ok());
            let decoded = code.filter(|_| byte == b'%').and_then(|code| u8::from_str_radix(code, 16).ok());
            match decoded.filter(u8::is_ascii_graphic) {
                Some(decoded) => self.piece(char::from(decoded).encode_utf8(&mut [0; 4]), 3),
                None if byte == b'%' && decoded.is_some() => self.copy(3),
                None if matches!(byte, b'$' | b'{' | b'%') && self.fill() => {}
                None => {
                    let length =
                        self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                    self.copy(length);
                }
            }
        }
    }
}
