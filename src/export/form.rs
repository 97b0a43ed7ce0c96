//! How a list is taken apart and a scope is recognised, as regular expressions that every engine reads alike.

/// What stands between scopes, plain or encoded; a blank takes its place.
pub(super) const BETWEEN: &str = r"%(20|09|0[aAdD]|2[bBcC]|3[bB])|[,;+\s]+";

/// Quotes and brackets around a scope, and dots after it: they are left out.
pub(super) const AROUND: &str = r#"^["'\x60()\[\]]+|["'\x60()\[\].]+$"#;

/// A scope.
pub(super) const SCOPE: &str = "^[A-Za-z0-9_-]+(([.][A-Za-z0-9_-]+){2,})?$";

/// What looks like a secret matches the first and one of the others: it is no scope, and is not shown.
pub(super) const SECRET: [&str; 3] = ["[A-Za-z0-9_-]{24}", "[0-9A-Fa-f]{20}", "^[^.]*[0-9][^.]*$"];
