//! GitHub's limits on a SARIF file, from its documentation of SARIF support for code scanning: no more than 25,000
//! results in a run, of which the 5,000 most severe are kept, and no more than 10 MB once compressed.

use std::cmp::Reverse;
use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::Selection;

/// The most results in a run: a file with more is refused.
const RESULTS: usize = 25_000;

/// How many results are kept of those. With more, the worst come first.
const SHOWN: usize = 5_000;

/// The most bytes of the compressed file.
const PACKED: usize = 10_000_000;

/// The document, with as many results as GitHub takes: where some have to go, the least severe do.
pub(super) fn fitting(
    selection: Selection<'_>,
    write: impl Fn(&Selection<'_>) -> io::Result<String>,
) -> io::Result<String> {
    fitting_in(selection, RESULTS, PACKED, write)
}

fn fitting_in(
    mut selection: Selection<'_>,
    results: usize,
    packed: usize,
    write: impl Fn(&Selection<'_>) -> io::Result<String>,
) -> io::Result<String> {
    if selection.chosen.len() > SHOWN.min(results) {
        selection.chosen.sort_by_key(|chosen| Reverse(chosen.finding.severity));
    }
    keep(&mut selection, results);
    loop {
        let document = write(&selection)?;
        let size = if document.len() > packed { packed_size(&document)? } else { document.len() };
        let count = selection.chosen.len();
        if size <= packed || count == 0 {
            return Ok(document);
        }
        // A little less than what should fit, since texts compress unevenly.
        let share = count.saturating_mul(packed / 100 * 95) / size;
        keep(&mut selection, share.min(count - 1));
    }
}

fn keep(selection: &mut Selection<'_>, most: usize) {
    selection.left_out += selection.chosen.len().saturating_sub(most);
    selection.chosen.truncate(most);
}

/// The size of a document once compressed. The fastest way compresses least, so that what fits here fits anywhere.
fn packed_size(document: &str) -> io::Result<usize> {
    let mut encoder = GzEncoder::new(Counter(0), Compression::fast());
    encoder.write_all(document.as_bytes())?;
    Ok(encoder.finish()?.0)
}

struct Counter(usize);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::everything;
    use super::super::write;
    use super::*;

    #[test]
    fn what_is_left_out_is_the_least_severe_and_is_said() {
        let built = everything();
        let names = built.0.fingerprints();
        for (results, packed, kept) in
            [(3, PACKED, &["ZS302", "ZS001", "ZS203"][..]), (1, PACKED, &["ZS302"]), (25, 100, &[])]
        {
            let document = fitting_in(Selection::standing(&built.0, &names), results, packed, write).unwrap();
            let read: serde_json::Value = serde_json::from_str(&document).unwrap();
            let run = &read["runs"][0];
            let rules: Vec<&str> =
                run["results"].as_array().unwrap().iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
            assert_eq!(rules, kept);
            let notices = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
            let told = notices.last().unwrap()["message"]["text"].as_str().unwrap();
            assert!(told.starts_with(&format!("{} results are left out", 4 - kept.len())), "{told}");
        }
    }
}
