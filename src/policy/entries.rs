//! The small languages inside a policy's values: scope patterns, client ids and API calls.

use crate::catalog::DataClass;
use crate::scope::{MAX_LENGTH, Part, Pattern, Scope};
use crate::text::Problem;
use crate::yaml::{self, Node, Value};

use super::fields::{Reader, did_you_mean, extent, shown};
use super::{CallEntry, DataOverride, Entry, Spanned};

/// The one-word scopes: `scopes_supported` in the discovery document at
/// `https://accounts.zoho.com/.well-known/openid-configuration`.
const WORDS: &[&str] = &["openid", "email", "profile", "phone"];

/// Operations that many services have: <https://www.zoho.com/accounts/protocol/oauth/scope.html>. Only for telling
/// whether a two-part entry lacks its resource or its operation.
const OPERATIONS: &[&str] = &["all", "read", "create", "update", "delete", "write", "custom"];

/// How often `**` may stand in one pattern. The work of matching grows with each; two say all there is to say.
const MOST_MANY: usize = 3;

/// The keys of an entry that says more than what it names.
const ENTRY_KEYS: &[&str] = &["scope", "why", "calls"];

/// The HTTP methods that calls may have.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The key under `data` that names classes, among keys that name resources.
const SENSITIVE: &str = "sensitive";

/// What a client id looks like, for messages.
const CLIENT_FORM: &str = "a client id is `1000.` and 30 capital letters and digits";

