//! Randomness of the operating system, for whatever must not be guessed.

use anyhow::Context;
use rand::TryRng;
use rand::rngs::SysRng;

/// Random bytes.
///
/// # Errors
/// When the system gives none.
pub(crate) fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).context("asking the system for randomness")?;
    Ok(bytes)
}
