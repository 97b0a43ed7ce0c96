//! Which services stand behind a host, and what a service's paths begin with there.

use super::call::Asked;
use super::template::{Segment, matches, segments, version};
use crate::catalog::data_centre;

/// The host of a line that holds for every host, and for a call without one.
const ANY_HOST: &str = "*";

/// The hosts of all services, and what paths begin with there.
#[derive(Debug)]
pub(super) struct Table(Vec<Line>);

/// A service, a host, and a beginning of its paths there.
#[derive(Debug)]
struct Line {
    service: usize,
    /// The labels of the host; `None` for any, and for a call without one.
    host: Option<Vec<String>>,
    /// Only paths that begin so are answered there; any when it is empty.
    base: String,
    /// What the catalog writes in its place; the same when it is empty.
    stands_for: String,
}

/// How a path is looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Ways {
    /// The host is one that the catalog knows, or there is none.
    pub(super) is_known: bool,
    /// The services whose own paths are looked up; `None` for all.
    pub(super) own: Option<Vec<usize>>,
    /// Services and the path as the catalog writes it.
    pub(super) rewritten: Vec<(usize, Vec<Asked>)>,
}

impl Table {
    /// Reads lines of `service number, tab, host, tab, base path, tab, what it stands for`.
    pub(super) fn of(text: &str) -> Self {
        let line = |line: &str| {
            let mut fields = line.split('\t');
            let service = fields.next()?.parse().ok()?;
            let host = Some(fields.next()?).filter(|host| *host != ANY_HOST).map(stem);
            Some(Line { service, host, base: fields.next()?.to_owned(), stands_for: fields.next()?.to_owned() })
        };
        Self(text.lines().filter_map(line).collect())
    }

    /// The ways to look up a path on a host.
    pub(super) fn ways(&self, host: Option<&str>, path: &[Asked]) -> Ways {
        let mut ways = Ways { is_known: host.is_none(), own: None, rewritten: Vec::new() };
        let mut everywhere: Vec<usize> = Vec::new();
        if let Some(host) = host {
            let mut own = Vec::new();
            for line in self.on(host) {
                ways.is_known = true;
                if line.base.is_empty() {
                    everywhere.push(line.service);
                    own.push(line.service);
                } else if line.stands_for.is_empty() {
                    own.extend(begins(&line.base, path).map(|_| line.service));
                } else {
                    ways.rewritten.extend(line.rewritten(path));
                }
            }
            ways.own = Some(own);
        }
        for line in self.0.iter().filter(|line| line.host.is_none()) {
            if host.is_none() || everywhere.contains(&line.service) {
                ways.rewritten.extend(line.rewritten(path));
            }
        }
        ways
    }

    /// The services that a host speaks for.
    pub(super) fn services(&self, host: &str) -> Vec<usize> {
        let mut found: Vec<usize> = self.on(host).map(|line| line.service).collect();
        found.dedup();
        found
    }

    fn on(&self, host: &str) -> impl Iterator<Item = &Line> {
        let asked = stem(host);
        self.0.iter().filter(move |line| line.host.as_deref().is_some_and(|known| fits(known, &asked)))
    }
}

impl Line {
    fn rewritten(&self, path: &[Asked]) -> Option<(usize, Vec<Asked>)> {
        let versions = begins(&self.base, path)?;
        let rest = path.get(segments(&self.base).len()..)?;
        let spelt = |segment: &str| match versions.iter().find(|(known, _)| *known == segment) {
            Some((_, asked)) => Asked::new(asked),
            None => Asked::new(segment),
        };
        let front = segments(&self.stands_for).into_iter().map(spelt);
        Some((self.service, front.chain(rest.iter().cloned()).collect()))
    }
}

/// Whether a path begins with a base path, and the versions of the API that differ in them: the base's and the path's.
fn begins<'b>(base: &'b str, path: &[Asked]) -> Option<Vec<(&'b str, String)>> {
    let base = segments(base);
    let mut versions = Vec::new();
    for (at, known) in base.into_iter().enumerate() {
        let asked = path.get(at)?;
        let fits = match Segment::parse(known) {
            Segment::Literal(text) if text.eq_ignore_ascii_case(&asked.text) => true,
            Segment::Literal(text) if version(&text).is_some() && version(&asked.text).is_some() => {
                versions.push((known, asked.text.clone()));
                true
            }
            Segment::Literal(_) => false,
            Segment::Digits => asked.text.bytes().all(|b| b.is_ascii_digit()),
            Segment::Mixed(pieces) => matches(&pieces, &asked.folded),
            Segment::Any => true,
        };
        if !fits {
            return None;
        }
    }
    Some(versions)
}

/// Whether a host is that of a template, `{bucket}.zohostratus.com`, in any data centre.
pub(super) fn is_of_template(template: &str, host: &str) -> bool {
    fits(&stem(template), &stem(host))
}

fn fits(known: &[String], asked: &[String]) -> bool {
    let label = |(known, asked): (&String, &String)| match Segment::parse(known) {
        // A host may be written with a placeholder, too, when it is a template that is looked up.
        Segment::Any => !asked.is_empty(),
        Segment::Mixed(pieces) => matches(&pieces, asked),
        Segment::Literal(_) | Segment::Digits => known == asked || is_open(asked),
    };
    known.len() == asked.len() && known.iter().zip(asked).all(label)
}

/// Whether a label of a host is filled in at run time: `{dc}`, `${region}`, `%s`, `<dc>`.
fn is_open(label: &str) -> bool {
    label.starts_with(['{', '$', '<', '%', '['])
}

