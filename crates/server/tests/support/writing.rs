//! A writer that is busy for as long as a test wants.

use preau_server::error::Result;
use preau_server::writer::{Command, WriteTx};
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

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

/// The writer in the middle of a command, or soon.
pub struct HeldWriter {
    begun: CancellationToken,
    /// A test that fails releases it too.
    released: DropGuard,
    task: JoinHandle<()>,
}

impl Harness {
    /// Keeps the writer busy.
    pub async fn hold_writer(&self) -> HeldWriter {
        let held = self.hold_writer_later();
        held.begun().await;
        held
    }

    /// Keeps the writer busy once it has done what is queued.
    pub fn hold_writer_later(&self) -> HeldWriter {
        let (begun, released) = (CancellationToken::new(), CancellationToken::new());
        let hold = Hold { begun: begun.clone(), released: released.clone() };
        let writer = self.app.writer.clone();
        let task = tokio::spawn(async move { writer.run(hold).await.unwrap() });
        HeldWriter { begun, released: released.drop_guard(), task }
    }
}

impl HeldWriter {
    /// Until it is in the middle of the command.
    pub async fn begun(&self) {
        self.begun.cancelled().await;
    }

    pub async fn release(self) {
        drop(self.released);
        self.task.await.unwrap();
    }
}
