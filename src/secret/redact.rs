//! Secrets in texts, blotted out before anybody sees them.
//!
//! Every text that reaches an output goes through [`redact`]. It knows the forms of Zoho's secrets: tokens by their
//! looks, client secrets and passwords by the name before them. When in doubt it blots out too much.
//!
//! ```
//! use zscope::secret::redact;
//!
//! let line = "refresh_token=1000.0123456789abcdef0123456789abcdef.0123456789abcdef0123456789abcdef&scope=openid";
//! let blotted = redact(line);
//! assert!(blotted.starts_with("refresh_token=1000.****") && blotted.ends_with("**&scope=openid"));
//! assert_eq!(blotted.chars().count(), line.chars().count());
//! ```

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use memchr::memchr_iter;
use regex::bytes::{Match, Regex, RegexBuilder};

/// What stands where a character of a secret stood.
const BLOT: char = '*';

/// The text with every secret blotted out, character by character, so that lines and columns stay as they are. The
/// number that a token begins with (`1000.`) is kept: it tells tokens of users from those of devices.
///
/// Client ids are no secrets, and neither are placeholders such as `${CLIENT_SECRET}`.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut redacted = Cow::Borrowed(text);
    // What follows a secret closely may be another one: seen in the next round, when the first is out of the way.
    loop {
        let secrets = find(redacted.as_bytes());
        let blotted = if secrets.is_empty() { return redacted } else { blot(&redacted, secrets) };
        if blotted == *redacted {
            return redacted;
        }
        redacted = Cow::Owned(blotted);
    }
}

fn find(text: &[u8]) -> Vec<Range<usize>> {
    let mut secrets = Vec::new();
    for shape in shapes_in(text) {
        for found in shape.regex().iter().flat_map(|regex| regex.captures_iter(text)) {
            let groups = found.iter().skip(1).flatten();
            secrets.extend(groups.filter(|group| !is_harmless(group.as_bytes())).map(|group| beyond_number(&group)));
        }
    }
    secrets
}

/// The forms that a text may hold, by a look at its bytes: patterns are compiled and run only for texts that need them.
fn shapes_in(text: &[u8]) -> impl Iterator<Item = &'static Shape> {
    let words = words_in(text);
    SHAPES.iter().filter(move |shape| match shape.sign {
        Sign::HexRun(length) => has_hex_run(text, length),
        Sign::Jwt => memchr_iter(b'J', text).any(|at| text[..at].ends_with(b"ey")),
        Sign::Words(kinds) => words & kinds != 0,
    })
}

