//! Deadlines that come near, as far as this computer knows: nobody need be reached for them.

use super::draft::Draft;
use super::knowledge::Knowledge;
use super::{present, store};
use crate::app::Notice;
use crate::clock::Clock;
use crate::error::Error;
use crate::family::views::TodoView;
use crate::sync::runner::Engine;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use preau_domain::ids::{ActivityId, ChildId, PeriodId};
use preau_domain::planning::{Activity, ActivityKind, Period, PeriodState};
use preau_domain::reservations::ReservationState;
use sqlx::SqliteConnection;
use std::collections::BTreeMap;
use std::time::Duration;

/// Days that can still be given up are spoken of so long before they no longer can.
const CANCEL_SHOWN: SignedDuration = SignedDuration::from_hours(48);
/// The system tells of a deadline this long before it, and of an opening this long after.
const TOLD: SignedDuration = SignedDuration::from_hours(24);
/// How often one looks.
const EVERY: Duration = Duration::from_secs(300);

/// Deadlines that the system is to tell of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// Ticked days are not sent, and soon will be too late.
    pub to_send: bool,
    /// Bookings that were prepared can be sent, or soon can.
    pub opening: bool,
    /// Booked days soon can no longer be given up without owing them.
    pub to_cancel: bool,
}

impl Deadlines {
    /// Whether there is one.
    #[must_use]
    pub fn any(self) -> bool {
        self.to_send || self.opening || self.to_cancel
    }
}

/// What a deadline is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum About {
    /// Days ticked and not sent, in a period that is open.
    ToSend { period: PeriodId, opened: Timestamp },
    /// Days prepared for a period that is not open yet.
    Opening { period: PeriodId },
    /// Booked days of a child that can be given up without owing them until then.
    ToCancel { child: ChildId, activity: ActivityId, first: Date },
}

/// Something to be done before an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reminder {
    until: Timestamp,
    about: About,
    days: u32,
}

/// What « À faire » says of deadlines, the nearest first.
///
/// # Errors
/// When the cache fails.
pub async fn todo(db: &mut SqliteConnection, clock: &dyn Clock) -> Result<Vec<TodoView>, Error> {
    let Some(know) = Knowledge::read(db, clock).await? else { return Ok(Vec::new()) };
    let reminders = reminders(&know, &drafts(db, &know).await?);
    Ok(reminders.iter().filter_map(|reminder| reminder.todo(&know)).collect())
}

