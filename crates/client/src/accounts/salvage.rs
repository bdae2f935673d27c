//! A cache that does not serve: replaced by a fresh one with what was asked and who was signed in, as far as that can
//! still be read with the key, and set aside under its date. Everything else is read again from the server.
//!
//! Invariant: at every moment a file of the folder holds what could be saved. The fresh cache is made beside the old
//! one, written to the disk, and only then are both renamed; a crash between the two names is found at the next
//! opening, for then there is no cache where there was one.

use super::pin::Pin;
use super::{Account, store};
use crate::db::{Cache, CacheKey, open_set_aside};
use crate::disk::Disk;
use crate::error::{CacheError, Error};
use crate::profiles::{OpenCache, Profile};
use crate::sync::{ledger, outbox};
use jiff::Timestamp;
use sqlx::Connection;
use std::fs;
use std::path::{Path, PathBuf};

const DRAFT: &str = "cache.db.new";

/// What could be saved.
#[derive(Default)]
struct Saved {
    operations: Vec<outbox::Row>,
    account: Option<Account>,
    /// Of the server that answered the operations: another one since means that they are sent again.
    epoch: Option<String>,
    /// A damaged file is no way around it.
    pin: Option<Pin>,
}

/// Replaces the profile's cache by a fresh one with what could be saved, and opens it.
///
/// # Errors
/// When the disk refuses, or another instance holds the profile. Nothing is lost by it: the next try begins again.
pub async fn recover(profile: &Profile, key: &CacheKey, disk: &dyn Disk, now: Timestamp) -> Result<OpenCache, Error> {
    let lock = profile.hold()?;
    let (file, draft) = (profile.cache_file(), profile.dir.join(DRAFT));
    let ready = !file.exists() && is_whole(&draft, key).await;
    if !ready && let Err(error) = prepare(profile, key, disk).await {
        // Half a file is of no use to anybody, and its room may be what is missing.
        clear(&draft).unwrap_or_default();
        return Err(error);
    }
    set_aside(profile, disk, now)?;
    disk.rename(&draft, &file).map_err(CacheError::from)?;
    settle_names(&profile.dir, disk);
    Ok(OpenCache::held(Cache::open(&file, key).await?, lock))
}

/// Makes the fresh cache beside the old one and writes it to the disk.
async fn prepare(profile: &Profile, key: &CacheKey, disk: &dyn Disk) -> Result<(), Error> {
    let draft = profile.dir.join(DRAFT);
    let saved = saved(profile, key).await;
    write(&draft, key, &saved).await?;
    disk.settle(&draft).map_err(CacheError::from)?;
    let (operations, account) = (saved.operations.len(), saved.account.is_some());
    tracing::warn!(operations, account, "a cache is set aside and replaced");
    Ok(())
}

/// Whether a crash between the two names left the fresh cache ready.
async fn is_whole(draft: &Path, key: &CacheKey) -> bool {
    if !draft.exists() {
        return false;
    }
    match Cache::open(draft, key).await {
        Ok(cache) => cache.close().await.is_ok(),
        Err(_) => false,
    }
}

/// Whether there is no cache where there was one.
pub fn is_interrupted(profile: &Profile) -> bool {
    !profile.cache_file().exists() && (profile.dir.join(DRAFT).exists() || latest_aside(&profile.dir).is_some())
}

/// What can be saved of the cache, or of the one last set aside where it is missing.
async fn saved(profile: &Profile, key: &CacheKey) -> Saved {
    let file = profile.cache_file();
    if file.exists() {
        return read(&file, key).await;
    }
    let Some(aside) = latest_aside(&profile.dir) else { return Saved::default() };
    let mut saved = read(&aside, key).await;
    if let Some(account) = &mut saved.account {
        // They may have been exchanged since: the server would take the old ones for stolen.
        account.tokens = None;
    }
    saved
}

