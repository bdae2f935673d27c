//! Closing the window, where that would lose what was never sent.
//!
//! A space that only memory holds ends with the window, and with it what waits to be sent: then the window asks first,
//! in its own words. A window that does not answer closes: nobody is ever kept from leaving.

use crate::events::{CloseAsked, emitted};
use crate::kiosk::Kiosk;
use crate::window;
use preau_client::Client;
use std::time::Duration;
use tauri::{AppHandle, Manager, WindowEvent};
use tauri_specta::Event;
use tokio::sync::Notify;

/// How long the window has to put the question on the screen.
const PATIENCE: Duration = Duration::from_secs(3);

/// Rung when the question is on the screen.
#[derive(Debug, Default)]
pub struct QuestionShown(Notify);

impl QuestionShown {
    /// It is.
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// Holds the window where closing it may lose something.
pub fn on_window_event(app: &AppHandle, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else { return };
    if app.state::<Kiosk>().view().is_some() {
        // The only ways out are « Terminer » and the exit code.
        api.prevent_close();
    } else if app.state::<Client>().may_lose_on_close() {
        api.prevent_close();
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            if !asked(&app).await {
                window::close(&app);
            }
        });
    }
}

/// Asks in the window, when there is something to ask. Answers whether somebody can read the question.
async fn asked(app: &AppHandle) -> bool {
    let client = app.state::<Client>().inner().clone();
    let lost = tokio::time::timeout(PATIENCE, client.lost_on_close()).await;
    if !matches!(lost, Ok(lost) if lost > 0) {
        return false;
    }
    emitted(CloseAsked.emit(app));
    tokio::time::timeout(PATIENCE, app.state::<QuestionShown>().0.notified()).await.is_ok()
}
