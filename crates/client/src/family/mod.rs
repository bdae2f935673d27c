//! The family as its members see it, and *Modifier mes coordonnées*.
//!
//! Tables: none of its own; it reads the kinds `family`, `adult`, `child`, `contact`, `quotient` and
//! `detail_change` of the cache ([`store`]) and the operations `family.change_detail` of the outbox.
//! Entry points: [`commands`]. Invariants: a screen shows what the server said; what waits is laid over it
//! ([`overlay`]), never mixed in; an operation carries the value on record that its author saw.

pub mod commands;
mod form;
mod overlay;
mod present;
pub mod store;
pub mod sync;
pub mod views;

pub use overlay::Changes;

use crate::error::Error;
use preau_protocol::communes::CommuneDto;
use preau_protocol::family::{ChildDto, FamilyDto, QuotientDto};
use sqlx::SqliteConnection;
use uuid::Uuid;

/// The home as the rules on days need it.
pub struct HomeRecord {
    /// The home.
    pub family: FamilyDto,
    /// The town it is in, or was signed in to.
    pub commune: CommuneDto,
    /// Its children, the oldest first.
    pub children: Vec<ChildDto>,
    /// Its quotients.
    pub quotients: Vec<QuotientDto>,
}

/// The home; none while nothing was read yet.
///
/// # Errors
/// When the cache fails.
pub async fn home_of(db: &mut SqliteConnection) -> Result<Option<HomeRecord>, Error> {
    let (Some(family), Some(commune)) = (store::family(db).await?, store::commune(db).await?) else { return Ok(None) };
    let (children, quotients) = (store::children(db).await?, store::quotients(db).await?);
    Ok(Some(HomeRecord { family, commune, children, quotients }))
}

/// « Claire Martel », while that adult is of the home.
///
/// # Errors
/// When the cache fails.
pub async fn name_of(db: &mut SqliteConnection, person: Uuid) -> Result<Option<String>, Error> {
    let adult = store::adult(db, person).await?;
    Ok(adult.map(|adult| present::full_name(&adult.first_name, &adult.last_name)))
}
