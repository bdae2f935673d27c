//! The line on which the server says that there is news. Only a hint: a line that is down costs latency, no more.

use super::planner::Cause;
use super::runner::Engine;
use super::transport::ServerEvent;
use crate::error::{ApiError, Error};
use futures_util::StreamExt;
use std::time::Duration;

const AGAIN: Duration = Duration::from_secs(5);
const AGAIN_AT_MOST: Duration = Duration::from_secs(60);

/// Keeps a line open for ever; the owner stops it by dropping the future.
pub async fn listen(engine: &Engine) {
    let mut ceiling = AGAIN;
    loop {
        match line(engine).await {
            Ok(()) => ceiling = AGAIN,
            Err(error) => {
                tracing::debug!(%error, "no line of events");
                ceiling = (ceiling * 2).min(AGAIN_AT_MOST);
            }
        }
        tokio::time::sleep(ceiling.mul_f64(0.5 + engine.chance.share() / 2.0)).await;
    }
}

/// One line, until it ends.
async fn line(engine: &Engine) -> Result<(), Error> {
    if engine.session.ended() {
        return Err(ApiError::SignInRequired.into());
    }
    let token = engine.session.access(None).await?;
    let mut events = engine.api.transport().events(&token).await.map_err(ApiError::from)?;
    // Whatever happened while there was no line was not said.
    engine.wake(Cause::NetworkBack);
    while let Some(event) = events.next().await {
        if event == ServerEvent::Poke {
            engine.wake(Cause::Poke);
        }
    }
    Ok(())
}
