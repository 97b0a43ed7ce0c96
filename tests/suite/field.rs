//! What people who do this job have before them, each with what is right to say of it.

use crate::run::zscope;

/// A secret of the form that Zoho's clients have, and a token; both made up.
const SECRET: &str = "5e1b7c90d3a846f2b8e05d17c4a9f63b20e8d5a71c";
const TOKEN: &str = "1000.7f20c8e1b45d9a36e07c12f8b94da563.1d8e5b2a97c04f63e8b15d70a2c9f4b6";

/// What somebody runs over which files, and what is said.
struct Case {
    /// What the person has.
    what: &'static str,
    args: &'static [&'static str],
    files: &'static [(&'static str, &'static str)],
    code: i32,
    says: &'static [&'static str],
    never: &'static [&'static str],
}

const fn case(
    what: &'static str,
    args: &'static [&'static str],
    files: &'static [(&'static str, &'static str)],
    code: i32,
    says: &'static [&'static str],
    never: &'static [&'static str],
) -> Case {
    Case { what, args, files, code, says, never }
}

const SCAN: &[&str] = &["scan"];

const CASES: &[Case] = &[
    // Calls, and which scopes open them.
    case(
        "a call of Books and its like of Invoice: the host decides the service",
        &["who", "GET", "https://www.zohoapis.com/invoice/v3/contacts"],
        &[],
        0,
        &["(Zoho Invoice)", "ZohoInvoice.contacts.READ"],
        &["ZohoBooks."],
    ),
    case(
        "the older host of Invoice",
        &["who", "GET", "https://invoice.zoho.com/api/v3/invoices"],
        &[],
        0,
        &["ZohoInvoice.invoices.READ"],
        &["ZohoBooks."],
    ),
    case(
        "the older host of Books",
        &["who", "GET", "https://books.zoho.com/api/v3/invoices"],
        &[],
        0,
        &["ZohoBooks.invoices.READ"],
        &["ZohoInvoice."],
    ),
    case(
        "the portals of Projects, on the host of the first interface",
        &["who", "GET", "https://projectsapi.zoho.eu/restapi/portals/"],
        &[],
        0,
        &["ZohoProjects.portals.READ", "deluge/help/projects/get-portals.html"],
        &["not in the catalog"],
    ),
    case(
        "candidates of Recruit",
        &["who", "GET", "/recruit/v2/Candidates/4711"],
        &[],
        0,
        &["ZohoRecruit.modules.Candidates.READ"],
        &[],
    ),
    case(
        "kinds of leave in People",
        &["who", "GET", "/people/api/leave/getLeaveTypeDetails"],
        &[],
        0,
        &["ZOHOPEOPLE.leave.READ"],
        &[],
    ),
    case(
        "the third version of a call of Cliq, of which nothing is known: the second is near",
        &["who", "POST", "/api/v3/channelsbyname/news/message"],
        &[],
        1,
        &["not in the catalog", "POST /api/v2/channelsbyname/{name}/message"],
        &["opened by"],
    ),
    case(
        "a function of CRM that is run by reading",
        &["who", "GET", "/crm/v8/functions/refresh/actions/execute"],
        &[],
        0,
        &["ZohoCRM.functions.execute.READ", "nobody ties a scope to this call"],
        &["ZohoCRM.functions.execute.CREATE"],
    ),
    case(
        "a search in one module: what some sources ask for beyond it is no offer of its own",
        &["who", "GET", "/crm/v8/Deals/search"],
        &[],
        0,
        &[
            "opened by\n    ZohoCRM.modules.deals.READ ",
            "the same and more, as other sources have it",
            "two public projects report success without",
        ],
        &["opened by any one of"],
    ),
    case(
        "modules of CRM",
        &["who", "GET", "/crm/v3/settings/modules"],
        &[],
        0,
        &["ZohoCRM.settings.modules.READ"],
        &[],
    ),
    case("fields of CRM", &["who", "GET", "/crm/v2/settings/fields"], &[], 0, &["ZohoCRM.settings.fields.READ"], &[]),
    case(
        "calendars",
        &["who", "GET", "https://calendar.zoho.eu/api/v1/calendars"],
        &[],
        0,
        &["ZohoCalendar.calendar.READ"],
        &[],
    ),
    case(
        "a new event",
        &["who", "POST", "https://calendar.zoho.com/api/v1/calendars/7/events"],
        &[],
        0,
        &["ZohoCalendar.event.CREATE"],
        &[],
    ),
    case("mail", &["who", "GET", "/api/accounts/7/messages/view"], &[], 0, &["ZohoMail.messages.READ"], &[]),
    case("folders of mail", &["who", "GET", "/api/accounts/7/folders"], &[], 0, &["ZohoMail.folders.READ"], &[]),
    case("tickets", &["who", "GET", "/api/v1/tickets"], &[], 0, &["Desk.tickets.READ"], &[]),
    case("users of CRM", &["who", "GET", "/crm/v8/users"], &[], 0, &["ZohoCRM.users.READ"], &[]),
    case(
        "writing a record or making it",
        &["who", "POST", "/crm/v2/Leads/upsert"],
        &[],
        0,
        &["ZohoCRM.modules.leads.CREATE"],
        &[],
    ),
    case(
        "records of a form in People",
        &["who", "GET", "/people/api/forms/leave/getRecords"],
        &[],
        0,
        &["ZOHOPEOPLE.forms.READ"],
        &[],
    ),
    case("a path that is cut off", &["who", "GET", "/crm"], &[], 1, &["not in the catalog"], &["opened by"]),
    // Scopes that are put together, or that nobody has.
    case(
        "templates: one note for the list",
        &["scan", "--fail-on", "note"],
        &[(
            "need.ts",
            "const need = [`zohodesk.${area}.${op}`, `zohobooks.${area}.all`, `zohocrm.modules.${end}`, `ZohoCRM.modules.${module}.READ`];\n",
        )],
        1,
        &["ZS602", "1 note", "3 scopes: 1 unflagged, 2 unknown"],
        &["ZS102", "ZS203", "ZS205", "warning["],
    ),
    case(
        "a template alone",
        &["scan", "--fail-on", "note"],
        &[("a.js", "const scopes = [`ZohoInventory.${kind}.ALL`];\n")],
        1,
        &["ZS602", "`ZohoInventory.{kind}.ALL` is filled in at run time", "0 warnings, 1 note"],
        &["ZS203", "ZS205"],
    ),
    case(
        "a template alone is judged at its widest where the policy denies",
        &["scan", "--policy", "p.yaml"],
        &[
            ("a.js", "const scopes = [`ZohoInventory.${kind}.ALL`];\n"),
            ("p.yaml", "version: 1\ndefault: allow\ndeny: [ZohoInventory.salesorders.DELETE]\n"),
        ],
        1,
        &["ZS301"],
        &["ZS203"],
    ),
    case(
        "a template as an argument",
        &["check", "ZohoInventory.{kind}.ALL", "--fail-on", "note"],
        &[],
        1,
        &["ZS602"],
        &["ZS203"],
    ),
    case(
        "operations of full access",
        &["check", "held.txt", "--fail-on", "never"],
        &[("held.txt", "ZohoBooks.fullaccess.READ\nZohoExpense.fullaccess.CREATE\n")],
        0,
        &["full access has the one form fullaccess.all", "ask for CREATE of the resources"],
        &[],
    ),
    case(
        "a misspelt family that is refused",
        SCAN,
        &[("a.py", "SCOPE = 'ZohoPeople.employees.ALL'\n")],
        1,
        &["did you mean `ZOHOPEOPLE.employee.ALL`?"],
        &[],
    ),
    case(
        "words with wildcards",
        SCAN,
        &[("s.md", "```\nScope: ZohoDesk.*,ZohoBooks.invoices.READ\n```\n")],
        0,
        &[],
        &["fails"],
    ),
    case(
        "a bulk read needs both",
        &["check", "bulk.txt", "--fail-on", "never"],
        &[("bulk.txt", "ZohoCRM.modules.READ,ZohoCRM.bulk.READ\n")],
        0,
        &["ZohoCRM.modules.", "ZohoCRM.bulk.READ"],
        &["drop one of the two"],
    ),
    // Requests and where they stand.
    case(
        "a login that asks for one word",
        &["scan", "--format", "csv", "--fail-on", "never"],
        &[(".env", "ZOHO_SCOPE=profile\n")],
        0,
        &["profile"],
        &[],
    ),
    case(
        "a list over three lines in a consent URL with arrows",
        &["scan", "--fail-on", "never"],
        &[(
            "NOTES.md",
            "```\nhttps://accounts.zoho.com/oauth/v2/auth?\n  scope=ZohoSign.documents.ALL,\n        ZohoSign.templates.READ,  <- this one\n        ZohoSign.account.READ\n  &client_id=1000.X\n  &response_type=code\n  &access_type=offline\n  &redirect_uri=https://localhost\n```\n",
        )],
        0,
        &["ZS401", "ZS403", "ZohoSign.documents.ALL"],
        &[],
    ),
    case(
        "a base URL of a library that adds the rest",
        &["scan", "--fail-on", "never"],
        &[(
            "provider.js",
            "export default (o) => ({\n  id: 'zoho',\n  authorization: 'https://accounts.zoho.com/oauth/v2/auth?scope=AaaServer.profile.READ',\n  token: 'https://accounts.zoho.com/oauth/v2/token',\n});\n",
        )],
        0,
        &["1 scope"],
        &["ZS401", "ZS402", "ZS403"],
    ),
    case(
        "words of OpenID beside scopes",
        &["scan", "--format", "csv", "--fail-on", "never"],
        &[("auth.ts", "const p = { scope: 'ZohoBooks.invoices.READ openid email' };\n")],
        0,
        &["openid", "email"],
        &[],
    ),
    case(
        "the parameters of a consent URL stand beside it",
        SCAN,
        &[(
            "login.php",
            "<?php\n$url = 'https://accounts.zoho.eu/oauth/v2/auth?' . http_build_query(['scope' => 'Reports.view.READ,email', 'client_id' => $id]);\n",
        )],
        1,
        &["ZS101", "`Reports`", "2 scopes"],
        &[],
    ),
    case(
        "… also where they are set one by one",
        SCAN,
        &[(
            "login.ts",
            "const url = new URL('https://accounts.zoho.com/oauth/v2/auth');\nurl.searchParams.set('scope', 'Reports.view.READ');\nurl.searchParams.set('access_type', 'offline');\n",
        )],
        1,
        &["ZS101", "`Reports`"],
        &[],
    ),
    case(
        "a template of a URL, its list above it",
        &["scan", "--fail-on", "never"],
        &[(
            "connect.ts",
            "const scope = 'ZohoMail.folders.CREATE,ZohoMail.folders.ALL';\nconst url = `https://accounts.zoho.com/oauth/v2/auth?access_type=offline&response_type=code&client_id=${id}&scope=${scope}&redirect_uri=${base}/back`;\n",
        )],
        0,
        &["ZS403", "ZS401", "ZS005"],
        &[],
    ),
    case(
        "a device's request",
        SCAN,
        &[("tv.py", "url = 'https://accounts.zoho.com/oauth/v3/device/code?client_id=1&scope=Reports.view.READ'\n")],
        1,
        &["ZS101"],
        &[],
    ),
    case(
        "an authtoken's page, in both its forms",
        &["scan", "--fail-on", "never"],
        &[("old.md", "Open https://accounts.zoho.eu/apiauthtoken/create?SCOPE=ZohoPeople/peopleapi first.\n")],
        0,
        &["ZS407"],
        &[],
    ),
    case(
        "hosts that look like Zoho's",
        SCAN,
        &[(
            "a.py",
            "u = 'https://accounts.zohoone.com/oauth/v2/auth?scope=ZohoBooks.bills.READ&client_id=1&redirect_uri=x'\n",
        )],
        1,
        &["ZS406"],
        &[],
    ),
    case(
        "a narrow scope with the old wide one as a comment",
        &["scan", "--fail-on", "never"],
        &[("a.go", "var scopes = []string{\n\t\"ZohoSign.documents.READ\",\n\t// \"ZohoSign.documents.ALL\",\n}\n")],
        0,
        &["2 scopes"],
        &["ZS005", "ZS004", "ZS206"],
    ),
    case(
        "a list in a macro",
        &["scan", "--format", "csv"],
        &[("c.h", "#define DESK_SCOPE \"Desk.basic.READ,Desk.search.READ\"\n")],
        0,
        &["Desk.basic.READ", "Desk.search.READ"],
        &[],
    ),
    case(
        "a long constant with what repeats",
        &["scan", "--fail-on", "never"],
        &[("B.java", "interface B { String SCOPE = \"Desk.tickets.ALL,Desk.contacts.READ,Desk.tickets.READ\"; }\n")],
        0,
        &["ZS005", "`Desk.tickets.READ` is redundant"],
        &[],
    ),
    case(
        "a guide in prose with a link of the program's own",
        &["scan", "--format", "csv", "--fail-on", "never"],
        &[(
            "GUIDE.md",
            "```bash\ncurl https://shop.example/oauth/zoho/connect?scopes=ZohoCRM.modules.ALL,ZohoCRM.org.READ\n```\n",
        )],
        0,
        &["ZohoCRM.modules.ALL", "ZohoCRM.org.READ"],
        &[],
    ),
    case(
        "a default of an environment variable, with blanks",
        &["scan", "--fail-on", "never"],
        &[("r.ts", "const { ZOHO_SCOPES = 'ZohoCRM.coql.READ ZohoCRM.org.READ' } = process.env;\n")],
        0,
        &["ZS002", "2 scopes"],
        &[],
    ),
    case(
        "the same scope twice in a credential's list",
        &["scan", "--fail-on", "never"],
        &[("c.ts", "const scopes = ['WorkDrive.files.ALL', 'ZohoTables.bases.READ', 'WorkDrive.files.ALL'];\n")],
        0,
        &["ZS004"],
        &[],
    ),
    case(
        "the same scope twice in a workflow's query, mended",
        &["scan", "--diff", "--fail-on", "never"],
        &[("w.yml", "env:\n  SCOPES: ZohoBooks.bills.READ%20ZohoBooks.contacts.READ%20ZohoBooks.bills.READ\n")],
        1,
        &["-  SCOPES: ZohoBooks.bills.READ%20ZohoBooks.contacts.READ%20ZohoBooks.bills.READ", "+  SCOPES: "],
        &[],
    ),
    case(
        "lines beside an edit are shown as they are",
        &["scan", "--diff", "--fail-on", "never"],
        &[(
            "s.js",
            "const state = 'not set';\nconst scopes = ['ZohoBooks.bills.READ', 'ZohoBooks.bills.READ'];\nconst token = readToken(process.env.ZOHO_REFRESH_TOKEN);\n",
        )],
        1,
        &[" const state = 'not set';", " const token = readToken(process.env.ZOHO_REFRESH_TOKEN);"],
        &["****"],
    ),
    case(
        "a message that names a scope is no request",
        &["scan", "--fail-on", "warning"],
        &[("s.js", "if (!ok) {\n  console.log('skipped: the token lacks ZohoAnalytics.fullaccess.CREATE');\n}\n")],
        1,
        &["`ZohoAnalytics.fullaccess.CREATE` is no scope"],
        &["error["],
    ),
    case(
        "a list with one that is refused",
        SCAN,
        &[("g.md", "```\nscope: ZohoPeople.employee.READ,ZohoCRM.modules.READ\n```\n")],
        0,
        &["`ZohoPeople.employee.READ` is spelt `ZOHOPEOPLE.employee.READ`"],
        &[],
    ),
    case(
        "what is held and what is needed",
        &["scan", "--format", "csv", "--fail-on", "never"],
        &[(
            "fix.md",
            "The token has:\n- `Desk.tickets.CREATE`\n\nIt needs:\n```text\nDesk.settings.READ\nDesk.contacts.READ\n```\n",
        )],
        0,
        &["Desk.tickets.CREATE", "Desk.settings.READ", "Desk.contacts.READ"],
        &[],
    ),
    case(
        "a table of scopes in documentation says nothing about separators",
        &["scan", "--fail-on", "never"],
        &[("s.md", "| API | Scopes |\n|---|---|\n| Bills | ZohoBooks.bills.CREATE ZohoBooks.bills.READ |\n")],
        0,
        &["2 scopes"],
        &["ZS002"],
    ),
    case(
        "scopes of an extension's connectors",
        &["scan", "--fail-on", "never"],
        &[(
            "plugin-manifest.json",
            "{\"service\": \"DESK\", \"connectors\": [{\"connectionName\": \"x\", \"scopes\": [\"api\"]}, {\"connectionName\": \"desk\", \"scope\": [\"Desk.settings.ALL\", \"Desk.tickets.ALL\"]}]}\n",
        )],
        0,
        &["ZS203", "2 scopes"],
        &[],
    ),
    case(
        "advice in a route's answer",
        &["scan", "--format", "csv", "--fail-on", "never"],
        &[(
            "route.ts",
            "return { error: 'Make a new code with scopes WorkDrive.files.ALL,WorkDrive.teamfolders.READ, then exchange it.' };\n",
        )],
        0,
        &["WorkDrive.files.ALL"],
        &[],
    ),
    case(
        "a row of a database with a consent URL",
        &["scan", "--fail-on", "never"],
        &[(
            "seed.sql",
            "INSERT INTO app VALUES (1,'https://accounts.zoho.com/oauth/v2/auth?scope=ZohoBooks.bills.ALL,ZohoBooks.contacts.READ&client_id=1000.X&response_type=code&redirect_uri=http://localhost:5001/back');\n",
        )],
        0,
        &["ZS403", "ZS402", "2 scopes"],
        &[],
    ),
    case(
        "a consent URL with braces",
        &["scan", "--fail-on", "never"],
        &[(
            "d.md",
            "Open this:\nhttps://accounts.zoho.com/oauth/v2/auth?scope=Desk.search.READ,Desk.tickets.ALL&client_id={1000.XX}&response_type=code&access_type=offline&redirect_uri={uri}\n",
        )],
        0,
        &["ZS401", "ZS403", "2 scopes"],
        &[],
    ),
    case(
        "the same with check",
        &["check", "d.md", "--fail-on", "never"],
        &[(
            "d.md",
            "Open this:\nhttps://accounts.zoho.com/oauth/v2/auth?scope=Desk.search.READ,Desk.tickets.ALL&client_id={1000.XX}&response_type=code&access_type=offline&redirect_uri={uri}\n",
        )],
        0,
        &["ZS401", "ZS403", "2 scopes"],
        &[],
    ),
    case(
        "prose is judged as prose",
        &["check", "issue.md"],
        &[("issue.md", "Here are the scopes we used:\n- WorkDrive.files.READ\n- WorkDrive.team.READ\n")],
        0,
        &["2 scopes"],
        &["ZS001"],
    ),
    case(
        "a report of what is held, and a list",
        &["scan", "--format", "csv", "--fail-on", "never"],
        &[(
            "s.py",
            "report = {'status': 'connected', 'scope': 'WorkDrive.files.ALL'}\nSCOPE = ['aaaserver.profile.read', 'ZohoFiles.files.ALL']\n",
        )],
        0,
        &["WorkDrive.files.ALL", "AaaServer.profile.READ"],
        &[],
    ),
    case(
        "a wrong service in a consent URL",
        &["scan", "--fail-on", "never"],
        &[(
            "n.md",
            "```\nhttps://accounts.zoho.com/oauth/v2/auth?scope=ZohoWorkDrive.files.ALL,ZohoSheet.dataAPI.READ&client_id=1&response_type=code&redirect_uri=https://a.example\n```\n",
        )],
        0,
        &["`ZohoWorkDrive`", "`WorkDrive"],
        &[],
    ),
    case(
        "scopes parted by bars in the consent URL of a source",
        SCAN,
        &[(
            "a.py",
            "u = \"https://accounts.zoho.com/oauth/v2/auth?response_type=code&client_id=1&scope=ZohoBooks.invoices.READ|ZohoCRM.modules.leads.READ&redirect_uri=https://a.example/cb&state=\" + state\n",
        )],
        1,
        &["`|` cannot stand in a scope"],
        &[],
    ),
    case(
        "the scopes of a token's file in several languages",
        &["check", "app.properties"],
        &[("app.properties", "zoho.scopes=ZohoBooks.bills.READ,ZohoBooks.contacts.READ\n")],
        0,
        &["2 scopes"],
        &[],
    ),
    // Secrets beside scopes.
    case(
        "a secret in an app's constants",
        SCAN,
        &[("C.ts", "export default {\n  SCOPE: 'ZohoBooks.bills.READ',\n  ZOHO_CLIENT_Secret: '@SECRET',\n};\n")],
        1,
        &["ZS601"],
        &["@SECRET"],
    ),
    case(
        "a secret in a block of settings",
        SCAN,
        &[("R.md", "```env\nZ_CLIENT_SECRET=@SECRET\nZ_SCOPE=ZohoSprints.teams.READ\n```\n")],
        1,
        &["ZS601"],
        &["@SECRET"],
    ),
    case(
        "a code in Python",
        SCAN,
        &[("p.py", "CODE = \"@TOKEN\"\nSCOPE = \"ZohoBooks.bills.READ\"\n")],
        1,
        &["ZS601"],
        &["7f20c8e1b45d9a36"],
    ),
    case(
        "a recorded answer of a notebook",
        SCAN,
        &[(
            "r.ipynb",
            "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"s = ['ZohoBooks.bills.READ']\\n\"], \"outputs\": [{\"text\": [\"{'access_token': '@TOKEN', 'scope': 'ZohoBooks.bills.READ', 'expires_in': 3600}\\n\"]}]}]}\n",
        )],
        1,
        &["ZS601"],
        &["7f20c8e1b45d9a36"],
    ),
    case(
        "a token in base64 of Kubernetes",
        SCAN,
        &[("s.yaml", "kind: Secret\ndata:\n  refresh: @CODED\nstringData:\n  ZOHO_SCOPES: ZohoBooks.bills.READ\n")],
        1,
        &["ZS601", "s.yaml:3"],
        &["@CODED"],
    ),
    // Tokens, grants and refusals.
    case(
        "an API's refusal",
        &["audit", "r.json"],
        &[(
            "r.json",
            "{\"code\":\"OAUTH_SCOPE_MISMATCH\",\"details\":{},\"message\":\"invalid oauth scope to access this URL\",\"status\":\"error\"}\n",
        )],
        3,
        &["zscope who"],
        &[],
    ),
    case(
        "a download of the console",
        &["audit", "s.json"],
        &[(
            "s.json",
            "{\"client_id\":\"1000.GMB0YULZHJK411248S8I5GZ4CHUEX0\",\"client_secret\":\"@SECRET\",\"code\":\"@TOKEN\",\"scope\":[\"SDPOnDemand.requests.ALL\"],\"grant_type\":\"authorization_code\"}\n",
        )],
        3,
        &["exchange"],
        &["@SECRET", "7f20c8e1b45d9a36"],
    ),
    case(
        "a token that has more and less than was asked",
        &["audit", "t.json", "--requested", "g.txt", "--fail-on", "never"],
        &[
            (
                "t.json",
                "{\"access_token\":\"@TOKEN\",\"scope\":\"ZohoMail.messages.ALL\",\"token_type\":\"Bearer\",\"expires_in\":3600}\n",
            ),
            ("g.txt", "ZohoMail.messages.READ ZohoMail.folders.READ\n"),
        ],
        0,
        &["ZohoMail.folders.READ"],
        &["7f20c8e1b45d9a36"],
    ),
];

#[test]
fn each_is_told_what_is_right() {
    use base64::Engine as _;
    let coded = base64::engine::general_purpose::STANDARD.encode(TOKEN);
    let filled = |text: &str| text.replace("@SECRET", SECRET).replace("@TOKEN", TOKEN).replace("@CODED", &coded);
    let mut wrong = Vec::new();
    for case in CASES {
        let mut run = zscope(case.args);
        if case.args[0] == "scan" {
            run = zscope(&[case.args, &["--as-of", "2026-11-23"]].concat());
        }
        for (name, text) in case.files {
            run = run.file(name, filled(text));
        }
        let ended = run.ended();
        let said = format!("{}{}", ended.stdout, ended.stderr);
        let missing: Vec<&&str> = case.says.iter().filter(|text| !said.contains(&filled(text))).collect();
        let too_much: Vec<&&str> = case.never.iter().filter(|text| said.contains(&filled(text))).collect();
        if ended.code != Some(case.code) || !missing.is_empty() || !too_much.is_empty() {
            wrong.push(format!("{}: {:?} {missing:?} {too_much:?}\n{said}", case.what, ended.code));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), CASES.len(), wrong.join("\n---\n"));
}
