//! What families ask of days, out of what their computer last read.

use crate::clock::Drawn;
use anyhow::Result;
use jiff::civil::{Date, date};
use preau_protocol::reservations::{ChangeDaysOp, ChildDaysDto, DayDto, ReservationDto};
use preau_protocol::sync::Op;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// Few, so that families meet.
const DAYS: [Date; 4] = [date(2026, 12, 21), date(2026, 12, 22), date(2026, 12, 23), date(2026, 12, 28)];
/// What is asked of a day; nothing is giving it up.
const WISHES: [&[&str]; 6] = [
    &[],
    &["morning"],
    &["afternoon"],
    &["morning", "afternoon"],
    &["morning", "meal_with_meat", "afternoon"],
    // Refused: no meal without half a day.
    &["meal_with_meat"],
];
/// More than any day costs.
const ENOUGH: i64 = 10_000;

/// One to three days of a child, as a grid would ask for them; none where the computer knows of no child or period.
pub async fn some_days(db: &mut SqliteConnection, drawn: &Drawn) -> Result<Option<Op>> {
    let (children, activity) = (ids(db, "child", None).await?, ids(db, "activity", Some("alsh")).await?);
    let period = ids(db, "period", Some("noel_2026")).await?;
    let (Some(activity), Some(period), false) = (activity.first(), period.first(), children.is_empty()) else {
        return Ok(None);
    };
    let child_id = children[drawn.below(children.len())];
    let known = reservations(db).await?;
    let mut days = Vec::new();
    for _ in 0..=drawn.below(3) {
        let day = DAYS[drawn.below(DAYS.len())];
        let own = |one: &&ReservationDto| one.child_id == child_id && one.day == day && !one.other_home && !one.closed;
        let old = known.iter().find(own).map(|one| one.units.clone()).unwrap_or_default();
        let new = WISHES[drawn.below(WISHES.len())].iter().map(|unit| (*unit).to_owned()).collect();
        let expected_cents = if drawn.once_in(10) { 1 } else { ENOUGH };
        days.push(DayDto { day, old, new, expected_cents });
    }
    let children = vec![ChildDaysDto { child_id, days }];
    Ok(Some(Op::ChangeDays(ChangeDaysOp { activity_id: *activity, period_id: *period, children })))
}

/// The ids of entities, of that stable name where one is given.
async fn ids(db: &mut SqliteConnection, kind: &str, key: Option<&str>) -> Result<Vec<Uuid>> {
    let sql = "SELECT entity_id, body FROM entity WHERE kind = ? ORDER BY entity_id";
    let rows: Vec<(String, String)> = sqlx::query_as(sql).bind(kind).fetch_all(db).await?;
    let mut ids = Vec::new();
    for (id, body) in rows {
        let body: serde_json::Value = serde_json::from_str(&body)?;
        if key.is_none_or(|key| body["key"] == key) {
            ids.push(id.parse()?);
        }
    }
    Ok(ids)
}

async fn reservations(db: &mut SqliteConnection) -> Result<Vec<ReservationDto>> {
    let sql = "SELECT body FROM entity WHERE kind = 'reservation' ORDER BY entity_id";
    let bodies: Vec<String> = sqlx::query_scalar(sql).fetch_all(db).await?;
    bodies.iter().map(|body| Ok(serde_json::from_str(body)?)).collect()
}
