//! Laws of `--fix`: files of every language, each with one request that can be mended and with mentions around it that
//! look the same. Only the request changes, the file can be read as before, a second run changes nothing, and the
//! difference that `--diff` shows is what `git apply` takes.

use std::fs;

use crate::run::{Run, zscope};

/// How a language writes comments, requests and mentions; `@` stands for a scope, and in a request for its list.
struct Language {
    name: &'static str,
    comment: &'static str,
    mentions: &'static [&'static str],
    /// A list in one string, and where there is one a list of strings.
    requests: &'static [(&'static str, Items)],
}

#[derive(Clone, Copy)]
enum Items {
    /// `a,b`
    Plain,
    /// `"a", "b"`
    Double,
    /// `'a', 'b'`
    Single,
    /// One a line, after a dash.
    Lines,
}

const LANGUAGES: &[Language] = &[
    Language {
        name: "a.py",
        comment: "# @\n",
        mentions: &["if \"@\" in held:\n    pass\n", "LABELS = {\"@\": \"all of it\"}\n", "assert scope == '@'\n"],
        requests: &[("SCOPES = [@]\n", Items::Double), ("SCOPE = '@'\n", Items::Plain)],
    },
    Language {
        name: "b.js",
        comment: "// @\n",
        mentions: &[
            "if (held.includes('@')) go();\n",
            "const labels = { '@': 'all' };\n",
            "const s = t.replace('@', '');\n",
        ],
        requests: &[("const scopes = [@];\n", Items::Single), ("const scope = `@`;\n", Items::Plain)],
    },
    Language {
        name: "c.ts",
        comment: "/* @ */\n",
        mentions: &["switch (s) { case '@': break; }\n", "expect(scopes).toEqual(['@']);\n"],
        requests: &[("const scopes: string[] = [@];\n", Items::Single)],
    },
    Language {
        name: "d.go",
        comment: "// @\n",
        mentions: &[
            "var labels = map[string]string{\n\t\"@\": \"all\",\n}\n",
            "func f() bool { return scope == \"@\" }\n",
        ],
        requests: &[("var scopes = []string{@}\n", Items::Double), ("const scope = \"@\"\n", Items::Plain)],
    },
    Language {
        name: "E.java",
        comment: "// @\n",
        mentions: &["boolean f() { return held.contains(\"@\"); }\n", "boolean g() { return \"@\".equals(scope); }\n"],
        requests: &[("String SCOPE = \"@\";\n", Items::Plain), ("List<String> scopes = List.of(@);\n", Items::Double)],
    },
    Language {
        name: "F.cs",
        comment: "// @\n",
        mentions: &["if (scope == \"@\") return;\n", "if (held.Contains(\"@\")) return;\n"],
        requests: &[("string scope = \"@\";\n", Items::Plain), ("var scopes = new[] { @ };\n", Items::Double)],
    },
    Language {
        name: "g.php",
        comment: "# @\n",
        mentions: &["if (in_array('@', $held)) { go(); }\n", "$labels = ['@' => 'all'];\n"],
        requests: &[("$scopes = [@];\n", Items::Single), ("$scope = '@';\n", Items::Plain)],
    },
    Language {
        name: "h.rb",
        comment: "# @\n",
        mentions: &["return if held.include?('@')\n", "when '@' then 1\n"],
        requests: &[("SCOPES = [@].freeze\n", Items::Single), ("scope = '@'\n", Items::Plain)],
    },
    Language {
        name: "i.sh",
        comment: "# @\n",
        mentions: &["[ \"$scope\" = \"@\" ] && exit\n", "case \"$scope\" in\n  @) exit ;;\nesac\n"],
        requests: &[("export SCOPE=\"@\"\n", Items::Plain)],
    },
    Language {
        name: "j.ps1",
        comment: "# @\n",
        mentions: &["if ($scope -eq '@') { exit }\n"],
        requests: &[("$scope = '@'\n", Items::Plain), ("$scopes = @(@)\n", Items::Single)],
    },
    Language {
        name: "k.swift",
        comment: "// @\n",
        mentions: &["if scope == \"@\" { go() }\n"],
        requests: &[("let scopes = [@]\n", Items::Double)],
    },
    Language {
        name: "l.kt",
        comment: "// @\n",
        mentions: &["if (scope == \"@\") go()\n"],
        requests: &[("val scopes = listOf(@)\n", Items::Double), ("val scope = \"@\"\n", Items::Plain)],
    },
    Language {
        name: "m.rs",
        comment: "// @\n",
        mentions: &["fn f() -> bool { held.contains(\"@\") }\n"],
        requests: &[("const SCOPES: &[&str] = &[@];\n", Items::Double)],
    },
    Language {
        name: "n.lua",
        comment: "-- @\n",
        mentions: &["if scope == \"@\" then go() end\n"],
        requests: &[("local scope = \"@\"\n", Items::Plain)],
    },
    Language {
        name: "o.ex",
        comment: "# @\n",
        mentions: &["if scope == \"@\", do: :ok\n"],
        requests: &[("scopes = [@]\n", Items::Double)],
    },
    Language {
        name: "p.tf",
        comment: "# @\n",
        mentions: &["output \"x\" { value = var.scope == \"@\" }\n"],
        requests: &[("locals { scopes = [@] }\n", Items::Double), ("scope = \"@\"\n", Items::Plain)],
    },
    Language {
        name: "q.yaml",
        comment: "# @\n",
        mentions: &["labels:\n  \"@\": all of it\n"],
        requests: &[("scopes:\n@\n", Items::Lines), ("scope: \"@\"\n", Items::Plain), ("scopes: [@]\n", Items::Double)],
    },
    Language {
        name: "r.toml",
        comment: "# @\n",
        mentions: &["# was \"@\"\n"],
        requests: &[("scopes = [@]\n", Items::Double), ("scope = \"@\"\n", Items::Plain)],
    },
    Language {
        name: "s.env",
        comment: "# ZOHO_SCOPE=@\n",
        mentions: &["# or @\n"],
        requests: &[("ZOHO_SCOPE=@\n", Items::Plain), ("ZOHO_SCOPE=\"@\"\n", Items::Plain)],
    },
    Language {
        name: "t.properties",
        comment: "# @\n",
        mentions: &["# zoho.scope=@\n"],
        requests: &[("zoho.scope=@\n", Items::Plain)],
    },
    Language {
        name: "u.ini",
        comment: "; @\n",
        mentions: &["# scope = @\n"],
        requests: &[("scope = @\n", Items::Plain)],
    },
    Language {
        name: "v.xml",
        comment: "<!-- @ -->\n",
        mentions: &[],
        requests: &[
            ("<string name=\"scope\">@</string>\n", Items::Plain),
            ("<add key=\"scope\" value=\"@\"/>\n", Items::Plain),
        ],
    },
    Language {
        name: "w.bas",
        comment: "' @\n",
        mentions: &["If scope = \"@\" Then Exit Sub\n"],
        requests: &[("Const SCOPE As String = \"@\"\n", Items::Plain)],
    },
    Language { name: "x.bat", comment: "REM @\n", mentions: &[":: @\n"], requests: &[("set SCOPE=@\n", Items::Plain)] },
    Language {
        name: "Dockerfile",
        comment: "# @\n",
        mentions: &["# ENV ZOHO_SCOPE=@\n"],
        requests: &[("ENV ZOHO_SCOPE=@\n", Items::Plain)],
    },
    Language {
        name: "y.md",
        comment: "<!-- @ -->\n",
        mentions: &[
            "The scope `@` was too wide for what we do here.\n\n",
            "| Part | Scope |\n|---|---|\n| All | @ |\n\n",
        ],
        requests: &[("```env\nZOHO_SCOPE=@\n```\n\n", Items::Plain)],
    },
    Language {
        name: "z.json",
        comment: "",
        mentions: &["\"labels\": {\"@\": \"all\"},\n"],
        requests: &[("\"scopes\": [@],\n", Items::Double), ("\"scope\": \"@\",\n", Items::Plain)],
    },
];

