//! Changes of details by many families at once, each pushed alone over HTTP, with durable commits; then the server is
//! killed, started again and asked everything again: I2 to I5.

use super::Figure;
use super::load::{Engine, found, number, program};
use crate::places::Places;
use anyhow::Result;

const SECONDS: &str = "20";

pub(super) fn run(places: &Places) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    Engine::each(|engine| {
        let mut command = program(places, &["changes", SECONDS]);
        engine.tell(&mut command);
        let found = found(&mut command)?;
        let of = |path: &str| number(&found, path);
        let bound = match engine {
            Engine::Sqlite => 2000.0,
            Engine::Postgres(_) => 1000.0,
        };
        let (name, rate) = (engine.name(), of("/per_second")?);
        let at = |share: &str| of(&format!("/answered/{share}"));
        figures.extend([
            Figure::bound(
                format!("{name}: changes a second, {} families at once, {:.0} s", of("/families")?, of("/seconds")?),
                format!("{rate:.0}"),
                format!("≥ {bound}"),
                rate >= bound,
            ),
            Figure::told(
                format!("{name}: each answered in (p50 · p90 · p99 · p99.9 · max)"),
                format!(
                    "{:.1} · {:.1} · {:.1} · {:.1} · {:.1} ms",
                    at("p50")?,
                    at("p90")?,
                    at("p99")?,
                    at("p999")?,
                    at("max")?
                ),
            ),
            Figure::told(
                format!("{name}: killed, started again, {} acknowledged changes asked again", of("/replayed")?),
                "I2, I3: the same answers; I4: the checksums; I5: no version left out; `check`: no violation",
            ),
        ]);
        Ok(())
    })?;
    Ok(figures)
}
