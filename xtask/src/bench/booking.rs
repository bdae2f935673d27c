//! Days booked and given up by many families, each operation one child's day, pushed over HTTP at the times of a schedule;
//! commits are durable, and generator, server and database share the machine. `check` runs after each rate (I1, I8); at the
//! end the server is killed, started again and asked everything again (I2, I3, I4). Beside it, a bare loop does the same
//! set-based statements on the same database without a server.

use super::Figure;
use super::load::{Engine, found, number, program};
use crate::places::Places;
use anyhow::Result;
use serde_json::Value;

/// Of each rate.
const SECONDS: &str = "15";
/// Most milliseconds in which 99 of 100 are answered at a thousand a second.
const P99: f64 = 250.0;

pub(super) fn run(places: &Places) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    Engine::each(|engine| {
        let mut command = program(places, &["booking", SECONDS]);
        engine.tell(&mut command);
        figures.extend(told(engine, &found(&mut command)?)?);
        Ok(())
    })?;
    Ok(figures)
}

fn told(engine: &Engine, found: &Value) -> Result<Vec<Figure>> {
    let of = |path: &str| number(found, path);
    let spread = |path: &str| -> Result<String> {
        let at = |share: &str| of(&format!("{path}/{share}"));
        let shares = [at("p50")?, at("p90")?, at("p99")?, at("p999")?, at("max")?];
        Ok(shares.map(|milliseconds| format!("{milliseconds:.1}")).join(" · ") + " ms")
    };
    let name = engine.name();
    let most = match engine {
        Engine::Sqlite => 3000.0,
        Engine::Postgres(_) => 2000.0,
    };
    let (rate, late) = (of("/saturation/per_second")?, of("/1000/answered/p99")?);
    Ok(vec![
        Figure::told(
            format!("{name}: who asks for what"),
            format!(
                "{} families, {} children, {} days, {} places each half day and group",
                of("/families")?,
                of("/children")?,
                of("/days")?,
                of("/places")?
            ),
        ),
        Figure::told(
            format!("{name}: 500 asked a second: acknowledged, each in (p50 · p90 · p99 · p99.9 · max)"),
            format!("{:.0} a second, {}", of("/500/per_second")?, spread("/500/answered")?),
        ),
        Figure::bound(
            format!("{name}: 1,000 asked a second: acknowledged, each in"),
            format!("{:.0} a second, {}", of("/1000/per_second")?, spread("/1000/answered")?),
            format!("p99 ≤ {P99} ms"),
            late <= P99,
        ),
        Figure::bound(
            format!("{name}: more asked than there can be: acknowledged a second"),
            format!("{rate:.0}"),
            format!("≥ {most}"),
            rate >= most,
        ),
        Figure::told(
            format!("{name}: then each answered, from leaving, one at a time a family"),
            format!("{}; {} told to come back", spread("/saturation/travelled")?, of("/saturation/shed")?),
        ),
        Figure::told(
            format!(
                "{name}: the same set-based statements in a bare loop, one client, no HTTP, no rules: bookings a second"
            ),
            format!("{:.0} ({:.2} of it served)", of("/bare")?, rate / of("/bare")?),
        ),
        Figure::told(
            format!("{name}: killed, started again, {} acknowledged operations asked again", of("/replayed")?),
            "I2, I3: the same answers, every receipt there; I4: the checksums; I1, I8: no violation after each rate",
        ),
    ])
}