impl Reader<'_> {
    /// A list of scope patterns.
    pub(super) fn patterns(&mut self, node: Option<&Node>) -> Vec<Entry> {
        let Some(node) = node else { return Vec::new() };
        let items = self.list(node, "a list of scope patterns");
        items.iter().filter_map(|node| self.scope_pattern(node)).collect()
    }

    /// One scope pattern, by itself or with the reason for it.
    pub(super) fn scope_pattern(&mut self, node: &Node) -> Option<Entry> {
        if !matches!(node.value, yaml::Value::Mapping(_)) {
            return self.bare_pattern(node);
        }
        let fields = self.fields(node, "an entry", ENTRY_KEYS)?;
        let why = self.optional_text(&fields, "why", "a reason");
        let calls = fields.get("calls").map(|node| {
            let items = self.list(node, "a list of API calls");
            items.iter().filter_map(|node| self.call(node)).collect()
        });
        let entry = self.required(&fields, "scope").and_then(|node| self.bare_pattern(node))?;
        Some(Entry { why, calls: calls.unwrap_or_default(), whole: self.place(extent(node)), ..entry })
    }

    fn bare_pattern(&mut self, node: &Node) -> Option<Entry> {
        let text = self.text(node, "a scope pattern")?;
        let problem = if is_several(text) {
            Problem::new(node.span, format!("`{}` holds several scopes", shown(text))).help("one entry a line")
        } else {
            let pattern = self.pattern(node, text)?;
            let Some(problem) = check_form(&pattern, text) else {
                let place = self.place(node.span);
                let text = text.to_owned();
                return Some(Entry { pattern, text, place, whole: place, why: None, calls: Vec::new() });
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
        let resources = entries.iter().filter(|entry| entry.key != SENSITIVE);
        resources.filter_map(|entry| self.data_override(entry)).collect()
    }

    /// The classes under the key `sensitive` of that mapping, where it has one.
    pub(super) fn sensitive_classes(&mut self, node: Option<&Node>) -> Option<Vec<DataClass>> {
        let Value::Mapping(entries) = &node?.value else { return None };
        let entry = entries.iter().find(|entry| entry.key == SENSITIVE)?;
        Some(self.data_classes(&entry.value))
    }

    fn data_classes(&mut self, node: &Node) -> Vec<DataClass> {
        let named = DataClass::ALL.map(|class| (class.as_str(), class));
        let mut classes: Vec<DataClass> = Vec::new();
        for node in self.list(node, "a list of data classes") {
            match self.choice(node, "a data class", &named) {
                Some(class) if !classes.contains(&class) => classes.push(class),
                _ => {}
            }
        }
        classes
    }

    fn data_override(&mut self, entry: &yaml::Entry) -> Option<DataOverride> {
        let classes = self.data_classes(&entry.value);
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

    /// A scope, `ZohoBooks.invoices.READ`.
    pub(super) fn scope(&mut self, node: &Node) -> Option<Spanned<Scope>> {
        let text = self.text(node, "a scope such as `ZohoBooks.invoices.READ`")?;
        match text.trim().parse() {
            Ok(value) => Some(Spanned { value, place: self.place(node.span) }),
            Err(error) => {
                let message = format!("`{}` is not a scope: {error}", shown(text));
                self.report(Problem::new(node.span, message).help("write one whole scope, without wildcards"));
                None
            }
        }
    }

    /// A list of client ids. What does not look like one is never repeated: it may be a secret.
    pub(super) fn client_ids(&mut self, node: Option<&Node>) -> Vec<Spanned<String>> {
        let mut ids = self.texts(node, "a list of client ids", "a client id");
        ids.retain(|id| {
            let good = crate::secret::is_client_id(&id.value);
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

/// Why a text is not the address of a call: a path, or one with the host that says whose it is.
fn path_help(path: &str) -> Option<&'static str> {
    let after_host = path.strip_prefix("https://").and_then(|rest| rest.find('/').filter(|at| *at > 0));
    if path.contains(['?', '#']) {
        Some("leave the query out")
    } else if !path.starts_with('/') && after_host.is_none() {
        Some("begin at the `/` after the host, or with `https://` and the host")
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
    Some(Problem::new(crate::text::Span::default(), message).help(help))
}

#[cfg(test)]
mod tests {
    use crate::policy::fixture::{self, errors};
    use crate::scope::Scope;

    /// The errors of one entry of an `allow` list, without file and line.
    fn entry_errors(entry: &str) -> String {
        let text = format!("version: 1\nallow:\n  - {entry}\n");
        errors(&[("p", &text)]).lines().map(|line| line.split_once(' ').map_or("", |(_, rest)| rest)).collect()
    }

    #[test]
    fn entries_that_may_match_are_taken() {
        for entry in [
            "ZohoBooks.invoices.READ",
            "ZohoBooks.{invoices, contacts}.{CREATE,READ}",
            "ZohoBooks.invoices.*",
            "ZohoBooks.**",
            "\"**.DELETE\"",
            "\"**\"",
            "\"*\"",
            "openid",
            "OpenID",
            "\"{openid,email}\"",
            "\"{Desk,ZohoBooks}.**.READ\"",
            "ZohoBooks.fullaccess.all",
        ] {
            assert_eq!(entry_errors(entry), "", "{entry}");
        }
    }

    #[test]
    fn entries_that_cannot_match_say_what_is_missing() {
        for (entry, expected) in [
            (
                "ZohoBooks.invoices",
                "[ZohoBooks.invoices] the operation is missing in `ZohoBooks.invoices` (write \
                 `ZohoBooks.invoices.READ`, or `ZohoBooks.invoices.*` for every operation)",
            ),
            (
                "ZohoBooks.fullaccess",
                "[ZohoBooks.fullaccess] the operation is missing in `ZohoBooks.fullaccess` (write \
                 `ZohoBooks.fullaccess.all`)",
            ),
            (
                "ZohoBooks.read",
                "[ZohoBooks.read] `ZohoBooks.read` names no resource (write `ZohoBooks.**.read` for this operation on \
                 everything in the service)",
            ),
            (
                "\"*.{READ,CREATE}\"",
                "[\"*.{READ,CREATE}\"] `*.{READ,CREATE}` names no resource (write `**.{READ,CREATE}` for this \
                 operation on everything)",
            ),
            (
                "ZohoBooks.*",
                "[ZohoBooks.*] `ZohoBooks.*` has two parts only, and a scope has one, or three and more (write \
                 `ZohoBooks.**` for everything in the service)",
            ),
            (
                "ZohoBooks",
                "[ZohoBooks] `ZohoBooks` is no scope: the one-word scopes are `openid`, `email`, `profile` and `phone` \
                 (write `ZohoBooks.**` for everything in a service)",
            ),
            (
                "ZohoBooks.invoices.READ,ZohoBooks.contacts.READ",
                "[ZohoBooks.invoices.READ,ZohoBooks.contacts.READ] \
                 `ZohoBooks.invoices.READ,ZohoBooks.contacts.READ` holds several scopes (one entry a line)",
            ),
            ("openid email", "[openid email] `openid email` holds several scopes (one entry a line)"),
            (
                "\"ZohoBooks.inv*.READ\"",
                "[inv*] `*` stands for a whole part, so `inv*` is not a pattern (`*` is one part, `**` any number of \
                 parts, `{a,b}` either of them)",
            ),
            (
                "\"**.a.**.b.**.c.**\"",
                "[\"**.a.**.b.**.c.**\"] `**` stands more than 3 times in `**.a.**.b.**.c.**` (`**` already stands \
                 for any number of parts)",
            ),
            ("[a]", "[[] expected a scope pattern, found a list"),
            ("''", "[''] expected a scope pattern, found an empty text"),
        ] {
            assert_eq!(entry_errors(entry), expected, "{entry}");
        }
        let long = format!("ZohoBooks.{}.READ", "a".repeat(600));
        assert!(entry_errors(&long).contains("longer than 512 bytes"));
    }

    #[test]
    fn an_escaped_entry_is_marked_as_a_whole() {
        let found = entry_errors(r#""ZohoBooks.\u0061\u001b.READ""#);
        assert!(found.starts_with(r#"["ZohoBooks.\u0061\u001b.READ"] `\u{1b}` cannot stand in a scope"#), "{found}");
    }

    #[test]
    fn an_entry_keeps_pattern_text_and_place() {
        let text = "version: 1\ndeny: [\"**.DELETE\"]\n";
        let (policy, sources) = fixture::load_files(&[("p", text)]);
        let entry = &policy.unwrap().deny[0];
        assert!(entry.pattern.matches(&"Desk.tickets.DELETE".parse::<Scope>().unwrap()));
        assert_eq!(entry.text, "**.DELETE");
        assert_eq!(sources.get(entry.place.source).slice(entry.place.span), "\"**.DELETE\"");
    }

    #[test]
    fn client_ids_have_the_vendors_form_and_others_are_not_repeated() {
        let id = "1000.GMB0YULZHJK411248S8I5GZ4CHUEX0";
        for (written, good) in [
            (id.to_owned(), true),
            (id.replacen("1000", "1004", 1), true),
            (id.replacen("1000", "1010", 1), false),
            (id.to_lowercase(), false),
            (id[..34].to_owned(), false),
            (format!("{id}X"), false),
            ("hunter2".to_owned(), false),
            ("0c".repeat(21), false),
            (format!("1000.{}.{}", "a".repeat(32), "b".repeat(32)), false),
        ] {
            let text = format!("version: 1\napps: {{ x: {{ clients: ['{written}'] }} }}\n");
            let (policy, sources) = fixture::load_files(&[("p", &text)]);
            match policy {
                Ok(policy) => {
                    assert!(good, "{written}");
                    assert_eq!(policy.apps[0].clients[0].value, written);
                }
                Err(errors) => {
                    assert!(!good, "{written}");
                    let [(source, problem)] = errors.problems.as_slice() else { panic!("{errors:?}") };
                    assert!(!format!("{problem:?}").contains(&written), "{problem:?}");
                    let secret = problem.message.contains("token or a client secret");
                    assert_eq!(!sources.get(*source).text().contains(&written), secret, "{written}");
                    assert_eq!(secret, written.len() > 40, "{problem:?}");
                }
            }
        }
    }

    #[test]
    fn calls_have_a_method_and_a_path() {
        let text = "version: 1\napps:\n  x:\n    calls:\n    - get /books/v3/invoices/{id}\n";
        let policy = fixture::load(text).unwrap();
        let call = &policy.apps[0].calls[0];
        assert_eq!((call.method, call.path.as_str()), ("GET", "/books/v3/invoices/{id}"));
        let text = "version: 1\napps:\n  x:\n    calls:\n    - GET https://sign.zoho.eu/api/v1/requests\n";
        assert_eq!(fixture::load(text).unwrap().apps[0].calls[0].path, "https://sign.zoho.eu/api/v1/requests");
        let text =
            "version: 1\napps:\n  x:\n    calls:\n    - GETT /a\n    - /a\n    - GET http://h/a\n    - GET /a?b=c\n";
        assert_eq!(
            errors(&[("p", text)]),
            "p:5:7 [GETT /a] `GETT` is not an HTTP method (did you mean `GET`?)\n\
             p:6:7 [/a] `/a` is not an API call (write method and path: `GET /books/v3/invoices`)\n\
             p:7:7 [GET http://h/a] `http://h/a` is not a path (begin at the `/` after the host, or with `https://` and the \
             host)\n\
             p:8:7 [GET /a?b=c] `/a?b=c` is not a path (leave the query out)\n"
        );
    }

    #[test]
    fn data_classes_are_given_to_resources() {
        let text = "version: 1\ndata:\n  ZohoBooks.settings: [configuration, personal, configuration]\n  Desk.**: []\n";
        let policy = fixture::load(text).unwrap();
        let named =
            |data: &crate::policy::DataOverride| data.classes.iter().map(|class| class.as_str()).collect::<Vec<_>>();
        let found: Vec<_> = policy.data.iter().map(|data| (data.pattern.to_string(), named(data))).collect();
        let expected =
            [("zohobooks.settings".to_owned(), vec!["configuration", "personal"]), ("desk.**".to_owned(), vec![])];
        assert_eq!(found, expected);
        let text = "version: 1\ndata:\n  ZohoBooks: [finnacial]\n  Desk.tickets: personal\n";
        assert_eq!(
            errors(&[("p", text)]),
            "p:3:3 [ZohoBooks] `ZohoBooks` names no resource (write `ZohoBooks.**` for every resource of the \
             service)\n\
             p:3:15 [finnacial] `finnacial` is not a data class (did you mean `financial`?)\n\
             p:4:17 [personal] expected a list of data classes, found a single value (a list of one is written \
             `[…]`, or `- …` on a line of its own)\n"
        );
    }
}
