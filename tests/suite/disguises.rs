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
    ("a variable with a service of another name", "a.sh", "S=Desk\nSCOPE=$S.tickets.ALL\n"),
    ("the same in small letters", "a.sh", "S=Desk\nSCOPE=$S.tickets.all\n"),
    ("two variables for one name", "a.sh", "A=Zoho B=Books\nSCOPE=$A$B.invoices.ALL\n"),
    ("a name of which half is a variable", "a.sh", "X=Books\nSCOPE=Zoho${X}.invoices.ALL\n"),
    ("a variable in another one's value", "a.sh", "A=Books\nS=Zoho$A\nSCOPE=$S.invoices.ALL\n"),
    ("a field of an object", "a.py", "class A:\n  s = 'ZohoBooks'\n  def f(self): return self.s + '.invoices.ALL'\n"),
    ("a variable of a container", "a.yaml", "- name: S\n  value: ZohoBooks\n- name: T\n  value: $(S).invoices.ALL\n"),
    ("a macro that formats", "a.rs", "let s = \"ZohoBooks\";\nlet t = format!(\"{}.invoices.ALL\", s);\n"),
    ("a template of Python", "a.py", "s = 'ZohoBooks'\nscope = '%s.invoices.ALL' % s\n"),
    ("a value that comes first, another later", "a.sh", "R=invoices.ALL\nR=invoices.READ\nSCOPE=ZohoBooks.$R\n"),
    ("one variable among many", "a.sh", MANY),
    // What is known in part is judged at its widest.
    ("the rest is a variable", "a.sh", "SCOPE=ZohoBooks.$REST\n"),
    ("the rest is an expression", "a.py", "scope = 'ZohoBooks.' + rest\n"),
    ("the rest is formatted in", "a.py", "scope = f'ZohoBooks.{rest}'\n"),
    ("the rest is formatted in by a method", "a.py", "scope = 'ZohoBooks.{}'.format(rest)\n"),
    ("half of the name is filled in", "a.sh", "SCOPE=Zoho${X}.invoices.READ\n"),
    ("a variable that may hold something else", "a.sh", "R=invoices.READ\nR=$(cat x)\nSCOPE=ZohoBooks.$R\n"),
    ("a comment that accepts it", "a.py", "scope = 'ZohoBooks.' + rest # zscope: ignore[built-at-run-time] needed\n"),
    ("more choices than are told", "a.sh", "SCOPE=$(echo ZohoBooks.{a,b,c,d,e,f,g}{,}.{CREATE,READ,UPDATE,ALL})\n"),
    ("a choice within the service's name", "a.sh", "S=$(echo Zoho{Books,CRM}.invoices.ALL)\n"),
    ("a choice within a part", "a.sh", "S=$(echo ZohoBooks.in{voices,x}.ALL)\n"),
    ("a long choice", "a.sh", "S=$(echo ZohoBooks.{a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y}.ALL)\n"),
    // Other letters.
    ("from behind", "a.py", "s = 'lla.sseccalluf.skooBohoZ'[::-1]\n"),
    ("from behind, by a method", "a.js", "s = 'LLA.seciovni.skooBohoZ'.split('').reverse().join('')\n"),
    ("from behind, by a shell", "a.sh", "SCOPE=$(echo lla.sseccalluf.skooBohoZ | rev)\n"),
    ("from behind, of a service of another name", "a.php", "<?php $s = strrev('LLA.stekcit.kseD');\n"),
    ("by numbers of letters", "a.py", "s = bytes.fromhex('5a6f686f426f6f6b732e696e766f696365732e414c4c')\n"),
    ("by numbers, for a shell", "a.sh", "S=$(echo 5A6F686F426F6F6B732E66756C6C6163636573732E616C6C | xxd -r -p)\n"),
    ("by numbers, of another service", "a.js", "s = Buffer.from('4465736b2e7469636b6574732e414c4c', 'hex')\n"),
    (
        "by numbers in a list",
        "a.js",
        "s = String.fromCharCode(68,101,115,107,46,116,105,99,107,101,116,115,46,65,76,76)\n",
    ),
    (
        "by numbers in a list over lines",
        "a.c",
        "char s[] = {68,\n101,\n115,\n107,\n46,\n116,\n105,\n99,\n107,\n101,\n116,\n115,\n46,\n65,\n76,\n76};\n",
    ),
    (
        "by letters in a list",
        "a.c",
        "char s[] = {'D', 'e', 's', 'k', '.', 't', 'i', 'c', 'k', 'e', 't', 's', '.', 'A', 'L', 'L'};\n",
    ),
    ("turned by thirteen", "a.py", "s = codecs.decode('MbubObbxf.shyynpprff.nyy', 'rot13')\n"),
    ("base64 of another service", "a.yaml", "data:\n  x: RGVzay50aWNrZXRzLkFMTA==\n"),
    ("base64 over two lines", "a.py", "s = base64.b64decode('Wm9ob0Jvb2tzLmZ1bG'\n  'xhY2Nlc3MuYWxs')\n"),
    ("base64 in short lines", "a.sh", "base64 -d <<E\nWm9o\nb0Jv\nb2tz\nLmZ1\nbGxh\nY2Nl\nc3Mu\nYWxs\nE\n"),
    ("two bytes a letter", "a.txt", "\0Z\0o\0h\0o\0B\0o\0o\0k\0s\0.\0i\0n\0v\0o\0i\0c\0e\0s\0.\0A\0L\0L\0\n"),
    ("two bytes a letter, the other way", "a.txt", "D\0e\0s\0k\0.\0t\0i\0c\0k\0e\0t\0s\0.\0A\0L\0L\0\n\0"),
    ("nothing but wide letters", "a.py", "s = 'ＺｏｈｏＢｏｏｋｓ．ｉｎｖｏｉｃｅｓ．ＡＬＬ'\n"),
    ("nothing but bold letters", "a.py", "s = '𝐙𝐨𝐡𝐨𝐁𝐨𝐨𝐤𝐬.𝐢𝐧𝐯𝐨𝐢𝐜𝐞𝐬.𝐀𝐋𝐋'\n"),
    // What only looks like a comparison.
    ("a default behind a comparison", "a.js", "scope = scope == '' ? 'ZohoBooks.fullaccess.all' : scope\n"),
    ("an assignment behind a comparison", "a.js", "x == 'a' || (scope = 'ZohoBooks.fullaccess.all')\n"),
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

