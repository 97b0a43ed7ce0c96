//! Lines as programs, documents and data have them, in many languages.

use std::sync::LazyLock;

use super::numbers::Numbers;

/// Words in the order of how often they are used: one drawn with [`word`] comes from the front more often.
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "
        value name id data type key user list result error item file path index request response config options string
        state text node event size time date message status count start end update create get set add remove find load
        save read write open close parse format render handle send token order product price total account customer
        contact invoice field record table column row page view model service client server session cache query filter
        sort map group parent child element widget button label title header footer body content image color style
        width height margin offset position length buffer stream channel queue worker task job thread lock timeout
        retry limit version module package import export class method function argument parameter return default
        current previous next first last min max average sum range number integer float boolean object array schema
        validate normalize serialize initialize organization authorize customize zone zip zoom lazy resize optimizer
        horizontal address city country region language locale currency amount balance payment tax discount shipping
        stock ticket desk agent team role permission scope policy rule audit log trace debug warning level source
        target origin domain host port url link email phone mobile device browser platform window document screen
        theme plugin handler listener adapter factory builder provider
    "
    .split_whitespace()
    .collect()
});

/// A language: how its files end, how often they are met, and lines of it. In a line `~i` is a name like `nodeSize`,
/// `~s` one like `node_size`, `~T` one like `NodeSize`, `~C` one like `NODE_SIZE`, `~w` a word, `~t` a sentence, `~n` a
/// number, `~h` hexadecimal digits.
pub(crate) struct Language {
    pub(crate) ending: &'static str,
    pub(crate) weight: usize,
    pub(crate) lines: &'static [&'static str],
    /// What stands before a list of scopes, between two, and after it.
    pub(crate) list: [&'static str; 3],
    /// Lines that speak of Zoho, or look like a scope, and ask for nothing.
    pub(crate) lookalikes: &'static [&'static str],
}

const COMMON: &[&str] = &[
    "https://accounts.zoho.com/signin and https://www.zoho.com/crm/help/",
    "// the Zoho sync runs at night, see docs/zoho.md",
    "com.zoho.crm.api.record.~T",
];

