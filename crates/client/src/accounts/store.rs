//! The account of the profile: its only SQL.

use anyhow::Context;
use preau_failpoints::{Mistake, planted};
use preau_protocol::accounts::SecurityNoticeDto;
use preau_protocol::communes::CommuneDto;
use preau_protocol::family::AdultDto;
use preau_protocol::sync::EntityKind;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

use super::pin::Pin;
use super::{Account, TokenPair};
use crate::error::Error;
use crate::sync::ledger;

/// The account kept here, if any.
///
/// # Errors
/// When the cache fails, or holds what this version cannot read.
pub async fn read(db: &mut SqliteConnection) -> Result<Option<Account>, Error> {
    let row = sqlx::query(
        "SELECT account_id, commune_id, identifiant, kind, commune, access_token, refresh_token FROM account WHERE id = 1",
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let id = |column: &str| -> Result<Uuid, Error> {
        Ok(row.try_get::<String, _>(column)?.parse().context("an id of the account")?)
    };
    let tokens = match (row.try_get("access_token")?, row.try_get("refresh_token")?) {
        (Some(access), Some(refresh)) => Some(TokenPair { access, refresh }),
        _ => None,
    };
    Ok(Some(Account {
        account_id: id("account_id")?,
        commune_id: id("commune_id")?,
        identifiant: row.try_get("identifiant")?,
        kind: serde_json::from_str(row.try_get("kind")?).context("the kind of the account")?,
        commune: serde_json::from_str(row.try_get("commune")?).context("the commune of the account")?,
        tokens,
    }))
}

/// Keeps the account in place of the one there was.
///
/// # Errors
/// When the cache fails.
pub async fn save(db: &mut SqliteConnection, account: &Account) -> Result<(), Error> {
    sqlx::query(
        "INSERT OR REPLACE INTO account
            (id, account_id, commune_id, identifiant, kind, commune, access_token, refresh_token)
         VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(account.account_id.to_string())
    .bind(account.commune_id.to_string())
    .bind(&account.identifiant)
    .bind(serde_json::to_string(&account.kind).context("the kind of the account")?)
    .bind(serde_json::to_string(&account.commune).context("the commune of the account")?)
    .bind(account.tokens.as_ref().map(|tokens| &tokens.access))
    .bind(account.tokens.as_ref().map(|tokens| &tokens.refresh))
    .execute(db)
    .await?;
    Ok(())
}

/// Keeps a new pair of tokens, or none: the session ended.
///
/// # Errors
/// When the cache fails.
pub async fn save_tokens(db: &mut SqliteConnection, tokens: Option<&TokenPair>) -> Result<(), Error> {
    if tokens.is_none() && planted(Mistake::DropsOutboxWhenSignedOut) {
        sqlx::query("DELETE FROM outbox WHERE status IS NULL").execute(&mut *db).await?;
    }
    sqlx::query("UPDATE account SET access_token = ?, refresh_token = ? WHERE id = 1")
        .bind(tokens.map(|tokens| &tokens.access))
        .bind(tokens.map(|tokens| &tokens.refresh))
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps a new identifiant.
///
/// # Errors
/// When the cache fails.
pub async fn save_identifiant(db: &mut SqliteConnection, identifiant: &str) -> Result<(), Error> {
    sqlx::query("UPDATE account SET identifiant = ? WHERE id = 1").bind(identifiant).execute(db).await?;
    Ok(())
}

/// The town as its stream tells it, once read.
///
/// # Errors
/// When the cache fails.
pub async fn commune(db: &mut SqliteConnection) -> Result<Option<CommuneDto>, Error> {
    Ok(ledger::entities(db, EntityKind::Commune).await?.pop())
}

/// The adult of an account, once read.
///
/// # Errors
/// When the cache fails.
pub async fn adult(db: &mut SqliteConnection, account: &Account) -> Result<Option<AdultDto>, Error> {
    match account.person_id() {
        Some(id) => ledger::entity(db, EntityKind::Adult, id).await,
        None => Ok(None),
    }
}

/// The adults of the family, once read.
///
/// # Errors
/// When the cache fails.
pub async fn adults(db: &mut SqliteConnection) -> Result<Vec<AdultDto>, Error> {
    ledger::entities(db, EntityKind::Adult).await
}

/// The notices of security of the family.
///
/// # Errors
/// When the cache fails.
pub async fn notices(db: &mut SqliteConnection) -> Result<Vec<SecurityNoticeDto>, Error> {
    ledger::entities(db, EntityKind::SecurityNotice).await
}

/// The PIN of this space here, if somebody chose one.
///
/// # Errors
/// When the cache fails.
pub async fn pin(db: &mut SqliteConnection) -> Result<Option<Pin>, Error> {
    let row = sqlx::query("SELECT hash, idle_minutes, tries FROM pin WHERE id = 1").fetch_optional(db).await?;
    row.as_ref().map(read_pin).transpose()
}

fn read_pin(row: &SqliteRow) -> Result<Pin, Error> {
    Ok(Pin { hash: row.try_get("hash")?, idle_minutes: row.try_get("idle_minutes")?, tries: row.try_get("tries")? })
}

/// Keeps a PIN in place of the one there was.
///
/// # Errors
/// When the cache fails.
pub async fn save_pin(db: &mut SqliteConnection, pin: &Pin) -> Result<(), Error> {
    sqlx::query("INSERT OR REPLACE INTO pin (id, hash, idle_minutes, tries) VALUES (1, ?, ?, ?)")
        .bind(&pin.hash)
        .bind(pin.idle_minutes)
        .bind(pin.tries)
        .execute(db)
        .await?;
    Ok(())
}

/// Keeps another time after which it locks, and nothing else: a try that is just counted stays counted. None when there
/// is no PIN.
///
/// # Errors
/// When the cache fails.
pub async fn save_idle_minutes(db: &mut SqliteConnection, idle_minutes: u32) -> Result<Option<Pin>, Error> {
    let kept = "UPDATE pin SET idle_minutes = ? WHERE id = 1 RETURNING hash, idle_minutes, tries";
    let row = sqlx::query(kept).bind(idle_minutes).fetch_optional(db).await?;
    row.as_ref().map(read_pin).transpose()
}

/// Counts a try; none when there is no PIN, or no try left.
///
/// # Errors
/// When the cache fails.
pub async fn count_try(db: &mut SqliteConnection, most: u32) -> Result<Option<Pin>, Error> {
    let counted = "UPDATE pin SET tries = tries + 1 WHERE id = 1 AND tries < ? RETURNING hash, idle_minutes, tries";
    let row = sqlx::query(counted).bind(most).fetch_optional(db).await?;
    row.as_ref().map(read_pin).transpose()
}

/// The right PIN, or something stronger, was given: all tries are there again.
///
/// # Errors
/// When the cache fails.
pub async fn forgive_tries(db: &mut SqliteConnection) -> Result<(), Error> {
    sqlx::query("UPDATE pin SET tries = 0 WHERE id = 1").execute(db).await?;
    Ok(())
}

/// Does without a PIN.
///
/// # Errors
/// When the cache fails.
pub async fn remove_pin(db: &mut SqliteConnection) -> Result<(), Error> {
    sqlx::query("DELETE FROM pin").execute(db).await?;
    Ok(())
}
