//! The answer for people.

use std::fmt::Write as _;

use super::{Answer, Hit};
use crate::access::{Alternative, Choice, Opener, Openers};
use crate::catalog::calls::{Host, Match};
use crate::catalog::{Endpoint, Service};
use crate::report::clean;

/// What joins the scopes of a set, and how much further in they stand.
const AND: &str = "and ";
const INDENT: usize = 2;

pub(super) fn render(answer: &Answer<'_>, shown: usize) -> String {
    let mut text = head(answer);
    for (n, hit) in answer.hits.iter().enumerate() {
        if n >= shown {
            let _ = writeln!(text, "\n… and {} more services (--all shows them)", answer.hits.len() - shown);
            break;
        }
        text.push('\n');
        text.push_str(&facts(hit));
        if same_as_before(answer, n) {
            text.push_str("  needs the same as the call before it\n");
        } else {
            Lists { text: &mut text, shown }.openers(&hit.openers);
        }
    }
    text.push_str(&elsewhere(answer));
    text
}

/// Whether a service has one call twice, with other names of placeholders.
fn same_as_before(answer: &Answer<'_>, n: usize) -> bool {
    let before = n.checked_sub(1).and_then(|n| answer.hits.get(n));
    before.zip(answer.hits.get(n)).is_some_and(|(one, other)| {
        one.at.service.name == other.at.service.name && one.at.endpoint.needs == other.at.endpoint.needs
    })
}

/// The call as it was asked for; for one that is not known, what is like it.
pub(super) fn head(answer: &Answer<'_>) -> String {
    let mut text = format!("{}", clean(&answer.asked));
    if answer.method_assumed {
        let _ = write!(text, "  (no method given: {} assumed)", answer.method);
    }
    text.push('\n');
    if !answer.hits.is_empty() {
        return text;
    }
    match (answer.host_says, &answer.host) {
        (Host::Unknown, Some(host)) => {
            let _ = writeln!(
                text,
                "  the host {} is not in the catalog: which scopes the call needs is not known",
                clean(host)
            );
        }
        _ => text.push_str("  not in the catalog: which scopes it needs is not known\n"),
    }
    if !answer.products.is_empty() {
        let products: Vec<&str> = answer.products.iter().map(|service| service.product.as_str()).collect();
        let _ =
            writeln!(text, "  the host is that of {}, of which no such call is known", clean(&products.join(" and ")));
    }
    if !answer.other_methods.is_empty() {
        text.push_str("\nthe catalog knows this path with other methods\n");
        for at in &answer.other_methods {
            let _ = writeln!(text, "  {}", known(at.service, at.endpoint));
        }
    }
    // The path itself says more than others like it.
    if answer.other_methods.is_empty() && !answer.nearest.is_empty() {
        text.push_str("\nthe nearest known calls\n");
        for (service, endpoint) in &answer.nearest {
            let _ = writeln!(text, "  {}", known(service, endpoint));
        }
    }
    text
}

/// What the catalog says of a known call, doubts included.
pub(super) fn facts(hit: &Hit<'_>) -> String {
    let (service, endpoint) = (hit.at.service, hit.at.endpoint);
    let mut text = known(service, endpoint);
    if !endpoint.summary.is_empty() {
        let _ = write!(text, ": {}", clean(&endpoint.summary));
    }
    text.push('\n');
    for caution in cautions(hit) {
        let _ = writeln!(text, "  caution: {}", clean(&caution));
    }
    if let Some(note) = &endpoint.note {
        let _ = writeln!(text, "  note: {}", clean(note));
    }
    if let Some(basis) = &endpoint.basis {
        let _ = writeln!(text, "  basis: {}", clean(basis));
    }
    if let Some(confidence) = &endpoint.confidence {
        let _ = writeln!(text, "  confidence: {}", clean(confidence));
    }
    let _ = writeln!(text, "  source: {}", clean(&sources(service, endpoint)));
    text
}

/// What makes it doubtful that the known call is the one asked for.
pub(super) fn cautions(hit: &Hit<'_>) -> Vec<String> {
    let at = &hit.at;
    let mut told = Vec::new();
    if let Some(versions) = &at.version {
        let (known, asked) = (&versions.known, &versions.asked);
        told.push(format!("the evidence covers {known}; {asked} may need other scopes"));
    }
    if !at.method_is_stated() {
        told.push("the source names no method for this call".to_owned());
    }
    if at.endpoint.only_reads_to_change() {
        told.push("the call changes data, and the scopes that its source names only read: it may need more".to_owned());
    }
    if let Some(closer) = at.closer {
        told.push(format!("a closer path is known with other methods only: {}", closer.written()));
    }
    if let Some(likelier) = hit.likelier {
        told.push(format!("any name fits a placeholder of it; did you mean {}?", likelier.written()));
    }
    told
}

pub(super) fn elsewhere(answer: &Answer<'_>) -> String {
    let (versions, hosts): (Vec<_>, Vec<_>) = answer.elsewhere.iter().partition(|_| !answer.hits.is_empty());
    let mut text = String::new();
    let mut list = |title: &str, list: &[&Match<'_>], place: &dyn Fn(&Service) -> String| {
        if !list.is_empty() {
            let _ = writeln!(text, "\n{title}");
        }
        for at in list {
            let _ = writeln!(text, "  {}{}", known(at.service, at.endpoint), clean(&place(at.service)));
        }
    };
    list("less likely by its version", &versions, &|_| String::new());
    list("the same path is known on other hosts", &hosts, &|service| {
        let hosts: Vec<&str> = service.hosts.iter().map(|host| host.host.as_str()).collect();
        if hosts.is_empty() { String::new() } else { format!("  at {}", hosts.join(", ")) }
    });
    text
}

