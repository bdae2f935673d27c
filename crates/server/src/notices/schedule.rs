//! When a message that did not leave is tried again. Pure.
//!
//! Full jitter (a delay drawn between nothing and a bound that doubles), so that the messages of an outage do not come
//! back together; for three days, so that a mail server may be down for one of them.

use jiff::{SignedDuration, Timestamp};

/// Bound of the first delay.
const FIRST: SignedDuration = SignedDuration::from_secs(30);
/// Bound of every later one.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);
/// A message older than this is no longer tried: an operator decides.
pub(super) const TRIED_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The longest delay after so many tries.
fn bound(attempts: i64) -> SignedDuration {
    let doublings = u32::try_from(attempts.saturating_sub(1).clamp(0, 16)).unwrap_or(0);
    FIRST.checked_mul(1 << doublings).map_or(LONGEST, |bound| bound.min(LONGEST))
}

/// The next try, or none when it would be too late. `drawn` is between 0 and 1.
pub(super) fn next_try(created: Timestamp, attempts: i64, now: Timestamp, drawn: f64) -> Option<Timestamp> {
    let milliseconds = bound(attempts).as_secs_f64() * drawn.clamp(0.0, 1.0) * 1000.0;
    // At least a second: a peer that refuses at once is not asked in a circle.
    let delay = SignedDuration::from_millis(milliseconds as i64).max(SignedDuration::from_secs(1));
    Some(now + delay).filter(|next| *next < created + TRIED_FOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_double_up_to_an_hour() {
        let seconds = |attempts| bound(attempts).as_secs();
        assert_eq!([0, 1, 2, 3, 7, 8, 9, 40, i64::MAX].map(seconds), [30, 30, 60, 120, 1920, 3600, 3600, 3600, 3600]);
    }

    #[test]
    fn a_message_is_tried_for_three_days() {
        let created: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let after = |hours, drawn| next_try(created, 9, created + SignedDuration::from_hours(hours), drawn);
        assert_eq!(after(24, 0.5), Some(created + SignedDuration::from_mins(24 * 60 + 30)));
        assert_eq!(after(24, 0.0), Some(created + SignedDuration::from_hours(24) + SignedDuration::from_secs(1)));
        assert_eq!(after(71, 1.0), None);
        assert_eq!(after(71, 0.9), Some(created + SignedDuration::from_mins(71 * 60 + 54)));
    }

    #[test]
    fn a_day_of_refusals_costs_few_tries() {
        // The mean of a full jitter is half its bound.
        let created: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let (mut now, mut attempts) = (created, 0);
        while now < created + SignedDuration::from_hours(24) {
            attempts += 1;
            now = next_try(created, attempts, now, 0.5).unwrap();
        }
        assert!((50..60).contains(&attempts), "{attempts}");
    }
}
