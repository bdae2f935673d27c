//! School holidays and school years.

use std::fmt;

use jiff::civil::{Date, date};

use super::{days_after, is_working_day};

/// A school zone (Code de l'éducation, L. 521-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchoolZone {
    /// Besançon, Bordeaux, Clermont-Ferrand, Dijon, Grenoble, Limoges, Lyon, Poitiers.
    A,
    /// Aix-Marseille, Amiens, Lille, Nancy-Metz, Nantes, Nice, Normandie, Orléans-Tours, Reims, Rennes, Strasbourg.
    B,
    /// Créteil, Montpellier, Paris, Toulouse, Versailles.
    C,
}

/// School holidays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchoolHoliday {
    /// « Vacances de la Toussaint ».
    pub name: String,
    /// First day without school: a Saturday, most often.
    pub first_free_day: Date,
    /// The day on whose morning school begins again.
    pub return_day: Date,
}

/// Why a calendar cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum CalendarError {
    /// A name is empty or longer than 80 characters.
    #[error("school holidays have a name of 1 to 80 characters")]
    Name,
    /// Holidays end before they begin.
    #[error("school holidays end before they begin")]
    Reversed,
    /// Holidays that begin before the ones before them end.
    #[error("school holidays lie one over another, or are not in order")]
    Overlapping,
}

/// A calendar of school.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: SchoolZone,
    holidays: Vec<SchoolHoliday>,
    bridges: Vec<Date>,
}

/// Zone A, as published: 2025-2026; 2026-2027 (arrêté du 22 octobre 2025, JORFTEXT000052416058); 2027-2028 from the open data
/// of the Ministry of education. No day of return is published yet for the summer of 2028: 1 September stands for it, and
/// for that of 2027.
const ZONE_A: [(&str, Date, Date); 15] = [
    ("Vacances de la Toussaint", date(2025, 10, 18), date(2025, 11, 3)),
    ("Vacances de Noël", date(2025, 12, 20), date(2026, 1, 5)),
    ("Vacances d'hiver", date(2026, 2, 7), date(2026, 2, 23)),
    ("Vacances de printemps", date(2026, 4, 4), date(2026, 4, 20)),
    ("Vacances d'été", date(2026, 7, 4), date(2026, 9, 1)),
    ("Vacances de la Toussaint", date(2026, 10, 17), date(2026, 11, 2)),
    ("Vacances de Noël", date(2026, 12, 19), date(2027, 1, 4)),
    ("Vacances d'hiver", date(2027, 2, 13), date(2027, 3, 1)),
    ("Vacances de printemps", date(2027, 4, 10), date(2027, 4, 26)),
    ("Vacances d'été", date(2027, 7, 3), date(2027, 9, 1)),
    ("Vacances de la Toussaint", date(2027, 10, 23), date(2027, 11, 8)),
    ("Vacances de Noël", date(2027, 12, 18), date(2028, 1, 3)),
    ("Vacances d'hiver", date(2028, 2, 19), date(2028, 3, 6)),
    ("Vacances de printemps", date(2028, 4, 22), date(2028, 5, 9)),
    ("Vacances d'été", date(2028, 7, 4), date(2028, 9, 1)),
];

/// Days around Ascension without school, the same source.
const BRIDGES: [Date; 6] =
    [date(2026, 5, 15), date(2026, 5, 16), date(2027, 5, 7), date(2027, 5, 8), date(2028, 5, 26), date(2028, 5, 27)];

impl Calendar {
    /// Zone A, shipped.
    #[must_use]
    pub fn zone_a() -> Self {
        let holiday = |(name, first_free_day, return_day): (&str, Date, Date)| SchoolHoliday {
            name: name.to_owned(),
            first_free_day,
            return_day,
        };
        Self { zone: SchoolZone::A, holidays: ZONE_A.map(holiday).into(), bridges: BRIDGES.into() }
    }

    /// A calendar that was imported, with its holidays in order.
    ///
    /// # Errors
    /// [`CalendarError`].
    pub fn new(zone: SchoolZone, holidays: Vec<SchoolHoliday>, bridges: Vec<Date>) -> Result<Self, CalendarError> {
        for holiday in &holidays {
            if holiday.name.trim().is_empty() || holiday.name.chars().count() > 80 {
                return Err(CalendarError::Name);
            }
            if holiday.first_free_day >= holiday.return_day {
                return Err(CalendarError::Reversed);
            }
        }
        if holidays.windows(2).any(|two| two[1].first_free_day < two[0].return_day) {
            return Err(CalendarError::Overlapping);
        }
        Ok(Self { zone, holidays, bridges })
    }

