//! Backups: whole, the same on both engines, refused when they are not, and put back in a new epoch.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use preau_server::backup::{self, BackupError};
use preau_server::check;
use preau_server::clock::Clock;
use preau_server::db::{Db, Location};
use support::{Engine, Harness, on_each_engine};
use tempfile::TempDir;

/// The parts of a backup, by name.
fn parts(file: &Path) -> BTreeMap<String, String> {
    let mut archive = tar::Archive::new(GzDecoder::new(fs::File::open(file).unwrap()));
    let part = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.unwrap();
        let (name, mut text) = (entry.path().unwrap().display().to_string(), String::new());
        entry.read_to_string(&mut text).unwrap();
        (name, text)
    };
    archive.entries().unwrap().map(part).collect()
}

/// The tables without the epochs, which a restore takes anew.
fn rows(file: &Path) -> BTreeMap<String, String> {
    let mut tables = parts(file);
    tables.retain(|name, _| name.starts_with("tables/") && name != "tables/commune.jsonl");
    tables
}

/// A family with an account that signed in, and an audit.
async fn a_town(h: &Harness) {
    let town = h.town("parempuyre").await;
    let adult = h.adult(&town, "martel01").await;
    h.enrol(&adult).await;
}

/// What the check says. A town made by SQL alone has no streams, here and there.
async fn checked(db: &Db, h: &Harness) -> String {
    check::check(db, h.clock.now()).await.unwrap().to_string()
}

async fn taken(h: &Harness, folder: &TempDir) -> std::path::PathBuf {
    let secret = folder.path().join("secret.key");
    fs::write(&secret, "a secret of 32 bytes, or nearly so").unwrap();
    let to = folder.path().join("town.preau");
    let files = [("secret.key".to_owned(), secret)];
    backup::take(&h.app.db, &files, h.clock.now(), &to).await.unwrap();
    to
}

#[tokio::test]
async fn what_is_put_back_is_what_was_taken_in_a_new_epoch() {
    on_each_engine(|h: Harness| async move {
        a_town(&h).await;
        let folder = TempDir::new().unwrap();
        let first = taken(&h, &folder).await;
        put_back(&h, &first, h.elsewhere().await.location).await;
        // And into the embedded one, so that a town may move.
        let embedded = TempDir::new().unwrap();
        put_back(&h, &first, Location::Sqlite(embedded.path().to_owned())).await;
    })
    .await;
}

async fn put_back(h: &Harness, first: &Path, into: Location) {
    let folder = TempDir::new().unwrap();
    let db = Db::open(&into).await.unwrap();
    let manifest = backup::restore(&db, first, h.clock.now()).await.unwrap();
    assert_eq!(manifest.rows["account"], 1);
    assert!(manifest.rows["audit"] > 0 && manifest.rows["token"] > 0);
    assert_eq!(checked(&h.app.db, h).await, checked(&db, h).await, "the chain of the audit among it");

    let again = folder.path().join("again.preau");
    backup::take(&db, &[], h.clock.now(), &again).await.unwrap();
    let (mut before, mut after) = (rows(first), rows(&again));
    let [acts, acts_now] = [&mut before, &mut after].map(|rows| rows.remove("tables/audit.jsonl").unwrap());
    assert_eq!(before, after);
    let more = acts_now.strip_prefix(acts.as_str()).expect("every act of before, as it was");
    assert_eq!(more.lines().count(), 1, "the restore itself: {more}");
    assert!(more.contains("backup_restored") && more.contains("taken_at"), "{more}");
    let epoch = |file: &Path| {
        let table = &parts(file)["tables/commune.jsonl"];
        let lines: Vec<Vec<serde_json::Value>> =
            table.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let place = lines[0].iter().position(|name| name == "epoch").unwrap();
        lines[1][place].clone()
    };
    assert_ne!(epoch(first), epoch(&again));
    // What holds something is never overwritten.
    let error = backup::restore(&db, first, h.clock.now()).await.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(BackupError::NotEmpty)), "{error}");
    db.close().await;
}

