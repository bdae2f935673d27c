//! What becomes of days once agents say who came.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use preau_domain::attendance::{self, Attendance, AttendanceFault};
use preau_domain::ids::{ActivityId, ChildId, FamilyId};
use preau_domain::planning::Units;
use preau_domain::reservations::{self as rules, ReservationState};
use preau_protocol::planning::PriceDto;
use uuid::Uuid;

use super::board::{Board, Concern};
use super::writing;
use crate::error::{Error, Result};
use crate::family;
use crate::planning::{self, Currents};
use crate::writer::WriteTx;

/// A child who is marked, or was and is no longer.
#[derive(Debug, Clone)]
pub struct Marked {
    /// The child.
    pub child: Uuid,
    /// What is on record from now on; none takes away what was.
    pub attendance: Option<Attendance>,
    /// Who owes the day where nobody booked it, where two homes could.
    pub family: Option<Uuid>,
    /// What a mark before it did to each home's reservation.
    pub before: BTreeMap<Uuid, MarkedBefore>,
}

/// What a mark did to a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkedBefore {
    /// The reservation.
    pub reservation: Uuid,
    /// How it stood before anybody marked the child.
    pub stood: ReservationState,
    /// How the mark let it stand.
    pub left: ReservationState,
}

impl MarkedBefore {
    /// How a reservation stood before anybody marked the child, unless something else changed it since.
    fn stood(self, reservation: Uuid, now: ReservationState) -> ReservationState {
        if self.reservation == reservation && self.left == now { self.stood } else { now }
    }
}

/// What a mark comes to for one home of the child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attended {
    /// The child.
    pub child: Uuid,
    /// The home that booked, or owes what nobody booked.
    pub family: Uuid,
    /// Its reservation, and how it stood before anybody marked the child.
    pub reservation: Option<(Uuid, ReservationState)>,
    /// What is on record of it.
    pub attendance: Attendance,
    /// What is charged because of it.
    pub price: Option<PriceDto>,
}

/// Why a mark cannot be on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAttended {
    /// No such child.
    UnknownChild,
    /// A rule says no.
    Fault(AttendanceFault),
    /// Nothing is booked and several homes could owe it.
    WhichHome,
    /// Nothing is booked and no home pays for the child on that day.
    NoHome,
    /// The child was marked before in the same request.
    Repeated,
    /// The town has no price for what the child came for.
    NoPrice,
}

