//! Who waits for a place, for agents.

use std::collections::BTreeMap;

use preau_domain::ids::{ActivityId, PeriodId};
use preau_domain::planning::Units;
use preau_protocol::agents::FamilySummaryDto;
use preau_protocol::reservations::WaitingChildDto;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result};
use crate::family;
use crate::reservations::ranks::waiting_of;

/// Who waits in a period, by day, group and rank.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub(super) async fn waiting(app: &App, commune: Uuid, period: Uuid) -> Result<Vec<WaitingChildDto>> {
    let snapshot = app.db.snapshot().await?;
    let planning = app.currents.of(&snapshot, commune).await?.planning;
    let known = planning.periods.get(&PeriodId(period)).ok_or(Error::NotFound)?;
    let rows = waiting_of(&snapshot, commune, &planning, known).await?;
    let families: Vec<Uuid> = rows.iter().map(|(row, _)| row.family_id).collect();
    let families: BTreeMap<Uuid, FamilySummaryDto> = family::agents::summaries(&snapshot, commune, &families).await?;
    snapshot.commit().await?;
    let mut waiting = Vec::with_capacity(rows.len());
    for (row, rank) in rows {
        // The foreign key says that there is one.
        let Some(family) = families.get(&row.family_id).cloned() else { continue };
        let units = Units::from_bits(u16::try_from(row.units).unwrap_or_default());
        let activity = planning.activities.get(&ActivityId(row.activity_id));
        let names = activity.map(|activity| activity.keys_of(units)).unwrap_or_default();
        waiting.push(WaitingChildDto {
            reservation_id: row.reservation_id,
            day: row.day.parse().map_err(anyhow::Error::from)?,
            family,
            child_id: row.child_id,
            units: names.into_iter().map(str::to_owned).collect(),
            group: row.group_key,
            rank,
        });
    }
    Ok(waiting)
}
