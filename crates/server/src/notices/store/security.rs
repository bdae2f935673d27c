//! The SQL of notices of security.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::random;
use crate::writer::WriteTx;

/// A notice.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::notices) struct NoticeRow {
    pub notice_id: Uuid,
    pub family_id: Uuid,
    pub person_id: Option<Uuid>,
    pub at: i64,
    pub what: String,
    pub acknowledged_at: Option<i64>,
}

const NOTICE: &str = "notice_id, family_id, person_id, at, what, acknowledged_at";

pub(in crate::notices) async fn insert(
    tx: &WriteTx,
    commune: Uuid,
    (family, person): (Uuid, Option<Uuid>),
    what: String,
) -> Result<()> {
    let sql = "INSERT INTO security_notice (commune_id, notice_id, family_id, person_id, at, what) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let (id, now) = (random::id(), tx.now().as_millisecond());
    let values = vec![commune.into(), id.into(), family.into(), person.into(), now.into(), what.into()];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

pub(in crate::notices) async fn of_families(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
) -> Result<Vec<NoticeRow>> {
    if families.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT {NOTICE} FROM security_notice WHERE commune_id = $1 AND family_id IN ({}) ORDER BY at DESC, notice_id",
        db::places(families.len())
    );
    db::all(on, &sql, db::commune_and(commune, families)).await
}

/// Says that somebody of the family read a notice; false when the family has no such notice.
pub(in crate::notices) async fn acknowledge(
    tx: &WriteTx,
    commune: Uuid,
    family: Uuid,
    notice: Uuid,
    by: Uuid,
) -> Result<bool> {
    let sql = "UPDATE security_notice SET acknowledged_by = COALESCE(acknowledged_by, $4), \
               acknowledged_at = COALESCE(acknowledged_at, $5) \
               WHERE commune_id = $1 AND family_id = $2 AND notice_id = $3";
    let values = vec![commune.into(), family.into(), notice.into(), by.into(), tx.now().as_millisecond().into()];
    Ok(db::run(tx.connection(), sql, values).await? == 1)
}

/// An adult who left is named by their notices no longer.
pub(in crate::notices) async fn forget_person(tx: &WriteTx, commune: Uuid, person: Uuid) -> Result<()> {
    let sql = "UPDATE security_notice SET person_id = NULL WHERE commune_id = $1 AND person_id = $2";
    db::run(tx.connection(), sql, vec![commune.into(), person.into()]).await?;
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct FamilyRow {
    family_id: Uuid,
}

/// Forgets notices of before an instant, of some families at a time; gives those families.
pub(in crate::notices) async fn forget(tx: &WriteTx, commune: Uuid, before: Timestamp) -> Result<Vec<Uuid>> {
    let sql = "SELECT DISTINCT family_id FROM security_notice WHERE commune_id = $1 AND at <= $2 \
               ORDER BY family_id LIMIT 20";
    let values = vec![commune.into(), before.as_millisecond().into()];
    let rows: Vec<FamilyRow> = db::all(tx.connection(), sql, values).await?;
    for row in &rows {
        let sql = "DELETE FROM security_notice WHERE commune_id = $1 AND family_id = $2 AND at <= $3";
        let values = vec![commune.into(), row.family_id.into(), before.as_millisecond().into()];
        db::run(tx.connection(), sql, values).await?;
    }
    Ok(rows.into_iter().map(|row| row.family_id).collect())
}

/// Where an adult can be reached.
#[derive(Debug, FromQueryResult)]
pub(in crate::notices) struct ReachRow {
    pub first_name: String,
    pub email: Option<String>,
    pub mobile_phone: Option<String>,
}

/// The adults of a family, those who left aside.
pub(in crate::notices) async fn adults(tx: &WriteTx, commune: Uuid, family: Uuid) -> Result<Vec<ReachRow>> {
    let sql = "SELECT first_name, email, mobile_phone FROM adult \
               WHERE commune_id = $1 AND family_id = $2 AND left_at IS NULL ORDER BY role DESC";
    db::all(tx.connection(), sql, vec![commune.into(), family.into()]).await
}

#[derive(Debug, FromQueryResult)]
struct CommuneRow {
    commune_id: Uuid,
}

pub(in crate::notices) async fn communes(on: &impl ConnectionTrait) -> Result<Vec<Uuid>> {
    let rows: Vec<CommuneRow> = db::all(on, "SELECT commune_id FROM commune ORDER BY commune_id", Vec::new()).await?;
    Ok(rows.into_iter().map(|row| row.commune_id).collect())
}
