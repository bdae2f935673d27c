//! The spaces this computer knows: one folder each, `profiles/<uuid>/`.
//!
//! Files: `profile.json` (how the cache is protected, which server; no name of a person), `cache.db` (encrypted),
//! `lock` (held while the space is open). Invariants: two instances never open one space; a cache that does not
//! serve is renamed with its date, never deleted; a profile in memory leaves nothing here.

pub mod key;

use crate::db::{Cache, CacheKey};
use crate::error::CacheError;
use anyhow::Context;
use preau_protocol::communes::ServiceContactDto;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

const PROFILE_FILE: &str = "profile.json";
const CACHE_FILE: &str = "cache.db";
const LOCK_FILE: &str = "lock";

/// How the key of a cache is kept, as written in `profile.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Protection {
    /// In the system's keychain, under the profile's id.
    Keychain,
    /// Nowhere: derived from a passphrase by Argon2id.
    Passphrase {
        /// Lower-case hexadecimal, 16 bytes.
        salt: String,
        /// Memory of the derivation, in KiB.
        memory_kib: u32,
        /// Passes of the derivation.
        passes: u32,
    },
}

/// The content of `profile.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileFile {
    /// The server's address.
    pub server: String,
    /// The address came from the directory of towns, which tells it better when the town moves.
    #[serde(default)]
    pub listed: bool,
    /// The town's short name.
    pub slug: String,
    /// « Parempuyre ».
    pub commune_name: String,
    /// Whom to call in that town: public, and wanted on the screen where no space is open yet.
    #[serde(default)]
    pub contact: Option<ServiceContactDto>,
    /// The account: a random id, which names nobody.
    pub account_id: Uuid,
    /// How the key is kept.
    pub protection: Protection,
    /// Tells a wrong key from a damaged file; see [`key::check`].
    pub key_check: String,
    /// The person signed out: the space is not opened by itself at start.
    #[serde(default)]
    pub signed_out: bool,
}

/// A profile of this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its id, also the folder's name.
    pub id: Uuid,
    /// Its folder.
    pub dir: PathBuf,
    /// What its file says.
    pub file: ProfileFile,
}

/// A profile's cache, open and held against other instances.
#[derive(Debug)]
pub struct OpenCache {
    /// The cache.
    pub cache: Cache,
    lock: Mutex<Option<File>>,
}

impl OpenCache {
    /// A cache in memory, which nothing else can open.
    ///
    /// # Errors
    /// When the migrations fail.
    pub async fn in_memory() -> Result<Self, CacheError> {
        Ok(Self { cache: Cache::in_memory().await?, lock: Mutex::new(None) })
    }

    /// A cache that was opened while the lock was held.
    pub(crate) fn held(cache: Cache, lock: File) -> Self {
        Self { cache, lock: Mutex::new(Some(lock)) }
    }

    /// Closes the cache and lets other instances open it.
    ///
    /// # Errors
    /// When the file cannot be written; it is let go all the same.
    pub async fn close(&self) -> Result<(), CacheError> {
        let closed = self.cache.close().await;
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
        closed
    }
}

impl Profile {
    /// The cache's file.
    #[must_use]
    pub fn cache_file(&self) -> PathBuf {
        self.dir.join(CACHE_FILE)
    }

    /// Opens the cache, strictly: whatever is wrong is an error and nothing is touched.
    ///
    /// # Errors
    /// See [`CacheError`].
    pub async fn open(&self, key: &CacheKey) -> Result<OpenCache, CacheError> {
        let lock = self.hold()?;
        let cache = Cache::open(&self.cache_file(), key).await?;
        Ok(OpenCache::held(cache, lock))
    }

    /// Keeps other instances out.
    ///
    /// # Errors
    /// [`CacheError::AlreadyOpen`], or when the disk refuses.
    pub(crate) fn hold(&self) -> Result<File, CacheError> {
        let file = File::create(self.dir.join(LOCK_FILE))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(CacheError::AlreadyOpen),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Writes `profile.json`, so that a crash leaves the old or the new one.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save(&self) -> Result<(), CacheError> {
        fs::create_dir_all(&self.dir)?;
        let text = serde_json::to_vec_pretty(&self.file).context("writing a profile").map_err(CacheError::Other)?;
        let draft = self.dir.join("profile.json.new");
        let mut file = File::create(&draft)?;
        file.write_all(&text)?;
        file.sync_all()?;
        fs::rename(&draft, self.dir.join(PROFILE_FILE))?;
        Ok(())
    }

    /// Deletes the folder with all that is in it.
    ///
    /// # Errors
    /// [`CacheError::AlreadyOpen`] when an instance holds it, or when the disk refuses.
    pub fn forget(&self) -> Result<(), CacheError> {
        let lock = self.hold()?;
        drop(lock);
        fs::remove_dir_all(&self.dir)?;
        Ok(())
    }
}

/// Where the profiles are.
#[must_use]
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("profiles")
}

/// The profiles of this computer, oldest first. A folder that cannot be read is left out and left alone.
#[must_use]
pub fn list(data_dir: &Path) -> Vec<Profile> {
    let Ok(entries) = fs::read_dir(folder(data_dir)) else { return Vec::new() };
    let mut profiles: Vec<Profile> = entries.flatten().filter_map(|entry| read(&entry.path())).collect();
    profiles.sort_by_key(|profile| profile.id);
    profiles
}

fn read(dir: &Path) -> Option<Profile> {
    let id = dir.file_name()?.to_str()?.parse().ok()?;
    let text = fs::read(dir.join(PROFILE_FILE)).ok()?;
    match serde_json::from_slice(&text) {
        Ok(file) => Some(Profile { id, dir: dir.to_owned(), file }),
        Err(error) => {
            tracing::warn!(%id, line = error.line(), "a profile cannot be read");
            None
        }
    }
}
