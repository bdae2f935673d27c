//! For a kiosk, which queues nothing: an action is answered while one looks, or refused and forgotten. What was sent and
//! not answered stays as such for as long as the session: it may have arrived, and only asking again will tell.

use super::outbox;
use super::planner::Cause;
use super::runner::Engine;
use super::views::SyncTroubleView;
use crate::error::{Error, Failure, FailureCode};
use std::time::Duration;
use tokio::time::timeout;
use uuid::Uuid;

/// How long somebody stands before a screen that says nothing.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until operations just kept are answered. Those that never left are taken back.
///
/// # Errors
/// Why nothing was sent; then nothing is kept either. No error where something was sent and its answer did not come: the
/// operation says so by itself.
pub async fn answered_or_refused(engine: &Engine, ops: &[Uuid]) -> Result<(), Failure> {
    let mut passes = engine.passes.subscribe();
    engine.wake(Cause::Person);
    let deadline = engine.clock.monotonic() + PATIENCE;
    loop {
        let left = deadline.saturating_sub(engine.clock.monotonic());
        // A plan executed or the time run out: the clock tells which.
        timeout(left, passes.changed()).await.unwrap_or(Ok(())).unwrap_or_default();
        let over = engine.clock.monotonic() >= deadline;
        let trouble = engine.trouble();
        let mut held = engine.cache.lock().await;
        let db = held.db().map_err(Error::from)?;
        if outbox::all_answered(db, ops).await.map_err(Error::from)? {
            return Ok(());
        }
        if trouble.is_some() || over {
            // On its way at this moment, or sent before: then it stays, and the next plan tells more.
            if outbox::take_back(db, ops).await.map_err(Error::from)? {
                return Err(Failure::of(refusal(trouble)));
            }
        }
        if over {
            return Ok(());
        }
    }
}

fn refusal(trouble: Option<SyncTroubleView>) -> FailureCode {
    match trouble {
        Some(SyncTroubleView::Certificate) => FailureCode::Certificate,
        Some(SyncTroubleView::NotPreau) => FailureCode::NotPreau,
        Some(SyncTroubleView::Busy) => FailureCode::Busy,
        Some(SyncTroubleView::SignInAgain) => FailureCode::SignInAgain,
        Some(SyncTroubleView::DiskFull) => FailureCode::DiskFull,
        Some(SyncTroubleView::ServerFault) => FailureCode::ServerFault,
        Some(SyncTroubleView::Unreachable) | None => FailureCode::NotSent,
    }
}
