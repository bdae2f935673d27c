//! A cache that does not serve: set aside under its date, what was asked and who was signed in saved from it when
//! it can still be read with the key, and a fresh one put in its place. Everything else is read again from the server.

use super::{Account, store};
use crate::db::{Cache, CacheKey, open_set_aside};
use crate::error::{CacheError, Error};
use crate::profiles::{CACHE_FILE, OpenCache, Profile};
use crate::sync::outbox;
use jiff::Timestamp;
use sqlx::Connection;
use std::fs;
use std::path::{Path, PathBuf};

/// What could be saved.
#[derive(Default)]
struct Saved {
    operations: Vec<outbox::Row>,
    account: Option<Account>,
}

/// Sets the profile's cache aside and opens a fresh one with what could be saved.
///
/// # Errors
/// When the disk refuses, or another instance holds the profile.
pub async fn recover(profile: &Profile, key: &CacheKey, now: Timestamp) -> Result<OpenCache, Error> {
    let lock = profile.hold()?;
    let aside = set_aside(&profile.dir, now)?;
    let saved = read(&aside, key).await;
    tracing::warn!(
        operations = saved.operations.len(),
        account = saved.account.is_some(),
        "a cache was set aside and replaced"
    );
    let cache = Cache::open(&profile.cache_file(), key).await?;
    {
        let mut held = cache.lock().await;
        let mut tx = held.db()?.begin().await?;
        for row in &saved.operations {
            outbox::restore(&mut tx, row).await?;
        }
        if let Some(account) = &saved.account {
            store::save(&mut tx, account).await?;
        }
        tx.commit().await?;
    }
    Ok(OpenCache::held(cache, lock))
}

/// Renames the file and its log; the pair keeps matching names, so that it can still be opened.
fn set_aside(dir: &Path, now: Timestamp) -> Result<PathBuf, CacheError> {
    let stamp = now.strftime("%Y%m%dT%H%M%SZ");
    let aside = (0..)
        .map(|n: u32| dir.join(if n == 0 { format!("cache-{stamp}.db") } else { format!("cache-{stamp}-{n}.db") }))
        .find(|path| !path.exists())
        .unwrap_or_else(|| dir.join("cache-aside.db"));
    for suffix in ["", "-wal"] {
        let mut from = dir.join(CACHE_FILE).into_os_string();
        from.push(suffix);
        let mut to = aside.clone().into_os_string();
        to.push(suffix);
        match fs::rename(&from, &to) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(aside)
}

/// Reads as far as it goes. A file without encryption opens under no key and gives nothing: nobody plants an
/// operation by replacing the file.
async fn read(aside: &Path, key: &CacheKey) -> Saved {
    let Ok(mut db) = open_set_aside(aside, key).await else { return Saved::default() };
    let operations = outbox::read_what_can_be_read(&mut db).await;
    let account = store::read(&mut db).await.unwrap_or_default();
    if let Err(error) = db.close().await {
        tracing::debug!(%error, "closing a cache that was set aside");
    }
    Saved { operations, account }
}
