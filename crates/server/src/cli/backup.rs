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
use crate::db::{self, Db, FILE, Location, RESTORING, Served};

/// What SQLite keeps of a database.
const PARTS: [&str; 3] = ["", "-wal", "-shm"];
/// The town's templates, in the data folder.
pub(super) const TEMPLATES: &str = "templates";
/// Largest template taken, in bytes, and files taken at most: there are some twenty, of some kilobytes.
const TEMPLATE_MAX: u64 = 256 * 1024;
const TEMPLATES_MAX: usize = 100;

/// Takes a backup beside a running server, or without one.
pub(super) async fn back_up(config: &Config, to: &Path) -> anyhow::Result<Ended> {
    let db = Db::open_beside(&config.database).await?;
    let taken = match files_of(&config.data) {
        Ok(files) => backup::take(&db, &files, SystemClock.now(), to).await,
        Err(error) => Err(error),
    };
    db.close().await;
    say(&taken?)?;
    Ok(Ended::Done)
}

/// The secret, where the data folder has it, and the town's templates.
fn files_of(data: &Path) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let mut files = Vec::new();
    let secret = data.join(SECRET_FILE);
    if secret.exists() {
        files.push((SECRET_FILE.to_owned(), secret));
    }
    let templates = data.join(TEMPLATES);
    if !templates.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(&templates).context("looking through the templates")? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let meta = entry.metadata()?;
        if meta.is_file() && !name.starts_with('.') && meta.len() <= TEMPLATE_MAX && files.len() < TEMPLATES_MAX {
            files.push((format!("{TEMPLATES}/{name}"), entry.path()));
        } else {
            eprintln!("preau-server: {} is no template: it is left out", entry.path().display());
        }
    }
    Ok(files)
}

/// Puts a backup back. What is there is refused, or kept aside when it is to be replaced; nothing is overwritten.
pub(super) async fn restore(config: &Config, from: &Path, replace: bool) -> anyhow::Result<Ended> {
    make_data_folder(config)?;
    let restored = match &config.database {
        Location::Sqlite(folder) => into_folder(folder, from, replace).await,
        Location::Postgres(_) => into_postgres(config, from).await,
        Location::Memory(_) => bail!("a database in memory is not restored"),
    };
    match restored {
        Ok(manifest) => {
            say(&manifest)?;
            eprintln!(
                "preau-server: families' computers send again what was answered since. Once the server runs, look at: \
                 preau-server outcomes --commune … list"
            );
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
    let restored = backup::restore(&db, from, SystemClock.now()).await;
    db.close().await;
    restored
}

/// A folder beside the data that a restore builds in, empty.
fn build_in(folder: &Path) -> anyhow::Result<PathBuf> {
    let building = folder.join(RESTORING);
    if building.exists() {
        fs::remove_dir_all(&building).context("clearing away a restore that did not end")?;
    }
    fs::DirBuilder::new().mode(0o700).create(&building)?;
    Ok(building)
}

/// What may fail by itself, a full disk or a file of a wrong name, does so before the database is filled.
async fn into_postgres(config: &Config, from: &Path) -> anyhow::Result<Manifest> {
    backup::verify(from)?;
    let building = build_in(&config.data)?;
    let staged = building.join("files");
    let restored = match backup::stage_files(from, &staged) {
        Ok(()) => into_database(&config.database, from).await,
        Err(error) => Err(error),
    };
    let restored = restored.and_then(|manifest| backup::place_files(&staged, &config.data).map(|()| manifest));
    fs::remove_dir_all(&building).context("clearing away")?;
    restored
}

/// Builds the database and the files beside those there are, then puts them in their place. The lock is held all along:
/// no server runs.
async fn into_folder(folder: &Path, from: &Path, replace: bool) -> anyhow::Result<Manifest> {
    let _held =
        db::lock(folder).map_err(|error| if error.is::<Served>() { BackupError::Live.into() } else { error })?;
    if folder.join(FILE).exists() && !replace {
        return Err(BackupError::NotEmpty.into());
    }
    backup::verify(from)?;
    let building = build_in(folder)?;
    let built = match backup::stage_files(from, &building.join("files")) {
        Ok(()) => into_database(&Location::Sqlite(building.clone()), from).await,
        Err(error) => Err(error),
    };
    let restored = built.and_then(|manifest| put_in_place(folder, &building).map(|()| manifest));
    fs::remove_dir_all(&building).context("clearing away")?;
    restored
}

/// Whatever is cut short here leaves no database under its name, and the new one in its folder: no server starts
/// ([`Db::open`]) before a restore has ended.
fn put_in_place(folder: &Path, building: &Path) -> anyhow::Result<()> {
    fs::File::open(building.join(FILE))?.sync_all()?;
    backup::sync_folder(building)?;
    backup::sync_folder(folder)?;
    let aside = keep_aside(folder)?;
    let put = backup::place_files(&building.join("files"), folder)
        .and_then(|()| fs::rename(building.join(FILE), folder.join(FILE)).context("putting the database in its place"));
    match (&put, &aside) {
        (Err(_), Some(aside)) => put_back(folder, aside)?,
        (Ok(()), Some(aside)) => eprintln!("preau-server: what was there is kept in {}", aside.display()),
        (_, None) => {}
    }
    backup::sync_folder(folder)?;
    put
}

/// Moves what SQLite has there into a folder of its own, the database first: its log alone is nothing that a server
/// starts with. Where there is nothing, none.
fn keep_aside(folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    let parts: Vec<String> = PARTS.iter().map(|part| format!("{FILE}{part}")).collect();
    if !parts.iter().any(|name| folder.join(name).exists()) {
        return Ok(None);
    }
    let aside = folder.join(format!("before-restore-{}", SystemClock.now().strftime("%Y%m%dT%H%M%SZ")));
    fs::DirBuilder::new().mode(0o700).create(&aside).with_context(|| format!("making {}", aside.display()))?;
    for name in parts.iter().filter(|name| folder.join(name).exists()) {
        fs::rename(folder.join(name), aside.join(name)).with_context(|| format!("keeping {name}"))?;
    }
    backup::sync_folder(&aside)?;
    backup::sync_folder(folder)?;
    Ok(Some(aside))
}

/// The database last: from then on a server may start.
fn put_back(folder: &Path, aside: &Path) -> anyhow::Result<()> {
    for part in PARTS.iter().rev() {
        let name = format!("{FILE}{part}");
        if aside.join(&name).exists() {
            fs::rename(aside.join(&name), folder.join(&name)).with_context(|| format!("putting {name} back"))?;
        }
    }
    fs::remove_dir(aside).context("clearing away")
}

fn say(manifest: &Manifest) -> anyhow::Result<()> {
    let rows: u64 = manifest.rows.values().sum();
    print(&serde_json::json!({ "taken_at": manifest.taken_at, "schema": manifest.schema, "rows": rows }).to_string())
}
