//! The session's side: it says what it feels, hears what is decided, and decides nothing.

use crate::events::{KioskCountdown, emitted};
use crate::platform;
use anyhow::{Context, anyhow};
use preau_client::kiosk::line::{FromSession, Leave, ToSession, heard, written};
use preau_client::kiosk::views::KioskView;
use preau_client::{Client, Error, Failure, FailureCode};
use std::io::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tauri::{AppHandle, Manager};
use tauri_specta::Event;
use tokio::sync::oneshot;

/// How long the server has to hear of a sign-out. The person is gone, or wants to be.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long the supervisor has to look at an exit code.
const PATIENCE: Duration = Duration::from_secs(20);

/// The kiosk this window is a session of, if it is one.
#[derive(Debug, Default)]
pub struct Kiosk(Option<Session>);

#[derive(Debug)]
struct Session {
    view: KioskView,
    /// Where an answer to an exit code is waited for: the seconds to wait, when it was wrong too often.
    answer: Mutex<Option<oneshot::Sender<Option<u32>>>>,
}

impl Kiosk {
    /// A session of this kiosk. From here on it ends with its supervisor.
    pub fn session(view: KioskView) -> Self {
        platform::kiosk::end_with_parent();
        Self(Some(Session { view, answer: Mutex::default() }))
    }

    /// What the pages are told of it.
    pub fn view(&self) -> Option<&KioskView> {
        self.0.as_ref().map(|session| &session.view)
    }

    /// Listens to the supervisor, for as long as there is one.
    pub fn listen(&self, app: &AppHandle) {
        if self.0.is_none() {
            return;
        }
        let app = app.clone();
        std::thread::spawn(move || {
            for said in heard(std::io::stdin()) {
                obey(&app, said);
            }
            app.exit(0);
        });
    }

    /// Says something to the supervisor.
    pub fn say(&self, said: &FromSession) -> Result<(), Failure> {
        self.0.as_ref().ok_or(Failure::of(FailureCode::NotFound))?;
        let mut out = std::io::stdout().lock();
        let sent = out.write_all(written(said).as_bytes()).and_then(|()| out.flush());
        Ok(sent.context("speaking to the supervisor").map_err(Error::Internal)?)
    }

    /// « Terminer »: signs out where the server can be told in time, then asks for the end.
    pub async fn end(&self, client: &Client) -> Result<(), Failure> {
        sign_out(client).await;
        self.say(&FromSession::Done)
    }

    /// Asks to leave the kiosk. A right code ends this process; only a wrong one is answered.
    pub async fn leave(&self, how: Leave, code: String) -> Result<(), Failure> {
        let session = self.0.as_ref().ok_or(Failure::of(FailureCode::NotFound))?;
        let (sender, answer) = oneshot::channel();
        *session.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        self.say(&FromSession::Leave { how, code })?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(None)) => Err(Failure::of(FailureCode::WrongCode)),
            Ok(Ok(wait)) => Err(Failure { retry_after: wait, ..Failure::of(FailureCode::TooManyAttempts) }),
            Ok(Err(_)) | Err(_) => Err(Error::Internal(anyhow!("the supervisor did not answer")).into()),
        }
    }
}

fn obey(app: &AppHandle, said: ToSession) {
    match said {
        ToSession::Countdown { seconds } => emitted(KioskCountdown { seconds: Some(seconds) }.emit(app)),
        ToSession::GoOn => emitted(KioskCountdown { seconds: None }.emit(app)),
        ToSession::WrongCode { wait } => {
            let kiosk = app.state::<Kiosk>();
            let Some(session) = &kiosk.0 else { return };
            let waiting = session.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
            if waiting.is_some_and(|waiting| waiting.send(wait).is_err()) {
                tracing::debug!("nobody waits for the answer to an exit code");
            }
        }
        ToSession::End => {
            let client = app.state::<Client>().inner().clone();
            tauri::async_runtime::block_on(sign_out(&client));
            app.exit(0);
        }
    }
}

/// A device that stays enrolled on the server is no leftover here, but nobody's either.
async fn sign_out(client: &Client) {
    if !matches!(tokio::time::timeout(FAREWELL, client.sign_out()).await, Ok(Ok(_))) {
        tracing::info!("the server was not told that a session ended");
    }
}
