//! What a run of requests on days looks at and changes: read at once before the first, written at once after the last.
//!
//! Streams are held first, then counters, then everything is read that hangs on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use jiff::civil::Date;
use preau_domain::ids::{ActivityId, ChildId, FamilyId, PeriodId, ReservationId};
use preau_domain::planning::{Activity, Key, Units};
use preau_domain::reservations::{Counter, CounterId, Reservation, Situation};
use preau_protocol::planning::PriceDto;
use preau_protocol::reservations::ReservationStateDto;
use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use super::queues::Queues;
use super::store::{self, ReservationRow};
use crate::ahead::Ahead;
use crate::communes;
use crate::error::Result;
use crate::family::{self, ChildHome};
use crate::planning::{self, CounterRow, Currents};
use crate::registrations;
use crate::sync::{Held, hold};
use crate::writer::WriteTx;

/// A child's day of an activity.
pub(super) type ChildDay = (Uuid, Uuid, Date);

/// What requests concern, of one commune.
#[derive(Debug, Clone, Default)]
pub(super) struct Concern {
    /// Which families' children, on which days.
    pub homes: BTreeSet<(Uuid, Date)>,
    /// On which days of which activities.
    pub days: BTreeSet<(Uuid, Date)>,
    /// How many requests change a child's day of an activity, or give it up.
    pub giving_up: BTreeMap<ChildDay, u32>,
    /// Days on which any number of places may become free.
    pub freeing: BTreeSet<(Uuid, Date)>,
    /// Those of which every live reservation is to be read.
    pub whole: BTreeSet<(Uuid, Date)>,
}

/// What requests of one commune look at.
#[derive(Debug)]
pub(super) struct Board {
    pub situation: Situation,
    /// Every home of the children in question.
    pub homes: Vec<ChildHome>,
    pub held: Held,
    /// As they were read, but for what is decided here.
    pub counters: BTreeMap<CounterId, CounterRow>,
    /// Reservations as they were read.
    pub rows: BTreeMap<ReservationId, ReservationRow>,
    /// Those that the town ended by closing their day.
    pub closed: BTreeSet<ReservationId>,
}

/// Boards read ahead, by commune.
#[derive(Debug, Default)]
pub(super) struct Boards {
    pub currents: Option<Arc<Currents>>,
    pub wanted: BTreeMap<Uuid, Concern>,
    boards: BTreeMap<Uuid, Mutex<Board>>,
}

impl Ahead for Boards {
    async fn read(&mut self, tx: &WriteTx) -> Result<()> {
        let currents = self.currents.clone().unwrap_or_default();
        for (commune, concern) in std::mem::take(&mut self.wanted) {
            let board = Board::read(tx, &currents, commune, concern).await?;
            self.boards.insert(commune, Mutex::new(board));
        }
        Ok(())
    }
}

impl Boards {
    /// Works on the board of a commune; none where it was not read ahead.
    pub fn with<R>(&self, commune: Uuid, work: impl FnOnce(&mut Board) -> R) -> Option<R> {
        let mut board = self.boards.get(&commune)?.lock().unwrap_or_else(PoisonError::into_inner);
        Some(work(&mut board))
    }
}