pub(crate) const LANGUAGES: &[Language] = &[
    Language {
        ending: "ts",
        weight: 16,
        lines: &[
            "import { ~T, ~T } from '../~w/~i';",
            "export interface ~T extends ~T<~T> {",
            "  ~i?: ~T | undefined;",
            "  private readonly ~i: Map<string, ~T> = new Map();",
            "    const ~i = await this.~i.~i(~i, { ~i: ~n, ~i });",
            "    if (!~i || ~i.~i.length === ~n) {",
            "      throw new ~T(`~t ${~i.~i}`);",
            "    }",
            "    return ~i.~i((~i) => ~i.~i !== ~i.~i).map(({ ~i }) => ~i);",
            "  // ~t",
            "  }",
            "",
        ],
        list: ["const SCOPES = ['", "', '", "'];"],
        lookalikes: &["const crm = ZohoCRM.Record.get(~i.~i);", "import { ZohoBooks } from './zoho.client';"],
    },
    Language {
        ending: "js",
        weight: 16,
        lines: &[
            "'use strict';",
            "var ~i = require('./~w/~i');",
            "~T.prototype.~i = function (~i, ~i) {",
            "  this.~i = ~i.~i || {};",
            "  for (let i = 0; i < this.~i.length; i += 1) {",
            "    ~i.push(this.~i[i].~i.~i());",
            "  }",
            "  return ~i.~i(function (err) { if (err) { ~i.emit('~w', err); } });",
            "};",
            "/** ~t */",
            "module.exports = { ~i: ~i, ~i };",
            "",
        ],
        list: ["const scope = \"", ",", "\";"],
        lookalikes: &["ZohoCRM.fields.update(~i);", "desk.tickets.read(~i.~i);"],
    },
    Language {
        ending: "py",
        weight: 11,
        lines: &[
            "from ~s.~s import ~T, ~T",
            "class ~T(~T):",
            "    \"\"\"~t\"\"\"",
            "    def ~s(self, ~s, ~s=None):",
            "        self.~s = ~s.get(\"~s\", ~n)",
            "        if ~s is None and not self.~s.~s():",
            "            raise ~T(f\"~t {~s.~s!r}\")",
            "        return [~s.~s for ~s in self.~s if ~s.~s]",
            "    # ~t",
            "",
        ],
        list: ["SCOPES = [\"", "\", \"", "\"]"],
        lookalikes: &["import zoho.crm.api", "client = ZohoDesk.Client.create(~s)"],
    },
    Language {
        ending: "java",
        weight: 10,
        lines: &[
            "package com.~w.~w.~w;",
            "import java.util.concurrent.~T;",
            "public final class ~T extends ~T implements ~T {",
            "    private static final String ~C = \"~w.~w\";",
            "    @Override",
            "    public ~T ~i(final ~T ~i, final int ~i) throws ~T {",
            "        this.~i = Objects.requireNonNull(~i, \"~i\");",
            "        return ~i.~i().~i(~T::~i).collect(Collectors.toList());",
            "    }",
            "    /* ~t */",
            "",
        ],
        list: ["    String[] scopes = {\"", "\", \"", "\"};"],
        lookalikes: &["import com.zoho.crm.api.record.Record;", "        ZohoCRM.Modules.Leads.READ(~i);"],
    },
    Language {
        ending: "php",
        weight: 6,
        lines: &[
            "<?php",
            "namespace App\\~T\\~T;",
            "use Vendor\\~T\\~T;",
            "    public function ~i(array $~i = [], ?~T $~i = null): ?~T",
            "    {",
            "        $this->~i = $~i['~s'] ?? self::~C;",
            "        return $this->~i->~i($~i)->where('~s', '=', $~i->~s);",
            "    }",
            "    // ~t",
        ],
        list: ["    'scope' => '", ",", "',"],
        lookalikes: &["        $zoho = new ZohoBooks\\Client($~i);"],
    },
    Language {
        ending: "go",
        weight: 6,
        lines: &[
            "package ~w",
            "\t\"github.com/example/~w/~w\"",
            "func (~w *~T) ~T(ctx context.Context, ~i ~T) (*~T, error) {",
            "\tif err := ~w.~i.~T(ctx, &~i); err != nil {",
            "\t\treturn nil, fmt.Errorf(\"~t: %w\", err)",
            "\t}",
            "\t~i := make([]~T, 0, len(~w.~i))",
            "// ~T ~t",
            "}",
            "",
        ],
        list: ["\tScopes: []string{\"", "\", \"", "\"},"],
        lookalikes: &["\tzoho.CRM.Records.Delete(ctx, ~i)"],
    },
    Language {
        ending: "c",
        weight: 6,
        lines: &[
            "#include <~w/~s.h>",
            "static int ~s_~s(struct ~s *~w, size_t ~s)",
            "{",
            "\tif (unlikely(!~w->~s || ~s > ~C))",
            "\t\treturn -EINVAL;",
            "\tmemset(&~w->~s, 0, sizeof(~w->~s));",
            "\tfor (i = 0; i < ~w->~s; i++)",
            "\t\t~s(~w, ~w->~s[i].~s);",
            "/* ~t */",
            "}",
            "",
        ],
        list: ["static const char *scopes = \"", " ", "\";"],
        lookalikes: &["/* zoho.h: ~t */"],
    },
    Language {
        ending: "rb",
        weight: 3,
        lines: &[
            "require '~w/~s'",
            "  class ~T < ~T",
            "    def ~s(~s:, ~s: nil)",
            "      @~s = ~s.~s&.~s || {}",
            "      ~s.each { |~w| ~w.~s(:~s, ~n) }",
            "    end",
            "    # ~t",
            "",
        ],
        list: ["  SCOPE = '", ",", "'"],
        lookalikes: &["      Zoho::CRM.record.delete(~s)"],
    },
    Language {
        ending: "json",
        weight: 9,
        lines: &[
            "    \"~i\": \"~w\",",
            "    \"~i\": { \"~w\": ~n, \"~w\": [\"~w\", \"~w\"] },",
            "    \"@example/~w-~w\": \"^~n.~n.~n\",",
            "      \"integrity\": \"sha512-~h~h~h~h\",",
            "      \"resolved\": \"https://registry.example.org/~w-~w/-/~w-~n.~n.~n.tgz\",",
            "  \"~i\": null,",
            "  },",
        ],
        list: ["  \"scopes\": [\"", "\", \"", "\"],"],
        lookalikes: &["  \"homepage\": \"https://www.zoho.com/desk.html\","],
    },
    Language {
        ending: "md",
        weight: 7,
        lines: &[
            "## ~T ~w",
            "~t. ~t, ~t. ~t.",
            "- `~i`: ~t ([~w](https://example.org/~w/~w.html#~w))",
            "```sh",
            "npm run ~w -- --~w=~n ./~w/~w.json",
            "```",
            "| ~w | ~t | `~s` |",
            "",
        ],
        list: ["It asks for `", "`, `", "`."],
        lookalikes: &["See [Zoho CRM](https://www.zoho.com/crm/) and Zoho Books. ~t."],
    },
    Language {
        ending: "yaml",
        weight: 4,
        lines: &[
            "~w:",
            "  - name: ~w-~w",
            "    ~s: \"~w/~w:~n.~n\"",
            "    ~s: ~n",
            "    # ~t",
            "      args: [\"--~w=~w\", \"--~w\"]",
        ],
        list: ["scope: ", ",", ""],
        lookalikes: &["  host: accounts.zoho.eu"],
    },
    Language {
        ending: "css",
        weight: 4,
        lines: &[
            ".~w-~w__~w:hover > .~w { color: #~h; margin: 0 ~npx; }",
            "  padding: ~npx ~n.5em; z-index: ~n;",
            "@media (max-width: ~npx) {",
            "/* ~t */",
            "}",
        ],
        list: ["/* ", ", ", " */"],
        lookalikes: &[".zoho-form .desk { width: ~npx; }"],
    },
    Language {
        ending: "html",
        weight: 4,
        lines: &[
            "<div class=\"~w ~w-~w\" id=\"~i\" data-~w=\"~n\">",
            "  <p>~t. ~t.</p>",
            "  <a href=\"/~w/~w.html?~w=~n&amp;~w=~w\">~w ~w</a>",
            "</div>",
            "  <script src=\"/static/~w/~w.~h.js\" defer></script>",
        ],
        list: ["<code>", "</code>, <code>", "</code>"],
        lookalikes: &["<a href=\"https://help.zoho.com/portal/en/home\">Zoho</a>"],
    },
    Language {
        ending: "sql",
        weight: 2,
        lines: &[
            "INSERT INTO ~s (~s, ~s, ~s) VALUES (~n, '~w ~w', '2024-0~n-1~n 08:00:00');",
            "SELECT t.~s, count(*) FROM ~s t JOIN ~s USING (~s) WHERE t.~s > ~n GROUP BY t.~s;",
            "-- ~t",
        ],
        list: ["INSERT INTO settings VALUES ('scope', '", ",", "');"],
        lookalikes: &["UPDATE zoho.tickets SET ~s = ~n;"],
    },
];

