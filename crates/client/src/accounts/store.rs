//! The account of the profile: its only SQL.

use anyhow::Context;
use preau_failpoints::{Mistake, planted};
use preau_protocol::communes::CommuneDto;
use preau_protocol::family::AdultDto;
use preau_protocol::sync::EntityKind;
use sqlx::{Row, SqliteConnection};
use uuid::Uuid;

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
