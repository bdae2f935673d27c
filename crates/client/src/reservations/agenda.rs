//! A child's agenda: the days that are booked, wait, are on their way or were refused.

use super::knowledge::Knowledge;
use super::present;
use super::views::{AgendaDayView, AgendaStateView, AgendaView, GridDayStatusView, GridDayView};
use jiff::Timestamp;
use jiff::civil::Date;
use preau_domain::ids::{ActivityId, ChildId, PeriodId};
use preau_domain::planning::{Activity, end_of_day, paris_day};
use preau_domain::reservations::{Reservation, ReservationState};
use preau_protocol::family::ChildDto;
use preau_protocol::reservations::{ReceiptDto, VerdictDto};
use std::collections::BTreeMap;

/// How long a refused day is shown, in seconds.
const REFUSED_SHOWN: i64 = 30 * 24 * 3600;

/// The agenda of a child in an activity.
pub fn agenda(know: &Knowledge, child: &ChildDto, activity: &Activity, receipts: &[ReceiptDto]) -> AgendaView {
    let id = ChildId(child.child_id);
    let now = know.situation.now;
    let mut days: BTreeMap<Date, Vec<AgendaDayView>> = BTreeMap::new();
    for one in know.situation.all().filter(|one| one.child == id && one.activity == activity.id && one.state.lives()) {
        days.entry(one.day).or_default().push(booked(know, activity, one));
    }
    for (day, view) in closed_days(know, child, activity) {
        days.entry(day).or_default().push(view);
    }
    for (day, view) in refused(know, id, activity, receipts, now) {
        days.entry(day).or_insert_with(|| vec![view]);
    }
    AgendaView {
        child_id: child.child_id.to_string(),
        first_name: child.first_name.clone(),
        activity_id: activity.id.0.to_string(),
        activity_name: activity.name.clone(),
        units: present::units(activity),
        days: days.into_values().flatten().collect(),
        closed: closed(know, activity),
        today: paris_day(now).to_string(),
    }
}

fn booked(know: &Knowledge, activity: &Activity, one: &Reservation) -> AgendaDayView {
    let own = one.family == know.family;
    let to_send = own && know.to_send.contains(&(one.child, one.activity, one.day));
    let now = know.situation.now;
    let period = know.offers.planning.periods.get(&one.period);
    let until = period.and_then(|period| present::cancel_until(period, &know.offers.planning.calendar, one.day, now));
    let waits = one.state == ReservationState::Waiting;
    let live = own && one.state != ReservationState::Absent;
    AgendaDayView {
        day: one.day.to_string(),
        units: present::keys(activity, one.units),
        state: match one.state {
            _ if to_send => AgendaStateView::ToSend,
            ReservationState::Waiting => AgendaStateView::Waiting,
            ReservationState::Absent => AgendaStateView::Absent,
            ReservationState::Confirmed | ReservationState::Cancelled => AgendaStateView::Confirmed,
        },
        other_home: !own,
        period_id: one.period.0.to_string(),
        price: one.price.as_ref().filter(|_| own).map(|price| present::price(price, &know.offers)),
        late: live && !waits && until.is_none() && activity.is_owed_when_absent(),
        can_give_up: live && !to_send && now < end_of_day(one.day),
        cancel_until: until.filter(|_| live),
    }
}

/// Days that the town closed although they were booked.
fn closed_days(know: &Knowledge, child: &ChildDto, activity: &Activity) -> Vec<(Date, AgendaDayView)> {
    let own = |dto: &&preau_protocol::reservations::ReservationDto| {
        dto.closed && dto.child_id == child.child_id && dto.activity_id == activity.id.0
    };
    let view = |dto: &preau_protocol::reservations::ReservationDto| {
        let view = AgendaDayView {
            day: dto.day.to_string(),
            units: dto.units.clone(),
            state: AgendaStateView::Closed,
            other_home: dto.other_home,
            period_id: dto.period_id.to_string(),
            price: None,
            cancel_until: None,
            late: false,
            can_give_up: false,
        };
        (dto.day, view)
    };
    know.told.iter().filter(own).map(view).collect()
}

/// Days that were refused lately, each by the latest answer to it.
fn refused(
    know: &Knowledge,
    child: ChildId,
    activity: &Activity,
    receipts: &[ReceiptDto],
    now: Timestamp,
) -> BTreeMap<Date, AgendaDayView> {
    let mut latest: BTreeMap<Date, AgendaDayView> = BTreeMap::new();
    let mut seen = std::collections::BTreeSet::new();
    // The latest receipts come first.
    for receipt in receipts.iter().filter(|receipt| ActivityId(receipt.activity_id) == activity.id) {
        let at: Option<Timestamp> = receipt.at.parse().ok();
        let recent = at.is_some_and(|at| now.as_second() - at.as_second() <= REFUSED_SHOWN);
        for line in receipt.lines.iter().filter(|line| line.child_id == child.0) {
            let refused = matches!(line.verdict, VerdictDto::Refused { .. });
            if seen.insert(line.day) && refused && recent && know.booked(child, activity.id, line.day).is_empty() {
                latest.insert(
                    line.day,
                    AgendaDayView {
                        day: line.day.to_string(),
                        units: line.new.clone(),
                        state: AgendaStateView::Refused,
                        other_home: false,
                        period_id: PeriodId(receipt.period_id).0.to_string(),
                        price: None,
                        cancel_until: None,
                        late: false,
                        can_give_up: false,
                    },
                );
            }
        }
    }
    latest
}

/// Closed days and public holidays of the activity's periods.
fn closed(know: &Knowledge, activity: &Activity) -> Vec<GridDayView> {
    let planning = &know.offers.planning;
    let periods = planning.periods_of(activity.id).into_iter();
    let days = periods.flat_map(|period| present::days(period, &planning.calendar));
    let mut closed: Vec<GridDayView> = days.filter(|day| day.status != GridDayStatusView::Open).collect();
    closed.sort_by(|a, b| a.day.cmp(&b.day));
    closed.dedup_by(|a, b| a.day == b.day);
    closed
}
