//! Ways past the gate that tables hold: spellings, tricks of addresses, what an entry of a policy means and what it costs.
//! The kinds that were met, each with its neighbours and their ideas, stand in `kinds`; how a scope is written in a source
//! in `disguises`; whoever writes a change in `author`, and what git makes hard in `base`.

use zscope::access::Graph;
use zscope::catalog::Catalog;
use zscope::judge::{Table, Verdict};
use zscope::policy::Policy;
use zscope::scope::Scope;

use crate::semantics::policy_of;

const STRICT: &str = "version: 1\ndefault: deny\nallow: [ZohoBooks.invoices.READ]\n";

/// Whether a text that somebody asks about gets through: everything in it is read, allowed, and found without an error.
fn passes(catalog: &Catalog, policy: &Policy, text: &str) -> bool {
    let report = zscope::check(catalog, policy, text);
    let allowed = report.scopes.iter().all(|judged| judged.verdict == Verdict::Allowed);
    allowed
        && report.not_evaluated.is_empty()
        && !report.fails()
        && report.findings.iter().all(|finding| finding.severity < zscope::finding::Severity::Error)
}

/// However full access is written as an argument, it does not pass for what is allowed.
#[test]
fn no_spelling_of_full_access_passes() {
    let catalog = Catalog::embedded();
    let policy = Policy::parse(STRICT).unwrap();
    assert!(passes(&catalog, &policy, "ZohoBooks.invoices.READ"));
    let spellings = [
        "ZohoBooks.fullaccess.all",
        "zohobooks.fullaccess.all",
        "ZOHOBOOKS.FULLACCESS.ALL",
        "ZohoBooks.FullAccess.All",
        " ZohoBooks.fullaccess.all ",
        "\tZohoBooks.fullaccess.all\n",
        "\u{feff}ZohoBooks.fullaccess.all",
        "ZohoBooks.fullaccess.all.",
        "ZohoBooks.fullaccess.all...",
        ".ZohoBooks.fullaccess.all",
        "ZohoBooks..fullaccess.all",
        "ZohoBooks.fullaccess..all",
        "ZohoBooks. fullaccess.all",
        "ZohoBooks .fullaccess.all",
        "ZohoBooks.fullaccess. all",
        "\"ZohoBooks.fullaccess.all\"",
        "'ZohoBooks.fullaccess.all'",
        "`ZohoBooks.fullaccess.all`",
        "[ZohoBooks.fullaccess.all]",
        "(ZohoBooks.fullaccess.all)",
        "{ZohoBooks.fullaccess.all}",
        "<ZohoBooks.fullaccess.all>",
        "ZohoBooks.invoices.READ,ZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ ZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ;ZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ+ZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ\nZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ\r\nZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ|ZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ%2CZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ%20ZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ%252CZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ\u{a0}ZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ\u{200b}ZohoBooks.fullaccess.all",
        "ZohoBooks.invoices.READ\u{3001}ZohoBooks.fullaccess.all",
        "ZohoBooks%2Efullaccess%2Eall",
        "ZohoBooks%252Efullaccess%252Eall",
        "%5AohoBooks.fullaccess.all",
        "ZohoBooks&#46;fullaccess&#46;all",
        "ZohoBooks\\.fullaccess\\.all",
        "ZohoBooks\\u002efullaccess\\u002eall",
        "Zoho\u{200b}Books.fullaccess.all",
        "ZohoBooks.full\u{ad}access.all",
        "ZohoBooks\u{ff0e}fullaccess\u{ff0e}all",
        "Zоhоbооks.fullaccess.all",
        "ZohoBooks.{fullaccess}.all",
        "ZohoBooks.${X:-fullaccess}.all",
        "${SCOPE:-ZohoBooks.fullaccess.all}",
        "ZohoBooks.%s.all",
        "ZohoBooks.*.*",
        "ZohoBooks.**",
        "scope=ZohoBooks.invoices.READ&scope=ZohoBooks.fullaccess.all",
    ];
    assert!(spellings.len() >= 49);
    let passed: Vec<&str> = spellings.into_iter().filter(|text| passes(&catalog, &policy, text)).collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

/// Whatever a consent URL does with its parameters, the widest that some server could read in it is judged.
#[test]
fn no_trick_of_a_url_hides_full_access() {
    let catalog = Catalog::embedded();
    let policy = Policy::parse(STRICT).unwrap();
    let fine = "response_type=code&client_id=1000.X&redirect_uri=https%3A%2F%2Fa.example%2Fcb&state=b7f1c0aa9d3e4f52";
    let bad = "ZohoBooks.fullaccess.all";
    let good = "ZohoBooks.invoices.READ";
    let tricks = [
        format!("https://accounts.zoho.com/oauth/v2/auth?scope={bad}&{fine}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope={good}&scope={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope={bad}&scope={good}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&SCOPE={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope={good}&Scope={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&%73cope={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope[]={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scopes={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine};scope={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&amp;scope={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}#scope={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope={good}%23&scope={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope={good}%2C{bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope={good}+{bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope={good}%0A{bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope={good}%00{bad}"),
        format!("https://ACCOUNTS.ZOHO.COM/oauth/v2/auth?{fine}&scope={bad}"),
        format!("https://accounts.zoho.com:443/oauth/v2/auth?{fine}&scope={bad}"),
        format!("https://accounts.zoho.com./oauth/v2/auth?{fine}&scope={bad}"),
        format!("https://accounts.zoho.com//oauth//v2/auth?{fine}&scope={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/../v2/auth?{fine}&scope={bad}"),
        format!("https://a:b@accounts.zoho.com/oauth/v2/auth?{fine}&scope={bad}"),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope="),
        format!("https://accounts.zoho.com/oauth/v2/auth?{fine}"),
    ];
    assert!(passes(&catalog, &policy, &format!("https://accounts.zoho.com/oauth/v2/auth?{fine}&scope={good}")));
    assert!(tricks.len() >= 21);
    let passed: Vec<String> = tricks.into_iter().filter(|text| passes(&catalog, &policy, text)).collect();
    assert!(passed.is_empty(), "{passed:#?}");
}

/// What somebody writes as an argument is judged as it is written.
#[test]
fn what_is_written_decides() {
    let catalog = Catalog::embedded();
    let policy = Policy::parse(STRICT).unwrap();
    for text in
        ["", " ", ",", "#", "# ZohoBooks.invoices.READ", "ZohoBooks", "invoices.READ", "ZohoBooks.invoices", "READ"]
    {
        assert!(!passes(&catalog, &policy, text), "{text:?} is nothing that is allowed");
    }
}

/// What a deny entry names is denied wherever the scope could turn out to reach it: by a word of which nobody knows what it
/// does, by a name that is filled in, by another name of the service, by a parent of which nobody says what it reaches.
#[test]
fn what_may_be_meant_is_denied() {
    let catalog = Catalog::embedded();
    for (entry, scopes) in [
        // Words.
        (
            "**.DELETE",
            "ZohoNew.things.WRITE ZohoNew.things.ALL ZohoNew.fullaccess.all ZohoBooks.invoices.ALL ZohoBooks.fullaccess.all ZohoNew.a.b.c.write",
        ),
        ("ZohoBooks.invoices.{UPDATE,DELETE}", "ZohoBooks.invoices.WRITE ZohoBooks.invoices.ALL ZohoBooks.{x}.ALL"),
        // Names that are filled in.
        (
            "ZohoCRM.modules.contacts.READ",
            "ZohoCRM.modules.{m}.READ ZohoCRM.modules.${M}.READ ZohoCRM.modules.$M.READ ZohoCRM.modules.%s.READ \
             ZohoCRM.modules.<m>.READ ZohoCRM.modules.:m.READ ZohoCRM.{a}.{b}.READ ZohoCRM.{a}.READ ZohoCRM.modules.contacts.{op}",
        ),
        (
            "ZohoBooks.*.DELETE",
            "ZohoBooks.{x}.DELETE ZohoBooks.{x}.ALL ZohoBooks.{x}.{y} ZohoBooks.dreams.night.DELETE",
        ),
        (
            "**.fullaccess.all",
            "ZohoBooks.fullaccess.all ZohoNew.fullaccess.all zohobooks.FULLACCESS.ALL ZohoBooks.{x}.all",
        ),
        // Names of services.
        ("ZohoDesk.**", "Desk.tickets.ALL Desk.fullaccess.all desk.basic.READ ZohoDesk.tickets.READ Desk.{x}.READ"),
        ("zohosupport.tickets.READ", "Desk.tickets.READ Desk.tickets.ALL Desk.fullaccess.all"),
        // Parents.
        ("ZohoFSM.modules.WorkOrders.READ", "ZohoFSM.modules.ALL ZohoFSM.modules.READ ZohoFSM.fullaccess.all"),
        (
            "ZohoBooks.dreams.night.READ",
            "ZohoBooks.dreams.ALL ZohoBooks.dreams.READ ZohoBooks.dreams.night.ALL ZohoBooks.{x}.night.READ",
        ),
        ("ZohoBooks.**.x.READ", "ZohoBooks.fullaccess.all ZohoBooks.invoices.ALL ZohoBooks.dreams.READ"),
    ] {
        let policy = policy_of("allow", &["**".to_owned()], &[entry.to_owned()]);
        for text in scopes.split_whitespace() {
            let report = zscope::check(&catalog, &policy, text);
            let verdicts: Vec<Verdict> = report.scopes.iter().map(|judged| judged.verdict).collect();
            assert_eq!(verdicts, [Verdict::Denied], "deny {entry}: {text}");
        }
    }
}

/// A deny entry reaches nothing beside what it names.
#[test]
fn an_entry_denies_what_it_names_and_nothing_beside() {
    let catalog = Catalog::embedded();
    for (entry, scopes) in [
        ("ZohoCRM.modules.contacts.**", "ZohoCRM.modules.leads.READ ZohoCRM.users.READ ZohoCRM.modules.contact.READ"),
        ("**.fullaccess.all", "ZohoBooks.invoices.READ ZohoBooks.invoices.ALL Desk.tickets.ALL email"),
        ("ZohoCatalyst.tables.ALL", "ZohoCatalyst.tables.columns.READ ZohoCatalyst.functions.READ"),
        ("ZohoBooks.invoices.READ", "ZohoBooks.invoices.DELETE ZohoBooks.invoices.WRITE ZohoBooks.contacts.ALL"),
        ("ZohoBooks.**", "ZohoInvoice.invoices.READ Desk.tickets.READ openid"),
    ] {
        let policy = policy_of("allow", &[], &[entry.to_owned()]);
        let table = Table::new(&catalog, &policy);
        for text in scopes.split_whitespace() {
            let scope: Scope = text.parse().unwrap();
            let verdict = table.judge(None).verdict(Graph::of(&catalog).id(&scope));
            assert_ne!(verdict, Verdict::Denied, "deny {entry}: {text}");
        }
    }
}

/// Of many entries that decide, three are named and all are counted, and what they are is worked out once for all names
/// that nobody knows.
#[test]
fn many_entries_cost_what_they_are_worth() {
    let catalog = Catalog::embedded();
    let entries: Vec<String> = (0..2000).map(|n| format!("Desk.**.x{n}.READ")).collect();
    let policy = policy_of("allow", &[], &entries);
    let table = Table::new(&catalog, &policy);
    for n in 0..500 {
        let scope: Scope = format!("Desk.thing{n}.READ").parse().unwrap();
        let reasons = table.judge(None).reasons(&scope);
        assert_eq!((reasons.verdict, reasons.decided_by.len(), reasons.deciders), (Verdict::Denied, 3, 2000));
        assert_eq!(reasons.decided_by[0].text, "Desk.**.x0.READ");
    }
}
