//! Randomness of the operating system, for whatever must not be guessed.

use anyhow::Context;
use preau_failpoints as failpoints;
use rand::TryRng;
use rand::rngs::SysRng;
use uuid::Uuid;

/// Random bytes.
///
/// # Errors
/// When the system gives none.
pub(crate) fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    if let Some(drawn) = failpoints::drawn() {
        return Ok(drawn);
    }
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).context("asking the system for randomness")?;
    Ok(bytes)
}

/// A new id, which sorts by the time of its making.
#[must_use]
pub(crate) fn id() -> Uuid {
    failpoints::drawn().map_or_else(Uuid::now_v7, |drawn| uuid::Builder::from_random_bytes(drawn).into_uuid())
}
