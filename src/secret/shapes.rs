//! What secrets look like: one table.

use std::ops::Range;
use std::sync::OnceLock;

use regex::bytes::{Captures, Match, Regex, RegexBuilder};

use super::signs::{CODE, HEADER, NAME, Sign, Signs};

/// What a secret is, by its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A token, by its looks.
    Token,
    /// A JSON web token.
    WebToken,
    /// Hexadecimal digits shortly after a word for a secret.
    Digits,
    /// The value of a header.
    Header,
    /// What follows the name of a secret.
    Named,
    /// A grant code.
    Code,
    /// What a client gave to know its own request by.
    State,
    /// The password of an address.
    Password,
    /// The key in the address of an MCP server.
    ServerKey,
}

/// The kinds of secrets that a source can be searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretKind {
    /// An access, refresh or grant token: `1000.` and two halves of 32 hexadecimal digits.
    Token,
    /// A client secret: 40 to 44 hexadecimal digits under that name.
    ClientSecret,
    /// A token of the first API version: 32 hexadecimal digits under the name `authtoken`.
    AuthToken,
    /// The key in the address of an MCP server of Zoho's.
    ServerKey,
}

/// A secret and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<K> {
    pub(super) kind: K,
    pub(super) range: Range<usize>,
}

/// Everything that has the shape of a secret, in no order.
pub(super) fn find(text: &[u8]) -> Vec<Found<Kind>> {
    let mut secrets = Vec::new();
    for shape in shapes_in(text) {
        for found in shape.all(text) {
            let groups = found.iter().skip(1).flatten();
            let secret = groups.filter(|group| !is_harmless(shape.kind, group.as_bytes()));
            secrets.extend(secret.map(|group| Found { kind: shape.kind, range: beyond_number(&group) }));
        }
    }
    secrets
}

/// Everything that has a shape which hardly anything but a secret has, in the order of the text.
pub(super) fn find_certain(text: &[u8]) -> Vec<Found<SecretKind>> {
    let signs = Signs::of(text);
    let mut secrets: Vec<_> = CERTAIN
        .iter()
        .filter(|shape| signs.has(&shape.sign))
        .flat_map(|shape| {
            let first = |found: Captures<'_>| found.iter().skip(1).flatten().next().map(|group| group.range());
            shape.all(text).filter_map(first).map(|range| Found { kind: shape.kind, range })
        })
        .collect();
    secrets.sort_by_key(|found| (found.range.start, found.range.end));
    secrets
}

/// The forms that a text may hold, by a look at its bytes: patterns are compiled and run only for texts that need them.
pub(super) fn shapes_in(text: &[u8]) -> impl Iterator<Item = &'static Shape<Kind>> {
    let signs = Signs::of(text);
    SHAPES.iter().filter(move |shape| signs.has(&shape.sign))
}

/// One form of secret.
pub(super) struct Shape<K: 'static> {
    kind: K,
    /// Its groups are what is secret. `DOT`, `KEY`, `VALUE` and `BESIDE` stand for [`DOT`], [`KEY`], [`VALUE`] and
    /// [`BESIDE`].
    pub(super) pattern: &'static str,
    /// What is in every text that the pattern matches.
    pub(super) sign: Sign,
    compiled: OnceLock<Option<Regex>>,
}

impl<K> Shape<K> {
    pub(super) const fn new(kind: K, sign: Sign, pattern: &'static str) -> Self {
        Self { kind, pattern, sign, compiled: OnceLock::new() }
    }

    /// The compiled pattern. A test compiles every pattern, so there always is one.
    pub(super) fn regex(&self) -> Option<&Regex> {
        let compile = || {
            let named = [("DOT", DOT), ("KEY", KEY), ("VALUE", VALUE), ("BESIDE", BESIDE)];
            let pattern = named.iter().fold(self.pattern.to_owned(), |text, (name, part)| text.replace(name, part));
            RegexBuilder::new(&pattern).unicode(false).case_insensitive(true).ignore_whitespace(true).build().ok()
        };
        self.compiled.get_or_init(compile).as_ref()
    }

