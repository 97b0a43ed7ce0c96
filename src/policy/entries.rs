//! The small languages inside a policy's values: scope patterns, client ids and API calls.

use crate::scope::{MAX_LENGTH, Part, Pattern};
use crate::source::Problem;
use crate::yaml::{self, Node};

use super::fields::{Reader, did_you_mean, shown};
use super::{CallEntry, DATA_CLASSES, DataOverride, Entry, Spanned};

/// The one-word scopes: `scopes_supported` in the discovery document at
/// `https://accounts.zoho.com/.well-known/openid-configuration`.
const WORDS: &[&str] = &["openid", "email", "profile", "phone"];

/// Operations that many services have: <https://www.zoho.com/accounts/protocol/oauth/scope.html>. Only for telling
/// whether a two-part entry lacks its resource or its operation.
const OPERATIONS: &[&str] = &["all", "read", "create", "update", "delete", "write", "custom"];

/// How often `**` may stand in one pattern. The work of matching grows with each; two say all there is to say.
const MOST_MANY: usize = 3;

/// The HTTP methods that calls may have.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// What a client id looks like, for messages.
const CLIENT_FORM: &str = "a client id is `1000.` and 30 capital letters and digits";

impl Reader<'_> {
    /// A list of scope patterns.
    pub(super) fn patterns(&mut self, node: Option<&Node>) -> Vec<Entry> {
        let Some(node) = node else { return Vec::new() };
        let items = self.list(node, "a list of scope patterns");
        items.iter().filter_map(|node| self.scope_pattern(node)).collect()
    }

    /// One scope pattern.
    pub(super) fn scope_pattern(&mut self, node: &Node) -> Option<Entry> {
        let text = self.text(node, "a scope pattern")?;
        let problem = if is_several(text) {
            Problem::new(node.span, format!("`{}` holds several scopes", shown(text))).help("one entry a line")
        } else {
            let pattern = self.pattern(node, text)?;
            let Some(problem) = check_form(&pattern, text) else {
                return Some(Entry { pattern, text: text.to_owned(), place: self.place(node.span) });
            };
            Problem { span: node.span, ..problem }
        };
        self.report(problem);
        None
    }

    /// A pattern of any form.
    fn pattern(&mut self, node: &Node, text: &str) -> Option<Pattern> {
        if text.len() > MAX_LENGTH {
            self.report(
                Problem::new(node.span, format!("the pattern is longer than {MAX_LENGTH} bytes"))
                    .help("write several entries, one a line"),
            );
            return None;
        }
        match Pattern::parse(text) {
            Ok(pattern) if pattern.parts().iter().filter(|part| **part == Part::Many).count() > MOST_MANY => {
                let message = format!("`**` stands more than {MOST_MANY} times in `{}`", shown(text));
                self.report(Problem::new(node.span, message).help("`**` already stands for any number of parts"));
                None
            }
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let span = self.inside(node, text, error.start, error.end);
                self.report(
                    Problem::new(span, shown(&error.message))
                        .help("`*` is one part, `**` any number of parts, `{a,b}` either of them"),
                );
                None
            }
        }
    }

    /// A mapping from resources to the data classes they hold.
    pub(super) fn data_overrides(&mut self, node: Option<&Node>) -> Vec<DataOverride> {
        let Some(node) = node else { return Vec::new() };
        let entries = self.mapping(node, "resources and their data classes");
        entries.iter().filter_map(|entry| self.data_override(entry)).collect()
    }

    fn data_override(&mut self, entry: &yaml::Entry) -> Option<DataOverride> {
        let items = self.list(&entry.value, "a list of data classes");
        let mut classes: Vec<&'static str> = Vec::new();
        for node in items {
            match self.word(node, "a data class", DATA_CLASSES) {
                Some(class) if !classes.contains(&class) => classes.push(class),
                _ => {}
            }
        }
        let key = Node { value: yaml::Value::Scalar(entry.key.clone()), span: entry.key_span };
        let text = self.text(&key, "a service and a resource")?;
        let pattern = self.pattern(&key, text)?;
        if pattern.parts().len() < 2 && !pattern.parts().contains(&Part::Many) {
            let text = shown(text);
            self.report(
                Problem::new(key.span, format!("`{text}` names no resource"))
                    .help(format!("write `{text}.**` for every resource of the service")),
            );
            return None;
        }
        Some(DataOverride { pattern, classes, place: self.place(key.span) })
    }

    /// A list of client ids. What does not look like one is never repeated: it may be a secret.
    pub(super) fn client_ids(&mut self, node: Option<&Node>) -> Vec<Spanned<String>> {
        let mut ids = self.texts(node, "a list of client ids", "a client id");
        ids.retain(|id| {
            let good = is_client_id(&id.value);
            if !good {
                self.report(Problem::new(id.place.span, "this is not a client id").help(CLIENT_FORM));
            }
            good
        });
        ids
    }

    /// An API call, `GET /books/v3/invoices`.
    pub(super) fn call(&mut self, node: &Node) -> Option<CallEntry> {
        let text = self.text(node, "an API call such as `GET /books/v3/invoices`")?;
        let problem = |message: String, help: String| Problem::new(node.span, message).help(help);
        let wrong = match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            [written, path] => {
                let method = METHODS.iter().find(|method| method.eq_ignore_ascii_case(written));
                match (method, path_help(path)) {
                    (Some(method), None) => {
                        let (path, text) = ((*path).to_owned(), text.to_owned());
                        return Some(CallEntry { method, path, text, place: self.place(node.span) });
                    }
                    (None, _) => problem(
                        format!("`{}` is not an HTTP method", shown(written)),
                        did_you_mean(written, METHODS, "it is one of"),
                    ),
                    (_, Some(help)) => problem(format!("`{}` is not a path", shown(path)), help.to_owned()),
                }
            }
            _ => problem(
                format!("`{}` is not an API call", shown(text)),
                "write method and path: `GET /books/v3/invoices`".to_owned(),
            ),
        };
        self.report(wrong);
        None
    }
}

