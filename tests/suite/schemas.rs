//! The schemas of the files that users write say the same as their decoders.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::Value;
use zscope::live::inventory;
use zscope::policy;
use zscope::text::Sources;

use crate::run::zscope;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn schema(name: &str) -> Value {
    let text = fs::read_to_string(root().join(format!("schemas/{name}.schema.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn validator(name: &str) -> Validator {
    let schema = schema(name);
    assert!(jsonschema::meta::is_valid(&schema), "{name} is no schema");
    jsonschema::validator_for(&schema).unwrap()
}

/// What a YAML text says, as a validator sees it: by YAML 1.2, where `off` is a word.
fn value(yaml: &str) -> Value {
    let mut options = serde_yaml::Options::default();
    options.strict_booleans = true;
    serde_yaml::from_str_with_options(yaml, options).unwrap()
}

/// What the decoder of a kind of file says of a text.
fn decode(name: &str, yaml: &str) -> Result<(), String> {
    let mut sources = Sources::default();
    let path = Path::new("file.yaml");
    let tell = |problems: Vec<(zscope::text::SourceId, zscope::text::Problem)>| {
        let lines = problems.iter().map(|(_, p)| format!("{} ({})", p.message, p.help.as_deref().unwrap_or("")));
        lines.collect::<Vec<_>>().join("\n")
    };
    if name == "inventory" {
        return inventory::load(path, yaml, &mut sources).map(drop).map_err(|errors| tell(errors.problems));
    }
    let rules = zscope::rules::infos();
    let read = |_: &Path| Err("not read here".to_owned());
    let top = policy::Top::File { path, text: yaml.to_owned() };
    policy::load(top, &read, &rules, &mut sources).map(drop).map_err(|errors| tell(errors.problems))
}

#[test]
fn what_is_printed_is_what_is_in_the_repository() {
    for (args, file) in [
        (&["schema", "inventory"][..], "schemas/inventory.schema.json"),
        (&["schema", "inventory", "--example"], "schemas/inventory.example.yaml"),
    ] {
        let ended = zscope(args).ended();
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
        assert_eq!(ended.stdout, fs::read_to_string(root().join(file)).unwrap(), "{file}");
    }
}

#[test]
fn the_schema_of_policies_that_is_printed_knows_rules_and_services() {
    let ended = zscope(&["schema", "policy"]).ended();
    let printed: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert!(jsonschema::meta::is_valid(&printed));
    let validator = jsonschema::validator_for(&printed).unwrap();
    for info in zscope::rules::infos() {
        for name in [info.name, info.code] {
            let yaml = format!(
                "version: 1\nrules: {{ {name}: error }}\ncomments: [{name}]\ntests: [{{ scopes: openid, expect: {{ rule: {name} }} }}]\n"
            );
            assert!(validator.is_valid(&value(&yaml)), "{name}");
        }
    }
    for yaml in ["version: 1\nrules: { full-acces: error }\n", "version: 1\ncomments: [ZS999]\n"] {
        assert!(!validator.is_valid(&value(yaml)), "{yaml}");
        assert!(decode("policy", yaml).is_err(), "{yaml}");
    }
    let services = printed.pointer("/$defs/pattern/examples").unwrap().as_array().unwrap();
    assert!(services.len() > 80 && services.contains(&Value::from("ZohoBooks.**")), "{}", services.len());
    // What a value means stands beside it, wherever an editor may ask.
    for (name, property) in printed["properties"].as_object().unwrap() {
        let target = property.get("$ref").and_then(Value::as_str).map(|path| printed.pointer(&path[1..]).unwrap());
        let described = property.get("description").or_else(|| target?.get("description"));
        assert!(described.is_some(), "{name}");
    }
    let in_repository = schema("policy");
    assert_eq!(
        printed["properties"].as_object().unwrap().len(),
        in_repository["properties"].as_object().unwrap().len()
    );
}

#[test]
fn every_policy_and_inventory_of_the_repository_is_valid_by_both() {
    let mut seen = 0;
    let policies = validator("policy");
    for entry in fs::read_dir(root().join("policies")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let instance = value(&text);
        let errors: Vec<String> = policies.iter_errors(&instance).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{text}");
        decode("policy", &text).unwrap();
        seen += 1;
    }
    assert!(seen >= 5, "{seen} policies only");
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let start = readme.find("```yaml\nversion: 1").unwrap() + "```yaml\n".len();
    let in_readme = &readme[start..start + readme[start..].find("```").unwrap()];
    let example = fs::read_to_string(root().join("schemas/inventory.example.yaml")).unwrap();
    for (name, text) in [("policy", in_readme), ("inventory", &example)] {
        let instance = value(text);
        let errors: Vec<String> = validator(name).iter_errors(&instance).map(|error| error.to_string()).collect();
        assert_eq!(errors, [""; 0], "{name}");
        decode(name, text).unwrap();
    }
}

/// The keys that a decoder names when it meets one that it does not know.
fn decoded_keys(name: &str, yaml: &str) -> BTreeSet<String> {
    let told = decode(name, yaml).unwrap_err();
    let line = told.lines().find(|line| line.contains("`zzzzzzzz`")).unwrap();
    let help = line.split_once(" are `").unwrap_or_else(|| panic!("{line}")).1;
    help.trim_end_matches(')').split(", ").map(|key| key.trim_matches('`').to_owned()).collect()
}

#[test]
fn schema_and_decoder_know_the_same_keys() {
    for (name, pointer, yaml) in [
        ("policy", "", "version: 1\nzzzzzzzz: 1\n"),
        ("policy", "/$defs/app", "version: 1\napps: { x: { zzzzzzzz: 1 } }\n"),
        ("policy", "/$defs/waiver", "version: 1\nwaivers: [{ zzzzzzzz: 1 }]\n"),
        ("policy", "/$defs/test", "version: 1\ntests: [{ zzzzzzzz: 1 }]\n"),
        ("policy", "/$defs/entry", "version: 1\nallow: [{ zzzzzzzz: 1 }]\n"),
        ("policy", "/$defs/expectation", "version: 1\ntests: [{ scopes: openid, expect: { zzzzzzzz: 1 } }]\n"),
        ("policy", "/$defs/unknown-grant", "version: 1\nunknown-grants: [{ zzzzzzzz: 1 }]\n"),
        ("inventory", "", "version: 1\nzzzzzzzz: 1\n"),
        ("inventory", "/$defs/defaults", "version: 1\ndefaults: { zzzzzzzz: 1 }\n"),
        ("inventory", "/$defs/app", "version: 1\napps: { x: { zzzzzzzz: 1 } }\n"),
        ("inventory", "/$defs/grant", "version: 1\napps: { x: { grants: [{ zzzzzzzz: 1 }] } }\n"),
    ] {
        let schema = schema(name);
        let properties = schema.pointer(&format!("{pointer}/properties")).unwrap().as_object().unwrap();
        let keys: BTreeSet<String> = properties.keys().cloned().collect();
        assert_eq!(keys, decoded_keys(name, yaml), "{name}{pointer}");
        assert!(!validator(name).is_valid(&value(yaml)), "{yaml}");
    }
}

/// An inventory of one app with these keys.
fn app(keys: &str) -> String {
    format!("version: 1\napps:\n  x: {{ {keys} }}\n")
}

#[test]
fn addresses_of_rule_pages_are_the_same_to_both() {
    for (address, is_good) in [
        ("https://wiki.example.com/zscope/{code}", true),
        ("http://wiki/{rule}?of={code}#why", true),
        ("https://wiki.example.com/rules", true),
        ("wiki.example.com/{code}", false),
        ("javascript:alert(1)", false),
        ("https://wiki.example.com/{id}", false),
        ("https://wiki.example.com/(x)", false),
        ("https://wiki.example.com/<b>", false),
    ] {
        let yaml = format!("version: 1\nrule-pages: '{address}'\n");
        assert_eq!(decode("policy", &yaml).is_ok(), is_good, "{address}");
        assert_eq!(validator("policy").is_valid(&value(&yaml)), is_good, "{address}");
    }
}

#[test]
fn broken_files_fail_in_both() {
    let good = "data-center: eu, client-id: env:A, client-secret: env:B, refresh-token: env:C";
    decode("inventory", &app(good)).unwrap();
    assert!(validator("inventory").is_valid(&value(&app(good))));
    for keys in [
        "data-center: eu, client-id: env:A, client-secret: hunter2, refresh-token: env:C".to_owned(),
        "data-center: eu, client-id: hunter2, client-secret: env:B, refresh-token: env:C".to_owned(),
        "data-center: mars, client-id: env:A, client-secret: env:B, refresh-token: env:C".to_owned(),
        format!("{good}, accounts-url: https://a.example"),
        "accounts-url: http://a.example, client-id: env:A, client-secret: env:B, refresh-token: env:C".to_owned(),
        "accounts-url: https://u:p@a.example, client-id: env:A, client-secret: env:B, refresh-token: env:C".to_owned(),
        format!("{good}, requested: []"),
        format!("{good}, requested: ZohoBooks.invoices.READ"),
        format!("{good}, requested: [openid], requested-file: x"),
        format!("{good}, accept-minting: maybe"),
        format!("{good}, tags: prod"),
        format!("{good}, grant-type: password"),
        format!("{good}, grants: []"),
        format!("{good}, owner: ''"),
        "data-center: eu, client-id: 'env:', client-secret: env:B, refresh-token: env:C".to_owned(),
        "data-center: eu, client-id: env:A, client-secret: 'file:', refresh-token: env:C".to_owned(),
    ] {
        let text = app(&keys);
        assert!(decode("inventory", &text).is_err(), "the decoder takes {text}");
        assert!(!validator("inventory").is_valid(&value(&text)), "the schema takes {text}");
    }
    for text in [
        "allow: []\n",
        "version: 2\n",
        "version: 1\ndefault: maybe\n",
        "version: 1\nallow: openid\n",
        "version: 1\nrules: { full-access: warn }\n",
        "version: 1\napps: { x: { data-centers: [mars] } }\n",
        "version: 1\napps: { x: { clients: [hunter2] } }\n",
        "version: 1\napps: { x: { calls: [GET books] } }\n",
        "version: 1\nwaivers: [{ id: W-1 }]\n",
        "version: 1\ntests: [{ scopes: openid, expect: good }]\n",
        "version: 1\nunknown-grants: [{ reason: r }]\n",
        "version: 1\napps: { a: {} }\nunknown-grants: [{ app: a, grant: b, reason: r }]\n",
        "version: 1\ndata: { Desk.tickets: [secret] }\n",
        "version: 1\ncatalog: [a]\n",
    ] {
        assert!(decode("policy", text).is_err(), "the decoder takes {text}");
        assert!(!validator("policy").is_valid(&value(text)), "the schema takes {text}");
    }
    for text in ["version: 1\n", "version: 1\napps: {}\n", "version: 3\napps: { x: {} }\n", "apps: { x: {} }\n"] {
        assert!(decode("inventory", text).is_err(), "the decoder takes {text}");
        assert!(!validator("inventory").is_valid(&value(text)), "the schema takes {text}");
    }
}

/// Values of every kind, as YAML writes them.
const VALUES: [&str; 27] = [
    "null",
    "~",
    "true",
    "'true'",
    "off",
    "0",
    "3",
    "1.5",
    "''",
    "' '",
    "word",
    "two words",
    "[]",
    "[[]]",
    "['']",
    "[3]",
    "[word]",
    "[null]",
    "[{}]",
    "{}",
    "{ x: 1 }",
    "2027-01-31",
    "2027-02-30",
    "env:NAME",
    "https://x.example",
    "openid",
    "[openid, ZohoBooks.invoices.READ]",
];

/// A file with one value at one place, for each place and value.
fn variations(name: &str) -> Vec<(String, String)> {
    let client = "1000.GMB0YULZHJK411248S8I5GZ4CHUEX0";
    let grant = "data-center: eu, client-id: env:A, client-secret: env:B, refresh-token: env:C";
    let own = "data-center: eu, client-id: env:A, client-secret: env:B, grant-type: client-credentials, soid: ZohoCRM.1, scopes: [openid]";
    let waiver = "id: W-1, scopes: [openid], rules: [full-access], reason: r, owner: o, expires: 2027-01-31";
    // The keys of a mapping; those that are written already are left out where they would stand twice.
    let mut places: Vec<(String, String, String)> = Vec::new();
    let mut add = |before: &str, keys: &[&str], around: &str, after: &str| {
        for key in keys {
            let others: Vec<&str> =
                around.split(", ").filter(|pair| !pair.is_empty() && pair.split(':').next() != Some(key)).collect();
            places.push((
                (*key).to_owned(),
                format!("{before}{{ {}{key}: ", others.iter().flat_map(|pair| [pair, ", "]).collect::<String>()),
                format!(" }}{after}"),
            ));
        }
    };
    if name == "inventory" {
        let shared = [
            "owner",
            "data-center",
            "accounts-url",
            "client-id",
            "client-secret",
            "grant-type",
            "tags",
            "accept-minting",
        ];
        let app = ["refresh-token", "soid", "scopes", "requested", "requested-file", "grants"];
        let defaults = "{ version: 1, defaults: ";
        let apps = format!(", apps: {{ x: {{ {grant} }} }} }}");
        add(defaults, &shared, "", &apps);
        let in_app = "{ version: 1, apps: { x: ";
        add(in_app, &shared, grant, " } }");
        add(in_app, &app, grant, " } }");
        add(in_app, &["soid", "client-id"], own, " } }");
        add("{ version: 1, apps: { x: { grants: [", &["name"], grant, "] } } }");
        add("{ version: 1, apps: { x: { grants: [", &shared[1..], grant, "] } } }");
        add("", &["version", "defaults", "apps"], "version: 1", "");
    } else {
        let whole =
            ["version", "default", "extends", "allow", "deny", "rules", "apps", "waivers", "tests", "catalog", "data"];
        add("", &whole, "version: 1", "");
        let app = ["owner", "clients", "data-centers", "paths", "requested", "allow", "deny", "calls", "rules"];
        add("{ version: 1, apps: { x: ", &app, "", " } }");
        let keys = ["id", "app", "scopes", "rules", "reason", "owner", "approved-by", "ticket", "created", "expires"];
        add("{ version: 1, apps: { word: {} }, waivers: [", &keys, waiver, "] }");
        add(
            "{ version: 1, apps: { word: {} }, tests: [",
            &["app", "scopes", "expect"],
            "scopes: openid, expect: allowed",
            "] }",
        );
        add("{ version: 1, tests: [{ scopes: openid, expect: ", &["verdict", "entry", "rule"], "", " }] }");
        add("{ version: 1, allow: [", &["scope", "why", "calls"], "scope: openid", "] }");
        add("{ version: 1, rules: ", &["full-access", "ZS201", "no-such-rule"], "", " }");
        add("{ version: 1, data: ", &["Desk.tickets", "no-resource"], "", " }");
    }
    let mut all = Vec::new();
    for (key, before, after) in &places {
        for value in VALUES.iter().copied().chain([
            client,
            "[eu]",
            "eu",
            "[GET /books/v3/invoices]",
            "[warning]",
            "warning",
            "allow",
            "allowed",
            "literal",
            "ZohoCRM.1",
            "[personal]",
            "[full-access]",
            "refresh-token",
            "client-credentials",
        ]) {
            all.push((format!("{key}: {value}"), format!("{before}{value}{after}\n")));
        }
    }
    all
}

#[test]
fn schema_and_decoder_agree_on_values_of_every_kind() {
    let mut told = String::new();
    for name in ["inventory", "policy"] {
        let validator = validator(name);
        let variations = variations(name);
        assert!(variations.len() > 1000, "{}", variations.len());
        let mut agreed = [0, 0];
        for (what, text) in variations {
            let decoded = decode(name, &text);
            let valid = validator.is_valid(&value(&text));
            match (&decoded, valid) {
                (Ok(()), true) => agreed[0] += 1,
                (Err(_), false) => agreed[1] += 1,
                // An editor that marks what is right teaches people to look away.
                (Ok(()), false) => panic!("{name}: the schema alone refuses {what}: {text}"),
                // What only several keys together, other files or the catalog tell.
                (Err(why), true) => {
                    let why = why.lines().next().unwrap_or_default().split(" (").next().unwrap_or_default();
                    let _ = writeln!(told, "{name}: the decoder alone refuses {what}: {why}");
                }
            }
        }
        assert!(agreed.iter().all(|count| *count > 100), "{name}: {agreed:?}");
    }
    insta::assert_snapshot!(told);
}
