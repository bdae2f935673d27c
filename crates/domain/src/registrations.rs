//! Registrations: the right of a child to be booked for an activity, from one day to another.

use jiff::civil::Date;

use crate::ids::{ActivityId, ChildId};

/// How far a registration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistrationState {
    /// The family still fills it in.
    Draft,
    /// Handed in.
    Submitted,
    /// Something is missing.
    Incomplete,
    /// The child may be booked.
    Accepted,
    /// There is no place in the activity yet.
    Waiting,
    /// Refused.
    Refused,
    /// Given up or ended before its time.
    Withdrawn,
}

/// A registration of a child for an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The child.
    pub child: ChildId,
    /// The activity.
    pub activity: ActivityId,
    /// First day it is good for.
    pub from: Date,
    /// Last day it is good for.
    pub to: Date,
    /// How far it is.
    pub state: RegistrationState,
    /// The child brings their own meal by a PAI (projet d'accueil individualisé, Code de l'éducation D. 351-9).
    pub own_meal: bool,
}

/// The accepted registration of a child for an activity that is good on a day.
#[must_use]
pub fn accepted_on(
    registrations: &[Registration],
    child: ChildId,
    activity: ActivityId,
    day: Date,
) -> Option<&Registration> {
    registrations.iter().find(|registration| {
        registration.child == child
            && registration.activity == activity
            && registration.state == RegistrationState::Accepted
            && (registration.from..=registration.to).contains(&day)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use uuid::Uuid;

    #[test]
    fn only_an_accepted_one_is_good_and_on_its_days() {
        let (child, activity) = (ChildId(Uuid::from_u128(1)), ActivityId(Uuid::from_u128(2)));
        let (from, to) = (date(2026, 9, 1), date(2027, 8, 31));
        let good = |state, day| {
            let registration = Registration { child, activity, from, to, state, own_meal: false };
            accepted_on(&[registration], child, activity, day).is_some()
        };
        for (state, expected) in [
            (RegistrationState::Draft, false),
            (RegistrationState::Submitted, false),
            (RegistrationState::Incomplete, false),
            (RegistrationState::Accepted, true),
            (RegistrationState::Waiting, false),
            (RegistrationState::Refused, false),
            (RegistrationState::Withdrawn, false),
        ] {
            assert_eq!(good(state, date(2026, 10, 19)), expected, "{state:?}");
        }
        for (day, expected) in
            [(date(2026, 8, 31), false), (date(2026, 9, 1), true), (date(2027, 8, 31), true), (date(2027, 9, 1), false)]
        {
            assert_eq!(good(RegistrationState::Accepted, day), expected, "{day}");
        }
        let other = ActivityId(Uuid::from_u128(3));
        let registration =
            Registration { child, activity, from, to, state: RegistrationState::Accepted, own_meal: false };
        assert_eq!(accepted_on(std::slice::from_ref(&registration), child, other, from), None);
        assert_eq!(accepted_on(&[registration], ChildId(Uuid::from_u128(9)), activity, from), None);
    }
}
