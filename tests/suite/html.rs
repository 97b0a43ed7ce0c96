//! Pages and JSON reports of the same runs, for a real browser to open.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;

use zscope::catalog::Catalog;
use zscope::input;
use zscope::policy::{self, Top};
use zscope::report::{Canvas, Format, NotEvaluated, Report};
use zscope::review::{Gathered, Review};
use zscope::rules;
use zscope::text::{Source, Sources};

use crate::run::zscope;

/// A run of numbers that looks like chance and is the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

/// What applications of a large company ask for: a few services each, mostly reading, here and there far too much.
fn asked(dice: &mut Dice, services: &[Vec<String>]) -> Vec<String> {
    let mut scopes = Vec::new();
    for _ in 0..=dice.below(3) {
        let of_service = &services[dice.below(services.len())];
        for _ in 0..2 + dice.below(6) {
            scopes.push(of_service[dice.below(of_service.len())].clone());
        }
    }
    match dice.below(12) {
        0 => scopes.push("ZohoBooks.fullaccess.all".to_owned()),
        1 => scopes.push("ZohoCRM.modules.ALL".to_owned()),
        2 => scopes.push("ZohoCRM.modules.leeds.READ".to_owned()),
        3 => scopes.push("Zoho.not.Real".to_owned()),
        _ => {}
    }
    scopes.dedup();
    scopes
}

/// The scopes of the services that most applications use.
fn services(catalog: &Catalog) -> Vec<Vec<String>> {
    ["ZohoBooks", "ZohoCRM", "Desk", "ZohoMail", "WorkDrive", "ZohoPeople", "ZohoProjects", "ZohoInventory"]
        .iter()
        .filter_map(|name| catalog.service(name))
        .map(|service| service.scopes().map(|(scope, _)| scope.to_string()).filter(|s| !s.contains('{')).collect())
        .collect()
}

fn policy_text(apps: usize) -> String {
    let mut text =
        "version: 1\n# What every application may have; the rest is for the applications below.\ndefault: deny\n\
         rule-pages: https://wiki.example.com/zscope/{code}\n\
         allow:\n  - \"**.READ\"\n  - \"{Desk,ZohoBooks}.*.{CREATE,UPDATE}\"\n  - \"ZohoCRM.modules.**\"\n\
         deny:\n  - \"**.DELETE\"\nrules: { non-canonical-case: off }\napps:\n"
            .to_owned();
    for app in 0..apps {
        let _ = writeln!(text, "  app-{app:03}: {{ owner: team-{} }}", app % 7);
    }
    text.push_str(
        "waivers:\n  - id: W-7\n    scopes: [ZohoBooks.fullaccess.all]\n    rules: [full-access, denied]\n    \
         reason: The vendor's importer refuses granular scopes.\n    owner: finance\n    expires: 2027-01-31\n",
    );
    text
}

fn report(apps: usize, requests: usize) -> Report {
    let catalog = Catalog::embedded();
    let mut sources = Sources::default();
    let top = Top::File { path: std::path::Path::new("zscope.yaml"), text: policy_text(apps) };
    let policy = policy::load(top, &|_| Err("no such file".to_owned()), &rules::infos(), &mut sources).unwrap();
    let services = services(&catalog);
    let mut dice = Dice(7);
    let mut all = Vec::new();
    // The grants of an application differ little: its users consented to one version of it or another.
    let lists: Vec<Vec<String>> = (0..requests.min(3 * apps)).map(|_| asked(&mut dice, &services)).collect();
    for n in 0..requests {
        let app = format!("app-{:03}", n % apps);
        let scopes = &lists[n % lists.len()];
        let text = format!("{{\n  \"client\": \"{app}\",\n  \"scope\": \"{}\"\n}}\n", scopes.join(","));
        let name = format!("services/{app}/oauth-{}.json", n / apps);
        let id = sources.add(Source::new(&*name, text));
        let source = sources.get(id);
        for mut request in input::read(id, source, input::kind_of(Some(&name), source.text())).unwrap() {
            request.app = Some(app.clone());
            all.push(request);
        }
    }
    let unread = NotEvaluated {
        input: "services/legacy/token.json".to_owned(),
        message: "no such file".to_owned(),
        help: None,
        place: None,
    };
    let unread = if apps > 1 { vec![unread] } else { Vec::new() };
    let review = Review::new(&catalog, &policy, jiff::civil::date(2026, 11, 23));
    review.run(Gathered { requests: all, sources, not_evaluated: unread, ..Gathered::default() })
}

