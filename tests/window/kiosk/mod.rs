//! The kiosk: sessions of different people, one after the other, in a real window, and nothing of one left for the next;
//! no way out without the code; the network cut and the memory full.

mod bad_input;
mod leftovers;
mod private;
mod screens;
mod ways_out;

use crate::journey::PERSONAL_CODE;
use anyhow::{Context, Result};
use harness::files::Search;
use harness::{Kiosk, Letter, Server, Town, Window, wait_for};
use xtask::demo_families;

/// A contact of the family: present in its data.
const ON_RECORD: &str = "Zyxinscritquarante";

/// A town whose family F0001 has the marker among its contacts, its server, and Claire Martel with a personal code.
struct Scene {
    /// Typed into a field; odd enough to be nowhere by chance, and another one in each test.
    typed: String,
    town: Town,
    server: Server,
    claire: Letter,
}

impl Scene {
    async fn new() -> Result<Self> {
        let town = Town::empty()?;
        town.create_commune(&demo_families::commune())?;
        let families = demo_families::families(6).replace("Bellil", ON_RECORD);
        town.import(demo_families::SLUG, &families)?;
        let claire = town.letters(demo_families::SLUG, "F0001")?.remove(0);
        let server = town.serve()?;
        server.api()?.first_login(demo_families::SLUG, &claire, PERSONAL_CODE).await?;
        let number = uuid::Uuid::now_v7().as_u128() % 100_000_000;
        Ok(Self { typed: format!("Zyxtape-{number:08}"), town, server, claire })
    }

    fn kiosk(&self) -> Result<Kiosk> {
        Kiosk::new(&self.server.address)
    }

    /// Everything of a person that must not stay.
    fn personal(&self) -> Search {
        Search::of(&[&self.typed, ON_RECORD, PERSONAL_CODE])
    }

    /// The devices of Claire's account.
    async fn devices(&self) -> Result<usize> {
        let api = self.server.api()?;
        let session = api.sign_in(demo_families::SLUG, &self.claire.identifiant, PERSONAL_CODE, None).await?;
        let devices = api.get("/v1/account/devices", &session.token).await?.success()?;
        let count = devices.body.as_array().context("a list of devices")?.len();
        api.post("/v1/auth/sign-out", &session.token, &serde_json::Value::Null).await?.success()?;
        Ok(count - 1)
    }
}

/// Signs in at the kiosk, where nothing has to be chosen.
async fn sign_in(window: &Window, claire: &Letter) -> Result<()> {
    window.sees("MON ESPACE PERSO").await?;
    window.fill("Identifiant", &claire.identifiant).await?;
    window.fill("Code secret", PERSONAL_CODE).await?;
    window.click("button", "Se connecter").await?;
    window.sees("Bonjour Claire").await?;
    window.sees("À jour").await
}

/// « Terminer ». The window may be gone before its driver has said that it was clicked: what counts is that it goes.
async fn end(window: &Window) {
    window.click("button", "Terminer").await.ok();
}

/// Waits twice as long as usual: for what takes half a minute on purpose.
async fn wait_long<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    match wait_for(what, &mut ask).await {
        Ok(found) => Ok(found),
        Err(_) => wait_for(what, ask).await,
    }
}
