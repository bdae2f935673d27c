//! `import-families` of 10,000 families into a new database, by one process, to its end; then the same file again.

use super::Figure;
use super::load::Engine;
use crate::demo_families;
use crate::places::Places;
use crate::processes::{Running, output};
use anyhow::{Context, Result};
use std::process::{Command, Stdio};
use std::time::Instant;

const FAMILIES: usize = 10_000;
/// Seconds.
const BOUND: f64 = 30.0;

pub(super) fn run(places: &Places) -> Result<Vec<Figure>> {
    let mut figures = Vec::new();
    Engine::each(|engine| {
        figures.extend(import(places, engine)?);
        Ok(())
    })?;
    Ok(figures)
}

fn import(places: &Places, engine: &Engine) -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir().context("a temporary folder")?;
    demo_families::write_some(folder.path(), FAMILIES)?;
    let rows = std::fs::read_to_string(folder.path().join(demo_families::FAMILIES_FILE))?.lines().count() - 1;
    let server = |arguments: &[&str]| {
        let mut command = Command::new(places.release_binary("preau-server"));
        command.args(arguments).current_dir(folder.path()).env("PREAU_SERVER_DATA", folder.path().join("data"));
        engine.tell(&mut command);
        command
    };
    output(&mut server(&["migrate"]))?;
    output(&mut server(&["create-commune", demo_families::COMMUNE_FILE]))?;
    let words = ["import-families", "--commune", demo_families::SLUG, demo_families::FAMILIES_FILE];
    let imported = || -> Result<f64> {
        let since = Instant::now();
        let mut import = server(&words);
        Running::start(import.stdin(Stdio::null()).stdout(Stdio::null()))?.finish()?;
        Ok(since.elapsed().as_secs_f64())
    };
    let (first, again) = (imported()?, imported()?);
    output(&mut server(&["check"])).context("the invariants after the import")?;
    let name = engine.name();
    Ok(vec![
        Figure::bound(
            format!("{name}: {FAMILIES} families, {rows} lines"),
            format!("{first:.1} s"),
            format!("≤ {BOUND:.0} s"),
            first <= BOUND,
        ),
        Figure::told(format!("{name}: the same file again, which changes nothing"), format!("{again:.1} s")),
        Figure::told(format!("{name}: `check` right after"), "no violation"),
    ])
}