/// Tells of each deadline once, for as long as the space is open.
pub async fn watch(engine: &Engine) {
    loop {
        match near(engine).await {
            Ok(deadlines) if deadlines.any() => engine.listener.notify(Notice::DeadlinesNear(deadlines)),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "deadlines could not be read"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// What is to be told now, noted as told.
async fn near(engine: &Engine) -> Result<Deadlines, Error> {
    let mut deadlines = Deadlines::default();
    let mut held = engine.cache.lock().await;
    let db = held.db()?;
    let Some(know) = Knowledge::read(db, &*engine.clock).await? else { return Ok(deadlines) };
    let now = know.situation.now;
    let told = store::told_deadlines(db).await?;
    for reminder in reminders(&know, &drafts(db, &know).await?) {
        let Some(key) = reminder.due(now) else { continue };
        if told.contains(&key) {
            continue;
        }
        store::tell_deadline(db, &key, now).await?;
        match reminder.about {
            About::ToSend { .. } if reminder.is_new(now) => deadlines.opening = true,
            About::ToSend { .. } => deadlines.to_send = true,
            About::Opening { .. } => deadlines.opening = true,
            About::ToCancel { .. } => deadlines.to_cancel = true,
        }
    }
    Ok(deadlines)
}

async fn drafts(db: &mut SqliteConnection, know: &Knowledge) -> Result<BTreeMap<PeriodId, Draft>, Error> {
    let mut drafts = BTreeMap::new();
    for period in know.offers.planning.periods.values() {
        if let Some(activity) = know.offers.planning.activities.get(&period.activity) {
            drafts.insert(period.id, Draft::read(db, period.id.0, activity).await?);
        }
    }
    Ok(drafts)
}

fn reminders(know: &Knowledge, drafts: &BTreeMap<PeriodId, Draft>) -> Vec<Reminder> {
    let planning = &know.offers.planning;
    let of_draft = |(id, draft): (&PeriodId, &Draft)| to_send(know, planning.periods.get(id)?, draft);
    let mut reminders: Vec<Reminder> = drafts.iter().filter_map(of_draft).collect();
    reminders.extend(to_cancel(know));
    reminders.sort_by(|a, b| (a.until, &a.about).cmp(&(b.until, &b.about)));
    reminders
}

/// Days that are ticked and can be sent, now or once the period is open. The deadline is that of the first of them.
fn to_send(know: &Knowledge, period: &Period, draft: &Draft) -> Option<Reminder> {
    let (calendar, now) = (&know.offers.planning.calendar, know.instant_for(period));
    let mut until: Vec<Timestamp> = Vec::new();
    for ((child, day), wanted) in draft.touched() {
        let booked = know.booked(child, period.activity, day);
        let closes = if booked.contains(wanted) {
            period.cancel.closes_at(day, calendar)
        } else {
            period.add.closes_at(day, calendar).min(period.closes_at)
        };
        if wanted != booked && closes > now {
            until.push(closes);
        }
    }
    let first = *until.iter().min()?;
    let days = u32::try_from(until.len()).unwrap_or(u32::MAX);
    match period.state(know.situation.now) {
        PeriodState::Before => {
            Some(Reminder { until: period.opens_at, about: About::Opening { period: period.id }, days })
        }
        PeriodState::Open | PeriodState::AddingClosed => {
            let about = About::ToSend { period: period.id, opened: period.opens_at };
            Some(Reminder { until: first, about, days })
        }
        PeriodState::ReadOnly => None,
    }
}

/// Confirmed days of the family's own that soon can no longer be given up without owing them. Not of what is billed by presence, nor of
/// what goes on every week of the year: there each day has such a deadline.
fn to_cancel(know: &Knowledge) -> Vec<Reminder> {
    let (planning, now) = (&know.offers.planning, know.situation.now);
    let mut days: BTreeMap<(Timestamp, ChildId, ActivityId), Vec<Date>> = BTreeMap::new();
    for one in know.situation.all().filter(|one| one.family == know.family) {
        let tells = |activity: &Activity| activity.is_owed_when_absent() && !goes_on_all_year(activity);
        let told = planning.activities.get(&one.activity).is_some_and(tells);
        let Some(period) = planning.periods.get(&one.period) else { continue };
        let until = period.cancel.closes_at(one.day, &planning.calendar);
        let near = now < until && until.duration_since(now) <= CANCEL_SHOWN;
        // What is not sent is not booked.
        let booked =
            one.state == ReservationState::Confirmed && !know.to_send.contains(&(one.child, one.activity, one.day));
        if told && near && booked {
            days.entry((until, one.child, one.activity)).or_default().push(one.day);
        }
    }
    let reminder = |((until, child, activity), days): (_, Vec<Date>)| {
        let first = days.iter().min().copied()?;
        let about = About::ToCancel { child, activity, first };
        Some(Reminder { until, about, days: u32::try_from(days.len()).unwrap_or(u32::MAX) })
    };
    days.into_iter().filter_map(reminder).collect()
}

fn goes_on_all_year(activity: &Activity) -> bool {
    matches!(activity.kind, ActivityKind::Restauration | ActivityKind::Periscolaire)
}

impl Reminder {
    /// The period opened a moment ago.
    fn is_new(&self, now: Timestamp) -> bool {
        matches!(self.about, About::ToSend { opened, .. } if now.duration_since(opened) <= TOLD)
    }

    /// What it is told as, when the system is to tell it now.
    fn due(&self, now: Timestamp) -> Option<String> {
        let near = self.until.duration_since(now) <= TOLD;
        let until = self.until;
        match &self.about {
            About::ToSend { period, .. } if self.is_new(now) => Some(format!("opened {}", period.0)),
            About::ToSend { period, .. } => near.then(|| format!("to send {} {until}", period.0)),
            About::Opening { period } => near.then(|| format!("opening {} {until}", period.0)),
            // One for all children and days of an activity.
            About::ToCancel { activity, .. } => near.then(|| format!("to cancel {} {until}", activity.0)),
        }
    }

    fn todo(&self, know: &Knowledge) -> Option<TodoView> {
        let planning = &know.offers.planning;
        let period = |id: &PeriodId| planning.periods.get(id).map(|period| (id.0.to_string(), period.name.clone()));
        let (days, until) = (self.days, present::last_moment(self.until));
        Some(match &self.about {
            About::ToSend { period: id, .. } => {
                let (period_id, period_name) = period(id)?;
                TodoView::DaysToSend { period_id, period_name, days, until }
            }
            About::Opening { period: id } => {
                let (period_id, period_name) = period(id)?;
                TodoView::BookingOpens { period_id, period_name, days, opens_at: self.until.to_string() }
            }
            About::ToCancel { child, activity, first } => TodoView::LastDaysToCancel {
                child_id: child.0.to_string(),
                first_name: present::first_name(&know.children, child.0)?,
                activity_id: activity.0.to_string(),
                activity_name: planning.activities.get(activity)?.name.clone(),
                days,
                first_day: first.to_string(),
                until,
            },
        })
    }
}
