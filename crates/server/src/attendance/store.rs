//! The SQL of attendance.

use jiff::civil::Date;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

/// How a child's day went, for one home.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(super) struct AttendanceRow {
    pub activity_id: Uuid,
    pub day: String,
    pub child_id: Uuid,
    pub family_id: Uuid,
    pub reservation_id: Option<Uuid>,
    pub stood: Option<String>,
    pub mark: String,
    pub units: Option<i64>,
    pub arrived_at: Option<String>,
    pub left_at: Option<String>,
    pub collected_by: Option<String>,
    pub late_pickup: bool,
    pub price: Option<String>,
}

const COLUMNS: &str = "activity_id, day, child_id, family_id, reservation_id, stood, mark, units, arrived_at, left_at, \
                       collected_by, late_pickup, price";

/// Those of a day of an activity.
pub(super) async fn of_day(
    on: &impl ConnectionTrait,
    commune: Uuid,
    (activity, day): (Uuid, Date),
) -> Result<Vec<AttendanceRow>> {
    let sql = format!("SELECT {COLUMNS} FROM attendance WHERE commune_id = $1 AND activity_id = $2 AND day = $3");
    db::all(on, &sql, vec![commune.into(), activity.into(), day.to_string().into()]).await
}

/// Those of children on a day of an activity.
pub(super) async fn of_children(
    on: &impl ConnectionTrait,
    commune: Uuid,
    (activity, day): (Uuid, Date),
    children: &[Uuid],
) -> Result<Vec<AttendanceRow>> {
    let mut rows = Vec::new();
    for children in children.chunks(db::ROWS) {
        let sql = format!(
            "SELECT {COLUMNS} FROM attendance WHERE commune_id = $1 AND child_id IN ({}) AND activity_id = ${} AND day = ${}",
            db::places(children.len()),
            children.len() + 2,
            children.len() + 3
        );
        let mut values = db::commune_and(commune, children);
        values.extend([Value::from(activity), Value::from(day.to_string())]);
        rows.extend(db::all::<AttendanceRow>(on, &sql, values).await?);
    }
    Ok(rows)
}

/// Brings what is on record of children on a day to these rows.
pub(super) async fn replace(
    tx: &WriteTx,
    commune: Uuid,
    (activity, day): (Uuid, Date),
    children: &[Uuid],
    rows: Vec<AttendanceRow>,
) -> Result<()> {
    for children in children.chunks(db::ROWS) {
        let sql = format!(
            "DELETE FROM attendance WHERE commune_id = $1 AND child_id IN ({}) AND activity_id = ${} AND day = ${}",
            db::places(children.len()),
            children.len() + 2,
            children.len() + 3
        );
        let mut values = db::commune_and(commune, children);
        values.extend([Value::from(activity), Value::from(day.to_string())]);
        db::run(tx.connection(), &sql, values).await?;
    }
    let at = tx.now().as_millisecond();
    let into = format!("attendance (commune_id, {COLUMNS}, changed_at)");
    db::insert(tx.connection(), &into, "", rows.into_iter().map(|row| values(commune, row, at))).await
}

fn values(commune: Uuid, row: AttendanceRow, at: i64) -> [Value; 15] {
    [
        commune.into(),
        row.activity_id.into(),
        row.day.into(),
        row.child_id.into(),
        row.family_id.into(),
        row.reservation_id.into(),
        row.stood.into(),
        row.mark.into(),
        row.units.into(),
        row.arrived_at.into(),
        row.left_at.into(),
        row.collected_by.into(),
        row.late_pickup.into(),
        row.price.into(),
        at.into(),
    ]
}
