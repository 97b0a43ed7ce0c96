//! Ways past the gate, by their kinds: what was found once stands for its kind, and each kind has neighbours here or in
//! the test that the list below names. A way that is met anew gets a line here, a test, and three neighbours.
//!
//! | the kind: how something passes | where it is held, with its neighbours |
//! |---|---|
//! | a reader that leaves early takes the exit code along | `gate::a_reader_that_leaves_changes_no_exit_code`: other commands, formats, files |
//! | which application owns a file depends on where a run begins | `gate::apps_own_their_paths_…`: links, `..`, a folder above; `gate::files_outside_…` |
//! | an input is something else than its name says | `reading::an_argument_that_is_a_scope_…`; `what_is_written_decides` here |
//! | whoever writes the source accepts its findings | `gate::comments_accept_what_the_policy_permits`: every place of a policy that permits |
//! | whoever writes the tree hides a file of it | `gate::no_file_of_the_tree_hides_…`, `gate::dot_files_are_scanned`, `gate::ignore_rules_of_a_change_are_told` |
//! | a file looks like something that nobody searches | `reading::full_access_does_not_pass_…`, `reading::own_documents_…`, `gate::archives_are_counted` |
//! | one of several fields, cells or keys is judged | `token_shapes::every_place_of_a_record_…`, `token_shapes::what_programs_would_read_differently_…` |
//! | a record says itself whose it is | `audit::the_client_id_and_the_runs_choice_say_more_than_a_name` |
//! | what is not known passes for nothing | `audit::an_unknown_grant_ends_a_run_…`, `audit::a_lock_says_what_is_not_known` |
//! | a policy reads what it should not, and shows it | `gate::a_policy_reads_nothing_from_elsewhere`, `gate::what_is_no_policy_is_not_shown` |
//! | an operation that nobody listed does what is denied | `what_may_be_meant_is_denied` here |
//! | a name that is filled in passes for a name | `what_may_be_meant_is_denied` here |
//! | what is known is stated otherwise | `gate::an_overlay_redefines_nothing` |
//! | what was accepted once accepts another | `subjects::a_baseline_accepts_the_text_that_it_saw_and_no_other` |
//! | an entry denies what it does not name, or not what it names | `what_may_be_meant_is_denied`, `an_entry_denies_what_it_names_and_nothing_beside` here |
//! | a link of the tree leads an output elsewhere | `interrupted::nothing_is_written_through_a_link_of_the_tree` |
//! | a secret stands where nobody expects one | `canary`, `token_shapes::a_secret_where_a_scope_belongs_…` |
//! | there is a policy, and it counts for none | `gate::what_is_no_policy_is_never_taken_for_none` |
//! | a verdict is denied, and the run passes | `subjects::no_level_lets_pass_what_the_policy_denies` |
//! | what the repository configures is run | `gate::nothing_of_the_repository_is_run` |
//! | the files by which a change is judged are its own | `author`, `gate::a_change_is_judged_by_what_stood_before_it`, `gate::a_lock_is_that_of_the_base` |
//! | an input costs more than it is worth | `many_entries_cost_what_they_are_worth` here, `gate::what_has_no_end_is_never_waited_for`, `input::plain` |

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
