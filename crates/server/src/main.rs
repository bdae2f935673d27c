//! The municipal server's program.

use std::process::ExitCode;

fn main() -> ExitCode {
    preau_server::cli::main()
}
