//! What the window tells the shell of itself.

use crate::closing::QuestionShown;
use crate::notifications::{self, NotificationWords};
use crate::window;
use preau_client::Failure;
use tauri::{AppHandle, State};

/// The question before closing is on the screen.
#[tauri::command]
#[specta::specta]
pub async fn close_question_shown(shown: State<'_, QuestionShown>) -> Result<(), Failure> {
    shown.ring();
    Ok(())
}

/// Closes the window, whatever is lost.
#[tauri::command]
#[specta::specta]
pub async fn close_window(app: AppHandle) -> Result<(), Failure> {
    window::close(&app);
    Ok(())
}

/// The words of notifications, in the language of the window.
#[tauri::command]
#[specta::specta]
pub async fn set_notification_words(app: AppHandle, words: NotificationWords) -> Result<(), Failure> {
    notifications::learn(&app, &words);
    Ok(())
}
