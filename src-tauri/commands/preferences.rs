//! Choices of the person at this computer, kept as plain settings: nothing secret, nothing personal.

use crate::settings;
use anyhow::Context;
use preau_client::preferences::views::Preferences;
use preau_client::{Error, Failure};
use tauri::AppHandle;

const KEY: &str = "preferences";
const TEXT_SIZES: std::ops::RangeInclusive<u16> = 100..=200;

/// The preferences kept, or the defaults; what cannot be read counts as not kept.
#[tauri::command]
#[specta::specta]
pub async fn preferences(app: AppHandle) -> Result<Preferences, Failure> {
    let kept = settings::store(&app).map_err(Error::Internal)?.get(KEY);
    Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()).unwrap_or_default())
}

/// Keeps preferences.
#[tauri::command]
#[specta::specta]
pub async fn set_preferences(app: AppHandle, preferences: Preferences) -> Result<Preferences, Failure> {
    let text_size = preferences.text_size.clamp(*TEXT_SIZES.start(), *TEXT_SIZES.end());
    let preferences = Preferences { text_size, ..preferences };
    let store = settings::store(&app).map_err(Error::Internal)?;
    store.set(KEY, serde_json::to_value(preferences).context("writing preferences").map_err(Error::Internal)?);
    store.save().context("keeping preferences").map_err(Error::Internal)?;
    Ok(preferences)
}
