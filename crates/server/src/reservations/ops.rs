//! Operations on days, each inside the transaction of its push.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use preau_domain::ids::{ActivityId, ChildId, PeriodId, ReservationId};
use preau_domain::planning::{DayStatus, Units};
use preau_domain::reservations as rules;
use preau_domain::reservations::{Latitude, ReservationState, Verdict as DayVerdict, decide, promote};
use preau_protocol::ErrorCode;
use preau_protocol::reservations::{ChangeDaysOp, ReceiptDto, ReceiptLineDto, VerdictDto};
use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::Deciding;
use super::board::{Board, Boards, Concern};
use super::store::{self, ReceiptRow};
use super::telling;
use super::writing::{self, LeftReservations};
use crate::ahead::Reads;
use crate::audit::{self, Actor, Details};
use crate::caller::FamilyCaller;
use crate::clock::paris_day;
use crate::error::{Error, Result};
use crate::planning::season::{Used, UsedDay};
use crate::planning::{self, Currents};
use crate::random;
use crate::sync::{Entity, Verdict, publish_changed};
use crate::writer::WriteTx;

/// Who asks for days.
#[derive(Debug, Clone, Copy)]
pub struct Author {
    /// The commune.
    pub commune: Uuid,
    /// The family whose days they are.
    pub family: Uuid,
    /// The adult, when the family asks.
    pub person: Option<Uuid>,
    /// For the audit.
    pub actor: Actor,
    /// What they may pass over.
    pub latitude: Latitude,
}

impl From<&FamilyCaller> for Author {
    fn from(caller: &FamilyCaller) -> Self {
        Self {
            commune: caller.commune,
            family: caller.family,
            person: Some(caller.person),
            actor: Actor::Family(caller.account),
            latitude: Latitude::default(),
        }
    }
}

/// Whether it can be decided together with others. What breaks a form rule is answered without looking at anything.
#[must_use]
pub fn knows_its_reads(op: &ChangeDaysOp) -> bool {
    op.check().is_ok()
}

/// Wants what [`change_days`] will read.
pub fn declare(reads: &mut Reads, currents: &Arc<Currents>, caller: &FamilyCaller, op: &ChangeDaysOp) {
    reads.want(|boards: &mut Boards| {
        boards.currents.get_or_insert_with(|| currents.clone());
        concern(boards.wanted.entry(caller.commune).or_default(), caller.family, op);
    });
}

fn concern(concern: &mut Concern, family: Uuid, op: &ChangeDaysOp) {
    for (child, day) in op.lines() {
        concern.homes.insert((family, day.day));
        concern.days.insert((op.activity_id, day.day));
        // Whatever is changed may free a place, or leave the head of a queue.
        if !day.old.is_empty() {
            *concern.giving_up.entry((child, op.activity_id, day.day)).or_default() += 1;
        }
    }
}

/// Books, changes and gives up days, each decided by itself, with a receipt that says what became of each.
///
/// # Errors
/// Whatever the database says; a rule that says no is in the receipt, and a [`Verdict::Rejected`] when all do.
pub async fn change_days(
    tx: &WriteTx,
    deciding: &Deciding,
    author: &Author,
    op_id: Uuid,
    op: &ChangeDaysOp,
) -> Result<Verdict> {
    if op.check().is_err() {
        return Ok(Verdict::Rejected(ErrorCode::InvalidOperation));
    }
    Ok(outcome(&decide_days(tx, deciding, author, op_id, op).await?))
}

/// As [`change_days`], for an operation that was checked; its receipt.
pub(super) async fn decide_days(
    tx: &WriteTx,
    deciding: &Deciding,
    author: &Author,
    op_id: Uuid,
    op: &ChangeDaysOp,
) -> Result<ReceiptDto> {
    let decided = tx.ahead::<Boards>().and_then(|boards| {
        boards.with(author.commune, |board| {
            let decided = decide_on(board, author, op_id, op, tx)?;
            // Publishing to the author's stream is left for the end; its version is given now.
            Ok::<_, Error>((decided, board.held.clone()))
        })
    });
    let (receipt, held) = match decided {
        Some(decided) => {
            tx.leave(|left: &mut LeftReservations| {
                left.communes.insert(author.commune);
            });
            decided?
        }
        None => {
            let mut board = read_for(tx, deciding, author, op).await?;
            let receipt = decide_on(&mut board, author, op_id, op, tx)?;
            writing::write(tx, author.commune, &mut board).await?;
            (receipt, board.held)
        }
    };
    let receipt = deciding.seal.put_on(author.commune, receipt)?;
    let entity = Entity::new(EntityKind::Receipt, op_id, &receipt)?;
    let row = ReceiptRow { receipt_id: op_id, family_id: author.family, body: entity.body.clone() };
    writing::leave_receipt(tx, author.commune, row);
    publish_changed(tx, &held, author.family, vec![entity]).await?;
    record(tx, author, op_id, &receipt).await?;
    Ok(receipt)
}

