//! What the cache holds of the family: its only reads.

use crate::error::Error;
use crate::sync::ledger;
use preau_protocol::communes::CommuneDto;
use preau_protocol::family::{AdultDto, AdultRoleDto, ChildDto, ContactDto, DetailChangeDto, FamilyDto, QuotientDto};
use preau_protocol::sync::EntityKind;
use sqlx::SqliteConnection;
use uuid::Uuid;

/// The town, once its stream was read.
///
/// # Errors
/// When the cache fails, as everywhere below.
pub async fn commune(db: &mut SqliteConnection) -> Result<Option<CommuneDto>, Error> {
    Ok(ledger::entities(db, EntityKind::Commune).await?.pop())
}

/// The home.
///
/// # Errors
/// When the cache fails.
pub async fn family(db: &mut SqliteConnection) -> Result<Option<FamilyDto>, Error> {
    Ok(ledger::entities(db, EntityKind::Family).await?.pop())
}

/// Holder, then co-holder.
///
/// # Errors
/// When the cache fails.
pub async fn adults(db: &mut SqliteConnection) -> Result<Vec<AdultDto>, Error> {
    let mut adults: Vec<AdultDto> = ledger::entities(db, EntityKind::Adult).await?;
    adults.sort_by_key(|adult| (adult.role == AdultRoleDto::CoHolder, adult.person_id));
    Ok(adults)
}

/// One adult.
///
/// # Errors
/// When the cache fails.
pub async fn adult(db: &mut SqliteConnection, id: Uuid) -> Result<Option<AdultDto>, Error> {
    ledger::entity(db, EntityKind::Adult, id).await
}

/// Oldest first.
///
/// # Errors
/// When the cache fails.
pub async fn children(db: &mut SqliteConnection) -> Result<Vec<ChildDto>, Error> {
    let mut children: Vec<ChildDto> = ledger::entities(db, EntityKind::Child).await?;
    children.sort_by(|a, b| (a.birth_date, &a.first_name).cmp(&(b.birth_date, &b.first_name)));
    Ok(children)
}

/// By name.
///
/// # Errors
/// When the cache fails.
pub async fn contacts(db: &mut SqliteConnection) -> Result<Vec<ContactDto>, Error> {
    let mut contacts: Vec<ContactDto> = ledger::entities(db, EntityKind::Contact).await?;
    contacts.sort_by(|a, b| (&a.last_name, &a.first_name).cmp(&(&b.last_name, &b.first_name)));
    Ok(contacts)
}

/// Latest first.
///
/// # Errors
/// When the cache fails.
pub async fn quotients(db: &mut SqliteConnection) -> Result<Vec<QuotientDto>, Error> {
    let mut quotients: Vec<QuotientDto> = ledger::entities(db, EntityKind::Quotient).await?;
    quotients.sort_by(|a, b| b.effective_month.cmp(&a.effective_month));
    Ok(quotients)
}

/// Changes of details that wait or were decided, latest asked first.
///
/// # Errors
/// When the cache fails.
pub async fn detail_changes(db: &mut SqliteConnection) -> Result<Vec<DetailChangeDto>, Error> {
    let mut changes: Vec<DetailChangeDto> = ledger::entities(db, EntityKind::DetailChange).await?;
    changes.sort_by(|a, b| (&b.asked_at, b.change_id).cmp(&(&a.asked_at, a.change_id)));
    Ok(changes)
}
