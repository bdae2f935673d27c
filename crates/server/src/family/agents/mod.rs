//! What agents do with families over HTTP: find them, read one whole, decide on the changes they ask.
//!
//! Tables: reads `family`, `adult`, `child`, `family_child`; `detail_change` and the details it changes are written
//! through the family's own store, `changed_outcome` is read and marked as seen. Invariants: an agent sees their own commune only; every reading of a family is in
//! the audit before it is answered; a change is decided once, and never over a value that moved meanwhile.

mod changed;
mod decide;
mod reading;
mod routes;
mod search;
mod store;
mod waiting;

pub use changed::{SeeChangedOutcome, changed_outcomes};
pub use decide::DecideChange;
pub use reading::RecordReading;
pub use routes::router;
pub use waiting::{summaries, waiting_changes};
