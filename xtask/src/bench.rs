//! Measurements by name. Each prints what it measured, never a figure without its conditions.

use crate::demo_families;
use crate::places::Places;
use crate::processes::{Running, output};
use crate::test::build_server;
use anyhow::{Context, Result, bail};
use std::time::Instant;

const NAMES: &str = "import   300 generated families into a new SQLite database, then the same file again";

/// Runs the measurement of that name.
///
/// # Errors
/// When the name is unknown or the measured thing fails.
pub fn measure(places: &Places, name: Option<&str>) -> Result<()> {
    match name {
        Some("import") => import(places),
        Some(unknown) => bail!("no measurement is called « {unknown} »; there is\n{NAMES}"),
        None => bail!("say which measurement; there is\n{NAMES}"),
    }
}

fn import(places: &Places) -> Result<()> {
    build_server(places)?;
    let folder = tempfile::tempdir().context("a temporary folder")?;
    demo_families::write(folder.path())?;
    let server = |arguments: &[&str]| {
        let mut command = places.command(places.debug_binary("preau-server"), arguments);
        command.env("PREAU_SERVER_DATA", folder.path().join("data")).current_dir(folder.path());
        command
    };
    output(&mut server(&["migrate"]))?;
    output(&mut server(&["create-commune", demo_families::COMMUNE_FILE]))?;
    for round in ["first", "again"] {
        let since = Instant::now();
        let mut import = server(&["import-families", "--commune", demo_families::SLUG, demo_families::FAMILIES_FILE]);
        Running::start(import.stdin(std::process::Stdio::null()))?.finish()?;
        println!("import, {round}: {:.2} s (debug build, SQLite, one process)", since.elapsed().as_secs_f64());
    }
    Ok(())
}
