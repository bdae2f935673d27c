//! Units of a day, and the relations between them: the guide's valid choices follow from these alone.

use std::fmt;
use std::sync::Arc;

/// A stable name that a town gives to a thing of its season: 1 to 40 lower-case letters, digits and `_`, beginning with a
/// letter. Whatever else changes, it stays.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

impl Key {
    /// Reads a key; `None` if it is not one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let good = (1..=40).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(allowed);
        good.then(|| Self(text.into()))
    }

    /// Before every other, where a range of them begins.
    #[must_use]
    pub fn first() -> Self {
        Self("".into())
    }

    /// As written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A part of a day that is booked by itself: `morning`, `meal_with_meat`…
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its stable name.
    pub key: Key,
    /// « Repas AV ».
    pub name: String,
    /// « avec viande », where the name alone does not say it.
    pub detail: Option<String>,
    /// A meal, which is told apart from care on invoices.
    pub meal: bool,
}

/// A set of units of one activity, each by its place in the activity's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Units(u16);

impl Units {
    /// Most units of an activity.
    pub const MAX: usize = 12;
    /// No unit.
    pub const NONE: Self = Self(0);

    /// Units that no activity has, and that [`Units::from_bits`] never reads.
    pub const FOREIGN: Self = Self(1 << 15);

    /// The unit at a place; no unit for a place that no activity has.
    #[must_use]
    pub fn at(place: usize) -> Self {
        if place < Self::MAX { Self(1 << place) } else { Self::NONE }
    }

    #[cfg(test)]
    pub(crate) const fn of_bit(place: u16) -> Self {
        Self(1 << place)
    }

    /// Reads the number that [`Units::bits`] gave.
    #[must_use]
    pub fn from_bits(bits: u16) -> Self {
        Self(bits & ((1 << Self::MAX) - 1))
    }

    /// As a number, the first unit being its lowest bit.
    #[must_use]
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// How many.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether one is in both.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether all of `other` are here.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Those of either.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in both.
    #[must_use]
    pub fn common(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Those that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Their places, ascending.
    pub fn places(self) -> impl Iterator<Item = usize> {
        (0..Self::MAX).filter(move |place| self.meets(Self::at(*place)))
    }
}

impl FromIterator<Units> for Units {
    fn from_iter<I: IntoIterator<Item = Units>>(sets: I) -> Self {
        sets.into_iter().fold(Self::NONE, Self::and)
    }
}

/// What units ask of each other within one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Each of these is taken with at least one of those.
    Requires {
        /// What asks.
        units: Units,
        /// What it is taken with.
        any_of: Units,
    },
    /// At most one of these is taken.
    Excludes(Units),
    /// All of these are taken, or none.
    Together(Units),
}

impl Relation {
    /// Whether a day keeps to it.
    #[must_use]
    pub fn holds(self, day: Units) -> bool {
        match self {
            Self::Requires { units, any_of } => !day.meets(units) || day.meets(any_of),
            Self::Excludes(units) => day.common(units).len() <= 1,
            Self::Together(units) => !day.meets(units) || day.contains(units),
        }
    }

    /// Every unit it names.
    #[must_use]
    pub fn units(self) -> Units {
        match self {
            Self::Requires { units, any_of } => units.and(any_of),
            Self::Excludes(units) | Self::Together(units) => units,
        }
    }
}

/// A day once a unit was ticked or no longer is: what cannot be with it goes, what comes with it comes. What it requires is
/// for the person to choose.
#[must_use]
pub fn tick(relations: &[Relation], day: Units, unit: Units, on: bool) -> Units {
    let mut ticked = if on { day.and(unit) } else { day.without(unit) };
    for relation in relations {
        match relation {
            Relation::Together(units) if units.meets(unit) => {
                ticked = if on { ticked.and(*units) } else { ticked.without(*units) };
            }
            Relation::Together(_) | Relation::Requires { .. } | Relation::Excludes(_) => {}
        }
    }
    let brought = ticked.without(day).and(if on { unit } else { Units::NONE });
    for relation in relations {
        if let Relation::Excludes(units) = relation
            && units.meets(brought)
        {
            let stays = units.common(brought);
            ticked = ticked.without(units.without(stays));
        }
    }
    ticked
}

