//! A desktop with a full cache, kept under the system's keychain: signed in through its window, as a family does.

use crate::people::CODE;
use anyhow::Result;
use harness::{Town, Window, wait_for};
use serde_json::json;
use std::path::Path;
use xtask::bench::cold_start::{BELOW_THE_BAR, HOME_PICTURE, variables};
use xtask::bench::screen::Screen;
use xtask::demo_families::{NAME, POSTCODE, SLUG};
use xtask::places::Places;

/// Signs the first family's holder in, says so, and serves their town until it is told to end.
///
/// # Errors
/// When the window does not come to the home page.
pub async fn fill(folder: &Path) -> Result<serde_json::Value> {
    let town = Town::with_families(6)?;
    let letter = town.letters(SLUG, "F0001")?.remove(0);
    let server = town.serve()?;
    let towns = json!([{ "slug": SLUG, "name": NAME, "postcode": POSTCODE, "server": server.address }]);
    std::fs::write(folder.join("communes.json"), towns.to_string())?;
    let program = Places::find()?.release_binary("preau");
    let window = Window::open(&program, &variables(folder)).await?;
    window.fill_in("combobox", "Votre commune", "parem").await?;
    window.click("option", "Parempuyre").await?;
    window.sees("MON ESPACE PERSO").await?;
    window.fill("Identifiant", &letter.identifiant).await?;
    window.fill("Code secret", &letter.code).await?;
    window.click("button", "Se connecter").await?;
    window.sees("Choisissez votre code secret").await?;
    window.fill("Nouveau code secret", CODE).await?;
    window.fill("Nouveau code secret, une seconde fois", CODE).await?;
    window.click("button", "Enregistrer mon code").await?;
    window.sees("Bonjour Claire").await?;
    window.sees("À jour").await?;
    window.close().await?;
    // A second one would hand itself over to the one that is about to end.
    wait_for("the application to end", async || Ok((!runs(&program)?).then_some(()))).await?;
    // Started again, the space opens by itself; what the page looks like is kept by whoever reads its words.
    let window = Window::open(&program, &variables(folder)).await?;
    for words in ["Bonjour Claire", "MON TABLEAU DE BORD", "Modifier mes coordonnées", "À jour"] {
        window.sees(words).await?;
    }
    Screen::open(&folder.join("screen"))?.finished(BELOW_THE_BAR)?.keep(&folder.join(HOME_PICTURE))?;
    window.close().await?;
    wait_for("the application to end", async || Ok((!runs(&program)?).then_some(()))).await?;
    println!("{}", json!({ "filled": true }));
    // Until the caller ends this program, and with it the server.
    let _server = server;
    std::future::pending().await
}

/// Whether a process of the program is alive.
fn runs(program: &Path) -> Result<bool> {
    for entry in std::fs::read_dir("/proc")? {
        // What is no process, or ended meanwhile, has none.
        if std::fs::read_link(entry?.path().join("exe")).is_ok_and(|running| running == program) {
            return Ok(true);
        }
    }
    Ok(false)
}
