//! Where a secret is found.

use std::fmt;
use std::path::{Path, PathBuf};

/// What may stand before the colon, with what follows it, for messages.
pub(super) const FORMS: &str = "`env:NAME`, `file:PATH` or `cmd:PROGRAM ARGUMENTS`";

/// Where a secret is found. Displayed, it shows the program of a command without its arguments, which may be secret.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Whereabouts {
    /// In an environment variable.
    Env(String),
    /// In a file, on its first line.
    File {
        /// The path as written.
        written: String,
        /// The path joined to the inventory's folder.
        path: PathBuf,
    },
    /// In the first line that a program prints. It is started without a shell, in the inventory's folder.
    Command {
        /// The program and its arguments; at least one word.
        words: Vec<String>,
        /// The inventory's folder.
        folder: PathBuf,
    },
}

/// What is wrong with a text that should say where a secret is found: message and help. Neither repeats the text.
pub(super) type Wrong = (&'static str, String);

impl Whereabouts {
    /// Reads `env:NAME`, `file:PATH` or `cmd:PROGRAM ARGUMENTS`. `folder` is where relative paths begin.
    pub(super) fn parse(text: &str, folder: &Path) -> Result<Self, Wrong> {
        let Some((kind, rest)) = text.split_once(':') else {
            return Err(literal());
        };
        match kind {
            "env" => {
                let mut letters = rest.chars();
                let good = letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
                    && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
                if good {
                    return Ok(Self::Env(rest.to_owned()));
                }
                let help = "write `env:` and letters, digits and underscores, for example `env:BOOKS_CLIENT_SECRET`";
                Err(("this is not the name of an environment variable", help.to_owned()))
            }
            "file" if rest.trim().is_empty() => {
                Err(("the path is missing", "write it after `file:`, relative to the inventory's folder".to_owned()))
            }
            "file" => Ok(Self::File { written: rest.to_owned(), path: folder.join(rest) }),
            "cmd" => match shlex::split(rest) {
                Some(words) if words.first().is_some_and(|program| !program.is_empty()) => {
                    Ok(Self::Command { words, folder: folder.to_owned() })
                }
                Some(_) => Err(("the program is missing", "write it after `cmd:`, with its arguments".to_owned())),
                None => Err(("a quote in the command is not closed", "close it, or escape it with `\\`".to_owned())),
            },
            _ => Err(literal()),
        }
    }
}

fn literal() -> Wrong {
    (
        "a value stands here instead of the place where it is found",
        format!("write {FORMS}; if the value was a secret, take it out of the file and revoke it"),
    )
}

/// Whether a text begins like one that says where a secret is found.
pub(super) fn is_whereabouts(text: &str) -> bool {
    ["env:", "file:", "cmd:"].iter().any(|kind| text.starts_with(kind))
}

impl fmt::Display for Whereabouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => write!(f, "env:{name}"),
            Self::File { written, .. } => write!(f, "file:{written}"),
            Self::Command { words, .. } => {
                let program = words.first().map_or("", String::as_str);
                let rest = if words.len() > 1 { " …" } else { "" };
                write!(f, "cmd:{program}{rest}")
            }
        }
    }
}

impl fmt::Debug for Whereabouts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_are_read_and_nothing_else() {
        for (text, expected) in [
            ("env:BOOKS_SECRET", Ok("env:BOOKS_SECRET")),
            ("env:_x1", Ok("env:_x1")),
            ("file:secrets/books.token", Ok("file:secrets/books.token")),
            ("file:/run/secrets/books", Ok("file:/run/secrets/books")),
            ("cmd:pass", Ok("cmd:pass")),
            ("cmd:vault kv get -field 'refresh token' hunter2", Ok("cmd:vault …")),
            ("env:", Err("this is not the name of an environment variable")),
            ("env:1X", Err("this is not the name of an environment variable")),
            ("env:A-B", Err("this is not the name of an environment variable")),
            ("file: ", Err("the path is missing")),
            ("cmd:", Err("the program is missing")),
            ("cmd:''", Err("the program is missing")),
            ("cmd:echo 'x", Err("a quote in the command is not closed")),
            ("hunter2", Err("a value stands here instead of the place where it is found")),
            ("vault:hunter2", Err("a value stands here instead of the place where it is found")),
            ("ENV:X", Err("a value stands here instead of the place where it is found")),
        ] {
            let found = Whereabouts::parse(text, Path::new("folder"));
            let found = found.map(|place| place.to_string()).map_err(|(message, _)| message);
            assert_eq!(found, expected.map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn words_of_a_command_follow_the_shells_rules_for_quotes() {
        let Ok(Whereabouts::Command { words, folder }) =
            Whereabouts::parse(r#"cmd:get "a b" 'c d' e\ f"#, Path::new("x"))
        else {
            panic!("a command")
        };
        assert_eq!(words, ["get", "a b", "c d", "e f"]);
        assert_eq!(folder, Path::new("x"));
        let shown = format!("{:?}", Whereabouts::Command { words, folder });
        assert_eq!(shown, "cmd:get …");
    }
}
