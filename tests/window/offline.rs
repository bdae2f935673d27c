//! The main journey: from a CSV file to the home page, everything readable without the server, an address changed
//! without it, the application killed, and the change on the server once.

use crate::journey::{NEW_STREET, Scene, change_street, first_login, open_space, read_everything};
use anyhow::{Context, Result};
use preau_protocol::agents::WaitingChangeDto;
use xtask::demo_families::SLUG;

#[tokio::test]
async fn what_was_typed_offline_survives_a_kill_and_arrives_once() -> Result<()> {
    let Scene { town, server, desktop, letter } = Scene::new()?;
    let address = server.address.clone();
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    read_everything(&window).await?;

    server.stop();
    window.close().await?;
    let window = desktop.open().await?;
    open_space(&window).await?;
    window.sees("Hors ligne").await?;
    read_everything(&window).await?;

    change_street(&window, NEW_STREET).await?;
    window.sees("à envoyer").await?;
    window.sees("Gardé sur cet ordinateur, pas encore envoyé").await?;
    window.kill()?;

    let server = town.serve_at(&address)?;
    let window = desktop.open().await?;
    open_space(&window).await?;
    window.sees("1 en attente de validation").await?;
    window.click("link", "Modifier mes coordonnées").await?;
    window.sees("en attente de validation").await?;

    let waiting = town.run(&["changes", "--commune", SLUG, "list", "--json"])?;
    let change = once(&waiting)?;
    town.run(&["changes", "--commune", SLUG, "accept", &change])?;
    window.sees("accepté").await?;
    let again = town.run(&["changes", "--commune", SLUG, "list"])?;
    assert!(!again.contains(&change), "{again}");
    window.click("link", "Claire Martel").await?;
    window.sees(NEW_STREET).await?;
    town.run(&["check"])?;
    server.stop();
    Ok(())
}

/// The id of the only change of the list.
fn once(list: &str) -> Result<String> {
    let waiting: Vec<WaitingChangeDto> = serde_json::from_str(list).context("the list of changes")?;
    assert_eq!(waiting.len(), 1, "the change arrived once:\n{list}");
    let new = serde_json::to_string(&waiting[0].change.new)?;
    assert!(new.contains(NEW_STREET), "{new}");
    Ok(waiting[0].change.change_id.to_string())
}
