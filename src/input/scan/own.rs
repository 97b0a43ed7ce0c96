//! Documents of zscope's own, known by what stands in them and not by their names: what a report tells, a policy allows,
//! a baseline knows or a lock records is not what a program asks for.

/// How much of a document's beginning is looked at, in bytes.
const HEAD: usize = 4096;

/// The keys of a policy's top level.
const POLICY: [&str; 19] = [
    "allow",
    "apps",
    "baseline",
    "calls",
    "catalog",
    "comments",
    "data",
    "default",
    "deny",
    "description",
    "extends",
    "max-waiver-days",
    "mentions",
    "name",
    "rule-pages",
    "rules",
    "tests",
    "version",
    "waivers",
];

/// Keys without which a file is no policy.
const POLICY_SIGNS: [&str; 7] = ["allow", "apps", "default", "deny", "extends", "rules", "waivers"];

/// What kind of document of zscope's a text is; `None` for any other.
pub(super) fn document(text: &[u8]) -> Option<&'static str> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    let head = String::from_utf8_lossy(text.get(..text.len().min(HEAD)).unwrap_or(&[]));
    match text.first()? {
        b'{' => of_json(&head),
        b'<' => {
            let lower = head.to_ascii_lowercase();
            let html =
                lower.starts_with("<!doctype html") && lower.contains("<meta name=\"generator\" content=\"zscope ");
            let junit = lower.starts_with("<?xml") && lower.contains("<testsuites name=\"zscope");
            (html || junit).then_some("report")
        }
        _ if head.starts_with("path,line,grant,app,data_centre,state,scope,written,verdict,") => Some("report"),
        _ => of_yaml(text),
    }
}

fn of_json(head: &str) -> Option<&'static str> {
    let plain: String = head.chars().filter(|c| !c.is_whitespace()).collect();
    let starts = |text: &str| plain.starts_with(text);
    let report = starts("{\"format_version\":1,\"tool\":{\"name\":\"zscope\"")
        || starts("{\"type\":\"run\",\"format_version\":1,\"tool\":{\"name\":\"zscope\"")
        || starts("{\"$schema\":\"https://")
            && plain.contains("sarif")
            && plain.contains("\"driver\":{\"name\":\"zscope\"");
    if report {
        return Some("report");
    }
    let known = starts("{\"version\":1,\"findings\":[{\"path\":\"") && plain.contains("\"code\":\"ZS")
        || starts("{\"version\":1,\"findings\":[]}");
    known.then_some("baseline")
}

/// A policy or a lock: all keys of the top level are theirs.
fn of_yaml(text: &[u8]) -> Option<&'static str> {
    let text = std::str::from_utf8(text).ok()?;
    let mut keys = Vec::new();
    for line in text.lines() {
        let begins = line.starts_with(|c: char| c.is_ascii_alphabetic());
        if !begins {
            // What is no key stands deeper, is an item, a comment, or the beginning of the document.
            let deeper = line.is_empty() || line.starts_with([' ', '\t', '#', '-', ']', '}']);
            if deeper {
                continue;
            }
            return None;
        }
        let (key, rest) = line.split_once(':')?;
        if !(rest.is_empty() || rest.starts_with([' ', '\r'])) {
            return None;
        }
        keys.push(key);
    }
    let has = |key: &str| keys.contains(&key);
    if !has("version") {
        return None;
    }
    if has("grants") && keys.len() == 2 {
        return Some("lock");
    }
    let policy = keys.iter().all(|key| POLICY.contains(key)) && POLICY_SIGNS.into_iter().any(has);
    policy.then_some("policy")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_documents_are_known_by_what_stands_in_them() {
        for (text, kind) in [
            ("{\n  \"format_version\": 1,\n  \"tool\": {\n    \"name\": \"zscope\",", "report"),
            (
                "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":{\"name\":\"zscope\"",
                "report",
            ),
            ("<!DOCTYPE html>\n<html><head>\n<meta name=\"generator\" content=\"zscope 0.1.0\">", "report"),
            ("path,line,grant,app,data_centre,state,scope,written,verdict,severity\r\n", "report"),
            ("{\"version\": 1, \"findings\": [{\"path\": \"x\", \"code\": \"ZS201\"}]}", "baseline"),
            ("# held\nversion: 1\ngrants:\n  x:\n    eu: []\n", "lock"),
            ("version: 1\ndefault: deny\nallow:\n- a.b.READ\n", "policy"),
        ] {
            assert_eq!(document(text.as_bytes()), Some(kind), "{text}");
        }
        for text in [
            "version: 1\nscope: ZohoBooks.fullaccess.all\n",
            "# zscope.lock\nscope: ZohoBooks.fullaccess.all\n",
            "version: 1\nallow: [a]\nSCOPE: b\n",
            "{\"name\": \"zscope\", \"scope\": \"ZohoBooks.fullaccess.all\"}",
            "<html><meta name=\"generator\" content=\"other\">",
            "import zscope\nversion = 1\n",
            "",
        ] {
            assert_eq!(document(text.as_bytes()), None, "{text}");
        }
    }
}