/// What [`decide_days`] would answer now. Nothing changes, and nothing is sealed.
pub(super) async fn preview_days(
    tx: &WriteTx,
    deciding: &Deciding,
    author: &Author,
    op_id: Uuid,
    op: &ChangeDaysOp,
) -> Result<ReceiptDto> {
    let mut board = read_for(tx, deciding, author, op).await?;
    decide_on(&mut board, author, op_id, op, tx)
}

async fn read_for(tx: &WriteTx, deciding: &Deciding, author: &Author, op: &ChangeDaysOp) -> Result<Board> {
    let mut wanted = Concern::default();
    concern(&mut wanted, author.family, op);
    Board::read(tx, &deciding.currents, author.commune, wanted).await
}

/// Gives places that there are more of to those who wait on these days.
///
/// # Errors
/// Whatever the database says.
pub async fn promote_days(
    tx: &WriteTx,
    currents: &Currents,
    commune: Uuid,
    days: BTreeSet<(Uuid, Date)>,
) -> Result<()> {
    if days.is_empty() {
        return Ok(());
    }
    let concern = Concern { freeing: days.clone(), days: days.clone(), ..Concern::default() };
    let mut board = Board::read(tx, currents, commune, concern).await?;
    for (activity, day) in days {
        let activity = ActivityId(activity);
        let all = board.situation.places.of_day(activity, day).all().map(|(id, _)| id.clone()).collect();
        promote(&mut board.situation, activity, day, &all);
    }
    writing::write(tx, commune, &mut board).await
}

/// Closes a day of a period: ends what is booked of it and what waits for it, shows the reason to everybody, writes to the homes
/// concerned, and marks what was owed to be credited. How many reservations there were.
///
/// # Errors
/// [`Error::NotFound`] for a period or day that the town does not offer, or whatever the database says.
pub async fn close_day(
    tx: &WriteTx,
    currents: &Currents,
    commune: Uuid,
    (period, day): (Uuid, Date),
    reason: &str,
) -> Result<usize> {
    planning::ops::hold_offers(tx, commune).await?;
    let planning = planning::ops::current(tx, currents, commune).await?.planning;
    let known = planning.periods.get(&PeriodId(period)).ok_or(Error::NotFound)?;
    if known.day(&planning.calendar, day) == DayStatus::NotOffered {
        return Err(Error::NotFound);
    }
    let days = BTreeSet::from([(known.activity.0, day)]);
    let concern = Concern { days: days.clone(), whole: days, ..Concern::default() };
    let mut board = Board::read(tx, currents, commune, concern).await?;
    let ended = rules::close_day(&mut board.situation, known.id, known.activity, day);
    board.closed.extend(&ended);
    writing::write(tx, commune, &mut board).await?;
    telling::day_closed(tx, commune, &board, &ended, reason).await?;
    planning::ops::close_day(tx, commune, period, day, reason).await?;
    Ok(ended.len())
}

/// Ends the days to come of children who are no longer registered for them. How many there were.
///
/// # Errors
/// Whatever the database says.
pub async fn end_unregistered(
    tx: &WriteTx,
    currents: &Currents,
    commune: Uuid,
    children: &BTreeSet<Uuid>,
) -> Result<usize> {
    // The streams of their homes are held since their registrations were written: nothing new is booked meanwhile.
    let ids: Vec<Uuid> = children.iter().copied().collect();
    let from_today = (paris_day(tx.now())?.to_string(), Date::MAX.to_string());
    let rows = store::of_children(tx.connection(), commune, &ids, (&from_today.0, &from_today.1)).await?;
    if rows.is_empty() {
        return Ok(0);
    }
    let mut concern = Concern::default();
    for row in &rows {
        let day = row.day.parse().map_err(anyhow::Error::from)?;
        concern.homes.insert((row.family_id, day));
        concern.days.insert((row.activity_id, day));
    }
    concern.freeing = concern.days.clone();
    let days = concern.days.clone();
    let mut board = Board::read(tx, currents, commune, concern).await?;
    let children = children.iter().copied().map(ChildId).collect();
    let mut ended = Vec::new();
    for (activity, day) in days {
        ended.extend(rules::end_unregistered(&mut board.situation, ActivityId(activity), day, &children));
    }
    writing::write(tx, commune, &mut board).await?;
    telling::registration_ended(tx, commune, &board, &ended).await?;
    Ok(ended.len())
}

