//! The name that GitHub code scanning gives to a line, so that an alert is known again when lines above it move.
//!
//! The same as `primaryLocationLineHash` of `github/codeql-action` (`src/fingerprints.ts`): a polynomial over the 100
//! UTF-16 units that begin with the line, blanks left out and line breaks made one, then a count of the lines so far
//! that share it. The action fills the value in where it is missing and warns where it differs; other ways of uploading
//! need it in the file.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// How many units a hash is made of.
const BLOCK: usize = 100;

const BASE: u64 = 37;

/// Stands behind the last unit of a text.
const END: u16 = u16::MAX;

/// The hashes of some lines of a text, which count from 1.
pub(super) fn line_hashes(text: &str, wanted: &BTreeSet<usize>) -> BTreeMap<usize, String> {
    let Some(&last) = wanted.last() else { return BTreeMap::new() };
    let mut window = Window { units: VecDeque::from(vec![0; BLOCK]), hash: 0, out: power(BASE, BLOCK) };
    // The lines whose first unit is in the window, and how many units ago it came.
    let mut open: VecDeque<(usize, usize)> = VecDeque::new();
    let mut seen: HashMap<u64, usize> = HashMap::new();
    let mut found = BTreeMap::new();
    let mut close = |window: &Window, open: &mut VecDeque<(usize, usize)>, fed: usize| {
        while let Some((line, _)) = open.front().copied().filter(|(_, since)| fed - since == BLOCK) {
            open.pop_front();
            let count = seen.entry(window.hash).or_default();
            *count += 1;
            if wanted.contains(&line) {
                found.insert(line, format!("{:x}:{count}", window.hash));
            }
        }
    };
    let (mut fed, mut line, mut at_start, mut after_return) = (0, 0, true, false);
    for unit in text.encode_utf16().chain([END]) {
        let is_second_half = after_return && unit == u16::from(b'\n');
        after_return = unit == u16::from(b'\r');
        if is_second_half || unit == u16::from(b' ') || unit == u16::from(b'\t') {
            continue;
        }
        let unit = if after_return { u16::from(b'\n') } else { unit };
        close(&window, &mut open, fed);
        if at_start {
            line += 1;
            if line > last && open.is_empty() {
                break;
            }
            open.push_back((line, fed));
        }
        at_start = unit == u16::from(b'\n');
        window.feed(unit);
        fed += 1;
    }
    for _ in 0..=BLOCK {
        close(&window, &mut open, fed);
        window.feed(0);
        fed += 1;
    }
    found
}

/// The last 100 units and their hash: the sum of each unit times the base to the power of its distance from the end.
struct Window {
    units: VecDeque<u16>,
    hash: u64,
    /// The factor of a unit that leaves.
    out: u64,
}

impl Window {
    fn feed(&mut self, unit: u16) {
        let leaving = self.units.pop_front().unwrap_or(0);
        self.units.push_back(unit);
        let gone = self.out.wrapping_mul(u64::from(leaving));
        self.hash = self.hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)).wrapping_sub(gone);
    }
}

fn power(base: u64, times: usize) -> u64 {
    (0..times).fold(1, |power: u64, _| power.wrapping_mul(base))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        line_hashes(text, &(1..=text.lines().count() + 2).collect()).into_values().collect()
    }

    /// The values are those that the action's own code gives for these texts.
    #[test]
    fn hashes_are_those_of_the_action() {
        for (text, expected) in [
            ("", &["c129715d7a2bc9a3:1"][..]),
            ("scope: ZohoBooks.invoices.READ\n", &["a02e504f8d22ab5b:1", "c129715d7a2bc9a3:1"]),
            (
                "a\r\n\r b\r\r\n\tc\n",
                &[
                    "96083be4bb8706d3:1",
                    "4a6fa25a426274bc:1",
                    "ca025105991a4cc2:1",
                    "f2078d1c7c7b87e:1",
                    "3791504be0bd17cc:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
            (
                &"ZohoBooks.fullaccess.all\n".repeat(7),
                &[
                    "12cd960e0a285028:1",
                    "12cd960e0a285028:2",
                    "12cd960e0a285028:3",
                    "12cd960e0a285028:4",
                    "b1b8acba44464a61:1",
                    "20bcae9db0d2d35f:1",
                    "94d15cedfb3e69d5:1",
                    "c129715d7a2bc9a3:1",
                ],
            ),
            (
                &format!("é日本🦀 = \"Desk.tickets.ALL\"\n\n{}\nlast", "x".repeat(250)),
                &["2d661c3f1c4564e4:1", "2b893b0722902a2a:1", "52b56201ffb58620:1", "58429ecce5a8d0db:1"],
            ),
        ] {
            let wanted: BTreeSet<usize> = (1..=expected.len() + 1).collect();
            let found: Vec<String> = line_hashes(text, &wanted).into_values().collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_is_known_again_when_it_moves() {
        let body = "b = \"ZohoBooks.fullaccess.all\"\n".to_owned() + &"end of the file\n".repeat(10);
        let (before, after) = (all(&format!("a = 1\n{body}")), all(&format!("# new\n\na = 1\n{body}")));
        assert_eq!(before[1], after[3]);
        assert_eq!(line_hashes(&body, &BTreeSet::from([1])).into_values().collect::<Vec<_>>(), before[1..2]);
    }
}
