//! Each journey by keyboard alone: Tab, arrows, Enter, letters. The mouse is never used.

use crate::journey::{NEW_STREET, PASSPHRASE, PEOPLE, PERSONAL_CODE, Scene};
use anyhow::Result;
use harness::Window;
use harness::window::{CONTROL, DOWN, ENTER};

async fn write(window: &Window, role: &str, name: &str, text: &str) -> Result<()> {
    window.tab_to(role, name).await?;
    window.press_with(CONTROL, 'a').await?;
    window.type_text(text).await
}

async fn activate(window: &Window, role: &str, name: &str) -> Result<()> {
    window.tab_to(role, name).await?;
    window.press(ENTER).await
}

#[tokio::test]
async fn signing_in_reading_and_changing_the_address_by_keyboard_alone() -> Result<()> {
    let Scene { town: _town, server: _server, desktop, letter } = Scene::new()?;
    let window = desktop.open().await?;
    write(&window, "combobox", "Votre commune", "parem").await?;
    window.find("option", "Parempuyre").await?;
    window.press(DOWN).await?;
    window.press(ENTER).await?;
    window.sees("MON ESPACE PERSO").await?;
    write(&window, "textbox", "Identifiant", &letter.identifiant).await?;
    write(&window, "textbox", "Code secret", &letter.code).await?;
    write(&window, "textbox", "Phrase secrète", PASSPHRASE).await?;
    write(&window, "textbox", "Phrase secrète, une seconde fois", PASSPHRASE).await?;
    activate(&window, "button", "Se connecter").await?;
    window.sees("Choisissez votre code secret").await?;
    write(&window, "textbox", "Nouveau code secret", PERSONAL_CODE).await?;
    write(&window, "textbox", "une seconde fois", PERSONAL_CODE).await?;
    activate(&window, "button", "Enregistrer mon code").await?;
    window.sees("Bonjour Claire").await?;

    for person in PEOPLE {
        activate(&window, "link", person).await?;
        window.find("heading", person).await?;
    }
    activate(&window, "link", "Espace famille").await?;
    activate(&window, "link", "Modifier mes coordonnées").await?;
    write(&window, "combobox", "Numéro et rue", NEW_STREET).await?;
    activate(&window, "button", "ALLER À L'ÉTAPE 2").await?;
    window.sees("Rien n'est encore envoyé").await?;
    activate(&window, "button", "VALIDER").await?;
    window.sees("en attente de validation").await?;

    activate(&window, "link", "ouvrir la synchronisation").await?;
    window.sees("Synchroniser maintenant").await?;
    activate(&window, "button", "Claire Martel").await?;
    window.find("menuitem", "Verrouiller").await?;
    window.press(DOWN).await?;
    window.press(DOWN).await?;
    window.press(DOWN).await?;
    window.press(ENTER).await?;
    window.sees("Ces espaces sont gardés sur cet ordinateur").await?;
    activate(&window, "button", "Ouvrir l'espace").await?;
    window.find("textbox", "Phrase secrète").await?;
    window.type_text(PASSPHRASE).await?;
    window.press(ENTER).await?;
    window.sees("Bonjour Claire").await
}
