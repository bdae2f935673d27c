//! Streams and operations that commands will ask for, read ahead. Whoever asks for one looks here before it asks the
//! database.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::store::{self, OperationRow};
use crate::ahead::{Ahead, Reads};
use crate::error::Result;
use crate::writer::WriteTx;

/// Streams to hold, by commune; then with their versions on record. One that this transaction gave counts before it.
#[derive(Debug, Default)]
struct Streams {
    wanted: BTreeMap<Uuid, BTreeSet<Uuid>>,
    versions: BTreeMap<(Uuid, Uuid), i64>,
}

impl Ahead for Streams {
    async fn read(&mut self, tx: &WriteTx) -> Result<()> {
        for (commune, streams) in std::mem::take(&mut self.wanted) {
            let held = store::hold(tx, commune, streams.into_iter().collect()).await?;
            self.versions.extend(held.into_iter().map(|(stream, version)| ((commune, stream), version)));
        }
        Ok(())
    }
}

/// Wants a stream held for the whole transaction.
pub(super) fn hold(reads: &mut Reads, commune: Uuid, stream: Uuid) {
    reads.want(|streams: &mut Streams| {
        streams.wanted.entry(commune).or_default().insert(stream);
    });
}

/// The version that a stream had when it was held; none where it was not read ahead.
pub(super) fn version(tx: &WriteTx, commune: Uuid, stream: Uuid) -> Option<i64> {
    tx.ahead::<Streams>()?.versions.get(&(commune, stream)).copied()
}

/// Operations to look for, by commune; then those on record.
#[derive(Debug, Default)]
struct Operations {
    wanted: BTreeMap<Uuid, BTreeSet<Uuid>>,
    found: BTreeMap<(Uuid, Uuid), Option<OperationRow>>,
}

impl Ahead for Operations {
    async fn read(&mut self, tx: &WriteTx) -> Result<()> {
        for (commune, ops) in std::mem::take(&mut self.wanted) {
            let ops: Vec<Uuid> = ops.into_iter().collect();
            let rows = store::operations(tx, commune, &ops).await?;
            self.found.extend(ops.into_iter().map(|op| ((commune, op), None)));
            self.found.extend(rows.into_iter().map(|row| ((commune, row.op_id), Some(row))));
        }
        Ok(())
    }
}

/// Wants to know whether an operation is on record.
pub(super) fn look_for(reads: &mut Reads, commune: Uuid, op: Uuid) {
    reads.want(|operations: &mut Operations| {
        operations.wanted.entry(commune).or_default().insert(op);
    });
}

/// An operation as it was on record; none where it was not read ahead.
pub(super) fn operation(tx: &WriteTx, commune: Uuid, op: Uuid) -> Option<Option<OperationRow>> {
    tx.ahead::<Operations>()?.found.get(&(commune, op)).cloned()
}
