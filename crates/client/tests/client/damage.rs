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
    let (computer, id) = with_something_waiting().await;
    let file = computer.profile().join("cache.db");
    let mut bytes = std::fs::read(&file).expect("a file");
    let page = last_page_of_entities(&computer, &id).await * 4096 + 100;
    bytes[page] ^= 0xff;
    std::fs::write(&file, bytes).expect("written");
    let (client, failure) = opened(&computer, &id).await;
    assert_eq!(failure, Some(FailureCode::CacheDamaged));
    computer.town.state().down = false;
    client.open_profile(&id, None).await.expect("who was signed in was saved too");
    computer.status(&client, |status| status.pending == 0 && status.last_sync_at.is_some()).await;
    assert_eq!(computer.town.state().operations.len(), 1, "what waited arrived");
    client.close().await;
}

/// The page, counted from 0, that holds the rows of `entity`.
async fn last_page_of_entities(computer: &Computer, id: &str) -> usize {
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
    let file = computer.profile().join("cache.db");
    std::fs::remove_file(&file).expect("removed");
    let mut plain = open_set_aside_for_planting(&file).await;
    sqlx::raw_sql(include_str!("../../../../migrations/client/0001_cache.sql"))
        .execute(&mut plain)
        .await
        .expect("tables");
    sqlx::query("INSERT INTO outbox (op_id, kind, body, created_at) VALUES (?, 'sync.cancel', '{}', '')")
        .bind(uuid::Uuid::from_u128(666).to_string())
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
    assert!(computer.town.pushes().iter().all(|push| !push.contains("29a")), "nothing planted is sent");
    client.close().await;
}

async fn open_set_aside_for_planting(file: &std::path::Path) -> sqlx::SqliteConnection {
    use sqlx::ConnectOptions;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file).create_if_missing(true);
    options.connect().await.expect("a plain database")
}

#[tokio::test(start_paused = true)]
async fn a_cache_of_a_newer_version_is_kept_aside_and_what_waits_is_saved() {
    let (computer, id) = with_something_waiting().await;
    let key = key_of(&computer, &id).await;
    let mut db = open_set_aside(&computer.profile().join("cache.db"), &key).await.expect("a cache");
    sqlx::query("INSERT INTO _sqlx_migrations SELECT 9999, 'tomorrow', installed_on, 1, checksum, 0 FROM _sqlx_migrations LIMIT 1")
        .execute(&mut db)
        .await
        .expect("a migration of tomorrow");
    db.close().await.expect("closed");
    let (client, failure) = opened(&computer, &id).await;
    assert_eq!(failure, Some(FailureCode::CacheTooNew));
    assert_eq!(set_aside(&computer).len(), 1);
    computer.town.state().down = false;
    client.open_profile(&id, None).await.expect("open");
    computer.status(&client, |status| status.pending == 0 && status.last_sync_at.is_some()).await;
    assert_eq!(computer.town.state().operations.len(), 1);
    client.close().await;
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