impl Board {
    /// Reads all that a concern needs, and holds it until the transaction ends.
    pub async fn read(tx: &WriteTx, currents: &Currents, commune: Uuid, concern: Concern) -> Result<Self> {
        let town = communes::read_once(tx, commune).await?;
        let Concern { homes: asking, days, giving_up, freeing, whole } = concern;
        let mut own = AllHomes::of(tx, commune, &asking).await?;
        let held = hold(tx, commune, &own.families()).await?;
        if tx.connection().get_database_backend() == DbBackend::Postgres {
            // Another process may have moved children until they were held.
            own = AllHomes::of(tx, commune, &asking).await?;
        }
        let counters = hold_counters(tx, commune, &days).await?;
        // After the streams and counters are held: whoever changes what is decided here waits.
        let planning = planning::ops::current(tx, currents, commune).await?.planning.clone();
        let on = tx.connection();
        let mut rows = store::of_child_days(on, commune, &own.child_days()).await?;
        let mut waiting = on_days(tx, commune, &freeing, &["waiting"]).await?;
        waiting.extend(on_days(tx, commune, &whole, &["waiting", "confirmed", "absent"]).await?);
        let queues = Queues { planning: &planning, counters: &counters, giving_up: &giving_up };
        waiting.extend(queues.who_may_come(on, commune, &rows).await?);
        let others: BTreeSet<(Uuid, Date)> =
            waiting.iter().map(|row| Ok((row.family_id, day_of(row)?))).collect::<Result<_>>()?;
        let others = AllHomes::of(tx, commune, &others.difference(&asking).copied().collect()).await?;
        rows.append(&mut waiting);
        rows.extend(store::of_child_days(on, commune, &others.child_days()).await?);
        let all = own.and(others);
        let held = held.and(tx, &all.families()).await?;
        let mut situation = Situation::new(tx.now(), planning);
        if let Some(span) = span(&days) {
            let mut of_days =
                days.iter().filter_map(|(activity, _)| situation.planning.activities.get(&ActivityId(*activity)));
            let schooling = of_days.any(Activity::asks_schooling).then_some(span);
            let households = family::households(on, &town, &all.homes, &all.concerned(), schooling).await?;
            let children: Vec<Uuid> = households.children.keys().map(|child| child.0).collect();
            let activities: BTreeSet<Uuid> = days.iter().map(|(activity, _)| *activity).collect();
            let activities: Vec<Uuid> = activities.into_iter().collect();
            situation.registrations = registrations::ops::of_children(on, commune, &children, &activities).await?;
            (situation.homes, situation.children) = (households.homes, households.children);
        }
        let (counters_read, rows_read, closed) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        let mut board = Self { situation, homes: all.homes, held, counters: counters_read, rows: rows_read, closed };
        for row in counters {
            board.read_counter(row)?;
        }
        for row in rows {
            board.read_row(row)?;
        }
        Ok(board)
    }

    fn read_counter(&mut self, row: CounterRow) -> Result<()> {
        let id = counter_id(&row)?;
        let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
        let counter = Counter {
            capacity: number(row.capacity),
            taken: number(row.taken),
            waiting: number(row.waiting),
            next_in_queue: row.next_in_queue,
        };
        self.situation.places.read(id.clone(), counter);
        self.counters.insert(id, row);
        Ok(())
    }

    fn read_row(&mut self, row: ReservationRow) -> Result<()> {
        let reservation = reservation(&row, &self.situation)?;
        self.rows.entry(reservation.id).or_insert(row);
        self.situation.read(reservation);
        Ok(())
    }
}

/// Homes that days concern, with the other homes of their children.
struct AllHomes {
    concerned: BTreeSet<(Uuid, Date)>,
    homes: Vec<ChildHome>,
}

impl AllHomes {
    async fn of(tx: &WriteTx, commune: Uuid, concerned: &BTreeSet<(Uuid, Date)>) -> Result<Self> {
        let families: BTreeSet<Uuid> = concerned.iter().map(|(family, _)| *family).collect();
        let families: Vec<Uuid> = families.into_iter().collect();
        let homes = family::all_homes(tx.connection(), commune, &families).await?;
        Ok(Self { concerned: concerned.clone(), homes })
    }

    fn and(mut self, others: Self) -> Self {
        self.concerned.extend(others.concerned);
        // A child whose homes were read twice is told twice of each of them otherwise.
        let known: BTreeSet<Uuid> = self.homes.iter().map(|home| home.child).collect();
        self.homes.extend(others.homes.into_iter().filter(|home| !known.contains(&home.child)));
        self
    }

