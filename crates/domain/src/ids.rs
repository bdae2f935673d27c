//! Identifiers that a rule takes. Each is a UUIDv7 made by whoever creates the thing, wrapped so that one thing's id
//! cannot be given where another's is asked.

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident)+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);
    )+};
}

ids! {
    /// An adult of a family (holder or co-holder).
    PersonId
    /// A family.
    FamilyId
    /// A child.
    ChildId
    /// An activity of the town.
    ActivityId
    /// A period in which an activity takes place.
    PeriodId
    /// A reservation: one child, one day, one activity, one family.
    ReservationId
}
