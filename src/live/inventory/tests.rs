//! Whole inventories, right and wrong.

use std::path::Path;

use super::{ClientId, Grant, GrantType, Inventory, InventoryErrors, Requested, load};
use crate::text::{Problem, SourceId, Sources};

const WHOLE: &str = include_str!("../../../schemas/inventory.example.yaml");

fn read(text: &str) -> Result<Inventory, InventoryErrors> {
    load(Path::new("folder/inventory.yaml"), text, &mut Sources::default())
}

/// What is wrong with a text, one line each, with what is marked.
fn errors(text: &str) -> String {
    let mut sources = Sources::default();
    let Err(errors) = load(Path::new("i"), text, &mut sources) else { return String::new() };
    let tell = |(source, problem): &(SourceId, Problem)| {
        let source = sources.get(*source);
        let at = source.position(problem.span.start);
        let help = problem.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        format!("{}:{} [{}] {}{help}\n", at.line, at.column, source.slice(problem.span), problem.message)
    };
    errors.problems.iter().map(tell).collect()
}

#[test]
fn the_example_is_read_and_grants_take_over_what_they_do_not_say() {
    let inventory = read(WHOLE).unwrap();
    let labels: Vec<String> = inventory.grants.iter().map(Grant::label).collect();
    assert_eq!(
        labels,
        [
            "invoice-sync@eu",
            "lead-import@eu",
            "lead-import@us",
            "lead-import/sandbox@us",
            "night-report@in",
            "on-premises@analytics.example.com"
        ]
    );
    let [invoices, leads, .., sandbox, night, own] = inventory.grants.as_slice() else { panic!("{labels:?}") };
    assert_eq!((invoices.owner.as_deref(), leads.owner.as_deref()), (Some("finance-platform"), Some("integrations")));
    assert!(invoices.accept_minting && !leads.accept_minting);
    assert!(matches!(&invoices.client_id, ClientId::Written(id) if id.value.starts_with("1000.GMB0")));
    let GrantType::RefreshToken { token } = &invoices.grant_type else { panic!("{invoices:?}") };
    assert!(
        matches!(&token.value, crate::live::inventory::Whereabouts::File { path, .. } if path == Path::new("folder/secrets/invoice-sync.token"))
    );
    assert!(
        matches!(&leads.requested, Some(Requested::File(path)) if path.value == Path::new("folder/scopes/lead-import.txt"))
    );
    assert_eq!(
        (sandbox.server.accounts.as_str(), sandbox.tags.as_slice()),
        ("https://accounts.zoho.com", &["sandbox".to_owned()][..])
    );
    let GrantType::ClientCredentials { soid, scopes } = &night.grant_type else { panic!("{night:?}") };
    assert_eq!((soid.as_str(), scopes[0].value.as_str()), ("ZohoCRM.600123", "ZohoCRM.modules.deals.READ"));
    assert!(matches!(&night.requested, Some(Requested::Listed(scopes)) if scopes.len() == 1));
    assert_eq!(own.server.accounts.as_str(), "https://analytics.example.com/iam");
}