/// Why a text is not the path of a call.
fn path_help(path: &str) -> Option<&'static str> {
    if path.contains(['?', '#']) {
        Some("leave the query out")
    } else if !path.starts_with('/') {
        Some("begin at the `/` after the host")
    } else {
        None
    }
}

/// Whether a text holds scopes separated by commas or blanks, rather than alternatives in braces.
fn is_several(text: &str) -> bool {
    let mut depth = 0_usize;
    let pieces = text.trim().split(|c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && (matches!(c, ',' | ';') || c.is_whitespace())
    });
    pieces.filter(|piece| !piece.is_empty()).count() > 1
}

/// What is wrong with a pattern that can match no scope because of its number of parts.
fn check_form(pattern: &Pattern, text: &str) -> Option<Problem> {
    let parts = pattern.parts();
    if parts.contains(&Part::Many) {
        return None;
    }
    let text = &shown(text);
    let is_among = |part: &Part, words: &[&str]| match part {
        Part::Names(names) => names.iter().all(|name| words.contains(&name.as_str())),
        _ => false,
    };
    let (message, help) = match parts {
        [word] if *word != Part::One && !is_among(word, WORDS) => (
            format!("`{text}` is no scope: the one-word scopes are `openid`, `email`, `profile` and `phone`"),
            format!("write `{text}.**` for everything in a service"),
        ),
        [_, operation] if is_among(operation, OPERATIONS) => {
            let (service, operation) = text.split_once('.')?;
            let help = match service {
                "*" => format!("write `**.{operation}` for this operation on everything"),
                _ => format!("write `{service}.**.{operation}` for this operation on everything in the service"),
            };
            (format!("`{text}` names no resource"), help)
        }
        [service, Part::One] => {
            let help = match (service, text.split_once('.')) {
                (Part::Names(_), Some((service, _))) => format!("write `{service}.**` for everything in the service"),
                _ => "write `**` for everything".to_owned(),
            };
            (format!("`{text}` has two parts only, and a scope has one, or three and more"), help)
        }
        [_, resource] if is_among(resource, &["fullaccess"]) => {
            (format!("the operation is missing in `{text}`"), format!("write `{text}.all`"))
        }
        [_, _] => (
            format!("the operation is missing in `{text}`"),
            format!("write `{text}.READ`, or `{text}.*` for every operation"),
        ),
        _ => return None,
    };
    Some(Problem::new(crate::source::Span::default(), message).help(help))
}

/// `1000.` (the last digit differs between kinds of clients) and thirty capital letters and digits. The form is that
/// of the client ids in the vendor's own samples.
fn is_client_id(text: &str) -> bool {
    let Some((prefix, rest)) = text.split_once('.') else { return false };
    let kind = prefix.strip_prefix("100").is_some_and(|digit| matches!(digit.as_bytes(), [b'0'..=b'9']));
    kind && rest.len() == 30 && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}
