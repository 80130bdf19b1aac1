//! The `authy` binary: parses the command line, prints the error, chooses the exit code.

fn main() {}
