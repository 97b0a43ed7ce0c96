//! The way from a grant to a smaller one, as the formats show it.

use crate::scope::Scope;

/// Stands in a consent URL for what the application alone can say.
pub(crate) const NARROWER: &str = "{narrower_scopes}";

/// How to get from a grant to a smaller one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The grant, as an index into the report's grants.
    pub grant: usize,
    /// What to consent to: the part of the grant that the policy allows, or of that what is requested. Empty when
    /// nothing of it is to stay, or nothing can be said.
    pub keep: Vec<Scope>,
    /// Held scopes that the policy does not allow, and in which it allows no part either.
    pub lose: Vec<Scope>,
    /// Held scopes that are too wide, for which the policy does not say which part is needed.
    pub undecided: Vec<Scope>,
    /// How many scopes more could stay, for which a consent URL has no room.
    pub left_out: usize,
    /// The server to consent at, without `https://`.
    pub accounts_host: String,
    /// The data centre is not known, and the host is a guess.
    pub is_host_assumed: bool,
    /// Where a browser consents to the smaller list; secrets and what only the application knows are placeholders in
    /// braces. `None` when there is nothing to consent to.
    pub consent_url: Option<String>,
    /// A command that judges the answer to the new consent, for a shell. `None` when there is nothing to consent to.
    pub verify: Option<String>,
    /// Where the old refresh token is revoked. `None` where there is none: the client asks with its own credentials.
    pub revoke_url: Option<String>,
}

/// Where the steps let the answer be saved.
pub(crate) const ANSWER: &str = "new-token.json";

impl Plan {
    /// Whether another grant gets smaller in the same way.
    #[must_use]
    pub fn is_same_way(&self, other: &Self) -> bool {
        *self == Self { grant: self.grant, ..other.clone() }
    }

    /// The steps, in order, for people.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let list = |scopes: &[Scope]| scopes.iter().map(|scope| format!("`{scope}`")).collect::<Vec<_>>().join(", ");
        let mut steps = Vec::new();
        if !self.undecided.is_empty() {
            let wide = list(&self.undecided);
            let into = if self.consent_url.is_some() { format!(" (`{NARROWER}` below)") } else { String::new() };
            steps.push(format!(
                "list the calls that the app makes, and replace {wide} by the scopes that they need{into}"
            ));
        }
        if !self.lose.is_empty() {
            steps.push(format!("do without {}: the policy allows no part", list(&self.lose)));
        }
        if self.left_out > 0 {
            let message = "that the policy allows: request what the app needs of them, and say it under `requested`";
            steps.push(format!("choose among {} parts more of the grant {message}", self.left_out));
        }
        let verify = self.verify.as_deref().unwrap_or("zscope audit");
        match (&self.consent_url, &self.revoke_url) {
            (Some(url), _) => {
                let assumed =
                    if self.is_host_assumed { " (the data centre is not known: this host is a guess)" } else { "" };
                steps.push(format!("consent again to the smaller list{assumed}: {url}"));
                steps.push(format!(
                    "exchange the code at https://{}/oauth/v2/token, and save the answer as {ANSWER}",
                    self.accounts_host
                ));
                steps.push(format!("see what it holds, which alone counts: {verify}"));
                steps.push(
                    "put the new refresh token in the place of the old one, wherever the app keeps it".to_owned(),
                );
            }
            // A client that asks with its own credentials says with each request what the token is to hold.
            (None, None) if self.verify.is_some() => {
                if !self.keep.is_empty() {
                    steps.push(format!("ask for the token with the smaller list, `scope={}`", joined(&self.keep)));
                }
                steps.push(format!(
                    "save an answer to that as {ANSWER}, and see what it holds, which alone counts: {verify}"
                ));
                steps.push("let the access tokens that are out end: they live for an hour at most".to_owned());
            }
            _ => steps.push("nothing of the grant is to stay".to_owned()),
        }
        if let Some(url) = &self.revoke_url {
            steps.push(format!(
                "last, once the app runs with the new one, since it stops where it still uses the old: revoke the old \
                 refresh token: POST {url} with `token={{old_refresh_token}}` in the body; its access tokens end with it"
            ));
        }
        steps
    }
}

/// Scopes as a consent URL has them.
pub(crate) fn joined(scopes: &[Scope]) -> String {
    scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
