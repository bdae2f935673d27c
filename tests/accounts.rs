//! The accounts capability through the programs: the client that the application is made of, against the server as it
//! runs. What each takes for granted of the other is compared here, not imagined by a double.

use anyhow::{Context, Result};
use harness::computer::refused;
use harness::{Computer, Letter, Server, Session, Town};
use preau_client::accounts::views::SessionView;
use preau_client::{Client, FailureCode};
use xtask::demo_families::SLUG;

const FIRST: &str = "Marronnier-2026";
const SECOND: &str = "Tilleul-33290";

struct Scene {
    _town: Town,
    server: Server,
    letters: Vec<Letter>,
    computer: Computer,
}

impl Scene {
    fn new() -> Result<Self> {
        let town = Town::with_families(5)?;
        let letters = town.letters(SLUG, "F0001")?;
        let server = town.serve()?;
        let computer = Computer::new(&server.address)?;
        Ok(Self { _town: town, server, letters, computer })
    }

    /// Another computer of the same person.
    fn elsewhere(&self) -> Result<Computer> {
        Computer::new(&self.server.address)
    }

    async fn session(&self, identifiant: &str, code: &str) -> Result<Session> {
        self.server.api()?.sign_in(SLUG, identifiant, code, None).await
    }
}

async fn identifiant(client: &Client) -> Result<String> {
    Ok(client.account().await.map_err(refused)?.identifiant)
}

fn code<T>(result: Result<T, preau_client::Failure>) -> Option<FailureCode> {
    result.err().map(|failure| failure.code)
}

#[tokio::test]
async fn a_letter_leads_home_by_a_code_of_ones_own() -> Result<()> {
    let scene = Scene::new()?;
    let letter = &scene.letters[0];
    let wrong = scene.computer.sign_in(&letter.identifiant, "AAAA-BBBB-CCCC").await;
    assert_eq!(wrong.err(), Some(FailureCode::SignInRefused));

    let client = scene.computer.first_login(letter, FIRST).await?;
    assert_eq!(identifiant(&client).await?, letter.identifiant.to_lowercase());
    let home = client.home().await.map_err(refused)?;
    assert_eq!(home.first_name, "Claire");
    client.close().await;

    let used = scene.elsewhere()?.sign_in(&letter.identifiant, &letter.code).await;
    assert_eq!(used.err(), Some(FailureCode::SignInRefused), "a letter's code works once");
    scene.elsewhere()?.sign_in(&letter.identifiant, FIRST).await.expect("the code chosen").close().await;
    Ok(())
}

#[tokio::test]
async fn a_weak_first_code_is_told_as_such_and_the_next_one_leads_home() -> Result<()> {
    let scene = Scene::new()?;
    let letter = &scene.letters[0];
    let client = scene.computer.sign_in(&letter.identifiant, &letter.code).await.expect("the letter");
    assert_eq!(code(client.set_personal_code("soleil").await), Some(FailureCode::CodeRefused));
    // Chosen meanwhile on another computer, with the same letter: it is the one in force.
    let session = scene.session(&letter.identifiant, &letter.code).await?;
    scene.server.api()?.set_code(&session.token, &letter.code, SECOND).await?;
    assert_eq!(code(client.set_personal_code(FIRST).await), Some(FailureCode::SignInRefused));
    let session = client.set_personal_code(SECOND).await.map_err(refused)?;
    assert!(matches!(session, SessionView::Open { .. }));
    client.close().await;
    Ok(())
}

#[tokio::test]
async fn the_code_changes_with_the_one_in_use_and_with_no_other() -> Result<()> {
    let scene = Scene::new()?;
    let letter = &scene.letters[0];
    let client = scene.computer.first_login(letter, FIRST).await?;
    assert_eq!(code(client.change_code("Faux-2026", SECOND).await), Some(FailureCode::WrongCode));
    assert_eq!(code(client.change_code(FIRST, "court").await), Some(FailureCode::CodeRefused));
    client.change_code(FIRST, SECOND).await.map_err(refused)?;
    client.sync_now().await.map_err(refused)?;
    harness::computer::up_to_date(&client).await?;
    client.close().await;

    let old = scene.elsewhere()?.sign_in(&letter.identifiant, FIRST).await;
    assert_eq!(old.err(), Some(FailureCode::SignInRefused));
    scene.elsewhere()?.sign_in(&letter.identifiant, SECOND).await.expect("the new code").close().await;
    Ok(())
}

#[tokio::test]
async fn the_identifiant_changes_is_kept_and_signs_in() -> Result<()> {
    let scene = Scene::new()?;
    let (claire, karim) = (&scene.letters[0], &scene.letters[1]);
    let client = scene.computer.first_login(claire, FIRST).await?;
    let new = "claire.martel@exemple.fr";
    assert_eq!(code(client.change_identifiant("Faux-2026", new).await), Some(FailureCode::WrongCode));
    for refused in ["abc", "claire martel", "marronnier", &karim.identifiant] {
        let told = code(client.change_identifiant(FIRST, refused).await);
        assert_eq!(told, Some(FailureCode::IdentifiantRefused), "{refused}");
    }
    assert_eq!(identifiant(&client).await?, claire.identifiant.to_lowercase());
    client.change_identifiant(FIRST, " Claire.Martel@Exemple.fr ").await.map_err(refused)?;
    assert_eq!(identifiant(&client).await?, new);
    client.close().await;

    let (client, _) = scene.computer.reopen().await?;
    assert_eq!(identifiant(&client).await?, new, "kept");
    client.change_code(FIRST, SECOND).await.map_err(refused)?;
    client.close().await;
    let old = scene.elsewhere()?.sign_in(&claire.identifiant, SECOND).await;
    assert_eq!(old.err(), Some(FailureCode::SignInRefused));
    scene.elsewhere()?.sign_in(new, SECOND).await.expect("both new").close().await;
    Ok(())
}

#[tokio::test]
async fn signing_out_ends_the_session_and_signing_in_begins_another() -> Result<()> {
    let scene = Scene::new()?;
    let letter = &scene.letters[0];
    let client = scene.computer.first_login(letter, FIRST).await?;
    let watcher = scene.session(&letter.identifiant, FIRST).await?;
    let devices = async || -> Result<usize> {
        let answer = scene.server.api()?.get("/v1/account/devices", &watcher.token).await?.success()?;
        Ok(answer.body.as_array().context("devices")?.len())
    };
    assert_eq!(devices().await?, 2);
    let session = client.sign_out().await.map_err(refused)?;
    assert!(matches!(session, SessionView::SignedOut { .. }));
    assert_eq!(devices().await?, 1, "the server let the computer go");

    let (client, session) = scene.computer.reopen().await?;
    assert!(matches!(session, SessionView::Open { sign_in_again: true, .. }));
    assert_eq!(client.home().await.map_err(refused)?.first_name, "Claire", "everything stays readable");
    let again = harness::computer::sign_in(&letter.identifiant, FIRST);
    let session = client.sign_in(&again).await.map_err(refused)?;
    assert!(matches!(session, SessionView::Open { sign_in_again: false, .. }));
    harness::computer::up_to_date(&client).await?;
    client.close().await;
    Ok(())
}
