//! Faults of waivers.

use jiff::civil::Date;

use super::faults::{Fault, FaultKind};
use super::of_apps::is_placeholder_name;
use crate::catalog::Catalog;
use crate::judge::names_nothing;
use crate::policy::{Entry, Policy, Waiver, WaiverState};
use crate::scope::Part;

pub(super) fn faults(catalog: &Catalog, policy: &Policy, as_of: Date) -> Vec<Fault> {
    let mut found = Vec::new();
    for (at, waiver) in policy.waivers.iter().enumerate() {
        let id = &waiver.id;
        for entry in &waiver.scopes {
            if let Some((why, help)) = names_nothing(catalog, entry) {
                let message = format!("waiver `{id}` accepts nothing by `{}`: {why}", entry.text);
                found.push(Fault::new(FaultKind::NamesNothing, entry.place, message, help));
            }
        }
        let is_filled_in = |ticket: &String| !is_placeholder_name(ticket);
        let has_ticket = waiver.ticket.as_ref().is_some_and(is_filled_in);
        if is_placeholder_name(&waiver.owner) {
            // A ticket that is left to fill in beside it is the same omission.
            let both = if !has_ticket && waiver.ticket.is_some() { ", and so is its ticket" } else { "" };
            let message = format!("the owner of waiver `{id}` is a placeholder: `{}`{both}", waiver.owner);
            found.push(Fault::new(FaultKind::PlaceholderOwner, waiver.place, message, "name who answers for it"));
        }
        if !has_ticket && (waiver.ticket.is_none() || !is_placeholder_name(&waiver.owner)) {
            let message = format!("waiver `{id}` names no ticket");
            let help = "write where it was discussed: `ticket: SEC-431`";
            found.push(Fault::new(FaultKind::NoTicket, waiver.place, message, help));
        }
        if let Some(entry) = waiver.scopes.iter().find(|entry| is_wide(entry)) {
            let message = format!("waiver `{id}` accepts every scope of a service, or of all: `{}`", entry.text);
            let help = "name the scopes that the application really needs, one entry each";
            found.push(Fault::new(FaultKind::WideWaiver, entry.place, message, help));
        }
        if let Some(most) = policy.max_waiver_days {
            let from = waiver.created.unwrap_or(as_of);
            let days = from.duration_until(waiver.expires).as_secs() / (24 * 60 * 60);
            if days > i64::from(most) {
                let message =
                    format!("waiver `{id}` holds for {days} days, and the policy lets waivers hold for {most}");
                let help = "let it end sooner, and renew it with a new decision if it is still needed then";
                found.push(Fault::new(FaultKind::LongWaiver, waiver.expires_place, message, help));
            }
        }
        match waiver.state(as_of) {
            WaiverState::Active => {}
            WaiverState::Expiring { days } => {
                let message = format!("waiver `{id}` ends in {days} days, on {}", waiver.expires);
                let help = "renew it with a new decision, or take the access away";
                found.push(Fault::new(FaultKind::ExpiringWaiver, waiver.expires_place, message, help));
            }
            WaiverState::Expired { days } => {
                let message = format!("waiver `{id}` holds no more: it ended {days} days ago, on {}", waiver.expires);
                found.push(Fault::new(
                    FaultKind::ExpiredWaiver,
                    waiver.expires_place,
                    message,
                    "take it out, or decide anew",
                ));
            }
        }
        if let Some(other) = policy.waivers[..at].iter().find(|other| overlap(other, waiver)) {
            let message = format!("waivers `{}` and `{id}` accept the same rule on the same scope", other.id);
            let help = "let one of them hold for it, so that its end is the end";
            found.push(Fault::new(FaultKind::OverlappingWaivers, waiver.place, message, help));
        }
    }
    found
}

/// Whether an entry names everything of a service, or of all.
fn is_wide(entry: &Entry) -> bool {
    let parts = entry.pattern.parts();
    let is_open = |part: &Part| matches!(part, Part::One | Part::Many);
    !parts.is_empty() && parts.iter().skip(1).all(is_open) && (parts.len() > 1 || is_open(&parts[0]))
}

fn overlap(one: &Waiver, other: &Waiver) -> bool {
    let same_app = one.app.is_none() || other.app.is_none() || one.app == other.app;
    let same_rule = one.rules.iter().any(|rule| other.rules.contains(rule));
    let meets = |entry: &Entry| other.scopes.iter().any(|known| known.pattern.meets(&entry.pattern));
    same_app && same_rule && one.scopes.iter().any(meets)
}
