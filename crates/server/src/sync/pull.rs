//! `GET /v1/sync/changes`: keyset pages over the streams the caller may read now, in one snapshot.

use jiff::Timestamp;
use preau_protocol::sync::{ChangesResponse, DeletedDto, UpsertDto};
use sea_orm::DatabaseTransaction;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::cursor::{Cursor, Position};
use super::readable;
use super::store::{self, ChangeRow, StreamRow};
use crate::caller::Caller;
use crate::db::Db;
use crate::error::Result;

/// Reads one page.
pub(super) async fn changes(
    db: &Db,
    caller: &Caller,
    cursor: Option<Cursor>,
    limit: usize,
    now: Timestamp,
) -> Result<ChangesResponse> {
    let snapshot = db.snapshot().await?;
    let epoch = store::epoch(&snapshot, caller.commune).await?;
    let streams = store::streams(&snapshot, caller.commune, &readable(caller)).await?;
    let cursor = cursor.unwrap_or(Cursor { epoch, streams: Vec::new() });
    let mut page = Page::new(limit, epoch, now);
    let kept = |position: &&Position| streams.iter().any(|stream| stream.stream_id == position.stream);
    page.answer.gone =
        cursor.streams.iter().filter(|position| !kept(position)).map(|position| position.stream).collect();
    for stream in &streams {
        let position = (cursor.epoch == epoch).then(|| cursor.position(stream.stream_id)).flatten();
        page.read(&snapshot, caller.commune, stream, position).await?;
    }
    snapshot.commit().await?;
    Ok(page.finish())
}

struct Page {
    left: usize,
    next: Cursor,
    answer: ChangesResponse,
}

impl Page {
    fn new(limit: usize, epoch: Uuid, now: Timestamp) -> Self {
        let answer = ChangesResponse {
            cursor: String::new(),
            has_more: false,
            upserts: Vec::new(),
            deletes: Vec::new(),
            gone: Vec::new(),
            reset: Vec::new(),
            server_time: now.to_string(),
            epoch: Some(epoch),
        };
        Self { left: limit, next: Cursor { epoch, streams: Vec::new() }, answer }
    }

    async fn read(
        &mut self,
        snapshot: &DatabaseTransaction,
        commune: Uuid,
        stream: &StreamRow,
        position: Option<&Position>,
    ) -> Result<()> {
        let known = position.filter(|position| position.version >= stream.horizon);
        if self.left == 0 {
            // A stream that has not begun begins on a later page.
            self.answer.has_more = true;
            self.next.streams.push(known.cloned().unwrap_or_else(|| Position::unread(stream.stream_id)));
            return Ok(());
        }
        let start = Position::start(stream.stream_id);
        if known.is_none() {
            self.answer.reset.push(stream.stream_id);
        }
        let position = known.unwrap_or(&start);
        let mut rows = store::changes_after(snapshot, commune, position, self.left as u64 + 1).await?;
        let next = if rows.len() > self.left {
            self.answer.has_more = true;
            rows.truncate(self.left);
            let last = rows.last().map(|row| (row.version, row.kind.clone(), row.entity_id));
            let (version, kind, entity) = last.unwrap_or_default();
            Position { stream: stream.stream_id, version, kind, entity }
        } else {
            Position::after(stream.stream_id, stream.version)
        };
        self.next.streams.push(next);
        self.left -= rows.len();
        rows.into_iter().try_for_each(|row| self.add(stream.stream_id, row))
    }

    fn add(&mut self, stream: Uuid, row: ChangeRow) -> Result<()> {
        let ChangeRow { kind, entity_id: entity, version, body } = row;
        match body {
            Some(body) => {
                let body = RawValue::from_string(body)?;
                self.answer.upserts.push(UpsertDto { stream, kind, entity, version, body });
            }
            None => self.answer.deletes.push(DeletedDto { stream, kind, entity, version }),
        }
        Ok(())
    }

    fn finish(mut self) -> ChangesResponse {
        self.answer.cursor = self.next.encode();
        self.answer
    }
}
