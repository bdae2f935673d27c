//! Caches that do not serve: told, set aside, replaced, and what can be saved is saved.

use crate::changing_details::move_to;
use crate::computer::{Computer, sign_in};
use crate::town::PERSONAL;
use preau_client::accounts::views::{KeepRequest, SessionView};
use preau_client::db::{CacheKey, open_set_aside};
use preau_client::profiles::key::KeyStore;
use preau_client::{Client, FailureCode};
use sqlx::Connection;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

/// A computer whose only space has one operation that waits, closed.
async fn with_something_waiting() -> (Computer, String) {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().down = true;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    client.close().await;
    let id = computer.profile().file_name().and_then(|name| name.to_str()).expect("an id").to_owned();
    (computer, id)
}

fn set_aside(computer: &Computer) -> Vec<PathBuf> {
    let files = std::fs::read_dir(computer.profile()).expect("a folder").flatten().map(|entry| entry.path());
    files.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("cache-"))).collect()
}

async fn opened(computer: &Computer, id: &str) -> (Client, Option<FailureCode>) {
    let client = computer.start();
    client.open_alone().await;
    assert!(matches!(client.session().await.expect("a session"), SessionView::SignedOut { .. }));
    assert!(set_aside(computer).is_empty(), "nothing happens behind anybody's back");
    let failure = client.open_profile(id, None).await.map_err(|failure| failure.code).err();
    (client, failure)
}

/// The file of the only space, which nobody holds.
pub async fn cache_of(computer: &Computer) -> sqlx::SqliteConnection {
    let profile = computer.profile();
    let id = profile.file_name().and_then(|name| name.to_str()).expect("an id");
    open_set_aside(&profile.join("cache.db"), &key_of(computer, id).await).await.expect("a cache")
}

async fn key_of(computer: &Computer, id: &str) -> CacheKey {
    CacheKey::Raw(computer.keys.read(id.parse().expect("an id")).expect("a keychain").expect("a key"))
}

#[tokio::test(start_paused = true)]
async fn a_truncated_cache_is_set_aside_and_read_again_after_sign_in() {
    let (computer, id) = with_something_waiting().await;
    let file = computer.profile().join("cache.db");
    let length = std::fs::metadata(&file).expect("a file").len();
    std::fs::OpenOptions::new().write(true).open(&file).expect("a file").set_len(length / 3).expect("cut");
    let (client, failure) = opened(&computer, &id).await;
    assert_eq!(failure, Some(FailureCode::CacheDamaged));
    assert_eq!(set_aside(&computer).len(), 1);
    computer.town.state().down = false;
    client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a session");
    computer.up_to_date(&client).await;
    assert_eq!(client.home().await.expect("home").first_name, "Claire");
    assert_eq!(computer.profile().file_name().and_then(|name| name.to_str()), Some(id.as_str()), "the same space");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn an_altered_page_is_found_and_what_waits_is_saved() {
    let (computer, id) = damaged().await;
    let (client, failure) = opened(&computer, &id).await;
    assert_eq!(failure, Some(FailureCode::CacheDamaged));
    nothing_was_lost(&computer, &client, &id).await;
}

/// The page, counted from 0, that holds the rows of `entity`.
pub async fn last_page_of_entities(computer: &Computer, id: &str) -> usize {
    let key = key_of(computer, id).await;
    let mut db = open_set_aside(&computer.profile().join("cache.db"), &key).await.expect("a cache");
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = 'entity'")
        .fetch_one(&mut db)
        .await
        .expect("a table");
    db.close().await.expect("closed");
    usize::try_from(root - 1).expect("a page")
}

#[tokio::test(start_paused = true)]
async fn a_plain_file_put_in_its_place_opens_nothing_and_plants_nothing() {
    let (computer, id) = with_something_waiting().await;
    let planted = uuid::Uuid::from_u128(666).to_string();
    let file = computer.profile().join("cache.db");
    std::fs::remove_file(&file).expect("removed");
    let mut plain = open_set_aside_for_planting(&file).await;
    sqlx::raw_sql(include_str!("../../../../migrations/client/0001_cache.sql"))
        .execute(&mut plain)
        .await
        .expect("tables");
    sqlx::query("INSERT INTO outbox (op_id, kind, body, created_at) VALUES (?, 'sync.cancel', '{}', '')")
        .bind(&planted)
        .execute(&mut plain)
        .await
        .expect("planted");
    plain.close().await.expect("closed");
    let (client, failure) = opened(&computer, &id).await;
    assert_eq!(failure, Some(FailureCode::CacheDamaged));
    let failure = client.open_profile(&id, None).await.map_err(|failure| failure.code).err();
    assert_eq!(failure, Some(FailureCode::SignInAgain));
    computer.town.state().down = false;
    client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a session");
    computer.up_to_date(&client).await;
    assert!(computer.town.pushes().iter().all(|push| !push.contains(&planted)), "nothing planted is sent");
    client.close().await;
}

async fn open_set_aside_for_planting(file: &std::path::Path) -> sqlx::SqliteConnection {
    use sqlx::ConnectOptions;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true);
    options.connect().await.expect("a plain database")
}

