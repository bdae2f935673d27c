//! What a person does to the grid.

use super::draft::Place;
use super::grid::Grid;
use super::present;
use super::receipts::RefusedDay;
use super::views::{CorrectionView, GridCellView, TickRequest, TickedView};
use crate::error::{Error, FailureCode};
use jiff::civil::Date;
use preau_domain::ids::ChildId;
use preau_domain::planning::{Units, WeeklyPattern, monday_of, tick};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Grid<'_> {
    /// Does it, and says what is otherwise now.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] for a child, day or unit that is not of the grid.
    pub fn tick(&mut self, request: &TickRequest) -> Result<TickedView, Error> {
        let mut corrected = None;
        let changed = match request {
            TickRequest::Box { child_id, day, unit, on } => {
                let place = (self.child(child_id)?, self.day(day)?);
                let (before, unit) = (self.wanted(place), self.unit(unit)?);
                let after = tick(&self.activity.relations, before, unit, *on);
                corrected = self.correction(before, after, unit, *on);
                if self.is_locked(place) { Vec::new() } else { self.draft.step(vec![(place, after)]) }
            }
            TickRequest::Column { child_id, unit, on } => {
                let (child, unit) = (self.child(child_id)?, self.unit(unit)?);
                let ticked = |place: Place| tick(&self.activity.relations, self.wanted(place), unit, *on);
                let places = self.free_places(child).into_iter();
                let cells = places.map(|place| (place, ticked(place))).filter(|(place, to)| self.wanted(*place) != *to);
                let cells = cells.collect();
                self.draft.step(cells)
            }
            TickRequest::RepeatWeek { child_id, week } => {
                let (child, week) = (self.child(child_id)?, parsed(week)?);
                self.repeat_week(child, week)
            }
            TickRequest::CopyTo { child_id, to } => {
                let (from, to) = (self.child(child_id)?, self.child(to)?);
                let places = self.free_places(to).into_iter();
                let cells = places.map(|place| (place, self.wanted((from, place.1))));
                let cells = cells.filter(|(place, units)| self.wanted(*place) != *units).collect();
                self.draft.step(cells)
            }
            TickRequest::Undo => self.draft.undo(),
        };
        Ok(self.ticked(&changed, corrected))
    }

    /// Ticks what the town refused once more, as one step: at the prices and places that are known now, and where something
    /// can still be ticked.
    pub fn tick_again(&mut self, refused: &[RefusedDay]) -> TickedView {
        let known = |(child, day, keys): &RefusedDay| {
            let place = (*child, *day);
            let units = self.activity.units_of(keys.iter().map(String::as_str))?;
            let open = self.open_days().any(|open| open == *day);
            (open && !self.is_locked(place) && self.wanted(place) != units).then_some((place, units))
        };
        let cells = refused.iter().filter_map(known).collect();
        let changed = self.draft.step(cells);
        self.ticked(&changed, None)
    }

    fn ticked(&self, changed: &[Place], corrected: Option<CorrectionView>) -> TickedView {
        let changed: BTreeSet<Date> = changed.iter().map(|(_, day)| *day).collect();
        let all: Vec<(Date, Vec<GridCellView>)> = self.open_days().map(|day| (day, self.cells_of(day))).collect();
        let cells: Vec<GridCellView> = all.iter().flat_map(|(_, cells)| cells.clone()).collect();
        let totals = self.totals(&cells);
        let otherwise = all.into_iter().filter(|(day, _)| changed.contains(day)).flat_map(|(_, cells)| cells);
        TickedView { cells: otherwise.collect(), totals, can_undo: self.draft.can_undo(), corrected }
    }

    /// Each weekday of a week, on the other weeks of the period.
    fn repeat_week(&mut self, child: ChildId, week: Date) -> Vec<Place> {
        let monday = monday_of(week);
        let mut pattern = WeeklyPattern::default();
        for day in self.open_days().filter(|day| monday_of(*day) == monday) {
            pattern.set(day.weekday(), self.wanted((child, day)));
        }
        let places = self.free_places(child).into_iter().filter(|(_, day)| monday_of(*day) != monday);
        let cells = places.map(|place| (place, pattern.of(place.1.weekday())));
        let cells = cells.filter(|(place, units)| self.wanted(*place) != *units).collect();
        self.draft.step(cells)
    }

    /// The days of a child on which something can be ticked.
    fn free_places(&self, child: ChildId) -> Vec<Place> {
        let places = self.open_days().map(|day| (child, day));
        places.filter(|place| !self.is_locked(*place)).collect()
    }

    fn is_locked(&self, place: Place) -> bool {
        let child = self.children.iter().find(|child| child.child_id == place.0.0);
        child.is_none_or(|child| self.lock(child, place.1, self.booked(place)).is_some())
    }

    fn correction(&self, before: Units, after: Units, unit: Units, on: bool) -> Option<CorrectionView> {
        let asked = if on { before.and(unit) } else { before.without(unit) };
        let correction = CorrectionView {
            on: present::keys(self.activity, after.without(asked)),
            off: present::keys(self.activity, asked.without(after)),
        };
        (asked != after).then_some(correction)
    }

    fn child(&self, id: &str) -> Result<ChildId, Error> {
        let id: Uuid = id.parse().map_err(|_| not_found())?;
        let known = self.children.iter().any(|child| child.child_id == id);
        if known { Ok(ChildId(id)) } else { Err(not_found()) }
    }

    fn day(&self, day: &str) -> Result<Date, Error> {
        let day = parsed(day)?;
        self.open_days().find(|open| *open == day).ok_or_else(not_found)
    }

    fn unit(&self, key: &str) -> Result<Units, Error> {
        self.activity.units_of([key]).ok_or_else(not_found)
    }
}

fn parsed(day: &str) -> Result<Date, Error> {
    day.parse().map_err(|_| not_found())
}

fn not_found() -> Error {
    Error::Rule(FailureCode::NotFound)
}
