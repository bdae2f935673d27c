//! A writer that is busy for as long as a test wants.

use preau_server::error::Result;
use preau_server::writer::{Command, WriteTx};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Harness;

struct Hold {
    begun: CancellationToken,
    released: CancellationToken,
}

impl Command for Hold {
    type Output = ();
    const NAME: &'static str = "test_hold";

    async fn apply(&self, _: &WriteTx) -> Result<()> {
        self.begun.cancel();
        self.released.cancelled().await;
        Ok(())
    }
}

/// The writer in the middle of a command.
pub struct HeldWriter {
    released: CancellationToken,
    task: JoinHandle<()>,
}

impl Harness {
    /// Keeps the writer busy.
    pub async fn hold_writer(&self) -> HeldWriter {
        let (begun, released) = (CancellationToken::new(), CancellationToken::new());
        let hold = Hold { begun: begun.clone(), released: released.clone() };
        let writer = self.app.writer.clone();
        let task = tokio::spawn(async move { writer.run(hold).await.unwrap() });
        begun.cancelled().await;
        HeldWriter { released, task }
    }
}

impl HeldWriter {
    pub async fn release(self) {
        self.released.cancel();
        self.task.await.unwrap();
    }
}
