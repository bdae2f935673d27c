//! The property tests, the simulation, the power cuts and the kiosk again, with many more cases than an everyday run has time
//! for.

use crate::display::Display;
use crate::places::Places;
use crate::processes::{run, watch_interrupts};
use crate::{interface, setup, test};
use anyhow::{Context, Result};
use std::time::Instant;

/// Power cuts of each side.
const POWER_CUTS: u32 = 200;
/// One after the other at a kiosk.
const SESSIONS: u32 = 20;

/// Runs the property tests of every package that has some, with `cases` cases each, then as many stories, then two
/// hundred power cuts of a server and of a family's computer, then twenty people at a kiosk.
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
    stories(places, cases)?;
    power_cuts(places)?;
    kiosk(places)
}

/// Twenty people in a row at a kiosk, in a real window, and nothing of one left for the next.
fn kiosk(places: &Places) -> Result<()> {
    setup::machine(setup::Purpose::Tests)?;
    interface::packages(places)?;
    interface::build(places)?;
    test::build_server(places)?;
    test::build_desktop(places)?;
    let since = Instant::now();
    let display = Display::start()?;
    let mut command = places.cargo(&["test", "--locked", "-p", "preau-tests", "--test", "window_family", "--"]);
    command.args(["kiosk::leftovers", "--nocapture", "--test-threads=1"]);
    command.envs(display.variables().iter().map(|(name, value)| (*name, value.as_str())));
    run(command.env("PREAU_TEST_KIOSK_SESSIONS", SESSIONS.to_string()))?;
    println!("{SESSIONS} sessions of a kiosk in {:.0} s", since.elapsed().as_secs_f64());
    Ok(())
}

/// As many stories of the simulation, optimised: each takes a thousand statements.
fn stories(places: &Places, seeds: u32) -> Result<()> {
    let since = Instant::now();
    let test = ["test", "--locked", "--release", "-p", "preau-simulation", "--", "--nocapture", "--test-threads=1"];
    run(places.cargo(&test).env("PREAU_SIMULATION_SEEDS", seeds.to_string()))?;
    println!("{seeds} stories in {:.0} s", since.elapsed().as_secs_f64());
    Ok(())
}

/// Real processes, killed at random moments: the seed is printed.
fn power_cuts(places: &Places) -> Result<()> {
    let since = Instant::now();
    test::build_server(places)?;
    let test = ["test", "--locked", "-p", "preau-tests", "--test", "power_cuts", "--", "--nocapture"];
    run(places.cargo(&test).env("PREAU_POWER_CUTS", POWER_CUTS.to_string()))?;
    println!("{POWER_CUTS} power cuts of each side in {:.0} s", since.elapsed().as_secs_f64());
    Ok(())
}
