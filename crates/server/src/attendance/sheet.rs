//! The children of a day, with what is on record of each.

use std::collections::BTreeMap;

use jiff::civil::Date;
use preau_domain::ids::ActivityId;
use preau_domain::planning::{Activity, Units};
use preau_protocol::attendance::{AttendanceDto, AttendanceLineDto, AttendanceSheetDto};
use uuid::Uuid;

use super::store::{self, AttendanceRow};
use crate::app::App;
use crate::error::{Error, Result};
use crate::family::{self, folding::fold};
use crate::reservations::ops::{Expected, expected_on};

/// Who is expected on a day of an activity, or came without being: each with what is on record. A child whom two homes booked has a
/// line for each.
///
/// # Errors
/// [`Error::NotFound`] for an activity that the town does not have, or whatever the database says.
pub(super) async fn sheet(app: &App, commune: Uuid, (activity, day): (Uuid, Date)) -> Result<AttendanceSheetDto> {
    let snapshot = app.db.snapshot().await?;
    let planning = app.currents.of(&snapshot, commune).await?.planning;
    let offered = planning.activities.get(&ActivityId(activity)).ok_or(Error::NotFound)?;
    let expected = expected_on(&snapshot, commune, (activity, day)).await?;
    let rows = store::of_day(&snapshot, commune, (activity, day)).await?;
    let mut children: Vec<Uuid> = expected.iter().map(|one| one.child).collect();
    children.extend(rows.iter().map(|row| row.child_id));
    children.sort_unstable();
    children.dedup();
    let names = family::names(&snapshot, commune, &children).await?;
    snapshot.commit().await?;
    let mut marked: BTreeMap<(Uuid, Uuid), AttendanceRow> =
        rows.into_iter().map(|row| ((row.child_id, row.family_id), row)).collect();
    let mut pairs: Vec<(Option<Expected>, Option<AttendanceRow>)> = Vec::new();
    for one in expected {
        let row = marked.remove(&(one.child, one.family));
        pairs.push((Some(one), row));
    }
    // What was marked of a reservation that ended since says nothing any more.
    let unbooked = marked.into_values().filter(|row| row.reservation_id.is_none());
    pairs.extend(unbooked.map(|row| (None, Some(row))));
    let mut lines = Vec::with_capacity(pairs.len());
    for (expected, row) in pairs {
        let child = expected.as_ref().map(|one| one.child).or(row.as_ref().map(|row| row.child_id));
        // The foreign keys say that there is one.
        let Some((child_id, name)) = child.and_then(|child| Some((child, names.get(&child)?))) else { continue };
        let (first_name, last_name) = (name.first.clone(), name.last.clone());
        lines.push(line(offered, (child_id, first_name, last_name), expected, row)?);
    }
    lines.sort_by_cached_key(|line| (line.group.clone(), fold(&line.last_name), fold(&line.first_name)));
    Ok(AttendanceSheetDto { activity_id: activity, day, lines })
}

fn line(
    activity: &Activity,
    (child_id, first_name, last_name): (Uuid, String, String),
    expected: Option<Expected>,
    row: Option<AttendanceRow>,
) -> Result<AttendanceLineDto> {
    let price = row.as_ref().and_then(|row| row.price.as_deref()).map(serde_json::from_str).transpose()?;
    let attendance = row.map(|row| attendance(activity, row)).transpose()?;
    let booked = expected.as_ref().map(|one| names_of(activity, one.units)).unwrap_or_default();
    let state = expected.as_ref().map(|one| one.state.into());
    let group = expected.map(|one| one.group);
    Ok(AttendanceLineDto { child_id, first_name, last_name, group, booked, state, attendance, price })
}

fn attendance(activity: &Activity, row: AttendanceRow) -> Result<AttendanceDto> {
    let time = |text: Option<String>| text.map(|text| text.parse()).transpose().map_err(anyhow::Error::from);
    let units = |bits: i64| names_of(activity, Units::from_bits(u16::try_from(bits).unwrap_or_default()));
    Ok(AttendanceDto {
        child_id: row.child_id,
        mark: serde_json::from_value(row.mark.into())?,
        units: row.units.map(units),
        arrived_at: time(row.arrived_at)?,
        left_at: time(row.left_at)?,
        collected_by: row.collected_by,
        late_pickup: row.late_pickup,
        family_id: row.reservation_id.is_none().then_some(row.family_id),
    })
}

fn names_of(activity: &Activity, units: Units) -> Vec<String> {
    activity.keys_of(units).into_iter().map(str::to_owned).collect()
}
