//! Events of accounts, told to every adult of the family: in its stream, and by mail or SMS, in the transaction of the
//! event.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use preau_protocol::accounts::{SecurityEventDto, SecurityNoticeDto};
use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::content::Content;
use super::outbox::tell_adults;
use super::store::security::{self as store, NoticeRow};
use crate::clock::rfc_3339;
use crate::error::Result;
use crate::sync::{Entity, Projection, hold, publish};
use crate::writer::WriteTx;

/// How long a notice is kept.
pub(super) const KEPT: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Tells a family. `person` is the adult whose account it concerns, if they are still of the family.
///
/// # Errors
/// Whatever the database says.
pub async fn tell(
    tx: &WriteTx,
    commune: Uuid,
    family: Uuid,
    person: Option<Uuid>,
    what: SecurityEventDto,
) -> Result<()> {
    store::insert(tx, commune, (family, person), serde_json::to_string(&what)?).await?;
    publish_notices(tx, commune, &[family]).await?;
    tell_adults(tx, commune, family, |first_name| Content::Security { first_name, what: what.clone() }).await
}

/// An adult left: the family's notices name them no longer.
///
/// # Errors
/// Whatever the database says.
pub async fn forget_person(tx: &WriteTx, commune: Uuid, family: Uuid, person: Uuid) -> Result<()> {
    store::forget_person(tx, commune, person).await?;
    publish_notices(tx, commune, &[family]).await
}

pub(super) async fn publish_notices(tx: &WriteTx, commune: Uuid, families: &[Uuid]) -> Result<()> {
    let held = hold(tx, commune, families).await?;
    let entities = entities(tx.connection(), commune, families).await?;
    let projection = |(stream, entities)| Projection { stream, kinds: &[EntityKind::SecurityNotice], entities };
    publish(tx, &held, entities.into_iter().map(projection).collect()).await
}

/// What the streams of these families show of their notices, an entry for each family.
///
/// # Errors
/// Whatever the database says, or a notice that cannot be read.
pub async fn entities(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
) -> Result<BTreeMap<Uuid, Vec<Entity>>> {
    let mut entities: BTreeMap<Uuid, Vec<Entity>> = families.iter().map(|family| (*family, Vec::new())).collect();
    for row in store::of_families(on, commune, families).await? {
        let entity = Entity::new(EntityKind::SecurityNotice, row.notice_id, &dto(&row)?)?;
        entities.entry(row.family_id).or_default().push(entity);
    }
    Ok(entities)
}

fn dto(row: &NoticeRow) -> Result<SecurityNoticeDto> {
    Ok(SecurityNoticeDto {
        notice_id: row.notice_id,
        at: rfc_3339(row.at)?,
        person_id: row.person_id,
        what: serde_json::from_str(&row.what)?,
        acknowledged: row.acknowledged_at.is_some(),
    })
}