/// Marks children of a day of an activity: their reservations follow. All of them, or none where one cannot be; where `dry_run`,
/// nothing is written.
///
/// # Errors
/// [`Error::NotFound`] for an activity that the town does not have, or whatever the database says. What is wrong with a mark
/// is the inner answer, by its place in the list.
pub async fn attend(
    tx: &WriteTx,
    currents: &Currents,
    commune: Uuid,
    (activity, day): (Uuid, Date),
    marks: &[Marked],
    dry_run: bool,
) -> Result<std::result::Result<Vec<Attended>, Vec<(usize, NotAttended)>>> {
    let children: BTreeSet<Uuid> = marks.iter().map(|marked| marked.child).collect();
    let children: Vec<Uuid> = children.into_iter().collect();
    let homes = family::homes_of(tx.connection(), commune, &children).await?;
    let mut concern = Concern { days: BTreeSet::from([(activity, day)]), ..Concern::default() };
    concern.homes.extend(homes.iter().map(|home| (home.family, day)));
    let known = planning::ops::current(tx, currents, commune).await?.planning;
    if !known.activities.contains_key(&ActivityId(activity)) {
        return Err(Error::NotFound);
    }
    let mut board = Board::read(tx, currents, commune, concern).await?;
    let names = family::names(tx.connection(), commune, &children).await?;
    let mut marking = Marking { board: &mut board, activity: ActivityId(activity), day };
    let (mut attended, mut faults, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (place, marked) in marks.iter().enumerate() {
        let judged = match names.contains_key(&marked.child) {
            false => Err(NotAttended::UnknownChild),
            true if !seen.insert(marked.child) => Err(NotAttended::Repeated),
            true => marking.mark(marked),
        };
        match judged {
            Ok(mut one) => attended.append(&mut one),
            Err(fault) => faults.push((place, fault)),
        }
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    if !dry_run {
        writing::write(tx, commune, &mut board).await?;
    }
    Ok(Ok(attended))
}

/// A day on which children are marked.
struct Marking<'a> {
    board: &'a mut Board,
    activity: ActivityId,
    day: Date,
}

impl Marking<'_> {
    fn mark(&mut self, marked: &Marked) -> std::result::Result<Vec<Attended>, NotAttended> {
        let child = ChildId(marked.child);
        let booked: Vec<(FamilyId, Uuid, Units, ReservationState)> = self
            .board
            .situation
            .on(self.activity, self.day)
            .filter(|one| one.child == child && one.state.takes())
            .map(|one| (one.family, one.id.0, one.units, one.state))
            .collect();
        let Some(attendance) = &marked.attendance else {
            for (family, reservation, _, state) in booked {
                if let Some(before) = marked.before.get(&family.0) {
                    let stood = before.stood(reservation, state);
                    rules::stand(&mut self.board.situation, family, child, (self.activity, self.day), stood);
                }
            }
            return Ok(Vec::new());
        };
        let all: Units = booked.iter().map(|(_, _, units, _)| *units).collect();
        self.check(attendance, (!booked.is_empty()).then_some(all)).map_err(NotAttended::Fault)?;
        if booked.is_empty() {
            let family = self.who_owes(marked)?;
            return Ok(vec![self.attended(family, child, None, attendance.clone())?]);
        }
        // Who booked the end of the day answers for it, and for what nobody booked.
        let last = booked.iter().max_by_key(|(_, _, units, _)| units.bits()).map(|(family, ..)| *family);
        let mut attended = Vec::new();
        for (family, reservation, units, state) in &booked {
            let others: Units = booked.iter().filter(|one| one.0 != *family).map(|one| one.2).collect();
            let share = attendance::share(attendance, *units, others, last == Some(*family));
            let stood = marked.before.get(&family.0).map_or(*state, |before| before.stood(*reservation, *state));
            attended.push(self.attended(*family, child, Some((*reservation, stood)), share)?);
        }
        Ok(attended)
    }

    fn check(&self, attendance: &Attendance, booked: Option<Units>) -> std::result::Result<(), AttendanceFault> {
        let situation = &self.board.situation;
        let Some(activity) = situation.planning.activities.get(&self.activity) else {
            return Err(AttendanceFault::NotOffered);
        };
        let periods = situation.planning.periods_of(self.activity);
        // Whoever booked a day may be marked on it, whatever became of its period since.
        let is_offered = booked.is_some() || attendance::is_offered(&periods, &situation.planning.calendar, self.day);
        attendance::check(attendance, activity, is_offered, booked, (self.day, situation.now))
    }

    fn attended(
        &mut self,
        family: FamilyId,
        child: ChildId,
        reservation: Option<(Uuid, ReservationState)>,
        attendance: Attendance,
    ) -> std::result::Result<Attended, NotAttended> {
        let of_day = (self.activity, self.day);
        let owed = rules::attend(&mut self.board.situation, family, child, of_day, &attendance);
        let price = owed.map_err(|_| NotAttended::NoPrice)?.map(|(_, price)| PriceDto::from(&price));
        Ok(Attended { child: child.0, family: family.0, reservation, attendance, price })
    }

    /// The home that pays for a child on the day.
    fn who_owes(&self, marked: &Marked) -> std::result::Result<FamilyId, NotAttended> {
        let homes = self.board.homes.iter().filter(|home| home.child == marked.child && home.in_force(self.day));
        let mut paying = homes.filter(|home| home.pays).map(|home| home.family);
        let (first, second) = match marked.family {
            Some(named) => (paying.find(|family| *family == named), None),
            None => (paying.next(), paying.next()),
        };
        match (first, second) {
            (Some(family), None) => Ok(FamilyId(family)),
            (Some(_), Some(_)) => Err(NotAttended::WhichHome),
            (None, _) => Err(NotAttended::NoHome),
        }
    }
}
