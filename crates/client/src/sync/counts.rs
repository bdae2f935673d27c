//! How many operations of the outbox are where.

use crate::error::CacheError;
use sqlx::SqliteConnection;

/// How many operations are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Without an answer, blocked ones included.
    pub pending: u32,
    /// Without an answer because the server cannot take them.
    pub blocked: u32,
    /// Refused, and nobody has seen it.
    pub refused: u32,
    /// Of another outcome than before a restore, and nobody has seen it.
    pub changed: u32,
}

/// Counts them.
///
/// # Errors
/// When the cache fails.
pub async fn counts(db: &mut SqliteConnection) -> Result<Counts, CacheError> {
    let (pending, blocked, refused, changed) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE status IS NULL),
                count(*) FILTER (WHERE status IS NULL AND faults > 0),
                count(*) FILTER (WHERE status = 'rejected' AND acknowledged_at IS NULL AND changed_at IS NULL
                    AND code IS NOT 'operation_cancelled'),
                count(*) FILTER (WHERE status IS NOT NULL AND acknowledged_at IS NULL AND changed_at IS NOT NULL)
         FROM outbox",
    )
    .fetch_one(db)
    .await?;
    Ok(Counts { pending, blocked, refused, changed })
}

/// Whether an answer is not read back yet.
///
/// # Errors
/// When the cache fails.
pub async fn catching_up(db: &mut SqliteConnection) -> Result<bool, CacheError> {
    let query = "SELECT EXISTS (SELECT 1 FROM outbox WHERE status IS NOT NULL AND caught_up_at IS NULL)";
    Ok(sqlx::query_scalar(query).fetch_one(db).await?)
}
