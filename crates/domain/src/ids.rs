//! Identifiers. Each is a UUIDv7 made by whoever creates the thing, wrapped so that a child's id cannot be
//! given where a family's is asked.

use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A town with its own settings, families and agents.
    CommuneId,
    /// A home: one paying household.
    FamilyId,
    /// An adult of a family (holder or co-holder).
    PersonId,
    /// A child, who belongs to the commune and is linked to one or two families.
    ChildId,
    /// Someone a family named: may fetch a child, or is called in an emergency.
    ContactId,
    /// A sign-in, of a family's adult or of an agent.
    AccountId,
    /// An enrolled computer of an account.
    DeviceId,
    /// A change of contact details asked by a family; the same value as the operation that asked it.
    DetailChangeId,
    /// An operation sent by a desktop: the only idempotency key.
    OpId,
}
