//! The cable pulled at every step, and no memory left: said in words, and nothing kept.

use super::{ON_RECORD, Scene, end, sign_in};
use crate::journey::{NEW_STREET, PERSONAL_CODE, change_street};
use anyhow::{Context, Result, ensure};
use harness::Kiosk;
use harness::files::Search;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::demo_families::SLUG;

#[tokio::test]
async fn a_cable_pulled_at_any_step_is_said_and_nothing_waits() -> Result<()> {
    let Scene { town, server, claire, typed: _ } = Scene::new().await?;
    let address = server.address.clone();
    let kiosk = Kiosk::new(&address)?;
    server.stop();
    let mut supervisor = kiosk.start()?;
    let session = supervisor.session(None).await?;
    let window = kiosk.window().await?;
    window.sees("Bienvenue à la borne de Parempuyre").await?;
    window.sees("rien n'est gardé ici").await?;
    window.sees("05 56 95 56 12").await?;
    // The network is back: nobody has to do anything.
    let server = town.serve_at(&address)?;
    window.sees("MON ESPACE PERSO").await?;

    server.stop();
    window.fill("Identifiant", &claire.identifiant).await?;
    window.fill("Code secret", PERSONAL_CODE).await?;
    window.click("button", "Se connecter").await?;
    window.sees("Rien n'a été envoyé et rien n'est gardé ici").await?;
    let server = town.serve_at(&address)?;
    window.click("button", "Se connecter").await?;
    window.sees("Bonjour Claire").await?;
    window.sees("À jour").await?;

    server.stop();
    change_street(&window, NEW_STREET).await?;
    window.sees("Rien n'a été envoyé : cette borne n'a plus de connexion").await?;
    window.click("link", "ouvrir la synchronisation").await?;
    window.sees("Rien à envoyer").await?;
    let server = town.serve_at(&address)?;
    window.click("button", "Synchroniser maintenant").await?;
    window.sees("À jour").await?;
    let waiting = town.run(&["changes", "--commune", SLUG, "list", "--json"])?;
    ensure!(!waiting.contains(NEW_STREET), "what was refused arrived all the same: {waiting}");

    window.click("link", "Espace famille").await?;
    change_street(&window, NEW_STREET).await?;
    window.sees("en attente de validation").await?;
    let waiting = town.run(&["changes", "--commune", SLUG, "list", "--json"])?;
    ensure!(waiting.matches(NEW_STREET).count() == 1, "it arrived once: {waiting}");
    server.stop();
    end(&window).await;
    supervisor.session(Some(session)).await?;
    window.abandon();
    kiosk.window().await?.sees("Bienvenue à la borne").await?;
    let left = kiosk.leftovers(&Search::of(&[ON_RECORD, NEW_STREET, PERSONAL_CODE]), Some(&supervisor))?;
    ensure!(left.is_empty(), "{left:#?}");
    supervisor.stop();
    Ok(())
}

#[tokio::test]
async fn settings_that_cannot_be_read_serve_nobody() -> Result<()> {
    let scene = Scene::new().await?;
    let kiosk = scene.kiosk()?;
    std::fs::write(kiosk.settings(), "{")?;
    let mut supervisor = kiosk.start()?;
    supervisor.session(None).await?;
    let window = kiosk.window().await?;
    window.sees("Cette borne est hors service").await?;
    window.sees("Les réglages de la borne").await?;
    ensure!(window.look("textbox", "Identifiant").await?.is_none(), "somebody could sign in");
    supervisor.stop();
    Ok(())
}

/// Starts the kiosk where file systems can be mounted that nobody else sees.
fn with_mounts(kiosk: &Kiosk, mounts: &str) -> Command {
    let script = format!("{mounts} && exec \"$0\"");
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script]).arg(kiosk.program());
    command
}

/// The folder that the supervisor sees in place of ours.
fn seen_by(supervisor: u32, folder: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{supervisor}/root")).join(folder.strip_prefix("/").unwrap_or(folder))
}

