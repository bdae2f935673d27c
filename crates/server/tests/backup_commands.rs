//! `backup` and `restore` by the program: beside a server that runs, over one that runs, over what is there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/program.rs"]
mod program;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use preau_server::backup;
use preau_server::db::{Db, Location};
use program::{Served, commune, done, program, run};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// Where a server's data are: a folder, and a database of PostgreSQL's or of its own.
struct Place {
    data: PathBuf,
    database: Option<String>,
}

impl Place {
    fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    fn command(&self) -> std::process::Command {
        let mut command = program(&self.data);
        command.envs(self.database.as_ref().map(|url| ("PREAU_SERVER_DATABASE", url)));
        command
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn path(of: &Path) -> &str {
    of.to_str().unwrap()
}

/// A new database of the cluster of the tests, where there is one.
async fn postgres_database() -> Option<String> {
    let base = std::env::var("PREAU_TEST_POSTGRES").ok()?;
    let name = format!("preau_test_{}", Uuid::now_v7().simple());
    let mut connection = PgConnection::connect(&base).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let (server, query) = base.split_once('?').map_or((base.as_str(), None), |(server, query)| (server, Some(query)));
    let server = server.rsplit_once('/').unwrap().0;
    Some(query.map_or_else(|| format!("{server}/{name}"), |query| format!("{server}/{name}?{query}")))
}

fn acts(place: &Place, folder: &TempDir) -> String {
    let file = folder.path().join(format!("{}.preau", Uuid::now_v7()));
    done(&place.run(&["backup", path(&file)]));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(fs::File::open(&file).unwrap()));
    let mut text = String::new();
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().ends_with("audit.jsonl") {
            std::io::Read::read_to_string(&mut entry, &mut text).unwrap();
        }
    }
    text
}

/// A town whose server runs, backed up beside it.
fn backed_up(place: &Place, folder: &TempDir) -> (Served, PathBuf) {
    done(&place.run(&["create-commune", &commune(folder)]));
    let served = Served::start(&mut place.command());
    let file = folder.path().join("town.preau");
    let told: Value = serde_json::from_str(&done(&place.run(&["backup", path(&file)]))).unwrap();
    assert!(told["rows"].as_u64().unwrap() > 0 && told["taken_at"].is_string(), "{told}");
    assert_eq!(place.run(&["backup", path(&file)]).status.code(), Some(1), "never over another file");
    (served, file)
}

#[test]
fn a_backup_goes_back_into_the_embedded_database() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place { data: folder.path().join("data"), database: None };
    let (served, file) = backed_up(&place, &folder);
    let over_a_running_one = place.run(&["restore", path(&file), "--replace"]);
    assert_eq!(over_a_running_one.status.code(), Some(2));
    assert!(said(&over_a_running_one).contains("stop it first. Nothing was touched"), "{}", said(&over_a_running_one));
    done(&place.run(&["check"]));
    served.end();

    let over_what_is_there = place.run(&["restore", path(&file)]);
    assert_eq!(over_what_is_there.status.code(), Some(2));
    assert!(said(&over_what_is_there).contains("--replace"), "{}", said(&over_what_is_there));
    let cut = folder.path().join("cut.preau");
    fs::write(&cut, &fs::read(&file).unwrap()[..200]).unwrap();
    let cut_short = place.run(&["restore", path(&cut), "--replace"]);
    assert_eq!(cut_short.status.code(), Some(2), "{}", said(&cut_short));
    assert!(!acts(&place, &folder).contains("backup_restored"), "nothing was put back");

    let restored = place.run(&["restore", path(&file), "--replace"]);
    done(&restored);
    assert!(said(&restored).contains("outcomes --commune"), "{}", said(&restored));
    let kept = fs::read_dir(&place.data).unwrap().flatten().map(|entry| entry.file_name());
    assert_eq!(kept.filter(|name| name.to_string_lossy().starts_with("before-restore-")).count(), 1);
    done(&place.run(&["check"]));
    assert!(acts(&place, &folder).contains("backup_restored"));
    let served = Served::start(&mut place.command());
    assert_eq!(done(&place.run(&["outcomes", "--commune", "parempuyre", "list", "--json"])).trim(), "[]");
    let nothing = Uuid::now_v7().to_string();
    assert_eq!(place.run(&["outcomes", "--commune", "parempuyre", "seen", &nothing]).status.code(), Some(2));
    served.end();
}

