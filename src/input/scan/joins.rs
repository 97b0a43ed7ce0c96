//! String literals that a program joins to one text.

/// The length of the operator that joins strings at a place; 0 where there is none.
pub(super) fn operator(bytes: &[u8], at: usize) -> usize {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'.'), Some(b'.')) | (Some(b'|'), Some(b'|')) | (Some(b'<'), Some(b'>')) | (Some(b'+'), Some(b'+')) => 2,
        (Some(b'+' | b'.' | b'&' | b'~' | b'^' | b'\\'), _) => 1,
        _ => 0,
    }
}

/// Where the text of the literal begins that opens at a place, a prefix such as `f` included.
pub(super) fn literal(bytes: &[u8], at: usize) -> Option<usize> {
    let is_quote = |at: usize| matches!(bytes.get(at), Some(b'"' | b'\'' | b'`'));
    if is_quote(at) {
        return Some(at + 1);
    }
    let prefix = matches!(bytes.get(at), Some(b'f' | b'F' | b'r' | b'R' | b'u' | b'b' | b'@' | b'$'));
    (prefix && is_quote(at + 1)).then_some(at + 2)
}

pub(super) fn skip_blanks(bytes: &[u8], from: usize) -> usize {
    let blanks = bytes.iter().skip(from).take(200).take_while(|byte| byte.is_ascii_whitespace());
    from + blanks.count()
}

/// Whether a literal is joined with something at its closing quote: another literal, or an expression.
pub(super) fn is_joined(bytes: &[u8], quote: usize) -> bool {
    let after = skip_gap(bytes, quote + 1);
    let operator = operator(bytes, after);
    operator > 0 && bytes.get(after) != Some(&b'\\')
        || literal(bytes, after).is_some()
        || bytes.get(after) == Some(&b',')
}

/// Whether something follows a name that may be the rest of it: a literal that is joined, an escape, a letter of another
/// alphabet.
pub(super) fn goes_on(bytes: &[u8], at: usize) -> bool {
    match bytes.get(at) {
        Some(b'"' | b'\'' | b'`') => is_joined(bytes, at),
        Some(b'\\' | b'&' | 0x80..) => true,
        // A dot may stand between a name and the end of its literal.
        Some(b'.') => matches!(bytes.get(at + 1), Some(b'"' | b'\'' | b'`' | b'\\' | b'&' | 0x80..)),
        _ => false,
    }
}

/// Blanks, and what parts the lines of a notebook's cell.
pub(super) fn skip_gap(bytes: &[u8], from: usize) -> usize {
    let mut at = skip_blanks(bytes, from);
    // `…\n",` and the next line's `"`.
    while let Some(rest) = bytes.get(at..).and_then(|rest| rest.strip_prefix(b"\\n\"")) {
        let comma = bytes.len() - rest.len();
        let next = skip_blanks(bytes, comma);
        if bytes.get(next) != Some(&b',') {
            break;
        }
        let quote = skip_blanks(bytes, next + 1);
        if bytes.get(quote) != Some(&b'"') {
            break;
        }
        at = skip_blanks(bytes, quote + 1);
    }
    at
}
