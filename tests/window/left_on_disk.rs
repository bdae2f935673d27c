//! What somebody finds who takes the computer away: nothing that the family typed or read, in no form, in no folder.

use crate::journey::{PASSPHRASE, PERSONAL_CODE, Scene, change_street, first_login};
use anyhow::Result;
use harness::Desktop;
use harness::files::{blind_spots, holding};
use std::path::{Path, PathBuf};

/// Typed into the address; long and odd enough to be nowhere by chance.
const MARKER: &str = "Zyxquoi-Marqueur-48215";

/// Plants the marker in what the cache and the outbox hold, and gives the files it can be read in.
async fn planted(computer: fn(&str) -> Result<Desktop>) -> Result<Vec<PathBuf>> {
    let Scene { town, server, desktop, letter } = Scene::on(computer)?;
    let window = desktop.open().await?;
    first_login(&window, &letter).await?;
    change_street(&window, &format!("7 rue {MARKER}")).await?;
    window.sees("en attente de validation").await?;
    let everything = desktop.everything().to_owned();
    let log = town.log();
    let places: [&Path; 2] = [&everything, &log];
    let mut found = holding(MARKER, &places)?;
    // The application ends, and with it whatever it had not written yet.
    window.close().await?;
    found.extend(holding(MARKER, &places)?);
    for secret in [letter.code.as_str(), PERSONAL_CODE, PASSPHRASE] {
        assert!(holding(secret, &places)?.is_empty(), "a secret is on the disk");
    }
    server.stop();
    Ok(found)
}

#[test]
fn the_search_finds_what_is_there() {
    assert!(blind_spots(MARKER).is_empty(), "{:?}", blind_spots(MARKER));
}

#[tokio::test]
async fn nothing_readable_is_left_on_the_disk() -> Result<()> {
    let found = planted(Desktop::new).await?;
    assert!(found.is_empty(), "{found:?}");
    Ok(())
}

#[tokio::test]
async fn without_encryption_it_would_be_found() -> Result<()> {
    let found = planted(Desktop::unencrypted).await?;
    assert!(!found.is_empty(), "the search would see nothing even if there were something to see");
    Ok(())
}
