//! How a scope may be written so that a search for it finds nothing: kinds of spellings with their neighbours, each with
//! its idea. All of them stand in one tree, of which every file has to be told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::run::zscope;

const STRICT: &str = "version: 1\ndefault: deny\nallow: ['ZohoBooks.{invoices,contacts}.{CREATE,READ}']\n";

/// The idea, the name of the file, what stands in it.
type Way = (&'static str, &'static str, &'static str);

const WAYS: &[Way] = &[
    // Words of a shell in pieces.
    ("quotes around a part of a bare word", "a.env", "SCOPE=ZohoBooks.'fullaccess'.all\n"),
    ("double quotes around a part", "a.sh", "SCOPE=ZohoBooks.\"fullaccess\".all\n"),
    ("a backslash before a letter that needs none", "a.sh", "SCOPE=Zoho\\Books.fullaccess.all\n"),
    ("a backslash that strings know, in a bare word", "a.sh", "SCOPE=ZohoBooks.f\\ullaccess.all\n"),
    ("the beginning of the name in quotes", "a.sh", "SCOPE=\"Zoho\"Books.fullaccess.all\n"),
    ("the first letter in quotes", "a.sh", "SCOPE='Z'ohoBooks.invoices.ALL\n"),
    ("empty quotes in the midst of the name", "a.sh", "SCOPE=Zo''hoBooks.invoices.ALL\n"),
    ("empty quotes in the midst of a part", "a.sh", "SCOPE=ZohoBooks.full\"\"access.all\n"),
    ("a dot in quotes", "a.sh", "SCOPE=ZohoBooks'.'fullaccess.all\n"),
    ("the service in quotes, the rest bare", "a.sh", "SCOPE='ZohoBooks'.fullaccess.all\n"),
    ("the last letters in quotes", "a.sh", "SCOPE=ZohoBooks.fullaccess.a'l'l\n"),
    ("quotes that know escapes", "a.sh", "SCOPE=ZohoBooks$'.fullaccess'.all\n"),
    ("quotes that know escapes, with one", "a.sh", "SCOPE=ZohoBooks$'\\x2efullaccess\\x2eall'\n"),
    ("quotes that know escapes, around the beginning", "a.sh", "SCOPE=$'Zoho'Books.fullaccess.all\n"),
    ("a service of another name in pieces", "a.sh", "SCOPE=D'esk'.tickets.ALL\n"),
    ("a backslash in a short name", "a.sh", "SCOPE=De\\sk.tickets.ALL\n"),
    ("an expansion of nothing", "a.sh", "SCOPE=Zoho${_}Books.invoices.ALL\n"),
    ("the arguments that there are none of", "a.sh", "SCOPE=Zoho$@Books.invoices.ALL\n"),
    ("a caret of the command line of Windows", "a.bat", "set SCOPE=Zoho^Books.full^access.all\r\n"),
    ("a caret before a dot", "a.cmd", "set SCOPE=ZohoBooks^.invoices^.ALL\r\n"),
    ("a line that goes on after a caret", "a.bat", "set SCOPE=ZohoBooks.full^\r\naccess.all\r\n"),
    ("a backtick of PowerShell", "a.ps1", "$s = \"Zoho`Books.fullaccess.all\"\n"),
    ("a backtick in the midst of a part", "a.ps1", "$s = \"ZohoBooks.inv`oices.ALL\"\n"),
    // The same where a shell is called from.
    ("a step of a workflow", "a.yml", "steps:\n  - run: export SCOPE=ZohoBooks.'fullaccess'.all\n"),
    ("a block of a workflow", "a.yml", "steps:\n  - run: |\n      export SCOPE=\"Zoho\"Books.invoices.ALL\n"),
    ("an environment of an image", "Dockerfile", "FROM x\nENV SCOPE=ZohoBooks.\"fullaccess\".all\n"),
    ("an environment of an image that goes on", "Dockerfile", "FROM x\nENV SCOPE ZohoBooks.full\\\naccess.all\n"),
    ("a rule of make", "Makefile", "x:\n\tSCOPE=Zoho''Books.fullaccess.all ./x\n"),
    ("a variable of make that goes on", "Makefile", "SCOPE := ZohoBooks.full\\\n  access.all\n"),
    ("a script of a package", "package.json", "{\"scripts\": {\"x\": \"SCOPE=ZohoBooks.'fullaccess'.all node .\"}}\n"),
    (
        "the same with escaped quotes",
        "package.json",
        "{\"scripts\": {\"x\": \"SCOPE=Zoho\\\"Books\\\".fullaccess.all x\"}}\n",
    ),
    ("a shell called from a program", "a.py", "os.system(\"SCOPE=ZohoBooks.'fullaccess'.all ./x\")\n"),
    // Variables.
    ("a variable of a shell", "a.sh", "S=ZohoBooks\nSCOPE=$S.fullaccess.all\n"),
    ("a variable in braces and quotes", "a.sh", "S='ZohoBooks'\nSCOPE=\"${S}.invoices.ALL\"\n"),
    ("a variable in quotes of its own", "a.sh", "S=ZohoBooks\nSCOPE=\"$S\".invoices.ALL\n"),
    ("a variable of make", "Makefile", "S := ZohoBooks\nSCOPE := $(S).invoices.ALL\n"),
    ("a variable of the command line of Windows", "a.bat", "set S=ZohoBooks\r\nset SCOPE=%S%.invoices.ALL\r\n"),
    ("a variable of PowerShell", "a.ps1", "$s = 'ZohoBooks'\n$scope = \"$s.invoices.ALL\"\n"),
    ("an argument of an image", "Dockerfile", "ARG S=ZohoBooks\nENV SCOPE=${S}.invoices.ALL\n"),
    ("an environment of a workflow", "a.yml", "env:\n  S: ZohoBooks\nrun: x --scope ${{ env.S }}.invoices.ALL\n"),
    ("a template of JavaScript", "a.js", "const s = 'ZohoBooks';\nconst scope = `${s}.invoices.ALL`;\n"),
    ("a sum of JavaScript", "a.js", "const s = 'ZohoBooks';\nconst scope = s + '.invoices.ALL';\n"),
    ("a typed constant", "a.ts", "const s: string = 'ZohoBooks';\nconst scope = s + '.invoices.ALL';\n"),
    ("a formatted literal of Python", "a.py", "s = 'ZohoBooks'\nscope = f'{s}.invoices.ALL'\n"),
    ("an interpolation of Ruby", "a.rb", "s = 'ZohoBooks'\nscope = \"#{s}.invoices.ALL\"\n"),
    ("a sum of PHP", "a.php", "<?php $s = 'ZohoBooks'; $scope = $s . '.invoices.ALL';\n"),
    ("both parts in variables", "a.sh", "A=ZohoBooks\nB=fullaccess.all\nSCOPE=$A.$B\n"),
    // Full access of a service that the text does not tell.
    ("a service from elsewhere", "a.sh", "SCOPE=$SERVICE.fullaccess.all\n"),
    ("a service from the environment", "a.js", "const scope = `${process.env.S}.fullaccess.all`;\n"),
    ("a service from a function", "a.py", "scope = service() + '.fullaccess.all'\n"),
    ("a service from a variable of Terraform", "a.tf", "scope = \"${var.service}.fullaccess.all\"\n"),
    ("a service that is formatted in", "a.py", "scope = '{}.fullaccess.all'.format(x)\n"),
    ("a service from a chart's values", "a.yaml", "scope: \"{{ .Values.s }}.fullaccess.all\"\n"),
    ("no service at all", "a.py", "suffix = '.fullaccess.all'\n"),
    ("no service, bare", "a.env", "SUFFIX=fullaccess.all\n"),
    ("no service, as a value", "a.yaml", "suffix: fullaccess.all\n"),
    // Expressions.
    (
        "a list that is joined by dots",
        "a.go",
        "s := strings.Join([]string{\"ZohoBooks\", \"fullaccess\", \"all\"}, \".\")\n",
    ),
    ("the dot before the list", "a.java", "String s = String.join(\".\", \"ZohoBooks\", \"fullaccess\", \"all\");\n"),
    ("a list that PHP implodes", "a.php", "<?php $s = implode('.', ['ZohoBooks', 'invoices', 'ALL']);\n"),
    ("a list of words of Ruby", "a.rb", "s = %w[ZohoBooks invoices ALL].join('.')\n"),
    ("a list of words of Perl", "a.pl", "my $s = join '.', qw(ZohoBooks fullaccess all);\n"),
    ("a text that is split and joined", "a.js", "s = 'ZohoBooks fullaccess all'.split(' ').join('.')\n"),
    ("a method that puts together", "a.js", "s = 'ZohoBooks'.concat('.invoices', '.ALL')\n"),
    ("a function of SQL", "a.sql", "SELECT CONCAT('Zoho', 'Books', '.invoices', '.ALL');\n"),
    ("a macro of Rust", "a.rs", "let s = concat!(\"ZohoBooks\", \".invoices.ALL\");\n"),
    ("a template with the parts behind it", "a.py", "s = '%s.%s' % ('ZohoBooks', 'fullaccess.all')\n"),
    ("a template of Java", "a.java", "s = String.format(\"%s.%s.%s\", \"ZohoBooks\", \"fullaccess\", \"all\");\n"),
    ("a template of printf", "a.sh", "SCOPE=$(printf 'ZohoBooks.%s.all' fullaccess)\n"),
    ("a template of printf for the service", "a.sh", "SCOPE=$(printf '%s.fullaccess.all' ZohoBooks)\n"),
    ("dots from a constant", "a.py", "s = \"ZohoBooks\" + DOT + \"fullaccess\" + DOT + \"all\"\n"),
    ("dots in the place of blanks", "a.sh", "SCOPE=$(echo ZohoBooks fullaccess all | tr ' ' .)\n"),
    ("dots in the place of slashes", "a.js", "s = 'ZohoBooks/fullaccess/all'.replaceAll('/', '.')\n"),
    ("a literal of JavaScript over two lines", "a.js", "s = 'ZohoBooks.full\\\naccess.all'\n"),
    ("a literal of Python over two lines", "a.py", "s = ('ZohoBooks.inv'\n     'oices.ALL')\n"),
    ("a value of YAML over two lines", "a.yaml", "scope: \"ZohoBooks.full\\\n  access.all\"\n"),
    // Base64.
    ("a secret of Kubernetes", "a.yaml", "kind: Secret\ndata:\n  oauth: Wm9ob0Jvb2tzLmZ1bGxhY2Nlc3MuYWxs\n"),
    ("a document in a secret", "a.yaml", "data:\n  c.json: eyJzY29wZSI6IlpvaG9Cb29rcy5pbnZvaWNlcy5BTEwifQ==\n"),
    ("what a shell decodes", "a.sh", "SCOPE=$(echo Wm9ob0Jvb2tzLmZ1bGxhY2Nlc3MuYWxs | base64 -d)\n"),
    ("what a browser decodes", "a.js", "s = atob('Wm9ob0Jvb2tzLmludm9pY2VzLkFMTA')\n"),
    ("a list in which others come first", "a.env", "X=ZW1haWwsWm9ob0Jvb2tzLmZ1bGxhY2Nlc3MuYWxs\n"),
];

/// What honest people write, and what holds no scope.
const PLAIN: &[Way] = &[
    ("an apostrophe in prose", "a.md", "Don't ask Zoho's support. It isn't Zoho.\n"),
    ("a suffix that is looked for", "a.js", "if (scope.endsWith('.fullaccess.all')) warn();\n"),
    ("a suffix that is compared", "a.py", "if scope == '.fullaccess.all': warn()\n"),
    ("prose about full access", "a.md", "A scope that ends in `.fullaccess.all` gives everything.\n"),
    ("a namespace of PHP", "a.php", "<?php use Zoho\\Desk\\Tickets; $x = 'Zoho\\Books\\Api.get';\n"),
    ("a brand in a variable", "a.js", "const brand = 'ZohoBooks'; log(brand + '.com');\n"),
    ("a client of an API in a variable", "a.py", "name = 'ZohoBooks'\nurl = name.lower()\n"),
    ("a signed token", "a.txt", "eyJhbGciOiJSUzI1NiJ9.eyJzY29wZSI6IlpvaG9Cb29rcy5pbnZvaWNlcy5BTEwifQ.c2lnbmF0dXJl\n"),
    ("what is allowed, in pieces", "a.sh", "SCOPE=ZohoBooks.\"invoices\".READ\n"),
    ("what is allowed, by a variable", "a.sh", "S=ZohoBooks\nSCOPE=$S.invoices.READ\n"),
    ("what is allowed, in base64", "a.yaml", "data:\n  s: Wm9ob0Jvb2tzLmludm9pY2VzLlJFQUQ=\n"),
    ("a formatted literal", "a.py", "s = f\"ZohoBooks.invoices.READ\"\n"),
    ("minified code", "a.js", "function a(){return\"ZohoBooks.invoices.READ\"}\n"),
    ("a catalog of scopes", "a.yaml", "full-access: fullaccess.all\n"),
];

/// The worst severity that is told of each file of one tree.
fn told(ways: &[Way]) -> BTreeMap<String, BTreeSet<String>> {
    let mut run = zscope(&["scan", "--format", "json"]).file("zscope.yaml", STRICT);
    for (n, (_, name, text)) in ways.iter().enumerate() {
        run = run.file(&format!("{n:03}/{name}"), text);
    }
    let ended = run.ended();
    let report: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stderr));
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in report["findings"].as_array().unwrap() {
        for place in finding["places"].as_array().unwrap() {
            let path = place["location"]["path"].as_str().unwrap();
            let folder = path.split('/').next().unwrap().to_owned();
            told.entry(folder).or_default().insert(finding["severity"].as_str().unwrap().to_owned());
        }
    }
    told
}

#[test]
fn no_way_of_writing_hides_what_is_asked_for() {
    let told = told(WAYS);
    let passed: Vec<&Way> = WAYS
        .iter()
        .enumerate()
        .filter(|(n, _)| !told.get(&format!("{n:03}")).is_some_and(|severities| severities.contains("error")))
        .map(|(_, way)| way)
        .collect();
    println!("{} ways of writing, {} pass", WAYS.len(), passed.len());
    assert!(WAYS.len() >= 80 && passed.is_empty(), "{passed:#?}");
}

#[test]
fn what_honest_people_write_is_no_error() {
    let told = told(PLAIN);
    let wrong: Vec<&Way> = PLAIN
        .iter()
        .enumerate()
        .filter(|(n, _)| {
            told.get(&format!("{n:03}")).is_some_and(|severities| severities.iter().any(|severity| severity != "note"))
        })
        .map(|(_, way)| way)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
