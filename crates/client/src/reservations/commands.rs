//! What the pages of reservations ask for. All but the places left reads the cache only, and so works offline.

use super::agenda::agenda;
use super::calendar_file::calendar;
use super::draft::Draft;
use super::grid::Grid;
use super::knowledge::Knowledge;
use super::review::Review;
use super::views::{
    AgendaView, BookingLineView, BookingLinesView, BookingObstacleView, BookingPeriodView, ChildRegistrationView,
    GiveUpDayRequest, GridView, ReceiptView, RegistrationStateView, ReviewView, TickRequest, TickedView, ValidatedView,
};
use super::{present, receipts, store};
use crate::app::{Client, Notice, Space, Topic};
use crate::clock::new_id;
use crate::error::{Error, Failure, FailureCode};
use crate::sync::outbox;
use jiff::civil::Date;
use preau_domain::ids::{ActivityId, ChildId};
use preau_domain::planning::{Activity, Period, PeriodState, Units, paris_day};
use preau_domain::registrations::RegistrationState;
use preau_domain::reservations::DayChange;
use preau_protocol::family::ChildDto;
use preau_protocol::registrations::RegistrationStateDto;
use preau_protocol::sync::Op;
use sqlx::{Connection, SqliteConnection};
use uuid::Uuid;

