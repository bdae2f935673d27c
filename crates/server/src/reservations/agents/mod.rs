//! What agents do with days: the season and its places, days closed and opened, registrations, days of families booked on their
//! behalf, and who waits. Here, and not with what is offered or with registrations, because each of these moves reservations too.
//!
//! Tables: those of [`super`], of [`crate::planning`] and of [`crate::registrations`], through their own functions. Invariants: an agent sees their
//! own commune only; reading a family's days is in the audit before it is answered; what is passed over is on record.

mod booking;
mod closing;
mod places;
mod registrations;
mod routes;
mod season;
mod waiting;

use preau_domain::ids::PeriodId;
use preau_domain::planning::{Period, Planning};
use preau_protocol::ErrorCode;
use preau_protocol::error::FieldError;
use uuid::Uuid;

use crate::error::Error;

pub use closing::CloseDay;
pub use registrations::ImportRegistrations;
pub use routes::router;
pub use season::ApplySeason;

/// A period, by whichever name it is known to who asks.
#[derive(Debug, Clone)]
pub enum Named {
    /// Its id.
    Id(Uuid),
    /// Its stable name.
    Key(String),
}

impl Named {
    fn among<'a>(&self, planning: &'a Planning) -> Option<&'a Period> {
        match self {
            Self::Id(id) => planning.periods.get(&PeriodId(*id)),
            Self::Key(key) => planning.periods.values().find(|period| period.key.as_str() == key),
        }
    }
}

fn refused(field: &str, rule: &str) -> Error {
    Error::Fields(ErrorCode::InvalidRequest, vec![FieldError { field: field.into(), rule: rule.into() }])
}
