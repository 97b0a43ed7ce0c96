//! ZS601 secret-in-source.

use super::{Check, Rule, TextContext};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::input::SecretKind;

pub(super) static RULE: Rule = Rule {
    info: RuleInfo::new(
        "ZS601",
        "secret-in-source",
        Severity::Error,
        "a token or a client secret stands in a source text beside scopes",
        DOCS,
    ),
    check: Check::Text(check),
};

const DOCS: &str = r"## What it does
Looks through the texts in which `zscope scan` finds scopes, and reports what has the form of a live secret: an access,
refresh or grant token (`1000.` to `1005.` and two halves of 32 hexadecimal digits), 40 to 44 hexadecimal digits under
the name `client_secret`, 32 under the name `authtoken`, and the key in the address of an MCP server of Zoho's. A token, a
client secret, and a client with its secret are known in base64 too. Examples of one repeated digit are left out. The
value itself is never shown.

## Why is this bad?
Whoever can read the source can use the secret, and what was committed once stays in the history. A refresh token does
not expire: with the client's id and secret it gives everything that the scopes beside it give, until somebody revokes
it.

## Example
```source
SCOPES = 'ZohoBooks.invoices.READ'
REFRESH_TOKEN = '1000.8cb99d3f5a0e47c2b16d9e8f7a205c41.4f1a7c9e2b8d6053c7e9a1f4b2d80657'
```

## Use instead
```source
SCOPES = 'ZohoBooks.invoices.READ'
REFRESH_TOKEN = os.environ['ZOHO_REFRESH_TOKEN']
```

## Remarks
Revoke or renew a secret that was committed, at the accounts server of its data centre: to delete the line is not
enough. Texts without any scope are not looked through; scanners for secrets do that.
";

fn check(cx: &TextContext<'_>) -> Vec<Finding> {
    let told = cx.request.secrets.iter().map(|secret| {
        let (what, help) = match secret.kind {
            SecretKind::Token => (
                "a token stands in the source",
                "read it from the environment or a vault, and revoke this one: the history keeps it",
            ),
            SecretKind::ClientSecret => (
                "a client secret stands in the source",
                "read it from the environment or a vault, and renew it in the API console: the history keeps it",
            ),
            SecretKind::AuthToken => (
                "an authtoken of the first API version stands in the source",
                "delete it, and the token itself in the account: OAuth has taken its place",
            ),
            SecretKind::ServerKey => (
                "the key of an MCP server stands in the source",
                "read the server's address from the environment or a vault, and make a new key: the history keeps it",
            ),
        };
        cx.finding(secret.place, what).help(help)
    });
    told.collect()
}
