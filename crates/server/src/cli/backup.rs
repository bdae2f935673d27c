//! `backup` and `restore`.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::process::{Ended, print};
use super::serve::make_data_folder;
use crate::accounts::keys::SECRET_FILE;
use crate::backup::{self, BackupError, Manifest};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::db::{self, Db, FILE, Location};

/// What SQLite keeps of a database.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];

/// Takes a backup beside a running server, or without one.
pub(super) async fn back_up(config: &Config, to: &Path) -> anyhow::Result<Ended> {
    let db = Db::open_beside(&config.database).await?;
    let secret = config.data.join(SECRET_FILE);
    let files: Vec<(String, PathBuf)> =
        if secret.exists() { vec![(SECRET_FILE.to_owned(), secret)] } else { Vec::new() };
    let taken = backup::take(&db, &files, SystemClock.now(), to).await;
    db.close().await;
    say(&taken?)?;
    Ok(Ended::Done)
}

/// Puts a backup back. What is there is refused, or kept aside when it is to be replaced; nothing is overwritten.
pub(super) async fn restore(config: &Config, from: &Path, replace: bool) -> anyhow::Result<Ended> {
    make_data_folder(config)?;
    let restored = match &config.database {
        Location::Sqlite(folder) => into_folder(folder, from, replace).await,
        Location::Postgres(_) => into_database(&config.database, from).await,
        Location::Memory(_) => bail!("a database in memory is not restored"),
    };
    match restored {
        Ok(manifest) => {
            backup::put_files(from, &config.data)?;
            say(&manifest)?;
            Ok(Ended::Done)
        }
        Err(error) => match error.downcast_ref::<BackupError>() {
            Some(refused) => {
                eprintln!("preau-server: {refused}");
                Ok(Ended::Refused)
            }
            None => Err(error),
        },
    }
}

async fn into_database(location: &Location, from: &Path) -> anyhow::Result<Manifest> {
    let db = Db::open(location).await?;
    let restored = backup::restore(&db, from).await;
    db.close().await;
    restored
}

/// Builds the database beside the one there is, then puts it in its place. The lock is held all along: no server runs.
async fn into_folder(folder: &Path, from: &Path, replace: bool) -> anyhow::Result<Manifest> {
    let _held = db::lock(folder)?;
    let there = folder.join(FILE).exists();
    if there && !replace {
        return Err(BackupError::NotEmpty.into());
    }
    let building = folder.join("restoring");
    if building.exists() {
        fs::remove_dir_all(&building).context("clearing away a restore that did not end")?;
    }
    fs::DirBuilder::new().mode(0o700).create(&building)?;
    let restored = into_database(&Location::Sqlite(building.clone()), from).await;
    if restored.is_ok() {
        if there {
            keep_aside(folder)?;
        }
        fs::rename(building.join(FILE), folder.join(FILE)).context("putting the database in its place")?;
    }
    fs::remove_dir_all(&building).context("clearing away")?;
    restored
}

fn keep_aside(folder: &Path) -> anyhow::Result<()> {
    let aside = folder.join(format!("before-restore-{}", SystemClock.now().strftime("%Y%m%dT%H%M%SZ")));
    fs::DirBuilder::new().mode(0o700).create(&aside).with_context(|| format!("making {}", aside.display()))?;
    for part in PARTS {
        let name = format!("{FILE}{part}");
        if folder.join(&name).exists() {
            fs::rename(folder.join(&name), aside.join(&name)).with_context(|| format!("keeping {name}"))?;
        }
    }
    eprintln!("preau-server: what was there is kept in {}", aside.display());
    Ok(())
}

fn say(manifest: &Manifest) -> anyhow::Result<()> {
    let rows: u64 = manifest.rows.values().sum();
    print(&serde_json::json!({ "taken_at": manifest.taken_at, "schema": manifest.schema, "rows": rows }).to_string())
}
