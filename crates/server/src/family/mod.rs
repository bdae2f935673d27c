//! Families: homes, adults, children, contacts, quotients, and changes of their details.
//!
//! Tables: `family`, `adult`, `child`, `schooling`, `family_child`, `contact`, `quotient`, `detail_change`,
//! `co_holder_invitation`.
//! Invariants: a family's stream shows exactly what [`projection`] makes of these tables on a day in Paris; a child
//! linked to two homes is in both streams while the links are in force, and neither shows anything of the other home
//! but that it exists.

pub mod agents;
pub mod co_holder;
pub mod confirmation;
pub(crate) mod details;
pub mod folding;
mod households;
pub mod import;
pub mod links;
pub mod ops;
pub mod projection;
pub(crate) mod store;

pub use households::{
    ChildHome, ChildName, Households, all_homes, children_by_reference, children_of, families_by_reference, homes_of,
    households, is_there, names,
};