/// A child who has a place on a day, whether announced absent or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The child.
    pub child: Uuid,
    /// The home that booked.
    pub family: Uuid,
    /// What is booked.
    pub units: Units,
    /// The child's group, by its stable name.
    pub group: String,
    /// Whether the child comes.
    pub state: ReservationState,
}

/// Who has a place on a day of an activity.
///
/// # Errors
/// Whatever the database says.
pub async fn expected_on(
    on: &impl ConnectionTrait,
    commune: Uuid,
    (activity, day): (Uuid, Date),
) -> Result<Vec<Expected>> {
    let days = BTreeSet::from([day.to_string()]);
    let mut expected = Vec::new();
    for state in [ReservationState::Confirmed, ReservationState::Absent] {
        let rows = store::on_days(on, commune, activity, &days, writing::state_name(state)).await?;
        expected.extend(rows.into_iter().map(|row| Expected {
            child: row.child_id,
            family: row.family_id,
            units: Units::from_bits(u16::try_from(row.units).unwrap_or_default()),
            group: row.group_key,
            state,
        }));
    }
    Ok(expected)
}

/// What is in use, which a season never takes away.
///
/// # Errors
/// Whatever the database says, or a day that cannot be read.
pub async fn used(on: &impl ConnectionTrait, commune: Uuid) -> Result<Used> {
    let day = |row: store::UsedRow| {
        Ok(UsedDay {
            activity: row.activity_id,
            period: row.period_id,
            day: row.day.parse().map_err(anyhow::Error::from)?,
            group: row.group_key,
        })
    };
    let days = store::used_days(on, commune).await?.into_iter().map(day).collect::<Result<_>>()?;
    Ok(Used { days, activities: store::used_activities(on, commune).await?.into_iter().collect() })
}

/// What the operation as a whole came to: refused when every day is.
pub(super) fn outcome(receipt: &ReceiptDto) -> Verdict {
    let refused = |line: &ReceiptLineDto| matches!(line.verdict, VerdictDto::Refused { .. });
    if receipt.lines.iter().all(refused) { Verdict::Rejected(ErrorCode::DaysRefused) } else { Verdict::Applied }
}

fn decide_on(board: &mut Board, author: &Author, op_id: Uuid, op: &ChangeDaysOp, tx: &WriteTx) -> Result<ReceiptDto> {
    let planning = board.situation.planning.clone();
    let activity = planning.activities.get(&ActivityId(op.activity_id));
    let request = op.request(author.family, activity, author.latitude);
    let verdicts: Vec<DayVerdict> = decide(&mut board.situation, &request, || ReservationId(random::id()));
    let lines = op.lines().zip(&verdicts).map(|((child_id, day), verdict)| ReceiptLineDto {
        child_id,
        day: day.day,
        old: day.old.clone(),
        new: day.new.clone(),
        verdict: VerdictDto::of(verdict, activity),
    });
    Ok(ReceiptDto {
        receipt_id: op_id,
        at: tx.now().to_string(),
        by: author.person,
        activity_id: op.activity_id,
        period_id: op.period_id,
        lines: lines.collect(),
        seal: None,
    })
}

async fn record(tx: &WriteTx, author: &Author, op_id: Uuid, receipt: &ReceiptDto) -> Result<()> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for line in &receipt.lines {
        *counts.entry(named(&line.verdict)).or_default() += 1;
    }
    let days: BTreeSet<_> = receipt.lines.iter().map(|line| line.day).collect();
    let mut details =
        Details::default().with("period", receipt.period_id)?.with("verdicts", counts)?.with("days", days)?;
    if author.latitude != Latitude::default() {
        let Latitude { deadlines, capacity } = author.latitude;
        details = details.with("passes_deadlines", deadlines)?.with("beyond_capacity", capacity)?;
    }
    let details = details.into_text();
    let entry = audit::Entry {
        commune: author.commune,
        actor: author.actor,
        action: "days_changed",
        family: Some(author.family),
        entity: Some(op_id),
        details: Some(&details),
    };
    audit::record(tx, entry).await
}

fn named(verdict: &VerdictDto) -> &'static str {
    match verdict {
        VerdictDto::Confirmed { .. } => "confirmed",
        VerdictDto::Waiting { .. } => "waiting",
        VerdictDto::Cancelled => "cancelled",
        VerdictDto::Absent { .. } => "absent",
        VerdictDto::Kept => "kept",
        VerdictDto::Refused { .. } => "refused",
    }
}
