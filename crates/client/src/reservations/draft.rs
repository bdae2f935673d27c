//! What is ticked and not sent: kept at each tick, with what undoes the last ones.

use super::store;
use crate::error::{CacheError, Error};
use anyhow::Context;
use jiff::Timestamp;
use jiff::civil::Date;
use preau_domain::ids::ChildId;
use preau_domain::planning::{Activity, Units};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Steps that can be undone.
const STEPS: usize = 50;

/// A cell of the grid.
pub type Place = (ChildId, Date);

/// What is ticked for a period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Cells that somebody touched; the others are as booked.
    wanted: BTreeMap<Place, Units>,
    /// What cells were before each step, the latest last; none where nobody had touched them.
    steps: Vec<Vec<(Place, Option<Units>)>>,
}

/// A cell as it was before a step, as it is kept.
type KeptCell = (Uuid, Date, Option<Vec<String>>);

/// As it is kept: units by their stable names, so that it stays right when the town adds some.
#[derive(Debug, Default, Serialize, Deserialize)]
struct DraftBody {
    wanted: Vec<(Uuid, Date, Vec<String>)>,
    #[serde(default)]
    steps: Vec<Vec<KeptCell>>,
}

impl Draft {
    /// Reads what is ticked for a period. Units that the activity no longer has are let go.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn read(db: &mut SqliteConnection, period: Uuid, activity: &Activity) -> Result<Self, Error> {
        let Some(text) = store::draft(db, period).await? else { return Ok(Self::default()) };
        let body: DraftBody = serde_json::from_str(&text).unwrap_or_default();
        let units =
            |keys: &[String]| -> Units { keys.iter().filter_map(|key| activity.units_of([key.as_str()])).collect() };
        let wanted = body.wanted.iter().map(|(child, day, keys)| ((ChildId(*child), *day), units(keys))).collect();
        let step = |step: &Vec<KeptCell>| {
            let cell = |(child, day, keys): &KeptCell| ((ChildId(*child), *day), keys.as_deref().map(units));
            step.iter().map(cell).collect()
        };
        Ok(Self { wanted, steps: body.steps.iter().map(step).collect() })
    }

    /// Keeps it; one in which nobody touched anything is forgotten.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn keep(
        &self,
        db: &mut SqliteConnection,
        period: Uuid,
        activity: &Activity,
        now: Timestamp,
    ) -> Result<(), Error> {
        if self.wanted.is_empty() && self.steps.is_empty() {
            return store::forget_draft(db, period).await;
        }
        let keys = |units: Units| activity.keys_of(units).into_iter().map(str::to_owned).collect::<Vec<_>>();
        let wanted = self.wanted.iter().map(|((child, day), units)| (child.0, *day, keys(*units))).collect();
        let step = |step: &Vec<(Place, Option<Units>)>| {
            step.iter().map(|((child, day), units)| (child.0, *day, units.map(keys))).collect()
        };
        let body = DraftBody { wanted, steps: self.steps.iter().map(step).collect() };
        let body = serde_json::to_string(&body).context("a draft").map_err(CacheError::Other)?;
        store::keep_draft(db, period, &body, now).await
    }

    /// What is wanted of a cell that somebody touched.
    #[must_use]
    pub fn wanted(&self, place: Place) -> Option<Units> {
        self.wanted.get(&place).copied()
    }

    /// Cells that somebody touched.
    pub fn touched(&self) -> impl Iterator<Item = (Place, Units)> {
        self.wanted.iter().map(|(place, units)| (*place, *units))
    }

    /// One step: cells become what is given. Says which are otherwise now.
    pub fn step(&mut self, cells: Vec<(Place, Units)>) -> Vec<Place> {
        let mut before = Vec::new();
        for (place, units) in cells {
            let old = self.wanted.insert(place, units);
            if old != Some(units) {
                before.push((place, old));
            }
        }
        let places = before.iter().map(|(place, _)| *place).collect();
        if !before.is_empty() {
            self.steps.push(before);
            let surplus = self.steps.len().saturating_sub(STEPS);
            self.steps.drain(..surplus);
        }
        places
    }

    /// Undoes the last step. Says which cells are otherwise now.
    pub fn undo(&mut self) -> Vec<Place> {
        let Some(step) = self.steps.pop() else { return Vec::new() };
        for (place, old) in &step {
            match old {
                Some(units) => self.wanted.insert(*place, *units),
                None => self.wanted.remove(place),
            };
        }
        step.into_iter().map(|(place, _)| place).collect()
    }

    /// Whether there is a step to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.steps.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn steps_are_undone_one_by_one_and_only_the_last_are_kept() {
        let place = |n: i8| (ChildId(Uuid::from_u128(1)), date(2026, 10, n));
        let mut draft = Draft::default();
        assert_eq!(draft.step(vec![(place(1), Units::at(0)), (place(2), Units::at(1))]), [place(1), place(2)]);
        assert_eq!(draft.step(vec![(place(1), Units::at(2)), (place(2), Units::at(1))]), [place(1)]);
        assert_eq!(draft.step(vec![(place(1), Units::at(2))]), [], "nothing differs, nothing to undo");
        assert_eq!(draft.undo(), [place(1)]);
        assert_eq!(draft.wanted(place(1)), Some(Units::at(0)));
        assert_eq!(draft.undo(), [place(1), place(2)]);
        assert_eq!((draft.wanted(place(1)), draft.can_undo()), (None, false));
        assert_eq!(draft.undo(), []);
        for n in 0..60 {
            draft.step(vec![(place(1), Units::from_bits(n + 1))]);
        }
        let undone = std::iter::from_fn(|| draft.can_undo().then(|| draft.undo())).count();
        assert_eq!((undone, draft.wanted(place(1))), (50, Some(Units::from_bits(10))));
    }
}
