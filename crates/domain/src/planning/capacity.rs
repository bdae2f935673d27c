//! How many children may be taken: a number, or what the staff on duty allows.

/// Most children of one centre (Code de l'action sociale et des familles, R. 227-1 and the arrêtés it refers to).
const MOST: u32 = 300;

/// The two ages that ratios of supervision know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgeClass {
    /// Under 6.
    Under6,
    /// 6 and over.
    From6,
}

/// How long children stay in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StayLength {
    /// Up to five hours.
    UpTo5Hours,
    /// More than five consecutive hours.
    Over5Hours,
}

/// The rule that supervision follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Supervision {
    /// Extrascolaire: school holidays, Saturdays without school, Sundays (CASF R. 227-15).
    Holidays,
    /// Périscolaire, Wednesdays included (CASF R. 227-16).
    Periscolaire {
        /// How long.
        stay: StayLength,
        /// With a projet éducatif territorial (R. 227-16 II).
        pedt: bool,
    },
}

/// Children for one adult.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ratios {
    /// Under 6.
    pub under_6: u32,
    /// 6 and over.
    pub from_6: u32,
}

impl Supervision {
    /// The ratios of the rule.
    #[must_use]
    pub fn ratios(self) -> Ratios {
        let (under_6, from_6) = match self {
            Self::Holidays | Self::Periscolaire { stay: StayLength::Over5Hours, pedt: false } => (8, 12),
            Self::Periscolaire { stay: StayLength::UpTo5Hours, pedt: false }
            | Self::Periscolaire { stay: StayLength::Over5Hours, pedt: true } => (10, 14),
            Self::Periscolaire { stay: StayLength::UpTo5Hours, pedt: true } => (14, 18),
        };
        Ratios { under_6, from_6 }
    }
}

impl Ratios {
    /// Children of an age for one adult.
    #[must_use]
    pub fn per_adult(self, ages: AgeClass) -> u32 {
        match ages {
            AgeClass::Under6 => self.under_6,
            AgeClass::From6 => self.from_6,
        }
    }
}

/// Where a number of places comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Capacity {
    /// So many places.
    Fixed(u32),
    /// What the staff on duty allows.
    Staffed {
        /// Adults on duty.
        staff: u32,
        /// At most so many places: those of the premises.
        most: Option<u32>,
    },
}

impl Capacity {
    /// The places there are for a group.
    #[must_use]
    pub fn places(self, supervision: Supervision, ages: AgeClass) -> u32 {
        match self {
            Self::Fixed(places) => places,
            Self::Staffed { staff, most } => {
                let allowed = staff.saturating_mul(supervision.ratios().per_adult(ages));
                allowed.min(most.unwrap_or(MOST)).min(MOST)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ratio_of_the_code() {
        use StayLength::{Over5Hours, UpTo5Hours};
        let periscolaire = |stay, pedt| Supervision::Periscolaire { stay, pedt };
        for (rule, under_6, from_6) in [
            (Supervision::Holidays, 8, 12),
            (periscolaire(Over5Hours, false), 8, 12),
            (periscolaire(UpTo5Hours, false), 10, 14),
            (periscolaire(Over5Hours, true), 10, 14),
            (periscolaire(UpTo5Hours, true), 14, 18),
        ] {
            let one = Capacity::Staffed { staff: 1, most: None };
            assert_eq!(one.places(rule, AgeClass::Under6), under_6, "{rule:?}");
            assert_eq!(one.places(rule, AgeClass::From6), from_6, "{rule:?}");
        }
    }

    #[test]
    fn places_have_a_bound() {
        for (capacity, places) in [
            (Capacity::Fixed(0), 0),
            (Capacity::Fixed(400), 400),
            (Capacity::Staffed { staff: 0, most: None }, 0),
            (Capacity::Staffed { staff: 4, most: None }, 48),
            (Capacity::Staffed { staff: 4, most: Some(40) }, 40),
            (Capacity::Staffed { staff: 40, most: None }, 300),
            (Capacity::Staffed { staff: u32::MAX, most: Some(500) }, 300),
        ] {
            assert_eq!(capacity.places(Supervision::Holidays, AgeClass::From6), places, "{capacity:?}");
        }
    }
}
