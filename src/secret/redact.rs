//! Secrets in texts, blotted out before anybody sees them.

use std::borrow::Cow;

use super::blot::blot;
use super::shapes::find;
use crate::text::Span;

/// The text with every secret blotted out, so that bytes, lines and columns stay as they are. Every text that reaches an
/// output goes through here. It knows the forms of Zoho's secrets: tokens by their looks, client secrets and passwords by
/// the name before them. When in doubt it blots out too much. The
/// number that a token begins with (`1000.`) is kept: it tells tokens of users from those of devices.
///
/// Client ids are no secrets, and neither are placeholders such as `${CLIENT_SECRET}`.
///
/// ```
/// use zscope::secret::redact;
///
/// let line = "refresh_token=1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef&scope=openid";
/// let blotted = redact(line);
/// assert!(blotted.starts_with("refresh_token=1000.****") && blotted.ends_with("**&scope=openid"));
/// assert_eq!(blotted.len(), line.len());
/// ```
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut redacted = Cow::Borrowed(text);
    // What follows a secret closely may be another one: seen in the next round, when the first is out of the way.
    loop {
        let secrets = find(redacted.as_bytes());
        if secrets.is_empty() {
            return redacted;
        }
        let hide: Vec<Span> = secrets.into_iter().map(|found| Span::new(found.range.start, found.range.end)).collect();
        let blotted = blot(&redacted, &hide, &[], '*');
        if blotted == *redacted {
            return redacted;
        }
        redacted = Cow::Owned(blotted);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::secret::shapes::{SHAPES, shapes_in};

    const HEX: &str = "0123456789abcdef0123456789abcdef";
    const SECRET: &str = "0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c9d0e";

    /// Replaces `@TOKEN`, `@SECRET` and so on by what they stand for.
    fn filled(text: &str) -> String {
        let token = format!("1000.{HEX}.{HEX}");
        text.replace("@TOKEN", &token).replace("@DEVICE", &token.replacen("1000", "1004", 1)).replace("@SECRET", SECRET)
    }

    /// The text with runs of blots shortened.
    fn seen(text: &str) -> String {
        let blotted = redact(text);
        assert_eq!(blotted.chars().count(), text.chars().count(), "{text}");
        assert_eq!(redact(&blotted), blotted, "{text}");
        let mut short = String::new();
        for c in blotted.chars() {
            if c != '*' || !short.ends_with('*') {
                short.push(c);
            }
        }
        short
    }

    #[test]
    fn secrets_are_blotted_out_whatever_stands_around_them() {
        for (text, expected) in [
            ("@TOKEN", "1000.*"),
            ("ü token (@TOKEN), @DEVICE!", "ü token (1000.*), 1004.*!"),
            ("prefix_@TOKENsuffix", "prefix_1000.*"),
            ("1000.0123456789abcdef0123456789ab.0123456789abcdef0123456789abcde", "1000.*"),
            ("1000.0123456789ABCDEF0123456789ABCDEF.0123456789ABCDEF0123456789ABCDEF", "1000.*"),
            ("1000%2E0123456789abcdef0123456789abcdef%2e0123456789abcdef0123456789abcdef", "1000%2E*"),
            ("1000.0123456789abcdef0123456789abcdef.01234", "1000.*"),
            ("1000.0123456789abcdef0123456789abcdef", "1000.*"),
            (
                "mail360 60012345678.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef",
                "mail360 60012345678.*",
            ),
            ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0-dXJl_x, next", "eyJ*, next"),
            ("Authorization: Zoho-oauthtoken @TOKEN", "Authorization: Zoho-oauthtoken 1000.*"),
            ("-H 'Authorization: zoho-oauthtoken 1000.short' -X", "-H 'Authorization: zoho-oauthtoken *' -X"),
            ("Authorization%3A+Zoho-authtoken%20abc", "Authorization%3A+Zoho-authtoken%20*"),
            ("Bearer abcdefghijklmnop.x-y_z~=", "Bearer *"),
            ("Authorization: Basic MTAwMC5YWFhYWDpzZWNyZXQ=", "Authorization: Basic *"),
            ("?authtoken=0123&scope=crmapi", "?authtoken=*&scope=crmapi"),
            ("client_id=1000.X&client_secret=@SECRET&scope=a", "client_id=1000.X&client_secret=*&scope=a"),
            ("refresh_token=@TOKEN#x", "refresh_token=1000.*"),
            ("redirect_uri=https%3A%2F%2Fx%2F%3Fcode%3Dabc%26x", "redirect_uri=https%3A%2F%2Fx%2F%3Fcode%3D*"),
            ("https://x/?code=abc&location=eu", "https://x/?code=*&location=eu"),
            ("&amp;code=12&amp;x", "&amp;code=*&amp;x"),
            ("\"code\": \"1000.0123456789abcdef\"", "\"code\": \"*\""),
            (
                "{\"client_secret\": \"hunter2 is \\\"it\\\"\", \"scope\": \"a\"}",
                "{\"client_secret\": \"*\", \"scope\": \"a\"}",
            ),
            (
                "'{\\\"clientSecret\\\":\\\"hunter2\\\",\\\"scope\\\":1}'",
                "'{\\\"clientSecret\\\":\\\"*\\\",\\\"scope\\\":1}'",
            ),
            ("ZOHO_CLIENT_SECRET='hunter2 and 3'", "ZOHO_CLIENT_SECRET='*'"),
            ("export ZOHO-REFRESH-TOKEN=hunter2,3", "export ZOHO-REFRESH-TOKEN=*"),
            ("  client_secret: hunter2 # comment", "  client_secret: * # comment"),
            (":client_secret => 'hunter2',", ":client_secret => '*',"),
            ("conf[\"access_token\"] = f\"hunter2\"", "conf[\"access_token\"] = f\"*\""),
            ("let password: String = \"hunter2\";", "let password: String = \"*\";"),
            ("password = env(\"PASSWORD\", \"hunter2\")", "password = *"),
            ("<enhance_token>hunter2</enhance_token>", "<enhance_token>*</enhance_token>"),
            ("%22id_token%22%3A%22hunter2%22&x", "%22id_token%22%3A*&x"),
            ("zscope --client-secret hunter2 --password=\"hunter 3\"", "zscope --client-secret * --password=\"*\""),
            ("client_secret=\"hunter2\nnext", "client_secret=\"*\nnext"),
            ("secret is @SECRET", "secret is *"),
            ("ZOHO_SECRET_EU=@SECRET", "ZOHO_SECRET_EU=*"),
            ("tokens: [@SECRET, @SECRET] x", "tokens: [*] x"),
            ("1000.GMB0YULZHJK411248S8I5GZ4CHUEX0:@SECRET", "1000.GMB0YULZHJK411248S8I5GZ4CHUEX0:*"),
        ] {
            assert_eq!(seen(&filled(text)), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "",
            "client_id=1000.GMB0YULZHJK411248S8I5GZ4CHUEX0&response_type=code&prompt=consent",
            "`response_type=token` puts the access token into the redirect's address",
            "https://accounts.zoho.com/oauth/v2/token?grant_type=authorization_code&code=",
            "client_secret=${CLIENT_SECRET}&refresh_token={refresh_token}",
            "client_secret: \"{{ secrets.client }}\", refresh_token: \"<your token>\"",
            "access_token=$ACCESS_TOKEN id_token=null password: ****",
            "ZohoVault.secrets.READ,ZohoCRM.coql.READ,ZohoCatalyst.functions.EXECUTE",
            "{\"code\":\"OAUTH_SCOPE_MISMATCH\",\"status\":\"error\"}",
            "{\"code\":\"ZS201\"}",
            "error code: 404",
            "commit 2fc0417aa7c5b1f6f3c0a7d2e1b5c4d3a2f1e0d9",
            "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
            "basic data about users; bearer of bad news",
        ] {
            assert!(matches!(redact(text), Cow::Borrowed(same) if same == text), "{text}: {}", redact(text));
        }
    }

    #[test]
    fn every_pattern_compiles() {
        assert!(SHAPES.iter().all(|shape| shape.regex().is_some()));
    }

    #[test]
    fn texts_about_tokens_do_not_cost_a_pattern() {
        for text in [
            "`access_type=offline` asks for a refresh token that does not expire",
            "the consent URL has no `state`",
            "`client_secret` is sent in a URL",
            "did you mean `ZohoCRM.modules.leads.READ`?",
        ] {
            assert!(shapes_in(text.as_bytes()).next().is_none(), "{text}");
        }
    }

    /// Secrets with nothing left to chance: each holds `PLANTED` characters that must not be seen afterwards.
    fn planted() -> impl Strategy<Value = (String, String)> {
        let token = ("[0-9a-f]{28,34}", "[0-9a-f]{28,34}", "100[0-9]|[0-9]{6,11}")
            .prop_map(|(a, b, number)| (format!("{number}.{a}.{b}"), a));
        let jwt = "[A-Za-z0-9_-]{12,40}".prop_map(|part| (format!("eyJ{part}.{part}.{part}"), part));
        let header = ("(Zoho|zoho|ZOHO)-(oauthtoken|OAuthToken|OAUTHTOKEN|authtoken) ", "[A-Za-z0-9._]{12,60}")
            .prop_map(|(name, value)| (format!("{name}{value}"), value));
        let names = "ZOHO_CLIENT_SECRET|client-secret|clientSecret|refresh_token|accessToken|password|enhance_token|\
                     id_token|authtoken";
        let keyed = (names, "=|: |\": \"|' => '|=\"|%3D", "[a-z0-9]{12,60}")
            .prop_map(|(name, operator, value)| (format!("{name}{operator}{value}"), value));
        let code = "[a-z0-9]{12,60}".prop_map(|value| (format!("?code={value}"), value));
        let secret = ("secret|token", "[ :=\"'a-z]{1,20}", "[0-9a-f]{40,44}")
            .prop_map(|(word, between, value)| (format!("{word}{between}{value}"), value));
        prop_oneof![token, jwt, header, keyed, code, secret]
    }

    proptest! {
        #[test]
        fn planted_secrets_never_survive(
            before in "(\\PC|\n|[ \"'{}&?=:.,]){0,20}",
            (text, secret) in planted(),
            after in "([ \"'{}&,\n](\\PC|\n){0,20})?",
        ) {
            let text = format!("{before}{text}{after}");
            let blotted = redact(&text);
            prop_assert!(!blotted.contains(&secret), "{text}: {blotted}");
            prop_assert!(!blotted.contains(&secret[..8]), "{text}: {blotted}");
            prop_assert!(!blotted.contains(&secret[secret.len() - 8..]), "{text}: {blotted}");
        }

        #[test]
        fn lines_and_columns_stay(text in "(\\PC|\n|\r|[a-f0-9.\"':=&-]{1,8}|[0-9a-f]{20,40}|secret|token=|code:|1000\\.|\t){0,40}") {
            let blotted = redact(&text);
            let shape = |text: &str| text.split(['\n', '\r']).map(|line| line.chars().count()).collect::<Vec<_>>();
            prop_assert_eq!(shape(&text), shape(&blotted));
            prop_assert_eq!(redact(&blotted).into_owned(), blotted.clone().into_owned());
            let looked_for: Vec<_> = shapes_in(text.as_bytes()).map(|shape| shape.pattern).collect();
            for shape in &SHAPES {
                let matches = shape.regex().is_some_and(|regex| regex.is_match(text.as_bytes()));
                prop_assert!(!matches || looked_for.contains(&shape.pattern), "{}: {}", shape.pattern, text);
            }
        }
    }
}
