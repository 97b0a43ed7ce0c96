//! How the bytes of a file stand for characters.

use std::borrow::Cow;

use memchr::{memchr_iter, memrchr, memrchr2};

use super::keep::advance;
use crate::text::Position;

/// An encoding that files have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes that are no UTF-8 count as one unknown character each.
    Utf8,
    Utf16 {
        big_endian: bool,
    },
}

fn stands_in_no_scope(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric() && byte != b'.'
}

impl Encoding {
    /// What a byte order mark says, and how long it is.
    pub(super) fn of(bytes: &[u8]) -> (Self, usize) {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [0xff, 0xfe, ..] => (Self::Utf16 { big_endian: false }, 2),
            [0xfe, 0xff, ..] => (Self::Utf16 { big_endian: true }, 2),
            _ => (Self::Utf8, 0),
        }
    }

    /// The bytes as text.
    pub(super) fn text(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            // Most bytes are valid, and seeing that is much faster than putting right what is not.
            Self::Utf8 => str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed),
            Self::Utf16 { .. } => {
                let units = bytes.chunks_exact(2).map(|unit| self.unit(unit));
                char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
        }
    }

    /// How many lines bytes end, and how many characters stand after the last of these ends.
    pub(super) fn extent(self, bytes: &[u8]) -> Position {
        let origin = Position { line: 1, column: 1 };
        if self != Self::Utf8 {
            let text = self.text(bytes);
            return advance(&text, 0..text.len(), origin);
        }
        let last = memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        let (lines, rest) = bytes.split_at(last);
        let rest = self.text(rest);
        let Position { column, .. } = advance(&rest, 0..rest.len(), origin);
        Position { line: 1 + memchr_iter(b'\n', lines).count(), column }
    }

    /// Where to cut bytes that go on: after the last line break that is `quiet`, or else after the last one, or else
    /// after something that stands in no scope. `quiet` is asked for places from the end on.
    pub(super) fn cut(self, bytes: &[u8], mut quiet: impl FnMut(usize) -> bool) -> usize {
        if self == Self::Utf8 {
            let last = || {
                let line = memrchr(b'\n', bytes).or_else(|| memrchr2(b' ', b',', bytes));
                line.or_else(|| bytes.iter().rposition(|byte| stands_in_no_scope(*byte)))
            };
            let mut lines = memchr_iter(b'\n', bytes).rev().map(|at| at + 1);
            return lines.find(|at| quiet(*at)).or_else(|| last().map(|at| at + 1)).unwrap_or(bytes.len());
        }
        let width = 2;
        let units = || bytes.chunks_exact(width).map(|unit| self.unit(unit)).enumerate().rev();
        let after = |at: usize| (at + 1) * width;
        let last = |stop: &dyn Fn(u16) -> bool| units().find(|(_, unit)| stop(*unit)).map(|(at, _)| after(at));
        let mut lines = units().filter(|(_, unit)| *unit == 10).map(|(at, _)| after(at));
        lines
            .find(|at| quiet(*at))
            .or_else(|| last(&|unit| unit == 10))
            .or_else(|| last(&|unit| unit == 32 || unit == 44))
            .or_else(|| last(&|unit| u8::try_from(unit).is_ok_and(stands_in_no_scope)))
            .unwrap_or(bytes.len() / width * width)
    }

    fn unit(self, unit: &[u8]) -> u16 {
        match (self, unit) {
            (Self::Utf16 { big_endian: true }, [high, low]) => u16::from_be_bytes([*high, *low]),
            (_, [low, high]) => u16::from_le_bytes([*low, *high]),
            _ => 0,
        }
    }
}
