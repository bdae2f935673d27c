//! Where things are kept.

use anyhow::Context;
use std::path::PathBuf;
use tauri::{AppHandle, Manager};

/// The folder of data given by the environment.
pub fn data_override() -> Option<PathBuf> {
    std::env::var_os("PREAU_DATA_DIR").filter(|dir| !dir.is_empty()).map(PathBuf::from)
}

/// The folder of data, made when missing.
pub fn data_dir(app: &AppHandle) -> anyhow::Result<PathBuf> {
    let dir = match data_override() {
        Some(dir) => dir,
        None => app.path().app_local_data_dir().context("finding the folder of data")?,
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