/// Texts that try to break out of where they stand.
const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "]]>--></style></title></pre><svg onload=alert(1)>",
    "\u{1b}[31m\u{202e}DAER\u{200b}",
    "javascript:alert(1)",
    "{{ 7 * 7 }} ${7 * 7} &lt;b&gt;",
];

fn hostile() -> Report {
    let catalog = Catalog::embedded();
    let mut sources = Sources::default();
    let text = format!("version: 1\n# {}\ndefault: deny\nallow: [\"**.READ\"]\n", HOSTILE[2]);
    let top = Top::File { path: std::path::Path::new("<b>zscope</b>.yaml"), text };
    let policy = policy::load(top, &|_| Err("no such file".to_owned()), &rules::infos(), &mut sources).unwrap();
    let mut all = Vec::new();
    for text in HOSTILE {
        let list =
            serde_json::json!({ "scopes": ["ZohoBooks.fullaccess.all", text, format!("ZohoBooks.{text}.READ")] });
        let name = format!("{text}.json");
        let id = sources.add(Source::new(&*name, list.to_string()));
        let source = sources.get(id);
        for mut request in input::read(id, source, input::kind_of(Some(&name), source.text())).unwrap() {
            request.app = Some(text.to_owned());
            all.push(request);
        }
    }
    let unread = HOSTILE.map(|text| NotEvaluated {
        input: text.to_owned(),
        message: text.to_owned(),
        help: Some(text.to_owned()),
        place: None,
    });
    let review = Review::new(&catalog, &policy, jiff::civil::date(2026, 11, 23));
    review.run(Gathered { requests: all, sources, not_evaluated: unread.into(), ..Gathered::default() })
}

fn written(report: &Report, format: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let format = Format::named(format).unwrap();
    format.render(report, Canvas::default(), &mut out).unwrap();
    out
}

#[test]
#[ignore = "writes the pages that tests/consumers/html.mjs opens"]
fn pages_for_a_browser() -> io::Result<()> {
    let folder = PathBuf::from(std::env::var_os("ZSCOPE_PAGES").expect("ZSCOPE_PAGES names a folder"));
    fs::create_dir_all(&folder)?;
    let reports =
        [("one", report(1, 1)), ("many", report(200, 200)), ("large", report(200, 10_000)), ("hostile", hostile())];
    for (name, report) in reports {
        let formats = if name == "large" { &["html"][..] } else { &["html", "json"] };
        for format in formats {
            fs::write(folder.join(format!("{name}.{format}")), written(&report, format))?;
        }
    }
    let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tokens");
    let mut tokens: Vec<PathBuf> = fs::read_dir(fixtures)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    tokens.sort();
    audited(&folder, "audit", &tokens);
    let mut lines = String::new();
    for number in 0..3000 {
        let scope = if number % 10 == 3 { "ZohoBooks.fullaccess.all" } else { "ZohoBooks.invoices.READ email" };
        let told = if number % 50 == 7 { String::new() } else { format!("\"scope\": \"{scope}\", ") };
        let client = client(number % 7);
        let _ = writeln!(
            lines,
            "{{\"client\": \"{client}\", \"access_token\": \"1000.x.y\", {told}\"api_domain\": \"https://www.zohoapis.eu\"}}"
        );
    }
    let population = folder.join("population.ndjson");
    fs::write(&population, lines)?;
    audited(&folder, "population", &[population]);
    Ok(())
}

/// A client id that was made up.
fn client(number: usize) -> String {
    format!("1000.{number:A>30}")
}

/// The page and the JSON report of an audit of token responses.
fn audited(folder: &std::path::Path, name: &str, inputs: &[PathBuf]) {
    let [one, two, three] = [1, 2, 3].map(client);
    let policy = format!(
        "version: 1\ndefault: allow\nrules: {{ full-access: error }}\napps:\n  \
         books: {{ owner: finance, clients: [{one}, {two}] }}\n  crm: {{ owner: sales, clients: [{three}] }}\n"
    );
    let mut run = zscope(&["audit", "--as-of", "2026-11-23", "--plan"]).file("zscope.yaml", policy);
    for format in ["html", "json"] {
        run.command.arg(format!("--output={format}={}", folder.join(name).with_extension(format).display()));
    }
    run.command.args(inputs);
    let ended = run.ended();
    assert!(matches!(ended.code, Some(0 | 1 | 3)), "{}", ended.stderr);
}
