//! Groups of children of an activity: by age or by class, on the very day.

use jiff::civil::Date;

use super::{AgeClass, Key};
use crate::family::{Schooling, age_on, schooling_on};

/// Who a group is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupRule {
    /// By age on the day, in whole years, both included.
    Ages {
        /// Youngest.
        from: u32,
        /// Oldest.
        to: u32,
    },
    /// By level of school on the day.
    Levels(Vec<String>),
    /// Everybody.
    Everyone,
}

/// A group of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its stable name.
    pub key: Key,
    /// « 6-11 ans ».
    pub name: String,
    /// Who it is for.
    pub rule: GroupRule,
    /// Where it meets, among the activity's sites.
    pub site: Key,
    /// What its supervision counts as (Code de l'action sociale et des familles, R. 227-15).
    pub ages: AgeClass,
}

impl Group {
    /// Whether a child belongs to it on a day.
    #[must_use]
    pub fn takes(&self, birth: Date, schooling: &[Schooling], day: Date) -> bool {
        match &self.rule {
            GroupRule::Ages { from, to } => birth <= day && (*from..=*to).contains(&age_on(birth, day)),
            GroupRule::Levels(levels) => schooling_on(schooling, day).is_some_and(|year| levels.contains(&year.level)),
            GroupRule::Everyone => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn group(rule: GroupRule) -> Group {
        let key = |text| Key::parse(text).unwrap();
        Group { key: key("g"), name: "G".into(), rule, site: key("s"), ages: AgeClass::From6 }
    }

    #[test]
    fn a_birthday_changes_the_group_on_the_day() {
        let little = group(GroupRule::Ages { from: 3, to: 5 });
        let big = group(GroupRule::Ages { from: 6, to: 11 });
        let birth = date(2020, 10, 21);
        for (day, expected) in [
            (date(2023, 10, 20), [false, false]),
            (date(2023, 10, 21), [true, false]),
            (date(2026, 10, 20), [true, false]),
            (date(2026, 10, 21), [false, true]),
            (date(2032, 10, 20), [false, true]),
            (date(2032, 10, 21), [false, false]),
            (date(2019, 1, 1), [false, false]),
        ] {
            assert_eq!([little.takes(birth, &[], day), big.takes(birth, &[], day)], expected, "{day}");
        }
    }

    #[test]
    fn september_changes_the_class() {
        let year = |from, to, level: &str| Schooling { from, to, school: "A".into(), level: level.into(), class: None };
        let schooling = [year(date(2025, 9, 1), Some(date(2026, 8, 31)), "GS"), year(date(2026, 9, 1), None, "CP")];
        let infants = group(GroupRule::Levels(vec!["PS".into(), "MS".into(), "GS".into()]));
        let birth = date(2020, 1, 1);
        assert!(infants.takes(birth, &schooling, date(2026, 8, 31)));
        assert!(!infants.takes(birth, &schooling, date(2026, 9, 1)));
        assert!(!infants.takes(birth, &[], date(2026, 8, 31)), "no school on record");
        assert!(group(GroupRule::Everyone).takes(birth, &[], date(2026, 8, 31)));
    }
}
