//! The first minute: the window comes up quickly, and a town that does not answer is said so.

use anyhow::Result;
use harness::{Desktop, Town};
use std::time::{Duration, Instant};

/// From the start of the server and of the application to a sign-in that can be typed into.
const USABLE: Duration = Duration::from_secs(15);

#[tokio::test]
async fn sign_in_is_usable_at_once_and_says_when_the_town_does_not_answer() -> Result<()> {
    let town = Town::with_families(5)?;
    let since = Instant::now();
    let server = town.serve()?;
    let desktop = Desktop::new(&server.address)?;
    let window = desktop.open().await?;
    window.fill_in("combobox", "Votre commune", "parem").await?;
    window.find("option", "Parempuyre").await?;
    let took = since.elapsed();
    println!("sign-in usable after {:.1} s", took.as_secs_f64());
    assert!(took < USABLE, "{took:?}");

    server.stop();
    window.click("option", "Parempuyre").await?;
    window.sees("Le serveur de la mairie ne répond pas").await
}
