//! The `zscope` program: parse, dispatch, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    zscope::cli::main(std::env::args_os())
}
