//! The SQL of reservations and receipts.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

/// A reservation.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(super) struct ReservationRow {
    pub reservation_id: Uuid,
    pub child_id: Uuid,
    pub family_id: Uuid,
    pub activity_id: Uuid,
    pub period_id: Uuid,
    pub day: String,
    pub units: i64,
    pub group_key: String,
    pub state: String,
    pub queue: Option<i64>,
    pub price: String,
    pub closed: bool,
    pub to_credit: bool,
    pub late: bool,
    pub beyond: bool,
}

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(super) struct ReceiptRow {
    pub receipt_id: Uuid,
    pub family_id: Uuid,
    pub body: String,
}

const COLUMNS: &str = "reservation_id, child_id, family_id, activity_id, period_id, day, units, group_key, state, queue, \
                       price, closed, to_credit, late, beyond";

/// Live reservations of children from a day to another, whichever family booked them.
pub(super) async fn of_children(
    on: &impl ConnectionTrait,
    commune: Uuid,
    children: &[Uuid],
    (first, last): (&str, &str),
) -> Result<Vec<ReservationRow>> {
    let mut rows = Vec::new();
    for children in children.chunks(db::ROWS) {
        let (low, high) = (children.len() + 2, children.len() + 3);
        let sql = format!(
            "SELECT {COLUMNS} FROM reservation WHERE commune_id = $1 AND child_id IN ({}) \
             AND day >= ${low} AND day <= ${high} AND state <> 'cancelled'",
            db::places(children.len())
        );
        let mut values = db::commune_and(commune, children);
        values.extend([first.into(), last.into()]);
        rows.extend(db::all::<ReservationRow>(on, &sql, values).await?);
    }
    Ok(rows)
}

/// Live reservations of children, each on its days, whichever family booked them.
pub(super) async fn of_child_days(
    on: &impl ConnectionTrait,
    commune: Uuid,
    child_days: &[(Uuid, String)],
) -> Result<Vec<ReservationRow>> {
    let mut rows = Vec::new();
    for some in child_days.chunks(db::ROWS) {
        let some = db::padded(some);
        let sql = format!(
            "SELECT {COLUMNS} FROM reservation WHERE commune_id = $1 AND state <> 'cancelled' \
             AND (child_id, day) IN (VALUES {})",
            pairs(2, some.len())
        );
        let mut values: Vec<Value> = vec![commune.into()];
        values.extend(some.iter().flat_map(|(child, day)| [Value::from(*child), Value::from(day.as_str())]));
        rows.extend(db::all::<ReservationRow>(on, &sql, values).await?);
    }
    Ok(rows)
}

/// `($2, $3), ($4, $5)` for two pairs from the second value on.
fn pairs(first: usize, count: usize) -> String {
    let pair = |place: usize| format!("(${}, ${})", first + 2 * place, first + 2 * place + 1);
    (0..count).map(pair).collect::<Vec<_>>().join(", ")
}

/// One of the first of those who wait for the same.
#[derive(Debug, FromQueryResult)]
pub(super) struct FirstRow {
    pub reservation_id: Uuid,
    pub day: String,
    pub group_key: String,
    pub units: i64,
    /// From one on.
    pub place: i64,
}

/// The first so many of those who wait for the same units of the same period, by day and group.
pub(super) async fn first_of_queues(
    on: &impl ConnectionTrait,
    commune: Uuid,
    activity: Uuid,
    queues: &[&(String, String)],
    many: i64,
) -> Result<Vec<FirstRow>> {
    let mut rows = Vec::new();
    for some in queues.chunks(db::ROWS) {
        let some = db::padded(some);
        let sql = format!(
            "SELECT reservation_id, day, group_key, units, place FROM ( \
               SELECT reservation_id, day, group_key, units, \
                 ROW_NUMBER() OVER (PARTITION BY day, group_key, period_id, units ORDER BY queue, reservation_id) AS place \
               FROM reservation WHERE commune_id = $1 AND activity_id = $2 AND state = 'waiting' \
                 AND (day, group_key) IN (VALUES {}) \
             ) AS waiting WHERE place <= ${}",
            pairs(3, some.len()),
            3 + 2 * some.len()
        );
        let mut values: Vec<Value> = vec![commune.into(), activity.into()];
        values.extend(some.iter().flat_map(|(day, group)| [Value::from(day.as_str()), Value::from(group.as_str())]));
        values.push(many.into());
        rows.extend(db::all::<FirstRow>(on, &sql, values).await?);
    }
    Ok(rows)
}

