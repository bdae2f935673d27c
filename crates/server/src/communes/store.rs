//! The SQL of communes.

use anyhow::Context;
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::clock::paris_day;
use crate::db;
use crate::error::Result;
use crate::random;
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
    if !db::can_be_kept(slug) {
        return Ok(None);
    }
    let row: Option<IdRow> = db::one(on, "SELECT commune_id FROM commune WHERE slug = $1", vec![slug.into()]).await?;
    Ok(row.map(|row| row.commune_id))
}

pub(super) async fn settings(on: &impl ConnectionTrait, commune: Uuid) -> Result<Option<String>> {
    let sql = "SELECT settings FROM commune WHERE commune_id = $1";
    let row: Option<SettingsRow> = db::one(on, sql, vec![commune.into()]).await?;
    Ok(row.map(|row| row.settings))
}

pub(super) async fn insert(
    tx: &WriteTx,
    commune: Uuid,
    slug: &str,
    (settings, co_holder): (&str, &'static str),
) -> Result<()> {
    let sql = "INSERT INTO commune (commune_id, slug, epoch, settings, audit_seq, links_shown_on, created_at, co_holder) \
               VALUES ($1, $2, $3, $4, 0, $5, $6, $7)";
    let (today, created) = (paris_day(tx.now())?.to_string(), tx.now().as_millisecond());
    let epoch = random::id();
    let mut values = vec![commune.into(), slug.into(), epoch.into(), settings.into(), today.into(), created.into()];
    values.push(co_holder.into());
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

pub(super) async fn update(tx: &WriteTx, commune: Uuid, settings: &str, co_holder: &'static str) -> Result<()> {
    let sql = "UPDATE commune SET settings = $2, co_holder = $3 WHERE commune_id = $1";
    db::run(tx.connection(), sql, vec![commune.into(), settings.into(), co_holder.into()]).await?;
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct LinksShownRow {
    commune_id: Uuid,
    links_shown_on: String,
}

impl LinksShownRow {
    fn day(&self) -> Result<Date> {
        Ok(self.links_shown_on.parse().context("a day on record")?)
    }
}

/// Communes that are not done up to a day, each with the one it is done up to.
pub(super) async fn links_shown_before(on: &impl ConnectionTrait, day: Date) -> Result<Vec<(Uuid, Date)>> {
    let sql = "SELECT commune_id, links_shown_on FROM commune WHERE links_shown_on < $1 ORDER BY commune_id";
    let rows: Vec<LinksShownRow> = db::all(on, sql, vec![day.to_string().into()]).await?;
    rows.iter().map(|row| Ok((row.commune_id, row.day()?))).collect()
}

pub(super) async fn links_shown(on: &impl ConnectionTrait, commune: Uuid) -> Result<Option<Date>> {
    let sql = "SELECT commune_id, links_shown_on FROM commune WHERE commune_id = $1";
    let row: Option<LinksShownRow> = db::one(on, sql, vec![commune.into()]).await?;
    row.map(|row| row.day()).transpose()
}

pub(super) async fn set_links_shown(tx: &WriteTx, commune: Uuid, day: Date) -> Result<()> {
    let sql = "UPDATE commune SET links_shown_on = $2 WHERE commune_id = $1 AND links_shown_on < $2";
    db::run(tx.connection(), sql, vec![commune.into(), day.to_string().into()]).await?;
    Ok(())
}

#[derive(Debug, FromQueryResult)]
struct CoHolderRow {
    co_holder: String,
}

/// Who invites and removes co-holders.
pub(super) async fn co_holder(on: &impl ConnectionTrait, commune: Uuid) -> Result<Option<String>> {
    let sql = "SELECT co_holder FROM commune WHERE commune_id = $1";
    Ok(db::one::<CoHolderRow>(on, sql, vec![commune.into()]).await?.map(|row| row.co_holder))
}
