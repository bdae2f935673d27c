//! What is over is forgotten, in every capability, hour after hour.

use std::time::Duration;

use crate::accounts::lost_code;
use crate::app::App;
use crate::error::Result;
use crate::family::co_holder;
use crate::notices;

const PAUSE: Duration = Duration::from_secs(3600);

/// Forgets what is over, at the start and every hour, until the server ends.
pub async fn keep_tidy(app: App) {
    let keeping = async {
        loop {
            if let Err(error) = tidy(&app).await {
                tracing::warn!(%error, "what is over was not forgotten");
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    app.closing.run_until_cancelled(keeping).await;
}

/// Forgets what is over.
///
/// # Errors
/// Whatever the database says; what is left goes the next time.
pub async fn tidy(app: &App) -> Result<()> {
    notices::tidying::tidy(app).await?;
    lost_code::treating::forget(app).await?;
    // After the links: an invitation goes with its last one.
    co_holder::forget(app).await
}
