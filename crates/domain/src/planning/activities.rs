//! Activities: where they take place, what is booked of them, and what is counted.

use jiff::civil::Date;

use super::{Group, GroupRule, Key, Relation, Supervision, Unit, Units};
use crate::family::Schooling;
use crate::ids::ActivityId;

/// What an activity is. It decides nothing by itself but where it is shown and how it is supervised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActivityKind {
    /// Accueil de loisirs sans hébergement.
    Alsh,
    /// Before and after school, and Wednesdays.
    Periscolaire,
    /// School meals.
    Restauration,
    /// École municipale d'arts, or multi-activities.
    Ema,
    /// Sports.
    Sports,
    /// Anything else.
    Other,
}

/// What is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Billing {
    /// What was booked.
    Booked,
    /// What was attended.
    Attended,
}

/// A place where activities meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Its stable name.
    pub key: Key,
    /// « Accueil de loisirs Les Tilleuls ».
    pub name: String,
    /// E.164: whom to call about outings and today.
    pub phone: Option<String>,
}

/// What is counted together: a booking takes one place of each counter that its units touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CounterRule {
    /// Its stable name.
    pub key: Key,
    /// The units that take a place of it.
    pub units: Units,
}

/// An activity of the town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// Its stable name.
    pub key: Key,
    /// « ALSH des vacances ».
    pub name: String,
    /// What it is.
    pub kind: ActivityKind,
    /// Its units, in the order of the day.
    pub units: Vec<Unit>,
    /// What they ask of each other.
    pub relations: Vec<Relation>,
    /// Its groups: a child is of the first that takes them.
    pub groups: Vec<Group>,
    /// What is counted.
    pub counters: Vec<CounterRule>,
    /// The rule its supervision follows.
    pub supervision: Supervision,
    /// What is billed.
    pub billing: Billing,
    /// Whether a registration is needed to book.
    pub registration: bool,
    /// A sentence of the town for its booking screen (« Pour les sorties… »).
    pub notice: Option<String>,
}

impl Activity {
    /// Whether a day that is given up too late is owed: where presence is billed, it is owed by who comes.
    #[must_use]
    pub fn is_owed_when_absent(&self) -> bool {
        self.billing == Billing::Booked
    }

    /// All of its units.
    #[must_use]
    pub fn all_units(&self) -> Units {
        (0..self.units.len()).map(Units::at).collect()
    }

    /// Units by their stable names; `None` where one is not of this activity.
    #[must_use]
    pub fn units_of<'a>(&self, keys: impl IntoIterator<Item = &'a str>) -> Option<Units> {
        let place = |key: &str| self.units.iter().position(|unit| unit.key.as_str() == key).map(Units::at);
        keys.into_iter().map(place).collect()
    }

    /// The stable names of units, in the order of the day.
    #[must_use]
    pub fn keys_of(&self, units: Units) -> Vec<&str> {
        let of = |place: usize| self.units.get(place).map(|unit| unit.key.as_str());
        units.places().filter_map(of).collect()
    }

    /// Whether a child's group depends on its school.
    #[must_use]
    pub fn asks_schooling(&self) -> bool {
        self.groups.iter().any(|group| matches!(group.rule, GroupRule::Levels(_)))
    }

    /// The group of a child on a day.
    #[must_use]
    pub fn group_of(&self, birth: Date, schooling: &[Schooling], day: Date) -> Option<&Group> {
        self.groups.iter().find(|group| group.takes(birth, schooling, day))
    }

    /// The counters that units touch.
    pub fn counters_of(&self, units: Units) -> impl Iterator<Item = &CounterRule> {
        self.counters.iter().filter(move |counter| counter.units.meets(units))
    }
}
