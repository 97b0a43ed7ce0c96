//! Parts of a scope that a program fills in: `${module}`, `{module}`, `%s`, `<module>`, `:module` and their like.

/// The longest expression in a placeholder, in bytes.
const LONGEST: usize = 160;

/// Tags of HTML that may stand where a placeholder could.
const TAGS: [&str; 16] =
    ["a", "b", "br", "code", "div", "em", "hr", "i", "kbd", "li", "p", "pre", "span", "strong", "td", "wbr"];

/// A placeholder: the name in its one form, `{name}`, and where it ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placeholder {
    pub(super) name: String,
    pub(super) end: usize,
}

/// The placeholder that begins at a place.
pub(super) fn placeholder(text: &str, at: usize) -> Option<Placeholder> {
    let rest = text.get(at..text.floor_char_boundary(text.len().min(at + LONGEST)))?;
    let found = |inner: &str, length: usize| Some(Placeholder { name: braced(inner), end: at + length });
    let bytes = rest.as_bytes();
    match bytes.first()? {
        b'$' | b'#' | b'%' if bytes.get(1) == Some(&b'{') => {
            let length = closing(bytes, 1)?;
            found(rest.get(2..length - 1)?, length)
        }
        b'{' => {
            let length = closing(bytes, 0)?;
            let inner = rest.get(1..length - 1)?;
            // `{CREATE,UPDATE}` is a choice in somebody's prose.
            (!inner.contains([',', '"', ';'])).then(|| found(inner, length))?
        }
        b'%' => match bytes.get(1)? {
            b's' | b'd' | b'v' | b'@' => found("", 2),
            b'(' => {
                let length = rest.find(")s")? + 2;
                found(rest.get(2..length - 2).filter(|name| is_label(name))?, length)
            }
            b'1'..=b'9' if bytes.get(2..4) == Some(b"$s") => found("", 4),
            _ => None,
        },
        b'<' => {
            let inner = rest.get(1..rest.find('>')?).filter(|name| is_label(name))?;
            let is_tag = TAGS.iter().any(|tag| tag.eq_ignore_ascii_case(inner));
            (!is_tag).then(|| found(inner, inner.len() + 2))?
        }
        b'&' => {
            let inner = rest.strip_prefix("&lt;")?;
            let inner = inner.get(..inner.find("&gt;")?).filter(|name| is_label(name))?;
            found(inner, inner.len() + 8)
        }
        b'[' => {
            let inner = rest.get(1..rest.find(']')?).filter(|name| is_label(name))?;
            found(inner, inner.len() + 2)
        }
        b':' | b'$' => {
            let name = rest.get(1..)?;
            let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            begins.then(|| found(name.get(..length)?, length + 1))?
        }
        _ => None,
    }
}

/// A placeholder for what an expression gives, in the one form.
pub(super) fn braced(expression: &str) -> String {
    let call = expression.find(['(', '[', '?', '|']);
    let chain = expression.get(..call.unwrap_or(expression.len())).unwrap_or("");
    let clean = |name: &str| name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    let mut names: Vec<String> = chain.split(['.', '>', ' ', ':']).map(clean).filter(|name| !name.is_empty()).collect();
    // `module.toLowerCase()` is about the module.
    if call.is_some() && names.len() > 1 {
        names.pop();
    }
    let name = names.pop().unwrap_or_default();
    if name.is_empty() { "{value}".to_owned() } else { format!("{{{name}}}") }
}

/// Where the braces that open at a place are closed.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate().take(LONGEST).skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b'\n' | b'\r' => return None,
            _ => {}
        }
    }
    None
}

/// Whether a text is what people write between angle brackets for something to be filled in.
fn is_label(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ' | '\\');
    text.len() <= 40 && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_notation_has_one_form() {
        for (text, name, rest) in [
            ("${module}.READ", "{module}", ".READ"),
            ("${module.toLowerCase()}.READ", "{module}", ".READ"),
            ("${moduleOf(ctx).toLowerCase()}.x", "{moduleOf}", ".x"),
            ("${ { a: 1 }.b }.x", "{b}", ".x"),
            ("#{self.module}.READ", "{module}", ".READ"),
            ("{module_name}.READ", "{module_name}", ".READ"),
            ("{module\\_name}.READ", "{module_name}", ".READ"),
            ("{{ module }}.READ", "{module}", ".READ"),
            ("{$module}.READ", "{module}", ".READ"),
            ("{}.READ", "{value}", ".READ"),
            ("%s.READ", "{value}", ".READ"),
            ("%1$s.READ", "{value}", ".READ"),
            ("%(module)s.READ", "{module}", ".READ"),
            ("%{module}.READ", "{module}", ".READ"),
            ("<module>.READ", "{module}", ".READ"),
            ("<module name>.READ", "{name}", ".READ"),
            ("&lt;module&gt;.READ", "{module}", ".READ"),
            ("[module].READ", "{module}", ".READ"),
            (":module.READ", "{module}", ".READ"),
            ("$module.READ", "{module}", ".READ"),
            ("$this->module.READ", "{this}", "->module.READ"),
        ] {
            let found = placeholder(text, 0).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((found.name.as_str(), &text[found.end..]), (name, rest), "{text}");
        }
        for text in ["", "x", "{a,b}", "{a", "${a\n}", "<b>", "<br>", "</x>", "%x", "% s", ":", ": a", "$", "[0]", "[]"]
        {
            assert_eq!(placeholder(text, 0), None, "{text}");
        }
    }
}
