//! Ticks of different boxes, one after the other, and what is kept of them.

use super::{DAYS, QUIET, UNITS, script};
use crate::spread::shares;
use anyhow::{Context, Result, ensure};
use harness::{Window, wait_for};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TICKS: usize = 200;
/// Which units of a child's day are ticked, in turn: each changes what the day costs, and none corrects another.
const TICKED: [usize; 3] = [0, 1, 3];

/// A tick as the probe saw it, in milliseconds of the page's clock.
#[derive(Debug, Deserialize)]
struct Tick {
    /// The time of the input event.
    input: f64,
    /// When the page heard of it, and when it had done what it does at once.
    heard: f64,
    done: f64,
    /// When the frame with the ticked box was painted.
    r#box: f64,
    /// When the new total was in the page, and when the frame with it was painted.
    answered: f64,
    total: f64,
    /// Each of these frames: its last callback, the end of its layout, the end of its painting.
    frames: Vec<(f64, f64, f64)>,
}

/// What the page shows.
#[derive(Debug, Deserialize)]
struct Page {
    checked: BTreeSet<String>,
    total: u64,
    prices: Vec<u64>,
}

/// Ticks boxes over the whole summer, then compares what the page shows and what the client keeps with what was ticked.
pub async fn measure(window: &Window) -> Result<Value> {
    let names: Vec<String> = serde_json::from_value(script(window, "names()").await?)?;
    let chosen = chosen(&names);
    ensure!(chosen.len() == TICKS, "{} boxes to tick of {}", chosen.len(), names.len());
    let mut wanted = BTreeSet::new();
    for name in &chosen {
        let quoted = serde_json::to_string(name)?;
        let place = script(window, &format!("place({quoted})")).await?;
        ensure!(place["on"] == json!(false), "{name} is ticked already");
        wanted.insert((place["row"].as_str().context("a row")?.to_owned(), place["unit"].as_u64().context("a unit")?));
        // Who ticks has looked at the box before.
        script(window, &format!("bring({quoted})")).await?;
        tokio::time::sleep(QUIET / 2).await;
        window.click("checkbox", name).await?;
        tokio::time::sleep(QUIET / 2).await;
    }
    kept(window, &chosen, &wanted).await?;
    let ticks: Vec<Tick> =
        serde_json::from_value(script(window, "ticks").await?).context("ticks with all their moments")?;
    told(&ticks)
}

/// Every other child's day first, then those left out, so that they are all over the summer.
fn chosen(names: &[String]) -> Vec<&String> {
    let rows: Vec<&[String]> = names.chunks(UNITS).collect();
    let order = (0..rows.len()).step_by(2).chain((1..rows.len()).step_by(2));
    order.flat_map(|row| TICKED.map(|unit| &rows[row][unit])).take(TICKS).collect()
}

/// The draft holds exactly what was ticked, and the total shown is the sum of the days.
async fn kept(window: &Window, chosen: &[&String], wanted: &BTreeSet<(String, u64)>) -> Result<()> {
    let page: Page = serde_json::from_value(script(window, "page()").await?)?;
    let ticked: BTreeSet<String> = chosen.iter().map(|name| (*name).clone()).collect();
    ensure!(page.checked == ticked, "the page shows other boxes: {} ticked", page.checked.len());
    ensure!(page.prices.len() == DAYS * 3, "{} days have a price", page.prices.len());
    let sum: u64 = page.prices.iter().sum();
    ensure!(page.total == sum && sum > 0, "the total is {}, the days are {sum}", page.total);
    script(window, "ask()").await?;
    let grid = wait_for("the draft", async || Ok(Some(script(window, "kept").await?).filter(Value::is_object))).await?;
    let units: Vec<&str> =
        grid["units"].as_array().context("units")?.iter().filter_map(|u| u["key"].as_str()).collect();
    let mut draft = BTreeSet::new();
    for cell in grid["cells"].as_array().context("cells")? {
        let row =
            format!("{} {}", cell["childId"].as_str().context("a child")?, cell["day"].as_str().context("a day")?);
        for unit in cell["wanted"].as_array().context("what is wanted")? {
            let at = units.iter().position(|key| unit.as_str() == Some(*key)).context("a unit of the grid")?;
            draft.insert((row.clone(), at as u64));
        }
    }
    ensure!(draft == *wanted, "the draft holds {} boxes, or others", draft.len());
    ensure!(grid["totals"]["cents"].as_u64() == Some(sum), "the client's total is {}", grid["totals"]["cents"]);
    Ok(())
}

fn told(ticks: &[Tick]) -> Result<Value> {
    ensure!(ticks.len() == TICKS, "the page heard of {} ticks", ticks.len());
    ensure!(ticks.iter().all(|tick| (0.0..1000.0).contains(&(tick.heard - tick.input))), "times of another clock");
    let each = |time: fn(&Tick) -> f64| shares(ticks.iter().map(time).collect());
    let layout = |tick: &Tick| tick.frames.iter().map(|(begun, laid, _)| laid - begun).sum::<f64>();
    let painting = |tick: &Tick| tick.frames.iter().map(|(_, laid, painted)| painted - laid).sum::<f64>();
    Ok(json!({
        "box": each(|tick| tick.r#box - tick.input),
        "total": each(|tick| tick.total - tick.input),
        "heard": each(|tick| tick.heard - tick.input),
        "script": each(|tick| tick.done - tick.heard),
        "answered": each(|tick| tick.answered - tick.done),
        "layout": each(layout),
        "painting": each(painting),
        "frames": each(|tick| tick.frames.len() as f64),
    }))
}
