//! What is generated and committed: the interface's bindings and the server's OpenAPI document.

use crate::places::Places;
use crate::processes::{output, run, watch_interrupts};
use crate::{interface, setup, test};
use anyhow::{Context, Result};

/// Writes both again.
///
/// # Errors
/// When something does not compile or cannot be written.
pub fn run_all(places: &Places) -> Result<()> {
    watch_interrupts();
    setup::machine(setup::Purpose::Demo)?;
    interface::packages(places)?;
    interface::build(places)?;
    let mut bindings =
        places.cargo(&["test", "--locked", "-p", "preau", "--features", "custom-protocol", "--lib", "bindings"]);
    run(bindings.env("PREAU_UPDATE_BINDINGS", "1"))?;

    test::build_server(places)?;
    let document = output(&mut places.command(places.debug_binary("preau-server"), &["openapi"]))?;
    let path = places.root.join("docs").join("openapi.json");
    std::fs::write(&path, document.trim_end().to_owned() + "\n").with_context(|| path.display().to_string())?;
    println!("written: {} and the interface's bindings", path.display());
    Ok(())
}
