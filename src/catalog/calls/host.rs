//! Which services a host speaks for. A hint that orders what a path alone leaves open, and never proof: proxies and
//! custom domains exist, and the catalog does not know the hosts of every product.

use crate::catalog::Service;
use crate::catalog::data_centre;

use super::template::{Segment, matches};

/// How well a host fits a service; the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HostFit {
    /// The catalog lists the host for the service, in this or another data centre.
    Listed,
    /// The host bears the product's name.
    Named,
    /// The call names no host, or the catalog lists none for the service.
    Unsaid,
    /// The catalog lists other hosts.
    Other,
}

/// How well the host of a call fits a service.
pub(super) fn fit(service: &Service, host: Option<&str>) -> HostFit {
    let Some(host) = host else { return HostFit::Unsaid };
    let asked = stem(host);
    if service.hosts.iter().any(|listed| stem(listed) == asked) {
        return HostFit::Listed;
    }
    if let [product, "zoho"] = asked.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        let product = product.strip_suffix("sandbox").unwrap_or(product);
        let names = [bare(&service.product), bare(&service.name)];
        let is_named = |label: &str| names.iter().any(|name| !name.is_empty() && name == label);
        if is_named(product) || product.strip_suffix("api").is_some_and(is_named) {
            return HostFit::Named;
        }
    }
    if service.hosts.is_empty() { HostFit::Unsaid } else { HostFit::Other }
}

/// Whether a host is that of a template, `{bucket}.zohostratus.com`, in any data centre.
pub(super) fn is_of_template(template: &str, host: &str) -> bool {
    let (template, host) = (stem(template), stem(host));
    let label = |(known, asked): (&String, &String)| match Segment::parse(known) {
        Segment::Any => !asked.is_empty(),
        Segment::Mixed(pieces) => matches(&pieces, asked),
        Segment::Literal(_) | Segment::Digits => known == asked,
    };
    template.len() == host.len() && template.iter().zip(&host).all(label)
}

/// The labels of a host without its data centre's ending, in lower case: `desk.zoho.com.au` is `desk`, `zoho`. The hosts
/// of sandboxes, developer editions and downloads are those of the product.
fn stem(host: &str) -> Vec<String> {
    let folded = host.to_ascii_lowercase();
    // Canada has a domain of its own.
    let folded = folded.strip_suffix(".zohocloud.ca").map_or(folded.clone(), |front| format!("{front}.zoho.ca"));
    let ending = data_centre::endings().filter(|ending| ends_in(&folded, ending)).max_by_key(|ending| ending.len());
    let ending = ending.unwrap_or("{dc}");
    let front = if ends_in(&folded, ending) { folded.get(..folded.len() - ending.len() - 1) } else { None };
    let mut labels: Vec<String> = front.unwrap_or(&folded).split('.').map(str::to_owned).collect();
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

/// A product's name as it stands in hosts: `Zoho Mail` is `mail`.
fn bare(name: &str) -> String {
    let joined: String = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    joined.strip_prefix("zoho").map_or(joined.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_services() {
        let service = |name: &str, product: &str, hosts: &[&str]| Service {
            name: name.to_owned(),
            product: product.to_owned(),
            hosts: hosts.iter().map(|&host| host.to_owned()).collect(),
            ..Service::default()
        };
        let crm = service("ZohoCRM", "Zoho CRM", &["www.zohoapis.{dc}"]);
        let desk = service("Desk", "Zoho Desk", &[]);
        let projects = service("ZohoProjects", "Zoho Projects", &["projectsapi.zoho.{dc}"]);
        for (service, host, expected) in [
            (&crm, "www.zohoapis.eu", HostFit::Listed),
            (&crm, "sandbox.zohoapis.com.au", HostFit::Listed),
            (&crm, "developer.zohoapis.in", HostFit::Listed),
            (&crm, "content.zohoapis.com.cn", HostFit::Listed),
            (&crm, "www.zohoapis.{dc}", HostFit::Listed),
            (&crm, "crm.zoho.com", HostFit::Named),
            (&crm, "crmsandbox.zoho.in", HostFit::Named),
            (&crm, "desk.zoho.in", HostFit::Other),
            (&crm, "www.zohoapis.com.evil.example", HostFit::Other),
            (&desk, "desk.zoho.in", HostFit::Named),
            (&desk, "desk.zohocloud.ca", HostFit::Named),
            (&desk, "people.zoho.in", HostFit::Unsaid),
            (&desk, "desk.zoho.in.evil.example", HostFit::Unsaid),
            (&projects, "projectsapi.zoho.jp", HostFit::Listed),
            (&projects, "projects.zoho.jp", HostFit::Named),
        ] {
            assert_eq!(fit(service, Some(host)), expected, "{} {host}", service.name);
        }
        assert_eq!(fit(&crm, None), HostFit::Unsaid);
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