/// More variables than anybody counts, of which one names a service.
const MANY: &str = "A=a\nB=b\nC=c\nD=d\nE=e\nF=f\nG=g\nH=h\nI=i\nJ=j\nK=k\nL=l\nM=m\nN=n\nO=o\nP=p\nQ=q\nR=r\nS=s\n\
                    AA=a\nBB=b\nCC=c\nDD=d\nEE=e\nFF=f\nGG=g\nHH=h\nII=i\nJJ=j\nKK=k\nLL=l\nMM=m\nNN=n\nOO=o\nPP=p\n\
                    ZZ=ZohoBooks\nX=$AA.$BB.$CC.$DD.$EE.$FF\nSCOPE=$ZZ.invoices.ALL\n";

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
    ("a name of a file in a template", "a.js", "const s = 'Desk';\nrequire(`${s}.js`); fetch(s + '.json')\n"),
    ("a constant of a program", "a.js", "const m = 'Mode';\nf(`${m}.READ`, m + '.ALL')\n"),
    ("a rest that is known and allowed", "a.sh", "REST=invoices.READ\nSCOPE=ZohoBooks.$REST\n"),
    ("what scopes look like", "a.md", "A scope is `ZohoBooks.{resource}.{operation}`.\n"),
    ("what is compared with a part filled in", "a.py", "if scope == f'ZohoBooks.{r}.READ': ok()\n"),
    ("a host with a part filled in", "a.py", "host = f'www.zohoapis.{dc}'\nurl = 'https://books.zoho.' + dc\n"),
    ("a message of a log", "a.py", "logger.info('ZohoBooks.' + str(error))\n"),
    ("prose of another alphabet", "a.md", "Это слово.Другое слово. 中文。中文．中文 т.е.\n"),
    ("a colour", "a.css", "a { color: #5a6f68; }\n"),
    ("what is allowed, by numbers", "a.sh", "S=$(echo 5a6f686f426f6f6b732e696e766f696365732e52454144 | xxd -r -p)\n"),
    ("what is allowed, from behind", "a.py", "s = 'DAER.seciovni.skooBohoZ'[::-1]\n"),
    (
        "what is allowed, two bytes a letter",
        "a.txt",
        "Z\0o\0h\0o\0B\0o\0o\0k\0s\0.\0i\0n\0v\0o\0i\0c\0e\0s\0.\0R\0E\0A\0D\0\n\0",
    ),
    (
        "a picture",
        "a.md",
        "![x](data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk\n+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==)\n",
    ),
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
    assert!(WAYS.len() >= 115 && passed.is_empty(), "{passed:#?}");
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
