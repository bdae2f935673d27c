//! The kiosk's screens at every size, in both themes, asked by axe; and their pictures.

use super::{Scene, sign_in};
use anyhow::{Result, ensure};
use harness::kiosk::EXIT_CODE;
use harness::window::ESCAPE;
use harness::{Desktop, Kiosk};
use preau_client::hashed;
use preau_client::kiosk::settings;
use serde_json::Value;
use xtask::demo_families::SLUG;

#[tokio::test]
async fn the_screens_of_a_kiosk_are_sound() -> Result<()> {
    let scene = Scene::new().await?;
    let kiosk = Kiosk::new(&scene.server.address)?;
    kiosk.set_idle(900)?;
    let mut supervisor = kiosk.start()?;
    supervisor.session(None).await?;
    let window = kiosk.window().await?;
    window.sees("MON ESPACE PERSO").await?;
    window.check_screen("borne-connexion").await?;
    window.click("button", "Agents").await?;
    window.find("dialog", "Quitter le mode borne").await?;
    window.check_screen("borne-sortie").await?;
    window.press(ESCAPE).await?;
    sign_in(&window, &scene.claire).await?;
    window.check_screen("borne-accueil").await?;
    supervisor.stop();

    kiosk.set_idle(45)?;
    let mut supervisor = kiosk.start()?;
    supervisor.session(None).await?;
    let window = kiosk.window().await?;
    sign_in(&window, &scene.claire).await?;
    window.find("alertdialog", "Êtes-vous toujours là").await?;
    window.picture("borne-compte-a-rebours").await?;
    let objections = window.axe().await?;
    ensure!(objections.is_empty(), "{objections:#?}");
    window.click("button", "Continuer").await?;
    window.loses("Êtes-vous toujours là").await?;
    window.sees("Bonjour Claire").await?;
    supervisor.stop();
    Ok(())
}

#[tokio::test]
async fn an_agent_makes_a_kiosk_of_a_computer() -> Result<()> {
    let scene = Scene::new().await?;
    let desktop = Desktop::new(&scene.server.address)?;
    let agent = ["create-agent", "--commune", SLUG, "--identifiant", "agent.guichet", "--role", "desk", "--json"];
    let agent: Value = serde_json::from_str(&scene.town.run(&agent)?)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (code, factor) = (text(&agent["one_time_code"]), text(&agent["recovery_codes"][0]));
    let window = desktop.open().await?;
    window.sees("Se connecter à l'espace famille").await?;
    window.click("link", "Préférences").await?;
    window.click("link", "Faire de cet ordinateur une borne").await?;
    window.sees("Qui êtes-vous").await?;
    window.check_screen("borne-mise-en-service").await?;
    window.fill("Votre commune", "parempuyre").await?;
    window.fill("Identifiant d'agent", "agent.guichet").await?;
    window.fill("Code secret d'agent", &code).await?;
    window.fill("Code à usage unique", "000000").await?;
    window.fill("Code de sortie", EXIT_CODE).await?;
    window.fill("Code de sortie, une seconde fois", EXIT_CODE).await?;
    window.click("button", "Mettre en service").await?;
    window.sees("ne correspond pas").await?;
    let data = desktop.everything().join("data");
    ensure!(!settings::is_kiosk(&data), "anybody may make a kiosk");
    window.fill("Code à usage unique", &factor).await?;
    window.click("button", "Mettre en service").await?;
    window.sees("Cet ordinateur est une borne").await?;
    let kept = settings::read(&data)?;
    ensure!(kept.commune.slug == SLUG && hashed::is_behind(EXIT_CODE, &kept.exit_code), "{kept:?}");
    let written = std::fs::read_to_string(data.join("kiosk.json"))?;
    for secret in ["agent.guichet", &code, &factor, EXIT_CODE] {
        ensure!(!written.contains(secret), "{written}");
    }
    window.close().await
}
