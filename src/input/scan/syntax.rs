//! How a file is written, as far as its name tells: enough to tell comments, prose and tables from code.

use std::path::Path;

/// How a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Syntax {
    pub(super) family: Family,
    /// What opens comments: the marks of [`Comments`] that count.
    pub(super) comments: Comments,
    /// The file belongs to tests: what it holds is expected or recorded, and not to be changed.
    pub(super) of_tests: bool,
}

/// Families of notations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Family {
    /// Nobody said; text in lines.
    #[default]
    Unknown,
    Code,
    /// Keys and values.
    Data,
    Xml,
    Html,
    /// Markdown and its like.
    Prose,
    /// Rows with cells.
    Table,
    Sql,
    Notebook,
}

/// What opens comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comments(u16);

impl Comments {
    pub(super) const HASH: Self = Self(1);
    pub(super) const SLASHES: Self = Self(1 << 1);
    pub(super) const DASHES: Self = Self(1 << 2);
    pub(super) const SEMICOLON: Self = Self(1 << 3);
    pub(super) const PERCENT: Self = Self(1 << 4);
    pub(super) const QUOTE: Self = Self(1 << 5);
    pub(super) const REMARK: Self = Self(1 << 6);
    /// `/* */`
    pub(super) const BLOCK: Self = Self(1 << 7);
    /// `<!-- -->`
    pub(super) const ANGLE: Self = Self(1 << 8);
    /// Texts in three quotes that are no value.
    pub(super) const TRIPLE: Self = Self(1 << 9);
    /// `<# #>`
    pub(super) const POWERSHELL: Self = Self(1 << 10);
    /// `{- -}`
    pub(super) const HASKELL: Self = Self(1 << 11);
    const NONE: Self = Self(0);

    const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn has(self, mark: Self) -> bool {
        self.0 & mark.0 != 0
    }
}

impl Default for Comments {
    fn default() -> Self {
        Self::HASH.and(Self::SLASHES).and(Self::BLOCK).and(Self::ANGLE)
    }
}

const C: Comments = Comments::SLASHES.and(Comments::BLOCK);

impl Syntax {
    /// Whether the file is read as a scan reads it, and not as a list or a document.
    #[must_use]
    pub fn is_known_to_scans(self) -> bool {
        !matches!(self.family, Family::Unknown | Family::Data)
    }

    /// Whether the file holds keys and values.
    #[must_use]
    pub(in crate::input) fn is_of_data(self) -> bool {
        self.family == Family::Data
    }

    /// Whether the file is for people to read: its scopes stand among words.
    #[must_use]
    pub fn is_of_words(self) -> bool {
        matches!(self.family, Family::Prose | Family::Html | Family::Table)
    }

    /// What opens and closes a comment on a line of its own; nothing where the notation has none.
    #[must_use]
    pub fn comment(self) -> Option<(&'static str, &'static str)> {
        const MARKS: [(Comments, (&str, &str)); 9] = [
            (Comments::SLASHES, ("//", "")),
            (Comments::HASH, ("#", "")),
            (Comments::DASHES, ("--", "")),
            (Comments::SEMICOLON, (";", "")),
            (Comments::PERCENT, ("%", "")),
            (Comments::QUOTE, ("'", "")),
            (Comments::REMARK, ("::", "")),
            (Comments::BLOCK, ("/*", "*/")),
            (Comments::ANGLE, ("<!--", "-->")),
        ];
        let is_unknown = self.family == Family::Unknown;
        let mark = MARKS.into_iter().find(|(mark, _)| self.comments.has(*mark)).map(|(_, comment)| comment);
        if is_unknown { Some(("#", "")) } else { mark }.filter(|_| self.family != Family::Notebook)
    }