    /// The zone.
    #[must_use]
    pub fn zone(&self) -> SchoolZone {
        self.zone
    }

    /// School holidays, in order.
    #[must_use]
    pub fn holidays(&self) -> &[SchoolHoliday] {
        &self.holidays
    }

    /// Single days without school.
    #[must_use]
    pub fn bridges(&self) -> &[Date] {
        &self.bridges
    }

    /// The school holidays that a day is in.
    #[must_use]
    pub fn holiday_on(&self, day: Date) -> Option<&SchoolHoliday> {
        self.holidays.iter().find(|holiday| holiday.first_free_day <= day && day < holiday.return_day)
    }

    /// Whether a day is in school holidays, weekends and public holidays among them included, or has no school by itself.
    #[must_use]
    pub fn is_holiday(&self, day: Date) -> bool {
        self.holiday_on(day).is_some() || self.bridges.contains(&day)
    }

    /// Whether a day is worked: Monday to Friday, and no public holiday.
    #[must_use]
    pub fn is_working_day(&self, day: Date) -> bool {
        is_working_day(day)
    }

    /// The last day of which this calendar says whether it has school.
    #[must_use]
    pub fn known_until(&self) -> Date {
        self.holidays.last().map_or(super::FIRST, |last| days_after(last.return_day, -1))
    }
}

/// A school year, by the calendar year it begins in: from 1 September to 31 August.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchoolYear(i16);

impl SchoolYear {
    /// The school year of a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self(if day.month() >= 9 { day.year() } else { day.year() - 1 })
    }

    /// 1 September.
    #[must_use]
    pub fn first_day(self) -> Date {
        Date::new(self.0, 9, 1).unwrap_or(Date::MIN)
    }

    /// 31 August.
    #[must_use]
    pub fn last_day(self) -> Date {
        Date::new(self.0.saturating_add(1), 8, 31).unwrap_or(Date::MAX)
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.0.saturating_add(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_calendar_is_one_that_could_be_imported() {
        let shipped = Calendar::zone_a();
        let imported = Calendar::new(shipped.zone(), shipped.holidays().to_vec(), shipped.bridges().to_vec());
        assert_eq!(imported.as_ref(), Ok(&shipped));
        assert_eq!(shipped.known_until(), date(2028, 8, 31));
    }

    #[test]
    fn school_ends_the_day_before_and_begins_on_the_morning_of_return() {
        let calendar = Calendar::zone_a();
        for (day, holiday) in [
            (date(2026, 10, 16), None),
            (date(2026, 10, 17), Some("Vacances de la Toussaint")),
            (date(2026, 11, 1), Some("Vacances de la Toussaint")),
            (date(2026, 11, 2), None),
            (date(2027, 7, 3), Some("Vacances d'été")),
            (date(2027, 8, 31), Some("Vacances d'été")),
            (date(2027, 9, 1), None),
        ] {
            assert_eq!(calendar.holiday_on(day).map(|holiday| holiday.name.as_str()), holiday, "{day}");
        }
        assert!(calendar.is_holiday(date(2027, 5, 7)) && !calendar.is_holiday(date(2027, 5, 6)));
    }

    #[test]
    fn an_import_that_says_nonsense_is_refused() {
        let holiday = |name: &str, from, to| SchoolHoliday { name: name.into(), first_free_day: from, return_day: to };
        let (a, b, c) = (date(2026, 10, 17), date(2026, 11, 2), date(2026, 12, 19));
        for (holidays, error) in [
            (vec![holiday(" ", a, b)], CalendarError::Name),
            (vec![holiday(&"a".repeat(81), a, b)], CalendarError::Name),
            (vec![holiday("x", b, b)], CalendarError::Reversed),
            (vec![holiday("x", a, c), holiday("y", b, date(2027, 1, 4))], CalendarError::Overlapping),
            (vec![holiday("y", c, date(2027, 1, 4)), holiday("x", a, b)], CalendarError::Overlapping),
        ] {
            assert_eq!(Calendar::new(SchoolZone::B, holidays, Vec::new()), Err(error));
        }
    }

    #[test]
    fn school_years_by_table() {
        for (day, year) in
            [(date(2026, 8, 31), "2025-2026"), (date(2026, 9, 1), "2026-2027"), (date(2027, 1, 1), "2026-2027")]
        {
            let found = SchoolYear::of(day);
            assert_eq!(found.to_string(), year, "{day}");
            assert!((found.first_day()..=found.last_day()).contains(&day));
        }
    }
}