#[test]
fn all_errors_are_told_at_once_and_in_order() {
    let text = "\
version: 1
defalts: {}
defaults: { refresh-token: env:X, data-center: uss }
apps:
  a:
    client-id: env:A
    client-secret: env:B
    grants:
      - { refresh-token: env:C, data-center: eu }
      - { refresh-token: env:D, data-center: eu, name: '' }
      - { nmae: x, data-center: us }
  b: { data-center: eu, accounts-url: https://x.example, client-id: env:A, client-secret: env:B, soid: x }
  c: { accounts-url: https://accounts.zoho.eu/oauth/v2/token, client-id: env:A, client-secret: env:B, refresh-token: env:C }
  d: { data-center: eu, client-id: env:A, client-secret: env:B, grant-type: client-credentials, refresh-token: env:C }
  e: { data-center: eu, client-id: env:A, client-secret: env:B, refresh-token: env:C, soid: ZohoCRM.1 }
  f: 3
  g: { data-center: eu, client-id: env:A, client-secret: env:B, refresh-token: env:C, requested: [Zoho Books, 'a..b'] }
";
    insta::assert_snapshot!(errors(text), @r"
    2:1 [defalts] an inventory has no key `defalts` (did you mean `defaults`?)
    3:13 [refresh-token] `defaults` has no key `refresh-token` (the keys of `defaults` are `owner`, `data-center`, `accounts-url`, `client-id`, `client-secret`, `grant-type`, `tags`, `accept-minting`)
    3:48 [uss] `uss` is not a data centre (did you mean `us`?)
    10:11 [refresh-token] two grants are called `a@eu` (give one of them a `name`, or another data centre)
    10:56 [''] expected a name, found an empty text
    11:11 [nmae] a grant has no key `nmae` (did you mean `name`?)
    12:39 [https://x.example] `data-center` and `accounts-url` stand here both (keep one: a data centre has its own accounts server)
    12:104 [x] `x` is not an organisation (write the service and the organisation's id: `ZohoCRM.600123`)
    13:22 [https://accounts.zoho.eu/oauth/v2/token] the address of the token endpoint stands where that of the server belongs (leave `/oauth/v2/token` out: it is added)
    14:3 [d] the app `d` needs the key `soid` (the organisation, for example `ZohoCRM.600123`)
    14:3 [d] the app `d` needs the key `scopes` (the scopes that the token is asked for with)
    14:112 [env:C] `refresh-token` says nothing where the grant type is `client-credentials` (leave the key out)
    15:93 [ZohoCRM.1] `soid` says nothing where the grant type is `refresh-token` (write `grant-type: client-credentials`, or leave the key out)
    16:6 [3] expected an app (a mapping), found a single value
    17:99 [Zoho Books] `Zoho Books` is not a scope: ` ` cannot stand in a scope (write one scope a line, `ZohoBooks.invoices.READ`)
    17:111 ['a..b'] `a..b` is not a scope: a part between two dots is empty (write one scope a line, `ZohoBooks.invoices.READ`)
    ");
}

#[test]
fn a_file_that_is_no_inventory_is_one_error() {
    let texts = ["", "- a\n", "version: 2\nx: 1\n", "version: 1\n", "version: 1\napps: {}\n", "version: 1\napps: [\n"];
    let found: String = texts.iter().map(|text| errors(text)).collect();
    insta::assert_snapshot!(found, @r"
    1:1 [] the inventory is empty (begin with `version: 1`)
    1:1 [] expected an inventory (a mapping), found a list
    1:10 [2] `2` is not a version that this build reads (it reads version 1)
    1:1 [version] an inventory needs the key `apps`
    2:7 [{] the inventory names no app
    2:7 [] not valid YAML: unclosed bracket '['
    ");
}

#[test]
fn secrets_are_told_and_never_repeated() {
    let token = format!("1000.{}.{}", "a1".repeat(16), "b2".repeat(16));
    for secret in [token.as_str(), "hunter2", "hunter2 with blanks", &"c3".repeat(21)] {
        for text in [
            format!("version: 1\napps: {{ x: {{ client-secret: {secret} }} }}\n"),
            format!("version: 1\napps: {{ x: {{ client-id: '{secret}' }} }}\n"),
            format!("version: 1\napps:\n  x:\n    refresh-token: \"{secret}\"\n"),
            format!("version: 1\napps:\n  x:\n    refresh-token: [{secret}]\n"),
            format!("version: 1\napps:\n  x:\n    refresh-token: {{ value: {secret} }}\n"),
            format!("version: 1\ndefaults:\n  client-secret: {secret}\napps: {{}}\n"),
            format!("version: 1\napps:\n  x:\n    grants:\n    - refresh-token: >\n        {secret}\n"),
            format!("version: 1\napps: {{ x: {{ client-secret: cmd:get --key {secret} 'x }} }}\n"),
            format!("version: 1\napps: {{ x: {{ client-secret: 'cmd:get --key {secret}', owner: '' }} }}\n"),
            format!("version: 1\napps: {{ x: {{ accounts-url: 'https://{secret}:{secret}@a.example' }} }}\n"),
        ] {
            let mut sources = Sources::default();
            let errors = load(Path::new("i"), &text, &mut sources).unwrap_err();
            let all = format!("{errors} {errors:?} {sources:?}");
            let part = secret.split(' ').next().unwrap();
            assert!(!all.contains(part), "{text}: {all}");
        }
    }
    // Where there is no tree, what looks like a secret is blotted out still.
    let mut sources = Sources::default();
    load(Path::new("i"), &format!("version: [1\n# {token}\n"), &mut sources).unwrap_err();
    assert!(!format!("{sources:?}").contains("a1a1"), "{sources:?}");
}
