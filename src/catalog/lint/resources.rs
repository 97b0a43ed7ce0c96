//! Resources, one-word scopes and groups.

use std::collections::HashMap;
use std::ops::Range;

use super::{Context, Fault, Kind, Subject};
use crate::scope::is_placeholder;

impl Subject<'_> {
    pub(super) fn resources(&self, context: &Context<'_>, faults: &mut Vec<Fault>) {
        let mut names: HashMap<String, (&str, u32)> = HashMap::new();
        let mut in_file_order: Vec<_> = self.service.resources.iter().collect();
        in_file_order.sort_by_key(|resource| resource.line);
        let ends = in_file_order.iter().skip(1).map(|next| next.line).chain([u32::MAX]).collect::<Vec<_>>();
        for (resource, end) in in_file_order.into_iter().zip(ends) {
            let dotted = resource.dotted();
            let fault = |kind, message| self.fault(kind, resource.line, |text| text == dotted, message);
            if resource.data.is_empty() && !self.data_refused(resource.line..end) {
                faults.push(no_data(fault(Kind::DataClasses, format!("the resource `{dotted}` has no data classes"))));
            }
            for (n, part) in resource.path.iter().enumerate().filter(|(_, part)| is_placeholder(part)) {
                if part.to_ascii_lowercase().contains("operation") {
                    let message = format!("the placeholder `{part}` of `{dotted}` stands for an operation");
                    let help = "name the operations; what stands in no source goes under `left-out`";
                    faults.push(fault(Kind::OperationPlaceholder, message).help(help));
                }
                let (first, line) = *names.entry(position(&resource.path[..n])).or_insert((part, resource.line));
                if first != part {
                    let message = format!("the placeholder `{part}` of `{dotted}` is called `{first}` in line {line}");
                    faults
                        .push(fault(Kind::PlaceholderNames, message).help("give a placeholder one name in a service"));
                }
            }
            let key = (self.service.name.to_ascii_lowercase(), dotted.to_ascii_lowercase());
            if !context.called.contains(&key) {
                faults.push(fault(Kind::NoEndpoints, format!("no call names the resource `{dotted}`")));
            }
        }
        for word in self.service.words.iter().filter(|word| word.data.is_empty()) {
            if self.data_refused(word.provenance.line..u32::MAX) {
                continue;
            }
            let message = format!("the scope `{}` has no data classes", word.name);
            faults.push(no_data(self.fault(
                Kind::DataClasses,
                word.provenance.line,
                |text| text == word.name,
                message,
            )));
        }
    }

    /// Whether data classes were refused in some lines, so that they are missing for a known reason.
    fn data_refused(&self, lines: Range<u32>) -> bool {
        let within = |fault: &Fault| u32::try_from(fault.line).is_ok_and(|line| lines.contains(&line));
        self.refused.iter().any(|fault| fault.kind == Kind::DataClasses && within(fault))
    }

    pub(super) fn groups(&self, context: &Context<'_>, faults: &mut Vec<Fault>) {
        let service = self.known(context);
        for group in &self.service.groups {
            let parent = group.parent.join(".");
            let mut dead = |what: &str, written: &str| {
                let message = format!("the group's {what} `{written}` match no resource of `{}`", service.name);
                let message = if what == "parent" { message.replace(" match ", " matches ") } else { message };
                let is_it = |text: &str| text.eq_ignore_ascii_case(written);
                faults.push(self.fault(Kind::DeadGroup, group.provenance.line, is_it, message));
            };
            if service.resource(&group.parent).is_none() {
                dead("parent", &parent);
            }
            if !service.resources.iter().any(|resource| group.children.matches_parts(&resource.path)) {
                dead("children", &group.children.to_string());
            }
        }
    }
}

fn no_data(fault: Fault) -> Fault {
    fault.help("say what kind of data or power it is: the toxic combinations rest on it")
}

/// What stands before a placeholder, whatever placeholders in it are called.
fn position(before: &[String]) -> String {
    let part = |part: &String| if is_placeholder(part) { "{}".to_owned() } else { part.to_ascii_lowercase() };
    before.iter().map(part).collect::<Vec<_>>().join(".")
}
