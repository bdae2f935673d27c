//! What the commands of one transaction leave to be written together at its end: changes, versions, operations. Whoever
//! reads one of them within the transaction looks here first.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::publish::Difference;
use super::store::{self, OperationRow, ServedRow, WrittenRow};
use crate::error::Result;
use crate::writer::{Together, WriteTx};

/// Commune, stream, kind and entity: one row, whichever of the commands changed it last.
type Place = (Uuid, Uuid, String, Uuid);

/// A body with its hash; none when the entity is gone.
type Served = Option<(String, Vec<u8>)>;

/// Entities that changed: at which version, and their body unless they are gone.
#[derive(Debug, Default)]
struct Changes(BTreeMap<Place, (i64, Served)>);

impl Together for Changes {
    fn add(&mut self, later: Self) {
        self.0.extend(later.0);
    }

    async fn write(self, tx: &WriteTx) -> Result<()> {
        let mut by_commune: BTreeMap<Uuid, Vec<WrittenRow>> = BTreeMap::new();
        for ((commune, stream, kind, entity), (version, body)) in self.0 {
            let difference = Difference { kind, entity, body };
            by_commune.entry(commune).or_default().push(WrittenRow { stream, version, difference });
        }
        for (commune, rows) in by_commune {
            store::write_changes(tx, commune, rows).await?;
        }
        Ok(())
    }
}

/// Leaves changes of a commune's streams.
pub(super) fn change(tx: &WriteTx, commune: Uuid, rows: Vec<WrittenRow>) {
    tx.leave(|changes: &mut Changes| {
        for WrittenRow { stream, version, difference: Difference { kind, entity, body } } in rows {
            changes.0.insert((commune, stream, kind, entity), (version, body));
        }
    });
}

/// Brings what the database says of streams to what this transaction made of them.
pub(super) fn changes(tx: &WriteTx, commune: Uuid, streams: &[Uuid], rows: &mut Vec<ServedRow>) {
    let mut own: BTreeMap<Place, ServedRow> = BTreeMap::new();
    // The latest are looked at first, and stay.
    tx.left(|changes: &Changes| {
        let of_streams = changes.0.iter().filter(|((of, stream, ..), _)| *of == commune && streams.contains(stream));
        for (place, (_, body)) in of_streams {
            own.entry(place.clone()).or_insert_with(|| ServedRow {
                stream_id: place.1,
                kind: place.2.clone(),
                entity_id: place.3,
                deleted: body.is_none(),
                body_hash: body.as_ref().map(|(_, hash)| hash.clone()),
            });
        }
        None::<()>
    });
    if !own.is_empty() {
        rows.retain(|row| !own.contains_key(&(commune, row.stream_id, row.kind.clone(), row.entity_id)));
        rows.extend(own.into_values());
    }
}

/// Streams whose version this transaction adds one to.
#[derive(Debug, Default)]
struct Moved(BTreeMap<Uuid, BTreeSet<Uuid>>);

impl Together for Moved {
    fn add(&mut self, later: Self) {
        for (commune, streams) in later.0 {
            self.0.entry(commune).or_default().extend(streams);
        }
    }

    async fn write(self, tx: &WriteTx) -> Result<()> {
        for (commune, streams) in self.0 {
            let streams: Vec<Uuid> = streams.into_iter().collect();
            store::write_versions(tx, commune, &streams).await?;
        }
        Ok(())
    }
}

/// Leaves it to be written that a stream has another version.
pub(super) fn moved(tx: &WriteTx, commune: Uuid, stream: Uuid) {
    tx.leave(|moved: &mut Moved| {
        moved.0.entry(commune).or_default().insert(stream);
    });
}

/// Operations by commune and id: with their outcome, and with what is to be noted of those that were sent again after a
/// restore, which can be noted only of one on record.
#[derive(Debug, Default)]
struct Operations {
    rows: BTreeMap<(Uuid, Uuid), OperationRow>,
    restored: BTreeMap<(Uuid, Uuid), Restored>,
}

/// How an operation stands beside what its author was told of it.
#[derive(Debug)]
pub(super) enum Restored {
    /// As told.
    AsTold,
    /// At something else.
    Changed {
        /// The author's family.
        family: Uuid,
        /// The operation's bytes.
        body: String,
        /// What its author was told.
        told: String,
    },
}

impl Together for Operations {
    fn add(&mut self, later: Self) {
        self.rows.extend(later.rows);
        self.restored.extend(later.restored);
    }

    async fn write(self, tx: &WriteTx) -> Result<()> {
        let rows = self.rows.into_iter().map(|((commune, _), row)| (commune, row)).collect();
        store::record_operations(tx, rows).await?;
        for ((commune, op), restored) in self.restored {
            match restored {
                Restored::AsTold => store::forget_changed_outcome(tx, commune, op).await?,
                Restored::Changed { family, body, told } => {
                    store::note_changed_outcome(tx, (commune, family), op, &body, &told).await?;
                }
            }
        }
        Ok(())
    }
}

/// Leaves an operation to be put on record.
pub(super) fn record(tx: &WriteTx, commune: Uuid, row: OperationRow) {
    tx.leave(|operations: &mut Operations| {
        operations.rows.insert((commune, row.op_id), row);
    });
}

/// An operation that this transaction puts on record.
pub(super) fn operation(tx: &WriteTx, commune: Uuid, op: Uuid) -> Option<OperationRow> {
    tx.left(|operations: &Operations| operations.rows.get(&(commune, op)).cloned())
}

/// Leaves it to be noted how an operation stands that was sent again after a restore.
pub(super) fn restored(tx: &WriteTx, commune: Uuid, op: Uuid, restored: Restored) {
    tx.leave(|operations: &mut Operations| {
        operations.restored.insert((commune, op), restored);
    });
}
