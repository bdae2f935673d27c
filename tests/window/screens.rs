//! Every screen at every size, in both themes, asked by axe; and its picture.

use crate::account::{PIN, choose_pin};
use crate::journey::{NEW_STREET, Scene, change_street, choose_code, choose_town, go_home, sign_in};
use anyhow::{Context, Result, bail};
use harness::Window;

/// Collects the faults of all screens: one run tells them all.
#[derive(Default)]
struct Faults(Vec<String>);

impl Faults {
    async fn screen(&mut self, window: &Window, name: &str, sees: &str) -> Result<()> {
        window.sees(sees).await.with_context(|| format!("screen « {name} »"))?;
        if let Err(fault) = window.check_screen(name).await {
            self.0.push(format!("{fault:#}"));
        }
        Ok(())
    }

    fn told(self) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        bail!("{}", self.0.join("\n"))
    }
}

#[tokio::test]
async fn every_screen_is_sound() -> Result<()> {
    let Scene { town: _town, server, desktop, letter } = Scene::new()?;
    let window = desktop.open().await?;
    let mut faults = Faults::default();
    faults.screen(&window, "commune", "Se connecter à l'espace famille").await?;
    choose_town(&window).await?;
    faults.screen(&window, "mon-espace-perso", "MON ESPACE PERSO").await?;
    window.click("link", "Je n'ai pas encore d'identifiant").await?;
    faults.screen(&window, "sans-identifiant", "Vous venez d'arriver").await?;
    window.click("link", "Revenir à la connexion").await?;
    window.click("link", "Changer de commune").await?;
    sign_in(&window, &letter).await?;
    faults.screen(&window, "premier-code", "Votre code doit").await?;
    choose_code(&window).await?;
    inside(&window, &mut faults).await?;

    server.stop();
    window.click("button", "Synchroniser maintenant").await?;
    faults.screen(&window, "synchronisation-hors-ligne", "Hors ligne").await?;
    faults.told()
}

#[tokio::test]
async fn the_screens_of_a_lost_code_are_sound() -> Result<()> {
    let Scene { town: _town, server: _server, desktop, letter } = Scene::new()?;
    let window = desktop.open().await?;
    let mut faults = Faults::default();
    choose_town(&window).await?;
    window.click("link", "Code secret oublié").await?;
    faults.screen(&window, "code-oublie", "Recevoir un lien").await?;
    window.fill("Identifiant", &letter.identifiant).await?;
    window.click("button", "Recevoir un lien").await?;
    faults.screen(&window, "code-oublie-demande", "C'est demandé").await?;
    faults.told()
}

async fn inside(window: &Window, faults: &mut Faults) -> Result<()> {
    faults.screen(window, "home", "MON TABLEAU DE BORD").await?;
    for (person, name, sees) in [
        ("Claire Martel", "titulaire", "Coordonnées"),
        ("Léo", "enfant", "Scolarité"),
        ("Jeanne Martel", "contact", "grand-mère"),
    ] {
        window.click("link", person).await?;
        faults.screen(window, name, sees).await?;
    }
    go_home(window).await?;
    window.click("link", "Modifier mes coordonnées").await?;
    faults.screen(window, "coordonnees", "Adresse postale du foyer").await?;
    window.fill_in("combobox", "Numéro et rue", NEW_STREET).await?;
    window.click("button", "ALLER À L'ÉTAPE 2").await?;
    faults.screen(window, "coordonnees-etape-2", "Rien n'est encore envoyé").await?;
    window.click("link", "Revenir à l'étape 1").await?;
    go_home(window).await?;
    change_street(window, NEW_STREET).await?;
    faults.screen(window, "coordonnees-en-attente", "en attente de validation").await?;
    for (item, name, sees) in [
        ("Mon compte", "compte", "POUR ME CONNECTER"),
        ("Préférences", "preferences", "Taille du texte"),
        ("Accessibilité", "accessibilite", "État de conformité"),
    ] {
        window.click("button", "Claire Martel").await?;
        window.click("menuitem", item).await?;
        faults.screen(window, name, sees).await?;
    }
    account_pages(window, faults).await?;
    window.click("link", "ouvrir la synchronisation").await?;
    faults.screen(window, "synchronisation", "À ENVOYER").await
}

/// What *Mon compte* leads to, and the space locked by its PIN.
async fn account_pages(window: &Window, faults: &mut Faults) -> Result<()> {
    window.click("button", "Claire Martel").await?;
    window.click("menuitem", "Mon compte").await?;
    for (link, name, sees) in [
        ("Identifiant", "compte-identifiant", "Nouvel identifiant"),
        ("Code secret", "compte-code", "Nouveau code secret"),
        ("Mes ordinateurs", "compte-ordinateurs", "n'est connecté que sur cet ordinateur"),
        ("Avis de sécurité", "compte-avis", "Avis de sécurité"),
        ("Co-titulaire", "compte-co-titulaire", "Retirer le co-titulaire"),
        ("Code PIN et verrouillage", "compte-code-pin", "Ce qu'un code PIN protège"),
    ] {
        window.click("link", link).await?;
        faults.screen(window, name, sees).await?;
        window.click("link", "Revenir").await?;
    }
    choose_pin(window).await?;
    faults.screen(window, "compte-code-pin-choisi", "Quand verrouiller").await?;
    window.click("button", "Verrouiller maintenant").await?;
    faults.screen(window, "espace-verrouille", "Espace verrouillé").await?;
    window.click("button", "Code PIN oublié").await?;
    faults.screen(window, "espace-verrouille-code", "Ouvrir avec mon code secret").await?;
    window.click("button", "Revenir au code PIN").await?;
    window.fill("Code PIN", PIN).await?;
    window.click("button", "Déverrouiller").await?;
    window.sees("Quand verrouiller").await
}

#[tokio::test]
async fn the_checks_see_what_is_wrong() -> Result<()> {
    let Scene { town: _town, server: _server, desktop, letter: _ } = Scene::new()?;
    let window = desktop.open().await?;
    window.sees("Se connecter à l'espace famille").await?;
    assert!(window.layout_faults().await?.is_empty());
    let spoil = "const bad = document.createElement('div');
        bad.innerHTML = '<p></p><p>text that is far too long for its box</p><img src=\"x.png\" width=\"9\" height=\"9\">';
        bad.children[1].style.cssText = 'width: 6rem; overflow: hidden; white-space: nowrap';
        bad.children[0].style.cssText = 'width: 70rem; height: 1px';
        document.querySelector('main').append(bad);";
    window.script(spoil, vec![]).await?;
    let faults = window.layout_faults().await?.join("\n");
    assert!(faults.contains("cut off: « text that is far too long"), "{faults}");
    assert!(faults.contains("text 200%: the page is"), "70 rem are wider than the window at 200 %: {faults}");
    assert!(!faults.contains("1280×800, text 100%: the page is"), "and narrower at 100 %: {faults}");
    let objections = window.axe().await?.join("\n");
    assert!(objections.contains("image-alt"), "{objections}");
    Ok(())
}
