//! The places of a period's days, as agents see and set them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use preau_domain::ids::PeriodId;
use preau_domain::planning::{Capacity, DayStatus, Key};
use preau_protocol::planning::{
    CounterPlacesDto, DayPlacesDto, DayStatusDto, PeriodPlacesDto, PlacesDto, SetPlacesRequest,
};
use uuid::Uuid;

use super::refused;
use crate::app::App;
use crate::audit::{self, Actor, Details};
use crate::error::{Error, Result};
use crate::planning::{self, CounterRow, Currents};
use crate::reservations::ops;
use crate::writer::{Command, WriteTx};

/// Most places or adults that anybody sets by hand.
const MOST: u32 = 10_000;

/// The days of a period, with their places.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub(super) async fn places(app: &App, commune: Uuid, period: Uuid) -> Result<PeriodPlacesDto> {
    let snapshot = app.db.snapshot().await?;
    let current = app.currents.of(&snapshot, commune).await?;
    let known = current.planning.periods.get(&PeriodId(period)).ok_or(Error::NotFound)?;
    let days: Vec<(Date, DayStatus<'_>)> = known.days(&current.planning.calendar).collect();
    let names: BTreeSet<String> = days.iter().map(|(day, _)| day.to_string()).collect();
    let rows = planning::counters(&snapshot, commune, known.activity.0, &names).await?;
    snapshot.commit().await?;
    let mut counters: BTreeMap<String, Vec<CounterPlacesDto>> = BTreeMap::new();
    for row in rows {
        counters.entry(row.day.clone()).or_default().push(counter(row));
    }
    let of_day = |(day, status): (Date, DayStatus<'_>)| {
        let status = match status {
            DayStatus::Open => DayStatusDto::Open,
            DayStatus::Closed(reason) => DayStatusDto::Closed { reason: reason.to_owned() },
            DayStatus::PublicHoliday(_) => DayStatusDto::PublicHoliday,
            DayStatus::NotOffered => return None,
        };
        Some(DayPlacesDto { day, status, counters: counters.remove(&day.to_string()).unwrap_or_default() })
    };
    Ok(PeriodPlacesDto { period_id: period, days: days.into_iter().filter_map(of_day).collect() })
}

fn counter(row: CounterRow) -> CounterPlacesDto {
    let number = |n: i64| u32::try_from(n).unwrap_or_default();
    CounterPlacesDto {
        group: row.group_key,
        counter: row.counter_key,
        capacity: number(row.capacity),
        taken: number(row.taken),
        waiting: number(row.waiting),
        by_hand: row.by_hand,
    }
}

/// The places of a counter on one day. Where there are more than before they go to those who wait; where there are fewer,
/// nobody loses the place they have.
pub(super) struct SetPlaces {
    pub commune: Uuid,
    pub actor: Actor,
    pub period: Uuid,
    pub day: Date,
    pub request: SetPlacesRequest,
    pub currents: Arc<Currents>,
}

impl Command for SetPlaces {
    type Output = CounterPlacesDto;
    const NAME: &'static str = "set_places";

    async fn apply(&self, tx: &WriteTx) -> Result<CounterPlacesDto> {
        let Self { commune, actor, period, day, .. } = *self;
        let SetPlacesRequest { group, counter: name, places } = &self.request;
        let by_hand = by_hand(*places)?;
        let planning = planning::ops::current(tx, &self.currents, commune).await?.planning;
        let known = planning.periods.get(&PeriodId(period)).ok_or(Error::NotFound)?;
        if known.day(&planning.calendar, day) != DayStatus::Open {
            return Err(Error::NotFound);
        }
        let key = |text: &str| Key::parse(text).ok_or(Error::NotFound);
        let counter_of = (&key(group)?, &key(name)?);
        let raised = planning::ops::set_places(tx, commune, &planning, (known, day), counter_of, by_hand).await?;
        if raised {
            let days = BTreeSet::from([(known.activity.0, day)]);
            ops::promote_days(tx, &self.currents, commune, days).await?;
        }
        let details = Details::default()
            .with("day", day)?
            .with("group", group)?
            .with("counter", name)?
            .with("places", places)?
            .into_text();
        let (entity, details) = (Some(period), Some(details.as_str()));
        audit::record(tx, audit::Entry { commune, actor, action: "places_set", family: None, entity, details }).await?;
        let days = BTreeSet::from([day.to_string()]);
        let rows = planning::counters(tx.connection(), commune, known.activity.0, &days).await?;
        let row = rows.into_iter().find(|row| row.group_key == *group && row.counter_key == *name);
        row.map(counter).ok_or(Error::NotFound)
    }
}

fn by_hand(places: PlacesDto) -> Result<Option<Capacity>> {
    let bounded = |n: u32| if n <= MOST { Ok(n) } else { Err(refused("places", "at most 10000")) };
    Ok(match places {
        PlacesDto::Fixed { places } => Some(Capacity::Fixed(bounded(places)?)),
        PlacesDto::Staffed { staff, most } => {
            Some(Capacity::Staffed { staff: bounded(staff)?, most: most.map(bounded).transpose()? })
        }
        PlacesDto::AsPlanned => None,
    })
}
