//! All that this computer knows of a family's days: what the town told of, with what waits to be sent laid over it by the
//! rules that the town's server applies.

use super::store;
use crate::clock::Clock;
use crate::error::Error;
use crate::family;
use crate::planning::{self, Offers};
use crate::sync::outbox::{self, Row};
use jiff::Timestamp;
use jiff::civil::Date;
use preau_domain::family::{FamilyQuotient, Month, QuotientSource, Schooling, lives_in};
use preau_domain::ids::{ActivityId, ChildId, FamilyId, PeriodId, ReservationId};
use preau_domain::planning::{Activity, Key, Period, Units};
use preau_domain::registrations::Registration;
use preau_domain::reservations::{Child, Counter, CounterId, Home, Latitude, Link, Reservation, Situation, decide};
use preau_protocol::family::{ChildDto, QuotientDto, QuotientSourceDto};
use preau_protocol::registrations::RegistrationDto;
use preau_protocol::reservations::{ChangeDaysOp, CountersResponse, ReservationDto};
use preau_protocol::sync::{Op, OutcomeStatus};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// The other home of a child: nothing is known of it.
const OTHER_HOME: FamilyId = FamilyId(Uuid::nil());

/// What is known of a family's days.
pub struct Knowledge {
    /// What the town offers.
    pub offers: Offers,
    /// The family.
    pub family: FamilyId,
    /// Its children, the oldest first.
    pub children: Vec<ChildDto>,
    /// Their registrations.
    pub registrations: Vec<RegistrationDto>,
    /// What the town told of, and what waits to be sent over it.
    pub situation: Situation,
    /// The same without what waits.
    pub told: Vec<ReservationDto>,
    /// Days of children that an operation on its way touches.
    pub to_send: BTreeSet<(ChildId, ActivityId, Date)>,
    /// Operations on days that are not read back yet, oldest first.
    pub over: Vec<(Row, ChangeDaysOp)>,
}

impl Knowledge {
    /// Reads it. Rules that look at the hour take this computer's: it only predicts.
    ///
    /// # Errors
    /// When the cache fails, or nothing was read yet.
    pub async fn read(db: &mut SqliteConnection, clock: &dyn Clock) -> Result<Option<Self>, Error> {
        let Some(home) = family::home_of(db).await? else { return Ok(None) };
        let offers = planning::read(db).await?;
        let children = home.children;
        let registrations = store::registrations(db).await?;
        let told = store::reservations(db).await?;
        let family = FamilyId(home.family.family_id);
        let mut situation = Situation::new(clock.wall(), offers.planning.clone());
        let address = home.family.address.as_ref();
        let resident = address.is_some_and(|address| {
            lives_in((&address.postcode, &address.city), (&home.commune.postcode, &home.commune.name))
        });
        let links = children.iter().map(link).collect();
        let quotients = home.quotients.iter().filter_map(quotient).collect();
        situation.homes.insert(family, Home { resident, quotients, links });
        situation.children.extend(children.iter().map(|child| (ChildId(child.child_id), as_child(child))));
        situation.registrations = registrations.iter().map(Registration::from).collect();
        for dto in &told {
            if let Some(reservation) = reservation(dto, &offers, family) {
                situation.read(reservation);
            }
        }
        let rows = outbox::all(db).await?;
        let over = rows.into_iter().filter(lies_over).filter_map(|row| Some((days_of(&row)?, row)));
        let over = over.map(|(op, row)| (row, op)).collect();
        let to_send = BTreeSet::new();
        let mut knowledge = Self { offers, family, children, registrations, situation, told, to_send, over };
        knowledge.read_places(db).await?;
        knowledge.lay_over();
        Ok(Some(knowledge))
    }

    async fn read_places(&mut self, db: &mut SqliteConnection) -> Result<(), Error> {
        let periods: Vec<(PeriodId, ActivityId)> =
            self.offers.planning.periods.values().map(|period| (period.id, period.activity)).collect();
        for (period, activity) in periods {
            if let Some(seen) = store::places(db, period.0).await? {
                self.see_places(activity, &seen);
            }
        }
        Ok(())
    }

    fn see_places(&mut self, activity: ActivityId, seen: &CountersResponse) {
        for counter in &seen.counters {
            let (Some(group), Some(rule)) = (Key::parse(&counter.group), Key::parse(&counter.counter)) else {
                continue;
            };
            let id = CounterId { activity, day: counter.day, group, rule };
            let state =
                Counter { capacity: counter.left, taken: 0, waiting: counter.waiting, next_in_queue: i64::MAX / 2 };
            self.situation.places.read(id, state);
        }
    }