/// Lists with something to mend: case, an item that stands twice, a service under another name.
const LISTS: [&[&str]; 5] = [
    &["desk.tickets.read", "Desk.contacts.READ"],
    &["Desk.tickets.READ", "Desk.contacts.READ", "Desk.tickets.READ"],
    &["AaaServer.profile.Read", "Desk.contacts.READ"],
    &["Desk.basic.READ", "desk.basic.read", "Desk.search.READ"],
    &["zohobooks.invoices.read"],
];

/// Scopes of mentions that a fix would change if they were asked for.
const SPOKEN: [&str; 3] = ["zohocrm.modules.all", "desk.tickets.read", "ZohoDesk.agents.READ"];

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

/// A made-up file: what stands before its request, the request, and what stands after it.
struct Made {
    name: String,
    before: String,
    request: String,
    after: String,
}

impl Made {
    fn of(language: &Language, round: usize, numbers: &mut Numbers) -> Self {
        let mut around = |count: usize| -> String {
            let mut text = String::new();
            for _ in 0..count {
                let forms: Vec<&str> = language
                    .mentions
                    .iter()
                    .copied()
                    .chain([language.comment])
                    .filter(|form| !form.is_empty())
                    .collect();
                if !forms.is_empty() {
                    text.push_str(&numbers.one_of(&forms).replace('@', numbers.one_of(&SPOKEN)));
                }
            }
            text
        };
        let (mut before, mut after) = (around(round % 3), around(1 + round % 2));
        let (form, items) = numbers.one_of(language.requests);
        let list = numbers.one_of(&LISTS);
        let each = |around: &str| list.iter().map(|item| format!("{around}{item}{around}")).collect::<Vec<_>>();
        let list = match items {
            Items::Plain => each("").join(","),
            Items::Double => each("\"").join(", "),
            Items::Single => each("'").join(", "),
            Items::Lines => each("").iter().map(|item| format!("  - {item}")).collect::<Vec<_>>().join("\n"),
        };
        // What opens an array in PowerShell is no place for the list.
        let request = match form.rfind('@') {
            Some(at) => format!("{}{list}{}", &form[..at], &form[at + 1..]),
            None => form.to_owned(),
        };
        if language.name == "z.json" {
            before.insert_str(0, "{\n");
            after.push_str("\"end\": 1\n}\n");
        }
        if language.name == "v.xml" {
            before.insert_str(0, "<resources>\n");
            after.push_str("</resources>\n");
        }
        let mut keys = 0;
        if language.name == "q.yaml" {
            // A key stands once in a mapping.
            for text in [&mut before, &mut after] {
                while let Some(at) = text.find("labels:") {
                    keys += 1;
                    text.replace_range(at..at + "labels:".len(), &format!("labels_{keys}:"));
                }
            }
        }
        let name = format!("{round}/{}", language.name);
        Self { name, before, request, after }
    }

