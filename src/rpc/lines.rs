//! Messages by lines: one a line, without line breaks in it.

use std::io::{self, BufRead, Read as _, Write};

use serde_json::Value;

use super::Received;

/// The longest line that is read, in bytes.
const LONGEST: u64 = 4 << 20;

/// The messages of a stream, up to its end. Of a line that is too long nothing is kept.
pub(crate) fn lines(mut input: impl BufRead) -> impl Iterator<Item = Received> {
    std::iter::from_fn(move || next(&mut input).ok().flatten())
}

fn next(input: &mut impl BufRead) -> io::Result<Option<Received>> {
    loop {
        let mut line = Vec::new();
        let read = input.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(None);
        }
        if line.last() != Some(&b'\n') && read as u64 == LONGEST {
            drop(line);
            input.skip_until(b'\n')?;
            return Ok(Some(Received::Broken(format!("a message of more than {} MiB", LONGEST >> 20))));
        }
        if !line.trim_ascii().is_empty() {
            return Ok(Some(Received::Text(line)));
        }
    }
}

/// Writes a message as a line.
pub(crate) fn put_line(out: &mut dyn Write, message: &Value) -> io::Result<()> {
    let mut text = serde_json::to_vec(message)?;
    text.push(b'\n');
    out.write_all(&text)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_message_and_too_long_a_one_costs_nothing() {
        let long = "x".repeat(5 << 20);
        let text = format!("one\n\n \r\ntwo\r\n{long}\nthree");
        let texts: Vec<String> = lines(text.as_bytes())
            .map(|received| match received {
                Received::Text(text) => String::from_utf8(text).unwrap().trim().to_owned(),
                Received::Broken(what) => what,
            })
            .collect();
        assert_eq!(texts, ["one", "two", "a message of more than 4 MiB", "three"]);
    }
}
