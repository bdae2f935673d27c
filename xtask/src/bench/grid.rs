//! The booking grid of three children over a summer (43 days, four units), in the window of the released desktop while its
//! server is stopped, so that all it shows is from its cache. Driven and watched by `tests/load/src/grid/`: a script that is put
//! into the page for the measurement says when an input came and when the frame that answers it was painted.

use super::Figure;
use super::computer::Computer;
use super::load::{found, number};
use crate::places::Places;
use anyhow::Result;
use serde_json::Value;

/// Milliseconds in which 95 of 100 openings end.
const OPEN: f64 = 100.0;
/// Milliseconds in which 95 of 100 ticks are answered.
const TICK: f64 = 16.0;

pub(super) fn run(places: &Places) -> Result<Vec<Figure>> {
    let computer = Computer::new()?;
    told(&found(&mut computer.program(places, &["grid"])?)?)
}

fn told(found: &Value) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (name, what) in [
        ("again", "opened with all three children, 516 boxes: the window is full"),
        ("first", "*COMMENCER*, one child, the first time after a start: the window is full"),
        ("one", "*COMMENCER*, one child, 172 boxes: the window is full"),
        ("all", "*Tous*, from one child to all three, 516 boxes: the window is full"),
    ] {
        figures.push(bound(found, &format!("/openings/{name}/took"), what, OPEN)?);
        let mean = |part: &str| number(found, &format!("/openings/{name}/{part}/mean"));
        let parts = [mean("asked")?, mean("read")?, mean("drawn")?, mean("waited")?, mean("laid")?, mean("painted")?];
        figures.push(Figure::told(
            "of it, mean: until the program is asked, its answer, the rows in the page, the frame, layout, painting",
            parts.map(|milliseconds| format!("{milliseconds:.0}")).join(" · ") + " ms",
        ));
        let whole = |share: &str| number(found, &format!("/openings/{name}/whole/{share}"));
        figures.push(Figure::told(
            "until the last box, out of sight, is painted too (p50 · p95)",
            format!("{:.0} · {:.0} ms", whole("p50")?, whole("p95")?),
        ));
    }
    figures.push(bound(found, "/ticks/box", "a tick: the box is painted", TICK)?);
    figures.push(bound(found, "/ticks/total", "a tick: the box, its day's price and the total are painted", TICK)?);
    let mean = |name: &str| number(found, &format!("/ticks/{name}/mean"));
    figures.push(Figure::told(
        "of it, mean: from the input to the page, the page's script at once, from then to the new total in the page",
        format!("{:.1} · {:.1} · {:.1} ms", mean("heard")?, mean("script")?, mean("answered")?),
    ));
    figures.push(Figure::told(
        "of it, mean: style and layout, then painting, in how many frames",
        format!("{:.1} · {:.1} ms in {:.2}", mean("layout")?, mean("painting")?, mean("frames")?),
    ));
    figures.push(Figure::told(
        "afterwards",
        "the page and the draft hold exactly the boxes that were ticked; the total shown is the sum of its days, and the client's",
    ));
    Ok(figures)
}

/// p50, p95 and both ends, and whether p95 is within so many milliseconds.
fn bound(found: &Value, path: &str, what: &str, most: f64) -> Result<Figure> {
    let of = |share: &str| number(found, &format!("{path}/{share}"));
    let (middle, late) = (of("p50")?, of("p95")?);
    Ok(Figure::bound(
        format!("{what} ({} times: p50 · p95, range)", of("count")?),
        format!("{middle:.0} · {late:.0} ms ({:.0} to {:.0})", of("min")?, of("max")?),
        format!("p95 ≤ {most} ms"),
        late <= most,
    ))
}
