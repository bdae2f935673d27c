//! Measurements by name, each in a file of its own: what it measures, how, and the bound it has. What was found is printed
//! and written into `docs/benchmarks.md` with its command, its machine, its commit and the load of the moment, never by hand.
//!
//! A figure is of released programs. A throughput is only told together with the check of its invariants.

mod booking;
mod changes;
pub mod cold_start;
pub mod computer;
mod first_sync;
mod grid;
mod import;
mod load;
mod machine;
mod memory;
mod no_change;
mod report;
pub mod screen;
mod sign_ins;

use crate::places::Places;
use crate::processes::{run, watch_interrupts};
use crate::{interface, setup};
use anyhow::{Result, bail};

/// One measurement.
struct Measurement {
    name: &'static str,
    about: &'static str,
    /// What it needs besides the server.
    needs: &'static [Needs],
    run: fn(&Places) -> Result<Vec<Figure>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    /// The program of `tests/load`.
    Load,
    /// The application with its interface.
    Desktop,
}

const ALL: [Measurement; 8] = [
    Measurement {
        name: "no-change",
        about: "a synchronisation that brings nothing",
        needs: &[Needs::Load],
        run: no_change::run,
    },
    Measurement {
        name: "first-sync",
        about: "a family of 5,000 rows on a new computer",
        needs: &[Needs::Load],
        run: first_sync::run,
    },
    Measurement {
        name: "cold-start",
        about: "the window from nothing to the home page",
        needs: &[Needs::Load, Needs::Desktop],
        run: cold_start::run,
    },
    Measurement {
        name: "grid",
        about: "the booking grid of three children over a summer: opening it, and a tick",
        needs: &[Needs::Load, Needs::Desktop],
        run: grid::run,
    },
    Measurement { name: "import", about: "10,000 families, both engines", needs: &[], run: import::run },
    Measurement {
        name: "sign-ins",
        about: "sign-ins a second, and the rest under a storm of them",
        needs: &[Needs::Load],
        run: sign_ins::run,
    },
    Measurement {
        name: "changes",
        about: "changes through the writer, both engines",
        needs: &[Needs::Load],
        run: changes::run,
    },
    Measurement {
        name: "booking",
        about: "families that book at the opening, both engines",
        needs: &[Needs::Load],
        run: booking::run,
    },
];

/// A line of a table.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    what: String,
    measured: String,
    /// The bound in words, and whether it held.
    bound: Option<(String, bool)>,
}

impl Figure {
    fn told(what: impl Into<String>, measured: impl Into<String>) -> Self {
        Self { what: what.into(), measured: measured.into(), bound: None }
    }

    fn bound(what: impl Into<String>, measured: impl Into<String>, bound: impl Into<String>, held: bool) -> Self {
        Self { what: what.into(), measured: measured.into(), bound: Some((bound.into(), held)) }
    }
}

/// Runs the measurement of that name, or all of them.
///
/// # Errors
/// When the name is unknown, something does not build, or what is measured does not work.
pub fn measure(places: &Places, name: Option<&str>) -> Result<()> {
    let chosen: Vec<&Measurement> = ALL.iter().filter(|one| name.is_none_or(|name| one.name == name)).collect();
    if chosen.is_empty() {
        let names: Vec<String> = ALL.iter().map(|one| format!("  {:<12}{}", one.name, one.about)).collect();
        bail!("no measurement is called « {} »; there are\n{}", name.unwrap_or_default(), names.join("\n"));
    }
    watch_interrupts();
    setup::machine(setup::Purpose::Tests)?;
    build(places, |needed| chosen.iter().any(|one| one.needs.contains(&needed)))?;
    let mut missed = Vec::new();
    for one in chosen {
        println!("\n=== {}: {}", one.name, one.about);
        let moment = machine::Moment::now(places)?;
        let figures = (one.run)(places)?;
        report::print(&moment, &figures);
        report::write(places, one.name, &moment, &figures)?;
        let late = figures.into_iter().filter(|figure| figure.bound.as_ref().is_some_and(|(_, held)| !held));
        missed.extend(late.map(|figure| format!("{}: {}", one.name, figure.what)));
    }
    // A bound that is missed is a figure like another: the machine may be busy, and a test is not timed.
    println!("\n{}", if missed.is_empty() { "every bound held".to_owned() } else { format!("missed: {missed:#?}") });
    Ok(())
}

fn build(places: &Places, needs: impl Fn(Needs) -> bool) -> Result<()> {
    run(&mut places.cargo(&["build", "--locked", "--release", "-p", "preau-server"]))?;
    if needs(Needs::Load) {
        run(&mut places.cargo(&["build", "--locked", "--release", "-p", "preau-load"]))?;
    }
    if needs(Needs::Desktop) {
        interface::packages(places)?;
        interface::build(places)?;
        run(&mut places.cargo(&["build", "--locked", "--release", "-p", "preau", "--features", "custom-protocol"]))?;
    }
    Ok(())
}
