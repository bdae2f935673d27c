//! Kiosk mode: made by an agent, felt by its pages.

use crate::kiosk::Kiosk;
use preau_client::kiosk::line::FromSession;
use preau_client::kiosk::views::{KioskView, LeaveRequest, StartKioskRequest};
use preau_client::{Client, Failure};
use serde::Deserialize;
use specta::Type;
use tauri::{AppHandle, State};

/// What a page feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum KioskSignal {
    /// It lives; said every few seconds.
    Alive,
    /// Somebody touched something.
    Touched,
    /// « Continuer ».
    Continue,
}

/// The kiosk this window is a session of; none for an ordinary application.
#[tauri::command]
#[specta::specta]
pub async fn kiosk(kiosk: State<'_, Kiosk>) -> Result<Option<KioskView>, Failure> {
    Ok(kiosk.view().cloned())
}

/// Says what a page feels.
#[tauri::command]
#[specta::specta]
pub async fn kiosk_signal(kiosk: State<'_, Kiosk>, signal: KioskSignal) -> Result<(), Failure> {
    kiosk.say(&match signal {
        KioskSignal::Alive => FromSession::Alive,
        KioskSignal::Touched => FromSession::Touched,
        KioskSignal::Continue => FromSession::Continue,
    })
}

/// « Terminer ».
#[tauri::command]
#[specta::specta]
pub async fn end_kiosk_session(kiosk: State<'_, Kiosk>, client: State<'_, Client>) -> Result<(), Failure> {
    kiosk.end(&client).await
}

/// An agent leaves the kiosk.
#[tauri::command]
#[specta::specta]
pub async fn leave_kiosk(kiosk: State<'_, Kiosk>, how: LeaveRequest, code: String) -> Result<(), Failure> {
    kiosk.leave(how.into(), code).await
}

/// An agent makes this computer a kiosk, from its next start on.
#[tauri::command]
#[specta::specta]
pub async fn start_kiosk(client: State<'_, Client>, request: StartKioskRequest) -> Result<(), Failure> {
    client.start_kiosk(&request).await
}

/// Starts the application again: as a kiosk, once it is one.
#[tauri::command]
#[specta::specta]
pub async fn restart(app: AppHandle) -> Result<(), Failure> {
    app.request_restart();
    Ok(())
}
