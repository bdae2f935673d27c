//! Systems without a file system in memory: the session's folder is an ordinary one, wiped as well as a disk lets one.

use super::lay_out;
use anyhow::Context;
use preau_client::kiosk::views::OutOfOrderView;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use uuid::Uuid;

/// The folder of sessions.
#[derive(Debug)]
pub struct Root {
    dir: PathBuf,
}

impl Root {
    /// Finds it, and wipes what a dead supervisor left.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open() -> Result<Self, OutOfOrderView> {
        let root = Self { dir: std::env::temp_dir().join("preau-kiosk") };
        fs::create_dir_all(&root.dir).map_err(|_| OutOfOrderView::NotPrivate)?;
        root.wipe().map_err(|_| OutOfOrderView::NotWiped)?;
        Ok(root)
    }

    /// A new session's folder, after the last one's is gone.
    ///
    /// # Errors
    /// Why there is none.
    pub fn make(&self) -> Result<PathBuf, OutOfOrderView> {
        self.wipe().map_err(|_| OutOfOrderView::NotWiped)?;
        let place = self.dir.join(Uuid::new_v4().to_string());
        lay_out(&place).map_err(|_| OutOfOrderView::MemoryFull)?;
        Ok(place)
    }

    /// A disk is not watched: what a session writes there is little.
    pub fn is_filling_up(&self) -> bool {
        false
    }

    /// Wipes every session's folder.
    ///
    /// # Errors
    /// When something stays.
    pub fn wipe(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir(&self.dir).context("looking for sessions' folders")? {
            fs::remove_dir_all(entry?.path()).context("wiping a session's folder")?;
        }
        Ok(())
    }
}

/// Gives a command a session's folders.
pub fn confine(command: &mut Command, place: &Path) {
    let inside = [
        ("HOME", "home"),
        ("USERPROFILE", "home"),
        ("APPDATA", "home/.config"),
        ("LOCALAPPDATA", "home/.local/share"),
        ("TEMP", "tmp"),
        ("TMP", "tmp"),
        ("TMPDIR", "tmp"),
    ];
    command.envs(inside.map(|(name, folder)| (name, place.join(folder))));
}

/// Nothing to prepare.
///
/// # Errors
/// Never.
pub fn prepare() -> anyhow::Result<()> {
    Ok(())
}

/// A session hears by its closed pipe that its supervisor is gone.
pub fn end_with_parent() {}

/// Ends a session's process, on Windows with its descendants.
///
/// # Errors
/// When it cannot be ended.
pub fn end_tree(session: &mut Child) -> anyhow::Result<()> {
    if cfg!(windows) {
        let id = session.id().to_string();
        let mut command = Command::new("taskkill");
        command.args(["/PID", &id, "/T", "/F"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().context("ending a session's processes")?;
    } else if session.try_wait()?.is_none() {
        session.kill().context("ending a session")?;
    }
    session.wait().context("waiting for a session's end")?;
    Ok(())
}
