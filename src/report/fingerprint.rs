//! A name for a finding that stays the same when lines move.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::source::Sources;

/// The fingerprint of a finding: made of rule, source name, application and scope, never of a line number. `occurrence`
/// counts equal findings of a report from 0, so that each has its own.
#[must_use]
pub fn fingerprint(finding: &Finding, sources: &Sources, occurrence: usize) -> String {
    let mut digest = Sha256::new();
    let source = sources.get(finding.place.source).name();
    let parts = [finding.rule.code, source, finding.app.as_deref().unwrap_or(""), finding.scope.as_deref().unwrap_or("")];
    for part in parts {
        digest.update(part.to_ascii_lowercase());
        digest.update([0]);
    }
    digest.update(occurrence.to_string());
    digest.finalize().iter().take(16).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