impl Client {
    /// *Réservations / Modifications ALSH*: children, activities, periods.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] while nothing was read yet.
    pub async fn booking_lines(&self) -> Result<BookingLinesView, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        let db = held.db().map_err(Error::from)?;
        let know = knowledge(&space, db).await?;
        Ok(lines(db, &know).await?)
    }

    /// The booking grid of a period.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`].
    pub async fn booking_grid(&self, period: &str) -> Result<GridView, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        Ok(on_grid(&space, held.db().map_err(Error::from)?, period, |grid| Ok(grid.view())).await?)
    }

    /// Something a person does to the grid: kept at once.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], [`FailureCode::DiskFull`].
    pub async fn booking_tick(&self, period: &str, request: &TickRequest) -> Result<TickedView, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        let db = held.db().map_err(Error::from)?;
        Ok(change_grid(&space, db, period, |grid| grid.tick(request)).await?)
    }

    /// Ticks again in the grid what the town refused in a receipt, where something can still be ticked.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] for a receipt that the town has not answered, [`FailureCode::DiskFull`].
    pub async fn booking_tick_again(&self, receipt: &str) -> Result<TickedView, Failure> {
        let space = self.space().await?;
        let id = receipt.parse().map_err(|_| not_found())?;
        let mut held = space.engine.cache.lock().await;
        let db = held.db().map_err(Error::from)?;
        let (period, refused) = receipts::refused(db, id).await?.ok_or_else(not_found)?;
        let change = |grid: &mut Grid<'_>| Ok(grid.tick_again(&refused));
        Ok(change_grid(&space, db, &period.to_string(), change).await?)
    }

    /// Asks the town for the places left in a period; none when it cannot be asked.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`].
    pub async fn booking_places(&self, period: &str) -> Result<Option<GridView>, Failure> {
        let space = self.space().await?;
        let id: Uuid = period.parse().map_err(|_| not_found())?;
        let engine = &space.engine;
        let seen = engine.session.call(move |token| async move { engine.api.counters(&token, id).await }).await;
        let Ok(seen) = seen else { return Ok(None) };
        let mut held = space.engine.cache.lock().await;
        let db = held.db().map_err(Error::from)?;
        store::keep_places(db, id, &seen).await?;
        Ok(Some(on_grid(&space, db, period, |grid| Ok(grid.view())).await?))
    }

    /// Step 2.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`].
    pub async fn booking_review(&self, period: &str) -> Result<ReviewView, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        let review = |grid: Grid<'_>| {
            let problems = problems(&grid);
            Ok(Review::of_grid(&grid).view(&grid, problems))
        };
        Ok(on_grid(&space, held.db().map_err(Error::from)?, period, review).await?)
    }

    /// *VALIDER*: what is ticked enters the outbox, all of it or nothing, and is ticked no more.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], [`FailureCode::DiskFull`]; in a kiosk also why nothing was sent.
    pub async fn booking_validate(&self, period: &str) -> Result<ValidatedView, Failure> {
        let space = self.space().await?;
        let kept = {
            let mut held = space.engine.cache.lock().await;
            validate(&space, held.db().map_err(Error::from)?, period).await?
        };
        self.answer(&space, kept).await
    }

    /// A day given up from the agenda.
    ///
    /// # Errors
    /// As [`Client::booking_validate`].
    pub async fn give_up_day(&self, request: &GiveUpDayRequest) -> Result<ValidatedView, Failure> {
        let space = self.space().await?;
        let kept = {
            let mut held = space.engine.cache.lock().await;
            give_up(&space, held.db().map_err(Error::from)?, request).await?
        };
        self.answer(&space, kept).await
    }

    /// Receipts, the latest first.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] while nothing was read yet.
    pub async fn receipts(&self) -> Result<Vec<ReceiptView>, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        let db = held.db().map_err(Error::from)?;
        let know = knowledge(&space, db).await?;
        Ok(receipts::all(db, &know).await?)
    }

    /// One receipt.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`].
    pub async fn receipt(&self, id: &str) -> Result<ReceiptView, Failure> {
        let space = self.space().await?;
        let id = id.parse().map_err(|_| not_found())?;
        let mut held = space.engine.cache.lock().await;
        let db = held.db().map_err(Error::from)?;
        let know = knowledge(&space, db).await?;
        Ok(receipts::one(db, &know, id).await?.ok_or_else(not_found)?)
    }

    /// The registrations of a child, each leading to an agenda.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] for a child that is not of the family.
    pub async fn child_registrations(&self, child: &str) -> Result<Vec<ChildRegistrationView>, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        let know = knowledge(&space, held.db().map_err(Error::from)?).await?;
        let child = child_of(&know, child)?;
        Ok(registrations(&know, child))
    }

    /// The agenda of a child in an activity.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`].
    pub async fn agenda(&self, child: &str, activity: &str) -> Result<AgendaView, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        Ok(read_agenda(&space, held.db().map_err(Error::from)?, child, activity).await?)
    }

    /// The agenda as a calendar file: its name, and what is in it.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`].
    pub async fn agenda_file(&self, child: &str, activity: &str) -> Result<(String, String), Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        let view = read_agenda(&space, held.db().map_err(Error::from)?, child, activity).await?;
        let text = calendar(&view, &space.account.commune.name, space.engine.clock.wall());
        let plain = |text: &str| text.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect::<String>();
        Ok((format!("{}-{}.ics", plain(&view.first_name), plain(&view.activity_name)), text))
    }

    async fn answer(&self, space: &Space, kept: KeptDays) -> Result<ValidatedView, Failure> {
        let ids = match kept {
            KeptDays::Operations(ids) => ids,
            KeptDays::Not(view) => return Ok(view),
        };
        self.kept(space, &ids).await?;
        self.notify(Notice::DataChanged(vec![Topic::Reservations]));
        let mut held = space.engine.cache.lock().await;
        let db = held.db().map_err(Error::from)?;
        let know = knowledge(space, db).await?;
        let mut receipts = Vec::new();
        for id in ids {
            receipts.extend(receipts::one(db, &know, id).await?);
        }
        Ok(ValidatedView::Receipts { receipts })
    }
}

pub(super) fn not_found() -> Error {
    Error::Rule(FailureCode::NotFound)
}

pub(super) async fn knowledge(space: &Space, db: &mut SqliteConnection) -> Result<Knowledge, Error> {
    Knowledge::read(db, &*space.engine.clock).await?.ok_or_else(not_found)
}

fn known_period<'a>(know: &'a Knowledge, id: &str) -> Result<(&'a Period, &'a Activity), Error> {
    let id: Uuid = id.parse().map_err(|_| not_found())?;
    know.period(id).ok_or_else(not_found)
}

pub(super) fn child_of<'a>(know: &'a Knowledge, id: &str) -> Result<&'a ChildDto, Error> {
    let id: Uuid = id.parse().map_err(|_| not_found())?;
    know.children.iter().find(|child| child.child_id == id).ok_or_else(not_found)
}

