//! "Did you mean": the known name nearest to a misspelt one.

/// The candidate nearest to `word`, when one is near enough to be worth naming.
///
/// Case is ignored. Near enough means an edit distance (with transpositions) of at most a third of the length; of
/// several at the same distance the first wins, so give candidates in a stable order.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 4);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate.len().abs_diff(word.len()) > limit {
            continue;
        }
        let distance = strsim::osa_distance(&word, &candidate.to_ascii_lowercase());
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["invoices", "estimates", "READ", "full-access"];
        assert_eq!(closest("invoice", names), Some("invoices"));
        assert_eq!(closest("INVIOCES", names), Some("invoices"));
        assert_eq!(closest("READS", names), Some("READ"));
        assert_eq!(closest("RAED", names), Some("READ"));
        assert_eq!(closest("bills", names), None);
        assert_eq!(closest("x", names), None);
    }
}
