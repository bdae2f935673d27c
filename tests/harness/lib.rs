//! Programs started as people run them, and what tests ask of them: a server on a folder of its own, HTTP as a
//! desktop speaks it, the desktop's own client without a window, a real window found by what people read in it.

pub mod api;
pub mod backup;
pub mod computer;
pub mod desktop;
pub mod driven;
pub mod files;
pub mod kiosk;
pub mod mail_server;
pub mod memory;
pub mod page;
pub mod post;
pub mod screen;
pub mod season;
pub mod town;
pub mod window;

pub use api::{Answer, Api, Session};
pub use computer::Computer;
pub use desktop::Desktop;
pub use driven::Driven;
pub use kiosk::Kiosk;
pub use post::Mail;
pub use screen::Screen;
pub use season::Season;
pub use town::{Letter, Server, Town};
pub use window::Window;

use anyhow::{Result, bail};
use std::time::{Duration, Instant};

/// How long a test waits for something before it says it does not come.
pub const DEADLINE: Duration = Duration::from_secs(20);
const STEP: Duration = Duration::from_millis(50);

/// Asks again until there is an answer.
///
/// # Errors
/// When the deadline passes; `what` names what was waited for.
pub async fn wait_for<T>(what: &str, mut ask: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask().await? {
            return Ok(answer);
        }
        if since.elapsed() > DEADLINE {
            bail!("{what}: nothing within {DEADLINE:?}");
        }
        tokio::time::sleep(STEP).await;
    }
}
