//! What crosses the wire: data as served (`…Dto`), operations as sent (`…Op`), requests, answers and error codes,
//! with their conversions to and from the domain.
//!
//! A released shape is never changed in a way an older desktop or server could not read: fields are added with a
//! default, operations get a new name.

pub mod accounts;
pub mod agents;
pub mod attendance;
pub mod communes;
pub mod error;
pub mod family;
pub mod files;
pub mod planning;
pub mod registrations;
pub mod reservations;
pub mod sync;

pub use error::{ErrorBody, ErrorCode};

/// Adds the server's schema derive where the `openapi` feature asks for it.
macro_rules! wire {
    ($($item:item)+) => {$(
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        $item
    )+};
}
pub(crate) use wire;
