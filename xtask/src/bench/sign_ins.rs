//! Sign-ins a second, and what everything else waits while everybody signs in at once.

use super::Figure;
use super::load::{found, number, program};
use crate::places::Places;
use anyhow::Result;

/// Of each of the three phases.
const SECONDS: &str = "20";

pub(super) fn run(places: &Places) -> Result<Vec<Figure>> {
    let found = found(&mut program(places, &["sign-ins", SECONDS]))?;
    let of = |path: &str| number(&found, path);
    let spread = |path: &str| -> Result<String> {
        let at = |share: &str| of(&format!("{path}/{share}"));
        let shares = [at("p50")?, at("p90")?, at("p99")?, at("p999")?, at("max")?];
        Ok(shares.map(|milliseconds| format!("{milliseconds:.1}")).join(" · ") + " ms")
    };
    let mut figures = vec![
        Figure::told("sign-ins a second, four at a time", format!("{:.1}", of("/most/per_second")?)),
        Figure::told("each of them (p50 · p90 · p99 · p99.9 · max)", spread("/most/answered")?),
    ];
    for (phase, name) in [("calm", "without a storm"), ("storm", "in the storm")] {
        for (asked, rate) in [("pull", "pulls"), ("refresh", "refreshes")] {
            figures.push(Figure::told(
                format!("{name}: {asked}, {} asked a second", of(&format!("/{rate}"))?),
                spread(&format!("/{phase}/{asked}/answered"))?,
            ));
        }
    }
    let shed = of("/storm/sign_in/shed/count")? / of("/seconds")?;
    figures.extend([
        Figure::told(
            format!("in the storm: sign-ins let in a second, {} asked", of("/storm_sign_ins")?),
            format!("{:.1}, {shed:.1} told to come back", of("/storm/sign_in/per_second")?),
        ),
        Figure::told("in the storm: those let in", spread("/storm/sign_in/answered")?),
        Figure::told("in the storm: those told to come back", spread("/storm/sign_in/shed")?),
        Figure::told("`check` right after", "no violation"),
    ]);
    Ok(figures)
}
