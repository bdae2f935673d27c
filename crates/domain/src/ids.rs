//! Identifiers that a rule takes. Each is a UUIDv7 made by whoever creates the thing, wrapped so that one thing's id
//! cannot be given where another's is asked.

use uuid::Uuid;

/// An adult of a family (holder or co-holder).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(pub Uuid);