    /// What waits to be sent, decided as the town would with what is known here.
    fn lay_over(&mut self) {
        let unanswered: Vec<ChangeDaysOp> = self.over.iter().map(|(_, op)| op.clone()).collect();
        for op in unanswered {
            let activity = self.offers.planning.activities.get(&ActivityId(op.activity_id));
            // The town decides on hours and places; here only what is asked is shown.
            let latitude = Latitude { deadlines: true, capacity: true };
            let request = op.request(self.family.0, activity, latitude);
            let touched = request.changes.iter().map(|change| (change.child, change.activity, change.day));
            self.to_send.extend(touched);
            decide(&mut self.situation, &request, new_reservation);
        }
    }

    /// A period with its activity.
    #[must_use]
    pub fn period(&self, id: Uuid) -> Option<(&Period, &Activity)> {
        let period = self.offers.planning.periods.get(&PeriodId(id))?;
        Some((period, self.offers.planning.activities.get(&period.activity)?))
    }

    /// The units that the family has, waits for or asked of a child's day.
    #[must_use]
    pub fn booked(&self, child: ChildId, activity: ActivityId, day: Date) -> Units {
        self.situation.of(self.family, child, activity, day).map(|one| one.units).unwrap_or_default()
    }

    /// The instant, or that of a period's opening while that is to come: what is prepared is judged as of then.
    #[must_use]
    pub fn instant_for(&self, period: &Period) -> Timestamp {
        self.situation.now.max(period.opens_at)
    }
}

/// Not answered yet, or answered and not read back.
fn lies_over(row: &Row) -> bool {
    let rejected = row.outcome.is_some_and(|outcome| outcome.status == OutcomeStatus::Rejected);
    row.caught_up_at.is_none() && !rejected
}

/// The days that an operation of the outbox asks for.
pub fn days_of(row: &Row) -> Option<ChangeDaysOp> {
    match row.op()? {
        Op::ChangeDays(op) => Some(op),
        Op::ChangeDetail(_) | Op::AcknowledgeNotice(_) | Op::Cancel { .. } => None,
    }
}

/// An id for a reservation that is only predicted.
pub fn new_reservation() -> ReservationId {
    ReservationId(Uuid::now_v7())
}

fn link(child: &ChildDto) -> Link {
    Link { child: ChildId(child.child_id), from: child.link.from, to: child.link.to, may_book: child.link.may_book }
}

fn as_child(child: &ChildDto) -> Child {
    let year = |year: &preau_protocol::family::SchoolingDto| Schooling {
        from: year.from,
        to: year.to,
        school: year.school.clone(),
        level: year.level.clone(),
        class: year.class.clone(),
    };
    Child { birth: child.birth_date, schooling: child.schooling.iter().map(year).collect() }
}

fn quotient(dto: &QuotientDto) -> Option<FamilyQuotient> {
    let source = match dto.source {
        QuotientSourceDto::Caf => QuotientSource::Caf,
        QuotientSourceDto::Msa => QuotientSource::Msa,
        QuotientSourceDto::TaxNotice => QuotientSource::TaxNotice,
        QuotientSourceDto::None => QuotientSource::None,
    };
    Some(FamilyQuotient { source, value: dto.value, effective: Month::parse(&dto.effective_month)? })
}

/// One of an activity that is not known, or in units that are not, is left aside.
fn reservation(dto: &ReservationDto, offers: &Offers, family: FamilyId) -> Option<Reservation> {
    let activity = offers.planning.activities.get(&ActivityId(dto.activity_id))?;
    let price = dto.price.clone().map(TryInto::try_into).transpose().ok()?;
    let state = dto.state.into();
    let waits = state == preau_domain::reservations::ReservationState::Waiting;
    Some(Reservation {
        id: ReservationId(dto.reservation_id),
        child: ChildId(dto.child_id),
        family: if dto.other_home { OTHER_HOME } else { family },
        activity: activity.id,
        period: PeriodId(dto.period_id),
        day: dto.day,
        units: activity.units_of(dto.units.iter().map(String::as_str))?,
        group: Key::parse(&dto.group)?,
        state,
        queue: waits.then_some(0),
        price,
        late: dto.late,
        beyond: false,
    })
}
