//! Kiosk mode: a municipal machine used by many people in turn, where nothing of one may remain for the next (I10).
//!
//! A machine with kiosk settings starts as a *supervisor*: a process without a window, which holds nothing of a person. It
//! starts this same program again as a *session*, in a private folder that lives in memory only, and when the session is
//! over, however it ended, ends all its processes, wipes its folder, the clipboard and the print queue, and starts the
//! next one.
//!
//! Invariants: no session starts before all that the last one left is wiped; a session cannot outlive its supervisor;
//! what crosses the line between them are the words of [`preau_client::kiosk::line`] only; a machine whose settings
//! cannot be read serves nobody.

mod session;
mod supervisor;

pub use session::Kiosk;
pub use supervisor::supervise;

use crate::paths;
use anyhow::Context;
use preau_client::kiosk::settings;
use preau_client::kiosk::views::KioskView;
use std::path::PathBuf;

/// Tells a session from an application that somebody started.
const SESSION_ARGUMENT: &str = "--kiosk-session";
/// What the session's pages must know before a server answers: [`KioskView`] as JSON.
const SESSION_VARIABLE: &str = "PREAU_KIOSK_SESSION";

/// What this process is.
#[derive(Debug)]
pub enum Role {
    /// Somebody's application.
    Ordinary,
    /// The supervisor of a kiosk, whose settings are in this folder.
    Supervisor(PathBuf),
    /// A person's session at a kiosk.
    Session(KioskView),
}

impl Role {
    /// Reads it from the command line and the folder of data.
    ///
    /// # Errors
    /// When there is no folder of data, or a session was not started by a supervisor.
    pub fn of_this_process() -> anyhow::Result<Self> {
        if std::env::args_os().any(|argument| argument == SESSION_ARGUMENT) {
            let view = std::env::var(SESSION_VARIABLE).context("a kiosk's session is started by its supervisor")?;
            return Ok(Self::Session(serde_json::from_str(&view).context("reading what the supervisor said")?));
        }
        let data_dir = paths::data_dir()?;
        Ok(if settings::is_kiosk(&data_dir) { Self::Supervisor(data_dir) } else { Self::Ordinary })
    }
}
