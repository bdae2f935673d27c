//! The SQL of communes.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

#[derive(Debug, FromQueryResult)]
struct IdRow {
    commune_id: Uuid,
}

#[derive(Debug, FromQueryResult)]
struct SettingsRow {
    settings: String,
}

pub(super) async fn id_of(on: &impl ConnectionTrait, slug: &str) -> Result<Option<Uuid>> {
    let row: Option<IdRow> = db::one(on, "SELECT commune_id FROM commune WHERE slug = $1", vec![slug.into()]).await?;
    Ok(row.map(|row| row.commune_id))
}

pub(super) async fn settings(on: &impl ConnectionTrait, commune: Uuid) -> Result<Option<String>> {
    let sql = "SELECT settings FROM commune WHERE commune_id = $1";
    let row: Option<SettingsRow> = db::one(on, sql, vec![commune.into()]).await?;
    Ok(row.map(|row| row.settings))
}

pub(super) async fn insert(tx: &WriteTx, commune: Uuid, slug: &str, settings: &str) -> Result<()> {
    let sql = "INSERT INTO commune (commune_id, slug, epoch, settings, audit_seq, created_at) \
               VALUES ($1, $2, $3, $4, 0, $5)";
    let created = tx.now().as_millisecond();
    let values = vec![commune.into(), slug.into(), Uuid::now_v7().into(), settings.into(), created.into()];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

pub(super) async fn update(tx: &WriteTx, commune: Uuid, settings: &str) -> Result<()> {
    let sql = "UPDATE commune SET settings = $2 WHERE commune_id = $1";
    db::run(tx.connection(), sql, vec![commune.into(), settings.into()]).await?;
    Ok(())
}
