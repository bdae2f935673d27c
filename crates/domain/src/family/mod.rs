//! Families: who they are, where they live, how they are reached, and how those details change.
//!
//! Invariants: a family has one holder and at most one co-holder; a child belongs to the commune and is linked
//! to one or several families with dates; a detail changes field by field, from a value the author saw to a new
//! one, and never over a value they did not see.

mod details;
mod people;
mod residence;
mod values;

pub use details::{Decision, DetailChange, DetailField, DetailSubject, DetailValue, Policy, decide_detail_change};
pub use people::{
    AdultRole, FamilyQuotient, Month, PersonName, QuotientSource, Schooling, age_on, initials, quotient_on,
    schooling_on,
};
pub use residence::lives_in;
pub use values::{Email, POSTAL_LINE, Phone, PostalAddress, one_line};

use thiserror::Error;

/// Why a family rule refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum FamilyError {
    /// A required text is empty.
    #[error("this cannot be empty")]
    Empty,
    /// A line of an address is longer than the 38 characters of XP Z 10-011.
    #[error("a line of a postal address has at most 38 characters")]
    LineTooLong,
    /// A French postcode has five digits and a department that exists.
    #[error("a postcode has five digits")]
    Postcode,
    /// Not a telephone number in service, in France or written with its country code.
    #[error("not a telephone number")]
    Phone,
    /// Not an e-mail address.
    #[error("not an e-mail address")]
    Email,
    /// A first or last name is longer than 60 characters.
    #[error("a name has at most 60 characters")]
    NameTooLong,
    /// A first or last name with something that no name has.
    #[error("a name has letters, blanks, hyphens and apostrophes")]
    NameCharacter,
    /// The value does not belong to the field.
    #[error("this value does not belong to this field")]
    WrongField,
    /// The new value is the one already on record.
    #[error("nothing changes")]
    Unchanged,
    /// The value on record is no longer the one the author saw.
    #[error("the value on record changed meanwhile")]
    Stale,
    /// The same field already waits for the town's decision.
    #[error("a change of this field already waits")]
    AlreadyWaiting,
}
