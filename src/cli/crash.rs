//! What is said when the program fails by a fault of its own.

use std::panic::{self, Location};

/// Lets a panic say where it happened, and nothing of what was being read: its own words may repeat a piece of a text,
/// and with it a secret.
pub(super) fn tell_nothing_of_the_input() {
    panic::set_hook(Box::new(|panic| super::tell(&told(panic.location()))));
}

fn told(place: Option<&Location<'_>>) -> String {
    let at = place.map(|place| format!(" at {}:{}:{}", place.file(), place.line(), place.column())).unwrap_or_default();
    format!(
        "error: zscope {} has a fault of its own{at}\n  help: report it with the command line; what was being read is not \
         shown, since it may hold secrets",
        env!("CARGO_PKG_VERSION")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crash_tells_its_place() {
        let told = told(Some(Location::caller()));
        assert!(told.contains(&format!("at src/cli/crash.rs:{}", line!() - 1)), "{told}");
        assert!(super::told(None).starts_with("error: zscope "));
    }
}