    fn concerned(&self) -> Vec<Uuid> {
        let families: BTreeSet<Uuid> = self.concerned.iter().map(|(family, _)| *family).collect();
        families.into_iter().collect()
    }

    /// All of them.
    fn families(&self) -> Vec<Uuid> {
        let mut families: BTreeSet<Uuid> = self.homes.iter().map(|home| home.family).collect();
        families.extend(self.concerned.iter().map(|(family, _)| *family));
        families.into_iter().collect()
    }

    /// The children of the homes that are concerned, on their days.
    fn child_days(&self) -> Vec<(Uuid, String)> {
        let mut of_family: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
        for home in &self.homes {
            of_family.entry(home.family).or_default().insert(home.child);
        }
        let children = |family: &Uuid| of_family.get(family).into_iter().flatten().copied();
        let days: BTreeSet<(Uuid, Date)> =
            self.concerned.iter().flat_map(|(family, day)| children(family).map(|child| (child, *day))).collect();
        days.into_iter().map(|(child, day)| (child, day.to_string())).collect()
    }
}

/// The first and the last day.
fn span(days: &BTreeSet<(Uuid, Date)>) -> Option<(Date, Date)> {
    let days = || days.iter().map(|(_, day)| *day);
    days().min().zip(days().max())
}

fn by_activity(days: &BTreeSet<(Uuid, Date)>) -> BTreeMap<Uuid, BTreeSet<String>> {
    let mut by_activity: BTreeMap<Uuid, BTreeSet<String>> = BTreeMap::new();
    for (activity, day) in days {
        by_activity.entry(*activity).or_default().insert(day.to_string());
    }
    by_activity
}

async fn hold_counters(tx: &WriteTx, commune: Uuid, days: &BTreeSet<(Uuid, Date)>) -> Result<Vec<CounterRow>> {
    let mut rows = Vec::new();
    for (activity, days) in by_activity(days) {
        rows.extend(planning::ops::hold_counters(tx, commune, activity, &days).await?);
    }
    Ok(rows)
}

async fn on_days(
    tx: &WriteTx,
    commune: Uuid,
    days: &BTreeSet<(Uuid, Date)>,
    states: &[&'static str],
) -> Result<Vec<ReservationRow>> {
    let mut rows = Vec::new();
    for (activity, days) in by_activity(days) {
        for state in states {
            rows.extend(store::on_days(tx.connection(), commune, activity, &days, state).await?);
        }
    }
    Ok(rows)
}

pub(super) fn counter_id(row: &CounterRow) -> Result<CounterId> {
    let key = |text: &str| Key::parse(text).with_context(|| format!("a stable name on record: {text}"));
    Ok(CounterId {
        activity: ActivityId(row.activity_id),
        day: row.day.parse().context("a day on record")?,
        group: key(&row.group_key)?,
        rule: key(&row.counter_key)?,
    })
}

fn day_of(row: &ReservationRow) -> Result<Date> {
    Ok(row.day.parse().context("a day on record")?)
}

/// A reservation as the rules take it.
fn reservation(row: &ReservationRow, situation: &Situation) -> Result<Reservation> {
    let state: ReservationStateDto = serde_json::from_value(row.state.clone().into())?;
    let price: PriceDto = serde_json::from_str(&row.price)?;
    let activity = ActivityId(row.activity_id);
    debug_assert!(situation.planning.activities.contains_key(&activity));
    Ok(Reservation {
        id: ReservationId(row.reservation_id),
        child: ChildId(row.child_id),
        family: FamilyId(row.family_id),
        activity,
        period: PeriodId(row.period_id),
        day: day_of(row)?,
        units: Units::from_bits(u16::try_from(row.units).unwrap_or_default()),
        group: Key::parse(&row.group_key).context("a group on record")?,
        state: state.into(),
        queue: row.queue,
        price: Some(price.try_into().context("a price on record")?),
        late: row.late,
        beyond: row.beyond,
    })
}
