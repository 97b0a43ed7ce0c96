//! How far a live audit is, for people who wait at a terminal, and how they end it early.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::live::Watch;

/// Somebody has ended the run.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// A line on standard error; nothing where that is no terminal.
pub(super) struct Progress(Option<ProgressBar>);

impl Progress {
    /// Begins to show how many of the grants are done, and to listen for an interrupt.
    pub(super) fn start(grants: usize) -> Self {
        listen();
        if !io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::new(u64::try_from(grants).unwrap_or(u64::MAX));
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} grants asked about") {
            bar.set_style(style);
        }
        bar.tick();
        Self(Some(bar))
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Progress {
    fn advance(&self) {
        if let Some(bar) = &self.0 {
            bar.inc(1);
        }
    }

    fn is_stopped(&self) -> bool {
        STOPPED.load(Ordering::Relaxed)
    }
}

/// The first interrupt stops the asking, so that what was learnt is reported: tokens were minted for it. The second one
/// ends the run.
#[cfg(feature = "online")]
fn interrupted() -> bool {
    if STOPPED.swap(true, Ordering::Relaxed) {
        return false;
    }
    super::super::tell("note: interrupted: what has been learnt is reported; once more ends the run at once");
    true
}

#[cfg(all(feature = "online", unix))]
fn listen() {
    super::super::signals::on_interrupt(interrupted);
}

#[cfg(all(feature = "online", not(unix)))]
fn listen() {
    // Where nobody can listen, an interrupt ends the run as ever.
    let _ = ctrlc::set_handler(|| {
        if !interrupted() {
            std::process::exit(130);
        }
    });
}

#[cfg(not(feature = "online"))]
fn listen() {}