/// Works on the grid of a period, as it is kept.
async fn on_grid<T>(
    space: &Space,
    db: &mut SqliteConnection,
    period: &str,
    work: impl FnOnce(Grid<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let know = knowledge(space, db).await?;
    let (period, activity) = known_period(&know, period)?;
    let draft = Draft::read(db, period.id.0, activity).await?;
    let places_at = store::places(db, period.id.0).await?.map(|seen| seen.at);
    work(Grid::new(&know, (period, activity), draft, places_at))
}

/// Changes what is ticked in a period, and keeps it at once.
async fn change_grid(
    space: &Space,
    db: &mut SqliteConnection,
    period: &str,
    change: impl FnOnce(&mut Grid<'_>) -> Result<TickedView, Error>,
) -> Result<TickedView, Error> {
    let know = knowledge(space, db).await?;
    let (period, activity) = known_period(&know, period)?;
    let draft = Draft::read(db, period.id.0, activity).await?;
    let mut grid = Grid::new(&know, (period, activity), draft, None);
    let ticked = change(&mut grid)?;
    grid.draft.keep(db, period.id.0, activity, space.engine.clock.wall()).await?;
    Ok(ticked)
}

fn problems(grid: &Grid<'_>) -> u32 {
    let cells: Vec<_> = grid.open_days().flat_map(|day| grid.cells_of(day)).collect();
    grid.totals(&cells).problems
}

async fn lines(db: &mut SqliteConnection, know: &Knowledge) -> Result<BookingLinesView, Error> {
    let (now, today) = (know.situation.now, paris_day(know.situation.now));
    let mut lines = Vec::new();
    for child in &know.children {
        for activity in know.offers.planning.activities.values() {
            let periods = know.offers.planning.periods_of(activity.id);
            let mut views = Vec::new();
            for period in periods.into_iter().filter(|period| today <= period.last_day) {
                let draft = Draft::read(db, period.id.0, activity).await?;
                views.push(period_view(know, child, period, &draft, now));
            }
            let known =
                know.registrations.iter().any(|one| one.child_id == child.child_id && one.activity_id == activity.id.0);
            let obstacle = obstacle(know, child, activity, today);
            // What a child was never registered for is no line of theirs.
            if !views.is_empty() && (known || !activity.registration) {
                lines.push(BookingLineView {
                    child_id: child.child_id.to_string(),
                    child_first_name: child.first_name.clone(),
                    child_initials: preau_domain::family::initials(&child.first_name, ""),
                    activity_id: activity.id.0.to_string(),
                    activity_name: activity.name.clone(),
                    obstacle,
                    periods: views,
                });
            }
        }
    }
    Ok(BookingLinesView { lines })
}

fn period_view(
    know: &Knowledge,
    child: &ChildDto,
    period: &Period,
    draft: &Draft,
    now: jiff::Timestamp,
) -> BookingPeriodView {
    let id = ChildId(child.child_id);
    let booked = |day: Date| know.booked(id, period.activity, day);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let days = || period.days(&know.offers.planning.calendar).map(|(day, _)| day);
    let ticked = draft.touched().filter(|((of, day), units)| *of == id && booked(*day) != *units);
    BookingPeriodView {
        period_id: period.id.0.to_string(),
        name: period.name.clone(),
        first_day: period.first_day.to_string(),
        last_day: period.last_day.to_string(),
        state: present::period_state(period, now),
        booked: count(days().filter(|day| !booked(*day).is_empty()).count()),
        ticked: count(ticked.count()),
    }
}

fn obstacle(know: &Knowledge, child: &ChildDto, activity: &Activity, today: Date) -> Option<BookingObstacleView> {
    if !child.link.may_book {
        return Some(BookingObstacleView::MayNotBook);
    }
    let good = |one: &&preau_domain::registrations::Registration| {
        one.child.0 == child.child_id
            && one.activity == activity.id
            && one.state == RegistrationState::Accepted
            && today <= one.to
    };
    let registered = know.situation.registrations.iter().any(|one| good(&one));
    (activity.registration && !registered).then_some(BookingObstacleView::NotRegistered)
}

/// What entered the outbox, or why nothing did.
enum KeptDays {
    Operations(Vec<Uuid>),
    Not(ValidatedView),
}

async fn validate(space: &Space, db: &mut SqliteConnection, period: &str) -> Result<KeptDays, Error> {
    let mut tx = db.begin().await?;
    let know = knowledge(space, &mut tx).await?;
    let (period, activity) = known_period(&know, period)?;
    let draft = Draft::read(&mut tx, period.id.0, activity).await?;
    let grid = Grid::new(&know, (period, activity), draft, None);
    if period.state(know.situation.now) == PeriodState::Before {
        return Ok(KeptDays::Not(ValidatedView::NotOpenYet { opens_at: period.opens_at.to_string() }));
    }
    if problems(&grid) > 0 {
        return Ok(KeptDays::Not(ValidatedView::ToMend));
    }
    let operations = Review::of_grid(&grid).operations(&know, period, activity);
    if operations.is_empty() {
        return Ok(KeptDays::Not(ValidatedView::NothingChanges));
    }
    let ids = keep(space, &mut tx, operations).await?;
    store::forget_draft(&mut tx, period.id.0).await?;
    tx.commit().await?;
    Ok(KeptDays::Operations(ids))
}

async fn give_up(space: &Space, db: &mut SqliteConnection, request: &GiveUpDayRequest) -> Result<KeptDays, Error> {
    let mut tx = db.begin().await?;
    let know = knowledge(space, &mut tx).await?;
    let (period, activity) = known_period(&know, &request.period_id)?;
    let child = ChildId(child_of(&know, &request.child_id)?.child_id);
    let day: Date = request.day.parse().map_err(|_| not_found())?;
    let old = know.booked(child, activity.id, day);
    if old.is_empty() {
        return Ok(KeptDays::Not(ValidatedView::NothingChanges));
    }
    let change = DayChange {
        child,
        activity: activity.id,
        period: period.id,
        day,
        old,
        new: Units::NONE,
        expected_cents: i64::MAX,
    };
    let review = Review::of(&know, &know.situation, vec![change]);
    let ids = keep(space, &mut tx, review.operations(&know, period, activity)).await?;
    tx.commit().await?;
    Ok(KeptDays::Operations(ids))
}

async fn keep(
    space: &Space,
    db: &mut SqliteConnection,
    operations: Vec<preau_protocol::reservations::ChangeDaysOp>,
) -> Result<Vec<Uuid>, Error> {
    let clock = &*space.engine.clock;
    let mut ids = Vec::new();
    for operation in operations {
        let id = new_id(clock);
        outbox::keep(db, id, &Op::ChangeDays(operation), clock.wall()).await?;
        ids.push(id);
    }
    Ok(ids)
}

async fn read_agenda(
    space: &Space,
    db: &mut SqliteConnection,
    child: &str,
    activity: &str,
) -> Result<AgendaView, Error> {
    let know = knowledge(space, db).await?;
    let child = child_of(&know, child)?;
    let activity: Uuid = activity.parse().map_err(|_| not_found())?;
    let activity = know.offers.planning.activities.get(&ActivityId(activity)).ok_or_else(not_found)?;
    Ok(agenda(&know, child, activity, &store::receipts(db).await?))
}

fn registrations(know: &Knowledge, child: &ChildDto) -> Vec<ChildRegistrationView> {
    let own = know.registrations.iter().filter(|one| one.child_id == child.child_id);
    let view = |one: &preau_protocol::registrations::RegistrationDto| {
        let activity = know.offers.planning.activities.get(&ActivityId(one.activity_id))?;
        Some(ChildRegistrationView {
            activity_id: one.activity_id.to_string(),
            activity_name: activity.name.clone(),
            from: one.from.to_string(),
            to: one.to.to_string(),
            state: match one.state {
                RegistrationStateDto::Draft => RegistrationStateView::Draft,
                RegistrationStateDto::Submitted => RegistrationStateView::Submitted,
                RegistrationStateDto::Incomplete => RegistrationStateView::Incomplete,
                RegistrationStateDto::Accepted => RegistrationStateView::Accepted,
                RegistrationStateDto::Waiting => RegistrationStateView::Waiting,
                RegistrationStateDto::Refused => RegistrationStateView::Refused,
                RegistrationStateDto::Withdrawn => RegistrationStateView::Withdrawn,
            },
            reason: one.reason.clone(),
        })
    };
    own.filter_map(view).collect()
}
