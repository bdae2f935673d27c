//! The SQL of what the town offers.

use std::collections::BTreeSet;

use anyhow::anyhow;
use preau_protocol::sync::EntityKind;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

/// A site, activity, period, tariff or calendar.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct ItemRow {
    pub kind: String,
    pub item_id: Uuid,
    pub stable_key: String,
    pub body: String,
    pub places: Option<String>,
}

impl ItemRow {
    pub fn kind(&self) -> Result<EntityKind> {
        Ok(EntityKind::parse(&self.kind).ok_or_else(|| anyhow!("a kind on record: {}", self.kind))?)
    }
}

/// A counter of a day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, FromQueryResult)]
pub struct CounterRow {
    /// The activity.
    pub activity_id: Uuid,
    /// ISO 8601.
    pub day: String,
    /// The group.
    pub group_key: String,
    /// The rule.
    pub counter_key: String,
    /// Places.
    pub capacity: i64,
    /// Children who have one.
    pub taken: i64,
    /// Children who wait.
    pub waiting: i64,
    /// The number of the next one.
    pub next_in_queue: i64,
    /// Set by an agent.
    pub by_hand: bool,
    /// How many had a place when the capacity was lowered.
    pub kept: i64,
}

pub(super) async fn items(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<ItemRow>> {
    let sql = "SELECT kind, item_id, stable_key, body, places FROM planning_item WHERE commune_id = $1 \
               ORDER BY kind, stable_key";
    db::all(on, sql, vec![commune.into()]).await
}

/// Puts items there, or brings those with these ids to these.
pub(super) async fn put_items(tx: &WriteTx, commune: Uuid, rows: Vec<ItemRow>) -> Result<()> {
    let row = |row: ItemRow| -> [Value; 6] {
        let ItemRow { kind, item_id, stable_key, body, places } = row;
        [commune.into(), kind.into(), item_id.into(), stable_key.into(), body.into(), places.into()]
    };
    let into = "planning_item (commune_id, kind, item_id, stable_key, body, places)";
    let again = "ON CONFLICT (commune_id, item_id) DO UPDATE SET body = excluded.body, places = excluded.places";
    db::insert(tx.connection(), into, again, rows.into_iter().map(row)).await
}

#[derive(Debug, FromQueryResult)]
struct VersionRow {
    version: i64,
}

/// The version of the commune's stream: what the town offers changes no more often.
pub(super) async fn version(on: &impl ConnectionTrait, commune: Uuid) -> Result<Option<i64>> {
    let sql = "SELECT version FROM stream WHERE commune_id = $1 AND stream_id = $2";
    let row: Option<VersionRow> = db::one(on, sql, vec![commune.into(), commune.into()]).await?;
    Ok(row.map(|row| row.version))
}

const COUNTER: &str =
    "activity_id, day, group_key, counter_key, capacity, taken, waiting, next_in_queue, by_hand, kept";

/// The counters of days of an activity. Held until the transaction ends, in an order that is the same for every process.
pub(super) async fn hold_counters(
    tx: &WriteTx,
    commune: Uuid,
    activity: Uuid,
    days: &BTreeSet<String>,
) -> Result<Vec<CounterRow>> {
    let held = if tx.connection().get_database_backend() == DbBackend::Postgres { "FOR UPDATE" } else { "" };
    counters_of(tx.connection(), commune, activity, days, held).await
}

/// The counters of days of an activity.
pub(super) async fn counters(
    on: &impl ConnectionTrait,
    commune: Uuid,
    activity: Uuid,
    days: &BTreeSet<String>,
) -> Result<Vec<CounterRow>> {
    counters_of(on, commune, activity, days, "").await
}

async fn counters_of(
    on: &impl ConnectionTrait,
    commune: Uuid,
    activity: Uuid,
    days: &BTreeSet<String>,
    held: &str,
) -> Result<Vec<CounterRow>> {
    let days: Vec<&String> = days.iter().collect();
    let mut rows = Vec::new();
    for days in days.chunks(db::ROWS) {
        let days = db::padded(days);
        let places: Vec<String> = (3..days.len() + 3).map(|place| format!("${place}")).collect();
        let sql = format!(
            "SELECT {COUNTER} FROM counter WHERE commune_id = $1 AND activity_id = $2 AND day IN ({}) \
             ORDER BY day, group_key, counter_key {held}",
            places.join(", ")
        );
        let mut values: Vec<Value> = vec![commune.into(), activity.into()];
        values.extend(days.iter().map(|day| Value::from(day.as_str())));
        rows.extend(db::all::<CounterRow>(on, &sql, values).await?);
    }
    Ok(rows)
}

/// Writes counters as they are now.
pub(super) async fn put_counters(tx: &WriteTx, commune: Uuid, rows: Vec<CounterRow>) -> Result<()> {
    let row = |row: CounterRow| -> [Value; 11] {
        [
            commune.into(),
            row.activity_id.into(),
            row.day.into(),
            row.group_key.into(),
            row.counter_key.into(),
            row.capacity.into(),
            row.taken.into(),
            row.waiting.into(),
            row.next_in_queue.into(),
            row.by_hand.into(),
            row.kept.into(),
        ]
    };
    let again = "ON CONFLICT (commune_id, activity_id, day, group_key, counter_key) DO UPDATE SET \
                 capacity = excluded.capacity, taken = excluded.taken, waiting = excluded.waiting, \
                 next_in_queue = excluded.next_in_queue, by_hand = excluded.by_hand, kept = excluded.kept";
    let into = format!("counter (commune_id, {COUNTER})");
    db::insert(tx.connection(), &into, again, rows.into_iter().map(row)).await
}

/// Every counter of an activity from a day to another.
pub(super) async fn counters_between(
    on: &impl ConnectionTrait,
    commune: Uuid,
    activity: Uuid,
    (from, to): (String, String),
) -> Result<Vec<CounterRow>> {
    let sql = format!(
        "SELECT {COUNTER} FROM counter WHERE commune_id = $1 AND activity_id = $2 AND day >= $3 AND day <= $4 \
         ORDER BY day, group_key, counter_key"
    );
    db::all(on, &sql, vec![commune.into(), activity.into(), from.into(), to.into()]).await
}

/// Removes a counter that nobody has or waits for a place of; says whether there was one.
pub(super) async fn remove_counter(tx: &WriteTx, commune: Uuid, row: &CounterRow) -> Result<bool> {
    let sql = "DELETE FROM counter WHERE commune_id = $1 AND activity_id = $2 AND day = $3 AND group_key = $4 \
               AND counter_key = $5 AND taken = 0 AND waiting = 0";
    let values = vec![
        commune.into(),
        row.activity_id.into(),
        row.day.clone().into(),
        row.group_key.clone().into(),
        row.counter_key.clone().into(),
    ];
    Ok(db::run(tx.connection(), sql, values).await? == 1)
}
