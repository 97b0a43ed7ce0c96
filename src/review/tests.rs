use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::input::scan::Scanner;
use crate::policy::{self, Top};
use crate::text::Source;

const POLICY: &str = "version: 1
allow: [ZohoBooks.invoices.ALL, \"ZohoCRM.modules.*.READ\"]
deny: [\"**.DELETE\"]
apps:
  sync: { owner: us, allow: [Desk.tickets.READ], deny: [ZohoCRM.users.ALL] }
";

/// Pieces of lists that call for every kind of finding; each stands in a line of its own or in a list.
const PIECES: [&str; 14] = [
    "ZohoBooks.invoices.READ",
    "ZohoBooks.invoices.ALL",
    "zohobooks.INVOICES.read",
    "ZohoBooks.fullaccess.all",
    "ZohoCRM.modules.ALL",
    "ZohoCRM.modules.leads.READ",
    "ZohoCRM.users.ALL",
    "ZohoCRM.modules.leads.WRITE",
    "Desk.tickets.READ",
    "Desk.ticket.READ",
    "ZohoMail.messages.READ",
    "ZohoDirectory.Users.UPDATE",
    "ZohoUnheard.of.READ",
    "ZohoBooks.contacts.DELETE",
];

/// A text with a few lists, out of few kinds, so that the same lists come again.
fn texts() -> impl Strategy<Value = Vec<String>> {
    let list = prop::collection::vec(0..PIECES.len(), 1..4);
    let lists = prop::collection::vec((list, 0..4_usize), 1..4);
    lists.prop_flat_map(|lists| {
        let line = (0..lists.len(), 0..3_usize).prop_map(move |(at, indent)| {
            let (list, style) = &lists[at];
            let names: Vec<&str> = list.iter().map(|at| PIECES[*at]).collect();
            let blank = "é ".repeat(indent);
            match style {
                0 => format!("{blank}scope = '{}'\n\n", names.join(",")),
                1 => format!("{blank}scope: [\n\"{}\"]\n\n", names.join("\",\n\"")),
                2 => format!("{blank}see {} there\n\n", names.join(" and ")),
                _ => format!("{blank}https://accounts.zoho.com/oauth/v2/auth?scope={}\n\n", names.join(",")),
            }
        });
        prop::collection::vec(prop::collection::vec(line, 1..5).prop_map(|lines| lines.concat()), 1..5)
    })
}

/// Decoded once for all cases.
static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_was_said_before_changes_nothing(texts in texts()) {
        let catalog: &Catalog = &CATALOG;
        let mut sources = Sources::default();
        let top = Top::File { path: Path::new("zscope.yaml"), text: POLICY.to_owned() };
        let policy = policy::load(top, &|_| Err("no such file".to_owned()), &[], &mut sources).unwrap();
        let scanner = Scanner::new(catalog);
        let mut requests = Vec::new();
        for text in texts {
            let id = sources.add(Source::new("x", text.clone()));
            for request in scanner.read(id, &text) {
                requests.push(Request { app: Some("sync".to_owned()), ..request.clone() });
                requests.push(request);
            }
        }
        let review = Review::new(catalog, &policy, jiff::civil::date(2026, 11, 1));
        let table = Table::new(catalog, &policy);
        let together = review.judge_part(&table, &requests);
        let mut alone = Said::default();
        for request in &requests {
            alone.append(review.say(&table, request, &mut Memory::default()));
        }
        prop_assert_eq!(format!("{:?}", together.scopes), format!("{:?}", alone.scopes));
        prop_assert_eq!(format!("{:?}", together.findings), format!("{:?}", alone.findings));
    }
}
