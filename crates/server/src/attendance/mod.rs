//! Attendance: who came, was late, was fetched by whom, did not come; and what is charged because of it.
//!
//! Table: `attendance`. Invariants: a row for a child, an activity, a day and each home that booked it (or owes it, where nobody did); a child
//! who did not come is absent in that home's reservation too; what is charged is by the rules of [`preau_domain::attendance`] and keeps the
//! price that the family agreed to. Recording is by the agents' route or a file, with the same rules.

mod import;
mod recording;
mod routes;
mod sheet;
mod store;

pub use import::ImportAttendance;
pub use routes::router;