/// What a data folder holds: names, and what is in the files of the town.
fn contents(data: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap_or_default()))
        .filter(|(name, _)| !name.ends_with("-shm") && !name.ends_with("-wal"))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn a_file_that_cannot_be_put_back_leaves_everything_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place { data: folder.path().join("data"), database: None };
    let (served, _) = backed_up(&place, &folder);
    served.end();
    fs::write(place.data.join("secret.key"), "a secret of 32 bytes, or nearly so").unwrap();
    let before = contents(&place.data);
    let file = folder.path().join("strange.preau");
    let (stray, secret) = (folder.path().join("stray"), folder.path().join("secret"));
    fs::write(&stray, "stray").unwrap();
    fs::write(&secret, "another secret of 32 bytes or so").unwrap();
    let files = [("secret.key".to_owned(), secret), (".hidden".to_owned(), stray)];
    let db = Db::open_beside(&Location::Sqlite(place.data.clone())).await.unwrap();
    backup::take(&db, &files, jiff::Timestamp::now(), &file).await.unwrap();
    db.close().await;
    let refused = place.run(&["restore", path(&file), "--replace"]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(
        contents(&place.data) == before,
        "{:?}",
        contents(&place.data).iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
}

#[test]
fn a_power_cut_between_two_databases_starts_no_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place { data: folder.path().join("data"), database: None };
    let (served, file) = backed_up(&place, &folder);
    served.end();
    // As a restore leaves it that was cut when the old database was moved and the new one not yet.
    let aside = place.data.join("before-restore-20261126T020000Z");
    fs::create_dir(&aside).unwrap();
    fs::create_dir(place.data.join("restoring")).unwrap();
    fs::rename(place.data.join("preau.sqlite"), aside.join("preau.sqlite")).unwrap();
    fs::write(place.data.join("preau.sqlite-wal"), "of the old one").unwrap();
    for command in ["serve", "migrate"] {
        let started = place.run(&[command]);
        assert_eq!(started.status.code(), Some(1), "{command}");
        assert!(said(&started).contains("a restore was cut short"), "{}", said(&started));
        assert!(!place.data.join("preau.sqlite").exists(), "{command}");
    }
    done(&place.run(&["restore", path(&file)]));
    assert!(!place.data.join("restoring").exists() && aside.join("preau.sqlite").exists());
    assert!(
        fs::read(place.data.join("preau.sqlite-wal")).is_ok_and(|log| log.is_empty())
            || !place.data.join("preau.sqlite-wal").exists()
    );
    done(&place.run(&["check"]));
    Served::start(&mut place.command()).end();
}

#[test]
fn the_towns_templates_come_back_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place { data: folder.path().join("data"), database: None };
    done(&place.run(&["create-commune", &commune(&folder)]));
    let templates = place.data.join("templates");
    done(&place.run(&["templates", path(&templates)]));
    let lost_code = templates.join("lost_code.txt");
    let ours = format!("{}\nÀ bientôt.\n", fs::read_to_string(&lost_code).unwrap());
    fs::write(&lost_code, &ours).unwrap();
    fs::write(templates.join("enormous.txt"), vec![b'x'; 300 * 1024]).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", templates.join("link.txt")).unwrap();
    let file = folder.path().join("town.preau");
    let taken = place.run(&["backup", path(&file)]);
    done(&taken);
    assert!(said(&taken).contains("enormous.txt is no template") && said(&taken).contains("link.txt is no template"));

    let elsewhere = Place { data: folder.path().join("elsewhere"), database: None };
    fs::create_dir_all(elsewhere.data.join("templates")).unwrap();
    fs::write(elsewhere.data.join("templates/mail.html"), "of another day").unwrap();
    done(&elsewhere.run(&["restore", path(&file)]));
    assert_eq!(fs::read_to_string(elsewhere.data.join("templates/lost_code.txt")).unwrap(), ours);
    assert!(
        !elsewhere.data.join("templates/enormous.txt").exists() && !elsewhere.data.join("templates/link.txt").exists()
    );
    let kept = fs::read_to_string(elsewhere.data.join("templates.before-restore/mail.html")).unwrap();
    assert_eq!(kept, "of another day");
}

#[tokio::test]
async fn a_backup_goes_back_into_postgresql() {
    let Some(database) = postgres_database().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let place = Place { data: folder.path().join("data"), database: Some(database) };
    let (served, file) = backed_up(&place, &folder);
    let over_a_running_one = place.run(&["restore", path(&file)]);
    assert_eq!(over_a_running_one.status.code(), Some(2));
    assert!(said(&over_a_running_one).contains("stop it first"), "{}", said(&over_a_running_one));
    served.end();
    let over_what_is_there = place.run(&["restore", path(&file)]);
    assert_eq!(over_what_is_there.status.code(), Some(2));
    assert!(said(&over_what_is_there).contains("name an empty one"), "{}", said(&over_what_is_there));

    let elsewhere = Place { data: folder.path().join("elsewhere"), database: postgres_database().await };
    done(&elsewhere.run(&["restore", path(&file)]));
    done(&elsewhere.run(&["check"]));
    assert!(acts(&elsewhere, &folder).contains("backup_restored"));
    let served = Served::start(&mut elsewhere.command());
    assert_eq!(done(&elsewhere.run(&["changes", "--commune", "parempuyre", "list", "--json"])).trim(), "[]");
    served.end();
}

#[test]
fn a_backup_is_not_taken_of_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("town.preau");
    assert_eq!(run(&folder.path().join("data"), &["backup", path(&file)]).status.code(), Some(1));
    assert!(!file.exists() && fs::read_dir(folder.path()).unwrap().flatten().all(|entry| !entry.path().is_file()));
}
