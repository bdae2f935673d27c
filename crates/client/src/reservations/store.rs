//! What the cache holds of days: its only SQL.

use crate::error::{CacheError, Error};
use crate::sync::ledger;
use anyhow::Context;
use jiff::Timestamp;
use preau_protocol::registrations::RegistrationDto;
use preau_protocol::reservations::{CountersResponse, ReceiptDto, ReservationDto};
use preau_protocol::sync::EntityKind;
use sqlx::{Row, SqliteConnection};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Reservations, those of other homes included.
///
/// # Errors
/// When the cache fails, as everywhere below.
pub async fn reservations(db: &mut SqliteConnection) -> Result<Vec<ReservationDto>, Error> {
    ledger::entities(db, EntityKind::Reservation).await
}

/// Registrations of the children.
///
/// # Errors
/// When the cache fails.
pub async fn registrations(db: &mut SqliteConnection) -> Result<Vec<RegistrationDto>, Error> {
    let mut registrations: Vec<RegistrationDto> = ledger::entities(db, EntityKind::Registration).await?;
    registrations.sort_by_key(|registration| (registration.from, registration.registration_id));
    Ok(registrations)
}

/// Receipts, the latest first.
///
/// # Errors
/// When the cache fails.
pub async fn receipts(db: &mut SqliteConnection) -> Result<Vec<ReceiptDto>, Error> {
    let mut receipts: Vec<ReceiptDto> = ledger::entities(db, EntityKind::Receipt).await?;
    receipts.sort_by(|a, b| (&b.at, b.receipt_id).cmp(&(&a.at, a.receipt_id)));
    Ok(receipts)
}

/// One receipt.
///
/// # Errors
/// When the cache fails.
pub async fn receipt(db: &mut SqliteConnection, id: Uuid) -> Result<Option<ReceiptDto>, Error> {
    ledger::entity(db, EntityKind::Receipt, id).await
}

/// What is ticked for a period, as it was written.
///
/// # Errors
/// When the cache fails.
pub async fn draft(db: &mut SqliteConnection, period: Uuid) -> Result<Option<String>, Error> {
    let row = sqlx::query("SELECT body FROM draft_days WHERE period_id = ?1")
        .bind(period.to_string())
        .fetch_optional(db)
        .await
        .map_err(CacheError::from)?;
    Ok(row.map(|row| row.try_get("body")).transpose().map_err(CacheError::from)?)
}

/// Keeps what is ticked for a period.
///
/// # Errors
/// When the cache fails.
pub async fn keep_draft(db: &mut SqliteConnection, period: Uuid, body: &str, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO draft_days (period_id, body, saved_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (period_id) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at";
    let query = sqlx::query(sql).bind(period.to_string()).bind(body).bind(now.to_string());
    query.execute(db).await.map_err(CacheError::from)?;
    Ok(())
}

/// Forgets what was ticked for a period.
///
/// # Errors
/// When the cache fails.
pub async fn forget_draft(db: &mut SqliteConnection, period: Uuid) -> Result<(), Error> {
    let query = sqlx::query("DELETE FROM draft_days WHERE period_id = ?1").bind(period.to_string());
    query.execute(db).await.map_err(CacheError::from)?;
    Ok(())
}

/// Deadlines that the system told of.
///
/// # Errors
/// When the cache fails.
pub async fn told_deadlines(db: &mut SqliteConnection) -> Result<BTreeSet<String>, Error> {
    let told: Vec<String> =
        sqlx::query_scalar("SELECT deadline FROM told_deadline").fetch_all(db).await.map_err(CacheError::from)?;
    Ok(told.into_iter().collect())
}

/// Notes that a deadline is told.
///
/// # Errors
/// When the cache fails.
pub async fn tell_deadline(db: &mut SqliteConnection, deadline: &str, now: Timestamp) -> Result<(), Error> {
    let sql = "INSERT INTO told_deadline (deadline, told_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    let query = sqlx::query(sql).bind(deadline).bind(now.to_string());
    query.execute(db).await.map_err(CacheError::from)?;
    Ok(())
}

/// Places of a period, as last seen.
///
/// # Errors
/// When the cache fails.
pub async fn places(db: &mut SqliteConnection, period: Uuid) -> Result<Option<CountersResponse>, Error> {
    let row = sqlx::query("SELECT body FROM places_seen WHERE period_id = ?1")
        .bind(period.to_string())
        .fetch_optional(db)
        .await
        .map_err(CacheError::from)?;
    let Some(row) = row else { return Ok(None) };
    let body: String = row.try_get("body").map_err(CacheError::from)?;
    Ok(serde_json::from_str(&body).ok())
}

/// Keeps the places of a period that were just read.
///
/// # Errors
/// When the cache fails.
pub async fn keep_places(db: &mut SqliteConnection, period: Uuid, places: &CountersResponse) -> Result<(), Error> {
    let body = serde_json::to_string(places).context("places").map_err(CacheError::Other)?;
    let sql = "INSERT INTO places_seen (period_id, body) VALUES (?1, ?2)
        ON CONFLICT (period_id) DO UPDATE SET body = excluded.body";
    sqlx::query(sql).bind(period.to_string()).bind(body).execute(db).await.map_err(CacheError::from)?;
    Ok(())
}