/// `GET /books/v3/invoices  (Zoho Books)`.
fn known(service: &Service, endpoint: &Endpoint) -> String {
    format!("{}  ({})", clean(&endpoint.written()), clean(&service.product))
}

fn sources(service: &Service, endpoint: &Endpoint) -> String {
    let cited =
        endpoint.sources.iter().map(|source| format!("{} ({})", service.cite(source), service.source_kind(source)));
    cited.collect::<Vec<_>>().join(" and ")
}

/// The lists of scopes under a known call.
struct Lists<'t> {
    text: &'t mut String,
    shown: usize,
}

impl Lists<'_> {
    fn openers(&mut self, openers: &Openers) {
        match openers {
            Openers::Nothing => self.text.push_str("  needs no scope: the vendor says so\n"),
            Openers::Unstated(listed) => {
                let width = width(listed.iter());
                let lines: Vec<String> = listed.iter().map(|opener| line(opener, "", width)).collect();
                self.list("  the vendor lists these without saying whether any or all are needed", &lines);
            }
            Openers::Unknown => self.text.push_str("  a known call: which scope it needs, nobody says\n"),
            Openers::Likely(listed) => {
                let width = width(listed.iter());
                let lines: Vec<String> = listed.iter().map(|opener| line(opener, "", width)).collect();
                self.list("  nobody ties a scope to this call; likely, by their names", &lines);
            }
            Openers::Disputed(choice) => {
                self.text.push_str("  disputed: sources disagree on what it needs\n");
                self.choice(choice);
            }
            Openers::AnyOf(choice) => self.choice(choice),
        }
    }

    fn choice(&mut self, choice: &Choice) {
        let (others, fitting): (Vec<&Alternative>, Vec<_>) = choice.alternatives.iter().partition(|one| one.elsewhere);
        // Where sources disagree, some ask for what others ask for and for more.
        let asks_more = |one: &&Alternative| fitting.iter().any(|other| one.asks_more_than(other));
        let (more, fitting): (Vec<&Alternative>, Vec<_>) = fitting.iter().copied().partition(asks_more);
        let title = match fitting.len() {
            1 => "  opened by".to_owned(),
            count => format!("  opened by any one of these {count}, the narrowest first"),
        };
        let joined = choice.alternatives.iter().any(|one| one.scopes.len() > 1);
        let width = width(choice.alternatives.iter().flat_map(|one| &one.scopes).chain(&choice.wider));
        let width = if joined { width + AND.len() + INDENT } else { width };
        if choice.one_for_each {
            self.text
                .push_str("  note: these name one thing each: what the call addresses decides which of them it is\n");
        }
        self.list(&title, &fitting.iter().map(|one| set(one, width)).collect::<Vec<_>>());
        self.list(
            "  opened as well by what covers it, the narrowest first",
            &choice.wider.iter().map(|opener| line(opener, "", width)).collect::<Vec<_>>(),
        );
        self.list(
            "  the same and more, as other sources have it",
            &more.iter().map(|one| set(one, width)).collect::<Vec<_>>(),
        );
        self.list(
            "  listed by the vendor too, but for others by their names",
            &others.iter().map(|one| set(one, width)).collect::<Vec<_>>(),
        );
    }

    /// Items may have several lines.
    fn list(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        let _ = writeln!(self.text, "{title}");
        for item in items.iter().take(self.shown) {
            let _ = writeln!(self.text, "    {item}");
        }
        if let Some(more) = items.len().checked_sub(self.shown).filter(|&more| more > 0) {
            let _ = writeln!(self.text, "    … and {more} more (--all shows them)");
        }
    }
}

/// One set of scopes that is needed as a whole; below each what would do in its place.
fn set(one: &Alternative, width: usize) -> String {
    let mut lines = Vec::new();
    for (n, opener) in one.scopes.iter().enumerate() {
        let (joined, width) = if n == 0 { ("", width) } else { (AND, width.saturating_sub(INDENT)) };
        lines.push(line(opener, joined, width));
        if one.scopes.len() > 1 && !opener.covered_by.is_empty() {
            let above: Vec<String> = opener.covered_by.iter().map(|(scope, _)| scope.to_string()).collect();
            lines.push(format!("  or in its place {}", clean(&above.join(", "))));
        }
    }
    lines.join("\n      ")
}

fn line(opener: &Opener, joined: &str, width: usize) -> String {
    let scope = format!("{joined}{}", clean(&opener.scope.to_string()));
    let mut about = vec![status(opener), reaches(opener.reach)];
    if !opener.data.is_empty() {
        about.push(data(opener));
    }
    format!("{scope:<width$}  {}", about.join("; "))
}

/// The columns of the longest scope.
fn width<'o>(openers: impl Iterator<Item = &'o Opener>) -> usize {
    openers.map(|opener| opener.scope.to_string().chars().count()).max().unwrap_or(0)
}

pub(super) fn status(opener: &Opener) -> String {
    let status = opener.status.map_or("not in the catalog", |status| status.as_str());
    if opener.deprecated && status != "deprecated" { format!("{status}, deprecated") } else { status.to_owned() }
}

pub(super) fn data(opener: &Opener) -> String {
    opener.data.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(", ")
}

fn reaches(count: usize) -> String {
    if count == 1 { "reaches itself only".to_owned() } else { format!("reaches {count} scopes") }
}
