//! What PostgreSQL knows of its tables, which its plans follow.
//!
//! It looks by itself once a minute. On the morning of an opening tables grow from nothing to a hundred thousand rows in that
//! time, and a plan that was made for an empty table reads all of it for each statement. A table is looked at anew as soon as
//! as much of it changed as it was known to hold: a few times in all, however large it becomes.

use std::time::Duration;

use crate::app::App;

const PAUSE: Duration = Duration::from_secs(2);

/// Keeps them up to date until the server ends. The embedded database plans without.
pub async fn keep_statistics(app: App) {
    if !app.db.is_postgres() {
        return;
    }
    let keeping = async {
        loop {
            if let Err(error) = app.db.renew_statistics().await {
                tracing::warn!(%error, "the statistics of the database were not renewed");
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    app.closing.run_until_cancelled(keeping).await;
}
