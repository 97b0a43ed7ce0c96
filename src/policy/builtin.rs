//! The policies that are part of the program.

/// Name and text, the one that holds without any policy first.
const PACKS: [(&str, &str); 5] = [
    (DEFAULT, include_str!("../../policies/least-privilege.yaml")),
    ("read-only", include_str!("../../policies/read-only.yaml")),
    ("no-delete", include_str!("../../policies/no-delete.yaml")),
    ("no-admin", include_str!("../../policies/no-admin.yaml")),
    ("deny-all", include_str!("../../policies/deny-all.yaml")),
];

/// The built-in policy that holds where there is no other.
pub const DEFAULT: &str = "least-privilege";

/// What stands before the name of a built-in policy where a path could stand too.
pub const PREFIX: &str = "builtin:";

/// The names of the built-in policies, without [`PREFIX`].
pub fn names() -> impl Iterator<Item = &'static str> {
    PACKS.iter().map(|(name, _)| *name)
}

/// The text of a built-in policy.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    find(name).map(|(_, text)| text)
}

/// Name and text of a built-in policy.
pub(super) fn find(name: &str) -> Option<(&'static str, &'static str)> {
    PACKS.iter().find(|(known, _)| *known == name).copied()
}