#[tokio::test]
async fn nothing_is_put_back_under_a_server_that_runs() {
    on_each_engine(|h: Harness| async move {
        if h.engine == Engine::Sqlite {
            return; // the file's lock keeps a second process from opening it at all: tests/backup_commands.rs
        }
        a_town(&h).await;
        let folder = TempDir::new().unwrap();
        let file = taken(&h, &folder).await;
        let elsewhere = h.elsewhere().await;
        // Empty still, and served already.
        let served = Db::open(&elsewhere.location).await.unwrap();
        let db = Db::open(&elsewhere.location).await.unwrap();
        let error = backup::restore(&db, &file, h.clock.now()).await.unwrap_err();
        assert!(matches!(error.downcast_ref(), Some(BackupError::Live)), "{error}");
        served.close().await;
        backup::restore(&db, &file, h.clock.now()).await.unwrap();
        let meanwhile = Db::open(&elsewhere.location).await.expect_err("no server starts under a restore");
        assert!(format!("{meanwhile:#}").contains("being put back"), "{meanwhile:#}");
        db.close().await;
        Db::open(&elsewhere.location).await.unwrap().close().await;
    })
    .await;
}

#[tokio::test]
async fn every_table_is_in_it() {
    on_each_engine(|h: Harness| async move {
        let folder = TempDir::new().unwrap();
        let file = taken(&h, &folder).await;
        let named: Vec<String> = rows(&file).into_keys().collect();
        let tables = h.tables().await;
        let expected: Vec<String> = tables.iter().map(|table| format!("tables/{table}.jsonl")).collect();
        assert_eq!(named, expected.into_iter().filter(|name| name != "tables/commune.jsonl").collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_backup_cut_short_or_altered_changes_nothing() {
    on_each_engine(|h: Harness| async move {
        a_town(&h).await;
        let folder = TempDir::new().unwrap();
        let file = taken(&h, &folder).await;
        let whole = fs::read(&file).unwrap();
        let broken = folder.path().join("broken.preau");
        let empty = TempDir::new().unwrap();
        let db = Db::open(&Location::Sqlite(empty.path().to_owned())).await.unwrap();
        db.migrate().await.unwrap();
        for length in (0..whole.len()).step_by(whole.len() / 40 + 1).chain([whole.len() - 1, whole.len() - 9]) {
            fs::write(&broken, &whole[..length]).unwrap();
            let error = backup::restore(&db, &broken, h.clock.now()).await.unwrap_err();
            assert!(error.downcast_ref::<BackupError>().is_some(), "cut at {length}: {error:#}");
        }
        for place in (12..whole.len()).step_by(whole.len() / 40 + 1) {
            let mut altered = whole.clone();
            altered[place] ^= 0x10;
            fs::write(&broken, &altered).unwrap();
            // A bit of the compression's own header may change nothing of what is read.
            if let Err(error) = backup::verify(&broken) {
                assert!(backup::restore(&db, &broken, h.clock.now()).await.is_err(), "altered at {place}: {error}");
            } else {
                assert_eq!(rows(&broken), rows(&file), "altered at {place} and believed");
            }
        }
        fs::write(&broken, b"famille;nom\nF0001;Martel\n").unwrap();
        assert!(matches!(backup::verify(&broken), Err(BackupError::NotABackup)));
        // Nothing of all that was put back.
        backup::restore(&db, &file, h.clock.now()).await.unwrap();
        db.close().await;
    })
    .await;
}

fn put(file: &Path, data: &Path) {
    let staged = TempDir::new().unwrap();
    backup::stage_files(file, staged.path()).unwrap();
    backup::place_files(staged.path(), data).unwrap();
}

#[tokio::test]
async fn files_come_back_and_what_was_there_is_kept() {
    on_each_engine(|h: Harness| async move {
        let folder = TempDir::new().unwrap();
        let file = taken(&h, &folder).await;
        assert!(backup::take(&h.app.db, &[], h.clock.now(), &file).await.is_err(), "a backup takes no other's place");
        let data = TempDir::new().unwrap();
        fs::write(data.path().join("secret.key"), "another").unwrap();
        put(&file, data.path());
        let read = |name: &str| fs::read_to_string(data.path().join(name)).unwrap();
        assert_eq!(read("secret.key"), "a secret of 32 bytes, or nearly so");
        assert_eq!(read("secret.key.before-restore"), "another");
        put(&file, data.path());
        assert_eq!(read("secret.key.before-restore"), "another", "the same file is left alone");
        fs::write(data.path().join("secret.key"), "a third one").unwrap();
        put(&file, data.path());
        let kept = ["secret.key.before-restore", "secret.key.before-restore-2"].map(read);
        assert_eq!(kept, ["another", "a third one"], "what was kept is not overwritten either");
    })
    .await;
}
