//! What the sync indicator and the sync centre ask for.

use super::online;
use super::outbox::{self, Row};
use super::planner::Cause;
use super::queue::{self, Held};
use super::views::{
    ChangedView, OutboxItemView, OutboxStateView, OutboxSubjectView, SyncCenterView, SyncStatusView, ToldView,
};
use crate::accounts::views::SecurityNoticeView;
use crate::app::{Client, Notice, Space, Topic};
use crate::clock::new_id;
use crate::error::{Error, Failure, FailureCode};
use crate::{accounts, family, planning};
use preau_protocol::ErrorCode;
use preau_protocol::sync::{Op, OutcomeStatus};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What became of an operation that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It waits in the outbox.
    Waits,
    /// It was sent.
    Sent,
}

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
        let clock = &*space.engine.clock;
        let cancel = new_id(clock);
        {
            let mut held = space.engine.cache.lock().await;
            let db = held.db().map_err(Error::from)?;
            let waits = family::sync::waiting_changes(db).await?.contains(&op_id);
            outbox::give_up(db, op_id, cancel, waits, clock.wall()).await?;
        }
        self.kept(&space, &[cancel]).await?;
        Ok(center(&space).await?)
    }

    /// A refusal, or a changed outcome, was seen.
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

    /// Operations entered the outbox. Elsewhere than in a kiosk they wait there; in a kiosk the answer is waited for.
    ///
    /// # Errors
    /// In a kiosk: why nothing was sent. Then nothing is kept either.
    pub(crate) async fn kept(&self, space: &Space, ops: &[Uuid]) -> Result<Kept, Failure> {
        self.outbox_changed(space).await?;
        if !self.env.kiosk {
            return Ok(Kept::Waits);
        }
        let sent = online::answered_or_refused(&space.engine, ops).await;
        self.notify(Notice::DataChanged(vec![Topic::Outbox]));
        space.engine.tell().await?;
        sent.map(|()| Kept::Sent)
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
    let rows = outbox::all(db).await?;
    let known = Known {
        changes: family::Changes::read(db).await?,
        notices: accounts::notices::all(db, &space.account).await?,
        periods: planning::period_names(db).await?,
        held: queue::held(&rows),
    };
    let mut waiting = Vec::new();
    let mut answered = Vec::new();
    for row in rows {
        let item = known.item(&row)?;
        if row.outcome.is_none() || row.to_read() { waiting.push(item) } else { answered.push(item) }
    }
    answered.reverse();
    Ok(SyncCenterView { status, waiting, answered })
}

/// What had become of it before the server was restored, where that is no longer so.
fn changed(row: &Row) -> Option<ChangedView> {
    let since = row.changed_at.clone().filter(|_| row.outcome.is_some())?;
    let before = match row.told? {
        OutcomeStatus::Applied => ToldView::Applied,
        OutcomeStatus::Waiting => ToldView::Waiting,
        OutcomeStatus::Rejected => ToldView::Rejected,
    };
    Some(ChangedView { before, since, seen: row.acknowledged_at.is_some() })
}

/// What there is to say about the operations of the outbox.
struct Known {
    changes: family::Changes,
    notices: Vec<SecurityNoticeView>,
    /// Names of periods.
    periods: BTreeMap<Uuid, String>,
    held: BTreeMap<Uuid, Held>,
}

impl Known {
    fn item(&self, row: &Row) -> Result<OutboxItemView, Error> {
        let unanswered = row.outcome.is_none();
        let status = row.outcome.map(|outcome| outcome.status);
        let decided = row.still_as_told().is_some() || !self.changes.waits(row.op_id);
        let waits = status == Some(OutcomeStatus::Waiting) && !decided;
        Ok(OutboxItemView {
            op_id: row.op_id.to_string(),
            subject: self.subject(row)?,
            state: self.state(row)?,
            since: row.created_at.clone(),
            attempts: row.sent_count,
            can_retry: unanswered,
            can_give_up: row.target.is_none() && !row.given_up && (unanswered || waits),
            changed: changed(row),
        })
    }

    fn subject(&self, row: &Row) -> Result<OutboxSubjectView, Error> {
        Ok(match row.op() {
            Some(Op::ChangeDetail(_)) => match self.changes.of_outbox(row)? {
                Some(change) => OutboxSubjectView::ChangeDetail { change: Box::new(change) },
                None => OutboxSubjectView::Unknown,
            },
            Some(Op::ChangeDays(op)) => OutboxSubjectView::ChangeDays {
                period_name: self.periods.get(&op.period_id).cloned(),
                days: u32::try_from(op.days()).unwrap_or(u32::MAX),
            },
            Some(Op::AcknowledgeNotice(op)) => {
                let id = op.notice_id.to_string();
                let notice = self.notices.iter().find(|notice| notice.id == id).cloned();
                OutboxSubjectView::AcknowledgeNotice { notice }
            }
            Some(Op::Cancel { op_id }) => {
                OutboxSubjectView::Cancel { change: self.changes.by_id(op_id)?.map(Box::new) }
            }
            None => OutboxSubjectView::Unknown,
        })
    }

    fn state(&self, row: &Row) -> Result<OutboxStateView, Error> {
        Ok(match (row.outcome, self.held.get(&row.op_id)) {
            (None, Some(Held::GivenUp)) => OutboxStateView::GivingUp,
            (None, Some(Held::Behind)) => OutboxStateView::Behind,
            (None, None) if row.sent_count == 0 => OutboxStateView::Kept,
            (None, None) if row.blocked() => OutboxStateView::Blocked,
            (None, None) => OutboxStateView::Unanswered,
            (Some(outcome), _) => match outcome.status {
                OutcomeStatus::Applied => OutboxStateView::Applied,
                OutcomeStatus::Waiting => OutboxStateView::Waiting,
                OutcomeStatus::Rejected => {
                    let code = outcome.code.unwrap_or(ErrorCode::Unknown);
                    OutboxStateView::Rejected { code: outbox::name_of(&code)? }
                }
            },
        })
    }
}
