//! The released application on a computer of its own, kept under the system's keychain: signed in through its window, as a
//! family does.

use crate::people::CODE;
use anyhow::Result;
use harness::{Letter, Window, wait_for};
use serde_json::json;
use std::path::{Path, PathBuf};
use xtask::bench::computer::variables;
use xtask::demo_families::{NAME, POSTCODE, SLUG};
use xtask::places::Places;

/// One computer.
pub struct Desktop {
    program: PathBuf,
    folder: PathBuf,
}

impl Desktop {
    /// The computer of a folder, which from now on knows the demo town at an address.
    pub fn new(folder: &Path, server: &str) -> Result<Self> {
        let towns = json!([{ "slug": SLUG, "name": NAME, "postcode": POSTCODE, "server": server }]);
        std::fs::write(folder.join("communes.json"), towns.to_string())?;
        Ok(Self { program: Places::find()?.release_binary("preau"), folder: folder.to_owned() })
    }

    /// Starts the application. A space that was signed in to opens by itself.
    pub async fn open(&self) -> Result<Window> {
        Window::open(&self.program, &variables(&self.folder)).await
    }

    /// The same, signed in for the first time with a letter.
    pub async fn sign_in(&self, letter: &Letter) -> Result<Window> {
        let window = self.open().await?;
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
        window.sees("Bonjour").await?;
        window.sees("À jour").await?;
        Ok(window)
    }

    /// Closes the application and waits until it has ended: a second one would hand itself over to it.
    pub async fn close(&self, window: Window) -> Result<()> {
        window.close().await?;
        wait_for("the application to end", async || Ok((!runs(&self.program)?).then_some(()))).await
    }
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
