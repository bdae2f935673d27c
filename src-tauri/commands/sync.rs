//! The sync indicator and the sync centre.

use preau_client::sync::views::{SyncCenterView, SyncStatusView};
use preau_client::{Client, Failure};
use tauri::State;

/// The state at the top of the window.
#[tauri::command]
#[specta::specta]
pub async fn sync_status(client: State<'_, Client>) -> Result<SyncStatusView, Failure> {
    client.sync_status().await
}

/// What waits, why, and what was answered.
#[tauri::command]
#[specta::specta]
pub async fn sync_center(client: State<'_, Client>) -> Result<SyncCenterView, Failure> {
    client.sync_center().await
}

/// Tries now.
#[tauri::command]
#[specta::specta]
pub async fn sync_now(client: State<'_, Client>) -> Result<SyncStatusView, Failure> {
    client.sync_now().await
}

/// *Abandonner*.
#[tauri::command]
#[specta::specta]
pub async fn give_up(client: State<'_, Client>, op_id: String) -> Result<SyncCenterView, Failure> {
    client.give_up(&op_id).await
}

/// A refusal was seen.
#[tauri::command]
#[specta::specta]
pub async fn acknowledge_refusal(client: State<'_, Client>, op_id: String) -> Result<SyncCenterView, Failure> {
    client.acknowledge_refusal(&op_id).await
}
