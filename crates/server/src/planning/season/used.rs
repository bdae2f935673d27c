//! What is in use: a season never takes it away.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use preau_domain::ids::{ActivityId, PeriodId};
use preau_domain::planning::{DayStatus, Planning};
use preau_protocol::error::FieldError;
use uuid::Uuid;

use super::fault;

/// A day of a period on which somebody has or waits for a place, in a group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsedDay {
    /// The activity.
    pub activity: Uuid,
    /// The period.
    pub period: Uuid,
    /// The day.
    pub day: Date,
    /// The group.
    pub group: String,
}

/// What is in use.
#[derive(Debug, Clone, Default)]
pub struct Used {
    /// Days with live reservations.
    pub days: BTreeSet<UsedDay>,
    /// Activities of which anything was ever booked: their units keep their places.
    pub activities: BTreeSet<Uuid>,
}

impl Used {
    /// What a planning would take away from those who have it.
    pub(in super::super) fn faults(&self, before: &Planning, after: &Planning) -> Vec<FieldError> {
        let mut faults = Vec::new();
        for activity in &self.activities {
            let id = ActivityId(*activity);
            if let (Some(old), Some(new)) = (before.activities.get(&id), after.activities.get(&id)) {
                let kept = old.units.iter().zip(&new.units).take_while(|(old, new)| old.key == new.key).count();
                if let Some(moved) = old.units.get(kept) {
                    let reason = format!("« {} » was booked: units stay in their order, new ones come last", moved.key);
                    faults.push(fault(format!("activities.{}.units", old.key), &reason));
                }
            }
        }
        let mut days: BTreeMap<Uuid, Vec<&UsedDay>> = BTreeMap::new();
        for used in &self.days {
            days.entry(used.period).or_default().push(used);
        }
        for (period, days) in days {
            faults.extend(lost_days(after, PeriodId(period), &days));
        }
        faults
    }
}

fn lost_days(after: &Planning, period: PeriodId, days: &[&UsedDay]) -> Vec<FieldError> {
    let Some(period) = after.periods.get(&period) else { return Vec::new() };
    let Some(activity) = after.activities.get(&period.activity) else { return Vec::new() };
    let mut faults = Vec::new();
    for used in days {
        let reason = match period.day(&after.calendar, used.day) {
            DayStatus::Open if activity.groups.iter().any(|group| group.key.as_str() == used.group) => continue,
            DayStatus::Open => format!("children of group « {} » are booked on {}", used.group, used.day),
            DayStatus::Closed(_) => format!("children are booked on {}: close the day, which tells them", used.day),
            DayStatus::PublicHoliday(_) | DayStatus::NotOffered => format!("children are booked on {}", used.day),
        };
        faults.push(fault(format!("periods.{}", period.key), &reason));
    }
    faults
}
