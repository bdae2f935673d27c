//! The command line: serving, and what an operator does to a server from its own computer.

mod process;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The municipal server of Préau.
#[derive(Debug, Parser)]
#[command(name = "preau-server", version)]
struct Arguments {
    /// Configuration file (TOML).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Serve until told to end.
    Serve,
    /// Bring the schema up to date.
    Migrate,
    /// Print the description of the HTTP interface.
    Openapi,
}

/// Runs the program.
#[must_use]
pub fn main() -> ExitCode {
    process::run(Arguments::parse())
}