    fn text(&self) -> String {
        format!("{}{}{}", self.before, self.request, self.after)
    }
}

const ROUNDS: usize = 3;

fn made() -> Vec<Made> {
    let mut numbers = Numbers(7);
    let rounds = (0..ROUNDS).flat_map(|round| LANGUAGES.iter().map(move |language| (round, language)));
    rounds.map(|(round, language)| Made::of(language, round, &mut numbers)).collect()
}

fn reads(name: &str, text: &str) -> bool {
    match name.rsplit('.').next() {
        Some("json") => serde_json::from_str::<serde_json::Value>(text).is_ok(),
        Some("toml") => text.parse::<toml::Table>().is_ok(),
        Some("yaml") => serde_yaml::from_str::<serde_json::Value>(text).is_ok(),
        Some("xml") => roxmltree::Document::parse(text).is_ok(),
        _ => true,
    }
}

fn texts(run: &Run, made: &[Made]) -> Vec<String> {
    made.iter().map(|made| fs::read_to_string(run.path().join(&made.name)).unwrap()).collect()
}

#[test]
fn only_the_request_changes_and_what_is_shown_can_be_applied() {
    let made = made();
    let mut run = zscope(&["scan", "--diff", "--fail-on", "never"]).repository();
    for made in &made {
        assert!(reads(&made.name, &made.text()), "{}\n{}", made.name, made.text());
        run = run.file(&made.name, made.text());
    }
    let mut run = run.commit().again(&["scan", "--diff", "--fail-on", "never"]);
    let shown = run.ended();
    assert_eq!(texts(&run, &made), made.iter().map(Made::text).collect::<Vec<_>>(), "nothing is changed by `--diff`");
    let begins = shown.stdout.find("--- a/").unwrap();
    fs::write(run.path().join(".git/shown.patch"), &shown.stdout[begins..]).unwrap();

    let mut run = run.again(&["scan", "--fix", "--fail-on", "never"]);
    let ended = run.ended();
    let fixed = texts(&run, &made);
    for (made, fixed) in made.iter().zip(&fixed) {
        let told = format!("{}\n{}\n-----\n{fixed}\n{}", made.name, made.text(), ended.stderr);
        assert!(fixed.starts_with(&made.before) && fixed.ends_with(&made.after), "{told}");
        assert_ne!(*fixed, made.text(), "something is mended: {told}");
        assert!(reads(&made.name, fixed), "{told}");
    }
    run.ended();
    assert_eq!(texts(&run, &made), fixed, "a second run changes nothing");

    run.git(&["checkout", "-q", "--", "."]);
    run.git(&["apply", ".git/shown.patch"]);
    assert_eq!(texts(&run, &made), fixed, "what is shown is what is done");
}
