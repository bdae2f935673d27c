//! The first synchronisation of a large family: from the open session of a new computer to everything read, swapped in and
//! compared with the server's checksums, on loopback.

use super::Figure;
use super::load::{found, number, program};
use crate::places::Places;
use anyhow::Result;

const ROWS: &str = "5000";
/// Milliseconds.
const BOUND: f64 = 1000.0;

pub(super) fn run(places: &Places) -> Result<Vec<Figure>> {
    let found = found(&mut program(places, &["first-sync", ROWS]))?;
    let of = |what: &str| number(&found, what);
    let sync = of("/sync_ms/median")?;
    Ok(vec![
        Figure::bound(
            format!("{} rows in {} pages, median of {}", of("/rows")?, of("/pages")?, of("/sync_ms/runs")?),
            format!("{sync:.0} ms ({:.0} to {:.0})", of("/sync_ms/min")?, of("/sync_ms/max")?),
            format!("≤ {BOUND} ms"),
            sync <= BOUND,
        ),
        Figure::told("then what the home page asks of the cache, median", format!("{:.0} ms", of("/home_ms/median")?)),
    ])
}
