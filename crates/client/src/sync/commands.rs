//! What the sync indicator and the sync centre ask for.

use super::outbox::{self, Row};
use super::planner::Cause;
use super::views::{OutboxItemView, OutboxStateView, OutboxSubjectView, SyncCenterView, SyncStatusView};
use crate::app::{Client, Notice, Space, Topic};
use crate::clock::new_id;
use crate::error::{Error, Failure, FailureCode};
use crate::family;
use preau_protocol::ErrorCode;
use preau_protocol::sync::OutcomeStatus;
use uuid::Uuid;

impl Client {
    /// The state at the top of the window.
    ///
    /// # Errors
    /// When no space is open, or the cache fails.
    pub async fn sync_status(&self) -> Result<SyncStatusView, Failure> {
        Ok(self.space().await?.engine.status().await?)
    }

    /// What waits, why, and what was answered.
    ///
    /// # Errors
    /// When no space is open, or the cache fails.
    pub async fn sync_center(&self) -> Result<SyncCenterView, Failure> {
        Ok(center(&*self.space().await?).await?)
    }

    /// Tries now, unless the server asked to wait.
    ///
    /// # Errors
    /// When no space is open, or the cache fails.
    pub async fn sync_now(&self) -> Result<SyncStatusView, Failure> {
        let space = self.space().await?;
        space.engine.wake(Cause::Person);
        Ok(space.engine.status().await?)
    }

    /// *Abandonner*: removed when it was never sent, else given up by an operation of its own.
    ///
    /// # Errors
    /// [`FailureCode::AlreadyApplied`], [`FailureCode::NotFound`].
    pub async fn give_up(&self, op_id: &str) -> Result<SyncCenterView, Failure> {
        let space = self.space().await?;
        let op_id = parsed(op_id)?;
        {
            let mut held = space.engine.cache.lock().await;
            let db = held.db().map_err(Error::from)?;
            let clock = &*space.engine.clock;
            let waits = family::sync::waiting_changes(db).await?.contains(&op_id);
            outbox::give_up(db, op_id, new_id(clock), waits, clock.wall()).await?;
        }
        self.outbox_changed(&space).await?;
        Ok(center(&space).await?)
    }

    /// A refusal was seen.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`].
    pub async fn acknowledge_refusal(&self, op_id: &str) -> Result<SyncCenterView, Failure> {
        let space = self.space().await?;
        let op_id = parsed(op_id)?;
        {
            let mut held = space.engine.cache.lock().await;
            outbox::acknowledge(held.db().map_err(Error::from)?, op_id, space.engine.clock.wall()).await?;
        }
        self.outbox_changed(&space).await?;
        Ok(center(&space).await?)
    }

    async fn outbox_changed(&self, space: &Space) -> Result<(), Error> {
        space.engine.wake(Cause::LocalAction);
        self.notify(Notice::DataChanged(vec![Topic::Outbox]));
        space.engine.tell().await
    }
}

fn parsed(op_id: &str) -> Result<Uuid, Failure> {
    op_id.parse().map_err(|_| Failure::of(FailureCode::NotFound))
}

async fn center(space: &Space) -> Result<SyncCenterView, Error> {
    let status = space.engine.status().await?;
    let mut held = space.engine.cache.lock().await;
    let db = held.db()?;
    let changes = family::Changes::read(db).await?;
    let mut waiting = Vec::new();
    let mut answered = Vec::new();
    for row in outbox::all(db).await? {
        let item = item(&row, &changes)?;
        if row.outcome.is_none() || row.refused_unseen() { waiting.push(item) } else { answered.push(item) }
    }
    answered.reverse();
    Ok(SyncCenterView { status, waiting, answered })
}

fn item(row: &Row, changes: &family::Changes) -> Result<OutboxItemView, Error> {
    let subject = match changes.of_outbox(row)? {
        Some(change) => OutboxSubjectView::ChangeDetail { change: Box::new(change) },
        None => OutboxSubjectView::Cancel,
    };
    let state = match row.outcome {
        None if row.sent_count == 0 => OutboxStateView::Kept,
        None if row.blocked() => OutboxStateView::Blocked,
        None => OutboxStateView::Unanswered,
        Some(outcome) => match outcome.status {
            OutcomeStatus::Applied => OutboxStateView::Applied,
            OutcomeStatus::Waiting => OutboxStateView::Waiting,
            OutcomeStatus::Rejected => {
                let code = outcome.code.unwrap_or(ErrorCode::Unknown);
                OutboxStateView::Rejected { code: outbox::name_of(&code)? }
            }
        },
    };
    let unanswered = row.outcome.is_none();
    let waits = row.outcome.is_some_and(|outcome| outcome.status == OutcomeStatus::Waiting) && changes.waits(row.op_id);
    Ok(OutboxItemView {
        op_id: row.op_id.to_string(),
        subject,
        state,
        since: row.created_at.clone(),
        attempts: row.sent_count,
        can_retry: unanswered,
        can_give_up: row.target.is_none() && !row.given_up && (unanswered || waits),
    })
}
