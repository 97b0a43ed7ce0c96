//! The `zscope` program: parse, dispatch, exit code.

use std::process::ExitCode;

/// The allocator of musl is slow where several threads work.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    zscope::cli::main(std::env::args_os())
}
