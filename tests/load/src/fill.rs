//! A desktop with a full cache.

use crate::desktop::Desktop;
use anyhow::Result;
use harness::Town;
use serde_json::json;
use std::path::Path;
use xtask::bench::cold_start::{BELOW_THE_BAR, HOME_PICTURE};
use xtask::bench::computer::SCREEN;
use xtask::bench::screen::Screen;
use xtask::demo_families::SLUG;

/// Signs the first family's holder in, says so, and serves their town until it is told to end.
///
/// # Errors
/// When the window does not come to the home page.
pub async fn fill(folder: &Path) -> Result<serde_json::Value> {
    let town = Town::with_families(6)?;
    let letter = town.letters(SLUG, "F0001")?.remove(0);
    let server = town.serve()?;
    let desktop = Desktop::new(folder, &server.address)?;
    desktop.close(desktop.sign_in(&letter).await?).await?;
    // Started again, the space opens by itself; what the page looks like is kept by whoever reads its words.
    let window = desktop.open().await?;
    for words in ["Bonjour Claire", "MON TABLEAU DE BORD", "Modifier mes coordonnées", "À jour"] {
        window.sees(words).await?;
    }
    Screen::open(&folder.join(SCREEN))?.finished(BELOW_THE_BAR)?.keep(&folder.join(HOME_PICTURE))?;
    desktop.close(window).await?;
    println!("{}", json!({ "filled": true }));
    // Until the caller ends this program, and with it the server.
    let _server = server;
    std::future::pending().await
}
