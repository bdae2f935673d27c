//! What a run of requests on days leaves: one statement a table, and one version a stream.

use std::collections::{BTreeMap, BTreeSet};

use preau_domain::ids::{ActivityId, ReservationId};
use preau_domain::planning::{Activity, Planning};
use preau_domain::reservations::{CounterId, Reservation, ReservationState};
use preau_failpoints::{self as failpoints, Mistake, planted};
use preau_protocol::planning::PriceDto;
use preau_protocol::reservations::{ReservationDto, ReservationStateDto};
use preau_protocol::sync::EntityKind;
use uuid::Uuid;

use super::board::{Board, Boards, counter_id};
use super::store::{self, ReceiptRow, ReservationRow};
use crate::error::Result;
use crate::family::ChildHome;
use crate::planning::{self, CounterRow};
use crate::sync::{Entity, Held, publish_changed, publish_gone};
use crate::writer::{Together, When, WriteTx};

/// Communes whose boards changed.
#[derive(Debug, Default)]
pub(super) struct LeftReservations {
    pub communes: BTreeSet<Uuid>,
}

impl Together for LeftReservations {
    /// Other commands read reservations and counters by themselves.
    const WHEN: When = When::EndOfRun;

    fn add(&mut self, later: Self) {
        self.communes.extend(later.communes);
    }

    async fn write(self, tx: &WriteTx) -> Result<()> {
        for commune in self.communes {
            let taken = tx.ahead::<Boards>().and_then(|boards| boards.with(commune, Changes::take));
            if let Some(changes) = taken {
                changes?.write(tx, commune).await?;
            }
        }
        Ok(())
    }
}

/// Receipts, by commune.
#[derive(Debug, Default)]
struct LeftReceipts(BTreeMap<Uuid, Vec<ReceiptRow>>);

impl Together for LeftReceipts {
    fn add(&mut self, later: Self) {
        for (commune, mut rows) in later.0 {
            self.0.entry(commune).or_default().append(&mut rows);
        }
    }

    async fn write(self, tx: &WriteTx) -> Result<()> {
        for (commune, rows) in self.0 {
            store::put_receipts(tx, commune, rows).await?;
        }
        Ok(())
    }
}

/// Leaves a receipt to be put on record.
pub(super) fn leave_receipt(tx: &WriteTx, commune: Uuid, row: ReceiptRow) {
    tx.leave(|left: &mut LeftReceipts| left.0.entry(commune).or_default().push(row));
}

/// A receipt that this transaction puts on record.
pub(super) fn left_receipt(tx: &WriteTx, commune: Uuid, op: Uuid) -> Option<ReceiptRow> {
    let is_it = |row: &&ReceiptRow| row.receipt_id == op;
    tx.left(|left: &LeftReceipts| left.0.get(&commune).into_iter().flatten().find(is_it).cloned())
}

/// Writes what changed on a board that was not read ahead.
pub(super) async fn write(tx: &WriteTx, commune: Uuid, board: &mut Board) -> Result<()> {
    Changes::take(board)?.write(tx, commune).await
}

/// What streams are to show of reservations.
#[derive(Debug, Default)]
struct Shown {
    entities: Vec<Entity>,
    gone: Vec<Uuid>,
}

/// What changed on a board.
#[derive(Debug)]
struct Changes {
    rows: Vec<ReservationRow>,
    /// Those that were on record before.
    known: Vec<ReservationRow>,
    counters: Vec<CounterRow>,
    streams: BTreeMap<Uuid, Shown>,
    held: Held,
}

impl Changes {
    fn take(board: &mut Board) -> Result<Self> {
        let mut changes = Self {
            rows: Vec::new(),
            known: Vec::new(),
            counters: Vec::new(),
            streams: BTreeMap::new(),
            held: board.held.clone(),
        };
        for reservation in board.situation.changed() {
            let before = board.rows.get(&reservation.id);
            let mut row = row(reservation, before)?;
            if board.closed.contains(&reservation.id) {
                row.closed = true;
                let offered = board.situation.planning.activities.get(&reservation.activity);
                let was_owed = offered.is_some_and(Activity::is_owed_when_absent);
                row.to_credit = was_owed && before.is_some_and(|before| before.state != "waiting");
            }
            if before == Some(&row) {
                continue;
            }
            note(before.map(|before| before.state.as_str()), &row.state);
            changes.known.extend(before.cloned());
            changes.show(&row, &board.situation.planning, &board.homes)?;
            changes.rows.push(row);
        }
        for (id, counter) in board.situation.places.changed() {
            let row = counter_row(id, board.counters.get(id), counter);
            if board.counters.get(id) != Some(&row) {
                changes.counters.push(row);
            }
        }
        let mut halves = BTreeSet::new();
        changes.counters.retain(|row| !miscounted(row, board, &mut halves));
        Ok(changes)
    }

    fn show(&mut self, row: &ReservationRow, planning: &Planning, homes: &[ChildHome]) -> Result<()> {
        for (family, own) in homes_of(row, homes) {
            let shown = self.streams.entry(family).or_default();
            match entity(row, planning, own)? {
                Some(entity) => shown.entities.push(entity),
                None => shown.gone.push(row.reservation_id),
            }
        }
        Ok(())
    }

