//! The two promises of a disk that a crash puts to the test, injected so that tests can break them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// What is asked of the disk where a crash must find the old file or the new one.
pub trait Disk: Send + Sync + 'static {
    /// What was written to the file stays, whatever happens from now on.
    ///
    /// # Errors
    /// When the disk refuses; a full one may only notice now.
    fn settle(&self, file: &Path) -> io::Result<()>;
    /// Gives a file another name, at once or not at all.
    ///
    /// # Errors
    /// When the disk refuses.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
}

/// The disk of this computer.
#[derive(Debug)]
pub struct SystemDisk;

impl Disk for SystemDisk {
    fn settle(&self, file: &Path) -> io::Result<()> {
        // Windows wants a handle that may write; a folder cannot be opened so.
        if file.is_dir() { File::open(file)?.sync_all() } else { File::options().write(true).open(file)?.sync_all() }
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }
}
