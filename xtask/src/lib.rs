//! Everyday commands of Préau. Everything a new machine needs is installed by the command that needs it.
//!
//! The pieces that start programs and make demo families are also what the system tests stand on.

#![allow(clippy::print_stdout, reason = "a command-line tool speaks on standard output")]

pub mod bench;
pub mod codegen;
pub mod demo;
pub mod demo_families;
pub mod demo_season;
pub mod display;
pub mod dist;
pub mod interface;
pub mod names;
pub mod places;
pub mod postgres;
pub mod processes;
pub mod setup;
pub mod soak;
pub mod test;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask demo                  a demo commune on a local server, and the window
cargo xtask test [PART]           everything, or one of: lint unit contract system window ui
cargo xtask soak [CASES]          the property tests, long (10000 cases each unless told)
cargo xtask codegen               what is generated and committed: interface bindings, docs/openapi.json
cargo xtask bench [NAME]          released programs measured, all or one: docs/benchmarks.md
cargo xtask dist                  release builds of both programs, with checksums, in dist/
cargo xtask demo-families FOLDER  only writes the demo commune and its families there";

/// Runs one command as typed after `cargo xtask`.
///
/// # Errors
/// What went wrong, to be shown as it is.
pub fn run(arguments: &[String]) -> Result<()> {
    let places = places::Places::find()?;
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["demo"] => demo::show(&places),
        ["test"] => test::run_parts(&places, None),
        ["test", part] => test::run_parts(&places, Some(part)),
        ["soak"] => soak::run_all(&places, "10000"),
        ["soak", cases] => soak::run_all(&places, cases),
        ["codegen"] => codegen::run_all(&places),
        ["bench", rest @ ..] => bench::measure(&places, rest.first().copied()),
        ["dist"] => dist::build(&places),
        ["demo-families", folder] => demo_families::write(folder.as_ref()),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => bail!("unknown command « {} »\n\n{USAGE}", words.join(" ")),
    }
}
