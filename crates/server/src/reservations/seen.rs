//! Answers that are read at most once a second, however many ask.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::error::Result;

/// How long an answer is good, in milliseconds.
const GOOD: i64 = 1_000;

/// Answers of the last second, by commune and period.
#[derive(Debug)]
pub struct Seen<T>(Mutex<HashMap<(Uuid, Uuid), OfPeriod<T>>>);

/// One question at a time for a period: those who ask meanwhile wait for its answer.
type OfPeriod<T> = Arc<Mutex<Option<(Timestamp, Arc<T>)>>>;

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Seen<T> {
    /// What was read within the last second, or is read now; and when.
    ///
    /// # Errors
    /// Those of reading it.
    pub(super) async fn or_read(
        &self,
        of: (Uuid, Uuid),
        now: Timestamp,
        read: impl Future<Output = Result<T>>,
    ) -> Result<(Timestamp, Arc<T>)> {
        let seen = self.0.lock().await.entry(of).or_default().clone();
        let mut seen = seen.lock().await;
        let is_good = |at: &Timestamp| (0..GOOD).contains(&(now.as_millisecond() - at.as_millisecond()));
        if let Some((at, answer)) = seen.as_ref().filter(|(at, _)| is_good(at)) {
            return Ok((*at, answer.clone()));
        }
        let answer = read.await;
        if answer.is_err() {
            self.0.lock().await.remove(&of);
        }
        let answer = Arc::new(answer?);
        *seen = Some((now, answer.clone()));
        Ok((now, answer))
    }
}