#[tokio::test(start_paused = true)]
async fn a_cache_of_a_newer_version_is_left_untouched() {
    let (computer, id) = with_something_waiting().await;
    let file = computer.profile().join("cache.db");
    let key = key_of(&computer, &id).await;
    let mut db = open_set_aside(&file, &key).await.expect("a cache");
    sqlx::query("INSERT INTO _sqlx_migrations SELECT 9999, 'tomorrow', installed_on, 1, checksum, 0 FROM _sqlx_migrations LIMIT 1")
        .execute(&mut db)
        .await
        .expect("a migration of tomorrow");
    db.close().await.expect("closed");
    let before = std::fs::read(&file).expect("a cache");
    let (client, failure) = opened(&computer, &id).await;
    assert_eq!(failure, Some(FailureCode::CacheTooNew));
    computer.town.state().down = false;
    let signing_in = client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.map_err(|failure| failure.code);
    assert_eq!(signing_in.err(), Some(FailureCode::CacheTooNew), "a sign-in does not replace it either");
    assert!(computer.town.state().known_tokens.is_empty(), "and leaves no session behind");
    assert!(set_aside(&computer).is_empty());
    assert!(std::fs::read(&file).expect("a cache") == before, "every byte of it");

    let mut db = open_set_aside(&file, &key).await.expect("a cache");
    sqlx::query("DELETE FROM _sqlx_migrations WHERE version = 9999").execute(&mut db).await.expect("as that version");
    db.close().await.expect("closed");
    client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a session");
    computer.status(&client, |status| status.pending == 0 && status.last_sync_at.is_some()).await;
    assert_eq!(computer.town.state().operations.len(), 1, "what waited was there all the time");
    client.close().await;
}

/// Alters a page so that the cache is damaged, and what waits can still be read.
async fn damaged() -> (Computer, String) {
    let (computer, id) = with_something_waiting().await;
    let file = computer.profile().join("cache.db");
    let mut bytes = std::fs::read(&file).expect("a file");
    let page = last_page_of_entities(&computer, &id).await * 4096 + 100;
    bytes[page] ^= 0xff;
    std::fs::write(&file, bytes).expect("written");
    (computer, id)
}

/// What waited is there and arrives, and who was signed in still is.
async fn nothing_was_lost(computer: &Computer, client: &Client, id: &str) {
    computer.town.state().down = false;
    client.open_profile(id, None).await.expect("a space");
    computer.status(client, |status| status.pending == 0 && status.last_sync_at.is_some()).await;
    assert_eq!(computer.town.state().operations.len(), 1, "what waited arrived");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_power_cut_between_the_two_names_loses_nothing() {
    for names in 0..2 {
        let (computer, id) = damaged().await;
        *computer.disk.names_left.lock().expect("a disk") = Some(names);
        let (_cut, failure) = opened(&computer, &id).await;
        assert_eq!(failure, Some(FailureCode::Internal));
        assert_eq!(computer.profile().join("cache.db").exists(), names == 0);
        *computer.disk.names_left.lock().expect("a disk") = None;
        let client = computer.start();
        client.open_alone().await;
        assert!(matches!(client.session().await.expect("a session"), SessionView::SignedOut { .. }));
        let told = client.open_profile(&id, None).await.map_err(|failure| failure.code);
        assert_eq!(told.err(), Some(FailureCode::CacheDamaged), "nobody was told yet");
        nothing_was_lost(&computer, &client, &id).await;
    }
}

#[tokio::test(start_paused = true)]
async fn where_only_the_cache_set_aside_is_left_what_waits_is_read_from_it() {
    let (computer, id) = damaged().await;
    *computer.disk.names_left.lock().expect("a disk") = Some(1);
    opened(&computer, &id).await;
    *computer.disk.names_left.lock().expect("a disk") = None;
    std::fs::remove_file(computer.profile().join("cache.db.new")).expect("removed");
    let client = computer.start();
    let told = client.open_profile(&id, None).await.map_err(|failure| failure.code);
    assert_eq!(told.err(), Some(FailureCode::CacheDamaged));
    computer.town.state().down = false;
    let session = client.open_profile(&id, None).await.expect("a space");
    assert!(matches!(session, SessionView::Open { sign_in_again: true, .. }), "its tokens may be worn out");
    assert_eq!(client.sync_status().await.expect("a status").pending, 1);
    client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a session");
    computer.status(&client, |status| status.pending == 0).await;
    assert_eq!(computer.town.state().operations.len(), 1);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_touches_nothing_until_there_is_room() {
    let (computer, id) = damaged().await;
    let files = || {
        let entries = std::fs::read_dir(computer.profile()).expect("a folder").flatten();
        let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
        names.sort();
        names
    };
    let before = files();
    computer.disk.full.store(true, Ordering::Relaxed);
    let (client, failure) = opened(&computer, &id).await;
    assert_eq!(failure, Some(FailureCode::DiskFull));
    assert_eq!(files(), before, "nothing renamed, nothing left behind");
    computer.disk.full.store(false, Ordering::Relaxed);
    let told = client.open_profile(&id, None).await.map_err(|failure| failure.code);
    assert_eq!(told.err(), Some(FailureCode::CacheDamaged));
    nothing_was_lost(&computer, &client, &id).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_key_is_told_and_signing_in_makes_a_new_one() {
    let (computer, id) = with_something_waiting().await;
    computer.keys.lose();
    let (client, failure) = opened(&computer, &id).await;
    assert_eq!(failure, Some(FailureCode::Keychain));
    assert!(set_aside(&computer).is_empty(), "the key may come back: the file stays");
    computer.town.state().down = false;
    let told = client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.map_err(|failure| failure.code).err();
    assert_eq!(told, Some(FailureCode::CacheDamaged));
    assert_eq!(set_aside(&computer).len(), 1, "aside, not deleted");
    client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a session");
    computer.up_to_date(&client).await;
    client.close().await;
}
