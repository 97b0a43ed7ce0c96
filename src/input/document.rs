//! JSON and YAML documents that hold lists of scopes at any depth.

use super::recognise::{looks_like_scope, mentions_scopes, mostly_scopes, names_scopes};
use super::scalar::Alignment;
use super::{List, Request, read_list, read_url, url};
use crate::scope::Scope;
use crate::text::{Problem, SourceId, Span};
use crate::yaml::{self, Entry, Node, Value};

/// Reads the lists of scopes of one JSON or YAML document.
///
/// A list is the value of a key that [`names_scopes`]: a string, a list of strings, or a mapping whose keys are scopes
/// (`scopes` of `OpenAPI`'s `securitySchemes`) or name lists of their own. Each such value is one request. Values in
/// which nothing looks like a scope of Zoho's are left out. So is everything else, but for two: consent URLs that name
/// scopes, at any key, and a document that is itself a string or a list of strings.
///
/// # Errors
///
/// What [`yaml::parse`] reports: the text is no YAML and no JSON, a key stands twice, or it holds several documents.
pub fn read_document(source: SourceId, text: &str) -> Result<Vec<Request>, Vec<Problem>> {
    let root = yaml::parse(text)?;
    let mut reader = Reader { source, text, requests: Vec::new() };
    reader.root(&root);
    Ok(reader.requests)
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    requests: Vec<Request>,
}

