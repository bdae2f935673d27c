//! Putting entities into streams: compared with what was served before, so that only a real change makes a version.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::anyhow;
use preau_protocol::sync::EntityKind;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::left;
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

/// Streams that no other process moves before this transaction ends. Whoever publishes holds them first and reads then:
/// what was read before may be older than what another process put there meanwhile.
#[derive(Debug, Clone)]
pub struct Held {
    commune: Uuid,
    /// The version of each, before this transaction.
    versions: BTreeMap<Uuid, i64>,
}

/// Holds streams until the transaction ends, in ascending order, which is the same for every process.
///
/// # Errors
/// [`crate::error::Error::NotFound`] when one of them does not exist, or whatever the database says.
pub async fn hold(tx: &WriteTx, commune: Uuid, streams: &[Uuid]) -> Result<Held> {
    let streams: BTreeSet<Uuid> = streams.iter().copied().collect();
    let versions = store::hold(tx, commune, streams.into_iter().collect()).await?;
    Ok(Held { commune, versions })
}

impl Held {
    /// Holds others too.
    ///
    /// # Errors
    /// As [`hold`].
    pub async fn and(mut self, tx: &WriteTx, streams: &[Uuid]) -> Result<Self> {
        let more: BTreeSet<Uuid> =
            streams.iter().copied().filter(|stream| !self.versions.contains_key(stream)).collect();
        if !more.is_empty() {
            self.versions.extend(store::hold(tx, self.commune, more.into_iter().collect()).await?);
        }
        Ok(self)
    }

    /// The version that a stream has at the end of this transaction, which adds one to it, once.
    fn next_version(&self, tx: &WriteTx, stream: Uuid) -> Result<i64> {
        if let Some(version) = tx.version_given(self.commune, stream) {
            return Ok(version);
        }
        let version = self.versions.get(&stream).ok_or_else(|| anyhow!("a stream that nobody held"))? + 1;
        tx.give_version(self.commune, stream, version);
        left::moved(tx, self.commune, stream);
        Ok(version)
    }
}

/// Brings streams to what the projections say, read since the streams are held. Streams that differ grow by one version,
/// the others do not move.
///
/// # Errors
/// Whatever the database says.
pub async fn publish(tx: &WriteTx, held: &Held, projections: Vec<Projection>) -> Result<()> {
    let commune = held.commune;
    let streams: Vec<Uuid> = held.versions.keys().copied().collect();
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
    let mut rows = Vec::new();
    for (stream, differences) in changes {
        let version = held.next_version(tx, stream)?;
        rows.extend(differences.into_iter().map(|difference| WrittenRow { stream, version, difference }));
    }
    left::change(tx, commune, rows);
    Ok(())
}

/// Puts entities that are new or differ for certain into one stream, without reading what it showed: what a small change
/// costs must not grow with everything the stream has.
///
/// # Errors
/// Whatever the database says.
pub async fn publish_changed(tx: &WriteTx, held: &Held, stream: Uuid, entities: Vec<Entity>) -> Result<()> {
    if entities.is_empty() {
        return Ok(());
    }
    let version = held.next_version(tx, stream)?;
    let row = |entity: Entity| {
        let hash = Sha256::digest(entity.body.as_bytes()).to_vec();
        let difference =
            Difference { kind: entity.kind.as_str().to_owned(), entity: entity.id, body: Some((entity.body, hash)) };
        WrittenRow { stream, version, difference }
    };
    left::change(tx, held.commune, entities.into_iter().map(row).collect());
    Ok(())
}

/// Takes entities out of one stream.
///
/// # Errors
/// Whatever the database says.
pub async fn publish_gone(tx: &WriteTx, held: &Held, stream: Uuid, kind: EntityKind, ids: Vec<Uuid>) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let version = held.next_version(tx, stream)?;
    let row = |entity: Uuid| {
        let difference = Difference { kind: kind.as_str().to_owned(), entity, body: None };
        WrittenRow { stream, version, difference }
    };
    left::change(tx, held.commune, ids.into_iter().map(row).collect());
    Ok(())
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