    pub(super) fn all<'t>(&'static self, text: &'t [u8]) -> impl Iterator<Item = Captures<'t>> {
        self.regex().into_iter().flat_map(move |regex| regex.captures_iter(text))
    }
}

/// A dot, as it is or in one of the notations of characters by their number.
const DOT: &str = r"(?: \. | %(?:25)*2e | \\+ (?: u002e | u\{2e\} | x2e | 056 | \. ) | & (?:amp;)* (?: \#0*46 | \#x0*2e | period ) ; )";

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

/// `1000.` to `1005.` and what follows, in base64. It is as long as a token or as a client with its secret.
pub(super) const CODED_TOKEN: &str =
    r"\b ( (?-i: MTAw (?: MC | MS | Mi | My | NC | NS ) [45] [0-9A-Za-z+/_-]{80,} ) ={0,2} )";

/// What stands between the name of a secret and its value in the notations of settings, tables and pages.
const BESIDE: &str = r"(?: [^0-9a-z]{1,24}?
    (?: (?: value | default | initial | current | type | string | str | text | key | enabled | disabled | true
          | false | null | sensitive | secure | secret | password | any | hidden | data | amp | quot | nbsp | code | td
          | tr | th | dd | dt | span | strong | b | em | br | is | description [^\r\n]{0,200} [\r\n] )
      [^0-9a-z]{1,24}? ){0,8} )";

