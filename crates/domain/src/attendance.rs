//! Attendance: who came, how the day ended, and what is charged because of it.
//!
//! What was booked stays what it was; attendance is what happened. Pure: an agent marks it, a file tells it, the same rules judge both.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use crate::planning::{Activity, Billing, Calendar, DayStatus, Period, Units, broken, start_of_day};

/// How a child's day went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Came.
    Present,
    /// Did not come.
    Absent,
    /// Came after the beginning.
    Late,
    /// Has gone home.
    Left,
}

impl Mark {
    /// Whether the child came at all.
    #[must_use]
    pub fn came(self) -> bool {
        self != Self::Absent
    }
}

/// What is on record of a child's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    /// How it went.
    pub mark: Mark,
    /// What the child was there for, where it is not what was booked.
    pub units: Option<Units>,
    /// When the child came, in Paris.
    pub arrived_at: Option<Time>,
    /// When the child was fetched, in Paris.
    pub left_at: Option<Time>,
    /// By whom, as they were named.
    pub collected_by: Option<String>,
    /// Fetched after the closing hour.
    pub late_pickup: bool,
}

/// Why something cannot be on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum AttendanceFault {
    /// The day has not begun.
    #[error("the day has not begun")]
    NotYet,
    /// The activity does not take place on that day.
    #[error("the activity does not take place on that day")]
    NotOffered,
    /// Who booked nothing is not absent.
    #[error("nothing is booked")]
    NotBooked,
    /// Who came without having booked was there for something.
    #[error("nothing is booked: what the child was there for is to be said")]
    NoUnits,
    /// Units that the activity does not have, or that do not go together.
    #[error("units that the activity does not have or that do not go together")]
    Units,
    /// Who did not come was there for nothing, and nobody fetched them.
    #[error("a child who did not come has no hours and no units")]
    Absent,
    /// Fetched before coming.
    #[error("the child is fetched before it comes")]
    Hours,
}

/// Whether attendance may be on record. `booked` is what the child has a place for, whether it was announced absent or not.
///
/// # Errors
/// [`AttendanceFault`].
pub fn check(
    attendance: &Attendance,
    activity: &Activity,
    is_offered: bool,
    booked: Option<Units>,
    (day, now): (Date, Timestamp),
) -> Result<(), AttendanceFault> {
    if now < start_of_day(day) {
        return Err(AttendanceFault::NotYet);
    }
    if !is_offered {
        return Err(AttendanceFault::NotOffered);
    }
    let Attendance { mark, units, arrived_at, left_at, .. } = attendance;
    if !mark.came() {
        let says_more = units.is_some()
            || arrived_at.is_some()
            || left_at.is_some()
            || attendance.collected_by.is_some()
            || attendance.late_pickup;
        return match booked {
            None => Err(AttendanceFault::NotBooked),
            Some(_) if says_more => Err(AttendanceFault::Absent),
            Some(_) => Ok(()),
        };
    }
    match units {
        None if booked.is_none() => return Err(AttendanceFault::NoUnits),
        Some(units) => {
            let known = activity.all_units().contains(*units) && !units.is_empty();
            if !known || !broken(&activity.relations, *units).is_empty() {
                return Err(AttendanceFault::Units);
            }
        }
        None => {}
    }
    match (arrived_at, left_at) {
        (Some(arrived), Some(left)) if left < arrived => Err(AttendanceFault::Hours),
        _ => Ok(()),
    }
}

/// Whether a period of an activity takes place on a day, however full it is.
#[must_use]
pub fn is_offered(periods: &[&Period], calendar: &Calendar, day: Date) -> bool {
    periods.iter().any(|period| period.day(calendar, day) == DayStatus::Open)
}

/// What is charged of a child's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Charge {
    /// For these units.
    pub units: Units,
    /// Nothing was booked.
    pub unbooked: bool,
    /// Fetched late.
    pub late_pickup: bool,
}

/// What is charged of a child's day; nothing where it is not owed, or where what is billed by presence is not on record yet.
///
/// What was booked and given up too late is owed where what is booked is billed, as the family was told, and not where presence is.
#[must_use]
pub fn charge(billing: Billing, booked: Option<Units>, attendance: Option<&Attendance>) -> Option<Charge> {
    let came = attendance.filter(|attendance| attendance.mark.came());
    let late_pickup = came.is_some_and(|attendance| attendance.late_pickup);
    let units = match (billing, booked, came) {
        (_, None, Some(came)) => came.units?,
        (Billing::Booked, Some(booked), _) => booked,
        (Billing::Attended, Some(booked), Some(came)) => came.units.unwrap_or(booked),
        (Billing::Attended, Some(_), None) | (_, None, None) => return None,
    };
    Some(Charge { units, unbooked: booked.is_none(), late_pickup })
}

/// What of a child's day is that of a home that booked a part of it, where others booked the `others`. Who booked the end of the day
/// answers for it: for a late pick-up, and for what nobody booked. A home for whose part the child did not come is told that it was
/// absent.
#[must_use]
pub fn share(attendance: &Attendance, booked: Units, others: Units, ends_the_day: bool) -> Attendance {
    let late_pickup = attendance.late_pickup && ends_the_day;
    let Some(there) = attendance.units.filter(|_| !others.is_empty()) else {
        return Attendance { late_pickup, ..attendance.clone() };
    };
    let units = if ends_the_day { there.without(others) } else { there.common(booked) };
    if units.is_empty() {
        let (mark, units, collected_by) = (Mark::Absent, None, None);
        return Attendance { mark, units, arrived_at: None, left_at: None, collected_by, late_pickup: false };
    }
    Attendance { units: Some(units), late_pickup, ..attendance.clone() }
}
