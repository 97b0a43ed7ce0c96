//! Exceptions with a reason, an owner and an end.

use jiff::civil::Date;

use crate::text::Place;

use super::Entry;

/// How many days before its end a waiver counts as expiring.
pub const EXPIRING_WITHIN_DAYS: u32 = 14;

/// A decision that some rules may find some scopes without failing anything, until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// What reports call it; no two waivers of a policy share it.
    pub id: String,
    /// Where the id stands.
    pub place: Place,
    /// The application it is for; every application when absent.
    pub app: Option<String>,
    /// The scopes it is for; at least one.
    pub scopes: Vec<Entry>,
    /// The names of the rules it is for; at least one.
    pub rules: Vec<&'static str>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// Where it was discussed.
    pub ticket: Option<String>,
    /// The day it was made.
    pub created: Option<Date>,
    /// The last day on which it holds.
    pub expires: Date,
    /// Where that day stands.
    pub expires_place: Place,
}

/// Whether a waiver holds on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaiverState {
    /// It holds, and for longer than [`EXPIRING_WITHIN_DAYS`].
    Active,
    /// It holds, but not for long.
    Expiring {
        /// How many days are left after this one: 0 on the last day.
        days: u32,
    },
    /// It holds no more.
    Expired {
        /// How many days ago its last day was: at least 1.
        days: u32,
    },
}

impl Waiver {
    /// Whether the waiver holds on a day. The day it was made does not matter.
    #[must_use]
    pub fn state(&self, as_of: Date) -> WaiverState {
        let seconds = as_of.duration_until(self.expires).as_secs();
        let days = u32::try_from(seconds.unsigned_abs() / (24 * 60 * 60)).unwrap_or(u32::MAX);
        match seconds {
            ..0 => WaiverState::Expired { days },
            _ if days <= EXPIRING_WITHIN_DAYS => WaiverState::Expiring { days },
            _ => WaiverState::Active,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::fixture;

    #[test]
    fn the_last_day_still_holds() {
        let text = "version: 1\nwaivers:\n  - { id: W-1, scopes: [openid], rules: [full-access], reason: r, owner: o, \
                    expires: 2027-01-31 }\n";
        let policy = fixture::load(text).unwrap();
        for (as_of, expected) in [
            ("2027-01-16", WaiverState::Active),
            ("2027-01-17", WaiverState::Expiring { days: 14 }),
            ("2027-01-30", WaiverState::Expiring { days: 1 }),
            ("2027-01-31", WaiverState::Expiring { days: 0 }),
            ("2027-02-01", WaiverState::Expired { days: 1 }),
            ("2028-01-31", WaiverState::Expired { days: 365 }),
            ("-009999-01-01", WaiverState::Active),
            ("9999-12-31", WaiverState::Expired { days: 2_912_047 }),
        ] {
            assert_eq!(policy.waivers[0].state(as_of.parse().unwrap()), expected, "{as_of}");
        }
    }
}
