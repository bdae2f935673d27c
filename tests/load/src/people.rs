//! Many families signed in.

use anyhow::{Context, Result};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use harness::{Api, Letter, Session, Town};
use serde_json::Value;
use xtask::demo_families::SLUG;

/// The personal code of everybody here.
pub const CODE: &str = "Marronnier-2026";
/// The hashing pool has a worker less than the machine has cores: more at once would only be told to come back.
const AT_ONCE: usize = 2;

/// The first adult of so many families, each with a letter.
pub fn letters(town: &Town, families: usize) -> Result<Vec<Letter>> {
    let printed = town.run(&["letters", "--commune", SLUG, "--json"])?;
    let mut letters: Vec<Letter> = Vec::new();
    for line in printed.lines().filter(|line| line.starts_with('{')) {
        let letter: Value = serde_json::from_str(line).context("a letter")?;
        let text = |name: &str| letter[name].as_str().map(str::to_owned).with_context(|| name.to_owned());
        let family = text("family")?;
        if letters.last().is_some_and(|last| last.family == family) {
            continue;
        }
        letters.push(Letter {
            family,
            person: text("person")?,
            identifiant: text("identifiant")?,
            code: text("code")?,
        });
    }
    letters.truncate(families);
    anyhow::ensure!(letters.len() == families, "only {} families have letters", letters.len());
    Ok(letters)
}

/// Signs each in for the first time and chooses [`CODE`].
pub async fn enrol(api: &Api, letters: &[Letter]) -> Result<Vec<Session>> {
    let one = |letter: Letter| {
        let api = api.clone();
        async move { api.first_login(SLUG, &letter, CODE).await }
    };
    stream::iter(letters.to_vec()).map(one).buffered(AT_ONCE).try_collect().await
}