/// Lines as minified code has them: long, without blanks.
pub(crate) const MINIFIED: &[&str] = &[
    "function(e,t,n){\"use strict\";var r=n(~n),o=n.n(r);t.a={~i:function(e){return this.~i(e.~w)},~i:!0}},",
    "e.exports=Object.assign(r(t.~i),{~i:~n,~i:void 0===n?null:n.~w}),",
    "if(t.~i&&\"~w\"!==typeof t.~w)throw Error(\"~t\");for(var a=0;a<n.length;a++)i[n[a]]=o(a,~n);",
];

/// Writes a line of a language.
pub(crate) fn line(out: &mut String, pattern: &str, numbers: &mut Numbers) {
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('~') {
        out.push_str(before);
        let kind = after.chars().next().unwrap();
        rest = &after[kind.len_utf8()..];
        match kind {
            'w' => out.push_str(word(numbers)),
            'n' => {
                let most = [10, 100, 1000][numbers.below(3)];
                out.push_str(&numbers.below(most).to_string());
            }
            'h' => (0..16).for_each(|_| out.push(char::from(b"0123456789abcdef"[numbers.below(16)]))),
            't' => sentence(out, numbers),
            kind => name(out, kind, numbers),
        }
    }
    out.push_str(rest);
}

fn word(numbers: &mut Numbers) -> &'static str {
    let most = 1 + numbers.below(WORDS.len());
    WORDS[numbers.below(most)]
}

fn sentence(out: &mut String, numbers: &mut Numbers) {
    const SMALL: [&str; 12] = ["the", "a", "of", "to", "is", "in", "for", "and", "with", "that", "when", "not"];
    for nth in 0..4 + numbers.below(9) {
        if nth > 0 {
            out.push(' ');
        }
        out.push_str(if numbers.below(2) == 0 { SMALL[numbers.below(SMALL.len())] } else { word(numbers) });
    }
    // Some of the world writes with other letters.
    if numbers.below(40) == 0 {
        out.push_str(["é", " größer", " 日本語", " naïve", " …"][numbers.below(5)]);
    }
}

fn name(out: &mut String, kind: char, numbers: &mut Numbers) {
    for nth in 0..=numbers.below(3) {
        let word = word(numbers);
        if nth > 0 && matches!(kind, 's' | 'C') {
            out.push('_');
        }
        match kind {
            'C' => out.push_str(&word.to_ascii_uppercase()),
            'T' | 'i' if kind == 'T' || nth > 0 => {
                out.push_str(&word[..1].to_ascii_uppercase());
                out.push_str(&word[1..]);
            }
            _ => out.push_str(word),
        }
    }
}

/// A word for the name of a file or a folder.
pub(crate) fn path_word(numbers: &mut Numbers) -> &'static str {
    WORDS[numbers.below(WORDS.len())]
}

/// A language, the frequent ones more often.
pub(crate) fn language(numbers: &mut Numbers) -> &'static Language {
    let mut left = numbers.below(LANGUAGES.iter().map(|language| language.weight).sum());
    for language in LANGUAGES {
        match left.checked_sub(language.weight) {
            Some(less) => left = less,
            None => return language,
        }
    }
    unreachable!("a number below the sum of all weights lies within one of them")
}

/// A line that speaks of Zoho and asks for nothing.
pub(crate) fn lookalike(language: &Language, numbers: &mut Numbers) -> &'static str {
    let nth = numbers.below(language.lookalikes.len() + COMMON.len());
    language.lookalikes.get(nth).unwrap_or_else(|| &COMMON[nth - language.lookalikes.len()])
}