/// The labels of a host without its data centre's ending, in lower case: `desk.zoho.com.au` is `desk`, `zoho`. The hosts
/// of sandboxes, developer editions and downloads are those of the product.
fn stem(host: &str) -> Vec<String> {
    let folded = host.to_ascii_lowercase();
    // Canada has a domain of its own.
    let folded = folded.strip_suffix(".zohocloud.ca").map_or(folded.clone(), |front| format!("{front}.zoho.ca"));
    let ending = data_centre::endings().filter(|ending| ends_in(&folded, ending)).max_by_key(|ending| ending.len());
    let front = ending.and_then(|ending| folded.get(..folded.len() - ending.len() - 1));
    let mut labels: Vec<String> = front.unwrap_or(&folded).split('.').map(str::to_owned).collect();
    if front.is_none() {
        // `zoho.{dc}`, `zoho.${region}`; `zoho{{dc}}`, where the dot is part of what is filled in.
        if labels.last().is_some_and(|label| is_open(label)) {
            labels.pop();
        } else if let Some(last) = labels.last_mut()
            && let Some(at) = last.find(['{', '$', '<', '%', '[']).filter(|at| *at > 0)
        {
            last.truncate(at);
        }
    }
    if labels.len() == 2
        && labels.last().is_some_and(|domain| domain == "zohoapis")
        && labels.first().is_some_and(|first| ["www", "sandbox", "developer", "content"].contains(&first.as_str()))
    {
        labels.remove(0);
    }
    labels
}

fn ends_in(host: &str, ending: &str) -> bool {
    host.strip_suffix(ending).is_some_and(|front| front.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "0\twww.zohoapis.{dc}\t\t\n1\tbooks.zoho.{dc}\t/api/v3\t/books/v3\n1\twww.zohoapis.{dc}\t\t\n\
                         2\tdesk.zoho.{dc}\t\t\n3\tcliq.zoho.{dc}\t\t\n3\t*\t/company/{company}/api/v2\t/api/v2\n\
                         4\t{customer}.sdpondemand.manageengine.{dc}\t\t\n5\tzohoapis.{dc}\t/creator\t\n";

    fn looked_up(host: Option<&str>, path: &str) -> (bool, Option<Vec<usize>>, Vec<(usize, String)>) {
        let path: Vec<Asked> = segments(path).into_iter().map(Asked::new).collect();
        let ways = Table::of(TABLE).ways(host, &path);
        let text = |path: &[Asked]| path.iter().fold(String::new(), |text, asked| text + "/" + &asked.text);
        let rewritten = ways.rewritten.iter().map(|(service, path)| (*service, text(path))).collect();
        (ways.is_known, ways.own, rewritten)
    }

    #[test]
    fn hosts_name_services() {
        for (host, services) in [
            ("www.zohoapis.eu", Some(vec![0, 1])),
            ("sandbox.zohoapis.com.au", Some(vec![0, 1])),
            ("developer.zohoapis.in", Some(vec![0, 1])),
            ("content.zohoapis.com.cn", Some(vec![0, 1])),
            ("www.zohoapis.{dc}", Some(vec![0, 1])),
            ("www.zohoapis.${region}", Some(vec![0, 1])),
            ("www.zohoapis.%s", Some(vec![0, 1])),
            ("www.zohoapis{{tld}}", Some(vec![0, 1])),
            ("desk.zohocloud.ca", Some(vec![2])),
            ("acme.sdpondemand.manageengine.com", Some(vec![4])),
            ("desk.zoho.in.evil.example", None),
            ("www.zohoapis.com.evil.example", None),
            ("zohoapis.evil.example", None),
            ("api.stripe.com", None),
            ("people.zoho.in", None),
        ] {
            let (is_known, own, _) = looked_up(Some(host), "/x");
            assert_eq!((is_known, own), (services.is_some(), Some(services.unwrap_or_default())), "{host}");
        }
        assert_eq!(looked_up(None, "/x"), (true, None, Vec::new()));
    }

    #[test]
    fn paths_begin_otherwise_on_some_hosts() {
        let rewritten = |service, path: &str| vec![(service, path.to_owned())];
        assert_eq!(looked_up(Some("books.zoho.in"), "/api/v3/bills/1").2, rewritten(1, "/books/v3/bills/1"));
        assert_eq!(looked_up(Some("books.zoho.in"), "/api/v4/bills").2, rewritten(1, "/books/v4/bills"));
        assert_eq!(looked_up(Some("books.zoho.in"), "/books/v3/bills"), (true, Some(Vec::new()), Vec::new()));
        assert_eq!(looked_up(None, "/api/v3/bills").2, []);
        assert_eq!(looked_up(None, "/company/7/api/v2/bots").2, rewritten(3, "/api/v2/bots"));
        assert_eq!(looked_up(Some("cliq.zoho.eu"), "/company/7/api/v2/bots").2, rewritten(3, "/api/v2/bots"));
        assert_eq!(looked_up(Some("desk.zoho.eu"), "/company/7/api/v2/bots").2, []);
        assert_eq!(looked_up(Some("zohoapis.eu"), "/creator/v2/data").1, Some(vec![0, 1, 5]));
        assert_eq!(looked_up(Some("zohoapis.eu"), "/crm/v8/Leads").1, Some(vec![0, 1]));
    }

    #[test]
    fn hosts_with_placeholders() {
        for (template, host, expected) in [
            ("{bucket}.zohostratus.com", "files.zohostratus.com", true),
            ("<bucket>.zohostratus.in", "files.zohostratus.eu", true),
            ("{bucket}.zohostratus.com", "{bucket}.zohostratus.com", true),
            ("{bucket}.zohostratus.com", "zohostratus.com", false),
            ("{bucket}.zohostratus.com", "a.b.zohostratus.com", false),
            ("{bucket}.zohostratus.com", "a.evilstratus.com", false),
        ] {
            assert_eq!(is_of_template(template, host), expected, "{template} {host}");
        }
    }
}
