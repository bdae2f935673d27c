//! Forgetting invitations: they name somebody who may never have come.

use super::store;
use crate::app::App;
use crate::error::Result;
use crate::writer::{Command, WriteTx};

/// Forgets the invitations whose links are forgotten: taken or not, they have nothing to open or to tell any more.
///
/// # Errors
/// Whatever the database says; what is left goes the next time.
pub async fn forget(app: &App) -> Result<()> {
    while app.writer.run(Forget).await? > 0 {}
    Ok(())
}

/// Forgets some; how many.
struct Forget;

impl Command for Forget {
    type Output = u64;
    const NAME: &'static str = "forget_invitations";

    async fn apply(&self, tx: &WriteTx) -> Result<u64> {
        store::forget(tx).await
    }
}
