//! Streams, changes, push, digest and events.
//!
//! Tables: `stream`, `change`, `operation`, `changed_outcome`. Invariants: a stream's version grows by one in each transaction that
//! changes it (I5); an operation id takes effect at most once, and every replay gives the same outcome (I3); what a
//! caller pulls is derived from their rights now (I6).

mod ahead;
mod cursor;
mod digest;
pub mod events;
mod left;
mod lines;
mod once;
mod publish;
mod pull;
mod push;
mod relay;
mod routes;
mod store;

pub use lines::Lines;
pub use once::Asked;
pub use publish::{Entity, Held, Projection, hold, publish, publish_changed, publish_gone};
pub use push::Verdict;
pub use relay::relay;
pub use routes::router;
pub use store::create_stream;

use crate::caller::{Caller, Who};
use uuid::Uuid;

/// What a stream is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamKind {
    /// What the staff edits for everybody.
    Commune,
    /// Everything of one family.
    Family,
}

impl StreamKind {
    /// The name in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::Family => "family",
        }
    }
}

/// The streams a caller may read now, in ascending order.
fn readable(caller: &Caller) -> Vec<Uuid> {
    let mut streams = vec![caller.commune];
    if let Who::Family { family, .. } = caller.who {
        streams.push(family);
    }
    streams.sort_unstable();
    streams
}