    /// How a file of that name is written.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let (family, comments) = match extension {
            "py" | "pyi" | "pyw" | "ex" | "exs" => (Family::Code, Comments::HASH.and(Comments::TRIPLE)),
            "rb" | "sh" | "bash" | "zsh" | "fish" | "pl" | "pm" | "r" | "jl" | "coffee" | "tcl" | "nix" | "graphql"
            | "mk" | "cmake" | "awk" | "cr" | "rake" | "gemspec" => (Family::Code, Comments::HASH),
            "ps1" | "psm1" | "psd1" => (Family::Code, Comments::HASH.and(Comments::POWERSHELL)),
            "php" | "tf" | "tfvars" | "hcl" | "groovy" => (Family::Code, Comments::HASH.and(C)),
            "js" | "mjs" | "cjs" | "ts" | "mts" | "cts" | "jsx" | "tsx" | "java" | "c" | "h" | "cc" | "cpp" | "cxx"
            | "hpp" | "cs" | "go" | "rs" | "kt" | "kts" | "swift" | "scala" | "dart" | "gradle" | "cls" | "apex"
            | "trigger" | "dg" | "ds" | "deluge" | "m" | "mm" | "proto" | "zig" | "sol" | "v" | "jsonc" | "json5"
            | "css" | "scss" | "less" | "fs" | "fsx" | "fsi" | "pkl" | "hx" | "d" | "vala" => (Family::Code, C),
            "vue" | "svelte" | "astro" | "razor" | "cshtml" | "erb" | "ejs" => (Family::Code, C.and(Comments::ANGLE)),
            "lua" | "elm" | "ada" | "vhdl" => (Family::Code, Comments::DASHES),
            "hs" => (Family::Code, Comments::DASHES.and(Comments::HASKELL)),
            "clj" | "cljs" | "edn" | "lisp" | "el" | "scm" | "asm" | "ahk" => (Family::Code, Comments::SEMICOLON),
            "erl" | "hrl" | "tex" | "matlab" => (Family::Code, Comments::PERCENT),
            "vb" | "bas" | "vbs" | "frm" => (Family::Code, Comments::QUOTE),
            "bat" | "cmd" => (Family::Code, Comments::REMARK),
            "sql" | "psql" | "ddl" => (Family::Sql, Comments::DASHES.and(Comments::BLOCK)),
            "json" | "har" | "webmanifest" | "arb" | "avsc" => (Family::Data, Comments::NONE),
            "yaml" | "yml" | "toml" | "env" | "properties" | "conf" | "cfg" | "editorconfig" => {
                (Family::Data, Comments::HASH)
            }
            "ini" => (Family::Data, Comments::HASH.and(Comments::SEMICOLON)),
            "xml" | "plist" | "config" | "csproj" | "resx" | "xsd" | "svg" | "pom" => (Family::Xml, Comments::ANGLE),
            "html" | "htm" | "xhtml" => (Family::Html, Comments::ANGLE),
            "md" | "markdown" | "mdx" | "mdown" | "mkd" | "rst" | "adoc" | "asciidoc" | "org" | "textile" | "wiki" => {
                (Family::Prose, Comments::ANGLE)
            }
            "csv" | "tsv" | "psv" => (Family::Table, Comments::NONE),
            "ipynb" => (Family::Notebook, Comments::HASH),
            _ if name.starts_with("jenkinsfile") => (Family::Code, Comments::HASH.and(C)),
            _ if name.starts_with("dockerfile") || name.ends_with("file") || name == "procfile" => {
                (Family::Code, Comments::HASH)
            }
            _ if name.starts_with(".env") || name.ends_with("rc") => (Family::Data, Comments::HASH),
            _ => (Family::Unknown, Comments::default()),
        };
        // Of the folders the nearest count: those above may be anybody's.
        let parts: Vec<String> = path
            .components()
            .rev()
            .take(4)
            .map(|part| part.as_os_str().to_string_lossy().to_ascii_lowercase())
            .collect();
        let is_folder = |part: &String| {
            matches!(
                part.as_str(),
                "test"
                    | "tests"
                    | "__tests__"
                    | "spec"
                    | "specs"
                    | "fixtures"
                    | "__fixtures__"
                    | "__snapshots__"
                    | "testdata"
                    | "cassettes"
                    | "mocks"
                    | "__mocks__"
            )
        };
        let stem = name.split('.').next().unwrap_or("");
        let of_tests = parts.iter().skip(1).any(is_folder)
            || name.contains(".test.")
            || name.contains(".spec.")
            || stem.starts_with("test_")
            || stem.ends_with("_test")
            || stem.ends_with("_spec");
        Self { family, comments, of_tests }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_how_files_are_written() {
        for (name, family) in [
            ("a/b.py", Family::Code),
            ("Dockerfile", Family::Code),
            ("Dockerfile.dev", Family::Code),
            (".env.local", Family::Data),
            ("README.MD", Family::Prose),
            ("x.csv", Family::Table),
            ("strings.xml", Family::Xml),
            ("notes", Family::Unknown),
            ("scopes.txt", Family::Unknown),
        ] {
            assert_eq!(Syntax::of(Path::new(name)).family, family, "{name}");
        }
        for name in ["tests/a.py", "src/a.test.ts", "pkg/a_test.go", "spec/fixtures/token.json"] {
            assert!(Syntax::of(Path::new(name)).of_tests, "{name}");
        }
        assert!(!Syntax::of(Path::new("src/contest.py")).of_tests);
    }
}
