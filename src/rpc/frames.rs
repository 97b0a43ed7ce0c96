//! Messages by headers: `Content-Length`, an empty line, and so many bytes.

use std::io::{self, BufRead, Read as _, Write};

use serde_json::Value;

use super::Received;

/// The longest message that is read, in bytes.
const LONGEST: u64 = 64 << 20;

/// The longest line of a header that is read, in bytes.
const HEADER: u64 = 4 << 10;

/// The messages of a stream, up to its end. Of a message that is too long nothing is kept.
pub(crate) fn frames(mut input: impl BufRead) -> impl Iterator<Item = Received> {
    std::iter::from_fn(move || next(&mut input).ok().flatten())
}

fn next(input: &mut impl BufRead) -> io::Result<Option<Received>> {
    let (mut length, mut is_begun) = (None, false);
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_ascii();
        match (line, length) {
            (b"", Some(length)) => return body(input, length),
            (b"", None) if is_begun => {
                return Ok(Some(Received::Broken("a header without `Content-Length`".to_owned())));
            }
            (b"", None) => {}
            _ if !line.contains(&b':') => return Ok(Some(Received::Broken("a header that is none".to_owned()))),
            _ => {
                is_begun = true;
                if let Some(value) = value_of(line, b"content-length") {
                    length = std::str::from_utf8(value).ok().and_then(|value| value.parse::<u64>().ok());
                }
            }
        }
    }
}

/// The value of a header, if the line is that one.
fn value_of<'l>(line: &'l [u8], name: &[u8]) -> Option<&'l [u8]> {
    let (own, value) = line.split_at_checked(name.len())?;
    own.eq_ignore_ascii_case(name).then(|| value.strip_prefix(b":"))?.map(<[u8]>::trim_ascii)
}

fn body(input: &mut impl BufRead, length: u64) -> io::Result<Option<Received>> {
    if length > LONGEST {
        io::copy(&mut input.by_ref().take(length), &mut io::sink())?;
        return Ok(Some(Received::Broken(format!("a message of more than {} MiB", LONGEST >> 20))));
    }
    let mut text = Vec::new();
    let read = input.by_ref().take(length).read_to_end(&mut text)?;
    Ok((read as u64 == length).then_some(Received::Text(text)))
}

/// Writes a message with its header.
pub(crate) fn put_frame(out: &mut dyn Write, message: &Value) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    write!(out, "Content-Length: {}\r\n\r\n", text.len())?;
    out.write_all(&text)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_parted_and_what_is_none_is_told_and_left_behind() {
        let text = "Content-Length: 2\r\n\r\n{}content-length:3\nContent-Type: x\n\n[1]what\r\nContent-Length: 1\r\n\r\n7\
                    Content-Length: x\r\n\r\n\r\nContent-Length: 1\r\n\r\n8Content-Length: 9\r\n\r\nshort";
        let texts: Vec<String> = frames(text.as_bytes())
            .map(|received| match received {
                Received::Text(text) => String::from_utf8(text).unwrap(),
                Received::Broken(what) => what,
            })
            .collect();
        let broken = ["a header that is none", "a header without `Content-Length`"];
        assert_eq!(texts, ["{}", "[1]", broken[0], "7", broken[1], "8"]);
    }
}
