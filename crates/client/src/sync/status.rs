//! What the indicator at the top of the window says.

use super::counts::Counts;
use super::views::{SyncStateView, SyncStatusView, SyncTroubleView};
use crate::error::{ApiError, CacheError, Error};

/// Minutes from which a wrong clock is worth telling.
const CLOCK_OFF: i64 = 10;

/// What the runner is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Activity {
    /// Nothing.
    #[default]
    Idle,
    /// Sending.
    Sending,
    /// Reading; so many entities so far, when it is long.
    Receiving(Option<u32>),
}

/// The part of the status that lives in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Live {
    /// What the runner is at.
    pub activity: Activity,
    /// Everything was read at least once since the space was opened: before that nothing is known to be up to date.
    pub read_once: bool,
    /// What stands in the way.
    pub trouble: Option<SyncTroubleView>,
    /// Minutes this computer's clock is ahead of the server's.
    pub clock_off: i64,
}

/// The part that is in the cache.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    /// How many operations are where.
    pub counts: Counts,
    /// RFC 3339.
    pub last_sync_at: Option<String>,
}

/// Puts both together.
#[must_use]
pub fn view(live: Live, stored: Stored) -> SyncStatusView {
    let received = match live.activity {
        Activity::Receiving(entities) => entities,
        Activity::Idle | Activity::Sending => None,
    };
    let state = match (live.activity, live.trouble) {
        (Activity::Sending, _) => SyncStateView::Sending,
        (Activity::Receiving(_), _) => SyncStateView::Receiving,
        (Activity::Idle, Some(SyncTroubleView::Unreachable | SyncTroubleView::Busy)) => SyncStateView::Offline,
        (Activity::Idle, Some(_)) => SyncStateView::Attention,
        (Activity::Idle, None) if needs_somebody(stored.counts) => SyncStateView::Attention,
        (Activity::Idle, None) if stored.counts.pending > 0 => SyncStateView::Sending,
        (Activity::Idle, None) if !live.read_once => SyncStateView::Receiving,
        (Activity::Idle, None) => SyncStateView::UpToDate,
    };
    SyncStatusView {
        state,
        pending: stored.counts.pending,
        blocked: stored.counts.blocked,
        refused: stored.counts.refused,
        changed: stored.counts.changed,
        last_sync_at: stored.last_sync_at,
        received,
        trouble: live.trouble,
        clock_off_minutes: i32::try_from(live.clock_off).ok().filter(|off| i64::from(off.abs()) > CLOCK_OFF),
    }
}

fn needs_somebody(counts: Counts) -> bool {
    counts.refused + counts.blocked + counts.changed > 0
}

/// What an error of the runner is to a person.
#[must_use]
pub fn trouble(error: &Error) -> SyncTroubleView {
    match error {
        Error::Api(ApiError::NotReached | ApiError::Unreachable) => SyncTroubleView::Unreachable,
        Error::Api(ApiError::Certificate) => SyncTroubleView::Certificate,
        Error::Api(ApiError::NotPreau) => SyncTroubleView::NotPreau,
        Error::Api(ApiError::Wait { .. }) => SyncTroubleView::Busy,
        Error::Api(ApiError::SignInRequired) => SyncTroubleView::SignInAgain,
        Error::Cache(CacheError::DiskFull) => SyncTroubleView::DiskFull,
        Error::Api(ApiError::Refused { .. } | ApiError::ServerFault { .. })
        | Error::Cache(_)
        | Error::Keychain
        | Error::WrongPassphrase
        | Error::Rule(_)
        | Error::Internal(_) => SyncTroubleView::ServerFault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_by_table() {
        use SyncStateView as S;
        use SyncTroubleView as T;
        let counted = |pending, blocked, refused| Stored {
            counts: Counts { pending, blocked, refused, changed: 0 },
            last_sync_at: Some("2026-10-19T08:00:00Z".into()),
        };
        let read = |pending, refused| counted(pending, 0, refused);
        let live = |activity, trouble| Live { activity, trouble, read_once: true, clock_off: 0 };
        for (name, live, stored, state) in [
            ("quiet", live(Activity::Idle, None), read(0, 0), S::UpToDate),
            ("just opened", Live::default(), read(0, 0), S::Receiving),
            ("reading", live(Activity::Receiving(Some(40)), None), read(0, 0), S::Receiving),
            ("sending", live(Activity::Sending, None), read(1, 0), S::Sending),
            ("about to send", live(Activity::Idle, None), read(1, 0), S::Sending),
            ("offline", live(Activity::Idle, Some(T::Unreachable)), read(1, 1), S::Offline),
            ("busy", live(Activity::Idle, Some(T::Busy)), read(1, 0), S::Offline),
            ("signed out", live(Activity::Idle, Some(T::SignInAgain)), read(1, 0), S::Attention),
            ("refused", live(Activity::Idle, None), read(1, 1), S::Attention),
            ("blocked", live(Activity::Idle, None), counted(1, 1, 0), S::Attention),
            (
                "changed by a restore",
                live(Activity::Idle, None),
                Stored { counts: Counts { changed: 1, ..Counts::default() }, last_sync_at: None },
                S::Attention,
            ),
        ] {
            assert_eq!(view(live, stored).state, state, "{name}");
        }
    }

    #[test]
    fn a_clock_is_told_when_it_is_more_than_ten_minutes_off() {
        for (off, shown) in [(0, None), (10, None), (-10, None), (11, Some(11)), (-525_600, Some(-525_600))] {
            let live = Live { clock_off: off, ..Live::default() };
            assert_eq!(view(live, Stored::default()).clock_off_minutes, shown);
        }
    }
}