/// The relations that a day breaks, by their place in the list. No unit at all breaks none.
#[must_use]
pub fn broken(relations: &[Relation], day: Units) -> Vec<usize> {
    let broken = |(place, relation): (usize, &Relation)| (!relation.holds(day)).then_some(place);
    relations.iter().enumerate().filter_map(broken).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const M: u16 = 1;
    const AV: u16 = 2;
    const SV: u16 = 4;
    const A: u16 = 8;

    fn units(bits: u16) -> Units {
        Units::from_bits(bits)
    }

    fn alsh() -> [Relation; 2] {
        [Relation::Requires { units: units(AV | SV), any_of: units(M | A) }, Relation::Excludes(units(AV | SV))]
    }

    #[test]
    fn of_the_fifteen_combinations_nine_are_valid() {
        for (day, breaks) in [
            (M, &[][..]),
            (AV, &[0]),
            (M | AV, &[]),
            (SV, &[0]),
            (M | SV, &[]),
            (AV | SV, &[0, 1]),
            (M | AV | SV, &[1]),
            (A, &[]),
            (M | A, &[]),
            (A | AV, &[]),
            (M | A | AV, &[]),
            (A | SV, &[]),
            (M | A | SV, &[]),
            (A | AV | SV, &[1]),
            (M | A | AV | SV, &[1]),
        ] {
            assert_eq!(broken(&alsh(), units(day)), breaks, "{day:04b}");
        }
        let valid = |relations: &[Relation], all: u16| {
            (1..=all).filter(|bits| bits & !all == 0 && broken(relations, units(*bits)).is_empty()).count()
        };
        assert_eq!(valid(&alsh(), M | AV | SV | A), 9);
        // The meal as one unit: M, A, M+A, M+R, A+R, M+R+A.
        let one_meal = [Relation::Requires { units: units(AV), any_of: units(M | A) }];
        assert_eq!(valid(&one_meal, M | AV | A), 6);
    }

    #[test]
    fn together_is_all_or_none() {
        let both = [Relation::Together(units(M | A))];
        for (day, holds) in [(0, true), (M, false), (A, false), (M | A, true), (M | A | AV, true), (AV, true)] {
            assert_eq!(broken(&both, units(day)).is_empty(), holds, "{day:04b}");
        }
    }

    #[test]
    fn keys_by_table() {
        for (text, good) in [
            ("morning", true),
            ("meal_with_meat", true),
            ("a2", true),
            ("", false),
            ("2a", false),
            ("_a", false),
            ("Matin", false),
            ("après", false),
            ("a b", false),
            (&"a".repeat(40), true),
            (&"a".repeat(41), false),
        ] {
            assert_eq!(Key::parse(text).is_some(), good, "{text}");
        }
    }

    #[test]
    fn ticking_by_table() {
        for (day, unit, on, ticked) in [
            (0, M, true, M),
            (M, M, false, 0),
            (M | AV, SV, true, M | SV),
            (M | SV, AV, true, M | AV),
            (0, AV, true, AV),
            (M | AV, M, false, AV),
        ] {
            assert_eq!(tick(&alsh(), units(day), units(unit), on), units(ticked), "{day:04b} {unit:04b} {on}");
        }
        let both = [Relation::Together(units(M | A)), Relation::Excludes(units(A | SV))];
        assert_eq!(tick(&both, units(SV), units(M), true), units(M | A));
        assert_eq!(tick(&both, units(M | A | AV), units(A), false), units(AV));
    }

    /// The relations one unit at a time, as a person would check them.
    fn holds_slowly(relation: Relation, day: Units) -> bool {
        let has = |place: usize| day.places().any(|taken| taken == place);
        match relation {
            Relation::Requires { units, any_of } => units.places().all(|place| !has(place) || any_of.places().any(has)),
            Relation::Excludes(units) => {
                let taken: Vec<usize> = units.places().filter(|place| has(*place)).collect();
                taken.len() < 2
            }
            Relation::Together(units) => units.places().all(has) || !units.places().any(has),
        }
    }

    proptest! {
        #[test]
        fn relations_hold_as_a_person_would_say(a in 0u16..4096, b in 0u16..4096, day in 0u16..4096) {
            let (a, b, day) = (units(a), units(b), units(day));
            for relation in
                [Relation::Requires { units: a, any_of: b }, Relation::Excludes(a), Relation::Together(a)]
            {
                prop_assert_eq!(relation.holds(day), holds_slowly(relation, day), "{:?}", relation);
            }
        }
    }
}
