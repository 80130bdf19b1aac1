//! The `authy` binary: everything is in the library's `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    authy::cli::main(std::env::args_os())
}
