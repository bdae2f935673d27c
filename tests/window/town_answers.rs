//! What the town's server answers to an account: a lost code asked for, a co-holder invited, a change told to the family.

use crate::journey::{PERSONAL_CODE, Scene, choose_town, first_login};
use anyhow::Result;
use harness::Window;

const NEW_CODE: &str = "Noisetier-2027";

async fn my_account(window: &Window) -> Result<()> {
    window.click("button", "Claire Martel").await?;
    window.click("menuitem", "Mon compte").await?;
    window.sees("POUR ME CONNECTER").await
}

#[tokio::test]
async fn a_lost_code_is_asked_for_and_answered_alike_for_all() -> Result<()> {
    let Scene { town: _town, server: _server, desktop, letter } = Scene::new()?;
    let window = desktop.open().await?;
    choose_town(&window).await?;
    for identifiant in [letter.identifiant.as_str(), "personne-de-ce-nom"] {
        window.click("link", "Code secret oublié").await?;
        // The page before has a field of the same name.
        window.sees("Recevoir un lien").await?;
        window.fill("Identifiant", identifiant).await?;
        window.click("button", "Recevoir un lien").await?;
        window.sees("Si cet identifiant est celui d'un compte qui a une adresse connue de la mairie").await?;
        window.sees("Pôle enfance jeunesse, 05 56 95 56 12").await?;
        window.click("button", "Revenir à la connexion").await?;
    }
    Ok(())
}

#[tokio::test]
async fn the_co_holder_is_removed_and_another_one_invited() -> Result<()> {
    let Scene { town: _town, server: _server, desktop, letter } = Scene::new()?;
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    my_account(&window).await?;
    window.click("link", "Co-titulaire").await?;
    window.sees("Karim Daoud est co-titulaire").await?;
    window.click("button", "Retirer le co-titulaire").await?;
    window.sees("cette personne ne verra plus rien de votre foyer").await?;
    window.fill("Votre code secret", PERSONAL_CODE).await?;
    // The second of that name: the dialog's, over the page's.
    window.press(harness::window::ENTER).await?;
    window.sees("votre foyer n'a plus de co-titulaire").await?;
    window.check_screen("compte-co-titulaire-inviter").await?;
    window.fill("Prénom", "Nadia").await?;
    window.fill("Nom", "Belkacem").await?;
    window.fill("Son adresse e-mail", "nadia.belkacem@exemple.fr").await?;
    window.fill("Votre code secret", PERSONAL_CODE).await?;
    window.click("button", "Envoyer l'invitation").await?;
    window.sees("Invitation pour Nadia Belkacem").await?;
    window.sees("nadia.belkacem@exemple.fr").await?;
    window.check_screen("compte-co-titulaire-invitation").await
}

#[tokio::test]
async fn a_code_changed_is_told_to_the_family_and_read() -> Result<()> {
    let Scene { town: _town, server: _server, desktop, letter } = Scene::new()?;
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    my_account(&window).await?;
    window.click("link", "Code secret").await?;
    window.fill("Code secret actuel", PERSONAL_CODE).await?;
    window.fill("Nouveau code secret", NEW_CODE).await?;
    window.fill("Nouveau code secret, une seconde fois", NEW_CODE).await?;
    window.click("button", "Changer mon code").await?;
    window.sees("Votre code est changé").await?;
    window.click("link", "Espace famille").await?;
    window.sees("Le code secret a été changé").await?;
    window.click("link", "Le code secret a été changé").await?;
    window.sees("C'était vous ?").await?;
    window.check_screen("compte-avis-a-lire").await?;
    window.click("button", "J'ai lu").await?;
    window.sees("DÉJÀ LUS").await?;
    window.click("link", "Espace famille").await?;
    window.loses("Le code secret a été changé").await
}
