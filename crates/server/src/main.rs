//! The municipal server's program.

#[cfg(feature = "paper")]
mod press;

use std::process::ExitCode;

#[cfg(feature = "paper")]
fn main() -> ExitCode {
    preau_server::cli::main(Some(&press::Press))
}

#[cfg(not(feature = "paper"))]
fn main() -> ExitCode {
    preau_server::cli::main(None)
}