/// Reservations by their ids.
pub(super) async fn by_id(on: &impl ConnectionTrait, commune: Uuid, ids: &[Uuid]) -> Result<Vec<ReservationRow>> {
    let mut rows = Vec::new();
    for ids in ids.chunks(db::ROWS) {
        let ids = db::padded(ids);
        let sql = format!(
            "SELECT {COLUMNS} FROM reservation WHERE commune_id = $1 AND reservation_id IN ({})",
            db::places(ids.len())
        );
        rows.extend(db::all::<ReservationRow>(on, &sql, db::commune_and(commune, &ids)).await?);
    }
    Ok(rows)
}

/// Those of an activity on some days that are in a state.
pub(super) async fn on_days(
    on: &impl ConnectionTrait,
    commune: Uuid,
    activity: Uuid,
    days: &BTreeSet<String>,
    state: &'static str,
) -> Result<Vec<ReservationRow>> {
    let days: Vec<&String> = days.iter().collect();
    let mut rows = Vec::new();
    for days in days.chunks(db::ROWS) {
        let days = db::padded(days);
        let places: Vec<String> = (4..days.len() + 4).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM reservation WHERE commune_id = $1 AND activity_id = $2 AND state = $3 AND day IN ({})",
            places.join(", ")
        );
        let mut values: Vec<Value> = vec![commune.into(), activity.into(), state.into()];
        values.extend(days.iter().map(|day| Value::from(day.as_str())));
        rows.extend(db::all::<ReservationRow>(on, &sql, values).await?);
    }
    Ok(rows)
}

/// Every reservation on children, whichever family booked it and however it stands.
pub(super) async fn all_of_children(
    on: &impl ConnectionTrait,
    commune: Uuid,
    children: &[Uuid],
) -> Result<Vec<ReservationRow>> {
    let mut rows = Vec::new();
    for children in children.chunks(db::ROWS) {
        let sql = format!(
            "SELECT {COLUMNS} FROM reservation WHERE commune_id = $1 AND child_id IN ({}) ORDER BY day, reservation_id",
            db::places(children.len())
        );
        rows.extend(db::all::<ReservationRow>(on, &sql, db::commune_and(commune, children)).await?);
    }
    Ok(rows)
}

/// Writes reservations, new or changed.
pub(super) async fn put(tx: &WriteTx, commune: Uuid, rows: &[ReservationRow]) -> Result<()> {
    let at = tx.now().as_millisecond();
    let row = |row: &ReservationRow| -> [Value; 17] {
        let row = row.clone();
        [
            commune.into(),
            row.reservation_id.into(),
            row.child_id.into(),
            row.family_id.into(),
            row.activity_id.into(),
            row.period_id.into(),
            row.day.into(),
            row.units.into(),
            row.group_key.into(),
            row.state.into(),
            row.queue.into(),
            row.price.into(),
            row.closed.into(),
            row.to_credit.into(),
            row.late.into(),
            row.beyond.into(),
            at.into(),
        ]
    };
    let again = "ON CONFLICT (commune_id, reservation_id) DO UPDATE SET period_id = excluded.period_id, \
                 units = excluded.units, group_key = excluded.group_key, state = excluded.state, queue = excluded.queue, \
                 price = excluded.price, closed = excluded.closed, to_credit = excluded.to_credit, \
                 late = excluded.late, beyond = excluded.beyond, changed_at = excluded.changed_at";
    let into = format!("reservation (commune_id, {COLUMNS}, changed_at)");
    db::insert(tx.connection(), &into, again, rows.iter().map(row)).await
}

/// Forgets the units of reservations as they were.
pub(super) async fn forget_units(tx: &WriteTx, commune: Uuid, before: &[ReservationRow]) -> Result<()> {
    for rows in before.chunks(db::ROWS) {
        let rows = db::padded(rows);
        let after = 2 + 2 * rows.len();
        let reservations: Vec<String> = (after..after + rows.len()).map(|place| format!("${place}")).collect();
        let sql = format!(
            "DELETE FROM reserved_unit WHERE commune_id = $1 AND (child_id, day) IN (VALUES {}) AND reservation_id IN ({})",
            pairs(2, rows.len()),
            reservations.join(", ")
        );
        let mut values: Vec<Value> = vec![commune.into()];
        values.extend(rows.iter().flat_map(|row| [Value::from(row.child_id), Value::from(row.day.as_str())]));
        values.extend(rows.iter().map(|row| Value::from(row.reservation_id)));
        db::run(tx.connection(), &sql, values).await?;
    }
    Ok(())
}

