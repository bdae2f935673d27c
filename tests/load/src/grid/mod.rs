//! The booking grid of three children over a summer, in the window of the released application while its server is stopped:
//! how long it takes to open, and to answer a tick.

mod ticks;

use crate::desktop::Desktop;
use crate::spread::shares;
use anyhow::{Context, Result, ensure};
use harness::{Season, Town, Window, wait_for};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use xtask::demo_families::SLUG;

/// A family of three children in the demo, the name of the eldest, and what the town calls them.
const FAMILY: (&str, &str, [&str; 3]) = ("F0002", "Tristan", ["E0003", "E0004", "E0005"]);
const DAYS: usize = 43;
const UNITS: usize = 4;
/// Places each half day in each group: enough for everything that is ticked.
const PLACES: u32 = 100;
/// Starts of the application, and how often each opens the grid in every way.
const STARTS: usize = 5;
const ROUNDS: usize = 4;
/// Between what is done to the page and what is asked of it: nothing is asked while it works.
const QUIET: Duration = Duration::from_millis(400);
const PROBE: &str = include_str!("probe.js");

/// Measures on the computer of a folder.
pub async fn measure(folder: &Path) -> Result<Value> {
    let season = Season::summer(PLACES)?;
    ensure!(season.days.len() == DAYS, "a summer of {} days", season.days.len());
    let (family, _, children) = FAMILY;
    let town = Town::with_families(6)?;
    town.offer(SLUG, &season.text)?;
    town.register(SLUG, &Season::registrations(&children))?;
    let letter = town.letters(SLUG, family)?.remove(0);
    let server = town.serve()?;
    let desktop = Desktop::new(folder, &server.address)?;
    let window = desktop.sign_in(&letter).await?;
    // The places left are read when somebody looks for the first time.
    lines(&window).await?;
    window.click("link", &begin()).await?;
    window.sees("disponible").await?;
    desktop.close(window).await?;
    // From here on everything comes from the cache.
    server.stop();
    let openings = openings(&desktop).await?;
    let window = at_home(&desktop).await?;
    lines(&window).await?;
    open_one(&window).await?;
    open_all(&window).await?;
    let ticks = ticks::measure(&window).await?;
    desktop.close(window).await?;
    town.run(&["check"])?;
    Ok(json!({ "openings": openings, "ticks": ticks }))
}

/// An opening as the probe saw it, in milliseconds: until the window is full of rows, then what this is made of.
#[derive(Debug, Deserialize)]
struct Opening {
    took: f64,
    /// Until the program is asked for the grid, and until its answer is in the page; neither where the page has it.
    asked: Option<f64>,
    read: Option<f64>,
    /// Until the rows are in the page, until the next frame begins, then its layout and its painting.
    drawn: f64,
    waited: f64,
    laid: f64,
    painted: f64,
    /// Until all boxes are painted, those out of sight too.
    whole: f64,
}

/// Every opening, by what was done.
async fn openings(desktop: &Desktop) -> Result<Value> {
    let (mut first, mut one, mut all, mut again) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let window = at_home(desktop).await?;
        for round in 0..ROUNDS {
            lines(&window).await?;
            let took = open_one(&window).await?;
            if round == 0 {
                first.push(took);
            } else {
                one.push(took);
            }
            all.push(open_all(&window).await?);
            window.click("link", "Espace famille").await?;
            window.sees("MON TABLEAU DE BORD").await?;
            tokio::time::sleep(QUIET).await;
            again.push(opened(&window, DAYS * UNITS * 3, async || script(&window, "back()").await.map(drop)).await?);
        }
        desktop.close(window).await?;
    }
    Ok(json!({ "first": told(&first), "one": told(&one), "all": told(&all), "again": told(&again) }))
}

fn told(openings: &[Opening]) -> Value {
    let each = |time: fn(&Opening) -> f64| shares(openings.iter().map(time).collect());
    json!({
        "took": each(|opening| opening.took),
        "asked": each(|opening| opening.asked.unwrap_or_default()),
        "read": each(|opening| opening.read.unwrap_or_default()),
        "drawn": each(|opening| opening.drawn),
        "waited": each(|opening| opening.waited),
        "laid": each(|opening| opening.laid),
        "painted": each(|opening| opening.painted),
        "whole": each(|opening| opening.whole),
    })
}

/// The application started without its server, with the probe in its page.
async fn at_home(desktop: &Desktop) -> Result<Window> {
    let window = desktop.open().await?;
    window.sees("Bonjour").await?;
    window.sees("Hors ligne").await?;
    window.script(PROBE, vec![]).await?;
    tokio::time::sleep(QUIET).await;
    Ok(window)
}

fn begin() -> String {
    format!("COMMENCER : {}, Vacances d'essai", FAMILY.1)
}

/// To the page of children and holidays, up to the link to the grid.
async fn lines(window: &Window) -> Result<()> {
    if !window.text().await?.contains("MON TABLEAU DE BORD") {
        window.click("link", "Espace famille").await?;
    }
    window.click("link", "Réservations / Modifications ALSH").await?;
    window.click("button", &format!("{} ALSH des vacances", FAMILY.1)).await?;
    window.find("link", &begin()).await?;
    tokio::time::sleep(QUIET).await;
    Ok(())
}

/// *COMMENCER* opens the grid of the eldest.
async fn open_one(window: &Window) -> Result<Opening> {
    opened(window, DAYS * UNITS, async || window.click("link", &begin()).await).await
}

/// *Tous* shows all three children.
async fn open_all(window: &Window) -> Result<Opening> {
    opened(window, DAYS * UNITS * 3, async || window.click("button", "Tous").await).await
}

/// From what somebody does to the window full of rows, and on to the last box.
async fn opened(window: &Window, boxes: usize, does: impl AsyncFnOnce() -> Result<()>) -> Result<Opening> {
    script(window, &format!("opens({boxes})")).await?;
    does().await?;
    tokio::time::sleep(QUIET).await;
    let seen = async || Ok(Some(script(window, "opened").await?).filter(Value::is_object));
    let opening = wait_for("the grid to be painted", seen).await?;
    tokio::time::sleep(QUIET).await;
    serde_json::from_value(opening).context("an opening with all its moments")
}

/// Asks the probe.
async fn script(window: &Window, what: &str) -> Result<Value> {
    window.script(&format!("return window.preauProbe.{what};"), vec![]).await.with_context(|| what.to_owned())
}
