//! What the window hears by itself.

use crate::kiosk::Kiosk;
use crate::notifications::{self, News};
use preau_client::{Listener, Notice, Topic};
use serde::Serialize;
use specta::Type;
use std::sync::{Mutex, PoisonError};
use tauri::{AppHandle, Manager};
use tauri_specta::Event;

/// Another space is open, or none, or its session ended: ask `session` again.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct SessionChanged;

/// Data to ask for again.
#[derive(Debug, Clone, Serialize, Type, Event)]
#[serde(rename_all = "camelCase")]
pub struct DataChanged {
    topics: Vec<DataTopic>,
}

/// What changed.
#[derive(Debug, Clone, Copy, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum DataTopic {
    /// People, addresses, changes of details.
    Family,
    /// What the town says.
    Commune,
    /// Days of children.
    Reservations,
    /// What waits to be sent, or was answered.
    Outbox,
}

/// The state at the top of the window is another: ask `syncStatus` again. It does not say which, because an answer on
/// its way and an event may overtake each other.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct SyncStatusChanged;

/// A letter's link was opened: its text waits at `openedInvitation`.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct InvitationOpened;

/// Somebody closes the window, and a space that only memory holds would lose what waits: ask, say so by
/// `closeQuestionShown`, and close by `closeWindow`.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct CloseAsked;

/// A kiosk's session is about to end: in so many seconds, or no longer.
#[derive(Debug, Clone, Serialize, Type, Event)]
pub struct KioskCountdown {
    /// Seconds left; none: somebody is there after all.
    pub seconds: Option<u32>,
}

/// The text of the last link opened, until the window takes it.
#[derive(Debug, Default)]
pub struct Invitation(Mutex<Option<String>>);

impl Invitation {
    /// Takes the text.
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, text: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(text.to_owned());
    }
}

/// Keeps the letter's link among these texts, if there is one, and tells the window.
pub fn open_links<'a>(app: &AppHandle, texts: impl Iterator<Item = &'a str>) {
    for text in texts.filter(|text| text.starts_with("preau://")) {
        app.state::<Invitation>().put(text);
        emitted(InvitationOpened.emit(app));
    }
}

/// Passes the client's notices on to the window and to the system.
pub struct ToWindow {
    app: AppHandle,
}

impl ToWindow {
    /// To the window of this application.
    pub fn new(app: AppHandle) -> Self {
        Self { app }
    }
}

impl Listener for ToWindow {
    fn notify(&self, notice: Notice) {
        match notice {
            Notice::SessionChanged => emitted(SessionChanged.emit(&self.app)),
            Notice::DataChanged(topics) => {
                let topics = topics.into_iter().map(DataTopic::from).collect();
                emitted(DataChanged { topics }.emit(&self.app));
            }
            Notice::SyncStatusChanged(_) => emitted(SyncStatusChanged.emit(&self.app)),
            // On a shared screen the system says nothing of anybody.
            Notice::ChangesDecided(_) | Notice::DeadlinesNear(_) if self.app.state::<Kiosk>().view().is_some() => {}
            Notice::ChangesDecided(decided) => notifications::tell(&self.app, News { decided, ..News::default() }),
            Notice::DeadlinesNear(deadlines) => notifications::tell(&self.app, News { deadlines, ..News::default() }),
        }
    }
}

impl From<Topic> for DataTopic {
    fn from(topic: Topic) -> Self {
        match topic {
            Topic::Family => Self::Family,
            Topic::Commune => Self::Commune,
            Topic::Reservations => Self::Reservations,
            Topic::Outbox => Self::Outbox,
        }
    }
}

/// A window that is gone hears nothing, which is no error.
pub fn emitted(result: tauri::Result<()>) {
    if let Err(error) = result {
        tracing::debug!(%error, "an event was not heard");
    }
}
