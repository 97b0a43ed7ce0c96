//! What is done before a signal ends the run: files that are being written go, and nothing is left beside the others.

use std::ffi::OsString;
use std::fs;
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::thread;

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, unlinkat};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// A file that is being written: its folder, and its name there.
type Unfinished = (Arc<OwnedFd>, OsString);

static UNFINISHED: Mutex<Vec<Unfinished>> = Mutex::new(Vec::new());

/// Answers an interrupt, and says whether the run is to go on.
type Answer = fn() -> bool;

static ANSWER: Mutex<Option<Answer>> = Mutex::new(None);

/// Takes note of a file before it is there: a signal takes it away.
pub(super) fn begin(folder: &Arc<OwnedFd>, name: OsString) {
    listen();
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push((Arc::clone(folder), name));
}

/// Takes note that a file has its name, or has gone.
pub(super) fn end(folder: &Arc<OwnedFd>, name: &OsString) {
    let is_it = |(other, known): &Unfinished| Arc::ptr_eq(other, folder) && known == name;
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).retain(|unfinished| !is_it(unfinished));
}

/// Lets somebody answer interrupts. Where nobody can listen, an interrupt ends the run as ever.
#[cfg(feature = "online")]
pub(super) fn on_interrupt(answer: Answer) {
    *ANSWER.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    listen();
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // What whoever started the program has it ignore, it goes on ignoring.
        let wanted = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| !is_ignored(*signal));
        let Ok(mut signals) = Signals::new(wanted) else { return };
        thread::spawn(move || {
            for signal in signals.forever() {
                let answer = *ANSWER.lock().unwrap_or_else(PoisonError::into_inner);
                if signal == SIGINT && answer.is_some_and(|answer| answer()) {
                    continue;
                }
                finish(signal, answer.is_some());
            }
        });
    });
}

/// Takes everything away that is unfinished, and ends the program: as the signal would have, or where interrupts are
/// `answered`, with the exit code that shells take for the end by a signal.
fn finish(signal: i32, answered: bool) {
    // Held to the end: nothing new is begun meanwhile.
    let unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
    for (folder, name) in unfinished.iter() {
        // It may just have got its name, or not be there yet.
        let _ = unlinkat(folder, name, AtFlags::empty());
    }
    if answered {
        std::process::exit(128 + signal);
    }
    let _ = emulate_default_handler(signal);
    drop(unfinished);
}

/// Whether the program was started with a signal ignored, as far as the system tells.
fn is_ignored(signal: i32) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    u32::try_from(signal - 1).is_ok_and(|bit| mask.checked_shr(bit).is_some_and(|rest| rest & 1 == 1))
}
