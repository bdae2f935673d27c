//! What a family does in the window, step by step, for every test.

use anyhow::Result;
use harness::{Desktop, Letter, Server, Town, Window};
use xtask::demo_families::SLUG;

pub const PERSONAL_CODE: &str = "Marronnier-2026";
pub const PASSPHRASE: &str = "trois hiboux verts";
pub const NEW_STREET: &str = "5 quai des Chaumes";
/// Everybody of the family F0001, as the list on the left names them.
pub const PEOPLE: [&str; 6] = ["Claire Martel", "Karim Daoud", "Léo", "Inès", "Jeanne Martel", "Samir Bellil"];

/// A town with the families of a CSV file, its server, and a family's new computer.
pub struct Scene {
    pub town: Town,
    pub server: Server,
    pub desktop: Desktop,
    pub letter: Letter,
}

impl Scene {
    /// The town, and Claire Martel's letter.
    pub fn new() -> Result<Self> {
        Self::on(Desktop::new)
    }

    /// The same with a computer made otherwise.
    pub fn on(computer: fn(&str) -> Result<Desktop>) -> Result<Self> {
        let town = Town::with_families(6)?;
        let letter = town.letters(SLUG, "F0001")?.remove(0);
        let server = town.serve()?;
        let desktop = computer(&server.address)?;
        Ok(Self { town, server, desktop, letter })
    }
}

/// Chooses the town by its name.
pub async fn choose_town(window: &Window) -> Result<()> {
    window.fill_in("combobox", "Votre commune", "parem").await?;
    window.click("option", "Parempuyre").await?;
    window.sees("MON ESPACE PERSO").await
}

/// *MON ESPACE PERSO*, with the letter's code; the cache is kept under a passphrase.
pub async fn sign_in(window: &Window, letter: &Letter) -> Result<()> {
    choose_town(window).await?;
    window.fill("Identifiant", &letter.identifiant).await?;
    window.fill("Code secret", &letter.code).await?;
    window.fill("Phrase secrète", PASSPHRASE).await?;
    window.fill("Phrase secrète, une seconde fois", PASSPHRASE).await?;
    window.click("button", "Se connecter").await?;
    window.sees("Choisissez votre code secret").await
}

/// The personal code that the first login obliges.
pub async fn choose_code(window: &Window) -> Result<()> {
    window.fill("Nouveau code secret", PERSONAL_CODE).await?;
    window.fill("Nouveau code secret, une seconde fois", PERSONAL_CODE).await?;
    window.click("button", "Enregistrer mon code").await?;
    window.sees("Bonjour Claire").await?;
    window.sees("À jour").await
}

/// From the letter to the home page.
pub async fn first_login(window: &Window, letter: &Letter) -> Result<()> {
    sign_in(window, letter).await?;
    choose_code(window).await
}

/// The application was started again: its space is opened with the passphrase.
pub async fn open_space(window: &Window) -> Result<()> {
    window.click("button", "Ouvrir l'espace").await?;
    let dialog = window.find("textbox", "Phrase secrète").await?;
    dialog.send_keys(PASSPHRASE).await?;
    window.click("button", "Ouvrir").await?;
    window.sees("Bonjour Claire").await
}

/// Everything that the home page and each person's page are there to say.
pub async fn read_everything(window: &Window) -> Result<()> {
    window.sees("Pôle enfance jeunesse – 05 56 95 56 12").await?;
    for (person, facts) in [
        ("Léo", ["CE2", "École élémentaire des Marronniers"]),
        ("Inès", ["MS", "École maternelle du Petit Bois"]),
        ("Claire Martel", ["titulaire", "05 36 49 00 01"]),
        ("Karim Daoud", ["co-titulaire", "06 12 34 00 01"]),
        ("Jeanne Martel", ["grand-mère", "Peut venir chercher les enfants"]),
        ("Samir Bellil", ["ami de la famille", "À appeler en cas d'urgence"]),
    ] {
        window.click("link", person).await?;
        for fact in facts {
            window.sees(fact).await?;
        }
    }
    go_home(window).await
}

pub async fn go_home(window: &Window) -> Result<()> {
    window.click("link", "Espace famille").await?;
    window.sees("MON TABLEAU DE BORD").await
}

/// *Modifier mes coordonnées* with another street, up to *VALIDER*.
pub async fn change_street(window: &Window, street: &str) -> Result<()> {
    window.click("link", "Modifier mes coordonnées").await?;
    window.fill_in("combobox", "Numéro et rue", street).await?;
    window.click("button", "ALLER À L'ÉTAPE 2").await?;
    window.sees("Rien n'est encore envoyé").await?;
    window.sees(street).await?;
    window.click("button", "VALIDER").await
}
