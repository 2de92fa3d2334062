//! The `subledger` binary: calls the library and returns its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    subledger::cli::run(std::env::args_os())
}
