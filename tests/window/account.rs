//! *Mon compte* in the real window: a computer signed out from afar, a space locked and opened again, and the code that
//! opens it when its PIN is forgotten.

use crate::journey::{PERSONAL_CODE, Scene, first_login};
use anyhow::Result;
use harness::Window;
use harness::window::ENTER;
use xtask::demo_families::SLUG;

pub const PIN: &str = "2846";

async fn my_account(window: &Window) -> Result<()> {
    window.click("button", "Claire Martel").await?;
    window.click("menuitem", "Mon compte").await?;
    window.sees("POUR ME CONNECTER").await
}

#[tokio::test]
async fn a_computer_is_signed_out_from_another_one() -> Result<()> {
    let Scene { town: _town, server, desktop, letter } = Scene::new()?;
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    let api = server.api()?;
    let elsewhere = api.sign_in(SLUG, &letter.identifiant, PERSONAL_CODE, None).await?;
    assert_eq!(api.get("/v1/account", &elsewhere.token).await?.status, 200);

    my_account(&window).await?;
    window.click("link", "Mes ordinateurs").await?;
    window.sees("cet ordinateur").await?;
    window.click("button", "Déconnecter : Ordinateur de test").await?;
    window.sees("Ce qui y est déjà gardé y reste").await?;
    window.click("button", "Déconnecter cet ordinateur").await?;
    window.sees("Ordinateur de test est déconnecté").await?;
    assert_eq!(api.get("/v1/account", &elsewhere.token).await?.status, 401, "its session is over");

    server.stop();
    window.click("link", "Revenir").await?;
    window.click("link", "Mes ordinateurs").await?;
    window.sees("Cette page demande une connexion").await
}

/// From *Mon compte*: chooses the PIN.
pub async fn choose_pin(window: &Window) -> Result<()> {
    window.click("link", "Code PIN et verrouillage").await?;
    window.fill("Nouveau code PIN", PIN).await?;
    window.fill("une seconde fois", PIN).await?;
    window.click("button", "Activer le code PIN").await?;
    window.sees("Cet espace se verrouillera tout seul").await
}

/// Chooses the PIN, and locks.
async fn locked(window: &Window) -> Result<()> {
    my_account(window).await?;
    choose_pin(window).await?;
    window.click("link", "Léo").await?;
    window.sees("Scolarité").await?;
    window.click("button", "Claire Martel").await?;
    window.click("menuitem", "Verrouiller maintenant").await?;
    window.sees("Espace verrouillé").await
}

/// Types on the field, which has the focus.
async fn try_pin(window: &Window, pin: &str) -> Result<()> {
    window.find("textbox", "Code PIN").await?;
    window.type_text(pin).await?;
    window.press(ENTER).await
}

#[tokio::test]
async fn a_locked_space_shows_nobody_and_opens_where_it_was() -> Result<()> {
    let Scene { town: _town, server: _server, desktop, letter } = Scene::new()?;
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    locked(&window).await?;
    let text = window.text().await?;
    for name in ["Léo", "Inès", "Karim", "Scolarité"] {
        assert!(!text.contains(name), "{name} is on a locked screen:\n{text}");
    }
    try_pin(&window, "7391").await?;
    window.sees("Il reste 4 essais").await?;
    try_pin(&window, PIN).await?;
    window.sees("Scolarité").await
}

#[tokio::test]
async fn five_wrong_pins_ask_the_code() -> Result<()> {
    let Scene { town: _town, server: _server, desktop, letter } = Scene::new()?;
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    locked(&window).await?;
    for left in
        ["Il reste 4 essais", "Il reste 3 essais", "Il reste 2 essais", "Il reste un essai", "Cinq essais sans le bon"]
    {
        try_pin(&window, "7391").await?;
        window.sees(left).await?;
    }
    window.fill("Identifiant", &letter.identifiant).await?;
    window.fill("Code secret", PERSONAL_CODE).await?;
    window.click("button", "Se connecter").await?;
    window.sees("Scolarité").await?;
    window.click("button", "Claire Martel").await?;
    window.find("menuitem", "Mon compte").await?;
    assert!(window.look("menuitem", "Verrouiller maintenant").await?.is_none(), "the PIN is forgotten");
    Ok(())
}