impl Reader<'_> {
    fn root(&mut self, node: &Node) {
        match &node.value {
            Value::Null | Value::Mapping(_) => self.search(node),
            Value::Scalar(_) => self.value(node, mentions_scopes),
            Value::Sequence(items) => {
                let (scalars, others): (Vec<&Node>, Vec<&Node>) =
                    items.iter().partition(|item| matches!(item.value, Value::Scalar(_)));
                let mut list = List::default();
                self.gather(scalars, &mut list);
                // A list of nothing but strings was given as a list of scopes, whatever they look like.
                if others.is_empty() || mentions_scopes(&list) {
                    self.push(list);
                }
                for item in others {
                    self.search(item);
                }
            }
        }
    }

    /// Looks for lists of scopes in a node that is not named like one.
    fn search(&mut self, node: &Node) {
        match &node.value {
            Value::Null => {}
            Value::Scalar(text) => {
                self.consent_url(text, node.span);
            }
            Value::Sequence(items) => items.iter().for_each(|item| self.search(item)),
            Value::Mapping(entries) => {
                for entry in entries {
                    if names_scopes(&entry.key) {
                        self.value(&entry.value, mentions_scopes);
                    } else {
                        self.search(&entry.value);
                    }
                }
            }
        }
    }

    /// Reads the value of a key that is named like a list of scopes. `counts` says which strings are such lists.
    fn value(&mut self, node: &Node, counts: fn(&List) -> bool) {
        match &node.value {
            Value::Null => {}
            Value::Scalar(text) => {
                if !self.consent_url(text, node.span) {
                    let list = self.list(text, node.span);
                    if counts(&list) {
                        self.push(list);
                    }
                }
            }
            Value::Sequence(items) => {
                let mut list = List::default();
                self.gather(items, &mut list);
                if mentions_scopes(&list) {
                    self.push(list);
                }
            }
            Value::Mapping(entries) => self.mapping(entries),
        }
    }

    fn mapping(&mut self, entries: &[Entry]) {
        if !self.keys_are_scopes(entries) {
            // `scopes: {crm: […], books: […]}`, and `scope: {default: …, description: …}` beside it.
            for entry in entries {
                self.value(&entry.value, if names_scopes(&entry.key) { mentions_scopes } else { mostly_scopes });
            }
            return;
        }
        let mut list = List::default();
        for entry in entries {
            list.append(self.list(&entry.key, entry.key_span), None);
            if !matches!(entry.value.value, Value::Scalar(_)) {
                self.search(&entry.value);
            }
        }
        self.push(list);
    }

    /// Collects the scopes of a list's elements: strings, and mappings that describe a scope each.
    fn gather<'n>(&mut self, items: impl IntoIterator<Item = &'n Node>, list: &mut List) {
        for item in items {
            match &item.value {
                Value::Null => {}
                Value::Scalar(text) => {
                    if !self.consent_url(text, item.span) {
                        list.append(self.list(text, item.span), None);
                    }
                }
                Value::Sequence(items) => self.gather(items, list),
                Value::Mapping(entries) => {
                    for entry in entries {
                        if self.key_is_scope(entry) {
                            list.append(self.list(&entry.key, entry.key_span), None);
                        }
                        let mut found = List::default();
                        self.gather([&entry.value], &mut found);
                        if mostly_scopes(&found) {
                            list.append(found, None);
                        }
                    }
                }
            }
        }
    }

    /// Whether the keys of a mapping are the scopes: one looks like it, or all are OIDC scopes with a description.
    fn keys_are_scopes(&self, entries: &[Entry]) -> bool {
        let word = |entry: &Entry| looks_like_scope(&entry.key) && self.describes(&entry.value);
        entries.iter().any(|entry| self.key_is_scope(entry)) || (!entries.is_empty() && entries.iter().all(word))
    }

    /// Whether a key is a scope, be it a wrong one, and not the name of a list (`zoho.crm: [ZohoCRM.modules.READ]`).
    fn key_is_scope(&self, entry: &Entry) -> bool {
        let dotted = entry.key.contains('.') && looks_like_scope(&entry.key);
        dotted && (entry.key.parse::<Scope>().is_ok() || self.describes(&entry.value))
    }

    /// Whether a value can be the description of a scope: nothing, or prose.
    fn describes(&self, node: &Node) -> bool {
        match &node.value {
            Value::Null => true,
            Value::Scalar(text) => !mostly_scopes(&read_list(self.source, text, 0)),
            Value::Sequence(_) | Value::Mapping(_) => false,
        }
    }

    /// The list that a scalar holds, with places in the document.
    fn list(&self, value: &str, span: Span) -> List {
        let mut list = read_list(self.source, value, 0);
        let locate = self.locator(value, span);
        for item in &mut list.items {
            item.place.span = locate(item.place.span);
            if let Some(stray) = &mut item.stray {
                stray.span = locate(stray.span);
            }
        }
        list
    }

    /// Takes a scalar that is a consent URL with scopes as a request of its own.
    fn consent_url(&mut self, value: &str, span: Span) -> bool {
        if !url::asks_for_scopes(self.source, value) {
            return false;
        }
        let Some(mut request) = read_url(self.source, value, 0) else { return false };
        request.relocate(self.locator(value, span));
        self.requests.push(request);
        true
    }

    /// Turns spans in a scalar's value into spans in the document; into the whole scalar where that is not possible.
    fn locator(&self, value: &str, whole: Span) -> impl Fn(Span) -> Span {
        let written = self.text.get(whole.start..whole.end).unwrap_or("");
        let alignment = Alignment::new(written, value);
        move |span| {
            let found = alignment.as_ref().and_then(|alignment| alignment.source_span(span));
            found.map_or(whole, |found| found.shifted(whole.start))
        }
    }

    fn push(&mut self, list: List) {
        self.requests.extend(Request::of_list(self.source, list));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::input::samples::{check_places, messages, scopes_of, sources};

    fn read(text: &str) -> Vec<String> {
        let (sources, id) = sources(text);
        let requests = read_document(id, text).unwrap_or_else(|problems| panic!("{text}: {problems:?}"));
        for request in &requests {
            check_places(&sources, &request.items);
            assert_eq!(request.place.span.start, request.items[0].place.span.start, "{text}");
        }
        scopes_of(&requests)
    }

    #[test]
    fn every_shape_of_a_list_is_one_request() {
        for (text, expected) in [
            (r#"{"scope": "A.b.READ,A.c.READ"}"#, &["A.b.READ|A.c.READ"][..]),
            (
                r#"{"a": [{"oauthScopes": ["A.b.READ", "A.c.READ openid"]}], "ZOHO_SCOPE": "email"}"#,
                &["A.b.READ|A.c.READ|openid", "email"],
            ),
            ("\t{\n\t\"scopes\"\t: \"A.b.READ\"\n}", &["A.b.READ"]),
            ("scope: A.b.READ, A.c.READ # both\n", &["A.b.READ|A.c.READ"]),
            ("scopes:\n- A.b.READ\n- 'A.c.READ'\n", &["A.b.READ|A.c.READ"]),
            ("a: &s [A.b.READ]\n", &[]),
            ("scope: |\n  A.b.READ\n  A.c.READ\n", &["A.b.READ|A.c.READ"]),
            ("scope: >-\n  A.b.READ,\n  A.c.READ\n", &["A.b.READ|A.c.READ"]),
            (
                "flows:\n  scopes:\n    A.b.READ: reads b, see www.x.org\n    A.c.READ: reads c\n",
                &["A.b.READ|A.c.READ"],
            ),
            ("scopes: {openid: sign in, email: ''}\n", &["openid|email"]),
            ("scopes: {crm: [A.b.READ], books: 'B.b.READ,B.c.READ'}\n", &["A.b.READ", "B.b.READ|B.c.READ"]),
            ("scopes: {email: [A.b.READ]}\n", &["A.b.READ"]),
            ("scopes: {a.b: [A.b.READ], a.c: 'A.c.READ,A.d.READ'}\n", &["A.b.READ", "A.c.READ|A.d.READ"]),
            ("scopes: {A.send: sends mail, A.b.READ: {why: needed}}\n", &["A.send|A.b.READ"]),
            ("scope: {default: A.b.READ, description: 'what www.x.org may do here'}\n", &["A.b.READ"]),
            ("scopes:\n- {name: A.b.READ, why: needed}\n- A.c.READ: read c\n", &["A.b.READ|A.c.READ"]),
            (r#"["A.b.READ", "nonsense"]"#, &["A.b.READ|nonsense"]),
            (r#"["nonsense"]"#, &["nonsense"]),
            (r#"["nonsense", {"scope": "A.b.READ"}]"#, &["A.b.READ"]),
            ("\"A.b.READ,A.c.READ\"", &["A.b.READ|A.c.READ"]),
            ("\u{feff}scope: A.b.READ\n", &["A.b.READ"]),
            ("auth: https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ&x=1\n", &["A.b.READ"]),
            ("scope: 'https://accounts.zoho.eu/oauth/v2/auth?scope=A.b.READ'\n", &["A.b.READ"]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_zohos_is_left_out() {
        for text in [
            "{}",
            "[]",
            "",
            r#"{"scope": "global", "scopes": ["read:user", "repo"]}"#,
            "scope: https://www.googleapis.com/auth/drive\n",
            "scope:\nscopes: []\n",
            "scope: 1.5\n",
            "scope: {a: {b: c}}\n",
            "microscope: A.b.READ\n",
            "authorizationUrl: https://accounts.zoho.eu/oauth/v2/auth\n",
        ] {
            assert_eq!(read(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn places_hold_through_escapes_and_fall_back_to_the_value() {
        for (text, expected) in [
            (r#"{"scope": "A\u002eb.READ\nA.c.READ."}"#, &[r"A\u002eb.READ", "A.c.READ"][..]),
            ("é: ü\nscope: \"A.b.READ,\n  A.c.READ\"\n", &["A.b.READ", "A.c.READ"]),
            ("x: &s A.b.READ A.c.READ\nscope: *s\n", &["*s", "*s"]),
            ("scope: 'A.b.READ A.b.READ'", &["A.b.READ", "A.b.READ"]),
        ] {
            let (sources, id) = sources(text);
            let requests = read_document(id, text).unwrap();
            let items = &requests[0].items;
            let slices: Vec<_> = items.iter().map(|item| sources.get(id).slice(item.place.span)).collect();
            assert_eq!(slices, expected, "{text}");
        }
    }

    #[test]
    fn a_url_inside_a_document_keeps_the_places_of_its_parameters() {
        let text = r#"{"u": "https:\/\/accounts.zoho.eu\/oauth\/v2\/auth?scope=A.b.READ\u0026access_type=offline"}"#;
        let (sources, id) = sources(text);
        let requests = read_document(id, text).unwrap();
        let url = requests[0].url.as_ref().unwrap();
        let slice = |place: crate::text::Place| sources.get(id).slice(place.span);
        assert_eq!(slice(url.place), &text[7..text.len() - 2]);
        assert_eq!(url.param("access_type").map(|param| slice(param.place)), Some("access_type=offline"));
        assert_eq!(slice(requests[0].items[0].place), "A.b.READ");
    }

    #[test]
    fn several_documents_and_broken_ones_are_problems() {
        for (text, message) in [
            ("scope: A.b.READ\n---\nscope: A.c.READ\n", "a second document begins here"),
            ("{\"scope\": \"A.b.READ\"}\n{\"scope\": \"A.c.READ\"}\n", "a second document begins here"),
            ("scope: A.b.READ\nscope: A.c.READ\n", "the key `scope` stands here twice"),
        ] {
            let problems = read_document(sources(text).1, text).unwrap_err();
            assert_eq!(messages(&problems), [message], "{text}");
            assert!(problems[0].help.is_some() && problems[0].span.start > 0, "{problems:?}");
        }
        assert!(read_document(sources("").1, "{\"scope\": [").is_err());
    }

    proptest! {
        #[test]
        fn any_document_is_read(text in "(scopes?: ?|[-{}\\[\\],:\"'|>&*#\n ]|A\\.b\\.READ|/oauth/v2/auth\\?scope=|\\PC){0,24}") {
            let (sources, id) = sources(&text);
            for request in read_document(id, &text).unwrap_or_default() {
                prop_assert!(!request.items.is_empty());
                for item in request.items {
                    prop_assert!(!sources.get(id).slice(item.place.span).is_empty());
                }
            }
        }
    }
}