/// Notes the units of live reservations; none may be there twice.
pub(super) async fn note_units(tx: &WriteTx, commune: Uuid, rows: &[(&ReservationRow, usize)]) -> Result<()> {
    let row = |(row, unit): &(&ReservationRow, usize)| -> [Value; 6] {
        let unit = i64::try_from(*unit).unwrap_or(i64::MAX);
        let ReservationRow { reservation_id, child_id, activity_id, day, .. } = *row;
        let (child, day, activity) = ((*child_id).into(), day.clone().into(), (*activity_id).into());
        [commune.into(), child, day, activity, unit.into(), (*reservation_id).into()]
    };
    let into = "reserved_unit (commune_id, child_id, day, activity_id, unit, reservation_id)";
    db::insert(tx.connection(), into, "", rows.iter().map(row)).await
}

/// Puts receipts on record, one for each operation.
pub(super) async fn put_receipts(tx: &WriteTx, commune: Uuid, rows: Vec<ReceiptRow>) -> Result<()> {
    let row = |row: ReceiptRow| -> [Value; 4] {
        [commune.into(), row.family_id.into(), row.receipt_id.into(), row.body.into()]
    };
    let into = "receipt (commune_id, family_id, receipt_id, body)";
    db::insert(tx.connection(), into, "", rows.into_iter().map(row)).await
}

/// The receipt of a family's operation.
pub(super) async fn receipt(
    on: &impl ConnectionTrait,
    commune: Uuid,
    (family, op): (Uuid, Uuid),
) -> Result<Option<ReceiptRow>> {
    let sql = "SELECT receipt_id, family_id, body FROM receipt \
               WHERE commune_id = $1 AND family_id = $2 AND receipt_id = $3";
    db::one(on, sql, vec![commune.into(), family.into(), op.into()]).await
}

/// The receipts of families.
pub(super) async fn receipts(on: &impl ConnectionTrait, commune: Uuid, families: &[Uuid]) -> Result<Vec<ReceiptRow>> {
    let mut rows = Vec::new();
    for families in families.chunks(db::ROWS) {
        let sql = format!(
            "SELECT receipt_id, family_id, body FROM receipt WHERE commune_id = $1 AND family_id IN ({})",
            db::places(families.len())
        );
        rows.extend(db::all::<ReceiptRow>(on, &sql, db::commune_and(commune, families)).await?);
    }
    Ok(rows)
}

/// A day on which somebody has or waits for a place.
#[derive(Debug, FromQueryResult)]
pub(super) struct UsedRow {
    pub activity_id: Uuid,
    pub period_id: Uuid,
    pub day: String,
    pub group_key: String,
}

pub(super) async fn used_days(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<UsedRow>> {
    let sql = "SELECT DISTINCT activity_id, period_id, day, group_key FROM reservation \
               WHERE commune_id = $1 AND state <> 'cancelled'";
    db::all(on, sql, vec![commune.into()]).await
}

#[derive(Debug, FromQueryResult)]
struct ActivityRow {
    activity_id: Uuid,
}

pub(super) async fn used_activities(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<Uuid>> {
    let sql = "SELECT DISTINCT activity_id FROM reservation WHERE commune_id = $1";
    let rows: Vec<ActivityRow> = db::all(on, sql, vec![commune.into()]).await?;
    Ok(rows.into_iter().map(|row| row.activity_id).collect())
}

#[derive(Debug, FromQueryResult)]
struct AnyRow {
    found: bool,
}

/// Whether anything was ever booked.
pub(super) async fn are_there_any(on: &impl ConnectionTrait, commune: Uuid) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM reservation WHERE commune_id = $1) AS found";
    let row: Option<AnyRow> = db::one(on, sql, vec![commune.into()]).await?;
    Ok(row.is_some_and(|row| row.found))
}