/// The forms of Zoho's secrets, as they were seen in its documentation and in public code.
pub(super) static SHAPES: [Shape<Kind>; 10] = [
    // Access, refresh, grant and device tokens, and Mail360's with a longer number: two halves of 32 digits, a few more
    // or less in copies. Half a token is a secret too; a client id has 30 capitals and digits in one piece.
    Shape::new(
        Kind::Token,
        Sign::HexRun(20),
        r"\d{4,} DOT (
            [0-9a-f]{20,} DOT [0-9a-f]{20,} [0-9a-z]*
            | (?-i: [0-9a-f]{28,} ) (?: DOT [0-9a-f]* )?
        )",
    ),
    // Such a token in base64, or a client with its secret.
    Shape::new(Kind::Token, Sign::Exact(b"MTAw"), CODED_TOKEN),
    // Client secrets (about 42 digits) and tokens of the first API version (32): known by a word, or by the client id,
    // shortly before.
    Shape::new(
        Kind::Digits,
        Sign::HexRun(32),
        r"(?: secret | token | passw | credential | api[_-]?key | zapikey | 1\d{3}\.[0-9a-z]{30} )
          [^\r\n]{0,48}? ( [0-9a-f]{32,} (?: [^0-9a-z\r\n]{1,6} [0-9a-f]{32,} )* )",
    ),
    // JSON web tokens.
    Shape::new(Kind::WebToken, Sign::Jwt, r"(?-i: eyJ ) ( [0-9a-z_-]{8,} \. [0-9a-z_-]{8,} (?: \. [0-9a-z_-]* )* )"),
    // Header values.
    Shape::new(
        Kind::Header,
        Sign::Words(HEADER),
        r#"(?: zoho-(?: oauthtoken | authtoken | enczapikey ) (?: [\x20\t+=:] | %20 )+ ["']? ( [^\s"'`<>&,;]+ )
            | (?: bearer | basic ) (?: [\x20\t+] | %20 )+ ( [0-9a-z._~+/=-]{16,} ) )"#,
    ),
    // Parameters, keys and options by their name. What may be a type's name (`password: str = …`) is followed further.
    Shape::new(
        Kind::Named,
        Sign::Words(NAME | CODE),
        r#"(?: -- KEY [\x20\t]+ | KEY (?: [\\"'`\])}] | %2[27] )* [\x20\t]* (?: [!:=]?=+>? | : | > | %3[ad] ) [\x20\t]* )
          VALUE (?: [\x20\t]* = [\x20\t]* VALUE )?"#,
    ),
    // `code` is a common word: a parameter of a URL, or something that begins as Zoho's codes do.
    Shape::new(
        Kind::Code,
        Sign::Words(CODE),
        r#"(?: [?&;] | %3f | %26 ) code (?: = | %3d ) ( [^\s"'`&<>\#]+ )
            | (?: ^ | [^0-9a-z_-] ) code (?: [\\"'`\])}] | %2[27] )* [\x20\t]* [:=] [\x20\t\\"'`]* ( \d [0-9a-z._~%-]{15,} )"#,
    ),
    // What a client knows its own request by opens nothing by itself, but people put keys of sessions there.
    Shape::new(
        Kind::State,
        Sign::Parameter("state"),
        r#"(?: [?&;] | %(?:25)*3f | %(?:25)*26 ) state (?: = | %(?:25)*3d ) ( [^\s"'`&<>\#]+ )"#,
    ),
    // The password of an address.
    Shape::new(
        Kind::Password,
        Sign::At,
        r#"(?: : | %(?:25)*3a ) (?: / | \\/ | %(?:25)*2f ){2} [^\s"'`<>/?\#@:%]* (?: : | %(?:25)*3a ) 
            ( (?: [^\s"'`<>/?\#@&%] | % (?: [014-9a-f][0-9a-f] | 2[0-24-9a-e] | 3[0-9a-e] ) )+? ) (?: @ | %(?:25)*40 )"#,
    ),
    Shape::new(Kind::ServerKey, Sign::Text("zohomcp"), SERVER_KEY),
];

/// The address of an MCP server of Zoho's: whoever knows its key can call its tools. The key stands in the path or in the
/// query; ready-made servers have none. Keys that were seen have 32 hexadecimal digits.
const SERVER_KEY: &str = r"zohomcp DOT [a-z.]{2,8} (?: : \d{1,5} )? (?: / | \\/ | %(?:25)*2f )+ mcp (?: / | \\/ | %(?:25)*2f )+
    (?: message (?: \? | %(?:25)*3f ) (?: [^\s]*? [&;] )?? key (?: = | %(?:25)*3d ) )? ( [0-9a-z_-]{16,} )";

/// The forms that hardly anything but a secret has. Tokens begin with 1000, or 1001 to 1005 for devices and functions; both
/// halves have 32 hexadecimal digits. Client secrets have no form of their own and are known by their key; so is the token
/// of the first API version.
static CERTAIN: [Shape<SecretKind>; 4] = [
    Shape::new(SecretKind::Token, Sign::HexRun(32), r"\b ( 100[0-5] DOT [0-9a-f]{32} DOT [0-9a-f]{32} ) \b"),
    Shape::new(SecretKind::ClientSecret, Sign::HexRun(32), r"secret BESIDE ( [0-9a-f]{40,44} ) \b"),
    Shape::new(
        SecretKind::AuthToken,
        Sign::HexRun(32),
        r#"authtoken \\? ["'`]? \s* (?: [:=] | => )+ \s* \\? ["'`]? ( [0-9a-f]{32} ) \b"#,
    ),
    Shape::new(SecretKind::ServerKey, Sign::Text("zohomcp"), SERVER_KEY),
];

/// Whether what stands in a secret's place is none: a placeholder, a word for nothing, or a secret blotted out already.
fn is_harmless(kind: Kind, value: &[u8]) -> bool {
    let value = String::from_utf8_lossy(value);
    if kind == Kind::State && (value.len() < 8 || value.len() < 20 && !value.bytes().any(|byte| byte.is_ascii_digit()))
    {
        return true;
    }
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
        || value.chars().all(|c| matches!(c, '*' | '\u{b7}' | '\u{2022}' | '\u{1f784}' | '.' | '…' | '$' | '{' | '}'))
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
