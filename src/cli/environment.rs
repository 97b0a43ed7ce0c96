//! Options that variables of the environment set where the command line does not: `ZSCOPE_POLICY` for `--policy`.
//!
//! They say what a report looks like and where it goes, and by which policy and for whom is judged. None lets more pass
//! than the command line says: whoever can set a variable of a job must not be able to lower its gate. So there is none for
//! `--fail-on`, `--baseline`, `--as-of`, `--catalog`, `--trust-catalog`, `--allow-path`, `--glob` or `--strict`, and
//! `ZSCOPE_POLICY` does not count beside `--policy-from`. A report says when the policy was named so.

use std::ffi::{OsStr, OsString};

use clap::Command;

use crate::report::Notice;

/// What a variable may set, wherever a command has it.
const OF_ALL: [&str; 3] = ["app", "color", "policy"];

/// What a variable may set for the commands that write reports.
const OF_REPORTS: [&str; 4] = ["format", "output", "sarif-category", "sarif-profile"];

/// The commands that write reports.
const REPORTS: [&str; 3] = ["audit", "check", "scan"];

/// The option that keeps a variable from naming the policy.
const GATE: &str = "--policy-from";

/// The name of an option's variable.
fn variable(option: &str) -> String {
    format!("ZSCOPE_{}", option.replace('-', "_").to_ascii_uppercase())
}

/// What is set, by option.
pub(super) fn set(args: &[OsString]) -> Vec<(&'static str, OsString)> {
    let is_gate = |arg: &OsString| arg.as_encoded_bytes().starts_with(GATE.as_bytes());
    let is_gated = args.iter().any(is_gate);
    let options = OF_ALL.into_iter().chain(OF_REPORTS).filter(|option| !(is_gated && *option == "policy"));
    let value = |option| std::env::var_os(variable(option)).filter(|value| !value.is_empty());
    options.filter_map(|option| Some((option, value(option)?))).collect()
}

/// The command line with what is set as its defaults.
pub(super) fn with_defaults(command: Command, set: Vec<(&'static str, OsString)>) -> Command {
    set.into_iter().fold(command, |command, (option, value)| {
        // The command line is made once in a run, and wants texts that stay.
        let value: &'static OsStr = Box::leak(value.into_boxed_os_str());
        with_default(command, option, value, false)
    })
}

fn with_default(mut command: Command, option: &'static str, value: &'static OsStr, writes_reports: bool) -> Command {
    let has = command.get_arguments().find(|arg| arg.get_long() == Some(option)).map(|arg| arg.get_id().clone());
    if let Some(id) = has.filter(|_| writes_reports || OF_ALL.contains(&option)) {
        command = command.mut_arg(id, |arg| arg.default_value(value));
    }
    let names: Vec<String> = command.get_subcommands().map(|below| below.get_name().to_owned()).collect();
    for name in names {
        let writes_reports = REPORTS.contains(&name.as_str());
        command = command.mut_subcommand(name, |below| with_default(below, option, value, writes_reports));
    }
    command
}

/// What a reader of a report has to know: a variable named the policy.
pub(super) fn told(policy: Option<&str>) -> Option<Notice> {
    let name = variable("policy");
    let value = std::env::var_os(&name)?;
    (policy.map(OsStr::new) == Some(&*value)).then(|| {
        Notice::new("policy-of-environment", format!("the variable `{name}` names the policy"))
            .help("where a job is a gate, name it on the command line: `--policy FILE`")
    })
}
