//! Release builds of both programs, with their checksums.

use crate::places::Places;
use crate::processes::{output, run, watch_interrupts};
use crate::{interface, setup};
use anyhow::{Context, Result};
use std::fs;

/// Fills `dist/` with `preau`, `preau-server` and `SHA256SUMS`.
///
/// # Errors
/// When something does not build or cannot be written.
pub fn build(places: &Places) -> Result<()> {
    watch_interrupts();
    setup::machine(setup::Purpose::Demo)?;
    interface::packages(places)?;
    interface::build(places)?;
    run(&mut places.cargo(&["build", "--locked", "--release", "-p", "preau-server", "--features", "paper"]))?;
    run(&mut places.cargo(&["build", "--locked", "--release", "-p", "preau", "--features", "custom-protocol"]))?;

    let folder = places.root.join("dist");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let programs = ["preau-server", "preau"].map(|name| format!("{name}{}", std::env::consts::EXE_SUFFIX));
    for program in &programs {
        let built = places.target.join("release").join(program);
        fs::copy(&built, folder.join(program)).with_context(|| built.display().to_string())?;
    }
    let mut sums = places.command("sha256sum", &["--"]);
    let sums =
        output(sums.args(&programs).current_dir(&folder)).context("sha256sum (coreutils) writes the checksums")?;
    fs::write(folder.join("SHA256SUMS"), &sums).context("writing SHA256SUMS")?;
    print!("{sums}");
    Ok(())
}
