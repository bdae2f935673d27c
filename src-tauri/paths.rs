//! Where things are kept.

use anyhow::Context;
use std::path::PathBuf;
use tauri::{AppHandle, Manager};

/// As `tauri.conf.json` says.
const IDENTIFIER: &str = "fr.preau.desktop";

/// The folder of data given by the environment.
pub fn data_override() -> Option<PathBuf> {
    std::env::var_os("PREAU_DATA_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// Whether a variable says `1`.
pub fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| value == "1")
}

/// The folder of data, made when missing. Known without a window, because a kiosk's supervisor has none.
pub fn data_dir() -> anyhow::Result<PathBuf> {
    let dir = match data_override() {
        Some(dir) => dir,
        None => dirs::data_local_dir().context("finding the folder of data")?.join(IDENTIFIER),
    };
    std::fs::create_dir_all(&dir).context("making the folder of data")?;
    Ok(dir)
}

/// The file that replaces the directory of towns, when it is there.
pub fn directory(app: &AppHandle) -> anyhow::Result<PathBuf> {
    match std::env::var_os("PREAU_DIRECTORY").filter(|file| !file.is_empty()) {
        Some(file) => Ok(PathBuf::from(file)),
        None => Ok(app.path().app_config_dir().context("finding the folder of settings")?.join("towns.json")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_identifier_is_the_one_of_the_configuration() {
        let configuration = include_str!("../tauri.conf.json");
        assert!(configuration.contains(&format!("\"identifier\": \"{}\"", super::IDENTIFIER)));
    }
}
