//! A session as a town has it: nothing drives the window, the engine is in its private mode. It is used by the keyboard and
//! the mouse alone; that it did what it should is asked of the server and of its own memory.

use super::{ON_RECORD, Scene};
use crate::journey::PERSONAL_CODE;
use anyhow::{Result, ensure};
use harness::files::Search;
use harness::screen::{RETURN, TAB};
use harness::{Kiosk, Screen, memory, wait_for};

/// Looks into the page's memory before keys are taken to have gone nowhere.
const LOOKS: usize = 10;

#[tokio::test]
async fn a_private_session_leaves_nothing_either() -> Result<()> {
    let scene = Scene::new().await?;
    let kiosk = Kiosk::as_installed(&scene.server.address)?;
    let screen = Screen::connect()?;
    let mut supervisor = kiosk.start()?;
    let session = supervisor.session(None).await?;
    screen.focus().await?;
    let before = scene.devices().await?;

    // The title has the focus; the first field comes next. Until the page is there, keys go nowhere.
    wait_for("the sign-in", async || {
        screen.press(&[TAB])?;
        screen.type_text(&scene.claire.identifiant)?;
        let typed = Search::of(&[&scene.claire.identifiant]);
        // A page that is slow to show it has it: only keys that went nowhere are pressed again.
        for _ in 0..LOOKS {
            if !memory_of_the_page(&supervisor, &typed)?.is_empty() {
                return Ok(Some(()));
            }
            tokio::task::yield_now().await;
        }
        Ok(None)
    })
    .await?;
    screen.press(&[TAB])?;
    screen.type_text(PERSONAL_CODE)?;
    screen.press(&[RETURN])?;
    wait_for("the sign-in at the server", async || Ok((scene.devices().await? > before).then_some(()))).await?;
    let read = Search::of(&[ON_RECORD]);
    wait_for("the home page", async || Ok((!memory_of_the_page(&supervisor, &read)?.is_empty()).then_some(()))).await?;
    // The only link of the page, then its first field.
    let typed = Search::of(&[&scene.typed]);
    wait_for("the form", async || {
        screen.press(&[TAB])?;
        screen.press(&[RETURN])?;
        screen.press(&[TAB])?;
        screen.type_text(&scene.typed)?;
        Ok((!memory_of_the_page(&supervisor, &typed)?.is_empty()).then_some(()))
    })
    .await?;
    kiosk.plant(&scene.typed)?;
    ensure!(!kiosk.leftovers(&scene.personal(), Some(&supervisor))?.is_empty(), "files are not searched");
    ensure!(!memory::regions_holding(session, &read)?.is_empty(), "memory is not searched");

    // « Terminer », the last of the bar above.
    let (width, _) = screen.size()?;
    screen.click(i16::try_from(width)? - 70, 30, 1)?;
    let next = supervisor.session(Some(session)).await?;
    screen.focus().await?;
    let left = kiosk.leftovers(&scene.personal(), Some(&supervisor))?;
    ensure!(left.is_empty(), "{left:#?}");
    ensure!(memory::regions_holding(next, &scene.personal())?.is_empty(), "the next session knows something");
    ensure!(scene.devices().await? == before, "the server still knows the kiosk as Claire's device");
    supervisor.stop();
    scene.server.stop();
    Ok(())
}

/// Where the page itself is.
fn memory_of_the_page(supervisor: &harness::kiosk::Supervisor, search: &Search) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for engine in supervisor.processes("WebKitWebProcess")? {
        found.extend(memory::regions_holding(engine, search)?);
    }
    Ok(found)
}
