//! What happened to the accounts of the family, told to all of its adults; an adult who read it says so through the
//! outbox, and so offline too.

use super::views::{SecurityEventView, SecurityNoticeView};
use super::{Account, store};
use crate::app::{Client, Space};
use crate::clock::new_id;
use crate::error::{Error, Failure, FailureCode};
use crate::sync::outbox;
use preau_protocol::accounts::{AcknowledgeNoticeOp, SecurityEventDto, SecurityNoticeDto};
use preau_protocol::sync::{Op, OutcomeStatus};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

impl Client {
    /// The notices of the family: unread ones first, then the latest.
    ///
    /// # Errors
    /// When no space is open, or the cache fails.
    pub async fn security_notices(&self) -> Result<Vec<SecurityNoticeView>, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        Ok(all(held.db().map_err(Error::from)?, &space.account).await?)
    }

    /// *J'ai lu*. Read once is enough, whoever of the family did.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], [`FailureCode::DiskFull`]; in a kiosk also why nothing was sent.
    pub async fn acknowledge_notice(&self, id: &str) -> Result<Vec<SecurityNoticeView>, Failure> {
        let space = self.space().await?;
        if let Some(op_id) = keep_reading(&space, id).await? {
            self.kept(&space, &[op_id]).await?;
        }
        self.security_notices().await
    }
}

/// Puts the reading of a notice into the outbox, unless somebody read it already.
async fn keep_reading(space: &Space, id: &str) -> Result<Option<Uuid>, Error> {
    let mut held = space.engine.cache.lock().await;
    let db = held.db()?;
    let found = all(db, &space.account).await?.into_iter().find(|notice| notice.id == id);
    let notice = found.ok_or(Error::Rule(FailureCode::NotFound))?;
    let (false, Ok(notice_id)) = (notice.read, notice.id.parse()) else { return Ok(None) };
    let clock = &*space.engine.clock;
    let (op_id, op) = (new_id(clock), Op::AcknowledgeNotice(AcknowledgeNoticeOp { notice_id }));
    outbox::keep(db, op_id, &op, clock.wall()).await?;
    Ok(Some(op_id))
}

/// The notices of the family: unread ones first (those that somebody else may be behind before all), then the latest.
///
/// # Errors
/// When the cache fails.
pub async fn all(db: &mut SqliteConnection, account: &Account) -> Result<Vec<SecurityNoticeView>, Error> {
    let over = read_here(db).await?;
    let adults = store::adults(db).await?;
    let view = |notice: SecurityNoticeDto| {
        let concerned = adults.iter().find(|adult| Some(adult.person_id) == notice.person_id);
        SecurityNoticeView {
            id: notice.notice_id.to_string(),
            at: notice.at,
            what: event(notice.what),
            person_name: concerned.map(|adult| format!("{} {}", adult.first_name, adult.last_name)),
            mine: notice.person_id.is_some() && notice.person_id == account.person_id(),
            read: notice.acknowledged || over.contains(&notice.notice_id),
        }
    };
    let mut notices: Vec<SecurityNoticeView> = store::notices(db).await?.into_iter().map(view).collect();
    notices.sort_by(|a, b| (a.read, a.read || !is_urgent(a), &b.at).cmp(&(b.read, b.read || !is_urgent(b), &a.at)));
    Ok(notices)
}

/// Whether somebody who is not of the family may be behind it.
#[must_use]
pub fn is_urgent(notice: &SecurityNoticeView) -> bool {
    matches!(notice.what, SecurityEventView::SessionReused { .. })
}

/// Those that somebody said here that they read, and of which the server has not told it back.
async fn read_here(db: &mut SqliteConnection) -> Result<BTreeSet<Uuid>, Error> {
    let refused = |row: &outbox::Row| row.outcome.is_some_and(|outcome| outcome.status == OutcomeStatus::Rejected);
    let rows = outbox::all(db).await?.into_iter().filter(|row| row.caught_up_at.is_none() && !refused(row));
    let notice = |row: outbox::Row| match row.op()? {
        Op::AcknowledgeNotice(op) => Some(op.notice_id),
        Op::ChangeDetail(_) | Op::ChangeDays(_) | Op::Cancel { .. } => None,
    };
    Ok(rows.filter_map(notice).collect())
}

fn event(what: SecurityEventDto) -> SecurityEventView {
    match what {
        SecurityEventDto::SessionReused { device } => SecurityEventView::SessionReused { device },
        SecurityEventDto::CodeReset => SecurityEventView::CodeReset,
        SecurityEventDto::CodeChanged => SecurityEventView::CodeChanged,
        SecurityEventDto::LetterIssued => SecurityEventView::LetterIssued,
        SecurityEventDto::IdentifiantChanged => SecurityEventView::IdentifiantChanged,
        SecurityEventDto::EmailChanged => SecurityEventView::EmailChanged,
        SecurityEventDto::CoHolderInvited { name } => SecurityEventView::CoHolderInvited { name },
        SecurityEventDto::CoHolderJoined { name } => SecurityEventView::CoHolderJoined { name },
        SecurityEventDto::CoHolderRemoved { name } => SecurityEventView::CoHolderRemoved { name },
        SecurityEventDto::Unknown => SecurityEventView::Unknown,
    }
}