/// Whether requests wait behind a PIN, as far as that can be read; a damaged file is no way around it.
///
/// # Errors
/// [`CacheError::AlreadyOpen`], or when the disk refuses.
pub async fn waits_behind_pin(profile: &Profile, key: &CacheKey) -> Result<bool, CacheError> {
    let _lock = profile.hold()?;
    let saved = saved(profile, key).await;
    Ok(saved.pin.is_some() && saved.operations.iter().any(|operation| operation.outcome.is_none()))
}

/// Makes the fresh cache and closes it, so that its file is whole.
async fn write(draft: &Path, key: &CacheKey, saved: &Saved) -> Result<(), Error> {
    clear(draft)?;
    let cache = Cache::open(draft, key).await?;
    {
        let mut held = cache.lock().await;
        let mut tx = held.db()?.begin().await?;
        for row in &saved.operations {
            outbox::restore(&mut tx, row).await?;
        }
        if let Some(account) = &saved.account {
            store::save(&mut tx, account).await?;
        }
        if let Some(epoch) = &saved.epoch {
            ledger::keep_epoch(&mut tx, epoch).await?;
        }
        if let Some(pin) = &saved.pin {
            store::save_pin(&mut tx, pin).await?;
        }
        tx.commit().await?;
    }
    Ok(cache.close().await?)
}

fn clear(draft: &Path) -> Result<(), CacheError> {
    for suffix in ["", "-wal", "-journal"] {
        there(fs::remove_file(with_suffix(draft, suffix)))?;
    }
    Ok(())
}

/// Renames the file, then its log; the pair keeps matching names, so that it can still be opened. A log that a crash
/// left behind goes too: the fresh cache must never be read through the old one's log.
fn set_aside(profile: &Profile, disk: &dyn Disk, now: Timestamp) -> Result<(), CacheError> {
    let file = profile.cache_file();
    let interrupted = if file.exists() { None } else { latest_aside(&profile.dir) };
    let aside = interrupted.unwrap_or_else(|| free_name(&profile.dir, now));
    for suffix in ["", "-wal"] {
        there(disk.rename(&with_suffix(&file, suffix), &with_suffix(&aside, suffix)))?;
    }
    Ok(())
}

fn free_name(dir: &Path, now: Timestamp) -> PathBuf {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    (0..)
        .map(|n: u32| dir.join(if n == 0 { format!("cache-{stamp}.db") } else { format!("cache-{stamp}-{n}.db") }))
        .find(|path| !path.exists())
        .unwrap_or_else(|| dir.join("cache-aside.db"))
}

/// What was done to a file, where its absence is no error.
fn there(done: std::io::Result<()>) -> Result<(), CacheError> {
    match done {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// The names are changed: a folder that cannot be written through only leaves the crash that the next opening finds.
fn settle_names(dir: &Path, disk: &dyn Disk) {
    if let Err(error) = disk.settle(dir) {
        tracing::debug!(%error, "the folder of a profile was not written through");
    }
}

fn latest_aside(dir: &Path) -> Option<PathBuf> {
    let files = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
    let aside = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("cache-") && name.ends_with(".db")
    };
    files.filter(aside).max_by_key(|path| fs::metadata(path).and_then(|file| file.modified()).ok())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Reads as far as it goes. A file without encryption opens under no key and gives nothing: nobody plants an
/// operation by replacing the file.
async fn read(file: &Path, key: &CacheKey) -> Saved {
    let Ok(mut db) = open_set_aside(file, key).await else { return Saved::default() };
    let operations = outbox::read_what_can_be_read(&mut db).await;
    let account = store::read(&mut db).await.unwrap_or_default();
    let epoch = ledger::epoch_of(&mut db).await.unwrap_or_default();
    // A cache of before there were PINs has no such table.
    let pin = store::pin(&mut db).await.unwrap_or_default();
    if let Err(error) = db.close().await {
        tracing::debug!(%error, "closing a cache that does not serve");
    }
    Saved { operations, account, epoch, pin }
}
