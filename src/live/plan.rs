//! What a run would send, without sending it.

use std::fmt::Write as _;

use super::Options;
use super::request::{self, Credentials, Value};
use crate::live::inventory::Grant;

/// Every request of a run over these grants, in order, with secrets masked. No secret is read for it.
#[must_use]
pub fn plan(grants: &[&Grant], options: &Options) -> String {
    let mut text = String::new();
    for grant in grants {
        let _ = writeln!(text, "# {}", grant.label());
        text.push_str(&request::token(grant, Credentials::masked(grant)).shown());
        if options.revoke {
            text.push_str(&request::revoke(grant, Value::Masked("[the token of the answer]".to_owned())).shown());
        }
        text.push('\n');
    }
    let each = 1 + usize::from(options.revoke);
    let s = if grants.len() == 1 { "" } else { "s" };
    let _ = writeln!(text, "# {} grant{s}, at most {} requests: nothing was sent", grants.len(), grants.len() * each);
    text
}