#[tokio::test]
async fn a_full_memory_is_said_and_gone_once_there_is_room() -> Result<()> {
    let scene = Scene::new().await?;
    let kiosk = scene.kiosk()?;
    let memory = kiosk.in_memory().display().to_string();
    let small =
        format!("mount -t tmpfs -o size=64m,mode=0700 tmpfs '{memory}' && head -c 60m /dev/zero > '{memory}/filler'");
    let mut supervisor = kiosk.start_by(with_mounts(&kiosk, &small))?;
    supervisor.session(None).await?;
    let window = kiosk.window().await?;
    window.sees("Cette borne est hors service").await?;
    window.sees("Le dossier en mémoire (tmpfs) est plein").await?;
    window.sees("05 56 95 56 12").await?;

    let filler = seen_by(supervisor.id(), &kiosk.in_memory().join("filler"));
    std::fs::remove_file(&filler).with_context(|| filler.display().to_string())?;
    window.abandon();
    let window = kiosk.window_that_sees("MON ESPACE PERSO").await?;
    sign_in(&window, &scene.claire).await?;
    supervisor.stop();
    Ok(())
}

#[tokio::test]
async fn a_memory_that_fills_up_ends_the_session_in_words() -> Result<()> {
    let scene = Scene::new().await?;
    let kiosk = scene.kiosk()?;
    let small = format!("mount -t tmpfs -o size=64m,mode=0700 tmpfs '{}'", kiosk.in_memory().display());
    let mut supervisor = kiosk.start_by(with_mounts(&kiosk, &small))?;
    let session = supervisor.session(None).await?;
    let window = kiosk.window().await?;
    sign_in(&window, &scene.claire).await?;

    let filler = seen_by(supervisor.id(), &kiosk.in_memory().join("filler"));
    fill(&filler)?;
    supervisor.session(Some(session)).await?;
    ensure!(kiosk.last_end()?.as_deref() == Some("MemoryFull"), "{:?}", kiosk.last_end()?);
    window.abandon();
    let window = kiosk.window_that_sees("Votre session a été arrêtée").await?;
    window.sees("La mémoire de cette borne s'est remplie").await?;
    window.sees("05 56 95 56 12").await?;
    window.check_screen("borne-session-arretee").await?;

    std::fs::remove_file(&filler).with_context(|| filler.display().to_string())?;
    window.abandon();
    let window = kiosk.window_that_sees("MON ESPACE PERSO").await?;
    sign_in(&window, &scene.claire).await?;
    supervisor.stop();
    Ok(())
}

/// Writes until there is no room.
fn fill(file: &Path) -> Result<()> {
    let mut filler = std::fs::File::create(file).with_context(|| file.display().to_string())?;
    match std::io::copy(&mut std::io::repeat(0), &mut filler) {
        Err(error) if error.kind() == std::io::ErrorKind::StorageFull => Ok(()),
        Err(error) => Err(error).context("filling the memory"),
        Ok(_) => anyhow::bail!("a memory without an end"),
    }
}

#[tokio::test]
async fn without_a_folder_in_memory_nobody_is_served() -> Result<()> {
    let scene = Scene::new().await?;
    let kiosk = scene.kiosk()?;
    let disk = kiosk.on_disk("tmp").display().to_string();
    let none = format!("mount --bind '{disk}' /dev/shm && export XDG_RUNTIME_DIR='{disk}'");
    let mut supervisor = kiosk.start_by(with_mounts(&kiosk, &none))?;
    supervisor.session(None).await?;
    let window = kiosk.window().await?;
    window.sees("Cette borne est hors service").await?;
    window.sees("Aucun dossier en mémoire").await?;
    ensure!(window.look("textbox", "Identifiant").await?.is_none(), "somebody could sign in");
    supervisor.stop();
    Ok(())
}
