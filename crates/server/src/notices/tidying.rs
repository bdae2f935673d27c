//! What is over is forgotten: messages and links after a month, messages that failed after half a year, notices of
//! security after a year.

use jiff::SignedDuration;
use uuid::Uuid;

use super::security::{KEPT, publish_notices};
use super::store::{links, messages, security};
use crate::app::App;
use crate::error::Result;
use crate::writer::{Command, WriteTx};

/// How long a message that was sent, and a link that ended, are remembered: for questions of families.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a message that failed waits for an operator: longer than a mistake in the settings goes unseen.
const FAILED: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Forgets what is over, in every commune.
///
/// # Errors
/// Whatever the database says; what is left goes the next time.
pub async fn tidy(app: &App) -> Result<()> {
    for commune in security::communes(app.db.readers()).await? {
        while app.writer.run(Tidy { commune }).await? > 0 {}
    }
    Ok(())
}

/// Forgets some; how many.
struct Tidy {
    commune: Uuid,
}

impl Command for Tidy {
    type Output = u64;
    const NAME: &'static str = "tidy_notices";

    async fn apply(&self, tx: &WriteTx) -> Result<u64> {
        let families = security::forget(tx, self.commune, tx.now() - KEPT).await?;
        publish_notices(tx, self.commune, &families).await?;
        let forgotten = messages::forget(tx, self.commune, (tx.now() - REMEMBERED, tx.now() - FAILED)).await?
            + links::forget(tx, self.commune, tx.now() - REMEMBERED).await?;
        Ok(forgotten + u64::try_from(families.len()).unwrap_or(0))
    }
}
