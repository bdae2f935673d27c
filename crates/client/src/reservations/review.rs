//! Step 2: what *VALIDER* sends, judged before it is sent by the rules that the town's server applies.

use super::grid::Grid;
use super::knowledge::{Knowledge, new_reservation};
use super::present;
use super::views::{ReviewChildView, ReviewDayView, ReviewView};
use jiff::civil::Date;
use preau_domain::ids::ChildId;
use preau_domain::planning::{Activity, Period, Price, Units};
use preau_domain::reservations::{DayChange, Latitude, Refusal, Request, Situation, Verdict, decide};
use preau_protocol::reservations::{ChangeDaysOp, ChildDaysDto, DayDto, MAX_DAYS};
use std::collections::BTreeMap;

/// What is asked, and what would become of it.
pub struct Review {
    pub changes: Vec<DayChange>,
    pub verdicts: Vec<Verdict>,
    /// The situation as it would be.
    after: Situation,
}

impl Review {
    /// What differs from what is booked.
    pub fn of_grid(grid: &Grid<'_>) -> Self {
        let places = grid.draft.touched().filter(|(place, units)| grid.booked(*place) != *units);
        let known = places.filter(|((child, _), _)| grid.children.iter().any(|one| one.child_id == child.0));
        let changes = known.map(|((child, day), _)| grid.change(child, day)).collect();
        let mut situation = grid.know.situation.clone();
        situation.now = grid.instant();
        Self::of(grid.know, &situation, changes)
    }

    /// Judges changes, and adds the days of siblings that would cost more: those are asked for with them, at the price that
    /// the person sees.
    pub fn of(know: &Knowledge, situation: &Situation, mut changes: Vec<DayChange>) -> Self {
        loop {
            let mut after = situation.clone();
            after.places.suppose_room();
            let request = Request { family: know.family, changes: changes.clone(), latitude: Latitude::default() };
            let verdicts = decide(&mut after, &request, new_reservation);
            let dearer = changes.iter().zip(&verdicts).find_map(|(change, verdict)| match verdict {
                Verdict::Refused(Refusal::SiblingPriceChanged { child, cents }) => Some((change, *child, *cents)),
                _ => None,
            });
            let Some((change, child, cents)) = dearer else { return Self { changes, verdicts, after } };
            let units = know.booked(child, change.activity, change.day);
            let sibling = DayChange { child, old: units, new: units, expected_cents: cents, ..change.clone() };
            match changes.iter_mut().find(|known| (known.child, known.day) == (child, sibling.day)) {
                Some(known) if known.expected_cents < cents => known.expected_cents = cents,
                // It was asked for already: nothing more can be said here.
                Some(_) => return Self { changes, verdicts, after },
                None => changes.push(sibling),
            }
        }
    }

    /// The price that a change would have.
    fn price(&self, know: &Knowledge, change: &DayChange, verdict: &Verdict) -> Option<Price> {
        match verdict {
            Verdict::Confirmed { price } | Verdict::Waiting { price, .. } => Some(price.clone()),
            Verdict::Kept | Verdict::Absent { .. } => {
                let own = self.after.of(know.family, change.child, change.activity, change.day);
                own.and_then(|own| own.price.clone())
            }
            Verdict::Cancelled | Verdict::Refused(_) => None,
        }
    }

    /// As operations, each small enough: the days of one date stay together, because siblings make each other's price.
    pub fn operations(&self, know: &Knowledge, period: &Period, activity: &Activity) -> Vec<ChangeDaysOp> {
        let mut by_day: BTreeMap<Date, Vec<(&DayChange, &Verdict)>> = BTreeMap::new();
        for (change, verdict) in self.changes.iter().zip(&self.verdicts) {
            by_day.entry(change.day).or_default().push((change, verdict));
        }
        let mut operations: Vec<ChangeDaysOp> = Vec::new();
        for changes in by_day.into_values() {
            let fits = |op: &ChangeDaysOp| op.days() + changes.len() <= MAX_DAYS;
            if !operations.last().is_some_and(fits) {
                let (activity_id, period_id) = (activity.id.0, period.id.0);
                operations.push(ChangeDaysOp { activity_id, period_id, children: Vec::new() });
            }
            if let Some(operation) = operations.last_mut() {
                for (change, verdict) in changes {
                    let seen = self.price(know, change, verdict).map_or(0, |price| price.cents);
                    add(operation, activity, change, seen);
                }
            }
        }
        operations
    }

    /// The page.
    pub fn view(&self, grid: &Grid<'_>, problems: u32) -> ReviewView {
        let (know, period) = (grid.know, grid.period);
        let mut children: Vec<ReviewChildView> = Vec::new();
        for child in &grid.children {
            let own =
                self.changes.iter().zip(&self.verdicts).filter(|(change, _)| change.child == ChildId(child.child_id));
            let mut days: Vec<ReviewDayView> = own.map(|(change, verdict)| self.day(grid, change, verdict)).collect();
            days.sort_by(|a, b| a.day.cmp(&b.day));
            let cents = days.iter().filter_map(|day| day.price.as_ref()).map(|price| price.cents).sum();
            if !days.is_empty() {
                let (child_id, first_name) = (child.child_id.to_string(), child.first_name.clone());
                children.push(ReviewChildView { child_id, first_name, days, cents });
            }
        }
        ReviewView {
            activity_name: grid.activity.name.clone(),
            period_name: period.name.clone(),
            state: present::period_state(period, know.situation.now),
            units: present::units(grid.activity),
            cents: children.iter().map(|child| child.cents).sum(),
            children,
            problems,
        }
    }

    fn day(&self, grid: &Grid<'_>, change: &DayChange, verdict: &Verdict) -> ReviewDayView {
        let (know, activity) = (grid.know, grid.activity);
        let calendar = &know.offers.planning.calendar;
        let price = self.price(know, change, verdict);
        let owed = matches!(verdict, Verdict::Confirmed { .. } | Verdict::Waiting { .. });
        let until = present::cancel_until(grid.period, calendar, change.day, grid.instant());
        ReviewDayView {
            day: change.day.to_string(),
            old: present::keys(activity, change.old),
            new: present::keys(activity, change.new),
            forecast: present::forecast(verdict, activity, &know.children),
            price: price.map(|price| present::price(&price, &know.offers)),
            cancel_until: until.filter(|_| owed),
        }
    }
}

fn add(operation: &mut ChangeDaysOp, activity: &Activity, change: &DayChange, expected_cents: i64) {
    let keys = |units: Units| present::keys(activity, units);
    let day = DayDto { day: change.day, old: keys(change.old), new: keys(change.new), expected_cents };
    match operation.children.iter_mut().find(|child| child.child_id == change.child.0) {
        Some(child) => child.days.push(day),
        None => operation.children.push(ChildDaysDto { child_id: change.child.0, days: vec![day] }),
    }
}
