//! Who did what to which family: appended in the transaction of the act itself.
//!
//! Tables: `audit`, the end of its chain in `commune`. Invariants: numbered without a gap; each act's hash covers the one
//! before ([`chain`]); what is personal is in the details alone, which retention erases.

pub(crate) mod chain;
mod details;
pub mod retention;
mod store;

pub use details::Details;

use uuid::Uuid;

use crate::error::Result;
use crate::writer::WriteTx;

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// An adult of a family, by account.
    Family(Uuid),
    /// An agent, by account.
    Agent(Uuid),
    /// Somebody at the server's command line.
    Operator,
    /// The server itself.
    System,
}

/// An act on record.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The commune.
    pub commune: Uuid,
    /// Who.
    pub actor: Actor,
    /// What, in snake case: `detail_changed`.
    pub action: &'static str,
    /// To which family.
    pub family: Option<Uuid>,
    /// To which thing.
    pub entity: Option<Uuid>,
    /// More, as [`Details`] gathers it; erased when its time is over ([`retention`]) without breaking the chain.
    pub details: Option<&'a str>,
}

/// Appends an act, together with those of the same transaction.
///
/// # Errors
/// None of its own: what the database says of it undoes the transaction.
pub async fn record(tx: &WriteTx, entry: Entry<'_>) -> Result<()> {
    store::leave(tx, entry.commune, &[entry]);
    Ok(())
}

/// Appends acts of one commune, in their order.
///
/// # Errors
/// As [`record`].
pub async fn record_all(tx: &WriteTx, commune: Uuid, entries: &[Entry<'_>]) -> Result<()> {
    store::leave(tx, commune, entries);
    Ok(())
}
