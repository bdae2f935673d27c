//! Telling many stories, on as many threads as there are cores.

use crate::Mistake;
use crate::stage::Counts;
use crate::story::{self, Beginning};
use anyhow::{Result, anyhow};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What came of many stories.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Stories told.
    pub stories: u64,
    /// What occurred in all of them.
    pub counts: Counts,
    /// The seeds that broke something, and what.
    pub broken: Vec<(u64, Vec<String>)>,
}

/// Tells the stories of the seeds; ends early at the first that breaks something when `until_broken`.
///
/// # Errors
/// When the simulation itself fails.
pub fn stories(seeds: Range<u64>, mistake: Option<Mistake>, until_broken: bool) -> Result<Outcome> {
    let next = AtomicU64::new(seeds.start);
    let outcome = Mutex::new(Outcome::default());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..cores).map(|_| scope.spawn(|| tell_some(&next, seeds.end, mistake, until_broken, &outcome))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| anyhow!("a story panicked"))?)
    })?;
    Ok(outcome.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn tell_some(
    next: &AtomicU64,
    end: u64,
    mistake: Option<Mistake>,
    until_broken: bool,
    outcome: &Mutex<Outcome>,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut beginning = Beginning::new().await?;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let broken = !outcome.lock().unwrap_or_else(PoisonError::into_inner).broken.is_empty();
            if seed >= end || (broken && until_broken) {
                return Ok(());
            }
            let ending = story::tell(&mut beginning, seed, mistake)
                .await
                .map_err(|error| error.context(format!("seed {seed}")))?;
            let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
            outcome.stories += 1;
            for (what, times) in ending.counts {
                *outcome.counts.entry(what).or_default() += times;
            }
            if !ending.violations.is_empty() {
                outcome.broken.push((seed, ending.violations));
            }
        }
    })
}
