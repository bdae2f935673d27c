//! Putting entities into streams: compared with what was served before, so that only a real change makes a version.

use std::collections::{BTreeMap, BTreeSet};

use preau_protocol::sync::EntityKind;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::store::{self, ServedRow, WrittenRow};
use crate::error::Result;
use crate::writer::WriteTx;

/// An entity as it is to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Its kind.
    pub kind: EntityKind,
    /// Its id.
    pub id: Uuid,
    /// Its DTO, serialised once and for all.
    pub body: String,
}

impl Entity {
    /// Serialises a DTO.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn new(kind: EntityKind, id: Uuid, dto: &impl serde::Serialize) -> Result<Self> {
        Ok(Self { kind, id, body: serde_json::to_string(dto)? })
    }
}

/// Everything of some kinds that a stream should show: what it showed before and is not here goes away.
#[derive(Debug, Clone)]
pub struct Projection {
    /// The stream.
    pub stream: Uuid,
    /// The kinds this projection is complete for.
    pub kinds: &'static [EntityKind],
    /// All entities of those kinds.
    pub entities: Vec<Entity>,
}

/// Brings streams to what the projections say. Streams that differ grow by one version, the others do not move.
///
/// # Errors
/// Whatever the database says.
pub async fn publish(tx: &WriteTx, commune: Uuid, projections: Vec<Projection>) -> Result<()> {
    let streams: BTreeSet<Uuid> = projections.iter().map(|projection| projection.stream).collect();
    let streams: Vec<Uuid> = streams.into_iter().collect();
    let mut served: BTreeMap<Uuid, Vec<ServedRow>> = BTreeMap::new();
    for row in store::served(tx, commune, &streams).await? {
        served.entry(row.stream_id).or_default().push(row);
    }
    let mut changes: BTreeMap<Uuid, Vec<Difference>> = BTreeMap::new();
    for projection in projections {
        let before = served.get(&projection.stream).map(Vec::as_slice).unwrap_or_default();
        let differences = differences(before, &projection);
        if !differences.is_empty() {
            changes.entry(projection.stream).or_default().extend(differences);
        }
    }
    let versions = store::next_versions(tx, commune, changes.keys().copied().collect()).await?;
    let mut rows = Vec::new();
    for (stream, differences) in changes {
        let version = versions.get(&stream).copied().unwrap_or_default();
        rows.extend(differences.into_iter().map(|difference| WrittenRow { stream, version, difference }));
    }
    store::write_changes(tx, commune, rows).await
}

/// One entity to write: with a body, or gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub kind: String,
    pub entity: Uuid,
    pub body: Option<(String, Vec<u8>)>,
}

fn differences(before: &[ServedRow], projection: &Projection) -> Vec<Difference> {
    let on_record: BTreeMap<(&str, Uuid), &ServedRow> =
        before.iter().map(|row| ((row.kind.as_str(), row.entity_id), row)).collect();
    let mut wanted = BTreeSet::new();
    let mut differences = Vec::new();
    for entity in &projection.entities {
        let key = (entity.kind.as_str(), entity.id);
        wanted.insert(key);
        let hash = Sha256::digest(entity.body.as_bytes()).to_vec();
        let same = on_record.get(&key).is_some_and(|row| row.body_hash.as_ref() == Some(&hash));
        if !same {
            let body = Some((entity.body.clone(), hash));
            differences.push(Difference { kind: key.0.to_owned(), entity: entity.id, body });
        }
    }
    let complete: BTreeSet<&str> = projection.kinds.iter().map(|kind| kind.as_str()).collect();
    let gone = on_record.iter().filter(|(key, row)| !row.deleted && complete.contains(key.0) && !wanted.contains(*key));
    differences.extend(gone.map(|(key, _)| Difference { kind: key.0.to_owned(), entity: key.1, body: None }));
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: &str, entity: u128, body: Option<&str>) -> ServedRow {
        ServedRow {
            stream_id: Uuid::nil(),
            kind: kind.into(),
            entity_id: Uuid::from_u128(entity),
            deleted: body.is_none(),
            body_hash: body.map(|body| Sha256::digest(body.as_bytes()).to_vec()),
        }
    }

    #[test]
    fn only_what_differs_is_written() {
        let before = [
            row("adult", 1, Some("same")),
            row("adult", 2, Some("old")),
            row("adult", 3, Some("leaves")),
            row("adult", 4, None),
            row("commune", 9, Some("another kind")),
        ];
        let entity = |id, body: &str| Entity { kind: EntityKind::Adult, id: Uuid::from_u128(id), body: body.into() };
        let entities = vec![entity(1, "same"), entity(2, "new"), entity(5, "arrives")];
        let projection = Projection { stream: Uuid::nil(), kinds: &[EntityKind::Adult], entities };
        let found: Vec<(u128, bool)> =
            differences(&before, &projection).iter().map(|d| (d.entity.as_u128(), d.body.is_some())).collect();
        assert_eq!(found, vec![(2, true), (5, true), (3, false)]);
    }

    #[test]
    fn what_left_comes_back_as_new() {
        let entities = vec![Entity { kind: EntityKind::Adult, id: Uuid::from_u128(4), body: "again".into() }];
        let projection = Projection { stream: Uuid::nil(), kinds: &[EntityKind::Adult], entities };
        assert_eq!(differences(&[row("adult", 4, None)], &projection).len(), 1);
    }
}
