//! The shapes in which people have scopes: files as they are, each with the scopes that are asked for or spoken of in it,
//! and with what is said of their lists, URLs and secrets.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use crate::run::zscope;

/// A secret of the form that Zoho's clients have, and a token; both made up.
const SECRET: &str = "5e1b7c90d3a846f2b8e05d17c4a9f63b20e8d5a71c";
const TOKEN: &str = "1000.7f20c8e1b45d9a36e07c12f8b94da563.1d8e5b2a97c04f63e8b15d70a2c9f4b6";

/// A file, the scopes in it (`line scope kind`), and the findings on how lists, URLs and secrets are written (`code line`).
struct Shape {
    name: &'static str,
    text: &'static str,
    scopes: &'static [&'static str],
    found: &'static [&'static str],
}

const fn shape(
    name: &'static str,
    text: &'static str,
    scopes: &'static [&'static str],
    found: &'static [&'static str],
) -> Shape {
    Shape { name, text, scopes, found }
}

/// Codes that depend on what the catalog knows of a scope, and not on where it stands.
const OF_MEANING: [&str; 9] = ["ZS103", "ZS104", "ZS201", "ZS202", "ZS203", "ZS204", "ZS205", "ZS206", "ZS003"];

const SHAPES: &[Shape] = &[
    // Comparisons, cases, keys of maps.
    shape(
        "guards/allow.ts",
        "export const mayBill = (held: Set<string>) =>\n  held.has('zohosubscriptions.fullaccess.all') || held.has('zohosubscriptions.invoices.read');\n",
        &["2 ZohoSubscriptions.fullaccess.all mention", "2 ZohoSubscriptions.invoices.READ mention"],
        &[],
    ),
    shape(
        "guards/name.go",
        "package guard\n\nfunc name(scope string) string {\n\tswitch strings.ToLower(scope) {\n\tcase \"zohoexpense.expensereport.read\":\n\t\treturn \"reports\"\n\t}\n\treturn \"\"\n}\n",
        &["5 ZohoExpense.expensereport.READ mention"],
        &[],
    ),
    shape(
        "guards/titles.json",
        "{\n  \"titles\": {\n    \"zohorecruit.modules.all\": \"All of Recruit\"\n  }\n}\n",
        &["3 ZohoRecruit.modules.ALL mention"],
        &[],
    ),
    shape(
        "guards/check.py",
        "def may(held):\n    if \"zohocreator.report.read\" in held:\n        return True\n    return \"zohocreator.form.create\" in held\n",
        &["2 ZohoCreator.report.READ mention", "4 ZohoCreator.form.CREATE mention"],
        &[],
    ),
    shape(
        "guards/aliases.ts",
        "const scopeAliases: Record<string, string[]> = {\n  'ZohoCliq.Messages.CREATE': ['ZohoCliq.messages.CREATE', 'ZohoCliq.Webhooks.CREATE'],\n  'ZohoCliq.Webhooks.CREATE': [\n    'ZohoCliq.Messages.CREATE',\n    'ZohoCliq.messages.CREATE',\n  ],\n};\nhasRequiredScope('ZohoCliq.Channels.READ', 'ZohoCliq.Channels.READ');\nexpect(check).toHaveBeenCalledWith(\n  'ZohoCliq.Channels.READ',\n  'ZohoCliq.Channels.READ',\n);\n",
        &[
            "2 ZohoCliq.Messages.CREATE mention",
            "2 ZohoCliq.Messages.CREATE mention",
            "2 ZohoCliq.Webhooks.CREATE mention",
            "3 ZohoCliq.Webhooks.CREATE mention",
            "4 ZohoCliq.Messages.CREATE mention",
            "5 ZohoCliq.Messages.CREATE mention",
            "8 ZohoCliq.Channels.READ mention",
            "8 ZohoCliq.Channels.READ mention",
            "10 ZohoCliq.Channels.READ mention",
            "11 ZohoCliq.Channels.READ mention",
        ],
        &[],
    ),
    shape(
        "records/catalog.json",
        "{\"scopes\": [\n  {\"displayName\": \"Desk.Tickets.READ\", \"name\": \"Desk.Tickets.READ\"}\n]}\n",
        &["2 Desk.tickets.READ mention", "2 Desk.tickets.READ request"],
        &[],
    ),
    shape("guards/said.py", "assert \"export ZOHO_SCOPES=\" in said.text and \"x\" in said.text\n", &[], &[]),
    // Parts that are filled in.
    shape(
        "templates/need.ts",
        "const need = [`zohorecruit.${part}.${what}`, `zohorecruit.${part}.all`, `ZohoRecruit.modules.${name}.READ`];\n",
        &["1 ZohoRecruit.{part}.all request", "1 ZohoRecruit.modules.{module}.READ request"],
        &["ZS602 1"],
    ),
    // Consent URLs over several lines.
    shape(
        "urls/notes.md",
        "# Notes\n\n```\nhttps://accounts.zoho.in/oauth/v2/auth?\n  scope=ZohoInvoice.invoices.READ,\n        ZohoInvoice.contacts.ALL,       <- added last week\n        ZohoInvoice.settings.READ\n  &client_id=1000.EXAMPLE0EXAMPLE0EXAMPLE0EXAMPLE\n  &response_type=code\n  &access_type=offline\n  &redirect_uri=https://app.example/back\n```\n",
        &[
            "5 ZohoInvoice.invoices.READ request",
            "6 ZohoInvoice.contacts.ALL request",
            "7 ZohoInvoice.settings.READ request",
        ],
        &["ZS401 10", "ZS403 4"],
    ),
    shape(
        "urls/GUIDE.md",
        "```sh\nhttps://accounts.zoho.eu/oauth/v2/auth?\nscope=ZohoPeople.leave.READ&\nclient_id=[CLIENT]&\nresponse_type=token&\nredirect_uri=[BACK]\n```\n",
        &["3 ZOHOPEOPLE.leave.READ request"],
        &["ZS403 2", "ZS405 5"],
    ),
    shape(
        "urls/guide.txt",
        "Open https://accounts.zoho.com/oauth/v2/auth?scope=ZohoSign.documents.READ&client_id={client}&response_type=code&access_type=offline&redirect_uri={back}\n",
        &["1 ZohoSign.documents.READ request"],
        &["ZS401 1", "ZS403 1"],
    ),
    // Consent URLs that are put together.
    shape(
        "urls/connect.ts",
        "const scopes = \"ZohoCampaigns.contact.READ,ZohoCampaigns.campaign.ALL\";\nexport const url = `https://accounts.zoho.com/oauth/v2/auth?response_type=code&access_type=offline&client_id=${process.env.ID}&scope=${scopes}&redirect_uri=${process.env.BASE}/back`;\n",
        &["1 ZohoCampaigns.contact.READ request", "1 ZohoCampaigns.campaign.ALL request"],
        &["ZS401 2", "ZS403 2"],
    ),
    shape(
        "urls/Auth.cls",
        "public class Auth {\n    String url() {\n        return 'https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=' + id + '&scope=' + enc('ZohoSubscriptions.plans.READ') + '&redirect_uri=' + back + '&access_type=offline';\n    }\n}\n",
        &["3 ZohoSubscriptions.plans.READ request"],
        &["ZS401 3", "ZS403 3"],
    ),
    shape(
        "urls/get.ps1",
        "$scope = \"ZohoMail.folders.READ,\" + `\n         \"ZohoMail.tasks.READ\"\n$uri = \"https://accounts.zoho.eu/oauth/v2/auth?scope=$scope&client_id=$id&response_type=code&redirect_uri=https://x.example/back&access_type=offline\"\n",
        &["1 ZohoMail.folders.READ request", "2 ZohoMail.tasks.READ request"],
        &["ZS401 3", "ZS403 3"],
    ),
    shape(
        "urls/login.php",
        "<?php\n$url = 'https://accounts.zoho.com/oauth/v2/auth?response_type=token&scope=' . urlencode($scope) . '&client_id=' . $id . '&redirect_uri=' . $back . '&state=' . $state;\n",
        &[],
        &["ZS405 2"],
    ),
    // To the address of a provider somebody else adds the rest.
    shape(
        "urls/provider.js",
        "export const Zoho = {\n  authorization: \"https://accounts.zoho.eu/oauth/v2/auth?scope=AaaServer.profile.READ\",\n  token: \"https://accounts.zoho.eu/oauth/v2/token\",\n};\n",
        &["2 AaaServer.profile.READ request"],
        &[],
    ),
    shape(
        "urls/connector.rb",
        "{ authorization: { authorization_url: lambda do\n  scopes = [\"ZohoMail.accounts.READ\", \"ZohoMail.messages.ALL\"].join(\",\")\n  \"https://accounts.zoho.com/oauth/v2/auth?response_type=code&access_type=offline&scope=#{scopes}\"\nend } }\n",
        &["2 ZohoMail.accounts.READ request", "2 ZohoMail.messages.ALL request"],
        &["ZS401 3"],
    ),
    // Hosts that do not exist, pages that carry a URL, pages that are gone, the endpoint of tokens.
    shape(
        "urls/hosts.py",
        "CA = \"https://accounts.zoho.ca/oauth/v2/auth?scope=ZohoBooks.bills.READ\"\nAU = \"https://accounts.zoho.com.au/oauth/v2/auth?scope=ZohoBooks.bills.READ\"\n",
        &["1 ZohoBooks.bills.READ request", "2 ZohoBooks.bills.READ request"],
        &["ZS406 1"],
    ),
    shape(
        "urls/signin.txt",
        "https://accounts.zoho.com/signin?servicename=AaaServer&serviceurl=https%3A%2F%2Faccounts.zoho.com%2Foauth%2Fv2%2Fauth%3Fscope%3DZohoDesk2.x.READ%252CDesk.basic.READ%26response_type%3Dtoken%26client_id%3D1000.X%26redirect_uri%3Dhttps%253A%252F%252Fapp.example%252F\n",
        &["1 ZohoDesk2.x.READ request", "1 Desk.basic.READ request"],
        &["ZS101 1", "ZS403 1", "ZS405 1"],
    ),
    shape(
        "urls/old.md",
        "Get one at https://accounts.zoho.com/apiauthtoken/nb/create?SCOPE=ZohoCRM/crmapi&EMAIL_ID=[you]&PASSWORD=[yours]\n",
        &[],
        &["ZS407 1"],
    ),
    shape(
        "urls/token.sh",
        "curl -X POST \"https://accounts.zoho.com/oauth/v2/token?grant_type=client_credentials&client_id=1000.X&client_secret=@SECRET&scope=ZohoBooks.invoices.READ\"\ncurl \"https://accounts.zoho.com/oauth/v2/token?grant_type=refresh_token\"\n",
        &["1 ZohoBooks.invoices.READ request"],
        &["ZS404 1", "ZS601 1"],
    ),
    // Words of other services, and scopes of one word.
    shape("words/.env", "ZOHO_SCOPE=email\n", &["1 email request"], &[]),
    shape(
        "words/auth.ts",
        "export const params = { scope: \"ZohoCRM.users.READ openid profile\", access_type: \"offline\" };\n",
        &["1 ZohoCRM.users.READ request", "1 openid request", "1 profile request"],
        &["ZS002 1"],
    ),
    shape(
        "words/unknown.py",
        "ZOHO_SCOPE = \"Nowhere.report.READ,ZohoCRM.users.READ\"\n",
        &["1 Nowhere.report.READ request", "1 ZohoCRM.users.READ request"],
        &["ZS101 1"],
    ),
    shape(
        "words/whole.txt",
        "ZohoInventory.fullaccess.CREATE\n",
        &["1 ZohoInventory.fullaccess.CREATE request"],
        &["ZS102 1"],
    ),
    // Tables and prose.
    shape(
        "docs/sign.md",
        "| API | Scopes |\n|---|---|\n| Documents | ZohoSign.documents.CREATE ZohoSign.documents.READ |\n\nThe scopes that we used:\n- ZohoSign.templates.READ\n- ZohoSign.templates.READ\n",
        &[
            "3 ZohoSign.documents.CREATE mention",
            "3 ZohoSign.documents.READ mention",
            "6 ZohoSign.templates.READ mention",
            "7 ZohoSign.templates.READ mention",
        ],
        &[],
    ),
    // Lists of words of a language.
    shape(
        "words/list.rb",
        "SCOPES = %w[Desk.tickets.READ Desk.contacts.READ\n            Desk.search.READ].join(',').freeze\n",
        &["1 Desk.tickets.READ request", "1 Desk.contacts.READ request", "2 Desk.search.READ request"],
        &[],
    ),
    shape(
        "words/list.pl",
        "my @scopes = qw(ZohoMail.messages.READ ZohoMail.tasks.READ);\n",
        &["1 ZohoMail.messages.READ request", "1 ZohoMail.tasks.READ request"],
        &[],
    ),
    // Encodings of a list.
    shape(
        "coded/secret.yaml",
        "apiVersion: v1\nkind: Secret\ndata:\n  ZOHO_SCOPES: Wm9ob0Jvb2tzLmludm9pY2VzLlJFQUQsWm9ob0Jvb2tzLmJpbGxzLlJFQUQ=\n",
        &["4 ZohoBooks.invoices.READ request", "4 ZohoBooks.bills.READ request"],
        &[],
    ),
    // Requests beside recorded answers.
    shape(
        "records/run.ipynb",
        "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"scopes = [\\n\", \"    'ZohoAnalytics.data.read',\\n\", \"]\\n\"], \"outputs\": [{\"text\": [\"{'access_token': '@TOKEN', 'scope': 'ZohoAnalytics.metadata.read', 'expires_in': 3600}\\n\"]}]}]}\n",
        &["1 ZohoAnalytics.data.read request", "1 ZohoAnalytics.metadata.read mention"],
        &["ZS601 1"],
    ),
    shape(
        "records/held.csv",
        "app,scope,granted_on\na,\"ZohoBooks.bills.ALL,ZohoBooks.bills.READ\",2026-01-02\nb,Desk.tickets.ALL Desk.basic.READ,2026-02-03\n",
        &[
            "2 ZohoBooks.bills.ALL mention",
            "2 ZohoBooks.bills.READ mention",
            "3 Desk.tickets.ALL mention",
            "3 Desk.basic.READ mention",
        ],
        &[],
    ),
    shape(
        "records/any.js",
        "const ok = held.includes(NEEDED) || held.includes('ZohoBooks.fullaccess.all') || held.includes('ZohoBooks.FullAccess.all');\n",
        &["1 ZohoBooks.fullaccess.all mention", "1 ZohoBooks.fullaccess.all mention"],
        &[],
    ),
    // What stands in comments is no member of the list beside it.
    shape(
        "comments/a.env",
        "#ZOHO_SCOPE=ZohoMail.messages.ALL\nZOHO_SCOPE=ZohoMail.messages.READ # ZohoMail.messages.ALL before\n",
        &["1 ZohoMail.messages.ALL mention", "2 ZohoMail.messages.READ request", "2 ZohoMail.messages.ALL mention"],
        &[],
    ),
    shape(
        "comments/b.js",
        "const scopes = [\n  'ZohoMail.messages.READ',\n  // 'ZohoMail.messages.ALL',\n  /* 'ZohoMail.folders.ALL', */\n  'ZohoMail.folders.READ',\n];\n",
        &[
            "2 ZohoMail.messages.READ request",
            "3 ZohoMail.messages.ALL mention",
            "4 ZohoMail.folders.ALL mention",
            "5 ZohoMail.folders.READ request",
        ],
        &[],
    ),
    shape(
        "comments/c.toml",
        "scope = \"Desk.tickets.READ\" # was \"Desk.tickets.ALL\"\n#scope = \"Desk.tickets.ALL\"\n",
        &["1 Desk.tickets.READ request", "1 Desk.tickets.ALL mention", "2 Desk.tickets.ALL mention"],
        &[],
    ),
    // Secrets beside scopes.
    shape(
        "secrets/strings.xml",
        "<resources>\n  <string name=\"zoho_scope\">ZohoCRM.users.READ</string>\n  <string name=\"app_secret\">@SECRET</string>\n</resources>\n",
        &["2 ZohoCRM.users.READ request"],
        &["ZS601 3"],
    ),
    shape(
        "secrets/Info.plist",
        "<plist><dict>\n<key>ZohoScopes</key>\n<string>ZohoCRM.users.READ</string>\n<key>ZohoClientSecret</key>\n<string>@SECRET</string>\n</dict></plist>\n",
        &["3 ZohoCRM.users.READ request"],
        &["ZS601 5"],
    ),
    shape(
        "secrets/Web.config",
        "<appSettings>\n  <add key=\"Zoho:Scopes\" value=\"ZohoCRM.users.READ\" />\n  <add key=\"Zoho:ClientSecret\" value=\"@SECRET\" />\n</appSettings>\n",
        &["2 ZohoCRM.users.READ request"],
        &["ZS601 3"],
    ),
    shape(
        "secrets/env.postman_environment.json",
        "{\"values\": [\n  {\"key\": \"scope\", \"value\": \"ZohoBooks.bills.READ\", \"enabled\": true},\n  {\"key\": \"client_secret\", \"value\": \"@SECRET\", \"enabled\": true},\n  {\"key\": \"refresh_token\", \"value\": \"@TOKEN\", \"enabled\": true}]}\n",
        &["2 ZohoBooks.bills.READ request"],
        &["ZS601 3", "ZS601 4"],
    ),
    shape(
        "secrets/deployment.yaml",
        "env:\n  - name: ZOHO_SCOPES\n    value: ZohoBooks.bills.READ\n  - name: ZOHO_CLIENT_SECRET\n    value: @SECRET\n",
        &["3 ZohoBooks.bills.READ request"],
        &["ZS601 5"],
    ),
    shape(
        "secrets/main.tf",
        "variable \"zoho_scopes\" {\n  type    = list(string)\n  default = [\"ZohoBooks.bills.READ\"]\n}\nvariable \"zoho_client_secret\" {\n  type      = string\n  default   = \"@SECRET\"\n}\n",
        &["3 ZohoBooks.bills.READ request"],
        &["ZS601 7"],
    ),
    shape(
        "secrets/README.md",
        "- **Scope:** `ZohoBooks.bills.READ`\n- **Client Secret:** `@SECRET`\n\n| Key | Value |\n|---|---|\n| Client Secret | @SECRET |\n",
        &["1 ZohoBooks.bills.READ request"],
        &["ZS601 2", "ZS601 6"],
    ),
    shape(
        "secrets/mcp.json",
        "{\"mcpServers\": {\"a\": {\"url\": \"https://crm-60012.zohomcp.eu/mcp/message?key=9b1e5d07c4a82f63d0b75e18a9c4f26d\"}, \"b\": {\"url\": \"https://claude-zohocrm.zohomcp.com/mcp/message\"}}}\n",
        &[],
        &["ZS601 1"],
    ),
];

/// What a run says of each file: its scopes, and its findings on lists, URLs and secrets.
type Told = BTreeMap<String, (Vec<String>, Vec<String>)>;

fn told(report: &Value) -> Told {
    let mut told = Told::new();
    let at = |value: &Value| {
        let location = &value["location"];
        (
            location["path"].as_str().unwrap_or_default().replace('\\', "/"),
            location["line"].as_u64().unwrap_or_default(),
        )
    };
    for scope in report["scopes"].as_array().unwrap() {
        let (path, line) = at(scope);
        let name = scope["scope"].as_str().or(scope["written"].as_str()).unwrap();
        let line = format!("{line} {name} {}", scope["kind"].as_str().unwrap());
        told.entry(path).or_default().0.push(line);
    }
    for finding in report["findings"].as_array().unwrap() {
        let code = finding["code"].as_str().unwrap();
        for place in finding["places"].as_array().unwrap().iter().filter(|_| !OF_MEANING.contains(&code)) {
            let (path, line) = at(place);
            told.entry(path).or_default().1.push(format!("{code} {line}"));
        }
    }
    let line = |scope: &String| scope.split(' ').next().and_then(|line| line.parse::<usize>().ok());
    for (scopes, found) in told.values_mut() {
        scopes.sort_by_key(line);
        found.sort();
        found.dedup();
    }
    told
}

#[test]
fn every_shape_is_read_as_people_mean_it() {
    let mut run = zscope(&["scan", "--format", "json", "--fail-on", "never", "--as-of", "2026-11-23"]);
    for shape in SHAPES {
        run = run.file(shape.name, shape.text.replace("@SECRET", SECRET).replace("@TOKEN", TOKEN));
    }
    let ended = run.ended();
    assert!(!ended.stdout.contains(SECRET) && !ended.stdout.contains(&TOKEN[5..]));
    let mut told = told(&serde_json::from_str(&ended.stdout).unwrap());
    let mut wrong = Vec::new();
    for shape in SHAPES {
        let (scopes, found) = told.remove(shape.name).unwrap_or_default();
        if scopes != shape.scopes || found != shape.found {
            wrong.push(format!("{}\n  {scopes:?}\n  {:?}\n  {found:?}\n  {:?}", shape.name, shape.scopes, shape.found));
        }
    }
    assert!(wrong.is_empty() && told.is_empty(), "{}\n{told:?}", wrong.join("\n"));
}

/// The secret in no format, and in no excerpt, however far above its name stands.
#[test]
fn no_shape_shows_its_secret() {
    for format in ["text", "table", "markdown", "html", "sarif", "github", "csv", "junit"] {
        let mut run = zscope(&["scan", "--format", format, "--fail-on", "never"]);
        for shape in SHAPES.iter().filter(|shape| shape.name.starts_with("secrets/")) {
            run = run.file(shape.name, shape.text.replace("@SECRET", SECRET).replace("@TOKEN", TOKEN));
        }
        let ended = run.ended();
        assert!(
            !ended.stdout.is_empty() && !ended.stdout.contains(SECRET) && !ended.stdout.contains(&TOKEN[5..]),
            "{format}"
        );
        assert!(!ended.stdout.contains("9b1e5d07c4a82f63d0b75e18a9c4f26d"), "{format}");
    }
}

/// Nothing of what is no request changes, nor anything twice; and `git apply` takes the difference.
#[test]
fn no_shape_is_broken_by_fixes() {
    let mut run = zscope(&["scan", "--fix", "--fail-on", "never"]).repository();
    for shape in SHAPES {
        run = run.file(shape.name, shape.text.replace("@SECRET", SECRET).replace("@TOKEN", TOKEN));
    }
    let mut shown = run.again(&["scan", "--diff", "--fail-on", "never"]);
    let diff = shown.ended().stdout;
    let at = diff.find("--- a/").unwrap_or(diff.len());
    let patch = shown.path().join(".git/x.patch");
    fs::write(&patch, &diff[at..]).unwrap();
    if at < diff.len() {
        shown.git(&["apply", "--check", ".git/x.patch"]);
    }
    let mut run = shown.again(&["scan", "--fix", "--fail-on", "never"]);
    run.ended();
    let read = |run: &crate::run::Run| -> Vec<String> {
        SHAPES.iter().map(|shape| fs::read_to_string(run.path().join(shape.name)).unwrap()).collect()
    };
    let once = read(&run);
    for (shape, text) in SHAPES.iter().zip(&once) {
        let untouched =
            ["guards/", "records/", "comments/", "docs/"].iter().any(|folder| shape.name.starts_with(folder));
        let before = shape.text.replace("@SECRET", SECRET).replace("@TOKEN", TOKEN);
        assert!(!untouched || before == *text, "{}", shape.name);
    }
    run.ended();
    assert_eq!(read(&run), once);
}

#[test]
fn addresses_are_what_they_are() {
    let told = |url: &str| {
        let ended = zscope(&["check", url]).ended();
        (ended.code, ended.stdout + &ended.stderr)
    };
    let inner =
        "https%3A%2F%2Faccounts.zoho.com%2Foauth%2Fv2%2Fauth%3Fscope%3DZohoBooks.fullaccess.all%26client_id%3D1000.X";
    let (code, said) = told(&format!("https://accounts.zoho.com/signin?servicename=AaaServer&serviceurl={inner}"));
    assert!(code == Some(1) && said.contains("ZohoBooks.fullaccess.all"), "{said}");
    let (code, said) =
        told("https://app.example/back?code=1000.x.y&location=eu&accounts-server=https%3A%2F%2Faccounts.zoho.eu&");
    assert!(code == Some(3) && said.contains("sends users back to"), "{said}");
    let (code, said) = told("https://accounts.zoho.com/oauth/v2/token?grant_type=refresh_token");
    assert!(code == Some(3) && !said.contains("consent URL asks for no scopes"), "{said}");
    let (code, said) = told("https://accounts.zoho.com/oauth/v2/auth?client_id=1000.X");
    assert!(code == Some(3) && said.contains("the consent URL asks for no scopes"), "{said}");
    let (_, said) = told("https://accounts.zoho.com/apiauthtoken/nb/create?SCOPE=ZohoCRM/crmapi");
    assert!(said.contains("ZS407") && !said.contains("no such file"), "{said}");
}

#[test]
fn a_file_that_is_checked_is_read_as_a_scan_reads_it() {
    for name in [
        "secrets/strings.xml",
        "secrets/Info.plist",
        "secrets/env.postman_environment.json",
        "secrets/deployment.yaml",
        "secrets/main.tf",
        "urls/connect.ts",
        "urls/get.ps1",
        "urls/notes.md",
        "words/list.rb",
    ] {
        let shape = SHAPES.iter().find(|shape| shape.name == name).unwrap();
        let text = shape.text.replace("@SECRET", SECRET).replace("@TOKEN", TOKEN);
        let mut run = zscope(&["check", name, "--format", "json", "--fail-on", "never"]).file(name, text);
        let said = told(&serde_json::from_str(&run.ended().stdout).unwrap()).remove(name).unwrap_or_default();
        let asked: Vec<&str> = shape.scopes.iter().copied().filter(|scope| scope.ends_with("request")).collect();
        assert_eq!(
            (said.0, said.1),
            (
                asked.iter().map(|scope| (*scope).to_owned()).collect(),
                shape.found.iter().map(|found| (*found).to_owned()).collect()
            ),
            "{name}"
        );
    }
    let text = "zoho.oauth.scopes=ZohoBooks.bills.READ,\\\n    ZohoBooks.invoices.READ\n";
    let mut run = zscope(&["check", "app.properties", "--format", "json"]).file("app.properties", text);
    let said = told(&serde_json::from_str(&run.ended().stdout).unwrap()).remove("app.properties").unwrap();
    assert_eq!(said.0, ["1 ZohoBooks.bills.READ request", "2 ZohoBooks.invoices.READ request"]);
}