    async fn write(self, tx: &WriteTx, commune: Uuid) -> Result<()> {
        let Self { rows, known, counters, streams, held } = self;
        store::forget_units(tx, commune, &known).await?;
        store::put(tx, commune, &rows).await?;
        let units = rows.iter().filter(|row| row.state != "cancelled").flat_map(|row| {
            let units = preau_domain::planning::Units::from_bits(u16::try_from(row.units).unwrap_or_default());
            units.places().map(move |unit| (row, unit))
        });
        store::note_units(tx, commune, &units.collect::<Vec<_>>()).await?;
        planning::ops::put_counters(tx, commune, counters).await?;
        for (stream, Shown { entities, gone }) in streams {
            publish_changed(tx, &held, stream, entities).await?;
            publish_gone(tx, &held, stream, EntityKind::Reservation, gone).await?;
        }
        Ok(())
    }
}

/// Notes what becomes of a reservation, for a simulation that counts.
fn note(before: Option<&str>, now: &str) {
    match (before, now) {
        (Some("waiting"), "confirmed") => failpoints::note("somebody who waited was given a place"),
        (Some("confirmed"), "cancelled") => failpoints::note("a place was given up"),
        (_, "waiting") => failpoints::note("somebody waits for a place"),
        _ => {}
    }
}

/// A simulation's mistakes: a counter that should have been written.
fn miscounted(row: &CounterRow, board: &Board, halves: &mut BTreeSet<(Uuid, String, String)>) -> bool {
    let id = counter_id(row).ok();
    let before = id.and_then(|id| board.counters.get(&id)).map_or(0, |before| before.taken);
    let grows = row.taken > before;
    let other_half = grows && !halves.insert((row.activity_id, row.day.clone(), row.group_key.clone()));
    (row.taken < before && planted(Mistake::KeepsPlacesGivenUp)) || (other_half && planted(Mistake::TakesHalfOfFullDay))
}

/// The home that booked, and the other homes of the child whose link is in force on the day.
pub(super) fn homes_of(row: &ReservationRow, homes: &[ChildHome]) -> BTreeMap<Uuid, bool> {
    let in_force = |home: &&ChildHome| row.day.parse().is_ok_and(|day| home.in_force(day));
    let others = homes.iter().filter(|home| home.child == row.child_id && home.family != row.family_id);
    let others = others.filter(in_force).map(|home| (home.family, false));
    others.chain([(row.family_id, true)]).collect()
}

/// What a home is shown of a reservation: nothing of one that was given up, unless the town did.
pub(super) fn entity(row: &ReservationRow, planning: &Planning, own: bool) -> Result<Option<Entity>> {
    let dto = dto(row, planning, own)?;
    dto.map(|dto| Entity::new(EntityKind::Reservation, row.reservation_id, &dto)).transpose()
}

/// As [`entity`], before it is written.
pub(super) fn dto(row: &ReservationRow, planning: &Planning, own: bool) -> Result<Option<ReservationDto>> {
    if row.state == "cancelled" && !(row.closed && own) {
        return Ok(None);
    }
    let state: ReservationStateDto = serde_json::from_value(row.state.clone().into())?;
    let activity = planning.activities.get(&ActivityId(row.activity_id));
    let units = preau_domain::planning::Units::from_bits(u16::try_from(row.units).unwrap_or_default());
    let keys = activity.map(|activity| activity.keys_of(units)).unwrap_or_default();
    let price: Option<PriceDto> = if own { Some(serde_json::from_str(&row.price)?) } else { None };
    Ok(Some(ReservationDto {
        reservation_id: row.reservation_id,
        child_id: row.child_id,
        activity_id: row.activity_id,
        period_id: row.period_id,
        day: row.day.parse().map_err(anyhow::Error::from)?,
        units: keys.into_iter().map(str::to_owned).collect(),
        group: row.group_key.clone(),
        state,
        other_home: !own,
        price,
        closed: row.closed,
        late: own && row.late,
    }))
}

fn row(reservation: &Reservation, before: Option<&ReservationRow>) -> Result<ReservationRow> {
    let Reservation { id: ReservationId(reservation_id), child, family, activity, period, day, .. } = reservation;
    let price = match (&reservation.price, before) {
        (Some(price), _) => serde_json::to_string(&PriceDto::from(price))?,
        (None, Some(before)) => before.price.clone(),
        (None, None) => serde_json::to_string(&PriceDto::default())?,
    };
    Ok(ReservationRow {
        reservation_id: *reservation_id,
        child_id: child.0,
        family_id: family.0,
        activity_id: activity.0,
        period_id: period.0,
        day: day.to_string(),
        units: i64::from(reservation.units.bits()),
        group_key: reservation.group.to_string(),
        state: state_name(reservation.state).to_owned(),
        queue: reservation.queue,
        price,
        closed: before.is_some_and(|before| before.closed),
        to_credit: before.is_some_and(|before| before.to_credit),
        late: reservation.late,
        beyond: reservation.beyond,
    })
}

/// The name of a state in the database, which is also that on the wire.
pub(super) fn state_name(state: ReservationState) -> &'static str {
    match state {
        ReservationState::Confirmed => "confirmed",
        ReservationState::Waiting => "waiting",
        ReservationState::Absent => "absent",
        ReservationState::Cancelled => "cancelled",
    }
}

fn counter_row(
    id: &CounterId,
    before: Option<&CounterRow>,
    counter: preau_domain::reservations::Counter,
) -> CounterRow {
    CounterRow {
        activity_id: id.activity.0,
        day: id.day.to_string(),
        group_key: id.group.to_string(),
        counter_key: id.rule.to_string(),
        capacity: i64::from(counter.capacity),
        taken: i64::from(counter.taken),
        waiting: i64::from(counter.waiting),
        next_in_queue: counter.next_in_queue,
        by_hand: before.is_some_and(|before| before.by_hand),
        kept: before.map_or(0, |before| before.kept),
    }
}
