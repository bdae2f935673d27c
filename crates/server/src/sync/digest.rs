//! `GET /v1/sync/digest`: count and checksum per stream and kind, over hashes of what was served.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use preau_protocol::sync::{DigestDto, DigestResponse, StreamVersionDto};
use sha2::{Digest, Sha256};

use super::{readable, store};
use crate::caller::Caller;
use crate::db::Db;
use crate::error::Result;

/// Digests of every stream the caller may read, in one snapshot.
pub(super) async fn digest(db: &Db, caller: &Caller) -> Result<DigestResponse> {
    let snapshot = db.snapshot().await?;
    let mut answer = DigestResponse { streams: Vec::new(), digests: Vec::new() };
    for row in store::streams(&snapshot, caller.commune, &readable(caller)).await? {
        let stream = row.stream_id;
        answer.streams.push(StreamVersionDto { stream, version: row.version });
        let mut kinds: BTreeMap<String, (i64, Sha256)> = BTreeMap::new();
        for entity in store::digest_rows(&snapshot, caller.commune, stream).await? {
            let (count, checksum) = kinds.entry(entity.kind).or_default();
            *count += 1;
            checksum.update(entity.entity_id.as_bytes());
            checksum.update(entity.version.to_be_bytes());
            checksum.update(&entity.body_hash);
        }
        let digests = kinds.into_iter().map(|(kind, (count, checksum))| DigestDto {
            stream,
            kind,
            count,
            checksum: hexadecimal(&checksum.finalize()),
        });
        answer.digests.extend(digests);
    }
    snapshot.commit().await?;
    Ok(answer)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}
