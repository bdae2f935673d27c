//! The SQL of registrations.

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

/// A registration.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(super) struct RegistrationRow {
    pub registration_id: Uuid,
    pub child_id: Uuid,
    pub activity_id: Uuid,
    pub starts_on: String,
    pub ends_on: String,
    pub state: String,
    pub reason: Option<String>,
    pub own_meal: bool,
}

const COLUMNS: &str = "registration_id, child_id, activity_id, starts_on, ends_on, state, reason, own_meal";

pub(super) async fn of_children(
    on: &impl ConnectionTrait,
    commune: Uuid,
    children: &[Uuid],
) -> Result<Vec<RegistrationRow>> {
    let mut rows = Vec::new();
    for children in children.chunks(db::ROWS) {
        let sql = format!(
            "SELECT {COLUMNS} FROM registration WHERE commune_id = $1 AND child_id IN ({}) \
             ORDER BY child_id, activity_id, starts_on",
            db::places(children.len())
        );
        rows.extend(db::all::<RegistrationRow>(on, &sql, db::commune_and(commune, children)).await?);
    }
    Ok(rows)
}

/// Every one of the commune.
pub(super) async fn all(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<RegistrationRow>> {
    let sql = format!("SELECT {COLUMNS} FROM registration WHERE commune_id = $1");
    db::all(on, &sql, vec![commune.into()]).await
}

/// Those for some activities.
pub(super) async fn for_activities(
    on: &impl ConnectionTrait,
    commune: Uuid,
    children: &[Uuid],
    activities: &[Uuid],
) -> Result<Vec<RegistrationRow>> {
    let mut rows = Vec::new();
    for children in children.chunks(db::ROWS) {
        let children = db::padded(children);
        let after = children.len() + 2;
        let of_activities: Vec<String> = (after..after + activities.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM registration WHERE commune_id = $1 AND child_id IN ({}) AND activity_id IN ({})",
            db::places(children.len()),
            of_activities.join(", ")
        );
        let mut values = db::commune_and(commune, &children);
        values.extend(activities.iter().copied().map(sea_orm::Value::from));
        rows.extend(db::all::<RegistrationRow>(on, &sql, values).await?);
    }
    Ok(rows)
}

#[derive(Debug, FromQueryResult)]
struct AnyRow {
    found: bool,
}

pub(super) async fn are_there_any(on: &impl ConnectionTrait, commune: Uuid) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM registration WHERE commune_id = $1) AS found";
    let row: Option<AnyRow> = db::one(on, sql, vec![commune.into()]).await?;
    Ok(row.is_some_and(|row| row.found))
}

/// Puts registrations there, or brings those of the same child, activity and first day to these. Their ids stay.
pub(super) async fn put(tx: &WriteTx, commune: Uuid, rows: Vec<RegistrationRow>) -> Result<()> {
    let row = |row: RegistrationRow| -> [Value; 9] {
        [
            commune.into(),
            row.registration_id.into(),
            row.child_id.into(),
            row.activity_id.into(),
            row.starts_on.into(),
            row.ends_on.into(),
            row.state.into(),
            row.reason.into(),
            row.own_meal.into(),
        ]
    };
    let again = "ON CONFLICT (commune_id, child_id, activity_id, starts_on) DO UPDATE SET ends_on = excluded.ends_on, \
                 state = excluded.state, reason = excluded.reason, own_meal = excluded.own_meal";
    let into = format!("registration (commune_id, {COLUMNS})");
    db::insert(tx.connection(), &into, again, rows.into_iter().map(row)).await
}