fn blot(text: &str, mut secrets: Vec<Range<usize>>) -> String {
    secrets.sort_unstable_by_key(|range| (range.start, range.end));
    let mut out = String::with_capacity(text.len());
    let boundary = |mut at: usize| {
        while !text.is_char_boundary(at) {
            at += 1;
        }
        at
    };
    let mut at = 0;
    for secret in secrets {
        // Patterns begin and end secrets at ASCII characters; should one not, half a character gives nothing away.
        let start = boundary(secret.start).max(at);
        let end = boundary(secret.end).max(start);
        out.push_str(text.get(at..start).unwrap_or_default());
        let inside = text.get(start..end).unwrap_or_default();
        out.extend(inside.chars().map(|c| if matches!(c, '\n' | '\r') { c } else { BLOT }));
        at = end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// One form of secret.
struct Shape {
    /// Its groups are what is secret. `KEY` and `VALUE` stand for [`KEY`] and [`VALUE`].
    pattern: &'static str,
    /// What is in every text that the pattern matches.
    sign: Sign,
    compiled: OnceLock<Option<Regex>>,
}

/// What is cheap to look for.
enum Sign {
    /// So many hexadecimal digits in a row.
    HexRun(usize),
    /// `eyJ`, with which an object in base64 begins.
    Jwt,
    /// Words of one of these kinds.
    Words(u8),
}

impl Shape {
    const fn new(sign: Sign, pattern: &'static str) -> Self {
        Self { pattern, sign, compiled: OnceLock::new() }
    }

    /// The compiled pattern. A test compiles every pattern, so there always is one.
    fn regex(&self) -> Option<&Regex> {
        let compile = || {
            let pattern = self.pattern.replace("KEY", KEY).replace("VALUE", VALUE);
            RegexBuilder::new(&pattern).unicode(false).case_insensitive(true).ignore_whitespace(true).build().ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }
}

/// Names whose value is a secret, whatever it looks like.
const KEY: &str = r"(?:
    (?: client[_-]?secret | (?: access | refresh | grant | auth | id | enhance )[_-]?token
    | (?: device | grant | auth | authorization )[_-]?code | zapikey | passw(?:or)?d | pwd )
)";

/// A value: a call or an index with a quoted argument, a quoted text, or what reaches to the next blank.
const VALUE: &str = r#"(?:
    ( [^\s"'`&<>]* [(\[] ["'`] [^\r\n]* )
    | [a-z]{0,2} \\+ ["'] ( [^"'\\\r\n]* )
    | [a-z]{0,2} " ( (?: \\. | [^"\\\r\n] )* )
    | [a-z]{0,2} ' ( (?: \\. | [^'\\\r\n] )* )
    | ` ( [^`\r\n]* )
    | ( [^\s"'`&<>]+ )
)"#;

/// The forms of Zoho's secrets, as they were seen in its documentation and in public code.
static SHAPES: [Shape; 6] = [
    // Access, refresh, grant and device tokens, and Mail360's with a longer number: two halves of 32 digits, a few more
    // or less in copies. Half a token is a secret too; a client id has 30 capitals and digits in one piece.
    Shape::new(
        Sign::HexRun(20),
        r"\d{4,} (?: \. | %2e ) (
            [0-9a-f]{20,} (?: \. | %2e ) [0-9a-f]{20,} [0-9a-z]*
            | (?-i: [0-9a-f]{28,} ) (?: \. [0-9a-f]* )?
        )",
    ),
    // Client secrets (about 42 digits) and tokens of the first API version (32): known by a word, or by the client id,
    // shortly before.
    Shape::new(
        Sign::HexRun(32),
        r"(?: secret | token | passw | credential | api[_-]?key | zapikey | 1\d{3}\.[0-9a-z]{30} )
          [^\r\n]{0,48}? ( [0-9a-f]{32,} (?: [^0-9a-z\r\n]{1,6} [0-9a-f]{32,} )* )",
    ),
    // JSON web tokens.
    Shape::new(Sign::Jwt, r"(?-i: eyJ ) ( [0-9a-z_-]{8,} \. [0-9a-z_-]{8,} (?: \. [0-9a-z_-]* )* )"),
    // Header values.
    Shape::new(
        Sign::Words(HEADER),
        r#"(?: zoho-(?: oauthtoken | authtoken | enczapikey ) (?: [\x20\t+=:] | %20 )+ ["']? ( [^\s"'`<>&,;]+ )
            | (?: bearer | basic ) (?: [\x20\t+] | %20 )+ ( [0-9a-z._~+/=-]{16,} ) )"#,
    ),
    // Parameters, keys and options by their name. What may be a type's name (`password: str = …`) is followed further.
    Shape::new(
        Sign::Words(NAME | CODE),
        r#"(?: -- KEY [\x20\t]+ | KEY (?: [\\"'`\])}] | %2[27] )* [\x20\t]* (?: [!:=]?=+>? | : | > | %3[ad] ) [\x20\t]* )
          VALUE (?: [\x20\t]* = [\x20\t]* VALUE )?"#,
    ),
    // `code` is a common word: a parameter of a URL, or something that begins as Zoho's codes do.
    Shape::new(
        Sign::Words(CODE),
        r#"(?: [?&;] | %3f | %26 ) code (?: = | %3d ) ( [^\s"'`&<>\#]+ )
            | (?: ^ | [^0-9a-z_-] ) code (?: [\\"'`\])}] | %2[27] )* [\x20\t]* [:=] [\x20\t\\"'`]* ( \d [0-9a-z._~%-]{15,} )"#,
    ),
];

/// Whether a text has this many hexadecimal digits in a row. Every such row has a digit at a multiple of the number.
fn has_hex_run(text: &[u8], length: usize) -> bool {
    let is_digit = |byte: &&u8| byte.is_ascii_hexdigit();
    (0..text.len()).step_by(length).any(|at| {
        let (before, after) = text.split_at(at);
        let after = after.iter().take(length).take_while(is_digit).count();
        after > 0 && after + before.iter().rev().take(length).take_while(is_digit).count() >= length
    })
}

/// The kind of words that begin the value of a header.
const HEADER: u8 = 1;
/// The kind of words that end the name of a secret.
const NAME: u8 = 2;
/// The word that names a grant code, and much else.
const CODE: u8 = 4;

/// The words that a secret follows, in lower case, each with its kind.
const WORDS: [(&[u8], u8); 10] = [
    (b"basic", HEADER),
    (b"bearer", HEADER),
    (b"code", CODE),
    (b"passwd", NAME),
    (b"password", NAME),
    (b"pwd", NAME),
    (b"secret", NAME),
    (b"token", NAME),
    (b"zapikey", NAME),
    (b"zoho-", HEADER),
];

/// Whether a word begins with this letter, in either case.
static INITIALS: [bool; 256] = {
    let mut initials = [false; 256];
    let mut at = 0;
    while at < WORDS.len() {
        let initial = WORDS[at].0[0];
        initials[initial as usize] = true;
        initials[initial.to_ascii_uppercase() as usize] = true;
        at += 1;
    }
    initials
};

/// The kinds of words that stand in a text in such a way that a secret may follow.
fn words_in(text: &[u8]) -> u8 {
    let mut kinds = 0;
    // Something of this parts every word from its secret. All bytes are seen at once.
    let parts = |byte: u8| matches!(byte, b' ' | b'\t' | b'+' | b'%' | b':' | b'=' | b'>');
    if !text.iter().fold(false, |found, byte| found | parts(*byte)) {
        return kinds;
    }
    for (at, byte) in text.iter().enumerate().filter(|(_, byte)| INITIALS[usize::from(**byte)]) {
        let (before, rest) = text.split_at(at);
        let initial = byte.to_ascii_lowercase();
        for (word, kind) in WORDS.into_iter().filter(|(word, _)| word.first() == Some(&initial)) {
            if let Some((found, after)) = rest.split_at_checked(word.len())
                && found.eq_ignore_ascii_case(word)
                && (if kind == HEADER { header_follows(after) } else { value_follows(before, after) })
            {
                kinds |= kind;
            }
        }
    }
    kinds
}

/// Whether what follows a word may be the value of a header.
fn header_follows(after: &[u8]) -> bool {
    let gap = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'+' | b'%' | b'=' | b':')).count();
    let value = after.iter().skip(gap).take_while(|byte| !byte.is_ascii_whitespace()).count();
    gap == 0 || value >= 16
}

