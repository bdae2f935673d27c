//! Choices of the person at this computer, kept as plain settings: nothing secret, nothing personal.

use crate::paths;
use anyhow::Context;
use preau_client::preferences::views::Preferences;
use preau_client::{Error, Failure};
use std::sync::Arc;
use tauri::{AppHandle, Wry};
use tauri_plugin_store::{Store, StoreExt};

const KEY: &str = "preferences";
const TEXT_SIZES: std::ops::RangeInclusive<u16> = 100..=200;

/// The preferences kept, or the defaults.
#[tauri::command]
#[specta::specta]
pub async fn preferences(app: AppHandle) -> Result<Preferences, Failure> {
    Ok(read(&app)?)
}

/// Keeps preferences.
#[tauri::command]
#[specta::specta]
pub async fn set_preferences(app: AppHandle, preferences: Preferences) -> Result<Preferences, Failure> {
    let text_size = preferences.text_size.clamp(*TEXT_SIZES.start(), *TEXT_SIZES.end());
    let preferences = Preferences { text_size, ..preferences };
    let store = store(&app)?;
    store.set(KEY, serde_json::to_value(preferences).context("writing preferences").map_err(Error::Internal)?);
    store.save().context("keeping preferences").map_err(Error::Internal)?;
    Ok(preferences)
}

/// What is kept; what cannot be read counts as not kept.
pub fn read(app: &AppHandle) -> Result<Preferences, Error> {
    let kept = store(app)?.get(KEY);
    Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default())
}

fn store(app: &AppHandle) -> Result<Arc<Store<Wry>>, Error> {
    let file = paths::data_dir(app)?.join("preferences.json");
    Ok(app.store(file).context("opening the preferences")?)
}
