//! Reading the grants that a policy accepts although nobody knows what they hold.

use super::UnknownGrant;
use super::decode::Named;
use super::fields::{Reader, extent};
use crate::text::Problem;
use crate::yaml::Node;

const KEYS: &[&str] = &["app", "grant", "reason", "expires"];

impl Reader<'_> {
    /// An entry of `unknown-grants`.
    pub(super) fn unknown_grant(&mut self, node: &Node) -> Option<Named<UnknownGrant>> {
        let fields = self.fields(node, "an accepted grant", KEYS)?;
        let app = self.app_name(&fields);
        let grant = self.optional_text(&fields, "grant", "the name of a grant");
        let reason = self.required_text(&fields, "reason", "a reason");
        let expires = fields.get("expires").map(|node| self.date(node));
        if fields.get("app").is_some() == fields.get("grant").is_some() {
            let problem = Problem::new(extent(node), "an accepted grant needs either the key `app` or the key `grant`");
            self.report(problem.help("name an application of this policy, or the client as the records name it"));
            return None;
        }
        let expires = expires.map_or(Some(None), |expires| Some(Some(expires?)))?;
        let place = self.place(extent(node));
        let name = app.as_ref().map(|app| app.value.clone());
        Some(Named { item: UnknownGrant { place, app: name, grant, reason: reason?, expires }, app })
    }
}

#[cfg(test)]
mod tests {
    use crate::policy::fixture::errors;

    #[test]
    fn what_is_wrong_with_an_entry_is_told() {
        let text = "version: 1\napps: { sync: {} }\nunknown-grants:\n  - { reason: r }\n  - { app: sync, grant: x, reason: r }\n  \
                    - { app: snyc, reason: r }\n  - { grant: x }\n  - { grant: x, reason: r, expires: soon }\n  - x\n";
        insta::assert_snapshot!(errors(&[("p", text)]));
    }
}