/// Whether what follows a word may be the value of a key: an operator comes next, or the word ends an option's name.
fn value_follows(before: &[u8], after: &[u8]) -> bool {
    let closes = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\\' | b'"' | b'\'' | b'`' | b']' | b')' | b'}');
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let name = before.iter().rev().take_while(is_name).count();
    after.iter().find(|byte| !closes(byte)).is_some_and(|next| matches!(next, b':' | b'=' | b'>' | b'!' | b'%'))
        || before.get(before.len() - name..).is_some_and(|name| name.starts_with(b"--"))
}

/// Whether what stands in a secret's place is none: a placeholder, a word for nothing, or a secret blotted out already.
fn is_harmless(value: &[u8]) -> bool {
    let value = String::from_utf8_lossy(value);
    let value = value.trim_end_matches([',', ';', ')', ']']);
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '.' | '-' | ' '));
    let inside = |open: &str, close: &str| value.strip_prefix(open).and_then(|value| value.strip_suffix(close));
    let braced =
        inside("${", "}").or_else(|| inside("{{", "}}")).or_else(|| inside("{", "}")).or_else(|| inside("<", ">"));
    // An inventory says where a secret is found.
    let place = ["env:", "file:"].iter().find_map(|kind| value.strip_prefix(kind));
    let is_place = |path: &str| path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/'));
    let variable = value.strip_prefix('$').filter(|name| !name.contains(|c: char| c.is_ascii_lowercase()));
    braced.or(variable).is_some_and(is_name)
        || place.is_some_and(is_place)
        || value.chars().all(|c| matches!(c, '*' | '.' | '…' | '$' | '{' | '}'))
        || ["%s", "null", "nil", "none", "undefined", "true", "false", "str", "string"]
            .iter()
            .any(|word| value.eq_ignore_ascii_case(word))
}

/// The range of a secret without the number that tells what kind of token it is.
fn beyond_number(secret: &Match<'_>) -> Range<usize> {
    let kept = match secret.as_bytes() {
        [b'1', b'0', b'0', b'0'..=b'9', b'.', rest @ ..] => {
            let is_token = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b'*');
            if rest.len() >= 20 && rest.iter().take(20).all(is_token) { 5 } else { 0 }
        }
        _ => 0,
    };
    secret.start() + kept..secret.end()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            if c != BLOT || !short.ends_with(BLOT) {
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
