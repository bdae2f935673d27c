//! The property tests and the simulation again, with many more cases than an everyday run has time for.

use crate::places::Places;
use crate::processes::{run, watch_interrupts};
use crate::setup;
use anyhow::{Context, Result};
use std::time::Instant;

/// Runs the property tests of every package that has some, with `cases` cases each, then as many stories.
///
/// # Errors
/// When `cases` is not a number or a test fails.
pub fn run_all(places: &Places, cases: &str) -> Result<()> {
    let cases: u32 = cases.parse().with_context(|| format!("« {cases} » is not a number of cases"))?;
    watch_interrupts();
    setup::machine(setup::Purpose::Demo)?;
    for arguments in [
        ["-p", "preau-domain", "-p", "preau-protocol"].as_slice(),
        ["-p", "preau-client"].as_slice(),
        ["-p", "preau-server", "--lib", "--bins"].as_slice(),
    ] {
        let since = Instant::now();
        let mut command = places.cargo(&["test", "--locked"]);
        run(command.args(arguments).env("PROPTEST_CASES", cases.to_string()))?;
        println!("{}: {cases} cases each in {:.0} s", arguments.join(" "), since.elapsed().as_secs_f64());
    }
    stories(places, cases)
}

/// As many stories of the simulation, optimised: each takes a thousand statements.
fn stories(places: &Places, seeds: u32) -> Result<()> {
    let since = Instant::now();
    let test = ["test", "--locked", "--release", "-p", "preau-simulation", "--", "--nocapture", "--test-threads=1"];
    run(places.cargo(&test).env("PREAU_SIMULATION_SEEDS", seeds.to_string()))?;
    println!("{seeds} stories in {:.0} s", since.elapsed().as_secs_f64());
    Ok(())
}
