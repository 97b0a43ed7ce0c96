//! What the token endpoint answered: the scopes, or what is wrong.
//!
//! The shapes are those of the vendor's pages and of answers in public code: errors come with status 200, the words of
//! a throttling answer are localised, `scope` may be missing, and pages for people come where JSON belongs.

use super::body::{Body, Kept, Others};
use super::{Fault, FaultKind, Response};
use crate::secret::{Secret, redact};

/// An answer that grants a token, without the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// A JSON object for the readers of token responses: what is known to be no secret, with every known secret and
    /// everything that looks like one masked.
    pub text: String,
}

/// Reads an answer. `secrets` are what the request held; they must not come back in what is kept. The second part is
/// the token.
pub(super) fn read(response: &Response, secrets: &[&Secret]) -> Result<(Answer, Secret), Fault> {
    if (300..400).contains(&response.status) {
        return Err(redirect(response));
    }
    let (body, others) = parse(response)?;
    let token = body.token();
    let mut all = secrets.to_vec();
    all.extend(&token);
    let kept = body.kept(&others, &all);
    let failed = kept.has_error() || kept.is_failure();
    match token {
        Some(token) if !failed && (200..300).contains(&response.status) => {
            #[expect(clippy::expect_used, reason = "texts, numbers and lists of texts are JSON")]
            let text = serde_json::to_string_pretty(&kept).expect("what is kept can be written");
            Ok((Answer { text }, token))
        }
        Some(_) if !failed => Err(status(response.status)),
        found => Err(refusal(&kept, response.status, found.is_some())),
    }
}

/// Reads the answer to the request that gives a token back.
pub(super) fn revoked(response: &Response) -> Result<(), Fault> {
    if (300..400).contains(&response.status) {
        return Err(redirect(response));
    }
    let failed = parse(response).is_ok_and(|(body, others)| body.kept(&others, &[]).has_error());
    if (200..300).contains(&response.status) && !failed { Ok(()) } else { Err(status(response.status)) }
}

fn parse(response: &Response) -> Result<(Body<'_>, Others<'_>), Fault> {
    let bytes = response.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&response.body);
    // A list would be taken for the fields in order.
    let is_list = bytes.trim_ascii_start().starts_with(b"[");
    let body = if is_list { Err(serde::de::Error::custom("a list")) } else { serde_json::from_slice(bytes) };
    let both = body.and_then(|body| serde_json::from_slice(bytes).map(|others| (body, others)));
    both.map_err(|error| not_json(response, bytes, &error))
}

/// Says what an answer is that is no JSON object.
fn not_json(response: &Response, bytes: &[u8], error: &serde_json::Error) -> Fault {
    let status = response.status;
    let start = bytes.trim_ascii_start();
    if start.first() == Some(&b'<') {
        return Fault::new(FaultKind::Html, format!("the server answers with a page for people (HTTP {status})"))
            .help("this is seen during maintenance, or where a proxy or a login page stands in between");
    }
    if status == 429 {
        return throttled();
    }
    if !(200..300).contains(&status) {
        return self::status(status);
    }
    if start.is_empty() {
        return Fault::new(FaultKind::NotJson, format!("the answer is empty (HTTP {status})")).help(ENDPOINT);
    }
    if error.is_eof() {
        return Fault::new(FaultKind::CutOff, "the answer ends in the middle").help("ask again later");
    }
    if error.is_data() {
        if start.first() == Some(&b'{') {
            return Fault::new(FaultKind::NoToken, "a key stands twice in the answer").help(ENDPOINT);
        }
        return Fault::new(FaultKind::NoToken, "the answer is not one JSON object").help(ENDPOINT);
    }
    let kind = response.content_type.as_deref().map(|kind| format!(", {}", shown(kind))).unwrap_or_default();
    Fault::new(FaultKind::NotJson, format!("the answer is not JSON (HTTP {status}{kind})")).help(ENDPOINT)
}

const ENDPOINT: &str = "check that the address is that of an accounts server of Zoho";

fn redirect(response: &Response) -> Fault {
    let host = response.location.as_deref().and_then(|to| url::Url::parse(to).ok());
    let to = match host.as_ref().and_then(url::Url::host_str) {
        Some(host) => format!("to `{}`", shown(host)),
        None => "to another address".to_owned(),
    };
    let status = response.status;
    Fault::new(FaultKind::Redirect, format!("the server redirects {to} (HTTP {status}), which is not followed"))
        .help("name the app's own data centre, or the accounts server itself")
}

fn status(status: u16) -> Fault {
    let fault = Fault::new(FaultKind::Status, format!("the server answers with HTTP {status}"));
    match status {
        429 => throttled(),
        500.. => fault.help("the server has a fault of its own: ask again later"),
        _ => fault.help(ENDPOINT),
    }
}

fn throttled() -> Fault {
    Fault::new(FaultKind::Throttled, "the server says that there were too many requests")
        .help("wait ten minutes before asking again: asking at once is reported to prolong the wait")
}

fn refusal(kept: &Kept, http: u16, with_token: bool) -> Fault {
    let error = kept.error();
    match error.trim().to_ascii_lowercase().as_str() {
        "invalid_client" => Fault::new(FaultKind::InvalidClient, "the server does not know the client (`invalid_client`)")
            .help("the data centre, the client id or the grant type is wrong: a client is known where it was registered, \
                   and in other data centres only when that was switched on"),
        "invalid_client_secret" => {
            Fault::new(FaultKind::InvalidClientSecret, "the client secret is wrong (`invalid_client_secret`)")
                .help("secrets may differ between data centres; a new one is made in the API console")
        }
        // `invalid_grant` is OAuth's own word; Zoho's is `invalid_code`.
        code @ ("invalid_code" | "invalid_grant") => {
            Fault::new(FaultKind::InvalidCode, format!("the refresh token is not valid (`{code}`)"))
                .help("it was revoked or pushed out by newer ones, or is of another client or data centre; a new consent gives another")
        }
        // The words are localised, the status is not.
        _ if (kept.is_failure() && !with_token) || http == 429 || error.eq_ignore_ascii_case("access denied") => throttled(),
        "" if with_token => Fault::new(FaultKind::NoToken, "the answer says that it failed, and holds a token").help(ENDPOINT),
        "" if (200..300).contains(&http) => {
            Fault::new(FaultKind::NoToken, "the answer is JSON without a token and without an error").help(ENDPOINT)
        }
        "" => status(http),
        _ => {
            let why = kept.description();
            let why = if why.is_empty() { String::new() } else { format!(": {}", shown(why)) };
            Fault::new(FaultKind::Refused, format!("the server refuses (`{}`){why}", shown(error)))
        }
    }
}

/// A text of the server as messages repeat it. Whoever shows it escapes what a terminal would obey.
fn shown(text: &str) -> String {
    let redacted = redact(text);
    match redacted.char_indices().nth(120) {
        Some((at, _)) => format!("{}…", redacted.get(..at).unwrap_or_default()),
        None => redacted.into_owned(),
    }
}
