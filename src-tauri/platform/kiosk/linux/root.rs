//! The folder in memory that holds the sessions' folders, one at a time.

use super::super::lay_out;
use super::processes;
use anyhow::{Context, bail};
use preau_client::kiosk::views::OutOfOrderView;
use rustix::fs::{StatFs, statfs};
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// `statfs(2)`: the two file systems that live in memory only. A ramfs is never swapped either.
const IN_MEMORY: [u64; 2] = [0x0102_1994, 0x8584_58f6];
/// What an engine wants for its own files; with less a session would fail in the middle.
const ROOM: u64 = 32 * 1024 * 1024;
/// With less a session is ended: an engine that can write nothing more shows its page and answers no click.
const LEAST: u64 = 8 * 1024 * 1024;
const LOCK: &str = "lock";

/// The folder, held against other supervisors.
#[derive(Debug)]
pub struct Root {
    dir: PathBuf,
    _lock: File,
}

impl Root {
    /// Finds a private folder in memory, and wipes what a dead supervisor left in it.
    ///
    /// # Errors
    /// Why no session can have a folder.
    pub fn open() -> Result<Self, OutOfOrderView> {
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let places = runtime.into_iter().chain([PathBuf::from("/dev/shm")]);
        let memory = places.filter(|place| statfs(place).is_ok_and(|place| in_memory(&place)));
        let mut reason = OutOfOrderView::NoMemoryFolder;
        for place in memory {
            let dir = place.join(format!("preau-kiosk-{}", rustix::process::getuid().as_raw()));
            match Self::at(dir) {
                Ok(root) => return Ok(root),
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), place = %place.display(), "no private folder here");
                    reason = reason_of(&error);
                }
            }
        }
        Err(reason)
    }

    fn at(dir: PathBuf) -> anyhow::Result<Self> {
        match DirBuilder::new().mode(0o700).create(&dir) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => assert_private(&dir)?,
            made => made.context("making the folder of sessions")?,
        }
        let lock = File::create(dir.join(LOCK)).context("the lock of the sessions")?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => bail!("another supervisor holds the sessions"),
            Err(TryLockError::Error(error)) => return Err(error).context("locking the sessions"),
        }
        let root = Self { dir, _lock: lock };
        processes::end_strays(&root.dir)?;
        root.wipe()?;
        Ok(root)
    }

    /// A new session's folder, after the last one's is gone.
    ///
    /// # Errors
    /// Why there is none.
    pub fn make(&self) -> Result<PathBuf, OutOfOrderView> {
        self.wipe().map_err(|_| OutOfOrderView::NotWiped)?;
        if self.free().map_err(|_| OutOfOrderView::NoMemoryFolder)? < ROOM {
            return Err(OutOfOrderView::MemoryFull);
        }
        let place = self.dir.join(Uuid::new_v4().to_string());
        let made = DirBuilder::new().mode(0o700).create(&place).and_then(|()| lay_out(&place));
        made.map_err(|error| reason_of_io(&error))?;
        Ok(place)
    }

    /// Whether the session that runs has too little room to go on. What cannot be read is no reason to end it.
    pub fn is_filling_up(&self) -> bool {
        self.free().is_ok_and(|free| free < LEAST)
    }

    /// Bytes that may still be written.
    fn free(&self) -> io::Result<u64> {
        let found = statfs(&self.dir)?;
        Ok(found.f_bavail.saturating_mul(u64::try_from(found.f_bsize).unwrap_or(0)))
    }

    /// Wipes every session's folder.
    ///
    /// # Errors
    /// When something stays.
    pub fn wipe(&self) -> anyhow::Result<()> {
        for entry in fs::read_dir(&self.dir).context("looking for sessions' folders")? {
            let path = entry.context("a session's folder")?.path();
            if path.file_name().is_some_and(|name| name == LOCK) {
                continue;
            }
            let wiped =
                if path.is_dir() && !path.is_symlink() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            match wiped {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(error).context("wiping a session's folder");
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn in_memory(place: &StatFs) -> bool {
    // The type of the field differs from one architecture to the next.
    #[allow(clippy::useless_conversion, reason = "not on every architecture")]
    u64::try_from(place.f_type).is_ok_and(|kind| IN_MEMORY.contains(&(kind & 0xffff_ffff)))
}

/// Anybody may make a folder of that name in `/dev/shm`: only our own, closed to others, will do.
fn assert_private(dir: &Path) -> anyhow::Result<()> {
    let found = fs::symlink_metadata(dir)?;
    let ours = found.is_dir() && found.uid() == rustix::process::getuid().as_raw() && found.mode() & 0o077 == 0;
    if ours {
        Ok(())
    } else {
        Err(io::Error::from(ErrorKind::PermissionDenied)).context("a folder that is not private")
    }
}

fn reason_of(error: &anyhow::Error) -> OutOfOrderView {
    match error.downcast_ref::<io::Error>() {
        Some(error) => reason_of_io(error),
        None => OutOfOrderView::NotWiped,
    }
}

fn reason_of_io(error: &io::Error) -> OutOfOrderView {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => OutOfOrderView::MemoryFull,
        ErrorKind::PermissionDenied => OutOfOrderView::NotPrivate,
        _ => OutOfOrderView::NoMemoryFolder,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_shm() -> tempfile::TempDir {
        tempfile::tempdir_in("/dev/shm").expect("a folder in memory")
    }

    #[test]
    fn memory_is_told_from_a_disk() {
        assert!(in_memory(&statfs("/dev/shm").expect("a file system")));
        assert!(!in_memory(&statfs("/proc").expect("a file system")));
    }

    #[test]
    fn a_session_s_folder_is_private_and_the_last_one_is_gone() {
        let memory = in_shm();
        let root = Root::at(memory.path().join("kiosk")).expect("a root");
        let first = root.make().expect("a folder");
        fs::write(first.join("home/.cache/page"), "Claire Martel").expect("a file");
        for folder in [memory.path().join("kiosk"), first.clone(), first.join("home"), first.join("runtime")] {
            assert_eq!(fs::metadata(&folder).expect("a folder").mode() & 0o777, 0o700, "{}", folder.display());
        }
        let second = root.make().expect("a folder");
        assert!(!first.exists() && second.exists());
        root.wipe().expect("wiped");
        assert!(!second.exists());
    }

    #[test]
    fn what_a_dead_supervisor_left_is_wiped_by_the_next() {
        let memory = in_shm();
        let dir = memory.path().join("kiosk");
        let left = Root::at(dir.clone()).expect("a root").make().expect("a folder");
        assert!(left.exists(), "dropped without wiping, as by kill -9");
        drop(Root::at(dir).expect("a root"));
        assert!(!left.exists());
    }

    #[test]
    fn two_supervisors_do_not_share_a_folder() {
        let memory = in_shm();
        let dir = memory.path().join("kiosk");
        let held = Root::at(dir.clone()).expect("a root");
        let place = held.make().expect("a folder");
        assert!(Root::at(dir).is_err());
        assert!(place.exists(), "and the second wipes nothing of the first");
    }

    #[test]
    fn a_folder_that_others_may_read_or_that_is_elsewhere_is_refused() {
        let memory = in_shm();
        let open = memory.path().join("open");
        DirBuilder::new().mode(0o755).create(&open).expect("a folder");
        assert_eq!(reason_of(&Root::at(open).expect_err("not private")), OutOfOrderView::NotPrivate);
        let link = memory.path().join("link");
        std::os::unix::fs::symlink(memory.path(), &link).expect("a link");
        assert_eq!(reason_of(&Root::at(link).expect_err("a link")), OutOfOrderView::NotPrivate);
    }
}
